import { nameStep } from '../autograd/graph.ts'
import { RuntimeError } from '../errors.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { warn } from '../warnings.ts'
import { reduction } from './define/reduction.ts'
import type { Dims } from './reduction-options.ts'
import { mean } from './reductions.ts'
import { where } from './where.ts'

/** What variances take by name only. */
export interface VarianceOptions {
  /** Subtracted from the number of elements; 1 gives Bessel's correction, as `unbiased` does. */
  readonly correction?: number | null | undefined
}
interface VarianceCall extends VarianceOptions {
  readonly dim: Dims
  readonly unbiased: boolean
  readonly keepdim: boolean
}

// Welford 1962: one pass, without the cancellation of a sum of squares.
const welford = {
  start: { m2: 0, mean: 0, count: 0 },
  step: {
    count: 'count + 1',
    mean: 'mean + (x - mean) / (count + 1)',
    m2: 'm2 + (x - mean) * (x - (mean + (x - mean) / (count + 1)))',
  },
  parameters: { correction: 1 },
  result: 'floating',
} as const
/** The sum of squares about the mean, in two passes. */
const twice = (finish: string) =>
  [
    { name: 'average', start: 0, step: 'acc + x', finish: 'acc / n' },
    { name: 'variance', start: 0, step: 'acc + (x - average) * (x - average)', finish },
  ] as const
const centred = (x: Tensor, dims: readonly number[]): Tensor => x.sub(x.mean(dims, { keepdim: true }))
const varOp = reduction('var', ['x'], {
  ...welford,
  readsOut: false,
  finish: 'm2 / max(n - correction, 0)',
  stages: twice('acc / max(n - correction, 0)'),
  gradient: (g, { inputs: [x], dims, n, parameters: [correction] }) => {
    const [distance, freedom] = [centred(x as Tensor, dims), n - (correction as number)]
    // Of all elements without a degree of freedom: infinite whatever the sign of the distance from the mean.
    return freedom <= 0 && dims.length === distance.ndim
      ? g.mul(where(distance.eq(0), Number.NaN, g.new_tensor(Number.POSITIVE_INFINITY)))
      : g.mul(2 / freedom).mul(distance)
  },
})
const stdOp = reduction('std', ['x'], {
  ...welford,
  finish: 'sqrt(m2 / max(n - correction, 0))',
  stages: twice('sqrt(acc / max(n - correction, 0))'),
  gradient: (g, { inputs: [x], out, dims, n, parameters: [correction] }) =>
    g
      .div(out.mul(n - (correction as number)))
      .masked_fill(out.eq(0), 0)
      .mul(centred(x as Tensor, dims)),
})
function variance(op: typeof varOp, x: Tensor, call: VarianceCall, name: string): Tensor {
  if (x.dtype.kind !== 'floating') {
    const both = name === 'var' || name === 'std' ? 'std and var' : name
    throw new RuntimeError(`${both} only support floating point and complex dtypes`)
  }
  const { dim, unbiased, keepdim } = call
  const correction = call.correction ?? (unbiased ? 1 : 0)
  const out = op.call([x], { dim, keepdim, parameters: [correction] })
  if (x.numel() <= correction * out.numel() && out.numel() > 0) {
    warn(
      `${name}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor (input numel ` +
        'divided by output numel).',
    )
  }
  return out
}

/** A function of one of these, or of both, in all the ways that PyTorch has: a truth value in the place of `dim` is `unbiased`. */
const deviation = <R>(name: string, run: (x: Tensor, call: VarianceCall) => R) =>
  signature(
    name,
    ['Tensor input', 'bool|int[]? dim', 'bool unbiased', 'bool keepdim', '*', 'Number? correction'],
    (
      x: Tensor,
      dim: Dims | boolean = null,
      unbiased = true,
      keepdim = false,
      { correction }: VarianceOptions = {},
    ): R =>
      run(
        x,
        typeof dim === 'boolean'
          ? { dim: null, unbiased: dim, keepdim, correction }
          : { dim, unbiased, keepdim, correction },
      ),
  )

/** The variance, divided by `n - correction`; the correction is 1 unless given. `var` is a word of JavaScript: `torch.var`, `x.var()`. */
const varianceOf = deviation('var', (x, call) => variance(varOp, x, call, 'var'))

export { varianceOf as var }
/** The standard deviation, the root of `var`. */
export const std = deviation('std', (x, call) => variance(stdOp, x, call, 'std'))
/** Variance and mean. */
export const var_mean = deviation('var_mean', (x, call): [Tensor, Tensor] => [
  nameStep(variance(varOp, x, call, 'var_mean'), 'VarMeanBackward0'),
  nameStep(mean(x, call.dim, call.keepdim), 'VarMeanBackward0'),
])
/** Standard deviation and mean. */
export const std_mean = deviation('std_mean', (x, call): [Tensor, Tensor] => [
  nameStep(variance(stdOp, x, call, 'std_mean'), 'StdMeanBackward0'),
  nameStep(mean(x, call.dim, call.keepdim), 'StdMeanBackward0'),
])
