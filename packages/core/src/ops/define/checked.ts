/** The definers for ops that others define: what is wrong in a definition is an error of the definition. */
import { nameStep as nameNode } from '../../autograd/graph.ts'
import { getDevice } from '../../devices/device.ts'
import { float32 } from '../../dtype.ts'
import { TypeError } from '../../errors.ts'
import { readFormula } from '../../formula/index.ts'
import { overloaded, Signature, shown, signature } from '../../signature/index.ts'
import { wrapNumber } from '../../tensor/make.ts'
import { Tensor } from '../../tensor/tensor.ts'
import {
  elementwise as define,
  type ElementwiseArguments,
  type ElementwiseDefinition,
  type ElementwiseFunction,
  type ElementwiseNames,
} from './elementwise.ts'
import { type ReductionDefinition, ReductionOp, reductionOps } from './reduction.ts'
import { type RoutineGradient, routine as run } from './routine.ts'
import { update as defineUpdate, type UpdateArguments, type UpdateDefinition } from './update.ts'
import { type ViewDefinition, view } from './view.ts'

/** Checks that a definition has what it must have, and no more than it may. */
function fields(definer: string, required: readonly string[], optional: readonly string[]): (given: object) => void {
  const fieldsOf = new Signature(`${definer}: the definition`, ['*', ...required, ...optional], 0, 'python')
  return (given) => {
    fieldsOf.bind([{ ...given }])
    const missing = required.map((text) => text.split(' ')[1] as string).filter((key) => !(key in given))
    if (missing.length > 0) throw new TypeError(`${definer}(): the definition has no ${missing.join(', ')}`)
  }
}

const checkElementwise = fields(
  'elementwise',
  ['str forward'],
  [
    'dict gradient',
    'dict parameters',
    'str result',
    'str only',
    'str kernel',
    'str[] masks',
    'str layout',
    'dict domain',
    'str|function node',
    'str nodeInPlace',
    'bool method',
  ],
)
const checkReduction = fields(
  'reduction',
  ['float|dict start', 'str|dict step'],
  [
    'str finish',
    'function|dict? gradient',
    'bool readsOut',
    'dict[] stages',
    'dict parameters',
    'str result',
    'function empty',
    'str[] node',
  ],
)
const checkUpdate = fields('update', ['dict writes'], ['str[] reads', 'str[] parameters'])
const checkView = fields('defineView', ['function geometry'], ['function gradient', 'str node'])

/** Checks that each formula of a record is a text. */
function checkFormulas(definer: string, formulas: object): void {
  for (const [key, formula] of Object.entries(formulas)) {
    if (typeof formula === 'string') continue
    throw new TypeError(`${definer}(): the formula of '${key}' must be a text, got ${shown(formula)}`)
  }
}

type DefineElementwise = <const I extends readonly string[], P extends string = never>(
  name: string,
  inputs: I,
  definition: ElementwiseDefinition<I[number], P>,
) => ElementwiseFunction<ElementwiseArguments<I, P>, ElementwiseNames<I>>

/**
 * Defines an op on each element by its formula. The function it returns runs on every device, broadcasts, promotes dtypes,
 * and has gradients of every order. Callers know the input that formulas call `x` as `input`.
 *
 * @example
 * const swish = elementwise('swish', ['x'], { forward: 'x / (1 + exp(-x))' })
 * swish(torch.tensor([1, 2]))
 * @throws FormulaError when a formula cannot be read; TypeError for a definition that is none, and
 * where `method` would replace a member of tensors.
 */
export const elementwise = overloaded<DefineElementwise>(
  'elementwise',
  ['str name', 'str[] inputs', 'dict definition'],
  (name: string, inputs: readonly string[], definition: ElementwiseDefinition) => {
    checkElementwise(definition)
    checkFormulas('elementwise', definition.gradient ?? {})
    readFormula(definition.forward, [...inputs, ...Object.keys(definition.parameters ?? {})])
    if (definition.method === true) checkMembers(name)
    return define(name, inputs, definition)
  },
  'python',
)

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
 * @throws FormulaError when a formula cannot be read; TypeError where a gradient is needed and cannot be derived, and for a
 * definition that is none.
 */
export const reduction = overloaded<
  (name: string, inputs: readonly string[], definition: ReductionDefinition) => ReductionOp
>(
  'reduction',
  ['str name', 'str[] inputs', 'dict definition'],
  (name: string, inputs: readonly string[], definition: ReductionDefinition): ReductionOp => {
    checkReduction(definition)
    const { step, gradient } = definition
    if (typeof step === 'object') checkFormulas('reduction', step)
    if (typeof gradient === 'object' && gradient !== null) checkFormulas('reduction', gradient)
    const op = new ReductionOp(name, inputs, definition)
    // Reads all formulas.
    void op.pullbacks
    void op.kernel
    reductionOps.set(name, op)
    return op
  },
  'python',
)

/**
 * Runs work that no formula says, and records it as one step. `compute` runs without a graph, and what it makes beside
 * its result is freed when it returns; `gradient` says, in ops, how gradients flow back, and is asked only when they do.
 */
export const routine = signature(
  'routine',
  ['str name', 'Tensor[] inputs', 'function compute', 'function gradient'],
  (
    name: string,
    inputs: readonly Tensor[],
    compute: () => Tensor,
    gradient: (out: Tensor) => RoutineGradient,
  ): Tensor => {
    const computed = (): Tensor => {
      const out: unknown = compute()
      if (out instanceof Tensor) return out
      throw new TypeError(`routine(): compute of '${name}' must give a Tensor, got ${shown(out)}`)
    }
    return run(name, inputs, computed, gradient)
  },
  'python',
)

/**
 * Defines a change of several tensors at once, in place and in one pass over their memory: the step of an optimizer, as
 * its paper writes it. Nothing is recorded; leaves that require gradients may be changed.
 *
 * @example
 * const step = update('momentum', { writes: { m: 'mu * m + g', p: 'p - lr * m' }, reads: ['g'], parameters: ['mu', 'lr'] })
 * step({ p: weight, m: buffer, g: weight.grad, mu: 0.9, lr: 0.1 })
 * @throws FormulaError when a formula cannot be read; TypeError for a definition that is none.
 */
export const update = overloaded<(name: string, definition: UpdateDefinition) => (values: UpdateArguments) => void>(
  'update',
  ['str name', 'dict definition'],
  (name: string, definition: UpdateDefinition) => {
    checkUpdate(definition)
    checkFormulas('update', definition.writes)
    if (Object.keys(definition.writes).length === 0) throw new TypeError(`update(): '${name}' writes nothing`)
    return defineUpdate(name, definition)
  },
  'python',
)

type DefineView = <A extends readonly unknown[]>(
  name: string,
  definition: ViewDefinition<A>,
) => (x: Tensor, ...args: A) => Tensor

/** Defines an op that shows the same memory in another shape and computes nothing. */
export const defineView = overloaded<DefineView>(
  'defineView',
  ['str name', 'dict definition'],
  (name: string, definition: ViewDefinition<readonly unknown[]>) => {
    checkView(definition)
    return view(name, definition)
  },
  'python',
)

/** Gives the node that made a tensor a name of its own in the graph, and returns the tensor. */
export const nameStep = signature(
  'nameStep',
  ['Tensor input', 'str label'],
  (x: Tensor, label: string): Tensor => nameNode(x, label),
  'python',
)
