import { choose, type F32x4, F64x2, I64x2, type ModuleBuilder } from '../assembler.ts'
import * as coefficients from './coefficients.ts'
import { sineOfHuge, tangentOfHuge } from './payne-hanek.ts'
import { copysign, copysign64, polynomial, wide } from './wide.ts'

/** π/2 in two parts; the first has 31 bits, so that an integer below 2²⁰ times it is exact. */
const halfPiHigh = 0x1921fb544 / 2 ** 32
const halfPiLow = 6.077100506506192e-11
/** Where the exact reduction takes over. */
const huge = 2 ** 20
/** Adding it rounds a float64 to an integer, which then stands in the low bits. */
const round = 1.5 * 2 ** 52

/** x = n π/2 + r, |r| ≤ π/4: sin r, cos r, and n in the low bits. */
function reduced(x: F64x2): { readonly sine: F64x2; readonly cosine: F64x2; readonly n: I64x2 } {
  const shifted = x.madd(2 / Math.PI, round)
  const n = shifted.sub(round)
  const r = n.nmadd(halfPiLow, n.nmadd(halfPiHigh, x))
  const square = r.mul(r)
  return {
    sine: polynomial(square, coefficients.sin).mul(r),
    cosine: polynomial(square, coefficients.cos),
    n: shifted.asI64x2(),
  }
}

const isOdd = (n: I64x2): I64x2 => n.and(I64x2.const(1)).eq(1)

/** The sine of x and `quarters` quarter turns. */
function sineWide(x: F64x2, quarters: number): F64x2 {
  const { sine, cosine, n } = reduced(x)
  const turned = n.add(quarters)
  const negative = turned.and(I64x2.const(2)).shl(62)
  return isOdd(turned).select(cosine, sine).xor(negative)
}

function tangentWide(x: F64x2): F64x2 {
  const { sine, cosine, n } = reduced(x)
  const odd = isOdd(n)
  const negative = n.shl(63)
  return odd.select(cosine, sine).div(odd.select(sine, cosine)).xor(negative)
}

/** `result`, but what `exact` says of lanes where x is huge. */
function unlessHuge(x: F32x4, result: F32x4, exact: () => F32x4): F32x4 {
  const isHuge = x.abs().ge(huge).and(x.abs().lt(Infinity))
  return isHuge.select(choose(isHuge.anyTrue(), exact(), x), result)
}

function sineOrCosine(m: ModuleBuilder, x: F32x4, quarters: number): F32x4 {
  return unlessHuge(
    x,
    wide((value) => sineWide(value, quarters), x),
    () => sineOfHuge(m, x, quarters),
  )
}

/** The sine, for any finite x. */
export function sin(m: ModuleBuilder, x: F32x4): F32x4 {
  return sineOrCosine(m, x, 0)
}

/** The cosine, for any finite x. */
export function cos(m: ModuleBuilder, x: F32x4): F32x4 {
  return sineOrCosine(m, x, 1)
}

/** The tangent, for any finite x. */
export function tan(m: ModuleBuilder, x: F32x4): F32x4 {
  return unlessHuge(x, wide(tangentWide, x), () => tangentOfHuge(m, x))
}

/** Whether |x| > ½, and arcsin of |x| there as π/2 - 2 arcsin √((1-|x|)/2): that inner arcsine, or else the outer. */
function arcsine(x: F64x2): { readonly isLarge: I64x2; readonly angle: F64x2 } {
  const magnitude = x.abs()
  const isLarge = magnitude.gt(0.5)
  const square = isLarge.select(F64x2.const(0.5).sub(magnitude.mul(0.5)), magnitude.mul(magnitude))
  const sine = isLarge.select(square.sqrt(), magnitude)
  return { isLarge, angle: polynomial(square, coefficients.asin).mul(sine) }
}

/** The angle in [-π/2, π/2] of a sine. */
export function asin(x: F32x4): F32x4 {
  const whole = wide((value) => {
    const { isLarge, angle } = arcsine(value)
    return isLarge.select(F64x2.const(Math.PI / 2).sub(angle.add(angle)), angle)
  }, x)
  return copysign(whole, x)
}

/** The angle in [0, π] of a cosine. */
export function acos(x: F32x4): F32x4 {
  return wide((value) => {
    const { isLarge, angle } = arcsine(value)
    const double = angle.add(angle)
    const large = value.lt(0).select(F64x2.const(Math.PI).sub(double), double)
    return isLarge.select(large, F64x2.const(Math.PI / 2).sub(copysign64(angle, value)))
  }, x)
}

/** arctan t for 0 ≤ t ≤ 1. */
function arctangent(t: F64x2): F64x2 {
  const isLarge = t.gt(Math.tan(Math.PI / 8))
  const tangent = isLarge.select(t.sub(1).div(t.add(1)), t)
  const angle = polynomial(tangent.mul(tangent), coefficients.atan).mul(tangent)
  return isLarge.select(angle.add(Math.PI / 4), angle)
}

/** The angle in [-π/2, π/2] of a tangent. */
export function atan(x: F32x4): F32x4 {
  const whole = wide((value) => {
    const magnitude = value.abs()
    const isLarge = magnitude.gt(1)
    const angle = arctangent(isLarge.select(F64x2.const(1).div(magnitude), magnitude))
    return isLarge.select(F64x2.const(Math.PI / 2).sub(angle), angle)
  }, x)
  return copysign(whole, x)
}

/** The angle in [-π, π] of the point (x, y). */
export function atan2(y: F32x4, x: F32x4): F32x4 {
  const whole = wide(
    (sine, cosine) => {
      const [a, b] = [sine.abs(), cosine.abs()]
      const isSteep = a.gt(b)
      const quotient = isSteep.select(b, a).div(isSteep.select(a, b))
      // The quotients 0/0 and ∞/∞ stand for the angles 0 and π/4.
      const onDiagonal = a.gt(0).and(F64x2.const(1)).asF64x2()
      const tangent = a.eq(b).select(onDiagonal, quotient)
      const eighth = arctangent(tangent)
      const quarter = isSteep.select(F64x2.const(Math.PI / 2).sub(eighth), eighth)
      const isLeft = cosine.asI64x2().lt(0)
      return isLeft.select(F64x2.const(Math.PI).sub(quarter), quarter)
    },
    y,
    x,
  )
  return copysign(whole, y)
}
