import { bool, int32 } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { broadcastShapes, numel, type Shape } from '../shape.ts'
import { allocate } from '../tensor/make.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { named } from './arguments.ts'
import { routine } from './define/routine.ts'
import { replace } from './inplace.ts'
import { cat } from './joining.ts'

/** The elements where the mask holds, in one dimension. Mask and tensor broadcast. */
export const masked_select = named('masked_select', ['input', 'mask'], (x: Tensor, mask: Tensor): Tensor => {
  if (mask.dtype !== bool) throw new RuntimeError('masked_select: expected BoolTensor for mask')
  const shape = broadcastShapes(mask.shape, x.shape)
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
              .sum_to_size(x.shape),
      ],
    }),
  )
})

/** The indices of the elements that are not 0: a row each, or with `as_tuple` a vector for each dimension. */
export function nonzero(x: Tensor): Tensor
export function nonzero(x: Tensor, options: { readonly as_tuple: true }): Tensor[]
export function nonzero(x: Tensor, options: { readonly as_tuple?: boolean } = {}): Tensor | Tensor[] {
  const values = x.to_typed_array()
  let count = 0
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) count++
  const { device } = x.storage
  // PyTorch's order in memory: all indices of one dimension, then those of the next.
  const columns = allocate([x.ndim, count], int32, device)
  if (columns.numel() > 0) device.write(columns.storage, coordinatesOf(values, x.shape, count))
  if (options.as_tuple !== true) return columns.t()
  return x.ndim === 0 ? [allocate([count], int32, device).zero_()] : columns.unbind(0)
}
export { nonzero as argwhere }

/** The indices of the `count` elements that are not 0, one dimension after the other. */
function coordinatesOf(values: ArrayLike<number>, shape: Shape, count: number): Int32Array {
  const rank = shape.length
  const coordinates = new Int32Array(count * rank)
  const index = new Int32Array(rank)
  let at = 0
  for (let i = 0; i < values.length; i++) {
    if (values[i] !== 0) {
      for (let dim = 0; dim < rank; dim++) coordinates[dim * count + at] = index[dim] as number
      at++
    }
    for (let dim = rank - 1; dim >= 0; dim--) {
      const next = (index[dim] as number) + 1
      index[dim] = next === shape[dim] ? 0 : next
      if (next !== shape[dim]) break
    }
  }
  return coordinates
}

/** `x` with the elements where the mask holds replaced by those of `source`, in order. Mask and tensor broadcast. */
export const masked_scatter = named(
  'masked_scatter',
  ['input', 'mask', 'source'],
  (x: Tensor, mask: Tensor, source: Tensor): Tensor => {
    if (x.dtype !== source.dtype) {
      throw new RuntimeError(
        `masked_scatter: expected self and source to have same dtypes but got${x.dtype.scalarName} and ${source.dtype.scalarName}`,
      )
    }
    if (mask.dtype !== bool) throw new RuntimeError('masked_scatter: expected BoolTensor for mask')
    const shape = broadcastShapes(x.shape, mask.shape)
    const places = mask.expand(shape).reshape(-1).nonzero().reshape(-1)
    const count = places.numel()
    const [own, others] = [x.shape, source.shape]
    if (count > source.numel()) throw new RuntimeError('Number of elements of source < number of ones in mask')
    return routine(
      'masked_scatter',
      [x, source],
      () =>
        x
          .expand(shape)
          .reshape(-1)
          .scatter(0, places, source.reshape(-1).narrow(0, 0, count))
          .reshape(shape),
      () => ({
        saved: [places, mask],
        backward: ([g = null], needs, saved) => {
          if (g === null) return [null, null]
          const [places, mask] = saved as [Tensor, Tensor]
          const rest = numel(others) - count
          const taken = (): Tensor => g.reshape(-1).index_select(0, places)
          return [
            needs(0) ? g.masked_fill(mask, 0).sum_to_size(own) : null,
            needs(1) ? cat([taken(), g.new_zeros([rest])]).reshape(others) : null,
          ]
        },
      }),
    )
  },
)
/** As `masked_scatter`, in place. */
export const masked_scatter_ = named(
  'masked_scatter_',
  ['input', 'mask', 'source'],
  (x: Tensor, mask: Tensor, source: Tensor): Tensor =>
    replace(x, 'MaskedScatterBackward0', (old) => masked_scatter(old, mask, source)),
)
