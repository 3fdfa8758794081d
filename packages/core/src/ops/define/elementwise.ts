import { recording } from '../../autograd/graph.ts'
import { modes } from '../../autograd/modes.ts'
import { checkInPlace, rebaseHistory } from '../../autograd/view.ts'
import { Kernel } from '../../devices/kernel.ts'
import { bool, type DType, float32, uint8 } from '../../dtype.ts'
import { RuntimeError } from '../../errors.ts'
import {
  compileScalar,
  type Expression,
  gradientFormula,
  readFormula,
  substitute,
  variable,
  variablesOf,
} from '../../formula/index.ts'
import { type Binding, type Bound, bindTo, methodOf, type Named, Signature } from '../../signature/index.ts'
import { wrapNumber } from '../../tensor/make.ts'
import { Tensor, type TensorLike } from '../../tensor/tensor.ts'
import { ElementwiseNode } from './elementwise-node.ts'
import { allocateIn, inOrder, memoryOrder } from './layout.ts'
import { pascalCase } from './names.ts'
import { checkFits, checkMemory, commonShape, leader, together, toValue, type Value } from './operands.ts'
import { canCast, resultType } from './promotion.ts'

/** What an elementwise op is, beyond its name and its inputs. */
export interface ElementwiseDefinition<I extends string = string, P extends string = string> {
  /** The value of one element, as a formula over the inputs and the parameters. */
  readonly forward: string
  /** Gradients as formulas over inputs, parameters, `out` and `g`, the incoming gradient. Derived where left out. */
  readonly gradient?: Readonly<Partial<Record<I, string>>>
  /** The error of a backward pass, where PyTorch has no gradient. */
  readonly undifferentiable?: () => Error
  /** Numbers that shape the op and have no gradient, with their defaults. */
  readonly parameters?: Readonly<Record<P, number>>
  /** The dtype of the result: the promoted one (default), one that is floating point in any case, or truth values. */
  readonly result?: 'promoted' | 'floating' | 'bool'
  /** Refuses what is not floating point, or truth values, as PyTorch does where it has no kernel for them. */
  readonly only?: 'floating' | 'numbers'
  /** PyTorch's name of the kernel that refuses, where it is not the op's with `_cpu`. */
  readonly kernel?: string
  /** Inputs that only choose, such as a condition: they take no part in the promotion and have no gradient. */
  readonly masks?: readonly I[]
  /** How the result lies in memory: as the operands do (default), or row by row. */
  readonly layout?: 'row-major'
  /** Where the tests take each input from; [-3, 3] where left out. */
  readonly domain?: Readonly<Partial<Record<I, readonly [number, number]>>>
  /** The name of the node in the graph, where it is not the op's name with `Backward0`. */
  readonly node?: string | ((operands: readonly Value[]) => string)
  /** The name of the node of the form that works in place, where that is another. */
  readonly nodeInPlace?: string
  /** The error of a backward pass through the form that works in place, where its result does not tell what it was made of. */
  readonly refusesInPlace?: (parameters: readonly number[]) => Error | null
  /** Whether a change in place passes autograd by: its target keeps the history that it has. */
  readonly unrecordedInPlace?: boolean
  /** Makes the op a method of every tensor too, with an in-place form `name_`. */
  readonly method?: boolean
}

/** The gradient of an input: an op, and where its operands come from, with -2 for `g` and -1 for `out`. */
export interface Pullback {
  readonly op: ElementwiseOp
  readonly sources: readonly number[]
  /** Whether `g` passes through as it is. */
  readonly identity: boolean
}

/** The formula of an op, ready to run. The gradient of each input is an op again, so gradients have gradients. */
export class ElementwiseOp {
  readonly name: string
  readonly definition: ElementwiseDefinition
  /** How many of the operands are tensors or numbers that broadcast; parameters follow. */
  readonly arity: number
  readonly #inputs: readonly string[]
  #kernel: Kernel | null
  readonly #masks: readonly boolean[]
  readonly #isMasked: boolean
  /** Whether plain numbers go in and come out without conversion. */
  readonly #isPlain: boolean
  readonly #pullbacks: (Pullback | null)[] = []
  #single: ((...values: number[]) => number) | null = null
  #double: ((...values: number[]) => number) | null = null

  constructor(name: string, inputs: readonly string[], forward: Expression | null, definition: ElementwiseDefinition) {
    this.name = name
    this.definition = definition
    this.arity = inputs.length
    this.#inputs = definition.parameters === undefined ? inputs : [...inputs, ...Object.keys(definition.parameters)]
    this.#kernel = forward === null ? null : new Kernel(name, this.#inputs, [forward])
    this.#masks = inputs.map((input) => definition.masks?.includes(input) ?? false)
    this.#isMasked = this.#masks.includes(true)
    this.#isPlain = definition.result !== 'bool' && !this.#isMasked
  }

  /** The formula, read when it is first needed: to read all of them would take most of the time of an import. */
  get kernel(): Kernel {
    this.#kernel ??= new Kernel(this.name, this.#inputs, [readFormula(this.definition.forward, this.#inputs)])
    return this.#kernel
  }

  get #forward(): Expression {
    return this.kernel.outputs[0] as Expression
  }

  /** The formula as a function of plain numbers: inputs, then parameters. */
  scalar(single: boolean): (...values: number[]) => number {
    const known = single ? this.#single : this.#double
    if (known !== null) return known
    const compiled = compileScalar(this.#forward, this.#inputs, single ? 'single' : 'double')
    if (single) this.#single = compiled
    else this.#double = compiled
    return compiled
  }

  /** How to compute the gradient of an input; `null` where it is zero everywhere. */
  pullback(input: number): Pullback | null {
    const known = this.#pullbacks[input]
    if (known !== undefined) return known
    const pullback = this.#derive(input)
    this.#pullbacks[input] = pullback
    return pullback
  }

  #derive(input: number): Pullback | null {
    if (this.#masks[input] === true || this.definition.undifferentiable !== undefined) return null
    const { gradient, parameters = {}, masks = [] } = this.definition
    const name = this.#inputs[input] as string
    const scope = ['g', 'out', ...this.#inputs]
    const written = gradient?.[name]
    const formula = written === undefined ? gradientFormula(this.#forward, name) : readFormula(written, scope)
    if (formula.kind === 'constant' && formula.value === 0) return null
    const used = variablesOf(formula)
    const taken = scope.filter((variable) => used.has(variable))
    const isParameter = (variable: string): boolean => Object.hasOwn(parameters, variable)
    const { formula: renamed, names } = renumber(formula, taken)
    const sources = taken.map((variable) => scope.indexOf(variable) - 2)
    const identity = written === 'g'
    // Inputs whose gradients are one formula, as those of a product, share its kernel.
    const known = this.#pullbacks.find((other) => other?.op.kernel.outputs[0] === renamed)
    if (known && this.arity === this.#inputs.length && masks.length === 0) return { op: known.op, sources, identity }
    const nameOf = (variable: string): string => names[taken.indexOf(variable)] as string
    const op = new ElementwiseOp(
      `${this.name}_backward`,
      taken.filter((variable) => !isParameter(variable)).map(nameOf),
      renamed,
      {
        forward: '',
        parameters: Object.fromEntries(taken.filter(isParameter).map((p) => [nameOf(p), parameters[p] as number])),
        masks: masks.filter((mask) => taken.includes(mask)).map(nameOf),
        node: outermost(formula),
      },
    )
    return { op, sources, identity }
  }

  /** Computes the op for operands that broadcast, then parameters, and records it. */
  call(values: readonly Value[]): Tensor {
    const lone = this.#lone(values)
    if (lone === null) return this.#general(values)
    const { storage, dtype } = lone
    return this.#record(wrapNumber(storage.device, dtype, this.#number(values, dtype)), values)
  }

  /**
   * The first operand where all are scalars of one floating point dtype. These stay plain numbers: for them the general way
   * would cost twenty times the work.
   */
  #lone(values: readonly Value[]): Tensor | null {
    if (!this.#isPlain) return null
    let first: Tensor | null = null
    for (let i = 0; i < values.length; i++) {
      const x = values[i] as Value
      if (typeof x === 'number') continue
      if (typeof x.storage.buffer !== 'number' || x.shape.length !== 0) return null
      if (first === null) first = x
      else if (first.dtype !== x.dtype) return null
    }
    return first === null || first.dtype.kind !== 'floating' ? null : first
  }

  /** What the formula makes of scalars. */
  #number(values: readonly Value[], dtype: DType): number {
    const single = dtype === float32
    const scalar = this.scalar(single)
    const a = plainValue(values[0] as Value, single)
    let value: number
    if (values.length === 1) value = scalar(a)
    else if (values.length === 2) value = scalar(a, plainValue(values[1] as Value, single))
    else if (values.length === 3) {
      value = scalar(a, plainValue(values[1] as Value, single), plainValue(values[2] as Value, single))
    } else value = scalar(...values.map((x) => plainValue(x, single)))
    return single ? Math.fround(value) : value
  }

  #general(given: readonly Value[]): Tensor {
    const values = together(given)
    const operands = this.#operandsOf(values)
    const first = leader(this.name, operands)
    const dtype = this.#computeType(operands)
    const shape = commonShape(operands)
    const inputs = this.#convert(values, dtype)
    const { device } = first.storage
    const order = this.definition.layout === 'row-major' ? null : memoryOrder(shape, operands)
    const out = allocateIn(order, shape, this.definition.result === 'bool' ? bool : dtype, device)
    device.run(
      this.kernel,
      [inOrder(order, out, shape)],
      order === null ? inputs : inputs.map((x) => inOrder(order, x, shape)),
    )
    return this.#record(out, inputs)
  }

  /** As `call`, into the memory of the first operand. */
  callInPlace(given: readonly Value[]): Tensor {
    const x = given[0] as Tensor
    const { nodeInPlace = null, refusesInPlace, unrecordedInPlace = false } = this.definition
    if (!unrecordedInPlace) checkInPlace(x)
    const isLone = this.#lone(given) === x
    const inputs = isLone ? given : this.#inputsInPlace(x, given)
    const isRecorded = recording(inputs) && !unrecordedInPlace
    const node = isRecorded ? new ElementwiseNode(this, inputs) : null
    // A gradient may read what is about to change: of the target a copy, of other operands that show the same memory what is
    // there now, so that a backward pass refuses it.
    if (node !== null) node.save(node.reads(0) ? [x.clone(), ...inputs.slice(1)] : inputs, null)
    if (isLone) x.storage.buffer = this.#number(inputs, x.dtype)
    else x.storage.device.run(this.kernel, [x], inputs)
    x.storage.version++
    if (node !== null) {
      node.label = nodeInPlace
      node.refusal = refusesInPlace?.(inputs.slice(this.arity) as number[]) ?? null
      rebaseHistory(x, node)
      node.saveResult(x)
    }
    return x
  }

  /** The operands of a change of `x`, checked and in the dtype that it is computed in. */
  #inputsInPlace(x: Tensor, given: readonly Value[]): Value[] {
    const values = [x, ...together(given).slice(1)]
    const operands = this.#operandsOf(values)
    leader(this.name, operands)
    checkMemory(x, operands.slice(1))
    checkFits(x, commonShape(operands))
    const promoted = this.#computeType(operands)
    const isBool = this.definition.result === 'bool'
    if (!isBool && !canCast(promoted, x.dtype)) {
      throw new RuntimeError(
        `result type ${promoted.scalarName} can't be cast to the desired output type ${x.dtype.scalarName}`,
      )
    }
    return this.#convert(values, isBool ? promoted : x.dtype)
  }

  #computeType(operands: readonly Value[]): DType {
    const dtype = resultType(...(this.#isMasked ? operands.filter((_, i) => this.#masks[i] === false) : operands))
    if (dtype.kind === 'floating') return dtype
    const { only, kernel = `${this.name}_cpu` } = this.definition
    if (only === 'floating' || (only === 'numbers' && dtype === bool)) {
      throw new RuntimeError(`"${kernel}" not implemented for '${dtype.scalarName}'`)
    }
    return this.definition.result === 'floating' ? float32 : dtype
  }

  /** Tensors in the dtype that the kernel computes in, numbers rounded to it. */
  #convert(values: readonly Value[], dtype: DType): Value[] {
    const converted = new Array<Value>(values.length)
    for (let i = 0; i < values.length; i++) {
      const x = values[i] as Value
      if (this.#masks[i] === true) converted[i] = x
      else if (typeof x !== 'number') converted[i] = x.dtype === dtype ? x : x.to(dtype)
      else if (dtype === float32) converted[i] = Math.fround(x)
      // Of a parameter whole numbers take the whole part.
      else if (i >= this.arity && dtype.kind !== 'floating') converted[i] = Math.trunc(x)
      else converted[i] = dtype === uint8 ? dtype.round(x) : x
    }
    return converted
  }

  /** The operands of a call, without its parameters. */
  #operandsOf(values: readonly Value[]): readonly Value[] {
    return values.length === this.arity ? values : values.slice(0, this.arity)
  }

  #record(out: Tensor, inputs: readonly Value[]): Tensor {
    if (modes.inference) out.inference = true
    if (recording(inputs) && out.dtype.kind === 'floating') {
      const node = new ElementwiseNode(this, inputs)
      out.node = node
      node.save(inputs, out)
    }
    return out
  }
}

function plainValue(x: Value, single: boolean): number {
  if (typeof x === 'number') return single ? Math.fround(x) : x
  return x.storage.buffer as number
}

/** A formula over `v0`, `v1`, …: the names `g` and `out` are free again for the gradient of a gradient. */
export function renumber(formula: Expression, variables: readonly string[]): { formula: Expression; names: string[] } {
  const names = variables.map((_, i) => `v${i}`)
  const renamed = Object.fromEntries(variables.map((name, i) => [name, variable(names[i] as string)]))
  return { formula: substitute(formula, renamed), names }
}

/** A gradient's own node is named after the last operation of its formula, as PyTorch's gradients are. */
function outermost(formula: Expression): string {
  return `${pascalCase(formula.kind === 'call' ? formula.name : 'mul')}Backward0`
}

/** An op with its operands and parameters, checked and ready to run. */
export class Application {
  readonly op: ElementwiseOp
  readonly values: readonly Value[]

  constructor(op: ElementwiseOp, values: readonly Value[]) {
    this.op = op
    this.values = values
  }
}

/** What every function that runs one elementwise op has. */
export interface Elementwise extends Pick<Bound, 'method'> {
  /** Makes it a method that overwrites its tensor, under a name that messages use. */
  readonly inPlace: Bound['method']
}

/** What a function of one elementwise op has beside its calls. */
export interface BoundElementwise extends Binding, Elementwise {}

/** A function of tensors that runs one elementwise op; it is called by position, or by name under the names of `N`. */
export type ElementwiseFunction<A extends readonly unknown[], N extends readonly string[] = []> = Named<N, A, Tensor> &
  Elementwise & {
    /** The op and its operands, as bound values, not yet run. */
    on(...args: A): Application
  }

/** The arguments of an op: its inputs, then its parameters in order or by name in one object. */
export type ElementwiseArguments<I extends readonly string[], P extends string> = [
  ...Inputs<I>,
  ...([P] extends [never] ? [] : (number | Partial<Readonly<Record<P, number>>>)[]),
]
/** Callers know `x` as `input`. A label cannot be computed: inputs of names that are not here have none. */
type Inputs<I extends readonly string[]> = I extends readonly [
  infer Name extends string,
  ...infer Names extends string[],
]
  ? [...(Name extends keyof Labels ? Labels[Name] : [TensorLike]), ...Inputs<Names>]
  : { [K in keyof I]: TensorLike }
interface Labels {
  x: [input: TensorLike]
  other: [other: TensorLike]
  exponent: [exponent: TensorLike]
  tensor1: [tensor1: TensorLike]
  tensor2: [tensor2: TensorLike]
  end: [end: TensorLike]
  weight: [weight: TensorLike]
  min: [min: TensorLike]
  max: [max: TensorLike]
  values: [values: TensorLike]
}
/** The names of the inputs; parameters follow. */
export type ElementwiseNames<I extends readonly string[], P extends string = never> = readonly [
  ...{ [K in keyof I]: I[K] extends 'x' ? 'Tensor input' : `Tensor ${I[K] & string}` },
  ...([P] extends [never] ? [] : ['*']),
]

/** Every op that was defined, by name: the tests and the reference table are made from it. */
export const elementwiseOps: Map<string, ElementwiseOp> = new Map()

/**
 * Defines an op on each element by its formula, for the ops of this package: the formula is read at the first call. What others
 * define is checked at once, by `elementwise` of checked.ts.
 */
export function elementwise<const I extends readonly string[], P extends string = never>(
  name: string,
  inputs: I,
  definition: ElementwiseDefinition<I[number], P>,
): ElementwiseFunction<ElementwiseArguments<I, P>, ElementwiseNames<I, P>> {
  const parameters: Readonly<Record<string, number>> = definition.parameters ?? {}
  const defaults = Object.values(parameters)
  const arity = inputs.length
  const op = new ElementwiseOp(name, inputs, null, definition)
  elementwiseOps.set(name, op)
  const kind = inputs.length === 1 ? 'Tensor' : 'Tensor|Number'
  const signature = new Signature(
    name,
    [
      ...inputs.map((input) => `${kind} ${input === 'x' ? 'input|x' : input}`),
      ...Object.keys(parameters).map((parameter) => `float ${parameter}`),
    ],
    inputs.length,
  )
  const on = (values: unknown[]): Value[] => {
    for (let i = 0; i < arity; i++) if (typeof values[i] === 'boolean') values[i] = toValue(name, values[i] as boolean)
    for (let i = 0; i < defaults.length; i++)
      values[inputs.length + i] = Number(values[inputs.length + i] ?? defaults[i])
    return values as Value[]
  }
  const run: ElementwiseFunction<ElementwiseArguments<I, P>, ElementwiseNames<I, P>> = applying(
    signature,
    (...values) => op.call(on(values)),
    (...values) => op.callInPlace(on(values)),
    (...values) => new Application(op, on(values)),
  )
  if (definition.method === true) installMethod(name, run)
  return run
}

type Run = (...values: unknown[]) => unknown

/** Binds the arguments of what runs an op, and of its form in place. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the definers know which calls the signature allows
function applying<F extends Elementwise>(signature: Signature, run: Run, inPlace: Run, on: Run): F {
  const made: unknown = Object.defineProperties(bindTo(signature, run), {
    on: { value: on },
    inPlace: { value: (name: string) => methodOf(signature, name, inPlace) },
  })
  // The calls that the signature allows are what no type can see.
  return made as F
}

/**
 * A function that binds its arguments, checks them and then chooses, among several ops, the one to run. See `signature` for how
 * parameters are written.
 */
export function choice<const N extends readonly string[], F extends object>(
  name: string,
  parameters: N,
  on: F,
): F extends (...args: infer A) => Application ? ElementwiseFunction<A, N> : never
export function choice(
  name: string,
  parameters: readonly string[],
  choose: (...args: readonly unknown[]) => Application,
): object {
  return applying(
    new Signature(name, parameters, choose.length),
    (...given) => {
      const { op, values } = choose(...given)
      return op.call(values)
    },
    (...given) => {
      // Whether it may change comes before what it is changed by.
      checkInPlace(given[0] as Tensor)
      const { op, values } = choose(...given)
      return op.callInPlace(values)
    },
    choose,
  )
}

/** Makes a function a method of every tensor, with the form `name_` that works in place. */
export function installMethod(name: string, run: Elementwise): void {
  defineMethod(name, run.method(name))
  defineMethod(`${name}_`, run.inPlace(`${name}_`))
}

/** Makes a function a method of every tensor. */
export function defineMethod(name: string, value: (this: Tensor, ...args: readonly unknown[]) => unknown): void {
  Object.defineProperty(Tensor.prototype, name, { value, configurable: true, writable: true })
}
