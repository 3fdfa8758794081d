import { nameStep } from '../autograd/graph.ts'
import { int32 } from '../dtype.ts'
import { IndexError, RuntimeError } from '../errors.ts'
import { checkSizes, formatShape, type Shape, wrapDim, wrapDims } from '../shape.ts'
import { signature } from '../signature/index.ts'
import { alias, allocate } from '../tensor/make.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { checkable } from './checkable.ts'
import { elementwise } from './define/elementwise.ts'
import { allocateIn, memoryOrder } from './define/layout.ts'
import { routine } from './define/routine.ts'
import { write } from './inplace.ts'
import { cat } from './joining.ts'
import { arange } from './ranges.ts'
import { searchsorted } from './search.ts'

/** The order of elements along dimensions turned round, as a copy. */
export const flip = signature('flip', ['Tensor input', 'size *dims'], (x: Tensor, dims: readonly number[]): Tensor => {
  const turned = dims.length === 0 ? [] : wrapDims(dims, x.ndim)
  return routine(
    'flip',
    [x],
    () => {
      const out = allocateIn(memoryOrder(x.shape, [x]), x.shape, x.dtype, x.storage.device)
      const last = turned.reduce(
        (sum, dim) => sum + ((x.shape[dim] as number) - 1) * (x.strides[dim] as number),
        x.offset,
      )
      const strides = x.strides.map((stride, i) => (turned.includes(i) ? -stride : stride))
      if (x.numel() > 0) write(out, alias(x, { shape: x.shape, strides, offset: last }))
      return out
    },
    () => ({ saved: [], backward: ([g = null]) => [g === null ? null : flip(g, turned)] }),
  )
})
/** Left and right exchanged. */
export const fliplr = signature('fliplr', ['Tensor input'], (x: Tensor): Tensor => {
  if (x.ndim < 2) throw new RuntimeError('Input must be >= 2-d.')
  return flip(x, 1)
})
/** Top and bottom exchanged. */
export const flipud = signature('flipud', ['Tensor input'], (x: Tensor): Tensor => {
  if (x.ndim < 1) throw new RuntimeError('Input must be >= 1-d.')
  return flip(x, 0)
})

/** Elements moved on along dimensions; what leaves at the end comes back at the front. */
export const roll = signature(
  'roll',
  ['Tensor input', 'int[] shifts', 'int[] dims'],
  (x: Tensor, shifts: number | readonly number[], dims: number | readonly number[] = []): Tensor => {
    const steps = typeof shifts === 'number' ? [shifts] : shifts
    if (typeof dims !== 'number' && dims.length === 0) {
      return nameStep(rolled(x.reshape(-1), steps[0] ?? 0, 0).reshape(x.shape), 'RollBackward0')
    }
    const axes = typeof dims === 'number' ? [dims] : dims
    if (axes.length !== steps.length) {
      throw new RuntimeError(`shifts and dimensions must align. shifts: ${steps.length}, dims:${axes.length}`)
    }
    if (x.ndim === 0) throw new IndexError(`Dimension specified as ${axes[0]} but tensor has no dimensions`)
    return axes.reduce((y, dim, i) => rolled(y, steps[i] as number, wrapDim(dim, x.ndim)), x)
  },
)
function rolled(x: Tensor, shift: number, dim: number): Tensor {
  const size = x.shape[dim] as number
  if (size === 0) return nameStep(x.clone(), 'RollBackward0')
  const start = ((-shift % size) + size) % size
  return routine(
    'roll',
    [x],
    () => cat([x.narrow(dim, start, size - start), x.narrow(dim, 0, start)], dim),
    () => ({
      saved: [],
      backward: ([g = null]) => [g === null ? null : rolled(g, -shift, dim)],
    }),
  )
}

/** Turned by 90 degrees, `k` times, in the plane of two dimensions. */
export const rot90 = signature(
  'rot90',
  ['Tensor input', 'int k', 'size dims'],
  (x: Tensor, k = 1, dims: readonly [number, number] = [0, 1]): Tensor => {
    if (x.ndim < 2) throw new RuntimeError(`expected total dims >= 2, but got total dims = ${x.ndim}`)
    const [a, b] = [wrapDim(dims[0], x.ndim), wrapDim(dims[1], x.ndim)]
    if (a === b) {
      throw new RuntimeError(`expected rotation dims to be different, but got dim0 = ${dims[0]} and dim1 = ${dims[1]}`)
    }
    const turns = ((k % 4) + 4) % 4
    if (turns === 0) return nameStep(x.clone(), 'Rot90Backward0')
    const turned = turns === 1 ? flip(x, b) : turns === 2 ? flip(x, [a, b]) : flip(x, a)
    return nameStep(turns === 2 ? turned : turned.transpose(a, b), 'Rot90Backward0')
  },
)

const keepBelow = elementwise('tril', ['x', 'row', 'column'], {
  forward: 'column <= row + diagonal ? x : 0',
  parameters: { diagonal: 0 },
  masks: ['row', 'column'],
  layout: 'row-major',
})
const keepAbove = elementwise('triu', ['x', 'row', 'column'], {
  forward: 'column >= row + diagonal ? x : 0',
  parameters: { diagonal: 0 },
  masks: ['row', 'column'],
  layout: 'row-major',
})
function triangle(name: string, op: typeof keepBelow, x: Tensor, diagonal: number): Tensor {
  if (x.ndim < 2) throw new RuntimeError(`${name}: input tensor must have at least 2 dimensions`)
  const range = (size: number): Tensor => arange(size, { dtype: int32, device: x.device })
  return op(x, range(x.size(-2)).unsqueeze(1), range(x.size(-1)), diagonal)
}
/** The lower triangle; zeros above the `diagonal`-th diagonal. */
export const tril = signature(
  'tril',
  ['Tensor input', 'int diagonal'],
  (x: Tensor, diagonal = 0): Tensor => triangle('tril', keepBelow, x, diagonal),
)
/** The upper triangle; zeros below the `diagonal`-th diagonal. */
export const triu = signature(
  'triu',
  ['Tensor input', 'int diagonal'],
  (x: Tensor, diagonal = 0): Tensor => triangle('triu', keepAbove, x, diagonal),
)

/** The diagonal of a matrix, or a matrix with a vector as its diagonal. */
export const diag = signature('diag', ['Tensor input', 'int diagonal'], (x: Tensor, diagonal = 0): Tensor => {
  if (x.ndim === 1) return diag_embed(x, diagonal)
  if (x.ndim === 2) return nameStep(x.diagonal(diagonal).clone(), 'DiagonalBackward0_copy')
  throw new RuntimeError(`diag(): Supports 1D or 2D tensors. Got ${x.ndim}D`)
})

/** A matrix with all elements as its diagonal. */
export const diagflat = signature(
  'diagflat',
  ['Tensor input', 'int offset'],
  (x: Tensor, offset = 0): Tensor => diag_embed(x.reshape(-1), offset),
)

/** Matrices with the last dimension as their diagonal. */
export const diag_embed = signature(
  'diag_embed',
  ['Tensor input', 'int offset', 'int dim1', 'int dim2'],
  (x: Tensor, offset = 0, dim1 = -2, dim2 = -1): Tensor => {
    const [a, b] = [wrapDim(dim1, x.ndim + 1), wrapDim(dim2, x.ndim + 1)]
    if (a === b) throw new RuntimeError(`diagonal dimensions cannot be identical ${dim1}, ${dim2}`)
    const n = x.size(-1) + Math.abs(offset)
    const rest = x.shape.slice(0, -1)
    const shape = Array.from({ length: x.ndim + 1 }, (_, i) => (i === a || i === b ? n : (rest.shift() as number)))
    return routine(
      'diag_embed',
      [x],
      () => {
        const out = x.new_zeros(shape)
        out.diagonal(offset, a, b).copy_(x)
        return out
      },
      () => ({ saved: [], backward: ([g = null]) => [g === null ? null : g.diagonal(offset, a, b)] }),
    )
  },
)

/** What `repeat_interleave` takes by name only. */
export interface RepeatOptions {
  /** How many there are in all. Where it is left out, a tensor of repeats is read. */
  readonly output_size?: number | null
}

/** Each element repeated, along a dimension or in the flattened tensor. */
export const repeat_interleave = signature(
  'repeat_interleave',
  ['Tensor input', 'Tensor|int repeats', 'int? dim', '*', 'int? output_size'],
  (
    x: Tensor,
    repeats: number | Tensor,
    dim: number | null = null,
    { output_size = null }: RepeatOptions = {},
  ): Tensor => {
    const input = dim === null ? x.reshape(-1) : x
    const at = wrapDim(dim ?? 0, input.ndim)
    if (typeof repeats === 'number') {
      if (repeats < 0) throw new RuntimeError('repeats can not be negative')
      const apart = input.unsqueeze(at + 1)
      checkTotal(output_size, repeats * (input.shape[at] as number))
      const { shape } = input
      return apart
        .expand([...shape.slice(0, at + 1), repeats, ...shape.slice(at + 1)])
        .contiguous()
        .view([...shape.slice(0, at), (shape[at] as number) * repeats, ...shape.slice(at + 1)])
    }
    const size = input.shape[at] ?? 1
    if (repeats.dtype !== int32) {
      throw new RuntimeError(`"repeat_interleave_cpu" not implemented for '${repeats.dtype.scalarName}'`)
    }
    if (repeats.numel() !== 1 && repeats.numel() !== size) {
      throw new RuntimeError(
        `repeats must have the same size as input along dim, but got repeats.size(0) = ${repeats.numel()} and input.size(${at}) = ${size}`,
      )
    }
    if (checkable(repeats).some((count) => count < 0)) throw new RuntimeError('repeats can not be negative')
    const counts = repeats.reshape(-1).expand([size])
    const isKnown = output_size === null || x.storage.device.sync
    const total = isKnown ? counts.sum().item() : output_size
    checkTotal(output_size, total)
    const ordinals = arange(total, { dtype: int32, device: x.device })
    return input.index_select(at, searchsorted(counts.cumsum(0), ordinals, { right: true }))
  },
)

function checkTotal(given: number | null, found: number): void {
  if (given === null || given === found) return
  throw new RuntimeError(
    `allocated size does not match required size (repeat_interleave: output_size is ${given}, the repeats add up to ${found})`,
  )
}

/** The whole tensor, repeated along each dimension. */
export const repeat = signature('repeat', ['Tensor input', 'size *repeats'], (x: Tensor, repeats: Shape): Tensor => {
  if (repeats.length < x.ndim) {
    throw new RuntimeError(
      'Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor (repeat: got ' +
        `${formatShape(repeats)} for shape ${formatShape(x.shape)})`,
    )
  }
  const padded = [...Array.from({ length: repeats.length - x.ndim }, () => 1), ...x.shape]
  checkSizes(
    'repeat',
    repeats.map((count, i) => count * (padded[i] as number)),
  )
  const tiles = repeats.flatMap((count, i) => [count, padded[i] as number])
  const { shape } = x
  return routine(
    'repeat',
    [x],
    () => {
      const out = allocate(tiles, x.dtype, x.storage.device)
      write(out, x.reshape(padded.flatMap((size) => [1, size])))
      return out.reshape(repeats.map((count, i) => count * (padded[i] as number)))
    },
    () => ({
      saved: [],
      backward: ([g = null]) => [
        g === null
          ? null
          : g
              .reshape(tiles)
              .sum(repeats.map((_, i) => 2 * i))
              .reshape(shape),
      ],
    }),
  )
})
/** As `repeat`, with missing counts taken as 1. */
export const tile = signature(
  'tile',
  ['Tensor input', 'size *dims'],
  (x: Tensor, dims: Shape): Tensor =>
    repeat(x, [...Array.from({ length: Math.max(0, x.ndim - dims.length) }, () => 1), ...dims]),
)
