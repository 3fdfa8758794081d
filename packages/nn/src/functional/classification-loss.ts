/** Losses between classes: which of many is it? */
import * as torch from '@chainrule/core'
import { IndexError, RuntimeError, signature, type Tensor, ValueError } from '@chainrule/core'
import { checkReduction, type Legacy, type Reduction, reductionOf } from './reduction.ts'

/** What losses over classes are made with. */
interface ClassLoss {
  readonly weight: Tensor | null
  readonly ignore_index: number
  readonly reduction: Reduction
  readonly label_smoothing: number
}

/** What losses over classes take, in PyTorch's order. */
const parameters = [
  'Tensor input',
  'Tensor target',
  'Tensor? weight',
  'bool? size_average',
  'int ignore_index',
  'bool? reduce',
  'any reduction',
] as const

/** A quotient by a number, as C++ writes it. */
const quotient = torch.elementwise('quotient', ['x'], {
  forward: 'x / count',
  parameters: { count: 1 },
  node: 'DivBackward1',
})

/** The dimension of the classes: the second, after the batch. */
const classDim = (input: Tensor): number => (input.ndim === 1 ? 0 : 1)

function checkShapes(name: string, input: Tensor, target: Tensor, weight: Tensor | null): void {
  if (input.ndim < 1) throw new ValueError(`Expected 1 or more dimensions (got ${input.ndim})`)
  if (input.ndim !== 1 && input.shape[0] !== target.shape[0]) {
    throw new ValueError(
      `Expected input batch_size (${input.shape[0]}) to match target batch_size (${target.shape[0] ?? 0}).`,
    )
  }
  const dim = classDim(input)
  const wanted = input.shape.filter((_, i) => i !== dim)
  if (input.ndim <= 2 && target.ndim > 1)
    throw new RuntimeError('0D or 1D target tensor expected, multi-target not supported')
  if (input.ndim === 1 && target.ndim === 1) {
    throw new RuntimeError(
      `size mismatch (got input: [${input.shape.join(', ')}], target: [${target.shape.join(', ')}])`,
    )
  }
  if (wanted.join() !== target.shape.join()) {
    throw new RuntimeError(`Expected target size [${wanted.join(', ')}], got [${target.shape.join(', ')}]`)
  }
  if (target.dtype !== torch.int32 && target.dtype !== torch.uint8) {
    throw new RuntimeError(
      `expected scalar type Long but found ${target.dtype.scalarName} (${name}: class indices are integers: make them ` +
        'with { dtype: torch.int32 })',
    )
  }
  const classes = input.shape[dim] as number
  if (weight !== null && (weight.ndim !== 1 || weight.shape[0] !== classes)) {
    throw new RuntimeError(
      `weight tensor should be defined either for all ${classes} classes or no classes but got weight tensor of shape: ` +
        `[${weight.shape.join(', ')}]`,
    )
  }
}

/** Targets with those to ignore replaced by class 0, and how many were. Checks the range where the device can be read. */
function checkTargets(target: Tensor, classes: number, ignore: number): { places: Tensor; ignored: Tensor | null } {
  if (!target.storage.device.sync) {
    const ignored = target.eq(ignore)
    return { places: target.masked_fill(ignored, 0).to(torch.int32), ignored }
  }
  let hasIgnored = false
  const values = target.to_typed_array()
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    if (value === ignore) hasIgnored = true
    else if (value < 0 || value >= classes) throw new IndexError(`Target ${value} is out of bounds.`)
  }
  const places = target.to(torch.int32)
  if (!hasIgnored) return { places, ignored: null }
  const ignored = target.eq(ignore)
  return { places: places.masked_fill(ignored, 0), ignored }
}

/**
 * `-input[target]` for log-probabilities `[N, C]` or `[N, C, d1, …]` and class indices `[N]` or `[N, d1, …]`. The mean is
 * over the weights of the targets.
 *
 * @param weight a weight for each class.
 * @param ignore_index a target that counts for nothing.
 * @throws IndexError for a target that is no class.
 */
export const nll_loss = signature(
  'nll_loss',
  parameters,
  (
    input: Tensor,
    target: Tensor,
    weight: Tensor | null = null,
    size_average: Legacy = null,
    ignore_index = -100,
    reduce: Legacy = null,
    reduction: Reduction = 'mean',
  ): Tensor => negativeLogLikelihood(input, target, weight, ignore_index, reductionOf(size_average, reduce, reduction)),
  'python',
)

function negativeLogLikelihood(
  input: Tensor,
  target: Tensor,
  weight: Tensor | null,
  ignore_index: number,
  reduction: Reduction,
): Tensor {
  checkReduction(reduction)
  checkShapes('nll_loss', input, target, weight)
  const dim = classDim(input)
  const { places, ignored } = checkTargets(target, input.shape[dim] as number, ignore_index)
  const columns = places.unsqueeze(dim)
  const mask = (x: Tensor): Tensor => (ignored === null ? x : x.masked_fill(ignored, 0))
  // Where all targets count alike, how much they do is one number.
  const counts = torch.no_grad(() => {
    if (weight === null) return ignored === null ? 1 : mask(input.new_ones(target.shape))
    return mask(weight.index_select(0, places.reshape(-1)).reshape(target.shape))
  })
  const total = reduction !== 'mean' ? null : typeof counts === 'number' ? target.numel() : counts.sum()
  const counted = (x: Tensor): Tensor => (typeof counts === 'number' ? x : x.mul(counts))
  const scaled = (x: Tensor): Tensor => (total === null ? x : x.div(total))
  const out = torch.routine(
    input.ndim <= 2 ? 'nll_loss' : 'nll_loss2d',
    [input],
    () => {
      const losses = mask(counted(input.gather(dim, columns).squeeze(dim)).neg())
      // A lone row is a sum in PyTorch: its zeros have no sign.
      return reduction !== 'none' ? scaled(losses.sum()) : input.ndim === 1 ? losses.sum() : losses
    },
    () => ({
      saved: [columns, target, ignored, counts, total].filter((x) => x instanceof torch.Tensor),
      backward: ([g = null], _, [columns]) => {
        if (g === null) return [null]
        const each = mask(scaled(counted(g)))
          .neg()
          .expand(target.shape)
        return [g.new_zeros(input.shape).scatter_(dim, columns as Tensor, each.unsqueeze(dim))]
      },
    }),
  )
  // PyTorch computes in four dimensions, and shows the step out of them.
  return reduction === 'none' && input.ndim > 2 && input.ndim !== 4 ? out.view(out.shape) : out
}

/**
 * `nll_loss` of `log_softmax(input)`: the target is a class index for each row, or a probability for each class.
 *
 * @example
 * F.cross_entropy(torch.randn(3, 5), torch.tensor([1, 0, 4], { dtype: torch.int32 }))
 * @param weight a weight for each class.
 * @param ignore_index a target that counts for nothing.
 * @param label_smoothing the share of the target that is spread evenly over all classes (Szegedy et al. 2016).
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html
 */
export const cross_entropy = signature(
  'cross_entropy',
  [...parameters, 'float label_smoothing'],
  (
    input: Tensor,
    target: Tensor,
    weight: Tensor | null = null,
    size_average: Legacy = null,
    ignore_index = -100,
    reduce: Legacy = null,
    reduction: Reduction = 'mean',
    label_smoothing = 0,
  ): Tensor => {
    const fold = reductionOf(size_average, reduce, reduction)
    checkReduction(fold)
    const options: ClassLoss = { weight, ignore_index, reduction: fold, label_smoothing }
    const isProbability = input.shape.join() === target.shape.join()
    if (isProbability && target.dtype.kind !== 'floating') {
      throw new RuntimeError(
        `Expected floating point type for target with class probabilities, got ${target.dtype.scalarName}`,
      )
    }
    if (isProbability && ignore_index >= 0) {
      throw new RuntimeError('ignore_index is not supported for floating point target')
    }
    if (label_smoothing < 0 || label_smoothing > 1) {
      throw new RuntimeError(`label_smoothing must be between 0.0 and 1.0. Got: ${label_smoothing}`)
    }
    if (input.ndim === 0) {
      throw new IndexError('Dimension out of range (expected to be in range of [-1, 0], but got 1)')
    }
    if (!isProbability) checkShapes('cross_entropy', input, target, weight)
    return torch.enclosed(() => {
      const logits = input.log_softmax(classDim(input))
      if (isProbability) return probabilityLoss(logits, target, options)
      const loss = negativeLogLikelihood(logits, target, weight, ignore_index, fold)
      if (label_smoothing === 0) return loss
      const classes = input.shape[classDim(input)] as number
      return smoothPart(logits, target, options)
        .mul(label_smoothing / classes)
        .add(loss.mul(1 - label_smoothing))
    })
  },
  'python',
)

/** Weights of classes in the shape that multiplies log-probabilities. */
function alongClasses(weight: Tensor, logits: Tensor): Tensor {
  return weight.reshape(logits.shape.map((_, i) => (i === classDim(logits) ? weight.numel() : 1)))
}

function probabilityLoss(logits: Tensor, target: Tensor, { weight, reduction, label_smoothing }: ClassLoss): Tensor {
  const dim = classDim(logits)
  const classes = logits.shape[dim] as number
  if (weight && weight.numel() !== classes) {
    throw new RuntimeError(
      `cross_entropy: weight tensor should be defined either for all ${classes} classes or no classes but got weight ` +
        `tensor of shape: [${weight.shape.join(', ')}]`,
    )
  }
  const wanted = label_smoothing === 0 ? target : target.mul(1 - label_smoothing).add(label_smoothing / classes)
  const product = logits.mul(wanted)
  const weighted = weight ? product.mul(alongClasses(weight, logits)) : product
  if (reduction === 'none') return weighted.sum(dim).neg()
  if (reduction === 'sum') return weighted.sum().neg()
  return quotient(weighted.sum().neg(), logits.numel() / classes)
}

/** The loss against all classes at once, which label smoothing mixes in. */
function smoothPart(logits: Tensor, target: Tensor, { weight, ignore_index, reduction }: ClassLoss): Tensor {
  const dim = classDim(logits)
  const all = (weight ? logits.mul(alongClasses(weight, logits)) : logits).sum(dim).neg()
  const ignored = target.eq(ignore_index)
  const losses = all.masked_fill(ignored, 0)
  if (reduction === 'none') return losses
  if (reduction === 'sum') return losses.sum()
  const kept = torch.no_grad(() => {
    if (!weight) return ignored.logical_not().sum().to(losses.dtype)
    const places = target.masked_fill(ignored, 0).to(torch.int32).reshape(-1)
    return weight.index_select(0, places).reshape(target.shape).masked_fill(ignored, 0).sum()
  })
  return losses.sum().div(kept)
}
