/** What compiles and what does not: `pnpm types` reads this. */
import * as torch from '@chainrule/core'
import { describe, expect, expectTypeOf, it } from 'vitest'

type Tensor = torch.Tensor

describe('types of calls', () => {
  const x = torch.ones([2, 3])

  it('take arguments by position, after the first by name, and all by name', () => {
    expectTypeOf(torch.sum(x, 0, true)).toEqualTypeOf<Tensor>()
    expectTypeOf(torch.sum(x, { dim: 0, keepdim: true })).toEqualTypeOf<Tensor>()
    expectTypeOf(torch.sum(x, 0, { keepdim: true })).toEqualTypeOf<Tensor>()
    expectTypeOf(torch.sum({ input: x, dim: 0 })).toEqualTypeOf<Tensor>()
    expectTypeOf(x.sum(0, true, { dtype: torch.float64 })).toEqualTypeOf<Tensor>()
    expectTypeOf(x.add_(1, { alpha: 2 })).toEqualTypeOf<Tensor>()
    expectTypeOf(x.leaky_relu(0.1)).toEqualTypeOf<Tensor>()
    expectTypeOf(x.leaky_relu({ negative_slope: 0.1 })).toEqualTypeOf<Tensor>()
    expectTypeOf(x.view(3, -1)).toEqualTypeOf<Tensor>()
    expectTypeOf(x.view({ size: [3, 2] })).toEqualTypeOf<Tensor>()
  })

  it('name their parameters as PyTorch does', () => {
    expectTypeOf(torch.narrow).toBeCallableWith(x, 0, 1, 1)
    expectTypeOf(torch.narrow).toBeCallableWith(x, 0, { start: 1, length: 1 })
  })

  it('refuse misspelt, missing and superfluous arguments, and those of another kind', () => {
    // @ts-expect-error -- keepdim is meant
    expect(() => x.sum(0, { keepdims: true })).toThrow(TypeError)
    // @ts-expect-error -- alpha is meant
    expect(() => x.add(1, { alfa: 2 })).toThrow(TypeError)
    // @ts-expect-error -- `start` and `length` are missing
    expect(() => x.narrow(0)).toThrow(TypeError)
    // @ts-expect-error -- `length` is missing
    expect(() => torch.narrow(x, 0, { start: 1 })).toThrow(TypeError)
    // @ts-expect-error -- takes no argument
    expect(() => x.exp(2)).toThrow(TypeError)
    // @ts-expect-error -- `dim` is a number
    expect(() => x.unsqueeze('0')).toThrow(TypeError)
  })

  it('refuse devices that there are not', () => {
    // @ts-expect-error -- there is `cpu` and `gpu`
    expect(() => x.to('cuda')).toThrow('Expected one of cpu')
    // @ts-expect-error -- there is `cpu` and `gpu`
    expect(() => torch.ones(2, { device: 'cuda' })).toThrow('Expected one of cpu')
    // @ts-expect-error -- there is `cpu` and `gpu`
    expect(() => torch.tensor([1], { device: 'cuda:0' })).toThrow('Expected one of cpu')
    // @ts-expect-error -- there is `cpu` and `gpu`
    expect(() => torch.set_default_device('mps')).toThrow('Expected one of cpu')
    // @ts-expect-error -- there is `cpu` and `gpu`
    expect(() => torch.device_info('cuda')).toThrow('Expected one of cpu')
    expectTypeOf(torch.zeros(2, { device: x.device })).toEqualTypeOf<Tensor>()
    expectTypeOf(x.to(x.device, { dtype: torch.float64 })).toEqualTypeOf<Tensor>()
  })

  it('refuse callbacks that go on later', () => {
    const { no_grad, enable_grad, set_grad_enabled, inference_mode, fork_rng, enclosed, autograd } = torch
    // @ts-expect-error -- the mode ends before the callback does
    expect(() => no_grad(async () => x)).toThrow('Promise')
    // @ts-expect-error -- the mode ends before the callback does
    expect(() => enable_grad(async () => x)).toThrow('Promise')
    // @ts-expect-error -- the mode ends before the callback does
    expect(() => set_grad_enabled(false, async () => x)).toThrow('Promise')
    // @ts-expect-error -- the mode ends before the callback does
    expect(() => inference_mode(async () => x)).toThrow('Promise')
    // @ts-expect-error -- the mode ends before the callback does
    expect(() => autograd.detect_anomaly(async () => x)).toThrow('Promise')
    // @ts-expect-error -- the mode ends before the callback does
    expect(() => autograd.set_detect_anomaly(true, async () => x)).toThrow('Promise')
    // @ts-expect-error -- the state is put back before the callback ends
    expect(() => fork_rng(async () => x)).toThrow('Promise')
    // @ts-expect-error -- what it makes later is not enclosed
    expect(() => enclosed(async () => x)).toThrow('Promise')
    expectTypeOf(no_grad(() => [x, 1] as const)).toEqualTypeOf<readonly [Tensor, 1]>()
    expectTypeOf(no_grad(() => {})).toEqualTypeOf<void>()
  })
})

describe('types of results need no cast', () => {
  const x = torch.ones([2, 3], { requires_grad: true })
  const y = torch.ones(2, { requires_grad: true })

  it('of tolist', () => {
    const doubled = x.tolist().map((row) => row.map((value) => 2 * value))
    expect(doubled).toEqual([
      [2, 2, 2],
      [2, 2, 2],
    ])
    const rows: number[][] = x.tolist()
    const row: readonly number[] = y.tolist()
    const one: number = y.sum().tolist()
    const truths: boolean[] = y.gt(0).tolist()
    expect([rows.length, row.length, one, truths]).toEqual([2, 2, 2, [true, true]])
    expectTypeOf(y.tolist_async<number[]>()).resolves.toEqualTypeOf<number[]>()
    expectTypeOf(torch.tensor).toBeCallableWith(x.tolist())
  })

  it('of grad', () => {
    const { grad } = torch.autograd
    const total = x.sum().add(y.sum())
    expectTypeOf(grad(total, x, { retain_graph: true })).toEqualTypeOf<[Tensor]>()
    expectTypeOf(grad(total, [x, y], { retain_graph: true })).toEqualTypeOf<[Tensor, Tensor]>()
    expectTypeOf(grad(total, [x, y] as Tensor[], { retain_graph: true })).toEqualTypeOf<Tensor[]>()
    expectTypeOf(grad(total, x, { retain_graph: true, allow_unused: true })).toEqualTypeOf<[Tensor | null]>()
    expect(grad(total, [x, y])[1].tolist()).toEqual([1, 1])
  })
})
