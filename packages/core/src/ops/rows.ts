import { type BackwardFunction, nameStep } from '../autograd/graph.ts'
import { checkInPlace } from '../autograd/view.ts'
import { bool } from '../dtype.ts'
import { IndexError, RuntimeError } from '../errors.ts'
import { formatShape, type Shape, sameShape, wrapDim } from '../shape.ts'
import { signature } from '../signature/index.ts'
import { allocate } from '../tensor/make.ts'
import { Tensor, type TensorLike } from '../tensor/tensor.ts'
import { checkable } from './checkable.ts'
import { checkSeparate } from './define/operands.ts'
import { routine } from './define/routine.ts'
import { alongDim, checkIndexType, scalarsAsVectors } from './index-checks.ts'
import { inPlace } from './inplace.ts'
import { packedCopy } from './packed.ts'
import { countFromFront } from './places.ts'
import { scatterMemory } from './scatter-step.ts'

/** The rows (or whatever `dim` counts) that a vector of indices names. */
export const index_select = signature(
  'index_select',
  ['Tensor input', 'int dim', 'Tensor index'],
  (x: Tensor, dim: number, index: Tensor): Tensor => {
    const at = wrapDim(dim, x.ndim)
    if (index.ndim > 1) throw new IndexError('index_select(): Index is supposed to be a vector')
    checkIndexType('index_select', index)
    const size = x.shape[at] ?? 1
    if (isOutside(index, 0, size) !== null) {
      throw new IndexError(`index out of range in self (index_select: dimension ${at} has size ${size})`)
    }
    if (x.ndim === 0) return x.reshape(1).index_select(0, index).reshape([])
    const { shape } = x
    return routine(
      'index_select',
      [x],
      () => {
        const picks = alongDim(index, x.shape, at)
        const out = allocate(picks.shape, x.dtype, x.storage.device)
        if (out.numel() > 0) x.storage.device.routines.gather(out, x, picks, at)
        return out
      },
      () => ({
        saved: [index],
        backward: ([g = null], _, [places]) => [
          g === null ? null : g.new_zeros(shape).index_add(at, places as Tensor, g),
        ],
      }),
    )
  },
)

/** Adds the rows of `source`, times `alpha`, to the rows that the indices name. */
export const index_add = signature(
  'index_add',
  ['Tensor input', 'int dim', 'Tensor index', 'Tensor source', '*', 'Number alpha'],
  (x: Tensor, dim: number, index: Tensor, source: Tensor, { alpha = 1 }: { readonly alpha?: number } = {}): Tensor => {
    const at = checkAdded(x, dim, index, source)
    const scaled = times(source, alpha)
    return routine(
      'index_add',
      [x, scaled],
      () => addRows(packedCopy(x), at, index, scaled),
      () => ({ saved: [index], backward: rowsOf(source, at) }),
    )
  },
)
/** As `index_add`, in place. */
export const index_add_ = signature(
  'index_add_',
  ['Tensor input', 'int dim', 'Tensor index', 'Tensor source', '*', 'Number alpha'],
  (x: Tensor, dim: number, index: Tensor, source: Tensor, { alpha = 1 }: { readonly alpha?: number } = {}): Tensor => {
    checkInPlace(x)
    checkSeparate(x, [index, source])
    const at = checkAdded(x, dim, index, source)
    const scaled = times(source, alpha)
    return inPlace(x, [scaled], () => addRows(x, at, index, scaled), rowsOf(source, at), 'IndexAddBackward0', [index])
  },
)
/** Of integers the factor is its whole part. */
function times(source: Tensor, alpha: number): Tensor {
  const factor = source.dtype.kind === 'floating' ? alpha : Math.trunc(alpha)
  return factor === 1 ? source : source.mul(factor)
}
/** The gradients of rows that were added, and of what they were added to. */
const rowsOf =
  ({ shape }: Tensor, at: number): BackwardFunction =>
  ([g = null], _, [index]) => [g, g === null ? null : g.index_select(at, index as Tensor).expand(shape)]
/** Checks the arguments of `index_add`; gives the dimension. */
function checkAdded(x: Tensor, dim: number, index: Tensor, source: Tensor): number {
  const at = wrapDim(dim, x.ndim)
  if (index.ndim > 1) {
    throw new IndexError(
      `index_add_(): Index is supposed to be a vector, but got dim: ${index.ndim} with type: ${index.dtype.scalarName} and ` +
        `size: ${formatShape(index.shape)}`,
    )
  }
  if (index.dtype.kind !== 'integer') {
    throw new RuntimeError(`index_add_(): Expected dtype int32/int64 for index but got: ${index.dtype.scalarName}`)
  }
  if (source.dtype !== x.dtype) {
    throw new RuntimeError(
      `index_add_(): self (${x.dtype.scalarName}) and source (${source.dtype.scalarName}) must have the same scalar type`,
    )
  }
  if (source.ndim > 0 && index.numel() !== source.shape[at]) {
    throw new RuntimeError(
      `index_add_(): Number of indices (${index.numel()}) should be equal to source.size(dim): (${source.shape[at] ?? 1}), for dim: ${at}`,
    )
  }
  const others = ({ shape }: Tensor): Shape => shape.filter((_, i) => i !== at)
  if (source.ndim > 0 && x.ndim > 0 && !sameShape(others(x), others(source))) {
    throw new RuntimeError(
      'source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = ' +
        `${formatShape(x.shape)} source.shape = ${formatShape(source.shape)}`,
    )
  }
  const size = x.shape[at] ?? 1
  const outside = isOutside(index, 0, size)
  if (outside === null) return at
  // PyTorch's kernels of the first and of the last dimension are other ones.
  if (x.ndim > 1 && (at === 0 || at === x.ndim - 1)) {
    throw new RuntimeError(`index ${outside} is out of bounds for dimension ${at} with size ${size}`)
  }
  throw new IndexError('index out of range in self')
}

/** Checks the arguments of `index_copy`; gives the dimension. */
function checkCopied(x: Tensor, dim: number, index: Tensor, source: Tensor): number {
  const at = wrapDim(dim, x.ndim)
  if (index.ndim > 1) throw new IndexError(`index_copy_(): Index should have dimension 1 or 0 (got ${index.ndim})`)
  if (index.dtype.kind !== 'integer') {
    throw new RuntimeError(`index_copy_(): Expected a long tensor for index, but got ${index.dtype.scalarName}`)
  }
  if (source.dtype !== x.dtype) {
    throw new RuntimeError(
      `index_copy_(): self and source expected to have the same dtype, but got (self) ${x.dtype.scalarName} and (source) ` +
        source.dtype.scalarName,
    )
  }
  if (source.ndim !== x.ndim && source.ndim > 0 && x.ndim > 0) {
    throw new IndexError(
      'index_copy_(): When source and destination are not scalars, their dimensionality must match. Source dimensionality ' +
        `(${source.ndim}), destination dimensionality (${x.ndim})`,
    )
  }
  const slice = ({ shape }: Tensor): Shape => shape.filter((_, i) => i !== at)
  const [own, others] = [slice(x), slice(source)]
  if (source.ndim > 0 && x.ndim > 0 && !sameShape(own, others)) {
    throw new RuntimeError(
      `index_copy_(): Source/destination tensor must have same slice shapes. Destination slice shape: ${own.join(' ')} at ` +
        `dimension ${at} and source slice shape: ${others.join(' ')} at dimension 0.`,
    )
  }
  if (source.ndim > 0 && index.numel() !== source.shape[at]) {
    throw new IndexError(
      `index_copy_(): Number of indices (${index.numel()}) should be equal to source.size(dim) (${source.shape[at]})`,
    )
  }
  const size = x.shape[at] ?? 1
  const outside = isOutside(index, 0, size)
  if (outside !== null) {
    throw new IndexError(`index_copy_(): index ${outside} is out of bounds for dimension ${at} with size ${size}`)
  }
  return at
}

/** An index below `low` or from `size` on, where the device can be read. */
function isOutside(index: Tensor, low: number, size: number): number | null {
  const places = checkable(index)
  for (let i = 0; i < places.length; i++) {
    const place = places[i] as number
    if (place < low || place >= size) return place
  }
  return null
}
function addRows(x: Tensor, at: number, index: Tensor, source: Tensor): Tensor {
  const [target, from] = scalarsAsVectors(x, source) as [Tensor, Tensor]
  scatterMemory(target, at, alongDim(index, from.shape, at), from, 'add')
  return x
}

/** Writes the rows of `source` into the rows that the indices name. */
export const index_copy = signature(
  'index_copy',
  ['Tensor input', 'int dim', 'Tensor index', 'Tensor source'],
  (x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor => {
    const at = checkCopied(x, dim, index, source)
    const { shape } = source
    return routine(
      'index_copy',
      [x, source],
      () => {
        const out = packedCopy(x)
        const [target, from] = scalarsAsVectors(out, source) as [Tensor, Tensor]
        scatterMemory(target, at, alongDim(index, from.shape, at), from, 'set')
        return out
      },
      () => ({
        saved: [index],
        backward: ([g = null], needs, [picks]) => {
          if (g === null) return [null, null]
          const places = picks as Tensor
          return [
            needs(0) ? g.index_fill(at, places, 0) : null,
            needs(1) ? g.index_select(at, places).reshape(shape) : null,
          ]
        },
      }),
    )
  },
)
/** Fills the rows that the indices name with a value. */
export const index_fill = signature(
  'index_fill',
  ['Tensor input', 'int dim', 'Tensor index', 'Tensor|Number value'],
  (x: Tensor, dim: number, index: Tensor, value: TensorLike): Tensor => {
    const at = wrapDim(dim, x.ndim)
    if (index.dtype.kind !== 'integer') throw new IndexError('index_fill_(): Expected dtype int32 for index.')
    if (index.ndim > 1) throw new RuntimeError('Index has to be a vector/scalar')
    const size = x.shape[at] ?? 1
    const outside = isOutside(index, -size, size)
    if (outside !== null) {
      throw new IndexError(`index ${outside} is out of bounds for dimension ${at} with size ${size}`)
    }
    /** Where the rows are that indices name, each counted once. */
    const maskOf = (rows: Tensor): Tensor => {
      const mask = rows.new_zeros([size], { dtype: bool })
      if (rows.numel() > 0) mask.scatter_(0, countFromFront(rows, size).reshape(-1), mask.new_ones(rows.numel()))
      return mask.reshape(x.shape.map((_, i) => (i === at ? size : 1)))
    }
    const given = value instanceof Tensor ? value : null
    if (given !== null && given.ndim !== 0) {
      throw new RuntimeError(
        `index_fill_ only supports a 0-dimensional value tensor, but got tensor with ${given.ndim} dimension(s).`,
      )
    }
    const out = routine(
      'index_fill',
      given === null ? [x] : [x, given],
      () => x.clone().masked_fill_(maskOf(index), value),
      () => ({
        saved: [index],
        backward: ([g = null], needs, [picks]) => {
          if (g === null) return [null, null]
          const places = picks as Tensor
          return [
            needs(0) ? g.index_fill(at, places, 0) : null,
            ...(given === null ? [] : [needs(1) ? g.where(maskOf(places), 0).sum().to(given.dtype) : null]),
          ]
        },
      }),
    )
    return given === null ? out : nameStep(out, 'IndexFillBackward1')
  },
)
