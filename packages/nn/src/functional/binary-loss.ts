/** Losses between two answers: is it, or is it not? */
import { RuntimeError, signature, type Tensor, ValueError } from '@chainrule/core'
import { size } from '../text.ts'
import { loss, weightedLoss } from './define-loss.ts'
import { checkReduction, type Legacy, type Reduction, reduced, reductionOf } from './reduction.ts'

const entropy = weightedLoss('binary_cross_entropy', ['input', 'target'], {
  // The logarithms are cut at -100, so that certainty in what is wrong costs 100 and not infinity.
  forward: '(target - 1) * max(log1p(-input), -100) - target * max(log(input), -100)',
  slope: {
    input: '(input - target) / max((1 - input) * input, 1e-12)',
    // As in PyTorch, of the logarithms that are not cut.
    target: 'log1p(-input) - log(input)',
  },
  node: 'BinaryCrossEntropyBackward0',
})
/**
 * `-(target · log(input) + (1 - target) · log(1 - input))` for probabilities, with logarithms of at least -100.
 *
 * @param weight multiplies the loss of each element; broadcasts.
 * @throws RuntimeError when the input is not between 0 and 1; ValueError when the shapes differ.
 */
export const binary_cross_entropy = signature(
  'binary_cross_entropy',
  ['Tensor input', 'Tensor target', 'Tensor? weight', ...reduced],
  (
    input: Tensor,
    target: Tensor,
    weight: Tensor | null = null,
    size_average: Legacy = null,
    reduce: Legacy = null,
    reduction: Reduction = 'mean',
  ): Tensor => {
    const fold = reductionOf(size_average, reduce, reduction)
    checkReduction(fold)
    if (target.shape.join() !== input.shape.join()) {
      throw new ValueError(
        `Using a target size (${size(target.shape)}) that is different to the input size (${size(input.shape)}) is ` +
          'deprecated. Please ensure they have the same size.',
      )
    }
    const out = entropy([input, target], weight, fold)
    // An input out of range gives NaN; only then is it worth a second look.
    if (out.storage.device.sync && hasNaN(out)) checkProbabilities(input)
    return out
  },
  'python',
)

const hasNaN = (x: Tensor): boolean =>
  x.ndim === 0 ? Number.isNaN(x.item()) : Boolean(x.detach().isnan().any().item())

function checkProbabilities(input: Tensor): void {
  const values = input.detach()
  if (values.lt(0).logical_or(values.gt(1)).any().item()) {
    throw new RuntimeError('all elements of input should be between 0 and 1')
  }
}

const logits = weightedLoss('binary_cross_entropy_with_logits', ['input', 'target'], {
  forward: 'max(input, 0) - input * target + log1p(exp(-abs(input)))',
  slope: { input: 'sigmoid(input) - target', target: '-input' },
  node: 'BinaryCrossEntropyWithLogitsBackward0',
})
// softplus(x) is -log(1 - p), softplus(-x) is -log(p).
const [no, yes] = ['input', '-input'].map((x) => `(max(${x}, 0) + log1p(exp(-abs(input))))`) as [string, string]
const positiveLogits = weightedLoss('binary_cross_entropy_with_logits_pos_weight', ['input', 'target', 'pos_weight'], {
  forward: `(1 - target) * ${no} + pos_weight * target * ${yes}`,
  slope: {
    input: '(1 - target) * sigmoid(input) - pos_weight * target * sigmoid(-input)',
    target: `pos_weight * ${yes} - ${no}`,
  },
  node: 'BinaryCrossEntropyWithLogitsBackward0',
})
/**
 * As `binary_cross_entropy` of `sigmoid(input)`, without ever overflowing.
 *
 * @param weight multiplies the loss of each element; broadcasts.
 * @param pos_weight multiplies the loss of positive targets; one for each class.
 */
export const binary_cross_entropy_with_logits = signature(
  'binary_cross_entropy_with_logits',
  ['Tensor input', 'Tensor target', 'Tensor? weight', ...reduced, 'Tensor? pos_weight'],
  (
    input: Tensor,
    target: Tensor,
    weight: Tensor | null = null,
    size_average: Legacy = null,
    reduce: Legacy = null,
    reduction: Reduction = 'mean',
    pos_weight: Tensor | null = null,
  ): Tensor => {
    const fold = reductionOf(size_average, reduce, reduction)
    checkReduction(fold)
    if (target.shape.join() !== input.shape.join()) {
      throw new ValueError(`Target size (${size(target.shape)}) must be the same as input size (${size(input.shape)})`)
    }
    return pos_weight === null
      ? logits([input, target], weight, fold)
      : positiveLogits([input, target, pos_weight], weight, fold)
  },
  'python',
)

const margin = loss('soft_margin_loss', ['input', 'target'], {
  forward: 'max(-target * input, 0) + log1p(exp(-abs(target * input)))',
  slope: { input: '-target * sigmoid(-target * input)', target: '-input * sigmoid(-target * input)' },
  node: 'SoftMarginLossBackward0',
})
/** `log(1 + exp(-target · input))` for targets of 1 and -1. */
export const soft_margin_loss = signature(
  'soft_margin_loss',
  ['Tensor input', 'Tensor target', ...reduced],
  (
    input: Tensor,
    target: Tensor,
    size_average: Legacy = null,
    reduce: Legacy = null,
    reduction: Reduction = 'mean',
  ): Tensor => margin([input, target], reductionOf(size_average, reduce, reduction)),
  'python',
)
