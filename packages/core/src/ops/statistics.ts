import { RuntimeError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { named } from './arguments.ts'

/** The covariances of the rows: `[variables, observations] → [variables, variables]`; a vector is one variable. */
export const cov = named(
  'cov',
  ['input'],
  (x: Tensor, { correction = 1 }: { readonly correction?: number } = {}): Tensor => {
    if (x.ndim > 2) {
      throw new RuntimeError(
        `cov(): expected input to have two or fewer dimensions but got an input with ${x.ndim} dimensions`,
      )
    }
    const rows = x.ndim < 2 ? x.reshape([1, x.numel()]) : x
    const centred = rows.sub(rows.mean(1, { keepdim: true }))
    const out = centred.mm(centred.t()).div(Math.max(rows.size(1) - correction, 0))
    return x.ndim < 2 ? out.squeeze() : out
  },
  ['correction'],
)

/** Pearson's correlations of the rows: `cov` divided by the standard deviations, limited to [-1, 1]. */
export function corrcoef(x: Tensor): Tensor {
  const c = cov(x)
  if (c.ndim === 0) return c.div(c)
  const deviation = c.diagonal().sqrt()
  return c.div(deviation.unsqueeze(1)).div(deviation.unsqueeze(0)).clamp(-1, 1)
}
