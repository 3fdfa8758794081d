import type { KernelMemory } from '../memory.ts'
import { hasThreads } from '../probe.ts'
import { type StartThread, startThread } from './start.ts'
import { Team } from './team.ts'

/** Starts a number of threads; a text says why it cannot. */
export type StartTeam = (memory: KernelMemory, size: number) => Team | string

export interface TeamOptions {
  /** Milliseconds after which a thread that took work and is silent counts as lost, and 20 times what this one worked. */
  readonly patience?: number
  readonly start?: StartThread
}

/** Gives what starts threads. */
export const teamStarter =
  ({ patience = 10_000, start = startThread }: TeamOptions = {}): StartTeam =>
  ({ memory, shared }, size) => {
    if (!shared) return hasThreads ? 'one thread: there was no address space for a shared memory' : notIsolated
    try {
      return new Team(memory, size, patience, start)
    } catch (error) {
      return `one thread: workers cannot start here: ${error instanceof Error ? error.message : String(error)}`
    }
  }

const notIsolated =
  'one thread: there is no SharedArrayBuffer here; a page has it where it is cross-origin isolated, by the headers ' +
  'Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp'
