import { nameStep } from '../autograd/graph.ts'
import { RuntimeError } from '../errors.ts'
import { wrapDim } from '../shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { dropDim, picked, sorted } from './picks.ts'
import type { ValuesAndIndices } from './reduction-options.ts'

/** How `sort` orders. */
export interface SortOptions {
  readonly dim?: number
  readonly descending?: boolean
  /** Equal elements keep their order; they always do here. */
  readonly stable?: boolean
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
