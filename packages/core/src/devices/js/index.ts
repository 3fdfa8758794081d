import type { DType, TypedArray } from '../../dtype.ts'
import type { Device } from '../device.ts'
import { get_memory_limit, outOfMemory, reserve } from '../memory-limit.ts'
import type { Storage } from '../storage.ts'
import { runElementwise } from './elementwise.ts'
import { hostArray } from './host.ts'
import { runReduction } from './reduce.ts'
import { routines } from './routines.ts'

/** The reference device: formulas compiled to plain JavaScript over typed arrays. Runs everywhere. */
export const js: Device = {
  type: 'cpu',
  sync: true,
  allocate: (length: number, dtype: DType) => (length === 1 ? 0 : arrayOf(length, dtype)),
  free(storage: Storage) {
    if (typeof storage.buffer !== 'number') storage.buffer = null
  },
  write(storage: Storage, values: ArrayLike<number>) {
    if (typeof storage.buffer === 'number') storage.buffer = storage.dtype.round(values[0] as number)
    else hostArray(storage).set(values)
  },
  read,
  readAsync: (storage: Storage): Promise<TypedArray> => Promise.resolve(read(storage)),
  run: runElementwise,
  reduce: runReduction,
  routines,
  routinesOf: (family) => family.js,
  info: () => ({ device: 'cpu', backend: 'js', reason: null }),
}

function arrayOf(length: number, dtype: DType): TypedArray {
  const bytes = length * dtype.itemsize
  reserve(bytes)
  try {
    return dtype.array(length)
  } catch (error) {
    if (error instanceof RangeError) throw outOfMemory(bytes, get_memory_limit())
    throw error
  }
}

/** The elements of a storage. A lone number stays one: it is only shown as an array. */
function read(storage: Storage): TypedArray {
  if (typeof storage.buffer !== 'number') return hostArray(storage)
  const shown = storage.dtype.array(1)
  shown[0] = storage.buffer
  return shown
}
