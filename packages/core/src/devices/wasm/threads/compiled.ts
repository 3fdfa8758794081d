import type { ModuleBuilder } from '../assembler.ts'
import type { KernelMemory } from '../memory.ts'

/** An exported function: addresses, sizes and numbers go in. */
export type Exported = (...args: number[]) => number | undefined

const isExported = (value: unknown): value is Exported => typeof value === 'function'

let modules = 0

/** Functions that the kernels of a module import beside the memory; other threads cannot have them. */
export type ImportedFunctions = Readonly<Record<string, (...args: number[]) => number>>

/** A module that runs here, and can run on other threads. */
export class Compiled {
  /** Tells it from all others. */
  readonly number: number = modules++
  /** By their places among the exports. */
  readonly functions: readonly Exported[]
  /** Whether other threads can have it. */
  readonly portable: boolean
  readonly #names: readonly string[]
  readonly #memory: KernelMemory
  readonly #bytes: Uint8Array<ArrayBuffer>
  #address = 0

  constructor(module: ModuleBuilder, memory: KernelMemory, imported: ImportedFunctions = {}) {
    this.#memory = memory
    this.#bytes = module.bytes()
    this.portable = Object.keys(imported).length === 0
    const env = { memory: memory.memory, ...imported }
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(this.#bytes), { env })
    this.#names = Object.keys(exports)
    this.functions = Object.values(exports).filter(isExported)
  }

  /** An exported function. */
  get(name: string): Exported {
    return this.functions[this.placeOf(name)] as Exported
  }

  /** The place of a function among the exports. */
  placeOf(name: string): number {
    const place = this.#names.indexOf(name)
    if (place < 0) throw new Error(`a module of kernels exports no ${name}`)
    return place
  }

  /** Where other threads find the module's bytes, in the memory of the kernels, and how many they are. */
  place(): { readonly address: number; readonly length: number } {
    const { length } = this.#bytes
    if (this.#address === 0) {
      this.#address = this.#memory.alloc(length)
      this.#memory.uint8.set(this.#bytes, this.#address)
    }
    return { address: this.#address, length }
  }
}
