import { nameView } from '../autograd/graph.ts'
import { bool, float32 } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { warn } from '../warnings.ts'

/** The covariances of the rows: `[variables, observations] → [variables, variables]`; a vector is one variable. */
export const cov = signature(
  'cov',
  ['Tensor input', '*', 'Number? correction'],
  (x: Tensor, { correction = 1 }: { readonly correction?: number } = {}): Tensor => {
    check('cov', x)
    const numbers = x.dtype.kind === 'floating' ? x : x.to(float32)
    const rows = x.ndim < 2 ? numbers.reshape([1, x.numel()]) : numbers
    if (rows.size(1) <= correction) warn('cov(): degrees of freedom is <= 0')
    const centred = rows.sub(rows.mean(1, { keepdim: true }))
    const out = centred.mm(centred.t()).div(Math.max(rows.size(1) - correction, 0))
    return nameView(out.squeeze(), 'SqueezeBackward0')
  },
)

function check(name: string, x: Tensor): void {
  if (x.ndim > 2) {
    throw new RuntimeError(
      `${name}(): expected input to have two or fewer dimensions but got an input with ${x.ndim} dimensions`,
    )
  }
  if (x.dtype === bool) throw new RuntimeError(`${name}(): bool dtype is not supported for input`)
}

/** Pearson's correlations of the rows: `cov` divided by the standard deviations, limited to [-1, 1]. */
export const corrcoef = signature('corrcoef', ['Tensor input'], (x: Tensor): Tensor => {
  if (x.ndim > 2) check('corrcoef', x)
  const c = cov(x)
  if (c.ndim === 0) return c.div(c)
  const deviation = c.diagonal().sqrt()
  return c.div(deviation.unsqueeze(1)).div(deviation.unsqueeze(0)).clamp(-1, 1)
})
