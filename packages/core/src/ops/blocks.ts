import { nameStep } from '../autograd/graph.ts'
import { RuntimeError } from '../errors.ts'
import { formatShape } from '../shape.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { zeros } from './creation.ts'
import { meshgrid } from './grids.ts'
import { atleast_2d, cat, stack } from './joining.ts'
import { constant_pad } from './padding.ts'

/** Matrices along the diagonal of a larger one, zeros elsewhere; vectors are rows. */
export const block_diag = signature('block_diag', ['Tensor[] *tensors'], (tensors: readonly Tensor[] = []): Tensor => {
  tensors.forEach((x, i) => {
    if (x.ndim <= 2) return
    throw new RuntimeError(
      `torch.block_diag: Input tensors must have 2 or fewer dimensions. Input ${i} has ${x.ndim} dimensions`,
    )
  })
  if (tensors.length === 0) return zeros(1, 0)
  const blocks = tensors.map((x) => atleast_2d(x))
  const width = blocks.reduce((sum, block) => sum + block.size(1), 0)
  let left = 0
  const rows = blocks.map((block) => {
    const row = constant_pad(block, [left, width - left - block.size(1)])
    left += block.size(1)
    return row
  })
  return nameStep(cat(rows), 'BlockDiagBackward0')
})

/** Every choice of one element from each vector, a row each: `[n], [m] → [n·m, 2]`; a single vector stays as it is. */
export const cartesian_prod = signature(
  'cartesian_prod',
  ['Tensor[] *tensors'],
  (tensors: readonly Tensor[] = []): Tensor => {
    const wrong = tensors.find((x) => x.ndim !== 1)
    if (wrong !== undefined) {
      throw new RuntimeError(`Expect a 1D vector, but got shape ${formatShape(wrong.shape)}`)
    }
    if (tensors.length === 1) return tensors[0] as Tensor
    return stack(
      meshgrid(...tensors).map((grid) => grid.reshape(-1)),
      1,
    )
  },
)
