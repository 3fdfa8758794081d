import * as torch from '@chainrule/core'
import { enclosed, no_grad, RuntimeError, routine, signature, Tensor } from '@chainrule/core'
import { checkReduction, type Reduction, reduce } from './reduction.ts'

/** How long each sample is: a list, a tensor that can be read, or one number where there is no batch. */
export type Lengths = readonly number[] | Tensor | number

const NEVER = Number.NEGATIVE_INFINITY

/**
 * The states of all samples. A target of S labels has 2 S + 1 of them: its labels, with blanks before, between and after. All masks
 * are `[N, 2 S + 1]`.
 */
interface States {
  /** The class of each state. */
  readonly classes: Tensor
  /** Where a state cannot be reached from the last but one: it is a blank, or that one is the same label. */
  readonly unskippable: Tensor
  /** Where a sample does not begin, and does not end. */
  readonly notFirst: Tensor
  readonly notLast: Tensor
  /** The lengths of the inputs. */
  readonly lengths: readonly number[]
  /** The lengths of the targets. */
  readonly labels: readonly number[]
}

/**
 * Connectionist temporal classification: the negative logarithm of the probability of a target, summed over all its alignments to
 * an input that is longer (Graves et al. 2006). `log_probs` are `[T, N, C]` or `[T, C]`, logarithms; targets are `[N, S]`, or all
 * one after the other; the mean is over the losses divided by the lengths of their targets. As in PyTorch, the gradient is right for
 * logarithms that `log_softmax` gave.
 *
 * @param blank the class that stands for nothing.
 * @param zero_infinity make infinite losses, of targets that are longer than their inputs, 0, with a gradient of 0.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.ctc_loss.html
 */
export const ctc_loss = signature(
  'ctc_loss',
  [
    'Tensor log_probs',
    'Tensor targets',
    'int[]|Tensor input_lengths',
    'int[]|Tensor target_lengths',
    'int blank',
    'any reduction',
    'bool zero_infinity',
  ],
  (
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Lengths,
    target_lengths: Lengths,
    blank = 0,
    reduction: Reduction = 'mean',
    zero_infinity = false,
  ): Tensor => {
    checkReduction(reduction)
    if (log_probs.dtype.kind !== 'floating') {
      throw new RuntimeError(`"ctc_loss_cpu" not implemented for '${log_probs.dtype.scalarName}'`)
    }
    const isBatched = log_probs.ndim === 3
    const x = isBatched ? log_probs : log_probs.unsqueeze(1)
    const [steps, samples, classes] = [x.size(0), x.size(1), x.size(2)]
    const [inputs, labels] = [listOf(input_lengths), listOf(target_lengths)]
    if (!(blank >= 0 && blank < classes)) throw new RuntimeError('blank must be in label range')
    if (inputs.length !== samples) throw new RuntimeError('input_lengths must be of size batch_size')
    if (labels.length !== samples) throw new RuntimeError('target_lengths must be of size batch_size')
    const matrix = no_grad(() => targetMatrix(isBatched ? targets : targets.reshape(-1), labels, blank))
    for (const [name, lengths] of Object.entries({ input_lengths: inputs, target_lengths: labels })) {
      const wrong = lengths.find((length) => !(length >= 0 && Number.isInteger(length)))
      if (wrong === undefined) continue
      // Of a tensor: lists of whole numbers are all that is taken.
      if (!Number.isInteger(wrong)) throw new RuntimeError(`${name} must be integral`)
      throw new RuntimeError(`ctc_loss: ${name} must not be negative, but got ${wrong}; count the steps of each sample`)
    }
    const tooLong = inputs.find((length) => length > steps)
    if (tooLong !== undefined) {
      throw new RuntimeError(
        `Expected input_lengths to have value at most ${steps}, but got value ${tooLong} (while checking arguments for ctc_loss_cpu)`,
      )
    }
    const states = no_grad(() => statesOf(matrix, labels, inputs, blank))
    const losses = routine(
      'ctc_loss',
      [x],
      () => lossOf(forwardSums(x, states).at(-1), states, x),
      () => ({
        saved: [x],
        backward: ([g = null], _, [saved]) => [
          g === null ? null : no_grad(() => enclosed(() => gradientOf(saved as Tensor, states, g, zero_infinity))),
        ],
      }),
    )
    const infinite = losses.detach().eq(Number.POSITIVE_INFINITY)
    const finite = zero_infinity ? losses.detach().new_zeros(losses.shape).where(infinite, losses) : losses
    if (reduction === 'none') return isBatched ? finite : finite.squeeze(0)
    const sizes = torch.tensor(labels, { dtype: x.dtype, device: x.device }).clamp_min(1)
    return reduce(reduction === 'mean' ? finite.div(sizes) : finite, reduction)
  },
  'python',
)

const listOf = (lengths: Lengths): readonly number[] =>
  lengths instanceof Tensor
    ? [...lengths.reshape(-1).to_typed_array()]
    : typeof lengths === 'number'
      ? [lengths]
      : lengths

/** Targets as a matrix, at least one label wide; what is behind the end of a target is any class. */
function targetMatrix(targets: Tensor, labels: readonly number[], blank: number): Tensor {
  const where = "for argument #2 'targets' (while checking arguments for ctc_loss_cpu)"
  const widest = Math.max(1, ...labels)
  if (targets.ndim === 2) {
    if (targets.size(0) !== labels.length) {
      throw new RuntimeError(
        `Expected tensor to have size ${labels.length} at dimension 0, but got size ${targets.size(0)} ${where}`,
      )
    }
    const longest = Math.max(0, ...labels)
    if (targets.size(1) < longest) {
      throw new RuntimeError(
        `Expected tensor to have size at least ${longest} at dimension 1, but got size ${targets.size(1)} ${where}`,
      )
    }
    return torch.pad(targets.to(torch.int32), [0, widest - targets.size(1)], 'constant', blank)
  }
  if (targets.ndim !== 1) {
    throw new RuntimeError(`Expected 1 to 2 dimensions, but got ${targets.ndim}-dimensional tensor ${where}`)
  }
  const total = labels.reduce((sum, length) => sum + length, 0)
  if (targets.size(0) !== total) {
    throw new RuntimeError(
      `Expected tensor to have size ${total} at dimension 0, but got size ${targets.size(0)} ${where}`,
    )
  }
  let start = 0
  const rows = labels.map((length) => {
    const row = targets.narrow(0, start, length).to(torch.int32)
    start += length
    return torch.pad(row, [0, widest - length], 'constant', blank)
  })
  return torch.stack(rows)
}

function statesOf(targets: Tensor, labels: readonly number[], lengths: readonly number[], blank: number): States {
  const { device } = targets
  const count = 2 * targets.size(1) + 1
  const mask = (of: (state: number, length: number) => boolean): Tensor =>
    torch.tensor(
      labels.map((length) => Array.from({ length: count }, (_, state) => of(state, length))),
      { device },
    )
  const blanks = torch.full_like(targets, blank)
  // Blank, label, blank, …, blank.
  const pairs = torch.stack([blanks, targets], 2).reshape([labels.length, count - 1])
  const classes = torch.cat([pairs, blanks.narrow(1, 0, 1)], 1)
  const before = torch.pad(classes, [2, -2], 'constant', blank)
  return {
    classes,
    unskippable: classes.eq(before).logical_or(mask((state) => state % 2 === 0 || state < 2)),
    notFirst: mask((state, length) => state > 1 || (state === 1 && length === 0)),
    notLast: mask((state, length) => state !== 2 * length && state !== 2 * length - 1),
    lengths,
    labels,
  }
}

/** The logarithm of what each state gives, at each step: `[T, N, 2 S + 1]`. */
const emissions = (x: Tensor, { classes }: States): Tensor =>
  x.gather(2, classes.unsqueeze(0).expand([x.size(0), ...classes.shape]))

/** Where a sample is at a step, as `[N, 1]`. */
const samplesWhere = ({ lengths }: States, x: Tensor, is: (length: number) => boolean): Tensor =>
  torch.tensor(
    lengths.map((length) => [is(length)]),
    { device: x.device },
  )

const logSum = (...terms: readonly Tensor[]): Tensor => torch.stack(terms).logsumexp(0)

/** For each step, the logarithm of the sum over all paths to each state. Behind its end, a sample stays as it was. */
function forwardSums(x: Tensor, states: States): Tensor[] {
  const given = emissions(x, states).unbind(0)
  const sums: Tensor[] = []
  given.forEach((now, t) => {
    const last = sums.at(-1)
    if (last === undefined) {
      sums.push(now.masked_fill(states.notFirst, NEVER))
      return
    }
    const skipped = torch.pad(last, [2, -2], 'constant', NEVER).masked_fill(states.unskippable, NEVER)
    const next = logSum(last, torch.pad(last, [1, -1], 'constant', NEVER), skipped).add(now)
    sums.push(
      next.where(
        samplesWhere(states, x, (length) => t < length),
        last,
      ),
    )
  })
  return sums
}

/** For each step, the logarithm of the sum over all paths from each state to the end. */
function backwardSums(x: Tensor, states: States): Tensor[] {
  const given = emissions(x, states).unbind(0)
  const sums: Tensor[] = []
  for (let t = given.length - 1; t >= 0; t--) {
    const now = given[t] as Tensor
    const ending = now.masked_fill(states.notLast, NEVER)
    const next = sums[0]
    if (next === undefined) sums.unshift(ending)
    else {
      const skipped = torch.pad(next.masked_fill(states.unskippable, NEVER), [-2, 2], 'constant', NEVER)
      const sum = logSum(next, torch.pad(next, [-1, 1], 'constant', NEVER), skipped).add(now)
      sums.unshift(
        ending.where(
          samplesWhere(states, x, (length) => t >= length - 1),
          sum,
        ),
      )
    }
  }
  return sums
}

/** The losses, of the sums at the last step. An input of no steps says an empty target for sure, and never any other. */
function lossOf(last: Tensor | undefined, states: States, x: Tensor): Tensor {
  const { lengths, labels, notLast } = states
  const sure = (): Tensor => torch.tensor(labels.map((n) => (n === 0 ? 0 : -NEVER))).to(x)
  if (last === undefined) return sure()
  const losses = last.masked_fill(notLast, NEVER).logsumexp(1).neg()
  if (!lengths.includes(0)) return losses
  return sure().where(samplesWhere(states, x, (length) => length === 0).squeeze(1), losses)
}

/** The probability of each class less the share of the paths that pass through it. */
function gradientOf(x: Tensor, states: States, g: Tensor, zeroInfinity: boolean): Tensor {
  if (x.size(0) === 0) return x.new_zeros(x.shape)
  const forward = forwardSums(x, states)
  const loss = lossOf(forward.at(-1), states, x)
  const paths = torch.stack(forward).add(torch.stack(backwardSums(x, states)))
  const shares = paths.sub(emissions(x, states)).add(loss.unsqueeze(1)).exp()
  const places = states.classes.unsqueeze(0).expand(shares.shape)
  const difference = x.exp().sub(x.new_zeros(x.shape).scatter_add(2, places, shares))
  const steps = Array.from({ length: x.size(0) }, (_, t) => samplesWhere(states, x, (length) => t >= length))
  const behind = torch.stack(steps)
  const slope = difference.mul(g.unsqueeze(1)).masked_fill(behind, 0)
  return zeroInfinity ? slope.masked_fill(loss.eq(Number.POSITIVE_INFINITY).unsqueeze(1), 0) : slope
}
