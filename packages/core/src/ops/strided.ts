import { no_grad } from '../autograd/modes.ts'
import { RuntimeError } from '../errors.ts'
import {
  contiguousStrides,
  formatShape,
  type Geometry,
  numel,
  overlaps,
  type Shape,
  storageEnd,
  wrapDim,
} from '../shape.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { view as defineView, scatterView } from './define/view.ts'
import { positionsOf } from './places.ts'
import { without } from './windows.ts'

const diagonalView = defineView('diagonal', {
  geometry: (x, offset: number, dim1: number, dim2: number) => {
    const [a, b] = [x.shape[dim1] as number, x.shape[dim2] as number]
    const length = Math.max(offset >= 0 ? Math.min(a, b - offset) : Math.min(a + offset, b), 0)
    const skip = offset >= 0 ? offset * (x.strides[dim2] as number) : -offset * (x.strides[dim1] as number)
    const rest = without(x, [dim1, dim2])
    return {
      shape: [...rest.shape, length],
      strides: [...rest.strides, (x.strides[dim1] as number) + (x.strides[dim2] as number)],
      offset: length === 0 ? x.offset : x.offset + skip,
    }
  },
})

/** The elements where the indices of two dimensions differ by `offset`, as a last dimension. */
export const diagonal = signature(
  'diagonal',
  ['Tensor input', 'int offset', 'int dim1', 'int dim2'],
  (x: Tensor, offset = 0, dim1 = 0, dim2 = 1): Tensor => {
    const [a, b] = [wrapDim(dim1, x.ndim), wrapDim(dim2, x.ndim)]
    if (a === b) throw new RuntimeError(`diagonal dimensions cannot be identical ${dim1}, ${dim2}`)
    return diagonalView(x, offset, a, b)
  },
)

/** The last argument says where the elements of the tensor itself lie. */
const stridedView = defineView('as_strided', {
  geometry: (_, shape: Shape, strides: readonly number[], offset: number, _own: Geometry) => ({
    shape,
    strides,
    offset,
  }),
  gradient: (g, _, shape: Shape, strides: readonly number[], offset: number, own: Geometry) =>
    betweenWindows(g, { shape, strides, offset }, own),
})

/**
 * The gradient of one window on a memory from that of another: what falls on an element of the memory is added up, and shared
 * among the places at which the first window shows that element (PyTorch's as_strided_backward).
 */
function betweenWindows(g: Tensor, from: Geometry, to: Geometry): Tensor {
  const start = Math.min(from.offset, to.offset)
  const shape = [Math.max(storageEnd(from), storageEnd(to)) - start]
  const scattered = (x: Tensor, window: Geometry): Tensor =>
    overlaps(window.shape, window.strides)
      ? scatterOverlapping(x, shape, window.shape, window.strides, window.offset - start)
      : scatterView(x, shape, (zeros) => zeros.as_strided(window.shape, window.strides, window.offset - start))
  let memory = scattered(g, from)
  if (overlaps(to.shape, to.strides)) {
    memory = memory.div(no_grad(() => scattered(g.new_ones(to.shape), to).clamp(1)))
  }
  return memory.as_strided(to.shape, to.strides, to.offset - start)
}

function scatterOverlapping(g: Tensor, shape: Shape, size: Shape, strides: readonly number[], offset: number): Tensor {
  const positions = positionsOf(g, size, strides, offset)
  return g
    .new_zeros([numel(shape)])
    .index_add(0, positions, g.reshape(-1))
    .reshape(shape)
}

/** Any window on the storage, by sizes, strides and offset in elements. */
export const as_strided = signature(
  'as_strided',
  ['Tensor input', 'size size', 'size stride', 'int? storage_offset'],
  (x: Tensor, size: Shape, stride: readonly number[], storage_offset: number = x.offset): Tensor => {
    if (size.length !== stride.length) throw new RuntimeError('mismatch in length of strides and shape')
    const last = size.reduce((sum, n, i) => sum + (n - 1) * (stride[i] as number), storage_offset)
    if (numel(size) > 0 && (last >= x.storage.length || storage_offset < 0)) {
      throw new RuntimeError(
        `setStorage: sizes ${formatShape(size)}, strides ${formatShape(stride)}, storage offset ${storage_offset}, and ` +
          `itemsize ${x.dtype.itemsize} requiring a storage size of ${(last + 1) * x.dtype.itemsize} are out of bounds for ` +
          `storage of size ${x.storage.length * x.dtype.itemsize}`,
      )
    }
    const { shape, strides, offset } = x
    return stridedView(x, size, stride, storage_offset, { shape, strides, offset })
  },
)

const unfoldView = defineView('unfold', {
  geometry: (x, dim: number, size: number, step: number) => ({
    shape: [...x.shape.map((n, i) => (i === dim ? Math.floor((n - size) / step) + 1 : n)), size],
    strides: [...x.strides.map((s, i) => (i === dim ? s * step : s)), x.strides[dim] ?? 1],
    offset: x.offset,
  }),
  gradient: (g, shape, dim: number, _, step: number) => {
    const strides = contiguousStrides(shape)
    const windowStrides = [...strides.map((s, i) => (i === dim ? s * step : s)), strides[dim] ?? 1]
    return scatterOverlapping(g, shape, g.shape, windowStrides, 0)
  },
})

/** Every window of `size` along a dimension, `step` apart, as a last dimension. */
export const unfold = signature(
  'unfold',
  ['Tensor input', 'int dimension', 'int size', 'int step'],
  (x: Tensor, dimension: number, size: number, step: number): Tensor => {
    const dim = wrapDim(dimension, x.ndim)
    const length = x.shape[dim] ?? 1
    if (size < 0) throw new RuntimeError(`size is ${size} but must be >= 0`)
    if (size > length) {
      throw new RuntimeError(`maximum size for tensor at dimension ${dim} is ${length} but size is ${size}`)
    }
    if (step <= 0) throw new RuntimeError(`step is ${step} but must be > 0`)
    return unfoldView(x, dim, size, step)
  },
)
