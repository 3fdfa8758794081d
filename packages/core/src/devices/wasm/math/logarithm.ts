import { choose, F32x4, F64x2, I32x4, I64x2 } from '../assembler.ts'
import * as coefficients from './coefficients.ts'
import { keepZero, polynomial, wide } from './wide.ts'

/** The bits of √½: subtracting them makes the exponent field count from √½ to √2 instead of from 1 to 2. */
const rootHalf32 = 0x3f3504f3
const rootHalf64 = 0x3fe6a09e667f3bcdn
const one64 = 0x3ff0000000000000n

/**
 * log x: x = 2ᵏ m, √½ ≤ m < √2, log x = k ln 2 + log m. Zeros, denormals, negatives, infinities and NaNs are left to
 * float64, where they are one range with the rest.
 */
export function log(x: F32x4): F32x4 {
  const isNormal = x.asI32x4().sub(0x00800000).ltUnsigned(0x7f000000)
  return choose(isNormal.allTrue(), logOfNormal(x), logarithm(x))
}

function logOfNormal(x: F32x4): F32x4 {
  const shifted = x.asI32x4().sub(rootHalf32)
  const k = shifted.shrSigned(23).toF32x4()
  const r = shifted.and(I32x4.const(0x007fffff)).add(rootHalf32).asF32x4().sub(1)
  const square = r.mul(r)
  const tail = polynomial(r, coefficients.log32).mul(r).madd(square, k.mul(ln2Low)).sub(square.mul(0.5))
  return k.madd(ln2High, r.add(tail))
}

/** ln 2 in two parts, as in exponential.ts. */
const ln2High = 355 / 512
const ln2Low = Math.LN2 - ln2High

/** log x / log b in float64 for positive normal x, given log 2 / log b and 1 / log b; exact at the powers of two. */
export function logWide(x: F64x2, ofTwo: number = Math.LN2, ofE = 1): F64x2 {
  const shifted = x.asI64x2().add(I64x2.const(one64 - rootHalf64))
  const exponent = shifted
    .shr(52)
    .or(F64x2.const(2 ** 52))
    .asF64x2()
  const k = exponent.sub(2 ** 52 + 1023)
  const m = shifted
    .and(I64x2.const(2n ** 52n - 1n))
    .add(I64x2.const(rootHalf64))
    .asF64x2()
  const f = m.sub(1).div(m.add(1))
  return k.madd(ofTwo, polynomial(f.mul(f), coefficients.atanh).mul(f.mul(2 * ofE)))
}

/** log(1 + t) in float64, its error relative to the result; NaN where t is infinite or NaN. */
export function log1pWide(t: F64x2): F64x2 {
  const u = t.add(1)
  // What rounding took from 1 + t, to first order.
  const lost = t.sub(u.sub(1)).div(u)
  return logWide(u).add(lost)
}

/** `result` where x has a logarithm; -Infinity at zeros, NaN below, and x itself where that is Infinity or NaN. */
function withEdges(x: F32x4, result: F32x4): F32x4 {
  const isOrdinary = x.gt(0).and(x.lt(Infinity))
  const edge = x.eq(0).select(F32x4.const(-Infinity), x.lt(0).select(F32x4.const(NaN), x))
  return isOrdinary.select(result, edge)
}

function logarithm(x: F32x4, ofTwo: number = Math.LN2, ofE = 1): F32x4 {
  return withEdges(
    x,
    wide((value) => logWide(value, ofTwo, ofE), x),
  )
}

/** The logarithm to the base 2. */
export function log2(x: F32x4): F32x4 {
  return logarithm(x, 1, Math.LOG2E)
}

/** The logarithm to the base 10. */
export function log10(x: F32x4): F32x4 {
  return logarithm(x, Math.LN2 * Math.LOG10E, Math.LOG10E)
}

/** log(1 + x), exact to the last bits where x is small. */
export function log1p(x: F32x4): F32x4 {
  return keepZero(x, withEdges(x.add(1), wide(log1pWide, x)))
}
