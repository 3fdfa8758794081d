/** Losses as modules. Weights of classes are buffers. */
import { type Tensor, ValueError } from '@chainrule/core'
import { bindLayer, type LayerArguments } from '../arguments.ts'
import * as F from '../functional/index.ts'
import { type Legacy, type Reduction, reductionOf } from '../functional/reduction.ts'
import { layer } from '../module/layer.ts'
import { Module } from '../module/module.ts'
import { PairwiseDistance } from './distance.ts'

const mean: { reduction: Reduction } = { reduction: 'mean' }
const weighted: { weight: Tensor | null } = { weight: null }
const positive: { pos_weight: Tensor | null } = { pos_weight: null }
const power: { p: 1 | 2 } = { p: 1 }
const average: { size_average: Legacy } = { size_average: null }
const fold: { reduce: Legacy } = { reduce: null }
const reduced = { ...average, ...fold, ...mean }
const divergence: typeof average & typeof fold & { reduction: Reduction | 'batchmean' } = reduced
const ctc = { blank: 0, ...mean, zero_infinity: false }
type Pair = [input: Tensor, target: Tensor]
const pair = ['any input', 'any target'] as const

const noText = (): string => ''
/** Says the reduction in today's word, where the older ones were given, which are no fields. */
function settle(options: { size_average?: Legacy; reduce?: Legacy; reduction: string }): void {
  options.reduction = reductionOf(options.size_average ?? null, options.reduce ?? null, options.reduction)
  delete options.size_average
  delete options.reduce
}

/** `(input - target)²`. */
export class MSELoss extends layer(
  reduced,
  ({ reduction }, ...[input, target]: Pair) => F.mse_loss(input, target, null, null, reduction),
  noText,
  settle,
  pair,
) {}
/** `|input - target|`. */
export class L1Loss extends layer(
  reduced,
  ({ reduction }, ...[input, target]: Pair) => F.l1_loss(input, target, null, null, reduction),
  noText,
  settle,
  pair,
) {}
/** Half the square nearer than `beta`, the distance farther. */
export class SmoothL1Loss extends layer(
  { ...reduced, beta: 1 },
  ({ reduction, beta }, ...[input, target]: Pair) => F.smooth_l1_loss(input, target, null, null, reduction, beta),
  noText,
  settle,
  pair,
) {}
/** Half the square nearer than `delta`, its tangent farther. */
export class HuberLoss extends layer(
  { ...mean, delta: 1 },
  ({ reduction, delta }, ...[input, target]: Pair) => F.huber_loss(input, target, reduction, delta),
  noText,
  undefined,
  pair,
) {}
/** Binary cross-entropy of probabilities. */
export class BCELoss extends layer(
  { ...weighted, ...reduced },
  ({ weight, reduction }, ...[input, target]: Pair) =>
    F.binary_cross_entropy(input, target, weight, null, null, reduction),
  noText,
  settle,
  pair,
) {}
/** Binary cross-entropy of logits. */
export class BCEWithLogitsLoss extends layer(
  { ...weighted, ...reduced, ...positive },
  ({ weight, reduction, pos_weight }, ...[input, target]: Pair) =>
    F.binary_cross_entropy_with_logits(input, target, weight, null, null, reduction, pos_weight),
  noText,
  settle,
  pair,
) {}
/** Cross-entropy of logits and class indices or probabilities. */
export class CrossEntropyLoss extends layer(
  { ...weighted, ...average, ignore_index: -100, ...fold, ...mean, label_smoothing: 0 },
  ({ weight, ignore_index, reduction, label_smoothing }, ...[input, target]: Pair) =>
    F.cross_entropy(input, target, weight, null, ignore_index, null, reduction, label_smoothing),
  noText,
  settle,
  pair,
) {}
/** The negative of the log-probability of the target class. */
export class NLLLoss extends layer(
  { ...weighted, ...average, ignore_index: -100, ...fold, ...mean },
  ({ weight, ignore_index, reduction }, ...[input, target]: Pair) =>
    F.nll_loss(input, target, weight, null, ignore_index, null, reduction),
  noText,
  settle,
  pair,
) {}
/** The Kullback-Leibler divergence. */
export class KLDivLoss extends layer(
  { ...divergence, log_target: false },
  ({ reduction, log_target }, ...[input, target]: Pair) => F.kl_div(input, target, null, null, reduction, log_target),
  noText,
  settle,
  pair,
) {}
/** `log(1 + exp(-target · input))`. */
export class SoftMarginLoss extends layer(
  reduced,
  ({ reduction }, ...[input, target]: Pair) => F.soft_margin_loss(input, target, null, null, reduction),
  noText,
  settle,
  pair,
) {}
/** A distance where the target is 1, a hinge where it is -1. */
export class HingeEmbeddingLoss extends layer(
  { margin: 1, ...reduced },
  ({ margin, reduction }, ...[input, target]: Pair) =>
    F.hinge_embedding_loss(input, target, margin, null, null, reduction),
  noText,
  settle,
  pair,
) {}
/** `max(0, -target · (input1 - input2) + margin)`. */
export class MarginRankingLoss extends layer(
  { margin: 0, ...reduced },
  ({ margin, reduction }, input1: Tensor, input2: Tensor, target: Tensor) =>
    F.margin_ranking_loss(input1, input2, target, margin, null, null, reduction),
  noText,
  settle,
  ['any input1', 'any input2', 'any target'],
) {}
/** `1 - cos` where the target is 1, `max(0, cos - margin)` where it is -1. */
export class CosineEmbeddingLoss extends layer(
  { margin: 0, ...reduced },
  ({ margin, reduction }, input1: Tensor, input2: Tensor, target: Tensor) =>
    F.cosine_embedding_loss(input1, input2, target, margin, null, null, reduction),
  noText,
  settle,
  ['any input1', 'any input2', 'any target'],
) {}
/** `max(0, ‖anchor - positive‖ - ‖anchor - negative‖ + margin)`. */
export class TripletMarginLoss extends layer(
  { margin: 1, p: 2, eps: 1e-6, swap: false, ...reduced },
  ({ margin, p, eps, swap, reduction }, anchor: Tensor, positive: Tensor, negative: Tensor) =>
    F.triplet_margin_loss(anchor, positive, negative, margin, p, eps, swap, null, null, reduction),
  noText,
  settle,
  ['any anchor', 'any positive', 'any negative'],
) {}
/** The negative log likelihood of counts under Poisson distributions. */
export class PoissonNLLLoss extends layer(
  { log_input: true, full: false, ...average, eps: 1e-8, ...fold, ...mean },
  ({ log_input, full, eps, reduction }, ...[input, target]: Pair) =>
    F.poisson_nll_loss(input, target, log_input, full, null, eps, null, reduction),
  noText,
  settle,
  ['any log_input|input', 'any target'],
) {}
/** The negative log likelihood under normal distributions. */
export class GaussianNLLLoss extends layer(
  { full: false, eps: 1e-6, ...mean },
  ({ full, eps, reduction }, input: Tensor, target: Tensor, variance: Tensor) =>
    F.gaussian_nll_loss(input, target, variance, full, eps, reduction),
  noText,
  undefined,
  ['any input', 'any target', 'any var'],
) {}
/** A margin between the score of the target class and all others. */
export class MultiMarginLoss extends layer(
  { ...power, margin: 1, ...weighted, ...reduced },
  ({ p, margin, weight, reduction }, ...[input, target]: Pair) =>
    F.multi_margin_loss(input, target, p, margin, weight, null, null, reduction),
  noText,
  (options) => {
    const { p, weight } = options
    if (p !== 1 && p !== 2) throw new ValueError('only p == 1 and p == 2 supported')
    if (weight !== null && weight.ndim !== 1) throw new ValueError('MultiMarginLoss: weight must be 1D')
    settle(options)
  },
  pair,
) {}
/** A margin between the scores of several target classes and all others. */
export class MultiLabelMarginLoss extends layer(
  reduced,
  ({ reduction }, ...[input, target]: Pair) => F.multilabel_margin_loss(input, target, null, null, reduction),
  noText,
  settle,
  pair,
) {}
/** The binary cross-entropy of logits, averaged over the classes. */
export class MultiLabelSoftMarginLoss extends layer(
  { ...weighted, ...reduced },
  ({ weight, reduction }, ...[input, target]: Pair) =>
    F.multilabel_soft_margin_loss(input, target, weight, null, null, reduction),
  noText,
  settle,
  pair,
) {}
/** Connectionist temporal classification (Graves et al. 2006). */
export class CTCLoss extends Module<
  [log_probs: Tensor, targets: Tensor, input_lengths: F.Lengths, target_lengths: F.Lengths]
> {
  static readonly keepsNothing = 'leaf'
  static override readonly _signatures = {
    forward: ['any log_probs', 'any targets', 'any input_lengths', 'any target_lengths'],
  }
  readonly blank: number
  readonly reduction: Reduction
  readonly zero_infinity: boolean

  constructor(...args: LayerArguments<typeof ctc>) {
    super()
    const { blank, reduction, zero_infinity } = bindLayer('CTCLoss', ctc, args)
    this.blank = blank
    this.reduction = reduction
    this.zero_infinity = zero_infinity
  }

  forward(log_probs: Tensor, targets: Tensor, input_lengths: F.Lengths, target_lengths: F.Lengths): Tensor {
    const { blank, reduction, zero_infinity } = this
    return F.ctc_loss(log_probs, targets, input_lengths, target_lengths, blank, reduction, zero_infinity)
  }
}
const withDistance = {
  distance_function: null as F.Distance | Module<[Tensor, Tensor]> | null,
  margin: 1,
  swap: false,
  ...mean,
}
/** As `TripletMarginLoss`, with any distance: a function, or a module such as `PairwiseDistance`, which it is where left out. */
export class TripletMarginWithDistanceLoss extends Module<[anchor: Tensor, positive: Tensor, negative: Tensor]> {
  static override readonly _signatures = { forward: ['any anchor', 'any positive', 'any negative'] }
  readonly distance_function: F.Distance | Module<[Tensor, Tensor]>
  readonly margin: number
  readonly swap: boolean
  readonly reduction: Reduction

  /** Options by name. */
  constructor(
    options: Omit<F.TripletDistanceOptions, 'distance_function'> & {
      readonly distance_function?: F.Distance | Module<[Tensor, Tensor]> | null
    } = {},
  ) {
    super()
    const { distance_function, margin, swap, reduction } = bindLayer('TripletMarginWithDistanceLoss', withDistance, [
      options,
    ])
    this.distance_function = distance_function ?? new PairwiseDistance()
    this.margin = margin
    this.swap = swap
    this.reduction = reduction
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
