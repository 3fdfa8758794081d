import { type DType, float32, type TypedArray } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import type { Generator } from './generator.ts'
import { uniform53 } from './uniform.ts'

/** Throws as PyTorch where so many samples cannot be drawn of so many categories. */
export function checkMultinomial(dtype: DType, categories: number, samples: number, replacement: boolean): void {
  if (dtype.kind !== 'floating') {
    throw new RuntimeError(`multinomial only supports floating-point dtypes for input, got: ${dtype.scalarName}`)
  }
  if (samples <= 0) throw new RuntimeError('cannot sample n_sample <= 0 samples')
  if (!replacement && samples > categories) {
    throw new RuntimeError('cannot sample n_sample > prob_dist.size(-1) samples without replacement')
  }
  if (categories > 2 ** 24) throw new RuntimeError('number of categories cannot exceed 2^24')
}

/** Throws unless each weight is finite and not negative, and each row has one that is not 0. `races` chooses PyTorch's words. */
export function checkWeights(data: TypedArray, categories: number, races: boolean): void {
  const wrong = (what: string): RuntimeError =>
    new RuntimeError(
      races
        ? 'probability tensor contains either `inf`, `nan` or element < 0'
        : `invalid multinomial distribution (encountering probability entry ${what})`,
    )
  for (let start = 0; start < data.length; start += categories) {
    let sum = 0
    for (let j = start; j < start + categories; j++) {
      const weight = data[j] as number
      if (weight < 0 || Number.isNaN(weight)) throw wrong('< 0')
      if (weight === Number.POSITIVE_INFINITY) throw wrong('= infinity or NaN')
      sum += weight
    }
    if (sum === 0) throw new RuntimeError('invalid multinomial distribution (sum of probabilities <= 0)')
  }
}

/** The sums of the weights up to each of its row, rounded step by step as PyTorch rounds them. */
export function cumulated(data: TypedArray, dtype: DType, categories: number): TypedArray {
  const sums = dtype.array(data.length)
  let sum = 0
  for (let j = 0; j < data.length; j++) {
    sum = dtype.round((j % categories === 0 ? 0 : sum) + (data[j] as number))
    sums[j] = sum
  }
  return sums
}

/**
 * Fills `out` with the least numbers of its dtype that are not below a float64 of [0, 1): what is below one of the two is
 * below the other.
 */
export function fillCeilings(out: TypedArray, dtype: DType, generator: Generator): void {
  for (let i = 0; i < out.length; i++) {
    const u = uniform53(generator)
    // The sum is past the middle between the two float32 numbers about `u`, and so rounds to the larger.
    out[i] = dtype === float32 && Math.fround(u) < u ? u + u * 2 ** -24 : u
  }
}
