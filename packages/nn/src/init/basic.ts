import {
  float64,
  type Generator,
  no_grad,
  scalar_tensor,
  signature,
  type Tensor,
  ValueError,
  warnings,
} from '@chainrule/core'

/** What takes numbers from a generator takes by name; the default generator where left out. */
export interface DrawOptions {
  readonly generator?: Generator | null
}

/** Overwrites with numbers from [a, b). */
export const uniform_ = signature(
  'uniform_',
  ['Tensor tensor', 'float a', 'float b', 'Generator? generator'],
  (tensor: Tensor, a = 0, b = 1, generator?: Generator | null): Tensor =>
    no_grad(() => tensor.uniform_(a, b, { generator: generator ?? undefined })),
  'python',
)

/** Overwrites with numbers of a normal distribution. */
export const normal_ = signature(
  'normal_',
  ['Tensor tensor', 'float mean', 'float std', 'Generator? generator'],
  (tensor: Tensor, mean = 0, std = 1, generator?: Generator | null): Tensor =>
    no_grad(() => tensor.normal_(mean, std, { generator: generator ?? undefined })),
  'python',
)

/** Overwrites with numbers of a normal distribution, cut off below `a` and above `b`. */
export const trunc_normal_ = signature(
  'trunc_normal_',
  ['Tensor tensor', 'float mean', 'float std', 'float a', 'float b', 'Generator? generator'],
  (tensor: Tensor, mean = 0, std = 1, a = -2, b = 2, generator?: Generator | null): Tensor => {
    if (mean < a - 2 * std || mean > b + 2 * std) {
      warnings.warn(
        'mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be incorrect.',
      )
    }
    return no_grad(() => {
      const [low, high] = [normalCdf(a, mean, std), normalCdf(b, mean, std)]
      return tensor
        .uniform_(2 * low - 1, 2 * high - 1, { generator: generator ?? undefined })
        .erfinv_()
        .mul_(std * Math.SQRT2)
        .add_(mean)
        .clamp_(a, b)
    })
  },
  'python',
)

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
export const constant_ = signature(
  'constant_',
  ['Tensor tensor', 'float val'],
  (tensor: Tensor, val: number): Tensor => no_grad(() => tensor.fill_(val)),
  'python',
)
/** Overwrites with 1. */
export const ones_ = signature(
  'ones_',
  ['Tensor tensor'],
  (tensor: Tensor): Tensor => no_grad(() => tensor.fill_(1)),
  'python',
)
/** Overwrites with 0. */
export const zeros_ = signature(
  'zeros_',
  ['Tensor tensor'],
  (tensor: Tensor): Tensor => no_grad(() => tensor.zero_()),
  'python',
)

/** The identity matrix. */
export const eye_ = signature(
  'eye_',
  ['Tensor tensor'],
  (tensor: Tensor): Tensor => {
    if (tensor.ndim !== 2) throw new ValueError('Only tensors with 2 dimensions are supported')
    return no_grad(() => {
      tensor.zero_().diagonal().fill_(1)
      return tensor
    })
  },
  'python',
)

/** A convolution's weights `[out, in, …]` that pass its input through: 1 in the middle of each kernel on the diagonal. */
export const dirac_ = signature(
  'dirac_',
  ['Tensor tensor', 'int groups'],
  (tensor: Tensor, groups = 1): Tensor => {
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
  },
  'python',
)
