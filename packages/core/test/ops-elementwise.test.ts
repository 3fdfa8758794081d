/**
 * Every elementwise op of the registry, its kernel against its formula evaluated in float64: dtypes, broadcasting, layouts,
 * empty and 0-dimensional tensors, numbers as operands, the edges of the domain, integers, and the form in place.
 */
import { describe, expect, it } from 'vitest'
import type { Expression } from '../src/formula/index.ts'
import * as torch from '../src/index.ts'
import type { ElementwiseOp } from '../src/ops/define/elementwise.ts'
import {
  domainOf,
  drawInput,
  expected,
  formulaOf,
  isBitwise,
  isDifferentiable,
  isMask,
  parametersOf,
  toTensor,
} from './elementwise-cases.ts'
import { layouts, type Model, onEachDevice, sizeOf, type TestBench } from './harness.ts'

const ops = [...torch.elementwiseOps.values()]

/** Shapes that broadcast: one an operand, and the next of the list for the next. */
const shapeTuples: Readonly<Record<string, readonly (readonly number[])[]>> = {
  'equal shapes': [
    [2, 3],
    [2, 3],
    [2, 3],
  ],
  'scalars on the right': [[2, 3], [], []],
  'scalars on the left': [[], [2, 3], [3]],
  rows: [[2, 3], [3], [1, 3]],
  columns: [
    [2, 3],
    [2, 1],
    [2, 1],
  ],
  'both ways': [[2, 1], [1, 3], [3]],
  'more dimensions': [[3], [2, 1, 3], [2, 1]],
  'no elements': [[0, 3], [3], [1, 1]],
  'no elements by broadcasting': [[2, 1], [2, 0], []],
  '0 dimensions': [[], [], []],
  'one element': [[1], [], [1, 1]],
}

/** Values at which formulas go wrong: signed zeros, infinities, NaN, what overflows an exponential, what underflows a square. */
const edges = [0, -0, 1, -1, Infinity, -Infinity, Number.NaN, 80, -80, 1e-30, -1e-30]

/** Where 0 has no sign, neither has its inverse. */
const edgesOn = (on: TestBench): number[] => edges.filter((x) => on.device.exactZero || !Object.is(x, -0))

const dtypeOf = (op: ElementwiseOp, dtype: torch.DType): torch.DType => (isBitwise(op) ? torch.int32 : dtype)

/** Every tuple of edges for so many operands, in columns; of three and more the tuples that 150 random draws give. */
function edgeOperands(on: TestBench, arity: number): number[][] {
  const edges = edgesOn(on)
  if (arity > 2) {
    return Array.from({ length: arity }, () => on.integers(150, [0, edges.length - 1]).map((i) => edges[i] as number))
  }
  let tuples: number[][] = [[]]
  for (let i = 0; i < arity; i++) tuples = tuples.flatMap((tuple) => edges.map((edge) => [...tuple, edge]))
  return Array.from({ length: arity }, (_, i) => tuples.map((tuple) => tuple[i] as number))
}

/** Ops and the ops that their gradients are, twice over: all have kernels, which have edges. Each formula once. */
const kernels = new Map<Expression, [string, ElementwiseOp]>()
function collect(title: string, op: ElementwiseOp, depth: number): void {
  const formula = formulaOf(op)
  if (!kernels.has(formula)) kernels.set(formula, [title, op])
  if (depth === 0 || !isDifferentiable(op)) return
  for (let i = 0; i < op.arity; i++) {
    const gradient = op.pullback(i)?.op
    if (gradient !== undefined) collect(`${title} by ${op.kernel.inputs[i]}`, gradient, depth - 1)
  }
}
for (const op of ops) if (!isBitwise(op)) collect(op.name, op, 2)

onEachDevice('elementwise ops', (on) => {
  describe.each(ops.map((op) => [op.name, op] as const))('%s', (_, op) => {
    const inputs = Array.from({ length: op.arity }, (_unused, i) => i)
    const run = (models: readonly Model[], parameters: readonly number[], dtype: torch.DType) =>
      op.call([...models.map((model, i) => toTensor(on, op, i, model, dtype)), ...parameters])
    const resultOf = (dtype: torch.DType) => (op.definition.result === 'bool' ? torch.bool : dtype)

    it.each(on.ownFloats.map((dtype) => [String(dtype), dtype] as const))('broadcasts in %s', async (_name, dtype) => {
      for (const shapes of Object.values(shapeTuples)) {
        for (const parameters of parametersOf(op)) {
          const models = inputs.map((i) => drawInput(on, op, i, shapes[i] as number[]))
          const out = run(models, parameters, dtype)
          const { values, shape, rounded } = expected(on, op, models, parameters, dtypeOf(op, dtype))
          expect(out.dtype).toBe(resultOf(dtypeOf(op, dtype)))
          await on.near(out, values, shape, 1, rounded)
        }
      }
    })

    it('reads operands in every layout', async () => {
      const [parameters = []] = parametersOf(op)
      const names = Object.keys(layouts)
      for (const k of names.keys()) {
        const models = inputs.map((i) => drawInput(on, op, i, [3, 4]))
        const { values, shape, rounded } = expected(on, op, models, parameters, dtypeOf(op, torch.float32))
        const tensors = models.map((model, i) => {
          const lay = layouts[names[(k + i) % names.length] as string]
          return lay?.(toTensor(on, op, i, model, torch.float32)) as torch.Tensor
        })
        await on.near(op.call([...tensors, ...parameters]), values, shape, 1, rounded)
        const expanded = tensors.map((x, i) => (i === 0 ? x.narrow(0, 0, 1).expand(3, 4) : x))
        const rows = models.map((model, i) => (i === 0 ? { values: model.values.slice(0, 4), shape: [4] } : model))
        const again = expected(
          on,
          op,
          op.arity === 1 ? [{ values: repeatRows(models[0] as Model), shape: [3, 4] }] : rows,
          parameters,
          dtypeOf(op, torch.float32),
        )
        await on.near(op.call([...expanded, ...parameters]), again.values, again.shape, 1, again.rounded)
      }
    })

    it('takes numbers as operands', async () => {
      if (op.arity === 1) return
      for (const parameters of parametersOf(op)) {
        for (const chosen of inputs) {
          const models = inputs.map((i) => drawInput(on, op, i, i === chosen ? [2, 2] : []))
          const operands = models.map((model, i) =>
            i === chosen ? toTensor(on, op, i, model, torch.float32) : (model.values[0] as number),
          )
          if (isMask(op, chosen)) continue
          const { values, shape, rounded } = expected(on, op, models, parameters, dtypeOf(op, torch.float32))
          await on.near(op.call([...operands, ...parameters]), values, shape, 1, rounded)
        }
      }
    })

    it('works in place as out of place', async () => {
      const [parameters = []] = parametersOf(op)
      if (isMask(op, 0)) return
      for (const shapes of [
        shapeTuples['equal shapes'],
        shapeTuples['rows'],
        shapeTuples['scalars on the right'],
        shapeTuples['0 dimensions'],
        shapeTuples['no elements'],
      ]) {
        const models = inputs.map((i) => drawInput(on, op, i, shapes?.[i] as number[]))
        const tensors = models.map((model, i) => toTensor(on, op, i, model, torch.float32))
        const out = op.call([...tensors, ...parameters])
        const [x, ...others] = tensors as [torch.Tensor, ...torch.Tensor[]]
        const before = x._version
        const changed = op.callInPlace([x, ...others, ...parameters])
        expect(changed).toBe(x)
        expect(x._version).toBe(before + 1)
        await on.same(x, out.to(x.dtype))
      }
    })

    it('writes in place into every layout, and nowhere else', async () => {
      const [parameters = []] = parametersOf(op)
      if (isMask(op, 0)) return
      for (const lay of Object.values(layouts)) {
        const models = inputs.map((i) => drawInput(on, op, i, [2, 3]))
        const tensors = models.map((model, i) => toTensor(on, op, i, model, torch.float32))
        const out = op.call([...tensors, ...parameters])
        const x = lay(tensors[0] as torch.Tensor)
        const memory = on.tensor([], [0], x.dtype).new_zeros([x.storage.length])
        const whole = x.as_strided([x.storage.length], [1], 0)
        memory.copy_(whole)
        memory.as_strided(x.shape, x.strides, x.offset).copy_(out)
        op.callInPlace([x, ...tensors.slice(1), ...parameters])
        await on.same(whole, memory)
      }
    })

    it('takes integers and truth values', async () => {
      const [parameters = []] = parametersOf(op)
      // Powers and quotients of whole numbers need not be whole; which are refused is up to the functions that choose.
      const { only } = op.definition
      if (!parameters.every(Number.isInteger) || only === 'floating' || /^(pow|addcdiv)/.test(op.name)) return
      for (const dtype of [torch.int32, torch.uint8, torch.bool]) {
        if (dtype === torch.bool && (isBitwise(op) || only === 'numbers')) continue
        const models = inputs.map((i) => ({ values: integersFor(on, op, i, dtype), shape: [6] }))
        const out = op.call([...models.map((model) => on.tensor(model.values, [6], dtype)), ...parameters])
        const computed = op.definition.result === 'floating' ? torch.float32 : torch.float64
        expect(out.dtype).toBe(op.definition.result === 'floating' ? torch.float32 : resultOf(dtype))
        const { values, rounded } = expected(on, op, models, parameters, computed)
        // 'promoted' is for what stays among whole numbers; the rest asks for floating point, or makes it.
        expect(out.dtype.kind === 'floating' || values.every(Number.isInteger)).toBe(true)
        await on.near(out, values.map(out.dtype.round), [6], 1, rounded)
      }
    })
  })

  it.each(ops.filter((op) => op.definition.only !== undefined).map((op) => [op.name, op] as const))(
    '%s refuses what PyTorch has no kernel for',
    (_, op) => {
      const [dtype, name] = op.definition.only === 'floating' ? [torch.int32, 'Int'] : [torch.bool, 'Bool']
      const operands = Array.from({ length: op.arity }, () => on.of([1, 0], dtype))
      expect(() => op.call([...operands, ...(parametersOf(op)[0] ?? [])])).toThrow(`not implemented for '${name}'`)
    },
  )

  describe('at the edges of the domain', () => {
    it.each([...kernels.values()])('%s', async (_, op) => {
      const [parameters = []] = parametersOf(op)
      const columns = edgeOperands(on, op.arity)
      for (const dtype of on.ownFloats) {
        const models = columns.map((values) => ({ values, shape: [values.length] }))
        const tensors = models.map((model) => on.tensor(model.values, model.shape, dtype))
        const { values, shape, rounded } = expected(on, op, models, parameters, dtype)
        await on.near(op.call([...tensors, ...parameters]), values, shape, 1, rounded)
      }
      for (const [i] of edgesOn(on).entries()) {
        const scalars = columns.map((values, k) => ({
          values: [values[(i * 37 + k) % values.length] as number],
          shape: [],
        }))
        const { values, rounded } = expected(on, op, scalars, parameters, torch.float32)
        await on.near(
          op.call([...scalars.map((model) => on.tensor(model.values, [], torch.float32)), ...parameters]),
          values,
          [],
          1,
          rounded,
        )
      }
    })
  })
})

const repeatRows = ({ values }: Model): number[] => [0, 1, 2].flatMap(() => values.slice(0, 4))

/** Whole numbers that an op takes: none where it would divide by zero or leave its domain. */
function integersFor(on: TestBench, op: ElementwiseOp, input: number, dtype: torch.DType): number[] {
  const [low, high] = isBitwise(op) && input > 0 ? [0, 8] : domainOf(op, input)
  const least = dtype === torch.int32 ? Math.ceil(low) : Math.max(0, Math.ceil(low))
  const most = dtype === torch.bool ? 1 : Math.max(least, Math.floor(high))
  return on.integers(sizeOf([6]), [Math.min(least, most), most])
}
