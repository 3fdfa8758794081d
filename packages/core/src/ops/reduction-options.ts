import type { DType } from '../dtype.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** The dimensions to fold: one, several, or all for `null`. */
export type Dims = number | readonly number[] | null | undefined

/** What every reduction takes by name. */
export interface ReductionOptions {
  readonly dim?: Dims
  /** Leave the reduced dimensions in place, with size 1. */
  readonly keepdim?: boolean
  /** Convert to this dtype first. */
  readonly dtype?: DType
}

/** The dimensions and options of a call that gives either, both or neither. */
export function optionsOf(
  dim: Dims | ReductionOptions,
  options: ReductionOptions | boolean | undefined,
): ReductionOptions {
  if (typeof dim === 'object' && dim !== null && !Array.isArray(dim)) return dim as ReductionOptions
  const named = typeof options === 'boolean' ? { keepdim: options } : (options ?? {})
  return dim === undefined ? named : { ...named, dim: dim as Dims }
}

/** Values and where they were found. */
export interface ValuesAndIndices {
  readonly values: Tensor
  readonly indices: Tensor
}
