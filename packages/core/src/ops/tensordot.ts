import { RuntimeError, TypeError } from '../errors.ts'
import { numel, wrapDim } from '../shape.ts'
import { shown, signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { mm } from './matmul.ts'

/** Which dimensions `tensordot` sums: the last `n` of the first with the first `n` of the second, or two lists. */
export type ContractedDims = number | readonly [readonly number[], readonly number[]]

/** The sums of products over dimensions of both; the others remain, those of `x` first. */
export const tensordot = signature(
  'tensordot',
  ['Tensor a', 'Tensor b', 'int|size[] dims'],
  (a: Tensor, b: Tensor, dims: ContractedDims = 2): Tensor => {
    if (typeof dims === 'number' && dims < 0) {
      throw new RuntimeError(`tensordot expects dims >= 0, but got dims=${dims}`)
    }
    if (typeof dims === 'number' && dims > Math.max(a.ndim, 1)) wrapDim(-dims, a.ndim)
    if (typeof dims !== 'number' && dims.length !== 2) {
      throw new TypeError(`tensordot(): argument 'dims' must be int or two lists of ints, not ${shown(dims)}`)
    }
    const range = (n: number, from: number): number[] => Array.from({ length: n }, (_, i) => from + i)
    const [left, right] = typeof dims === 'number' ? [range(dims, -dims), range(dims, 0)] : dims
    if (left.length !== right.length) throw new RuntimeError('both dimension lists should have same length')
    const [first, second] = [left.map((dim) => wrapDim(dim, a.ndim)), right.map((dim) => wrapDim(dim, b.ndim))]
    for (const list of [first, second]) {
      const double = list.find((dim, i) => list.indexOf(dim) !== i)
      if (double !== undefined) throw new RuntimeError(`dim ${double} appears multiple times in the list of dims`)
    }
    // What meets a size of 1 is summed over.
    const [short, broad] = [[] as number[], [] as number[]]
    first.forEach((dim, i) => {
      const [size, match] = [a.shape[dim], b.shape[second[i] as number]]
      if (size === match) return
      if (size === 1) broad.push(second[i] as number)
      else if (match === 1) short.push(dim)
      else {
        throw new RuntimeError(
          `contracted dimensions need to match, but first has size ${size} in dim ${left[i]} and second has size ${match} in dim ${right[i]}`,
        )
      }
    })
    const total = (y: Tensor, over: readonly number[]): Tensor =>
      over.length === 0 ? y : y.sum(over, { keepdim: true, dtype: y.dtype })
    const [summed, matching] = [total(a, short), total(b, broad)]
    const rows = a.shape.map((_, i) => i).filter((dim) => !first.includes(dim))
    const columns = b.shape.map((_, i) => i).filter((dim) => !second.includes(dim))
    const sizes = (y: Tensor, of: readonly number[]): number[] => of.map((dim) => y.shape[dim] as number)
    const [m, k, n] = [numel(sizes(a, rows)), numel(sizes(summed, first)), numel(sizes(b, columns))]
    const product = mm(
      summed.permute([...rows, ...first]).reshape([m, k]),
      matching.permute([...second, ...columns]).reshape([k, n]),
    )
    return product.reshape([...sizes(a, rows), ...sizes(b, columns)])
  },
)
