/**
 * log, exp, sin, cos and tan in double-double arithmetic, rounded once at the end.
 *
 * `Math.log` and its kin differ from engine to engine and from the C library in the last bit of one result in ten. PyTorch
 * draws float64 with the C library, whose results are the correctly rounded ones nearly always; so are these.
 * A double-double is a pair of doubles, high and low, whose exact sum is the value: about 106 bits.
 */
import { productError } from './fma.ts'

/** The low half of the last `logHigh`, `sinHigh` or `cosHigh`. A typed array, since a variable would be boxed. */
const rest = new Float64Array(1)
/** The argument of sin and cos, reduced to |r| ≤ π/4, and its square: high and low halves. */
const reduced = new Float64Array(4)

// ln 2 and π/2 in pieces short enough for their products with small integers to be exact (fdlibm).
const LN2_HIGH = 0.693147180559890330187045037746429443359375
const LN2_LOW = 5.497923018708371e-14
const HALF_PI_1 = 1.57079632673412561417
const HALF_PI_2 = 6.0771005063039659766e-11
const HALF_PI_3 = 2.02226624879595063154e-21

const THIRD_LOW = 1.850371707708594e-17
const SIXTH_LOW = 9.25185853854297e-18
const TWENTY_FOURTH_LOW = 2.3129646346357427e-18
const HUNDRED_TWENTIETH_LOW = 1.1564823173178714e-19

/** `1/5, 1/7, …`: the series of atanh from its third term. */
const ATANH = Array.from({ length: 12 }, (_, i) => 1 / (2 * i + 5))
/** `±1/n!, ∓1/(n+2)!, …`: the rest of a series of sin or cos. */
function alternating(n: number, sign: number): number[] {
  let factorial = 1
  for (let i = 2; i <= n; i++) factorial *= i
  return Array.from({ length: 9 }, (_, i) => {
    if (i > 0) factorial *= (n + 2 * i - 1) * (n + 2 * i)
    return (sign * (i % 2 === 0 ? 1 : -1)) / factorial
  })
}
const SIN = alternating(7, -1)
const COS = alternating(6, -1)

/** The polynomial `c[0] + c[1]·x + …`. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + (coefficients[i] as number)
  return sum
}

/** The natural logarithm of a finite `x > 0`: the high half, the low one in `rest`. */
function logHigh(x: number): number {
  // x = m·2^k with m in [√½, √2].
  let k = Math.round(Math.log2(x))
  let m = x / 2 ** k
  if (m > Math.SQRT2) {
    m /= 2
    k += 1
  } else if (m < Math.SQRT1_2) {
    m *= 2
    k -= 1
  }
  // log m = 2·atanh(s), s = (m-1)/(m+1); then atanh(s) = s + s·t·(1/3 + t/5 + t²/7 + …), t = s².
  const f = m - 1
  const d = 2 + f
  const dLow = f - (d - 2)
  const s = f / d
  const sd = s * d
  const sLow = (f - sd - productError(s, d, sd) - s * dLow) / d
  const t = s * s
  const tLow = productError(s, s, t) + 2 * s * sLow
  const tail = t * polynomial(ATANH, t)
  const p = 1 / 3 + tail
  const pLow = 1 / 3 - p + tail + THIRD_LOW
  const tp = t * p
  const tpLow = productError(t, p, tp) + t * pLow + tLow * p
  const stp = s * tp
  const stpLow = productError(s, tp, stp) + s * tpLow + sLow * tp

  const a = k * LN2_HIGH
  const b = a + 2 * s
  const bLow = a - (b - (b - a)) + (2 * s - (b - a))
  const c = b + 2 * stp
  const cLow = b - (c - (c - b)) + (2 * stp - (c - b))
  rest[0] = bLow + cLow + 2 * (sLow + stpLow) + k * LN2_LOW
  return c
}

/** Reduces `x` by multiples of π/2 into `reduced`, and returns how many. */
function reduce(x: number): number {
  const n = Math.round(x * (2 / Math.PI))
  const a = x - n * HALF_PI_1
  const b = n * HALF_PI_2
  const high = a - b
  const low = a - (high + (a - high)) + (a - high - b) - n * HALF_PI_3
  const r = high + low
  const rLow = high - r + low
  const t = r * r
  reduced[0] = r
  reduced[1] = rLow
  reduced[2] = t
  reduced[3] = productError(r, r, t) + 2 * r * rLow
  return n
}

/** `1 + t·(c + t·(d + t·(…)))` as a double-double, with `t` from `reduced` and the first two coefficients as doubles. */
function series(c: number, cLow: number, d: number, dLow: number, others: readonly number[]): number {
  const t = reduced[2] as number
  const tLow = reduced[3] as number
  const tail = t * polynomial(others, t)
  const q = d + tail
  const qLow = d - q + tail + dLow

  const tq = t * q
  const tqLow = productError(t, q, tq) + t * qLow + tLow * q
  const p = c + tq
  const pLow = c - p + tq + tqLow + cLow

  const tp = t * p
  const sum = 1 + tp
  rest[0] = 1 - sum + tp + (productError(t, p, tp) + t * pLow + tLow * p)
  return sum
}

/** The sine of the argument in `reduced`. */
function sinHigh(): number {
  const r = reduced[0] as number
  const sum = series(-1 / 6, -SIXTH_LOW, 1 / 120, HUNDRED_TWENTIETH_LOW, SIN)
  const product = r * sum
  rest[0] = productError(r, sum, product) + r * (rest[0] as number) + (reduced[1] as number) * sum
  return product
}

/** The cosine of the argument in `reduced`. */
function cosHigh(): number {
  return series(-1 / 2, 0, 1 / 24, TWENTY_FOURTH_LOW, COS)
}

/** The sine (`quarter` 0) or cosine (`quarter` 1) of `x`: the high half, the low one in `rest`. */
function sineHigh(x: number, quarter: number): number {
  const n = (reduce(x) + quarter) & 3
  const high = n % 2 === 0 ? sinHigh() : cosHigh()
  if (n < 2) return high
  rest[0] = -(rest[0] as number)
  return -high
}

/** The natural logarithm of a finite `x ≥ 0`. */
export function log(x: number): number {
  return x === 0 ? Number.NEGATIVE_INFINITY : logHigh(x) + (rest[0] as number)
}

/** `e^x`: one Newton step from `Math.exp` by the precise logarithm. */
export function exp(x: number): number {
  const y = Math.exp(x)
  if (y === 0 || y === Number.POSITIVE_INFINITY || Number.isNaN(y)) return y
  return y + y * (x - logHigh(y) - (rest[0] as number))
}

/** The sine of `x`, |x| < 10⁶. */
export function sin(x: number): number {
  return sineHigh(x, 0) + (rest[0] as number)
}

/** The cosine of `x`, |x| < 10⁶. */
export function cos(x: number): number {
  return sineHigh(x, 1) + (rest[0] as number)
}

/** The tangent of `x`, |x| < 10⁶: a division in double-double. */
export function tan(x: number): number {
  const s = sineHigh(x, 0)
  const sLow = rest[0] as number
  const c = sineHigh(x, 1)
  const cLow = rest[0] as number
  const quotient = s / c
  const product = quotient * c
  return quotient + (s - product - productError(quotient, c, product) + sLow - quotient * cLow) / c
}
