import { RuntimeError, TypeError } from '../errors.ts'
import { overloaded } from '../signature/index.ts'
import type { Tensor, TensorLike } from '../tensor/tensor.ts'
import { warn } from '../warnings.ts'
import { elementwise } from './define/elementwise.ts'
import { nonzero } from './nonzero.ts'

const select = elementwise('where', ['condition', 'x', 'other'], {
  forward: 'condition ? x : other',
  masks: ['condition'],
})

/** What `where` is called with. */
interface Where {
  (condition: Tensor): Tensor[]
  (condition: Tensor, x: TensorLike, other: TensorLike): Tensor
}

/** `x` where the condition holds, `other` elsewhere; with a condition alone, the indices where it holds. */
export const where = overloaded<Where>(
  'where',
  ['Tensor condition', 'Tensor|Number input|x', 'Tensor|Number other'],
  (condition: Tensor, x: TensorLike | null = null, other: TensorLike | null = null): Tensor | Tensor[] => {
    if (x === null && other === null) return nonzero(condition, { as_tuple: true })
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
    if (x === null || other === null) throw new TypeError('where() missing 1 required positional arguments: "other"')
    return select(condition, x, other)
  },
)
