import { RuntimeError, TypeError } from '../errors.ts'
import { broadcastShapes, checkSizes, formatShape, type Shape, sameShape, wrapDim } from '../shape.ts'
import { shown, signature } from '../signature/index.ts'
import { allocate } from '../tensor/make.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { leader } from './define/operands.ts'
import { resultType } from './define/promotion.ts'
import { routine } from './define/routine.ts'
import { write } from './inplace.ts'
import { narrowView, selectView } from './windows.ts'

/** Tensors one after the other along a dimension. Dtypes promote. */
export const cat = signature('cat', ['Tensor[] tensors', 'int dim'], (tensors: readonly Tensor[], dim = 0): Tensor => {
  if (tensors.length === 0) throw new RuntimeError('torch.cat(): expected a non-empty list of Tensors')
  const scalar = tensors.findIndex((x) => x.ndim === 0)
  if (scalar >= 0) throw new RuntimeError(`zero-dimensional tensor (at position ${scalar}) cannot be concatenated`)
  const lead = leader('cat', tensors)
  const isLegacyEmpty = (x: Tensor): boolean => x.ndim === 1 && x.shape[0] === 0
  const model = tensors.find((x) => !isLegacyEmpty(x)) ?? lead
  const at = wrapDim(dim, model.ndim)
  const parts = tensors.map((x) => (isLegacyEmpty(x) ? null : x))
  parts.forEach((x, position) => {
    if (x === null) return
    if (x.ndim !== model.ndim) {
      throw new RuntimeError(`Tensors must have same number of dimensions: got ${model.ndim} and ${x.ndim}`)
    }
    const off = x.shape.findIndex((size, i) => i !== at && size !== model.shape[i])
    if (off >= 0) {
      throw new RuntimeError(
        `Sizes of tensors must match except in dimension ${at}. Expected size ${model.shape[off]} but got size ` +
          `${x.shape[off]} for tensor number ${position} in the list.`,
      )
    }
  })
  const sizes = parts.map((x) => (x === null ? 0 : (x.shape[at] as number)))
  const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((a, b) => a + b, 0))
  const dtype = resultType(...tensors)
  return routine(
    'cat',
    tensors,
    () => {
      const total = sizes.reduce((a, b) => a + b, 0)
      const out = allocate(
        model.shape.map((size, i) => (i === at ? total : size)),
        dtype,
        lead.storage.device,
      )
      parts.forEach((x, i) => {
        if (x !== null) write(narrowView(out, at, starts[i] as number, sizes[i] as number, 1), x)
      })
      return out
    },
    () => ({
      saved: [],
      backward: ([g = null], needs) =>
        tensors.map((x, i) => {
          if (g === null || !needs(i)) return null
          return parts[i] === null
            ? g.new_zeros(x.shape)
            : narrowView(g, at, starts[i] as number, sizes[i] as number, 1).to(x.dtype)
        }),
    }),
  )
})
export {
  /** As `cat`. */
  cat as concat,
  /** As `cat`. */
  cat as concatenate,
}

/** Tensors of one shape along a new dimension. */
export const stack = signature(
  'stack',
  ['Tensor[] tensors', 'int dim'],
  (tensors: readonly Tensor[], dim = 0): Tensor => {
    const [first] = tensors
    if (first === undefined) throw new RuntimeError('stack expects a non-empty TensorList')
    const at = wrapDim(dim, first.ndim + 1)
    const off = tensors.findIndex((x) => !sameShape(x.shape, first.shape))
    if (off >= 0) {
      throw new RuntimeError(
        `stack expects each tensor to be equal size, but got ${formatShape(first.shape)} at entry 0 and ` +
          `${formatShape((tensors[off] as Tensor).shape)} at entry ${off}`,
      )
    }
    return routine(
      'stack',
      tensors,
      () =>
        cat(
          tensors.map((x) => x.unsqueeze(at)),
          at,
        ),
      () => ({
        saved: [],
        backward: ([g = null], needs) =>
          tensors.map((x, i) => (g === null || !needs(i) ? null : selectView(g, at, i).to(x.dtype))),
      }),
    )
  },
)

const atLeast = (x: Tensor, rank: number): Tensor => {
  if (x.ndim >= rank) return x
  if (x.ndim === 0) return x.reshape(Array.from({ length: rank }, () => 1))
  const rows = x.ndim === 1 ? x.unsqueeze(0) : x
  return rows.ndim < rank ? rows.unsqueeze(-1) : rows
}
/** With at least one dimension. */
export const atleast_1d = signature('atleast_1d', ['Tensor input'], (x: Tensor): Tensor => atLeast(x, 1))
/** With at least two dimensions. */
export const atleast_2d = signature('atleast_2d', ['Tensor input'], (x: Tensor): Tensor => atLeast(x, 2))
/** With at least three dimensions. */
export const atleast_3d = signature('atleast_3d', ['Tensor input'], (x: Tensor): Tensor => atLeast(x, 3))
function checkSome(name: string, tensors: readonly Tensor[]): void {
  if (tensors.length === 0) throw new RuntimeError(`${name} expects a non-empty TensorList`)
}
/** Side by side: along dimension 1, or 0 for vectors. */
export const hstack = signature('hstack', ['Tensor[] tensors'], (tensors: readonly Tensor[]): Tensor => {
  checkSome('hstack', tensors)
  const parts = tensors.map((x) => atleast_1d(x))
  return cat(parts, parts[0]?.ndim === 1 ? 0 : 1)
})
/** One on top of the other: along dimension 0. */
export const vstack = signature('vstack', ['Tensor[] tensors'], (tensors: readonly Tensor[]): Tensor => {
  checkSome('vstack', tensors)
  return cat(
    tensors.map((x) => atleast_2d(x)),
    0,
  )
})
/** One behind the other: along dimension 2. */
export const dstack = signature('dstack', ['Tensor[] tensors'], (tensors: readonly Tensor[]): Tensor => {
  checkSome('dstack', tensors)
  return cat(
    tensors.map((x) => atleast_3d(x)),
    2,
  )
})
export {
  /** As `vstack`. */
  vstack as row_stack,
}
/** Vectors as columns. */
export const column_stack = signature(
  'column_stack',
  ['Tensor[] tensors'],
  (tensors: readonly Tensor[]): Tensor =>
    cat(
      tensors.map((x) => (x.ndim < 2 ? x.reshape([x.numel(), 1]) : x)),
      1,
    ),
)

/** All tensors in the shape that they broadcast to. */
export const broadcast_tensors = signature(
  'broadcast_tensors',
  ['Tensor[] *tensors'],
  (tensors: readonly Tensor[] = []): Tensor[] => {
    const shape = tensors.reduce<Shape>((common, x) => broadcastShapes(common, x.shape), [])
    return tensors.map((x) => (sameShape(x.shape, shape) ? x : x.expand(shape)))
  },
)
/** The shape that shapes broadcast to. */
export function broadcast_shapes(...shapes: readonly (Shape | number)[]): Shape {
  return shapes.reduce<Shape>((common, shape) => broadcastShapes(common, shapeOf(shape)), [])
}

function shapeOf(given: Shape | number): Shape {
  const shape: readonly unknown[] | null = typeof given === 'number' ? [given] : Array.isArray(given) ? given : null
  if (shape === null || !shape.every((size) => Number.isInteger(size))) {
    throw new TypeError(
      `broadcast_shapes(): Input shapes should be of type ints, a tuple of ints, or a list of ints, got ${shown(given)}`,
    )
  }
  const sizes = shape as Shape
  checkSizes('broadcast_shapes', sizes)
  return sizes
}
