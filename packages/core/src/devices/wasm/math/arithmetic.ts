import { choose, F32, F32x4, F64x2, type FunctionHandle, I64, type ModuleBuilder } from '../assembler.ts'
import { copysign, perLane, wide } from './wide.ts'

/** -1, 0 or 1; 0 for NaN. */
export function sign(x: F32x4): F32x4 {
  return x
    .gt(0)
    .and(F32x4.const(1))
    .or(x.lt(0).and(F32x4.const(-1)))
    .asF32x4()
}

/** The smaller; where one is NaN, the other. */
export function fmin(a: F32x4, b: F32x4): F32x4 {
  return a.eq(a).select(a.pmin(b), b)
}

/** The larger; where one is NaN, the other. */
export function fmax(a: F32x4, b: F32x4): F32x4 {
  return a.eq(a).select(a.pmax(b), b)
}

/** The quotient below which it and its product with the divisor fit in a float64. */
const exactQuotient = 2 ** 28

/** The remainder of a / b with the sign of a: exact. */
export function fmod(m: ModuleBuilder, a: F32x4, b: F32x4): F32x4 {
  const [dividend, divisor] = [a.abs(), b.abs()]
  const rest = wide((x, y) => x.sub(x.div(y).trunc().mul(y)), dividend, divisor)
  const isHuge = dividend.ge(divisor.mul(exactQuotient)).and(dividend.lt(Infinity)).and(divisor.gt(0))
  const exact = choose(
    isHuge.anyTrue(),
    perLane((x, y) => longDivision(m).call(x, y), dividend, divisor),
    a,
  )
  const whole = divisor.eq(Infinity).and(dividend.lt(Infinity)).select(dividend, rest)
  return copysign(isHuge.select(exact, whole), a)
}

const built = new WeakMap<ModuleBuilder, FunctionHandle<[F32, F32], F32>>()

/** a mod b for positive finite a and b, 27 bits of the quotient at a time. */
function longDivision(m: ModuleBuilder): FunctionHandle<[F32, F32], F32> {
  const known = built.get(m)
  if (known) return known
  const handle = m.function([F32, F32], F32, (f, a, b) => {
    const rest = f.let(a.toF64())
    const divisor = f.let(b.toF64())
    // Lanes that are not huge come along; what they give is not used, but they must end.
    const isOrdinary = rest.lt(Infinity).and(divisor.gt(0)).and(divisor.lt(Infinity))
    f.while(rest.ge(divisor).and(isOrdinary), () => {
      const quotient = f.let(rest.div(divisor))
      const exponent = quotient
        .asI64()
        .shr(52)
        .sub(27 + 1023)
      const scale = choose(quotient.lt(exactQuotient), I64.const(0), exponent)
      const step = f.let(scale.add(1023).shl(52).asF64().mul(divisor))
      f.set(rest, rest.sub(rest.div(step).trunc().mul(step)))
    })
    return rest.toF32()
  })
  built.set(m, handle)
  return handle
}

/** The remainder of a / b with the sign of b, as Python's `%`. */
export function remainder(m: ModuleBuilder, a: F32x4, b: F32x4): F32x4 {
  const rest = fmod(m, a, b)
  return hasOtherSign(rest, b).select(rest.add(b), rest)
}

/** Where a remainder with the sign of the dividend lies on the other side of zero than the divisor. */
function hasOtherSign(rest: F32x4, b: F32x4): ReturnType<F32x4['lt']> {
  return rest.ne(0).and(rest.lt(0).xor(b.lt(0)))
}

/** floor(a / b) from the exact remainder, so that rounding of the quotient cannot show. */
export function floorDivide(m: ModuleBuilder, a: F32x4, b: F32x4): F32x4 {
  const rest = fmod(m, a, b)
  const correction = hasOtherSign(rest, b).and(F32x4.const(1)).asF32x4()
  const floor = wide(
    (x, y, r, c) => {
      const quotient = x.sub(r).div(y).sub(c)
      const near = quotient.floor()
      return near.add(quotient.sub(near).gt(0.5).and(F64x2.const(1)).asF64x2())
    },
    a,
    b,
    rest,
    correction,
  )
  const quotient = a.div(b)
  return b.eq(0).select(quotient, floor.eq(0).select(copysign(F32x4.const(0), quotient), floor))
}
