/** Pooling to a given size, as layers. */
import type { AdaptiveSize, Extent, Tensor } from '@chainrule/core'
import * as torch from '@chainrule/core'
import { bindLayer, type Call } from '../arguments.ts'
import { Module } from '../module/module.ts'

/** Python's `str` of a size. */
const text = (size: AdaptiveSize): string =>
  typeof size === 'number'
    ? String(size)
    : `(${size.map((extent) => extent ?? 'None').join(', ')}${size.length === 1 ? ',' : ''})`

const noOptions = {}
/** What the adaptive layers share: the size of what they give. */
abstract class AdaptivePool<Size extends AdaptiveSize, R = Tensor> extends Module<[Tensor], R> {
  readonly output_size: Size

  constructor(output_size: Size | { readonly output_size: Size })
  constructor(...args: readonly unknown[]) {
    super()
    const sized = bindLayer<typeof noOptions, { readonly output_size: Size }>(new.target.name, noOptions, args, [
      'output_size',
    ])
    this.output_size = sized.output_size
  }

  override extra_repr(): string {
    return `output_size=${text(this.output_size)}`
  }
}

type Pooled<R extends boolean> = R extends true ? [values: Tensor, indices: Tensor] : Tensor
type MaxCall<Size, R extends boolean> = Call<
  ['output_size'],
  [output_size: Size],
  { readonly return_indices?: R },
  [return_indices?: R | { readonly return_indices?: R }]
>

const valuesOnly = { return_indices: false }
/** What those of the largest elements share: they may give the indices too. */
abstract class AdaptiveMaxPool<Size extends AdaptiveSize, R extends boolean> extends AdaptivePool<Size, Pooled<R>> {
  readonly return_indices: boolean

  constructor(...args: MaxCall<Size, R>) {
    const { output_size, return_indices } = bindLayer<
      { readonly return_indices: boolean },
      { readonly output_size: Size }
    >(new.target.name, valuesOnly, args, ['output_size'])
    super(output_size)
    this.return_indices = return_indices
  }
}

/** The averages of `output_size` even windows: `[N, C, L] → [N, C, output_size]`, or the same without N. */
export class AdaptiveAvgPool1d extends AdaptivePool<Extent> {
  static readonly keepsNothing = 'leaf'
  static override readonly _signatures = { forward: ['Tensor input'] }
  forward(input: Tensor): Tensor {
    return torch.adaptive_avg_pool1d(input, this.output_size)
  }
}
/** The averages of even windows: `[N, C, H, W] → [N, C, …output_size]`, or the same without N; null keeps a size. */
export class AdaptiveAvgPool2d extends AdaptivePool<AdaptiveSize> {
  static readonly keepsNothing = 'leaf'
  static override readonly _signatures = { forward: ['Tensor input'] }
  forward(input: Tensor): Tensor {
    return torch.adaptive_avg_pool2d(input, this.output_size)
  }
}
/** The largest of `output_size` even windows: `[N, C, L] → [N, C, output_size]`, or the same without N. */
export class AdaptiveMaxPool1d<R extends boolean = false> extends AdaptiveMaxPool<Extent, R> {
  static readonly keepsNothing = 'leaf'
  static override readonly _signatures = { forward: ['Tensor input'] }
  forward(input: Tensor): Pooled<R> {
    const both = torch.adaptive_max_pool1d_with_indices(input, this.output_size)
    return (this.return_indices ? both : both[0]) as Pooled<R>
  }
}
/** The largest of even windows: `[N, C, H, W] → [N, C, …output_size]`, or the same without N; null keeps a size. */
export class AdaptiveMaxPool2d<R extends boolean = false> extends AdaptiveMaxPool<AdaptiveSize, R> {
  static readonly keepsNothing = 'leaf'
  static override readonly _signatures = { forward: ['Tensor input'] }
  forward(input: Tensor): Pooled<R> {
    const both = torch.adaptive_max_pool2d_with_indices(input, this.output_size)
    return (this.return_indices ? both : both[0]) as Pooled<R>
  }
}
