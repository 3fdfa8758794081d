/** The definers for ops that others define: an error in a formula is one of the definition. */
import { getDevice } from '../../devices/device.ts'
import { float32 } from '../../dtype.ts'
import { TypeError } from '../../errors.ts'
import { readFormula } from '../../formula/index.ts'
import { wrapNumber } from '../../tensor/make.ts'
import {
  elementwise as define,
  type ElementwiseArguments,
  type ElementwiseDefinition,
  type ElementwiseFunction,
  type ElementwiseNames,
} from './elementwise.ts'
import { type ReductionDefinition, ReductionOp, reductionOps } from './reduction.ts'

/**
 * Defines an op on each element by its formula. The function it returns runs on every device, broadcasts, promotes dtypes,
 * and has gradients of every order. Callers know the input that formulas call `x` as `input`.
 *
 * @example
 * const swish = elementwise('swish', ['x'], { forward: 'x / (1 + exp(-x))' })
 * swish(torch.tensor([1, 2]))
 * @throws FormulaError when a formula cannot be read; TypeError where `method` would replace a member of tensors.
 */
export function elementwise<const I extends readonly string[], P extends string = never>(
  name: string,
  inputs: I,
  definition: ElementwiseDefinition<I[number], P>,
): ElementwiseFunction<ElementwiseArguments<I, P>, ElementwiseNames<I, P>> {
  readFormula(definition.forward, [...inputs, ...Object.keys(definition.parameters ?? {})])
  if (definition.method === true) checkMembers(name)
  return define(name, inputs, definition)
}

/** The methods that came of definitions of others: a module that is loaded anew may define them anew. */
const added = new Set<string>()

/** Checks that an op and its form in place take the name of no member that tensors have already. */
function checkMembers(name: string): void {
  const tensor = wrapNumber(getDevice('cpu'), float32, 0)
  for (const member of [name, `${name}_`]) {
    if (!(member in tensor) || added.has(member)) continue
    throw new TypeError(
      `elementwise: '${name}' cannot be a method, as tensors have a member '${member}' already; give it another name, or leave ` +
        'out method: true',
    )
  }
  added.add(name).add(`${name}_`)
}

/**
 * Defines a fold over dimensions by formulas: where it starts, how it steps, how it ends.
 *
 * @throws FormulaError when a formula cannot be read; TypeError where a gradient is needed and cannot be derived.
 */
export function reduction(name: string, inputs: readonly string[], definition: ReductionDefinition): ReductionOp {
  const op = new ReductionOp(name, inputs, definition)
  // Reads all formulas.
  void op.pullbacks
  void op.kernel
  reductionOps.set(name, op)
  return op
}
