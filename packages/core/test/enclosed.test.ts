/** What `torch.enclosed` frees, and when: a tensor whose memory is gone cannot be read. */
import { expect, it, vi } from 'vitest'
import { getDevice } from '../src/devices/device.ts'
import * as torch from '../src/index.ts'
import { onEachDevice, type Tensor, valuesOf } from './harness.ts'

onEachDevice('enclosed', (on) => {
  const input = (): Tensor => on.of([1, 2, 3]).requires_grad_()
  /** What is made on the way, and the result of a step that saves the last of it. */
  const steps = (x: Tensor): { readonly made: Tensor[]; readonly out: Tensor } => {
    const sum = x.add(1) // saved by nobody
    const root = sum.sqrt() // saved by itself and by the next
    return { made: [sum, root], out: root.mul(root) }
  }
  const isFreed = async (x: Tensor): Promise<boolean> => {
    try {
      await valuesOf(x)
      return false
    } catch (error) {
      expect(String(error)).toMatch('read after its memory was freed: it was made in torch.enclosed()')
      return true
    }
  }

  it('frees what no graph needs at once, and the rest when the graph lets go of it', async () => {
    const x = input()
    let made: Tensor[] = []
    const out = torch.enclosed(() => {
      const result = steps(x)
      made = result.made
      return result.out
    })
    expect(await Promise.all(made.map(isFreed))).toEqual([true, false])
    out.sum().backward(null, { retain_graph: true })
    expect(await isFreed(made[1] as Tensor)).toBe(false)
    out.sum().backward()
    expect(await Promise.all(made.map(isFreed))).toEqual([true, true])
    await on.near(out, [2, 3, 4], [3], 4)
    await on.near(x.grad as Tensor, [2, 2, 2], [3], 4)
  })

  it('frees all but the result where nothing is recorded', async () => {
    let made: Tensor[] = []
    const out = torch.no_grad(() =>
      torch.enclosed(() => {
        const result = steps(input())
        made = result.made
        return result.out
      }),
    )
    expect(await Promise.all(made.map(isFreed))).toEqual([true, true])
    await on.near(out, [2, 3, 4], [3], 4)
  })

  it('keeps what it returns, views of what it made, what was there before, and indices', async () => {
    const x = input()
    const { first, view, rest } = torch.enclosed(() => {
      const first = x.mul(2)
      const { values, indices } = x.mul(3).max(0)
      return { first, view: x.exp().narrow(0, 1, 2), rest: [x, values.add(indices.mul(0))] }
    })
    const total = [first, view, ...rest].map((y) => y.sum()).reduce((sum, y) => sum.add(y))
    total.backward()
    const exp = [Math.exp(2), Math.exp(3)] as const
    await on.near(first, [2, 4, 6], [3])
    await on.near(view, exp, [2])
    await on.near(x, [1, 2, 3], [3])
    await on.near(x.grad as Tensor, [3, 3 + exp[0], 6 + exp[1]], [3], 4)
  })

  it('frees an index when the graph lets go of it, after its gradient was read from it', async () => {
    const x = input()
    let index: Tensor = x
    const out = torch.enclosed(() => {
      index = on.of([1, 0], torch.int32).add(1)
      return x.index_select(0, index).mul(2)
    })
    expect(await isFreed(index)).toBe(false)
    out.sum().backward()
    expect(await isFreed(index)).toBe(true)
    await on.near(x.grad as Tensor, [0, 2, 2], [3])
  })

  it('can be in another, whose end then decides', async () => {
    const x = input()
    let inner: Tensor = x
    const out = torch.enclosed(() => {
      inner = torch.enclosed(() => x.add(1).add(1))
      return inner.add(1)
    })
    expect(await isFreed(inner)).toBe(true)
    await on.near(out, [4, 5, 6], [3])
  })

  it('has gradients of gradients', async () => {
    const x = input()
    const out = torch.enclosed(() => x.pow(2).mul(x))
    const [first] = torch.autograd.grad(out.sum(), [x], { create_graph: true })
    const [second] = torch.autograd.grad(first.sum(), [x])
    await on.near(first, [3, 12, 27], [3], 4)
    await on.near(second, [6, 12, 18], [3], 4)
  })

  it('keeps what a graph gives on as a gradient, though it has let go of it', async () => {
    const x = input()
    /** Its gradient is what it has saved, as it was. */
    const itself = (y: Tensor): Tensor =>
      torch.routine(
        'itself',
        [y],
        () => y.mul(1),
        () => ({ saved: [y], backward: (_, __, [saved]) => [saved as Tensor] }),
      )
    torch.enclosed(() => itself(x.mul(2).mul(1))).backward(on.of([1, 1, 1]))
    await on.near(x.grad as Tensor, [4, 8, 12], [3], 4)
  })
})

onEachDevice('the indices of max pooling', (on) => {
  it('are freed when the graph lets go of them, where nobody asked for them', async () => {
    const free = vi.spyOn(getDevice(on.device.type), 'free')
    const freed = (): number => free.mock.calls.filter(([{ dtype }]) => dtype === torch.int32).length
    const image = (): Tensor => on.of([[[1, 2, 5, 4]]]).requires_grad_()
    try {
      const [x, seen] = [image(), image()]
      const y = torch.max_pool1d(x, 2)
      const [values, indices] = torch.max_pool1d(seen, 2, { return_indices: true })
      expect(freed()).toBe(0)
      y.sum().backward(null, { retain_graph: true })
      expect(freed()).toBe(0)
      y.add(values).sum().backward()
      expect(freed()).toBe(1)
      torch.no_grad(() => torch.max_pool1d(x, 2))
      expect(freed()).toBe(2)
      await on.near(x.grad as Tensor, [0, 2, 2, 0], [1, 1, 4])
      await on.near(seen.grad as Tensor, [0, 1, 1, 0], [1, 1, 4])
      expect(await valuesOf(indices)).toEqual([1, 2])
    } finally {
      free.mockRestore()
    }
  })
})

onEachDevice('what outlives torch.enclosed', (on) => {
  it('keeps the gradients of a pass in it, first and later ones', async () => {
    const [x, w] = [on.of([1, 2, 3]).requires_grad_(), on.of(2).requires_grad_()]
    for (let i = 0; i < 2; i++) torch.enclosed(() => x.mul(w).mul(x).sum().backward())
    await on.near(x.grad as Tensor, [8, 16, 24], [3], 4)
    await on.near(w.grad as Tensor, [28], [], 4)
  })

  it('keeps those of chosen inputs, of a recorded pass, retained and assigned ones', async () => {
    const x = on.of([1, 2, 3]).requires_grad_()
    torch.enclosed(() =>
      x
        .mul(x)
        .sum()
        .backward({ inputs: [x] }),
    )
    await on.near(x.grad as Tensor, [2, 4, 6], [3], 4)
    const h = x.mul(3)
    h.retain_grad()
    torch.enclosed(() => h.sum().backward())
    await on.near(h.grad as Tensor, [1, 1, 1], [3], 4)
    torch.enclosed(() => {
      x.grad = on.of([1, 2, 3]).mul(2)
    })
    await on.near(x.grad as Tensor, [2, 4, 6], [3], 4)
    x.grad = null
    torch.warnings.catch_warnings(() => {
      torch.enclosed(() => x.pow(3).sum().backward(null, { create_graph: true }))
    })
    await on.near(x.grad as unknown as Tensor, [3, 12, 27], [3], 4)
  })

  it('keeps what is made in torch.unenclosed', async () => {
    let kept: Tensor | null = null
    torch.enclosed(() => {
      kept = torch.unenclosed(() => on.of([1, 2]).add(1))
    })
    await on.near(kept as unknown as Tensor, [2, 3], [2])
  })

  it('is refused to callbacks that go on later', () => {
    // @ts-expect-error -- types refuse it too
    expect(() => torch.enclosed(async () => 1)).toThrow('enclosed: the callback returned a Promise')
  })
})
