import { int32 } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { checkable } from './checkable.ts'

/** Classes as rows with a single 1. */
export const one_hot = signature(
  'one_hot',
  ['Tensor input', 'int num_classes'],
  (x: Tensor, num_classes = -1): Tensor => {
    if (x.dtype !== int32) throw new RuntimeError('one_hot is only applicable to index tensor.')
    if (x.numel() === 0 && num_classes <= 0) {
      throw new RuntimeError('Can not infer total number of classes from empty tensor.')
    }
    let largest = -1
    // How many classes there are has to be known now.
    for (const value of num_classes === -1 ? x.to_typed_array() : checkable(x)) {
      if (value < 0) throw new RuntimeError('Class values must be non-negative.')
      largest = Math.max(largest, value)
    }
    const classes = num_classes === -1 ? largest + 1 : num_classes
    if (classes <= largest) throw new RuntimeError('Class values must be smaller than num_classes.')
    return x.new_zeros([...x.shape, classes]).scatter(-1, x.unsqueeze(-1), 1)
  },
)
