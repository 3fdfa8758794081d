import { bool } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { formatShape, numel, type Shape } from '../shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { inPlace } from './inplace.ts'
import { collected, countOf, dealt } from './mask-places.ts'
import { where } from './where.ts'

/** Writes values, one after the other, to where a mask of the dimensions from `dim` on holds: it is not read for that. */
export function putMasked(x: Tensor, mask: Tensor, dim: number, values: Tensor, accumulate: boolean): void {
  const [outer, inner] = [x.shape.slice(0, dim), x.shape.slice(dim + mask.ndim)]
  const [dims, own] = [mask.shape, values.shape]
  // Which dimension of the values counts the places; there may be none, or one value for all.
  const at = own.length - 1 - inner.length
  const given = own[at] ?? 1
  const flat = mask.reshape(-1)
  checkValues(own, [...outer, countOf(flat) ?? given, ...inner])
  /** The shape of the values with dimensions of the mask in place of that one. */
  const spreadOver = (sizes: Shape): Shape => (at < 0 ? own : [...own.slice(0, at), ...sizes, ...own.slice(at + 1)])
  const ones = spreadOver(dims.map(() => 1))
  const wide = (places: Tensor): Tensor => places.to(bool).reshape([...dims, ...inner.map(() => 1)])
  inPlace(
    x,
    [values],
    () => {
      if (given === 0) return
      const spread = given === 1 ? values.reshape(ones) : dealt(values, at, flat).reshape(spreadOver(dims))
      x.copy_(where(wide(mask), accumulate ? x.add(spread) : spread, x))
    },
    ([g = null], needs, [saved]) => {
      if (g === null) return [null, null]
      const places = saved as Tensor
      const toValues = (): Tensor => {
        if (given === 0) return g.new_zeros(own)
        if (given === 1) return where(wide(places), g, 0).sum_to_size(ones).reshape(own)
        const rows = g.reshape([...outer, numel(dims), ...inner])
        return collected(rows, dim, places.reshape(-1), given).sum_to_size(own)
      }
      return [needs(0) ? (accumulate ? g : g.masked_fill(wide(places), 0)) : null, needs(1) ? toValues() : null]
    },
    'IndexPutBackward0',
    [mask],
  )
}

/** Checks that values broadcast to what indices name. */
export function checkValues(values: Shape, target: Shape): void {
  const lead = target.length - values.length
  if (lead >= 0 && values.every((size, i) => size === 1 || size === target[i + lead])) return
  throw new RuntimeError(
    `shape mismatch: value tensor of shape ${formatShape(values)} cannot be broadcast to indexing result of shape ` +
      formatShape(target),
  )
}
