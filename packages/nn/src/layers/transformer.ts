/** Transformers: layers one after the other, and both halves together (Vaswani et al. 2017). */
import type { DeviceName, Tensor } from '@chainrule/core'
import * as torch from '@chainrule/core'
import { bindLayer, bindMethod, type LayerArguments } from '../arguments.ts'
import { xavier_uniform_ } from '../init/index.ts'
import { copyModule } from '../module/copy.ts'
import { forwardOf } from '../module/keeps-nothing.ts'
import { Module } from '../module/module.ts'
import { ModuleList } from './containers.ts'
import { LayerNorm } from './normalization.ts'
import {
  type DecoderLayerMasks,
  type EncoderLayerMasks,
  layerDefaults,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
  type TransformerLayerOptions,
} from './transformer-layer.ts'

type Mask = Tensor | null
const none = null as Mask

/** A layer of an encoder. */
export type EncoderLayer = Module<[src: Tensor, ...masks: LayerArguments<EncoderLayerMasks>]>
/** A layer of a decoder. */
export type DecoderLayer = Module<[tgt: Tensor, memory: Tensor, ...masks: LayerArguments<DecoderLayerMasks>]>

/** What the `forward` of an encoder takes by position or by name. */
export type EncoderMasks = {
  readonly mask?: Mask
  readonly src_key_padding_mask?: Mask
  readonly is_causal?: boolean | null
}
const encoderMasks = { mask: none, src_key_padding_mask: none, is_causal: null as boolean | null }
const decoderMasks = {
  tgt_mask: none,
  memory_mask: none,
  tgt_key_padding_mask: none,
  memory_key_padding_mask: none,
  tgt_is_causal: null as boolean | null,
  memory_is_causal: false,
}

const copies = <M extends Module<never>>(layer: M, count: number): ModuleList<M> =>
  new ModuleList(Array.from({ length: count }, () => copyModule(layer)))

/**
 * Copies of a layer one after the other, and a normalisation where one is given.
 *
 * @example
 * const encoder = new nn.TransformerEncoder(new nn.TransformerEncoderLayer(8, 2), 6)
 * @see https://pytorch.org/docs/stable/generated/torch.nn.TransformerEncoder.html
 */
export class TransformerEncoder extends Module<[src: Tensor, ...masks: LayerArguments<EncoderMasks>]> {
  static readonly keepsNothing = true
  layers: ModuleList<EncoderLayer>
  readonly num_layers: number
  norm: Module | null

  constructor(encoder_layer: EncoderLayer, num_layers: number, norm: Module | null = null) {
    super()
    this.layers = copies(encoder_layer, num_layers)
    this.num_layers = num_layers
    this.norm = norm
  }

  forward(src: Tensor, ...masks: LayerArguments<EncoderMasks>): Tensor {
    const { mask, src_key_padding_mask } = bindMethod('TransformerEncoder.forward', encoderMasks, masks)
    return forwardOf(this, () => {
      let x = src
      for (const layer of this.layers) x = layer(x, { src_mask: mask, src_key_padding_mask })
      return this.norm === null ? x : this.norm(x)
    })
  }
}

/**
 * Copies of a layer one after the other, each of which looks at `memory`, and a normalisation where one is given.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.TransformerDecoder.html
 */
export class TransformerDecoder extends Module<
  [tgt: Tensor, memory: Tensor, ...masks: LayerArguments<DecoderLayerMasks>]
> {
  static readonly keepsNothing = true
  layers: ModuleList<DecoderLayer>
  readonly num_layers: number
  norm: Module | null

  constructor(decoder_layer: DecoderLayer, num_layers: number, norm: Module | null = null) {
    super()
    this.layers = copies(decoder_layer, num_layers)
    this.num_layers = num_layers
    this.norm = norm
  }

  forward(tgt: Tensor, memory: Tensor, ...masks: LayerArguments<DecoderLayerMasks>): Tensor {
    const {
      tgt_is_causal: _,
      memory_is_causal: __,
      ...bound
    } = bindMethod('TransformerDecoder.forward', decoderMasks, masks)
    return forwardOf(this, () => {
      let x = tgt
      for (const layer of this.layers) x = layer(x, memory, bound)
      return this.norm === null ? x : this.norm(x)
    })
  }
}

/** What `Transformer` takes by position or by name. */
export interface TransformerOptions extends TransformerLayerOptions {
  readonly d_model?: number
  readonly nhead?: number
  readonly num_encoder_layers?: number
  readonly num_decoder_layers?: number
  /** In place of those that it would make. */
  readonly custom_encoder?: Module<[Tensor, ...LayerArguments<EncoderMasks>]> | null
  readonly custom_decoder?: Module<[Tensor, Tensor, ...LayerArguments<DecoderLayerMasks>]> | null
}
const { dim_feedforward, dropout, activation, ...others } = layerDefaults
const transformerDefaults = {
  d_model: 512,
  nhead: 8,
  num_encoder_layers: 6,
  num_decoder_layers: 6,
  dim_feedforward,
  dropout,
  activation,
  custom_encoder: null as Module<[Tensor, ...LayerArguments<EncoderMasks>]> | null,
  custom_decoder: null as Module<[Tensor, Tensor, ...LayerArguments<DecoderLayerMasks>]> | null,
  ...others,
}

/** What the `forward` of a `Transformer` takes by position or by name. */
export type TransformerMasks = {
  readonly src_mask?: Mask
  readonly tgt_mask?: Mask
  readonly memory_mask?: Mask
  readonly src_key_padding_mask?: Mask
  readonly tgt_key_padding_mask?: Mask
  readonly memory_key_padding_mask?: Mask
  readonly src_is_causal?: boolean | null
  readonly tgt_is_causal?: boolean | null
  readonly memory_is_causal?: boolean
}
const transformerMasks = {
  src_mask: none,
  tgt_mask: none,
  memory_mask: none,
  src_key_padding_mask: none,
  tgt_key_padding_mask: none,
  memory_key_padding_mask: none,
  src_is_causal: null as boolean | null,
  tgt_is_causal: null as boolean | null,
  memory_is_causal: false,
}

/**
 * An encoder, and a decoder that looks at what it gives: `[S, N, E]`, `[T, N, E]` → `[T, N, E]`.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Transformer.html
 */
export class Transformer extends Module<[src: Tensor, tgt: Tensor, ...masks: LayerArguments<TransformerMasks>]> {
  static readonly keepsNothing = true
  encoder: Module<[Tensor, ...LayerArguments<EncoderMasks>]>
  decoder: Module<[Tensor, Tensor, ...LayerArguments<DecoderLayerMasks>]>
  readonly d_model: number
  readonly nhead: number
  readonly batch_first: boolean

  constructor(...args: LayerArguments<TransformerOptions>) {
    super()
    const { d_model, nhead, num_encoder_layers, num_decoder_layers, custom_encoder, custom_decoder, ...options } =
      bindLayer('Transformer', transformerDefaults, args)
    const { layer_norm_eps: eps, bias, device, dtype } = options
    const norm = (): LayerNorm => new LayerNorm(d_model, { eps, bias, device, dtype })
    this.encoder =
      custom_encoder ??
      new TransformerEncoder(new TransformerEncoderLayer(d_model, nhead, options), num_encoder_layers, norm())
    this.decoder =
      custom_decoder ??
      new TransformerDecoder(new TransformerDecoderLayer(d_model, nhead, options), num_decoder_layers, norm())
    for (const parameter of this.parameters()) if (parameter.ndim > 1) xavier_uniform_(parameter)
    this.d_model = d_model
    this.nhead = nhead
    this.batch_first = options.batch_first
  }

  /** The mask that lets nobody look ahead: 0 up to the diagonal, -∞ above it. */
  static generate_square_subsequent_mask(
    size: number,
    options: { readonly device?: DeviceName; readonly dtype?: torch.DType } = {},
  ): Tensor {
    return torch.full([size, size], Number.NEGATIVE_INFINITY, options).triu(1)
  }

  forward(src: Tensor, tgt: Tensor, ...masks: LayerArguments<TransformerMasks>): Tensor {
    const {
      src_mask,
      src_key_padding_mask,
      src_is_causal: is_causal,
      ...rest
    } = bindMethod('Transformer.forward', transformerMasks, masks)
    const batch = this.batch_first ? 0 : 1
    if (src.ndim === 3 && src.size(batch) !== tgt.size(batch)) {
      throw new torch.RuntimeError('the batch number of src and tgt must be equal')
    }
    if (src.size(-1) !== this.d_model || tgt.size(-1) !== this.d_model) {
      throw new torch.RuntimeError('the feature number of src and tgt must be equal to d_model')
    }
    const { tgt_is_causal, ...decoderMasks } = rest
    return forwardOf(this, () => {
      const memory = this.encoder(src, { mask: src_mask, src_key_padding_mask, is_causal })
      return this.decoder(tgt, memory, tgt_is_causal === null ? decoderMasks : { ...decoderMasks, tgt_is_causal })
    })
  }
}
