/** PyTorch's words where JavaScript has its own, and whole numbers where only floats have kernels. */
import { describe, expect, test } from 'vitest'
import * as torch from '../src/index.ts'
import { onEachSyncDevice } from './harness.ts'

const x = torch.ones(2, 3)
const index = (...shape: number[]) => torch.zeros(shape, { dtype: torch.int32 })
const leaf = () => torch.ones(2, { requires_grad: true })

describe('a hook', () => {
  test.each([
    ['a text', 'abc', 'str'],
    ['a number', 5, 'int'],
    ['a list', [1], 'list'],
  ])('that returns %s is refused', (_, value, name) => {
    for (const make of [leaf, () => leaf().mul(2)]) {
      const y = make()
      y.register_hook(() => value as never)
      expect(() => y.sum().backward()).toThrow(`expected Variable, but hook returned '${name}'`)
    }
  })
})

test('a Function without a forward, or without a backward, says so', () => {
  class Nothing extends torch.autograd.Function {}
  class Forward extends torch.autograd.Function {
    static forward(_: torch.autograd.FunctionContext, y: torch.Tensor) {
      return y.mul(2)
    }
  }
  const apply = (of: unknown) => (of as { apply(y: torch.Tensor): torch.Tensor }).apply(leaf())
  expect(() => apply(Nothing)).toThrow('You must implement the forward function for custom autograd.Function.')
  const out = apply(Forward).sum()
  expect(() => out.backward()).toThrow('You must implement either the backward or vjp method')
})

test('indices of tensors of no dimension, and of ranks that differ', () => {
  expect(() => torch.tensor(1).index(0)).toThrow('invalid index of a 0-dim tensor. Use `tensor.item()` in Python')
  expect(() => torch.tensor(1).index(0, 0)).toThrow('too many indices for tensor of dimension 0')
  expect(() => x.scatter(0, index(2, 3), torch.ones(2))).toThrow(
    'Index tensor must have the same number of dimensions as src tensor',
  )
  expect(() => x.movedim([0, -2], [0, 1])).toThrow('movedim: repeated dim in `source` ([0, -2])')
  expect(() => x.movedim([0, 1], [-1, 1])).toThrow('movedim: repeated dim in `destination` ([-1, 1])')
  expect(() => x.movedim([7], [0, 1])).toThrow('source ([7] dims) should contain the same number of dims')
})

test('pooling of what is empty', () => {
  const { adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_max_pool1d, adaptive_max_pool2d } = torch
  expect(adaptive_avg_pool1d(torch.ones(1, 0, 4), 2).shape).toEqual([1, 0, 2])
  expect(adaptive_avg_pool2d(torch.ones(0, 4, 4), 2).shape).toEqual([0, 2, 2])
  expect(adaptive_max_pool1d(torch.ones(0, 4), 2).shape).toEqual([0, 2])
  expect(adaptive_max_pool2d(torch.ones(0, 1, 4, 4), 2).shape).toEqual([0, 1, 2, 2])
  expect(() => adaptive_max_pool2d(torch.ones(1, 0, 4, 4), 2)).toThrow(
    'input has sizes [1, 0, 4, 4] with dimension 1 being empty',
  )
  expect(() => adaptive_max_pool2d(torch.ones(4, 4), 2)).toThrow('Expected 3D or 4D tensor, but got: [4, 4]')
  expect(() => adaptive_avg_pool2d(torch.ones(4, 4), 2)).toThrow('Expected 3D or 4D tensor, but got [4, 4]')
  expect(() => torch.max_pool2d(torch.ones(4, 4), 2)).toThrow(
    'non-empty 3D or 4D (batch mode) tensor expected for input',
  )
})

onEachSyncDevice('convolutions and pooling of whole numbers', (on) => {
  const whole = (shape: number[], dtype: torch.DType) =>
    torch
      .arange(shape.reduce((a, b) => a * b, 1))
      .remainder(5)
      .to(dtype)
      .reshape(shape)
      .to(on.device.type)

  test.each([torch.int32, torch.uint8].map((dtype) => [dtype.name, dtype] as const))('%s', (_, dtype) => {
    const check = (run: (...inputs: torch.Tensor[]) => torch.Tensor, ...shapes: number[][]) => {
      const inputs = shapes.map((shape) => whole(shape, dtype))
      const out = run(...inputs)
      expect([out.dtype.name, out.tolist()]).toEqual([
        dtype.name,
        run(...inputs.map((y) => y.float()))
          .to(dtype)
          .tolist(),
      ])
    }
    check((a, b) => torch.conv1d(a, b, null, 2, 1), [2, 2, 7], [3, 2, 3])
    check((a, b, c) => torch.conv2d(a, b, c), [1, 2, 4, 5], [2, 2, 2, 2], [2])
    check((a, b) => torch.conv2d(a, b, { groups: 2, padding: 'same' }), [2, 4, 4], [2, 1, 3, 3])
    check((a) => torch.max_pool2d(a, 2), [1, 2, 4, 4])
    if (dtype !== torch.int32) return
    check((a, b) => torch.conv1d(a, b, { dilation: 2 }), [1, 2, 9], [3, 2, 3])
    check((a, b) => torch.conv_transpose1d(a, b, { stride: 2 }), [1, 2, 4], [2, 3, 3])
    check((a, b) => torch.conv_transpose2d(a, b), [1, 2, 3, 3], [2, 1, 2, 2])
    check((a) => torch.avg_pool1d(a.sub(2), 2), [1, 2, 6])
    check((a) => torch.avg_pool2d(a, 3, { stride: 1 }), [1, 2, 4, 4])
  })

  test('truth values are refused, and bytes where PyTorch has no kernel', () => {
    const bytes = whole([1, 1, 7], torch.uint8)
    expect(() => torch.conv1d(bytes, bytes.narrow(2, 0, 2), { dilation: 2 })).toThrow("not implemented for 'Byte'")
    expect(() => torch.conv_transpose1d(bytes, bytes)).toThrow("not implemented for 'Byte'")
    expect(() => torch.avg_pool1d(bytes, 2)).toThrow("not implemented for 'Byte'")
    const bool = whole([1, 1, 4], torch.int32).to(torch.bool)
    expect(() => torch.conv1d(bool, bool)).toThrow("not implemented for 'Bool'")
  })
})
