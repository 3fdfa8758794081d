import { nameStep } from '../autograd/graph.ts'
import { IndexError, RuntimeError } from '../errors.ts'
import { wrapDim } from '../shape.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { picked, refuseBool, sorted } from './picks.ts'
import type { ValuesAndIndices } from './results.ts'

/** Along a dimension, in rising or falling order, with the indices. NaN counts as largest. */
export const sort = signature(
  'sort',
  ['Tensor input', 'int dim', 'bool descending', 'bool? stable'],
  (
    x: Tensor,
    dim = -1,
    descending = false,
    /** Equal elements keep their order; they always do here. */
    stable: boolean | null = null,
  ): ValuesAndIndices => {
    const result = sorted('sort', x, dim, descending)
    // PyTorch shows its second overload for `stable`.
    if (stable !== null) nameStep(result.values, 'SortBackward1')
    return result
  },
)
/** The indices that sort a dimension. */
export const argsort = signature(
  'argsort',
  ['Tensor input', 'int dim', 'bool descending', 'bool stable'],
  (x: Tensor, dim = -1, descending = false, _stable = false): Tensor => sort(x.detach(), dim, descending).indices,
)
/** Along the first dimension, in rising order. */
export const msort = signature('msort', ['Tensor input'], (x: Tensor): Tensor => sort(x, 0).values)

/** The `k` largest (or smallest) along a dimension, with their indices. */
export const topk = signature(
  'topk',
  ['Tensor input', 'int k', 'int dim', 'bool largest', 'bool sorted'],
  (x: Tensor, k: number, dim = -1, largest = true, _sorted = true): ValuesAndIndices => {
    const at = wrapDim(dim, x.ndim)
    if (k < 0 || k > (x.shape[at] ?? 1)) throw new RuntimeError('selected index k out of range')
    refuseBool('topk_cpu', x)
    const choose = (order: Tensor): Tensor => (x.ndim === 0 ? order : order.narrow(at, 0, k).contiguous())
    return picked('topk', x, at, choose, { descending: largest })
  },
)

/** The `k`-th smallest along a dimension, counted from 1, with its index. */
export const kthvalue = signature(
  'kthvalue',
  ['Tensor input', 'int k', 'int dim', 'bool keepdim'],
  (x: Tensor, k: number, dim = -1, keepdim = false): ValuesAndIndices => {
    const at = wrapDim(dim, x.ndim)
    if (x.shape[at] === 0) throw new IndexError(`kthvalue(): Expected reduction dim ${at} to have non-zero size.`)
    refuseBool('kthvalue_cpu', x)
    if (k < 1 || k > (x.shape[at] ?? 1))
      throw new RuntimeError('kthvalue(): selected number k out of range for dimension ' + at)
    const choose = (order: Tensor): Tensor => (x.ndim === 0 ? order : order.narrow(at, k - 1, 1).contiguous())
    return picked('kthvalue', x, at, choose, { keepdim })
  },
)
