import type { Operand } from '../device.ts'
import { hostArray } from '../js/host.ts'
import type { KernelMemory } from './memory.ts'
import { type Residency, ResidentBuffer } from './residency.ts'

/** Runs with a block of memory of so many bytes. */
export function withBlock(memory: KernelMemory, bytes: number, run: (address: number) => void): void {
  const address = memory.alloc(bytes)
  try {
    run(address)
  } finally {
    memory.free(address)
  }
}

/** Runs with the address of int32 indices. Those on the heap get memory for as long; changes of them come back. */
export function withIndices(
  memory: KernelMemory,
  residency: Residency,
  { storage, shape, strides, offset }: Operand,
  run: (address: number) => void,
): void {
  if (storage.buffer instanceof ResidentBuffer) return run(residency.pointerOf(storage.buffer) + 4 * offset)
  const length = 1 + shape.reduce((reach, size, dim) => reach + (size - 1) * (strides[dim] as number), 0)
  const onHeap = hostArray(storage).subarray(offset, offset + length)
  withBlock(memory, 4 * length, (address) => {
    const here = memory.int32.subarray(address / 4, address / 4 + length)
    here.set(onHeap)
    run(address)
    onHeap.set(here)
  })
}
