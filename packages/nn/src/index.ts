/**
 * Layers, losses and initialisation, under the names of `torch.nn`.
 *
 * @example
 * import * as nn from '@chainrule/nn'
 * const model = new nn.Sequential(new nn.Linear(2, 8), new nn.Tanh(), new nn.Linear(8, 1))
 */

export type { LayerArguments } from './arguments.ts'
// Functions of tensors, initial values, helpers
export * as functional from './functional/index.ts'
export * as init from './init/index.ts'
// Layers
export * from './layers/activation.ts'
export * from './layers/adaptive-pooling.ts'
export {
  MultiheadAttention,
  type MultiheadAttentionCall,
  type MultiheadAttentionOptions,
} from './layers/attention.ts'
export {
  ModuleDict,
  ModuleList,
  type NamedModules,
  ParameterDict,
  ParameterList,
  Sequential,
} from './layers/containers.ts'
export * from './layers/conv.ts'
export { ConvTranspose1d, ConvTranspose2d } from './layers/conv-transpose.ts'
export * from './layers/distance.ts'
export * from './layers/dropout.ts'
export { Embedding, type EmbeddingLayerOptions } from './layers/embedding.ts'
export { EmbeddingBag, type EmbeddingBagLayerOptions } from './layers/embedding-bag.ts'
export { Flatten, Unflatten } from './layers/flatten.ts'
export { Bilinear, Identity, Linear, type WeightOptions } from './layers/linear.ts'
// Losses
export * from './layers/loss.ts'
export {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  type BatchNormOptions,
  GroupNorm,
  type GroupNormOptions,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  LayerNorm,
  type LayerNormOptions,
  LocalResponseNorm,
} from './layers/normalization.ts'
export * from './layers/padding.ts'
export * from './layers/pooling.ts'
export { GRU, type GRUOptions, LSTM, type LSTMOptions, RNN, type RNNOptions } from './layers/recurrent.ts'
export { GRUCell, LSTMCell, RNNCell, type RNNCellOptions } from './layers/recurrent-cell.ts'
export * from './layers/resampling.ts'
export {
  Transformer,
  TransformerDecoder,
  TransformerEncoder,
  type TransformerMasks,
  type TransformerOptions,
} from './layers/transformer.ts'
export {
  type DecoderLayerMasks,
  type EncoderLayerMasks,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
  type TransformerLayerOptions,
} from './layers/transformer-layer.ts'
// What modules are made of
export { copyModule } from './module/copy.ts'
export type { BackwardHook, BackwardPreHook, ForwardHook, ForwardPreHook } from './module/hooks.ts'
export { layer, layerOf } from './module/layer.ts'
export { type AnyModule, type HookOptions, type MemberOptions, Module } from './module/module.ts'
export { Buffer, Parameter } from './module/parameter.ts'
export type { IncompatibleKeys, StateDict } from './module/state.ts'
export * as utils from './utils/index.ts'
