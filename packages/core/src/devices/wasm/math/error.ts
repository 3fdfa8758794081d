import { F32x4, F64x2 } from '../assembler.ts'
import * as coefficients from './coefficients.ts'
import { expWide, round32 } from './exponential.ts'
import { logWide } from './logarithm.ts'
import { copysign, horner, polynomial, wide } from './wide.ts'

/**
 * The error function: x + x p(x²) for |x| < 1, 1 - 2^q(|x|) elsewhere, 1 from 4 on. As 2^q is small beside 1, it is not
 * computed to the last bit.
 */
export function erf(x: F32x4): F32x4 {
  const magnitude = x.abs()
  const small = polynomial(x.mul(x), coefficients.erf32).madd(magnitude, magnitude)
  const q = polynomial(magnitude.pmin(4).sub(1.75), coefficients.erfc32)
  const shifted = q.add(round32)
  const power = polynomial(q.sub(shifted.sub(round32)), coefficients.coarseExp2)
  const complement = power.asI32x4().add(shifted.asI32x4().shl(23)).asF32x4()
  return copysign(magnitude.lt(1).select(small, F32x4.const(1).sub(complement)), x)
}

/**
 * 1 + erf x in half the steps of `erf`, which has more digits near 0: its error is 2^-22 at most, and less where the sum is
 * small. With w = 1 - erfc(|x|)^(1/8), a polynomial, it is (1 - w)^8 for negative x and 2 - (1 - w)^8 for others; one of the
 * squarings works on w, as w (2 - w), where that is small. From 3.95 on erf is 1 as a float32, and soon w is too.
 */
export function onePlusErf(x: F32x4): F32x4 {
  const magnitude = x.abs()
  const w = horner(magnitude, coefficients.erfRoot32).mul(magnitude).pmin(1)
  const root = w.nmadd(F32x4.const(2).sub(w), 1)
  const square = root.mul(root)
  const complement = square.mul(square)
  return x.lt(0).select(complement, F32x4.const(2).sub(complement))
}

/** 1 - erf x without its cancellation: e^-x² times a polynomial in t = 2 / (2 + x) for x ≥ 1, mirrored for x ≤ -1. */
export function erfc(x: F32x4): F32x4 {
  return wide((value) => {
    const magnitude = value.abs()
    const square = value.mul(value)
    const small = F64x2.const(1).sub(polynomial(square, coefficients.erf).mul(value))
    const t = F64x2.const(2).div(magnitude.add(2))
    const tail = polynomial(t, coefficients.erfcx).mul(t).mul(expWide(square.neg()))
    const large = value.lt(0).select(F64x2.const(2).sub(tail), tail)
    return magnitude.lt(1).select(small, large)
  }, x)
}

/** The inverse of the error function: x times a polynomial in w = -log(1 - x²), or from w = 5 on in √w. */
export function erfinv(x: F32x4): F32x4 {
  const magnitude = x.abs()
  const result = wide((value) => {
    const w = logWide(F64x2.const(1).sub(value.mul(value))).neg()
    const middle = polynomial(w.sub(2.5), coefficients.erfinvMiddle)
    const tail = polynomial(w.sqrt().sub(3.2), coefficients.erfinvTail)
    return w.lt(5).select(middle, tail).mul(value)
  }, x)
  const edge = magnitude.eq(1).select(copysign(F32x4.const(Infinity), x), F32x4.const(NaN))
  return magnitude.lt(1).select(result, edge)
}
