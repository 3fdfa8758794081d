import { float64, type Generator, no_grad, scalar_tensor, type Tensor, ValueError, warnings } from '@chainrule/core'
import { bindOptions, type LayerArguments } from '../arguments.ts'

/** Where the numbers come from; the default generator where left out. */
export interface DrawOptions {
  readonly generator?: Generator | undefined
}

/** What `uniform_` takes, by position in this order or by name. */
export interface UniformOptions extends DrawOptions {
  readonly a?: number
  readonly b?: number
}
/** What `normal_` takes, by position in this order or by name. */
export interface NormalOptions extends DrawOptions {
  readonly mean?: number
  readonly std?: number
}
/** The usual source of numbers. */
export const draws = { generator: undefined as Generator | undefined }

/** Overwrites with numbers from [a, b). */
export function uniform_(tensor: Tensor, ...options: LayerArguments<UniformOptions>): Tensor {
  const { a, b, generator } = bindOptions('uniform_', { a: 0, b: 1, ...draws }, options)
  return no_grad(() => tensor.uniform_(a, b, { generator }))
}

/** Overwrites with numbers of a normal distribution. */
export function normal_(tensor: Tensor, ...options: LayerArguments<NormalOptions>): Tensor {
  const { mean, std, generator } = bindOptions('normal_', { mean: 0, std: 1, ...draws }, options)
  return no_grad(() => tensor.normal_(mean, std, { generator }))
}

/** Overwrites with numbers of a normal distribution, cut off below `a` and above `b`. */
export function trunc_normal_(tensor: Tensor, ...options: LayerArguments<NormalOptions & UniformOptions>): Tensor {
  const defaults = { mean: 0, std: 1, a: -2, b: 2, ...draws }
  const { mean, std, a, b, generator } = bindOptions('trunc_normal_', defaults, options)
  if (mean < a - 2 * std || mean > b + 2 * std) {
    warnings.warn(
      'mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be incorrect.',
    )
  }
  return no_grad(() => {
    const [low, high] = [normalCdf(a, mean, std), normalCdf(b, mean, std)]
    return tensor
      .uniform_(2 * low - 1, 2 * high - 1, { generator })
      .erfinv_()
      .mul_(std * Math.SQRT2)
      .add_(mean)
      .clamp_(a, b)
  })
}

/** The probability that a normal number is below `x`. */
function normalCdf(x: number, mean: number, std: number): number {
  return (
    (1 +
      scalar_tensor((x - mean) / std / Math.SQRT2, { dtype: float64, device: 'cpu' })
        .erf()
        .item()) /
    2
  )
}

/** Overwrites with one value. */
export const constant_ = (tensor: Tensor, val: number | { readonly val: number }): Tensor =>
  no_grad(() => tensor.fill_(typeof val === 'number' ? val : val.val))
/** Overwrites with 1. */
export const ones_ = (tensor: Tensor): Tensor => constant_(tensor, 1)
/** Overwrites with 0. */
export const zeros_ = (tensor: Tensor): Tensor => constant_(tensor, 0)

/** The identity matrix. */
export function eye_(tensor: Tensor): Tensor {
  if (tensor.ndim !== 2) throw new ValueError('Only tensors with 2 dimensions are supported')
  return no_grad(() => {
    tensor.zero_().diagonal().fill_(1)
    return tensor
  })
}

/** A convolution's weights `[out, in, …]` that pass its input through: 1 in the middle of each kernel on the diagonal. */
export function dirac_(tensor: Tensor, ...options: LayerArguments<{ readonly groups?: number }>): Tensor {
  const { groups } = bindOptions('dirac_', { groups: 1 }, options)
  const { shape } = tensor
  if (shape.length < 3 || shape.length > 5) {
    throw new ValueError('Only tensors with 3, 4, or 5 dimensions are supported')
  }
  const [out, channels, ...kernel] = shape as [number, number, ...number[]]
  if (out % groups !== 0) throw new ValueError('dim 0 must be divisible by groups')
  const size = out / groups
  const middle = kernel.map((n) => Math.floor(n / 2))
  return no_grad(() => {
    tensor.zero_()
    for (let g = 0; g < groups; g++) {
      for (let d = 0; d < Math.min(size, channels); d++) tensor.index_put_([g * size + d, d, ...middle], 1)
    }
    return tensor
  })
}
