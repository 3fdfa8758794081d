/** Distances between rows. */
import { nameStep } from '../autograd/graph.ts'
import { RuntimeError, ValueError } from '../errors.ts'
import { broadcastShapes } from '../shape.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { reduction } from './define/reduction.ts'
import { triu_indices } from './grids.ts'
import { cat } from './joining.ts'
import { norm } from './norms.ts'

/** The largest magnitude of a row. Unlike that of `norm`, its gradient goes whole to each of equal ones, as in PyTorch. */
const largest = reduction('chebyshev', ['x'], {
  start: 0,
  step: 'max(acc, abs(x))',
  gradient: { x: 'abs(x) == out ? g * sign(x) : 0' },
})

/** The `p`-norms of the differences of rows, which broadcast, along the last dimension. Those of nothing are 0. */
const between = (x: Tensor, y: Tensor, p: number): Tensor =>
  p === Number.POSITIVE_INFINITY ? largest.call([x.sub(y)], { dim: -1 }) : norm(x.sub(y), x.size(-1) === 0 ? 2 : p, -1)

/** Whether `cdist` with a `p` of 2 multiplies matrices: for more than 25 rows, always, or never. */
export type CdistMode =
  | 'use_mm_for_euclid_dist_if_necessary'
  | 'use_mm_for_euclid_dist'
  | 'donot_use_mm_for_euclid_dist'

/**
 * The `p`-norm distance of each row of `x1` to each row of `x2`: `[…, P, M], […, R, M] → […, P, R]`. The gradient of a distance of
 * 0 is 0.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.cdist.html
 */
export const cdist = signature(
  'cdist',
  ['Tensor x1', 'Tensor x2', 'float p', 'str? compute_mode'],
  (x1: Tensor, x2: Tensor, p = 2, compute_mode: CdistMode | null = 'use_mm_for_euclid_dist_if_necessary'): Tensor => {
    for (const [i, x] of [x1, x2].entries()) {
      if (x.ndim < 2) throw new RuntimeError(`cdist only supports at least 2D tensors, X${i + 1} got: ${x.ndim}D`)
    }
    if (x1.size(-1) !== x2.size(-1)) {
      throw new RuntimeError(`X1 and X2 must have the same number of columns. X1: ${x1.size(-1)} X2: ${x2.size(-1)}`)
    }
    for (const [i, x] of [x1, x2].entries()) {
      if (x.dtype.kind !== 'floating') {
        throw new RuntimeError(`cdist only supports floating-point dtypes, X${i + 1} got: ${x.dtype.scalarName}`)
      }
    }
    if (p < 0) throw new RuntimeError('cdist only supports non-negative p values')
    broadcastShapes(x1.shape.slice(0, -2), x2.shape.slice(0, -2))
    return isProduct(x1, x2, p, compute_mode)
      ? euclidean(x1, x2)
      : nameStep(between(x1.unsqueeze(-2), x2.unsqueeze(-3), p), 'CdistBackward0')
  },
)

function isProduct(x1: Tensor, x2: Tensor, p: number, mode: CdistMode | null): boolean {
  switch (mode) {
    case 'use_mm_for_euclid_dist':
      return p === 2
    case 'donot_use_mm_for_euclid_dist':
      return false
    case 'use_mm_for_euclid_dist_if_necessary':
    case null:
      return p === 2 && (x1.size(-2) > 25 || x2.size(-2) > 25)
    default:
      throw new ValueError(`${String(mode)} is not a valid value for compute_mode`)
  }
}

/** `√(|x|² - 2 x · y + |y|²)`, as one product of matrices. */
function euclidean(x: Tensor, y: Tensor): Tensor {
  const length = (z: Tensor): Tensor => z.mul(z).sum(-1, { keepdim: true })
  const one = (z: Tensor): Tensor => z.new_ones([...z.shape.slice(0, -1), 1])
  const squares = cat([x.mul(-2), length(x), one(x)], -1).matmul(cat([y, one(y), length(y)], -1).transpose(-2, -1))
  const isFar = squares.detach().gt(0)
  // Where rows meet, the root has no slope; there the gradient is 0.
  return squares.where(isFar, 1).sqrt().where(isFar, 0)
}

/** The `p`-norm distances of the rows of a matrix from those after them: `[N, M] → [N · (N - 1) / 2]`. */
export const pdist = signature('pdist', ['Tensor input', 'float p'], (x: Tensor, p = 2): Tensor => {
  if (x.ndim !== 2) throw new RuntimeError(`pdist only supports 2D tensors, got: ${x.ndim}D`)
  if (x.dtype.kind !== 'floating') throw new RuntimeError('pdist only supports floating-point dtypes')
  if (p < 0) throw new RuntimeError('pdist only supports non-negative p values')
  const count = x.size(0)
  const [first, second] = triu_indices(count, count, 1, { device: x.device }).unbind() as [Tensor, Tensor]
  return nameStep(between(x.index_select(0, first), x.index_select(0, second), p), 'PdistBackward0')
})
