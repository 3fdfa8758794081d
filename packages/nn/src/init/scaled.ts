import { type Generator, signature, type Tensor, ValueError, warnings } from '@chainrule/core'
import { shown } from '../functional/reduction.ts'
import { normal_, uniform_ } from './basic.ts'

/** The activations whose gain is known. */
export type Nonlinearity =
  | 'linear'
  | `conv${1 | 2 | 3}d`
  | `conv_transpose${1 | 2 | 3}d`
  | 'sigmoid'
  | 'tanh'
  | 'relu'
  | 'leaky_relu'
  | 'selu'

/** By how much the weights before an activation have to be larger, so that the variance stays. */
export const calculate_gain = signature(
  'calculate_gain',
  ['any nonlinearity', 'any param'],
  (nonlinearity: Nonlinearity, param: number | null = null): number => {
    if (typeof nonlinearity !== 'string') throw new ValueError(`Unsupported nonlinearity ${shown(nonlinearity)}`)
    if (/^(linear|conv(_transpose)?[123]d|sigmoid)$/.test(nonlinearity)) return 1
    if (nonlinearity === 'tanh') return 5 / 3
    if (nonlinearity === 'relu') return Math.SQRT2
    if (nonlinearity === 'leaky_relu') {
      const slope = param ?? 0.01
      if (typeof slope !== 'number') throw new ValueError(`negative_slope ${shown(slope)} not a valid number`)
      return Math.sqrt(2 / (1 + slope ** 2))
    }
    // Found by experiment (pytorch/pytorch#50664).
    if (nonlinearity === 'selu') return 3 / 4
    throw new ValueError(`Unsupported nonlinearity ${nonlinearity as string}`)
  },
  'python',
)

/** How many inputs go into each output, and how many outputs each input goes into, of weights `[out, in, …]`. */
function fans({ shape }: Tensor): { fan_in: number; fan_out: number } {
  const [out, channels, ...kernel] = shape
  if (out === undefined || channels === undefined) {
    throw new ValueError('Fan in and fan out can not be computed for tensor with fewer than 2 dimensions')
  }
  const field = kernel.reduce((a, b) => a * b, 1)
  return { fan_in: channels * field, fan_out: out * field }
}

/** What the initialisations of Glorot multiply by. */
const glorot = (tensor: Tensor, gain: number): number => {
  const { fan_in, fan_out } = fans(tensor)
  return gain * Math.sqrt(2 / (fan_in + fan_out))
}

/** From ±gain·√(6 / (fan_in + fan_out)) (Glorot and Bengio 2010). */
export const xavier_uniform_ = signature(
  'xavier_uniform_',
  ['Tensor tensor', 'float gain', 'Generator? generator'],
  (tensor: Tensor, gain = 1, generator?: Generator | null): Tensor => {
    const bound = Math.sqrt(3) * glorot(tensor, gain)
    return uniform_(tensor, -bound, bound, generator)
  },
  'python',
)
/** Normal, with standard deviation gain·√(2 / (fan_in + fan_out)) (Glorot and Bengio 2010). */
export const xavier_normal_ = signature(
  'xavier_normal_',
  ['Tensor tensor', 'float gain', 'Generator? generator'],
  (tensor: Tensor, gain = 1, generator?: Generator | null): Tensor =>
    normal_(tensor, 0, glorot(tensor, gain), generator),
  'python',
)

type Mode = 'fan_in' | 'fan_out'
function he(tensor: Tensor, a: number, mode: unknown, nonlinearity: Nonlinearity): number {
  const found = typeof mode === 'string' ? mode.toLowerCase() : mode
  if (found !== 'fan_in' && found !== 'fan_out') {
    throw new ValueError(`Mode ${shown(mode)} not supported, please use one of ['fan_in', 'fan_out']`)
  }
  return calculate_gain(nonlinearity, a) / Math.sqrt(fans(tensor)[found])
}
function isEmpty(tensor: Tensor): boolean {
  if (!tensor.shape.includes(0)) return false
  warnings.warn('Initializing zero-element tensors is a no-op')
  return true
}
const heParameters = ['Tensor tensor', 'float a', 'any mode', 'any nonlinearity', 'Generator? generator'] as const

/**
 * From ±gain·√(3 / fan) (He et al. 2015).
 *
 * @param a the slope below zero of a leaky ReLU that follows.
 * @param mode keep the variance in the forward pass (`fan_in`) or in the backward pass.
 */
export const kaiming_uniform_ = signature(
  'kaiming_uniform_',
  heParameters,
  (
    tensor: Tensor,
    a = 0,
    mode: Mode = 'fan_in',
    nonlinearity: Nonlinearity = 'leaky_relu',
    generator?: Generator | null,
  ): Tensor => {
    if (isEmpty(tensor)) return tensor
    const bound = Math.sqrt(3) * he(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)
  },
  'python',
)
/** Normal, with standard deviation gain / √fan (He et al. 2015); the rest is as in `kaiming_uniform_`. */
export const kaiming_normal_ = signature(
  'kaiming_normal_',
  heParameters,
  (
    tensor: Tensor,
    a = 0,
    mode: Mode = 'fan_in',
    nonlinearity: Nonlinearity = 'leaky_relu',
    generator?: Generator | null,
  ): Tensor => (isEmpty(tensor) ? tensor : normal_(tensor, 0, he(tensor, a, mode, nonlinearity), generator)),
  'python',
)
