import { Collector } from '../wasm/collector.ts'
import { nextTask } from './engine.ts'
import type { Memory, Slot } from './memory.ts'

/** The memory whose owners the collector is asked for: so many bytes at least, and what a small buffer counts for. */
const leastAsked = 2 ** 26
const leastBytes = 2 ** 15
/** An array that nobody writes to is address space alone, but its weight makes the collector look. */
const weight = 2 ** 28
/** How many tasks of the event loop it is given. */
const mostTasks = 64

/**
 * Knows how much memory is alive, and has the collector look for what nobody holds: JavaScript does not see its weight. In Node
 * it tells at once, elsewhere its finalizers tell when the program waits.
 */
export class Pressure {
  readonly #empty: (slot: Slot) => void
  readonly #collector = Collector.create(leastAsked)
  /** Who holds memory, where the collector tells at once. */
  readonly #owners = new Map<Slot, WeakRef<Memory>>()
  #bytes = 0
  /** The least that was alive since the collector was asked, where it does not tell at once. */
  #settled = 0

  /** `empty` gives back what a slot holds. */
  constructor(empty: (slot: Slot) => void) {
    this.#empty = empty
  }

  /** Somebody holds memory, until it is emptied or he is collected. */
  held(memory: Memory): void {
    if (this.#collector === null) return
    this.#collector.allocated(bytesOf(memory.slot))
    this.#owners.set(memory.slot, new WeakRef(memory))
  }

  /** Nobody holds it any more. */
  dropped(slot: Slot): void {
    this.#owners.delete(slot)
  }

  /** A slot was filled. */
  taken(slot: Slot): void {
    this.#bytes += bytesOf(slot)
  }

  /** A slot was emptied. */
  given(slot: Slot): void {
    this.#bytes -= bytesOf(slot)
    this.#settled = Math.min(this.#settled, this.#bytes)
  }

  /** Asks the collector where it answers at once, if so much was made since the last time that it may be worth its time. */
  relieveNow(): void {
    if (this.#bytes < leastAsked) return
    this.#collector?.collect(() => {
      let found = 0
      for (const [slot, owner] of this.#owners) {
        if (owner.deref() !== undefined) continue
        found += bytesOf(slot)
        this.#empty(slot)
      }
      return found
    })
  }

  /** As `relieveNow`; where the collector does not answer at once, waits for it if twice as much is alive as the last time. */
  async relieve(): Promise<void> {
    if (this.#collector !== null) return this.relieveNow()
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

const bytesOf = ({ length }: Slot): number => Math.max(4 * length, leastBytes)
