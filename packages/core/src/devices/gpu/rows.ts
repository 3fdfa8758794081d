import { call, type Expression, substitute, variable, variablesOf } from '../../formula/index.ts'
import type { Operand } from '../device.ts'
import { Kernel, ReductionKernel } from '../kernel.ts'
import type { RowKernel } from '../row-kernel.ts'
import { Storage } from '../storage.ts'
import { runElementwise } from './elementwise.ts'
import type { Memory } from './memory.ts'
import type { Queue } from './queue.ts'
import { runReduction } from './reduce.ts'

/** Where the folds of rows start. */
const starts = { add: 0, fmax: Number.NEGATIVE_INFINITY } as const
const state = 'k_state'

/** A pass over rows: a fold to a number each, or numbers or elements by a formula. */
interface Pass {
  readonly kernel: Kernel | ReductionKernel
  /** The name of the step whose numbers it gives; `null` for elements of the output. */
  readonly step: string | null
}

/** Runs a row kernel as several: a fold for each of its folds, and one for the elements. */
export function runRows(
  queue: Queue,
  kernel: RowKernel,
  [out, ...results]: readonly Operand[],
  inputs: readonly (Operand | number)[],
): void {
  const { shape, storage, dtype } = out as Operand
  const [rows, n] = shape as readonly [number, number]
  const values = new Map<string, Operand | number>([
    ['n', n],
    ['out', out as Operand],
  ])
  const names = [...kernel.inputs, ...kernel.perRow, ...kernel.parameters]
  names.forEach((name, k) => values.set(name, inputs[k] as Operand | number))
  const temporary: Memory[] = []
  const numbersOf = (step: string): Operand => {
    const result = results[kernel.results.indexOf(step)]
    if (result !== undefined) return result
    const memory = queue.allocate(rows)
    temporary.push(memory)
    return {
      storage: new Storage(storage.device, dtype, rows, memory),
      shape: [rows, 1],
      strides: [1, 1],
      offset: 0,
      dtype,
    }
  }
  for (const { kernel: pass, step } of passesOf(kernel)) {
    const operands = pass.inputs.map((name) => values.get(name) as Operand | number)
    const target = step === null ? (out as Operand) : numbersOf(step)
    if (pass instanceof Kernel) runElementwise(queue, pass, [target], operands)
    else runReduction(queue, pass, target, operands, shape)
    if (step !== null) values.set(step, target)
  }
  for (const memory of temporary) queue.free(memory)
}

function passesOf(kernel: RowKernel): readonly Pass[] {
  const known = kernel.compiled.get('gpu')
  if (known !== undefined) return known as readonly Pass[]
  const passes: Pass[] = []
  // Formulas of numbers of the row alone are put into the formulas that read them.
  const inlined: Record<string, Expression> = {}
  const read = (formula: Expression): string[] => [...variablesOf(formula)].filter((name) => name !== state)
  const elements = (formula: Expression, step: string | null): Pass => ({
    kernel: new Kernel(kernel.name, read(formula), [formula]),
    step,
  })
  for (const { name, fold, value, kept } of kernel.steps) {
    let formula = substitute(value, inlined)
    if (fold === null) {
      if (kernel.results.includes(name)) passes.push(elements(formula, name))
      else inlined[name] = formula
      continue
    }
    if (kept) {
      passes.push(elements(formula, null))
      formula = variable('out')
    }
    const next = call(fold, variable(state), formula)
    const inputs = read(formula).filter((input) => input !== 'n')
    const folding = new ReductionKernel(kernel.name, inputs, [state], [starts[fold]], [next], variable(state))
    passes.push({ kernel: folding, step: name })
  }
  passes.push(elements(substitute(kernel.output, inlined), null))
  kernel.compiled.set('gpu', passes)
  return passes
}
