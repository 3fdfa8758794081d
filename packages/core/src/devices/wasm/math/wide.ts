import { F32x4, F64x2 } from '../assembler.ts'

/** Four results from a function in float64: half the speed of float32, and no error but that of the last rounding. */
export function wide(f: (...x: F64x2[]) => F64x2, ...x: readonly F32x4[]): F32x4 {
  const low = f(...x.map((value) => value.toF64x2())).toF32x4()
  const high = f(...x.map((value) => value.shuffle(value, [2, 3, 2, 3]).toF64x2())).toF32x4()
  return low.shuffle(high, [0, 1, 4, 5])
}

/** `c0 + c1 x + c2 x² + …`, by Horner's rule. */
export function polynomial<V extends { madd(b: V | number, c: number): V }>(x: V, coefficients: readonly number[]): V {
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
