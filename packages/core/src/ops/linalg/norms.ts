import type { DType } from '../../dtype.ts'
import { NotImplementedError, RuntimeError } from '../../errors.ts'
import { wrapDim } from '../../shape.ts'
import { signature } from '../../signature/index.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { norm as pNorm } from '../norms.ts'
import type { Dims } from '../reduction-options.ts'
import { checkFloating, checkRank } from './matrices.ts'

/** What the norms take by name only. */
interface NormOptions {
  /** The dtype to compute in. */
  readonly dtype?: DType | null
}

/** The `ord`-norm of vectors along dimensions, or of all elements: `(Σ |x|ᵖ)^(1/p)`. */
export const vector_norm = signature(
  'vector_norm',
  ['Tensor x', 'Number ord', 'int[]? dim', 'bool keepdim', '*', 'dtype? dtype'],
  (x: Tensor, ord = 2, dim: Dims = null, keepdim = false, { dtype = null }: NormOptions = {}): Tensor =>
    pNorm(x, ord, dim, keepdim, dtype ?? x.dtype),
)

/** A norm of matrices: `'fro'`, of the columns (1, -1) or of the rows (∞, -∞). */
export type MatrixOrder = 'fro' | 'nuc' | number

/**
 * A norm of matrices, in two dimensions: `'fro'` of all elements, or the largest (1) or smallest (-1) sum of the magnitudes in a
 * column, or in a row (±∞).
 *
 * @throws NotImplementedError for those that need singular values.
 */
export const matrix_norm = signature(
  'matrix_norm',
  ['Tensor A', 'str|float ord', 'int[] dim', 'bool keepdim', '*', 'dtype? dtype'],
  (
    A: Tensor,
    ord: MatrixOrder = 'fro',
    dim: readonly [number, number] = [-2, -1],
    keepdim = false,
    { dtype = null }: NormOptions = {},
  ): Tensor => {
    checkRank('linalg.matrix_norm', A)
    checkOrder(ord)
    checkFloating('linalg.matrix_norm', A)
    const x = dtype === null ? A : A.to(dtype)
    const [rows, columns] = dim.map((d) => wrapDim(d, A.ndim)) as [number, number]
    if (rows === columns) {
      throw new RuntimeError(`linalg.matrix_norm: dims must be different. Got (${dim.join(', ')})`)
    }
    if (ord === 'fro') return pNorm(x, 2, [rows, columns], keepdim)
    const [summed, kept] = Math.abs(ord as number) === 1 ? [rows, columns] : [columns, rows]
    const sums = x.abs().sum(summed, { keepdim })
    const at = keepdim || kept < summed ? kept : kept - 1
    return (ord as number) > 0 ? sums.amax(at, { keepdim }) : sums.amin(at, { keepdim })
  },
)

function checkOrder(ord: MatrixOrder): void {
  const magnitude = typeof ord === 'number' ? Math.abs(ord) : null
  if (ord === 'nuc' || magnitude === 2) {
    throw new NotImplementedError(`linalg.matrix_norm: order ${ord} needs singular values, which are not implemented`)
  }
  if (ord !== 'fro' && magnitude !== 1 && magnitude !== Number.POSITIVE_INFINITY) {
    throw new RuntimeError(`linalg.matrix_norm: Order ${ord} not supported.`)
  }
}

/** A norm of vectors, or of matrices where `dim` names two dimensions, or `ord` is given for a matrix. */
export const norm = signature(
  'norm',
  ['Tensor A', 'str|float? ord', 'int[]? dim', 'bool keepdim', '*', 'dtype? dtype'],
  (
    A: Tensor,
    ord: MatrixOrder | null = null,
    dim: Dims = null,
    keepdim = false,
    { dtype = null }: NormOptions = {},
  ): Tensor => {
    if (ord === null) return vector_norm(A, 2, dim, keepdim, { dtype })
    const dims = typeof dim === 'number' ? [dim] : dim
    if (dims === null && A.ndim !== 1 && A.ndim !== 2) {
      throw new RuntimeError(
        `linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got ${A.ndim}D.`,
      )
    }
    const isMatrix = typeof ord === 'string' || (dims === null ? A.ndim === 2 : dims.length === 2)
    if (isMatrix) return matrix_norm(A, ord, (dims as [number, number] | null) ?? [-2, -1], keepdim, { dtype })
    return vector_norm(A, ord, dim, keepdim, { dtype })
  },
)
