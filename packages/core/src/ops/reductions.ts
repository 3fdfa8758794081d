import { nameStep } from '../autograd/graph.ts'
import { type DType, float32 } from '../dtype.ts'
import { IndexError, RuntimeError } from '../errors.ts'
import { formatShape, numel, type Shape, sameShape, wrapDim } from '../shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { type ReductionContext, reduction } from './define/reduction.ts'
import { routines } from './define/routine.ts'
import { cat } from './joining.ts'

/** The dimensions to fold: one, several, or all for `null`. */
export type Dims = number | readonly number[] | null | undefined

/** What every reduction takes by name. */
export interface ReductionOptions {
  readonly dim?: Dims
  /** Leave the reduced dimensions in place, with size 1. */
  readonly keepdim?: boolean
  /** Convert to this dtype first. */
  readonly dtype?: DType
}

/** The dimensions and options of a call that gives either, both or neither. */
function optionsOf(dim: Dims | ReductionOptions, options: ReductionOptions | boolean | undefined): ReductionOptions {
  if (typeof dim === 'object' && dim !== null && !Array.isArray(dim)) return dim as ReductionOptions
  const named = typeof options === 'boolean' ? { keepdim: options } : (options ?? {})
  return dim === undefined ? named : { ...named, dim: dim as Dims }
}

const sumOp = reduction('sum', ['x'], {
  start: 0,
  step: 'acc + x',
  result: 'sum',
  node: ['SumBackward0', 'SumBackward1'],
})
/** The sum. Integers and bools are summed as int32. */
export function sum(x: Tensor, dim?: Dims | ReductionOptions, options?: ReductionOptions | boolean): Tensor {
  return sumOp.call([x], optionsOf(dim, options))
}

const nansumOp = reduction('nansum', ['x'], {
  start: 0,
  step: 'acc + (isnan(x) ? 0 : x)',
  gradient: { x: 'isnan(x) ? 0 : g' },
  result: 'sum',
})
/** The sum, with NaN counted as 0. */
export function nansum(x: Tensor, dim?: Dims | ReductionOptions, options?: ReductionOptions | boolean): Tensor {
  return nansumOp.call([x], optionsOf(dim, options))
}

const meanOp = reduction('mean', ['x'], {
  start: 0,
  step: 'acc + x',
  finish: 'acc / n',
  result: 'floating',
  node: ['MeanBackward0', 'MeanBackward1'],
})
/** The mean of floating point numbers. */
export function mean(x: Tensor, dim?: Dims | ReductionOptions, options?: ReductionOptions | boolean): Tensor {
  return meanOp.call([x], optionsOf(dim, options))
}
/** The mean of what is not NaN. */
export function nanmean(x: Tensor, dim?: Dims | ReductionOptions, options?: ReductionOptions | boolean): Tensor {
  const call = optionsOf(dim, options)
  return nansum(x, call).div(sum(x.isnan().logical_not(), { ...call, dtype: x.dtype }))
}

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
export function prod(x: Tensor, dim?: number | ReductionOptions | null, options?: ReductionOptions | boolean): Tensor {
  return prodOp.call([x], optionsOf(dim, options))
}

const emptyError =
  (name: string) =>
  (dim: number | null): Error =>
    dim === null
      ? new RuntimeError(
          `${name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument.`,
        )
      : new IndexError(`${name}(): Expected reduction dim ${dim} to have non-zero size.`)
const emptyIndexError =
  (name: string) =>
  (dim: number | null): Error =>
    new IndexError(
      dim === null
        ? `${name}(): Expected reduction dim to be specified for input.numel() == 0.`
        : `${name}(): Expected reduction dim ${dim} to have non-zero size.`,
    )
/** Ties share the gradient. */
function shareAmongTies(g: Tensor, { inputs: [x], out, dims }: ReductionContext): Tensor {
  const mask = (x as Tensor)
    .detach()
    .eq(out.detach())
    .logical_or((x as Tensor).detach().isnan())
    .to(g.dtype)
  return g.mul(mask.div(mask.sum(dims, { keepdim: true })))
}
const amaxOp = reduction('amax', ['x'], {
  start: Number.NEGATIVE_INFINITY,
  step: 'max(acc, x)',
  gradient: shareAmongTies,
  empty: emptyError('amax'),
})
const aminOp = reduction('amin', ['x'], {
  start: Number.POSITIVE_INFINITY,
  step: 'min(acc, x)',
  gradient: shareAmongTies,
  empty: emptyError('amin'),
})
const maxAll = reduction('max', ['x'], {
  start: Number.NEGATIVE_INFINITY,
  step: 'max(acc, x)',
  gradient: shareAmongTies,
  empty: emptyError('max'),
  node: ['MaxBackward1', 'MaxBackward0'],
})
const minAll = reduction('min', ['x'], {
  start: Number.POSITIVE_INFINITY,
  step: 'min(acc, x)',
  gradient: shareAmongTies,
  empty: emptyError('min'),
  node: ['MinBackward1', 'MinBackward0'],
})
/** The largest; equal ones share the gradient. */
export function amax(x: Tensor, dim?: Dims | ReductionOptions, options?: ReductionOptions | boolean): Tensor {
  return amaxOp.call([x], optionsOf(dim, options))
}
/** The smallest; equal ones share the gradient. */
export function amin(x: Tensor, dim?: Dims | ReductionOptions, options?: ReductionOptions | boolean): Tensor {
  return aminOp.call([x], optionsOf(dim, options))
}
/** The smallest and the largest. */
export function aminmax(
  x: Tensor,
  options: { readonly dim?: number; readonly keepdim?: boolean } = {},
): { min: Tensor; max: Tensor } {
  if (x.numel() === 0 && options.dim === undefined) {
    throw new RuntimeError(
      'aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity.',
    )
  }
  return { min: nameStep(amin(x, options), 'AminmaxBackward0'), max: nameStep(amax(x, options), 'AminmaxBackward0') }
}

const argmaxOp = reduction('argmax', ['x'], {
  start: { at: 0, best: Number.NEGATIVE_INFINITY },
  step: { at: 'x > best || (isnan(x) && !isnan(best)) ? i : at', best: 'max(best, x)' },
  gradient: null,
  result: 'index',
  empty: emptyIndexError('argmax'),
})
const argminOp = reduction('argmin', ['x'], {
  start: { at: 0, best: Number.POSITIVE_INFINITY },
  step: { at: 'x < best || (isnan(x) && !isnan(best)) ? i : at', best: 'min(best, x)' },
  gradient: null,
  result: 'index',
  empty: emptyIndexError('argmin'),
})
/** The index of the first largest element, in the flattened tensor or along a dimension. */
export function argmax(
  x: Tensor,
  dim?: number | ReductionOptions | null,
  options?: ReductionOptions | boolean,
): Tensor {
  return argmaxOp.call([x], optionsOf(dim, options))
}
/** The index of the first smallest element, in the flattened tensor or along a dimension. */
export function argmin(
  x: Tensor,
  dim?: number | ReductionOptions | null,
  options?: ReductionOptions | boolean,
): Tensor {
  return argminOp.call([x], optionsOf(dim, options))
}

/** Values and where they were found. */
export interface ValuesAndIndices {
  readonly values: Tensor
  readonly indices: Tensor
}

/** The extreme along a dimension and its index, which alone receives the gradient. */
function extreme(name: 'max' | 'min', x: Tensor, dim: number, keepdim: boolean): ValuesAndIndices {
  const at = wrapDim(dim, x.ndim)
  if (x.shape[at] === 0) throw emptyError(name)(at)
  const [values, indices] = routines(
    name,
    [x],
    () => {
      const kept = (name === 'max' ? argmaxOp : argminOp).call([x.detach()], { dim: at, keepdim: true })
      const found = x.ndim === 0 ? x.detach().clone() : x.detach().gather(at, kept)
      const drop = (y: Tensor): Tensor => (keepdim ? y : y.reshape(y.shape.filter((_, i) => i !== at)))
      return [drop(found), drop(kept)] as const
    },
    ([, index]) => ({
      saved: [],
      backward: ([g = null]) => {
        if (g === null || x.ndim === 0) return [g]
        const [incoming, places] = keepdim ? [g, index] : [g.unsqueeze(at), index.unsqueeze(at)]
        return [g.new_zeros(x.shape).scatter_add(at, places, incoming)]
      },
    }),
  )
  return { values, indices }
}

function maxOrMin(
  name: 'max' | 'min',
  x: Tensor,
  dim?: number | Tensor | ReductionOptions | null,
  options?: ReductionOptions | boolean,
): Tensor | ValuesAndIndices {
  if (dim !== null && typeof dim === 'object' && 'storage' in dim)
    return name === 'max' ? x.maximum(dim) : x.minimum(dim)
  const call = optionsOf(dim, options)
  if (call.dim === undefined || call.dim === null) return (name === 'max' ? maxAll : minAll).call([x], call)
  return extreme(name, x, call.dim as number, call.keepdim ?? false)
}

/** The largest of all elements; with a `dim`, `{ values, indices }` along it; with a tensor, `maximum`. */
export function max(x: Tensor): Tensor
export function max(x: Tensor, other: Tensor): Tensor
export function max(
  x: Tensor,
  dim: number | { readonly dim: number; readonly keepdim?: boolean },
  options?: ReductionOptions | boolean,
): ValuesAndIndices
export function max(
  x: Tensor,
  dim?: number | Tensor | ReductionOptions,
  options?: ReductionOptions | boolean,
): Tensor | ValuesAndIndices {
  return maxOrMin('max', x, dim, options)
}
/** The smallest of all elements; with a `dim`, `{ values, indices }` along it; with a tensor, `minimum`. */
export function min(x: Tensor): Tensor
export function min(x: Tensor, other: Tensor): Tensor
export function min(
  x: Tensor,
  dim: number | { readonly dim: number; readonly keepdim?: boolean },
  options?: ReductionOptions | boolean,
): ValuesAndIndices
export function min(
  x: Tensor,
  dim?: number | Tensor | ReductionOptions,
  options?: ReductionOptions | boolean,
): Tensor | ValuesAndIndices {
  return maxOrMin('min', x, dim, options)
}

const allOp = reduction('all', ['x'], { start: 1, step: 'acc && x', gradient: null, result: 'bool' })
const anyOp = reduction('any', ['x'], { start: 0, step: 'acc || x', gradient: null, result: 'bool' })
const countOp = reduction('count_nonzero', ['x'], { start: 0, step: 'acc + (x != 0)', gradient: null, result: 'index' })
/** Whether all elements are not 0. */
export function all(x: Tensor, dim?: Dims | ReductionOptions, options?: ReductionOptions | boolean): Tensor {
  const result = allOp.call([x], optionsOf(dim, options))
  return x.dtype.name === 'uint8' ? result.to(x.dtype) : result
}
/** Whether at least one element is not 0. */
export function any(x: Tensor, dim?: Dims | ReductionOptions, options?: ReductionOptions | boolean): Tensor {
  const result = anyOp.call([x], optionsOf(dim, options))
  return x.dtype.name === 'uint8' ? result.to(x.dtype) : result
}
/** How many elements are not 0. */
export function count_nonzero(x: Tensor, dim?: Dims): Tensor {
  return countOp.call([x], optionsOf(dim, undefined))
}

/** What a variance is divided by. */
export interface VarianceOptions extends ReductionOptions {
  /** Subtracted from the number of elements; 1 gives Bessel's correction. */
  readonly correction?: number
  /** `false` is a correction of 0. */
  readonly unbiased?: boolean
}

// Welford 1962: one pass, without the cancellation of a sum of squares.
const welford = {
  start: { m2: 0, mean: 0, count: 0 },
  step: {
    count: 'count + 1',
    mean: 'mean + (x - mean) / (count + 1)',
    m2: 'm2 + (x - mean) * (x - mean) * (count / (count + 1))',
  },
  parameters: { correction: 1 },
  result: 'floating',
} as const
const centred = (x: Tensor, dims: readonly number[]): Tensor => x.sub(x.mean(dims, { keepdim: true }))
const varOp = reduction('var', ['x'], {
  ...welford,
  finish: 'm2 / max(n - correction, 0)',
  gradient: (g, { inputs: [x], dims, n, parameters: [correction] }) =>
    n === correction && dims.length === x?.ndim
      ? g.mul(Number.POSITIVE_INFINITY).expand(x.shape)
      : g.mul(2 / (n - (correction as number))).mul(centred(x as Tensor, dims)),
})
const stdOp = reduction('std', ['x'], {
  ...welford,
  finish: 'sqrt(m2 / max(n - correction, 0))',
  gradient: (g, { inputs: [x], out, dims, n, parameters: [correction] }) =>
    g
      .div(out.mul(n - (correction as number)))
      .masked_fill(out.eq(0), 0)
      .mul(centred(x as Tensor, dims)),
})
function variance(
  op: typeof varOp,
  x: Tensor,
  dim: Dims | boolean | VarianceOptions,
  options: VarianceOptions | boolean | undefined,
): Tensor {
  const named = typeof options === 'boolean' ? { unbiased: options } : options
  const call: VarianceOptions = typeof dim === 'boolean' ? { ...named, unbiased: dim } : optionsOf(dim, named)
  if (x.dtype.kind !== 'floating') {
    throw new RuntimeError('std and var only support floating point and complex dtypes')
  }
  const correction = call.correction ?? (call.unbiased === false ? 0 : 1)
  return op.call([x], { ...call, parameters: [correction] })
}
/** The variance, divided by `n - correction`; the correction is 1 unless given. `var` is a word of JavaScript: `torch.var`, `x.var()`. */
function varianceOf(x: Tensor, dim?: Dims | boolean | VarianceOptions, options?: VarianceOptions | boolean): Tensor {
  return variance(varOp, x, dim, options)
}

export { varianceOf as var }
/** The standard deviation, the root of `var`. */
export function std(x: Tensor, dim?: Dims | boolean | VarianceOptions, options?: VarianceOptions | boolean): Tensor {
  return variance(stdOp, x, dim, options)
}
/** Variance and mean. */
export function var_mean(x: Tensor, dim?: Dims | VarianceOptions, options?: VarianceOptions): [Tensor, Tensor] {
  const { keepdim, dim: dims } = optionsOf(dim, options)
  const pair = [varianceOf(x, dim, options), mean(x, dims, { keepdim: keepdim ?? false })] as const
  return [nameStep(pair[0], 'VarMeanBackward0'), nameStep(pair[1], 'VarMeanBackward0')]
}
/** Standard deviation and mean. */
export function std_mean(x: Tensor, dim?: Dims | VarianceOptions, options?: VarianceOptions): [Tensor, Tensor] {
  const { keepdim, dim: dims } = optionsOf(dim, options)
  const pair = [std(x, dim, options), mean(x, dims, { keepdim: keepdim ?? false })] as const
  return [nameStep(pair[0], 'StdMeanBackward0'), nameStep(pair[1], 'StdMeanBackward0')]
}

const logsumexpOp = reduction('logsumexp', ['x'], {
  start: { top: Number.NEGATIVE_INFINITY, rest: 0 },
  step: {
    top: 'max(top, x)',
    rest: 'x == -inf ? rest : x == top ? rest + 1 : top > x ? rest + exp(x - top) : rest * exp(top - x) + 1',
  },
  finish: 'top + log(rest)',
  gradient: { x: 'g * exp(x - out)' },
  result: 'promoted',
})
/** `log(Σ eˣ)` without overflow, in one pass. */
export function logsumexp(x: Tensor, dim: Dims | ReductionOptions, options?: ReductionOptions | boolean): Tensor {
  const input = x.dtype.kind === 'floating' ? x : x.to(float32)
  return logsumexpOp.call([input], optionsOf(dim, options))
}

const node: readonly [string, string] = ['LinalgVectorNormBackward0', 'LinalgVectorNormBackward0']
const norms = {
  2: reduction('norm2', ['x'], {
    start: 0,
    step: 'acc + x * x',
    finish: 'sqrt(acc)',
    gradient: { x: 'out == 0 ? 0 : x * (g / out)' },
    result: 'floating',
    node,
  }),
  1: reduction('norm1', ['x'], { start: 0, step: 'acc + abs(x)', result: 'floating', node }),
  0: reduction('norm0', ['x'], {
    start: 0,
    step: 'acc + (x != 0)',
    gradient: { x: '0 * x' },
    result: 'floating',
    node,
  }),
  p: reduction('norm', ['x'], {
    start: 0,
    step: 'acc + pow(abs(x), p)',
    finish: 'pow(acc, 1 / p)',
    gradient: {
      x: 'out == 0 || (x == 0 && p < 2) ? 0 : p < 2 ? g * sign(x) * pow(abs(x), p - 1) * pow(out, 1 - p) : g * x * pow(abs(x), p - 2) / pow(out, p - 1)',
    },
    parameters: { p: 2 },
    result: 'floating',
    node,
  }),
}
/** The extreme of the magnitudes, whose gradient ties share. */
const normInf = (sign: 1 | -1, x: Tensor, call: ReductionOptions): Tensor =>
  sign > 0 ? amax(x.abs(), call) : amin(x.abs(), call)

/** The `p`-norm over dimensions, or over all: `(Σ |x|ᵖ)^(1/p)`; 'fro' is 2. */
export function norm(
  x: Tensor,
  p: number | 'fro' | (ReductionOptions & { readonly p?: number | 'fro' }) = 2,
  dim?: Dims | ReductionOptions,
  options?: ReductionOptions | boolean,
): Tensor {
  if (typeof p === 'object') return norm(x, p.p ?? 2, p)
  const call = optionsOf(dim, options)
  const input = call.dtype === undefined ? x : x.to(call.dtype)
  if (input.dtype.kind !== 'floating') {
    throw new RuntimeError(
      `linalg.vector_norm: Expected a floating point or complex tensor as input. Got ${input.dtype.scalarName}`,
    )
  }
  const power = p === 'fro' ? 2 : p
  if (power === Number.POSITIVE_INFINITY) return nameStep(normInf(1, input, call), node[0])
  if (power === Number.NEGATIVE_INFINITY) return nameStep(normInf(-1, input, call), node[0])
  if (power === 2 || power === 1 || power === 0) return norms[power].call([input], call)
  return norms.p.call([input], { ...call, parameters: [power] })
}

/** The distance `‖x - other‖ₚ`. */
export const dist = (x: Tensor, other: Tensor, p = 2): Tensor => nameStep(norm(x.sub(other), p), 'DistBackward0')

/** The gradient of a broadcast: what was repeated is summed. */
export function sum_to_size(x: Tensor, ...size: readonly number[] | readonly [Shape]): Tensor {
  const shape = (typeof size[0] === 'object' ? size[0] : size) as Shape
  if (sameShape(x.shape, shape)) return x
  const lead = x.ndim - shape.length
  const fits = lead >= 0 && shape.every((n, i) => n === 1 || n === x.shape[i + lead])
  if (!fits) throw new RuntimeError(`size {${formatShape(shape)}} is not expandable to size {${formatShape(x.shape)}}.`)
  const dims = x.shape.flatMap((n, i) => (i < lead || (shape[i - lead] === 1 && n !== 1) ? [i] : []))
  const kept = dims.length === 0 ? x : sum(x, dims, { keepdim: true })
  return lead === 0 ? kept : kept.reshape(shape)
}

/** Whether both have one shape and equal elements. */
export function equal(x: Tensor, other: Tensor): boolean {
  return sameShape(x.shape, other.shape) && (numel(x.shape) === 0 || Boolean(all(x.eq(other)).item()))
}
