import * as torch from '@chainrule/core'
import { type DeviceName, type DType, signature, type Tensor } from '@chainrule/core'
import { bindLayer, type Call, type LayerArguments } from '../arguments.ts'
import { type BagMode, embedding_bag } from '../functional/embedding-bag.ts'
import { normal_ } from '../init/index.ts'
import { declareParameters } from '../module/members.ts'
import { Module } from '../module/module.ts'
import { Parameter } from '../module/parameter.ts'
import { checkVectors, sizeOfTable } from './embedding.ts'
import { place } from './linear.ts'

/** What `EmbeddingBag` takes by name. */
export interface EmbeddingBagLayerOptions {
  /** Rows that are read are first shortened to at most this norm. */
  readonly max_norm?: number | null
  readonly norm_type?: number
  /** Divide the gradient of a row by how often it was read. */
  readonly scale_grad_by_freq?: boolean
  readonly mode?: BagMode
  /** Warns that it has no effect: gradients are dense. */
  readonly sparse?: boolean
  /** Vectors to start from. */
  readonly _weight?: Tensor | null
  /** The last offset is where the last bag ends. */
  readonly include_last_offset?: boolean
  /** A row of zeros that counts for nothing and is not learned. */
  readonly padding_idx?: number | null
  readonly device?: DeviceName | undefined
  readonly dtype?: DType | undefined
}

const defaults = {
  max_norm: null as number | null,
  norm_type: 2,
  scale_grad_by_freq: false,
  mode: 'mean' as BagMode,
  sparse: false,
  _weight: null as Tensor | null,
  include_last_offset: false,
  padding_idx: null as number | null,
  ...place,
}

/** A table of vectors, of which bags are summed, averaged, or their maxima taken: `[B, N]` → `[B, embedding_dim]`. */
export class EmbeddingBag extends Module<[input: Tensor, offsets?: Tensor | null, per_sample_weights?: Tensor | null]> {
  static readonly keepsNothing = 'leaf'
  static override readonly _signatures = {
    forward: ['Tensor input', null, 'Tensor? offsets', 'Tensor? per_sample_weights'],
  }
  readonly num_embeddings: number
  readonly embedding_dim: number
  readonly max_norm: number | null
  readonly norm_type: number
  readonly scale_grad_by_freq: boolean
  readonly mode: BagMode
  readonly sparse: boolean
  readonly include_last_offset: boolean
  readonly padding_idx: number | null
  /** `[num_embeddings, embedding_dim]` */
  weight: Parameter

  constructor(
    ...args: Call<
      ['num_embeddings', 'embedding_dim'],
      [num_embeddings: number, embedding_dim: number],
      EmbeddingBagLayerOptions,
      LayerArguments<EmbeddingBagLayerOptions>
    >
  ) {
    super()
    const bound = bindLayer<typeof defaults, { readonly num_embeddings: number; readonly embedding_dim: number }>(
      'EmbeddingBag',
      defaults,
      args,
      ['num_embeddings', 'embedding_dim'],
    )
    const { num_embeddings, embedding_dim, padding_idx, device, dtype } = bound
    if (padding_idx !== null && (padding_idx >= num_embeddings || padding_idx < -num_embeddings)) {
      throw new torch.ValueError('padding_idx must be within num_embeddings')
    }
    this.num_embeddings = num_embeddings
    this.embedding_dim = embedding_dim
    this.max_norm = bound.max_norm
    this.norm_type = bound.norm_type
    this.scale_grad_by_freq = bound.scale_grad_by_freq
    this.mode = bound.mode
    this.sparse = bound.sparse
    checkVectors(bound._weight, num_embeddings, embedding_dim)
    this.include_last_offset = bound.include_last_offset
    this.padding_idx = padding_idx !== null && padding_idx < 0 ? padding_idx + num_embeddings : padding_idx
    this.weight = new Parameter(bound._weight ?? torch.empty([num_embeddings, embedding_dim], { device, dtype }))
    declareParameters(this, 'weight')
    if (bound._weight === null) this.reset_parameters()
  }

  /** A layer with given vectors, which are not learned unless `freeze` is false. */
  static from_pretrained(
    embeddings: Tensor,
    freeze?: boolean | (EmbeddingBagLayerOptions & { readonly freeze?: boolean }),
    options?: EmbeddingBagLayerOptions,
  ): EmbeddingBag
  static from_pretrained(...args: [Tensor]): EmbeddingBag {
    return pretrained(...args)
  }

  /** Draws new vectors from the normal distribution. */
  reset_parameters(): void {
    normal_(this.weight)
    const { padding_idx } = this
    if (padding_idx !== null) torch.no_grad(() => this.weight.select(0, padding_idx).fill_(0))
  }

  forward(input: Tensor, offsets: Tensor | null = null, per_sample_weights: Tensor | null = null): Tensor {
    const { weight, max_norm, norm_type, scale_grad_by_freq, mode, sparse, include_last_offset, padding_idx } = this
    const lookUp = [max_norm, norm_type, scale_grad_by_freq, mode, sparse] as const
    return embedding_bag(input, weight, offsets, ...lookUp, per_sample_weights, include_last_offset, padding_idx)
  }

  override extra_repr(): string {
    const { num_embeddings, embedding_dim, max_norm, norm_type, scale_grad_by_freq, mode, padding_idx } = this
    const parts = [String(num_embeddings), String(embedding_dim)]
    if (max_norm !== null) parts.push(`max_norm=${torch.repr(max_norm, { float: true })}`)
    if (norm_type !== 2) parts.push(`norm_type=${torch.repr(norm_type, { float: true })}`)
    if (scale_grad_by_freq) parts.push('scale_grad_by_freq=True')
    parts.push(`mode='${mode}'`)
    if (padding_idx !== null) parts.push(`padding_idx=${padding_idx}`)
    return parts.join(', ')
  }
}

const pretrained = signature(
  'EmbeddingBag.from_pretrained',
  [
    'Tensor embeddings',
    'bool freeze',
    'float? max_norm',
    'float norm_type',
    'bool scale_grad_by_freq',
    'str mode',
    'bool sparse',
    'bool include_last_offset',
    'int? padding_idx',
  ],
  (
    embeddings: Tensor,
    freeze = true,
    max_norm: number | null = null,
    norm_type = 2,
    scale_grad_by_freq = false,
    mode: BagMode = 'mean',
    sparse = false,
    include_last_offset = false,
    padding_idx: number | null = null,
  ): EmbeddingBag => {
    const options = { max_norm, norm_type, scale_grad_by_freq, mode, sparse, include_last_offset, padding_idx }
    const layer = new EmbeddingBag(...sizeOfTable(embeddings), { ...options, _weight: embeddings })
    layer.weight.requires_grad_(!freeze)
    return layer
  },
  'python',
)
