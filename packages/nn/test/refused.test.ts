/** What is refused is refused before anything changed. */
import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'
import { describe, expect, it } from 'vitest'

const { float64 } = torch
const F = nn.functional

describe('scaled_dot_product_attention', () => {
  const x = torch.ones([2, 3])
  const wide = torch.ones([2, 3], { dtype: float64 })
  const row = torch.ones([3])
  const refused: Readonly<Record<string, readonly [() => unknown, string]>> = {
    'a mask of another dtype': [
      () =>
        F.scaled_dot_product_attention(x, x, x, { attn_mask: torch.ones([2, 2], { dtype: float64 }), dropout_p: 0.5 }),
      'Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: double and  query.dtype: float instead.',
    ],
    'values of another dtype': [
      () => F.scaled_dot_product_attention(x, x, wide, { dropout_p: 0.5 }),
      'Expected query, key, and value to have the same dtype, but got query.dtype: float key.dtype: float and value.dtype: double instead.',
    ],
    'a vector': [
      () => F.scaled_dot_product_attention(x, x, row, { dropout_p: 0.5 }),
      'Expected query, key, and value to all be  at least 2 dimensional, but got query.dim: 2 key.dim: 2 and value.dim: 1 instead.',
    ],
  }
  it.each(Object.entries(refused))('%s', (_, [call, message]) => {
    const before = torch.get_rng_state()
    expect(call).toThrow(new torch.RuntimeError(message))
    expect(torch.get_rng_state()).toEqual(before)
  })
})

describe('embedding_bag', () => {
  const weight = () => torch.arange(6).to(torch.float32).reshape(3, 2)
  const input = torch.tensor([0, 2, 1], { dtype: torch.int32 })
  const offsets = (...values: number[]) => torch.tensor(values, { dtype: torch.int32 })

  it.each([
    [[0, 2], [[4, 6]]],
    [[0, 3], [[6, 9]]],
    [
      [0, 1, 2],
      [
        [0, 1],
        [4, 5],
      ],
    ],
  ])('leaves out what comes after the last offset, %j', (given, expected) => {
    const options = { offsets: offsets(...given), mode: 'sum', include_last_offset: true } as const
    expect(F.embedding_bag(input, weight(), options).tolist()).toEqual(expected)
  })

  it('does not shorten rows before it has looked at the offsets', () => {
    const w = weight()
    expect(() => F.embedding_bag(input, w, { offsets: offsets(0, -7, 2), max_norm: 1 })).toThrow(torch.IndexError)
    expect(w.tolist()).toEqual(weight().tolist())
  })
})
