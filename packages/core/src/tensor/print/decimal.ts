/**
 * Python's `'{:.pf}'` and `'{:.pe}'` for any double and any precision.
 *
 * `toFixed` and `toExponential` will not do: they round a tie away from zero where Python rounds it to even
 * (0.03125 to four digits is 0.0312 in Python, 0.0313 in JavaScript), and `toFixed` gives up at 1e21. The value of a
 * double is a fraction of integers, so BigInt arithmetic rounds it exactly.
 */

const bits = new DataView(new ArrayBuffer(8))

/** The exact value of a finite `x >= 0` as `numerator / denominator`. */
function fraction(x: number): [numerator: bigint, denominator: bigint] {
  bits.setFloat64(0, x)
  const word = bits.getBigUint64(0)
  const biased = Number(word >> 52n)
  const stored = word & 0xfffffffffffffn
  const significand = biased === 0 ? stored : stored | 0x10000000000000n
  const exponent = Math.max(biased, 1) - 1075
  return exponent < 0 ? [significand, 1n << BigInt(-exponent)] : [significand << BigInt(exponent), 1n]
}

/** `numerator / denominator` to the nearest integer, a tie to the even one. */
function roundHalfEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator
  const twice = 2n * (numerator - quotient * denominator)
  return twice > denominator || (twice === denominator && (quotient & 1n) === 1n) ? quotient + 1n : quotient
}

/** `x · 10^power` to the nearest integer, as decimal digits. */
function scaledDigits(x: number, power: number): string {
  const [numerator, denominator] = fraction(x)
  const scale = 10n ** BigInt(Math.abs(power))
  return (
    power < 0 ? roundHalfEven(numerator, denominator * scale) : roundHalfEven(numerator * scale, denominator)
  ).toString()
}

/** The sign that Python writes: negative zero has one, nan has none. */
function sign(x: number): string {
  return x < 0 || Object.is(x, -0) ? '-' : ''
}

/** Python's spelling of infinities and nan, or null for a finite number. */
export function formatNonFinite(x: number): string | null {
  if (Number.isFinite(x)) return null
  return Number.isNaN(x) ? 'nan' : `${sign(x)}inf`
}

/** Python's `'{:.{precision}f}'.format(x)`. */
export function formatFixed(x: number, precision: number): string {
  const nonFinite = formatNonFinite(x)
  if (nonFinite !== null) return nonFinite
  const digits = scaledDigits(Math.abs(x), precision).padStart(precision + 1, '0')
  const point = digits.length - precision
  return sign(x) + digits.slice(0, point) + (precision > 0 ? `.${digits.slice(point)}` : '')
}

/** Python's `'{:.{precision}e}'.format(x)`: the exponent has a sign and at least two digits. */
export function formatScientific(x: number, precision: number): string {
  const nonFinite = formatNonFinite(x)
  if (nonFinite !== null) return nonFinite
  const [digits, exponent] = scientificDigits(Math.abs(x), precision)
  const fractional = precision > 0 ? `.${digits.slice(1)}` : ''
  return `${sign(x)}${digits.charAt(0)}${fractional}${formatExponent(exponent)}`
}

/** The exponent part of a number in Python's scientific notation: `e+08`, `e-05`, `e+100`. */
export function formatExponent(exponent: number): string {
  return `e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

/** The `precision + 1` significant digits of a finite `x >= 0`, correctly rounded, and the exponent of the first one. */
function scientificDigits(x: number, precision: number): [digits: string, exponent: number] {
  if (x === 0) return ['0'.repeat(precision + 1), 0]
  // From below, so that the first length that fits is right: subtracting more than log10's own rounding error puts a
  // power of ten one too low, and a number that rounds up to one is counted again with the next exponent.
  for (let exponent = Math.floor(Math.log10(x) - 1e-12); ; exponent++) {
    const digits = scaledDigits(x, precision - exponent)
    if (digits.length <= precision + 1) return [digits, exponent]
  }
}
