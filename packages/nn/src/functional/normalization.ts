/** Normalisation over rows, batches and groups: `(x - mean) / √(variance + eps)`, scaled and shifted. */
import * as torch from '@chainrule/core'
import {
  elementwise,
  no_grad,
  RuntimeError,
  routine,
  type Shape,
  signature,
  type Tensor,
  ValueError,
} from '@chainrule/core'

/** The input row by row, as PyTorch lays out what it normalises; images whose channels lie innermost stay as they are. */
const packed = (x: Tensor): Tensor => (x.ndim === 4 && x.permute(0, 2, 3, 1).is_contiguous() ? x : x.contiguous())

/** The mean over dimensions, and what to multiply the distance from it by. */
function moments(x: Tensor, dims: readonly number[], eps: number): { mean: Tensor; variance: Tensor; scale: Tensor } {
  const mean = x.mean(dims, { keepdim: true })
  const variance = x.sub(mean).square().mean(dims, { keepdim: true })
  return { mean, variance, scale: variance.add(eps).rsqrt() }
}

/** What a normalisation is made of, as tensors that broadcast to the input. */
interface Parts {
  readonly name: string
  readonly input: Tensor
  /** The shape in which the input is normalised, where it is not its own. */
  readonly seenAs?: Shape
  /** Over which dimensions mean and variance are taken. */
  readonly dims: readonly number[]
  readonly eps: number
  /** Scale and shift, and the shape in which they broadcast to the input. */
  readonly weight: Tensor | null
  readonly bias: Tensor | null
  readonly affine: Shape
}

/** Normalises by the input's own moments, as one step of the graph. */
function normalizeBy({ name, input, seenAs = input.shape, dims, eps, weight, bias, affine }: Parts): Tensor {
  const parameters = [weight, bias].filter((x) => x !== null)
  const scaled = (x: Tensor, w: Tensor | null): Tensor => (w === null ? x : x.mul(w.reshape(affine)))
  return routine(
    name,
    [input, ...parameters],
    () => {
      const x = packed(input).reshape(seenAs)
      const { mean, scale } = moments(x, dims, eps)
      const out = scaled(x.sub(mean).mul(scale), weight)
      return (bias === null ? out : out.add(bias.reshape(affine))).reshape(input.shape)
    },
    () => ({
      saved: weight === null ? [input] : [input, weight],
      // From the input anew, so that the gradient has a gradient.
      backward: ([gradient = null], needs, [saved, w = null]) => {
        if (gradient === null) return [null, null, null]
        const g = gradient.reshape(seenAs)
        const x = (saved as Tensor).reshape(seenAs)
        const { mean, scale } = moments(x, dims, eps)
        const normal = x.sub(mean).mul(scale)
        const toInput = (): Tensor => {
          const d = scaled(g, w)
          const average = d.mean(dims, { keepdim: true })
          const along = d.mul(normal).mean(dims, { keepdim: true })
          return d.sub(average).sub(normal.mul(along)).mul(scale).reshape(input.shape)
        }
        const toParameter = (d: Tensor, p: Tensor): Tensor => d.sum_to_size(affine).reshape(p.shape)
        return [
          needs(0) ? toInput() : null,
          ...parameters.map((p, i) =>
            needs(i + 1) ? toParameter(i === 0 && weight !== null ? g.mul(normal) : g, p) : null,
          ),
        ]
      },
    }),
  )
}

export { layer_norm } from '@chainrule/core'

const normalizeByRunning = elementwise('batch_norm_inference', ['x', 'mean', 'variance', 'weight', 'bias'], {
  forward: '(x - mean) / sqrt(variance + eps) * weight + bias',
  parameters: { eps: 1e-5 },
  node: 'NativeBatchNormBackward0',
})

/**
 * Normalises each channel (dimension 1) over the batch, or by running moments (Ioffe and Szegedy 2015).
 *
 * @param training use the batch's own moments and update the running ones.
 * @param momentum how much of each batch goes into the running moments; a tensor where the host does not know it.
 */
export const batch_norm = signature(
  'batch_norm',
  [
    'Tensor input',
    'Tensor? running_mean',
    'Tensor? running_var',
    'Tensor? weight',
    'Tensor? bias',
    'bool training',
    'float|Tensor momentum',
    'float eps',
  ],
  (
    input: Tensor,
    running_mean: Tensor | null,
    running_var: Tensor | null,
    weight: Tensor | null = null,
    bias: Tensor | null = null,
    training = false,
    momentum: number | Tensor = 0.1,
    eps = 1e-5,
  ): Tensor => {
    const channels = input.size(1)
    if (input.dtype.kind !== 'floating') {
      throw new RuntimeError(`"batch_norm" not implemented for '${input.dtype.scalarName}'`)
    }
    for (const [name, x] of Object.entries({ running_mean, running_var, weight, bias })) {
      if (x !== null && x.numel() !== channels) {
        throw new RuntimeError(`${name} should contain ${channels} elements not ${x.numel()}`)
      }
    }
    for (const x of [running_mean, running_var, weight, bias]) {
      if (x === null || x.dtype === input.dtype) continue
      throw new RuntimeError(
        `mixed dtype (CPU): expect parameter to have scalar type of ${input.dtype.scalarName}, but got ${x.dtype.scalarName}`,
      )
    }
    const affine = input.shape.slice(1).map((_, i) => (i === 0 ? channels : 1))
    const dims = input.shape.map((_, i) => i).filter((i) => i !== 1)
    if (!training) {
      if (running_mean === null || running_var === null) {
        throw new RuntimeError('Expected running_mean and running_var to be defined when training=False')
      }
      const seen = (x: Tensor): Tensor => x.reshape(affine)
      const [scale, shift] = [weight === null ? 1 : seen(weight), bias === null ? 0 : seen(bias)]
      return normalizeByRunning(packed(input), seen(running_mean), seen(running_var), scale, shift, eps)
    }
    const count = input.numel() / Math.max(1, channels)
    if (count === 1) {
      throw new ValueError(
        `Expected more than 1 value per channel when training, got input size torch.Size([${input.shape.join(', ')}])`,
      )
    }
    // Before the parameters are read, which may be the running moments themselves.
    no_grad(() => {
      if ((running_mean === null && running_var === null) || count === 0) return
      const { mean, variance } = moments(input, dims, eps)
      const [rest, unbiased] =
        typeof momentum === 'number'
          ? [1 - momentum, (momentum * count) / (count - 1)]
          : [momentum.neg().add(1), momentum.mul(count / (count - 1))]
      const [toMean, toVariance] = [mean.reshape(channels).mul(momentum), variance.reshape(channels).mul(unbiased)]
      running_mean?.mul_(rest).add_(toMean)
      running_var?.mul_(rest).add_(toVariance)
    })
    return normalizeBy({ name: 'native_batch_norm', input, dims, eps, weight, bias, affine })
  },
  'python',
)

/** Normalises groups of channels (dimension 1) of each sample (Wu and He 2018). */
export const group_norm = signature(
  'group_norm',
  ['Tensor input', 'int num_groups', 'Tensor? weight', 'Tensor? bias', 'float eps'],
  (input: Tensor, num_groups: number, weight: Tensor | null = null, bias: Tensor | null = null, eps = 1e-5): Tensor => {
    if (input.ndim < 2)
      throw new RuntimeError('Expected at least 2 dimensions for input tensor but received ' + input.ndim)
    const [samples, channels] = [input.size(0), input.size(1)]
    if (!(num_groups > 0)) throw new RuntimeError(`Expected num groups to be greater than 0, got ${num_groups}`)
    if (Math.floor((samples * channels) / num_groups) * input.shape.slice(2).reduce((a, b) => a * b, 1) === 1) {
      const size = [Math.floor((samples * channels) / num_groups), num_groups, ...input.shape.slice(2)]
      throw new ValueError(`Expected more than 1 value per channel when training, got input size [${size.join(', ')}]`)
    }
    if (channels % num_groups !== 0) {
      throw new RuntimeError(
        `Expected number of channels in input to be divisible by num_groups, but got input of shape ` +
          `[${input.shape.join(', ')}] and num_groups=${num_groups}`,
      )
    }
    for (const [name, x] of Object.entries({ weight, bias })) {
      if (x === null || (x.ndim === 1 && x.numel() === channels)) continue
      throw new RuntimeError(
        `Expected ${name} to be a vector of size equal to the number of channels in input, but got ${name} of shape ` +
          `[${x.shape.join(', ')}] and input of shape [${input.shape.join(', ')}]`,
      )
    }
    if (input.dtype.kind !== 'floating') {
      throw new RuntimeError(`"GroupNormKernelImpl" not implemented for '${input.dtype.scalarName}'`)
    }
    const width = channels / num_groups
    return normalizeBy({
      name: 'native_group_norm',
      input,
      seenAs: [samples, num_groups, width, input.numel() / Math.max(1, samples * channels)],
      dims: [2, 3],
      eps,
      weight,
      bias,
      affine: [num_groups, width, 1],
    })
  },
  'python',
)

/**
 * Normalises each channel (dimension 1) of each sample (Ulyanov et al. 2016), as a batch of one with all of the channels.
 *
 * @param use_input_stats use each sample's own moments, and update the running ones.
 * @param momentum how much of them goes into the running moments.
 */
export const instance_norm = signature(
  'instance_norm',
  [
    'Tensor input',
    'Tensor? running_mean',
    'Tensor? running_var',
    'Tensor? weight',
    'Tensor? bias',
    'bool use_input_stats',
    'float momentum',
    'float eps',
  ],
  (
    input: Tensor,
    running_mean: Tensor | null = null,
    running_var: Tensor | null = null,
    weight: Tensor | null = null,
    bias: Tensor | null = null,
    use_input_stats = true,
    momentum = 0.1,
    eps = 1e-5,
  ): Tensor => {
    const spread = input.shape.slice(2)
    if (use_input_stats && spread.reduce((a, b) => a * b, 1) === 1) {
      throw new ValueError(
        `Expected more than 1 spatial element when training, got input size torch.Size([${input.shape.join(', ')}])`,
      )
    }
    if (!use_input_stats && (running_mean === null || running_var === null)) {
      throw new RuntimeError('Expected running_mean and running_var to be defined when use_input_stats is false')
    }
    const [samples, channels] = [input.size(0), input.size(1)]
    for (const [name, x] of Object.entries({ weight, bias })) {
      if (x !== null && x.numel() !== channels) {
        throw new RuntimeError(`${name} should contain ${samples * channels} elements not ${samples * x.numel()}`)
      }
    }
    const each = (x: Tensor | null): Tensor | null => (x === null ? null : x.repeat(samples))
    const [mean, variance] = [each(running_mean), each(running_var)]
    const batch = input.reshape([1, samples * channels, ...spread])
    const out = batch_norm(batch, mean, variance, each(weight), each(bias), use_input_stats, momentum, eps)
    if (use_input_stats) {
      no_grad(() => {
        if (mean !== null) running_mean?.copy_(mean.view(samples, channels).mean(0))
        if (variance !== null) running_var?.copy_(variance.view(samples, channels).mean(0))
      })
    }
    return out.view(input.shape)
  },
  'python',
)

/** `x / (k + alpha · mean of squares over size neighbouring channels)^beta` (Krizhevsky et al. 2012). */
export const local_response_norm = signature(
  'local_response_norm',
  ['Tensor input', 'int size', 'float alpha', 'float beta', 'float k'],
  (input: Tensor, size: number, alpha = 1e-4, beta = 0.75, k = 1): Tensor => {
    if (input.ndim < 3) {
      throw new ValueError(
        `Expected 3D or higher dimensionality                          input (got ${input.ndim} dimensions)`,
      )
    }
    if (input.numel() === 0) return input
    if (input.dtype.kind !== 'floating') {
      const kernel = input.ndim === 3 ? 'avg_pool2d' : 'avg_pool3d_out_frame'
      throw new RuntimeError(`"${kernel}" not implemented for '${input.dtype.scalarName}'`)
    }
    const [samples, channels] = [input.size(0), input.size(1)]
    const squares = input.mul(input).view(samples, 1, channels, -1)
    const padded = torch.pad(squares, [0, 0, Math.floor(size / 2), Math.floor((size - 1) / 2)])
    const means = torch.avg_pool2d(padded, [size, 1], { stride: 1 }).view(input.shape)
    return input.div(means.mul(alpha).add(k).pow(beta))
  },
  'python',
)
