import { nameStep } from '../autograd/graph.ts'
import { RuntimeError } from '../errors.ts'
import {
  contiguousStrides,
  formatShape,
  isContiguous,
  numel,
  type Shape,
  type Sizes,
  sizesOf,
  wrapDim,
} from '../shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { clone } from './copies.ts'
import { view as defineView, scatterView } from './define/view.ts'
import { positionsOf } from './places.ts'

/** Sizes with the one that is -1 filled in. */
function inferSizes(sizes: Shape, count: number): Shape {
  const unknown = sizes.indexOf(-1)
  const invalid = new RuntimeError(`shape '${formatShape(sizes)}' is invalid for input of size ${count}`)
  if (sizes.lastIndexOf(-1) !== unknown) throw new RuntimeError('only one dimension can be inferred')
  const bad = sizes.find((size) => size < -1 || !Number.isInteger(size))
  if (bad !== undefined) throw new RuntimeError(`invalid shape dimension ${bad}`)
  if (unknown < 0) {
    if (numel(sizes) !== count) throw invalid
    return sizes
  }
  const known = numel(sizes.filter((size) => size !== -1))
  if (known === 0 && count === 0) {
    throw new RuntimeError(
      `cannot reshape tensor of 0 elements into shape ${formatShape(sizes)} because the unspecified dimension size -1 can ` +
        'be any value and is ambiguous',
    )
  }
  if (known === 0 || count % known !== 0) throw invalid
  return sizes.map((size) => (size === -1 ? count / known : size))
}

/** Strides that show the elements in another shape without moving them; `null` where that cannot be. */
function viewStrides(x: Tensor, shape: Shape): readonly number[] | null {
  if (isContiguous(x)) return contiguousStrides(shape)
  if (numel(shape) === 0) return contiguousStrides(shape)
  const strides = new Array<number>(shape.length)
  let to = shape.length - 1
  let chunk = 1
  let step = x.strides[x.ndim - 1] ?? 1
  for (let from = x.ndim - 1; from >= 0; from--) {
    chunk *= x.shape[from] as number
    const next = x.shape[from - 1]
    const joined = from > 0 && (next === 1 || x.strides[from - 1] === chunk * step)
    if (joined) continue
    let filled = 1
    while (to >= 0 && (filled < chunk || shape[to] === 1)) {
      strides[to] = filled * step
      filled *= shape[to--] as number
    }
    if (filled !== chunk) return null
    if (from > 0) {
      chunk = 1
      step = x.strides[from - 1] as number
    }
  }
  return to === -1 ? strides : null
}

const viewShape = defineView('view', {
  geometry: (x, sizes: Shape) => {
    const shape = inferSizes(sizes, x.numel())
    const strides = viewStrides(x, shape)
    if (strides === null) {
      throw new RuntimeError(
        "view size is not compatible with input tensor's size and stride (at least one dimension spans across two " +
          'contiguous subspaces). Use .reshape(...) instead.',
      )
    }
    return { shape, strides, offset: x.offset }
  },
  gradient: (g, shape) => g.reshape(shape),
})

/** The same elements in another shape, without a copy; one size may be -1. */
export function view(x: Tensor, ...sizes: Sizes): Tensor {
  return viewShape(x, sizesOf(sizes))
}

/** As `view`, with the shape of another tensor. */
export const view_as = (x: Tensor, other: Tensor): Tensor => viewShape(x, other.shape)

const reshapeAlias = defineView('reshape', {
  geometry: (x, shape: Shape) => ({ shape, strides: viewStrides(x, shape) as readonly number[], offset: x.offset }),
  gradient: (g, shape) => g.reshape(shape),
  node: 'ViewBackward0',
})

/** The same elements in another shape: a view where the layout allows it, a copy otherwise. */
export function reshape(x: Tensor, ...sizes: Sizes): Tensor {
  const shape = inferSizes(sizesOf(sizes), x.numel())
  if (viewStrides(x, shape) !== null) return reshapeAlias(x, shape)
  return unsafeView(clone(x), shape)
}
const unsafeView = defineView('unsafe_view', {
  geometry: (x, shape: Shape) => ({ shape, strides: contiguousStrides(shape), offset: x.offset }),
  gradient: (g, shape) => g.reshape(shape),
})

/** As `reshape`, with the shape of another tensor. */
export const reshape_as = (x: Tensor, other: Tensor): Tensor => reshape(x, other.shape)

/** Strides and sizes in another order. */
const reorder = (x: Tensor, order: readonly number[]) => ({
  shape: order.map((dim) => x.shape[dim] as number),
  strides: order.map((dim) => x.strides[dim] as number),
  offset: x.offset,
})

const permuteDims = defineView('permute', {
  geometry: (x, order: readonly number[]) => reorder(x, order),
  gradient: (g, _, order: readonly number[]) => g.permute(order.map((_, i) => order.indexOf(i))),
})

/** The dimensions in another order, each named once. */
export function permute(x: Tensor, ...dims: Sizes): Tensor {
  const order = sizesOf(dims)
  if (order.length !== x.ndim) {
    throw new RuntimeError(
      'permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of ' +
        `dimensions i.e. input.dim() = ${x.ndim} is not equal to len(dims) = ${order.length}`,
    )
  }
  const wrapped = order.map((dim) => wrapDim(dim, x.ndim))
  if (new Set(wrapped).size !== wrapped.length) throw new RuntimeError('permute(): duplicate dims are not allowed.')
  return permuteDims(x, wrapped)
}

const swap = (rank: number, a: number, b: number): number[] => {
  const order = Array.from({ length: rank }, (_, i) => i)
  if (rank > 0) {
    order[a] = b
    order[b] = a
  }
  return order
}

const transposeDims = defineView('transpose', {
  geometry: (x, a: number, b: number) => reorder(x, swap(x.ndim, a, b)),
  gradient: (g, _, a: number, b: number) => g.transpose(a, b),
})

/** Two dimensions exchanged. */
export function transpose(x: Tensor, dim0: number, dim1: number): Tensor {
  return transposeDims(x, wrapDim(dim0, x.ndim), wrapDim(dim1, x.ndim))
}
export { transpose as swapaxes, transpose as swapdims }

const transposeMatrix = defineView('t', {
  geometry: (x) => reorder(x, swap(x.ndim, 0, Math.max(x.ndim - 1, 0))),
  gradient: (g) => g.t(),
})

/** The transpose of a matrix; vectors and scalars stay what they are. */
export function t(x: Tensor): Tensor {
  if (x.ndim > 2) throw new RuntimeError(`t() expects a tensor with <= 2 dimensions, but self is ${x.ndim}D`)
  return transposeMatrix(x)
}

/** Dimensions moved to other places, the rest in their order. */
export function movedim(
  x: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor {
  const from = (typeof source === 'number' ? [source] : source).map((dim) => wrapDim(dim, x.ndim))
  const to = (typeof destination === 'number' ? [destination] : destination).map((dim) => wrapDim(dim, x.ndim))
  if (from.length !== to.length) {
    throw new RuntimeError(
      `movedim: Invalid source or destination dims: source (${formatShape(from)} dims) should contain the same number of ` +
        `dims as destination (${formatShape(to)} dims)`,
    )
  }
  if (new Set(from).size !== from.length)
    throw new RuntimeError(`movedim: repeated dim in \`source\` (${formatShape(from)})`)
  if (new Set(to).size !== to.length)
    throw new RuntimeError(`movedim: repeated dim in \`destination\` (${formatShape(to)})`)
  const rest = x.shape.map((_, i) => i).filter((dim) => !from.includes(dim))
  const order = x.shape.map((_, i) => (to.includes(i) ? (from[to.indexOf(i)] as number) : (rest.shift() as number)))
  return permuteDims(x, order)
}
export { movedim as moveaxis }

const expandTo = defineView('expand', {
  geometry: (x, sizes: Shape) => {
    const lead = sizes.length - x.ndim
    if (lead < 0) {
      throw new RuntimeError(
        `expand(${x.dtype.typeName}{${formatShape(x.shape)}}, size=${formatShape(sizes)}): the number of sizes provided ` +
          `(${sizes.length}) must be greater or equal to the number of dimensions in the tensor (${x.ndim})`,
      )
    }
    const shape = sizes.map((size, i) => {
      const own = i < lead ? null : (x.shape[i - lead] as number)
      if (size === -1) {
        if (own !== null) return own
        throw new RuntimeError(
          `The expanded size of the tensor (${size}) isn't allowed in a leading, non-existing dimension ${i}`,
        )
      }
      if (own !== null && own !== 1 && own !== size) {
        throw new RuntimeError(
          `The expanded size of the tensor (${size}) must match the existing size (${own}) at non-singleton dimension ${i}.  ` +
            `Target sizes: ${formatShape(sizes)}.  Tensor sizes: ${formatShape(x.shape)}`,
        )
      }
      return size
    })
    const strides = shape.map((size, i) => {
      if (i < lead) return 0
      return x.shape[i - lead] === 1 && size !== 1 ? 0 : (x.strides[i - lead] as number)
    })
    return { shape, strides, offset: x.offset }
  },
  gradient: (g, shape) => g.sum_to_size(shape),
})

/** Dimensions of size 1 shown as if repeated, without a copy; -1 keeps a size. */
export function expand(x: Tensor, ...sizes: Sizes): Tensor {
  return expandTo(x, sizesOf(sizes))
}
/** As `expand`, to the shape of another tensor. */
export const expand_as = (x: Tensor, other: Tensor): Tensor => expandTo(x, other.shape)
/** As `expand`. */
export const broadcast_to = (x: Tensor, shape: Shape): Tensor => expandTo(x, shape)

const without = (x: Tensor, dims: readonly number[]) => ({
  shape: x.shape.filter((_, i) => !dims.includes(i)),
  strides: x.strides.filter((_, i) => !dims.includes(i)),
  offset: x.offset,
})
const dropAll = defineView('squeeze', {
  geometry: (x) =>
    without(
      x,
      x.shape.flatMap((size, i) => (size === 1 ? [i] : [])),
    ),
  gradient: (g, shape) => g.reshape(shape),
})
const dropSome = defineView('squeeze_dim', {
  geometry: (x, dims: readonly number[]) =>
    without(
      x,
      dims.filter((dim) => x.shape[dim] === 1),
    ),
  gradient: (g, shape) => g.reshape(shape),
  node: 'SqueezeBackward1',
})

/** Without the dimensions of size 1: all of them, or those named. */
export function squeeze(x: Tensor, dim?: number | readonly number[]): Tensor {
  if (dim === undefined) return dropAll(x)
  return dropSome(
    x,
    (typeof dim === 'number' ? [dim] : dim).map((d) => wrapDim(d, x.ndim)),
  )
}

const insertDim = defineView('unsqueeze', {
  geometry: (x, dim: number) => ({
    shape: [...x.shape.slice(0, dim), 1, ...x.shape.slice(dim)],
    strides: [
      ...x.strides.slice(0, dim),
      dim < x.ndim ? (x.shape[dim] as number) * (x.strides[dim] as number) : 1,
      ...x.strides.slice(dim),
    ],
    offset: x.offset,
  }),
  gradient: (g, shape) => g.reshape(shape),
})

/** With a new dimension of size 1. */
export function unsqueeze(x: Tensor, dim: number): Tensor {
  return insertDim(x, wrapDim(dim, x.ndim + 1))
}

/** Dimensions from `start_dim` to `end_dim` as one. */
export function flatten(x: Tensor, start_dim = 0, end_dim = -1): Tensor {
  const [start, end] = [wrapDim(start_dim, x.ndim), wrapDim(end_dim, x.ndim)]
  if (start > end) throw new RuntimeError('flatten() has invalid args: start_dim cannot come after end_dim')
  if (x.ndim === 0) return reshape(x, 1)
  if (start === end) return x
  return reshape(x, [...x.shape.slice(0, start), numel(x.shape.slice(start, end + 1)), ...x.shape.slice(end + 1)])
}
/** All elements in one dimension. */
export const ravel = (x: Tensor): Tensor => (x.ndim === 1 ? reshape(x, -1) : nameStep(reshape(x, -1), 'ViewBackward0'))

/** One dimension as several; one of them may be -1. */
export function unflatten(x: Tensor, dim: number, sizes: Shape): Tensor {
  const at = wrapDim(dim, x.ndim)
  if (sizes.length === 0) throw new RuntimeError('unflatten: sizes must be non-empty')
  const size = x.shape[at] as number
  const known = numel(sizes.filter((s) => s !== -1))
  if (sizes.includes(-1) ? known === 0 || size % known !== 0 : known !== size) {
    throw new RuntimeError(
      `unflatten: Provided sizes ${formatShape(sizes)} don't multiply up to the size of dim ${at} (${size}) in the input tensor`,
    )
  }
  const inferred = sizes.map((s) => (s === -1 ? size / known : s))
  return view(x, [...x.shape.slice(0, at), ...inferred, ...x.shape.slice(at + 1)])
}

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
export function diagonal(x: Tensor, offset = 0, dim1 = 0, dim2 = 1): Tensor {
  const [a, b] = [wrapDim(dim1, x.ndim), wrapDim(dim2, x.ndim)]
  if (a === b) throw new RuntimeError(`diagonal dimensions cannot be identical ${dim1}, ${dim2}`)
  return diagonalView(x, offset, a, b)
}

const stridedView = defineView('as_strided', {
  geometry: (_, shape: Shape, strides: readonly number[], offset: number) => ({ shape, strides, offset }),
  gradient: (g, shape, size: Shape, strides: readonly number[], offset: number) => {
    if (overlaps(size, strides)) return scatterOverlapping(g, shape, size, strides, offset)
    return scatterView(g, shape, (zeros) => zeros.as_strided(size, strides, offset))
  },
})

/** Whether two indices may reach one element: strides that do not each step over all that the smaller ones reach. */
function overlaps(shape: Shape, strides: readonly number[]): boolean {
  const dims = shape.map((size, i) => [strides[i] as number, size] as const).filter(([, size]) => size > 1)
  dims.sort((a, b) => a[0] - b[0])
  let reach = 0
  for (const [stride, size] of dims) {
    if (stride <= reach) return true
    reach += stride * (size - 1)
  }
  return false
}

function scatterOverlapping(g: Tensor, shape: Shape, size: Shape, strides: readonly number[], offset: number): Tensor {
  const positions = positionsOf(g, size, strides, offset)
  return g
    .new_zeros([numel(shape)])
    .index_add(0, positions, g.reshape(-1))
    .reshape(shape)
}

/** Any window on the storage, by sizes, strides and offset in elements. */
export function as_strided(x: Tensor, size: Shape, stride: readonly number[], storage_offset = x.offset): Tensor {
  if (size.length !== stride.length) throw new RuntimeError('mismatch in length of strides and shape')
  const last = size.reduce((sum, n, i) => sum + (n - 1) * (stride[i] as number), storage_offset)
  if (numel(size) > 0 && (last >= x.storage.length || storage_offset < 0)) {
    throw new RuntimeError(
      `setStorage: sizes ${formatShape(size)}, strides ${formatShape(stride)}, storage offset ${storage_offset}, and ` +
        `itemsize ${x.dtype.itemsize} requiring a storage size of ${(last + 1) * x.dtype.itemsize} are out of bounds for ` +
        `storage of size ${x.storage.length * x.dtype.itemsize}`,
    )
  }
  return stridedView(x, size, stride, storage_offset)
}

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
export function unfold(x: Tensor, dimension: number, size: number, step: number): Tensor {
  const dim = wrapDim(dimension, x.ndim)
  const length = x.shape[dim] ?? 1
  if (size > length) {
    throw new RuntimeError(`maximum size for tensor at dimension ${dim} is ${length} but size is ${size}`)
  }
  if (step <= 0) throw new RuntimeError(`step is ${step} but must be > 0`)
  return x.ndim === 0 ? unfoldView(reshape(x, 1), 0, size, step) : unfoldView(x, dim, size, step)
}
