/** Losses as modules. Weights of classes are buffers. */
import { type Tensor, ValueError } from '@chainrule/core'
import { bindOptions, type LayerArguments } from '../arguments.ts'
import type { Reduction } from '../functional/index.ts'
import * as F from '../functional/index.ts'
import { layer } from '../module/layer.ts'
import { Module } from '../module/module.ts'
import { PairwiseDistance } from './distance.ts'

const mean: { reduction: Reduction } = { reduction: 'mean' }
const weighted: { weight: Tensor | null } = { weight: null }
const positive: { pos_weight: Tensor | null } = { pos_weight: null }
const divergence: { reduction: Reduction | 'batchmean'; log_target: boolean } = { reduction: 'mean', log_target: false }
const ctc = { blank: 0, ...mean, zero_infinity: false }
const power: { p: 1 | 2 } = { p: 1 }
type Pair = [input: Tensor, target: Tensor]

/** `(input - target)²`. */
export class MSELoss extends layer(mean, (o, ...[input, target]: Pair) => F.mse_loss(input, target, o)) {}
/** `|input - target|`. */
export class L1Loss extends layer(mean, (o, ...[input, target]: Pair) => F.l1_loss(input, target, o)) {}
/** Half the square nearer than `beta`, the distance farther. */
export class SmoothL1Loss extends layer({ ...mean, beta: 1 }, (o, ...[input, target]: Pair) =>
  F.smooth_l1_loss(input, target, o),
) {}
/** Half the square nearer than `delta`, its tangent farther. */
export class HuberLoss extends layer({ ...mean, delta: 1 }, (o, ...[input, target]: Pair) =>
  F.huber_loss(input, target, o),
) {}
/** Binary cross-entropy of probabilities. */
export class BCELoss extends layer({ ...weighted, ...mean }, (o, ...[input, target]: Pair) =>
  F.binary_cross_entropy(input, target, o),
) {}
/** Binary cross-entropy of logits. */
export class BCEWithLogitsLoss extends layer({ ...weighted, ...mean, ...positive }, (o, ...[input, target]: Pair) =>
  F.binary_cross_entropy_with_logits(input, target, o),
) {}
/** Cross-entropy of logits and class indices or probabilities. */
export class CrossEntropyLoss extends layer(
  { ...weighted, ignore_index: -100, ...mean, label_smoothing: 0 },
  (o, ...[input, target]: Pair) => F.cross_entropy(input, target, o),
) {}
/** The negative of the log-probability of the target class. */
export class NLLLoss extends layer({ ...weighted, ignore_index: -100, ...mean }, (o, ...[input, target]: Pair) =>
  F.nll_loss(input, target, o),
) {}
/** The Kullback-Leibler divergence. */
export class KLDivLoss extends layer(divergence, (o, ...[input, target]: Pair) => F.kl_div(input, target, o)) {}
/** `log(1 + exp(-target · input))`. */
export class SoftMarginLoss extends layer(mean, (o, ...[input, target]: Pair) =>
  F.soft_margin_loss(input, target, o),
) {}
/** A distance where the target is 1, a hinge where it is -1. */
export class HingeEmbeddingLoss extends layer({ margin: 1, ...mean }, (o, ...[input, target]: Pair) =>
  F.hinge_embedding_loss(input, target, o),
) {}
/** `max(0, -target · (input1 - input2) + margin)`. */
export class MarginRankingLoss extends layer(
  { margin: 0, ...mean },
  (o, input1: Tensor, input2: Tensor, target: Tensor) => F.margin_ranking_loss(input1, input2, target, o),
) {}
/** `1 - cos` where the target is 1, `max(0, cos - margin)` where it is -1. */
export class CosineEmbeddingLoss extends layer(
  { margin: 0, ...mean },
  (o, input1: Tensor, input2: Tensor, target: Tensor) => F.cosine_embedding_loss(input1, input2, target, o),
) {}
/** `max(0, ‖anchor - positive‖ - ‖anchor - negative‖ + margin)`. */
export class TripletMarginLoss extends layer(
  { margin: 1, p: 2, eps: 1e-6, swap: false, ...mean },
  (o, anchor: Tensor, positive: Tensor, negative: Tensor) => F.triplet_margin_loss(anchor, positive, negative, o),
) {}
/** The negative log likelihood of counts under Poisson distributions. */
export class PoissonNLLLoss extends layer(
  { log_input: true, full: false, eps: 1e-8, ...mean },
  (o, ...[input, target]: Pair) => F.poisson_nll_loss(input, target, o),
) {}
/** The negative log likelihood under normal distributions. */
export class GaussianNLLLoss extends layer(
  { full: false, eps: 1e-6, ...mean },
  (o, input: Tensor, target: Tensor, variance: Tensor) => F.gaussian_nll_loss(input, target, variance, o),
) {}
/** A margin between the score of the target class and all others. */
export class MultiMarginLoss extends layer(
  { ...power, margin: 1, ...weighted, ...mean },
  ({ p, margin, weight, reduction }, ...[input, target]: Pair) =>
    F.multi_margin_loss(input, target, { p, margin, weight, reduction }),
  () => '',
  ({ p, weight }) => {
    if (p !== 1 && p !== 2) throw new ValueError('only p == 1 and p == 2 supported')
    if (weight !== null && weight.ndim !== 1) throw new ValueError('MultiMarginLoss: weight must be 1D')
  },
) {}
/** A margin between the scores of several target classes and all others. */
export class MultiLabelMarginLoss extends layer(mean, ({ reduction }, ...[input, target]: Pair) =>
  F.multilabel_margin_loss(input, target, { reduction }),
) {}
/** The binary cross-entropy of logits, averaged over the classes. */
export class MultiLabelSoftMarginLoss extends layer(
  { ...weighted, ...mean },
  ({ weight, reduction }, ...[input, target]: Pair) =>
    F.multilabel_soft_margin_loss(input, target, { weight, reduction }),
) {}
/** Connectionist temporal classification (Graves et al. 2006). */
export class CTCLoss extends Module<
  [log_probs: Tensor, targets: Tensor, input_lengths: F.Lengths, target_lengths: F.Lengths]
> {
  static readonly keepsNothing = 'leaf'
  readonly blank: number
  readonly reduction: Reduction
  readonly zero_infinity: boolean

  constructor(...args: LayerArguments<F.CTCOptions>) {
    super()
    const { blank, reduction, zero_infinity } = bindOptions('CTCLoss', ctc, args)
    this.blank = blank
    this.reduction = reduction
    this.zero_infinity = zero_infinity
  }

  forward(log_probs: Tensor, targets: Tensor, input_lengths: F.Lengths, target_lengths: F.Lengths): Tensor {
    const { blank, reduction, zero_infinity } = this
    return F.ctc_loss(log_probs, targets, input_lengths, target_lengths, { blank, reduction, zero_infinity })
  }
}
/** As `TripletMarginLoss`, with any distance: a function, or a module such as `PairwiseDistance`, which it is where left out. */
export class TripletMarginWithDistanceLoss extends Module<[anchor: Tensor, positive: Tensor, negative: Tensor]> {
  readonly distance_function: F.Distance | Module<[Tensor, Tensor]>
  readonly margin: number
  readonly swap: boolean
  readonly reduction: Reduction

  /** Options by name. */
  constructor({
    distance_function = null,
    margin = 1,
    swap = false,
    reduction = 'mean',
  }: Omit<F.TripletDistanceOptions, 'distance_function'> & {
    readonly distance_function?: F.Distance | Module<[Tensor, Tensor]> | null
  } = {}) {
    super()
    this.distance_function = distance_function ?? new PairwiseDistance()
    this.margin = margin
    this.swap = swap
    this.reduction = reduction ?? 'mean'
  }

  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { distance_function, margin, swap, reduction } = this
    return F.triplet_margin_with_distance_loss(anchor, positive, negative, {
      distance_function,
      margin,
      swap,
      reduction,
    })
  }
}
