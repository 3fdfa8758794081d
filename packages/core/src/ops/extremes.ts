import { nameStep } from '../autograd/graph.ts'
import { IndexError, RuntimeError } from '../errors.ts'
import { wrapDim } from '../shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { type ReductionContext, reduction } from './define/reduction.ts'
import { routines } from './define/routine.ts'
import { type Dims, optionsOf, type ReductionOptions, type ValuesAndIndices } from './reduction-options.ts'

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
