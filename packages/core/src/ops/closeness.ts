import { float32 } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { elementwise } from './define/elementwise.ts'
import { all } from './reductions.ts'

const close = elementwise('isclose', ['x', 'other'], {
  forward:
    'x == other || (!isinf(x) && !isinf(other) && abs(x - other) <= atol + rtol * abs(other)) || (equal_nan && isnan(x) && isnan(other))',
  parameters: { rtol: 1e-5, atol: 1e-8, equal_nan: 0 },
  result: 'bool',
})

/** Where two tensors are near each other: `|x - other| <= atol + rtol * |other|`. */
export const isclose = signature(
  'isclose',
  ['Tensor input', 'Tensor other', 'float rtol', 'float atol', 'bool equal_nan'],
  (x: Tensor, other: Tensor, rtol = 1e-5, atol = 1e-8, equal_nan = false): Tensor => {
    for (const [name, value] of Object.entries({ rtol, atol })) {
      if (value < 0) throw new RuntimeError(`${name} must be greater than or equal to zero, but got ${value}`)
    }
    if (x.dtype !== other.dtype) {
      throw new RuntimeError(`${x.dtype.scalarName} did not match ${other.dtype.scalarName}`)
    }
    // Tolerances are fractions, also of whole numbers.
    const [a, b] = x.dtype.kind === 'floating' ? [x, other] : [x.to(float32), other.to(float32)]
    return close(a, b, rtol, atol, equal_nan ? 1 : 0)
  },
)

/** Whether all elements of both are near each other: `isclose` throughout. */
export const allclose = signature(
  'allclose',
  ['Tensor input', 'Tensor other', 'float rtol', 'float atol', 'bool equal_nan'],
  (x: Tensor, other: Tensor, rtol = 1e-5, atol = 1e-8, equal_nan = false): boolean =>
    Boolean(all(isclose(x, other, rtol, atol, equal_nan)).item()),
)
