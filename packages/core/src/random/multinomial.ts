import { type DType, float32 } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { fillExponential } from './continuous.ts'
import type { Generator } from './generator.ts'
import { uniform53 } from './uniform.ts'

/** Rows of weights, each of which need not sum to one. */
interface Weights {
  readonly data: Float32Array | Float64Array
  readonly dtype: DType
  readonly rows: number
  readonly categories: number
}

/** Throws unless each weight is finite and not negative, and each row has one that is not 0. */
function checkWeights({ data, rows, categories }: Weights, notFinite: string, negative: string): void {
  for (let row = 0; row < rows; row++) {
    let sum = 0
    for (let j = row * categories; j < (row + 1) * categories; j++) {
      const weight = data[j] as number
      if (weight < 0 || Number.isNaN(weight)) throw new RuntimeError(negative)
      if (weight === Number.POSITIVE_INFINITY) throw new RuntimeError(notFinite)
      sum += weight
    }
    if (sum === 0) throw new RuntimeError('invalid multinomial distribution (sum of probabilities <= 0)')
  }
}

/**
 * The categories of the largest `weight / e`, where the `e` are exponentially distributed: a race in which the probability
 * of a category to win is its share of the weights, and the next of those that are left come after it.
 */
function race(
  { data, dtype, rows, categories }: Weights,
  samples: number,
  out: Int32Array,
  generator: Generator,
): void {
  const scores = dtype === float32 ? new Float32Array(data.length) : new Float64Array(data.length)
  fillExponential(scores, dtype, 1, generator)
  for (let j = 0; j < scores.length; j++) scores[j] = (data[j] as number) / (scores[j] as number)
  const order = new Int32Array(categories)
  for (let row = 0; row < rows; row++) {
    const score = scores.subarray(row * categories, (row + 1) * categories)
    if (samples === 1) {
      let best = 0
      for (let j = 1; j < categories; j++) if ((score[j] as number) > (score[best] as number)) best = j
      out[row] = best
    } else {
      for (let j = 0; j < categories; j++) order[j] = j
      order.sort((a, b) => {
        const [x, y] = [score[a] as number, score[b] as number]
        return x === y ? a - b : x > y ? -1 : 1
      })
      out.set(order.subarray(0, samples), row * samples)
    }
  }
}

/** Categories found by bisection in the cumulated weights. */
function bisect(
  { data, dtype, rows, categories }: Weights,
  samples: number,
  out: Int32Array,
  generator: Generator,
): void {
  const cumulated = new Float64Array(categories)
  for (let row = 0; row < rows; row++) {
    let sum = 0
    for (let j = 0; j < categories; j++) {
      sum = dtype.round(sum + (data[row * categories + j] as number))
      cumulated[j] = sum
    }
    for (let j = 0; j < categories; j++) cumulated[j] = dtype.round((cumulated[j] as number) / sum)
    cumulated[categories - 1] = 1
    for (let i = row * samples; i < (row + 1) * samples; i++) {
      const u = uniform53(generator)
      let left = 0
      let right = categories
      while (left < right) {
        const middle = left + ((right - left) >> 1)
        if ((cumulated[middle] as number) < u) left = middle + 1
        else right = middle
      }
      out[i] = left
    }
  }
}

/**
 * Draws `samples` categories for each row of weights, as `multinomial`. Categories of weight 0 come last, in order, where
 * more are asked for without replacement than have a weight.
 *
 * @param data the weights, row after row.
 * @param out takes `samples` indices for each row.
 * @throws RuntimeError as PyTorch, before anything is drawn.
 */
export function fillMultinomial(
  out: Int32Array,
  data: Float32Array | Float64Array,
  dtype: DType,
  categories: number,
  samples: number,
  replacement: boolean,
  generator: Generator,
): void {
  if (samples <= 0) throw new RuntimeError('cannot sample n_sample <= 0 samples')
  if (!replacement && samples > categories) {
    throw new RuntimeError('cannot sample n_sample > prob_dist.size(-1) samples without replacement')
  }
  if (categories > 2 ** 24) throw new RuntimeError('number of categories cannot exceed 2^24')
  if (out.length === 0) return
  const weights: Weights = { data, dtype, rows: out.length / samples, categories }
  // PyTorch 2 races for a single sample with replacement too; 1.13 did not.
  if (!replacement || samples === 1) {
    const message = 'probability tensor contains either `inf`, `nan` or element < 0'
    checkWeights(weights, message, message)
    race(weights, samples, out, generator)
  } else {
    checkWeights(
      weights,
      'invalid multinomial distribution (encountering probability entry = infinity or NaN)',
      'invalid multinomial distribution (encountering probability entry < 0)',
    )
    bisect(weights, samples, out, generator)
  }
}
