import { conv_transpose1d, conv_transpose2d, type Tensor, ValueError } from '@chainrule/core'
import { bindLayer } from '../arguments.ts'
import { type ConvSizes, type ConvTransposeCall, convSizes, type Sizes, transposedDefaults } from './conv-settings.ts'
import { Convolution } from './convolution.ts'

/** What the transposed convolutions share: by how much the size of the result goes beyond the smallest possible. */
abstract class TransposedConvolution extends Convolution {
  declare readonly padding: Sizes

  constructor(args: ConvTransposeCall) {
    const settings = bindLayer<typeof transposedDefaults, ConvSizes>(
      new.target.name,
      transposedDefaults,
      args,
      convSizes,
    )
    if (settings.padding_mode !== 'zeros') {
      throw new ValueError(`Only "zeros" padding mode is supported for ${new.target.name}`)
    }
    super(settings, true)
  }

  protected _output_padding(input: Tensor, output_size: Sizes | null): Sizes {
    if (output_size === null) return this.output_padding
    const { kernel_size, stride, padding, dilation } = this
    const count = kernel_size.length
    const others = input.ndim - count
    const size = output_size.length === others + count ? output_size.slice(others) : output_size
    if (size.length !== count) {
      throw new ValueError(
        `ConvTranspose${count}D: for ${input.ndim}D input, output_size must have ${count} or ${others + count} elements ` +
          `(got ${output_size.length})`,
      )
    }
    const smallest = kernel_size.map((extent, i) => {
      const [from, step, cut, reach] = [input.size(others + i), stride[i], padding[i], dilation[i]] as [
        number,
        number,
        number,
        number,
      ]
      return (from - 1) * step - 2 * cut + reach * (extent - 1) + 1
    })
    const more = size.map((extent, i) => extent - (smallest[i] as number))
    if (more.some((extent, i) => extent < 0 || extent >= (stride[i] as number))) {
      const list = (values: Sizes): string => `[${values.join(', ')}]`
      const largest = smallest.map((extent, i) => extent + (stride[i] as number) - 1)
      throw new ValueError(
        `requested an output size of ${list(size)}, but valid sizes range from ${list(smallest)} to ${list(largest)} (for ` +
          `an input of torch.Size(${list(input.shape.slice(2))}))`,
      )
    }
    return more
  }
}

/**
 * The gradient of `Conv1d` as a layer: `[N, in_channels, L] → [N, out_channels, L′]`, or the same without N. An
 * `output_size` says which of the sizes is meant that a convolution makes the input's of.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ConvTranspose1d.html
 */
export class ConvTranspose1d extends TransposedConvolution {
  static readonly keepsNothing = 'leaf'
  static override readonly _signatures = { forward: ['Tensor input', null, 'int[]? output_size'] }
  protected get _directions(): number {
    return 1
  }
  constructor(...args: ConvTransposeCall) {
    super(args)
  }
  forward(input: Tensor, output_size: Sizes | null = null): Tensor {
    const { bias, stride, padding, groups, dilation } = this
    const output_padding = this._output_padding(input, output_size)
    return conv_transpose1d(input, this.weight, { bias, stride, padding, output_padding, groups, dilation })
  }
}

/**
 * The gradient of `Conv2d` as a layer: `[N, in_channels, H, W] → [N, out_channels, H′, W′]`, or the same without N; an
 * `output_size` as for `ConvTranspose1d`.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ConvTranspose2d.html
 */
export class ConvTranspose2d extends TransposedConvolution {
  static readonly keepsNothing = 'leaf'
  static override readonly _signatures = { forward: ['Tensor input', null, 'int[]? output_size'] }
  protected get _directions(): number {
    return 2
  }
  constructor(...args: ConvTransposeCall) {
    super(args)
  }
  forward(input: Tensor, output_size: Sizes | null = null): Tensor {
    const { bias, stride, padding, groups, dilation } = this
    const output_padding = this._output_padding(input, output_size)
    return conv_transpose2d(input, this.weight, { bias, stride, padding, output_padding, groups, dilation })
  }
}
