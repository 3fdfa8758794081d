/** Products and convolutions that are large enough for tiles, where a mode has them, against the CPU device. */
import { beforeAll, describe, expect, it } from 'vitest'
import * as torch from '../src/index.ts'
import { devices } from './devices.ts'

const gpus = devices.filter(({ type }) => type === 'gpu').map((device) => [device.name, device] as const)
type Tensor = torch.Tensor

const conv = { stride: [2, 1], padding: [1, 0], dilation: [1, 2], groups: 2 } as const
const cases: Readonly<
  Record<string, { readonly shapes: readonly torch.Shape[]; readonly run: (...x: Tensor[]) => Tensor }>
> = {
  'a product': {
    shapes: [
      [70, 33],
      [33, 65],
    ],
    run: (a, b) => a.matmul(b),
  },
  'of transposed matrices': {
    shapes: [
      [33, 70],
      [65, 33],
    ],
    run: (a, b) => a.t().matmul(b.t()),
  },
  'of windows': {
    shapes: [
      [80, 40],
      [40, 90],
    ],
    run: (a, b) => a.narrow(0, 5, 64).matmul(b.narrow(1, 7, 64)),
  },
  'of batches': {
    shapes: [
      [3, 40, 17],
      [3, 17, 64],
    ],
    run: (a, b) => a.bmm(b),
  },
  'of batches and one matrix': {
    shapes: [
      [3, 1, 40, 17],
      [2, 17, 64],
    ],
    run: (a, b) => a.matmul(b),
  },
  'added to a row': { shapes: [[65], [70, 33], [33, 65]], run: (c, a, b) => torch.addmm(c, a, b) },
  'a convolution': {
    shapes: [[2, 40, 11, 10], [80, 20, 3, 2], [80]],
    run: (x, w, b) => torch.conv2d(x, w, b, conv),
  },
  'a transposed convolution': {
    shapes: [[2, 80, 5, 6], [80, 20, 3, 2], [40]],
    run: (x, w, b) => torch.conv_transpose2d(x, w, b, { ...conv, output_padding: [1, 0] }),
  },
}

describe.each(gpus)('on gpu (%s)', (_name, { use }) => {
  beforeAll(use)

  it.each(Object.entries(cases))('%s, and its gradients', { timeout: 60_000 }, async (_, { shapes, run }) => {
    torch.manual_seed(0)
    const here = shapes.map((shape) => torch.randn(shape, { requires_grad: true }))
    const there = here.map((x) => x.detach().to('gpu').requires_grad_())
    const results = [here, there].map((inputs) => {
      const y = run(...inputs)
      y.mul(y).sum().backward()
      return [y, ...inputs.map((x) => x.grad as Tensor)]
    }) as [Tensor[], Tensor[]]
    for (const [i, expected] of results[0].entries()) {
      const error = (await (results[1][i] as Tensor).cpu()).sub(expected).abs().max().item()
      expect(error).toBeLessThan(1e-5 * expected.abs().max().item())
    }
  })
})
