/** The dimensions to fold: one, several, or all for `null`. */
export type Dims = number | readonly number[] | null | undefined
