import { nameStep } from '../../autograd/graph.ts'
import { LinAlgError, RuntimeError } from '../../errors.ts'
import { broadcastShapes, numel, sameShape } from '../../shape.ts'
import { signature } from '../../signature/index.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { fromValues } from '../creation.ts'
import { routine } from '../define/routine.ts'
import { matmul } from '../matmul.ts'
import { tril } from '../rearranging.ts'
import { choleskyByOps, inverseByOps, isByOps, solveByOps } from './eliminate.ts'
import { factorCholesky, factorLU, type LU, solveLU } from './factor.ts'
import { checkFloating, checkMatrix, checkSquare, eachMatrix, elementText } from './matrices.ts'

const transposed = (x: Tensor): Tensor => x.transpose(-2, -1)

/** The inverse matrices. */
export const inv = signature('inv', ['Tensor A'], (A: Tensor): Tensor => {
  checkMatrix('linalg.inv', A)
  return inverse(A, false, ({ singular }, element) => {
    if (singular === null) return null
    throw new LinAlgError(
      `linalg.inv: ${elementText(A, element)}The diagonal element ${singular + 1} is zero, the inversion could not be ` +
        'completed because the input matrix is singular.',
    )
  })
})

/** The inverse matrices, with zeros in the place of those that do not exist. */
export const inverseOrZeros = (A: Tensor): Tensor =>
  inverse(A, true, ({ singular, n }) => (singular === null ? null : new Float64Array(n * n)))

function inverse(A: Tensor, zeros: boolean, otherwise: (lu: LU, element: number) => Float64Array | null): Tensor {
  const n = A.size(-1)
  const identity = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0))
  return routine(
    'linalg_inv_ex',
    [A],
    () => {
      if (isByOps(A)) return inverseByOps(A, { zeros })
      return eachMatrix(A, A.shape, (matrix, element) => {
        const lu = factorLU(matrix, n)
        return otherwise(lu, element) ?? solveLU(lu, identity, n)
      })
    },
    (out) => ({
      saved: [out],
      backward: ([g = null], _, [result]) => {
        if (g === null) return [null]
        const back = transposed(result as Tensor)
        return [matmul(matmul(back, g), back).neg()]
      },
    }),
  )
}

/**
 * `X` of `A X = B`, or of `X A = B` where `left` is false: `[…, n, n]` and `[…, n, k]` → `[…, n, k]`. `B` may be vectors, `[…, n]`.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.solve.html
 */
export const solve = signature(
  'solve',
  ['Tensor A', 'Tensor B', '*', 'bool left'],
  (A: Tensor, B: Tensor, { left = true }: { readonly left?: boolean } = {}): Tensor => {
    checkFloating('linalg.solve', A)
    checkSquare('linalg.solve', A)
    if (A.dtype !== B.dtype) {
      throw new RuntimeError(
        `linalg.solve: Expected A and B to have the same dtype, but found A of type ${A.dtype.scalarName} and B of type ` +
          `${B.dtype.scalarName} instead`,
      )
    }
    const isVector = B.ndim === 1 || (A.ndim - 1 === B.ndim && sameShape(B.shape, A.shape.slice(0, -1)))
    const columns = isVector ? B.unsqueeze(-1) : B
    const side = left ? -2 : -1
    if (columns.size(side) !== A.size(-1)) {
      const sizes = [A, columns].map((x) => `${x.size(-2)}x${x.size(-1)}`)
      throw new RuntimeError(
        `linalg.solve: Incompatible shapes of A and B for the equation ${left ? 'AX' : 'XA'} = B (${sizes[0]} and ${sizes[1]})`,
      )
    }
    const x = left ? solved(A, columns) : transposed(solved(transposed(A), transposed(columns)))
    return nameStep(isVector ? x.squeeze(-1) : x, 'LinalgSolveExBackward0')
  },
)

/** `A⁻¹ B`, of matrices whose batches broadcast. */
function solved(A: Tensor, B: Tensor): Tensor {
  const batch = broadcastShapes(A.shape.slice(0, -2), B.shape.slice(0, -2))
  const [n, columns] = [A.size(-1), B.size(-1)]
  const [own, others] = [A.shape, B.shape]
  const shape = [...batch, n, columns]
  return routine(
    'linalg_solve_ex',
    [A, B],
    () => {
      const matrices = A.expand([...batch, n, n])
      const size = n * columns
      if (size === 0 || numel(batch) === 0) return fromValues([], shape, A.dtype, A.device)
      if (isByOps(matrices)) return solveByOps(matrices, B.expand(shape))
      const values = B.expand(shape).to_typed_array()
      return eachMatrix(matrices, shape, (matrix, element) => {
        const lu = factorLU(matrix, n)
        if (lu.singular !== null) {
          throw new LinAlgError(
            `torch.linalg.solve: ${elementText(matrices, element)}The solver failed because the input matrix is singular.`,
          )
        }
        return solveLU(lu, values.subarray(element * size, (element + 1) * size), columns)
      })
    },
    (out) => ({
      saved: [A, out],
      backward: ([g = null], needs, [a, x]) => {
        if (g === null) return [null, null]
        const toB = solved(transposed(a as Tensor), g)
        return [
          needs(0)
            ? matmul(toB, transposed(x as Tensor))
                .neg()
                .sum_to_size(own)
            : null,
          needs(1) ? toB.sum_to_size(others) : null,
        ]
      },
    }),
  )
}

/**
 * The lower triangular `L` of symmetric positive definite matrices `L Lᵀ`, or its transpose where `upper`. Only the lower triangle is
 * read.
 *
 * @throws LinAlgError where a matrix is not positive definite.
 */
export const cholesky = signature(
  'cholesky',
  ['Tensor A', '*', 'bool upper'],
  (A: Tensor, { upper = false }: { readonly upper?: boolean } = {}): Tensor => {
    checkMatrix('linalg.cholesky', A)
    const n = A.size(-1)
    const out = routine(
      'linalg_cholesky_ex',
      [A],
      () => {
        if (isByOps(A)) return choleskyByOps(A)
        return eachMatrix(A, A.shape, (matrix, element) => {
          const factor = factorCholesky(matrix, n)
          if (typeof factor !== 'number') return factor
          throw new LinAlgError(
            `linalg.cholesky: ${elementText(A, element)}The factorization could not be completed because the input is not ` +
              `positive-definite (the leading minor of order ${factor} is not positive-definite).`,
          )
        })
      },
      (l) => ({
        saved: [l],
        // Murray 2016, https://arxiv.org/abs/1602.07527, equation 8.
        backward: ([g = null], _, [result]) => {
          if (g === null) return [null]
          const [factor, back] = [result as Tensor, inv(result as Tensor)]
          const product = matmul(transposed(factor), g)
          const half = tril(product).add(tril(product, -1)).mul(0.5)
          const inner = matmul(matmul(transposed(back), half), back)
          return [inner.add(transposed(inner)).mul(0.5)]
        },
      }),
    )
    return upper ? nameStep(transposed(out), 'LinalgCholeskyExBackward0') : out
  },
)
