import { RuntimeError } from '../errors.ts'
import { numel, wrapDim } from '../shape.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { mm } from './matmul.ts'

/** Which dimensions `tensordot` sums: the last `n` of the first with the first `n` of the second, or two lists. */
export type ContractedDims = number | readonly [readonly number[], readonly number[]]

/** The sums of products over dimensions of both; the others remain, those of `x` first. */
export const tensordot = signature(
  'tensordot',
  ['Tensor a', 'Tensor b', 'any dims'],
  (x: Tensor, other: Tensor, dims: ContractedDims = 2): Tensor => {
    if (typeof dims === 'number' && dims < 0) {
      throw new RuntimeError(`tensordot expects dims >= 0, but got dims=${dims}`)
    }
    const range = (n: number, from: number): number[] => Array.from({ length: n }, (_, i) => from + i)
    const [left, right] = typeof dims === 'number' ? [range(dims, -dims), range(dims, 0)] : dims
    if (left.length !== right.length) throw new RuntimeError('both dimension lists should have same length')
    const [a, b] = [left.map((dim) => wrapDim(dim, x.ndim)), right.map((dim) => wrapDim(dim, other.ndim))]
    a.forEach((dim, i) => {
      const [size, match] = [x.shape[dim], other.shape[b[i] as number]]
      if (size !== match) {
        throw new RuntimeError(
          `contracted dimensions need to match, but first has size ${size} in dim ${left[i]} and second has size ${match} in dim ${right[i]}`,
        )
      }
    })
    const rows = x.shape.map((_, i) => i).filter((dim) => !a.includes(dim))
    const columns = other.shape.map((_, i) => i).filter((dim) => !b.includes(dim))
    const sizes = (y: Tensor, of: readonly number[]): number[] => of.map((dim) => y.shape[dim] as number)
    const [m, k, n] = [numel(sizes(x, rows)), numel(sizes(x, a)), numel(sizes(other, columns))]
    const product = mm(x.permute([...rows, ...a]).reshape([m, k]), other.permute([...b, ...columns]).reshape([k, n]))
    return product.reshape([...sizes(x, rows), ...sizes(other, columns)])
  },
)
