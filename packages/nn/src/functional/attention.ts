import { _safe_softmax, bool, float32, ones, RuntimeError, signature, type Tensor } from '@chainrule/core'
import { dropout } from './dropout.ts'

/** What `scaled_dot_product_attention` takes by name only. */
export interface AttentionOptions {
  /** Multiplies the scores; `1 / √E` where left out. */
  readonly scale?: number | null
}

/**
 * `softmax(Q Kᵀ / √E) V`: `[…, L, E], […, S, E], […, S, V] → […, L, V]` (Vaswani et al. 2017). A query that may look at
 * nothing gets zeros.
 *
 * @param attn_mask true where a key may be looked at, or numbers that are added to the scores; broadcasts to `[…, L, S]`.
 * @param is_causal no query looks at a key after it.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html
 */
export const scaled_dot_product_attention = signature(
  'scaled_dot_product_attention',
  [
    'Tensor query',
    'Tensor key',
    'Tensor value',
    'Tensor? attn_mask',
    'float dropout_p',
    'bool is_causal',
    '*',
    'float? scale',
  ],
  (
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | null = null,
    dropout_p = 0,
    is_causal = false,
    { scale = null }: AttentionOptions = {},
  ): Tensor => {
    checkInputs(query, key, value, attn_mask)
    if (is_causal && attn_mask !== null) {
      throw new RuntimeError('_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True')
    }
    const factor = scale ?? 1 / Math.sqrt(query.size(-1))
    const mask = is_causal ? causalMask(query, key) : attn_mask
    return dropout(_safe_softmax(attentionScores(query.mul(factor), key, mask), -1), dropout_p).matmul(value)
  },
)

/** What the products refuse too, before anything was drawn. */
function checkInputs(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | null): void {
  const word = ({ dtype }: Tensor): string =>
    dtype.scalarName === 'Byte' ? 'unsigned char' : dtype.scalarName.toLowerCase()
  if (query.dtype !== key.dtype || query.dtype !== value.dtype) {
    throw new RuntimeError(
      `Expected query, key, and value to have the same dtype, but got query.dtype: ${word(query)} key.dtype: ${word(key)} ` +
        `and value.dtype: ${word(value)} instead.`,
    )
  }
  if (query.ndim < 2 || key.ndim < 2 || value.ndim < 2) {
    throw new RuntimeError(
      `Expected query, key, and value to all be  at least 2 dimensional, but got query.dim: ${query.ndim} key.dim: ` +
        `${key.ndim} and value.dim: ${value.ndim} instead.`,
    )
  }
  if (mask === null || mask.dtype === bool || mask.dtype === float32 || mask.dtype === query.dtype) return
  throw new RuntimeError(
    `Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: ${word(mask)} and  ` +
      `query.dtype: ${word(query)} instead.`,
  )
}

/** Where a key is not after the query. */
const causalMask = (query: Tensor, key: Tensor): Tensor =>
  ones([query.size(-2), key.size(-2)], { device: query.device })
    .tril()
    .to(bool)

/** `Q Kᵀ + mask`; a mask of truth values is true where a key may be looked at. */
export function attentionScores(query: Tensor, key: Tensor, mask: Tensor | null): Tensor {
  const scores = query.matmul(key.transpose(-2, -1))
  if (mask === null) return scores
  return mask.dtype === bool ? scores.masked_fill(mask.logical_not(), Number.NEGATIVE_INFINITY) : scores.add(mask)
}
