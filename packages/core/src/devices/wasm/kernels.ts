import type { Expression } from '../../formula/expression.ts'
import { numel } from '../../shape.ts'
import type { KernelOptions, ModuleBuilder } from './assembler.ts'
import { importedFunctions } from './formula.ts'
import type { KernelMemory } from './memory.ts'
import { type Call, Compiled, callAll, ThreadPool } from './threads/index.ts'

/** Elements, those of all arrays, below which a part of the work does not pay for being handed on, and those of a large part. */
const [leastWork, largeWork] = [2 ** 17, 2 ** 20]

/** Compiles kernels for one memory, keeps them, and has threads run them. */
export class Kernels {
  readonly threads: ThreadPool
  readonly options: KernelOptions
  readonly #memory: KernelMemory
  readonly #compiled = new WeakMap<object, Map<string | number, Compiled>>()
  /** Where loops are described, until the next call: one a part of the work. */
  readonly #blocks: { address: number; bytes: number }[] = []

  constructor(memory: KernelMemory, options: KernelOptions, threads: ThreadPool = new ThreadPool(memory)) {
    this.#memory = memory
    this.threads = threads
    this.options = { ...options, shared: memory.shared }
  }

  /** How many parts to cut the work on all elements of a shape into, of so many arrays. */
  partsFor(shape: readonly number[], arrays: number): number {
    return this.threads.chunksFor(numel(shape) * arrays, leastWork, largeWork)
  }

  /** Runs calls which can run at the same time; see ThreadPool.run. */
  call(module: Compiled, calls: readonly Call[], repeatable: boolean): void {
    const [first, ...others] = calls
    if (first === undefined) return
    if (others.length === 0) callAll(module.functions, [first])
    else
      this.threads.run(
        module,
        calls.map((call) => [call]),
        repeatable,
      )
  }

  /** Writes the description of a part of the work where the kernel reads it, with room for some bytes behind. */
  describe(words: readonly number[], part: number, more = 0): number {
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

  /** The module of a kernel that `key` tells from others of the same formulas. */
  moduleOf(kernel: object, key: string | number, compile: () => Compiled): Compiled {
    const known = this.#compiled.get(kernel)?.get(key)
    if (known) return known
    const forKernel = this.#compiled.get(kernel) ?? new Map<string | number, Compiled>()
    const module = compile()
    this.#compiled.set(kernel, forKernel.set(key, module))
    return module
  }

  /** Compiles a module that computes formulas. */
  instantiate(m: ModuleBuilder, formulas: readonly Expression[]): Compiled {
    return new Compiled(m, this.#memory, importedFunctions(formulas))
  }
}
