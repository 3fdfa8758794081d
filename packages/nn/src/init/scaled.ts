import { type Tensor, ValueError, warnings } from '@chainrule/core'
import { bindOptions, type LayerArguments } from '../arguments.ts'
import { type DrawOptions, draws, normal_, uniform_ } from './basic.ts'

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
export function calculate_gain(nonlinearity: Nonlinearity, param: number | null = null): number {
  if (/^(linear|conv(_transpose)?[123]d|sigmoid)$/.test(nonlinearity)) return 1
  if (nonlinearity === 'tanh') return 5 / 3
  if (nonlinearity === 'relu') return Math.SQRT2
  if (nonlinearity === 'leaky_relu') {
    const slope = param ?? 0.01
    if (typeof slope !== 'number') throw new ValueError(`negative_slope ${String(slope)} not a valid number`)
    return Math.sqrt(2 / (1 + slope ** 2))
  }
  // Found by experiment (pytorch/pytorch#50664).
  if (nonlinearity === 'selu') return 3 / 4
  throw new ValueError(`Unsupported nonlinearity ${nonlinearity}`)
}

/** How many inputs go into each output, and how many outputs each input goes into, of weights `[out, in, …]`. */
function fans({ shape }: Tensor): { fan_in: number; fan_out: number } {
  const [out, channels, ...kernel] = shape
  if (out === undefined || channels === undefined) {
    throw new ValueError('Fan in and fan out can not be computed for tensor with fewer than 2 dimensions')
  }
  const field = kernel.reduce((a, b) => a * b, 1)
  return { fan_in: channels * field, fan_out: out * field }
}

/** What the initialisations of Glorot take by name. */
export interface XavierOptions extends DrawOptions {
  readonly gain?: number
}
const gainOf = (options: LayerArguments<XavierOptions>): XavierOptions & { gain: number } =>
  bindOptions('xavier', { gain: 1, ...draws }, options)
const glorot = (tensor: Tensor, gain: number): number => {
  const { fan_in, fan_out } = fans(tensor)
  return gain * Math.sqrt(2 / (fan_in + fan_out))
}

/** From ±gain·√(6 / (fan_in + fan_out)) (Glorot and Bengio 2010). */
export function xavier_uniform_(tensor: Tensor, ...options: LayerArguments<XavierOptions>): Tensor {
  const named = gainOf(options)
  const bound = Math.sqrt(3) * glorot(tensor, named.gain)
  return uniform_(tensor, -bound, bound, { generator: named.generator })
}
/** Normal, with standard deviation gain·√(2 / (fan_in + fan_out)) (Glorot and Bengio 2010). */
export function xavier_normal_(tensor: Tensor, ...options: LayerArguments<XavierOptions>): Tensor {
  const named = gainOf(options)
  return normal_(tensor, 0, glorot(tensor, named.gain), { generator: named.generator })
}

/** What the initialisations of He take by name. */
export interface KaimingOptions extends DrawOptions {
  /** The slope below zero of a leaky ReLU that follows. */
  readonly a?: number
  /** Keep the variance in the forward pass (`fan_in`) or in the backward pass. */
  readonly mode?: 'fan_in' | 'fan_out'
  readonly nonlinearity?: Nonlinearity
}
const heDefaults = {
  a: 0,
  mode: 'fan_in' as 'fan_in' | 'fan_out',
  nonlinearity: 'leaky_relu' as Nonlinearity,
  ...draws,
}
const heOptions = (options: LayerArguments<KaimingOptions>): typeof heDefaults =>
  bindOptions('kaiming', heDefaults, options)
function he(tensor: Tensor, { a, mode, nonlinearity }: typeof heDefaults): number {
  if (!['fan_in', 'fan_out'].includes(mode)) {
    throw new ValueError(`Mode ${mode} not supported, please use one of ['fan_in', 'fan_out']`)
  }
  return calculate_gain(nonlinearity, a) / Math.sqrt(fans(tensor)[mode])
}
function isEmpty(tensor: Tensor): boolean {
  if (!tensor.shape.includes(0)) return false
  warnings.warn('Initializing zero-element tensors is a no-op')
  return true
}
/** From ±gain·√(3 / fan) (He et al. 2015). */
export function kaiming_uniform_(tensor: Tensor, ...options: LayerArguments<KaimingOptions>): Tensor {
  if (isEmpty(tensor)) return tensor
  const named = heOptions(options)
  const bound = Math.sqrt(3) * he(tensor, named)
  return uniform_(tensor, -bound, bound, { generator: named.generator })
}
/** Normal, with standard deviation gain / √fan (He et al. 2015). */
export function kaiming_normal_(tensor: Tensor, ...options: LayerArguments<KaimingOptions>): Tensor {
  if (isEmpty(tensor)) return tensor
  const named = heOptions(options)
  return normal_(tensor, 0, he(tensor, named), { generator: named.generator })
}
