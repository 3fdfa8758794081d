import { nameView } from '../autograd/graph.ts'
import { RuntimeError } from '../errors.ts'
import { formatShape, type Shape, wrapDim } from '../shape.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { view as defineView } from './define/view.ts'

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
export const permute = signature('permute', ['Tensor input', 'size *dims'], (x: Tensor, dims: Shape): Tensor => {
  if (dims.length !== x.ndim) {
    throw new RuntimeError(
      'permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of ' +
        `dimensions i.e. input.dim() = ${x.ndim} is not equal to len(dims) = ${dims.length}`,
    )
  }
  const wrapped = dims.map((dim) => wrapDim(dim, x.ndim))
  if (new Set(wrapped).size !== wrapped.length) throw new RuntimeError('permute(): duplicate dims are not allowed.')
  return permuteDims(x, wrapped)
})

/** A list with two items exchanged. */
const swapped = (list: readonly number[], a: number, b: number): number[] => {
  const result = [...list]
  if (list.length > 0) {
    result[a] = list[b] as number
    result[b] = list[a] as number
  }
  return result
}
const swap = (x: Tensor, a: number, b: number) => ({
  shape: swapped(x.shape, a, b),
  strides: swapped(x.strides, a, b),
  offset: x.offset,
})

const transposeDims = defineView('transpose', {
  geometry: swap,
  gradient: (g, _, a: number, b: number) => g.transpose(a, b),
})

/** Two dimensions exchanged. */
export const transpose = signature(
  'transpose',
  ['Tensor input', 'int dim0', 'int dim1'],
  (x: Tensor, dim0: number, dim1: number): Tensor => transposeDims(x, wrapDim(dim0, x.ndim), wrapDim(dim1, x.ndim)),
)
/** As `transpose`, in NumPy's words. */
export const swapaxes = signature(
  'swapaxes',
  ['Tensor input', 'int axis0', 'int axis1'],
  (x: Tensor, axis0: number, axis1: number): Tensor => transpose(x, axis0, axis1),
)
export {
  /** As `transpose`. */
  transpose as swapdims,
}
/** The last two dimensions exchanged. */
export const adjoint = signature('adjoint', ['Tensor input'], (x: Tensor): Tensor => transpose(x, -2, -1))

const transposeMatrix = defineView('t', {
  geometry: (x) => swap(x, 0, Math.max(x.ndim - 1, 0)),
  gradient: (g) => g.t(),
})

/** The transpose of a matrix; vectors and scalars stay what they are. */
export const t = signature('t', ['Tensor input'], (x: Tensor): Tensor => {
  if (x.ndim > 2) throw new RuntimeError(`t() expects a tensor with <= 2 dimensions, but self is ${x.ndim}D`)
  return transposeMatrix(x)
})

/** Dimensions moved to other places, the rest in their order. */
export const movedim = signature(
  'movedim',
  ['Tensor input', 'int[] source', 'int[] destination'],
  (x: Tensor, source: number | readonly number[], destination: number | readonly number[]): Tensor => {
    const sources = typeof source === 'number' ? [source] : source
    const destinations = typeof destination === 'number' ? [destination] : destination
    if (sources.length !== destinations.length) {
      throw new RuntimeError(
        `movedim: Invalid source or destination dims: source (${formatShape(sources)} dims) should contain the same number ` +
          `of dims as destination (${formatShape(destinations)} dims)`,
      )
    }
    const from = sources.map((dim) => wrapDim(dim, x.ndim))
    const to = destinations.map((dim) => wrapDim(dim, x.ndim))
    if (new Set(from).size !== from.length)
      throw new RuntimeError(`movedim: repeated dim in \`source\` (${formatShape(sources)})`)
    if (new Set(to).size !== to.length)
      throw new RuntimeError(`movedim: repeated dim in \`destination\` (${formatShape(destinations)})`)
    const rest = x.shape.map((_, i) => i).filter((dim) => !from.includes(dim))
    const order = x.shape.map((_, i) => (to.includes(i) ? (from[to.indexOf(i)] as number) : (rest.shift() as number)))
    return x.ndim === 0 ? nameView(permuteDims(x, order), 'AliasBackward0') : permuteDims(x, order)
  },
)
export {
  /** As `movedim`. */
  movedim as moveaxis,
}
