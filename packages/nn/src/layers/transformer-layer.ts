/** The layers of transformers (Vaswani et al. 2017): attention and a network for each place, with sums around them. */
import type { DeviceName, DType, Tensor } from '@chainrule/core'
import * as torch from '@chainrule/core'
import { RuntimeError } from '@chainrule/core'
import { bindLayer, type Call, type LayerArguments } from '../arguments.ts'
import { gelu, relu } from '../functional/activation.ts'
import { forwardOf } from '../module/keeps-nothing.ts'
import { Module } from '../module/module.ts'
import { MultiheadAttention } from './attention.ts'
import { checkAttention } from './attention-checks.ts'
import { Dropout } from './dropout.ts'
import { Linear, place } from './linear.ts'
import { LayerNorm } from './normalization.ts'

/** What stands between the two linear maps of a layer. */
export type Activation = 'relu' | 'gelu' | ((x: Tensor) => Tensor)

/** What the layers of transformers take by name. */
export interface TransformerLayerOptions {
  /** The width between the two linear maps. */
  readonly dim_feedforward?: number
  readonly dropout?: number
  readonly activation?: Activation
  readonly layer_norm_eps?: number
  /** Inputs are `[N, L, E]` and not `[L, N, E]`. */
  readonly batch_first?: boolean
  /** Normalise before attention and network, rather than after them. */
  readonly norm_first?: boolean
  readonly bias?: boolean
  readonly device?: DeviceName | undefined
  readonly dtype?: DType | undefined
}

export const layerDefaults = {
  dim_feedforward: 2048,
  dropout: 0.1,
  activation: 'relu' as Activation,
  layer_norm_eps: 1e-5,
  batch_first: false,
  norm_first: false,
  bias: true,
  ...place,
}
/** What a layer cannot do without. */
export interface Sizes {
  readonly d_model: number
  readonly nhead: number
}
export type TransformerLayerCall = Call<
  ['d_model', 'nhead'],
  [d_model: number, nhead: number],
  TransformerLayerOptions,
  LayerArguments<TransformerLayerOptions>
>

/** A mask of attention, or of the keys that nobody looks at. */
type Mask = Tensor | null
/** What the `forward` of an encoder layer takes by position or by name. */
export type EncoderLayerMasks = {
  readonly src_mask?: Mask
  readonly src_key_padding_mask?: Mask
  /** A promise that the mask lets nobody look ahead; it has to be given too. */
  readonly is_causal?: boolean
}
/** What the `forward` of a decoder layer takes by position or by name. */
export type DecoderLayerMasks = {
  readonly tgt_mask?: Mask
  readonly memory_mask?: Mask
  readonly tgt_key_padding_mask?: Mask
  readonly memory_key_padding_mask?: Mask
  readonly tgt_is_causal?: boolean
  readonly memory_is_causal?: boolean
}

const encoderMasks = ['Tensor? src_mask', 'Tensor? src_key_padding_mask', 'bool? is_causal']
/** What the `forward` of a decoder and of its layers takes. */
export const decoderForward: readonly (string | null)[] = [
  'Tensor tgt',
  'Tensor memory',
  null,
  'Tensor? tgt_mask',
  'Tensor? memory_mask',
  'Tensor? tgt_key_padding_mask',
  'Tensor? memory_key_padding_mask',
  'bool? tgt_is_causal',
  'bool memory_is_causal',
]

/** The function that an activation's name says. */
function activationOf(activation: Activation): (x: Tensor) => Tensor {
  if (typeof activation === 'function') return activation
  if (activation === 'relu') return (x) => relu(x)
  if (activation === 'gelu') return (x) => gelu(x)
  throw new RuntimeError(`activation should be relu/gelu, not ${String(activation)}`)
}

const bound = (layer: string, args: readonly unknown[]) => {
  const options = bindLayer<typeof layerDefaults, Sizes>(layer, layerDefaults, args, ['d_model', 'nhead'])
  const { d_model, dim_feedforward, dropout, activation, device, dtype } = options
  // What is wrong shows before a weight is drawn.
  activationOf(activation)
  void new Dropout(dropout)
  torch.empty([dim_feedforward, d_model], { device, dtype })
  return options
}

/**
 * Attention of a sequence to itself, then a network for each place: `[L, N, E]` or `[L, E]`, and the same out.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.TransformerEncoderLayer.html
 */
export class TransformerEncoderLayer extends Module<[src: Tensor, ...masks: LayerArguments<EncoderLayerMasks>]> {
  static readonly keepsNothing = true
  static override readonly _signatures = { forward: ['Tensor src', null, ...encoderMasks] }
  self_attn: MultiheadAttention
  linear1: Linear
  dropout: Dropout
  linear2: Linear
  readonly norm_first: boolean
  norm1: LayerNorm
  norm2: LayerNorm
  dropout1: Dropout
  dropout2: Dropout
  readonly activation: Activation

  constructor(...args: TransformerLayerCall) {
    super()
    const { d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, norm_first, batch_first, ...rest } =
      bound('TransformerEncoderLayer', args)
    this.self_attn = new MultiheadAttention(d_model, nhead, { dropout, batch_first, ...rest })
    this.linear1 = new Linear(d_model, dim_feedforward, rest)
    this.dropout = new Dropout(dropout)
    this.linear2 = new Linear(dim_feedforward, d_model, rest)
    this.norm_first = norm_first
    this.norm1 = new LayerNorm(d_model, { eps: layer_norm_eps, ...rest })
    this.norm2 = new LayerNorm(d_model, { eps: layer_norm_eps, ...rest })
    this.dropout1 = new Dropout(dropout)
    this.dropout2 = new Dropout(dropout)
    this.activation = activation
  }

  forward(src: Tensor, ...masks: LayerArguments<EncoderLayerMasks>): Tensor {
    const [src_mask = null, src_key_padding_mask = null] = masks as Mask[]
    const options = { attn_mask: src_mask, key_padding_mask: src_key_padding_mask, need_weights: false }
    const attend = (x: Tensor): Tensor => this.dropout1(this.self_attn(x, x, x, options)[0])
    const feed = (x: Tensor): Tensor => this.dropout2(feedForward(this, x))
    return forwardOf(this, () => {
      const x = residual(this, src, this.norm1, attend)
      return residual(this, x, this.norm2, feed)
    })
  }
}

/**
 * Attention of a sequence to itself, then to another one, then a network for each place: `[T, N, E]`, `[S, N, E]` → `[T, N, E]`,
 * or the same without N.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.TransformerDecoderLayer.html
 */
export class TransformerDecoderLayer extends Module<
  [tgt: Tensor, memory: Tensor, ...masks: LayerArguments<DecoderLayerMasks>]
> {
  static readonly keepsNothing = true
  static override readonly _signatures = { forward: decoderForward }
  self_attn: MultiheadAttention
  multihead_attn: MultiheadAttention
  linear1: Linear
  dropout: Dropout
  linear2: Linear
  readonly norm_first: boolean
  norm1: LayerNorm
  norm2: LayerNorm
  norm3: LayerNorm
  dropout1: Dropout
  dropout2: Dropout
  dropout3: Dropout
  readonly activation: Activation

  constructor(...args: TransformerLayerCall) {
    super()
    const { d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, norm_first, batch_first, ...rest } =
      bound('TransformerDecoderLayer', args)
    this.self_attn = new MultiheadAttention(d_model, nhead, { dropout, batch_first, ...rest })
    this.multihead_attn = new MultiheadAttention(d_model, nhead, { dropout, batch_first, ...rest })
    this.linear1 = new Linear(d_model, dim_feedforward, rest)
    this.dropout = new Dropout(dropout)
    this.linear2 = new Linear(dim_feedforward, d_model, rest)
    this.norm_first = norm_first
    this.norm1 = new LayerNorm(d_model, { eps: layer_norm_eps, ...rest })
    this.norm2 = new LayerNorm(d_model, { eps: layer_norm_eps, ...rest })
    this.norm3 = new LayerNorm(d_model, { eps: layer_norm_eps, ...rest })
    this.dropout1 = new Dropout(dropout)
    this.dropout2 = new Dropout(dropout)
    this.dropout3 = new Dropout(dropout)
    this.activation = activation
  }

  forward(tgt: Tensor, memory: Tensor, ...masks: LayerArguments<DecoderLayerMasks>): Tensor {
    const [tgt_mask = null, memory_mask = null, tgt_key_padding_mask = null, memory_key_padding_mask = null] =
      masks as Mask[]
    checkAttention(this.self_attn, tgt, tgt, tgt, tgt_key_padding_mask, tgt_mask)
    checkAttention(this.multihead_attn, tgt, memory, memory, memory_key_padding_mask, memory_mask)
    const own = { attn_mask: tgt_mask, key_padding_mask: tgt_key_padding_mask, need_weights: false }
    const others = { attn_mask: memory_mask, key_padding_mask: memory_key_padding_mask, need_weights: false }
    const attend = (x: Tensor): Tensor => this.dropout1(this.self_attn(x, x, x, own)[0])
    const look = (x: Tensor): Tensor => this.dropout2(this.multihead_attn(x, memory, memory, others)[0])
    const feed = (x: Tensor): Tensor => this.dropout3(feedForward(this, x))
    return forwardOf(this, () => {
      const x = residual(this, tgt, this.norm1, attend)
      return residual(this, residual(this, x, this.norm2, look), this.norm3, feed)
    })
  }
}

/** `x + f(norm(x))`, or `norm(x + f(x))`. */
const residual = (
  { norm_first }: { readonly norm_first: boolean },
  x: Tensor,
  norm: LayerNorm,
  f: (x: Tensor) => Tensor,
): Tensor => (norm_first ? x.add(f(norm(x))) : norm(x.add(f(x))))

/** The network for each place. */
const feedForward = (
  { linear1, activation, dropout, linear2 }: TransformerEncoderLayer | TransformerDecoderLayer,
  x: Tensor,
): Tensor => linear2(dropout(activationOf(activation)(linear1(x))))
