import { float64, no_grad, RuntimeError, repr, stack, Tensor, TypeError, tensor, ValueError } from '@chainrule/core'
import { bindOptions, type Call, type LayerArguments } from '../arguments.ts'

const gradientsOf = (parameters: Tensor | Iterable<Tensor>): Tensor[] =>
  (parameters instanceof Tensor ? [parameters] : [...parameters]).flatMap(({ grad }) => (grad === null ? [] : [grad]))

/** What `clip_grad_norm_` takes by name. */
export interface ClipOptions {
  /** Which norm: 2 where left out; `Infinity` for the largest magnitude. */
  readonly norm_type?: number
  /** Refuse a norm that is not finite. */
  readonly error_if_nonfinite?: boolean
}

const defaults = { norm_type: 2, error_if_nonfinite: false }

/** What Python's `float` makes of a number, a tensor of one, or a text. */
function floatOf(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return Number(value)
  if (value instanceof Tensor) return value.to(float64).item()
  if (typeof value !== 'string') {
    const kind = value === null ? 'null' : typeof value
    throw new TypeError(`float() argument must be a string or a real number, not '${kind}'`)
  }
  const text = value.trim().toLowerCase()
  const special = { inf: Infinity, infinity: Infinity, '-inf': -Infinity, nan: Number.NaN }[text]
  if (special !== undefined) return special
  if (text === '' || Number.isNaN(Number(text))) throw new ValueError(`could not convert string to float: '${value}'`)
  return Number(text)
}

/** Scales gradients in place so that their norm, taken over all together, is at most `max_norm`. Returns the norm before. */
export function clip_grad_norm_(
  parameters: Tensor | Iterable<Tensor>,
  ...args: Call<['max_norm'], [max_norm: number], ClipOptions, LayerArguments<ClipOptions>>
): Tensor {
  const { max_norm, norm_type, error_if_nonfinite } = bindOptions<typeof defaults, { readonly max_norm: number }>(
    'clip_grad_norm_',
    defaults,
    args,
    ['max_norm'],
  )
  const [limit, order] = [floatOf(max_norm), floatOf(norm_type)]
  const gradients = gradientsOf(parameters)
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
}

/** Limits each element of the gradients to ±`clip_value`, in place. */
export function clip_grad_value_(
  parameters: Tensor | Iterable<Tensor>,
  clip_value: number | { readonly clip_value: number },
): void {
  const limit = floatOf(typeof clip_value === 'object' && clip_value !== null ? clip_value.clip_value : clip_value)
  no_grad(() => {
    for (const g of gradientsOf(parameters)) g.detach().clamp_(-limit, limit)
  })
}
