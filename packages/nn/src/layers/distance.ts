/** Distances as layers. */
import type { Tensor } from '@chainrule/core'
import * as F from '../functional/distance.ts'
import { layer } from '../module/layer.ts'

/** The cosine of the angle between two tensors along a dimension. */
export class CosineSimilarity extends layer(
  { dim: 1, eps: 1e-8 },
  (o, x1: Tensor, x2: Tensor) => F.cosine_similarity(x1, x2, o.dim, o.eps),
  undefined,
  undefined,
  ['any x1', 'any x2'],
) {}
/** `‖x1 - x2 + eps‖ₚ` along the last dimension. */
export class PairwiseDistance extends layer(
  { p: 2, eps: 1e-6, keepdim: false },
  (o, x1: Tensor, x2: Tensor) => F.pairwise_distance(x1, x2, o.p, o.eps, o.keepdim),
  undefined,
  undefined,
  ['any x1', 'any x2'],
) {}
