import { type Access, type ElementType, sizeOf } from './stream.ts'

/** A strided window on the memory: the address of its first element, and strides in elements. */
export interface Window {
  readonly pointer: number
  readonly strides: readonly number[]
  readonly type: ElementType
}

/** The strides of a window in bytes. */
export function byteStrides({ strides, type }: Window): number[] {
  return strides.map((stride) => stride * sizeOf(type))
}

/** How a loop of `run` steps of some bytes meets an array. A single step may be taken for the best one. */
export function accessOf(type: ElementType, step: number, run: number): Access {
  if (step === sizeOf(type) || run === 1) return 'vector'
  return step === 0 ? 'splat' : 'strided'
}
