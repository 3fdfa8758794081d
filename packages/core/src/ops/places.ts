import { int32 } from '../dtype.ts'
import { contiguousStrides, numel, type Shape } from '../shape.ts'
import { allocate } from '../tensor/make.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** The storage indices of a window's elements, as a vector. */
export function positionsOf(x: Tensor, size: Shape, strides: readonly number[], offset: number): Tensor {
  const count = numel(size)
  const out = allocate([count], int32, x.storage.device)
  const steps = contiguousStrides(size)
  const positions = Array.from({ length: count }, (_, i) =>
    size.reduce((at, n, d) => at + (Math.floor(i / (steps[d] as number)) % n) * (strides[d] as number), offset),
  )
  if (count > 0) out.storage.device.write(out.storage, positions)
  return out
}

/** Indices counted from the front. */
export function countFromFront(index: Tensor, size: number): Tensor {
  const places = index.to(int32)
  return places.add(places.lt(0).to(int32).mul(size))
}
