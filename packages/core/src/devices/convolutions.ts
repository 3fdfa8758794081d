import type { Family } from './families.ts'
import { convRoutines } from './js/conv.ts'
import { wasmConvolutions } from './wasm/conv-routines.ts'

/** Convolutions and their gradients. */
export const convolutions: Family<'conv'> = { name: 'conv', js: convRoutines, wasm: wasmConvolutions }
