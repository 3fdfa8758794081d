import { nameStep } from '../autograd/graph.ts'
import { type DType, int32 } from '../dtype.ts'
import { IndexError, RuntimeError } from '../errors.ts'
import { wrapDim } from '../shape.ts'
import { allocate, type Tensor, wrap } from '../tensor/tensor.ts'
import { arange } from './creation.ts'
import { reduction } from './define/reduction.ts'
import { routine, routines } from './define/routine.ts'
import { cat } from './joining.ts'
import type { ValuesAndIndices } from './reductions.ts'
import { where } from './where.ts'

/** Routes the gradient of picked values to where they were picked. */
const toPlaces =
  (x: Tensor, at: number) =>
  ([, indices]: readonly [Tensor, Tensor]) => ({
    saved: [],
    backward: ([g = null]: readonly (Tensor | null)[]) => [
      g === null ? null : x.ndim === 0 ? g.reshape([]) : g.new_zeros(x.shape).scatter_add(at, indices, g),
    ],
  })

/** How `sort` orders. */
export interface SortOptions {
  readonly dim?: number
  readonly descending?: boolean
  /** Equal elements keep their order; they always do here. */
  readonly stable?: boolean
}

/** Values and indices in rising order along a dimension, equal ones in theirs. */
function sorted(name: string, x: Tensor, dim: number, descending: boolean): ValuesAndIndices {
  const at = wrapDim(dim, x.ndim)
  const [values, indices] = routines(
    name,
    [x],
    () => {
      if (x.ndim === 0) return [x.detach().clone(), allocate([], int32, x.storage.device).zero_()] as const
      const rows = x.detach().movedim(at, -1)
      const out = allocate(rows.shape, x.dtype, x.storage.device)
      const order = allocate(rows.shape, int32, x.storage.device)
      if (x.numel() > 0) x.storage.device.routines.sort(out, order, rows, descending)
      return [out.movedim(-1, at).contiguous(), order.movedim(-1, at).contiguous()] as const
    },
    toPlaces(x, at),
  )
  return { values, indices }
}

/** Along a dimension, in rising or falling order, with the indices. NaN counts as largest. */
export function sort(
  x: Tensor,
  dim: number | SortOptions = -1,
  descending: boolean | SortOptions = false,
): ValuesAndIndices {
  const call: SortOptions = {
    ...(typeof dim === 'number' ? { dim } : dim),
    ...(typeof descending === 'boolean' ? (typeof dim === 'number' ? { descending } : {}) : descending),
  }
  const result = sorted('sort', x, call.dim ?? -1, call.descending ?? false)
  // PyTorch shows its second overload for `stable`.
  if (call.stable !== undefined) nameStep(result.values, 'SortBackward1')
  return result
}
/** The indices that sort a dimension. */
export function argsort(x: Tensor, dim: number | SortOptions = -1, descending: boolean | SortOptions = false): Tensor {
  return sort(x.detach(), dim, descending).indices
}
/** Along the first dimension, in rising order. */
export const msort = (x: Tensor): Tensor => sort(x, 0).values

/** The `k` largest (or smallest) along a dimension, with their indices. */
export function topk(
  x: Tensor,
  k: number,
  dim: number | TopkOptions = -1,
  largest: boolean | TopkOptions = {},
): ValuesAndIndices {
  const call: TopkOptions = {
    ...(typeof dim === 'number' ? { dim } : dim),
    ...(typeof largest === 'boolean' ? { largest } : largest),
  }
  const at = wrapDim(call.dim ?? -1, x.ndim)
  if (k < 0 || k > (x.shape[at] ?? 1)) throw new RuntimeError('selected index k out of range')
  const choose = (order: Tensor): Tensor => (x.ndim === 0 ? order : order.narrow(at, 0, k).contiguous())
  return picked('topk', x, at, choose, call.largest ?? true)
}

/** How `topk` picks. */
export interface TopkOptions {
  readonly dim?: number
  /** The largest (default), or the smallest. */
  readonly largest?: boolean
  /** In order; they always are here. */
  readonly sorted?: boolean
}

/** Values at sorted places. */
function picked(
  name: string,
  x: Tensor,
  at: number,
  choose: (order: Tensor) => Tensor,
  descending: boolean,
): ValuesAndIndices {
  const [values, indices] = routines(
    name,
    [x],
    () => {
      const order = choose(sorted(name, x.detach(), at, descending).indices)
      return [x.ndim === 0 ? x.detach().clone() : x.detach().gather(at, order), order] as const
    },
    toPlaces(x, at),
  )
  return { values, indices }
}

/** The `k`-th smallest along a dimension, counted from 1, with its index. */
export function kthvalue(
  x: Tensor,
  k: number,
  dim: number | { readonly dim?: number; readonly keepdim?: boolean } = -1,
  keepdim: boolean | { readonly keepdim?: boolean } = false,
): ValuesAndIndices {
  const call = {
    dim: -1,
    ...(typeof dim === 'number' ? { dim } : dim),
    ...(typeof keepdim === 'object' ? keepdim : keepdim ? { keepdim } : {}),
  }
  const at = wrapDim(call.dim, x.ndim)
  if (k < 1 || k > (x.shape[at] ?? 1))
    throw new RuntimeError('kthvalue(): selected number k out of range for dimension ' + at)
  return dropDim(
    picked('kthvalue', x, at, (order) => (x.ndim === 0 ? order : order.narrow(at, k - 1, 1).contiguous()), false),
    x,
    at,
    call,
  )
}

function dropDim(
  { values, indices }: ValuesAndIndices,
  x: Tensor,
  at: number,
  { keepdim = false }: { readonly keepdim?: boolean },
): ValuesAndIndices {
  if (keepdim || x.ndim === 0) return { values, indices }
  return { values: nameStep(values.squeeze(at), values.node?.name() ?? ''), indices: indices.squeeze(at) }
}

/** The lower median of all elements, or along a dimension with its index. NaN where there is one. */
export function median(x: Tensor): Tensor
export function median(
  x: Tensor,
  dim: number | { readonly dim: number; readonly keepdim?: boolean },
  keepdim?: boolean | { readonly keepdim?: boolean },
): ValuesAndIndices
export function median(
  x: Tensor,
  dim?: number | { readonly dim: number; readonly keepdim?: boolean },
  keepdim: boolean | { readonly keepdim?: boolean } = false,
): Tensor | ValuesAndIndices {
  if (dim === undefined) {
    const flat = x.reshape(-1)
    const value = flat.numel() === 0 ? x.new_full([], Number.NaN) : median(flat.detach(), 0).values
    return routine(
      'median',
      [x],
      () => value,
      () => ({
        saved: [],
        // Equal elements share the gradient.
        backward: ([g = null]) => {
          if (g === null) return [null]
          const mask = x.detach().eq(value).logical_or(x.detach().isnan().logical_and(value.isnan())).to(g.dtype)
          return [g.mul(mask.div(mask.sum()))]
        },
      }),
    )
  }
  const call = {
    ...(typeof dim === 'number' ? { dim } : dim),
    ...(typeof keepdim === 'object' ? keepdim : keepdim ? { keepdim } : {}),
  }
  const at = wrapDim(call.dim, x.ndim)
  const size = x.shape[at] ?? 1
  if (size === 0) throw new IndexError(`median(): Expected reduction dim ${at} to have non-zero size.`)
  const choose = (order: Tensor): Tensor => {
    if (x.ndim === 0) return order
    const middle = order.narrow(at, Math.floor((size - 1) / 2), 1).contiguous()
    if (x.dtype.kind !== 'floating') return middle
    // NaN sorts last: where there is one, it is the median.
    const nan = x.detach().isnan()
    return where(nan.any(at, { keepdim: true }), nan.to(int32).argmax(at, { keepdim: true }), middle)
  }
  const { values, indices } = picked('median', x, at, choose, false)
  return dropDim({ values: nameStep(values, 'MedianBackward1'), indices }, x, at, call)
}

/** The most frequent value along a dimension, the smallest of equals, with an index of it. */
export function mode(
  x: Tensor,
  dim: number | { readonly dim?: number; readonly keepdim?: boolean } = -1,
  keepdim: boolean | { readonly keepdim?: boolean } = false,
): ValuesAndIndices {
  const call = {
    dim: -1,
    ...(typeof dim === 'number' ? { dim } : dim),
    ...(typeof keepdim === 'object' ? keepdim : keepdim ? { keepdim } : {}),
  }
  const at = wrapDim(call.dim, x.ndim)
  const choose = (order: Tensor): Tensor => {
    if (x.ndim === 0) return order
    const n = x.shape[at] as number
    const values = x.detach().gather(at, order).movedim(at, -1).contiguous().to_typed_array()
    const places = order.movedim(at, -1).contiguous().to_typed_array()
    const rows = values.length / n
    const found = Array.from({ length: rows }, (_, row) => {
      let [best, run, at0] = [0, 0, 0]
      for (let i = 0; i < n; i++) {
        run = i > 0 && values[row * n + i] === values[row * n + i - 1] ? run + 1 : 1
        if (run > best) [best, at0] = [run, i]
      }
      return places[row * n + at0] as number
    })
    const shape = order.movedim(at, -1).shape.map((size, i, all) => (i === all.length - 1 ? 1 : size))
    return x.new_tensor(found, { dtype: int32 }).reshape(shape).movedim(-1, at).contiguous()
  }
  return dropDim(picked('mode', x, at, choose, false), x, at, call)
}

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
const dimOf = (dim: number | { readonly dim: number }): number => (typeof dim === 'number' ? dim : dim.dim)

/** What running sums and products take by name. */
export interface ScanOptions {
  /** Convert to this dtype first. */
  readonly dtype?: DType
}

/** Sums of all elements up to each one. */
export function cumsum(x: Tensor, dim: number | { readonly dim: number }, { dtype }: ScanOptions = {}): Tensor {
  if (dtype !== undefined) return cumsum(x.to(dtype), dim)
  const at = wrapDim(dimOf(dim), x.ndim)
  return routine(
    'cumsum',
    [x],
    () => scan('cumsum', x, at),
    () => ({
      saved: [],
      backward: ([g = null]) => [g === null ? null : x.ndim === 0 ? g : g.flip(at).cumsum(at).flip(at)],
    }),
  )
}
/** Products of all elements up to each one. */
export function cumprod(x: Tensor, dim: number | { readonly dim: number }, { dtype }: ScanOptions = {}): Tensor {
  if (dtype !== undefined) return cumprod(x.to(dtype), dim)
  const at = wrapDim(dimOf(dim), x.ndim)
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
}
/** Without zeros a quotient of sums; with them, each element's share of each product is worked out. */
function cumprodGradient(g: Tensor, x: Tensor, y: Tensor, at: number): Tensor {
  const weighted = g.mul(y)
  if (!x.eq(0).any().item()) return weighted.flip(at).cumsum(at).flip(at).div(x)
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
  return { values, indices }
}
/** The largest of all elements up to each one, and its index. */
export const cummax = (x: Tensor, dim: number | { readonly dim: number }): ValuesAndIndices =>
  runningExtreme('cummax', x, dimOf(dim))
/** The smallest of all elements up to each one, and its index. */
export const cummin = (x: Tensor, dim: number | { readonly dim: number }): ValuesAndIndices =>
  runningExtreme('cummin', x, dimOf(dim))
/** `logsumexp` of all elements up to each one. */
export function logcumsumexp(x: Tensor, dim: number | { readonly dim: number }): Tensor {
  const at = wrapDim(dimOf(dim), x.ndim)
  return routine(
    'logcumsumexp',
    [x],
    () => scan('logcumsumexp', x, at),
    (out) => ({
      saved: [x, out],
      backward: ([g = null], _, [input, y]) => {
        if (g === null || x.ndim === 0) return [g]
        const scaled = g.mul((y as Tensor).neg().exp())
        return [
          scaled
            .flip(at)
            .cumsum(at)
            .flip(at)
            .mul((input as Tensor).exp()),
        ]
      },
    }),
  )
}
