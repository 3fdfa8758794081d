import { int32, uint8 } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { formatShape, numel, type Shape } from '../shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { checkable } from './checkable.ts'

/** Checks that a tensor can index. */
export function checkIndexType(name: string, index: Tensor): void {
  if (index.dtype !== int32 && index.dtype !== uint8) {
    throw new RuntimeError(`${name}(): Expected dtype int32 or int64 for index, got ${index.dtype.toString()}`)
  }
}

/** Checks that every index is at least 0 and below `size`, where the device can be read. */
export function checkRange(name: string, index: Tensor, dim: number, size: number): void {
  const values = checkable(index)
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    if (value < 0 || value >= size) {
      throw new RuntimeError(`index ${value} is out of bounds for dimension ${dim} with size ${size} (${name})`)
    }
  }
}

/** Checks that an index has as many dimensions as a tensor. No dimension counts as one of size 1. */
export function checkDims(index: Tensor, x: Tensor): void {
  if (Math.max(1, index.ndim) !== Math.max(1, x.ndim) && index.numel() > 0) {
    throw new RuntimeError('Index tensor must have the same number of dimensions as self tensor')
  }
}

/** Checks that an index has as many dimensions as a tensor and reaches no further, except along `dim`. */
export function checkFit(name: string, index: Shape, shape: Shape, dim: number, what: string): void {
  // No dimension counts as one of size 1.
  if (Math.max(1, index.length) !== Math.max(1, shape.length) && numel(index) > 0) {
    throw new RuntimeError(
      `Index tensor must have the same number of dimensions as ${name === 'gather' ? 'input' : what} tensor`,
    )
  }
  const off = index.findIndex((size, i) => i !== dim && size > (shape[i] ?? 1))
  if (off >= 0) {
    throw new RuntimeError(
      `Size does not match at dimension ${off} expected index ${formatShape(index)} to be smaller than ${what} ` +
        `${formatShape(shape)} apart from dimension ${dim} (${name})`,
    )
  }
}

/** 0-dimensional tensors as vectors of one element. */
export const scalarsAsVectors = (...tensors: Tensor[]): Tensor[] =>
  tensors.map((x) => (x.ndim === 0 ? x.reshape(1) : x))

/** A vector of indices as the index of `gather` and `scatter`: one row for all others. */
export function alongDim(index: Tensor, shape: Shape, dim: number): Tensor {
  const count = index.numel()
  const line = index.to(int32).reshape(shape.map((_, i) => (i === dim ? count : 1)))
  return line.expand(shape.map((size, i) => (i === dim ? count : size)))
}
