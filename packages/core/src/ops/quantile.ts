import { nameStep } from '../autograd/graph.ts'
import { float32, int32 } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { wrapDim } from '../shape.ts'
import { signature } from '../signature/index.ts'
import { Tensor } from '../tensor/tensor.ts'
import { checkable } from './checkable.ts'
import { lerp } from './elementwise/fused.ts'

/** What `quantile` takes by name only. */
export interface QuantileOptions {
  /** What lies between two elements: a mixture of them (default), one of them, or their mean. */
  readonly interpolation?: 'linear' | 'lower' | 'higher' | 'midpoint' | 'nearest'
}

/**
 * The values below which the given fractions of the elements lie, along a dimension or of all. `q` is a number or a vector,
 * whose dimension then comes first in the result. NaN where there is one.
 */
export const quantile = signature(
  'quantile',
  ['Tensor input', 'Tensor|float q', 'int? dim', 'bool keepdim', '*', 'str interpolation'],
  (x: Tensor, q: number | Tensor, dim: number | null = null, keepdim = false, options: QuantileOptions = {}): Tensor =>
    quantiles('quantile', x, q, dim, keepdim, options),
)

/** As `quantile`, of what is not NaN. */
export const nanquantile = signature(
  'nanquantile',
  ['Tensor input', 'Tensor|float q', 'int? dim', 'bool keepdim', '*', 'str interpolation'],
  (x: Tensor, q: number | Tensor, dim: number | null = null, keepdim = false, options: QuantileOptions = {}): Tensor =>
    quantiles('nanquantile', x, q, dim, keepdim, options),
)

const modes = ['linear', 'lower', 'higher', 'midpoint', 'nearest']

function quantiles(
  name: 'quantile' | 'nanquantile',
  x: Tensor,
  q: number | Tensor,
  dim: number | null,
  keepdim: boolean,
  { interpolation = 'linear' }: QuantileOptions,
): Tensor {
  const fractions = q instanceof Tensor ? q : x.new_tensor(q, x.dtype.kind === 'floating' ? {} : { dtype: float32 })
  check(x, q, fractions, interpolation)
  const at = dim === null ? null : wrapDim(dim, x.ndim)
  const rows = at === null || x.ndim === 0 ? x.reshape(-1) : x.movedim(at, -1)
  const sorted = rows.sort(-1).values
  const ranks = ranksOf(name, sorted.detach(), fractions.reshape(-1))
  const pick = (places: Tensor): Tensor => sorted.gather(-1, places.to(int32))
  let values: Tensor
  if (interpolation === 'nearest') values = pick(ranks.round())
  else if (interpolation === 'lower') values = pick(ranks.floor())
  else if (interpolation === 'higher') values = pick(ranks.ceil())
  else {
    const below = ranks.floor()
    const weight = interpolation === 'midpoint' ? ranks.sub(below).ne(0).to(x.dtype).mul(0.5) : ranks.sub(below)
    values = lerp(pick(below), pick(ranks.ceil()), weight)
  }
  if (keepdim && at === null) values = values.reshape([...x.shape.map(() => 1), values.shape[0] as number])
  else if (keepdim && x.ndim > 0) values = values.unsqueeze(at as number)
  const out = fractions.ndim === 0 ? values.squeeze(-1) : values.unsqueeze(0).transpose(0, -1).squeeze(-1)
  return nameStep(out, 'SqueezeBackward4')
}

function check(x: Tensor, q: number | Tensor, fractions: Tensor, interpolation: string): void {
  if (typeof q === 'number' && !(q >= 0 && q <= 1)) {
    throw new RuntimeError(`quantile() q must be in the range [0, 1] but got ${q}`)
  }
  if (x.numel() === 0) throw new RuntimeError('quantile() input tensor must be non-empty')
  if (fractions.ndim > 1) throw new RuntimeError('quantile() q must be a scalar or 1D tensor')
  if (x.dtype.kind !== 'floating') {
    throw new RuntimeError('quantile() input tensor must be either float or double dtype')
  }
  if (fractions.dtype !== x.dtype) {
    throw new RuntimeError('quantile() q tensor must be same dtype as the input tensor')
  }
  if (!modes.includes(interpolation)) {
    throw new RuntimeError(
      `quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, but got ${interpolation}`,
    )
  }
  if (q instanceof Tensor && !checkable(q).every((fraction) => fraction >= 0 && fraction <= 1)) {
    throw new RuntimeError('quantile() q values must be in the range [0, 1]')
  }
}

/** The place of each fraction in each sorted row, between two elements as a rule: `[…, n]` and `[k] → […, k]`. */
function ranksOf(name: 'quantile' | 'nanquantile', sorted: Tensor, fractions: Tensor): Tensor {
  const last = sorted.size(-1) - 1
  const nan = sorted.isnan()
  if (name === 'quantile') {
    // NaN sorts last: where there is one, every quantile is there.
    const ranks = fractions.mul(last).expand([...sorted.shape.slice(0, -1), fractions.numel()])
    return ranks.masked_fill(nan.any(-1, { keepdim: true }), last)
  }
  const others = nan.logical_not().sum(-1, { keepdim: true }).sub(1).clamp(0)
  return fractions.mul(others.to(sorted.dtype))
}
