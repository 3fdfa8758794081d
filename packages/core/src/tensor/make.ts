import type { Device } from '../devices/device.ts'
import { inScope } from '../devices/scope.ts'
import { Storage } from '../devices/storage.ts'
import { type DType, float32 } from '../dtype.ts'
import { contiguousStrides, type Geometry, numel, SCALAR, type Shape } from '../shape.ts'
import { Tensor } from './tensor.ts'

/** A new tensor in row-major order over a whole storage. */
export function wrap(storage: Storage, shape: Shape): Tensor {
  return new Tensor(storage, shape, contiguousStrides(shape), 0)
}

/** A new 0-dimensional tensor that keeps its value as a plain number. */
export function wrapNumber(device: Device, dtype: DType, value: number): Tensor {
  return new Tensor(new Storage(device, dtype, 1, value), SCALAR, SCALAR, 0)
}

/** A new tensor whose elements are not yet defined. */
export function allocate(shape: Shape, dtype: DType = float32, device: Device): Tensor {
  const length = numel(shape)
  const storage = new Storage(device, dtype, length, device.allocate(length, dtype))
  inScope(storage)
  return wrap(storage, shape)
}

/** Another window on the same memory. */
export function alias(x: Tensor, { shape, strides, offset }: Geometry): Tensor {
  return new Tensor(x.storage, shape, strides, offset)
}
