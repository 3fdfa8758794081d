import { keyOf, layoutsByName, layoutsOf, pointersOf, recordsOf, stridesOf } from './arrangement.ts'
import { type Folding, foldingOf, type Reduction } from './fold.ts'
import type { Kernels } from './kernels.ts'
import { type Loop, planReduction } from './plan.ts'
import { PlanCache } from './plan-cache.ts'
import { columnReductionModule, columnStateBytes, rowReductionModule } from './reduce.ts'
import { type Call, type Compiled, callAll, cutAt, cutLoops, grain, mostChunks } from './threads/index.ts'
import { byteStrides, type Window } from './window.ts'

/** A fold for its loops. */
interface FoldPlan {
  readonly module: Compiled
  readonly direction: 'rows' | 'columns'
  readonly inner: Loop
  readonly kept: readonly Loop[]
  /** How many elements are folded into one. */
  readonly n: number
  readonly strides: readonly number[]
  /** What the kernel reads of the folded dimensions that are not the inner loop: a count, then words. */
  readonly ofReduced: { readonly count: number; readonly words: readonly number[] }
}

/** Elements of a part of what is folded into one number, at least. */
const wholePart = 2 ** 16

/** Runs reductions. */
export class ReductionRunner {
  readonly #kernels: Kernels
  readonly #plans = new PlanCache<FoldPlan>()

  constructor(kernels: Kernels) {
    this.#kernels = kernels
  }

  /**
   * Folds the dimensions of `shape` that are marked; see `foldingOf` for the reductions that can be. All windows have the
   * rank of `shape`; strides of the output along folded dimensions do not matter. The output overlaps no input.
   */
  run(
    kernel: Reduction,
    shape: readonly number[],
    isReduced: readonly boolean[],
    output: Window,
    inputs: readonly (Window | number)[],
  ): void {
    const folding = foldingOf(kernel)
    if (folding === undefined) throw new Error('reduce: the steps of this reduction depend on their order')
    if (shape.some((size, dim) => size === 0 && !isReduced[dim])) return
    const windows = [output, ...inputs]
    const numbers = inputs.filter((input) => typeof input === 'number')
    const { module, direction, inner, kept, n, strides, ofReduced } = this.#plans.find(
      kernel,
      { shape, windows, isReduced },
      () => this.#planFold(kernel, folding, shape, isReduced, output, inputs),
    )
    const pointers = pointersOf(windows)
    const isRows = direction === 'rows'
    if (isRows && kept.length === 0 && ofReduced.count === 0 && inner.size >= 2 * wholePart) {
      return this.#reduceWhole(module, folding, inner, pointers, strides, [...numbers, n])
    }
    const parts = cutLoops(
      isRows ? kept : [...kept, inner],
      pointers,
      this.#kernels.partsFor(shape, pointers.length),
      isRows ? 1 : grain,
    )
    const calls = parts.map(({ loops, pointers }, i): Call => {
      const outer = isRows ? loops : loops.slice(0, -1)
      const size = isRows ? inner.size : (loops.at(-1)?.size ?? 1)
      const block = [
        size,
        ofReduced.count,
        outer.length,
        ...pointers,
        ...strides,
        ...ofReduced.words,
        ...recordsOf(outer),
      ]
      const state = isRows ? 0 : columnStateBytes(size)
      return [module.placeOf('fold'), this.#kernels.describe(block, i, state), ...numbers, n]
    })
    this.#kernels.call(module, calls, true)
  }

  /**
   * Folds one long run into a number, part by part. How many parts there are depends on its length alone, and so does the
   * order in which their totals are joined: the result is the same however many threads there are.
   */
  #reduceWhole(
    module: Compiled,
    { fold }: Folding,
    { size, steps }: Loop,
    [out = 0, ...inputs]: readonly number[],
    strides: readonly number[],
    numbers: readonly number[],
  ): void {
    const count = Math.min(mostChunks, Math.floor(size / wholePart))
    const run = module.placeOf('run')
    const calls = Array.from({ length: count }, (_, i): Call => {
      const [from, to] = [cutAt(size, grain, i, count), cutAt(size, grain, i + 1, count)]
      const pointers = inputs.map((pointer, k) => pointer + from * (steps[k + 1] ?? 0))
      return [run, to - from, ...pointers, ...strides, ...numbers.slice(0, -1)]
    })
    let total = fold.start
    const join = (part: number): void => {
      total = fold.joinNumbers(total, part)
    }
    if (this.#kernels.partsFor([size], inputs.length + 1) === 1) {
      for (const call of calls) join(callAll(module.functions, [call]))
    } else {
      const chunks = calls.map((call) => [call])
      Array.from(this.#kernels.threads.run(module, chunks, true), Number)
        .slice(0, count)
        .forEach(join)
    }
    module.get('finish')(out, total, ...numbers)
  }

  #planFold(
    kernel: Reduction,
    folding: Folding,
    shape: readonly number[],
    isReduced: readonly boolean[],
    output: Window,
    inputs: readonly (Window | number)[],
  ): FoldPlan {
    const windows = [output, ...inputs.filter((input) => typeof input !== 'number')]
    const { direction, inner, reduced, kept } = planReduction(shape, isReduced, windows.map(byteStrides))
    const layouts = layoutsOf(windows, inner)
    const module = this.#kernels.moduleOf(kernel, keyOf(layouts, inputs, [direction]), () => {
      const spec = { folding, finish: kernel.finish, ...layoutsByName(kernel.inputs, layouts, 1, inputs) }
      const build = direction === 'rows' ? rowReductionModule : columnReductionModule
      return this.#kernels.instantiate(build(spec, this.#kernels.options), [folding.value, kernel.finish])
    })
    const n = shape.reduce((product, size, dim) => (isReduced[dim] ? product * size : product), 1)
    const ofInputs = reduced.map(({ size, steps }) => ({ size, steps: steps.slice(1) }))
    const isRows = direction === 'rows'
    const strides = isRows ? stridesOf(layouts.slice(1), inner.steps.slice(1)) : stridesOf(layouts, inner.steps)
    const ofReduced = isRows
      ? { count: reduced.length, words: recordsOf(ofInputs) }
      : { count: n, words: ofInputs.flatMap(({ steps }) => steps) }
    return { module, direction, inner, kept, n, strides, ofReduced }
  }
}
