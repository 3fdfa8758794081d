import { modes } from '../autograd/modes.ts'
import { RuntimeError } from '../errors.ts'
import { formatShape, numel, type Shape } from '../shape.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { ReductionOp } from './define/reduction.ts'
import { type RoutineGradient, routines } from './define/routine.ts'
import { rowKernel, runRows } from './define/rows.ts'

const forwardRows = rowKernel('layer_norm', {
  inputs: ['x', 'weight', 'bias'],
  parameters: ['eps'],
  steps: {
    total: { sum: 'x' },
    mean: 'total / n',
    squares: { sum: '(x - mean) * (x - mean)' },
    rstd: '1 / sqrt(squares / n + eps)',
  },
  results: ['mean', 'rstd'],
  output: '(x - mean) * rstd * weight + bias',
})
const backwardRows = rowKernel('layer_norm_backward', {
  inputs: ['x', 'g', 'weight'],
  perRow: ['mean', 'rstd'],
  steps: {
    total: { sum: 'g * weight' },
    moment: { sum: 'g * weight * (x - mean)' },
    average: 'total / n',
    slope: 'moment * rstd * rstd / n',
  },
  output: '(g * weight - average - (x - mean) * slope) * rstd',
})
/** The gradients of weight and bias: sums over all rows. */
const weightSum = new ReductionOp('layer_norm_weight', ['x', 'g', 'mean', 'rstd'], {
  start: 0,
  step: 'acc + g * ((x - mean) * rstd)',
  gradient: null,
})

/** What a backward pass of layer norm starts from. */
interface Saved {
  readonly x: Tensor
  readonly weight: Tensor | null
  readonly mean: Tensor
  readonly rstd: Tensor
}

/**
 * Normalises the last dimensions, which have `normalized_shape`: `(x - mean) / √(variance + eps) · weight + bias` (Ba et al.
 * 2016).
 *
 * @throws RuntimeError when `x` does not end in `normalized_shape`.
 */
export const layer_norm = signature(
  'layer_norm',
  ['Tensor input', 'size normalized_shape', 'Tensor? weight', 'Tensor? bias', 'float eps'],
  (
    x: Tensor,
    normalized_shape: Shape,
    weight: Tensor | null = null,
    bias: Tensor | null = null,
    eps = 1e-5,
  ): Tensor => {
    checkShapes(x, normalized_shape, weight, bias)
    const n = numel(normalized_shape)
    const parameters = [weight, bias].filter((each) => each !== null)
    return routines(
      'native_layer_norm',
      [x, ...parameters],
      () => runRows(forwardRows, n, [x, weight ?? 1, bias ?? 0, eps]),
      ([, mean, rstd]): RoutineGradient => ({
        saved: [x, mean as Tensor, rstd as Tensor, ...(weight === null ? [] : [weight])],
        backward: ([g = null], needs, [input, mean, rstd, scale = null]) => {
          if (g === null) return [null, null, null]
          const saved = { x: input, mean, rstd, weight: scale } as Saved
          const toInput = modes.grad ? gradientByOps(g, saved, n, eps) : null
          const bySum = { g: matrix(g, n), x: matrix(saved.x, n) }
          const toWeight = (): Tensor =>
            modes.grad
              ? bySum.g.mul(normal(bySum.x, eps)).sum(0)
              : weightSum.call([bySum.x, bySum.g, saved.mean.unsqueeze(1), saved.rstd.unsqueeze(1)], { dim: 0 })
          return [
            needs(0)
              ? (toInput ?? runRows(backwardRows, n, [saved.x, g, scale ?? 1, saved.mean, saved.rstd])[0])
              : null,
            ...parameters.map((_, i) => {
              if (!needs(i + 1)) return null
              return (i === 0 && weight !== null ? toWeight() : bySum.g.sum(0)).reshape(normalized_shape)
            }),
          ]
        },
      }),
    )[0]
  },
)

function checkShapes(x: Tensor, shape: Shape, weight: Tensor | null, bias: Tensor | null): void {
  if (shape.length === 0) {
    throw new RuntimeError(
      'Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got ' +
        'normalized_shape = []',
    )
  }
  for (const [name, parameter] of Object.entries({ weight, bias })) {
    if (parameter === null || parameter.shape.join() === shape.join()) continue
    throw new RuntimeError(
      `Expected ${name} to be of same shape as normalized_shape, but got ${name} of shape ` +
        `${formatShape(parameter.shape)} and normalized_shape = ${formatShape(shape)}`,
    )
  }
  const start = x.ndim - shape.length
  if (start < 0 || shape.some((size, i) => size !== x.shape[start + i])) {
    throw new RuntimeError(
      `Given normalized_shape=${formatShape(shape)}, expected input with shape [*, ${shape.join(', ')}], but got input of ` +
        `size${formatShape(x.shape)}`,
    )
  }
}

const matrix = (x: Tensor, n: number): Tensor => x.reshape(n === 0 ? 0 : numel(x.shape) / n, n)

/** Rows with mean 0 and variance 1. */
function normal(x: Tensor, eps: number): Tensor {
  const centred = x.sub(x.mean(1, { keepdim: true }))
  return centred.mul(centred.square().mean(1, { keepdim: true }).add(eps).rsqrt())
}

/** The gradient of the input in ops from the input anew: it has a gradient itself. */
function gradientByOps(g: Tensor, { x, weight }: Saved, n: number, eps: number): Tensor {
  const rows = matrix(x, n)
  const rstd = rows
    .sub(rows.mean(1, { keepdim: true }))
    .square()
    .mean(1, { keepdim: true })
    .add(eps)
    .rsqrt()
  const unit = normal(rows, eps)
  const d = weight === null ? matrix(g, n) : matrix(g, n).mul(weight.reshape(n))
  const average = d.mean(1, { keepdim: true })
  const along = d.mul(unit).mean(1, { keepdim: true })
  return d.sub(average).sub(unit.mul(along)).mul(rstd).reshape(x.shape)
}
