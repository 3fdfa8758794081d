import type { DType } from '../dtype.ts'
import type { Device } from './device.ts'

/** The memory behind a tensor and its views. */
export class Storage {
  readonly device: Device
  readonly dtype: DType
  /** In elements. */
  readonly length: number
  /** The device's own handle. A host device keeps a single element as a plain number: a scalar needs no array. */
  buffer: unknown
  /** Counts in-place changes, so that a backward pass notices that a saved tensor is no longer what it was. */
  version = 0

  constructor(device: Device, dtype: DType, length: number, buffer: unknown) {
    this.device = device
    this.dtype = dtype
    this.length = length
    this.buffer = buffer
  }
}
