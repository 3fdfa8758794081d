import { RuntimeError } from '../errors.ts'
import { numel, sameShape } from '../shape.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { routine } from './define/routine.ts'
import { replace } from './inplace.ts'
import { packedCopy } from './packed.ts'
import { checkScatter, scatterMemory, windowOf } from './scatter-step.ts'

/** How `scatter_reduce` joins what meets in one place. */
export type ScatterReduction = 'sum' | 'prod' | 'mean' | 'amax' | 'amin'

/** What `scatter_reduce` takes by name. */
export interface ScatterReduceOptions {
  /** Whether what is there takes part (it does where left out), or gives way. */
  readonly include_self?: boolean
}

/** The scatter that does the work, and where it starts when what is there gives way. */
const steps = {
  sum: { mode: 'add', start: 0 },
  mean: { mode: 'add', start: 0 },
  prod: { mode: 'multiply', start: 1 },
  amax: { mode: 'max', start: Number.NEGATIVE_INFINITY },
  amin: { mode: 'min', start: Number.POSITIVE_INFINITY },
} as const

/** `out[i][index[i][j]] ∘= source[i][j]` for `dim` 1, and so on, on a copy, where `∘` is the reduction. */
export const scatter_reduce = signature(
  'scatter_reduce',
  ['Tensor input', 'int dim', 'Tensor index', 'Tensor src', 'str reduce', '*', 'bool include_self'],
  (
    x: Tensor,
    dim: number,
    index: Tensor,
    src: Tensor,
    reduce: ScatterReduction,
    options: ScatterReduceOptions = {},
  ): Tensor => {
    const { include_self = true } = options
    if (!Object.hasOwn(steps, reduce)) {
      throw new RuntimeError('reduce argument must be either sum, prod, mean, amax or amin.')
    }
    const { at } = checkScatter('scatter', x, dim, index, src)
    return reduced({ name: reduce, at, index, include_self }, x, src)
  },
)
/** As `scatter_reduce`, in place. */
export const scatter_reduce_ = signature(
  'scatter_reduce_',
  ['Tensor input', 'int dim', 'Tensor index', 'Tensor src', 'str reduce', '*', 'bool include_self'],
  (
    x: Tensor,
    dim: number,
    index: Tensor,
    src: Tensor,
    reduce: ScatterReduction,
    options: ScatterReduceOptions = {},
  ): Tensor => {
    const next = (old: Tensor): Tensor => scatter_reduce(old, dim, index, src, reduce, options)
    return replace(x, 'ScatterReduceBackward0', next, [index, src])
  },
)

interface Call {
  readonly name: ScatterReduction
  readonly at: number
  readonly index: Tensor
  readonly include_self: boolean
}

function reduced(call: Call, x: Tensor, source: Tensor): Tensor {
  const { name, at, index, include_self } = call
  return routine(
    'scatter_reduce',
    [x, source],
    () => {
      const { mode, start } = steps[name]
      const out = include_self ? packedCopy(x) : x.scatter(at, index, extremeOf(x, start))
      scatterMemory(out, at, index, windowOf(source, index.shape), mode)
      if (name !== 'mean') return out
      return out.div(counts(call, x), { rounding_mode: x.dtype.kind === 'floating' ? null : 'floor' })
    },
    (out) => ({
      saved: [x, source, out, index],
      backward: ([g = null], _, saved) => {
        if (g === null) return [null, null]
        const [before, from, after, index] = saved as [Tensor, Tensor, Tensor, Tensor]
        const [own, picked] = pull({ ...call, index }, g, before, windowOf(from, index.shape), after)
        return [include_self ? own : own.scatter(at, index, 0), spread(picked, from)]
      },
    }),
  )
}

/** An infinity in a dtype without one is its largest or smallest number. */
function extremeOf(x: Tensor, start: number): number {
  if (Number.isFinite(start) || x.dtype.kind === 'floating') return start
  const [low, high] = x.dtype.itemsize === 4 ? [-(2 ** 31), 2 ** 31 - 1] : [0, x.dtype.kind === 'bool' ? 1 : 255]
  return start < 0 ? low : high
}

/** How many elements meet in each place, and 1 where none do. */
function counts({ at, index, include_self }: Call, x: Tensor): Tensor {
  const start = include_self ? x.new_ones(x.shape) : x.new_zeros(x.shape)
  return start.scatter_add(at, index, x.new_ones(index.shape)).clamp(1)
}

/** The gradient of a window of the source, in the shape of the source. */
function spread(picked: Tensor, source: Tensor): Tensor {
  if (sameShape(picked.shape, source.shape)) return picked
  const out = source.new_zeros(source.shape)
  if (numel(picked.shape) > 0) windowOf(out, picked.shape).copy_(picked)
  return out
}

/** The gradients of what was there and of what came. `source` has the shape of the index. */
function pull(call: Call, g: Tensor, x: Tensor, source: Tensor, out: Tensor): [Tensor, Tensor] {
  const { name, at, index } = call
  if (name === 'sum') return [g, g.gather(at, index)]
  if (name === 'mean') {
    const share = g.div(counts(call, x))
    return [share, share.gather(at, index)]
  }
  if (name === 'prod') return pullProduct(call, g, x, source, out)
  // All that equal the extreme share the gradient.
  const [isOwn, isPicked] = [x.eq(out).to(g.dtype), source.eq(out.gather(at, index)).to(g.dtype)]
  const share = g.div(
    (call.include_self ? isOwn : isOwn.scatter(at, index, 0)).scatter_add(at, index, isPicked).clamp(1),
  )
  return [isOwn.mul(share), isPicked.mul(share.gather(at, index))]
}

/** Of a product the quotient by each factor; where a factor is 0, the product of all others instead. */
function pullProduct(call: Call, g: Tensor, x: Tensor, source: Tensor, out: Tensor): [Tensor, Tensor] {
  const { at, index } = call
  const nonzero = x.masked_fill(x.eq(0), 1)
  const own = g.mul(reduced(call, nonzero, source).div(nonzero))
  const zero = source.eq(0)
  const zeros = x.new_zeros(x.shape).scatter_add(at, index, zero.to(x.dtype)).gather(at, index)
  const only = zero.logical_and(zeros.eq(1))
  const others = reduced(call, x, source.masked_fill(only, 1))
  const quotient = g.mul(out).gather(at, index).div(source.masked_fill(zero, 1))
  return [own, g.mul(others).gather(at, index).where(only, quotient)]
}
