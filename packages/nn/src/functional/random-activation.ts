/** Activations that draw random numbers, in PyTorch's order. */
import * as torch from '@chainrule/core'
import { elementwise, enclosed, nameStep, no_grad, RuntimeError, signature, type Tensor } from '@chainrule/core'
import { leaky_relu } from './activation.ts'

const sloped = elementwise('rrelu_with_noise', ['x', 'noise'], {
  forward: 'x * noise',
  gradient: { x: 'g * noise', noise: '0' },
  nodeInPlace: 'RreluWithNoiseBackward1',
})

function slope(input: Tensor, lower: number, upper: number, training: boolean, inplace: boolean): Tensor {
  if (lower > upper) throw new RuntimeError('Lower bound should be less than or equal to the upper bound')
  if (!training) {
    return nameStep(leaky_relu(input, (lower + upper) / 2, inplace), `RreluWithNoiseBackward${inplace ? 1 : 0}`)
  }
  const { op, values } = sloped.on(
    input,
    no_grad(() => enclosed(() => slopes(input, lower, upper))),
  )
  return inplace ? op.callInPlace(values) : op.call(values)
}

/** A slope for each element: a draw where it is not positive, one after the other, and 1 elsewhere. */
function slopes(input: Tensor, lower: number, upper: number): Tensor {
  const isDrawn = input.le(0).reshape(-1)
  const { sync } = input.storage.device
  // How many to draw is known where the device can be read; elsewhere there are too many, and the last are not used.
  const count = sync ? isDrawn.sum().item() : isDrawn.numel()
  if (count === 0) return input.new_ones(input.shape)
  const draws = torch
    .rand(count, { dtype: torch.float64 })
    .mul(upper - lower)
    .add(lower)
    .to(input.dtype)
    .to(input.device)
  const order = isDrawn.to(torch.int32).cumsum(0).sub(1).clamp_min(0)
  return draws.index_select(0, order).where(isDrawn, 1).reshape(input.shape)
}

const parameters = ['Tensor input', 'float lower', 'float upper', 'bool training'] as const

/**
 * As `leaky_relu`, with a slope for each element that is not positive, drawn evenly between bounds (Xu et al. 2015).
 *
 * @param training draw slopes; otherwise all have the mean of both.
 */
export const rrelu = signature(
  'rrelu',
  [...parameters, 'bool inplace'],
  (input: Tensor, lower = 1 / 8, upper = 1 / 3, training = false, inplace = false): Tensor =>
    slope(input, lower, upper, training, inplace),
  'python',
)

/** As `rrelu`, in place. */
export const rrelu_ = signature(
  'rrelu_',
  parameters,
  (input: Tensor, lower = 1 / 8, upper = 1 / 3, training = false): Tensor => slope(input, lower, upper, training, true),
)

/**
 * Samples of the Gumbel-softmax distribution with these logits (Jang et al. 2017, Maddison et al. 2017).
 *
 * @param tau the temperature: near 0, samples are nearly one-hot.
 * @param hard give one-hot samples, with the gradient of the soft ones.
 * @param eps not used.
 */
export const gumbel_softmax = signature(
  'gumbel_softmax',
  ['Tensor logits', 'float|Tensor tau', 'bool hard', 'float eps', 'int dim'],
  (logits: Tensor, tau: number | Tensor = 1, hard = false, _eps = 1e-10, dim = -1): Tensor => {
    // A dimension that is none is refused before anything is drawn.
    if (logits.ndim > 0) logits.size(dim)
    const noise = no_grad(() => enclosed(() => torch.empty_like(logits).exponential_().log().neg()))
    const soft = logits.add(noise).div(tau).softmax(dim)
    if (!hard) return soft
    const { indices } = soft.detach().max(dim, { keepdim: true })
    const one = no_grad(() => soft.new_zeros(soft.shape).scatter_(dim, indices, 1))
    return one.sub(soft.detach()).add(soft)
  },
  'python',
)
