import { constant, type Expression, nodesOf, substitute } from '../../formula/expression.ts'
import { isRowMajor, numel } from '../../shape.ts'
import { isInPlace, keyOf, layoutsByName, layoutsOf, pointersOf, recordsOf, stridesOf } from './arrangement.ts'
import { type ElementwiseSpec, elementwiseModule } from './elementwise.ts'
import { powers } from './formula.ts'
import type { Kernels } from './kernels.ts'
import { type Loop, loopsOf, still } from './plan.ts'
import { PlanCache } from './plan-cache.ts'
import { type Layout, sizeOf } from './stream.ts'
import { type Call, type Compiled, cutLoops, cutRun } from './threads/index.ts'
import { byteStrides, type Window } from './window.ts'

/** One or more formulas over the same inputs. */
export interface Formulas {
  readonly inputs: readonly string[]
  readonly outputs: readonly Expression[]
}

/** An elementwise kernel for its loops, outermost first, and the inner strides of its strided arrays. */
interface LoopPlan {
  readonly module: Compiled
  readonly loops: readonly Loop[]
  readonly strides: readonly number[]
}

/** Runs formulas at each index of a shape. */
export class ElementwiseRunner {
  readonly #kernels: Kernels
  readonly #plans = new PlanCache<LoopPlan>()

  constructor(kernels: Kernels) {
    this.#kernels = kernels
  }

  /**
   * Computes formulas at each index of `shape`. All windows have its rank, with stride 0 along dimensions that are
   * broadcast. Outputs may be windows of inputs, if they are the same ones: no shifted overlap.
   */
  run(
    kernel: Formulas,
    shape: readonly number[],
    outputs: readonly Window[],
    inputs: readonly (Window | number)[],
  ): void {
    if (shape.includes(0) || this.#runContiguous(kernel, shape, outputs, inputs)) return
    const windows = [...outputs, ...inputs]
    const arrangement = { shape, windows, readsNumbers: exponentsOf(kernel).size > 0 }
    const { module, loops, strides } = this.#plans.find(kernel, arrangement, () =>
      this.#plan(kernel, outputs, inputs, shape),
    )
    const pointers = pointersOf(windows)
    const numbers = inputs.filter((input) => typeof input === 'number')
    const parts = cutLoops(loops, pointers, this.#kernels.partsFor(shape, pointers.length))
    const [run, rows] = [module.placeOf('run'), module.placeOf('rows')]
    const calls = parts.map(({ loops, pointers }, i): Call => {
      const outer = loops.slice(0, -1)
      const size = loops.at(-1)?.size ?? 1
      if (outer.length === 0) return [run, size, ...pointers, ...strides, ...numbers]
      return [
        rows,
        this.#kernels.describe([outer.length, size, ...pointers, ...strides, ...recordsOf(outer)], i),
        ...numbers,
      ]
    })
    this.#kernels.call(module, calls, !isInPlace(outputs, inputs))
  }

  /** The loops of an elementwise kernel, the inner one last. */
  #plan(
    kernel: Formulas,
    outputs: readonly Window[],
    inputs: readonly (Window | number)[],
    shape: readonly number[],
  ): LoopPlan {
    const windows = [...outputs, ...inputs.filter((input) => typeof input !== 'number')]
    const loops = loopsOf(shape, windows.map(byteStrides))
    const inner = loops.at(-1) ?? still(1, windows.length)
    const layouts = layoutsOf(windows, inner)
    const constants = constantPowers(kernel, inputs)
    const module = this.#kernels.moduleOf(kernel, keyOf(layouts, inputs, constants.values()), () => {
      const spec = elementwiseSpec(kernel, layouts, inputs, constants)
      return this.#kernels.instantiate(elementwiseModule(spec, this.#kernels.options, true), spec.formulas)
    })
    return { module, loops: loops.length === 0 ? [inner] : loops, strides: stridesOf(layouts, inner.steps) }
  }

  /** The common case without any planning: all windows in row-major order. False where they are not. */
  #runContiguous(
    kernel: Formulas,
    shape: readonly number[],
    outputs: readonly Window[],
    inputs: readonly (Window | number)[],
  ): boolean {
    if (exponentsOf(kernel).size > 0 || outputs.length + inputs.length > mostDigits) return false
    // What each array or number is, as digits.
    let key = 1
    const args = [numel(shape)]
    for (const output of outputs) {
      if (!isRowMajor(shape, output.strides)) return false
      key = 3 * key + (output.type === 'bool' ? 1 : 2)
      args.push(output.pointer)
    }
    for (const input of inputs) {
      key *= 3
      if (typeof input === 'number') continue
      if (!isRowMajor(shape, input.strides)) return false
      key += input.type === 'bool' ? 1 : 2
      args.push(input.pointer)
    }
    const arrays = args.length - 1
    for (const input of inputs) if (typeof input === 'number') args.push(input)
    const module = this.#kernels.moduleOf(kernel, key, () => {
      const windows = [...outputs, ...inputs.filter((input) => typeof input !== 'number')]
      const layouts = windows.map(({ type }): Layout => ({ type, access: 'vector' }))
      const spec = elementwiseSpec(kernel, layouts, inputs, noConstants)
      return this.#kernels.instantiate(elementwiseModule(spec, this.#kernels.options, false), spec.formulas)
    })
    const count = this.#kernels.partsFor(shape, arrays)
    if (count === 1) {
      module.get('run')(...args)
      return true
    }
    const steps = [...outputs, ...inputs].flatMap((each) => (typeof each === 'number' ? [] : [sizeOf(each.type)]))
    this.#kernels.call(module, cutRun(module.placeOf('run'), args, steps, count), !isInPlace(outputs, inputs))
    return true
  }
}

/** Digits of base 3 that a number holds. */
const mostDigits = 32

function elementwiseSpec(
  kernel: Formulas,
  layouts: readonly Layout[],
  inputs: readonly (Window | number)[],
  constants: ReadonlyMap<string, number>,
): ElementwiseSpec {
  const replacements = Object.fromEntries([...constants].map(([name, value]) => [name, constant(value)]))
  const formulas = kernel.outputs.map((formula) => substitute(formula, replacements))
  return { formulas, ...layoutsByName(kernel.inputs, layouts, kernel.outputs.length, inputs) }
}

const noConstants: ReadonlyMap<string, number> = new Map()

/** Numbers that a formula raises something to and that `pow` is not needed for: compiled in, by the inputs' names. */
function constantPowers(kernel: Formulas, inputs: readonly (Window | number)[]): ReadonlyMap<string, number> {
  const exponents = exponentsOf(kernel)
  if (exponents.size === 0) return noConstants
  const constants = new Map<string, number>()
  kernel.inputs.forEach((name, k) => {
    const value = inputs[k]
    if (typeof value === 'number' && exponents.has(name) && powers.has(value)) constants.set(name, value)
  })
  return constants
}

const knownExponents = new WeakMap<Formulas, ReadonlySet<string>>()

/** The variables that stand as exponents of `pow`. */
function exponentsOf(kernel: Formulas): ReadonlySet<string> {
  const known = knownExponents.get(kernel)
  if (known) return known
  const names = nodesOf(...kernel.outputs).flatMap((node) => {
    const exponent = node.kind === 'call' && node.name === 'pow' ? node.args[1] : undefined
    return exponent?.kind === 'variable' ? [exponent.name] : []
  })
  const exponents = new Set(names)
  knownExponents.set(kernel, exponents)
  return exponents
}
