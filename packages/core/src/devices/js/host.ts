import type { TypedArray } from '../../dtype.ts'
import { isContiguous, numel } from '../../shape.ts'
import type { Operand } from '../device.ts'
import { freed, type Storage } from '../storage.ts'

/** Memory of a host device that is more than a plain array: it shows its elements as one. */
export interface HostBuffer {
  readonly array: TypedArray
}

/** The array of a storage on the host; a lone number becomes one. */
export function hostArray(storage: Storage): TypedArray {
  const { buffer } = storage
  if (typeof buffer === 'number') {
    const array = storage.dtype.array(1)
    array[0] = buffer
    storage.buffer = array
    return array
  }
  if (buffer === null) throw freed()
  return ArrayBuffer.isView(buffer) ? (buffer as TypedArray) : (buffer as HostBuffer).array
}

/** The element at a storage index. */
export function hostValue(storage: Storage, position: number): number {
  return typeof storage.buffer === 'number' ? storage.buffer : (hostArray(storage)[position] as number)
}

/** Calls back with the storage index of the first element of each row: all dimensions but the last. */
export function forEachRow(
  operands: readonly Operand[],
  visit: (row: number, starts: readonly number[]) => void,
): void {
  const { shape } = operands[0] as Operand
  const outer = shape.slice(0, -1)
  walk(
    outer,
    operands.map((x) => x.strides),
    operands.map((x) => x.offset),
    visit,
  )
}

/** Walks all indices of a shape in row-major order, with one storage position an operand. */
export function walk(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
  offsets: readonly number[],
  visit: (count: number, positions: readonly number[]) => void,
): void {
  if (shape.includes(0)) return
  const index = shape.map(() => 0)
  const positions = [...offsets]
  for (let count = 0; ; count++) {
    visit(count, positions)
    let dim = shape.length - 1
    for (; dim >= 0; dim--) {
      const size = shape[dim] as number
      index[dim] = (index[dim] as number) + 1
      const back = (index[dim] as number) < size ? 0 : size
      for (let k = 0; k < positions.length; k++) {
        const step = (strides[k] as readonly number[])[dim] as number
        positions[k] = (positions[k] as number) + step - back * step
      }
      if (back === 0) break
      index[dim] = 0
    }
    if (dim < 0) return
  }
}

/** The elements of an operand in row-major order: its own memory where it already is. */
export function rowMajor(x: Operand): TypedArray {
  const array = hostArray(x.storage)
  const length = numel(x.shape)
  if (isContiguous(x)) return array.subarray(x.offset, x.offset + length)
  const copy = x.dtype.array(length)
  walk(x.shape, [x.strides], [x.offset], (i, [at]) => {
    copy[i] = array[at as number] as number
  })
  return copy
}
