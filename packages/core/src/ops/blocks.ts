import type { Tensor } from '../tensor/tensor.ts'
import { meshgrid } from './grids.ts'
import { atleast_2d, cat, stack } from './joining.ts'
import { constant_pad } from './padding.ts'

/** Matrices along the diagonal of a larger one, zeros elsewhere; vectors are rows. */
export function block_diag(...tensors: readonly Tensor[]): Tensor {
  const blocks = tensors.map(atleast_2d)
  const width = blocks.reduce((sum, block) => sum + block.size(1), 0)
  let left = 0
  const rows = blocks.map((block) => {
    const row = constant_pad(block, [left, width - left - block.size(1)])
    left += block.size(1)
    return row
  })
  return cat(rows)
}

/** Every choice of one element from each vector, a row each: `[n], [m] → [n·m, 2]`; a single vector stays as it is. */
export function cartesian_prod(...tensors: readonly Tensor[]): Tensor {
  if (tensors.length === 1) return tensors[0] as Tensor
  return stack(
    meshgrid(...tensors).map((grid) => grid.reshape(-1)),
    1,
  )
}
