import type { DType, Tensor } from '@chainrule/core'
import * as torch from '@chainrule/core'
import { attentionWeights } from '../functional/attention.ts'
import { dropout } from '../functional/dropout.ts'
import { linear } from '../functional/linear.ts'
import { xavier_uniform_, zeros_ } from '../init/index.ts'
import { forwardOf } from '../module/keeps-nothing.ts'
import { Module } from '../module/module.ts'
import { Parameter } from '../module/parameter.ts'
import { Linear } from './linear.ts'

/** What `MultiheadAttention` takes by name. */
export interface MultiheadAttentionOptions {
  /** Of attention weights, in training. */
  readonly dropout?: number
  readonly bias?: boolean
  /** Widths of keys and values, where they are not `embed_dim`. */
  readonly kdim?: number | null
  readonly vdim?: number | null
  /** Inputs are `[N, L, E]` and not `[L, N, E]`. */
  readonly batch_first?: boolean
  readonly device?: string | undefined
  readonly dtype?: DType | undefined
}

/** What its `forward` takes by name. */
export interface MultiheadAttentionCall {
  /** `[N, S]`: true (or -∞) for keys that nobody looks at. */
  readonly key_padding_mask?: Tensor | null
  /** Return the attention weights too. */
  readonly need_weights?: boolean
  /** `[L, S]` or `[N · heads, L, S]`: true where a query may not look, or numbers that are added to the scores. */
  readonly attn_mask?: Tensor | null
  /** The mean of the weights over the heads, rather than each head's. */
  readonly average_attn_weights?: boolean
  /** A promise that `attn_mask`, which has to be given too, lets no query look at a later key. */
  readonly is_causal?: boolean
}

/** PyTorch's name of the last projection, which its text shows. */
class NonDynamicallyQuantizableLinear extends Linear {}

type Call = [query: Tensor, key: Tensor, value: Tensor, options?: MultiheadAttentionCall]

/**
 * Attention of several heads at once, each on a part of the width (Vaswani et al. 2017). Gives the output and the weights.
 *
 * @example
 * const [output, weights] = new nn.MultiheadAttention(8, 2, { batch_first: true }).forward(x, x, x)
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MultiheadAttention.html
 */
export class MultiheadAttention extends Module<Call, [output: Tensor, weights: Tensor | null]> {
  static readonly keepsNothing = true
  readonly embed_dim: number
  readonly num_heads: number
  readonly dropout: number
  readonly batch_first: boolean
  /** `[3 · embed_dim, embed_dim]`, for queries, keys and values; `null` where their widths differ. */
  in_proj_weight: Parameter | null
  q_proj_weight: Parameter | null
  k_proj_weight: Parameter | null
  v_proj_weight: Parameter | null
  in_proj_bias: Parameter | null
  out_proj: Linear

  constructor(embed_dim: number, num_heads: number, options: MultiheadAttentionOptions = {}) {
    super()
    const { dropout = 0, bias = true, kdim, vdim, batch_first = false, device, dtype } = options
    if (embed_dim <= 0 || num_heads <= 0) {
      throw new torch.ValueError(
        `embed_dim and num_heads must be greater than 0, got embed_dim=${embed_dim} and num_heads=${num_heads} instead`,
      )
    }
    if (embed_dim % num_heads !== 0) throw new torch.ValueError('embed_dim must be divisible by num_heads')
    this.embed_dim = embed_dim
    this.num_heads = num_heads
    this.dropout = dropout
    this.batch_first = batch_first
    const make = (...shape: number[]): Parameter => new Parameter(torch.empty(shape, { device, dtype }))
    const [keys, values] = [kdim ?? embed_dim, vdim ?? embed_dim]
    const isOne = keys === embed_dim && values === embed_dim
    this.in_proj_weight = isOne ? make(3 * embed_dim, embed_dim) : null
    this.q_proj_weight = isOne ? null : make(embed_dim, embed_dim)
    this.k_proj_weight = isOne ? null : make(embed_dim, keys)
    this.v_proj_weight = isOne ? null : make(embed_dim, values)
    this.in_proj_bias = bias ? make(3 * embed_dim) : null
    this.out_proj = new NonDynamicallyQuantizableLinear(embed_dim, embed_dim, { bias, device, dtype })
    for (const weight of [this.in_proj_weight, this.q_proj_weight, this.k_proj_weight, this.v_proj_weight]) {
      if (weight !== null) xavier_uniform_(weight)
    }
    if (this.in_proj_bias !== null) zeros_(this.in_proj_bias)
    if (this.out_proj.bias !== null) zeros_(this.out_proj.bias)
  }

  forward(...call: Call): [Tensor, Tensor | null] {
    return forwardOf(this, () => this.#attend(...call))
  }

  #attend(...[query, key, value, options = {}]: Call): [Tensor, Tensor | null] {
    const { key_padding_mask = null, need_weights = true, attn_mask = null } = options
    const { average_attn_weights = true, is_causal = false } = options
    if (is_causal && attn_mask === null) {
      throw new torch.RuntimeError('Need attn_mask if specifying the is_causal hint.')
    }
    const isBatched = query.ndim === 3
    if (query.ndim !== 2 && !isBatched) {
      throw new torch.RuntimeError(
        `query should be unbatched 2D or batched 3D tensor but received ${query.ndim}-D query tensor`,
      )
    }
    // All as [N, L, E].
    const batched = (x: Tensor): Tensor => (!isBatched ? x.unsqueeze(0) : this.batch_first ? x : x.transpose(0, 1))
    const [q, k, v] =
      query === key && key === value && this.in_proj_weight !== null
        ? (linear(batched(query), this.in_proj_weight, this.in_proj_bias).chunk(3, -1) as [Tensor, Tensor, Tensor])
        : this.#project(batched(query), batched(key), batched(value))
    const [samples, queries] = [q.size(0), q.size(1)]
    const width = this.embed_dim / this.num_heads
    // [N, L, E] → [N · heads, L, E / heads]
    const split = (x: Tensor): Tensor =>
      x
        .reshape(samples, -1, this.num_heads, width)
        .transpose(1, 2)
        .reshape(samples * this.num_heads, -1, width)
    const mask = mergeMasks(attn_mask, key_padding_mask, samples, this.num_heads)
    const weights = attentionWeights(split(q).div(Math.sqrt(width)), split(k), mask)
    const kept = dropout(weights, { p: this.dropout, training: this.training })
    const heads = kept.matmul(split(v)).reshape(samples, this.num_heads, queries, width)
    const joined = heads.transpose(1, 2).reshape(samples, queries, this.embed_dim)
    const out = this.out_proj.forward(joined)
    const output = !isBatched ? out.squeeze(0) : this.batch_first ? out : out.transpose(0, 1)
    if (!need_weights) return [output, null]
    const shown = kept.reshape(samples, this.num_heads, queries, -1)
    const perSample = average_attn_weights ? shown.mean(1) : shown
    return [output, isBatched ? perSample : perSample.squeeze(0)]
  }

  /** Queries, keys and values in the width of the layer. */
  #project(query: Tensor, key: Tensor, value: Tensor): [Tensor, Tensor, Tensor] {
    const biases = this.in_proj_bias?.chunk(3) ?? [null, null, null]
    const weights = this.in_proj_weight?.chunk(3) ?? [this.q_proj_weight, this.k_proj_weight, this.v_proj_weight]
    const project = (x: Tensor, i: number): Tensor => linear(x, weights[i] as Tensor, biases[i] ?? null)
    return [project(query, 0), project(key, 1), project(value, 2)]
  }
}

/** PyTorch's two masks as one that is added to the scores `[N · heads, L, S]`. */
function mergeMasks(attention: Tensor | null, padding: Tensor | null, samples: number, heads: number): Tensor | null {
  const added = (x: Tensor): Tensor =>
    x.dtype === torch.bool ? torch.zeros(x.shape, { device: x.device }).masked_fill(x, Number.NEGATIVE_INFINITY) : x
  if (padding === null) return attention === null ? null : added(attention)
  const keys = added(padding).reshape(samples, 1, 1, -1).expand(samples, heads, 1, padding.size(-1))
  const perHead = keys.reshape(samples * heads, 1, -1)
  return attention === null ? perHead : perHead.add(added(attention))
}
