import { constant, type Expression, nodesOf, substitute } from '../../formula/expression.ts'
import { isContiguous, numel } from '../../shape.ts'
import type { RowKernel } from '../row-kernel.ts'
import type { ModuleBuilder } from './assembler.ts'
import { type ElementwiseSpec, elementwiseModule, type KernelOptions } from './elementwise.ts'
import { type Folding, foldingOf, type Reduction } from './fold.ts'
import { importedFunctions, powers } from './formula.ts'
import type { KernelMemory } from './memory.ts'
import { type Loop, loopsOf, planReduction, still } from './plan.ts'
import { PlanCache } from './plan-cache.ts'
import { columnReductionModule, columnStateBytes, rowReductionModule } from './reduce.ts'
import { rowModule } from './row-module.ts'
import { type Input, type Layout, sizeOf } from './stream.ts'
import {
  type Call,
  Compiled,
  callAll,
  cutAt,
  cutLoops,
  cutRun,
  grain,
  mostChunks,
  ThreadPool,
} from './threads/index.ts'
import { accessOf, byteStrides, type Window } from './window.ts'

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

/** Elements, those of all arrays, below which a part of the work does not pay for being handed on, and those of a large part. */
const [leastWork, largeWork] = [2 ** 17, 2 ** 20]

/** Elements of a part of what is folded into one number, at least. */
const wholePart = 2 ** 16

/** Compiles kernels for one memory, keeps them, and runs them. */
export class KernelRunner {
  readonly #memory: KernelMemory
  readonly #threads: ThreadPool
  readonly #options: KernelOptions
  readonly #compiled = new WeakMap<object, Map<string, Compiled>>()
  readonly #loops = new PlanCache<LoopPlan>()
  readonly #folds = new PlanCache<FoldPlan>()
  readonly #rows = new PlanCache<LoopPlan>()
  /** Where loops are described, until the next call: one a part of the work. */
  readonly #blocks: { address: number; bytes: number }[] = []

  constructor(memory: KernelMemory, options: KernelOptions, threads: ThreadPool = new ThreadPool(memory)) {
    this.#memory = memory
    this.#threads = threads
    this.#options = { ...options, shared: memory.shared }
  }

  /**
   * Computes formulas at each index of `shape`. All windows have its rank, with stride 0 along dimensions that are
   * broadcast. Outputs may be windows of inputs, if they are the same ones: no shifted overlap.
   */
  elementwise(
    kernel: Formulas,
    shape: readonly number[],
    outputs: readonly Window[],
    inputs: readonly (Window | number)[],
  ): void {
    if (shape.includes(0) || this.#runContiguous(kernel, shape, outputs, inputs)) return
    const windows = [...outputs, ...inputs]
    const arrangement = { shape, windows, readsNumbers: exponentsOf(kernel).size > 0 }
    const { module, loops, strides } = this.#loops.find(kernel, arrangement, () =>
      this.#plan(kernel, outputs, inputs, shape),
    )
    const pointers = pointersOf(windows)
    const numbers = inputs.filter((input) => typeof input === 'number')
    const parts = cutLoops(loops, pointers, this.#partsFor(shape, pointers.length))
    const [run, rows] = [module.placeOf('run'), module.placeOf('rows')]
    const calls = parts.map(({ loops, pointers }, i): Call => {
      const outer = loops.slice(0, -1)
      const size = loops.at(-1)?.size ?? 1
      if (outer.length === 0) return [run, size, ...pointers, ...strides, ...numbers]
      return [rows, this.#describe([outer.length, size, ...pointers, ...strides, ...recordsOf(outer)], i), ...numbers]
    })
    this.#call(module, calls, !isInPlace(outputs, inputs))
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
    const module = this.#moduleOf(kernel, keyOf(layouts, inputs, constants.values()), () => {
      const spec = elementwiseSpec(kernel, layouts, inputs, constants)
      return this.#instantiate(elementwiseModule(spec, this.#options), spec.formulas)
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
    if (exponentsOf(kernel).size > 0) return false
    let key = ''
    const args = [numel(shape)]
    const numbers: number[] = []
    for (const output of outputs) {
      if (!isContiguous({ shape, strides: output.strides })) return false
      key += output.type[0]
      args.push(output.pointer)
    }
    for (const input of inputs) {
      if (typeof input === 'number') {
        key += 'n'
        numbers.push(input)
      } else {
        if (!isContiguous({ shape, strides: input.strides })) return false
        key += input.type[0]
        args.push(input.pointer)
      }
    }
    const module = this.#moduleOf(kernel, key, () => {
      const windows = [...outputs, ...inputs.filter((input) => typeof input !== 'number')]
      const layouts = windows.map(({ type }): Layout => ({ type, access: 'vector' }))
      const spec = elementwiseSpec(kernel, layouts, inputs, noConstants)
      return this.#instantiate(elementwiseModule(spec, this.#options), spec.formulas)
    })
    for (const number of numbers) args.push(number)
    const count = this.#partsFor(shape, args.length - 1 - numbers.length)
    if (count === 1) {
      module.get('run')(...args)
      return true
    }
    const steps = [...outputs, ...inputs].flatMap((each) => (typeof each === 'number' ? [] : [sizeOf(each.type)]))
    this.#call(module, cutRun(module.placeOf('run'), args, steps, count), !isInPlace(outputs, inputs))
    return true
  }

  /**
   * Folds the dimensions of `shape` that are marked; see `foldingOf` for the reductions that can be. All windows have the
   * rank of `shape`; strides of the output along folded dimensions do not matter. The output overlaps no input.
   */
  reduce(
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
    const { module, direction, inner, kept, n, strides, ofReduced } = this.#folds.find(
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
      this.#partsFor(shape, pointers.length),
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
      return [module.placeOf('fold'), this.#describe(block, i, state), ...numbers, n]
    })
    this.#call(module, calls, true)
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
    if (this.#partsFor([size], inputs.length + 1) === 1) {
      for (const call of calls) join(callAll(module.functions, [call]))
    } else {
      const chunks = calls.map((call) => [call])
      Array.from(this.#threads.run(module, chunks, true), Number)
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
    const module = this.#moduleOf(kernel, keyOf(layouts, inputs, [direction]), () => {
      const spec = { folding, finish: kernel.finish, ...layoutsByName(kernel.inputs, layouts, 1, inputs) }
      const build = direction === 'rows' ? rowReductionModule : columnReductionModule
      return this.#instantiate(build(spec, this.#options), [folding.value, kernel.finish])
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

  /**
   * Runs a row kernel over `[rows, n]`. Windows have these two dimensions; `outputs` are the elements, then the kernel's
   * results, and overlap no input.
   */
  rows(
    kernel: RowKernel,
    [rows, n]: readonly [number, number],
    outputs: readonly Window[],
    inputs: readonly (Window | number)[],
  ): void {
    const windows = [...outputs, ...inputs]
    const shape = [rows, n]
    const plan = (): LoopPlan => this.#planRows(kernel, shape, outputs, inputs)
    const { module, loops, strides } = this.#rows.find(kernel, { shape, windows }, plan)
    const numbers = inputs.filter((input) => typeof input === 'number')
    const pointers = pointersOf(windows)
    const parts = cutLoops(loops, pointers, this.#partsFor(shape, pointers.length))
    const calls = parts.map(({ loops: [loop], pointers }, i): Call => {
      const block = [loop?.size ?? 0, n, ...pointers, ...(loop?.steps ?? []), ...strides]
      return [module.placeOf('rows'), this.#describe(block, i), ...numbers, n]
    })
    this.#call(module, calls, true)
  }

  /** The loop over rows, and the strides within one of all arrays. */
  #planRows(
    kernel: RowKernel,
    [rows = 1, n = 1]: readonly number[],
    outputs: readonly Window[],
    inputs: readonly (Window | number)[],
  ): LoopPlan {
    const windows = [...outputs, ...inputs.filter((input) => typeof input !== 'number')]
    const steps = windows.map(byteStrides)
    const strides = steps.map(([, step = 0]) => step)
    const layouts = layoutsOf(windows, { size: n, steps: strides })
    const module = this.#moduleOf(kernel, keyOf(layouts, inputs, []), () => {
      const names = [...kernel.inputs, ...kernel.perRow, ...kernel.parameters]
      const spec = { kernel, ...layoutsByName(names, layouts, outputs.length, inputs) }
      return this.#instantiate(rowModule(spec, this.#options), [
        ...kernel.steps.map(({ value }) => value),
        kernel.output,
      ])
    })
    return { module, loops: [{ size: rows, steps: steps.map(([step = 0]) => step) }], strides }
  }

  /** How many parts to cut the work on all elements of a shape into, of so many arrays. */
  #partsFor(shape: readonly number[], arrays: number): number {
    return this.#threads.chunksFor(numel(shape) * arrays, leastWork, largeWork)
  }

  /** Runs calls which can run at the same time; see ThreadPool.run. */
  #call(module: Compiled, calls: readonly Call[], repeatable: boolean): void {
    const [first, ...others] = calls
    if (first === undefined) return
    if (others.length === 0) callAll(module.functions, [first])
    else
      this.#threads.run(
        module,
        calls.map((call) => [call]),
        repeatable,
      )
  }

  /** Writes the description of a part of the work where the kernel reads it, with room for some bytes behind. */
  #describe(words: readonly number[], part: number, more = 0): number {
    const bytes = words.length * 4 + more
    let block = this.#blocks[part]
    if (block === undefined || bytes > block.bytes) {
      if (block !== undefined) this.#memory.free(block.address)
      const size = Math.max(bytes, 1024)
      block = { address: this.#memory.alloc(size), bytes: size }
      this.#blocks[part] = block
    }
    this.#memory.int32.set(words, block.address / 4)
    return block.address
  }

  #moduleOf(kernel: object, key: string, compile: () => Compiled): Compiled {
    const known = this.#compiled.get(kernel)?.get(key)
    if (known) return known
    const forKernel = this.#compiled.get(kernel) ?? new Map<string, Compiled>()
    const module = compile()
    this.#compiled.set(kernel, forKernel.set(key, module))
    return module
  }

  #instantiate(m: ModuleBuilder, formulas: readonly Expression[]): Compiled {
    return new Compiled(m, this.#memory, importedFunctions(formulas))
  }
}

function pointersOf(windows: readonly (Window | number)[]): number[] {
  const pointers: number[] = []
  for (const window of windows) if (typeof window !== 'number') pointers.push(window.pointer)
  return pointers
}

/** Whether a window of an input is one of an output. */
const isInPlace = (outputs: readonly Window[], inputs: readonly (Window | number)[]): boolean =>
  inputs.some((input) => typeof input !== 'number' && outputs.some(({ pointer }) => pointer === input.pointer))

const layoutsOf = (windows: readonly Window[], { size, steps }: Loop): Layout[] =>
  windows.map(({ type }, k) => ({ type, access: accessOf(type, steps[k] ?? 0, size) }))

/** The steps of the arrays that are strided: those of others are known to the kernel. */
const stridesOf = (layouts: readonly Layout[], steps: readonly number[]): number[] =>
  steps.filter((_, k) => layouts[k]?.access === 'strided')

/** Records of loops for odometer.ts: innermost first, counters at 0. */
const recordsOf = (loops: readonly Loop[]): number[] =>
  [...loops].reverse().flatMap(({ size, steps }) => [size, 0, ...steps])

/** What a compiled kernel depends on beside its formulas. */
function keyOf(
  layouts: readonly Layout[],
  inputs: readonly (Window | number)[],
  more: Iterable<number | string>,
): string {
  let key = ''
  for (const { type, access } of layouts) key += `${type} ${access},`
  for (const input of inputs) key += typeof input === 'number' ? 'n' : 'a'
  for (const each of more) key += ` ${each}`
  return key
}

/** The layouts of arrays as a kernel's parts know them: `outputs` of them first, then those of the inputs by name. */
function layoutsByName(
  names: readonly string[],
  layouts: readonly Layout[],
  outputs: number,
  inputs: readonly (Window | number)[],
): { readonly output: Layout; readonly outputs: readonly Layout[]; readonly inputs: readonly Input[] } {
  const [output = { type: 'float32', access: 'vector' }] = layouts
  const remaining = layouts.slice(outputs)
  const layoutOf = (k: number): Layout | 'number' =>
    typeof inputs[k] === 'number' ? 'number' : (remaining.shift() ?? output)
  return { output, outputs: layouts.slice(0, outputs), inputs: names.map((name, k) => ({ name, layout: layoutOf(k) })) }
}

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
