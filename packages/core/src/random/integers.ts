import { bool, type DType, float32, float64, int32, type TypedArray, uint8 } from '../dtype.ts'
import { RuntimeError, TypeError } from '../errors.ts'
import type { Generator } from './generator.ts'

/** What drawing integers must know of a dtype. */
interface Limits {
  /** The largest integer that is told apart from its neighbours: the last that `random_` draws if not told otherwise. */
  readonly top: number
  /** The smallest value of an integer dtype. */
  readonly bottom?: number
  /** C++'s name, as PyTorch's errors have it. */
  readonly name?: string
  /** Bits of precision of a floating dtype. */
  readonly digits?: number
}

const LIMITS = new Map<DType, Limits>([
  [bool, { name: 'bool', bottom: 0, top: 1 }],
  [uint8, { name: 'unsigned char', bottom: 0, top: 255 }],
  [int32, { name: 'int', bottom: -(2 ** 31), top: 2 ** 31 - 1 }],
  [float32, { digits: 24, top: 2 ** 24 }],
  [float64, { digits: 53, top: 2 ** 53 }],
])

/** From as many different values on, 64 bits are drawn for each: PyTorch since 2.7, for every dtype. Before, from 2³². */
const WIDE = 2 ** 28
/** From this `n` on, `randperm` of PyTorch 2 draws 64 bits and shuffles from the other end; that of 1.13 did not. */
const LARGE_PERMUTATION = Math.floor((2 ** 32 - 1) / 20)

/** `a mod n` of integers, 0 ≤ a < 2⁵³: the rounded quotient is off by less than 1/n, so its floor is right. */
function modulo(a: number, n: number): number {
  return a - Math.floor(a / n) * n
}

/** 64 random bits modulo `n ≤ 2³⁷`, 16 bits at once so that nothing exceeds 2⁵³. */
function random64Modulo(n: number, generator: Generator): number {
  const high = generator.random()
  const low = generator.random()
  const middle = modulo(modulo(high, n) * 2 ** 16 + (low >>> 16), n)
  return modulo(middle * 2 ** 16 + (low & 0xffff), n)
}

/** Fills `out` with `first` plus random bits modulo `count`, a slightly uneven choice that PyTorch makes too. */
function fillModulo(out: TypedArray, first: number, count: bigint, generator: Generator): void {
  const n = Number(count)
  if (n < WIDE) {
    for (let i = 0; i < out.length; i++) out[i] = first + modulo(generator.random(), n)
  } else if (n <= 2 ** 37) {
    for (let i = 0; i < out.length; i++) out[i] = first + random64Modulo(n, generator)
  } else {
    const start = BigInt(first)
    for (let i = 0; i < out.length; i++) out[i] = Number(start + (generator.random64() % count))
  }
}

/** The distance of float neighbours just below `magnitude`. */
function spacing(magnitude: number, digits: number): number {
  return 2 ** (Math.floor(Math.log2(magnitude)) - digits + 1)
}

/**
 * Fills `out` with integers of [from, to), as `random_(from, to)` and `randint`. Where `to` is null, up to the largest
 * integer that the dtype tells apart from its neighbours.
 *
 * @throws RuntimeError when the range is empty or the dtype cannot hold it; TypeError when a bound is not an integer.
 */
export function fillRandomFrom(
  out: TypedArray,
  dtype: DType,
  from: number,
  to: number | null,
  generator: Generator,
): void {
  const { name, bottom, top, digits } = LIMITS.get(dtype) as Limits
  for (const [bound, value] of [['from', from] as const, ['to', to ?? 0] as const]) {
    if (!Number.isInteger(value) || Math.abs(value) > 2 ** 53) {
      throw new TypeError(`random_: '${bound}' must be an integer of at most 2^53, got ${value}`)
    }
  }
  if (to !== null && from >= to) {
    throw new RuntimeError(`random_ expects 'from' to be less than 'to', but got from=${from} >= to=${to}`)
  }
  let first = from
  let last = to === null ? top : to - 1
  if (digits !== undefined) {
    // Rounded to the dtype, no value may fall outside of [from, to): both bounds move to the nearest that can be held.
    const afterFirst = dtype.round(first + 1)
    if (afterFirst < first) first = afterFirst + spacing(Math.abs(first + 1), digits)
    if (to !== null && dtype.round(last) >= to) last = dtype.round(last) - spacing(Math.abs(last), digits) - 1
    if (first > last) {
      throw new RuntimeError(
        to === null
          ? `random_ expects 'from' casted to dtype to be less than or equal to 'to_inc' casted to dtype, but got from=${first} > to_inc=${last}`
          : `random_ expects 'from' casted to dtype to be less than 'to' casted to dtype, but got from=${first} >= to=${last + 1}`,
      )
    }
  }
  if (bottom !== undefined) {
    if (first < bottom || first > top) throw new RuntimeError(`from is out of bounds for ${name}`)
    if (last < bottom || last > top) throw new RuntimeError(`to - 1 is out of bounds for ${name}`)
  }
  fillModulo(out, first, BigInt(last) - BigInt(first) + 1n, generator)
}

/** Fills `out` with integers from 0 to the largest that the dtype tells apart from its neighbours, as `random_()`. */
export function fillRandom(out: TypedArray, dtype: DType, generator: Generator): void {
  const { top } = LIMITS.get(dtype) as Limits
  if (dtype === float64) {
    const count = BigInt(top) + 1n
    for (let i = 0; i < out.length; i++) out[i] = Number(generator.random64() % count)
  } else {
    for (let i = 0; i < out.length; i++) out[i] = modulo(generator.random(), top + 1)
  }
}

/**
 * Fills `out` with the integers under its length, shuffled, as `randperm` (Fisher and Yates).
 *
 * @throws RuntimeError when the dtype cannot hold them.
 */
export function fillPermutation(out: TypedArray, dtype: DType, generator: Generator): void {
  const n = out.length
  if (dtype === bool) throw new RuntimeError(`"randperm" not implemented for 'Bool'`)
  if (dtype === uint8 && n > 256) throw new RuntimeError('value cannot be converted to type uint8_t without overflow')
  if (dtype === float32 && n > 2 ** 24 + 1) {
    throw new RuntimeError('n cannot be greater than 2^24+1 for Float type.')
  }
  if (n >= LARGE_PERMUTATION) {
    for (let i = 0; i < n; i++) {
      const other = random64Modulo(i + 1, generator)
      out[i] = out[other] as number
      out[other] = i
    }
    return
  }
  for (let i = 0; i < n; i++) out[i] = i
  for (let i = 0; i < n - 1; i++) {
    const other = i + modulo(generator.random(), n - i)
    const value = out[i] as number
    out[i] = out[other] as number
    out[other] = value
  }
}
