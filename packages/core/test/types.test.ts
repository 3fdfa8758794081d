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
})
