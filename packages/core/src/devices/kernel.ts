import type { DType } from '../dtype.ts'
import type { Expression } from '../formula/index.ts'

/** One or more formulas over the same inputs, computed at each element. Devices compile it and keep what they compiled. */
export class Kernel {
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly Expression[]
  /** Where devices keep their compiled form, by a key of their own. */
  readonly compiled: Map<string, unknown> = new Map()

  constructor(name: string, inputs: readonly string[], outputs: readonly Expression[]) {
    this.name = name
    this.inputs = inputs
    this.outputs = outputs
  }
}

/**
 * A fold: named states start at constants, each element moves them by formulas over inputs and states, and a last
 * formula over the states and `n`, the number of elements, gives the result. `i` is the index of the element.
 */
export class ReductionKernel {
  readonly name: string
  readonly inputs: readonly string[]
  readonly states: readonly string[]
  readonly start: readonly number[]
  /** The next value of each state; all read the states as they were before the step. */
  readonly step: readonly Expression[]
  readonly finish: Expression
  /**
   * The same as folds whose order does not matter, one after the other, where a device is faster at those: each reads
   * inputs and the results of stages before it, by their names. The last gives the result.
   */
  readonly stages: readonly ReductionKernel[]
  readonly compiled: Map<string, unknown> = new Map()

  constructor(
    name: string,
    inputs: readonly string[],
    states: readonly string[],
    start: readonly number[],
    step: readonly Expression[],
    finish: Expression,
    stages: readonly ReductionKernel[] = [],
  ) {
    this.name = name
    this.inputs = inputs
    this.states = states
    this.start = start
    this.step = step
    this.finish = finish
    this.stages = stages
  }
}

/** A key for kernels compiled for certain dtypes, `n` standing for a plain number. */
export function dtypeKey(operands: readonly ({ readonly dtype: DType } | number)[]): string {
  let key = ''
  for (const operand of operands) key += typeof operand === 'number' ? 'n,' : `${operand.dtype.name},`
  return key
}
