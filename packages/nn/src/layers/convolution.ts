import type { Extent } from '@chainrule/core'
import * as torch from '@chainrule/core'
import { kaiming_uniform_, uniform_ } from '../init/index.ts'
import { declareParameters } from '../module/members.ts'
import { Module } from '../module/module.ts'
import { Parameter } from '../module/parameter.ts'
import { type ConvSettings, checkSettings, type PaddingMode, type Sizes } from './conv-settings.ts'

/** What all convolutions share: their settings, their weights, their text. */
export abstract class Convolution extends Module {
  /** Along how many directions the kernel moves. */
  protected abstract get _directions(): number

  readonly in_channels: number
  readonly out_channels: number
  readonly kernel_size: Sizes
  readonly stride: Sizes
  readonly padding: Sizes | 'same' | 'valid'
  readonly dilation: Sizes
  readonly transposed: boolean
  readonly output_padding: Sizes
  readonly groups: number
  readonly padding_mode: PaddingMode
  /** `[out_channels, in_channels / groups, …kernel_size]`; of transposed ones, the first two are exchanged. */
  weight: Parameter
  /** `[out_channels]` */
  bias: Parameter | null

  constructor(settings: ConvSettings, transposed: boolean) {
    super()
    const { in_channels, out_channels, kernel_size, groups, padding, padding_mode, bias, device, dtype } = settings
    checkSettings(settings)
    const each = (value: Extent): Sizes =>
      typeof value === 'number' ? Array.from({ length: this._directions }, () => value) : value
    this.in_channels = in_channels
    this.out_channels = out_channels
    this.kernel_size = each(kernel_size)
    this.stride = each(settings.stride)
    this.padding = typeof padding === 'string' ? padding : each(padding)
    this.dilation = each(settings.dilation)
    this.transposed = transposed
    this.output_padding = each(settings.output_padding ?? 0)
    this.groups = groups
    this.padding_mode = padding_mode
    const [first, second] = transposed ? [in_channels, out_channels] : [out_channels, in_channels]
    const shape = [first, Math.floor(second / groups), ...this.kernel_size]
    this.weight = new Parameter(torch.empty(shape, { device, dtype }))
    this.bias = bias ? new Parameter(torch.empty([out_channels], { device, dtype })) : null
    declareParameters(this, 'weight', 'bias')
    this.reset_parameters()
  }

  /** Draws new weights: both from ±1/√(elements that go into one result). */
  reset_parameters(): void {
    kaiming_uniform_(this.weight, Math.sqrt(5))
    const fan = this.weight.shape.slice(1).reduce((product, size) => product * size, 1)
    if (this.bias === null || fan === 0) return
    const bound = 1 / Math.sqrt(fan)
    uniform_(this.bias, -bound, bound)
  }

  override extra_repr(): string {
    const { kernel_size, stride, padding, dilation, output_padding, groups, bias, padding_mode } = this
    const parts = [String(this.in_channels), String(this.out_channels)]
    parts.push(`kernel_size=${torch.repr(kernel_size)}`, `stride=${torch.repr(stride)}`)
    const others = (values: Sizes, usual: number): boolean => values.some((value) => value !== usual)
    if (typeof padding === 'string') parts.push(`padding=${padding}`)
    else if (others(padding, 0)) parts.push(`padding=${torch.repr(padding)}`)
    if (others(dilation, 1)) parts.push(`dilation=${torch.repr(dilation)}`)
    if (others(output_padding, 0)) parts.push(`output_padding=${torch.repr(output_padding)}`)
    if (groups !== 1) parts.push(`groups=${groups}`)
    if (bias === null) parts.push('bias=False')
    if (padding_mode !== 'zeros') parts.push(`padding_mode=${padding_mode}`)
    return parts.join(', ')
  }
}
