import {
  float64,
  no_grad,
  RuntimeError,
  repr,
  signature,
  stack,
  Tensor,
  TypeError,
  tensor,
  typeName,
  ValueError,
} from '@chainrule/core'
import { tensorsOf } from './vector.ts'

const gradientsOf = (of: string, parameters: Tensor | Iterable<Tensor>): Tensor[] =>
  (parameters instanceof Tensor ? [parameters] : tensorsOf(of, parameters)).flatMap(({ grad }) =>
    grad === null ? [] : [grad],
  )

/** What Python's `float` makes of a number, a tensor of one, or a text. */
function floatOf(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return Number(value)
  if (value instanceof Tensor) return value.to(float64).item()
  if (typeof value !== 'string') {
    throw new TypeError(`float() argument must be a string or a real number, not '${typeName(value)}'`)
  }
  const text = value.trim().toLowerCase()
  const special = { inf: Infinity, infinity: Infinity, '-inf': -Infinity, nan: Number.NaN }[text]
  if (special !== undefined) return special
  if (text === '' || Number.isNaN(Number(text))) throw new ValueError(`could not convert string to float: '${value}'`)
  return Number(text)
}

/** The norm of several tensors, taken over all together. */
function normOf(tensors: readonly Tensor[], order: number, error_if_nonfinite: boolean): Tensor {
  if (tensors.length === 0) return tensor(0)
  const total = stack(tensors.map((g) => g.norm(order))).norm(order)
  if (error_if_nonfinite && !total.isfinite().item()) {
    throw new RuntimeError(
      `The total norm of order ${repr(order, { float: true })} for gradients from \`parameters\` is non-finite, so it cannot be clipped. To disable ` +
        'this error and scale the gradients by the non-finite norm anyway, set `error_if_nonfinite=False`',
    )
  }
  return total
}

/** Scales gradients in place by how far a norm is above its limit. No branch on its value: it may not have arrived from the device yet. */
function shorten(gradients: readonly Tensor[], limit: number, total: Tensor): void {
  const factor = total.add(1e-6).reciprocal().mul(limit).clamp_max(1)
  for (const g of gradients) g.detach().mul_(factor)
}

/**
 * Scales gradients in place so that their norm, taken over all together, is at most `max_norm`. Returns the norm before.
 *
 * @param norm_type which norm: 2 where left out; `Infinity` for the largest magnitude.
 * @param error_if_nonfinite refuse a norm that is not finite.
 * @param foreach not used: which kernels PyTorch runs.
 */
export const clip_grad_norm_ = signature(
  'clip_grad_norm_',
  ['any parameters', 'any max_norm', 'any norm_type', 'bool error_if_nonfinite', 'bool? foreach'],
  (
    parameters: Tensor | Iterable<Tensor>,
    max_norm: number,
    norm_type = 2,
    error_if_nonfinite = false,
    _foreach: boolean | null = null,
  ): Tensor => {
    const [limit, order] = [floatOf(max_norm), floatOf(norm_type)]
    const gradients = gradientsOf('clip_grad_norm_', parameters)
    return no_grad(() => {
      const total = normOf(gradients, order, error_if_nonfinite)
      shorten(gradients, limit, total)
      return total
    })
  },
  'python',
)

/**
 * The norm of tensors, taken over all together: of gradients, as `clip_grad_norm_` takes it.
 *
 * @param norm_type which norm: 2 where left out; `Infinity` for the largest magnitude.
 * @param error_if_nonfinite refuse a norm that is not finite.
 * @param foreach not used: which kernels PyTorch runs.
 */
export const get_total_norm = signature(
  'get_total_norm',
  ['any tensors', 'any norm_type', 'bool error_if_nonfinite', 'bool? foreach'],
  (
    tensors: Tensor | Iterable<Tensor>,
    norm_type = 2,
    error_if_nonfinite = false,
    _foreach: boolean | null = null,
  ): Tensor =>
    no_grad(() =>
      normOf(
        tensors instanceof Tensor ? [tensors] : tensorsOf('get_total_norm', tensors),
        floatOf(norm_type),
        error_if_nonfinite,
      ),
    ),
  'python',
)

/**
 * Scales gradients in place as `clip_grad_norm_` does, by a norm that is known: that of `get_total_norm`.
 *
 * @param total_norm a tensor of one number.
 * @param foreach not used: which kernels PyTorch runs.
 */
export const clip_grads_with_norm_ = signature(
  'clip_grads_with_norm_',
  ['any parameters', 'any max_norm', 'Tensor total_norm', 'bool? foreach'],
  (
    parameters: Tensor | Iterable<Tensor>,
    max_norm: number,
    total_norm: Tensor,
    _foreach: boolean | null = null,
  ): void => {
    const limit = floatOf(max_norm)
    const gradients = gradientsOf('clip_grads_with_norm_', parameters)
    if (total_norm.ndim !== 0 && gradients.length > 0) {
      throw new RuntimeError(
        `scalar tensor expected to be 0 dim but it has ${total_norm.ndim} dimensions and ${total_norm.numel()} elements.`,
      )
    }
    no_grad(() => shorten(gradients, limit, total_norm))
  },
  'python',
)

/**
 * Limits each element of the gradients to ±`clip_value`, in place.
 *
 * @param foreach not used: which kernels PyTorch runs.
 */
export const clip_grad_value_ = signature(
  'clip_grad_value_',
  ['any parameters', 'any clip_value', 'bool? foreach'],
  (parameters: Tensor | Iterable<Tensor>, clip_value: number, _foreach: boolean | null = null): void => {
    const limit = floatOf(clip_value)
    no_grad(() => {
      for (const g of gradientsOf('clip_grad_value_', parameters)) g.detach().clamp_(-limit, limit)
    })
  },
  'python',
)
