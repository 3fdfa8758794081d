/** Losses that compare: which is nearer, which is greater? */
import { RuntimeError, signature, type Tensor } from '@chainrule/core'
import { loss } from './define-loss.ts'
import { pairwise_distance } from './distance.ts'
import { reduce as fold, type Legacy, type LossOptions, type Reduction, reduced, reductionOf } from './reduction.ts'

const hinge = loss('hinge_embedding_loss', ['input', 'target'], {
  forward: '(target == 1 ? 0 : max(margin - input, 0)) + (target == -1 ? 0 : input)',
  slope: { input: '(target == 1 ? 0 : margin - input >= 0 ? -1 : 0) + (target == -1 ? 0 : 1)' },
  parameters: { margin: 1 },
  node: { none: 'AddBackward0' },
})
/** A distance itself where the target is 1, and `max(0, margin - input)` where it is -1. */
export const hinge_embedding_loss = signature(
  'hinge_embedding_loss',
  ['Tensor input', 'Tensor target', 'float margin', ...reduced],
  (
    input: Tensor,
    target: Tensor,
    margin = 1,
    size_average: Legacy = null,
    reduce: Legacy = null,
    reduction: Reduction = 'mean',
  ): Tensor => hinge([input, target], reductionOf(size_average, reduce, reduction), margin),
  'python',
)

const ranking = loss('margin_ranking_loss', ['input1', 'input2', 'target'], {
  forward: 'max(-target * (input1 - input2) + margin, 0)',
  slope: {
    input1: '-target * (input1 - input2) + margin >= 0 ? -target : 0',
    input2: '-target * (input1 - input2) + margin >= 0 ? target : 0',
  },
  parameters: { margin: 0 },
  node: { none: 'ClampMinBackward0' },
})
/** `max(0, -target · (input1 - input2) + margin)`: target 1 asks for the first to be greater, -1 for the second. */
export const margin_ranking_loss = signature(
  'margin_ranking_loss',
  ['Tensor input1', 'Tensor input2', 'Tensor target', 'float margin', ...reduced],
  (
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin = 0,
    size_average: Legacy = null,
    reduce: Legacy = null,
    reduction: Reduction = 'mean',
  ): Tensor => {
    const kept = reductionOf(size_average, reduce, reduction)
    if (input1.ndim !== input2.ndim || input1.ndim !== target.ndim) {
      const sizes = [input1, input2, target].map((x) => `torch.Size([${x.shape.join(', ')}])`)
      throw new RuntimeError(
        'margin_ranking_loss : All input tensors should have same dimension but got sizes: ' +
          `input1: ${sizes[0]}, input2: ${sizes[1]}, target: ${sizes[2]} `,
      )
    }
    return ranking([input1, input2, target], kept, margin)
  },
  'python',
)

/** `1 - cos` where the target is 1, `max(0, cos - margin)` where it is -1, for the rows of two matrices. */
export const cosine_embedding_loss = signature(
  'cosine_embedding_loss',
  ['Tensor input1', 'Tensor input2', 'Tensor target', 'float margin', ...reduced],
  (
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin = 0,
    size_average: Legacy = null,
    reduce: Legacy = null,
    reduction: Reduction = 'mean',
  ): Tensor => {
    const kept = reductionOf(size_average, reduce, reduction)
    if (target.ndim !== 0 && target.ndim !== 1) {
      throw new RuntimeError('0D or 1D target tensor expected, multi-target not supported')
    }
    if (target.ndim === 1 && input1.ndim !== 2) {
      throw new RuntimeError(
        '1D target tensor expects 2D input tensors, but found inputs with sizes ' +
          `[${input1.shape.join(', ')}] and [${input2.shape.join(', ')}].`,
      )
    }
    if (target.ndim === 0 && input1.ndim !== 1) {
      throw new RuntimeError(
        '0D target tensor expects 1D input tensors, but found inputs with sizes ' +
          `[${input1.shape.join(', ')}] and [${input2.shape.join(', ')}].`,
      )
    }
    const dim = target.ndim
    const length = (x: Tensor): Tensor => x.mul(x).sum(dim).add(1e-12)
    const cosine = input1
      .mul(input2)
      .sum(dim)
      .div(length(input1).mul(length(input2)).sqrt())
    const zeros = cosine.detach().new_zeros(cosine.shape)
    const near = cosine.rsub(1).where(target.eq(1), zeros)
    const far = cosine.sub(margin).clamp_min(0).where(target.eq(-1), zeros)
    return fold(near.add(far), kept)
  },
  'python',
)

function checkDims(anchor: Tensor, positive: Tensor, negative: Tensor): void {
  if (anchor.ndim === positive.ndim && anchor.ndim === negative.ndim) return
  throw new RuntimeError(
    'The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: anchor ' +
      `${anchor.ndim}D, positive ${positive.ndim}D, and negative ${negative.ndim}D inputs`,
  )
}

/**
 * `max(0, ‖anchor - positive‖ - ‖anchor - negative‖ + margin)`.
 *
 * @param p the norm of the distance.
 * @param swap use the distance of positive and negative where it is smaller (Balntas et al. 2016).
 */
export const triplet_margin_loss = signature(
  'triplet_margin_loss',
  [
    'Tensor anchor',
    'Tensor positive',
    'Tensor negative',
    'float margin',
    'float p',
    'float eps',
    'bool swap',
    ...reduced,
  ],
  (
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin = 1,
    p = 2,
    eps = 1e-6,
    swap = false,
    size_average: Legacy = null,
    reduce: Legacy = null,
    reduction: Reduction = 'mean',
  ): Tensor => {
    const kept = reductionOf(size_average, reduce, reduction)
    checkDims(anchor, positive, negative)
    const near = pairwise_distance(anchor, positive, p, eps)
    const other = pairwise_distance(anchor, negative, p, eps)
    const far = swap ? other.minimum(pairwise_distance(positive, negative, p, eps)) : other
    return fold(near.sub(far).add(margin).clamp_min(0), kept)
  },
  'python',
)

/** A distance between rows. */
export type Distance = (x: Tensor, y: Tensor) => Tensor

/** What `triplet_margin_with_distance_loss` takes by name. */
export interface TripletDistanceOptions extends LossOptions {
  /** `pairwise_distance` where left out. */
  readonly distance_function?: Distance | null
  readonly margin?: number
  /** Use the distance of positive and negative where it is smaller. */
  readonly swap?: boolean
}
/** As `triplet_margin_loss`, with any distance. */
export const triplet_margin_with_distance_loss = signature(
  'triplet_margin_with_distance_loss',
  [
    'Tensor anchor',
    'Tensor positive',
    'Tensor negative',
    '*',
    'function? distance_function',
    'float margin',
    'bool swap',
    'any reduction',
  ],
  (
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    { distance_function = null, margin = 1, swap = false, reduction = 'mean' }: TripletDistanceOptions = {},
  ): Tensor => {
    checkDims(anchor, positive, negative)
    const distance = distance_function ?? pairwise_distance
    const near = distance(anchor, positive)
    const other = distance(anchor, negative)
    const far = swap ? other.minimum(distance(positive, negative)) : other
    return fold(near.sub(far).add(margin).clamp_min(0), reduction)
  },
  'python',
)
