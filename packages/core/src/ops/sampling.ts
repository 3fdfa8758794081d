import { int32 } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import {
  fillBernoulli,
  fillBernoulliFrom,
  fillCauchy,
  fillExponential,
  fillGeometric,
  fillLogNormal,
  fillMultinomial,
  fillNormal,
  fillRandom,
  fillRandomFrom,
  fillUniform,
} from '../random/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { named } from './arguments.ts'
import { drawInPlace, drawn, type Fill, type RandomOptions } from './random.ts'

type FloatArray = Float32Array | Float64Array

/** 1 with the probability that stands in `x`, or with probability `p`, otherwise 0; in the shape of `x`. */
export const bernoulli = named(
  'bernoulli',
  ['input', 'p'],
  (x: Tensor, p: number | null = null, options: RandomOptions = {}): Tensor => {
    if (typeof p === 'number') return bernoulli_(x.detach().clone(), p, options)
    const probabilities = x.to_typed_array() as FloatArray
    return drawn(x.shape, x.dtype, { device: x.device, ...options }, (out, _, g) =>
      fillBernoulliFrom(out, probabilities, g),
    )
  },
  ['generator'],
)
/** Overwrites `x` by 1 with probability `p` (a number or a tensor), otherwise 0. */
export const bernoulli_ = named(
  'bernoulli_',
  ['input', 'p'],
  (x: Tensor, p: number | Tensor = 0.5, { generator }: RandomOptions = {}): Tensor => {
    const fill: Fill =
      typeof p === 'number'
        ? (out, _, g) => fillBernoulli(out, p, g)
        : (out, _, g) => fillBernoulliFrom(out, p.expand(x.shape).to_typed_array() as FloatArray, g)
    return drawInPlace('Bernoulli', x, generator, fill)
  },
  ['generator'],
)

/** Overwrites `x` by numbers from [from, to). */
export const uniform_ = named(
  'uniform_',
  ['input', 'from', 'to'],
  (x: Tensor, from = 0, to = 1, { generator }: RandomOptions = {}): Tensor =>
    drawInPlace('Uniform', x, generator, (out, dtype, g) => fillUniform(out, dtype, from, to, g)),
  ['generator'],
)
/** Overwrites `x` by numbers of a normal distribution. */
export const normal_ = named(
  'normal_',
  ['input', 'mean', 'std'],
  (x: Tensor, mean = 0, std = 1, { generator }: RandomOptions = {}): Tensor =>
    drawInPlace('Normal', x, generator, (out, dtype, g, contiguous) =>
      fillNormal(out, dtype, mean, std, g, contiguous),
    ),
  ['generator'],
)
/** Overwrites `x` by numbers of an exponential distribution. */
export const exponential_ = named(
  'exponential_',
  ['input', 'lambd'],
  (x: Tensor, lambd = 1, { generator }: RandomOptions = {}): Tensor =>
    drawInPlace('Exponential', x, generator, (out, dtype, g) => fillExponential(out, dtype, lambd, g)),
  ['generator'],
)
/** Overwrites `x` by numbers of a geometric distribution. */
export const geometric_ = named(
  'geometric_',
  ['input', 'p'],
  (x: Tensor, p: number, { generator }: RandomOptions = {}): Tensor =>
    drawInPlace('Geometric', x, generator, (out, dtype, g) => fillGeometric(out, dtype, p, g)),
  ['generator'],
)
/** Overwrites `x` by numbers of a Cauchy distribution. */
export const cauchy_ = named(
  'cauchy_',
  ['input', 'median', 'sigma'],
  (x: Tensor, median = 0, sigma = 1, { generator }: RandomOptions = {}): Tensor =>
    drawInPlace('Cauchy', x, generator, (out, dtype, g) => fillCauchy(out, dtype, median, sigma, g)),
  ['generator'],
)
/** Overwrites `x` by numbers whose logarithm is normal. */
export const log_normal_ = named(
  'log_normal_',
  ['input', 'mean', 'std'],
  (x: Tensor, mean = 1, std = 2, { generator }: RandomOptions = {}): Tensor =>
    drawInPlace('LogNormal', x, generator, (out, dtype, g) => fillLogNormal(out, dtype, mean, std, g)),
  ['generator'],
)
/** Overwrites `x` by whole numbers from [from, to), or from the whole range of the dtype. */
export const random_ = named(
  'random_',
  ['input', 'from', 'to'],
  (x: Tensor, from: number | null = null, to?: number | null, { generator }: RandomOptions = {}): Tensor => {
    const [low, high] =
      from !== null && to === undefined ? [0, from] : [from ?? (to === undefined ? null : 0), to ?? null]
    return drawInPlace('Random', x, generator, (out, dtype, g) =>
      low === null ? fillRandom(out, dtype, g) : fillRandomFrom(out, dtype, low, high, g),
    )
  },
  ['generator'],
)

/** `num_samples` indices for each row of weights, drawn in proportion to them. */
export const multinomial = named(
  'multinomial',
  ['input', 'num_samples', 'replacement'],
  (x: Tensor, num_samples: number, replacement = false, { generator }: RandomOptions = {}): Tensor => {
    if (x.ndim !== 1 && x.ndim !== 2) throw new RuntimeError('prob_dist must be 1 or 2 dim')
    const shape = [...x.shape.slice(0, -1), num_samples]
    return drawn(shape, int32, { device: x.device, generator }, (out, _, g) =>
      fillMultinomial(
        out as Int32Array,
        x.to_typed_array() as Float32Array,
        x.dtype,
        x.size(-1),
        num_samples,
        replacement,
        g,
      ),
    )
  },
  ['generator'],
)
