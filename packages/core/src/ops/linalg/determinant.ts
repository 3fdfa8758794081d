import { nameStep } from '../../autograd/graph.ts'
import { signature } from '../../signature/index.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { fromValues } from '../creation.ts'
import { routine, routines } from '../define/routine.ts'
import { type Results, results } from '../results.ts'
import { where } from '../where.ts'
import { determinantByOps, isByOps } from './eliminate.ts'
import { factorLU, type LU } from './factor.ts'
import { checkMatrix, eachMatrix } from './matrices.ts'
import { inverseOrZeros } from './solve.ts'

/** The sign of a number and the logarithm of its magnitude. */
export interface SignAndLogarithm extends Results {
  readonly sign: Tensor
  readonly logabsdet: Tensor
}

/** A number for each matrix, over the last two dimensions. */
const spread = (x: Tensor): Tensor => x.unsqueeze(-1).unsqueeze(-1)
const backOf = (A: Tensor): Tensor => inverseOrZeros(A).transpose(-2, -1)

function pivotsOf({ n, factors }: LU): number[] {
  return Array.from({ length: n }, (_, i) => factors[i * (n + 1)] as number)
}

/** The determinant of each matrix: `[…, n, n] → […]`. That of a singular one has the gradient 0 here, as in PyTorch. */
export const det = signature('det', ['Tensor A|input'], (A: Tensor): Tensor => {
  checkMatrix('linalg.det', A)
  return routine(
    'linalg_det',
    [A],
    () => {
      if (isByOps(A)) return determinantByOps(A).det
      return eachMatrix(A, A.shape.slice(0, -2), (matrix) => {
        const lu = factorLU(matrix, A.size(-1))
        return [pivotsOf(lu).reduce<number>((product, pivot) => product * pivot, lu.sign)]
      })
    },
    (out) => ({
      saved: [A, out],
      backward: ([g = null], _, [matrix, value]) => [
        g === null ? null : spread(g.mul(value as Tensor)).mul(backOf(matrix as Tensor)),
      ],
    }),
  )
})

/** The sign of the determinant of each matrix and the logarithm of its magnitude: 0 and -∞ where it is 0. */
export const slogdet = signature('slogdet', ['Tensor A|input'], (A: Tensor): SignAndLogarithm => {
  checkMatrix('linalg.slogdet', A)
  const [sign, logabsdet] = routines(
    'linalg_slogdet',
    [A],
    () => {
      if (isByOps(A)) {
        const { sign, logabsdet } = determinantByOps(A)
        return [sign, logabsdet] as const
      }
      const shape = A.shape.slice(0, -2)
      const n = A.size(-1)
      const logs: number[] = []
      const signs = eachMatrix(A, shape, (matrix) => {
        const lu = factorLU(matrix, n)
        const pivots = pivotsOf(lu)
        logs.push(pivots.reduce((sum, pivot) => sum + Math.log(Math.abs(pivot)), 0))
        return [pivots.reduce<number>((product, pivot) => product * Math.sign(pivot), lu.sign)]
      })
      return [signs, fromValues(logs, shape, A.dtype, A.device)] as const
    },
    () => ({
      saved: [A],
      backward: ([, g = null], _, [matrix]) => [g === null ? null : spread(g).mul(backOf(matrix as Tensor))],
    }),
  )
  return results('linalg_slogdet', { sign, logabsdet })
})

/** The logarithm of the determinant of each matrix, NaN where it is negative. */
export const logdet = signature('logdet', ['Tensor input'], (A: Tensor): Tensor => {
  checkMatrix('logdet', A)
  const { sign, logabsdet } = slogdet(A)
  return nameStep(where(sign.eq(-1), Number.NaN, logabsdet), 'WhereBackward0')
})
