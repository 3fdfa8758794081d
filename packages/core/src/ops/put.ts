import { IndexError, RuntimeError } from '../errors.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { checkable } from './checkable.ts'
import { routine } from './define/routine.ts'
import { replace } from './inplace.ts'
import { countFromFront } from './places.ts'

/**
 * The elements of `source` in the places of the flattened tensor that the indices name, on a copy; with `accumulate` they are
 * added to what is there. Negative indices count from the end.
 */
export const put = signature(
  'put',
  ['Tensor input', 'Tensor index', 'Tensor source', 'bool accumulate'],
  (x: Tensor, index: Tensor, source: Tensor, accumulate = false): Tensor => {
    if (index.dtype.kind !== 'integer') {
      throw new RuntimeError(`put_(): Expected a long tensor for index, but got ${index.dtype.scalarName}`)
    }
    if (source.dtype !== x.dtype) {
      throw new RuntimeError(
        `put_(): self and source expected to have the same dtype, but got self.dtype = ${x.dtype.scalarName} and ` +
          `source.dtype = ${source.dtype.scalarName}`,
      )
    }
    if (index.numel() !== source.numel()) {
      throw new IndexError(
        'put_(): Expected source and index to have the same number of elements, but got source.numel() = ' +
          `${source.numel()}, index.numel() = ${index.numel()}`,
      )
    }
    const count = x.numel()
    for (const value of checkable(index)) {
      if (value >= -count && value < count) continue
      throw new IndexError(`out of range: tried to access index ${value} on a tensor of ${count} elements.`)
    }
    const [shape, size] = [x.shape, source.shape]
    const placesOf = (y: Tensor): Tensor => countFromFront(y.reshape(-1), count)
    return routine(
      'put',
      [x, source],
      () => {
        const [flat, places, values] = [x.reshape(-1), placesOf(index), source.reshape(-1)]
        return (accumulate ? flat.index_add(0, places, values) : flat.index_copy(0, places, values)).reshape(shape)
      },
      () => ({
        saved: [index],
        backward: ([g = null], needs, [picks]) => {
          if (g === null) return [null, null]
          const places = placesOf(picks as Tensor)
          const kept = (): Tensor => (accumulate ? g : g.reshape(-1).index_fill(0, places, 0).reshape(shape))
          return [needs(0) ? kept() : null, needs(1) ? g.reshape(-1).index_select(0, places).reshape(size) : null]
        },
      }),
    )
  },
)

/** As `put`, in place. */
export const put_ = signature(
  'put_',
  ['Tensor input', 'Tensor index', 'Tensor source', 'bool accumulate'],
  (x: Tensor, index: Tensor, source: Tensor, accumulate = false): Tensor =>
    replace(x, 'PutBackward0', (old) => put(old, index, source, accumulate), [index, source]),
)
