import type { WasmParts } from './wasm/parts.ts'
import type { ConvRoutines, PoolRoutines } from './windows.ts'

/** Routines that come with the ops that call them: a page without these ops is without the kernels too. */
export interface Families {
  readonly conv: ConvRoutines
  readonly pool: PoolRoutines
}

/** A family as the reference device runs it, and by kernels of WebAssembly. A GPU has its own under the same name. */
export interface Family<N extends keyof Families> {
  readonly name: N
  readonly js: Families[N]
  readonly wasm: (parts: WasmParts) => Families[N]
}
