import { listed, reserve } from '../devices/memory-limit.ts'
import { int32 } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { warn } from '../warnings.ts'
import { type TensorOptions, tensor, tensorOptions, zeros } from './creation.ts'

/** Row and column of each element of a lower triangle, as two rows. */
export const tril_indices = signature(
  'tril_indices',
  ['int row', 'int col', 'int offset', ...tensorOptions],
  (row: number, col: number, offset = 0, options: TensorOptions = {}): Tensor =>
    triangleIndices(row, col, (i, j) => j <= i + offset, options),
)
/** Row and column of each element of an upper triangle, as two rows. */
export const triu_indices = signature(
  'triu_indices',
  ['int row', 'int col', 'int offset', ...tensorOptions],
  (row: number, col: number, offset = 0, options: TensorOptions = {}): Tensor =>
    triangleIndices(row, col, (i, j) => j >= i + offset, options),
)
function triangleIndices(
  rows: number,
  columns: number,
  keep: (i: number, j: number) => boolean,
  options: TensorOptions,
): Tensor {
  for (const [name, size] of Object.entries({ row: rows, col: columns })) {
    if (size < 0) throw new RuntimeError(`${name} must be non-negative, got${size}`)
  }
  reserve(listed * rows * columns)
  const pairs = Array.from({ length: rows * columns }, (_, k) => [Math.floor(k / columns), k % columns] as const)
  const kept = pairs.filter(([i, j]) => keep(i, j))
  const named = { dtype: int32, ...options }
  if (kept.length === 0) return zeros(2, 0, named)
  return tensor([kept.map(([i]) => i), kept.map(([, j]) => j)], named)
}

/** Coordinates as grids: one tensor for each vector, `indexing` 'ij' (default) or 'xy'. */
export const meshgrid = signature(
  'meshgrid',
  ['Tensor[] *tensors', '*', 'str? indexing'],
  (tensors: readonly Tensor[] = [], { indexing: given }: { readonly indexing?: 'ij' | 'xy' } = {}): Tensor[] => {
    if (tensors.length === 0) throw new RuntimeError('meshgrid expects a non-empty TensorList')
    const wrong = tensors.find((x) => x.ndim > 1)
    if (wrong !== undefined) {
      throw new RuntimeError(`torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: ${String(wrong)}`)
    }
    if ((given ?? null) === null) {
      warn('torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument.')
    }
    if (tensors.some(({ dtype }) => dtype !== tensors[0]?.dtype)) {
      throw new RuntimeError('meshgrid expects all tensors to have the same dtype')
    }
    const indexing = given ?? 'ij'
    if (indexing !== 'ij' && indexing !== 'xy') {
      throw new RuntimeError(`torch.meshgrid: indexing must be one of "xy" or "ij", but received: ${String(indexing)}`)
    }
    const order =
      indexing === 'xy' && tensors.length > 1
        ? [1, 0, ...tensors.slice(2).map((_, i) => i + 2)]
        : tensors.map((_, i) => i)
    const shape = order.map((i) => (tensors[i] as Tensor).numel())
    return tensors.map((x, i) => x.reshape(order.map((d) => (d === i ? x.numel() : 1))).expand(shape))
  },
)
