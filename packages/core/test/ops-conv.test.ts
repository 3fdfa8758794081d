/** Convolution and pooling beyond what PyTorch's numbers show: gradients of every order, odd operands, arguments. */
import { describe, expect, it } from 'vitest'
import * as torch from '../src/index.ts'
import { onEachDevice } from './harness.ts'

onEachDevice('convolution', (on) => {
  it('gradients', async () => {
    const [x, w, b] = [on.input([1, 4, 3, 3]), on.input([2, 2, 2, 2]), on.input([2])]
    const options = { stride: [2, 1], padding: [1, 0], dilation: [2, 1], groups: 2 }
    await on.gradients((input, weight, bias) => torch.conv2d(input, weight, bias, options), [x, w, b])
    await on.gradients(
      (input, weight) => torch.conv1d(input, weight, { padding: 1 }),
      [on.input([2, 2, 5]), on.input([3, 2, 3])],
    )
    const transposed = { stride: 2, padding: 1, output_padding: [1, 0], groups: 2 }
    await on.gradients(
      (input, weight, bias) => torch.conv_transpose2d(input, weight, bias, transposed),
      [on.input([1, 2, 3, 2]), on.input([2, 1, 2, 2]), b],
    )
    // The windows of the result outnumber those of the input here: output padding of more than a stride.
    await on.gradients(
      (input, weight) => torch.conv_transpose1d(input, weight, { output_padding: 2, dilation: 3 }),
      [on.input([1, 2, 3]), on.input([2, 2, 2])],
    )
  })

  it('of an input that is one number many times', async () => {
    const x = on.of(2).expand([1, 2, 3, 3])
    await on.near(torch.conv2d(x, on.of([[[[1]], [[0.5]]]])), Array<number>(9).fill(3), [1, 1, 3, 3])
    await on.near(
      torch.conv2d(x, on.of([[[[1]], [[0.5]]]]).reshape([1, 2, 1, 1]), on.of([1])),
      Array<number>(9).fill(4),
      [1, 1, 3, 3],
    )
  })

  it('with a weight and a bias that lie otherwise in memory', async () => {
    const x = on.of([[[1, 2, 3]]])
    const weight = on.tensor([1, 10, 2, 20], [2, 2]).t().reshape([2, 1, 2])
    expect(weight.is_contiguous()).toBe(false)
    const bias = on.of([100, 0, 200, 0]).index(torch.Slice(null, null, 2))
    await on.near(torch.conv1d(x, weight, bias), [105, 108, 250, 280], [1, 2, 2])
  })

  it('of nothing', async () => {
    const weight = on.tensor([], [2, 0, 2])
    await on.near(torch.conv1d(on.tensor([], [1, 0, 3]), weight, on.of([1, 2])), [1, 1, 2, 2], [1, 2, 2])
    const x = on.tensor([], [0, 1, 3]).requires_grad_()
    const w = on.of([[[1, 2]]]).requires_grad_()
    torch.conv1d(x, w).sum().backward()
    await on.near(w.grad as torch.Tensor, [0, 0], [1, 1, 2])
  })
})

onEachDevice('pooling', (on) => {
  it('gradients', async () => {
    const x = on.input([1, 4, 5])
    await on.gradients((input) => torch.max_pool2d(input, 3, 2, 1), [x])
    await on.gradients((input) => torch.max_pool1d(input, 2, { stride: 1, dilation: 2 }), [on.input([2, 6])])
    await on.gradients((input) => torch.avg_pool2d(input, [2, 3], { stride: 1, padding: 1, ceil_mode: true }), [x])
    await on.gradients(
      (input) => torch.avg_pool1d(input, 3, { padding: 1, count_include_pad: false }),
      [on.input([2, 2, 7])],
    )
    await on.gradients((input) => torch.adaptive_avg_pool2d(input, [3, 4]), [x])
    await on.gradients((input) => torch.adaptive_max_pool2d(input, [3, 4]), [x])
  })

  it('finds NaN, and something where all is -∞', async () => {
    const [nan, low] = [Number.NaN, Number.NEGATIVE_INFINITY]
    const x = on.of([[[1, nan, 3, 4, low, low, 5, 6, low, low]]])
    const [values, indices] = torch.max_pool1d(x, 2, { return_indices: true })
    await on.near(values, [nan, 4, low, 6, low], [1, 1, 5])
    await on.near(indices, [1, 3, 4, 7, 8], [1, 1, 5])
  })

  it('of whole numbers', async () => {
    await on.near(torch.max_pool1d(on.of([[3, 1, 2, 5]], torch.int32), 2), [3, 5], [1, 2])
  })

  it('refuses a window that steps over the whole plane', () => {
    const x = on.of([[1, 2]])
    expect(() => torch.max_pool1d(x, 2, { padding: 1, dilation: 3 })).toThrow('no element inside of the 2 there are')
  })
})

describe('arguments', () => {
  const [x, w] = [torch.ones([1, 1, 4]), torch.ones([1, 1, 2])]

  it('by position, by name, and both', () => {
    const expected = torch.conv1d(x, w, null, 2, 1).tolist()
    expect(torch.conv1d(x, w, { stride: 2, padding: 1 }).tolist()).toEqual(expected)
    expect(torch.conv1d(x, w, null, 2, { padding: [1] }).tolist()).toEqual(expected)
    expect(torch.conv1d(x, w, { bias: undefined, stride: [2], padding: 1 }).tolist()).toEqual(expected)
  })

  it('that do not exist', () => {
    expect(() => torch.conv1d(x, w, { pad: 1 } as object)).toThrow("conv1d() got an unexpected keyword argument 'pad'")
    // @ts-expect-error given twice
    expect(() => torch.conv1d(x, w, null, 2, { stride: 1 })).toThrow("got multiple values for argument 'stride'")
    // @ts-expect-error that of avg_pool2d
    expect(() => torch.avg_pool1d(x, 2, { divisor_override: 2 })).toThrow("keyword argument 'divisor_override'")
    expect(() => torch.conv1d(x, w, null, 0.5)).toThrow("argument 'stride'")
    expect(() => torch.max_pool1d(x, 1.5)).toThrow("argument 'kernel_size'")
  })
})
