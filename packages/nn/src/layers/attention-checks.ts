import { AssertionError, bool, RuntimeError, type Shape, type Tensor, warnings } from '@chainrule/core'
import { size } from '../text.ts'

/** What the checks need to know of a layer. */
interface Attention {
  readonly embed_dim: number
  readonly num_heads: number
  readonly batch_first: boolean
  readonly in_proj_weight: Tensor | null
  readonly k_proj_weight: Tensor | null
  readonly v_proj_weight: Tensor | null
}

/**
 * Checks what `MultiheadAttention` is called with, in the order of PyTorch.
 *
 * @throws AssertionError, RuntimeError with PyTorch's texts.
 */
export function checkAttention(
  layer: Attention,
  query: Tensor,
  key: Tensor,
  value: Tensor,
  key_padding_mask: Tensor | null,
  attn_mask: Tensor | null,
): void {
  checkRanks(layer, query, key, value, key_padding_mask, attn_mask)
  // As PyTorch sees them: [L, N, E].
  const seen = ({ shape }: Tensor): Shape => {
    const [first = 1, second = 1, width = 1] = shape
    if (shape.length === 2) return [first, 1, second]
    return layer.batch_first ? [second, first, width] : [first, second, width]
  }
  const [[length = 0, samples = 0, width = 0], keys, values] = [seen(query), seen(key), seen(value)]
  checkKind('key_padding_mask', key_padding_mask)
  if (key_padding_mask !== null && attn_mask !== null && key_padding_mask.dtype !== attn_mask.dtype) {
    warnings.warn(
      'Support for mismatched key_padding_mask and attn_mask is deprecated. Use same type for both instead.',
    )
  }
  checkKind('attn_mask', attn_mask)
  assert(width === layer.embed_dim, () => `was expecting embedding dimension of ${layer.embed_dim}, but got ${width}`)
  if (layer.in_proj_weight !== null) {
    assert(keys.join() === values.join(), () => `key shape ${size(keys)} does not match value shape ${size(values)}`)
    assert(keys[2] === width, () => `was expecting embedding dimension of ${width}, but got ${keys[2]}`)
  } else {
    const [a, b] = [keys.slice(0, 2), values.slice(0, 2)]
    assert(a.join() === b.join(), () => `key's sequence and batch dims ${size(a)} do not match value's ${size(b)}`)
    for (const [name, weight, shape] of [
      ['key', layer.k_proj_weight, keys],
      ['value', layer.v_proj_weight, values],
    ] as const) {
      if (weight === null || weight.size(1) === shape[2]) continue
      throw new RuntimeError(
        `mat1 and mat2 shapes cannot be multiplied (${(shape[0] ?? 0) * (shape[1] ?? 0)}x${shape[2]} and ` +
          `${weight.size(1)}x${weight.size(0)}): the width of ${name} is not the one that the layer was made for`,
      )
    }
  }
  if (keys[1] !== samples) {
    throw new RuntimeError(
      `MultiheadAttention: query has a batch of ${samples} and key one of ${keys[1]}; they have to be the same`,
    )
  }
  checkMaskShapes(layer, attn_mask, key_padding_mask, [length, samples, keys[0] ?? 0])
}

function checkRanks(
  { num_heads }: Attention,
  query: Tensor,
  key: Tensor,
  value: Tensor,
  padding: Tensor | null,
  mask: Tensor | null,
): void {
  const rank = query.ndim
  assert(
    rank === 2 || rank === 3,
    () => `query should be unbatched 2D or batched 3D tensor but received ${rank}-D query tensor`,
  )
  const kind = rank === 3 ? 'batched (3-D)' : 'unbatched (2-D)'
  assert(
    key.ndim === rank && value.ndim === rank,
    () =>
      `For ${kind} \`query\`, expected \`key\` and \`value\` to be ${rank}-D but found ${key.ndim}-D and ` +
      `${value.ndim}-D tensors respectively`,
  )
  assert(
    padding === null || padding.ndim === rank - 1,
    () =>
      `For ${kind} \`query\`, expected \`key_padding_mask\` to be \`None\` or ${rank - 1}-D but found ` +
      `${padding?.ndim}-D tensor instead`,
  )
  if (mask === null) return
  assert(
    mask.ndim === 2 || mask.ndim === 3,
    () =>
      `For ${kind} \`query\`, expected \`attn_mask\` to be \`None\`, 2-D or 3-D but found ${mask.ndim}-D tensor instead`,
  )
  if (rank === 3 || mask.ndim === 2) return
  const expected = [num_heads, query.size(0), key.size(0)]
  assert(
    mask.shape.join() === expected.join(),
    () => `Expected \`attn_mask\` shape to be (${expected.join(', ')}) but got ${size(mask.shape)}`,
  )
}

function checkKind(name: string, mask: Tensor | null): void {
  assert(
    mask === null || mask.dtype === bool || mask.is_floating_point(),
    () => `only bool and floating types of ${name} are supported`,
  )
}

function checkMaskShapes(
  { num_heads }: Attention,
  mask: Tensor | null,
  padding: Tensor | null,
  [length, samples, keys]: readonly [number, number, number],
): void {
  if (mask !== null) {
    const expected = mask.ndim === 2 ? [length, keys] : [samples * num_heads, length, keys]
    if (mask.shape.join() !== expected.join()) {
      throw new RuntimeError(
        `The shape of the ${mask.ndim}D attn_mask is ${size(mask.shape)}, but should be (${expected.join(', ')}).`,
      )
    }
  }
  if (padding === null) return
  const expected = padding.ndim === 1 ? [keys] : [samples, keys]
  assert(
    padding.shape.join() === expected.join(),
    () =>
      `expecting key_padding_mask shape of (${[samples, keys].join(', ')}), but got ` +
      size(padding.ndim === 1 ? [1, ...padding.shape] : padding.shape),
  )
}

function assert(holds: boolean, message: () => string): void {
  if (!holds) throw new AssertionError(message())
}
