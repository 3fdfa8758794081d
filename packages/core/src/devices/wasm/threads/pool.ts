import { RuntimeError } from '../../../errors.ts'
import type { KernelMemory } from '../memory.ts'
import type { Compiled } from './compiled.ts'
import { mostChunks } from './control.ts'
import type { StartTeam } from './start-team.ts'
import { type Chunk, callAll, type Team } from './team.ts'

/** More threads than this are not started. */
export const mostThreads: number = mostChunks / 2

/**
 * The threads of the kernels, this one included. There is one until more are asked for: a library that starts workers unasked
 * surprises pages, tests and whoever counts the cores already used by something else.
 *
 * Work comes in chunks that any thread can run. Each thread begins with the chunks that would be its share, and goes on with
 * those that nobody has taken. So nobody waits for a thread that starts, sleeps or has died: this thread does its work. Only
 * a thread that died in the middle of a chunk is waited for, until patience ends.
 */
export class ThreadPool {
  readonly #memory: KernelMemory
  #team: Team | null = null
  #asked = 1
  #reason: string | null = null

  constructor(memory: KernelMemory) {
    this.#memory = memory
  }

  /** How many threads work, as far as is known. */
  get count(): number {
    return this.#team?.size ?? 1
  }

  /** Why there are fewer threads than were asked for, where that is so. */
  get reason(): string | null {
    const isWhole = this.#team === null || this.#team.size === this.#asked
    return isWhole
      ? this.#reason
      : `${this.count} of ${this.#asked} threads: the others ended, or could not start; ${startsNew}`
  }

  /** Asks for a number of threads, and brings how they are started: a page that never asks is without it. */
  resize(count: number, start: StartTeam): void {
    const size = Math.min(count, mostThreads)
    this.#asked = size
    if (size === this.count) return
    this.#team?.retire()
    this.#team = null
    this.#reason = null
    if (size === 1) return
    const team = start(this.#memory, size)
    if (typeof team === 'string') this.#reason = team
    else this.#team = team
  }

  /**
   * How many chunks to cut work into, of which `least` pays for being handed to a thread: one a thread; some more where these
   * are `large` at least, so that a thread that others delay leaves work to the rest. 1 says not to cut it.
   */
  chunksFor(work: number, least: number, large: number): number {
    if (this.#team === null || work < 2 * least) return 1
    const { size } = this.#team
    return Math.min(
      mostChunks,
      Math.max(Math.min(size, Math.floor(work / least)), Math.min(4 * size, Math.floor(work / large))),
    )
  }

  /**
   * Runs chunks, in any order and at the same time. Returns what their last calls returned, until the next job.
   * `repeatable`: whether a chunk that was left half done can be done again.
   */
  run(module: Compiled, chunks: readonly Chunk[], repeatable: boolean): ArrayLike<number> {
    const outcome = this.#team !== null && module.portable ? this.#team.run(module, chunks) : null
    if (outcome === null) return chunks.map((chunk) => callAll(module.functions, chunk))
    const { results, refused, failed, lost } = outcome
    if (lost) this.#dismiss()
    if (failed.length > 0 && !repeatable) {
      throw new RuntimeError(
        `set_num_threads: a thread ended while it changed a tensor in place, which is now changed in part; ` +
          'make the tensor anew',
      )
    }
    for (const i of [...refused, ...failed]) results[i] = callAll(module.functions, chunks[i] as Chunk)
    return results
  }

  #dismiss(): void {
    this.#team?.dismiss()
    this.#team = null
    this.#reason = `one thread: another one ended in the middle of its work; ${startsNew}`
  }
}

const startsNew =
  'set_num_threads starts new ones (a page with a content security policy must allow `worker-src blob:`)'
