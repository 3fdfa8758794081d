/**
 * Memory is given back early, so tests must try to use it too late: random graphs, of which hooks, `.grad`, `retain_grad` and
 * `grad()` keep gradients, are computed while new tensors take whatever was freed. All that is kept has to equal what the
 * reference device computes, where nothing is ever given back.
 */
import * as fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import { getDevice } from '../src/devices/device.ts'
import * as torch from '../src/index.ts'
import { devices, onEachSyncDevice, Slice, type Tensor, TestBench, valuesOf } from './harness.ts'

/** Steps that give a [4, 4] matrix of two. Some pass gradients on as they are, some as views, some as new tensors. */
const steps: Readonly<Record<string, (a: Tensor, b: Tensor) => Tensor>> = {
  add: (a, b) => a.add(b),
  sub: (a, b) => a.sub(b),
  mul: (a, b) => a.mul(b).mul(0.5),
  tanh: (a) => a.tanh(),
  view: (a) => a.view(2, 8).view(4, 4),
  transpose: (a, b) => a.t().add(b),
  product: (a, b) => a.matmul(b).tanh(),
  'in place': (a, b) => a.mul(1).add_(b),
  'in place through a view': (a, b) => {
    const y = a.mul(1)
    y.index(Slice(1, 3)).mul_(b.narrow(0, 0, 2))
    return y
  },
  'row sums': (a, b) => a.add(b.sum(1, { keepdim: true })),
  softmax: (a) => a.softmax(1),
  cat: (a, b) => torch.cat([a.narrow(0, 0, 2), b.narrow(0, 2, 2)]),
  split: (a, b) => (a.split(2)[0] as Tensor).repeat(2, 1).add(b),
  clone: (a) => a.clone(),
  expand: (a) => a.select(0, 0).expand(4, 4).mul(a),
  detach: (a, b) => a.detach().mul(b),
}

interface Program {
  readonly steps: readonly { readonly name: string; readonly a: number; readonly b: number; readonly watch: string }[]
  readonly passes: readonly ('backward' | 'grad' | 'twice' | 'graph')[]
  /** Whether the steps run in `torch.enclosed`, which frees what the program does not keep. */
  readonly enclosed: boolean
}

const programs: fc.Arbitrary<Program> = fc.record({
  steps: fc.array(
    fc.record({
      name: fc.constantFrom(...Object.keys(steps)),
      a: fc.nat(20),
      b: fc.nat(20),
      watch: fc.constantFrom('nothing', 'nothing', 'hook', 'retain', 'replace', 'keep'),
    }),
    { minLength: 2, maxLength: 10 },
  ),
  passes: fc.array(fc.constantFrom('backward', 'grad', 'twice', 'graph'), { minLength: 1, maxLength: 3 }),
  enclosed: fc.boolean(),
})

/** Runs a program and reads all that it kept, after junk has been written over all that is free. */
async function run(on: TestBench, program: Program): Promise<number[][]> {
  const kept: Tensor[] = []
  const leaves = [0, 1, 2].map((k) =>
    on
      .tensor(
        Array.from({ length: 16 }, (_, i) => Math.sin(i + 5 * k)),
        [4, 4],
      )
      .requires_grad_(),
  )
  for (const pass of program.passes) {
    const made: Tensor[] = [...leaves]
    const forward = (): [Tensor, ...Tensor[]] => {
      for (const { name, a, b, watch } of program.steps) {
        const y = steps[name]?.(made[a % made.length] as Tensor, made[b % made.length] as Tensor) as Tensor
        made.push(y)
        if (watch === 'keep') kept.push(y)
        if (!y.requires_grad) continue
        if (watch === 'retain') y.retain_grad()
        if (watch === 'hook') {
          y.register_hook((g) => {
            kept.push(g)
          })
        }
        if (watch === 'replace') y.register_hook((g) => g.mul(0.5))
      }
      const out = made
        .slice(-3)
        .reduce((sum, y) => sum.add(y))
        .sum()
      return [out, ...kept]
    }
    const [out] = program.enclosed ? torch.enclosed(forward) : forward()
    if (!out.requires_grad) continue
    const options = { allow_unused: true, create_graph: pass === 'graph', retain_graph: pass === 'graph' }
    if (pass === 'backward') out.backward()
    else if (pass === 'twice') {
      out.backward(null, { retain_graph: true })
      out.backward()
    } else for (const g of torch.autograd.grad(out, leaves, options)) if (g !== null) kept.push(g)
    kept.push(out, ...made.flatMap((y) => (y.grad === null ? [] : [y.grad])))
    junk(on)
  }
  junk(on)
  return Promise.all(kept.map(valuesOf))
}

/** Takes memory that may have been given back too early, and writes on it. */
function junk(on: TestBench): void {
  for (let i = 0; i < 30; i++) on.tensor([], [0]).new_full([4, 4], 1e9)
}

onEachSyncDevice('memory that a pass gives back', (on) => {
  const reference = new TestBench(devices.find(({ isReference }) => isReference) ?? on.device)

  it('is not what somebody kept', async () => {
    await fc.assert(
      fc.asyncProperty(programs, async (program) => {
        reference.device.use()
        const expected = await run(reference, program)
        on.device.use()
        const found = await run(on, program)
        expect(found.length).toBe(expected.length)
        for (const [i, values] of expected.entries()) {
          const size = Math.max(1, ...values.map(Math.abs))
          const off = values.map((value, k) => Math.abs(value - (found[i]?.[k] as number)) / size)
          expect(Math.max(0, ...off)).toBeLessThan(1e-4)
        }
      }),
      { seed: 11, numRuns: 60 },
    )
  })
})

onEachSyncDevice('the first gradient of a pass', (on) => {
  it('is given back like the others, though it comes of a lone number', () => {
    const x = on.tensor([3, 4, 0, 0], [4]).requires_grad_()
    const loss = x.mul(2).norm()
    const device = getDevice(on.device.type)
    const [allocate, free] = [vi.spyOn(device, 'allocate'), vi.spyOn(device, 'free')]
    try {
      loss.backward()
      const [made, freed] = [allocate.mock.calls, free.mock.calls.map(([{ length }]) => [length])].map(
        (calls) => calls.filter(([length]) => length === 4).length,
      ) as [number, number]
      expect(made).toBeGreaterThan(1)
      expect(made - freed).toBe(1) // x.grad
    } finally {
      allocate.mockRestore()
      free.mockRestore()
    }
  })
})
