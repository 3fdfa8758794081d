import { Collector } from '../wasm/collector.ts'
import { nextTask } from './engine.ts'
import type { Memory, Slot } from './memory.ts'

/** The memory whose owners the collector is asked for: so many bytes at least, and what a small buffer counts for. */
const leastAsked = 2 ** 26
const leastBytes = 2 ** 15
/** What may be alive where only finalizers tell: 8,192 small buffers, which an MLP leaves in 4,096 steps that never yield. */
const mostHeld = 2 ** 28
/** An array that nobody writes to is address space alone, but its weight makes the collector look. */
const weight = 2 ** 28
/** How many tasks of the event loop it is given. */
const mostTasks = 64

/** What a queue does with slots when memory gets short. */
export interface Relief {
  /** Gives back what a slot holds. */
  readonly empty: (slot: Slot) => void
  /** Takes the values of a slot out to the JavaScript heap; `null` where they come later. */
  readonly moveOut: ((slot: Slot) => void) | null
}

/**
 * Knows how much memory is alive, and has the collector look for what nobody holds: JavaScript does not see its weight. In Node
 * it tells at once, elsewhere its finalizers tell when the program waits. A program that does not wait is kept within a budget:
 * what was used longest ago moves out to the JavaScript heap, which the collector frees without a finalizer.
 */
export class Pressure {
  readonly #relief: Relief
  readonly #collector = Collector.create(leastAsked)
  /** Who holds memory, where the collector tells at once. */
  readonly #owners = new Map<Slot, WeakRef<Memory>>()
  /** What is filled, where it can move out. */
  readonly #filled = new Set<Slot>()
  #budget: number
  #bytes = 0
  /** The least that was alive since the collector was asked, where it does not tell at once. */
  #settled = 0

  constructor(relief: Relief, budget: number = mostHeld) {
    this.#relief = relief
    this.#budget = budget
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
    if (this.#moves) this.#filled.add(slot)
  }

  /** What had moved out was asked for: more is wanted than the budget allows for. */
  cameBack(slot: Slot): void {
    this.#budget += bytesOf(slot)
  }

  /** A slot was emptied. */
  given(slot: Slot): void {
    this.#filled.delete(slot)
    this.#bytes -= bytesOf(slot)
    this.#settled = Math.min(this.#settled, this.#bytes)
  }

  get #moves(): boolean {
    return this.#collector === null && this.#relief.moveOut !== null
  }

  /**
   * Asks the collector where it answers at once, if so much was made since the last time that it may be worth its time. Elsewhere,
   * moves out what is past the budget.
   */
  relieveNow(): void {
    if (this.#moves) return this.#makeRoom()
    if (this.#bytes < leastAsked) return
    this.#collector?.collect(() => {
      let found = 0
      for (const [slot, owner] of this.#owners) {
        if (owner.deref() !== undefined) continue
        found += bytesOf(slot)
        this.#relief.empty(slot)
      }
      return found
    })
  }

  /** Much at a time: to read waits for all that was asked for, but only once. */
  #makeRoom(): void {
    // A program that waits now and then is relieved before.
    const most = this.#budget + 4 * this.#settled
    if (this.#bytes <= most) return
    const oldest = [...this.#filled].sort((a, b) => a.used - b.used)
    for (const slot of oldest) {
      if (this.#bytes <= 0.75 * most) break
      this.#relief.moveOut?.(slot)
    }
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
