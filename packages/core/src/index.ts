/**
 * Tensors and their gradients, as PyTorch has them.
 *
 * @example
 * import * as torch from '@chainrule/core'
 * const x = torch.tensor(3, { requires_grad: true })
 * x.pow(2).backward()
 * console.log(x.grad) // tensor(6.)
 */
import './install.ts'

// The tensor, and what it is made of

export type { TypedArray } from './dtype.ts'
export {
  bool,
  DType,
  float32,
  float32 as float,
  float64,
  float64 as double,
  int32,
  int32 as int,
  // PyTorch's class indices are `torch.long`, of 64 bits; the default integer here has 32.
  int32 as long,
  uint8,
} from './dtype.ts'
export {
  AssertionError,
  AttributeError,
  FormulaError,
  IndexError,
  KeyError,
  NotImplementedError,
  RuntimeError,
  TypeError,
  ValueError,
} from './errors.ts'
export { can_cast, promote_types, result_type } from './ops/define/promotion.ts'
export * from './ops/inspection.ts'
export * from './ops/limits.ts'
export type { Settled } from './settled.ts'
export type { Shape } from './shape.ts'
// Whole, so that a program can add the methods of its own ops to the type of `Tensor`.
export * from './tensor/tensor.ts'
export { __version__ } from './version.ts'

// Creation

export {
  as_tensor,
  empty,
  empty_like,
  eye,
  from_numpy,
  full,
  full_like,
  ones,
  ones_like,
  scalar_tensor,
  type TensorData,
  type TensorOptions,
  tensor,
  zeros,
  zeros_like,
} from './ops/creation.ts'
export { one_hot } from './ops/encoding.ts'
export { meshgrid, tril_indices, triu_indices } from './ops/grids.ts'
export * from './ops/ranges.ts'
export { vander } from './ops/vander.ts'

// Gradients

export * as autograd from './autograd/index.ts'
export {
  enable_grad,
  inference_mode,
  is_anomaly_enabled,
  is_grad_enabled,
  is_inference_mode_enabled,
  no_grad,
  set_grad_enabled,
} from './autograd/modes.ts'

// Elementwise

export * from './ops/elementwise/index.ts'
export { float_power } from './ops/float-power.ts'
export { where } from './ops/where.ts'

// Reductions and statistics

export * from './ops/closeness.ts'
export * from './ops/counting.ts'
export * from './ops/differences.ts'
export * from './ops/distances.ts'
export * from './ops/extremes.ts'
export * from './ops/median.ts'
export * from './ops/norms.ts'
export * from './ops/quantile.ts'
export type { Dims } from './ops/reduction-options.ts'
export * from './ops/reductions.ts'
export type { Results, ValuesAndIndices } from './ops/results.ts'
export * from './ops/scans.ts'
export { _safe_softmax, glu, log_softmax, softmax, softmin } from './ops/softmax.ts'
export * from './ops/statistics.ts'
export * from './ops/trapezoid.ts'
export * from './ops/variance.ts'

// Order and search

export * from './ops/search.ts'
export * from './ops/sorting.ts'
export * from './ops/unique.ts'

// Products

export * from './ops/addmm.ts'
export { einsum } from './ops/einsum.ts'
export * as linalg from './ops/linalg/index.ts'
export { chain_matmul } from './ops/linalg/multi-dot.ts'
export * from './ops/matmul.ts'
export * from './ops/matrices.ts'
export { cross, inner, kron, matrix_power, trace } from './ops/products.ts'
export { type ContractedDims, tensordot } from './ops/tensordot.ts'

// Convolution and pooling

export * from './ops/adaptive-pooling.ts'
export * from './ops/conv.ts'
export * from './ops/pooling.ts'

// Shape, parts, joining

export * from './ops/blocks.ts'
export { clone, detach, fill, positive } from './ops/copies.ts'
export { broadcast_to } from './ops/expand.ts'
export * from './ops/joining.ts'
export { type PadMode, pad } from './ops/padding.ts'
export * from './ops/permute.ts'
export * from './ops/rearranging.ts'
export * from './ops/slicing.ts'
export { as_strided, diagonal } from './ops/strided.ts'
export { flatten, ravel, reshape, squeeze, unflatten, unsqueeze } from './ops/views.ts'

// Indexing

export { gather, take, take_along_dim } from './ops/gather.ts'
export { type Index, index_put, index_put_ } from './ops/indexing.ts'
export { layer_norm } from './ops/layer-norm.ts'
export { masked_scatter, masked_select } from './ops/masked.ts'
export * from './ops/nonzero.ts'
export { put } from './ops/put.ts'
export { index_add, index_copy, index_fill, index_select } from './ops/rows.ts'
export { type ScatterOptions, scatter, scatter_add } from './ops/scatter.ts'
export { type ScatterReduceOptions, type ScatterReduction, scatter_reduce } from './ops/scatter-reduce.ts'
export { Slice, SliceIndex } from './ops/slice-index.ts'
export { diagonal_scatter, select_scatter, slice_scatter } from './ops/window-scatter.ts'

// Random numbers

export {
  dropout_mask,
  normal,
  type RandomOptions,
  rand,
  rand_like,
  randint,
  randint_like,
  randn,
  randn_like,
  randperm,
} from './ops/random.ts'
export { bernoulli, multinomial } from './ops/sampling.ts'
export {
  default_generator,
  fork_rng,
  Generator,
  get_rng_state,
  initial_seed,
  manual_seed,
  seed,
  set_rng_state,
} from './random/index.ts'

// Ops of one's own

export { defineView, elementwise, nameStep, reduction, routine, update } from './ops/define/checked.ts'
export { type ElementwiseDefinition, type ElementwiseFunction, elementwiseOps } from './ops/define/elementwise.ts'
export { type ReductionCall, type ReductionDefinition, reductionOps } from './ops/define/reduction.ts'
export type { RoutineGradient } from './ops/define/routine.ts'
export type { UpdateArguments, UpdateDefinition } from './ops/define/update.ts'
export { type ViewDefinition, viewOps } from './ops/define/view.ts'
export {
  type Binding,
  bindClass,
  type Method,
  type MethodParameters,
  type Named,
  overloaded,
  type Parameter,
  Signature,
  type Signed,
  shown,
  signature,
  typeName,
  type Words,
} from './signature/index.ts'

// Devices and printing

export { enclosed, unenclosed } from './autograd/enclosed.ts'
export {
  type DeviceInfo,
  type DeviceName,
  device_info,
  get_default_device,
  set_default_device,
} from './devices/device.ts'
export * as gpu from './devices/gpu/index.ts'
export { get_memory_limit, set_memory_limit } from './devices/memory-limit.ts'
export { get_num_threads, set_num_threads } from './devices/threads.ts'
export { install_devtools_formatter } from './devtools.ts'
export { from_plain, type PlainTensor, to_plain } from './ops/plain.ts'
export { get_printoptions, type ReprOptions, repr, set_printoptions } from './tensor/print.ts'
export * as testing from './testing/index.ts'
export * as warnings from './warnings.ts'
