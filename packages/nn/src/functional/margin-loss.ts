/** Losses that keep a margin between the scores of classes. */
import * as torch from '@chainrule/core'
import { enclosed, IndexError, nameStep, RuntimeError, signature, type Tensor, ValueError } from '@chainrule/core'
import { logsigmoid } from './activation.ts'
import {
  checkReduction,
  reduce as fold,
  type Legacy,
  type Reduction,
  reduced,
  reductionOf,
  shown,
} from './reduction.ts'

/** Checks the scores, and that targets are whole numbers. */
function checkScores(input: Tensor, target: Tensor): void {
  if (input.ndim > 2 || input.shape.at(-1) === 0) {
    throw new RuntimeError(
      `Expected non-empty vector or matrix with optional 0-dim batch size, but got: [${input.shape.join(', ')}]`,
    )
  }
  if (target.dtype.kind !== 'integer') {
    throw new RuntimeError(`expected scalar type Long but found ${target.dtype.scalarName}`)
  }
}

function checkFloating(kernel: string, { dtype }: Tensor): void {
  if (dtype.kind !== 'floating') throw new RuntimeError(`"${kernel}" not implemented for '${dtype.scalarName}'`)
}

const isOutside = (target: Tensor, low: number, size: number): boolean =>
  target.storage.device.sync && target.to_typed_array().some((place) => place < low || place >= size)

/** The loss of each row, reduced, and back to a lone number for a lone row. */
function rows(losses: Tensor, isBatched: boolean, reduction: Reduction, node: string): Tensor {
  return nameStep(isBatched ? fold(losses, reduction) : losses.reshape([]), node)
}

/**
 * `Σ max(0, margin - x[y] + x[i])ᵖ / C` over the classes `i` other than the target `y`, for scores `[N, C]` or `[C]`.
 *
 * @param p the power of what is missing: 1 or 2.
 * @param weight a weight for each class.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.multi_margin_loss.html
 */
export const multi_margin_loss = signature(
  'multi_margin_loss',
  ['Tensor input', 'Tensor target', 'Number p', 'float margin', 'Tensor? weight', ...reduced],
  (
    input: Tensor,
    target: Tensor,
    p: 1 | 2 = 1,
    margin = 1,
    weight: Tensor | null = null,
    size_average: Legacy = null,
    reduce: Legacy = null,
    reduction: Reduction = 'mean',
  ): Tensor => {
    const kept = reductionOf(size_average, reduce, reduction)
    checkReduction(kept)
    if (p !== 1 && p !== 2) throw new ValueError('only p == 1 and p == 2 supported')
    if (weight !== null && weight.ndim !== 1) throw new ValueError('weight must be one-dimensional')
    checkScores(input, target)
    const isBatched = input.ndim === 2
    const classes = input.shape.at(-1) ?? 1
    if (target.ndim > 1 || target.numel() !== (isBatched ? input.size(0) : 1)) {
      throw new RuntimeError(`inconsistent target size, got: [${target.shape.join(', ')}]`)
    }
    if (weight !== null && weight.numel() !== classes) {
      throw new RuntimeError(`inconsistent weight size, got: [${weight.shape.join(', ')}]`)
    }
    checkFloating('multi_margin_loss_cpu_kernel', input)
    if (isOutside(target, 0, classes)) throw new RuntimeError('target out of range')
    const losses = enclosed(() => {
      const x = input.reshape(-1, classes)
      const places = target.reshape(-1, 1).to(torch.int32)
      const missing = x.sub(x.gather(1, places)).add(margin).relu()
      const powers = p === 1 ? missing : missing.mul(missing)
      const weighted = weight === null ? powers : powers.mul(weight.index_select(0, places.squeeze(1)).unsqueeze(1))
      return weighted.scatter(1, places, 0).sum(1).div(classes)
    })
    return rows(losses, isBatched, kept, 'MultiMarginLossBackward0')
  },
  'python',
)

/**
 * `Σ max(0, 1 - (x[j] - x[i])) / C` over the target classes `j` and all others `i`. Targets have the shape of the scores, `[N, C]`
 * or `[C]`: class indices, up to the first -1 of each row.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.multilabel_margin_loss.html
 */
export const multilabel_margin_loss = signature(
  'multilabel_margin_loss',
  ['Tensor input', 'Tensor target', ...reduced],
  (
    input: Tensor,
    target: Tensor,
    size_average: Legacy = null,
    reduce: Legacy = null,
    reduction: Reduction = 'mean',
  ): Tensor => {
    const kept = reductionOf(size_average, reduce, reduction)
    checkReduction(kept)
    checkScores(input, target)
    const classes = input.shape.at(-1) ?? 1
    if (target.shape.join() !== input.shape.join()) {
      throw new RuntimeError(`inconsistent size [${target.shape.join(', ')}] for argument #2 'target'`)
    }
    checkFloating('multilabel_margin_loss_forward_out_frame', input)
    if (isOutside(target, -1, classes)) throw new RuntimeError("argument #2 'target' is out of range")
    const losses = enclosed(() => {
      const x = input.reshape(-1, classes)
      const labels = target.reshape(-1, classes).to(torch.int32)
      const counts = labels.lt(0).to(torch.int32).cumsum(1).eq(0).to(x.dtype)
      const places = labels.clamp_min(0)
      const others = x.new_zeros(x.shape).scatter_add(1, places, counts).eq(0).to(x.dtype)
      // [N, label, other class]
      const missing = x.unsqueeze(1).sub(x.gather(1, places).unsqueeze(2)).add(1).relu()
      return missing.mul(counts.unsqueeze(2)).mul(others.unsqueeze(1)).sum([1, 2]).div(classes)
    })
    return rows(losses, input.ndim === 2, kept, 'MultilabelMarginLossBackward0')
  },
  'python',
)

/**
 * The binary cross-entropy of logits, averaged over the classes, which are the last dimension.
 *
 * @param weight a weight for each class.
 */
export const multilabel_soft_margin_loss = signature(
  'multilabel_soft_margin_loss',
  ['Tensor input', 'Tensor target', 'Tensor? weight', ...reduced],
  (
    input: Tensor,
    target: Tensor,
    weight: Tensor | null = null,
    size_average: Legacy = null,
    reduce: Legacy = null,
    reduction: Reduction = 'mean',
  ): Tensor => {
    const kept = reductionOf(size_average, reduce, reduction)
    if (kept !== 'none' && kept !== 'mean' && kept !== 'sum') throw new ValueError(`${shown(kept)} is not valid`)
    checkFloating('log_sigmoid_cpu', input)
    if (input.ndim === 0) throw new IndexError('Dimension specified as -1 but tensor has no dimensions')
    return enclosed(() => {
      const losses = target
        .mul(logsigmoid(input))
        .add(target.rsub(1).mul(logsigmoid(input.neg())))
        .neg()
      const weighted = weight === null ? losses : losses.mul(weight)
      return fold(weighted.sum(-1).div(input.size(-1)), kept)
    })
  },
  'python',
)
