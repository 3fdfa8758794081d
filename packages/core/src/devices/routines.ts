import type { Operand } from './device.ts'
import type { ReductionKernel } from './kernel.ts'
import type { RowKernel } from './row-kernel.ts'

/** How an element that is scattered is joined with what is there; `max` and `min` give NaN where either is. */
export type ScatterMode = 'set' | 'add' | 'multiply' | 'max' | 'min'

/**
 * Work that is not one formula for each element. Operands are strided; `out` is row-major and does not overlap the rest.
 * All of one call have the same dtype, but for indices, which are int32 and already in range.
 */
export interface Routines {
  /**
   * `[batch, m, k] × [batch, k, n] → [batch, m, n]`, the sums added to `start` where there is one: of the shape of `out`, its
   * strides 0 where all rows or matrices share one, and otherwise 1 along a row.
   */
  matmul(out: Operand, a: Operand, b: Operand, start: Operand | null): void
  /** `out[i][j][k] = x[i][index[i][j][k]][k]` for `dim` 1, and so on. Out and index have one shape. */
  gather(out: Operand, x: Operand, index: Operand, dim: number): void
  /** `out[i][index[i][j][k]][k] = source[i][j][k]` for `dim` 1, and so on, or `+=` and so on, one element after the other. */
  scatter(out: Operand, index: Operand, source: Operand, dim: number, mode: ScatterMode): void
  /**
   * A kernel for each row of matrices. Outputs are the elements, `[rows, n]`, then one number a row for each of the
   * kernel's results, `[rows, 1]`; inputs with one row, or one element, are the same for all.
   */
  rows(kernel: RowKernel, outputs: readonly Operand[], inputs: readonly (Operand | number)[]): void
  /**
   * Every intermediate result of a fold along `dim`. A fold of one state, and without `i` and `n`, joins what parts have come to
   * as it joins elements.
   */
  scan(kernel: ReductionKernel, out: Operand, x: Operand, dim: number): void
  /** Sorts along the last dimension, keeping the order of equals; NaN counts as largest. */
  sort(values: Operand, indices: Operand, x: Operand, descending: boolean): void
  /**
   * How many elements of a sorted row come before each value: `[rows, n]` and `[rows, m]` give `[rows, m]`; a single row is
   * searched for all. Equal ones come before with `right`, NaN comes last.
   */
  search(out: Operand, sorted: Operand, values: Operand, right: boolean): void
}
