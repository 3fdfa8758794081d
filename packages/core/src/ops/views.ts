import { nameView } from '../autograd/graph.ts'
import { IndexError, RuntimeError } from '../errors.ts'
import { contiguousStrides, formatShape, isContiguous, numel, type Shape, wrapDim } from '../shape.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { contiguous } from './copies.ts'
import { view as defineView } from './define/view.ts'
import { without } from './windows.ts'

/** Sizes with the one that is -1 filled in. */
function inferSizes(sizes: Shape, count: number): Shape {
  const unknown = sizes.indexOf(-1)
  const invalid = (): RuntimeError =>
    new RuntimeError(`shape '${formatShape(sizes)}' is invalid for input of size ${count}`)
  if (sizes.lastIndexOf(-1) !== unknown) throw new RuntimeError('only one dimension can be inferred')
  const bad = sizes.find((size) => size < -1 || !Number.isInteger(size))
  if (bad !== undefined) throw new RuntimeError(`invalid shape dimension ${bad}`)
  if (unknown < 0) {
    if (numel(sizes) !== count) throw invalid()
    return sizes
  }
  const known = numel(sizes.filter((size) => size !== -1))
  if (known === 0 && count === 0) {
    throw new RuntimeError(
      `cannot reshape tensor of 0 elements into shape ${formatShape(sizes)} because the unspecified dimension size -1 can ` +
        'be any value and is ambiguous',
    )
  }
  if (known === 0 || count % known !== 0) throw invalid()
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
export const view = signature(
  'view',
  ['Tensor input', 'size *size|shape'],
  (x: Tensor, size: Shape): Tensor => viewShape(x, size),
)

/** As `view`, with the shape of another tensor. */
export const view_as = signature(
  'view_as',
  ['Tensor input', 'Tensor other'],
  (x: Tensor, other: Tensor): Tensor => viewShape(x, other.shape),
)

const reshapeAlias = defineView('reshape', {
  geometry: (x, shape: Shape) => ({ shape, strides: viewStrides(x, shape) as readonly number[], offset: x.offset }),
  gradient: (g, shape) => g.reshape(shape),
  node: 'ViewBackward0',
})

/** The same elements in another shape: a view where the layout allows it, a copy otherwise. */
export const reshape = signature('reshape', ['Tensor input', 'size *shape'], (x: Tensor, shape: Shape): Tensor => {
  const sizes = inferSizes(shape, x.numel())
  if (viewStrides(x, sizes) !== null) return reshapeAlias(x, sizes)
  const out = unsafeView(contiguous(x), sizes)
  // Nobody else has the copy that it shows.
  out.viewOf = null
  return out
})
const unsafeView = defineView('unsafe_view', {
  geometry: (x, shape: Shape) => ({ shape, strides: contiguousStrides(shape), offset: x.offset }),
  gradient: (g, shape) => g.reshape(shape),
})

/** As `reshape`, with the shape of another tensor. */
export const reshape_as = signature(
  'reshape_as',
  ['Tensor input', 'Tensor other'],
  (x: Tensor, other: Tensor): Tensor => reshape(x, other.shape),
)

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
export const squeeze = signature(
  'squeeze',
  ['Tensor input', 'int[]? dim'],
  (x: Tensor, dim: number | readonly number[] | null = null): Tensor => {
    if (dim === null) return dropAll(x)
    return dropSome(
      x,
      (typeof dim === 'number' ? [dim] : dim).map((d) => wrapDim(d, x.ndim)),
    )
  },
)

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
export const unsqueeze = signature(
  'unsqueeze',
  ['Tensor input', 'int dim'],
  (x: Tensor, dim: number): Tensor => insertDim(x, wrapDim(dim, x.ndim + 1)),
)

/** Dimensions from `start_dim` to `end_dim` as one. */
export const flatten = signature(
  'flatten',
  ['Tensor input', 'int start_dim', 'int end_dim'],
  (x: Tensor, start_dim = 0, end_dim = -1): Tensor => {
    const [start, end] = [wrapDim(start_dim, x.ndim), wrapDim(end_dim, x.ndim)]
    if (start > end) throw new RuntimeError('flatten() has invalid args: start_dim cannot come after end_dim')
    if (x.ndim === 0) return reshape(x, 1)
    if (start === end) return x
    return reshape(x, [...x.shape.slice(0, start), numel(x.shape.slice(start, end + 1)), ...x.shape.slice(end + 1)])
  },
)
/** All elements in one dimension. */
export const ravel = signature(
  'ravel',
  ['Tensor input'],
  (x: Tensor): Tensor => (x.ndim === 1 ? reshape(x, -1) : nameView(reshape(x, -1), 'ViewBackward0')),
)

/** One dimension as several; one of them may be -1. */
export const unflatten = signature(
  'unflatten',
  ['Tensor input', 'int dim', 'size sizes'],
  (x: Tensor, dim: number, sizes: Shape): Tensor => {
    const at = wrapDim(dim, x.ndim)
    if (x.ndim === 0) throw new IndexError('Dimension specified as 0 but tensor has no dimensions')
    if (sizes.length === 0) throw new RuntimeError('unflatten: sizes must be non-empty')
    if (sizes.filter((s) => s === -1).length > 1) {
      throw new RuntimeError('unflatten got an unexpected error:\nonly one dimension can be inferred')
    }
    const negative = sizes.find((s) => s < -1)
    if (negative !== undefined) throw new RuntimeError(`invalid shape dimension ${negative}`)
    const size = x.shape[at] as number
    const known = numel(sizes.filter((s) => s !== -1))
    if (sizes.includes(-1) ? known === 0 || size % known !== 0 : known !== size) {
      throw new RuntimeError(
        `unflatten: Provided sizes ${formatShape(sizes)} don't multiply up to the size of dim ${at} (${size}) in the input tensor`,
      )
    }
    const inferred = sizes.map((s) => (s === -1 ? size / known : s))
    return view(x, [...x.shape.slice(0, at), ...inferred, ...x.shape.slice(at + 1)])
  },
)
