import type { Handle } from './engine.ts'

/** Where the values of a storage are, from the moment on at which the queue has come to what computes them. */
export class Slot {
  /** In elements. */
  readonly length: number
  /** `null` before anything was written: zeros. */
  handle: Handle | null = null
  /** The values, while they are out in the JavaScript heap. */
  moved: Float32Array | null = null
  /** When it was used last, as the queue counts. */
  used = 0
  /** Why what should be here could not be computed. */
  error: Error | null = null

  constructor(length: number) {
    this.length = length
  }
}

/** What storages hold of the device's memory. When the collector finds nobody who does, its slot is emptied. */
export class Memory {
  readonly slot: Slot

  constructor(length: number) {
    this.slot = new Slot(length)
  }
}
