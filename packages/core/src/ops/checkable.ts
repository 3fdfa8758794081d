import type { TypedArray } from '../dtype.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { peek } from './packed.ts'

/**
 * The elements, for a check of them at once. Where the device cannot be read at once there are none: a mistake among them goes
 * unseen, and what is computed of it is not defined.
 */
export const checkable = (x: Tensor): TypedArray => (x.storage.device.sync ? peek(x) : x.dtype.array(0))
