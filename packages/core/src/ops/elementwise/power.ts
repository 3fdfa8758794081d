import { RuntimeError } from '../../errors.ts'
import { Tensor, type TensorLike } from '../../tensor/tensor.ts'
import { type Application, choice, elementwise } from '../define/elementwise.ts'
import { resultType } from '../define/promotion.ts'
import { mul } from './arithmetic.ts'
import { exp2 } from './mathematics.ts'

/** What PyTorch computes without a power: for these it has other edges, and is faster. */
const fixedPowers = new Map(
  [2, 3, 0.5, -0.5, -1, -2].map((exponent) => [
    exponent,
    elementwise(`pow_${exponent}`, ['x'], {
      forward: `pow(x, ${exponent})`,
      gradient: { x: `g * (${exponent} * pow(x, ${exponent - 1}))` },
      node: 'PowBackward0',
      domain: { x: [0.2, 3] },
    }),
  ]),
)
const power = elementwise('pow', ['x', 'exponent'], {
  only: 'numbers',
  kernel: 'pow',
  forward: 'pow(x, exponent)',
  gradient: {
    x: 'exponent == 0 ? 0 : g * (exponent * pow(x, exponent - 1))',
    exponent: '(x == 0 && exponent >= 0) ? 0 : g * (out * log(x))',
  },
  node: (operands) => `PowBackward${typeof operands[0] === 'number' ? 2 : typeof operands[1] === 'number' ? 0 : 1}`,
  domain: { x: [0.2, 3] },
})

/** `x` to the power of `exponent`. Integers cannot be raised to negative whole numbers. */
export const pow = choice(
  'pow',
  ['Tensor|Number input', 'Tensor|Number exponent'],
  (x: TensorLike, exponent: TensorLike): Application => {
    if (typeof exponent === 'number' && exponent < 0 && resultType(x, exponent).kind !== 'floating') {
      throw new RuntimeError('Integers to negative integer powers are not allowed.')
    }
    const fixed = typeof exponent === 'number' ? fixedPowers.get(exponent) : undefined
    if (fixed !== undefined && x instanceof Tensor && x.dtype.kind === 'floating') return fixed.on(x)
    return power.on(x, exponent)
  },
)

/** `x²`. */
export const square = choice('square', ['Tensor input'], (x: Tensor): Application => pow.on(x, 2))

/** `x · 2^other`. */
export const ldexp = choice(
  'ldexp',
  ['Tensor input', 'Tensor|Number other'],
  (x: Tensor, other: TensorLike): Application => mul.on(x, other instanceof Tensor ? exp2(other) : 2 ** Number(other)),
)
