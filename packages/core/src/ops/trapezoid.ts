import { nameStep } from '../autograd/graph.ts'
import { bool } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { wrapDim } from '../shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { named } from './arguments.ts'

/** What `trapezoid` takes by name only. */
export interface TrapezoidOptions {
  /** The distance between neighbours, where no places are given. */
  readonly dx?: number
  readonly dim?: number
}

/** The integral along a dimension by the trapezoidal rule, over places `x` or at even distances `dx`. */
export const trapezoid = named(
  'trapezoid',
  ['y', 'x'],
  (y: Tensor, x: Tensor | null = null, { dx = 1, dim = -1 }: TrapezoidOptions = {}): Tensor => {
    if (y.ndim === 0) throw new RuntimeError('trapezoid: expected at least one dimension, got a 0-dimensional tensor')
    if (y.dtype === bool) {
      throw new RuntimeError('trapezoid: received a bool input for `y`, but bool is not supported')
    }
    const at = wrapDim(dim, y.ndim)
    const count = Math.max(0, (y.shape[at] as number) - 1)
    const sums = y.narrow(at, (y.shape[at] as number) - count, count).add(y.narrow(at, 0, count))
    if (x === null) return nameStep(sums.sum(at).mul(dx / 2), 'MulBackward1')
    const steps = x.diff({ dim: x.ndim === 1 ? 0 : dim })
    const shaped = x.ndim === 1 ? steps.reshape(y.shape.map((_, i) => (i === at ? count : 1))) : steps
    return nameStep(sums.mul(shaped).sum(at).div(2), 'DivBackward1')
  },
  ['dx', 'dim'],
)
export { trapezoid as trapz }
