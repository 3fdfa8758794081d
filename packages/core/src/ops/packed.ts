/** Copies and looks for ops: no methods, as all that copies.ts exports is. */
import { no_grad } from '../autograd/modes.ts'
import type { DType, TypedArray } from '../dtype.ts'
import { isContiguous } from '../shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { allocateIn, inOrder, type MemoryOrder } from './define/layout.ts'
import { routine } from './define/routine.ts'
import { write } from './inplace.ts'

/** A copy in row-major order. */
export const packedCopy = (x: Tensor): Tensor => copied(x, null)

/** A copy that lies in memory in an order, recorded. */
export function copied(x: Tensor, order: MemoryOrder): Tensor {
  return routine(
    'clone',
    [x],
    () => copyOf(x, x.dtype, order),
    () => ({ saved: [], backward: ([g = null]) => [g] }),
  )
}

/** As `copied`, in another dtype, and not recorded. */
export function copyOf(x: Tensor, dtype: DType, order: MemoryOrder): Tensor {
  const out = allocateIn(order, x.shape, dtype, x.storage.device)
  write(inOrder(order, out, x.shape), inOrder(order, x, x.shape))
  return out
}

/** The elements in row-major order, for a look: where they lie, if they lie so. */
export function peek(x: Tensor): TypedArray {
  const packed = isContiguous(x) ? x : no_grad(() => packedCopy(x))
  const all = packed.storage.device.read(packed.storage)
  const count = packed.numel()
  return packed.offset === 0 && all.length === count ? all : all.subarray(packed.offset, packed.offset + count)
}
