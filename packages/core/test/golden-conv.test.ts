/**
 * Replays the convolutions and pooling that PyTorch computed in float64 for `golden/conv.json` (made by
 * `tools/golden/conv.py`): results, indices, first and second gradients, names of graph nodes, and errors.
 */
import { describe, expect, it } from 'vitest'
import * as torch from '../src/index.ts'
import { caught, functionNamed, type GoldenTensor, readGolden } from './golden.ts'
import { onEachDevice, sizeOf, type Tensor, type TestBench, valuesOf } from './harness.ts'

interface Case {
  /** Of the inputs; null is passed as it is. */
  readonly shapes: readonly (readonly number[] | null)[]
  readonly a: readonly unknown[]
  readonly o: Readonly<Record<string, unknown>>
  readonly r: GoldenTensor
  readonly n: string
  readonly g: readonly GoldenTensor[]
  readonly h: readonly GoldenTensor[]
  readonly indices?: GoldenTensor
}
interface Mistake extends Pick<Case, 'shapes' | 'a' | 'o'> {
  readonly types: readonly ('float32' | 'float64' | 'int32')[]
  readonly caught: unknown
}
interface Op {
  readonly cases: readonly Case[]
  readonly mistakes: readonly Mistake[]
}

const golden = Object.entries(await readGolden<Op>('conv'))

/** Numbers that float32 holds exactly, with ties; `conv.py` has the same formula. */
const numbers = (shape: readonly number[], seed: number): number[] =>
  Array.from({ length: sizeOf(shape) }, (_, i) => (((i * 7 + seed * 3) * ((i % 5) + 1)) % 23) / 8 - 1.25)

/** Something whose gradients reach every step of a graph; `conv.py` has the same formula. */
function loss(on: TestBench, out: Tensor): Tensor {
  const factors = Array.from({ length: out.numel() }, (_, i) => ((i * 7) % 11) / 8 - 0.6)
  return on.tensor(factors, out.shape, out.dtype).mul(out).mul(out).sum()
}

/** The same numbers lying otherwise in memory. */
function turned(x: Tensor): Tensor {
  const order = x.shape.map((_, i) => x.ndim - 1 - i)
  return x.permute(order).contiguous().permute(order)
}

/** Where values are not those of PyTorch, by the size of the largest. */
async function differences(what: string, actual: Tensor | undefined, expected: GoldenTensor): Promise<string[]> {
  if (actual?.shape.join() !== expected.s.join())
    return [`${what}: shape ${actual?.shape.join()}, PyTorch ${expected.s.join()}`]
  const wanted = expected.v.map(Number)
  const allowed = { float32: 1e-5, float64: 1e-12 }[actual.dtype.name] ?? 0
  const near = allowed * Math.max(1, ...wanted.map(Math.abs))
  return (await valuesOf(actual)).flatMap((value, i) =>
    Math.abs(value - (wanted[i] as number)) <= near ? [] : [`${what}[${i}]: ${value}, PyTorch ${wanted[i]}`],
  )
}

function call(name: string, inputs: readonly (Tensor | null)[], { a, o }: Pick<Case, 'a' | 'o'>): [Tensor, Tensor?] {
  const out = functionNamed(name)?.(...inputs, ...a, o)
  return out instanceof torch.Tensor ? [out] : (out as [Tensor, Tensor])
}

/** Says where ours differs. */
async function replay(on: TestBench, name: string, example: Case, lay: (x: Tensor) => Tensor): Promise<string[]> {
  const texts: string[] = []
  for (const dtype of on.device.floats) {
    const inputs = example.shapes.map((shape, seed) => {
      return shape === null
        ? null
        : lay(on.tensor(numbers(shape, seed), shape, dtype))
            .detach()
            .requires_grad_()
    })
    const leaves = inputs.filter((x) => x !== null)
    const [out, indices] = call(name, inputs, example)
    const first = torch.autograd.grad(loss(on, out), leaves, { create_graph: true })
    const second = torch.autograd.grad(
      first.map((g) => g.square().sum()).reduce((sum, x) => sum.add(x)),
      leaves,
    )
    texts.push(...(await differences(`${dtype.name} result`, out, example.r)))
    if (out.grad_fn?.name() !== example.n) texts.push(`${out.grad_fn?.name()}, PyTorch ${example.n}`)
    if (example.indices !== undefined) texts.push(...(await differences('indices', indices, example.indices)))
    const gradients = [...first.map((g, i) => [g, example.g[i]]), ...second.map((h, i) => [h, example.h[i]])] as const
    for (const [i, [g, expected]] of gradients.entries()) {
      texts.push(...(await differences(`${dtype.name} gradient ${i}`, g as Tensor, expected as GoldenTensor)))
    }
  }
  return texts
}

onEachDevice('convolution and pooling as PyTorch computes them', (on) => {
  describe.each(golden)('%s', (name, { cases, mistakes }) => {
    it.each(cases.map((example) => [JSON.stringify([example.shapes, example.a, example.o]), example] as const))(
      '%s',
      async (_, example) => {
        expect(await replay(on, name, example, (x) => x)).toEqual([])
        expect(await replay(on, name, example, turned)).toEqual([])
      },
    )

    it('says what PyTorch says to mistakes', async () => {
      const here = mistakes.filter(({ types }) => on.device.floats.length > 1 || !types.includes('float64'))
      const texts: string[] = []
      for (const { shapes, types, a, o, caught: expected } of here) {
        const inputs = shapes.map((shape, i) =>
          shape === null ? null : torch.ones(shape, { dtype: torch[types[i] ?? 'float32'], device: on.device.type }),
        )
        const text = await on.difference(
          caught(() => call(name, inputs, { a, o })),
          expected,
        )
        if (text !== null) texts.push(`${JSON.stringify([shapes, a, o])}: ${text}`)
      }
      expect(texts).toEqual([])
    })
  })
})
