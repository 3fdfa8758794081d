/** A valid constructor of every layer, and a valid call of what it makes. */
import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'
import { argumentsOf, type Row, type Table } from '../../../core/test/misuse/calls.ts'
import { numbers, wholes } from '../../../core/test/misuse/functions.ts'
import { functional } from './functional.ts'

/** How a layer is made, and what it is called with. */
export type Layer = readonly [constructor: Row, call: Row]

const x = (): torch.Tensor => numbers(2, 3)
const line = (): torch.Tensor => numbers(2, 4, 6)
const image = (): torch.Tensor => numbers(1, 4, 6, 6)
const volume = (): torch.Tensor => numbers(1, 4, 3, 3, 3)
const place = { 'device?': 'cpu', 'dtype?': torch.float32 }
const input =
  (make: () => torch.Tensor): Row =>
  () => ({ input: make() })
const given = (row: Row): Row => row
const inplace = { 'inplace?': false }

/** The tensors that a function of the same name takes, which are those of the call. */
const tensorsOf = (name: string, count: number): Row => {
  const row = functional[name]
  if (typeof row !== 'function') throw new Error(`misuse: no call of ${name}`)
  return () =>
    Object.fromEntries(
      argumentsOf(row)
        .slice(0, count)
        .map(({ name, value }) => [name, value] as const),
    )
}

/** A layer for every name, made alike. */
const alike = (names: string, constructor: (name: string) => Row, call: (name: string) => Row): [string, Layer][] =>
  names.split(' ').map((name) => [name, [constructor(name), call(name)]])

const inputs: Readonly<Record<string, () => torch.Tensor>> = { 1: line, 2: image, 3: volume }
const ofRank = (name: string): Row => input(inputs[/\dd$/.exec(name)?.[0]?.[0] ?? '1'] ?? line)
const options =
  (row: Readonly<Record<string, unknown>>): ((name: string) => Row) =>
  () =>
  () =>
    row
const norm = { 'eps?': 1e-3, 'momentum?': 0.2, 'affine?': true, 'track_running_stats?': true, ...place }
const conv = {
  'stride?': 2,
  'padding?': 1,
  'dilation?': 1,
  'groups?': 1,
  'bias?': true,
  'padding_mode?': 'zeros',
  ...place,
}
const transposed = {
  'stride?': 2,
  'padding?': 1,
  'output_padding?': 1,
  'groups?': 1,
  'bias?': true,
  'dilation?': 1,
  'padding_mode?': 'zeros',
  ...place,
}
const recurrent = { 'num_layers?': 1, 'bias?': true, 'batch_first?': true, 'dropout?': 0, 'bidirectional?': true }
const sizes = { input_size: 3, hidden_size: 2 }
const channels = { in_channels: 4, out_channels: 2, kernel_size: 2 }
const pool = {
  kernel_size: 2,
  'stride?': 1,
  'padding?': 1,
  'dilation?': 1,
  'return_indices?': true,
  'ceil_mode?': true,
}
const average = { kernel_size: 2, 'stride?': 1, 'padding?': 1, 'ceil_mode?': true, 'count_include_pad?': false }
const reduction = { '*reduction?': 'sum' }
const layerOptions = {
  'dim_feedforward?': 6,
  'dropout?': 0,
  'activation?': 'gelu',
  'layer_norm_eps?': 1e-3,
  'batch_first?': true,
  'norm_first?': true,
  'bias?': true,
  ...place,
}
const words = (): torch.Tensor => numbers(1, 3, 4)
const masks = {
  'tgt_mask?': null,
  'memory_mask?': null,
  'tgt_key_padding_mask?': null,
  'memory_key_padding_mask?': null,
}
const causal = { 'tgt_is_causal?': false, 'memory_is_causal?': false }

export const layers: Readonly<Record<string, Layer>> = {
  ...Object.fromEntries([
    ...alike('ReLU ReLU6 SELU SiLU Mish Hardsigmoid Hardswish', options({ 'inplace?': true }), () => input(x)),
    ...alike('Softsign Sigmoid Tanh LogSigmoid Tanhshrink', options({}), () => input(x)),
    ...alike('ELU CELU', options({ 'alpha?': 2, ...inplace }), () => input(x)),
    ...alike('Softmax LogSoftmax Softmin', options({ 'dim?': 1 }), () => input(x)),
    ...alike('Softshrink Hardshrink', options({ 'lambd?': 0.2 }), () => input(x)),
    ...alike('Dropout AlphaDropout FeatureAlphaDropout', options({ 'p?': 0.5, ...inplace }), () => input(x)),
    ...alike('Dropout1d Dropout2d Dropout3d', options({ 'p?': 0.5, ...inplace }), ofRank),
    ...alike('BatchNorm1d BatchNorm2d BatchNorm3d', options({ num_features: 4, ...norm }), ofRank),
    ...alike('InstanceNorm1d InstanceNorm2d InstanceNorm3d', options({ num_features: 4, ...norm }), ofRank),
    ...alike('Conv1d Conv2d', options({ ...channels, ...conv }), ofRank),
    ...alike('ConvTranspose1d ConvTranspose2d', options({ ...channels, ...transposed }), (name) => () => ({
      ...ofRank(name)(),
      'output_size?': null,
    })),
    ...alike('MaxPool1d MaxPool2d', options(pool), ofRank),
    ...alike('AvgPool1d', options(average), ofRank),
    ...alike('AvgPool2d', options({ ...average, 'divisor_override?': 3 }), ofRank),
    ...alike('LPPool1d LPPool2d', options({ norm_type: 2, kernel_size: 2, 'stride?': 1, 'ceil_mode?': true }), ofRank),
    ...alike('AdaptiveAvgPool1d AdaptiveAvgPool2d', options({ output_size: 2 }), ofRank),
    ...alike('AdaptiveMaxPool1d AdaptiveMaxPool2d', options({ output_size: 2, 'return_indices?': true }), ofRank),
    ...alike('ConstantPad1d ConstantPad2d ConstantPad3d', options({ padding: 1, value: 2 }), ofRank),
    ...alike(
      'ZeroPad1d ZeroPad2d ZeroPad3d ReflectionPad1d ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d ' +
        'ReplicationPad3d CircularPad1d CircularPad2d CircularPad3d',
      options({ padding: 1 }),
      ofRank,
    ),
    ...alike('LSTM', options({ ...sizes, ...recurrent, 'proj_size?': 0, ...place }), () => () => ({
      input: numbers(1, 4, 3),
      'hx?': [numbers(2, 1, 2), numbers(2, 1, 2)],
    })),
    ...alike('GRU', options({ ...sizes, ...recurrent, ...place }), () => () => ({
      input: numbers(1, 4, 3),
      'hx?': numbers(2, 1, 2),
    })),
    ...alike('GRUCell', options({ ...sizes, 'bias?': true, ...place }), () => () => ({
      input: x(),
      'hx?': numbers(2, 2),
    })),
    ...alike('LSTMCell', options({ ...sizes, 'bias?': true, ...place }), () => () => ({
      input: x(),
      'hx?': [numbers(2, 2), numbers(2, 2)],
    })),
    ...alike('MSELoss L1Loss SoftMarginLoss', options(reduction), () => tensorsOf('mse_loss', 2)),
  ]),
  RNN: [
    given(() => ({
      ...sizes,
      'num_layers?': 1,
      'nonlinearity?': 'relu',
      'bias?': true,
      'batch_first?': true,
      ...place,
    })),
    given(() => ({ input: numbers(1, 4, 3), 'hx?': numbers(1, 1, 2) })),
  ],
  RNNCell: [
    given(() => ({ ...sizes, 'bias?': true, 'nonlinearity?': 'relu', ...place })),
    given(() => ({ input: x(), 'hx?': numbers(2, 2) })),
  ],
  Identity: [given(() => ({})), input(x)],
  Linear: [given(() => ({ in_features: 3, out_features: 2, 'bias?': true, ...place })), input(x)],
  Bilinear: [
    given(() => ({ in1_features: 3, in2_features: 3, out_features: 2, 'bias?': true, ...place })),
    given(() => ({ input1: x(), input2: x() })),
  ],
  Embedding: [
    given(() => ({
      num_embeddings: 4,
      embedding_dim: 2,
      'padding_idx?': 1,
      'max_norm?': 1,
      'norm_type?': 1,
      'scale_grad_by_freq?': true,
      ...place,
    })),
    given(() => ({ input: wholes(0, 2) })),
  ],
  EmbeddingBag: [
    given(() => ({
      num_embeddings: 4,
      embedding_dim: 2,
      'max_norm?': null,
      'norm_type?': 2,
      'scale_grad_by_freq?': false,
      'mode?': 'sum',
      ...place,
    })),
    given(() => ({ input: wholes(0, 2, 1), 'offsets?': wholes(0, 1), 'per_sample_weights?': numbers(3) })),
  ],
  Flatten: [given(() => ({ 'start_dim?': 1, 'end_dim?': 2 })), input(line)],
  Unflatten: [given(() => ({ dim: 1, unflattened_size: [2, 2] })), input(line)],
  PReLU: [given(() => ({ 'num_parameters?': 3, 'init?': 0.2 })), input(x)],
  LeakyReLU: [given(() => ({ 'negative_slope?': 0.2, ...inplace })), input(x)],
  GELU: [given(() => ({ 'approximate?': 'tanh' })), input(x)],
  GLU: [given(() => ({ 'dim?': 1 })), input(line)],
  Softplus: [given(() => ({ 'beta?': 2, 'threshold?': 10 })), input(x)],
  Hardtanh: [given(() => ({ 'min_val?': 0, 'max_val?': 1, ...inplace })), input(x)],
  Threshold: [given(() => ({ threshold: 0.2, value: 1, ...inplace })), input(x)],
  RReLU: [given(() => ({ 'lower?': 0.1, 'upper?': 0.2, ...inplace })), input(x)],
  Softmax2d: [given(() => ({})), input(image)],
  LayerNorm: [
    given(() => ({ normalized_shape: 3, 'eps?': 1e-3, 'elementwise_affine?': true, 'bias?': true, ...place })),
    input(x),
  ],
  GroupNorm: [given(() => ({ num_groups: 2, num_channels: 4, 'eps?': 1e-3, 'affine?': true, ...place })), input(line)],
  LocalResponseNorm: [given(() => ({ size: 2, 'alpha?': 0.1, 'beta?': 0.5, 'k?': 2 })), input(line)],
  CosineSimilarity: [given(() => ({ 'dim?': 1, 'eps?': 1e-3 })), given(() => ({ x1: x(), x2: x() }))],
  PairwiseDistance: [given(() => ({ 'p?': 1, 'eps?': 1e-3, 'keepdim?': true })), given(() => ({ x1: x(), x2: x() }))],
  PixelShuffle: [given(() => ({ upscale_factor: 2 })), input(image)],
  PixelUnshuffle: [given(() => ({ downscale_factor: 2 })), input(image)],
  ChannelShuffle: [given(() => ({ groups: 2 })), input(image)],
  Unfold: [given(() => ({ kernel_size: 2, 'dilation?': 1, 'padding?': 1, 'stride?': 2 })), input(image)],
  Fold: [
    given(() => ({ output_size: 4, kernel_size: 2, 'dilation?': 1, 'padding?': 0, 'stride?': 2 })),
    input(() => numbers(1, 4, 4)),
  ],
  Upsample: [
    given(() => ({ 'size?': [3, 3], 'scale_factor?': null, 'mode?': 'bilinear', 'align_corners?': true })),
    input(image),
  ],
  UpsamplingNearest2d: [given(() => ({ 'size?': null, 'scale_factor?': 2 })), input(image)],
  UpsamplingBilinear2d: [given(() => ({ 'size?': null, 'scale_factor?': 2 })), input(image)],

  // Losses
  SmoothL1Loss: [given(() => ({ ...reduction, '*beta?': 2 })), tensorsOf('mse_loss', 2)],
  HuberLoss: [given(() => ({ 'reduction?': 'sum', 'delta?': 2 })), tensorsOf('mse_loss', 2)],
  BCELoss: [given(() => ({ 'weight?': x(), ...reduction })), tensorsOf('binary_cross_entropy', 2)],
  BCEWithLogitsLoss: [
    given(() => ({ 'weight?': x(), ...reduction, '*pos_weight?': numbers(3) })),
    tensorsOf('binary_cross_entropy', 2),
  ],
  CrossEntropyLoss: [
    given(() => ({ 'weight?': numbers(3), '*ignore_index?': 2, ...reduction, '*label_smoothing?': 0.1 })),
    tensorsOf('cross_entropy', 2),
  ],
  NLLLoss: [given(() => ({ 'weight?': numbers(3), '*ignore_index?': 2, ...reduction })), tensorsOf('nll_loss', 2)],
  KLDivLoss: [given(() => ({ ...reduction, '*log_target?': true })), tensorsOf('kl_div', 2)],
  HingeEmbeddingLoss: [given(() => ({ 'margin?': 0.5, ...reduction })), tensorsOf('hinge_embedding_loss', 2)],
  MarginRankingLoss: [given(() => ({ 'margin?': 0.5, ...reduction })), tensorsOf('margin_ranking_loss', 3)],
  CosineEmbeddingLoss: [given(() => ({ 'margin?': 0.5, ...reduction })), tensorsOf('cosine_embedding_loss', 3)],
  TripletMarginLoss: [
    given(() => ({ 'margin?': 0.5, 'p?': 1, 'eps?': 1e-3, 'swap?': true, ...reduction })),
    tensorsOf('triplet_margin_loss', 3),
  ],
  TripletMarginWithDistanceLoss: [
    given(() => ({
      '*distance_function?': (a: torch.Tensor, b: torch.Tensor) => a.sub(b).sum(1),
      '*margin?': 0.5,
      ...reduction,
    })),
    tensorsOf('triplet_margin_loss', 3),
  ],
  PoissonNLLLoss: [given(() => ({ 'log_input?': false, 'full?': true, ...reduction })), tensorsOf('mse_loss', 2)],
  GaussianNLLLoss: [given(() => ({ '*full?': true, '*eps?': 1e-3, ...reduction })), tensorsOf('gaussian_nll_loss', 3)],
  MultiMarginLoss: [
    given(() => ({ 'p?': 2, 'margin?': 0.5, 'weight?': numbers(3), ...reduction })),
    tensorsOf('multi_margin_loss', 2),
  ],
  MultiLabelMarginLoss: [given(() => reduction), tensorsOf('multilabel_margin_loss', 2)],
  MultiLabelSoftMarginLoss: [
    given(() => ({ 'weight?': numbers(3), ...reduction })),
    tensorsOf('multilabel_soft_margin_loss', 2),
  ],
  CTCLoss: [given(() => ({ 'blank?': 0, 'reduction?': 'sum', 'zero_infinity?': true })), tensorsOf('ctc_loss', 4)],

  // Attention
  MultiheadAttention: [
    given(() => ({
      embed_dim: 4,
      num_heads: 2,
      'dropout?': 0,
      'bias?': true,
      'add_bias_kv?': true,
      'add_zero_attn?': true,
      'kdim?': 4,
      'vdim?': 4,
      'batch_first?': true,
      ...place,
    })),
    given(() => ({
      query: words(),
      key: words(),
      value: words(),
      'key_padding_mask?': torch.zeros([1, 3], { dtype: torch.bool }),
      'need_weights?': true,
      'attn_mask?': torch.zeros([3, 3]),
      'average_attn_weights?': false,
      'is_causal?': false,
    })),
  ],
  TransformerEncoderLayer: [
    given(() => ({ d_model: 4, nhead: 2, ...layerOptions })),
    given(() => ({ src: words(), 'src_mask?': null, 'src_key_padding_mask?': null, 'is_causal?': false })),
  ],
  TransformerDecoderLayer: [
    given(() => ({ d_model: 4, nhead: 2, ...layerOptions })),
    given(() => ({ tgt: words(), memory: words(), ...masks, ...causal })),
  ],
  TransformerEncoder: [
    given(() => ({
      encoder_layer: new nn.TransformerEncoderLayer(4, 2, 6),
      num_layers: 1,
      'norm?': new nn.LayerNorm(4),
    })),
    given(() => ({ src: words(), 'mask?': null, 'src_key_padding_mask?': null, 'is_causal?': false })),
  ],
  TransformerDecoder: [
    given(() => ({
      decoder_layer: new nn.TransformerDecoderLayer(4, 2, 6),
      num_layers: 1,
      'norm?': new nn.LayerNorm(4),
    })),
    given(() => ({ tgt: words(), memory: words(), ...masks, ...causal })),
  ],
  Transformer: [
    given(() => ({ 'd_model!': 4, 'nhead!': 2, 'num_encoder_layers!': 1, 'num_decoder_layers!': 1, ...layerOptions })),
    given(() => ({ src: words(), tgt: words(), 'src_mask?': null, ...masks, ...causal })),
  ],

  // Containers
  Sequential: [given(() => ({ '/first?': new nn.Linear(3, 2), '/second?': new nn.ReLU() })), input(x)],
}

/** Containers that compute nothing, and what is no layer. */
export const constructors: Table = {
  ModuleList: () => ({ 'modules?': [new nn.ReLU()] }),
  ModuleDict: () => ({ '/modules?': { a: new nn.ReLU() } }),
  ParameterList: () => ({ 'values?': [torch.ones([2])] }),
  ParameterDict: () => ({ '/parameters?': { a: torch.ones([2]) } }),
  Parameter: () => ({ data: torch.ones([2]), 'requires_grad?': true }),
  Buffer: () => ({ data: torch.ones([2]), '*persistent?': true }),
  Module: () => ({}),
}
