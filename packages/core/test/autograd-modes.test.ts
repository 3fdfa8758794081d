/** Modes: what is recorded, what is refused, and that every mode ends where it should. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Node } from '../src/autograd/node.ts'
import * as torch from '../src/index.ts'
import { onEachSyncDevice, type Tensor } from './harness.ts'

const modes = {
  no_grad: torch.no_grad,
  inference_mode: torch.inference_mode,
  enable_grad: torch.enable_grad,
  detect_anomaly: torch.autograd.detect_anomaly,
} as const

const state = () => [torch.is_grad_enabled(), torch.is_inference_mode_enabled(), torch.autograd.is_anomaly_enabled()]

onEachSyncDevice('modes', (on) => {
  afterEach(() => {
    vi.restoreAllMocks()
    if (state().join() !== 'true,false,false') throw new Error(`the test left the modes at ${state().join()}`)
  })

  describe.each(Object.entries(modes))('%s', (name, mode) => {
    it('returns what the callback returns', () => {
      expect(mode(() => 7)).toBe(7)
      const changed = torch.set_grad_enabled(name !== 'enable_grad', () => [state(), mode(() => state())])
      expect(changed[0]).not.toEqual(changed[1])
    })

    it('ends when the callback throws', () => {
      expect(() =>
        mode(() => {
          throw new Error('inside')
        }),
      ).toThrow('inside')
    })

    it('ends with the block that it was made in', () => {
      const before = state()
      {
        using _ = mode()
        expect(state().join() === before.join()).toBe(name === 'enable_grad')
      }
      expect(state()).toEqual(before)
    })

    it('refuses a callback that returns a Promise', () => {
      // @ts-expect-error -- types refuse it too
      expect(() => mode(async () => await Promise.resolve(1))).toThrow('the callback returned a Promise')
      // @ts-expect-error -- and what only gives a Promise
      expect(() => mode(() => Promise.reject(new Error('unheard')))).toThrow('the callback returned a Promise')
    })
  })

  it('nest in every order', () => {
    torch.no_grad(() => {
      torch.enable_grad(() => {
        expect(torch.is_grad_enabled()).toBe(true)
        torch.no_grad(() => expect(torch.is_grad_enabled()).toBe(false))
        expect(torch.is_grad_enabled()).toBe(true)
      })
      expect(torch.is_grad_enabled()).toBe(false)
    })
    torch.set_grad_enabled(false)
    expect(torch.is_grad_enabled()).toBe(false)
    torch.set_grad_enabled(true)
  })

  it('no_grad: nothing is recorded, and leaves may change in place', async () => {
    const x = on.leaf([1, 2], torch.float32)
    const y = torch.no_grad(() => x.mul(2))
    expect([y.requires_grad, y.is_leaf, y.grad_fn]).toEqual([false, true, null])
    torch.no_grad(() => x.sub_(on.of([1, 1])))
    await on.near(x, [0, 1], [2])
    expect(x.requires_grad).toBe(true)
    expect(torch.no_grad(() => on.leaf([1])).requires_grad).toBe(true)
  })

  it('inference mode: its tensors join no graph, and change only inside', async () => {
    const x = on.leaf([1, 2], torch.float32)
    const y = torch.inference_mode(() => x.mul(2))
    expect([y.is_inference(), y.requires_grad]).toEqual([true, false])
    expect(() => x.mul(y)).toThrow('Inference tensors cannot be saved for backward')
    expect(() => y.add_(1)).toThrow('Inplace update to inference tensor outside InferenceMode is not allowed')
    expect(() => y.requires_grad_()).toThrow('Setting requires_grad=True on inference tensor outside InferenceMode')
    torch.inference_mode(() => y.add_(1))
    await on.near(y, [3, 5], [2])
    const copy = y.clone()
    expect(copy.is_inference()).toBe(false)
    x.mul(copy).sum().backward()
    await on.near(x.grad as Tensor, [3, 5], [2])
    // A view shares memory that is not of inference mode.
    expect(torch.inference_mode(() => x.view(2)).is_inference()).toBe(false)
    expect(torch.inference_mode(false, () => x.mul(2)).requires_grad).toBe(true)
  })

  describe('anomaly mode', () => {
    it('finds NaN, names the node and shows where it was made', () => {
      const x = on.leaf([0, 1], torch.float32)
      const [warning] = torch.warnings.catch_warnings(() => {
        torch.autograd.detect_anomaly(() => {
          const y = x.mul(0).div(x.mul(0)).sum()
          expect(() => y.backward()).toThrow("Function 'DivBackward0' returned nan values in its 1th output.")
        })
      })
      expect(warning?.message).toContain('Error detected in DivBackward0')
      expect(warning?.message).toContain('autograd-modes.test.ts')
    })

    it('says that it knows nothing of what was made before', () => {
      const x = on.leaf([-1, 1], torch.float32)
      const y = x.sqrt().sum()
      const [warning] = torch.warnings.catch_warnings(() => {
        torch.autograd.detect_anomaly(() => expect(() => y.backward()).toThrow('nan values'))
      })
      expect(warning?.message).toContain('No forward pass information available')
    })

    it('lets infinities pass, and remembers no stack outside', () => {
      const x = on.leaf([0, 1], torch.float32)
      torch.autograd.detect_anomaly(() => x.sqrt().sum().backward())
      expect(x.grad?.isinf().any().item()).toBe(true)
      expect(x.mul(2).grad_fn).toBeInstanceOf(Node)
      expect(x.mul(2).grad_fn?.stack).toBe(null)
    })
  })

  it('requires_grad: only leaves, only floating point', () => {
    const x = on.leaf([1, 2], torch.float32)
    expect(() => on.of([1, 2], torch.int32).requires_grad_()).toThrow(
      'only Tensors of floating point dtype can require gradients',
    )
    const y = x.mul(2)
    expect(() => y.requires_grad_(false)).toThrow('you can only change requires_grad flags of leaf variables')
    expect(y.requires_grad_()).toBe(y)
    expect(y.detach().requires_grad).toBe(false)
    expect(y.detach_().is_leaf).toBe(true)
    x.requires_grad = false
    expect(x.mul(2).requires_grad).toBe(false)
    expect(on.leaf([1]).gt(0).requires_grad).toBe(false)
    expect(on.leaf([1]).to(torch.int32).requires_grad).toBe(false)
  })

  it('.grad takes only what fits', () => {
    const x = on.leaf([1, 2], torch.float32)
    expect(() => {
      x.grad = on.of([1])
    }).toThrow('attempting to assign a gradient of size')
    expect(() => {
      x.grad = on.of([1, 2], torch.int32)
    }).toThrow('attempting to assign a gradient with dtype')
    expect(() => {
      x.grad = x
    }).toThrow("can't assign Variable as its own grad")
    const g = on.of([3, 4])
    x.grad = g
    expect(x.grad).toBe(g)
  })
})

describe('modes of functions that overlap', () => {
  const later = (): Promise<void> => new Promise((done) => setTimeout(done))
  const without = async (rounds: number): Promise<boolean> => {
    using _ = torch.no_grad()
    for (let i = 0; i < rounds; i++) await later()
    return torch.is_grad_enabled()
  }

  it.each([
    [1, 3],
    [3, 1],
    [2, 2],
    [3, 1, 2],
  ])('end when the last of them ends: %s', async (...rounds) => {
    const seen = await Promise.all(rounds.map(without))
    expect(seen).toEqual(rounds.map(() => false))
    expect(torch.is_grad_enabled()).toBe(true)
  })

  it('keep what was switched for good, and end once', () => {
    const off = torch.set_grad_enabled(false)
    {
      using _ = torch.enable_grad()
      expect(torch.is_grad_enabled()).toBe(true)
    }
    expect(torch.is_grad_enabled()).toBe(false)
    off[Symbol.dispose]()
    off[Symbol.dispose]()
    expect(torch.is_grad_enabled()).toBe(true)
  })

  it('end with the callback that they began in', () => {
    const inner: Disposable[] = []
    torch.no_grad(() => void inner.push(torch.enable_grad()))
    expect(torch.is_grad_enabled()).toBe(true)
    inner[0]?.[Symbol.dispose]()
    expect(torch.is_grad_enabled()).toBe(true)
  })
})
