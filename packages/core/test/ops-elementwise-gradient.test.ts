/**
 * The gradients of every elementwise op of the registry: in float64 against finite differences through the compiled kernel,
 * first and second order; in float32, on every device, against finite differences of the formula itself.
 */
import { describe, expect, it } from 'vitest'
import { evaluate } from '../src/formula/index.ts'
import * as torch from '../src/index.ts'
import type { ElementwiseOp } from '../src/ops/define/elementwise.ts'
import {
  domainOf,
  drawInput,
  formulaOf,
  isDifferentiable,
  isMask,
  parametersOf,
  toTensor,
} from './elementwise-cases.ts'
import {
  broadcastAt,
  commonShape,
  indicesOf,
  layouts,
  type Model,
  onEachDevice,
  placeOf,
  type TestBench,
  valuesOf,
} from './harness.ts'

const ops = [...torch.elementwiseOps.values()].filter(isDifferentiable)

/** Shapes that broadcast against each other in every way, for up to three operands. */
const shapeTuples: readonly (readonly number[][])[] = [
  [
    [2, 2],
    [2, 2],
    [2, 2],
  ],
  [[2, 2], [2], [2, 1]],
  [[1, 2], [2, 1], []],
  [[], [2], [1, 2]],
  [[], [], []],
]

/** Shapes that an op can work on in place. */
const inPlaceShapes: readonly (readonly number[][])[] = [
  [
    [2, 3],
    [2, 3],
    [2, 3],
  ],
  [[2, 3], [3], []],
  [[], [], []],
]

/** A gradient to start from that differs from element to element. */
const weight = (i: number): number => ((i * 7) % 5) / 4 - 0.4

/** The gradient of an input by central differences of the formula in float64, summed over what it was broadcast to. */
function differences(
  op: ElementwiseOp,
  models: readonly Model[],
  parameters: readonly number[],
  input: number,
): number[] {
  const shape = commonShape(...models.map((model) => model.shape))
  const formula = formulaOf(op)
  const own = models[input] as Model
  const gradient = own.values.map(() => 0)
  for (const [place, index] of indicesOf(shape).entries()) {
    const operands = [...models.map((model) => broadcastAt(model, index)), ...parameters]
    const at = (moved: number): number =>
      evaluate(
        formula,
        Object.fromEntries(
          op.kernel.inputs.map((name, i) => [name, Math.fround(operands[i] ?? 0) + (i === input ? moved : 0)]),
        ),
      )
    const where = index.slice(index.length - own.shape.length).map((i, dim) => (own.shape[dim] === 1 ? 0 : i))
    const to = placeOf(where, own.shape)
    gradient[to] = (gradient[to] as number) + (weight(place) * (at(1e-5) - at(-1e-5))) / 2e-5
  }
  return gradient
}

onEachDevice('gradients of elementwise ops', (on) => {
  const leaf = (op: ElementwiseOp, i: number, model: Model, dtype: torch.DType) => {
    const x = toTensor(on, op, i, model, dtype)
    return isMask(op, i) ? x : x.requires_grad_()
  }

  describe.each(ops.map((op) => [op.name, op] as const))('%s', (_, op) => {
    const inputs = Array.from({ length: op.arity }, (_unused, i) => i)
    const draw = (shapes: readonly (readonly number[])[]) =>
      inputs.map((i) => drawInput(on, op, i, shapes[i] as number[]))

    it('first and second order, broadcast', async () => {
      // In float32 steps are too wide for what jumps and is constant in between.
      if (!on.device.floats.includes(torch.float64) && inputs.every((i) => op.pullback(i) === null)) return
      for (const parameters of parametersOf(op)) {
        for (const shapes of op.arity === 1 ? [[[3]], [[]]] : shapeTuples) {
          const leaves = draw(shapes).map((model, i) => leaf(op, i, model, on.precise))
          await on.gradients((...xs) => op.call([...xs, ...parameters]), leaves)
        }
      }
    })

    it('float32', async () => {
      for (const parameters of parametersOf(op)) {
        for (const shapes of op.arity === 1 ? [[[2, 3]], [[]]] : shapeTuples) {
          const models = draw(shapes)
          const leaves = models.map((model, i) => leaf(op, i, model, torch.float32))
          const out = op.call([...leaves, ...parameters])
          expect(out.requires_grad).toBe(true)
          const start = indicesOf(out.shape).map((_index, i) => weight(i))
          out.backward(on.tensor(start, out.shape))
          for (const [i, x] of leaves.entries()) {
            if (isMask(op, i)) continue
            const gradient = x.grad ?? x.detach().mul(0)
            expect(gradient.dtype).toBe(torch.float32)
            await nearly(on, gradient, differences(op, models, parameters, i), x.shape)
          }
        }
      }
    })

    it('through views, as of copies', async () => {
      const [parameters = []] = parametersOf(op)
      const names = Object.keys(layouts)
      for (const k of names.keys()) {
        const leaves = draw([
          [2, 3],
          [2, 3],
          [2, 3],
        ]).map((model, i) => leaf(op, i, model, torch.float32))
        const views = leaves.map((x, i) => {
          const y = layouts[names[(k + i) % names.length] as string]?.(x.detach()) as torch.Tensor
          return isMask(op, i) ? y : y.requires_grad_()
        })
        const [out, other] = [leaves, views].map((xs) => op.call([...xs, ...parameters])) as [
          torch.Tensor,
          torch.Tensor,
        ]
        expect(out.requires_grad).toBe(true)
        out.sum().backward()
        other.sum().backward()
        for (const [i, x] of leaves.entries()) {
          if (x.grad === null) continue
          await on.same((views[i] as torch.Tensor).grad as torch.Tensor, x.grad)
        }
      }
    })

    it('in place, as out of place', async () => {
      const [parameters = []] = parametersOf(op)
      if (isMask(op, 0)) return
      for (const shapes of inPlaceShapes) {
        const models = draw(shapes)
        const names = new Set<string | undefined>()
        const gradients = [false, true].map((inPlace) => {
          const leaves = models.map((model, i) => leaf(op, i, model, torch.float32))
          const x = (leaves[0] as torch.Tensor).mul(1)
          const values = [x, ...leaves.slice(1), ...parameters]
          const out = inPlace ? op.callInPlace(values) : op.call(values)
          // In place some are other overloads of PyTorch's, which the number at the end tells.
          names.add(out.grad_fn?.name().replace(/\d+$/, ''))
          out.mul(out).sum().backward()
          return leaves.map((y) => y.grad ?? y.detach().float().mul(0))
        })
        expect(names.size).toBe(1)
        for (const [i, gradient] of (gradients[0] as torch.Tensor[]).entries())
          await on.same((gradients[1] as torch.Tensor[])[i] as torch.Tensor, gradient)
      }
    })

    it('far out and near zero, no NaN where the result has none', async () => {
      const [parameters = []] = parametersOf(op)
      const points = [80, -80, 1e-30, -1e-30, 0]
      const places = inputs.map((i) => points.filter((p) => p > domainOf(op, i)[0] || domainOf(op, i)[0] === -3))
      const columns = inputs.map((i) =>
        points.map((_p, k) => (places[i] as number[])[(k + i) % (places[i] as number[]).length] as number),
      )
      const leaves = columns.map((values, i) => leaf(op, i, { values, shape: [points.length] }, torch.float32))
      const out = op.call([...leaves, ...parameters])
      expect(out.requires_grad).toBe(true)
      out.sum().backward()
      const results = await valuesOf(out)
      for (const x of leaves) {
        if (x.grad === null) continue
        const gradient = await valuesOf(x.grad)
        expect(gradient.filter((value, i) => Number.isNaN(value) && !Number.isNaN(results[i]))).toEqual([])
      }
    })
  })
})

async function nearly(
  on: TestBench,
  actual: torch.Tensor,
  expected: readonly number[],
  shape: torch.Shape,
): Promise<void> {
  expect(actual.shape).toEqual(shape)
  const values = await valuesOf(actual)
  const loose = Math.max(on.device.relative, 1e-5)
  const wrong = expected.flatMap((value, i) =>
    Math.abs((values[i] as number) - value) <= loose * (1 + Math.abs(value))
      ? []
      : [`[${i}] ${values[i]}, expected ${value}`],
  )
  expect(wrong).toEqual([])
}
