import type { Operand } from '../devices/device.ts'
import { contiguousStrides, type Shape } from '../shape.ts'
import { allocate } from '../tensor/make.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** A tensor as a batch of matrices: a matrix is a batch of one; a vector is a row on the left, a column on the right. */
function matricesOf(x: Tensor, side: 'left' | 'right'): Operand {
  if (x.ndim === 3) return x
  const { storage, dtype, offset } = x
  const [first = 0, last = 0] = x.shape
  const [step = 0, next = 0] = x.strides
  if (x.ndim === 2) return { storage, dtype, offset, shape: [1, first, last], strides: [0, step, next] }
  if (side === 'left') return { storage, dtype, offset, shape: [1, 1, first], strides: [0, 0, step] }
  return { storage, dtype, offset, shape: [1, first, 1], strides: [0, step, 0] }
}

/**
 * The product of matrices, batches of them, or vectors, as a tensor of `shape`; not recorded. The sums are added to `start`,
 * which has that shape, and the elements of a row side by side.
 */
export function multiply(a: Tensor, b: Tensor, shape: Shape, start: Tensor | null = null): Tensor {
  const { device } = a.storage
  const out = allocate(shape, a.dtype, device)
  if (out.numel() === 0) return out
  if (a.numel() === 0) return start === null ? out.zero_() : out.copy_(start)
  const [left, right] = [matricesOf(a, 'left'), matricesOf(b, 'right')]
  const sizes = [left.shape[0] as number, left.shape[1] as number, right.shape[2] as number]
  const product = { storage: out.storage, dtype: out.dtype, offset: 0, shape: sizes, strides: contiguousStrides(sizes) }
  device.routines.matmul(product, left, right, start && matricesOf(start, 'left'))
  return out
}

/** Whether a matrix, or each of a batch, lies in memory column by column. */
export const isTransposed = ({ strides }: Tensor): boolean => strides.at(-2) === 1 && strides.at(-1) !== 1

/** `product(a, b)`, laid out by columns where `byColumns`: the gradient of a transposed weight is itself one transposed. */
function laidOut(byColumns: boolean, a: Tensor, b: Tensor, product: (a: Tensor, b: Tensor) => Tensor): Tensor {
  return byColumns ? product(transposed(b), transposed(a)).transpose(-2, -1) : product(a, b)
}
const transposed = (x: Tensor): Tensor => x.transpose(-2, -1)

/**
 * The gradients of both factors of `product(a, b)`, which is `mm` or `bmm`, from that of the product. Saved are `a` and `b`, from
 * place `first` of the inputs on.
 */
export function productGradients(
  a: Tensor,
  b: Tensor,
  product: (a: Tensor, b: Tensor) => Tensor,
  first = 0,
): (g: Tensor, needs: (input: number) => boolean, saved: readonly Tensor[]) => [Tensor | null, Tensor | null] {
  const byColumns = [isTransposed(a), isTransposed(b)] as const
  return (g, needs, [left, right]) => [
    needs(first) ? laidOut(byColumns[0], g, transposed(right as Tensor), product) : null,
    needs(first + 1) ? laidOut(byColumns[1], transposed(left as Tensor), g, product) : null,
  ]
}
