/** What of Node is asked for. */
interface Builtins {
  getBuiltinModule?(name: 'node:vm'): {
    createContext(globals: object, options: { readonly microtaskMode: 'afterEvaluate' }): object
    readonly Script: new (code: string) => { runInContext(context: object): unknown }
  }
  getBuiltinModule?(name: 'node:v8'): { getHeapStatistics(): HeapStatistics }
}

interface HeapStatistics {
  readonly used_heap_size: number
  readonly heap_size_limit: number
}

/** After allocations of so many bytes, what was dropped may be collected. */
const turn = 2 ** 23

/** By how much an array surpasses what makes V8 collect, in bytes. */
const margin = 2 ** 26

/** What a buffer weighs, in bytes: a small one more than it holds, as its handles do not count by themselves. */
export const weigh = (bytes: number): number => Math.max(bytes, 2 ** 11)

/**
 * Hears of dropped buffers while the program does not yield to the event loop: finalizers wait for it to yield, but a
 * WeakRef tells right after a collection. Only Node can have the collector run; two of its properties are used.
 *
 * V8 collects at once when memory outside of its heap grows by more than half of the heap's limit: an array that nobody
 * writes to is such growth, and takes address space alone. And a WeakRef keeps what it refers to until the next microtask
 * checkpoint (ClearKeptObjects in the specification of ECMAScript): the end of a script in a context with a microtask queue of
 * its own is one, and runs no other code.
 */
export class Collector {
  readonly #endTurn: () => void
  readonly #heap: () => HeapStatistics
  readonly #shortest: number
  /** What is allocated from one collection to the next: more where collections found too little. */
  #interval: number
  #sinceTurn = 0
  #sinceCollection = 0

  private constructor(endTurn: () => void, heap: () => HeapStatistics, shortest: number) {
    this.#endTurn = endTurn
    this.#heap = heap
    this.#shortest = shortest
    this.#interval = shortest
  }

  /** A collector that is never asked before a weight of `shortest` was allocated since the last time; `null` where there is none. */
  static create(shortest: number): Collector | null {
    const { process } = globalThis as { readonly process?: Builtins }
    const [vm, v8] = [process?.getBuiltinModule?.('node:vm'), process?.getBuiltinModule?.('node:v8')]
    if (vm === undefined || v8 === undefined) return null
    let context: object | null = null
    let nothing: { runInContext(context: object): unknown }
    try {
      nothing = new vm.Script('0')
    } catch {
      // Some runtimes have Node's modules by name alone.
      return null
    }
    const endTurn = (): void => {
      context ??= vm.createContext({}, { microtaskMode: 'afterEvaluate' })
      nothing.runInContext(context)
    }
    return new Collector(endTurn, () => v8.getHeapStatistics(), shortest)
  }

  /** Counts an allocation. */
  allocated(bytes: number): void {
    this.#sinceCollection += weigh(bytes)
    this.#sinceTurn += weigh(bytes)
    if (this.#sinceTurn < turn) return
    this.#sinceTurn = 0
    this.#endTurn()
  }

  /**
   * Collects, where that may be worth its time, then has `free` give back what was dropped and say what it weighed. It would have
   * to move out otherwise, which takes about as long a byte as the collector takes for one of the heap.
   */
  collect(free: () => number): void {
    if (this.#sinceCollection < this.#interval) return
    this.#endTurn()
    try {
      void new ArrayBuffer(this.#heap().heap_size_limit / 2 + margin)
    } catch {
      // No address space for it: nothing is collected, and nothing will be found.
    }
    const isWorthwhile = free() >= this.#heap().used_heap_size
    this.#interval = isWorthwhile ? this.#shortest : 2 * this.#interval
    this.#sinceCollection = 0
  }
}
