/** Pooling: that of the core. */
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
