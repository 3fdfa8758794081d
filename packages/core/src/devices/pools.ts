import type { Family } from './families.ts'
import { poolRoutines } from './js/pooling.ts'
import { wasmPools } from './wasm/pool-routines.ts'

/** Pooling and its gradients. */
export const pools: Family<'pool'> = { name: 'pool', js: poolRoutines, wasm: wasmPools }
