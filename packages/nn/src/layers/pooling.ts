/** Pooling as layers. */
import type { Extent, Tensor } from '@chainrule/core'
import * as torch from '@chainrule/core'
import { bindLayer, type Call } from '../arguments.ts'
import { lp_pool1d, lp_pool2d } from '../functional/pooling.ts'
import { layerOf } from '../module/layer.ts'
import { Module } from '../module/module.ts'

/** What max pooling takes by name. `R`: whether it gives the indices too. */
export type MaxPoolLayerOptions<R extends boolean = boolean> = {
  /** The size of the window where left out. */
  readonly stride?: Extent | null
  readonly padding?: Extent
  readonly dilation?: Extent
  readonly return_indices?: R
  readonly ceil_mode?: boolean
}
/** By position, in PyTorch's order; the rest in one last object by name. */
export type MaxPoolLayerArguments<R extends boolean> = [
  stride?: Extent | null | MaxPoolLayerOptions<R>,
  padding?: Extent | MaxPoolLayerOptions<R>,
  dilation?: Extent | MaxPoolLayerOptions<R>,
  return_indices?: R | MaxPoolLayerOptions<R>,
  ceil_mode?: boolean | MaxPoolLayerOptions<R>,
]
/** What average pooling takes by name. */
export type AvgPoolLayerOptions = {
  /** The size of the window where left out. */
  readonly stride?: Extent | null
  readonly padding?: Extent
  readonly ceil_mode?: boolean
  readonly count_include_pad?: boolean
  /** Not of `AvgPool1d`. */
  readonly divisor_override?: number | null
}
/** By position, in PyTorch's order; the rest in one last object by name. */
export type AvgPoolLayerArguments = [
  stride?: Extent | null | AvgPoolLayerOptions,
  padding?: Extent | AvgPoolLayerOptions,
  ceil_mode?: boolean | AvgPoolLayerOptions,
  count_include_pad?: boolean | AvgPoolLayerOptions,
  divisor_override?: number | null | AvgPoolLayerOptions,
]

const maxDefaults: Required<MaxPoolLayerOptions> = {
  stride: null,
  padding: 0,
  dilation: 1,
  return_indices: false,
  ceil_mode: false,
}
const averageDefaults = { stride: null, padding: 0, ceil_mode: false, count_include_pad: true } as const
const averageDefaults2d = { ...averageDefaults, divisor_override: null } as const

type Window = { readonly kernel_size: Extent }
type Pooled<R extends boolean> = R extends true ? [values: Tensor, indices: Tensor] : Tensor

/** What the max pooling layers share. */
abstract class MaxPool<R extends boolean> extends Module<[Tensor], Pooled<R>> {
  static readonly keepsNothing = 'leaf'
  readonly kernel_size: Extent
  readonly stride: Extent
  readonly padding: Extent
  readonly dilation: Extent
  readonly return_indices: boolean
  readonly ceil_mode: boolean

  constructor(...args: Call<['kernel_size'], [kernel_size: Extent], MaxPoolLayerOptions<R>, MaxPoolLayerArguments<R>>) {
    super()
    const { kernel_size, ...options } = bindLayer<typeof maxDefaults, Window>(new.target.name, maxDefaults, args, [
      'kernel_size',
    ])
    this.kernel_size = kernel_size
    this.stride = options.stride ?? kernel_size
    this.padding = options.padding
    this.dilation = options.dilation
    this.return_indices = options.return_indices
    this.ceil_mode = options.ceil_mode
  }

  abstract override forward(input: Tensor): Pooled<R>

  /** What the function is told by name. */
  protected _options(): Required<MaxPoolLayerOptions> {
    const { stride, padding, dilation, return_indices, ceil_mode } = this
    return { stride, padding, dilation, return_indices, ceil_mode }
  }

  override extra_repr(): string {
    const { kernel_size, stride, padding, dilation, ceil_mode } = this
    return (
      `kernel_size=${torch.repr(kernel_size)}, stride=${torch.repr(stride)}, padding=${torch.repr(padding)}, dilation=${torch.repr(dilation)}, ` +
      `ceil_mode=${torch.repr(ceil_mode)}`
    )
  }
}

/** The largest of each window: `[N, C, L] → [N, C, L′]`, or the same without N. */
export class MaxPool1d<R extends boolean = false> extends MaxPool<R> {
  static override readonly keepsNothing = 'leaf'
  static override readonly _signatures = { forward: ['Tensor input'] }

  forward(input: Tensor): Pooled<R> {
    return torch.max_pool1d(input, this.kernel_size, this._options()) as Pooled<R>
  }
}
/** The largest of each window: `[N, C, H, W] → [N, C, H′, W′]`, or the same without N. */
export class MaxPool2d<R extends boolean = false> extends MaxPool<R> {
  static override readonly keepsNothing = 'leaf'
  static override readonly _signatures = { forward: ['Tensor input'] }

  forward(input: Tensor): Pooled<R> {
    return torch.max_pool2d(input, this.kernel_size, this._options()) as Pooled<R>
  }
}

/** The average of each window: `[N, C, L] → [N, C, L′]`, or the same without N. */
export class AvgPool1d extends Module {
  static readonly keepsNothing = 'leaf'
  static override readonly _signatures = { forward: ['Tensor input'] }
  readonly kernel_size: readonly number[]
  readonly stride: readonly number[]
  readonly padding: readonly number[]
  readonly ceil_mode: boolean
  readonly count_include_pad: boolean

  constructor(...args: Call<['kernel_size'], [kernel_size: Extent], AvgPoolLayerOptions, AvgPoolLayerArguments>) {
    super()
    const { kernel_size, ...options } = bindLayer<AvgPoolLayerOptions, Window>(new.target.name, averageDefaults, args, [
      'kernel_size',
    ])
    const single = (value: Extent): readonly number[] => (typeof value === 'number' ? [value] : value)
    this.kernel_size = single(kernel_size)
    this.stride = single(options.stride ?? kernel_size)
    this.padding = single(options.padding ?? 0)
    this.ceil_mode = options.ceil_mode ?? false
    this.count_include_pad = options.count_include_pad ?? true
  }

  forward(input: Tensor): Tensor {
    const { stride, padding, ceil_mode, count_include_pad } = this
    return torch.avg_pool1d(input, this.kernel_size, { stride, padding, ceil_mode, count_include_pad })
  }

  override extra_repr(): string {
    return `kernel_size=${torch.repr(this.kernel_size)}, stride=${torch.repr(this.stride)}, padding=${torch.repr(this.padding)}`
  }
}

/** The average of each window: `[N, C, H, W] → [N, C, H′, W′]`, or the same without N. */
export class AvgPool2d extends Module {
  static readonly keepsNothing = 'leaf'
  static override readonly _signatures = { forward: ['Tensor input'] }
  readonly kernel_size: Extent
  readonly stride: Extent
  readonly padding: Extent
  readonly ceil_mode: boolean
  readonly count_include_pad: boolean
  readonly divisor_override: number | null

  constructor(...args: Call<['kernel_size'], [kernel_size: Extent], AvgPoolLayerOptions, AvgPoolLayerArguments>) {
    super()
    const { kernel_size, ...options } = bindLayer<Required<AvgPoolLayerOptions>, Window>(
      new.target.name,
      averageDefaults2d,
      args,
      ['kernel_size'],
    )
    this.kernel_size = kernel_size
    this.stride = options.stride ?? kernel_size
    this.padding = options.padding
    this.ceil_mode = options.ceil_mode
    this.count_include_pad = options.count_include_pad
    this.divisor_override = options.divisor_override
  }

  forward(input: Tensor): Tensor {
    const { stride, padding, ceil_mode, count_include_pad, divisor_override } = this
    const options = { stride, padding, ceil_mode, count_include_pad, divisor_override }
    return torch.avg_pool2d(input, this.kernel_size, options)
  }

  override extra_repr(): string {
    return `kernel_size=${torch.repr(this.kernel_size)}, stride=${torch.repr(this.stride)}, padding=${torch.repr(this.padding)}`
  }
}

const normText = (o: { norm_type: number; kernel_size: Extent; stride: Extent | null; ceil_mode: boolean }): string =>
  `norm_type=${torch.repr(o.norm_type)}, kernel_size=${torch.repr(o.kernel_size)}, stride=${torch.repr(o.stride)}, ` +
  `ceil_mode=${torch.repr(o.ceil_mode)}`
const normDefaults = { stride: null as Extent | null, ceil_mode: false }
/** `(Σ xᵖ)^(1/p)` in each window: `[N, C, L] → [N, C, L′]`. */
export class LPPool1d extends layerOf<{ norm_type: number; kernel_size: number }>('norm_type', 'kernel_size')(
  normDefaults,
  ({ norm_type, kernel_size, stride, ceil_mode }, x: Tensor) => lp_pool1d(x, norm_type, kernel_size, stride, ceil_mode),
  normText,
) {}
/** `(Σ xᵖ)^(1/p)` in each window: `[N, C, H, W] → [N, C, H′, W′]`. */
export class LPPool2d extends layerOf<{ norm_type: number; kernel_size: Extent }>('norm_type', 'kernel_size')(
  normDefaults,
  ({ norm_type, kernel_size, stride, ceil_mode }, x: Tensor) => lp_pool2d(x, norm_type, kernel_size, stride, ceil_mode),
  normText,
) {}
