/** A valid call of every function of nn.functional, nn.init and nn.utils, under PyTorch's names. */
import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'
import type { Row, Table } from '../../../core/test/misuse/calls.ts'
import { functions as core, numbers, wholes } from '../../../core/test/misuse/functions.ts'

const x = (): torch.Tensor => numbers(2, 3)
const y = (): torch.Tensor => numbers(2, 3).add(0.5)
const image = (): torch.Tensor => numbers(1, 4, 4, 4)
const signs = (): torch.Tensor => torch.tensor([1, -1])
const classes = (): torch.Tensor => wholes(0, 2)
const inplace = { 'inplace?': true }
const reduction = { '*reduction?': 'sum' }
const unary: Row = () => ({ input: x() })
const sloped =
  (parameters: Readonly<Record<string, number>>): Row =>
  () => ({ input: x(), ...parameters, ...inplace })
const dropped =
  (input: () => torch.Tensor): Row =>
  () => ({ input: input(), 'p?': 0.5, 'training?': true, ...inplace })
const targeted =
  (more: Readonly<Record<string, unknown>> = {}): Row =>
  () => ({ input: x(), target: y(), ...more, ...reduction })

/** Parameters of activations; those in place take the same. */
const slopes: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  relu: {},
  relu6: {},
  selu: {},
  silu: {},
  mish: {},
  hardsigmoid: {},
  hardswish: {},
  leaky_relu: { 'negative_slope?': 0.2 },
  elu: { 'alpha?': 2 },
  celu: { 'alpha?': 2 },
  hardtanh: { 'min_val?': 0, 'max_val?': 0.5 },
  threshold: { threshold: 0.2, value: 1 },
}

export const functional: Table = {
  ...core,
  ...Object.fromEntries(Object.entries(slopes).map(([name, parameters]) => [name, sloped(parameters)])),
  ...Object.fromEntries(
    Object.entries(slopes).map(([name, parameters]): [string, Row] => [
      `${name}_`,
      () => ({ input: x(), ...parameters }),
    ]),
  ),
  sigmoid: unary,
  tanh: unary,
  tanhshrink: unary,
  softsign: unary,
  logsigmoid: unary,
  hardshrink: () => ({ input: x(), 'lambd?': 0.2 }),
  softplus: () => ({ input: x(), 'beta?': 2, 'threshold?': 10 }),
  prelu: () => ({ input: x(), weight: torch.tensor([0.2]) }),
  rrelu: () => ({ input: x(), 'lower?': 0.1, 'upper?': 0.2, 'training?': true, ...inplace }),
  rrelu_: () => ({ input: x(), 'lower?': 0.1, 'upper?': 0.2, 'training?': true }),
  gumbel_softmax: () => ({ logits: x(), 'tau?': 2, 'hard?': true, 'eps?': 1e-10, 'dim?': 0 }),
  dropout: dropped(x),
  alpha_dropout: dropped(x),
  feature_alpha_dropout: dropped(x),
  feature_dropout: dropped(x),
  dropout1d: dropped(x),
  dropout2d: dropped(image),
  dropout3d: dropped(image),

  linear: () => ({ input: x(), weight: numbers(4, 3), 'bias?': numbers(4) }),
  bilinear: () => ({ input1: x(), input2: y(), weight: numbers(4, 3, 3), 'bias?': numbers(4) }),
  embedding: () => ({
    input: wholes(0, 2),
    weight: numbers(3, 2),
    'padding_idx?': 1,
    'max_norm?': 1,
    'norm_type?': 1,
    'scale_grad_by_freq?': true,
  }),
  embedding_bag: () => ({
    input: wholes(0, 2, 1),
    weight: numbers(3, 2),
    'offsets?': wholes(0, 2),
    'max_norm?': 1,
    'norm_type?': 1,
    'scale_grad_by_freq?': false,
    'mode?': 'sum',
    'per_sample_weights?': numbers(3),
    'include_last_offset?': false,
    'padding_idx?': 1,
  }),
  scaled_dot_product_attention: () => ({
    query: numbers(1, 2, 4),
    key: numbers(1, 3, 4),
    value: numbers(1, 3, 4),
    'attn_mask?': numbers(2, 3),
    'dropout_p?': 0.5,
    'is_causal?': false,
    '*scale?': 2,
  }),

  layer_norm: () => ({ input: x(), normalized_shape: [3], 'weight?': numbers(3), 'bias?': numbers(3), 'eps?': 1e-3 }),
  group_norm: () => ({ input: image(), num_groups: 2, 'weight?': numbers(4), 'bias?': numbers(4), 'eps?': 1e-3 }),
  batch_norm: () => ({
    input: image(),
    running_mean: numbers(4),
    running_var: numbers(4),
    'weight?': numbers(4),
    'bias?': numbers(4),
    'training?': true,
    'momentum?': 0.2,
    'eps?': 1e-3,
  }),
  instance_norm: () => ({
    input: image(),
    'running_mean?': numbers(4),
    'running_var?': numbers(4),
    'weight?': numbers(4),
    'bias?': numbers(4),
    'use_input_stats?': true,
    'momentum?': 0.2,
    'eps?': 1e-3,
  }),
  local_response_norm: () => ({ input: image(), size: 2, 'alpha?': 0.1, 'beta?': 0.5, 'k?': 2 }),
  normalize: () => ({ input: x(), 'p?': 1, 'dim?': 0, 'eps?': 1e-3 }),
  pairwise_distance: () => ({ x1: x(), x2: y(), 'p?': 1, 'eps?': 1e-3, 'keepdim?': true }),
  cosine_similarity: () => ({ x1: x(), x2: y(), 'dim?': 0, 'eps?': 1e-3 }),

  interpolate: () => ({
    input: image(),
    'size?': [2, 2],
    'scale_factor?': null,
    'mode?': 'bilinear',
    'align_corners?': true,
    'recompute_scale_factor?': null,
    'antialias?': false,
  }),
  pixel_shuffle: () => ({ input: image(), upscale_factor: 2 }),
  pixel_unshuffle: () => ({ input: image(), downscale_factor: 2 }),
  channel_shuffle: () => ({ input: image(), groups: 2 }),
  unfold: () => ({ input: image(), kernel_size: 2, 'dilation?': 1, 'padding?': 1, 'stride?': 2 }),
  fold: () => ({
    input: numbers(1, 4, 9),
    output_size: 4,
    kernel_size: 2,
    'dilation?': 1,
    'padding?': 0,
    'stride?': 1,
  }),
  lp_pool1d: () => ({ input: numbers(1, 2, 4), norm_type: 2, kernel_size: 2, 'stride?': 1, 'ceil_mode?': true }),
  lp_pool2d: () => ({ input: image(), norm_type: 2, kernel_size: 2, 'stride?': 1, 'ceil_mode?': true }),

  mse_loss: targeted(),
  l1_loss: targeted(),
  smooth_l1_loss: () => ({ input: x(), target: y(), ...reduction, '*beta?': 2 }),
  huber_loss: () => ({ input: x(), target: y(), 'reduction?': 'sum', 'delta?': 2 }),
  soft_margin_loss: targeted(),
  poisson_nll_loss: targeted({ 'log_input?': false, 'full?': true, '*eps?': 1e-3 }),
  gaussian_nll_loss: () => ({ input: x(), target: y(), var: x(), 'full?': true, 'eps?': 1e-3, 'reduction?': 'sum' }),
  kl_div: targeted({ '*log_target?': true }),
  binary_cross_entropy: () => ({ input: x(), target: x(), 'weight?': x(), ...reduction }),
  binary_cross_entropy_with_logits: () => ({
    input: x(),
    target: x(),
    'weight?': x(),
    ...reduction,
    '*pos_weight?': numbers(3),
  }),
  nll_loss: () => ({ input: x(), target: classes(), 'weight?': numbers(3), '*ignore_index?': 2, ...reduction }),
  cross_entropy: () => ({
    input: x(),
    target: classes(),
    'weight?': numbers(3),
    '*ignore_index?': 2,
    ...reduction,
    '*label_smoothing?': 0.1,
  }),
  ctc_loss: () => ({
    log_probs: numbers(4, 1, 3).log_softmax(2),
    targets: wholes(1, 2).reshape(1, 2),
    input_lengths: [4],
    target_lengths: [2],
    'blank?': 0,
    'reduction?': 'sum',
    'zero_infinity?': true,
  }),
  multi_margin_loss: () => ({
    input: x(),
    target: classes(),
    'p?': 2,
    'margin?': 0.5,
    'weight?': numbers(3),
    ...reduction,
  }),
  multilabel_margin_loss: () => ({ input: x(), target: wholes(0, -1, 0, 1, 2, -1).reshape(2, 3), ...reduction }),
  multilabel_soft_margin_loss: () => ({ input: x(), target: x(), 'weight?': numbers(3), ...reduction }),
  hinge_embedding_loss: () => ({ input: numbers(2), target: signs(), 'margin?': 0.5, ...reduction }),
  margin_ranking_loss: () => ({
    input1: numbers(2),
    input2: numbers(2),
    target: signs(),
    'margin?': 0.5,
    ...reduction,
  }),
  cosine_embedding_loss: () => ({ input1: x(), input2: y(), target: signs(), 'margin?': 0.5, ...reduction }),
  triplet_margin_loss: () => ({
    anchor: x(),
    positive: y(),
    negative: x(),
    'margin?': 0.5,
    'p?': 1,
    'eps?': 1e-3,
    'swap?': true,
    ...reduction,
  }),
  triplet_margin_with_distance_loss: () => ({
    anchor: x(),
    positive: y(),
    negative: x(),
    '*distance_function?': (a: torch.Tensor, b: torch.Tensor) => a.sub(b).sum(1),
    '*margin?': 0.5,
    '*swap?': true,
    ...reduction,
  }),
}

const generator = { '*generator?': new torch.Generator() }
const scaled: Row = () => ({ tensor: x(), 'gain?': 2, ...generator })
const kaiming: Row = () => ({ tensor: x(), 'a?': 0.1, 'mode?': 'fan_out', 'nonlinearity?': 'relu', ...generator })

/** nn.init. */
export const init: Table = {
  calculate_gain: () => ({ nonlinearity: 'leaky_relu', 'param?': 0.1 }),
  constant_: () => ({ tensor: x(), val: 2 }),
  ones_: () => ({ tensor: x() }),
  zeros_: () => ({ tensor: x() }),
  eye_: () => ({ tensor: x() }),
  dirac_: () => ({ tensor: numbers(2, 2, 3), 'groups?': 2 }),
  uniform_: () => ({ tensor: x(), 'a?': 0, 'b?': 2, ...generator }),
  normal_: () => ({ tensor: x(), 'mean?': 0, 'std?': 2, ...generator }),
  trunc_normal_: () => ({ tensor: x(), 'mean?': 0, 'std?': 1, 'a?': -1, 'b?': 1, ...generator }),
  orthogonal_: scaled,
  xavier_uniform_: scaled,
  xavier_normal_: scaled,
  kaiming_uniform_: kaiming,
  kaiming_normal_: kaiming,
  sparse_: () => ({ tensor: x(), sparsity: 0.5, 'std?': 0.1, ...generator }),
}

const parameters = (): torch.Tensor[] => {
  const p = torch.ones([2], { requires_grad: true })
  p.grad = torch.tensor([3, 4])
  return [p]
}

/** nn.utils. */
export const utils: Table = {
  clip_grad_norm_: () => ({
    parameters: parameters(),
    max_norm: 1,
    'norm_type?': 1,
    'error_if_nonfinite?': true,
    'foreach?': true,
  }),
  clip_grad_value_: () => ({ parameters: parameters(), clip_value: 1, 'foreach?': true }),
  clip_grads_with_norm_: () => ({
    parameters: parameters(),
    max_norm: 1,
    total_norm: torch.tensor(2),
    'foreach?': true,
  }),
  get_total_norm: () => ({ tensors: parameters(), 'norm_type?': 1, 'error_if_nonfinite?': true, 'foreach?': true }),
  parameters_to_vector: () => ({ parameters: parameters() }),
  vector_to_parameters: () => ({ vec: numbers(2), parameters: parameters() }),
  spectral_norm: () => ({
    module: new nn.Linear(2, 3),
    'name?': 'weight',
    'n_power_iterations?': 2,
    'eps?': 1e-3,
    'dim?': 0,
  }),
  weight_norm: () => ({ module: new nn.Linear(2, 3), 'name?': 'weight', 'dim?': 1 }),
  remove_spectral_norm: () => ({ module: nn.utils.spectral_norm(new nn.Linear(2, 3)), 'name?': 'weight' }),
  remove_weight_norm: () => ({ module: nn.utils.weight_norm(new nn.Linear(2, 3)), 'name?': 'weight' }),
}
