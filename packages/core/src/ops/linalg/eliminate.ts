import { float32, int32 } from '../../dtype.ts'
import { numel } from '../../shape.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { eye } from '../creation.ts'
import { cat, stack } from '../joining.ts'
import { arange } from '../ranges.ts'
import { where } from '../where.ts'

// Matrices on a device that cannot be read at once are factored by ops, in the precision of the device. Nobody can be told of a
// singular one before it is read: what is computed of it is not defined.

/** What is left of rows after elimination. */
interface Eliminated {
  /** The pivots, `[b, n]`, and 1 or -1 for the order that they were taken in, `[b]`. */
  readonly pivots: Tensor
  readonly sign: Tensor
  /** What the columns behind the first `n` became, `[b, n, m - n]`: divided by the pivots. */
  readonly solution: Tensor
}

/** Gauss and Jordan's elimination of the first `n` columns of `[b, n, m]`, each by its largest element. */
function eliminate(matrices: Tensor): Eliminated {
  const [batch, n, m] = matrices.shape as readonly [number, number, number]
  const { device } = matrices
  const numbers = arange(n, { dtype: int32, device })
  let rows = matrices
  let sign = matrices.new_ones([batch])
  const pivots: Tensor[] = []
  for (let k = 0; k < n; k++) {
    const largest = rows
      .narrow(1, k, n - k)
      .select(2, k)
      .abs()
      .argmax(1, { keepdim: true })
      .add(k) // (b, 1)
    const order = where(numbers.eq(k), largest, where(numbers.eq(largest), k, numbers)) // (b, n)
    sign = where(largest.squeeze(1).eq(k), sign, sign.neg())
    rows = rows.gather(1, order.to(int32).unsqueeze(2).expand([batch, n, m]))
    const row = rows.narrow(1, k, 1)
    const pivot = row.narrow(2, k, 1)
    const factors = where(pivot.eq(0), 0, rows.narrow(2, k, 1).div(pivot)) // (b, n, 1)
    rows = where(numbers.eq(k).unsqueeze(1), rows, rows.sub(factors.mul(row)))
    pivots.push(pivot.reshape([batch]))
  }
  const all = stack(pivots, 1)
  return { pivots: all, sign, solution: rows.narrow(2, n, m - n).div(all.unsqueeze(2)) }
}

const batchOf = (x: Tensor): number => numel(x.shape.slice(0, -2))
const asBatch = (x: Tensor): Tensor => x.reshape([batchOf(x), x.size(-2), x.size(-1)])

/** `A⁻¹ B` of batches of one shape; zeros for a singular matrix with `zeros`. */
export function solveByOps(A: Tensor, B: Tensor, { zeros = false } = {}): Tensor {
  const { pivots, solution } = eliminate(cat([asBatch(A), asBatch(B)], 2))
  const isSingular = pivots.eq(0).any(1, { keepdim: true }).unsqueeze(2)
  return (zeros ? where(isSingular, 0, solution) : solution).reshape(B.shape)
}

/** The inverse of each matrix. */
export const inverseByOps = (A: Tensor, options: { readonly zeros: boolean }): Tensor =>
  solveByOps(A, eye(A.size(-1), { dtype: A.dtype, device: A.device }).expand(A.shape), options)

/** The determinant of each matrix, its sign, and the logarithm of its magnitude. */
export function determinantByOps(A: Tensor): {
  readonly det: Tensor
  readonly sign: Tensor
  readonly logabsdet: Tensor
} {
  const { pivots, sign } = eliminate(asBatch(A))
  const shape = A.shape.slice(0, -2)
  return {
    det: pivots.prod(1).mul(sign).reshape(shape),
    sign: pivots.sign().prod(1).mul(sign).reshape(shape),
    logabsdet: pivots.abs().log().sum(1).reshape(shape),
  }
}

/** `L` of symmetric positive definite matrices `L Lᵀ`. */
export function choleskyByOps(A: Tensor): Tensor {
  const n = A.size(-1)
  const numbers = arange(n, { dtype: int32, device: A.device }).unsqueeze(1)
  let rows = asBatch(A)
  const columns: Tensor[] = []
  for (let k = 0; k < n; k++) {
    const column = rows.narrow(2, k, 1).div(rows.narrow(1, k, 1).narrow(2, k, 1).sqrt())
    const below = where(numbers.ge(k), column, 0) // (b, n, 1)
    rows = rows.sub(below.mul(below.transpose(1, 2)))
    columns.push(below)
  }
  return cat(columns, 2).reshape(A.shape)
}

/** Whether matrices are factored by ops. There have to be some. */
export const isByOps = (A: Tensor): boolean => !A.storage.device.sync && A.dtype === float32 && A.numel() > 0
