/** Pooling: that of the core, and by norms. */
import { avg_pool1d, avg_pool2d, type Extent, type Tensor } from '@chainrule/core'
import { bindOptions, type LayerArguments } from '../arguments.ts'

export {
  type AdaptiveSize,
  type AvgPoolOptions,
  adaptive_avg_pool1d,
  adaptive_avg_pool2d,
  adaptive_max_pool1d,
  adaptive_max_pool1d_with_indices,
  adaptive_max_pool2d,
  adaptive_max_pool2d_with_indices,
  avg_pool1d,
  avg_pool2d,
  type MaxPoolOptions,
  max_pool1d,
  max_pool1d_with_indices,
  max_pool2d,
  max_pool2d_with_indices,
} from '@chainrule/core'

/** What pooling by norms takes by position or by name. */
export interface LPPoolOptions {
  /** The size of the window where left out. */
  readonly stride?: Extent | null
  readonly ceil_mode?: boolean
}
const normDefaults = { stride: null as Extent | null, ceil_mode: false }

/** From the mean of powers in a window to the root of their sum. */
const rootOf = (means: Tensor, count: number, p: number): Tensor =>
  means
    .sign()
    .mul(means.abs().relu())
    .mul(count)
    .pow(1 / p)

/** `(Σ xᵖ)^(1/p)` in each window: `[N, C, L] → [N, C, L′]`. */
export function lp_pool1d(
  input: Tensor,
  norm_type: number,
  kernel_size: number,
  ...options: LayerArguments<LPPoolOptions>
): Tensor {
  const { stride, ceil_mode } = bindOptions('lp_pool1d', normDefaults, options)
  return rootOf(avg_pool1d(input.pow(norm_type), kernel_size, { stride, ceil_mode }), kernel_size, norm_type)
}

/** `(Σ xᵖ)^(1/p)` in each window: `[N, C, H, W] → [N, C, H′, W′]`. */
export function lp_pool2d(
  input: Tensor,
  norm_type: number,
  kernel_size: Extent,
  ...options: LayerArguments<LPPoolOptions>
): Tensor {
  const { stride, ceil_mode } = bindOptions('lp_pool2d', normDefaults, options)
  const [height, width = height] = typeof kernel_size === 'number' ? [kernel_size] : kernel_size
  const means = avg_pool2d(input.pow(norm_type), kernel_size, { stride, ceil_mode })
  return rootOf(means, (height as number) * (width as number), norm_type)
}
