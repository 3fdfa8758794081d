import { nameStep } from '../autograd/graph.ts'
import { bool } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { wrapDim } from '../shape.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { cat } from './joining.ts'

/**
 * `x[i + 1] - x[i]` along a dimension, `n` times over: each time one element fewer. `prepend` and `append` are put before the
 * first element and after the last one.
 */
export const diff = signature(
  'diff',
  ['Tensor input', 'int n', 'int dim', 'Tensor? prepend', 'Tensor? append'],
  (x: Tensor, n = 1, dim = -1, prepend: Tensor | null = null, append: Tensor | null = null): Tensor => {
    if (x.ndim === 0) throw new RuntimeError('diff expects input to be at least one-dimensional')
    const at = wrapDim(dim, x.ndim)
    const parts = [prepend, x, append].filter((part) => part !== null)
    if (parts.some((part) => part.ndim !== x.ndim)) {
      throw new RuntimeError('diff expects prepend or append to be the same dimension as input')
    }
    let out = parts.length === 1 ? x : cat(parts, at)
    if (n < 0) throw new RuntimeError(`order must be non-negative but got ${n}`)
    // After as many times as there are elements there are none.
    const times = Math.min(n, out.shape[at] as number)
    for (let i = 0; i < times; i++) {
      const rest = Math.max(0, (out.shape[at] as number) - 1)
      const [later, earlier] = [out.narrow(at, (out.shape[at] as number) - rest, rest), out.narrow(at, 0, rest)]
      out = x.dtype === bool ? later.logical_xor(earlier) : later.sub(earlier)
    }
    return out === x ? nameStep(x.clone(), 'CopyBackwards') : out
  },
)
