import { type DType, float32, largestFloat32, uint8 } from '../dtype.ts'
import { TypeError } from '../errors.ts'
import { signature } from '../signature/index.ts'

/** Infinity. */
export const inf: number = Number.POSITIVE_INFINITY
/** Not a number. */
export const nan: number = Number.NaN
/** The circumference of a circle of diameter 1. */
export const pi: number = Math.PI
/** The base of the natural logarithm. */
export const e: number = Math.E

/** What a floating point dtype can hold. */
export interface FloatLimits {
  readonly bits: number
  /** The distance from 1 to the next larger number. */
  readonly eps: number
  readonly max: number
  readonly min: number
  /** The smallest positive number of full precision. */
  readonly tiny: number
  readonly smallest_normal: number
  /** The decimal digits that are sure. */
  readonly resolution: number
}

/** The limits of a floating point dtype, float32 where left out. */
export const finfo = signature('finfo', ['dtype? type'], (type: DType = float32): FloatLimits => {
  if (type.kind !== 'floating') {
    throw new TypeError(`torch.finfo() requires a floating point input type. Use torch.iinfo to handle '${type.name}'`)
  }
  const single = type === float32
  const max = single ? largestFloat32 : Number.MAX_VALUE
  const tiny = single ? 2 ** -126 : 2 ** -1022
  return {
    bits: type.itemsize * 8,
    eps: single ? 2 ** -23 : Number.EPSILON,
    max,
    min: -max,
    tiny,
    smallest_normal: tiny,
    resolution: single ? 1e-6 : 1e-15,
  }
})

/** The limits of an integer dtype. */
export const iinfo = signature(
  'iinfo',
  ['dtype type'],
  (type: DType): { readonly bits: number; readonly max: number; readonly min: number } => {
    if (type.kind !== 'integer') {
      throw new TypeError(`torch.iinfo() requires an integer input type. Use torch.finfo to handle '${type.name}'`)
    }
    return type === uint8 ? { bits: 8, max: 255, min: 0 } : { bits: 32, max: 2 ** 31 - 1, min: -(2 ** 31) }
  },
)
