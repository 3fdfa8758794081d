import { bool, int32 } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { broadcastShapes, numel } from '../shape.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { routine } from './define/routine.ts'
import { replace } from './inplace.ts'
import { collected, countOf, dealt } from './mask-places.ts'
import { arange } from './ranges.ts'
import { where } from './where.ts'

/** The elements where the mask holds, in one dimension. Mask and tensor broadcast. */
export const masked_select = signature(
  'masked_select',
  ['Tensor input', 'Tensor mask'],
  (x: Tensor, mask: Tensor): Tensor => {
    if (mask.dtype !== bool) throw new RuntimeError('masked_select: expected BoolTensor for mask')
    const own = x.shape
    const shape = broadcastShapes(mask.shape, own)
    const places = mask.expand(shape).reshape(-1).nonzero().reshape(-1)
    return routine(
      'masked_select',
      [x],
      () => x.expand(shape).reshape(-1).index_select(0, places),
      () => ({
        saved: [places, mask],
        backward: ([g = null], _, [places]) => [
          g === null
            ? null
            : g
                .new_zeros([numel(shape)])
                .scatter(0, places as Tensor, g)
                .reshape(shape)
                .sum_to_size(own),
        ],
      }),
    )
  },
)

/** `x` with the elements where the mask holds replaced by those of `source`, in order. Mask and tensor broadcast. */
export const masked_scatter = signature(
  'masked_scatter',
  ['Tensor input', 'Tensor mask', 'Tensor source'],
  (x: Tensor, mask: Tensor, source: Tensor): Tensor => {
    if (x.dtype !== source.dtype) {
      throw new RuntimeError(
        `masked_scatter: expected self and source to have same dtypes but got${x.dtype.scalarName} and ${source.dtype.scalarName}`,
      )
    }
    if (mask.dtype !== bool) throw new RuntimeError('masked_scatter: expected BoolTensor for mask')
    const shape = broadcastShapes(x.shape, mask.shape)
    const flat = (y: Tensor): Tensor => y.expand(shape).reshape(-1)
    const [own, others] = [x.shape, source.shape]
    const available = source.numel()
    if ((countOf(flat(mask)) ?? 0) > available) {
      throw new RuntimeError('Number of elements of source < number of ones in mask')
    }
    const isEmpty = available === 0 || shape.includes(0)
    return routine(
      'masked_scatter',
      [x, source],
      () => {
        if (isEmpty) return x.expand(shape).clone()
        return where(mask, dealt(source.reshape(-1), 0, flat(mask)).reshape(shape), x)
      },
      () => ({
        saved: [mask],
        backward: ([g = null], needs, [mask]) => {
          if (g === null) return [null, null]
          const ones = flat(mask as Tensor)
          const taken = (): Tensor => {
            if (isEmpty) return g.new_zeros(others)
            const isTaken = arange(available, { dtype: int32, device: g.device }).lt(ones.sum())
            return where(isTaken, collected(g.reshape(-1), 0, ones, available), 0).reshape(others)
          }
          return [needs(0) ? g.masked_fill(mask as Tensor, 0).sum_to_size(own) : null, needs(1) ? taken() : null]
        },
      }),
    )
  },
)
/** As `masked_scatter`, in place. */
export const masked_scatter_ = signature(
  'masked_scatter_',
  ['Tensor input', 'Tensor mask', 'Tensor source'],
  (x: Tensor, mask: Tensor, source: Tensor): Tensor =>
    replace(x, 'MaskedScatterBackward0', (old) => masked_scatter(old, mask, source)),
)
