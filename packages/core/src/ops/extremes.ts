import { nameStep } from '../autograd/graph.ts'
import { IndexError, RuntimeError } from '../errors.ts'
import { wrapDim } from '../shape.ts'
import { overloaded, signature } from '../signature/index.ts'
import { Tensor } from '../tensor/tensor.ts'
import { type ReductionContext, reduction } from './define/reduction.ts'
import { routines } from './define/routine.ts'
import { refuseBool } from './picks.ts'
import type { Dims } from './reduction-options.ts'
import { type Results, results, type ValuesAndIndices } from './results.ts'

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
  const mask = (x as Tensor).detach().eq(out.detach()).to(g.dtype)
  return g.mul(mask.div(mask.sum(dims, { keepdim: true })))
}
/** As `shareAmongTies`, where all NaN are ties. */
function shareAmongEqual(g: Tensor, { inputs: [x], out }: ReductionContext): Tensor {
  const elements = (x as Tensor).detach()
  const mask = elements.eq(out.detach()).logical_or(elements.isnan()).to(g.dtype)
  return g.mul(mask.div(mask.sum()))
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
  gradient: shareAmongEqual,
  empty: emptyError('max'),
  node: ['MaxBackward1', 'MaxBackward0'],
})
const minAll = reduction('min', ['x'], {
  start: Number.POSITIVE_INFINITY,
  step: 'min(acc, x)',
  gradient: shareAmongEqual,
  empty: emptyError('min'),
  node: ['MinBackward1', 'MinBackward0'],
})
/** The largest; equal ones share the gradient. */
export const amax = signature(
  'amax',
  ['Tensor input', 'int[]? dim', 'bool keepdim'],
  (x: Tensor, dim: Dims = null, keepdim = false): Tensor => amaxOp.call([x], { dim, keepdim }),
)
/** The smallest; equal ones share the gradient. */
export const amin = signature(
  'amin',
  ['Tensor input', 'int[]? dim', 'bool keepdim'],
  (x: Tensor, dim: Dims = null, keepdim = false): Tensor => aminOp.call([x], { dim, keepdim }),
)
/** The smallest and the largest element. */
export interface Bounds extends Results {
  readonly min: Tensor
  readonly max: Tensor
}
/** The smallest and the largest. */
export const aminmax = signature(
  'aminmax',
  ['Tensor input', '*', 'int? dim', 'bool keepdim'],
  (x: Tensor, options: { readonly dim?: number | null; readonly keepdim?: boolean } = {}): Bounds => {
    if (x.numel() === 0 && (options.dim ?? null) === null) {
      throw new RuntimeError(
        'aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity.',
      )
    }
    const at = options.dim ?? null
    const dim = at === null ? null : wrapDim(at, x.ndim)
    if (dim !== null && x.shape[dim] === 0) {
      throw new IndexError(`aminmax: Expected reduction dim ${dim} to have non-zero size.`)
    }
    return results('aminmax', {
      min: nameStep(amin(x, options), 'AminmaxBackward0'),
      max: nameStep(amax(x, options), 'AminmaxBackward0'),
    })
  },
)

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
export const argmax = signature(
  'argmax',
  ['Tensor input', 'int? dim', 'bool keepdim'],
  (x: Tensor, dim: number | null = null, keepdim = false): Tensor => {
    refuseBool('argmax_cpu', x)
    return argmaxOp.call([x], { dim, keepdim })
  },
)
/** The index of the first smallest element, in the flattened tensor or along a dimension. */
export const argmin = signature(
  'argmin',
  ['Tensor input', 'int? dim', 'bool keepdim'],
  (x: Tensor, dim: number | null = null, keepdim = false): Tensor => {
    refuseBool('argmin_cpu', x)
    return argminOp.call([x], { dim, keepdim })
  },
)

/** The extreme along a dimension and its index, which alone receives the gradient. */
function extreme(name: 'max' | 'min', x: Tensor, dim: number, keepdim: boolean): ValuesAndIndices {
  const at = wrapDim(dim, x.ndim)
  if (x.shape[at] === 0) throw emptyError(name)(at)
  const { shape } = x
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
      saved: [index],
      backward: ([g = null], _, [kept]) => {
        if (g === null || shape.length === 0) return [g]
        const index = kept as Tensor
        const [incoming, places] = keepdim ? [g, index] : [g.unsqueeze(at), index.unsqueeze(at)]
        return [g.new_zeros(shape).scatter_add(at, places, incoming)]
      },
    }),
  )
  return results(name, { values, indices })
}

/** What `max`, `min`, `median` and `nanmedian` are called with: the whole, or a dimension. */
export interface AllOrAlong {
  (input: Tensor): Tensor
  (input: Tensor, dim: number, keepdim?: boolean): ValuesAndIndices
  (input: Tensor, dim: number, options: { readonly keepdim?: boolean }): ValuesAndIndices
  (input: Tensor, options: { readonly dim: number; readonly keepdim?: boolean }): ValuesAndIndices
}
/** As `AllOrAlong`, or a second tensor. */
interface Extreme extends AllOrAlong {
  (input: Tensor, other: Tensor): Tensor
  (input: Tensor, options: { readonly other: Tensor }): Tensor
}

const extremeOf = (name: 'max' | 'min', whole: { call(inputs: [Tensor]): Tensor }) =>
  overloaded<Extreme>(
    name,
    ['Tensor input', 'int|Tensor? dim|other', 'bool keepdim'],
    (x: Tensor, at: number | Tensor | null = null, keepdim = false): Tensor | ValuesAndIndices => {
      if (at === null) return whole.call([x])
      if (at instanceof Tensor) return name === 'max' ? x.maximum(at) : x.minimum(at)
      return extreme(name, x, at, keepdim)
    },
  )
/** The largest of all elements; with a `dim`, `{ values, indices }` along it; with a tensor, `maximum`. */
export const max = extremeOf('max', maxAll)
/** The smallest of all elements; with a `dim`, `{ values, indices }` along it; with a tensor, `minimum`. */
export const min = extremeOf('min', minAll)
