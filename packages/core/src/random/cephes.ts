/**
 * log, sin and cos of float32 as the Cephes library of Moshier computes them, in the form in which PyTorch does 8 at once
 * (`avx_mathfun.h`, after Pommier and Garberoglio): each step rounded to float32, multiplications and additions contracted
 * as GCC compiles it. A correctly rounded logarithm would differ from `randn` in the last bit of many numbers.
 *
 * PyTorch does this on x86 alone: a build for ARM calls the C library here, and its `randn` differs by as much.
 */
import type { TypedArray } from '../dtype.ts'
import { fma32 } from './fma.ts'

const { fround } = Math

/** The constants of the formulas, in float32. */
export const cephes = {
  sqrtHalf: fround(Math.SQRT1_2),
  /** Of a polynomial for the logarithm, the highest first. */
  log: [
    7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
    2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
  ].map(fround),
  ln2High: 0.693359375,
  ln2Low: fround(-2.1219444e-4),
  twoPi: fround(2 * Math.PI),
  fourOverPi: fround(1.27323954473516),
  /** -π/4 in three pieces. */
  minusPiOver4: [-0.78515625, fround(-2.4187564849853515625e-4), fround(-3.77489497744594108e-8)],
  sin: [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1].map(fround),
  cos: [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2].map(fround),
} as const

/** A polynomial in `x`, its highest coefficient first, each step a multiplication and addition in one. */
function horner(x: number, coefficients: readonly number[]): number {
  let sum = coefficients[0] as number
  for (let i = 1; i < coefficients.length; i++) sum = fma32(sum, x, coefficients[i] as number)
  return sum
}

/** 2^(i - 8). */
const powersOfTwo = Float64Array.from({ length: 32 }, (_, i) => 2 ** (i - 8))

/** The logarithm of `x` in (0, 1], a multiple of 2⁻²⁴, as every `1 - u` is. */
function log32(x: number): number {
  // x = m·2^e with m in [½, 1).
  const zeros = Math.clz32(x * 2 ** 24)
  let e = 8 - zeros
  let m = x * (powersOfTwo[zeros] as number)
  if (m < cephes.sqrtHalf) {
    e -= 1
    m += m
  }
  m -= 1
  const z = fround(m * m)
  let y = horner(m, cephes.log)
  y = fma32(fround(y * m), z, fround(e * cephes.ln2Low))
  y = fma32(z, -0.5, y)
  return fma32(e, cephes.ln2High, fround(m + y))
}

/** Turns the 16 uniform float32 numbers at `at` into normal ones: 8 radii from the first 8, 8 angles from the others. */
export function boxMuller32(data: TypedArray, at: number, mean: number, std: number): void {
  const mean32 = fround(mean)
  const std32 = fround(std)
  for (let j = at; j < at + 8; j++) {
    const radius = fround(Math.sqrt(-2 * log32(1 - (data[j] as number))))
    const theta = fround(cephes.twoPi * (data[j + 8] as number))

    // The octant, made even, and what of the angle is left: |x| ≤ π/4.
    const octant = (Math.trunc(fround(theta * cephes.fourOverPi)) + 1) & ~1
    let x = theta
    for (const piece of cephes.minusPiOver4) x = fma32(octant, piece, x)
    const z = fround(x * x)
    const c = fround(horner(z, cephes.cos) * z)
    const near1 = fround(fma32(c, z, -0.5 * z) + 1)
    const s = fround(horner(z, cephes.sin) * z)
    const near0 = fma32(s, x, x)

    const swapped = (octant & 2) !== 0
    const sine = swapped ? near1 : near0
    const cosine = swapped ? near0 : near1
    const sin = (octant & 4) === 0 ? sine : -sine
    const cos = ((octant - 2) & 4) === 0 ? -cosine : cosine

    data[j] = fma32(fround(radius * cos), std32, mean32)
    data[j + 8] = fma32(fround(radius * sin), std32, mean32)
  }
}
