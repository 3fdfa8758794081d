import { int32 } from '../dtype.ts'
import { IndexError, NotImplementedError, RuntimeError } from '../errors.ts'
import { numel, wrapDim } from '../shape.ts'
import { overloaded } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { fromValues } from './creation.ts'
import { routine } from './define/routine.ts'

/** What `unique` and `unique_consecutive` give besides the values. */
export interface UniqueOptions {
  /** The place among the values that each element has. */
  readonly return_inverse?: boolean
  /** How often each value occurs. */
  readonly return_counts?: boolean
  /** Compare the slices along a dimension, not single elements. */
  readonly dim?: number | null
  /** In rising order; the values of `unique` always are. */
  readonly sorted?: boolean
}

/** What `unique` is called with. It gives the values, then the inverse and the counts where asked for. */
export interface Unique {
  (input: Tensor, options: UniqueOptions & { return_inverse: true; return_counts: true }): [Tensor, Tensor, Tensor]
  (input: Tensor, options: UniqueOptions & { return_inverse: true }): [Tensor, Tensor]
  (input: Tensor, options: UniqueOptions & { return_counts: true }): [Tensor, Tensor]
  (input: Tensor, options?: UniqueOptions): Tensor
}

/** The different values in rising order, of all elements or of the slices along a dimension. NaN differs from NaN. */
export const unique = overloaded<Unique>(
  'unique',
  ['Tensor input', 'bool sorted', 'bool return_inverse', 'bool return_counts', 'int? dim'],
  (
    x: Tensor,
    _sorted = true,
    return_inverse = false,
    return_counts = false,
    dim: number | null = null,
  ): Tensor | Tensor[] => distinct(x, { return_inverse, return_counts, dim }, true),
)

/** As `unique`, in the order of the elements: only neighbours that are equal become one. */
export const unique_consecutive = overloaded<Unique>(
  'unique_consecutive',
  ['Tensor input', 'bool return_inverse', 'bool return_counts', 'int? dim'],
  (x: Tensor, return_inverse = false, return_counts = false, dim: number | null = null): Tensor | Tensor[] =>
    distinct(x, { return_inverse, return_counts, dim }, false),
)

function distinct(x: Tensor, options: UniqueOptions, sorts: boolean): Tensor | Tensor[] {
  const { dim = null, return_inverse = false, return_counts = false } = options
  const at = dim === null ? null : wrapDim(dim, x.ndim)
  if (at !== null && x.ndim === 0) {
    throw new IndexError(`Dimension specified as ${dim} but tensor has no dimensions`)
  }
  if (at !== null && x.shape.some((size, i) => size === 0 && i !== at)) {
    throw new RuntimeError("There are 0 sized dimensions, and they aren't selected, so unique cannot be applied")
  }
  // PyTorch's names of what it calls, which its nodes show.
  const name = at === null ? (sorts ? '_unique2' : 'unique_consecutive') : sorts ? 'unique_dim' : 'unique_consecutive'
  const rows = (at === null ? x.detach().reshape(-1) : x.detach().movedim(at, 0)).contiguous()
  const count = rows.shape[0] as number
  const width = numel(rows.shape.slice(1))
  const values = rows.to_typed_array()

  /** The order of two rows: that of the first elements that differ, NaN last. */
  const compare = (i: number, j: number): number => {
    for (let k = 0; k < width; k++) {
      const [a, b] = [values[i * width + k] as number, values[j * width + k] as number]
      if (a < b || (Number.isNaN(b) && !Number.isNaN(a))) return -1
      if (a > b || Number.isNaN(a)) return 1
    }
    return 0
  }
  const order = Array.from({ length: count }, (_, i) => i)
  if (sorts) order.sort((i, j) => compare(i, j) || i - j)

  const firsts: number[] = []
  const counts: number[] = []
  const inverse = new Int32Array(count)
  order.forEach((row, i) => {
    const isNew = i === 0 || compare(order[i - 1] as number, row) !== 0
    if (isNew) firsts.push(row)
    counts[firsts.length - 1] = isNew ? 1 : (counts[firsts.length - 1] as number) + 1
    inverse[row] = firsts.length - 1
  })
  const found = routine(
    name,
    [x],
    () => {
      const picked = rows.index_select(0, fromValues(firsts, [firsts.length], int32, x.device))
      return at === null ? picked : picked.movedim(0, at)
    },
    () => ({
      saved: [],
      backward: () => {
        throw new NotImplementedError(`the derivative for '${name}' is not implemented.`)
      },
    }),
  )
  const result = [found]
  if (return_inverse) result.push(fromValues(inverse, at === null ? x.shape : [count], int32, x.device))
  if (return_counts) result.push(fromValues(counts, [counts.length], int32, x.device))
  return result.length === 1 ? (result[0] as Tensor) : result
}
