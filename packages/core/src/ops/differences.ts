import { bool } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { wrapDim } from '../shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { cat } from './joining.ts'

/** What `diff` takes by name. */
export interface DiffOptions {
  readonly n?: number
  readonly dim?: number
  /** Put before the first element. */
  readonly prepend?: Tensor
  /** Put after the last element. */
  readonly append?: Tensor
}

/** `x[i + 1] - x[i]` along a dimension, `n` times over: each time one element fewer. */
export function diff(x: Tensor, n: number | DiffOptions = 1, dim: number | DiffOptions = -1): Tensor {
  const call: DiffOptions = {
    ...(typeof n === 'number' ? { n } : n),
    ...(typeof dim === 'object' ? dim : typeof n === 'number' ? { dim } : {}),
  }
  if (x.ndim === 0) throw new RuntimeError('diff expects input to be at least one-dimensional')
  const at = wrapDim(call.dim ?? -1, x.ndim)
  const parts = [call.prepend, x, call.append].filter((part) => part !== undefined)
  if (parts.some((part) => part.ndim !== x.ndim)) {
    throw new RuntimeError('diff expects prepend or append to be the same dimension as input')
  }
  let out = parts.length === 1 ? x : cat(parts, at)
  for (let i = 0; i < (call.n ?? 1); i++) {
    const rest = Math.max(0, (out.shape[at] as number) - 1)
    const [later, earlier] = [out.narrow(at, (out.shape[at] as number) - rest, rest), out.narrow(at, 0, rest)]
    out = x.dtype === bool ? later.logical_xor(earlier) : later.sub(earlier)
  }
  return out === x ? x.clone() : out
}
