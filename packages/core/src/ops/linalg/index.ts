/** `torch.linalg`: matrices. What factors them computes on the host, in float64, and reads its input at once. */
import { nameStep } from '../../autograd/graph.ts'
import { signature } from '../../signature/index.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { diagonal as diagonalOf } from '../strided.ts'
import { checkFloating } from './matrices.ts'

export { LinAlgError } from '../../errors.ts'
export { matmul } from '../matmul.ts'
export { matrix_power } from '../products.ts'
export { cross } from './cross.ts'
export { det, slogdet } from './determinant.ts'
export { multi_dot } from './multi-dot.ts'
export { type MatrixOrder, matrix_norm, norm, vector_norm } from './norms.ts'
export { cholesky, inv, solve } from './solve.ts'

/** The elements where the indices of two dimensions, the last ones unless named, differ by `offset`. */
export const diagonal = signature(
  'diagonal',
  ['Tensor A', '*', 'int offset', 'int dim1', 'int dim2'],
  (
    A: Tensor,
    {
      offset = 0,
      dim1 = -2,
      dim2 = -1,
    }: { readonly offset?: number; readonly dim1?: number; readonly dim2?: number } = {},
  ): Tensor => diagonalOf(A, offset, dim1, dim2),
)

/** The sums of products along a dimension. */
export const vecdot = signature(
  'vecdot',
  ['Tensor x', 'Tensor y', '*', 'int dim'],
  (x: Tensor, y: Tensor, { dim = -1 }: { readonly dim?: number } = {}): Tensor => {
    checkFloating('linalg.vecdot', x)
    const sums = x.mul(y).sum(dim)
    return x.ndim === 1 && y.ndim === 1 ? nameStep(sums, 'VdotBackward0') : sums
  },
)
