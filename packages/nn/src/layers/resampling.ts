/** Images in another size, blocks of images, channels that become pixels: as layers. */
import type { Tensor } from '@chainrule/core'
import * as torch from '@chainrule/core'
import { type Extent2d, fold, unfold } from '../functional/fold.ts'
import { type InterpolateMode, interpolate } from '../functional/interpolate.ts'
import { channel_shuffle, pixel_shuffle, pixel_unshuffle } from '../functional/shuffle.ts'
import { layer, layerOf } from '../module/layer.ts'

type Sizes = number | readonly number[] | null
const sized = { size: null as Sizes, scale_factor: null as Sizes }
const nearest: { mode: InterpolateMode } = { mode: 'nearest' }

/** As PyTorch writes them: a factor is a float. */
const upsampleText = ({ size, scale_factor, mode }: { size: Sizes; scale_factor: Sizes; mode: string }): string =>
  `${scale_factor === null ? `size=${torch.repr(size)}` : `scale_factor=${torch.repr(scale_factor, { float: true })}`}, ` +
  `mode='${mode}'`

/** `[N, C, L]`, `[N, C, H, W]` or `[N, C, D, H, W]` in another size, by `interpolate`. */
export class Upsample extends layer(
  { ...sized, ...nearest, align_corners: null as boolean | null, recompute_scale_factor: null as boolean | null },
  ({ size, scale_factor, mode, align_corners, recompute_scale_factor }, x: Tensor) =>
    interpolate(x, size, scale_factor, mode, align_corners, recompute_scale_factor),
  upsampleText,
) {}

/** `[N, C, H, W]` in another size, each new element the nearest old one. */
export class UpsamplingNearest2d extends layer(
  sized,
  ({ size, scale_factor }, x: Tensor) => interpolate(x, size, scale_factor),
  (o) => upsampleText({ ...o, mode: 'nearest' }),
) {}
/** `[N, C, H, W]` in another size, bilinear, with its corners where they were. */
export class UpsamplingBilinear2d extends layer(
  sized,
  ({ size, scale_factor }, x: Tensor) => interpolate(x, size, scale_factor, 'bilinear', true),
  (o) => upsampleText({ ...o, mode: 'bilinear' }),
) {}

/** `[…, C · r², H, W] → […, C, H · r, W · r]` (Shi et al. 2016). */
export class PixelShuffle extends layerOf<{ upscale_factor: number }>('upscale_factor')(
  {},
  ({ upscale_factor }, x: Tensor) => pixel_shuffle(x, upscale_factor),
  ({ upscale_factor }) => `upscale_factor=${upscale_factor}`,
) {}
/** The way back from `PixelShuffle`. */
export class PixelUnshuffle extends layerOf<{ downscale_factor: number }>('downscale_factor')(
  {},
  ({ downscale_factor }, x: Tensor) => pixel_unshuffle(x, downscale_factor),
  ({ downscale_factor }) => `downscale_factor=${downscale_factor}`,
) {}
/** Channels dealt out to groups in turn (Zhang et al. 2018). */
export class ChannelShuffle extends layerOf<{ groups: number }>('groups')(
  {},
  ({ groups }, x: Tensor) => channel_shuffle(x, groups),
  ({ groups }) => `groups=${groups}`,
) {}

const blocks = { dilation: 1 as Extent2d, padding: 0 as Extent2d, stride: 1 as Extent2d }
const blocksText = (o: typeof blocks): string =>
  `dilation=${torch.repr(o.dilation)}, padding=${torch.repr(o.padding)}, stride=${torch.repr(o.stride)}`
/** Every block of an image as a column: `[N, C, H, W] → [N, C · kh · kw, blocks]`. */
export class Unfold extends layerOf<{ kernel_size: Extent2d }>('kernel_size')(
  blocks,
  ({ kernel_size, dilation, padding, stride }, x: Tensor) => unfold(x, kernel_size, dilation, padding, stride),
  (o) => `kernel_size=${torch.repr(o.kernel_size)}, ${blocksText(o)}`,
) {}
/** Columns added up to an image: `[N, C · kh · kw, blocks] → [N, C, H, W]`. */
export class Fold extends layerOf<{ output_size: Extent2d; kernel_size: Extent2d }>('output_size', 'kernel_size')(
  blocks,
  ({ output_size, kernel_size, dilation, padding, stride }, x: Tensor) =>
    fold(x, output_size, kernel_size, dilation, padding, stride),
  (o) => `output_size=${torch.repr(o.output_size)}, kernel_size=${torch.repr(o.kernel_size)}, ${blocksText(o)}`,
) {}
