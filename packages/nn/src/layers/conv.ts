import type { Tensor } from '@chainrule/core'
import * as torch from '@chainrule/core'
import { bindLayer } from '../arguments.ts'
import { type ConvCall, type ConvSizes, convDefaults, convSizes, type Sizes } from './conv-settings.ts'
import { Convolution } from './convolution.ts'

export type {
  ConvLayerArguments,
  ConvLayerOptions,
  ConvTransposeLayerArguments,
  ConvTransposeLayerOptions,
  PaddingMode,
} from './conv-settings.ts'

/** The input and the padding that is left to do, when a mode other than zeros has done its own. */
function padded(input: Tensor, layer: Convolution): { x: Tensor; padding: Sizes | 'same' | 'valid' } {
  const { padding, padding_mode, kernel_size, dilation } = layer
  if (padding_mode === 'zeros') return { x: input, padding }
  const sides = kernel_size.map((size, i): Sizes => {
    if (padding === 'valid') return [0, 0]
    if (padding !== 'same') return [padding[i] as number, padding[i] as number]
    const total = (dilation[i] as number) * (size - 1)
    return [Math.floor(total / 2), Math.ceil(total / 2)]
  })
  return { x: torch.pad(input, sides.reverse().flat(), { mode: padding_mode }), padding: kernel_size.map(() => 0) }
}

/**
 * Convolution along one direction: `[N, in_channels, L] → [N, out_channels, L′]`, or the same without N.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Conv1d.html
 */
export class Conv1d extends Convolution {
  static readonly keepsNothing = 'leaf'
  static override readonly _signatures = { forward: ['Tensor input'] }
  protected get _directions(): number {
    return 1
  }
  constructor(...args: ConvCall) {
    super(bindLayer<typeof convDefaults, ConvSizes>(new.target.name, convDefaults, args, convSizes), false)
  }
  forward(input: Tensor): Tensor {
    const { stride, dilation, groups, bias } = this
    const { x, padding } = padded(input, this)
    return torch.conv1d(x, this.weight, { bias, stride, padding, dilation, groups })
  }
}

/**
 * Convolution of images: `[N, in_channels, H, W] → [N, out_channels, H′, W′]`, or the same without N.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Conv2d.html
 */
export class Conv2d extends Convolution {
  static readonly keepsNothing = 'leaf'
  static override readonly _signatures = { forward: ['Tensor input'] }
  protected get _directions(): number {
    return 2
  }
  constructor(...args: ConvCall) {
    super(bindLayer<typeof convDefaults, ConvSizes>(new.target.name, convDefaults, args, convSizes), false)
  }
  forward(input: Tensor): Tensor {
    const { stride, dilation, groups, bias } = this
    const { x, padding } = padded(input, this)
    return torch.conv2d(x, this.weight, { bias, stride, padding, dilation, groups })
  }
}
