import { type DType, float32 } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { formatShape, numel, type Shape, sameShape } from '../shape.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { type ReductionContext, reduction } from './define/reduction.ts'
import { cat } from './joining.ts'
import type { Dims } from './reduction-options.ts'

const sumOp = reduction('sum', ['x'], {
  start: 0,
  step: 'acc + x',
  result: 'sum',
  node: ['SumBackward0', 'SumBackward1'],
})
/** The sum. Integers and bools are summed as int32. */
export const sum = signature(
  'sum',
  ['Tensor input', 'int[]? dim', 'bool keepdim', 'dtype? dtype'],
  (x: Tensor, dim: Dims = null, keepdim = false, dtype?: DType): Tensor => sumOp.call([x], { dim, keepdim, dtype }),
)

const nansumOp = reduction('nansum', ['x'], {
  start: 0,
  step: 'acc + (isnan(x) ? 0 : x)',
  gradient: { x: 'isnan(x) ? 0 : g' },
  result: 'sum',
})
/** The sum, with NaN counted as 0. */
export const nansum = signature(
  'nansum',
  ['Tensor input', 'int[]? dim', 'bool keepdim', 'dtype? dtype'],
  (x: Tensor, dim: Dims = null, keepdim = false, dtype?: DType): Tensor => {
    if (x.dtype.kind !== 'floating') return sum(x, dim, keepdim, dtype)
    if (dtype !== undefined && dtype.kind !== 'floating') {
      throw new RuntimeError(`"nansum_cpu" not implemented for '${dtype.scalarName}'`)
    }
    return nansumOp.call([x], { dim, keepdim, dtype })
  },
)

const meanOp = reduction('mean', ['x'], {
  start: 0,
  step: 'acc + x',
  finish: 'acc / n',
  result: 'floating',
  node: ['MeanBackward0', 'MeanBackward1'],
})
/** The mean of floating point numbers. */
export const mean = signature(
  'mean',
  ['Tensor input', 'int[]? dim', 'bool keepdim', 'dtype? dtype'],
  (x: Tensor, dim: Dims = null, keepdim = false, dtype?: DType): Tensor => meanOp.call([x], { dim, keepdim, dtype }),
)
/** The mean of what is not NaN. */
export const nanmean = signature(
  'nanmean',
  ['Tensor input', 'int[]? dim', 'bool keepdim', 'dtype? dtype'],
  (x: Tensor, dim: Dims = null, keepdim = false, dtype?: DType): Tensor => {
    if (x.dtype.kind !== 'floating') {
      throw new RuntimeError(`nanmean(): expected input to have floating point dtype but got ${x.dtype.scalarName}`)
    }
    return nansum(x, dim, keepdim, dtype).div(sum(x.isnan().logical_not(), dim, keepdim, x.dtype))
  },
)

const prodOp = reduction('prod', ['x'], {
  start: 1,
  step: 'acc * x',
  gradient: (g, context) => prodGradient(g, context),
  result: 'sum',
  node: ['ProdBackward0', 'ProdBackward1'],
})
/** Each input's gradient is the product of all others, which a division gives only where nothing is zero. */
function prodGradient(g: Tensor, { inputs: [x], out, dims, n }: ReductionContext): Tensor {
  const factors = x as Tensor
  if (n <= 1) return g.expand(factors.shape)
  const rest = factors.shape.map((_, i) => i).filter((i) => !dims.includes(i))
  const order = [...rest, ...dims]
  const rows = factors.permute(order).reshape([...rest.map((i) => factors.shape[i] as number), n])
  const [before, after] = [exclusiveProducts(rows), exclusiveProducts(rows.flip(-1)).flip(-1)]
  const others = before.mul(after).reshape(order.map((i) => factors.shape[i] as number))
  return g.expand(out.shape).mul(others.permute(order.map((_, i) => order.indexOf(i))))
}
/** The product of all elements before each one, along the last dimension. */
function exclusiveProducts(rows: Tensor): Tensor {
  const last = rows.ndim - 1
  const ones = rows.new_ones(rows.shape.map((size, i) => (i === last ? 1 : size)))
  return cat([ones, rows.narrow(last, 0, (rows.shape[last] as number) - 1)], last).cumprod(last)
}
/** The product. Integers and bools are multiplied as int32. */
export const prod = signature(
  'prod',
  ['Tensor input', 'int? dim', 'bool keepdim', 'dtype? dtype'],
  (x: Tensor, dim: number | null = null, keepdim = false, dtype?: DType): Tensor =>
    prodOp.call([x], { dim, keepdim, dtype }),
)

const allOp = reduction('all', ['x'], { start: 1, step: 'acc && x', gradient: null, result: 'bool' })
const anyOp = reduction('any', ['x'], { start: 0, step: 'acc || x', gradient: null, result: 'bool' })
const countOp = reduction('count_nonzero', ['x'], { start: 0, step: 'acc + (x != 0)', gradient: null, result: 'index' })
/** Whether all elements are not 0. */
export const all = signature(
  'all',
  ['Tensor input', 'int[]? dim', 'bool keepdim'],
  (x: Tensor, dim: Dims = null, keepdim = false): Tensor => {
    const result = allOp.call([x], { dim, keepdim })
    return x.dtype.name === 'uint8' ? result.to(x.dtype) : result
  },
)
/** Whether at least one element is not 0. */
export const any = signature(
  'any',
  ['Tensor input', 'int[]? dim', 'bool keepdim'],
  (x: Tensor, dim: Dims = null, keepdim = false): Tensor => {
    const result = anyOp.call([x], { dim, keepdim })
    return x.dtype.name === 'uint8' ? result.to(x.dtype) : result
  },
)
/** How many elements are not 0. */
export const count_nonzero = signature(
  'count_nonzero',
  ['Tensor input', 'int[]? dim'],
  (x: Tensor, dim: Dims = null): Tensor => countOp.call([x], { dim }),
)

const logsumexpOp = reduction('logsumexp', ['x'], {
  start: { top: Number.NEGATIVE_INFINITY, rest: 0 },
  step: {
    top: 'max(top, x)',
    rest: 'x == -inf ? rest : x == top ? rest + 1 : top > x ? rest + exp(x - top) : rest * exp(top - x) + 1',
  },
  finish: 'top + log(rest)',
  stages: [
    { name: 'most', start: Number.NEGATIVE_INFINITY, step: 'max(acc, x)' },
    { name: 'total', start: 0, step: 'acc + (x == most ? 1 : exp(x - most))' },
    { name: 'result', start: 0, step: 'acc + (most + log(total))' },
  ],
  gradient: { x: 'g * exp(x - out)' },
  result: 'promoted',
})
/** `log(Σ eˣ)` without overflow, in one pass. */
export const logsumexp = signature(
  'logsumexp',
  ['Tensor input', 'int[]? dim', 'bool keepdim'],
  (x: Tensor, dim: Dims, keepdim = false): Tensor => {
    const input = x.dtype.kind === 'floating' ? x : x.to(float32)
    return logsumexpOp.call([input], { dim, keepdim })
  },
)

/** The gradient of a broadcast: what was repeated is summed. */
export const sum_to_size = signature(
  'sum_to_size',
  ['Tensor input', 'size *size'],
  (x: Tensor, size: Shape): Tensor => {
    if (sameShape(x.shape, size)) return x
    const lead = x.ndim - size.length
    const fits = lead >= 0 && size.every((n, i) => n === 1 || n === x.shape[i + lead])
    if (!fits)
      throw new RuntimeError(`size {${formatShape(size)}} is not expandable to size {${formatShape(x.shape)}}.`)
    const dims = x.shape.flatMap((n, i) => (i < lead || (size[i - lead] === 1 && n !== 1) ? [i] : []))
    const kept = dims.length === 0 ? x : sum(x, dims, true)
    return lead === 0 ? kept : kept.reshape(size)
  },
)

/** Whether both have one shape and equal elements. */
export const equal = signature('equal', ['Tensor input', 'Tensor other'], (x: Tensor, other: Tensor): boolean => {
  return sameShape(x.shape, other.shape) && (numel(x.shape) === 0 || Boolean(all(x.eq(other)).item()))
})

/** Whether the only element is not 0. */
export const is_nonzero = signature('is_nonzero', ['Tensor input'], (x: Tensor): boolean => {
  if (x.numel() !== 1) {
    throw new RuntimeError(
      `Boolean value of Tensor with ${x.numel() === 0 ? 'no values' : 'more than one value'} is ambiguous`,
    )
  }
  return x.at(x.offset) !== 0
})
