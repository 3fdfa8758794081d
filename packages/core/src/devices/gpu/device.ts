import { type DType, float32, float64, type TypedArray } from '../../dtype.ts'
import { RuntimeError } from '../../errors.ts'
import type { Device } from '../device.ts'
import type { Families } from '../families.ts'
import type { Storage } from '../storage.ts'
import { convRoutines } from './conv.ts'
import { memoryOf, runElementwise } from './elementwise.ts'
import type { Engine } from './engine.ts'
import { Memory } from './memory.ts'
import { poolRoutines } from './pooling.ts'
import { Queue } from './queue.ts'
import { runReduction } from './reduce.ts'
import { gpuRoutines } from './routines.ts'

/** From here on float32 does not tell whole numbers apart: those of tensors, and positions in memory. */
const exactBelow = 2 ** 24

/** A device over gpu.js, with a look at what it does. */
export interface GpuDevice extends Device {
  readonly queue: Queue
}

/**
 * A device whose kernels gpu.js compiles. All dtypes are float32 in its memory; whole numbers of 2^24 and more are refused
 * where they are written, and float64 altogether. `budget` is that of its queue.
 */
export function createGpu(engine: Engine, reason: string | null = null, budget?: number): GpuDevice {
  const queue = new Queue(engine, budget)
  const { mode, sync } = engine
  const families: Families = { conv: convRoutines(queue), pool: poolRoutines(queue) }
  return {
    type: 'gpu',
    sync,
    queue,
    allocate(length: number, dtype: DType) {
      if (dtype === float64) {
        throw new RuntimeError(
          "'gpu' computes in float32 and has no float64; say dtype: torch.float32, or x.to(torch.float32)",
        )
      }
      if (length >= exactBelow) {
        throw new RuntimeError(`'gpu' has room for ${exactBelow - 1} elements a tensor, not ${length}`)
      }
      return queue.allocate(length)
    },
    free(storage: Storage) {
      if (storage.buffer instanceof Memory) queue.free(storage.buffer)
      storage.buffer = null
    },
    write(storage: Storage, values: ArrayLike<number>) {
      if (values.length < storage.length) {
        throw new RuntimeError(`'gpu' writes whole storages: got ${values.length} of ${storage.length} elements`)
      }
      const rounded = storage.dtype.array(storage.length)
      rounded.set(values)
      if (storage.dtype.kind === 'integer') checkExact(rounded)
      queue.write(memoryOf({ storage }), rounded instanceof Float32Array ? rounded : Float32Array.from(rounded))
    },
    read(storage: Storage): TypedArray {
      if (!sync) {
        throw new RuntimeError(
          `a tensor on 'gpu' (${mode}) cannot be read at once: await x.cpu(), then read that; ` +
            'or await x.item_async(), await x.tolist_async()',
        )
      }
      return inDtype(queue.read(memoryOf({ storage })), storage.dtype)
    },
    readAsync: async (storage: Storage): Promise<TypedArray> =>
      inDtype(await queue.readAsync(memoryOf({ storage })), storage.dtype),
    run: (kernel, outputs, inputs) => runElementwise(queue, kernel, outputs, inputs),
    reduce: (kernel, output, inputs, shape) => runReduction(queue, kernel, output, inputs, shape),
    routines: gpuRoutines(queue),
    routinesOf: ({ name }) => families[name],
    info: () => ({ device: 'gpu', backend: `gpu.js (${mode})`, reason }),
  }
}

function inDtype(values: Float32Array, dtype: DType): TypedArray {
  if (dtype === float32) return values
  const result = dtype.array(values.length)
  result.set(values)
  return result
}

function checkExact(values: TypedArray): void {
  for (const value of values) {
    if (Math.abs(value) >= exactBelow) {
      throw new RuntimeError(`'gpu' keeps whole numbers as float32, exact below ${exactBelow}; got ${value}`)
    }
  }
}
