import { int32 } from '../dtype.ts'
import { IndexError, RuntimeError } from '../errors.ts'
import { wrapDim } from '../shape.ts'
import { signature } from '../signature/index.ts'
import { allocate } from '../tensor/make.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { checkable } from './checkable.ts'
import { routine } from './define/routine.ts'
import { checkFit, checkRange, scalarsAsVectors } from './index-checks.ts'
import { write } from './inplace.ts'
import { countFromFront } from './places.ts'

/** `out[i][j] = x[i][index[i][j]]` for `dim` 1, and so on: elements picked along a dimension. */
export const gather = signature(
  'gather',
  ['Tensor input', 'int dim', 'Tensor index'],
  (x: Tensor, dim: number, index: Tensor): Tensor => {
    const at = wrapDim(dim, x.ndim)
    if (index.dtype !== int32) throw new RuntimeError('gather(): Expected dtype int32/int64 for index')
    checkFit('gather', index.shape, x.shape, at, 'self')
    checkRange('gather', index, at, x.shape[at] ?? 1)
    return gathered(x, at, index, (places) => places)
  },
)

/** Elements picked along a dimension at the places that `placesOf` makes of the index that the graph saves. */
function gathered(x: Tensor, at: number, given: Tensor, placesOf: (index: Tensor) => Tensor): Tensor {
  const { shape } = x
  return routine(
    'gather',
    [x],
    () => {
      const index = placesOf(given)
      const out = allocate(index.shape, x.dtype, x.storage.device)
      const [source, picks, result] = scalarsAsVectors(x, index, out) as [Tensor, Tensor, Tensor]
      if (out.numel() > 0) x.storage.device.routines.gather(result, source, picks, at)
      if (result.storage !== out.storage) write(out, result.reshape(out.shape))
      return out
    },
    () => ({
      saved: [given],
      backward: ([g = null], _, [index]) => [
        g === null ? null : g.new_zeros(shape).scatter_add(at, placesOf(index as Tensor), g),
      ],
    }),
  )
}

/** Elements of the flattened tensor, in the shape of the index. Negative indices count from the end. */
export const take = signature('take', ['Tensor input', 'Tensor index'], (x: Tensor, index: Tensor): Tensor => {
  if (index.dtype.kind !== 'integer') {
    throw new RuntimeError(`take(): Expected a long tensor for index, but got ${index.dtype.scalarName}`)
  }
  const { shape } = x
  const count = x.numel()
  const flat = index.reshape(-1)
  for (const value of checkable(flat)) {
    if (value < -count || value >= count)
      throw new IndexError(`out of range: tried to access index ${value} on a tensor of ${count} elements.`)
  }
  const placesOf = (y: Tensor): Tensor => countFromFront(y.reshape(-1), count)
  return routine(
    'take',
    [x],
    () => x.reshape(-1).index_select(0, placesOf(index)).reshape(index.shape),
    () => ({
      saved: [index],
      backward: ([g = null], _, [picks]) => [
        g === null
          ? null
          : g
              .new_zeros(count)
              .index_add(0, placesOf(picks as Tensor), g.reshape(-1))
              .reshape(shape),
      ],
    }),
  )
})

/** Elements picked along a dimension, where index and tensor broadcast against each other in all others. */
export const take_along_dim = signature(
  'take_along_dim',
  ['Tensor input', 'Tensor indices', 'int? dim'],
  (x: Tensor, indices: Tensor, dim: number | null = null): Tensor => {
    if (indices.dtype !== int32) {
      throw new RuntimeError(
        `torch.take_along_dim(): dtype of indices should be Int but got ${indices.dtype.scalarName}`,
      )
    }
    if (dim !== null && x.ndim !== indices.ndim) {
      throw new RuntimeError(
        'torch.take_along_dim(): input and indices should have the same number of dimensions, but got ' +
          `${x.ndim} dimensions for input, and ${indices.ndim} dimensions for indices`,
      )
    }
    if (dim === null) return x.reshape(-1).gather(0, indices.reshape(-1))
    const at = wrapDim(dim, x.ndim)
    const common = x.shape.map((size, i) => (i === at ? 1 : Math.max(size, indices.shape[i] ?? 1)))
    const grow = (y: Tensor): Tensor => y.expand(common.map((size, i) => (i === at ? (y.shape[at] as number) : size)))
    return gathered(grow(x), at, indices, (given) => {
      const places = countFromFront(grow(given), x.shape[at] as number)
      checkRange('take_along_dim', places, at, x.shape[at] as number)
      return places
    })
  },
)
