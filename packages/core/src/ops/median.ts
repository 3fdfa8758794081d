import { nameStep } from '../autograd/graph.ts'
import { int32 } from '../dtype.ts'
import { IndexError } from '../errors.ts'
import { wrapDim } from '../shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { routine } from './define/routine.ts'
import { dropDim, picked } from './picks.ts'
import type { ValuesAndIndices } from './reduction-options.ts'
import { where } from './where.ts'

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
