import type { Compiled } from './compiled.ts'
import {
  controlBytes,
  lastSequence,
  looks,
  mostChunks,
  mostNumbers,
  numbersOffset,
  resultsOffset,
  retired,
  states,
  words,
} from './control.ts'
import type { StartThread, ThreadHandle } from './start.ts'

/** A call of a module's function: its place among the exports, then its arguments. */
export type Call = readonly [place: number, ...args: number[]]

/** Calls that follow each other on one thread. */
export type Chunk = readonly Call[]

/** How long it sleeps at a time, in milliseconds. Time is counted in these: a process that is stopped does not lose patience. */
const nap = 20

/** Whether this thread may sleep: the main thread of a page may not. */
const maySleep: boolean = canWait()

function canWait(): boolean {
  if (typeof SharedArrayBuffer === 'undefined') return false
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1)
    return true
  } catch {
    return false
  }
}

/** What became of a job's chunks. */
export interface Outcome {
  /** What the last call of each chunk returned; `NaN` where it returned nothing. */
  readonly results: Float64Array
  /** Chunks that no thread began: to be done by whoever asked. */
  readonly refused: readonly number[]
  /** Chunks that a thread began and did not end. */
  readonly failed: readonly number[]
  /** Whether a thread took a chunk and was not heard of again. */
  readonly lost: boolean
}

/** Threads that work on one job at a time, and this thread with them. */
export class Team {
  readonly #words: Int32Array
  readonly #results: Float64Array
  readonly #numbers: Float64Array
  readonly #helpers: ThreadHandle[] = []
  readonly #patience: number
  #alive = 0
  #sequence = 0

  /** A team of `count` threads, this one among them. `patience`: see TeamOptions. */
  constructor(memory: WebAssembly.Memory, count: number, patience: number, start: StartThread) {
    const control = new SharedArrayBuffer(controlBytes)
    this.#words = new Int32Array(control)
    this.#results = new Float64Array(control, resultsOffset, mostChunks)
    this.#numbers = new Float64Array(control, numbersOffset, mostNumbers)
    this.#patience = patience
    try {
      for (let index = 1; index < count; index++) {
        const helper = start({ memory, control, index, count }, () => {
          const at = this.#helpers.indexOf(helper)
          if (at >= 0) this.#helpers.splice(at, 1)
          this.#alive = this.#helpers.length
        })
        this.#helpers.push(helper)
      }
    } catch (error) {
      this.retire()
      throw error
    }
    this.#alive = this.#helpers.length
  }

  /** How many threads are at work, as far as is known. */
  get size(): number {
    return 1 + this.#alive
  }

  /** Lets the threads end when they have nothing to do, which is now. */
  retire(): void {
    Atomics.store(this.#words, words.sequence, retired)
    Atomics.notify(this.#words, words.sequence)
    this.#helpers.length = 0
    this.#alive = 0
  }

  /** Ends the threads, whatever they do. */
  dismiss(): void {
    const helpers = [...this.#helpers]
    this.retire()
    for (const helper of helpers) helper.terminate()
  }

  /** Runs a job. `null` where it is too large to be described: then nothing has been done. */
  run(module: Compiled, chunks: readonly Chunk[]): Outcome | null {
    if (chunks.length > mostChunks || !this.#describe(chunks)) return null
    const { address, length } = module.place()
    const sequence = this.#sequence === lastSequence ? 0 : this.#sequence + 1
    this.#sequence = sequence
    const w = this.#words
    w[words.count] = chunks.length
    w[words.module] = module.number
    w[words.address] = address
    w[words.length] = length
    for (let i = 0; i < chunks.length; i++) Atomics.store(w, words.states + i, 8 * sequence + states.free)
    Atomics.store(w, words.sequence, sequence)
    Atomics.notify(w, words.sequence, chunks.length - 1)
    const begin = performance.now()
    let own: { readonly error: unknown } | null = null
    try {
      this.#work(module, chunks, sequence)
    } catch (error) {
      own = { error }
    }
    const patience = this.#patience + 20 * (performance.now() - begin)
    const outcome = this.#collect(chunks.length, sequence, patience)
    if (own !== null) throw own.error
    return outcome
  }

  /** Writes the chunks where the threads read them; false where they do not fit. */
  #describe(chunks: readonly Chunk[]): boolean {
    const numbers = this.#numbers
    let at = 0
    for (let i = 0; i < chunks.length; i++) {
      const chunk = chunks[i] as Chunk
      const size = chunk.reduce((sum, call) => sum + 1 + call.length, 1)
      if (at + size > mostNumbers) return false
      this.#words[words.starts + i] = at
      numbers[at++] = chunk.length
      for (const call of chunk) {
        numbers[at++] = call[0]
        numbers[at++] = call.length - 1
        for (let k = 1; k < call.length; k++) numbers[at++] = call[k] as number
      }
    }
    return true
  }

  /** Does what no other thread has taken. */
  #work({ functions }: Compiled, chunks: readonly Chunk[], sequence: number): void {
    const [free, taken] = [8 * sequence + states.free, 8 * sequence + states.taken]
    for (let i = 0; i < chunks.length; i++) {
      if (Atomics.compareExchange(this.#words, words.states + i, free, taken) !== free) continue
      // What it throws leaves it failed.
      Atomics.store(this.#words, words.states + i, 8 * sequence + states.failed)
      this.#results[i] = callAll(functions, chunks[i] as Chunk)
      Atomics.store(this.#words, words.states + i, 8 * sequence + states.done)
    }
  }

  /** Waits until nobody works on the job any more. */
  #collect(count: number, sequence: number, patience: number): Outcome {
    const [refused, failed]: [number[], number[]] = [[], []]
    let lost = false
    for (let i = 0; i < count; i++) {
      const at = words.states + i
      // After an error of this thread some chunks are nobody's: they must not be begun any more.
      const free = 8 * sequence + states.free
      if (Atomics.compareExchange(this.#words, at, free, 8 * sequence + states.failed) === free) continue
      if (!this.#ends(at, 8 * sequence + states.taken, lost ? 0 : patience)) lost = true
      const ending = Atomics.load(this.#words, at) - 8 * sequence
      if (ending === states.refused) refused.push(i)
      else if (ending !== states.done) failed.push(i)
    }
    return { results: this.#results, refused, failed, lost }
  }

  /** Waits until a word is not what it was; false where that takes too long. */
  #ends(at: number, taken: number, patience: number): boolean {
    for (let i = 0; i < looks; i++) if (Atomics.load(this.#words, at) !== taken) return true
    for (let naps = Math.ceil(patience / nap); naps > 0; naps--) {
      if (maySleep) Atomics.wait(this.#words, at, taken, nap)
      else stayAwake(this.#words, at, taken)
      if (Atomics.load(this.#words, at) !== taken) return true
    }
    return false
  }
}

/** Waits as a thread must that may not sleep. */
function stayAwake(block: Int32Array, at: number, taken: number): void {
  for (const end = performance.now() + nap; performance.now() < end; ) {
    for (let i = 0; i < looks; i++) if (Atomics.load(block, at) !== taken) return
  }
}

/** Runs a chunk on this thread. */
export function callAll(functions: Compiled['functions'], chunk: Chunk): number {
  let result: number | undefined
  for (const [place, ...args] of chunk) result = functions[place]?.(...args)
  return result ?? Number.NaN
}
