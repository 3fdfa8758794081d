import { F32x4, F64x2 } from '../assembler.ts'
import * as coefficients from './coefficients.ts'
import { expm1Wide, expOfSmall, expWide } from './exponential.ts'
import { log1pWide } from './logarithm.ts'
import { copysign, horner, wide } from './wide.ts'

/** tanh x: a polynomial where |x| < 0.6, 1 - 2 / (e²ˣ + 1) elsewhere. */
export function tanh(x: F32x4): F32x4 {
  const magnitude = x.abs()
  const square = x.mul(x)
  const small = horner(square, coefficients.tanh32).mul(square).madd(x, x)
  const large = F32x4.const(1).sub(F32x4.const(2).div(expOfSmall(magnitude.add(magnitude).pmin(20)).add(1)))
  return copysign(magnitude.lt(0.6).select(small, large), x)
}

/** sinh x = (E + E / (E + 1)) / 2 with E = e^|x| - 1. */
export function sinh(x: F32x4): F32x4 {
  const magnitude = wide((value) => {
    const e = expm1Wide(value.abs())
    return e.add(e.div(e.add(1))).mul(0.5)
  }, x)
  return copysign(magnitude, x)
}

/** cosh x = (e^|x| + e^-|x|) / 2. */
export function cosh(x: F32x4): F32x4 {
  return wide((value) => {
    const e = expWide(value.abs())
    return e.add(F64x2.const(1).div(e)).mul(0.5)
  }, x)
}

/** asinh x = log1p(|x| + x² / (1 + √(1 + x²))). */
export function asinh(x: F32x4): F32x4 {
  const magnitude = wide((value) => {
    const square = value.mul(value)
    const root = square.add(1).sqrt().add(1)
    return log1pWide(value.abs().add(square.div(root)))
  }, x)
  return copysign(x.abs().eq(Infinity).select(x, magnitude), x)
}

/** acosh x = log1p(t + √(t (t + 2))) with t = x - 1. */
export function acosh(x: F32x4): F32x4 {
  const result = wide((value) => {
    const t = value.sub(1)
    return log1pWide(t.add(t.mul(t.add(2)).sqrt()))
  }, x)
  return x.lt(1).select(F32x4.const(NaN), x.eq(Infinity).select(x, result))
}

/** atanh x = log1p(2 |x| / (1 - |x|)) / 2. */
export function atanh(x: F32x4): F32x4 {
  const magnitude = x.abs()
  const result = wide((value) => log1pWide(value.add(value).div(F64x2.const(1).sub(value))).mul(0.5), magnitude)
  const edge = magnitude.eq(1).select(F32x4.const(Infinity), F32x4.const(NaN))
  return copysign(magnitude.lt(1).select(result, edge), x)
}
