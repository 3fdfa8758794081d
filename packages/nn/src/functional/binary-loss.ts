/** Losses between two answers: is it, or is it not? */
import { RuntimeError, type Tensor, ValueError } from '@chainrule/core'
import { size } from '../text.ts'
import { loss, weightedLoss } from './define-loss.ts'
import { checkReduction, type LossOptions, type WeightFirst, weightFirst } from './reduction.ts'

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
/** What a weighted loss takes by name. */
export interface WeightedLossOptions extends LossOptions {
  /** Multiplies the loss of each element; broadcasts. */
  readonly weight?: Tensor | null | undefined
}
/**
 * `-(target · log(input) + (1 - target) · log(1 - input))` for probabilities, with logarithms of at least -100.
 *
 * @throws RuntimeError when the input is not between 0 and 1; ValueError when the shapes differ.
 */
export function binary_cross_entropy(
  input: Tensor,
  target: Tensor,
  ...given: WeightFirst<WeightedLossOptions>
): Tensor {
  const { weight = null, reduction = 'mean' } = weightFirst(given)
  checkReduction(reduction)
  if (target.shape.join() !== input.shape.join()) {
    throw new ValueError(
      `Using a target size (${size(target.shape)}) that is different to the input size (${size(input.shape)}) is ` +
        'deprecated. Please ensure they have the same size.',
    )
  }
  const out = entropy([input, target], weight, reduction)
  // An input out of range gives NaN; only then is it worth a second look.
  if (out.storage.device.sync && hasNaN(out)) checkProbabilities(input)
  return out
}

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
/** What `binary_cross_entropy_with_logits` takes by name. */
export interface LogitsLossOptions extends WeightedLossOptions {
  /** Multiplies the loss of positive targets; one for each class. */
  readonly pos_weight?: Tensor | null | undefined
}
/** As `binary_cross_entropy` of `sigmoid(input)`, without ever overflowing. */
export function binary_cross_entropy_with_logits(
  input: Tensor,
  target: Tensor,
  ...given: WeightFirst<LogitsLossOptions>
): Tensor {
  const { weight = null, pos_weight = null, reduction = 'mean' } = weightFirst(given)
  checkReduction(reduction)
  if (target.shape.join() !== input.shape.join()) {
    throw new ValueError(`Target size (${size(target.shape)}) must be the same as input size (${size(input.shape)})`)
  }
  return pos_weight === null
    ? logits([input, target], weight, reduction)
    : positiveLogits([input, target, pos_weight], weight, reduction)
}

const margin = loss('soft_margin_loss', ['input', 'target'], {
  forward: 'max(-target * input, 0) + log1p(exp(-abs(target * input)))',
  slope: { input: '-target * sigmoid(-target * input)', target: '-input * sigmoid(-target * input)' },
  node: 'SoftMarginLossBackward0',
})
/** `log(1 + exp(-target · input))` for targets of 1 and -1. */
export const soft_margin_loss = (input: Tensor, target: Tensor, { reduction }: LossOptions = {}): Tensor =>
  margin([input, target], reduction)
