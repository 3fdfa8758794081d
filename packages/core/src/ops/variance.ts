import { nameStep } from '../autograd/graph.ts'
import { RuntimeError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { reduction } from './define/reduction.ts'
import { type Dims, optionsOf, type ReductionOptions } from './reduction-options.ts'
import { mean } from './reductions.ts'

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
