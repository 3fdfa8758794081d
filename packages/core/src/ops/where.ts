import { RuntimeError } from '../errors.ts'
import type { Tensor, TensorLike } from '../tensor/tensor.ts'
import { warn } from '../warnings.ts'
import { elementwise } from './define/elementwise.ts'
import { nonzero } from './nonzero.ts'

const select = elementwise('where', ['condition', 'x', 'other'], {
  forward: 'condition ? x : other',
  masks: ['condition'],
})

/** `x` where the condition holds, `other` elsewhere; with a condition alone, the indices where it holds. */
export function where(condition: Tensor): Tensor[]
export function where(condition: Tensor, x: TensorLike, other: TensorLike): Tensor
export function where(condition: Tensor, x?: TensorLike, other?: TensorLike): Tensor | Tensor[] {
  if (x === undefined || other === undefined) return nonzero(condition, { as_tuple: true })
  if (condition.dtype.name !== 'bool' && condition.dtype.name !== 'uint8') {
    throw new RuntimeError(
      `where expected condition to be a boolean tensor, but got a tensor with dtype ${condition.dtype.scalarName}`,
    )
  }
  if (condition.dtype.name === 'uint8') {
    warn(
      'where received a uint8 condition tensor. This behavior is deprecated and will be removed in a future version of ' +
        'PyTorch. Use a boolean condition instead.',
    )
  }
  return select(condition, x, other)
}
