import type { Operand } from '../../devices/device.ts'
import { RowKernel, type RowStep } from '../../devices/row-kernel.ts'
import { float32 } from '../../dtype.ts'
import { readFormula } from '../../formula/index.ts'
import { numel } from '../../shape.ts'
import { allocate } from '../../tensor/make.ts'
import type { Tensor } from '../../tensor/tensor.ts'

/** A fold over a row, or a formula of numbers of the row. */
export type RowStepDefinition = string | { readonly max: string } | { readonly sum: string; readonly keep?: boolean }

/** What is computed of each row. Formulas read the inputs, the steps before them and `n`; `max` passes over NaN. */
export interface RowDefinition {
  /** What has an element for each of the row's, or broadcasts. */
  readonly inputs: readonly string[]
  /** What has one number a row. */
  readonly perRow?: readonly string[]
  readonly parameters?: readonly string[]
  readonly steps: Readonly<Record<string, RowStepDefinition>>
  readonly results?: readonly string[]
  /** Each element; `out` is what a step has kept there. */
  readonly output: string
}

/** Gives a kernel for each row of a matrix, from formulas that are read when it is first asked for. */
export function rowKernel(name: string, definition: RowDefinition): () => RowKernel {
  let kernel: RowKernel | null = null
  return () => (kernel ??= read(name, definition))
}

function read(name: string, definition: RowDefinition): RowKernel {
  const { inputs, perRow = [], parameters = [], results = [], output } = definition
  const scope = [...inputs, ...perRow, ...parameters, 'n']
  const steps: RowStep[] = []
  for (const [step, says] of Object.entries(definition.steps)) {
    if (typeof says === 'string') steps.push({ name: step, fold: null, value: readFormula(says, scope), kept: false })
    else if ('max' in says) steps.push({ name: step, fold: 'fmax', value: readFormula(says.max, scope), kept: false })
    else {
      const { sum, keep = false } = says
      steps.push({ name: step, fold: 'add', value: readFormula(sum, scope), kept: keep })
      if (keep) scope.push('out')
    }
    scope.push(step)
  }
  return new RowKernel({ name, inputs, perRow, parameters, steps, results, output: readFormula(output, scope) })
}

/**
 * Runs a row kernel over tensors whose last dimensions are a row of `n` elements. The operands are in the order of the
 * kernel's inputs; gives the output, then the results, with the shape of the first input but for its row.
 */
export function runRows(
  rows: () => RowKernel,
  n: number,
  operands: readonly (Tensor | number)[],
): [Tensor, ...Tensor[]] {
  const kernel = rows()
  const first = operands[0] as Tensor
  const { device } = first.storage
  const shape = [n === 0 ? 0 : numel(first.shape) / n, n] as const
  const out = allocate(first.shape, first.dtype, device)
  const results = kernel.results.map(() => allocate([shape[0]], first.dtype, device))
  const inputs = operands.map((x, k) => {
    if (typeof x === 'number') return first.dtype === float32 ? Math.fround(x) : x
    return k < kernel.inputs.length ? matrixOf(x, shape) : matrixOf(x, [shape[0], 1])
  })
  if (numel(shape) > 0) {
    const outputs = [matrixOf(out, shape), ...results.map((x) => matrixOf(x, [shape[0], 1]))]
    device.routines.rows(kernel, outputs, inputs)
  }
  return [out, ...results]
}

/** A tensor as rows whose elements lie side by side: its own memory where that is possible. One row is the same for all. */
function matrixOf(x: Tensor, [rows, n]: readonly [number, number]): Operand {
  const matrix = x.reshape(numel(x.shape) === rows * n ? rows : 1, n)
  return n === 1 || matrix.strides[1] === 1 ? matrix : matrix.contiguous()
}
