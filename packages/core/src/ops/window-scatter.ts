import { RuntimeError } from '../errors.ts'
import { formatShape, overlaps, sameShape, storageEnd } from '../shape.ts'
import { signature } from '../signature/index.ts'
import { alias, allocate } from '../tensor/make.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { routine } from './define/routine.ts'
import { write } from './inplace.ts'
import { packedCopy } from './packed.ts'
import { slice } from './windows.ts'

/** A copy of `x` whose window shows `source`. It lies in memory as `x` does, gaps and all, where no two of its elements share a place. */
function overwritten(name: string, x: Tensor, source: Tensor, window: (y: Tensor) => Tensor): Tensor {
  const { shape } = window(x.detach())
  if (!sameShape(source.shape, shape)) {
    throw new RuntimeError(
      `expected src to have a size equal to the slice of self. src size = ${formatShape(source.shape)}, slice size = ` +
        formatShape(shape),
    )
  }
  return routine(
    name,
    [x, source],
    () => {
      const out = overlaps(x.shape, x.strides)
        ? packedCopy(x)
        : alias(allocate([storageEnd(x)], x.dtype, x.storage.device).zero_(), x)
      write(out, x)
      write(window(out), source)
      return out
    },
    () => ({
      saved: [],
      backward: ([g = null], needs) => [
        g !== null && needs(0) ? overwritten(name, g, g.new_zeros(shape), window) : null,
        g !== null && needs(1) ? window(g) : null,
      ],
    }),
  )
}

/** `x` with `source` in the place of `x.select(dim, index)`. */
export const select_scatter = signature(
  'select_scatter',
  ['Tensor input', 'Tensor src', 'int dim', 'int index'],
  (x: Tensor, src: Tensor, dim: number, index: number): Tensor =>
    overwritten('select_scatter', x, src, (y) => y.select(dim, index)),
)
/** `x` with `source` in the place of every `step`-th element from `start` to `end` of a dimension. */
export const slice_scatter = signature(
  'slice_scatter',
  ['Tensor input', 'Tensor src', 'int dim', 'int? start', 'int? end', 'int step'],
  (x: Tensor, src: Tensor, dim = 0, start: number | null = null, end: number | null = null, step = 1): Tensor =>
    overwritten('slice_scatter', x, src, (y) =>
      slice(y, dim < 0 ? dim + x.ndim : dim, start ?? 0, end ?? y.size(dim), step),
    ),
)
/** `x` with `source` in the place of a diagonal. */
export const diagonal_scatter = signature(
  'diagonal_scatter',
  ['Tensor input', 'Tensor src', 'int offset', 'int dim1', 'int dim2'],
  (x: Tensor, src: Tensor, offset = 0, dim1 = 0, dim2 = 1): Tensor =>
    overwritten('diagonal_scatter', x, src, (y) => y.diagonal(offset, dim1, dim2)),
)

/**
 * Overwrites the main diagonal: the elements whose indices are all the same. With `wrap` the diagonal of a tall matrix begins anew
 * one row below its end.
 */
export const fill_diagonal_ = signature(
  'fill_diagonal_',
  ['Tensor input', 'Number fill_value', 'bool wrap'],
  (x: Tensor, fill_value: number | boolean, wrap = false): Tensor => {
    const { shape, strides } = x
    if (shape.length < 2) throw new RuntimeError('dimensions must larger than 1')
    const [rows, columns] = shape as readonly [number, number]
    if (shape.length > 2 && shape.some((size) => size !== rows)) {
      throw new RuntimeError('all dimensions of input must be of equal length')
    }
    const step = strides.reduce((sum, stride) => sum + stride)
    const length = Math.min(rows, columns)
    x.as_strided([length], [step]).fill_(fill_value)
    if (wrap && shape.length === 2 && rows > columns + 1) {
      const rest = Math.ceil(x.numel() / (columns + 1)) - length
      x.as_strided([rest], [step], x.offset + (strides[0] as number) * (columns + 1)).fill_(fill_value)
    }
    return x
  },
)
