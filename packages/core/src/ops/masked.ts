import { bool, int32 } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { broadcastShapes, contiguousStrides, numel } from '../shape.ts'
import { allocate, type Tensor } from '../tensor/tensor.ts'
import { routine } from './define/routine.ts'

/** The elements where the mask holds, in one dimension. Mask and tensor broadcast. */
export function masked_select(x: Tensor, mask: Tensor): Tensor {
  if (mask.dtype !== bool) throw new RuntimeError('masked_select: expected BoolTensor for mask')
  const shape = broadcastShapes(mask.shape, x.shape)
  const places = mask.expand(shape).reshape(-1).nonzero().reshape(-1)
  return routine(
    'masked_select',
    [x],
    () => x.expand(shape).reshape(-1).index_select(0, places),
    () => ({
      saved: [],
      backward: ([g = null]) => [
        g === null
          ? null
          : g
              .new_zeros([numel(shape)])
              .scatter(0, places, g)
              .reshape(shape)
              .sum_to_size(x.shape),
      ],
    }),
  )
}

/** The indices of the elements that are not 0: a row each, or with `as_tuple` a vector for each dimension. */
export function nonzero(x: Tensor): Tensor
export function nonzero(x: Tensor, options: { readonly as_tuple: true }): Tensor[]
export function nonzero(x: Tensor, options: { readonly as_tuple?: boolean } = {}): Tensor | Tensor[] {
  const values = x.to_typed_array()
  const steps = contiguousStrides(x.shape)
  const places: number[] = []
  values.forEach((value, i) => {
    if (value !== 0) places.push(i)
  })
  const { device } = x.storage
  const out = allocate([places.length, x.ndim], int32, device)
  const coordinates = places.flatMap((place) =>
    steps.map((step, d) => Math.floor(place / step) % (x.shape[d] as number)),
  )
  if (coordinates.length > 0) device.write(out.storage, coordinates)
  if (options.as_tuple !== true) return out
  if (x.ndim === 0) return [allocate([places.length], int32, device).zero_()]
  return x.shape.map((_, d) => out.select(1, d).contiguous())
}
export { nonzero as argwhere }
