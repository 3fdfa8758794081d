import { elementwise, RuntimeError, result_type, signature, type Tensor } from '@chainrule/core'

export { pdist } from '@chainrule/core'

/**
 * `‖x1 - x2 + eps‖ₚ` along the last dimension.
 *
 * @param p the norm.
 * @param eps is added to each difference, so that the norm has a gradient where two points meet.
 */
export const pairwise_distance = signature(
  'pairwise_distance',
  ['Tensor x1', 'Tensor x2', 'float p', 'float eps', 'bool keepdim'],
  (x1: Tensor, x2: Tensor, p = 2, eps = 1e-6, keepdim = false): Tensor => x1.sub(x2).add(eps).norm(p, -1, keepdim),
)

/** The cosine of the angle between `x1` and `x2` along a dimension; lengths count as at least `eps`. */
export const cosine_similarity = signature(
  'cosine_similarity',
  ['Tensor x1', 'Tensor x2', 'int dim', 'float eps'],
  (x1: Tensor, x2: Tensor, dim = 1, eps = 1e-8): Tensor => {
    const dtype = result_type(x1, x2)
    if (dtype.kind !== 'floating') {
      throw new RuntimeError(`expected common dtype to be floating point, yet common dtype is ${dtype.scalarName}`)
    }
    const shape = x1.mul(x2).shape
    const unit = (x: Tensor): Tensor => {
      const full = x.expand(shape)
      return full.div(atLeast(full.norm(2, dim, { keepdim: true }), eps))
    }
    return unit(x1).mul(unit(x2)).sum(dim)
  },
)

const atLeast = elementwise('clamp_length', ['x'], {
  forward: 'max(x, eps)',
  gradient: { x: 'g' },
  parameters: { eps: 1e-8 },
  node: 'ClampMinBackward0',
})

/** `x / max(‖x‖ₚ, eps)` along a dimension, or several. */
export const normalize = signature(
  'normalize',
  ['Tensor input', 'any p', 'int[]? dim', 'float eps'],
  (input: Tensor, p: number | null = 2, dim: number | readonly number[] | null = 1, eps = 1e-12): Tensor =>
    input.div(input.norm(p, dim, true).clamp_min(eps).expand_as(input)),
  'python',
)
