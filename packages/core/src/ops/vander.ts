import { nameStep } from '../autograd/graph.ts'
import { RuntimeError } from '../errors.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { cat } from './joining.ts'

/**
 * Powers of the elements of a vector, a column each: `[n] → [n, N]`. The highest one comes first, or last where they are
 * `increasing`.
 */
export const vander = signature(
  'vander',
  ['Tensor x', 'int? N', 'bool increasing'],
  (x: Tensor, N: number | null = null, increasing = false): Tensor => {
    if (x.ndim !== 1) throw new RuntimeError('x must be a one-dimensional tensor.')
    const count = N ?? x.size(0)
    if (count < 0) throw new RuntimeError('N must be non-negative.')
    if (count < 2) return x.new_ones([x.size(0), count])
    const powers = x
      .unsqueeze(1)
      .expand(x.size(0), Math.max(0, count - 1))
      .cumprod(1)
    const all = cat([x.new_ones([x.size(0), 1], { dtype: powers.dtype }), powers], 1)
    return increasing ? nameStep(all, 'CopySlices') : nameStep(all.flip(1), 'FlipBackward0')
  },
)
