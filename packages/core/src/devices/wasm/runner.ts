import { constant, type Expression, nodesOf, substitute } from '../../formula/expression.ts'
import { coalesce } from '../../shape.ts'
import type { ModuleBuilder } from './assembler.ts'
import { type ElementwiseSpec, elementwiseModule, type KernelOptions, rowsBlock } from './elementwise.ts'
import { importedFunctions, powers } from './formula.ts'
import type { KernelMemory } from './memory.ts'
import { type Access, type ElementType, sizeOf } from './stream.ts'

/** A strided window on the memory: the address of its first element, and strides in elements. */
export interface Window {
  readonly pointer: number
  readonly strides: readonly number[]
  readonly type: ElementType
}

/** One or more formulas over the same inputs. */
export interface Formulas {
  readonly inputs: readonly string[]
  readonly outputs: readonly Expression[]
}

/** An exported function: addresses, sizes and numbers go in. */
type Exported = (...args: readonly number[]) => void

const isExported = (value: unknown): value is Exported => typeof value === 'function'

/** Compiles kernels for one memory, keeps them, and runs them. */
export class KernelRunner {
  readonly #memory: KernelMemory
  readonly #options: KernelOptions
  readonly #compiled = new WeakMap<Formulas, Map<string, ReadonlyMap<string, Exported>>>()
  /** Where outer loops are described, until the next call. */
  #block: number
  #blockBytes = 1024

  constructor(memory: KernelMemory, options: KernelOptions) {
    this.#memory = memory
    this.#options = { ...options, shared: memory.shared }
    this.#block = memory.alloc(this.#blockBytes)
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
    if (shape.includes(0)) return
    const windows = [...outputs, ...inputs.filter((input) => typeof input !== 'number')]
    const numbers = inputs.filter((input) => typeof input === 'number')
    const flat = coalesce(
      shape,
      windows.map(({ strides }) => strides),
    )
    const run = flat.shape.pop() ?? 1
    const inner = flat.strides.map((strides) => strides.pop() ?? 0)
    const accesses = inner.map((stride) => accessOf(stride, run))
    const exports = this.#compile(kernel, outputs, inputs, accesses)
    const pointers = windows.map(({ pointer }) => pointer)
    const bytes = windows.map(({ type }) => sizeOf(type))
    const strides = inner.flatMap((stride, k) => (accesses[k] === 'strided' ? [stride * (bytes[k] ?? 0)] : []))
    if (flat.shape.length === 0) {
      exports.get('run')?.(run, ...pointers, ...strides, ...numbers)
      return
    }
    const outer = flat.shape.map((size, dim) => ({
      size,
      steps: flat.strides.map((steps, k) => (steps[dim] ?? 0) * (bytes[k] ?? 0)),
    }))
    const block = this.#describe(rowsBlock({ run, pointers, strides, outer: outer.reverse() }))
    exports.get('rows')?.(block, ...numbers)
  }

  /** Writes the description of a call where the kernel reads it. */
  #describe(words: readonly number[]): number {
    if (words.length * 4 > this.#blockBytes) {
      this.#memory.free(this.#block)
      this.#blockBytes = words.length * 4
      this.#block = this.#memory.alloc(this.#blockBytes)
    }
    this.#memory.int32.set(words, this.#block / 4)
    return this.#block
  }

  #compile(
    kernel: Formulas,
    outputs: readonly Window[],
    inputs: readonly (Window | number)[],
    accesses: readonly Access[],
  ): ReadonlyMap<string, Exported> {
    const constants = constantPowers(kernel, inputs)
    const types = [...outputs, ...inputs].map((window) => (typeof window === 'number' ? 'number' : window.type))
    const key = [...types, ...accesses, ...constants.values()].join()
    const forKernel = this.#compiled.get(kernel) ?? new Map<string, ReadonlyMap<string, Exported>>()
    this.#compiled.set(kernel, forKernel)
    const known = forKernel.get(key)
    if (known) return known
    const spec = specOf(kernel, outputs, inputs, accesses, constants)
    const exports = this.#instantiate(elementwiseModule(spec, this.#options), spec.formulas)
    forKernel.set(key, exports)
    return exports
  }

  #instantiate(m: ModuleBuilder, formulas: readonly Expression[]): ReadonlyMap<string, Exported> {
    const env = { memory: this.#memory.memory, ...importedFunctions(formulas) }
    const { exports } = new WebAssembly.Instance(m.compile(), { env })
    return new Map(
      Object.entries(exports).flatMap(([name, value]) => (isExported(value) ? [[name, value] as const] : [])),
    )
  }
}

/** How a loop of `run` steps meets an array. A single step may take any stride for the best one. */
function accessOf(stride: number, run: number): Access {
  if (stride === 1 || run === 1) return 'vector'
  return stride === 0 ? 'splat' : 'strided'
}

/** Numbers that a formula raises something to and that `pow` is not needed for: compiled in, by the inputs' names. */
function constantPowers(kernel: Formulas, inputs: readonly (Window | number)[]): Map<string, number> {
  const exponents = exponentsOf(kernel)
  const constants = new Map<string, number>()
  if (exponents.size === 0) return constants
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

function specOf(
  kernel: Formulas,
  outputs: readonly Window[],
  inputs: readonly (Window | number)[],
  accesses: readonly Access[],
  constants: ReadonlyMap<string, number>,
): ElementwiseSpec {
  const remaining = [...accesses]
  const layoutOf = ({ type }: Window) => ({ type, access: remaining.shift() ?? 'vector' })
  const replacements = Object.fromEntries([...constants].map(([name, value]) => [name, constant(value)]))
  return {
    formulas: kernel.outputs.map((formula) => substitute(formula, replacements)),
    outputs: outputs.map(layoutOf),
    inputs: kernel.inputs.map((name, k) => {
      const input = inputs[k]
      return { name, layout: input === undefined || typeof input === 'number' ? 'number' : layoutOf(input) }
    }),
  }
}
