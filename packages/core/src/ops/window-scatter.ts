import { nameStep } from '../autograd/graph.ts'
import { signature } from '../signature/index.ts'
import type { Tensor, TensorLike } from '../tensor/tensor.ts'
import { slice } from './windows.ts'

/** A copy of `x` whose window shows `source`. */
function overwritten(name: string, x: Tensor, source: Tensor, window: (y: Tensor) => Tensor): Tensor {
  const out = x.clone()
  window(out).copy_(source)
  return nameStep(out, `${name}Backward0`)
}

/** `x` with `source` in the place of `x.select(dim, index)`. */
export const select_scatter = signature(
  'select_scatter',
  ['Tensor input', 'Tensor src', 'int dim', 'int index'],
  (x: Tensor, source: Tensor, dim: number, index: number): Tensor =>
    overwritten('SelectScatter', x, source, (y) => y.select(dim, index)),
)
/** `x` with `source` in the place of every `step`-th element from `start` to `end` of a dimension. */
export const slice_scatter = signature(
  'slice_scatter',
  ['Tensor input', 'Tensor src', 'int dim', 'int? start', 'int? end', 'int step'],
  (x: Tensor, source: Tensor, dim = 0, start: number | null = null, end: number | null = null, step = 1): Tensor =>
    overwritten('SliceScatter', x, source, (y) =>
      slice(y, dim < 0 ? dim + x.ndim : dim, start ?? 0, end ?? y.size(dim), step),
    ),
)
/** `x` with `source` in the place of a diagonal. */
export const diagonal_scatter = signature(
  'diagonal_scatter',
  ['Tensor input', 'Tensor src', 'int offset', 'int dim1', 'int dim2'],
  (x: Tensor, source: Tensor, offset = 0, dim1 = 0, dim2 = 1): Tensor =>
    overwritten('DiagonalScatter', x, source, (y) => y.diagonal(offset, dim1, dim2)),
)

/** Overwrites the main diagonal of a matrix. */
export const fill_diagonal_ = signature(
  'fill_diagonal_',
  ['Tensor input', 'Tensor|Number fill_value'],
  (x: Tensor, value: TensorLike): Tensor => {
    x.diagonal().fill_(value)
    return x
  },
)
