import { bool, type DType, float32, int32, type TypedArray } from '../../dtype.ts'
import { broadcastStrides, type Shape } from '../../shape.ts'
import type { Device, Operand } from '../device.ts'
import type { Families, Family } from '../families.ts'
import { js } from '../js/index.ts'
import type { Kernel, ReductionKernel } from '../kernel.ts'
import { registerHolder } from '../memory-limit.ts'
import type { Routines } from '../routines.ts'
import { Storage } from '../storage.ts'
import type { ModuleOptions } from './assembler.ts'
import { ElementwiseRunner } from './elementwise-runner.ts'
import { foldingOf } from './fold.ts'
import { Kernels } from './kernels.ts'
import { type Matrices, planMatmul } from './matmul.ts'
import { makeMemory } from './memory.ts'
import { pickRoutines } from './pick-routines.ts'
import { hasRelaxedSimd, hasSimd, hasWideVectors } from './probe.ts'
import { ReductionRunner } from './reduction-runner.ts'
import { Residency, type ResidencyStats, ResidentBuffer } from './residency.ts'
import { RowRunner } from './row-runner.ts'
import { reduceInStages } from './stages.ts'
import { ThreadPool, threadedMatmul } from './threads/index.ts'
import type { Window } from './window.ts'

/** How the device is set up; relaxed SIMD and wide vectors where the engine has them, unless said otherwise. */
export interface WasmOptions extends ModuleOptions {
  /** Bytes of kernel memory past which storages move out to the JavaScript heap. */
  readonly budget?: number
}

/** A device of WebAssembly kernels, with a look at its memory. */
export interface WasmDevice extends Device {
  stats(): ResidencyStats
}

/** Whether WebAssembly with SIMD runs here; why not, otherwise. */
export function wasmReason(): string | null {
  if (typeof WebAssembly === 'undefined') return 'there is no WebAssembly here'
  return hasSimd ? null : 'this WebAssembly has no SIMD, or the page forbids it'
}

/**
 * The CPU device: float32, bool and int32 live in WebAssembly memory; formulas over the first two run as SIMD kernels, and so
 * do the routines that read or give indices. The rest runs on the reference device over the same memory.
 */
export function createWasm({
  budget = 2 ** 27,
  relaxed = hasRelaxedSimd,
  wide = hasWideVectors,
}: WasmOptions = {}): WasmDevice {
  const vectors: ModuleOptions = { relaxed, wide }
  const memory = makeMemory()
  const residency = new Residency(memory, budget)
  registerHolder({ held: () => residency.held, collect: () => residency.collect() })
  const threads = new ThreadPool(memory)
  const kernels = new Kernels(memory, vectors, threads)
  const elementwise = new ElementwiseRunner(kernels)
  const reductions = new ReductionRunner(kernels)
  const rowKernels = new RowRunner(kernels)
  const backend = `wasm (${relaxed ? 'relaxed simd' : 'simd'}${wide ? ', revectorized' : ''})`
  let multiply: ReturnType<typeof threadedMatmul> | null = null

  const windowOf = (x: Operand, strides: readonly number[]): Window => ({
    pointer: residency.pointerOf(x.storage.buffer as ResidentBuffer) + x.offset * x.dtype.itemsize,
    strides,
    type: x.dtype === bool ? 'bool' : 'float32',
  })

  /** Whether all operands can be windows of one call, or lone numbers of it. */
  const areHere = (operands: readonly (Operand | number)[]): boolean => {
    for (const x of operands) if (typeof x !== 'number' && !isHere(x) && !isNumber(x)) return false
    return true
  }

  /** Operands as windows on the memory, lone numbers as numbers. What one call needs stays where it is. */
  const windowsOf = (operands: readonly (Operand | number)[], shape: Shape): (Window | number)[] => {
    const windows = new Array<Window | number>(operands.length)
    for (let i = 0; i < operands.length; i++) {
      const x = operands[i] as Operand | number
      if (typeof x === 'number') windows[i] = x
      else if (isNumber(x)) windows[i] = x.storage.buffer as number
      else windows[i] = windowOf(x, broadcastStrides(x, shape))
    }
    return windows
  }

  const run = (kernel: Kernel, outputs: readonly Operand[], inputs: readonly (Operand | number)[]): void => {
    const { shape } = outputs[0] as Operand
    if (!outputs.every(isHere) || !areHere(inputs)) return js.run(kernel, outputs, inputs)
    residency.begin()
    elementwise.run(kernel, shape, windowsOf(outputs, shape) as Window[], windowsOf(inputs, shape))
  }

  const reduce = (
    kernel: ReductionKernel,
    output: Operand,
    inputs: readonly (Operand | number)[],
    shape: Shape,
  ): void => {
    const isReduced = shape.map((size, i) => output.shape[i] === 1 && size !== 1)
    const isForeign = !areHere(inputs) || !(isHere(output) || isNumber(output))
    if (!isForeign && kernel.stages.length > 0) return reduceInStages(reduce, kernel, output, inputs, shape)
    if (isForeign || foldingOf(kernel) === undefined) {
      return js.reduce(kernel, output, inputs, shape)
    }
    // A single result is kept as a number: it is computed in a corner of its own.
    const out = isHere(output) ? output : { ...output, storage: scratch(output.storage) }
    residency.begin()
    reductions.run(kernel, shape, isReduced, windowOf(out, broadcastStrides(out, shape)), windowsOf(inputs, shape))
    if (out !== output) output.storage.buffer = (out.storage.buffer as ResidentBuffer).array[0]
  }

  const corners = new Map<DType, ResidentBuffer>()
  const scratch = ({ device, dtype, length }: Storage): Storage => {
    const corner = corners.get(dtype) ?? residency.allocate(1, dtype)
    corners.set(dtype, corner)
    return new Storage(device, dtype, length, corner)
  }

  const routines: Routines = {
    ...js.routines,
    ...pickRoutines(memory, residency),
    rows(kernel, outputs, inputs) {
      const [rows, n] = (outputs[0] as Operand).shape as readonly [number, number]
      if (!outputs.every(isHere) || !areHere(inputs)) return js.routines.rows(kernel, outputs, inputs)
      residency.begin()
      rowKernels.run(kernel, [rows, n], windowsOf(outputs, [rows, n]) as Window[], windowsOf(inputs, [rows, n]))
    },
    matmul(output, a, b, start) {
      const out = isNumber(output) ? { ...output, storage: scratch(output.storage) } : output
      if (!isHere(out) || !isHere(a) || !isHere(b) || (start !== null && !isHere(start))) {
        return js.routines.matmul(output, a, b, start)
      }
      residency.begin()
      multiply ??= threadedMatmul(memory, threads, vectors)
      const [batch, m, n] = out.shape as readonly [number, number, number]
      const k = a.shape[2] as number
      const first = start === null ? undefined : matrices(start)
      const product = { batch, m, n, k, a: matrices(a), b: matrices(b), c: matrices(out), start: first }
      multiply(planMatmul(product, wide))
      if (out !== output) output.storage.buffer = (out.storage.buffer as ResidentBuffer).array[0]
    },
  }

  const families: { -readonly [N in keyof Families]?: Families[N] } = {}

  const matrices = ({ storage, shape, strides, offset, dtype }: Operand): Matrices => ({
    address: residency.pointerOf(storage.buffer as ResidentBuffer) + offset * dtype.itemsize,
    batch: shape[0] === 1 ? 0 : (strides[0] as number),
    row: strides[1] as number,
    column: strides[2] as number,
  })

  return {
    type: 'cpu',
    sync: true,
    allocate: (length: number, dtype: DType) =>
      length > 1 && (dtype === float32 || dtype === bool || dtype === int32)
        ? residency.allocate(length, dtype)
        : js.allocate(length, dtype),
    free(storage: Storage) {
      if (storage.buffer instanceof ResidentBuffer) storage.buffer.free()
      js.free(storage)
    },
    write(storage: Storage, values: ArrayLike<number>) {
      js.write(storage, values)
    },
    read: (storage: Storage): TypedArray => js.read(storage),
    readAsync: (storage: Storage): Promise<TypedArray> => js.readAsync(storage),
    run,
    reduce,
    routines,
    routinesOf<N extends keyof Families>({ name, wasm }: Family<N>): Families[N] {
      return (families[name] ??= wasm({ memory, residency, threads, options: vectors }))
    },
    info: () => ({ device: 'cpu', backend, reason: threads.reason }),
    threads,
    stats: () => residency.stats,
  }
}

/** Whether an operand's elements are of the kernels' own types, in their memory or where they can come there. */
function isHere(x: Operand): boolean {
  return x.storage.buffer instanceof ResidentBuffer && x.dtype !== int32
}

/** Whether an operand is a lone number of the kernels' own type. */
function isNumber(x: Operand): boolean {
  return typeof x.storage.buffer === 'number' && (x.dtype === float32 || x.dtype === bool)
}
