import type { Compiled } from './compiled.ts'
import type { Call, Chunk } from './team.ts'

/** Writes calls of a module's functions down instead of making them, to become chunks. */
export class Notes {
  readonly #module: Compiled
  #calls: Call[] = []

  constructor(module: Compiled) {
    this.#module = module
  }

  /** Stands for an exported function. */
  of(name: string): (...args: number[]) => void {
    const place = this.#module.placeOf(name)
    return (...args) => {
      this.#calls.push([place, ...args])
    }
  }

  /** The calls that `work` makes of the functions that stand for others. */
  take(work: () => void): Chunk {
    this.#calls = []
    work()
    return this.#calls
  }
}
