import { elementwise, RuntimeError, result_type, type Tensor } from '@chainrule/core'

export { pdist } from '@chainrule/core'

import { bindOptions, type LayerArguments } from '../arguments.ts'

/** What `pairwise_distance` takes by name. */
export interface DistanceOptions {
  /** The norm. */
  readonly p?: number
  /** Added to each difference, so that the norm has a gradient where two points meet. */
  readonly eps?: number
  readonly keepdim?: boolean
}
/** `‖x1 - x2 + eps‖ₚ` along the last dimension. */
export function pairwise_distance(x1: Tensor, x2: Tensor, ...options: LayerArguments<DistanceOptions>): Tensor {
  const { p, eps, keepdim } = bindOptions('pairwise_distance', { p: 2, eps: 1e-6, keepdim: false }, options)
  return x1.sub(x2).add(eps).norm(p, -1, { keepdim })
}

/** Where to look for directions, and the smallest length that counts. */
export interface CosineOptions {
  readonly dim?: number
  readonly eps?: number
}
/** The cosine of the angle between `x1` and `x2` along a dimension; lengths count as at least `eps`. */
export function cosine_similarity(x1: Tensor, x2: Tensor, ...options: LayerArguments<CosineOptions>): Tensor {
  const { dim, eps } = bindOptions('cosine_similarity', { dim: 1, eps: 1e-8 }, options)
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
}

const atLeast = elementwise('clamp_length', ['x'], {
  forward: 'max(x, eps)',
  gradient: { x: 'g' },
  parameters: { eps: 1e-8 },
  node: 'ClampMinBackward0',
})

/** What `normalize` takes by name. */
export interface NormalizeOptions extends CosineOptions {
  readonly p?: number
}
/** `x / max(‖x‖ₚ, eps)` along a dimension. */
export function normalize(input: Tensor, ...options: LayerArguments<NormalizeOptions>): Tensor {
  const { p, dim, eps } = bindOptions('normalize', { p: 2, dim: 1, eps: 1e-12 }, options)
  return input.div(input.norm(p, dim, { keepdim: true }).clamp_min(eps).expand_as(input))
}
