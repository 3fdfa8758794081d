import { float32, float64, int32 } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { fromValues, zeros } from './creation.ts'

/** What `bincount` takes by name. */
export interface BincountOptions {
  /** What each element adds, 1 where left out; `[n]`. */
  readonly weights?: Tensor | null
  /** The least length of the result. */
  readonly minlength?: number
}

/** How often each whole number from 0 on occurs: `[n] → [max + 1]`. */
export function bincount(x: Tensor, weights?: Tensor | BincountOptions | null, minlength = 0): Tensor {
  const named: BincountOptions =
    weights instanceof Object && !('storage' in weights) ? weights : { weights: weights ?? null, minlength }
  const [by, least] = [named.weights ?? null, named.minlength ?? 0]
  if (x.dtype.kind !== 'integer') throw new RuntimeError(`"bincount_cpu" not implemented for '${x.dtype.scalarName}'`)
  if (least < 0) throw new RuntimeError('minlength should be >= 0')
  const values = x.to_typed_array()
  if (x.ndim !== 1 || values.some((value) => value < 0)) {
    throw new RuntimeError('bincount only supports 1-d non-negative integral inputs.')
  }
  if (by !== null && (by.ndim !== 1 || by.numel() !== values.length)) {
    throw new RuntimeError('weights should be 1-d and have the same length as input')
  }
  const length = Math.max(least, rangeOf(values)[1] + 1)
  const dtype = by === null ? int32 : by.dtype === float32 ? float32 : float64
  const out = zeros([length], { dtype, device: x.device })
  const amounts = by === null ? x.new_ones([values.length], { dtype }) : by.detach().to(dtype)
  return out.index_add_(0, x, amounts)
}

/** The smallest and the largest; NaN where there is one. */
function rangeOf(values: Iterable<number>): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return [low, high]
}

/** What `histc` takes by name. */
export interface HistcOptions {
  readonly bins?: number
  readonly min?: number
  readonly max?: number
}

/** How many elements lie in each of `bins` even intervals from `min` to `max`; where these are equal, those of the elements. */
export function histc(x: Tensor, bins: number | HistcOptions = 100, min = 0, max = 0): Tensor {
  const call = typeof bins === 'number' ? { bins, min, max } : { bins: 100, min: 0, max: 0, ...bins }
  if (x.dtype.kind !== 'floating') {
    throw new RuntimeError(`"histogram_cpu" not implemented for '${x.dtype.scalarName}'`)
  }
  if (call.bins <= 0) {
    throw new RuntimeError(`torch.histogram(): bins must be > 0, but got ${call.bins} for dimension 0`)
  }
  if (call.max < call.min) throw new RuntimeError('torch.histc: max must be larger than min')
  const values = x.to_typed_array()
  let [low, high] = [call.min, call.max]
  if (low === high && values.length > 0) {
    ;[low, high] = rangeOf(values)
  }
  if (low === high) [low, high] = [low - 1, high + 1]
  if (!Number.isFinite(high - low)) throw new RuntimeError(`torch.histc: range of [${low}, ${high}] is not finite`)
  const counts = new Float64Array(call.bins)
  for (const value of values) {
    if (!(value >= low && value <= high)) continue
    const bin = Math.min(Math.floor(((value - low) / (high - low)) * call.bins), call.bins - 1)
    counts[bin] = (counts[bin] as number) + 1
  }
  return fromValues(counts, [call.bins], x.dtype, x.device)
}
