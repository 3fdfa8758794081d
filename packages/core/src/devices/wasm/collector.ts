/** What of Node is asked for. */
interface Builtins {
  getBuiltinModule?(name: 'node:vm'): {
    createContext(globals: object, options: { readonly microtaskMode: 'afterEvaluate' }): object
    readonly Script: new (code: string) => { runInContext(context: object): unknown }
  }
  getBuiltinModule?(name: 'node:v8'): { getHeapStatistics(): { readonly heap_size_limit: number } }
}

/** The bytes of allocations after which what was dropped may be collected, and how many a small buffer counts for. */
const turnBytes = 2 ** 23
const leastBytes = 2 ** 11

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
  readonly #weight: number
  readonly #shortest: number
  /** Bytes to be allocated from one collection to the next: more where collections were not worth their time. */
  #interval: number
  #sinceTurn = 0
  #sinceCollection = 0

  private constructor(endTurn: () => void, weight: number, shortest: number) {
    this.#endTurn = endTurn
    this.#weight = weight
    this.#shortest = shortest
    this.#interval = shortest
  }

  /** A collector that is never asked before `shortest` bytes were allocated since the last time; `null` where there is none. */
  static create(shortest: number): Collector | null {
    const { process } = globalThis as { readonly process?: Builtins }
    const [vm, v8] = [process?.getBuiltinModule?.('node:vm'), process?.getBuiltinModule?.('node:v8')]
    if (vm === undefined || v8 === undefined) return null
    let context: object | null = null
    const nothing = new vm.Script('0')
    const endTurn = (): void => {
      context ??= vm.createContext({}, { microtaskMode: 'afterEvaluate' })
      nothing.runInContext(context)
    }
    return new Collector(endTurn, v8.getHeapStatistics().heap_size_limit / 2 + 2 ** 26, shortest)
  }

  /** Counts an allocation. */
  allocated(bytes: number): void {
    const counted = bytes > leastBytes ? bytes : leastBytes
    this.#sinceCollection += counted
    this.#sinceTurn += counted
    if (this.#sinceTurn < turnBytes) return
    this.#sinceTurn = 0
    this.#endTurn()
  }

  /**
   * Collects, where that may be worth its time, then has `free` give back what was dropped. It returns how long doing without
   * the collection would have taken, in milliseconds.
   */
  collect(free: () => number): void {
    if (this.#sinceCollection < this.#interval) return
    const start = performance.now()
    this.#endTurn()
    try {
      void new ArrayBuffer(this.#weight)
    } catch {
      // No address space for it: nothing is collected, and nothing will be found.
    }
    const saved = free()
    this.#interval = performance.now() - start < saved ? this.#shortest : 2 * this.#interval
    this.#sinceCollection = 0
  }
}
