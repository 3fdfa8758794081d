/** Pooling to a given size, as layers. */
import type { AdaptiveSize, Extent, Tensor } from '@chainrule/core'
import * as torch from '@chainrule/core'
import { Module } from '../module/module.ts'

/** Python's `str` of a size. */
const text = (size: AdaptiveSize): string =>
  typeof size === 'number'
    ? String(size)
    : `(${size.map((extent) => extent ?? 'None').join(', ')}${size.length === 1 ? ',' : ''})`

/** What the adaptive layers share: the size of what they give. */
abstract class AdaptivePool<Size extends AdaptiveSize> extends Module {
  readonly output_size: Size

  constructor(output_size: Size) {
    super()
    this.output_size = output_size
  }

  override extra_repr(): string {
    return `output_size=${text(this.output_size)}`
  }
}

/** The averages of `output_size` even windows: `[N, C, L] → [N, C, output_size]`, or the same without N. */
export class AdaptiveAvgPool1d extends AdaptivePool<Extent> {
  static readonly keepsNothing = true
  forward(input: Tensor): Tensor {
    return torch.adaptive_avg_pool1d(input, this.output_size)
  }
}
/** The averages of even windows: `[N, C, H, W] → [N, C, …output_size]`, or the same without N; null keeps a size. */
export class AdaptiveAvgPool2d extends AdaptivePool<AdaptiveSize> {
  static readonly keepsNothing = true
  forward(input: Tensor): Tensor {
    return torch.adaptive_avg_pool2d(input, this.output_size)
  }
}
/** The largest of `output_size` even windows: `[N, C, L] → [N, C, output_size]`, or the same without N. */
export class AdaptiveMaxPool1d extends AdaptivePool<Extent> {
  static readonly keepsNothing = true
  forward(input: Tensor): Tensor {
    return torch.adaptive_max_pool1d(input, this.output_size)
  }
}
/** The largest of even windows: `[N, C, H, W] → [N, C, …output_size]`, or the same without N; null keeps a size. */
export class AdaptiveMaxPool2d extends AdaptivePool<AdaptiveSize> {
  static readonly keepsNothing = true
  forward(input: Tensor): Tensor {
    return torch.adaptive_max_pool2d(input, this.output_size)
  }
}
