import { factors } from '../../autograd/graph.ts'
import { IndexError, RuntimeError } from '../../errors.ts'
import { broadcastShapes, wrapDim } from '../../shape.ts'
import { signature } from '../../signature/index.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { routine } from '../define/routine.ts'

/** The cross product of vectors of 3 along a dimension, the last unless named. */
export const cross = signature(
  'linalg.cross',
  ['Tensor input', 'Tensor other', '*', 'int dim'],
  (x: Tensor, other: Tensor, { dim = -1 }: { readonly dim?: number } = {}): Tensor => {
    if (x.ndim !== other.ndim) {
      throw new RuntimeError('linalg.cross: inputs must have the same number of dimensions.')
    }
    if (x.ndim === 0) throw new IndexError(`Dimension specified as ${dim} but tensor has no dimensions`)
    const at = wrapDim(dim, x.ndim)
    if (x.shape[at] !== 3 || other.shape[at] !== 3) {
      throw new RuntimeError(
        `linalg.cross: inputs dimension ${dim} must have length 3. Got ${x.shape[at]} and ${other.shape[at]}`,
      )
    }
    const shape = broadcastShapes(x.shape, other.shape)
    const multiply = (a: Tensor, b: Tensor): Tensor =>
      a
        .roll(-1, at)
        .mul(b.roll(-2, at))
        .sub(a.roll(-2, at).mul(b.roll(-1, at)))
    const [own, others] = [x.shape, other.shape]
    return routine(
      'linalg_cross',
      [x, other],
      () => multiply(x.expand(shape), other.expand(shape)),
      () => ({
        saved: factors(x, other),
        backward: ([g = null], needs, [a, b]) => [
          g === null || !needs(0) ? null : multiply((b as Tensor).expand(shape), g).sum_to_size(own),
          g === null || !needs(1) ? null : multiply(g, (a as Tensor).expand(shape)).sum_to_size(others),
        ],
      }),
    )
  },
)
