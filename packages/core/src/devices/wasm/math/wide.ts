import { type F32, F32x4, F64x2 } from '../assembler.ts'

/** Four results from a function in float64: half the speed of float32, and no error but that of the last rounding. */
export function wide(f: (...x: F64x2[]) => F64x2, ...x: readonly F32x4[]): F32x4 {
  const low = f(...x.map((value) => value.toF64x2())).toF32x4()
  const high = f(...x.map((value) => value.shuffle(value, [2, 3, 2, 3]).toF64x2())).toF32x4()
  return low.shuffle(high, [0, 1, 4, 5])
}

/** Four results from a function of single numbers. */
export function perLane(f: (...x: F32[]) => F32, ...x: readonly F32x4[]): F32x4 {
  return [0, 1, 2, 3].reduce((result, lane) => {
    return result.withLane(lane, f(...x.map((value) => value.lane(lane))))
  }, F32x4.const(0))
}

/** Numbers that polynomials are made of. */
interface Ring<V> {
  mul(b: V): V
  madd(b: V | number, c: V | number): V
}

/**
 * `c0 + c1 x + c2 x² + …`: Horner's rule for the even and the odd powers, side by side, as each step of one waits for the
 * step before it. Rounds a little more than `horner` does.
 */
export function polynomial<V extends Ring<V>>(x: V, coefficients: readonly number[]): V {
  if (coefficients.length < 5) return horner(x, coefficients)
  const square = x.mul(x)
  const isEven = (_: number, power: number): boolean => power % 2 === 0
  const isOdd = (_: number, power: number): boolean => power % 2 === 1
  return horner(square, coefficients.filter(isOdd)).madd(x, horner(square, coefficients.filter(isEven)))
}

/** `c0 + c1 x + c2 x² + …`, from the inside out. */
export function horner<V extends Ring<V>>(x: V, coefficients: readonly number[]): V {
  const [last = 0, next = 0, ...rest] = [...coefficients].reverse()
  return rest.reduce((sum, coefficient) => sum.madd(x, coefficient), x.madd(last, next))
}

/** |magnitude| with the sign of `sign`, that of a zero included. */
export function copysign(magnitude: F32x4, sign: F32x4): F32x4 {
  return magnitude.abs().or(sign.and(F32x4.const(-0)))
}

/** As `copysign`, in float64. */
export function copysign64(magnitude: F64x2, sign: F64x2): F64x2 {
  return magnitude.abs().or(sign.and(F64x2.const(-0)))
}

/** `result`, but `x` itself where that is 0 or -0: for odd functions whose computation loses the sign of a zero. */
export function keepZero(x: F32x4, result: F32x4): F32x4 {
  return x.eq(0).select(x, result)
}
