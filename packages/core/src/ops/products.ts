import { nameStep } from '../autograd/graph.ts'
import { RuntimeError, TypeError } from '../errors.ts'
import { formatShape } from '../shape.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { warn } from '../warnings.ts'
import { routine } from './define/routine.ts'
import { cross as linalgCross } from './linalg/cross.ts'
import { checkSquare } from './linalg/matrices.ts'
import { inv } from './linalg/solve.ts'
import { matmul } from './matmul.ts'
import { refuseBool } from './picks.ts'
import { tensordot } from './tensordot.ts'

/** The Kronecker product: each element of `x` times all of `other`, `[a, b]` and `[c, d] → [a·c, b·d]`. */
export const kron = signature('kron', ['Tensor input', 'Tensor other'], (x: Tensor, other: Tensor): Tensor => {
  const rank = Math.max(x.ndim, other.ndim)
  const padded = (y: Tensor): number[] => [...Array.from({ length: rank - y.ndim }, () => 1), ...y.shape]
  const [left, right] = [padded(x), padded(other)]
  const product = x
    .reshape(left.flatMap((size) => [size, 1]))
    .mul(other.reshape(right.flatMap((size) => [1, size])))
    .reshape(left.map((size, i) => size * (right[i] as number)))
  return nameStep(product, 'UnsafeViewBackward0')
})

/** The sums of products over the last dimension of both, `[…, k]` and `[---, k] → […, ---]`. */
export const inner = signature('inner', ['Tensor input', 'Tensor other'], (x: Tensor, other: Tensor): Tensor => {
  if (x.ndim === 0 || other.ndim === 0) return x.mul(other)
  if (x.size(-1) !== other.size(-1)) {
    throw new RuntimeError(
      `inner() the last dimension must match on both input tensors but got shapes ${formatShape(x.shape)} and ${formatShape(other.shape)}`,
    )
  }
  return tensordot(x, other, [[-1], [-1]])
})

/** The cross product of vectors of 3 along a dimension; the first of size 3 where none is given, which PyTorch warns of. */
export const cross = signature(
  'cross',
  ['Tensor input', 'Tensor other', 'int? dim'],
  (x: Tensor, other: Tensor, dim: number | null = null): Tensor => {
    if (dim !== null) return linalgCross(x, other, { dim })
    const found = x.shape.indexOf(3)
    if (found < 0) throw new RuntimeError('no dimension of size 3 in input')
    warn(
      'Using torch.cross without specifying the dim arg is deprecated.\nPlease either pass the dim explicitly or simply use ' +
        'torch.linalg.cross.\nThe default value of dim will change to agree with that of linalg.cross in a future release.',
    )
    return linalgCross(x, other, { dim: found })
  },
)

/** The sum of the diagonal of a matrix. */
export const trace = signature('trace', ['Tensor input'], (x: Tensor): Tensor => {
  if (x.ndim !== 2) throw new RuntimeError(`trace: expected a matrix, but got tensor with dim ${x.ndim}`)
  refuseBool('trace', x)
  return nameStep(x.diagonal().sum(), 'TraceBackward0')
})

/** A square matrix (or a batch of them) multiplied with itself, `n` factors in all; a negative `n` has factors of the inverse. */
export const matrix_power = signature('matrix_power', ['Tensor input', 'int n'], (x: Tensor, n: number): Tensor => {
  checkSquare('linalg.matrix_power', x)
  if (!Number.isInteger(n)) throw new TypeError(`matrix_power(): n must be a whole number, got ${n}`)
  if (n < 0) return n === -1 ? inv(x) : power(inv(x), -n)
  if (n === 0) {
    return routine(
      'linalg_matrix_power',
      [x],
      () => x.new_zeros(x.shape).add(x.new_ones(x.size(-1)).diag()),
      () => ({ saved: [], backward: ([g = null]) => [g === null ? null : g.new_zeros(g.shape)] }),
    )
  }
  return n === 1 ? x.clone() : power(x, n)
})

/** By squaring: log₂(n) products of squares, and one more for each binary digit of n. */
function power(x: Tensor, n: number): Tensor {
  if (n === 1) return x
  const half = power(x, Math.floor(n / 2))
  const square = matmul(half, half)
  return n % 2 === 0 ? square : matmul(square, x)
}
