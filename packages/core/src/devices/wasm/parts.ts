import type { ModuleOptions } from './assembler.ts'
import type { KernelMemory } from './memory.ts'
import type { Residency } from './residency.ts'
import type { ThreadPool } from './threads/index.ts'

/** What routines of the device work with. */
export interface WasmParts {
  readonly memory: KernelMemory
  readonly residency: Residency
  readonly threads: ThreadPool
  readonly options: ModuleOptions
}
