/** Transformers: layers one after the other, and both halves together (Vaswani et al. 2017). */
import type { DeviceName, Tensor } from '@chainrule/core'
import * as torch from '@chainrule/core'
import { bindLayer, type LayerArguments } from '../arguments.ts'
import { xavier_uniform_ } from '../init/index.ts'
import { copyModule } from '../module/copy.ts'
import { forwardOf } from '../module/keeps-nothing.ts'
import { type AnyModule, Module } from '../module/module.ts'
import { checkCount, ModuleList } from './containers.ts'
import { LayerNorm } from './normalization.ts'
import {
  type DecoderLayerMasks,
  decoderForward,
  type EncoderLayerMasks,
  layerDefaults,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
  type TransformerLayerOptions,
} from './transformer-layer.ts'

type Mask = Tensor | null

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
/** Copies of a layer, of which there may be so many. */
function copies<M extends Module<never>>(layer: M, count: number): ModuleList<M> {
  checkCount(count)
  return new ModuleList(Array.from({ length: count }, () => copyModule(layer)))
}

/** What an encoder or a decoder is made with, when it is what it has to be. */
function partsOf<M extends AnyModule>(
  signature: torch.Signature,
  args: readonly unknown[],
): [M, number, Module | null] {
  const [layer, count, norm = null] = signature.bind([...args])
  const [name] = signature.name.split('.')
  if (!(layer instanceof Module))
    throw new torch.TypeError(`${name}: the layer must be a Module, got ${torch.shown(layer)}`)
  if (norm !== null && !(norm instanceof Module)) {
    throw new torch.TypeError(`${name}: norm must be a Module, got ${torch.shown(norm)}`)
  }
  return [layer as unknown as M, count as number, norm as Module | null]
}
const encoder = new torch.Signature(
  'TransformerEncoder.__init__',
  ['any encoder_layer', 'int num_layers', 'any norm'],
  2,
  'python',
)
const decoder = new torch.Signature(
  'TransformerDecoder.__init__',
  ['any decoder_layer', 'int num_layers', 'any norm'],
  2,
  'python',
)

/**
 * Copies of a layer one after the other, and a normalisation where one is given.
 *
 * @example
 * const encoder = new nn.TransformerEncoder(new nn.TransformerEncoderLayer(8, 2), 6)
 * @see https://pytorch.org/docs/stable/generated/torch.nn.TransformerEncoder.html
 */
export class TransformerEncoder extends Module<[src: Tensor, ...masks: LayerArguments<EncoderMasks>]> {
  static readonly keepsNothing = true
  static override readonly _signatures = {
    forward: ['Tensor src', null, 'Tensor? mask', 'Tensor? src_key_padding_mask', 'bool? is_causal'],
  }
  layers: ModuleList<EncoderLayer>
  readonly num_layers: number
  norm: Module | null

  constructor(encoder_layer: EncoderLayer, num_layers: number, norm?: Module | null | { readonly norm?: Module | null })
  constructor(encoder_layer: EncoderLayer, options: { readonly num_layers: number; readonly norm?: Module | null })
  constructor(...args: readonly unknown[]) {
    super()
    const [layer, num_layers, norm] = partsOf<EncoderLayer>(encoder, args)
    this.layers = copies(layer, num_layers)
    this.num_layers = num_layers
    this.norm = norm
  }

  forward(src: Tensor, ...masks: LayerArguments<EncoderMasks>): Tensor {
    const [mask = null, src_key_padding_mask = null] = masks as Mask[]
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
  static override readonly _signatures = { forward: decoderForward }
  layers: ModuleList<DecoderLayer>
  readonly num_layers: number
  norm: Module | null

  constructor(decoder_layer: DecoderLayer, num_layers: number, norm?: Module | null | { readonly norm?: Module | null })
  constructor(decoder_layer: DecoderLayer, options: { readonly num_layers: number; readonly norm?: Module | null })
  constructor(...args: readonly unknown[]) {
    super()
    const [layer, num_layers, norm] = partsOf<DecoderLayer>(decoder, args)
    this.layers = copies(layer, num_layers)
    this.num_layers = num_layers
    this.norm = norm
  }

  forward(tgt: Tensor, memory: Tensor, ...masks: LayerArguments<DecoderLayerMasks>): Tensor {
    const [tgt_mask = null, memory_mask = null, tgt_key_padding_mask = null, memory_key_padding_mask = null] =
      masks as Mask[]
    const bound = { tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask }
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
const transformerForward = [
  'Tensor src',
  'Tensor tgt',
  null,
  'Tensor? src_mask',
  'Tensor? tgt_mask',
  'Tensor? memory_mask',
  'Tensor? src_key_padding_mask',
  'Tensor? tgt_key_padding_mask',
  'Tensor? memory_key_padding_mask',
  'bool? src_is_causal',
  'bool? tgt_is_causal',
  'bool memory_is_causal',
]

/**
 * An encoder, and a decoder that looks at what it gives: `[S, N, E]`, `[T, N, E]` → `[T, N, E]`.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Transformer.html
 */
export class Transformer extends Module<[src: Tensor, tgt: Tensor, ...masks: LayerArguments<TransformerMasks>]> {
  static readonly keepsNothing = true
  static override readonly _signatures = { forward: transformerForward }
  encoder: Module<[Tensor, ...LayerArguments<EncoderMasks>]>
  decoder: Module<[Tensor, Tensor, ...LayerArguments<DecoderLayerMasks>]>
  readonly d_model: number
  readonly nhead: number
  readonly batch_first: boolean

  constructor(...args: LayerArguments<TransformerOptions>) {
    super()
    const { d_model, nhead, num_encoder_layers, num_decoder_layers, custom_encoder, custom_decoder, ...options } =
      bindLayer('Transformer', transformerDefaults, args)
    checkCount(num_encoder_layers)
    checkCount(num_decoder_layers)
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
    const [src_mask = null, tgt_mask = null, memory_mask = null] = masks as Mask[]
    const [src_key_padding_mask = null, tgt_key_padding_mask = null, memory_key_padding_mask = null] = masks.slice(
      3,
    ) as Mask[]
    const [is_causal = null, tgt_is_causal = null, memory_is_causal = false] = masks.slice(6) as (boolean | null)[]
    const batch = this.batch_first ? 0 : 1
    if (src.ndim === 3 && src.size(batch) !== tgt.size(batch)) {
      throw new torch.RuntimeError('the batch number of src and tgt must be equal')
    }
    if (src.size(-1) !== this.d_model || tgt.size(-1) !== this.d_model) {
      throw new torch.RuntimeError('the feature number of src and tgt must be equal to d_model')
    }
    const decoderMasks = {
      tgt_mask,
      memory_mask,
      tgt_key_padding_mask,
      memory_key_padding_mask,
      memory_is_causal: memory_is_causal === true,
    }
    return forwardOf(this, () => {
      const memory = this.encoder(src, { mask: src_mask, src_key_padding_mask, is_causal })
      return this.decoder(tgt, memory, tgt_is_causal === null ? decoderMasks : { ...decoderMasks, tgt_is_causal })
    })
  }
}
