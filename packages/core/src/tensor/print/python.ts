import { formatExponent, formatNonFinite } from './decimal.ts'

/**
 * Python's `repr` of a float, the shortest digits that read back as the same double: `0.1`, `1.0`, `1e-05`, `1e+16`,
 * `inf`, `nan`. A JavaScript number does not say whether it was an int: write an integer option with `String`.
 */
export function formatFloat(x: number): string {
  const nonFinite = formatNonFinite(x)
  if (nonFinite !== null) return nonFinite
  if (x === 0) return Object.is(x, -0) ? '-0.0' : '0.0'
  const [digits = '', exponent] = x.toExponential().split('e')
  if (Number(exponent) < -4 || Number(exponent) >= 16) return digits + formatExponent(Number(exponent))
  return Number.isInteger(x) ? `${x}.0` : String(x)
}

/** Python's `str` of a list of ints: `[2, 3]`, `[]`. */
export function pythonList(values: readonly number[]): string {
  return `[${values.join(', ')}]`
}

/** Python's `str` of a tuple of ints: `(2, 3)`, `(2,)`, `()`. */
export function pythonTuple(values: readonly number[]): string {
  return values.length === 1 ? `(${values[0]},)` : `(${values.join(', ')})`
}

/** PyTorch's `repr` of a shape: `torch.Size([2, 3])`. */
export function torchSize(shape: readonly number[]): string {
  return `torch.Size(${pythonList(shape)})`
}
