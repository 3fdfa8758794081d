import { is_grad_enabled } from '../autograd/modes.ts'
import { type DType, float32, int32, largestFloat32 } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { wrapDim } from '../shape.ts'
import { signature } from '../signature/index.ts'
import { allocate, wrap } from '../tensor/make.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { reduction } from './define/reduction.ts'
import { routine, routines } from './define/routine.ts'
import { cat } from './joining.ts'
import { toPlaces } from './picks.ts'
import { arange } from './ranges.ts'
import { results, type ValuesAndIndices } from './results.ts'
import { where } from './where.ts'

const running = {
  cumsum: reduction('cumsum', ['x'], { start: 0, step: 'acc + x', result: 'sum', gradient: null }),
  cumprod: reduction('cumprod', ['x'], { start: 1, step: 'acc * x', result: 'sum', gradient: null }),
  cummax: reduction('cummax', ['x'], { start: Number.NEGATIVE_INFINITY, step: 'max(acc, x)', gradient: null }),
  cummin: reduction('cummin', ['x'], { start: Number.POSITIVE_INFINITY, step: 'min(acc, x)', gradient: null }),
  logcumsumexp: reduction('logcumsumexp', ['x'], {
    start: Number.NEGATIVE_INFINITY,
    step: 'isinf(x) && x == acc ? x : max(acc, x) + log1p(exp(-abs(acc - x)))',
    gradient: null,
  }),
}

function scan(op: keyof typeof running, x: Tensor, at: number): Tensor {
  const input = x.dtype.kind === 'floating' || op === 'cummax' || op === 'cummin' ? x : x.to(int32)
  const out = allocate(x.shape, input.dtype, x.storage.device)
  if (x.numel() === 0) return out
  const [from, into] = x.ndim === 0 ? [input.detach().reshape(1), wrap(out.storage, [1])] : [input, out]
  x.storage.device.routines.scan(running[op].kernel, into, from, at)
  return out
}

/** Sums of all elements up to each one. */
export const cumsum = signature(
  'cumsum',
  ['Tensor input', 'int dim', 'dtype? dtype'],
  (x: Tensor, dim: number, dtype: DType | null = null): Tensor => {
    if (dtype !== null) return cumsum(x.to(dtype), dim)
    const at = wrapDim(dim, x.ndim)
    return routine(
      'cumsum',
      [x],
      () => scan('cumsum', x, at),
      () => ({
        saved: [],
        backward: ([g = null]) => [g === null ? null : g.ndim === 0 ? g : g.flip(at).cumsum(at).flip(at)],
      }),
    )
  },
)
/** Products of all elements up to each one. */
export const cumprod = signature(
  'cumprod',
  ['Tensor input', 'int dim', 'dtype? dtype'],
  (x: Tensor, dim: number, dtype: DType | null = null): Tensor => {
    if (dtype !== null) return cumprod(x.to(dtype), dim)
    const at = wrapDim(dim, x.ndim)
    return routine(
      'cumprod',
      [x],
      () => scan('cumprod', x, at),
      (out) => ({
        saved: [x, out],
        backward: ([g = null], _, [input, y]) => [
          g === null ? null : x.ndim === 0 ? g : cumprodGradient(g, input as Tensor, y as Tensor, at),
        ],
      }),
    )
  },
)
/**
 * A quotient of sums up to the first zero of a line; there, what comes of a one in its place; behind it, nothing. Where the
 * gradient has a gradient, each element's share of each product is worked out: zeros are not what it is about.
 */
function cumprodGradient(g: Tensor, x: Tensor, y: Tensor, at: number): Tensor {
  const upTo = (weighted: Tensor): Tensor => weighted.flip(at).cumsum(at).flip(at)
  if (!is_grad_enabled()) {
    const zeros = x.eq(0).cumsum(at)
    const isFirst = x.eq(0).logical_and(zeros.eq(1))
    const filled = where(isFirst, 1, x)
    return where(isFirst, upTo(g.mul(filled.cumprod(at))), where(zeros.eq(0), upTo(g.mul(y)).div(x), 0))
  }
  const n = x.shape[at] as number
  const parts = Array.from({ length: n }, (_, k) => {
    const before = k === 0 ? null : x.narrow(at, 0, k).prod(at, { keepdim: true })
    const after = k === n - 1 ? null : x.narrow(at, k + 1, n - k - 1).cumprod(at)
    const own = g.narrow(at, k, 1)
    const rest =
      after === null
        ? own
        : own.add(
            g
              .narrow(at, k + 1, n - k - 1)
              .mul(after)
              .sum(at, { keepdim: true }),
          )
    return before === null ? rest : rest.mul(before)
  })
  return cat(parts, at)
}

function runningExtreme(op: 'cummax' | 'cummin', x: Tensor, dim: number): ValuesAndIndices {
  const at = wrapDim(dim, x.ndim)
  const [values, indices] = routines(
    op,
    [x],
    () => {
      const best = scan(op, x.detach(), at)
      if (x.ndim === 0) return [best, allocate([], int32, x.storage.device).zero_()] as const
      const size = x.shape[at] as number
      const line = arange(size, { dtype: int32, device: x.device }).reshape(
        x.shape.map((_, i) => (i === at ? size : 1)),
      )
      const isNew = x.detach().eq(best).logical_or(x.detach().isnan())
      return [best, scan('cummax', isNew.to(int32).mul(line), at)] as const
    },
    toPlaces(x, at),
  )
  return results(op, { values, indices })
}
/** The largest of all elements up to each one, and its index. */
export const cummax = signature(
  'cummax',
  ['Tensor input', 'int dim'],
  (x: Tensor, dim: number): ValuesAndIndices => runningExtreme('cummax', x, dim),
)
/** The smallest of all elements up to each one, and its index. */
export const cummin = signature(
  'cummin',
  ['Tensor input', 'int dim'],
  (x: Tensor, dim: number): ValuesAndIndices => runningExtreme('cummin', x, dim),
)
/** `logsumexp` of all elements up to each one. */
export const logcumsumexp = signature('logcumsumexp', ['Tensor input', 'int dim'], (x: Tensor, dim: number): Tensor => {
  const at = wrapDim(dim, x.ndim)
  if (x.dtype.kind !== 'floating') {
    throw new RuntimeError(`"logcumsumexp_out_cpu" not implemented for '${x.dtype.scalarName}'`)
  }
  return routine(
    'logcumsumexp',
    [x],
    () => scan('logcumsumexp', x, at),
    (out) => ({
      saved: [x, out],
      backward: ([g = null], _, [input, y]) => {
        if (g === null || g.ndim === 0 || g.numel() === 0) return [g]
        const last = (y as Tensor).detach().narrow(at, g.size(at) - 1, 1)
        // Near 0 logarithms have the most digits.
        const shift = where(last.isfinite(), last, 0)
        const [from, to] = [(input as Tensor).sub(shift), (y as Tensor).sub(shift)]
        const part = (h: Tensor): Tensor => logcumsumexpGradient(h, from, to, at)
        return [part(g).sub(part(g.neg()))]
      },
    }),
  )
})

/** The gradient of where `g` is positive, `exp(xᵢ) · Σ g / exp(y)`: in logarithms, as the exponentials alone would overflow. */
function logcumsumexpGradient(g: Tensor, x: Tensor, y: Tensor, at: number): Tensor {
  const isPositive = g.gt(0)
  const logs = where(
    isPositive,
    where(isPositive, g, 1).log(),
    g.dtype === float32 ? -largestFloat32 : -Number.MAX_VALUE,
  )
  return logcumsumexp(logs.sub(y).flip(at), at).flip(at).add(x).exp()
}
