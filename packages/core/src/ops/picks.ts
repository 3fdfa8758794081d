import { nameStep } from '../autograd/graph.ts'
import { int32 } from '../dtype.ts'
import { wrapDim } from '../shape.ts'
import { allocate } from '../tensor/make.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { routines } from './define/routine.ts'
import type { ValuesAndIndices } from './reduction-options.ts'

/** Routes the gradient of picked values to where they were picked. */
export const toPlaces =
  (x: Tensor, at: number) =>
  ([, indices]: readonly [Tensor, Tensor]) => ({
    saved: [],
    backward: ([g = null]: readonly (Tensor | null)[]) => [
      g === null ? null : x.ndim === 0 ? g.reshape([]) : g.new_zeros(x.shape).scatter_add(at, indices, g),
    ],
  })

/** Values and indices in rising order along a dimension, equal ones in theirs. */
export function sorted(name: string, x: Tensor, dim: number, descending: boolean): ValuesAndIndices {
  const at = wrapDim(dim, x.ndim)
  const [values, indices] = routines(
    name,
    [x],
    () => {
      if (x.ndim === 0) return [x.detach().clone(), allocate([], int32, x.storage.device).zero_()] as const
      const rows = x.detach().movedim(at, -1)
      const out = allocate(rows.shape, x.dtype, x.storage.device)
      const order = allocate(rows.shape, int32, x.storage.device)
      if (x.numel() > 0) x.storage.device.routines.sort(out, order, rows, descending)
      return [out.movedim(-1, at).contiguous(), order.movedim(-1, at).contiguous()] as const
    },
    toPlaces(x, at),
  )
  return { values, indices }
}

/** Values at sorted places. */
export function picked(
  name: string,
  x: Tensor,
  at: number,
  choose: (order: Tensor) => Tensor,
  descending: boolean,
): ValuesAndIndices {
  const [values, indices] = routines(
    name,
    [x],
    () => {
      const order = choose(sorted(name, x.detach(), at, descending).indices)
      return [x.ndim === 0 ? x.detach().clone() : x.detach().gather(at, order), order] as const
    },
    toPlaces(x, at),
  )
  return { values, indices }
}

/** Takes off the dimension of what was picked, unless `keepdim` says otherwise. */
export function dropDim(
  { values, indices }: ValuesAndIndices,
  x: Tensor,
  at: number,
  { keepdim = false }: { readonly keepdim?: boolean },
): ValuesAndIndices {
  if (keepdim || x.ndim === 0) return { values, indices }
  return { values: nameStep(values.squeeze(at), values.node?.name() ?? ''), indices: indices.squeeze(at) }
}
