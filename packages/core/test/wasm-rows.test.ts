import { describe, expect, it } from 'vitest'
import { registerDevice } from '../src/devices/device.ts'
import { js } from '../src/devices/js/index.ts'
import { passesOf } from '../src/devices/row-kernel.ts'
import { createWasm } from '../src/devices/wasm/index.ts'
import * as torch from '../src/index.ts'
import { rowKernel, runRows } from '../src/ops/define/rows.ts'
import { randomNumbers } from './formula-random.ts'

const wasm = createWasm()
const random = randomNumbers(7)
const numbers = (count: number, scale = 3): number[] => Array.from({ length: count }, () => scale * (2 * random() - 1))

/** The values of a function of tensors on a device. */
function run(
  device: typeof js,
  dtype: torch.DType,
  inputs: readonly { readonly values: readonly number[]; readonly shape: torch.Shape }[],
  f: (...inputs: torch.Tensor[]) => readonly torch.Tensor[],
): number[][] {
  registerDevice(device)
  const tensors = inputs.map(({ values, shape }) => torch.tensor(values, { dtype }).reshape(shape))
  return f(...tensors).map((x) => Array.from(x.detach().reshape(-1).to_typed_array()))
}

/** Runs a function in float32 on the kernels, and in float64 on the reference; gives where they do not agree. */
function differences(
  inputs: readonly { readonly values: readonly number[]; readonly shape: torch.Shape }[],
  f: (...inputs: torch.Tensor[]) => readonly torch.Tensor[],
  tolerance = 2e-6,
): object[] {
  const rounded = inputs.map(({ values, shape }) => ({ values: values.map(Math.fround), shape }))
  const found = run(wasm, torch.float32, rounded, f)
  const exact = run(js, torch.float64, rounded, f)
  const wrong = exact.flatMap((values, k) => {
    const size = Math.max(1, ...values.filter(Number.isFinite).map(Math.abs))
    return values.flatMap((value, i) => {
      const got = found[k]?.[i] ?? Number.POSITIVE_INFINITY
      return Object.is(got, value) || Math.abs(got - value) <= tolerance * size ? [] : [{ k, i, got, value }]
    })
  })
  expect(found.map((values) => values.length)).toEqual(exact.map((values) => values.length))
  return wrong.slice(0, 5)
}

const matrix = (rows: number, n: number, scale?: number) => ({ values: numbers(rows * n, scale), shape: [rows, n] })

/** An op and its gradient for an incoming one. */
const withGradient =
  (op: (x: torch.Tensor) => torch.Tensor) =>
  (x: torch.Tensor, g: torch.Tensor): torch.Tensor[] => {
    const input = x.requires_grad_()
    const out = op(input)
    return [out, ...torch.autograd.grad(out, [input], { grad_outputs: [g] })]
  }

const lengths = [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 33, 64, 257, 1030]

describe('row kernels in WASM', () => {
  it.each(lengths)('softmax and its gradient of rows of %i', (n) => {
    expect(
      differences(
        [matrix(3, n), matrix(3, n)],
        withGradient((x) => x.softmax(-1)),
      ),
    ).toEqual([])
    expect(
      differences(
        [matrix(2, n, 90), matrix(2, n)],
        withGradient((x) => x.log_softmax(1)),
      ),
    ).toEqual([])
  })

  it.each(lengths)('layer norm and its gradients of rows of %i', (n) => {
    expect(
      differences([matrix(3, n), matrix(3, n), matrix(1, n), matrix(1, n)], (x, g, w, b) => {
        const leaves = [x, w.reshape(n), b.reshape(n)].map((each) => each.detach().requires_grad_())
        const [input, weight, bias] = leaves as [torch.Tensor, torch.Tensor, torch.Tensor]
        const out = torch.layer_norm(input, [n], weight, bias, 0.1)
        const plain = torch.layer_norm(input, [n], null, null, 0.1)
        return [out, plain, ...torch.autograd.grad(out, leaves, { grad_outputs: [g] })]
      }),
    ).toEqual([])
  })

  it('go along any dimension of any layout', () => {
    const x = { values: numbers(60), shape: [3, 4, 5] }
    for (const dim of [0, 1, 2]) {
      expect(
        differences(
          [x, x],
          withGradient((each) => each.softmax(dim)),
        ),
      ).toEqual([])
      expect(
        differences(
          [x, { ...x, shape: [5, 3, 4] }],
          withGradient((each) => each.permute(2, 0, 1).log_softmax(dim)),
        ),
      ).toEqual([])
    }
    expect(
      differences([x], (each) => [
        each.expand(2, 3, 4, 5).softmax(-1),
        each.sum(2, { keepdim: true }).expand(3, 4, 6).softmax(2),
      ]),
    ).toEqual([])
  })

  it('take gradients that are one number everywhere', () => {
    expect(
      differences([matrix(3, 9)], (x) => {
        const input = x.requires_grad_()
        return torch.autograd.grad(input.log_softmax(1).sum(), [input])
      }),
    ).toEqual([])
  })

  it('say of infinities and NaN what float64 says', () => {
    const edges = [
      [1, -Infinity, 2, 0, 1],
      [-Infinity, -Infinity, -Infinity, -Infinity, -Infinity],
      [Infinity, 1, 0, 0, 0],
      [1, 2, Number.NaN, 3, 4],
      [1e30, -1e30, 3e38, 0, 0],
    ].flat()
    expect(
      differences([{ values: edges, shape: [5, 5] }], (x) => [
        x.softmax(1),
        x.log_softmax(1),
        torch.layer_norm(x.narrow(0, 0, 4), [5]),
      ]),
    ).toEqual([])
  })

  it('give nothing for nothing', () => {
    for (const shape of [
      [0, 4],
      [4, 0],
    ]) {
      expect(differences([{ values: [], shape }], (x) => [x.softmax(1), x.log_softmax(1), x.softmax(0)])).toEqual([])
    }
  })

  it('normalise rows far from 0 as well as others', () => {
    expect(
      differences(
        [{ values: numbers(3000).map((x) => x + 1e4), shape: [3, 1000] }],
        (x) => [torch.layer_norm(x, [1000])],
        1e-3,
      ),
    ).toEqual([])
  })

  it('sum long rows to the last bits', () => {
    const kernel = rowKernel('share', {
      inputs: ['x'],
      steps: { total: { sum: 'x' } },
      results: ['total'],
      output: 'x',
    })
    const values = numbers(200_000).map((x) => Math.fround(1 + x / 30))
    const [, [total = 0] = []] = run(
      wasm,
      torch.float32,
      [{ values: [...values, ...values], shape: [2, 200_000] }],
      (x) => runRows(kernel, 200_000, [x]),
    )
    const exact = values.reduce((sum, value) => sum + value, 0)
    expect(Math.abs(total / exact - 1)).toBeLessThan(1.2e-7)
  })
})

describe('passes of row kernels', () => {
  it('are shared by folds that do not wait for each other', () => {
    const kernel = rowKernel('moments', {
      inputs: ['x', 'y'],
      steps: {
        a: { sum: 'x' },
        b: { sum: 'x * y' },
        ratio: 'a / b',
        c: { sum: 'x * ratio', keep: true },
        d: { max: 'out' },
      },
      output: 'out - d',
    })
    const names = passesOf(kernel().steps).map((steps) => steps.map(({ name }) => name).join())
    expect(names).toEqual(['a,b', 'ratio', 'c', 'd'])
    expect(
      differences([matrix(4, 21), matrix(4, 21, 1)], (x, y) => runRows(kernel, 21, [x, y.mul(0.1).add(2)]), 1e-4),
    ).toEqual([])
  })
})
