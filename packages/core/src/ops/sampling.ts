import { int32 } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import {
  checkMultinomial,
  checkProbabilities,
  checkWeights,
  cumulated,
  fillBernoulli,
  fillCauchy,
  fillCeilings,
  fillExponential,
  fillGeometric,
  fillLogNormal,
  fillNormal,
  fillRandom,
  fillRandomFrom,
  fillUniform,
} from '../random/index.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { checkable } from './checkable.ts'
import { fromValues } from './creation.ts'
import { unrecorded } from './define/routine.ts'
import { drawInPlace, drawn, drawnLike, type Fill, overwriteInPlace, type RandomOptions } from './random.ts'
import { searchsorted } from './search.ts'

/** Numbers from [0, 1). */
const fillUnit: Fill = (out, dtype, g) => fillUniform(out, dtype, 0, 1, g)

/** 1 with the probability that stands in `x`, or with probability `p`, otherwise 0; in the shape of `x`. */
export const bernoulli = signature(
  'bernoulli',
  ['Tensor input', 'float? p', '*', 'Generator? generator'],
  (x: Tensor, p: number | null = null, options: RandomOptions = {}): Tensor => {
    if (typeof p === 'number') return bernoulli_(x.detach().clone(), p, options)
    checkProbabilities(x.dtype, checkable(x))
    return unrecorded(() =>
      drawn(x.shape, x.dtype, { device: x.device, ...options }, fillUnit)
        .lt(x)
        .to(x.dtype),
    )
  },
)
/** Overwrites `x` by 1 with probability `p` (a number or a tensor), otherwise 0. */
export const bernoulli_ = signature(
  'bernoulli_',
  ['Tensor input', 'Tensor|float p', '*', 'Generator? generator'],
  (x: Tensor, p: number | Tensor = 0.5, { generator }: RandomOptions = {}): Tensor => {
    if (typeof p === 'number') return drawInPlace('Bernoulli', x, generator, (out, _, g) => fillBernoulli(out, p, g))
    checkProbabilities(p.dtype, checkable(p))
    const chances = p.detach().expand(x.shape)
    return overwriteInPlace('Bernoulli', x, () =>
      x.copy_(drawnLike(x.detach(), { dtype: p.dtype, generator }, fillUnit).lt(chances)),
    )
  },
)

/** Overwrites `x` by numbers from [from, to). */
export const uniform_ = signature(
  'uniform_',
  ['Tensor input', 'float from', 'float to', '*', 'Generator? generator'],
  (x: Tensor, from = 0, to = 1, { generator }: RandomOptions = {}): Tensor =>
    drawInPlace('Uniform', x, generator, (out, dtype, g) => fillUniform(out, dtype, from, to, g)),
)
/** Overwrites `x` by numbers of a normal distribution. */
export const normal_ = signature(
  'normal_',
  ['Tensor input', 'float mean', 'float std', '*', 'Generator? generator'],
  (x: Tensor, mean = 0, std = 1, { generator }: RandomOptions = {}): Tensor =>
    drawInPlace('Normal', x, generator, (out, dtype, g, contiguous) =>
      fillNormal(out, dtype, mean, std, g, contiguous),
    ),
)
/** Overwrites `x` by numbers of an exponential distribution. */
export const exponential_ = signature(
  'exponential_',
  ['Tensor input', 'float lambd', '*', 'Generator? generator'],
  (x: Tensor, lambd = 1, { generator }: RandomOptions = {}): Tensor =>
    drawInPlace('Exponential', x, generator, (out, dtype, g) => fillExponential(out, dtype, lambd, g)),
)
/** Overwrites `x` by numbers of a geometric distribution. */
export const geometric_ = signature(
  'geometric_',
  ['Tensor input', 'float p', '*', 'Generator? generator'],
  (x: Tensor, p: number, { generator }: RandomOptions = {}): Tensor =>
    drawInPlace('Geometric', x, generator, (out, dtype, g) => fillGeometric(out, dtype, p, g)),
)
/** Overwrites `x` by numbers of a Cauchy distribution. */
export const cauchy_ = signature(
  'cauchy_',
  ['Tensor input', 'float median', 'float sigma', '*', 'Generator? generator'],
  (x: Tensor, median = 0, sigma = 1, { generator }: RandomOptions = {}): Tensor =>
    drawInPlace('Cauchy', x, generator, (out, dtype, g) => fillCauchy(out, dtype, median, sigma, g)),
)
/** Overwrites `x` by numbers whose logarithm is normal. */
export const log_normal_ = signature(
  'log_normal_',
  ['Tensor input', 'float mean', 'float std', '*', 'Generator? generator'],
  (x: Tensor, mean = 1, std = 2, { generator }: RandomOptions = {}): Tensor =>
    drawInPlace('LogNormal', x, generator, (out, dtype, g) => fillLogNormal(out, dtype, mean, std, g)),
)
/** Overwrites `x` by whole numbers from [from, to), or from the whole range of the dtype. */
export const random_ = signature(
  'random_',
  ['Tensor input', 'int? from', 'int? to', '*', 'Generator? generator'],
  (x: Tensor, from: number | null = null, to?: number | null, { generator }: RandomOptions = {}): Tensor => {
    const [low, high] =
      from !== null && to === undefined ? [0, from] : [from ?? (to === undefined ? null : 0), to ?? null]
    return drawInPlace('Random', x, generator, (out, dtype, g) =>
      low === null ? fillRandom(out, dtype, g) : fillRandomFrom(out, dtype, low, high, g),
    )
  },
)

/** `num_samples` indices for each row of weights, drawn in proportion to them. */
export const multinomial = signature(
  'multinomial',
  ['Tensor input', 'int num_samples', 'bool replacement', '*', 'Generator? generator'],
  (x: Tensor, num_samples: number, replacement = false, { generator }: RandomOptions = {}): Tensor => {
    if (x.ndim !== 1 && x.ndim !== 2) throw new RuntimeError('prob_dist must be 1 or 2 dim')
    const { dtype, device } = x
    const categories = x.size(-1)
    checkMultinomial(dtype, categories, num_samples, replacement)
    // PyTorch 2 races for a single sample with replacement too; 1.13 did not.
    const races = !replacement || num_samples === 1
    const values = checkable(x)
    checkWeights(values, categories, races)
    const shape = [...x.shape.slice(0, -1), num_samples]
    if (shape.includes(0)) return x.new_zeros(shape, { dtype: int32 })
    return unrecorded(() => {
      if (races) {
        // With exponentially distributed numbers, a category is first as often as its share of the weights.
        const times = drawn(x.shape, dtype, { device, generator }, (out, _, g) => fillExponential(out, dtype, 1, g))
        const scores = x.div(times)
        return num_samples === 1 ? scores.argmax(-1, { keepdim: true }) : scores.topk(num_samples).indices
      }
      const isKnown = values.length > 0
      const sums = isKnown ? fromValues(cumulated(values, dtype, categories), x.shape, dtype, device) : x.cumsum(-1)
      const total = sums.narrow(-1, categories - 1, 1)
      const shares = sums.div(total)
      shares.narrow(-1, categories - 1, 1).fill_(1)
      return searchsorted(shares, drawn(shape, dtype, { device, generator }, fillCeilings))
    })
  },
)
