import type { DType, Tensor } from '@chainrule/core'
import * as torch from '@chainrule/core'
import { embedding } from '../functional/embedding.ts'
import { normal_ } from '../init/index.ts'
import { Module } from '../module/module.ts'
import { Parameter } from '../module/parameter.ts'

/** What `Embedding` takes by name. */
export interface EmbeddingLayerOptions {
  /** A row of zeros that is not learned. */
  readonly padding_idx?: number | null
  /** Rows that are read are first shortened to at most this norm. */
  readonly max_norm?: number | null
  readonly norm_type?: number
  readonly device?: string | undefined
  readonly dtype?: DType | undefined
}

/** A table of vectors, read by index: `[…]` of int32 → `[…, embedding_dim]`. */
export class Embedding extends Module {
  static readonly keepsNothing = true
  readonly num_embeddings: number
  readonly embedding_dim: number
  readonly padding_idx: number | null
  readonly max_norm: number | null
  readonly norm_type: number
  /** `[num_embeddings, embedding_dim]` */
  weight: Parameter

  constructor(num_embeddings: number, embedding_dim: number, options: EmbeddingLayerOptions = {}) {
    super()
    const { padding_idx = null, max_norm = null, norm_type = 2, device, dtype } = options
    if (padding_idx !== null && (padding_idx >= num_embeddings || padding_idx < -num_embeddings)) {
      throw new torch.ValueError(`Padding_idx must be within num_embeddings (got ${padding_idx}, ${num_embeddings})`)
    }
    this.num_embeddings = num_embeddings
    this.embedding_dim = embedding_dim
    this.padding_idx = padding_idx !== null && padding_idx < 0 ? padding_idx + num_embeddings : padding_idx
    this.max_norm = max_norm
    this.norm_type = norm_type
    this.weight = new Parameter(torch.empty([num_embeddings, embedding_dim], { device, dtype }))
    this.reset_parameters()
  }

  /** A layer with given vectors, which are not learned unless `freeze` is false. */
  static from_pretrained(
    embeddings: Tensor,
    { freeze = true, ...options }: EmbeddingLayerOptions & { readonly freeze?: boolean } = {},
  ): Embedding {
    const layer = new Embedding(embeddings.size(0), embeddings.size(1), options)
    layer.weight = new Parameter(embeddings, !freeze)
    return layer
  }

  /** Draws new vectors from the normal distribution. */
  reset_parameters(): void {
    normal_(this.weight)
    const { padding_idx } = this
    if (padding_idx !== null) torch.no_grad(() => this.weight.select(0, padding_idx).fill_(0))
  }

  forward(input: Tensor): Tensor {
    const { padding_idx, max_norm, norm_type } = this
    return embedding(input, this.weight, { padding_idx, max_norm, norm_type })
  }

  override extra_repr(): string {
    const { num_embeddings, embedding_dim, padding_idx, max_norm, norm_type } = this
    const parts = [String(num_embeddings), String(embedding_dim)]
    if (padding_idx !== null) parts.push(`padding_idx=${padding_idx}`)
    if (max_norm !== null) parts.push(`max_norm=${torch.repr(max_norm, { float: true })}`)
    if (norm_type !== 2) parts.push(`norm_type=${torch.repr(norm_type, { float: true })}`)
    return parts.join(', ')
  }
}
