/** What of Node is asked for. */
interface Builtins {
  getBuiltinModule?(name: 'node:vm'): {
    createContext(globals: object, options: { readonly microtaskMode: 'afterEvaluate' }): object
    readonly Script: new (code: string) => { runInContext(context: object): unknown }
  }
  getBuiltinModule?(name: 'node:v8'): { getHeapStatistics(): HeapStatistics }
}

/** Where this runs. */
interface Runtime {
  readonly process?: Builtins
  readonly Bun?: unknown
  readonly Deno?: unknown
}

/** What has weak references look again, and the heap of V8. */
interface Tools {
  readonly endTurn: () => void
  readonly heap: () => HeapStatistics
}

function toolsOf(process: Builtins): Tools | undefined {
  const [vm, v8] = [process.getBuiltinModule?.('node:vm'), process.getBuiltinModule?.('node:v8')]
  if (vm === undefined || v8 === undefined) return undefined
  let nothing: { runInContext(context: object): unknown }
  try {
    nothing = new vm.Script('0')
  } catch {
    return undefined
  }
  let context: object | null = null
  const endTurn = (): void => {
    context ??= vm.createContext({}, { microtaskMode: 'afterEvaluate' })
    nothing.runInContext(context)
  }
  return { endTurn, heap: () => v8.getHeapStatistics() }
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
  #tools: Tools | null
  readonly #shortest: number
  /** What is allocated from one collection to the next: more where collections found too little. */
  #interval: number
  #sinceTurn = 0
  #sinceCollection = 0
  /** The array that made V8 collect the last time. */
  #bait: WeakRef<ArrayBuffer> | null = null

  private constructor(tools: Tools | null, shortest: number) {
    this.#tools = tools
    this.#shortest = shortest
    this.#interval = shortest
  }

  /** A collector that is never asked before a weight of `shortest` was allocated since the last time; `null` where there is none. */
  static create(shortest: number): Collector | null {
    const { process, Bun, Deno } = globalThis as Runtime
    if (typeof process?.getBuiltinModule !== 'function') return null
    // Other runtimes have Node's modules, some by name alone: those have to be tried. Node has them, and takes time to load them.
    const tools = Bun === undefined && Deno === undefined ? null : toolsOf(process)
    return tools === undefined ? null : new Collector(tools, shortest)
  }

  get #loaded(): Tools {
    this.#tools ??= toolsOf((globalThis as Runtime).process as Builtins) as Tools
    return this.#tools
  }

  /** Bytes of arrays that nobody uses: V8 counts them until it collects again. */
  get unused(): number {
    return this.#bait?.deref()?.byteLength ?? 0
  }

  /** Counts an allocation. */
  allocated(bytes: number): void {
    this.#sinceCollection += weigh(bytes)
    this.#sinceTurn += weigh(bytes)
    if (this.#sinceTurn < turn) return
    this.#sinceTurn = 0
    this.#loaded.endTurn()
  }

  /**
   * Collects, where that may be worth its time, then has `free` give back what was dropped and say what it weighed. It would have
   * to move out otherwise, which takes about as long a byte as the collector takes for one of the heap. Says whether it collected.
   */
  collect(free: () => number, isForced = false): boolean {
    if (!isForced && this.#sinceCollection < this.#interval) return false
    this.#loaded.endTurn()
    try {
      this.#bait = new WeakRef(new ArrayBuffer(this.#loaded.heap().heap_size_limit / 2 + margin))
    } catch {
      // No address space for it: nothing is collected, and nothing will be found.
    }
    const isWorthwhile = free() >= this.#loaded.heap().used_heap_size
    this.#interval = isWorthwhile ? this.#shortest : 2 * this.#interval
    this.#sinceCollection = 0
    return true
  }
}
