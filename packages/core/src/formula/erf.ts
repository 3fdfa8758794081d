/**
 * The error function, its complement and its inverse in float64.
 *
 * erf and erfc: the rational approximations of fdlibm's s_erf.c (Sun Microsystems, 1993), each good to 2^-57 or better;
 * the coefficients below are its. Relative error under 1e-15 for erf everywhere and for erfc while it is a normal number.
 * erfinv: a starting value from M. Giles, "Approximating the erfinv function" (2012), then steps of Halley's method about 0
 * and of Newton's towards ±1.
 */
import { polynomial } from './polynomial.ts'

const nearZero = {
  p: [
    1.28379167095512558561e-1, -3.2504210724700149937e-1, -2.84817495755985104766e-2, -5.77027029648944159157e-3,
    -2.37630166566501626084e-5,
  ],
  q: [
    1, 3.97917223959155352819e-1, 6.50222499887672944485e-2, 5.08130628187576562776e-3, 1.32494738004321644526e-4,
    -3.9602282787753681232e-6,
  ],
}

/** About 1: `erf(1 + s) = erfAtOne + p(s) / q(s)`. */
const erfAtOne = 8.45062911510467529297e-1
const nearOne = {
  p: [
    -2.36211856075265944077e-3, 4.14856118683748331666e-1, -3.72207876035701323847e-1, 3.18346619901161753674e-1,
    -1.10894694282396677476e-1, 3.54783043256182359371e-2, -2.166375594868790843e-3,
  ],
  q: [
    1, 1.06420880400844228286e-1, 5.40397917702171048937e-1, 7.18286544141962662868e-2, 1.26171219808761642112e-1,
    1.36370839120290507362e-2, 1.1984499846799107417e-2,
  ],
}

/** Above 1.25: `erfc(x) = exp(-x² - 0.5625 + p(1/x²) / q(1/x²)) / x`. */
const middle = {
  p: [
    -9.86494403484714822705e-3, -6.93858572707181764372e-1, -1.05586262253232909814e1, -6.23753324503260060396e1,
    -1.62396669462573470355e2, -1.84605092906711035994e2, -8.12874355063065934246e1, -9.81432934416914548592,
  ],
  q: [
    1, 1.96512716674392571292e1, 1.376577541435190426e2, 4.34565877475229228821e2, 6.45387271733267880336e2,
    4.29008140027567833386e2, 1.08635005541779435134e2, 6.57024977031928170135, -6.04244152148580987438e-2,
  ],
}
const tail = {
  p: [
    -9.86494292470009928597e-3, -7.99283237680523006574e-1, -1.77579549177547519889e1, -1.60636384855821916062e2,
    -6.37566443368389627722e2, -1.02509513161107724954e3, -4.83519191608651397019e2,
  ],
  q: [
    1, 3.03380607434824582924e1, 3.25792512996573918826e2, 1.53672958608443695994e3, 3.19985821950859553908e3,
    2.55305040643316442583e3, 4.74528541206955367215e2, -2.24409524465858183362e1,
  ],
}

type Rational = { readonly p: readonly number[]; readonly q: readonly number[] }

const ratio = (x: number, { p, q }: Rational): number => polynomial(x, p) / polynomial(x, q)

/** erfc for x ≥ 1.25. */
function erfcOfLarge(x: number): number {
  if (x > 28) return 0
  const r = ratio(1 / (x * x), x < 1 / 0.35 ? middle : tail)
  // x² exactly: the square of the 24 leading bits has no rounding error, and the rest is a small correction.
  const leading = Math.fround(x)
  return (Math.exp(-leading * leading - 0.5625) * Math.exp((leading - x) * (leading + x) + r)) / x
}

/** The error function, `2 / sqrt(pi)` times the integral of `exp(-t²)` from 0 to `x`. */
export function erf(x: number): number {
  const magnitude = Math.abs(x)
  if (magnitude < 0.84375) return x + x * ratio(x * x, nearZero)
  if (Number.isNaN(x)) return x
  const result =
    magnitude < 1.25 ? erfAtOne + ratio(magnitude - 1, nearOne) : magnitude < 6 ? 1 - erfcOfLarge(magnitude) : 1
  return x < 0 ? -result : result
}

/** `1 - erf(x)`, with its relative precision kept where erf(x) is close to 1. */
export function erfc(x: number): number {
  if (Number.isNaN(x)) return x
  if (x < -1.25) return x < -6 ? 2 : 2 - erfcOfLarge(-x)
  if (x < 0.25) return 1 - erf(x)
  if (x < 0.84375) return 0.5 - (x - 0.5 + x * ratio(x * x, nearZero))
  if (x < 1.25) return 1 - erfAtOne - ratio(x - 1, nearOne)
  return erfcOfLarge(x)
}

const centre = [
  1.50140941, 0.246640727, -0.00417768164, -0.00125372503, 0.00021858087, -4.39150654e-6, -3.5233877e-6, 3.43273939e-7,
  2.81022636e-8,
]
const outside = [
  2.83297682, 1.00167406, 0.00943887047, -0.0076224613, 0.00573950773, -0.00367342844, 0.00134934322, 0.000100950558,
  -0.000200214257,
]

/** The number whose erf is `y`; ±inf at ±1, NaN beyond. */
export function erfinv(y: number): number {
  const magnitude = Math.abs(y)
  if (!(magnitude < 1)) return magnitude === 1 ? y * Infinity : NaN
  const x = magnitude < 0.5 ? inverseNearZero(magnitude) : inverseOfErfc(1 - magnitude)
  return y < 0 ? -x : y === 0 ? y : x
}

/** Seven digits, while y is not within 1e-7 of 1; beyond that, fewer. */
function inverseStart(y: number): number {
  const w = -Math.log((1 - y) * (1 + y))
  return y * (w < 5 ? polynomial(w - 2.5, centre) : polynomial(Math.sqrt(w) - 3, outside))
}

function inverseNearZero(y: number): number {
  const x = inverseStart(y)
  const step = (erf(x) - y) * slope(x)
  return x - step / (1 + x * step)
}

/** Newton's method on the logarithm of erfc, which is nearly a parabola; `1 - y` has no rounding error from 0.5 on. */
function inverseOfErfc(y: number): number {
  let x = inverseStart(1 - y)
  for (let step = Infinity; Math.abs(step) > 1e-8; x += step) {
    const value = erfc(x)
    step = Math.log(value / y) * value * slope(x)
  }
  return x
}

/** `1 / erf'(x)`. */
const slope = (x: number): number => (Math.sqrt(Math.PI) / 2) * Math.exp(x * x)
