import type { DType } from '../../dtype.ts'
import { formatFixed, formatScientific } from './decimal.ts'
import type { PrintOptions } from './options.ts'

/** The texts of a tensor's elements, padded to one width. */
export interface Cells {
  readonly texts: readonly string[]
  readonly width: number
}

/** Formats the values that a print shows: which notation and width they share is decided from all of them. */
export function formatCells(values: readonly number[], dtype: DType, options: PrintOptions): Cells {
  const format = formatOf(values, dtype, options)
  // Zeros, infinities and nan have no say in the width of a floating point tensor: they may stick out of it.
  const counts = dtype.is_floating_point ? isNonzeroFinite : () => true
  let width = 1
  const texts = values.map((value) => {
    const text = format(value)
    if (counts(value)) width = Math.max(width, text.length)
    return text
  })
  return { texts: texts.map((text) => text.padStart(width)), width }
}

/** How PyTorch writes one element among `values`: `True`, `3`, `3.`, `0.3333` or `3.3333e-05`. */
function formatOf(
  values: readonly number[],
  dtype: DType,
  { precision, sci_mode }: PrintOptions,
): (x: number) => string {
  if (dtype.kind === 'bool') return (x) => (x === 0 ? 'False' : 'True')
  if (dtype.kind === 'integer') return String
  const counted = values.filter(isNonzeroFinite)
  if (counted.length > 0 && (sci_mode ?? needsScientific(counted))) return (x) => formatScientific(x, precision)
  if (counted.every(Number.isInteger)) return (x) => formatFixed(x, 0) + (Number.isFinite(x) ? '.' : '')
  return (x) => formatFixed(x, precision)
}

/** NumPy's rule, which PyTorch follows: a range above 1000, or values that four digits after the point cannot show. */
function needsScientific(counted: readonly number[]): boolean {
  let smallest = Number.POSITIVE_INFINITY
  let largest = 0
  for (const value of counted) {
    smallest = Math.min(smallest, Math.abs(value))
    largest = Math.max(largest, Math.abs(value))
  }
  return largest / smallest > 1000 || largest > 1e8 || smallest < 1e-4
}

function isNonzeroFinite(x: number): boolean {
  return x !== 0 && Number.isFinite(x)
}
