import { float32, float64, int32 } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { named } from './arguments.ts'
import { fromValues, zeros } from './creation.ts'

/**
 * How often each whole number from 0 on occurs: `[n] → [max + 1]`, or longer where `minlength` is. `weights` is what each
 * element adds, 1 where left out; `[n]`.
 */
export const bincount = named(
  'bincount',
  ['input', 'weights', 'minlength'],
  (x: Tensor, weights: Tensor | null = null, minlength = 0): Tensor => {
    if (x.dtype.kind !== 'integer') throw new RuntimeError(`"bincount_cpu" not implemented for '${x.dtype.scalarName}'`)
    if (minlength < 0) throw new RuntimeError('minlength should be >= 0')
    const values = x.to_typed_array()
    if (x.ndim !== 1 || values.some((value) => value < 0)) {
      throw new RuntimeError('bincount only supports 1-d non-negative integral inputs.')
    }
    if (weights !== null && (weights.ndim !== 1 || weights.numel() !== values.length)) {
      throw new RuntimeError('weights should be 1-d and have the same length as input')
    }
    const length = Math.max(minlength, rangeOf(values)[1] + 1)
    const dtype = weights === null ? int32 : weights.dtype === float32 ? float32 : float64
    const out = zeros([length], { dtype, device: x.device })
    const amounts = weights === null ? x.new_ones([values.length], { dtype }) : weights.detach().to(dtype)
    return out.index_add_(0, x, amounts)
  },
)

/** The smallest and the largest; NaN where there is one. */
function rangeOf(values: Iterable<number>): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return [low, high]
}

/** How many elements lie in each of `bins` even intervals from `min` to `max`; where these are equal, those of the elements. */
export const histc = named(
  'histc',
  ['input', 'bins', 'min', 'max'],
  (x: Tensor, bins = 100, min = 0, max = 0): Tensor => {
    if (x.dtype.kind !== 'floating') {
      throw new RuntimeError(`"histogram_cpu" not implemented for '${x.dtype.scalarName}'`)
    }
    if (bins <= 0) {
      throw new RuntimeError(`torch.histogram(): bins must be > 0, but got ${bins} for dimension 0`)
    }
    if (max < min) throw new RuntimeError('torch.histc: max must be larger than min')
    const values = x.to_typed_array()
    let [low, high] = [min, max]
    if (low === high && values.length > 0) {
      ;[low, high] = rangeOf(values)
    }
    if (low === high) [low, high] = [low - 1, high + 1]
    if (!Number.isFinite(high - low)) throw new RuntimeError(`torch.histc: range of [${low}, ${high}] is not finite`)
    const counts = new Float64Array(bins)
    for (const value of values) {
      if (!(value >= low && value <= high)) continue
      const bin = Math.min(Math.floor(((value - low) / (high - low)) * bins), bins - 1)
      counts[bin] = (counts[bin] as number) + 1
    }
    return fromValues(counts, [bins], x.dtype, x.device)
  },
)
