import { record, recording, requiresGrad } from '../../autograd/graph.ts'
import { modes } from '../../autograd/modes.ts'
import type { Gradient } from '../../autograd/node.ts'
import { ReductionKernel } from '../../devices/kernel.ts'
import { bool, type DType, float32, int32 } from '../../dtype.ts'
import { RuntimeError, TypeError } from '../../errors.ts'
import {
  combine,
  type Expression,
  readFormula,
  replace,
  substitute,
  variable,
  variablesOf,
  vjp,
} from '../../formula/index.ts'
import { numel, type Shape, sameShape, wrapDims } from '../../shape.ts'
import { allocate, wrap } from '../../tensor/make.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { ElementwiseOp, renumber } from './elementwise.ts'
import { pascalCase } from './names.ts'
import { commonShape, leader } from './operands.ts'
import { resultType } from './promotion.ts'

/** What a gradient that no formula gives is computed from. All shapes have the reduced dimensions, with size 1. */
export interface ReductionContext {
  readonly inputs: readonly Tensor[]
  readonly out: Tensor
  readonly dims: readonly number[]
  /** How many elements went into each result. */
  readonly n: number
  readonly parameters: readonly number[]
}

/** One of several folds: of inputs, parameters, and the results of stages before it, which it reads by their names. */
export interface StageDefinition {
  readonly name: string
  readonly start: number
  /** The next value of `acc`. */
  readonly step: string
  readonly finish?: string
}

/** What a reduction is, beyond its name and its inputs. */
export interface ReductionDefinition<P extends string = string> {
  /** Where each state starts; a lone number is the state `acc`. */
  readonly start: number | Readonly<Record<string, number>>
  /** The next value of each state, over inputs, parameters, states, and `i`, the index of the element. */
  readonly step: string | Readonly<Record<string, string>>
  /** The result, over the states, the parameters and `n`, the number of elements. The first state where left out. */
  readonly finish?: string
  /**
   * The gradient of each input, over inputs, parameters, `out`, `g` and `n`, or a function where no formula gives it.
   * Derived for sums (`step` is `acc + …`) where left out; `null` where there is none.
   */
  readonly gradient?: Readonly<Record<string, string>> | ((g: Tensor, context: ReductionContext) => Tensor) | null
  /** Whether a gradient that is a function reads `out`; it does where left out. What is not read may be changed in place. */
  readonly readsOut?: boolean
  /** Folds whose order does not matter and that give the same one after the other, for devices that are faster so. */
  readonly stages?: readonly StageDefinition[]
  readonly parameters?: Readonly<Record<P, number>>
  /** The dtype of the result: as promoted (default), small integers widened, floating only, truth values, or indices. */
  readonly result?: 'promoted' | 'sum' | 'floating' | 'bool' | 'index'
  /** The error for zero elements, where those have no result. */
  readonly empty?: (dim: number | null) => Error
  /** The name of the node in the graph, without and with dimensions. */
  readonly node?: readonly [string, string]
}

/** How a caller asks for a reduction. */
export interface ReductionCall {
  readonly dim?: number | readonly number[] | null | undefined
  readonly keepdim?: boolean | undefined
  readonly dtype?: DType | null | undefined
  readonly parameters?: readonly number[]
}

/** A fold over dimensions, with its gradients. */
export class ReductionOp {
  readonly name: string
  readonly definition: ReductionDefinition
  readonly inputs: readonly string[]
  #kernel: ReductionKernel | null = null
  #pullbacks: readonly (ElementwiseOp | null)[] | null = null
  #reads: readonly (readonly boolean[])[] | null = null

  constructor(name: string, inputs: readonly string[], definition: ReductionDefinition) {
    this.name = name
    this.definition = definition
    this.inputs = inputs
  }

  /** The formulas, read when they are first needed. */
  get kernel(): ReductionKernel {
    this.#kernel ??= kernelOf(this.name, this.inputs, this.definition)
    return this.#kernel
  }

  /** The gradients of the inputs, where they are formulas. */
  get pullbacks(): readonly (ElementwiseOp | null)[] {
    this.#pullbacks ??= this.inputs.map((input) => this.#derive(input))
    return this.#pullbacks
  }

  /** What the gradient of each input reads: a truth value for each input, then one for `out`. */
  get #read(): readonly (readonly boolean[])[] {
    this.#reads ??= this.pullbacks.map((op) => this.#readBy(op))
    return this.#reads
  }

  /** The gradient of an input as an elementwise op over all of `g`, `out`, inputs, then parameters and `n`. */
  #derive(input: string): ElementwiseOp | null {
    const { gradient } = this.definition
    if (gradient === null || typeof gradient === 'function') return null
    const written = gradient?.[input]
    const scope = ['g', 'out', ...this.kernel.inputs, 'n']
    const formula = written === undefined ? this.#deriveSum(input) : readFormula(written, scope)
    const { formula: renamed, names } = renumber(formula, scope)
    const tensors = 2 + this.inputs.length
    return new ElementwiseOp(`${this.name}_backward`, names.slice(0, tensors), renamed, {
      forward: '',
      parameters: Object.fromEntries(names.slice(tensors).map((parameter) => [parameter, 0])),
      node: `${pascalCase(formula.kind === 'call' ? formula.name : 'expand')}Backward0`,
    })
  }

  /** Of `finish(Σ f(x))`: `g · finish′ · f′(x)`, where `finish′` can be said by `out`. */
  #deriveSum(input: string): Expression {
    const { step, finish } = this.kernel
    const [sum] = step
    const summand =
      sum?.kind === 'call' && sum.name === 'add' && sum.args[0] === variable('acc') ? sum.args[1] : undefined
    const outer = replace(vjp(finish, variable('g'), ['acc'])['acc'] as Expression, finish, variable('out'))
    if (summand === undefined || variablesOf(outer).has('acc')) {
      throw new TypeError(`reduction ${this.name}: give the gradient of ${input}; only that of a sum can be derived`)
    }
    return substitute(vjp(summand, variable('g'), [input])[input] as Expression, { g: outer }, combine)
  }

  /** Folds the given dimensions of operands that broadcast. */
  call(tensors: readonly Tensor[], { dim, keepdim = false, dtype, parameters = [] }: ReductionCall = {}): Tensor {
    const { device } = leader(this.name, tensors).storage
    const computeType = this.#computeType(tensors, dtype)
    const operands = tensors.map((x) => (x.dtype === computeType ? x : x.to(computeType)))
    const shape = commonShape(operands)
    const all = dim === null || dim === undefined || (typeof dim !== 'number' && dim.length === 0)
    const dims = wrapDims(dim, shape.length)
    this.#checkEmpty(shape, dims, all)
    const kept = shape.map((size, i) => (dims.includes(i) ? 1 : size))
    const n = numel(dims.map((i) => shape[i] as number))
    const values = [...operands, ...parameters.map((p) => (computeType === float32 ? Math.fround(p) : p))]
    const out = allocate(kept, this.#resultType(computeType), device)
    device.reduce(this.kernel, out, values, shape)
    if (modes.inference) out.inference = true
    const result = keepdim
      ? out
      : wrap(
          out.storage,
          kept.filter((_, i) => !dims.includes(i)),
        )
    result.inference = out.inference
    if (this.definition.gradient !== null && recording(operands)) {
      this.#record(operands, result, { kept, shape, dims, n, parameters, isWhole: dim === null || dim === undefined })
    }
    return result
  }

  #record(
    operands: readonly Tensor[],
    result: Tensor,
    call: {
      kept: Shape
      shape: Shape
      dims: readonly number[]
      n: number
      parameters: readonly number[]
      isWhole: boolean
    },
  ): void {
    const { gradient, node } = this.definition
    const name = node?.[call.isWhole ? 0 : 1] ?? `${pascalCase(this.name)}Backward0`
    const read = this.#read
    const wanted = operands.map((x) => requiresGrad(x))
    const places = [...operands, result].map((_, k) => read.some((reads, i) => wanted[i] && reads[k]))
    const saved = [...operands, result].filter((_, k) => places[k])
    // The operands themselves are not for the closure to keep.
    const shapes = operands.map((x) => x.shape)
    record(name, operands, [result], saved, ([g = null], needs, tensors) => {
      if (g === null) return shapes.map(() => null)
      const incoming = g.reshape(call.kept)
      const unpacked = tensors.values()
      const inputs = shapes.map((_, k) => (places[k] ? (unpacked.next().value as Tensor) : 0))
      const out = places[shapes.length] ? (unpacked.next().value as Tensor).reshape(call.kept) : 0
      return shapes.map((shape, i): Gradient => {
        if (!needs(i)) return null
        const pulled =
          typeof gradient === 'function'
            ? gradient(incoming, { ...call, inputs: inputs as Tensor[], out: out as Tensor })
            : (this.pullbacks[i] as ElementwiseOp).call([incoming, out, ...inputs, ...call.parameters, call.n])
        const full = sameShape(pulled.shape, call.shape) ? pulled : pulled.expand(call.shape)
        return sameShape(shape, call.shape) ? full : full.sum_to_size(shape)
      })
    })
  }

  /** Which of the inputs and `out` a gradient reads. In a formula `v0` is `g`, `v1` is `out`, and inputs follow. */
  #readBy(op: ElementwiseOp | null): readonly boolean[] {
    const { gradient, readsOut = true } = this.definition
    if (op === null) return [...this.inputs.map(() => gradient !== null), gradient !== null && readsOut]
    const used = variablesOf(op.kernel.outputs[0] as Expression)
    return [...this.inputs.map((_, i) => used.has(`v${i + 2}`)), used.has('v1')]
  }

  #computeType(tensors: readonly Tensor[], dtype: DType | null | undefined): DType {
    const { result } = this.definition
    if (dtype !== undefined && dtype !== null) {
      if (result === 'floating' && dtype.kind !== 'floating') {
        throw new RuntimeError(
          `${this.name}(): could not infer output dtype. Optional dtype must be either a floating point or complex dtype. ` +
            `Got: ${dtype.scalarName}`,
        )
      }
      return dtype
    }
    const promoted = resultType(...tensors)
    if (result === 'sum' && promoted.kind !== 'floating') return int32
    if (result === 'floating' && promoted.kind !== 'floating') {
      throw new RuntimeError(
        `${this.name}(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. ` +
          `Got: ${promoted.scalarName}`,
      )
    }
    return promoted
  }

  #resultType(computed: DType): DType {
    const { result } = this.definition
    if (result === 'bool') return bool
    return result === 'index' ? int32 : computed
  }

  #checkEmpty(shape: Shape, dims: readonly number[], all: boolean): void {
    const { empty } = this.definition
    if (empty === undefined) return
    if (all ? numel(shape) !== 0 : !dims.some((i) => shape[i] === 0)) return
    throw empty(all ? null : (dims.find((i) => shape[i] === 0) ?? null))
  }
}

function kernelOf(name: string, inputs: readonly string[], definition: ReductionDefinition): ReductionKernel {
  const { start, step, finish, parameters = {}, stages = [] } = definition
  const states = typeof start === 'number' ? { acc: start } : start
  const steps: Readonly<Record<string, string>> = typeof step === 'string' ? { acc: step } : step
  const names = Object.keys(states)
  const variables = [...inputs, ...Object.keys(parameters)]
  return new ReductionKernel(
    name,
    variables,
    names,
    Object.values(states),
    names.map((state) => readFormula(steps[state] ?? state, [...variables, ...names, 'i'])),
    readFormula(finish ?? (names[0] as string), [...names, ...Object.keys(parameters), 'n']),
    stagesOf(variables, stages),
  )
}

function stagesOf(variables: readonly string[], stages: readonly StageDefinition[]): ReductionKernel[] {
  return stages.map(({ name, start, step, finish = 'acc' }, k) => {
    const scope = [...variables, ...stages.slice(0, k).map((stage) => stage.name)]
    const formulas = [readFormula(step, [...scope, 'acc']), readFormula(finish, [...scope, 'acc', 'n'])] as const
    const used = variablesOf(...formulas)
    const inputs = scope.filter((variable) => used.has(variable))
    return new ReductionKernel(name, inputs, ['acc'], [start], [formulas[0]], formulas[1])
  })
}

/** Every reduction that was defined, by name. */
export const reductionOps: Map<string, ReductionOp> = new Map()

/** Defines a fold over dimensions by formulas, for the ops of this package: they are read at the first call. */
export function reduction(name: string, inputs: readonly string[], definition: ReductionDefinition): ReductionOp {
  const op = new ReductionOp(name, inputs, definition)
  reductionOps.set(name, op)
  return op
}
