/** Pooling: that of the core, and by norms. */
import { avg_pool1d, avg_pool2d, type Extent, signature, type Tensor } from '@chainrule/core'

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

/** From the mean of powers in a window to the root of their sum. */
const rootOf = (means: Tensor, count: number, p: number): Tensor =>
  means
    .sign()
    .mul(means.abs().relu())
    .mul(count)
    .pow(1 / p)

/**
 * `(Σ xᵖ)^(1/p)` in each window: `[N, C, L] → [N, C, L′]`.
 *
 * @param norm_type the p.
 * @param stride the size of the window where left out.
 */
export const lp_pool1d = signature(
  'lp_pool1d',
  ['Tensor input', 'float norm_type', 'int kernel_size', 'int[]? stride', 'bool ceil_mode'],
  (input: Tensor, norm_type: number, kernel_size: number, stride: Extent | null = null, ceil_mode = false): Tensor =>
    rootOf(avg_pool1d(input.pow(norm_type), kernel_size, stride, 0, ceil_mode), kernel_size, norm_type),
  'python',
)

/** As `lp_pool1d`, for images: `[N, C, H, W] → [N, C, H′, W′]`. */
export const lp_pool2d = signature(
  'lp_pool2d',
  ['Tensor input', 'float norm_type', 'int[] kernel_size', 'int[]? stride', 'bool ceil_mode'],
  (input: Tensor, norm_type: number, kernel_size: Extent, stride: Extent | null = null, ceil_mode = false): Tensor => {
    const [height, width = height] = typeof kernel_size === 'number' ? [kernel_size] : kernel_size
    const means = avg_pool2d(input.pow(norm_type), kernel_size, stride, 0, ceil_mode)
    return rootOf(means, (height as number) * (width as number), norm_type)
  },
  'python',
)
