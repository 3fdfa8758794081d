/** What the generated tests of elementwise ops share: operands from each op's domain, and its formula worked out by hand. */

import { type Expression, evaluate, functionOf, lower, nodesOf } from '../src/formula/index.ts'
import * as torch from '../src/index.ts'
import type { ElementwiseOp } from '../src/ops/define/elementwise.ts'
import { broadcastAt, commonShape, indicesOf, type Model, sizeOf, type Tensor, type TestBench } from './harness.ts'

/** Parameters that a step away from the defaults would not suit. */
const otherParameters: Readonly<Record<string, readonly number[]>> = {
  polygamma: [2],
  nextafter: [2 ** -24, 2 ** -140, 2 ** -120, 2 ** 127],
  round_decimals: [10, 0.1],
  logit: [0.2],
  softplus: [2, 1.5],
}

/** The parameters that an op is tested with: the defaults, and others. */
export function parametersOf(op: ElementwiseOp): number[][] {
  const defaults = Object.values(op.definition.parameters ?? {})
  if (defaults.length === 0) return [[]]
  return [defaults, [...(otherParameters[op.name] ?? defaults.map((value) => value + 0.25))]]
}

/** Whether an input only chooses between others. */
export const isMask = (op: ElementwiseOp, input: number): boolean =>
  op.definition.masks?.includes(op.kernel.inputs[input] as string) ?? false

/** Whether an op works on bits, which real numbers do not have. */
export const isBitwise = (op: ElementwiseOp): boolean =>
  nodesOf(...op.kernel.outputs).some((node) => node.kind === 'call' && functionOf(node.name).integers !== undefined) &&
  op.name !== 'polygamma' &&
  !op.name.endsWith('_backward')

/** Whether an op has a result that gradients can flow through. */
export const isDifferentiable = (op: ElementwiseOp): boolean =>
  op.definition.result !== 'bool' && op.definition.undifferentiable === undefined && !isBitwise(op)

/** The interval that an input is drawn from. */
export const domainOf = (op: ElementwiseOp, input: number): readonly [number, number] =>
  op.definition.domain?.[op.kernel.inputs[input] as string] ?? [-3, 3]

/** Random values for an input: whole numbers for masks and bits. */
export function drawInput(on: TestBench, op: ElementwiseOp, input: number, shape: torch.Shape): Model {
  const count = sizeOf(shape)
  if (isMask(op, input)) return { values: on.integers(count, [0, 2]), shape }
  if (isBitwise(op)) return { values: on.integers(count, input === 0 ? [-40, 40] : [0, 8]), shape }
  return { values: on.numbers(count, domainOf(op, input)), shape }
}

/** The tensor of an input. */
export function toTensor(on: TestBench, op: ElementwiseOp, input: number, model: Model, dtype: torch.DType): Tensor {
  return on.tensor(model.values, model.shape, isMask(op, input) || isBitwise(op) ? torch.int32 : dtype)
}

/** The formula that devices print: powers by certain constants have become roots and products. */
export const formulaOf = (op: ElementwiseOp): Expression => lower(op.kernel.outputs[0] as Expression)

/** What an op should give. */
export interface Expected extends Model {
  /** The values where each step is rounded to float32, on a device that computes so; otherwise none. */
  readonly rounded: readonly number[]
}

/** What the op's formula gives for operands that broadcast, in float64 from operands as the dtype holds them. */
export function expected(
  on: TestBench,
  op: ElementwiseOp,
  models: readonly Model[],
  parameters: readonly number[],
  dtype: torch.DType,
): Expected {
  const shape = commonShape(...models.map((model) => model.shape))
  const formula = formulaOf(op)
  const scopes = indicesOf(shape).map((index) => {
    const operands = [...models.map((model) => broadcastAt(model, index)), ...parameters]
    return Object.fromEntries(op.kernel.inputs.map((name, i) => [name, dtype.round(operands[i] ?? 0)]))
  })
  const values = scopes.map((scope) => evaluate(formula, scope))
  const isRounded = !on.device.isReference && dtype === torch.float32
  return { values, shape, rounded: isRounded ? scopes.map((scope) => evaluateRounded(formula, scope)) : [] }
}

/** As `evaluate`, each step rounded to float32. */
function evaluateRounded(formula: Expression, scope: Readonly<Record<string, number>>): number {
  const results = new Map<Expression, number>()
  const resultOf = (node: Expression | undefined): number => (node && results.get(node)) ?? Number.NaN
  for (const node of nodesOf(formula)) {
    const [a, b, c] = node.kind === 'call' ? node.args : []
    const value =
      node.kind === 'call'
        ? functionOf(node.name).value(resultOf(a), resultOf(b), resultOf(c))
        : node.kind === 'constant'
          ? node.value
          : (scope[node.name] as number)
    results.set(node, Math.fround(value))
  }
  return resultOf(formula)
}
