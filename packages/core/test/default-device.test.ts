/** Where tensors are made that are not told where, and their text on a device that cannot be read at once. */
import { afterEach, beforeAll, expect, test } from 'vitest'
import { registerDevice } from '../src/devices/device.ts'
import { type GpuDevice } from '../src/devices/gpu/device.ts'
import * as torch from '../src/index.ts'
import { start } from './start-gpu.ts'

let gpu: GpuDevice

beforeAll(async () => {
  gpu = (await start('cpu')).device
  registerDevice(gpu)
})

afterEach(() => {
  torch.set_default_device(null)
  registerDevice(gpu)
})

const makers: Readonly<Record<string, (options?: torch.TensorOptions) => torch.Tensor>> = {
  tensor: (options) => torch.tensor([1, 2], options),
  ones: (options) => torch.ones([2], options),
  full: (options) => torch.full([2], 3, options),
  eye: (options) => torch.eye(2, 2, options),
  arange: (options) => torch.arange(0, 3, 1, options),
  linspace: (options) => torch.linspace(0, 1, 3, options),
  randn: (options) => torch.randn([2], options),
  randperm: (options) => torch.randperm(3, options),
}

test.each(Object.entries(makers))('%s makes tensors on the default device, or where it is told', (_, make) => {
  expect(torch.get_default_device()).toBe('cpu')
  expect(make().device).toBe('cpu')
  torch.set_default_device('gpu')
  expect(torch.get_default_device()).toBe('gpu')
  expect(make().device).toBe('gpu')
  expect(make({ device: 'cpu' }).device).toBe('cpu')
  torch.set_default_device(null)
  expect(make().device).toBe('cpu')
})

test('what is made of a tensor or of an array that is shared stays where that is', () => {
  const x = torch.ones(2)
  torch.set_default_device('gpu')
  expect([torch.zeros_like(x), x.new_ones(2), x.add(1), torch.rand_like(x)].map(({ device }) => device)).toEqual(
    Array.from({ length: 4 }, () => 'cpu'),
  )
  expect(torch.from_numpy(new Float32Array(2)).device).toBe('cpu')
})

test('an unknown device is an error, and changes nothing', () => {
  // @ts-expect-error -- types refuse it too
  expect(() => torch.set_default_device('tpu')).toThrow('Expected one of cpu')
  expect(torch.get_default_device()).toBe('cpu')
})

test('the text of a tensor can be awaited on every device, and is of the moment at which it was asked for', async () => {
  for (const sync of [true, false]) {
    registerDevice({ ...gpu, sync })
    for (const device of ['cpu', 'gpu'] as const) {
      const x = torch.tensor(
        [
          [1, 2],
          [3, 4],
        ],
        { device, requires_grad: true },
      )
      const y = x.t().mul(2)
      const texts = [x.repr_async(), y.repr_async(), y.sum().item_async(), y.detach().tolist_async()]
      torch.no_grad(() => x.zero_())
      y.detach().zero_()
      const where = device === 'gpu' ? ", device='gpu'" : ''
      expect(await Promise.all(texts)).toEqual([
        `tensor([[1., 2.],\n        [3., 4.]]${where}, requires_grad=True)`,
        `tensor([[2., 6.],\n        [4., 8.]]${where}, grad_fn=<MulBackward0>)`,
        20,
        [
          [2, 6],
          [4, 8],
        ],
      ])
    }
  }
})

test('without awaiting, the text says how to see the elements', () => {
  registerDevice({ ...gpu, sync: false })
  expect(String(torch.ones(2, { device: 'gpu' }))).toBe(
    "tensor(<not read>, shape=[2], device='gpu'; await x.repr_async() to see the elements)",
  )
})
