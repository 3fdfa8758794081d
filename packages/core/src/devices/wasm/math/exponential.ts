import { choose, F32x4, type F64x2, type I32x4 } from '../assembler.ts'
import * as coefficients from './coefficients.ts'
import { horner, keepZero, polynomial, wide } from './wide.ts'

/** Adding it rounds a float32 to an integer, which then stands in the low bits. */
export const round32 = 1.5 * 2 ** 23
/** The same for float64, with the bias of an exponent on top. */
const round64 = 1.5 * 2 ** 52 + 1023

/** ln 2 in two parts; the first has 10 bits, so that a small integer times it is exact. Cephes' split (expf.c). */
const ln2High = 355 / 512
const ln2Low = Math.LN2 - ln2High

/**
 * eˣ: x = n ln 2 + r, eˣ = 2ⁿ eʳ, |r| ≤ ln 2 / 2. Where all results are normal numbers 2ⁿ is added to the exponent;
 * elsewhere it comes in two halves, so that results below the normal range are rounded once and those above overflow.
 */
export function exp(x: F32x4): F32x4 {
  const isNormal = x.abs().lt(87)
  return choose(isNormal.bitmask().eq(15), expOfSmall(x), expOfAll(x))
}

/** eˣ for |x| ≤ 87. */
export function expOfSmall(x: F32x4): F32x4 {
  const { n, power } = reducedPower(x)
  return power.asI32x4().add(n.shl(23)).asF32x4()
}

/** Below -104 the result is 0, and comes without the product that would underflow: that takes processors 150 cycles. */
function expOfAll(x: F32x4): F32x4 {
  const isZero = x.lt(-104)
  const { n, power } = reducedPower(isZero.select(F32x4.const(0), x.pmin(89)))
  const biased = n.add(2 * 127)
  const half = biased.shr(1)
  const result = power.mul(half.shl(23).asF32x4()).mul(biased.sub(half).shl(23).asF32x4())
  return isZero.select(F32x4.const(0), result)
}

/** eʳ, and integers that have n in their low nine bits. */
function reducedPower(x: F32x4): { readonly n: I32x4; readonly power: F32x4 } {
  const shifted = x.madd(Math.LOG2E, round32)
  const n = shifted.sub(round32)
  const r = n.nmadd(ln2Low, n.nmadd(ln2High, x))
  return { n: shifted.asI32x4(), power: horner(r, [1, 1, ...coefficients.exp32]) }
}

/** 1 / (1 + e⁻ˣ), from e^-|x| so that nothing overflows; the quotient is in float64, as its roundings would add up. */
export function sigmoid(x: F32x4): F32x4 {
  const e = exp(x.abs().neg())
  const numerator = x.lt(0).select(e, F32x4.const(1))
  return wide((a, b) => a.div(b.add(1)), numerator, e)
}

/** 2ⁿ for an integer n that float64 can hold as a normal number. */
function powerOfTwo(n: F64x2): F64x2 {
  return n.add(round64).asI64x2().shl(52).asF64x2()
}

/** The n and r of x = n ln 2 + r; x is cut off where float32 has long been 0 or infinite. */
function reduce(x: F64x2): { n: F64x2; r: F64x2 } {
  const inRange = x.pmin(700).pmax(-700)
  const n = inRange.mul(Math.LOG2E).nearest()
  return { n, r: n.nmadd(Math.LN2, inRange) }
}

/** eˣ in float64 with an error below 1e-10, for use in other functions. */
export function expWide(x: F64x2): F64x2 {
  const { n, r } = reduce(x)
  return polynomial(r, coefficients.expm1).madd(r, 1).mul(powerOfTwo(n))
}

/** 2ˣ in float64, as expWide. */
export function exp2Wide(x: F64x2): F64x2 {
  const inRange = x.pmin(1000).pmax(-1000)
  const n = inRange.nearest()
  const r = inRange.sub(n).mul(Math.LN2)
  return polynomial(r, coefficients.expm1).madd(r, 1).mul(powerOfTwo(n))
}

/** eˣ - 1 in float64, as expWide and with that error relative to the result. */
export function expm1Wide(x: F64x2): F64x2 {
  const { n, r } = reduce(x)
  const scale = powerOfTwo(n)
  return polynomial(r, coefficients.expm1).mul(r).madd(scale, scale.sub(1))
}

/** 2ˣ. */
export function exp2(x: F32x4): F32x4 {
  return wide(exp2Wide, x)
}

/** eˣ - 1, exact to the last bits where x is small. */
export function expm1(x: F32x4): F32x4 {
  return keepZero(x, wide(expm1Wide, x))
}
