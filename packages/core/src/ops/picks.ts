import { bool, int32 } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { wrapDim } from '../shape.ts'
import { allocate } from '../tensor/make.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { allocateIn, memoryOrder } from './define/layout.ts'
import { type RoutineGradient, routines } from './define/routine.ts'
import { write } from './inplace.ts'
import { results, type ValuesAndIndices } from './results.ts'

/** Routes the gradient of picked values to where they were picked; of a dimension without `keepdim` only one was. */
export const toPlaces =
  ({ shape }: Tensor, at: number, keepdim = true) =>
  ([, indices]: readonly [Tensor, Tensor]): RoutineGradient => ({
    saved: [indices],
    backward: ([g = null], _, [kept]) => {
      if (g === null) return [null]
      if (shape.length === 0) return [g.reshape([])]
      const places = kept as Tensor
      const [index, incoming] = keepdim ? [places, g] : [places.unsqueeze(at), g.unsqueeze(at)]
      return [g.new_zeros(shape).scatter_add(at, index, incoming)]
    },
  })

/** Values and indices in rising order along a dimension, equal ones in theirs. They lie in memory as `x` does. */
export function sorted(name: string, x: Tensor, dim: number, descending: boolean): ValuesAndIndices {
  const at = wrapDim(dim, x.ndim)
  const [values, indices] = routines(
    name,
    [x],
    () => {
      const { device } = x.storage
      if (x.ndim === 0) return [x.detach().clone(), allocate([], int32, device).zero_()] as const
      const rows = x.detach().movedim(at, -1)
      const [out, order] = [allocate(rows.shape, x.dtype, device), allocate(rows.shape, int32, device)]
      if (x.numel() > 0) device.routines.sort(out, order, rows, descending)
      const layout = memoryOrder(x.shape, [x])
      const laidOut = (y: Tensor): Tensor => {
        const moved = y.movedim(-1, at)
        if (layout === null) return moved.contiguous()
        const copy = allocateIn(layout, x.shape, y.dtype, device)
        write(copy, moved)
        return copy
      }
      return [laidOut(out), laidOut(order)] as const
    },
    toPlaces(x, at),
  )
  return results(name, { values, indices })
}

/** PyTorch's error for truth values, which a kernel does not order. */
export function refuseBool(kernel: string, x: Tensor): void {
  if (x.dtype === bool) throw new RuntimeError(`"${kernel}" not implemented for 'Bool'`)
}

/** Values at sorted places. Without `keepdim` only one was chosen, and its dimension goes. */
export function picked(
  name: string,
  x: Tensor,
  at: number,
  choose: (order: Tensor, values: Tensor) => Tensor,
  { descending = false, keepdim = true }: { readonly descending?: boolean; readonly keepdim?: boolean } = {},
): ValuesAndIndices {
  const isKept = keepdim || x.ndim === 0
  const [values, indices] = routines(
    name,
    [x],
    () => {
      const { values, indices } = sorted(name, x.detach(), at, descending)
      const order = choose(indices, values)
      if (x.ndim === 0) return [x.detach().clone(), order] as const
      const found = x.detach().gather(at, order)
      return isKept ? ([found, order] as const) : ([found.squeeze(at), order.squeeze(at)] as const)
    },
    toPlaces(x, at, isKept),
  )
  return results(name, { values, indices })
}
