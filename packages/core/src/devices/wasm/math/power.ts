import { F32x4, F64x2 } from '../assembler.ts'
import { exp2Wide } from './exponential.ts'
import { logWide } from './logarithm.ts'
import { wide } from './wide.ts'

/** √(x² + y²), infinite where either is. */
export function hypot(x: F32x4, y: F32x4): F32x4 {
  const length = wide((a, b) => a.mul(a).add(b.mul(b)).sqrt(), x, y)
  const isInfinite = x.abs().eq(Infinity).or(y.abs().eq(Infinity))
  return isInfinite.select(F32x4.const(Infinity), length)
}

/** |x|ʸ = 2 to the y log2 |x| in float64, then signs and edges as in C's pow: 1 to any power is 1, as is any to the 0. */
export function pow(x: F32x4, y: F32x4): F32x4 {
  const magnitude = wide(powerOfMagnitude, x, y)
  const isInteger = y.trunc().eq(y)
  const half = y.mul(0.5)
  const isOdd = isInteger.and(half.trunc().ne(half))
  const signed = magnitude.xor(x.and(F32x4.const(-0)).and(isOdd))
  const isOutside = x.lt(0).and(x.gt(-Infinity)).andNot(isInteger)
  const isOne = x.eq(1).or(y.eq(0))
  return isOne.select(F32x4.const(1), isOutside.select(F32x4.const(NaN), signed))
}

function powerOfMagnitude(x: F64x2, y: F64x2): F64x2 {
  const base = x.abs()
  const logarithm = logWide(base, 1, Math.LOG2E)
  const atZero = base.eq(0).select(F64x2.const(-Infinity), logarithm)
  // What is infinite or NaN is its own logarithm here. Where |x| is 1 the power is 1, infinite ones too, but not NaN's.
  const extended = base.lt(Infinity).select(atZero, base)
  const exponent = base.eq(1).and(y.eq(y)).select(F64x2.const(0), extended.mul(y))
  return exp2Wide(exponent)
}
