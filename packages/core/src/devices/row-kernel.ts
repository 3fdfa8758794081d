import { type Expression, variablesOf } from '../formula/index.ts'

/** One step of a row kernel: a number of the row, under a name that later formulas read. */
export interface RowStep {
  readonly name: string
  /** How the values of the row's elements become one; `null` where the formula is of numbers of the row alone. */
  readonly fold: 'add' | 'fmax' | null
  readonly value: Expression
  /** Whether each value that is folded stands in the output from here on, where later formulas read it as `out`. */
  readonly kept: boolean
}

/**
 * Work on each row of a matrix that takes a few passes over it while it is in the cache: steps fold it to numbers, then a
 * formula gives the elements of the output. `n` is the length of a row.
 */
export class RowKernel {
  readonly name: string
  /** Inputs with an element for each of the output, or that broadcast to it; then those with one number a row; then numbers. */
  readonly inputs: readonly string[]
  readonly perRow: readonly string[]
  readonly parameters: readonly string[]
  readonly steps: readonly RowStep[]
  /** The steps whose numbers are given back too. */
  readonly results: readonly string[]
  readonly output: Expression
  readonly compiled: Map<string, unknown> = new Map()

  constructor(kernel: Omit<RowKernel, 'compiled'>) {
    this.name = kernel.name
    this.inputs = kernel.inputs
    this.perRow = kernel.perRow
    this.parameters = kernel.parameters
    this.steps = kernel.steps
    this.results = kernel.results
    this.output = kernel.output
  }
}

/** The steps in the passes that they need: folds that do not wait for each other share one. */
export function passesOf(steps: readonly RowStep[]): RowStep[][] {
  const passes: RowStep[][] = []
  for (const step of steps) {
    const last = passes.at(-1)
    const reads = variablesOf(step.value)
    const waits = last?.some(({ name, kept }) => reads.has(name) || kept) ?? true
    if (last === undefined || waits || step.fold === null || last[0]?.fold === null) passes.push([step])
    else last.push(step)
  }
  return passes
}
