import type { DType } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'

/** A number as C++ streams print it, and so PyTorch's messages: six significant digits, no trailing zeros. */
export function plain(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  const [digits = '', exponent] = value.toPrecision(6).split('e')
  const short = digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits
  if (exponent === undefined) {
    // toPrecision turns to an exponent below 1e-6, C++ below 1e-4.
    return value !== 0 && Math.abs(value) < 1e-4 ? streamed(value.toExponential(5)) : short
  }
  return streamed(`${digits}e${exponent}`)
}

/** `1.50000e-5` as `1.5e-05`. */
function streamed(text: string): string {
  const [digits = '', exponent = '0'] = text.split('e')
  const power = Number(exponent)
  const sign = power < 0 ? '-' : '+'
  return `${digits.replace(/\.?0+$/, '')}e${sign}${String(Math.abs(power)).padStart(2, '0')}`
}

/** Throws PyTorch's error for a kernel that has no case for the dtype, unless the dtype is floating. */
export function requireFloating(kernel: string, dtype: DType): void {
  if (dtype.kind !== 'floating') throw new RuntimeError(`"${kernel}" not implemented for '${dtype.scalarName}'`)
}
