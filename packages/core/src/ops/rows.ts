import { type BackwardFunction, nameStep } from '../autograd/graph.ts'
import { bool, int32 } from '../dtype.ts'
import { IndexError, RuntimeError } from '../errors.ts'
import { wrapDim } from '../shape.ts'
import { allocate } from '../tensor/make.ts'
import { Tensor, type TensorLike } from '../tensor/tensor.ts'
import { named } from './arguments.ts'
import { packedCopy } from './copies.ts'
import { routine } from './define/routine.ts'
import { alongDim, checkIndexType, checkRange, scalarsAsVectors } from './index-checks.ts'
import { inPlace } from './inplace.ts'
import { scatterMemory } from './scatter-step.ts'

/** The rows (or whatever `dim` counts) that a vector of indices names. */
export const index_select = named(
  'index_select',
  ['input', 'dim', 'index'],
  (x: Tensor, dim: number, index: Tensor): Tensor => {
    const at = wrapDim(dim, x.ndim)
    if (index.ndim > 1) throw new IndexError('index_select(): Index is supposed to be a vector')
    checkIndexType('index_select', index)
    const size = x.shape[at] ?? 1
    if (index.storage.device.sync && index.to_typed_array().some((place: number) => place < 0 || place >= size)) {
      throw new IndexError(`index out of range in self (index_select: dimension ${at} has size ${size})`)
    }
    if (x.ndim === 0) return x.reshape(1).index_select(0, index).reshape([])
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
          g === null ? null : g.new_zeros(x.shape).index_add(at, places as Tensor, g),
        ],
      }),
    )
  },
)

/** Adds the rows of `source`, times `alpha`, to the rows that the indices name. */
export const index_add = named(
  'index_add',
  ['input', 'dim', 'index', 'source'],
  (x: Tensor, dim: number, index: Tensor, source: Tensor, { alpha = 1 }: { readonly alpha?: number } = {}): Tensor => {
    const at = checkRows('index_add', x, dim, index, source)
    const scaled = alpha === 1 ? source : source.mul(alpha)
    return routine(
      'index_add',
      [x, scaled],
      () => addRows(packedCopy(x), at, index, scaled),
      () => ({ saved: [index], backward: rowsOf(source, at) }),
    )
  },
  ['alpha'],
)
/** As `index_add`, in place. */
export const index_add_ = named(
  'index_add_',
  ['input', 'dim', 'index', 'source'],
  (x: Tensor, dim: number, index: Tensor, source: Tensor, { alpha = 1 }: { readonly alpha?: number } = {}): Tensor => {
    const at = checkRows('index_add_', x, dim, index, source)
    const scaled = alpha === 1 ? source : source.mul(alpha)
    return inPlace(x, [scaled], () => addRows(x, at, index, scaled), rowsOf(source, at), 'IndexAddBackward0', [index])
  },
  ['alpha'],
)
/** The gradients of rows that were added, and of what they were added to. */
const rowsOf =
  (source: Tensor, at: number): BackwardFunction =>
  ([g = null], _, [index]) => [g, g === null ? null : g.index_select(at, index as Tensor).expand_as(source)]
function checkRows(name: string, x: Tensor, dim: number, index: Tensor, source: Tensor): number {
  const at = wrapDim(dim, x.ndim)
  if (index.ndim > 1) throw new IndexError(`${name}(): Index is supposed to be a vector`)
  checkIndexType(name, index)
  if (source.dtype !== x.dtype) throw new RuntimeError(`${name}(): self and source must have the same scalar type`)
  if (source.ndim > 0 && index.numel() !== source.shape[at]) {
    throw new RuntimeError(
      `${name.replace(/_?$/, '_')}(): Number of indices (${index.numel()}) should be equal to source.size(dim): (${source.shape[at]}), for dim: ${at}`,
    )
  }
  checkRange(name, index, at, x.shape[at] ?? 1)
  return at
}
function addRows(x: Tensor, at: number, index: Tensor, source: Tensor): Tensor {
  const [target, from] = scalarsAsVectors(x, source) as [Tensor, Tensor]
  scatterMemory(target, at, alongDim(index, from.shape, at), from, 'add')
  return x
}

/** Writes the rows of `source` into the rows that the indices name. */
export const index_copy = named(
  'index_copy',
  ['input', 'dim', 'index', 'source'],
  (x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor => {
    const at = checkRows('index_copy_', x, dim, index, source)
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
            needs(1) ? g.index_select(at, places).reshape(source.shape) : null,
          ]
        },
      }),
    )
  },
)
/** Fills the rows that the indices name with a value. */
export const index_fill = named(
  'index_fill',
  ['input', 'dim', 'index', 'value'],
  (x: Tensor, dim: number, index: Tensor, value: TensorLike): Tensor => {
    const at = wrapDim(dim, x.ndim)
    checkIndexType('index_fill_', index)
    const size = x.shape[at] ?? 1
    for (const place of index.storage.device.sync ? index.to_typed_array() : []) {
      if (place < 0 || place >= size)
        throw new IndexError(`index ${place} is out of bounds for dimension ${at} with size ${size}`)
    }
    /** Where the rows are that indices name, each counted once. */
    const maskOf = (rows: Tensor): Tensor => {
      const mask = rows.new_zeros([size], { dtype: bool })
      if (rows.numel() > 0) mask.scatter_(0, rows.to(int32).reshape(-1), mask.new_ones(rows.numel()))
      return mask.reshape(x.shape.map((_, i) => (i === at ? size : 1)))
    }
    const given = value instanceof Tensor ? value : null
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
            ...(given === null ? [] : [needs(1) ? g.where(maskOf(places), 0).sum() : null]),
          ]
        },
      }),
    )
    return given === null ? out : nameStep(out, 'IndexFillBackward1')
  },
)
