/** Channels that become pixels, pixels that become channels, channels in another order. */
import { nameStep, RuntimeError, signature, type Tensor } from '@chainrule/core'

function checkRank(name: string, input: Tensor): void {
  if (input.ndim >= 3) return
  throw new RuntimeError(
    `${name} expects input to have at least 3 dimensions, but got input with ${input.ndim} dimension(s)`,
  )
}

/** The result in memory of its own: nothing moves where the factor is 1. */
const apart = (out: Tensor, input: Tensor): Tensor => (out.storage === input.storage ? out.clone() : out)

/** `[…, C · r², H, W] → […, C, H · r, W · r]` (Shi et al. 2016). */
export const pixel_shuffle = signature(
  'pixel_shuffle',
  ['Tensor input', 'int upscale_factor'],
  (input: Tensor, upscale_factor: number): Tensor => {
    checkRank('pixel_shuffle', input)
    const r = upscale_factor
    if (!(r > 0)) throw new RuntimeError(`pixel_shuffle expects a positive upscale_factor, but got ${r}`)
    const [rest, channels] = [input.shape.slice(0, -3), input.size(-3)]
    const [height, width] = [input.size(-2), input.size(-1)]
    if (channels % (r * r) !== 0) {
      throw new RuntimeError(
        "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but " +
          `input.size(-3)=${channels} is not divisible by ${r * r}`,
      )
    }
    const count = channels / (r * r)
    const out = input
      .reshape([product(rest), count, r, r, height, width])
      .permute(0, 1, 4, 2, 5, 3)
      .reshape([...rest, count, height * r, width * r])
    return nameStep(apart(out, input), 'PixelShuffleBackward0')
  },
)

/** The way back from `pixel_shuffle`: `[…, C, H · r, W · r] → […, C · r², H, W]`. */
export const pixel_unshuffle = signature(
  'pixel_unshuffle',
  ['Tensor input', 'int downscale_factor'],
  (input: Tensor, downscale_factor: number): Tensor => {
    checkRank('pixel_unshuffle', input)
    const r = downscale_factor
    if (!(r > 0)) throw new RuntimeError(`pixel_unshuffle expects a positive downscale_factor, but got ${r}`)
    const [rest, channels] = [input.shape.slice(0, -3), input.size(-3)]
    for (const [side, dim] of [['height', -2] as const, ['width', -1] as const]) {
      if (input.size(dim) % r === 0) continue
      throw new RuntimeError(
        `pixel_unshuffle expects ${side} to be divisible by downscale_factor, but input.size(${dim})=${input.size(dim)} is not ` +
          `divisible by ${r}`,
      )
    }
    const [height, width] = [input.size(-2) / r, input.size(-1) / r]
    const out = input
      .reshape([product(rest), channels, height, r, width, r])
      .permute(0, 1, 3, 5, 2, 4)
      .reshape([...rest, channels * r * r, height, width])
    return nameStep(apart(out, input), 'PixelUnshuffleBackward0')
  },
)

/** Channels of `[N, C, …]` dealt out to groups in turn (Zhang et al. 2018). */
export const channel_shuffle = signature(
  'channel_shuffle',
  ['Tensor input', 'int groups'],
  (input: Tensor, groups: number): Tensor => {
    if (input.ndim <= 2) {
      throw new RuntimeError(
        `channel_shuffle expects input with > 2 dims, but got input with sizes [${input.shape.join(', ')}]`,
      )
    }
    if (!(groups > 0)) {
      throw new RuntimeError(`Number of groups to divide channels in must be positive. Value of groups:${groups}`)
    }
    const [samples, channels] = [input.size(0), input.size(1)]
    if (channels % groups !== 0) {
      throw new RuntimeError(
        `Number of channels must be divisible by groups. Got ${channels} channels and ${groups} groups.`,
      )
    }
    const rest = input.shape.slice(2)
    const out = input
      .reshape([samples, groups, channels / groups, ...rest])
      .transpose(1, 2)
      .reshape(input.shape)
    return nameStep(apart(out, input), 'ChannelShuffleBackward0')
  },
)

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1)
