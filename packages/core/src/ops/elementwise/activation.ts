import { bool } from '../../dtype.ts'
import { RuntimeError } from '../../errors.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { type Application, choice, elementwise } from '../define/elementwise.ts'

/** `1 / (1 + e⁻ˣ)`. */
export const sigmoid = elementwise('sigmoid', ['x'], {
  forward: 'sigmoid(x)',
  gradient: { x: 'g * (1 - out) * out' },
  result: 'floating',
})
/** `max(x, 0)`; the gradient at 0 is 0. */
export const relu = choice('relu', ['Tensor input'], (x: Tensor): Application => {
  if (x.dtype === bool) throw new RuntimeError('Boolean inputs not supported for relu')
  return rectify.on(x)
})
const rectify = elementwise('relu', ['x'], { forward: 'x < 0 ? 0 : x', gradient: { x: 'out <= 0 ? 0 : g' } })
/** `min(max(x, 0), 6)`. */
export const relu6 = elementwise('relu6', ['x'], {
  forward: 'x < 0 ? 0 : x > 6 ? 6 : x',
  gradient: { x: 'x <= 0 || x >= 6 ? 0 : g' },
  node: 'HardtanhBackward0',
})
/** With a negative slope the result does not tell on which side of 0 an element was, and PyTorch's gradients in place read the result. */
const refusesNegative =
  (name: string, more = '') =>
  ([slope = 0]: readonly number[]): Error | null =>
    slope >= 0
      ? null
      : new RuntimeError(
          `In-place ${name} backward calculation is triggered with a negative slope which is not supported. This is caused by ` +
            `calling in-place forward function with a negative slope, please call out-of-place version instead.${more}`,
        )
/** `x`, or `negative_slope * x` below zero. */
export const leaky_relu = elementwise('leaky_relu', ['x'], {
  forward: 'x > 0 ? x : x * negative_slope',
  gradient: { x: 'x > 0 ? g : g * negative_slope' },
  parameters: { negative_slope: 0.01 },
  only: 'floating',
  nodeInPlace: 'LeakyReluBackward1',
  refusesInPlace: refusesNegative(
    'leakyReLu',
    ' File an issue at https://github.com/pytorch/pytorch if you do require supporting in-place leakRelu backward calculation with negative slope',
  ),
})
/** `x`, or `alpha * (eˣ - 1)` below zero. */
export const elu = elementwise('elu', ['x'], {
  forward: 'x <= 0 ? expm1(x) * alpha : x',
  gradient: { x: 'x < 0 ? g * (alpha * exp(x)) : x == 0 ? g * alpha : g' },
  parameters: { alpha: 1 },
  only: 'floating',
  nodeInPlace: 'EluBackward1',
  refusesInPlace: refusesNegative('elu'),
})
/** `elu` with the scale and alpha that keep mean 0 and variance 1 (Klambauer et al. 2017). */
export const selu = elementwise('selu', ['x'], {
  forward: '1.0507009873554804934193349852946 * (x <= 0 ? expm1(x) * 1.6732632423543772848170429916717 : x)',
  gradient: {
    x: '1.0507009873554804934193349852946 * (x < 0 ? g * (1.6732632423543772848170429916717 * exp(x)) : x == 0 ? g * 1.6732632423543772848170429916717 : g)',
  },
  node: 'EluBackward0',
  only: 'floating',
  kernel: 'elu_cpu',
  nodeInPlace: 'EluBackward1',
})
/** As `elu`, with `x / alpha` in the exponent (Barron 2017). */
export const celu = elementwise('celu', ['x'], {
  forward: 'x <= 0 ? expm1(x / alpha) * alpha : x',
  gradient: { x: 'x < 0 ? g * exp(x / alpha) : g' },
  parameters: { alpha: 1 },
  only: 'floating',
  kernel: 'elu_cpu',
  nodeInPlace: 'CeluBackward1',
  refusesInPlace: refusesNegative('elu'),
})
const geluExact = elementwise('gelu', ['x'], { forward: '0.5 * x * (1 + erf(x * sqrt(0.5)))', only: 'floating' })
const geluTanh = elementwise('gelu_tanh', ['x'], {
  forward: '0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x * x * x)))',
  node: 'GeluBackward0',
  only: 'floating',
})
/** `x · Φ(x)`, or its approximation by `tanh` (Hendrycks and Gimpel 2016). */
export const gelu = choice(
  'gelu',
  ['Tensor input', 'str approximate'],
  (x: Tensor, approximate: 'none' | 'tanh' = 'none'): Application => {
    if (approximate !== 'none' && approximate !== 'tanh') {
      throw new RuntimeError('approximate argument must be either none or tanh.')
    }
    return approximate === 'none' ? geluExact.on(x) : geluTanh.on(x)
  },
)
/** `x · sigmoid(x)`. */
export const silu = elementwise('silu', ['x'], {
  forward: 'x * sigmoid(x)',
  gradient: { x: 'g * (sigmoid(x) * (1 + x * (1 - sigmoid(x))))' },
  only: 'floating',
})
/** `x · tanh(softplus(x))` (Misra 2019). */
export const mish = elementwise('mish', ['x'], {
  forward: 'x * tanh(max(x, 0) + log1p(exp(-abs(x))))',
  gradient: {
    x: 'g * (tanh(max(x, 0) + log1p(exp(-abs(x)))) + x * sigmoid(x) * (1 - tanh(max(x, 0) + log1p(exp(-abs(x)))) * tanh(max(x, 0) + log1p(exp(-abs(x))))))',
  },
  only: 'floating',
})
/** `log(1 + e^(beta·x)) / beta`, and `x` itself where `beta·x` is above the threshold. */
export const softplus = elementwise('softplus', ['x'], {
  forward: 'x * beta > threshold ? x : (max(x * beta, 0) + log1p(exp(-abs(x * beta)))) / beta',
  gradient: { x: 'x * beta > threshold ? g : g * sigmoid(x * beta)' },
  parameters: { beta: 1, threshold: 20 },
  only: 'floating',
})
/** `x / (1 + |x|)`. */
export const softsign = elementwise('softsign', ['x'], {
  forward: 'x / (1 + abs(x))',
  gradient: { x: 'g / ((1 + abs(x)) * (1 + abs(x)))' },
  result: 'floating',
  node: 'DivBackward0',
})
/** `log(sigmoid(x))` without overflow. */
export const logsigmoid = elementwise('logsigmoid', ['x'], {
  forward: 'min(x, 0) - log1p(exp(-abs(x)))',
  gradient: { x: 'g * sigmoid(-x)' },
  node: 'LogSigmoidBackward0',
  layout: 'row-major',
  only: 'floating',
  kernel: 'log_sigmoid_cpu',
})
/** `x` limited to [min_val, max_val]. */
export const hardtanh = elementwise('hardtanh', ['x'], {
  forward: 'x < min_val ? min_val : x > max_val ? max_val : x',
  gradient: { x: 'x <= min_val || x >= max_val ? 0 : g' },
  parameters: { min_val: -1, max_val: 1 },
})
/** `min(max(x + 3, 0), 6) / 6`. */
export const hardsigmoid = elementwise('hardsigmoid', ['x'], {
  forward: 'min(max(x + 3, 0), 6) / 6',
  // PyTorch's sixth has the digits of float32.
  gradient: { x: 'x > -3 && x < 3 ? g * 0.1666666716337204 : 0' },
  only: 'floating',
})
/** `x · hardsigmoid(x)` (Howard et al. 2019). */
export const hardswish = elementwise('hardswish', ['x'], {
  forward: 'x * min(max(x + 3, 0), 6) / 6',
  gradient: { x: 'x < -3 ? 0 : x <= 3 ? g * (x / 3 + 0.5) : g' },
  only: 'floating',
})
/** `x - tanh(x)`. */
export const tanhshrink = elementwise('tanhshrink', ['x'], {
  forward: 'x - tanh(x)',
  result: 'floating',
  node: 'SubBackward0',
})
const shrink = elementwise('softshrink', ['x'], {
  forward: 'x > lambd ? x - lambd : x < -lambd ? x + lambd : isnan(x) ? x : 0',
  gradient: { x: 'x >= -lambd && x <= lambd ? 0 : g' },
  parameters: { lambd: 0.5 },
  only: 'floating',
})
/** `x` moved towards 0 by `lambd`, and 0 nearer than that. */
export const softshrink = choice(
  'softshrink',
  ['Tensor input', 'float lambd'],
  (x: Tensor, lambd = 0.5): Application => {
    if (!(lambd >= 0)) throw new RuntimeError(`lambda must be greater or equal to 0, but found to be ${lambd}.`)
    return shrink.on(x, lambd)
  },
)
/** `x`, and 0 where it is nearer to 0 than `lambd`. */
export const hardshrink = elementwise('hardshrink', ['x'], {
  forward: 'x >= -lambd && x <= lambd ? 0 : x',
  gradient: { x: 'x >= -lambd && x <= lambd ? 0 : g' },
  parameters: { lambd: 0.5 },
  only: 'floating',
})
/** `x` above the threshold, `value` elsewhere. */
export const threshold = elementwise('threshold', ['x'], {
  forward: 'x <= threshold ? value : x',
  gradient: { x: 'x <= threshold ? 0 : g' },
  parameters: { threshold: 0, value: 0 },
  nodeInPlace: 'ThresholdBackward1',
})
const slopes = elementwise('prelu', ['x', 'weight'], {
  forward: 'x > 0 ? x : weight * x',
  gradient: { x: 'x > 0 ? g : weight * g', weight: 'x > 0 ? 0 : x * g' },
  node: 'PreluKernelBackward0',
  only: 'floating',
})
/** As `leaky_relu`, with slopes that are learned: one for all, or one for each channel (dimension 1). */
export const prelu = choice('prelu', ['Tensor input', 'Tensor weight'], (x: Tensor, weight: Tensor): Application => {
  if (x.dtype !== weight.dtype) {
    throw new RuntimeError(
      `prelu: Type promoting not supported. Got ${x.dtype.scalarName} and ${weight.dtype.scalarName}`,
    )
  }
  if (weight.ndim > 1) {
    throw new RuntimeError(`prelu: Expected \`weight\` to be a scalar or 1D tensor, but got: ndim = ${weight.ndim}`)
  }
  if (weight.numel() === 1) return slopes.on(x, weight.reshape([]))
  if (x.ndim === 0) throw new RuntimeError('Not allow zero-dim input tensor.')
  const channels = x.ndim > 1 ? x.size(1) : 1
  if (channels !== weight.numel()) {
    throw new RuntimeError(
      `Mismatch of parameter numbers and input channel size. Found parameter numbers = ${weight.numel()} and channel size = ` +
        `${channels}.`,
    )
  }
  return slopes.on(x, weight.reshape(x.shape.map((_, i) => (i === 1 ? weight.numel() : 1))))
})
