import { nameStep } from '../autograd/graph.ts'
import { bool } from '../dtype.ts'
import { IndexError, RuntimeError } from '../errors.ts'
import { wrapDim } from '../shape.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** What `trapezoid` takes by name only. */
export interface TrapezoidOptions {
  /** The distance between neighbours, where no places are given. */
  readonly dx?: number
  readonly dim?: number
}

/** Twice the area under each pair of neighbours, as if they were at distance 1, and their distances. */
function panels(
  name: string,
  y: Tensor,
  x: Tensor | null,
  dim: number,
): { readonly at: number; readonly sums: Tensor; readonly steps: Tensor | null } {
  if (x !== null && (x.dtype === bool || y.dtype === bool)) {
    throw new RuntimeError(`${name}: received a bool input for \`x\` or \`y\`, but bool is not supported`)
  }
  if (y.dtype === bool) {
    throw new RuntimeError(`${name}: received a bool input for \`y\`, but bool is not supported`)
  }
  if (y.ndim === 0) throw new IndexError('slice() cannot be applied to a 0-dim tensor.')
  const at = wrapDim(dim, y.ndim)
  const size = y.shape[at] as number
  const count = Math.max(0, size - 1)
  const sums = y.narrow(at, size - count, count).add(y.narrow(at, 0, count))
  if (x === null) return { at, sums, steps: null }
  const steps = x.diff({ dim: x.ndim === 1 ? 0 : dim })
  return { at, sums, steps: x.ndim === 1 ? steps.reshape(y.shape.map((_, i) => (i === at ? -1 : 1))) : steps }
}

/** The integral along a dimension by the trapezoidal rule, over places `x` or at even distances `dx`. */
export const trapezoid = signature(
  'trapezoid',
  ['Tensor y', 'Tensor? x', '*', 'float dx', 'int dim'],
  (y: Tensor, x: Tensor | null = null, { dx = 1, dim = -1 }: TrapezoidOptions = {}): Tensor => {
    if (y.ndim === 0) throw new IndexError(`Dimension specified as ${dim} but tensor has no dimensions`)
    if (y.size(dim) === 0) {
      const at = wrapDim(dim, y.ndim)
      return y.new_zeros(y.shape.filter((_, i) => i !== at))
    }
    const { at, sums, steps } = panels('trapezoid', y, x, dim)
    if (steps === null) return nameStep(sums.sum(at).mul(dx / 2), 'MulBackward1')
    return nameStep(sums.mul(steps).sum(at).div(2), 'DivBackward1')
  },
)
export {
  /** As `trapezoid`. */
  trapezoid as trapz,
}

/** As `trapezoid`, up to each place: one element fewer along the dimension. */
export const cumulative_trapezoid = signature(
  'cumulative_trapezoid',
  ['Tensor y', 'Tensor? x', '*', 'float dx', 'int dim'],
  (y: Tensor, x: Tensor | null = null, { dx = 1, dim = -1 }: TrapezoidOptions = {}): Tensor => {
    const { at, sums, steps } = panels('cumulative_trapezoid', y, x, dim)
    if (steps === null) return sums.mul(dx / 2).cumsum(at)
    return nameStep(sums.mul(steps).cumsum(at).div(2), 'DivBackward1')
  },
)
