import { dropout_mask, RuntimeError, repr, type Tensor, ValueError, warnings } from '@chainrule/core'
import { bindOptions, type LayerArguments } from '../arguments.ts'

/** What every dropout takes by name. */
export interface DropoutOptions {
  /** The probability that an element (or channel) becomes 0. */
  readonly p?: number
  /** Do nothing unless true. */
  readonly training?: boolean
  readonly inplace?: boolean
}

const defaults = { p: 0.5, training: true, inplace: false }
/** The options of a dropout, by position or by name. */
type Dropout = LayerArguments<DropoutOptions>

const optionsOf = (options: Dropout, usual = defaults): Required<DropoutOptions> => {
  const { p, training, inplace } = bindOptions('dropout', usual, options)
  if (!(p >= 0 && p <= 1))
    throw new ValueError(`dropout probability has to be between 0 and 1, but got ${repr(p, { float: true })}`)
  return { p, training, inplace }
}

const apply = (input: Tensor, inplace: boolean, mask: Tensor): Tensor => (inplace ? input.mul_(mask) : input.mul(mask))

/**
 * Sets each element to 0 with probability `p` and divides the others by `1 - p` (Hinton et al. 2012). The draws are
 * PyTorch's.
 */
export function dropout(input: Tensor, ...options: Dropout): Tensor {
  const { p, training, inplace } = optionsOf(options)
  if (!training || p === 0 || input.numel() === 0) return input
  return apply(input, inplace, maskOf(input, input.shape, p))
}

/** One draw for each element of a shape that broadcasts to the input's. */
function maskOf(input: Tensor, shape: readonly number[], p: number): Tensor {
  return p === 1 ? input.new_zeros(shape) : dropout_mask(input.new_zeros(shape), p)
}

/** As `dropout`, for whole channels: `[N, C, …]` draws one number for each of `N × C`. */
export function feature_dropout(input: Tensor, ...options: Dropout): Tensor {
  const { p, training, inplace } = optionsOf(options)
  if (!training || p === 0 || input.numel() === 0) return input
  if (input.ndim < 2) throw new RuntimeError('Feature dropout requires at least 2 dimensions in the input')
  const shape = input.shape.map((n, i) => (i < 2 ? n : 1))
  return apply(input, inplace, maskOf(input, shape, p))
}

/** Channels of `[N, C, L]` or `[C, L]`. */
export function dropout1d(input: Tensor, ...options: Dropout): Tensor {
  if (input.ndim !== 2 && input.ndim !== 3) {
    throw new RuntimeError(
      `dropout1d: Expected 2D or 3D input, but received a ${input.ndim}D input. Note that dropout1d exists to provide ` +
        'channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, and an optional batch dimension ' +
        '(i.e. 2D or 3D inputs).',
    )
  }
  if (input.ndim === 3) return feature_dropout(input, ...options)
  return feature_dropout(input.unsqueeze(0), ...options).squeeze(0)
}

/** Channels of `[N, C, H, W]`. */
export function dropout2d(input: Tensor, ...options: Dropout): Tensor {
  if (input.ndim !== 3 && input.ndim !== 4) warnOfRank('dropout2d', input.ndim, 2, '3D or 4D')
  if (input.ndim === 3) {
    warnings.warn(
      'dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is desired - input is ' +
        'interpreted as shape (N, C, L), where C is the channel dim. This behavior will change in a future release to ' +
        'interpret the input as one without a batch dimension, i.e. shape (C, H, W). To maintain the 1D channel-wise dropout ' +
        'behavior, please switch to using dropout1d instead.',
    )
  }
  return feature_dropout(input, ...options)
}

/** Channels of `[N, C, D, H, W]`, or of `[C, D, H, W]`. */
export function dropout3d(input: Tensor, ...options: Dropout): Tensor {
  if (input.ndim !== 4 && input.ndim !== 5) warnOfRank('dropout3d', input.ndim, 3, '4D or 5D')
  if (input.ndim === 5) return feature_dropout(input, ...options)
  return feature_dropout(input.unsqueeze(0), ...options).squeeze(0)
}

function warnOfRank(name: string, rank: number, spatial: number, wanted: string): void {
  warnings.warn(
    `${name}: Received a ${rank}-D input to ${name}, which is deprecated and will result in an error in a future release. To ` +
      `retain the behavior and silence this warning, please use dropout instead. Note that ${name} exists to provide ` +
      `channel-wise dropout on inputs with ${spatial} spatial dimensions, a channel dimension, and an optional batch ` +
      `dimension (i.e. ${wanted} inputs).`,
  )
}

/** The value that SELU tends to for very negative inputs, negated: what dropped elements become. */
const SATURATION = 1.7580993408473766

/** Dropout that keeps mean and variance after SELU (Klambauer et al. 2017). */
export const alpha_dropout = (input: Tensor, ...options: Dropout): Tensor => saturated(input, options, input.shape)

/** As `alpha_dropout`, for whole channels: `[N, C, …]` draws one number for each of `N × C`. */
export function feature_alpha_dropout(input: Tensor, ...options: Dropout): Tensor {
  const shape = input.shape.map((n, i) => (i < 2 ? n : 1))
  return saturated(input, options, shape)
}

/** Alpha dropout with a draw for each element of a shape that broadcasts to the input's. */
function saturated(input: Tensor, options: Dropout, shape: readonly number[]): Tensor {
  const { p, training, inplace } = optionsOf(options, { ...defaults, training: false })
  if (!training || p === 0 || input.numel() === 0) return input
  if (p === 1) return apply(input, inplace, input.new_zeros(input.shape))
  if (shape !== input.shape && input.ndim < 2) {
    throw new RuntimeError('Feature dropout requires at least 2 dimensions in the input')
  }
  const kept = maskOf(input, shape, p).ne(0).to(input.dtype)
  const scale = 1 / Math.sqrt((SATURATION * SATURATION * p + 1) * (1 - p))
  const shift = kept
    .sub(1)
    .mul(SATURATION * scale)
    .add(SATURATION * scale * p)
  return inplace ? input.mul_(kept.mul(scale)).add_(shift) : input.mul(kept.mul(scale)).add(shift)
}
