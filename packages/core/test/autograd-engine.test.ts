/** The engine of the backward pass: order, depth, sharing, reentrance, freeing; on every device. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { SavedTensor } from '../src/autograd/node.ts'
import * as torch from '../src/index.ts'
import { onEachCpu, onEachSyncDevice, type Tensor, valuesOf } from './harness.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const FREED = 'Trying to backward through the graph a second time'

// The chain is the graph's, whatever computes.
onEachCpu('a long backward pass', (on) => {
  it('goes back through 100,000 ops without overflowing the stack', async () => {
    for (const shape of [[], [2]]) {
      const x = on.tensor(shape.length === 0 ? [1] : [1, 1], shape).requires_grad_()
      let y = x
      const length = shape.length === 0 ? 100_000 : 20_000
      for (let i = 0; i < length; i++) y = i % 2 === 0 ? y.add(1) : y.mul(1)
      y.sum().backward()
      await on.near(x.grad as Tensor, shape.length === 0 ? [1] : [1, 1], shape)
    }
  })

  it('finds the nodes that lead to an input without overflowing the stack', async () => {
    const x = on.leaf([1, 2], torch.float32)
    let y = x
    for (let i = 0; i < 20_000; i++) y = y.neg()
    const [g] = torch.autograd.grad(y.sum(), x)
    await on.near(g, [1, 1], [2])
  })
})

onEachSyncDevice('the backward pass', (on) => {
  it('runs each node of a diamond once, when all its gradients are there', async () => {
    const x = on.leaf([1, 2], torch.float32)
    const middle = x.mul(3)
    let seen = 0
    middle.register_hook(() => {
      seen++
    })
    // 2¹⁶ paths lead back to `middle`: each node runs once or this does not end.
    let y = middle
    for (let i = 0; i < 16; i++) y = y.add(y.mul(0.5))
    y.sum().backward()
    expect(seen).toBe(1)
    await on.near(x.grad as Tensor, [3 * 1.5 ** 16, 3 * 1.5 ** 16], [2], 20)
  })

  it('adds up over a node that is reached by a short and by a long way', async () => {
    const x = on.leaf([2], torch.float32)
    const y = x.mul(x)
    const far = y.sin().cos().exp().mul(0).add(y)
    far.add(y).add(x).backward()
    await on.near(x.grad as Tensor, [9], [1])
  })

  it('accumulates into leaves, and into a cleared one anew', async () => {
    const x = on.leaf([1, 2], torch.float32)
    for (let i = 0; i < 3; i++) x.mul(2).sum().backward()
    await on.near(x.grad as Tensor, [6, 6], [2])
    const first = x.grad
    x.mul(2).sum().backward()
    expect(x.grad).toBe(first)
    x.grad = null
    x.sum().backward()
    await on.near(x.grad as unknown as Tensor, [1, 1], [2])
    await on.near(first as Tensor, [8, 8], [2])
  })

  describe('gradients share no memory', () => {
    const programs: Readonly<Record<string, (a: Tensor, b: Tensor, start: Tensor) => void>> = {
      'two leaves fed by one gradient': (a, b, start) => a.add(b).backward(start),
      'two leaves fed by one gradient that the pass made': (a, b, start) => a.add(b).mul(2).backward(start),
      'one gradient that the pass made, as a whole and as a view': (a, b, start) => {
        a.add(b.view(1, 2).view(2)).mul(2).backward(start)
      },
      'a leaf fed by the gradient that the caller gave': (a, b, start) => {
        a.add(0).backward(start)
        b.view_as(b).backward(start)
      },
      'a leaf that is itself the root': (a, b, start) => {
        a.backward(start)
        b.backward(start)
      },
      'leaves under views of one gradient': (a, b, start) => torch.stack([a, b]).backward(torch.stack([start, start])),
      'leaves under an expanded gradient': (a, b, start) => {
        torch.stack([a, b]).mul(start).sum().backward()
      },
      'leaves that torch.autograd.backward names': (a, b, start) =>
        torch.autograd.backward([a.add(b)], [start], { inputs: [a, b] }),
    }
    it.each(Object.entries(programs))('%s', async (_, program) => {
      const [a, b, start] = [on.leaf([1, 2], torch.float32), on.leaf([3, 4], torch.float32), on.of([5, 6])]
      program(a, b, start)
      const [ga, gb] = [a.grad as Tensor, b.grad as Tensor]
      const before = await valuesOf(gb)
      torch.no_grad(() => ga.mul_(100))
      await on.near(gb, before, [2])
      await on.near(start, [5, 6], [2])
      torch.no_grad(() => start.zero_())
      await on.near(gb, before, [2])
    })
  })

  it('a gradient that grad() returns stays as it is when .grad changes', async () => {
    const x = on.leaf([1, 2], torch.float32)
    const y = x.mul(x)
    const [g] = torch.autograd.grad(y.sum(), x, { retain_graph: true })
    y.sum().backward()
    y.detach().zero_()
    x.grad?.zero_()
    await on.near(g, [2, 4], [2])
  })

  it('grad() towards a tensor in the middle does not run what lies beyond', async () => {
    const x = on.leaf([1, 2], torch.float32)
    const y = x.mul(2)
    let beyond = 0
    x.register_hook(() => {
      beyond++
    })
    const [g] = torch.autograd.grad(y.mul(y).sum(), y)
    expect(beyond).toBe(0)
    await on.near(g, [4, 8], [2])
    expect(x.grad).toBe(null)
  })

  it('grad() of a leaf leaves its .grad alone, unless it is asked for', async () => {
    const [x, other] = [on.leaf([1, 2]), on.leaf([3, 4])]
    const start = { grad_outputs: on.of([5, 6], on.precise) }
    expect(torch.autograd.grad(x, other, { ...start, allow_unused: true })).toEqual([null])
    torch.autograd.backward(x, start.grad_outputs, { inputs: [other] })
    expect([x.grad, other.grad]).toEqual([null, null])
    const [found] = torch.autograd.grad(x, x, start)
    await on.near(found, [5, 6], [2])
    expect(x.grad).toBe(null)
  })

  it('grad() towards a tensor and what it was made from', async () => {
    const x = on.leaf([1, 2], torch.float32)
    const y = x.mul(2)
    const [gy, gx, again] = torch.autograd.grad(y.mul(y).sum(), [y, x, y])
    await on.near(gy, [4, 8], [2])
    await on.near(gx, [8, 16], [2])
    await on.near(again, [4, 8], [2])
  })

  it('several roots, of which one lies under the other', async () => {
    const x = on.leaf([1, 2], torch.float32)
    const y = x.mul(3)
    const z = y.mul(y)
    torch.autograd.backward(
      [z, y, z],
      [on.of([1, 1]), on.of([10, 10]), null].map((g) => g ?? on.of([2, 2])),
    )
    await on.near(x.grad as Tensor, [3 * (3 * 2 * 3 + 10), 3 * (3 * 2 * 6 + 10)], [2])
  })

  it('hooks run in the order of registration, each on what the one before made, before .grad is added to', async () => {
    const log: string[] = []
    const x = on.leaf([1, 2], torch.float32)
    const y = x.mul(3)
    y.register_hook((g) => {
      log.push('first')
      return g.mul(2)
    })
    const off = y.register_hook(() => {
      log.push('never')
    })
    y.register_hook((g) => {
      log.push('second')
      return g.add(1)
    })
    off.remove()
    off.remove()
    y.retain_grad()
    y.grad_fn?.register_prehook(() => {
      log.push('prehook')
    })
    y.grad_fn?.register_hook(() => {
      log.push('node')
    })
    x.register_hook(() => {
      log.push(`leaf with ${String(x.grad)}`)
    })
    x.register_post_accumulate_grad_hook((leaf) => {
      log.push(`post with ${leaf.grad === null ? 'null' : 'grad'}`)
    })
    y.sum().backward()
    expect(log).toEqual(['first', 'second', 'prehook', 'node', 'leaf with null', 'post with grad'])
    await on.near(y.grad as Tensor, [3, 3], [2])
    await on.near(x.grad as Tensor, [9, 9], [2])
  })

  it('a hook may remove itself', () => {
    const x = on.leaf([1, 2], torch.float32)
    let first = 0
    let second = 0
    const handle = x.register_hook(() => {
      first++
      handle.remove()
    })
    x.register_hook(() => {
      second++
    })
    for (let i = 0; i < 2; i++) x.sum().backward()
    expect([first, second]).toEqual([1, 2])
  })

  it('a hook may not change the shape', () => {
    const x = on.leaf([1, 2], torch.float32)
    x.register_hook(() => on.of([1, 2, 3]))
    expect(() => x.sum().backward()).toThrow("hook '<lambda>' has changed the size of value")
  })

  it('what a hook was given stays as it was after the pass', async () => {
    const x = on.leaf([1, 2, 3], torch.float32)
    const seen: Tensor[] = []
    let y = x.mul(2)
    for (let i = 0; i < 4; i++) {
      y = y.mul(3)
      y.register_hook((g) => {
        seen.push(g)
      })
    }
    y.sum().backward()
    for (let i = 0; i < 50; i++) on.tensor([7, 7, 7], [3]).mul(i)
    for (const [i, g] of seen.entries()) await on.near(g, [3 ** i, 3 ** i, 3 ** i], [3])
  })

  it('what a hook of a leaf was given does not grow with .grad', async () => {
    const x = on.leaf([1, 2], torch.float32)
    const seen: Tensor[] = []
    const handle = x.register_hook((g) => {
      seen.push(g)
    })
    x.mul(3).mul(2).sum().backward()
    handle.remove()
    x.mul(3).mul(2).sum().backward()
    await on.near(x.grad as Tensor, [12, 12], [2])
    await on.near(seen[0] as Tensor, [6, 6], [2])
  })

  it('retain_grad keeps, accumulates, and is idempotent', async () => {
    const x = on.leaf([1, 2], torch.float32)
    const y = x.mul(2)
    y.retain_grad()
    y.retain_grad()
    expect(y.retains_grad).toBe(true)
    const z = y.mul(y)
    z.sum().backward(null, { retain_graph: true })
    await on.near(y.grad as Tensor, [4, 8], [2])
    z.sum().backward()
    await on.near(y.grad as Tensor, [8, 16], [2])
    expect(x.retains_grad).toBe(false)
    x.retain_grad()
    expect(() => on.of([1]).retain_grad()).toThrow("can't retain_grad on Tensor that has requires_grad=False")
  })

  describe('reentrance', () => {
    it('a hook may go backward through another graph, and through the same', async () => {
      const [x, other] = [on.leaf([1, 2], torch.float32), on.leaf([3, 4], torch.float32)]
      const y = x.mul(x)
      const side = y.mul(10)
      y.register_hook(() => {
        if (other.grad !== null) return
        torch.enable_grad(() => {
          other.mul(other).sum().backward()
          side.sum().backward(null, { retain_graph: true })
        })
      })
      y.sum().add(x.sum()).backward()
      await on.near(other.grad as Tensor, [6, 8], [2])
      await on.near(x.grad as Tensor, [1 + 2 + 20, 1 + 4 + 40], [2])
    })

    it('a pass inside towards inputs does not hide nodes from the pass around it', async () => {
      const x = on.leaf([1, 2], torch.float32)
      const y = x.mul(2)
      y.register_hook(() => {
        const inner = on.leaf([5, 6], torch.float32)
        torch.enable_grad(() => torch.autograd.grad(inner.mul(inner).sum(), inner, { create_graph: true }))
      })
      y.sum().backward()
      await on.near(x.grad as Tensor, [2, 2], [2])
      expect(x.grad?.requires_grad).toBe(false)
    })

    it('a custom function may go backward in its own forward and backward: a checkpoint', async () => {
      class Checkpoint extends torch.autograd.Function {
        static forward(ctx: torch.autograd.FunctionContext, x: Tensor) {
          ctx.save_for_backward(x)
          return x.sin().mul(x)
        }
        static backward(ctx: torch.autograd.FunctionContext, g: Tensor) {
          const [saved] = ctx.saved_tensors as [Tensor]
          const x = saved.detach().requires_grad_()
          const y = torch.enable_grad(() => x.sin().mul(x))
          y.backward(g)
          return x.grad
        }
      }
      const x = on.leaf([1, 2], torch.float32)
      Checkpoint.apply(Checkpoint.apply(x)).sum().backward()
      const plain = on.leaf([1, 2], torch.float32)
      const once = plain.sin().mul(plain)
      once.sin().mul(once).sum().backward()
      await on.same(x.grad as Tensor, plain.grad as Tensor)
    })

    it('an error inside leaves nothing behind', async () => {
      const x = on.leaf([1, 2], torch.float32)
      const y = x.mul(2)
      const handle = y.register_hook(() => {
        throw new Error('from a hook')
      })
      const z = y.mul(y)
      expect(() => z.sum().backward(null, { retain_graph: true })).toThrow('from a hook')
      expect(torch.is_grad_enabled()).toBe(true)
      handle.remove()
      z.sum().backward()
      await on.near(x.grad as Tensor, [8, 16], [2])
    })
  })

  describe('freed graphs', () => {
    const kinds: Readonly<Record<string, (x: Tensor) => Tensor>> = {
      elementwise: (x) => x.mul(x),
      reduction: (x) => x.logsumexp(0),
      routine: (x) => x.softmax(0),
      product: (x) => x.dot(x),
      'in place': (x) => x.mul(1).mul_(x),
    }
    it.each(Object.entries(kinds))('%s: saved tensors are let go, and asking again is an error', (_, run) => {
      const x = on.leaf([1, 2], torch.float32)
      const y = run(x)
      y.sum().backward(null, { retain_graph: true })
      y.sum().backward()
      expect(() => y.sum().backward()).toThrow(FREED)
      // `grad` frees too, but not under retain_graph, nor where a graph of the gradients is made.
      const z = run(x)
      torch.autograd.grad(z.sum(), x, { create_graph: true })
      torch.autograd.grad(z.sum(), x)
      expect(() => torch.autograd.grad(z.sum(), x)).toThrow(FREED)
    })

    it('nodes that saved nothing run again', async () => {
      const x = on.leaf([1, 2], torch.float32)
      const y = x.add(1).neg().view(2)
      for (let i = 0; i < 3; i++) y.sum().backward()
      await on.near(x.grad as Tensor, [-3, -3], [2])
    })

    it('what was saved can be collected while the result lives on', async () => {
      const all = {
        ...kinds,
        sum: (x: Tensor) => x.sum(),
        mean: (x: Tensor) => x.mean(0),
        'a number added': (x: Tensor) => x.add(1),
      }
      // In a function of its own, so that nothing here holds the tensors of the graph.
      const build = (run: (x: Tensor) => Tensor): { result: Tensor; saved: WeakRef<object>[] } => {
        const inner = on.leaf([1, 2], torch.float32).mul(3)
        const result = run(inner)
        result.sum().backward()
        return { result, saved: [new WeakRef(inner), new WeakRef(inner.storage)] }
      }
      const graphs = Object.entries(all).map(([name, run]) => ({ name, ...build(run) }))
      for (let i = 0; i < 2; i++) {
        await new Promise((resolve) => setImmediate(resolve))
        collectGarbage()
      }
      const alive = graphs.filter(({ saved }) => saved.some((reference) => reference.deref() !== undefined))
      expect(alive.map(({ name }) => name)).toEqual([])
      expect(graphs.every(({ result }) => result.grad_fn !== null)).toBe(true)
    })

    it('a saved tensor says which node and version it was', () => {
      const x = on.leaf([1, 2], torch.float32)
      const y = x.mul(2)
      const saved = new SavedTensor(y)
      expect(saved.unpack()).toBe(y)
      y.add_(1)
      expect(() => saved.unpack()).toThrow('is at version 1; expected version 0 instead')
    })
  })

  describe('gradients of gradients', () => {
    it('to the fifth order', async () => {
      const x = on.leaf(2, on.precise)
      let y = x.pow(5)
      for (const expected of [80, 160, 240, 240, 120]) {
        const [g] = torch.autograd.grad(y, x, { create_graph: true })
        y = g
        await on.near(y, [expected], [])
      }
    })

    it('backward with create_graph adds into .grad with its history', async () => {
      const x = on.leaf([1, 2], torch.float32)
      x.pow(3).sum().backward(null, { create_graph: true })
      const first = x.grad as Tensor
      expect(first.requires_grad).toBe(true)
      x.grad = null
      first.sum().backward()
      await on.near(x.grad as unknown as Tensor, [6, 12], [2])
    })

    it('a gradient penalty', async () => {
      const [w, x] = [
        on.leaf([
          [1, 2],
          [3, 4],
        ]),
        on.leaf([1, -1]),
      ]
      await on.gradients(
        (a, b) => {
          const [g] = torch.autograd.grad(a.matmul(b).tanh().sum(), b, { create_graph: true })
          return g.norm().pow(2)
        },
        [w, x],
        { twice: false },
      )
    })
  })

  describe('arguments', () => {
    it('inputs: only they are added to', async () => {
      const [a, b] = [on.leaf([1, 2], torch.float32), on.leaf([3, 4], torch.float32)]
      const y = a.mul(b)
      y.sum().backward(null, { inputs: [a] })
      expect(b.grad).toBe(null)
      await on.near(a.grad as Tensor, [3, 4], [2])
    })

    it('a Jacobian by rows', async () => {
      const x = on.leaf([1, 2, 3], torch.float32)
      const y = x.mul(x)
      const rows = [0, 1, 2].map(
        (i) =>
          torch.autograd.grad(y, x, {
            grad_outputs: on.of([0, 0, 0].map((_, k) => (k === i ? 1 : 0))),
            retain_graph: true,
          })[0],
      )
      await on.near(torch.stack(rows), [2, 0, 0, 0, 4, 0, 0, 0, 6], [3, 3])
    })

    it('what is not connected', async () => {
      const [a, b] = [on.leaf([1, 2], torch.float32), on.leaf([3, 4], torch.float32)]
      const y = (): Tensor => a.mul(2).sum()
      expect(() => torch.autograd.grad(y(), [a, b])).toThrow('appears to not have been used in the graph')
      expect(torch.autograd.grad(y(), [a, b], { allow_unused: true })[1]).toBe(null)
      await on.near(torch.autograd.grad(y(), [a, b], { materialize_grads: true })[1], [0, 0], [2])
      expect(() => torch.autograd.grad(y(), on.of([1]))).toThrow(
        'One of the differentiated Tensors does not require grad',
      )
      expect(() => on.of(1).backward()).toThrow(
        'element 0 of tensors does not require grad and does not have a grad_fn',
      )
      expect(() => a.mul(2).backward()).toThrow('grad can be implicitly created only for scalar outputs')
      expect(() => a.mul(2).backward(on.of([1]))).toThrow('Mismatch in shape')
    })
  })

  it('changes in place of what a gradient needs are noticed, of what it does not need are not', async () => {
    const x = on.leaf([1, 2], torch.float32)
    const y = x.mul(2)
    const z = y.mul(y)
    y.add_(1)
    expect(() => z.sum().backward()).toThrow('has been modified by an inplace operation')
    const u = x.mul(2)
    const v = u.add(3)
    u.mul_(5)
    v.sum().backward()
    await on.near(x.grad as Tensor, [2, 2], [2])
    expect(() => x.add_(1)).toThrow('a leaf Variable that requires grad is being used in an in-place operation')
    expect(() => x.view(2).add_(1)).toThrow('a view of a leaf Variable that requires grad is being used in an in-place')
    torch.no_grad(() => x.add_(1))
    await on.near(x, [2, 3], [2])
  })
})
