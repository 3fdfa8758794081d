/** Losses between numbers: how far is the input from the target? */
import { RuntimeError, signature, type Tensor, ValueError, warnings } from '@chainrule/core'
import { size } from '../text.ts'
import { loss } from './define-loss.ts'
import { checkReduction, type Legacy, type Reduction, reduced, reductionOf } from './reduction.ts'

/** Input and target should have one shape; PyTorch broadcasts them and warns. */
function checkSizes(input: Tensor, target: Tensor): void {
  if (input.shape.join() === target.shape.join()) return
  warnings.warn(
    `Using a target size (${size(target.shape)}) that is different to the input size (${size(input.shape)}). This will ` +
      'likely lead to incorrect results due to broadcasting. Please ensure they have the same size.',
  )
}

const squared = loss('mse_loss', ['input', 'target'], {
  forward: '(input - target) * (input - target)',
  slope: { input: '2 * (input - target)', target: '-2 * (input - target)' },
  node: 'MseLossBackward0',
})
/** `(input - target)²`. */
export const mse_loss = signature(
  'mse_loss',
  ['Tensor input', 'Tensor target', ...reduced],
  (
    input: Tensor,
    target: Tensor,
    size_average: Legacy = null,
    reduce: Legacy = null,
    reduction: Reduction = 'mean',
  ): Tensor => {
    checkSizes(input, target)
    return squared([input, target], reductionOf(size_average, reduce, reduction))
  },
  'python',
)

const absolute = loss('l1_loss', ['input', 'target'], {
  forward: 'abs(input - target)',
  node: { none: 'AbsBackward0' },
})
/** `|input - target|`. */
export const l1_loss = signature(
  'l1_loss',
  ['Tensor input', 'Tensor target', ...reduced],
  (
    input: Tensor,
    target: Tensor,
    size_average: Legacy = null,
    reduce: Legacy = null,
    reduction: Reduction = 'mean',
  ): Tensor => {
    checkSizes(input, target)
    return absolute([input, target], reductionOf(size_average, reduce, reduction))
  },
  'python',
)

const smooth = loss('smooth_l1_loss', ['input', 'target'], {
  forward:
    'abs(input - target) < beta ? 0.5 * (input - target) * (input - target) / beta : abs(input - target) - 0.5 * beta',
  slope: {
    input: 'input - target <= -beta ? -1 : input - target >= beta ? 1 : (input - target) / beta',
    target: 'target - input <= -beta ? -1 : target - input >= beta ? 1 : (target - input) / beta',
  },
  parameters: { beta: 1 },
  node: 'SmoothL1LossBackward0',
})
/** Half the square, divided by `beta`, nearer than `beta`; `|input - target| - beta / 2` farther (Girshick 2015). */
export const smooth_l1_loss = signature(
  'smooth_l1_loss',
  ['Tensor input', 'Tensor target', ...reduced, 'float beta'],
  (
    input: Tensor,
    target: Tensor,
    size_average: Legacy = null,
    reduce: Legacy = null,
    reduction: Reduction = 'mean',
    beta = 1,
  ): Tensor => {
    const fold = reductionOf(size_average, reduce, reduction)
    checkReduction(fold)
    if (beta < 0) throw new RuntimeError('smooth_l1_loss does not support negative values for beta.')
    if (beta === 0) return l1_loss(input, target, null, null, fold)
    checkSizes(input, target)
    return smooth([input, target], fold, beta)
  },
  'python',
)

const huber = loss('huber_loss', ['input', 'target'], {
  forward:
    'abs(input - target) < delta ? 0.5 * (input - target) * (input - target) : delta * (abs(input - target) - 0.5 * delta)',
  slope: {
    input: 'input - target < -delta ? -delta : input - target > delta ? delta : input - target',
    target: 'target - input < -delta ? -delta : target - input > delta ? delta : target - input',
  },
  parameters: { delta: 1 },
  node: 'HuberLossBackward0',
})
/** Half the square nearer than `delta`, and its tangent farther (Huber 1964). */
export const huber_loss = signature(
  'huber_loss',
  ['Tensor input', 'Tensor target', 'any reduction', 'float delta'],
  (input: Tensor, target: Tensor, reduction: Reduction = 'mean', delta = 1): Tensor => {
    checkReduction(reduction)
    if (!(delta > 0)) throw new RuntimeError('huber_loss does not support non-positive values for delta.')
    checkSizes(input, target)
    return huber([input, target], reduction, delta)
  },
  'python',
)

const STIRLING = '(target > 1 ? target * log(target) - target + 0.5 * log(2 * pi * target) : 0)'
const poisson = {
  log: 'exp(input) - target * input',
  linear: 'input - target * log(input + eps)',
}
const poissonLoss = (name: string, forward: string, full: boolean) =>
  loss(name, ['input', 'target'], {
    forward: full ? `${forward} + ${STIRLING}` : forward,
    parameters: { eps: 1e-8 },
    node: { none: full ? 'AddBackward0' : 'SubBackward0' },
  })
const poissonLosses = {
  log: poissonLoss('poisson_nll_loss', poisson.log, false),
  linear: poissonLoss('poisson_nll_loss_linear', poisson.linear, false),
  fullLog: poissonLoss('poisson_nll_loss_full', poisson.log, true),
  fullLinear: poissonLoss('poisson_nll_loss_full_linear', poisson.linear, true),
}
/**
 * The negative log likelihood of counts under Poisson distributions.
 *
 * @param log_input the input is the logarithm of the rate.
 * @param full add Stirling's approximation of `log(target!)`.
 * @param eps is added to the rate where its logarithm is taken.
 */
export const poisson_nll_loss = signature(
  'poisson_nll_loss',
  [
    'Tensor input',
    'Tensor target',
    'bool log_input',
    'bool full',
    'bool? size_average',
    'float eps',
    'bool? reduce',
    'any reduction',
  ],
  (
    input: Tensor,
    target: Tensor,
    log_input = true,
    full = false,
    size_average: Legacy = null,
    eps = 1e-8,
    reduce: Legacy = null,
    reduction: Reduction = 'mean',
  ): Tensor => {
    const kind = log_input ? (full ? 'fullLog' : 'log') : full ? 'fullLinear' : 'linear'
    return poissonLosses[kind]([input, target], reductionOf(size_average, reduce, reduction), eps)
  },
  'python',
)

const gaussianLoss = (name: string, full: boolean) =>
  loss(name, ['input', 'target', 'variance'], {
    forward: `0.5 * (log(max(variance, eps)) + (input - target) * (input - target) / max(variance, eps))${full ? ' + 0.5 * log(2 * pi)' : ''}`,
    slope: {
      // The clamp is not differentiated: a variance below eps still learns.
      variance: '0.5 * (1 - (input - target) * (input - target) / max(variance, eps)) / max(variance, eps)',
    },
    parameters: { eps: 1e-6 },
    node: { none: full ? 'AddBackward0' : 'MulBackward0' },
  })
const gaussian = gaussianLoss('gaussian_nll_loss', false)
const fullGaussian = gaussianLoss('gaussian_nll_loss_full', true)
/**
 * The negative log likelihood under normal distributions: `(log var + (input - target)² / var) / 2` (Nix and Weigend 1994).
 *
 * @param full add the constant `log(2π) / 2`.
 * @param eps the smallest variance.
 */
export const gaussian_nll_loss = signature(
  'gaussian_nll_loss',
  ['Tensor input', 'Tensor target', 'Tensor var', 'bool full', 'float eps', 'any reduction'],
  (
    input: Tensor,
    target: Tensor,
    variance: Tensor,
    full = false,
    eps = 1e-6,
    reduction: Reduction = 'mean',
  ): Tensor => {
    const same = variance.shape.join() === input.shape.join()
    const perRow = !same && input.shape.slice(0, -1).join() === variance.shape.join()
    const kept = input.ndim === variance.ndim && variance.size(-1) === 1
    if (!same && !perRow && !(kept && input.shape.slice(0, -1).join() === variance.shape.slice(0, -1).join())) {
      throw new ValueError('var is of incorrect size')
    }
    if (variance.storage.device.sync && variance.detach().lt(0).any().item()) {
      throw new ValueError('var has negative entry/entries')
    }
    const spread = perRow ? variance.unsqueeze(-1) : variance
    return (full ? fullGaussian : gaussian)([input, target, spread], reduction, eps)
  },
  'python',
)

const divergence = loss('kl_div', ['input', 'target'], {
  forward: '(target == 0 ? 0 : target * log(target)) - target * input',
  slope: { input: '-target', target: 'target > 0 ? log(target) + 1 - input : 0' },
  node: { none: 'SubBackward0' },
})
const logDivergence = loss('kl_div_log', ['input', 'target'], {
  forward: 'exp(target) * (target - input)',
  node: { none: 'MulBackward0' },
})
/**
 * The Kullback-Leibler divergence `Σ target · (log target - input)`, where `input` is a logarithm.
 *
 * @param reduction `'batchmean'` divides the sum by the first size: the mathematical divergence.
 * @param log_target the target is a logarithm too.
 */
export const kl_div = signature(
  'kl_div',
  ['Tensor input', 'Tensor target', ...reduced, 'bool log_target'],
  (
    input: Tensor,
    target: Tensor,
    size_average: Legacy = null,
    reduce: Legacy = null,
    reduction: Reduction | 'batchmean' = 'mean',
    log_target = false,
  ): Tensor => {
    const fold = reductionOf(size_average, reduce, reduction)
    // Of the older words PyTorch says only that they are old.
    if (size_average === null && reduce === null && fold === 'mean') {
      warnings.warn(
        "reduction: 'mean' divides the total loss by both the batch size and the support size.'batchmean' divides only by the " +
          "batch size, and aligns with the KL div math definition.'mean' will be changed to behave the same as 'batchmean' in " +
          'the next major release.',
      )
    }
    const run = log_target ? logDivergence : divergence
    if (fold !== 'batchmean') return run([input, target], fold)
    const sum = run([input, target], 'sum')
    return input.ndim === 0 ? sum : sum.div(input.size(0))
  },
  'python',
)
