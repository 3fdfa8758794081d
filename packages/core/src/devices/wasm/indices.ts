import type { Operand } from '../device.ts'
import { hostArray } from '../js/host.ts'
import type { KernelMemory } from './memory.ts'

/** Runs with a block of memory of so many bytes. */
export function withBlock(memory: KernelMemory, bytes: number, run: (address: number) => void): void {
  const address = memory.alloc(bytes)
  try {
    run(address)
  } finally {
    memory.free(address)
  }
}

/** Runs with the address of int32 indices, which live on the heap and get memory for as long; changes of them come back. */
export function withIndices(
  memory: KernelMemory,
  { storage, shape, strides, offset }: Operand,
  isWritten: boolean,
  run: (address: number) => void,
): void {
  const length = 1 + shape.reduce((reach, size, dim) => reach + (size - 1) * (strides[dim] as number), 0)
  const onHeap = hostArray(storage).subarray(offset, offset + length)
  withBlock(memory, 4 * length, (address) => {
    const here = memory.int32.subarray(address / 4, address / 4 + length)
    if (!isWritten) here.set(onHeap)
    run(address)
    if (isWritten) onHeap.set(here)
  })
}
