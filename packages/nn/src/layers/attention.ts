import type { DeviceName, DType, Tensor } from '@chainrule/core'
import * as torch from '@chainrule/core'
import { bindLayer, type Call as CallOf, type LayerArguments } from '../arguments.ts'
import { attentionScores } from '../functional/attention.ts'
import { dropout } from '../functional/dropout.ts'
import { linear } from '../functional/linear.ts'
import { xavier_normal_, xavier_uniform_, zeros_ } from '../init/index.ts'
import { forwardOf } from '../module/keeps-nothing.ts'
import { declareParameters } from '../module/members.ts'
import { Module } from '../module/module.ts'
import { Parameter } from '../module/parameter.ts'
import { checkAttention } from './attention-checks.ts'
import { Linear, place } from './linear.ts'

/** What `MultiheadAttention` takes by name. */
export interface MultiheadAttentionOptions {
  /** Of attention weights, in training. */
  readonly dropout?: number
  readonly bias?: boolean
  /** Learn a key and a value that every query may look at, after the others. */
  readonly add_bias_kv?: boolean
  /** Let every query look at a key and a value of zeros, after the others. */
  readonly add_zero_attn?: boolean
  /** Widths of keys and values, where they are not `embed_dim`. */
  readonly kdim?: number | null
  readonly vdim?: number | null
  /** Inputs are `[N, L, E]` and not `[L, N, E]`. */
  readonly batch_first?: boolean
  readonly device?: DeviceName | undefined
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

const defaults = {
  dropout: 0,
  bias: true,
  add_bias_kv: false,
  add_zero_attn: false,
  kdim: null as number | null,
  vdim: null as number | null,
  batch_first: false,
  ...place,
}

/** PyTorch's name of the last projection, which its text shows. */
class NonDynamicallyQuantizableLinear extends Linear {}

type Call = [query: Tensor, key: Tensor, value: Tensor, ...options: LayerArguments<MultiheadAttentionCall>]
/** The same, bound. */
type Bound = [
  query: Tensor,
  key: Tensor,
  value: Tensor,
  key_padding_mask?: Tensor | null,
  need_weights?: boolean,
  attn_mask?: Tensor | null,
  average_attn_weights?: boolean,
  is_causal?: boolean,
]

/**
 * Attention of several heads at once, each on a part of the width (Vaswani et al. 2017). Gives the output and the weights.
 *
 * @example
 * const [output, weights] = new nn.MultiheadAttention(8, 2, { batch_first: true })(x, x, x)
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MultiheadAttention.html
 */
export class MultiheadAttention extends Module<Call, [output: Tensor, weights: Tensor | null]> {
  static readonly keepsNothing = true
  static override readonly _signatures = {
    forward: [
      'Tensor query',
      'Tensor key',
      'Tensor value',
      null,
      'Tensor? key_padding_mask',
      'bool need_weights',
      'Tensor? attn_mask',
      'bool average_attn_weights',
      'bool is_causal',
    ],
  }
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
  /** `[1, 1, embed_dim]`, with `add_bias_kv`. */
  bias_k: Parameter | null
  bias_v: Parameter | null
  readonly add_zero_attn: boolean
  out_proj: Linear

  constructor(
    ...args: CallOf<
      ['embed_dim', 'num_heads'],
      [embed_dim: number, num_heads: number],
      MultiheadAttentionOptions,
      LayerArguments<MultiheadAttentionOptions>
    >
  ) {
    super()
    const bound = bindLayer<typeof defaults, { readonly embed_dim: number; readonly num_heads: number }>(
      'MultiheadAttention',
      defaults,
      args,
      ['embed_dim', 'num_heads'],
    )
    const { embed_dim, num_heads, dropout, bias, add_bias_kv, add_zero_attn, kdim, vdim, batch_first } = bound
    const { device, dtype } = bound
    if (embed_dim <= 0 || num_heads <= 0) {
      throw new torch.ValueError(
        `embed_dim and num_heads must be greater than 0, got embed_dim=${embed_dim} and num_heads=${num_heads} instead`,
      )
    }
    if (embed_dim % num_heads !== 0) throw new torch.AssertionError('embed_dim must be divisible by num_heads')
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
    this.bias_k = add_bias_kv ? make(1, 1, embed_dim) : null
    this.bias_v = add_bias_kv ? make(1, 1, embed_dim) : null
    declareParameters(this, 'in_proj_weight', 'q_proj_weight', 'k_proj_weight', 'v_proj_weight')
    declareParameters(this, 'in_proj_bias', 'bias_k', 'bias_v')
    this.add_zero_attn = add_zero_attn
    this.out_proj = new NonDynamicallyQuantizableLinear(embed_dim, embed_dim, { bias, device, dtype })
    for (const weight of [this.in_proj_weight, this.q_proj_weight, this.k_proj_weight, this.v_proj_weight]) {
      if (weight !== null) xavier_uniform_(weight)
    }
    if (this.in_proj_bias !== null) zeros_(this.in_proj_bias)
    if (this.out_proj.bias !== null) zeros_(this.out_proj.bias)
    for (const extra of [this.bias_k, this.bias_v]) if (extra !== null) xavier_normal_(extra)
  }

  forward(...call: Call): [Tensor, Tensor | null] {
    return forwardOf(this, () => this._attend(call as Bound))
  }

  // Not #attend: copies have no private members.
  protected _attend(bound: Bound): [Tensor, Tensor | null] {
    const [query, key, value, key_padding_mask = null, need_weights = true, attn_mask = null] = bound
    const [average_attn_weights = true, is_causal = false] = bound.slice(6) as boolean[]
    if (is_causal && attn_mask === null) {
      throw new torch.RuntimeError('Need attn_mask if specifying the is_causal hint.')
    }
    checkAttention(this, query, key, value, key_padding_mask, attn_mask)
    const isBatched = query.ndim === 3
    // All as [N, L, E].
    const batched = (x: Tensor): Tensor => (!isBatched ? x.unsqueeze(0) : this.batch_first ? x : x.transpose(0, 1))
    const [q, ...known] =
      query === key && key === value && this.in_proj_weight !== null
        ? (linear(batched(query), this.in_proj_weight, this.in_proj_bias).chunk(3, -1) as [Tensor, Tensor, Tensor])
        : this._project(batched(query), batched(key), batched(value))
    const [samples, queries] = [q.size(0), q.size(1)]
    const [k, v] = [this.bias_k, this.bias_v].map((extra, i) => {
      const x = known[i] as Tensor
      return extra === null ? x : torch.cat([x, extra.expand(samples, 1, this.embed_dim)], 1)
    }) as [Tensor, Tensor]
    const width = this.embed_dim / this.num_heads
    // [N, L, E] → [N · heads, L, E / heads]
    const split = (x: Tensor): Tensor =>
      x
        .reshape(samples, x.size(1), this.num_heads, width)
        .transpose(1, 2)
        .reshape(samples * this.num_heads, x.size(1), width)
    const withZeros = (x: Tensor): Tensor => (this.add_zero_attn ? torch.pad(x, [0, 0, 0, 1]) : x)
    const extra = k.size(1) - known[0].size(1) + Number(this.add_zero_attn)
    const widened = (x: Tensor | null): Tensor | null => (x === null || extra === 0 ? x : torch.pad(x, [0, extra]))
    const mask = mergeMasks(widened(attn_mask), widened(key_padding_mask), samples, this.num_heads)
    const scores = attentionScores(split(q).div(Math.sqrt(width)), withZeros(split(k)), mask)
    // A query that may look at nothing: zeros, or NaN in weights that are shown, as in PyTorch.
    const weights = need_weights ? scores.softmax(-1) : torch._safe_softmax(scores, -1)
    const kept = dropout(weights, { p: this.dropout, training: this.training })
    const heads = kept.matmul(withZeros(split(v))).reshape(samples, this.num_heads, queries, width)
    // As PyTorch, which has the sequence first inside: [L · N, E].
    const joined = heads.permute(2, 0, 1, 3).reshape(queries * samples, this.embed_dim)
    const out = this.out_proj(joined).view(queries, samples, this.embed_dim)
    const output = !isBatched ? out.squeeze(1) : this.batch_first ? out.transpose(1, 0) : out
    if (!need_weights) return [output, null]
    const shown = kept.reshape(samples, this.num_heads, queries, kept.size(-1))
    const perSample = average_attn_weights ? shown.mean(1) : shown
    return [output, isBatched ? perSample : perSample.squeeze(0)]
  }

  /** Queries, keys and values in the width of the layer. */
  protected _project(query: Tensor, key: Tensor, value: Tensor): [Tensor, Tensor, Tensor] {
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
  const keys = added(padding).reshape(samples, 1, 1, padding.size(-1)).expand(samples, heads, 1, padding.size(-1))
  const perHead = keys.reshape(samples * heads, 1, padding.size(-1))
  return attention === null ? perHead : perHead.add(added(attention))
}
