import {
  dropout_mask,
  get_rng_state,
  RuntimeError,
  repr,
  set_rng_state,
  signature,
  type Tensor,
  ValueError,
  warnings,
} from '@chainrule/core'

/** What every dropout takes: the probability `p` that an element (or channel) becomes 0, unless not in training. */
const parameters = ['Tensor input', 'float p', 'bool training', 'bool inplace'] as const

type Drop = (input: Tensor, p: number, training: boolean, inplace: boolean) => Tensor

/** Runs what draws and then changes a tensor in place: where that is refused, nothing has been drawn. */
function undrawn(run: () => Tensor): Tensor {
  const state = get_rng_state()
  try {
    return run()
  } catch (error) {
    set_rng_state(state)
    throw error
  }
}

/** A dropout by its name and by what it does where something is to be dropped. */
const dropping = (name: string, drop: Drop, usually = true) =>
  signature(
    name,
    parameters,
    (input: Tensor, p = 0.5, training = usually, inplace = false): Tensor => {
      if (!(p >= 0 && p <= 1)) {
        throw new ValueError(`dropout probability has to be between 0 and 1, but got ${repr(p, { float: true })}`)
      }
      const run = (): Tensor => drop(input, p, training, inplace)
      return inplace && training ? undrawn(run) : run()
    },
    'python',
  )

const apply = (input: Tensor, inplace: boolean, mask: Tensor): Tensor => (inplace ? input.mul_(mask) : input.mul(mask))

/**
 * Sets each element to 0 with probability `p` and divides the others by `1 - p` (Hinton et al. 2012). The draws are
 * PyTorch's.
 */
export const dropout = dropping('dropout', (input, p, training, inplace) => {
  if (!training || p === 0 || input.numel() === 0) return input
  return apply(input, inplace, maskOf(input, input.shape, p))
})

/** One draw for each element of a shape that broadcasts to the input's. */
function maskOf(input: Tensor, shape: readonly number[], p: number): Tensor {
  if (p === 1) return input.new_zeros(shape)
  // A draw for each element is made in the order in which they lie in memory.
  return dropout_mask(shape === input.shape ? input : input.new_zeros(shape), p)
}

const dropChannels: Drop = (input, p, training, inplace) => {
  if (!training || p === 0 || input.numel() === 0) return input
  if (input.ndim < 2) throw new RuntimeError('Feature dropout requires at least 2 dimensions in the input')
  const shape = input.shape.map((n, i) => (i < 2 ? n : 1))
  return apply(input, inplace, maskOf(input, shape, p))
}

/** As `dropout`, for whole channels: `[N, C, …]` draws one number for each of `N × C`. */
export const feature_dropout = dropping('feature_dropout', dropChannels)

/** Channels of `[N, C, L]` or `[C, L]`. */
export const dropout1d = dropping('dropout1d', (input, ...options) => {
  if (input.ndim !== 2 && input.ndim !== 3) {
    throw new RuntimeError(
      `dropout1d: Expected 2D or 3D input, but received a ${input.ndim}D input. Note that dropout1d exists to provide ` +
        'channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, and an optional batch dimension ' +
        '(i.e. 2D or 3D inputs).',
    )
  }
  if (input.ndim === 3) return dropChannels(input, ...options)
  return dropChannels(input.unsqueeze(0), ...options).squeeze(0)
})

/** Channels of `[N, C, H, W]`. */
export const dropout2d = dropping('dropout2d', (input, ...options) => {
  if (input.ndim !== 3 && input.ndim !== 4) warnOfRank('dropout2d', input.ndim, 2, '3D or 4D')
  if (input.ndim === 3) {
    warnings.warn(
      'dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is desired - input is ' +
        'interpreted as shape (N, C, L), where C is the channel dim. This behavior will change in a future release to ' +
        'interpret the input as one without a batch dimension, i.e. shape (C, H, W). To maintain the 1D channel-wise dropout ' +
        'behavior, please switch to using dropout1d instead.',
    )
  }
  return dropChannels(input, ...options)
})

/** Channels of `[N, C, D, H, W]`, or of `[C, D, H, W]`. */
export const dropout3d = dropping('dropout3d', (input, ...options) => {
  if (input.ndim !== 4 && input.ndim !== 5) warnOfRank('dropout3d', input.ndim, 3, '4D or 5D')
  if (input.ndim === 5) return dropChannels(input, ...options)
  return dropChannels(input.unsqueeze(0), ...options).squeeze(0)
})

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
export const alpha_dropout = dropping(
  'alpha_dropout',
  (input, ...options) => saturated(input, options, input.shape),
  false,
)

/** As `alpha_dropout`, for whole channels: `[N, C, …]` draws one number for each of `N × C`. */
export const feature_alpha_dropout = dropping(
  'feature_alpha_dropout',
  (input, ...options) => {
    const shape = input.shape.map((n, i) => (i < 2 ? n : 1))
    return saturated(input, options, shape)
  },
  false,
)

/** Alpha dropout with a draw for each element of a shape that broadcasts to the input's. */
function saturated(
  input: Tensor,
  [p, training, inplace]: readonly [p: number, training: boolean, inplace: boolean],
  shape: readonly number[],
): Tensor {
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
