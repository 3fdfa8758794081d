import { nextTask } from './engine.ts'

/** The memory whose owners the collector is asked for: so many bytes at least, and what a small buffer counts for. */
const leastAsked = 2 ** 26
const leastBytes = 2 ** 14
/** An array that nobody writes to is address space alone, but its weight makes the collector look. */
const weight = 2 ** 28
/** How many tasks of the event loop it is given. */
const mostTasks = 64

/** Knows how much memory is alive, and has the collector look for what nobody holds: JavaScript does not see its weight. */
export class Pressure {
  #bytes = 0
  /** The least that was alive since the collector was asked. */
  #settled = 0

  /** Memory of some elements was made. */
  taken(length: number): void {
    this.#bytes += bytesOf(length)
  }

  /** Memory of some elements was given back. */
  given(length: number): void {
    this.#bytes -= bytesOf(length)
    this.#settled = Math.min(this.#settled, this.#bytes)
  }

  /** Asks the collector, where there is twice as much as it left the last time. */
  async relieve(): Promise<void> {
    const before = this.#bytes
    if (before < 2 * this.#settled + leastAsked) return
    this.#settled = before
    try {
      void new ArrayBuffer(weight)
    } catch {
      // No address space for it: the collector looks when it will.
    }
    for (let task = 0; task < mostTasks && this.#bytes > before / 2; task++) await nextTask()
  }
}

const bytesOf = (length: number): number => Math.max(4 * length, leastBytes)
