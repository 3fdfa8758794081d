import type { RowKernel } from '../row-kernel.ts'
import { keyOf, layoutsByName, layoutsOf, pointersOf } from './arrangement.ts'
import type { Kernels } from './kernels.ts'
import type { Loop } from './plan.ts'
import { PlanCache } from './plan-cache.ts'
import { rowModule } from './row-module.ts'
import { type Call, type Compiled, cutLoops } from './threads/index.ts'
import { byteStrides, type Window } from './window.ts'

/** A row kernel for its loop over rows, and the strides within one of all arrays. */
interface RowPlan {
  readonly module: Compiled
  readonly loop: Loop
  readonly strides: readonly number[]
}

/** Runs kernels of whole rows, such as softmax. */
export class RowRunner {
  readonly #kernels: Kernels
  readonly #plans = new PlanCache<RowPlan>()

  constructor(kernels: Kernels) {
    this.#kernels = kernels
  }

  /**
   * Runs a row kernel over `[rows, n]`. Windows have these two dimensions; `outputs` are the elements, then the kernel's
   * results, and overlap no input.
   */
  run(
    kernel: RowKernel,
    [rows, n]: readonly [number, number],
    outputs: readonly Window[],
    inputs: readonly (Window | number)[],
  ): void {
    const windows = [...outputs, ...inputs]
    const shape = [rows, n]
    const plan = (): RowPlan => this.#planRows(kernel, shape, outputs, inputs)
    const { module, loop, strides } = this.#plans.find(kernel, { shape, windows }, plan)
    const numbers = inputs.filter((input) => typeof input === 'number')
    const pointers = pointersOf(windows)
    const parts = cutLoops([loop], pointers, this.#kernels.partsFor(shape, pointers.length))
    const calls = parts.map(({ loops: [loop], pointers }, i): Call => {
      const block = [loop?.size ?? 0, n, ...pointers, ...(loop?.steps ?? []), ...strides]
      return [module.placeOf('rows'), this.#kernels.describe(block, i), ...numbers, n]
    })
    this.#kernels.call(module, calls, true)
  }

  /** The loop over rows, and the strides within one of all arrays. */
  #planRows(
    kernel: RowKernel,
    [rows = 1, n = 1]: readonly number[],
    outputs: readonly Window[],
    inputs: readonly (Window | number)[],
  ): RowPlan {
    const windows = [...outputs, ...inputs.filter((input) => typeof input !== 'number')]
    const steps = windows.map(byteStrides)
    const strides = steps.map(([, step = 0]) => step)
    const layouts = layoutsOf(windows, { size: n, steps: strides })
    const module = this.#kernels.moduleOf(kernel, keyOf(layouts, inputs, []), () => {
      const names = [...kernel.inputs, ...kernel.perRow, ...kernel.parameters]
      const spec = { kernel, ...layoutsByName(names, layouts, outputs.length, inputs) }
      return this.#kernels.instantiate(rowModule(spec, this.#kernels.options), [
        ...kernel.steps.map(({ value }) => value),
        kernel.output,
      ])
    })
    return { module, loop: { size: rows, steps: steps.map(([step = 0]) => step) }, strides }
  }
}
