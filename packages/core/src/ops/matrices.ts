/** What `torch` and tensors have of `torch.linalg`, under its older names. */

import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { cholesky as factor, inv } from './linalg/solve.ts'

export { det, logdet, slogdet } from './linalg/determinant.ts'

/** The inverse matrices. */
export const inverse = signature('inverse', ['Tensor input'], (x: Tensor): Tensor => inv(x))

/** The triangular factor of symmetric positive definite matrices: `L` of `L Lᵀ`, or `U` of `Uᵀ U` where `upper`. */
export const cholesky = signature(
  'cholesky',
  ['Tensor input', 'bool upper'],
  (x: Tensor, upper = false): Tensor => factor(x, { upper }),
)
