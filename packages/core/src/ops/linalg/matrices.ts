import { RuntimeError } from '../../errors.ts'
import { numel, type Shape } from '../../shape.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { fromValues } from '../creation.ts'

/** Refuses what has no two dimensions. */
export function checkRank(op: string, x: Tensor): void {
  if (x.ndim < 2) throw new RuntimeError(`${op}: The input tensor A must have at least 2 dimensions.`)
}

/** Refuses what is not floating point. */
export function checkFloating(op: string, x: Tensor): void {
  if (x.dtype.kind !== 'floating') {
    throw new RuntimeError(`${op}: Expected a floating point or complex tensor as input. Got ${x.dtype.scalarName}`)
  }
}

/** Refuses what is not square. */
export function checkSquare(op: string, x: Tensor): void {
  checkRank(op, x)
  if (x.size(-1) !== x.size(-2)) {
    throw new RuntimeError(
      `${op}: A must be batches of square matrices, but they are ${x.size(-2)} by ${x.size(-1)} matrices`,
    )
  }
}

/** Refuses what is not square, or not floating point. */
export function checkMatrix(op: string, x: Tensor): void {
  checkSquare(op, x)
  checkFloating(op, x)
}

/** `(Batch element 1): `, where there is a batch. */
export const elementText = (x: Tensor, element: number): string => (x.ndim > 2 ? `(Batch element ${element}): ` : '')

/** What `compute` makes of each matrix of a batch, as one tensor of a shape. The device has to be read, unless there are none. */
export function eachMatrix(
  x: Tensor,
  shape: Shape,
  compute: (matrix: ArrayLike<number>, element: number) => ArrayLike<number>,
): Tensor {
  const size = numel(x.shape.slice(-2))
  const values = x.numel() === 0 ? x.dtype.array(0) : x.to_typed_array()
  const count = numel(x.shape.slice(0, -2))
  const out = new Float64Array(numel(shape))
  let at = 0
  for (let i = 0; i < count; i++) {
    const made = compute(values.subarray(i * size, (i + 1) * size), i)
    out.set(made, at)
    at += made.length
  }
  return fromValues(out, shape, x.dtype, x.device)
}
