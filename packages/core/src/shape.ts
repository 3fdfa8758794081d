import { IndexError, RuntimeError, TypeError } from './errors.ts'

/** The sizes of a tensor's dimensions, outermost first. */
export type Shape = readonly number[]

/** Where the elements of a tensor lie in its storage. */
export interface Geometry {
  readonly shape: Shape
  /** Elements to step over in the storage for a step of one along each dimension. */
  readonly strides: readonly number[]
  /** Index in the storage of the element at index 0 of every dimension. */
  readonly offset: number
}

/** The storage index behind the last element of a window. */
export function storageEnd({ shape, strides, offset }: Geometry): number {
  if (shape.includes(0)) return offset
  return shape.reduce((end, size, i) => end + (size - 1) * (strides[i] as number), offset + 1)
}

/** The shape and strides of every 0-dimensional tensor. */
export const SCALAR: Shape = Object.freeze([])

/** The number of elements of a shape. */
export function numel(shape: Shape): number {
  let count = 1
  for (let i = 0; i < shape.length; i++) count *= shape[i] as number
  return count
}

/** Row-major strides. */
export function contiguousStrides(shape: Shape): readonly number[] {
  if (shape.length === 0) return SCALAR
  const strides = new Array<number>(shape.length)
  let step = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step
    step *= Math.max(1, shape[i] as number)
  }
  return strides
}

/** Whether the elements of a window lie one after the other in row-major order. */
export const isContiguous = ({ shape, strides }: { shape: Shape; strides: readonly number[] }): boolean =>
  isRowMajor(shape, strides)

/** Whether strides are those of elements one after the other in row-major order. */
export function isRowMajor(shape: Shape, strides: readonly number[]): boolean {
  let step = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = shape[i] as number
    if (size === 0) return true
    if (size !== 1) {
      if (strides[i] !== step) return false
      step *= size
    }
  }
  return true
}

/** Whether two shapes are the same. */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** `[2, 3]`: a shape as PyTorch writes it in error messages. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`
}

/** The shape two shapes broadcast to. Errors with PyTorch's words where they do not. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a
  const rank = Math.max(a.length, b.length)
  const shape = new Array<number>(rank)
  for (let i = 1; i <= rank; i++) {
    const sizeA = a[a.length - i] ?? 1
    const sizeB = b[b.length - i] ?? 1
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) {
      throw new RuntimeError(
        `The size of tensor a (${sizeA}) must match the size of tensor b (${sizeB}) at non-singleton dimension ` +
          `${rank - i} (shapes ${formatShape(a)} and ${formatShape(b)})`,
      )
    }
    shape[rank - i] = sizeA === 1 ? sizeB : sizeA
  }
  return shape
}

/** Whether no two indices reach one element and no gaps lie between: row-major, were the dimensions in another order. */
export function isDense({ shape, strides }: { shape: Shape; strides: readonly number[] }): boolean {
  const dims = shape.map((_, i) => i).sort((a, b) => (strides[b] as number) - (strides[a] as number))
  const pick = (list: readonly number[]): number[] => dims.map((dim) => list[dim] as number)
  return isContiguous({ shape: pick(shape), strides: pick(strides) })
}

/** Whether two indices may reach one element: strides that do not each step over all that the smaller ones reach. */
export function overlaps(shape: Shape, strides: readonly number[]): boolean {
  const dims = shape.map((size, i) => [strides[i] as number, size] as const).filter(([, size]) => size > 1)
  dims.sort((a, b) => a[0] - b[0])
  let reach = 0
  for (const [stride, size] of dims) {
    if (stride <= reach) return true
    reach += stride * (size - 1)
  }
  return false
}

/** Strides that read a tensor as if it had the larger shape: 0 along each broadcast dimension. */
export function broadcastStrides(from: { shape: Shape; strides: readonly number[] }, to: Shape): readonly number[] {
  if (sameShape(from.shape, to)) return from.strides
  const lead = to.length - from.shape.length
  return to.map((size, i) =>
    i < lead || (from.shape[i - lead] === 1 && size !== 1) ? 0 : (from.strides[i - lead] as number),
  )
}

/** A dimension counted from the front. Negative ones count from the back; a 0-dimensional tensor accepts 0 and -1. */
export function wrapDim(dim: number, rank: number): number {
  const range = Math.max(rank, 1)
  if (!Number.isInteger(dim))
    throw new TypeError(`dim: expected an integer, got ${typeof dim === 'number' ? dim : typeof dim}`)
  if (dim < -range || dim >= range) {
    throw new IndexError(
      `Dimension out of range (expected to be in range of [${-range}, ${range - 1}], but got ${dim})`,
    )
  }
  return dim < 0 ? dim + range : dim
}

/** Several dimensions counted from the front, in rising order; `null` and an empty list mean all. */
export function wrapDims(dims: number | readonly number[] | null | undefined, rank: number): readonly number[] {
  if (dims === null || dims === undefined || (typeof dims !== 'number' && dims.length === 0)) {
    return Array.from({ length: rank }, (_, i) => i)
  }
  const wrapped = (typeof dims === 'number' ? [dims] : dims).map((dim) => wrapDim(dim, rank))
  for (const dim of wrapped) {
    if (wrapped.indexOf(dim) !== wrapped.lastIndexOf(dim)) {
      throw new RuntimeError(`dim ${dim} appears multiple times in the list of dims`)
    }
  }
  return wrapped.filter((dim) => dim < rank).sort((a, b) => a - b)
}

/** Checks that every size is a whole number of at least zero. */
export function checkSizes(name: string, sizes: Shape): void {
  for (const size of sizes) {
    if (!Number.isInteger(size)) throw new TypeError(`${name}(): sizes must be integers, got ${formatShape(sizes)}`)
    if (size < 0) {
      throw new RuntimeError(`Trying to create tensor with negative dimension ${size}: ${formatShape(sizes)}`)
    }
  }
}

/**
 * Fewer, longer dimensions that walk the same elements in the same order: neighbours that every operand steps over
 * evenly become one, and sizes of 1 vanish. At least one dimension remains.
 */
export function coalesce(
  shape: Shape,
  operands: readonly (readonly number[])[],
): { shape: number[]; strides: number[][] } {
  const sizes: number[] = []
  const strides: number[][] = operands.map(() => [])
  for (let i = 0; i < shape.length; i++) {
    const size = shape[i] as number
    if (size === 1) continue
    const last = sizes.length - 1
    let isEven = last >= 0
    for (let k = 0; isEven && k < operands.length; k++) {
      isEven = strides[k]?.[last] === (operands[k]?.[i] as number) * size
    }
    const at = isEven ? last : last + 1
    sizes[at] = isEven ? (sizes[last] as number) * size : size
    for (let k = 0; k < operands.length; k++) (strides[k] as number[])[at] = operands[k]?.[i] as number
  }
  if (sizes.length === 0) return { shape: [1], strides: operands.map(() => [0]) }
  return { shape: sizes, strides }
}
