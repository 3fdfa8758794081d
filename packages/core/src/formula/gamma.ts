/**
 * The logarithm of the gamma function and its derivatives in float64, from their classical series: Abramowitz & Stegun
 * 6.1.33 (Taylor), 6.1.41 and 6.3.18 (Stirling), 6.1.17, 6.3.7 and 6.4.7 (reflection), 23.2.6 (Euler–Maclaurin).
 * Relative error about 1e-15; near the zeros of digamma, and of lgamma at negative x, the absolute error is that.
 */
import { polynomial } from './polynomial.ts'

/** `zeta(k) - 1` for k = 2, 3, …: with the ones taken out as a logarithm, the series of lgamma converges as 4^-k. */
const zetaMinusOne = [
  0.6449340668482264, 0.2020569031595943, 0.0823232337111382, 0.03692775514336993, 0.01734306198444914,
  0.008349277381922827, 0.004077356197944339, 0.002008392826082214, 0.0009945751278180853, 0.0004941886041194646,
  0.0002460865533080483, 0.0001227133475784891, 0.00006124813505870483, 0.00003058823630702049, 0.00001528225940865187,
  7.637197637899762e-6, 3.81729326499984e-6, 1.908212716553939e-6, 9.539620338727961e-7, 4.769329867878065e-7,
  2.3845050272773299e-7, 1.1921992596531107e-7, 5.960818905125948e-8, 2.980350351465228e-8, 1.4901554828365041e-8,
]
const taylor = zetaMinusOne.map((zeta, i) => (i % 2 === 0 ? zeta : -zeta) / (i + 2))
const oneMinusEuler = 0.42278433509846713

/** lgamma(2 + z) for |z| ≤ 0.5, precise in relative terms at its zero. */
const lgammaAboutTwo = (z: number): number => z * (oneMinusEuler + z * polynomial(z, taylor))

const halfLogTwoPi = 0.9189385332046727
/** B(2k) / (2k (2k - 1)) for k = 1, 2, …, B the Bernoulli numbers. */
const stirling = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400]

/** x less the nearest integer, exactly: trigonometric functions of πx keep their digits for large x. */
const fraction = (x: number): number => x - Math.round(x)

/** The logarithm of |Γ(x)|; inf at 0, at the negative integers and at both infinities. */
export function lgamma(x: number): number {
  if (x <= 0) {
    if (x === Math.floor(x)) return Infinity
    return Math.log(Math.PI / Math.abs(x * Math.sin(Math.PI * fraction(x)))) - lgamma(-x)
  }
  if (x < 0.5) return lgammaAboutTwo(x) - Math.log1p(x) - Math.log(x)
  if (x < 1.5) return lgammaAboutTwo(x - 1) - Math.log1p(x - 1)
  if (x < 8) {
    let y = x
    let product = 1
    while (y > 2.5) {
      y -= 1
      product *= y
    }
    return lgammaAboutTwo(y - 2) + Math.log(product)
  }
  return (x - 0.5) * (Math.log(x) - 1) + (halfLogTwoPi - 0.5 + polynomial(1 / (x * x), stirling) / x)
}

/** B(2k) / 2k for k = 1, 2, … */
const digammaTail = [1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12]

/** The derivative of lgamma; ∓inf at ±0, NaN at the negative integers. */
export function digamma(x: number): number {
  if (x === 0) return -1 / x
  if (x < 0) return x === Math.floor(x) ? NaN : digamma(1 - x) - Math.PI / Math.tan(Math.PI * fraction(x))
  let sum = 0
  let y = x
  for (; y < 10; y += 1) sum += 1 / y
  if (y === Infinity) return y
  const inverseSquare = 1 / (y * y)
  return Math.log(y) - 0.5 / y - inverseSquare * polynomial(inverseSquare, digammaTail) - sum
}

/** B(2k) / (2k)! for k = 1, 2, … */
const eulerMaclaurin = [
  1 / 12,
  -1 / 720,
  1 / 30240,
  -1 / 1209600,
  1 / 47900160,
  -691 / 1307674368000,
  1 / 74724249600,
  -3617 / 10670622842880000,
  43867 / 5109094217170944000,
  -174611 / 802857662698291200000,
]

/** The Hurwitz zeta function: the sum of `(a + k) ** -s` over k = 0, 1, …, for s ≥ 2 and a > 0. */
function hurwitzZeta(s: number, a: number): number {
  let sum = 0
  let b = a
  // The tail's series is asymptotic: it needs b well above s.
  for (; b < s + 10; b += 1) sum += b ** -s
  const power = b ** -s
  sum += b ** (1 - s) / (s - 1) + power / 2
  let factor = (power * s) / b
  for (let k = 0; k < eulerMaclaurin.length; k++) {
    sum += (eulerMaclaurin[k] ?? 0) * factor
    factor *= ((s + 2 * k + 1) / b) * ((s + 2 * k + 2) / b)
  }
  return sum
}

/** The derivative of order `n` of `cot(πx)`: a polynomial in the cotangent, of which each derivative makes the next. */
function cotangentDerivative(n: number, x: number): number {
  const cotangent = 1 / Math.tan(Math.PI * fraction(x))
  let coefficients = [0, 1]
  for (let order = 0; order < n; order++) {
    const next = new Array<number>(coefficients.length + 1).fill(0)
    // d/dx c^k = -π k (c^(k-1) + c^(k+1)).
    coefficients.forEach((coefficient, k) => {
      if (k === 0) return
      next[k - 1] = (next[k - 1] ?? 0) - Math.PI * k * coefficient
      next[k + 1] = (next[k + 1] ?? 0) - Math.PI * k * coefficient
    })
    coefficients = next
  }
  return polynomial(cotangent, coefficients)
}

/** The factorials of larger numbers are infinite in float64. */
const mostOrder = 170

/** The Hurwitz zeta function for an `s` so large that what is near zero outweighs the rest. */
function largeZeta(s: number, a: number): number {
  if (a > 0) return a ** -s
  const above = a - Math.floor(a)
  return above === 0 ? Infinity : (above - 1) ** -s + above ** -s + (above + 1) ** -s
}

/** The derivative of order `n` = 0, 1, … of digamma at `x`; infinite at its poles, NaN for other `n`. */
export function polygamma(n: number, x: number): number {
  if (!(n >= 0) || n !== Math.floor(n) || Number.isNaN(x) || x === -Infinity) return NaN
  if (n === 0) return digamma(x)
  const sign = n % 2 === 0 ? -1 : 1
  if (x === Infinity) return 0
  if (n > mostOrder) return sign * Infinity * largeZeta(n + 1, x)
  if (x <= 0) {
    if (x === Math.floor(x)) return sign * Infinity
    return -Math.PI * cotangentDerivative(n, x) - sign * polygamma(n, 1 - x)
  }
  let factorial = 1
  for (let k = 2; k <= n && factorial < Infinity; k++) factorial *= k
  return sign * factorial * hurwitzZeta(n + 1, x)
}
