import { int32 } from '../dtype.ts'
import type { Shape } from '../shape.ts'
import { overloaded, signature } from '../signature/index.ts'
import { allocate } from '../tensor/make.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** What `nonzero` is called with. */
interface Nonzero {
  (input: Tensor, options?: { readonly as_tuple?: false }): Tensor
  (input: Tensor, options: { readonly as_tuple: true }): Tensor[]
}

/** The indices of the elements that are not 0: a row each, or with `as_tuple` a vector for each dimension. */
export const nonzero = overloaded<Nonzero>(
  'nonzero',
  ['Tensor input', '*', 'bool as_tuple'],
  (x: Tensor, { as_tuple = false }: { readonly as_tuple?: boolean } = {}): Tensor | Tensor[] => {
    const values = x.to_typed_array()
    let count = 0
    for (let i = 0; i < values.length; i++) if (values[i] !== 0) count++
    const { device } = x.storage
    // PyTorch's order in memory: all indices of one dimension, then those of the next.
    const columns = allocate([x.ndim, count], int32, device)
    if (columns.numel() > 0) device.write(columns.storage, coordinatesOf(values, x.shape, count))
    if (!as_tuple) return columns.t()
    return x.ndim === 0 ? [allocate([count], int32, device).zero_()] : columns.unbind(0)
  },
)
/** As `nonzero`. */
export const argwhere = signature('argwhere', ['Tensor input'], (x: Tensor): Tensor => nonzero(x))

/** The indices of the `count` elements that are not 0, one dimension after the other. */
function coordinatesOf(values: ArrayLike<number>, shape: Shape, count: number): Int32Array {
  const rank = shape.length
  const coordinates = new Int32Array(count * rank)
  const index = new Int32Array(rank)
  let at = 0
  for (let i = 0; i < values.length; i++) {
    if (values[i] !== 0) {
      for (let dim = 0; dim < rank; dim++) coordinates[dim * count + at] = index[dim] as number
      at++
    }
    for (let dim = rank - 1; dim >= 0; dim--) {
      const next = (index[dim] as number) + 1
      index[dim] = next === shape[dim] ? 0 : next
      if (next !== shape[dim]) break
    }
  }
  return coordinates
}
