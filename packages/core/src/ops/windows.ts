import { RuntimeError } from '../errors.ts'
import type { Geometry } from '../shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { view as defineView } from './define/view.ts'

/** `length` elements of a dimension, `step` apart, from `start` on; all arguments in range. */
export const narrowView = defineView('slice', {
  geometry: (x, dim: number, start: number, length: number, step: number) => ({
    shape: x.shape.map((size, i) => (i === dim ? length : size)),
    strides: x.strides.map((stride, i) => (i === dim ? stride * step : stride)),
    offset: x.offset + start * (x.strides[dim] as number),
  }),
})

/** Every `step`-th of the elements `start` to `stop` of a dimension, counted as Python slices count. */
export function slice(x: Tensor, dim: number, start: number, stop: number, step = 1): Tensor {
  if (step < 1) throw new RuntimeError('slice step must be positive')
  const size = x.shape[dim] as number
  const clampIndex = (i: number): number => Math.min(Math.max(i < 0 ? i + size : i, 0), size)
  const first = clampIndex(start)
  const length = Math.max(0, Math.ceil((clampIndex(stop) - first) / step))
  return narrowView(x, dim, first, length, step)
}

/** One element of a dimension, by an index in range. */
export const selectView = defineView('select', {
  geometry: (x, dim: number, index: number) => ({
    shape: x.shape.filter((_, i) => i !== dim),
    strides: x.strides.filter((_, i) => i !== dim),
    offset: x.offset + index * (x.strides[dim] as number),
  }),
})

/** The window that is left when some dimensions are taken at their first element. */
export const without = (x: Tensor, dims: readonly number[]): Geometry => ({
  shape: x.shape.filter((_, i) => !dims.includes(i)),
  strides: x.strides.filter((_, i) => !dims.includes(i)),
  offset: x.offset,
})
