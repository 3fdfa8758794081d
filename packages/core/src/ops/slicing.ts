import { record } from '../autograd/graph.ts'
import { no_grad } from '../autograd/modes.ts'
import { markView } from '../autograd/view.ts'
import { listed, reserve } from '../devices/memory-limit.ts'
import { int32 } from '../dtype.ts'
import { IndexError, RuntimeError } from '../errors.ts'
import { formatShape, wrapDim } from '../shape.ts'
import { signature } from '../signature/index.ts'
import { alias } from '../tensor/make.ts'
import { Tensor } from '../tensor/tensor.ts'
import { cat, stack } from './joining.ts'
import { narrowView, selectView, slice } from './windows.ts'

/** `length` elements of a dimension from `start` on. */
export const narrow = signature(
  'narrow',
  ['Tensor input', 'int dim', 'int start', 'int length'],
  (x: Tensor, dim: number, start: number, length: number): Tensor => {
    if (x.ndim === 0) throw new RuntimeError('narrow() cannot be applied to a 0-dim tensor.')
    if (length < 0) throw new RuntimeError('narrow(): length must be non-negative.')
    const at = wrapDim(dim, x.ndim)
    const size = x.shape[at] as number
    if (start < -size || start > size) {
      throw new IndexError(`start out of range (expected to be in range of [${-size}, ${size}], but got ${start})`)
    }
    const first = start < 0 ? start + size : start
    if (first + length > size)
      throw new RuntimeError(`start (${first}) + length (${length}) exceeds dimension size (${size}).`)
    return narrowView(x, at, first, length, 1)
  },
)

/** One element of a dimension, which vanishes. */
export const select = signature(
  'select',
  ['Tensor input', 'int dim', 'int index'],
  (x: Tensor, dim: number, index: number): Tensor => {
    if (x.ndim === 0) throw new IndexError('select() cannot be applied to a 0-dim tensor.')
    const at = wrapDim(dim, x.ndim)
    const size = x.shape[at] as number
    if (index < -size || index >= size) {
      throw new IndexError(
        `select(): index ${index} out of range for tensor of size ${formatShape(x.shape)} at dimension ${at}`,
      )
    }
    return selectView(x, at, index < 0 ? index + size : index)
  },
)

/** Several views of one tensor, which they cover, recorded as one step; `join` is the way back. */
function manyViews(
  x: Tensor,
  node: string,
  windows: readonly ((y: Tensor) => Tensor)[],
  join: (parts: readonly Tensor[]) => Tensor,
): Tensor[] {
  const outputs = windows.map((window) => {
    const shown = no_grad(() => window(x))
    const out = alias(x, shown)
    out.inference = x.inference
    return out
  })
  const shapes = outputs.map(({ shape }) => shape)
  record(node, [x], outputs, [], (gradients) => {
    const first = gradients.find((g) => g !== null)
    if (first === undefined) return [null]
    return [join(shapes.map((shape, i) => gradients[i] ?? first.new_zeros(shape)))]
  })
  if (x.dtype.kind === 'floating') for (const out of outputs) markView(out, x, 'multiple')
  return outputs
}

/** Pieces of a size, the last perhaps smaller, or pieces of given sizes. */
export const split = signature(
  'split',
  ['Tensor input', 'int[] split_size_or_sections|split_size', 'int dim'],
  (x: Tensor, split_size_or_sections: number | readonly number[], dim = 0): Tensor[] => {
    if (x.ndim === 0) throw new RuntimeError('split expects at least a 1-dimensional tensor')
    const at = wrapDim(dim, x.ndim)
    const total = x.shape[at] as number
    const isList = typeof split_size_or_sections !== 'number'
    const sizes = isList ? split_size_or_sections : chunkSizes(total, split_size_or_sections)
    if (isList && sizes.reduce((a, b) => a + b, 0) !== total) {
      throw new RuntimeError(
        `split_with_sizes expects split_sizes to sum exactly to ${total} (input tensor's size at dimension ${at}), but got ` +
          `split_sizes=${formatShape(sizes)}`,
      )
    }
    let start = 0
    const windows = sizes.map((size) => {
      const first = start
      start += size
      return (y: Tensor) => narrowView(y, at, first, size, 1)
    })
    return manyViews(x, isList ? 'SplitWithSizesBackward0' : 'SplitBackward0', windows, (parts) => cat(parts, at))
  },
)
function chunkSizes(total: number, size: number): number[] {
  if (size < 0) throw new RuntimeError(`split expects split_size be non-negative, but got split_size=${size}`)
  if (size === 0 && total !== 0) {
    throw new RuntimeError(`split_size can only be 0 if dimension size is 0, but got dimension size of ${total}`)
  }
  const count = Math.max(1, Math.ceil(total / Math.max(size, 1)))
  return Array.from({ length: count }, (_, i) => Math.min(size, total - i * size))
}

/** `chunks` pieces of one size, the last perhaps smaller, or fewer where they do not fill. */
export const chunk = signature(
  'chunk',
  ['Tensor input', 'int chunks', 'int dim'],
  (x: Tensor, chunks: number, dim = 0): Tensor[] => {
    if (x.ndim === 0) throw new RuntimeError('chunk expects at least a 1-dimensional tensor')
    if (chunks <= 0) throw new RuntimeError(`chunk expects \`chunks\` to be greater than 0, got: ${chunks}`)
    const at = wrapDim(dim, x.ndim)
    const total = x.shape[at] as number
    const size = Math.ceil(total / chunks)
    return size === 0
      ? split(
          x,
          Array.from({ length: chunks }, () => 0),
          at,
        )
      : split(x, size, at)
  },
)

/** Pieces as equal as they can be, or cut at the given indices. */
export const tensor_split = signature(
  'tensor_split',
  ['Tensor input', 'Tensor|int[] indices_or_sections', 'int dim'],
  (x: Tensor, given: number | readonly number[] | Tensor, dim = 0): Tensor[] => {
    if (x.ndim === 0)
      throw new RuntimeError('tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims')
    const at = wrapDim(dim, x.ndim)
    const total = x.shape[at] as number
    const indices_or_sections = given instanceof Tensor ? numbersOf(given) : given
    if (typeof indices_or_sections !== 'number') {
      const cuts = [0, ...indices_or_sections, total]
      return cuts.slice(1).map((stop, i) => slice(x, at, cuts[i] as number, stop))
    }
    if (indices_or_sections <= 0)
      throw new RuntimeError(`number of sections must be larger than 0, got ${indices_or_sections}`)
    const size = Math.floor(total / indices_or_sections)
    const larger = total % indices_or_sections
    let start = 0
    reserve(listed * indices_or_sections)
    return Array.from({ length: indices_or_sections }, (_, i) => {
      const length = size + (i < larger ? 1 : 0)
      start += length
      return slice(x, at, start - length, start)
    })
  },
)

/** The number, or the list of numbers, that a tensor holds. */
function numbersOf(x: Tensor): number | readonly number[] {
  if (x.ndim > 1) {
    throw new RuntimeError(
      'tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional tensor, but got a tensor ' +
        `with ${x.ndim} dims`,
    )
  }
  if (x.dtype !== int32) {
    throw new RuntimeError(
      `tensor_split expected tensor_indices_or_sections to have dtype of long, but got ${x.dtype.scalarName}`,
    )
  }
  return x.tolist<number | number[]>()
}

/** Every element of a dimension, as tensors without it. */
export const unbind = signature('unbind', ['Tensor input', 'int dim'], (x: Tensor, dim = 0): Tensor[] => {
  if (x.ndim === 0) throw new IndexError('Dimension specified as 0 but tensor has no dimensions')
  const at = wrapDim(dim, x.ndim)
  const windows = Array.from({ length: x.shape[at] as number }, (_, i) => (y: Tensor) => selectView(y, at, i))
  return manyViews(x, 'UnbindBackward0', windows, (parts) => stack(parts, at))
})

/** As `split` with sizes. */
export const split_with_sizes = signature(
  'split_with_sizes',
  ['Tensor input', 'size split_sizes', 'int dim'],
  (x: Tensor, split_sizes: readonly number[], dim = 0): Tensor[] => split(x, split_sizes, dim),
)
/** As `tensor_split` of columns: along dimension 1, or 0 of a vector. */
export const hsplit = signature(
  'hsplit',
  ['Tensor input', 'int[] indices_or_sections'],
  (x: Tensor, indices_or_sections: number | readonly number[]): Tensor[] =>
    evenSplit('hsplit', x, indices_or_sections, x.ndim === 1 ? 0 : 1, 1),
)
/** As `tensor_split` of rows: along dimension 0. */
export const vsplit = signature(
  'vsplit',
  ['Tensor input', 'int[] indices_or_sections'],
  (x: Tensor, indices_or_sections: number | readonly number[]): Tensor[] =>
    evenSplit('vsplit', x, indices_or_sections, 0, 2),
)
/** As `tensor_split` along dimension 2. */
export const dsplit = signature(
  'dsplit',
  ['Tensor input', 'int[] indices_or_sections'],
  (x: Tensor, indices_or_sections: number | readonly number[]): Tensor[] =>
    evenSplit('dsplit', x, indices_or_sections, 2, 3),
)

function evenSplit(name: string, x: Tensor, parts: number | readonly number[], dim: number, rank: number): Tensor[] {
  if (x.ndim < rank) {
    throw new RuntimeError(
      `torch.${name} requires a tensor with at least ${rank} dimension, but got a tensor with ${x.ndim} dimensions!`,
    )
  }
  if (typeof parts === 'number' && (parts <= 0 || x.size(dim) % parts !== 0)) {
    throw new RuntimeError(
      `torch.${name} attempted to split along dimension ${dim}, but the size of the dimension ${x.size(dim)} is not divisible by ` +
        `the split_size ${parts}!`,
    )
  }
  return tensor_split(x, parts, dim)
}
