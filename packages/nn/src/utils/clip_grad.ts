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

/**
 * Scales gradients in place so that their norm, taken over all together, is at most `max_norm`. Returns the norm before.
 *
 * @param norm_type which norm: 2 where left out; `Infinity` for the largest magnitude.
 * @param error_if_nonfinite refuse a norm that is not finite.
 */
export const clip_grad_norm_ = signature(
  'clip_grad_norm_',
  ['any parameters', 'any max_norm', 'any norm_type', 'bool error_if_nonfinite'],
  (parameters: Tensor | Iterable<Tensor>, max_norm: number, norm_type = 2, error_if_nonfinite = false): Tensor => {
    const [limit, order] = [floatOf(max_norm), floatOf(norm_type)]
    const gradients = gradientsOf('clip_grad_norm_', parameters)
    if (gradients.length === 0) return tensor(0)
    return no_grad(() => {
      const total = stack(gradients.map((g) => g.norm(order))).norm(order)
      if (error_if_nonfinite && !total.isfinite().item()) {
        throw new RuntimeError(
          `The total norm of order ${repr(order, { float: true })} for gradients from \`parameters\` is non-finite, so it cannot be clipped. To disable ` +
            'this error and scale the gradients by the non-finite norm anyway, set `error_if_nonfinite=False`',
        )
      }
      // No branch on the value: it may not have arrived from the device yet.
      const factor = total.add(1e-6).reciprocal().mul(limit).clamp_max(1)
      for (const g of gradients) g.detach().mul_(factor)
      return total
    })
  },
  'python',
)

/** Limits each element of the gradients to ±`clip_value`, in place. */
export const clip_grad_value_ = signature(
  'clip_grad_value_',
  ['any parameters', 'any clip_value'],
  (parameters: Tensor | Iterable<Tensor>, clip_value: number): void => {
    const limit = floatOf(clip_value)
    no_grad(() => {
      for (const g of gradientsOf('clip_grad_value_', parameters)) g.detach().clamp_(-limit, limit)
    })
  },
  'python',
)
