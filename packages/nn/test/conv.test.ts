/** Convolution and pooling layers where PyTorch's numbers do not show it: mistakes, sizes that are asked for, indices. */
import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'
import { describe, expect, test } from 'vitest'

describe('convolutions refuse', () => {
  const strange = (options: object): object => options

  test.each([
    ['in_channels must be divisible by groups', () => new nn.Conv2d(3, 4, 3, { groups: 2 })],
    ['out_channels must be divisible by groups', () => new nn.Conv2d(4, 3, 3, { groups: 2 })],
    ['groups must be a positive integer', () => new nn.ConvTranspose1d(4, 3, 3, { groups: 0 })],
    [
      "padding='same' is not supported for strided convolutions",
      () => new nn.Conv2d(1, 1, 3, { padding: 'same', stride: [1, 2] }),
    ],
    [
      "Invalid padding string 'some', should be one of {'same', 'valid'}",
      () => new nn.Conv1d(1, 1, 3, strange({ padding: 'some' })),
    ],
    [
      "padding_mode must be one of {'zeros', 'reflect', 'replicate', 'circular'}, but got padding_mode='mirror'",
      () => new nn.Conv1d(1, 1, 3, strange({ padding_mode: 'mirror' })),
    ],
    [
      'Only "zeros" padding mode is supported for ConvTranspose2d',
      () => new nn.ConvTranspose2d(1, 1, 3, strange({ padding_mode: 'reflect' })),
    ],
  ])('%s', (text, make) => {
    expect(make).toThrow(new torch.ValueError(text))
  })

  test('an input of other channels', () => {
    expect(() => new nn.Conv1d(3, 4, 2)(torch.zeros(1, 2, 5))).toThrow(
      'Given groups=1, weight of size [4, 3, 2], expected input[1, 2, 5] to have 3 channels, but got 2 channels instead',
    )
  })

  test('options that they do not have', () => {
    expect(() => new nn.Conv2d(1, 1, 3, strange({ pad: 1 }))).toThrow(
      "Conv2d.__init__() got an unexpected keyword argument 'pad'",
    )
  })
})

describe('transposed convolutions to a size', () => {
  const up = new nn.ConvTranspose2d(2, 3, 3, { stride: 2, padding: 1 })
  const x = torch.zeros(1, 2, 4, 5)

  test('of those that convolve to the size of the input', () => {
    expect(up(x).shape).toEqual([1, 3, 7, 9])
    expect(up(x, [8, 9]).shape).toEqual([1, 3, 8, 9])
    expect(up(x.select(0, 0), [3, 7, 10]).shape).toEqual([3, 7, 10])
  })

  test('and to no other', () => {
    expect(() => up(x, [9, 9])).toThrow(
      new torch.ValueError(
        'requested an output size of [9, 9], but valid sizes range from [7, 9] to [8, 10] (for an input of ' +
          'torch.Size([4, 5]))',
      ),
    )
    expect(() => up(x, [8])).toThrow('ConvTranspose2D: for 4D input, output_size must have 2 or 4 elements (got 1)')
  })
})

describe('arguments', () => {
  test('by position, lists among them, or by name', () => {
    const text = 'Conv2d(1, 2, kernel_size=(3, 2), stride=(2, 1), padding=(1, 0))'
    expect(String(new nn.Conv2d(1, 2, [3, 2], [2, 1], [1, 0]))).toBe(text)
    expect(String(new nn.Conv2d(1, 2, [3, 2], [2, 1], { padding: [1, 0] }))).toBe(text)
    expect(String(new nn.AvgPool2d([2, 3]))).toBe('AvgPool2d(kernel_size=(2, 3), stride=(2, 3), padding=0)')
  })
})

describe('max pooling', () => {
  const x = torch.tensor([[[1, 5, 2, 8]]])

  test('gives one tensor', () => {
    expect(new nn.MaxPool1d(2)(x).relu().tolist()).toEqual([[[5, 8]]])
  })

  test('gives indices where they are asked for', () => {
    const [values, indices] = new nn.MaxPool1d(2, { return_indices: true })(x)
    expect(values.tolist()).toEqual([[[5, 8]]])
    expect(indices.tolist()).toEqual([[[1, 3]]])
  })
})

test('attention takes the hint that its mask is causal, with the mask', () => {
  torch.manual_seed(1)
  const layer = new nn.MultiheadAttention(4, 2)
  const x = torch.randn(3, 1, 4)
  const attn_mask = torch.ones(3, 3).triu(1).to(torch.bool)
  const [masked] = layer(x, x, x, { attn_mask })
  expect(layer(x, x, x, { attn_mask, is_causal: true })[0].equal(masked)).toBe(true)
  expect(() => layer(x, x, x, { is_causal: true })).toThrow('Need attn_mask if specifying the is_causal hint.')
})
