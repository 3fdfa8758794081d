import * as torch from '@chainrule/core'
import { type DeviceName, type DType, signature, type Tensor } from '@chainrule/core'
import { bindLayer, type Call, type LayerArguments } from '../arguments.ts'
import { embedding } from '../functional/embedding.ts'
import { normal_ } from '../init/index.ts'
import { declareParameters } from '../module/members.ts'
import { Module } from '../module/module.ts'
import { Parameter } from '../module/parameter.ts'
import { place } from './linear.ts'

/** What `Embedding` takes by name. */
export interface EmbeddingLayerOptions {
  /** A row of zeros that is not learned. */
  readonly padding_idx?: number | null
  /** Rows that are read are first shortened to at most this norm. */
  readonly max_norm?: number | null
  readonly norm_type?: number
  /** Divide the gradient of a row by how often it was read. */
  readonly scale_grad_by_freq?: boolean
  /** Warns that it has no effect: gradients are dense. */
  readonly sparse?: boolean
  /** Vectors to start from. */
  readonly _weight?: Tensor | null
  /** The vectors are not learned. */
  readonly _freeze?: boolean
  readonly device?: DeviceName | undefined
  readonly dtype?: DType | undefined
}

const defaults = {
  padding_idx: null as number | null,
  max_norm: null as number | null,
  norm_type: 2,
  scale_grad_by_freq: false,
  sparse: false,
  _weight: null as Tensor | null,
  _freeze: false,
  ...place,
}

/** A table of vectors, read by index: `[…]` of int32 → `[…, embedding_dim]`. */
export class Embedding extends Module {
  static readonly keepsNothing = 'leaf'
  static override readonly _signatures = { forward: ['Tensor input'] }
  readonly num_embeddings: number
  readonly embedding_dim: number
  readonly padding_idx: number | null
  readonly max_norm: number | null
  readonly norm_type: number
  readonly scale_grad_by_freq: boolean
  readonly sparse: boolean
  /** `[num_embeddings, embedding_dim]` */
  weight: Parameter

  constructor(
    ...args: Call<
      ['num_embeddings', 'embedding_dim'],
      [num_embeddings: number, embedding_dim: number],
      EmbeddingLayerOptions,
      LayerArguments<EmbeddingLayerOptions>
    >
  ) {
    super()
    const bound = bindLayer<typeof defaults, { readonly num_embeddings: number; readonly embedding_dim: number }>(
      'Embedding',
      defaults,
      args,
      ['num_embeddings', 'embedding_dim'],
    )
    const { num_embeddings, embedding_dim, padding_idx, _weight, device, dtype } = bound
    if (padding_idx !== null && (padding_idx >= num_embeddings || padding_idx < -num_embeddings)) {
      throw new torch.ValueError(`Padding_idx must be within num_embeddings (got ${padding_idx}, ${num_embeddings})`)
    }
    this.num_embeddings = num_embeddings
    this.embedding_dim = embedding_dim
    this.padding_idx = padding_idx !== null && padding_idx < 0 ? padding_idx + num_embeddings : padding_idx
    this.max_norm = bound.max_norm
    this.norm_type = bound.norm_type
    this.scale_grad_by_freq = bound.scale_grad_by_freq
    this.sparse = bound.sparse
    checkVectors(_weight, num_embeddings, embedding_dim)
    this.weight = new Parameter(
      _weight ?? torch.empty([num_embeddings, embedding_dim], { device, dtype }),
      !bound._freeze,
    )
    declareParameters(this, 'weight')
    if (_weight === null) this.reset_parameters()
  }

  /** A layer with given vectors, which are not learned unless `freeze` is false. */
  static from_pretrained(
    embeddings: Tensor,
    freeze?: boolean | (EmbeddingLayerOptions & { readonly freeze?: boolean }),
    options?: EmbeddingLayerOptions,
  ): Embedding
  static from_pretrained(...args: [Tensor]): Embedding {
    return pretrained(...args)
  }

  /** Draws new vectors from the normal distribution. */
  reset_parameters(): void {
    normal_(this.weight)
    const { padding_idx } = this
    if (padding_idx !== null) torch.no_grad(() => this.weight.select(0, padding_idx).fill_(0))
  }

  forward(input: Tensor): Tensor {
    const { padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse } = this
    return embedding(input, this.weight, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse)
  }

  override extra_repr(): string {
    const { num_embeddings, embedding_dim, padding_idx, max_norm, norm_type } = this
    const parts = [String(num_embeddings), String(embedding_dim)]
    if (padding_idx !== null) parts.push(`padding_idx=${padding_idx}`)
    if (max_norm !== null) parts.push(`max_norm=${torch.repr(max_norm, { float: true })}`)
    if (norm_type !== 2) parts.push(`norm_type=${torch.repr(norm_type, { float: true })}`)
    if (this.scale_grad_by_freq) parts.push('scale_grad_by_freq=True')
    if (this.sparse) parts.push('sparse=True')
    return parts.join(', ')
  }
}

/** Vectors to start from are a table of the layer's size. */
export function checkVectors(vectors: Tensor | null, count: number, width: number): void {
  if (vectors === null || (vectors.ndim === 2 && vectors.size(0) === count && vectors.size(1) === width)) return
  throw new torch.AssertionError('Shape of weight does not match num_embeddings and embedding_dim')
}

/** The number of vectors in a table, and their length. */
export function sizeOfTable(embeddings: Tensor): [num_embeddings: number, embedding_dim: number] {
  if (embeddings.ndim !== 2) throw new torch.AssertionError('Embeddings parameter is expected to be 2-dimensional')
  return [embeddings.size(0), embeddings.size(1)]
}

const pretrained = signature(
  'Embedding.from_pretrained',
  [
    'Tensor embeddings',
    'bool freeze',
    'int? padding_idx',
    'float? max_norm',
    'float norm_type',
    'bool scale_grad_by_freq',
    'bool sparse',
  ],
  (
    embeddings: Tensor,
    freeze = true,
    padding_idx: number | null = null,
    max_norm: number | null = null,
    norm_type = 2,
    scale_grad_by_freq = false,
    sparse = false,
  ): Embedding => {
    const options = {
      padding_idx,
      max_norm,
      norm_type,
      scale_grad_by_freq,
      sparse,
      _weight: embeddings,
      _freeze: freeze,
    }
    return new Embedding(...sizeOfTable(embeddings), options)
  },
  'python',
)
