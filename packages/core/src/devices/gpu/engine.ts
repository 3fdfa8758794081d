import type { GpuJsResult } from './gpujs.ts'
import type { Mode } from './modes.ts'

/** Memory of an engine: float32 values. */
export type Handle = Float32Array | GpuJsResult

/** A kernel as text: a function of arrays, then of numbers, that returns the value of one cell. */
export interface Program {
  readonly source: string
  readonly arrays: number
  readonly numbers: number
}

/**
 * A kernel in WGSL, for engines that run it: a function `main` whose bindings are its numbers, as 32-bit integers, the arrays
 * that it reads, and the result, of which it writes each cell.
 */
export interface WgslProgram {
  readonly source: string
  readonly numbers: number
  /** How many groups of threads run it. */
  readonly groups: (numbers: readonly number[]) => readonly [x: number, y: number, z: number]
}

/** A compiled program: fills `length` cells of new memory. */
export type Executable = (
  length: number,
  arrays: readonly Handle[],
  numbers: readonly number[],
) => Handle | Promise<Handle>

/** gpu.js in one mode, as far as a device needs it. Values are Promises where the mode is asynchronous. */
export interface Engine {
  readonly mode: Mode
  readonly sync: boolean
  /** The name of the hardware, as its driver tells it. */
  readonly adapter: string | null
  upload(values: Float32Array): Handle | Promise<Handle>
  /** The first `length` values. */
  download(handle: Handle, length: number): Float32Array | Promise<Float32Array>
  release(handle: Handle): void
  /** Why nothing can run any more and all memory is gone; `null` as long as that is not so. */
  readonly lost: string | null
  /** What went wrong since it was last asked, and no call has told: a GPU may say so later. */
  fault(): string | null
  /** When all is done; the program has yielded to the event loop, and with it to finalizers. */
  finish(): Promise<void>
  /** Whether it runs kernels in WGSL. */
  readonly wgsl: boolean
  /** The same text is compiled once. */
  compile(program: Program | WgslProgram): Executable
  /** How many programs were compiled. */
  readonly compiled: number
}

/** A mode that does not run here, with the reason and a way out. */
export class Missing extends Error {}

/** The first line of what went wrong. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n')[0] as string) : String(error)

/** The first values of memory. */
export const first = (values: Float32Array, length: number): Float32Array =>
  values.length === length ? values : values.subarray(0, length)

/** After other tasks of the event loop. */
export const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

/** Whether this is Node, and no web page. */
export const inNode = (): boolean => {
  const { process } = globalThis as { readonly process?: { readonly versions?: { readonly node?: string } } }
  return process?.versions?.node !== undefined && typeof document === 'undefined'
}
