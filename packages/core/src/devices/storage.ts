import type { DType } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import type { Device } from './device.ts'

/** The memory behind a tensor and its views. */
export class Storage {
  readonly device: Device
  readonly dtype: DType
  /** In elements; `resize_` makes it more. */
  length: number
  /** The device's own handle. A host device keeps a single element as a plain number: a scalar needs no array. */
  buffer: unknown
  /** Counts in-place changes, so that a backward pass notices that a saved tensor is no longer what it was. */
  version = 0
  /** Whether somebody outside of the framework may hold it: then only the collector frees it. */
  kept = false
  /** How often a graph has saved it for a backward pass. */
  saves = 0
  /** Whether only graphs and backward passes know of it: it may be freed when the last of them lets go of it. */
  unseen = false
  /** How many gradients on their way hold it. */
  holds = 0

  constructor(device: Device, dtype: DType, length: number, buffer: unknown) {
    this.device = device
    this.dtype = dtype
    this.length = length
    this.buffer = buffer
  }
}

/** The error for memory that is no longer there. */
export const freed = (): RuntimeError =>
  new RuntimeError(
    'a tensor was read after its memory was freed: it was made in torch.enclosed(), which has to return what is kept; if it ' +
      'was not, this is a bug in chainrule, please report it',
  )
