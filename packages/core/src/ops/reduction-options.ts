import type { Tensor } from '../tensor/tensor.ts'

/** The dimensions to fold: one, several, or all for `null`. */
export type Dims = number | readonly number[] | null | undefined

/** Values and where they were found. */
export interface ValuesAndIndices {
  readonly values: Tensor
  readonly indices: Tensor
}
