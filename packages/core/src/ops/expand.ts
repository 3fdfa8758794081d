import { RuntimeError } from '../errors.ts'
import { formatShape, type Shape } from '../shape.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { view as defineView } from './define/view.ts'

const expandTo = defineView('expand', {
  geometry: (x, sizes: Shape) => {
    const lead = sizes.length - x.ndim
    if (lead < 0) {
      throw new RuntimeError(
        `expand(${x.dtype.typeName}{${formatShape(x.shape)}}, size=${formatShape(sizes)}): the number of sizes provided ` +
          `(${sizes.length}) must be greater or equal to the number of dimensions in the tensor (${x.ndim})`,
      )
    }
    const shape = sizes.map((size, i) => {
      const own = i < lead ? null : (x.shape[i - lead] as number)
      if (size === -1) {
        if (own !== null) return own
        throw new RuntimeError(
          `The expanded size of the tensor (${size}) isn't allowed in a leading, non-existing dimension ${i}`,
        )
      }
      if (own !== null && own !== 1 && own !== size) {
        throw new RuntimeError(
          `The expanded size of the tensor (${size}) must match the existing size (${own}) at non-singleton dimension ${i}.  ` +
            `Target sizes: ${formatShape(sizes)}.  Tensor sizes: ${formatShape(x.shape)}`,
        )
      }
      return size
    })
    const strides = shape.map((size, i) => {
      if (i < lead) return 0
      return x.shape[i - lead] === 1 && size !== 1 ? 0 : (x.strides[i - lead] as number)
    })
    return { shape, strides, offset: x.offset }
  },
  gradient: (g, shape) => g.sum_to_size(shape),
})

/** Dimensions of size 1 shown as if repeated, without a copy; -1 keeps a size. */
export const expand = signature(
  'expand',
  ['Tensor input', 'size *size'],
  (x: Tensor, size: Shape): Tensor => expandTo(x, size),
)
/** As `expand`, to the shape of another tensor. */
export const expand_as = signature(
  'expand_as',
  ['Tensor input', 'Tensor other'],
  (x: Tensor, other: Tensor): Tensor => expandTo(x, other.shape),
)
/** As `expand`. */
export const broadcast_to = signature(
  'broadcast_to',
  ['Tensor input', 'size size|shape'],
  (x: Tensor, shape: Shape): Tensor => expandTo(x, shape),
)
