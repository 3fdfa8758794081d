import { bool, int32 } from '../dtype.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { arange } from './ranges.ts'
import { searchsorted } from './search.ts'

// Where a mask holds is found without a list of these places, whose length nobody knows before the mask was read.

/** How often a mask in one dimension holds; `null` where the device cannot be read at once. */
export const countOf = (mask: Tensor): number | null => (mask.storage.device.sync ? mask.to(bool).sum().item() : null)

/** How often a mask in one dimension has held, at each place. */
const counts = (mask: Tensor): Tensor => mask.to(bool).cumsum(0)

/** For each place of a mask that holds, the next of the elements along `dim`; for the others, any. */
export const dealt = (elements: Tensor, dim: number, mask: Tensor): Tensor =>
  elements.index_select(
    dim,
    counts(mask)
      .sub(1)
      .clamp(0, (elements.shape[dim] as number) - 1),
  )

/** The elements along `dim` at the first `count` places where a mask holds; any, once there are no more. */
export const collected = (elements: Tensor, dim: number, mask: Tensor, count: number): Tensor => {
  const ordinals = arange(count, { dtype: int32, device: mask.device })
  return elements.index_select(dim, searchsorted(counts(mask), ordinals, { right: true }).clamp(0, mask.numel() - 1))
}
