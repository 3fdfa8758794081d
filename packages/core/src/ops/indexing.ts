import { nameView } from '../autograd/graph.ts'
import { checkInPlace } from '../autograd/view.ts'
import { bool, int32, uint8 } from '../dtype.ts'
import { IndexError, RuntimeError, TypeError, ValueError } from '../errors.ts'
import { broadcastShapes, contiguousStrides, formatShape, numel, type Shape } from '../shape.ts'
import { signature, typeName } from '../signature/index.ts'
import { alias } from '../tensor/make.ts'
import { Tensor, type TensorLike } from '../tensor/tensor.ts'
import { warn } from '../warnings.ts'
import { checkable } from './checkable.ts'
import { allocateIn, memoryOrder } from './define/layout.ts'
import { checkNoPart, checkSeparate } from './define/operands.ts'
import { routine } from './define/routine.ts'
import { inPlace, write } from './inplace.ts'
import { checkValues, putMasked } from './masked-put.ts'
import { countFromFront } from './places.ts'
import { arange } from './ranges.ts'
import { Slice, SliceIndex } from './slice-index.ts'
import { select } from './slicing.ts'
import { slice } from './windows.ts'

/** What stands between the brackets of `x[…]`: a number, a slice, `null` for a new dimension, `'...'`, or a tensor. */
export type Index = number | SliceIndex | null | '...' | boolean | Tensor | readonly number[] | readonly boolean[]

/** How many dimensions of the tensor an index takes up. */
function consumed(index: Index): number {
  if (index === null || index === '...' || typeof index === 'boolean') return 0
  return index instanceof Tensor && isMask(index) ? index.ndim : 1
}
/** Warns of a mask of bytes, which PyTorch reads as truth values still. */
function warnOfBytes(index: Tensor): void {
  if (index.dtype !== uint8) return
  warn('indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead.')
}

const isMask = (index: Tensor): boolean => index.dtype === bool || index.dtype === uint8

/** A tensor that indexes from a dimension on. */
interface TensorIndex {
  readonly index: Tensor
  readonly dim: number
}

interface Basic {
  readonly view: Tensor
  readonly tensors: readonly TensorIndex[]
}

/** Refuses what is no index, in PyTorch's words. */
function checkIndex(index: unknown): void {
  const item = Array.isArray(index)
    ? index.find((part: unknown) => typeof part !== 'number' && typeof part !== 'boolean')
    : undefined
  const given: unknown = item ?? index
  if (given === null || given === '...' || typeof given === 'boolean') return
  if (typeof given === 'number' && Number.isInteger(given)) return
  if (item === undefined && (Array.isArray(given) || given instanceof Tensor || given instanceof SliceIndex)) return
  if (typeof given === 'string') throw new TypeError("new(): invalid data type 'str'")
  throw new IndexError(
    'only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got ' +
      `${typeName(given)})`,
  )
}

/** Applies what gives views; leaves tensors with the dimensions they stand for. */
function basic(x: Tensor, indices: readonly Index[]): Basic {
  for (let i = 0; i < indices.length; i++) checkIndex(indices[i])
  if (x.ndim === 0 && indices.length === 1 && typeof indices[0] === 'number') {
    throw new IndexError(
      'invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a 0-dim tensor to ' +
        'a number',
    )
  }
  const taken = indices.reduce<number>((sum, index) => sum + consumed(index), 0)
  if (taken > x.ndim) throw new IndexError(`too many indices for tensor of dimension ${x.ndim}`)
  if (indices.filter((index) => index === '...').length > 1) {
    throw new IndexError("an index can only have a single ellipsis ('...')")
  }
  let view = x
  let dim = 0
  let dropped = 0
  const tensors: TensorIndex[] = []
  const place = (index: Tensor, span: number): void => {
    warnOfBytes(index)
    if (isMask(index)) checkMask(view, index.shape, dim)
    tensors.push({ index, dim })
    dim += span
  }
  for (const given of indices) {
    // A 0-dimensional tensor of a whole number is that number.
    const index = given instanceof Tensor && given.ndim === 0 && given.dtype === int32 ? given.item() : given
    if (index === '...') dim += x.ndim - taken
    else if (index === null) view = view.unsqueeze(dim++)
    else if (typeof index === 'number') {
      checkBounds(view, dim, index, dropped++)
      view = select(view, dim, index)
    } else if (index instanceof SliceIndex) {
      if (index.step === 0) throw new ValueError('slice step cannot be zero')
      if (index.step < 0) throw new ValueError('step must be greater than zero')
      const { start, stop, step } = index
      // Among others, a slice that says the first and the last element is no view of its own.
      const isWhole = indices.length > 1 && (start ?? 0) === 0 && stop === view.shape[dim] && step === 1
      if (!isWhole) view = slice(view, dim, start ?? 0, stop ?? Number.MAX_SAFE_INTEGER, step)
      dim++
    } else if (typeof index === 'boolean') {
      view = view.unsqueeze(dim)
      place(view.new_tensor(index ? [0] : [], { dtype: int32 }), 1)
    } else if (index instanceof Tensor && index.ndim === 0 && isMask(index)) {
      view = view.unsqueeze(dim)
      place(index.reshape(1), 1)
    } else if (index instanceof Tensor) place(index, consumed(index))
    else place(view.new_tensor(wholeNumbers(view, index, dim), { dtype: int32 }), 1)
  }
  return { view, tensors }
}

/** An index that is a list; of truth values, the places where they hold. */
function wholeNumbers(x: Tensor, index: readonly number[] | readonly boolean[], dim: number): number[] {
  if (typeof index[0] === 'boolean') checkMask(x, [index.length], dim)
  return index.flatMap((part, i) => (typeof part === 'number' ? [part] : part ? [i] : []))
}

function checkBounds(x: Tensor, dim: number, index: number, dropped: number): void {
  const size = x.shape[dim] as number
  if (index < -size || index >= size)
    throw new IndexError(`index ${index} is out of bounds for dimension ${dim + dropped} with size ${size}`)
}

/** Checks that a mask has the shape of the dimensions from `dim` on. */
function checkMask(x: Tensor, mask: Shape, dim: number): void {
  mask.forEach((size, i) => {
    if (size !== x.shape[dim + i]) {
      throw new IndexError(
        `The shape of the mask ${formatShape(mask)} at index ${i} does not match the shape of the indexed tensor ` +
          `${formatShape(x.shape)} at index ${dim + i}`,
      )
    }
  })
}

/** The index of each dimension, `null` where it is taken whole. Of a mask, the places where it holds: they are read. */
function advancedOf(tensors: readonly TensorIndex[]): (Tensor | null)[] {
  const advanced: (Tensor | null)[] = []
  for (const { index, dim } of tensors) {
    while (advanced.length < dim) advanced.push(null)
    advanced.push(...(isMask(index) ? index.nonzero({ as_tuple: true }) : [index]))
  }
  return advanced
}

const masksOf = (tensors: readonly TensorIndex[]): Tensor[] =>
  tensors.flatMap(({ index }) => (isMask(index) ? [index] : []))

/** Where in the flattened tensor the elements lie that index tensors name, and the shape of what they name. */
function flatPlaces(
  x: Tensor,
  advanced: readonly (Tensor | null)[],
): { places: Tensor; order: number[]; shape: Shape } {
  const dims = advanced.flatMap((index, i) => (index === null ? [] : [i]))
  for (const dim of dims) {
    const { dtype } = advanced[dim] as Tensor
    if (dtype !== int32) throw new IndexError('tensors used as indices must be long, int, byte or bool tensors')
  }
  let common: Shape = []
  for (const dim of dims) {
    try {
      common = broadcastShapes(common, (advanced[dim] as Tensor).shape)
    } catch {
      throw new IndexError(
        'shape mismatch: indexing tensors could not be broadcast together with shapes ' +
          dims.map((d) => formatShape((advanced[d] as Tensor).shape)).join(', '),
      )
    }
  }
  const rest = x.shape.map((_, i) => i).filter((i) => !dims.includes(i))
  const strides = contiguousStrides([...dims, ...rest].map((i) => x.shape[i] as number))
  const steps = dims.map((dim, k) => {
    const index = advanced[dim] as Tensor
    const size = x.shape[dim] as number
    for (const value of checkable(index)) {
      if (value < -size || value >= size)
        throw new IndexError(`index ${value} is out of bounds for dimension ${dim} with size ${size}`)
    }
    return countFromFront(index, size).mul(strides[k] as number)
  })
  const inner = numel(rest.map((i) => x.shape[i] as number))
  const rows = steps
    .reduce((sum, step) => sum.add(step))
    .expand(common)
    .reshape([numel(common), 1])
  const flat = rows.add(arange(inner, { dtype: int32, device: x.device }).reshape([1, inner]))
  // Indices next to one another leave their dimensions where they were; others come to the front.
  const adjacent = dims.every((dim, k) => k === 0 || dim === (dims[k - 1] as number) + 1)
  const lead = adjacent ? rest.filter((i) => i < (dims[0] as number)).length : 0
  const restShape = rest.map((i) => x.shape[i] as number)
  const front = common.length
  const order = [
    ...restShape.slice(0, lead).map((_, i) => front + i),
    ...common.map((_, i) => i),
    ...restShape.slice(lead).map((_, i) => front + lead + i),
  ]
  return { places: flat, order, shape: [...common, ...restShape] }
}

/** The dimensions that are indexed first, the rest after them. */
function indexedFirst(x: Tensor, advanced: readonly (Tensor | null)[]): Tensor {
  const dims = advanced.flatMap((index, i) => (index === null ? [] : [i]))
  return x.permute([...dims, ...x.shape.map((_, i) => i).filter((i) => !dims.includes(i))])
}

/**
 * The part of a tensor that indices name, as Python's `x[…]`: numbers, slices, `null` and `'...'` give a view; tensors of
 * indices or truth values give a copy.
 *
 * @example
 * x.index(0, Slice(1, 3)) // x[0, 1:3]
 */
export const index = signature(
  'index',
  ['Tensor input', 'any *indices'],
  (x: Tensor, indices: readonly Index[] = []): Tensor => {
    const { view, tensors } = basic(x, indices)
    if (tensors.length === 0) return view === x ? nameView(x.view_as(x), 'AliasBackward0') : view
    const advanced = advancedOf(tensors)
    return routine(
      'index',
      [view],
      () => pick(view, advanced),
      () => ({
        saved: [...tensorsOf(advanced), ...masksOf(tensors)],
        backward: ([g = null], _, saved) => [
          g === null ? null : index_put_(g.new_zeros(view.shape), indicesOf(advanced, saved), g, { accumulate: true }),
        ],
      }),
    )
  },
)

/** The elements that index tensors name. They lie in memory in the order of what is not indexed, then of the indices. */
function pick(x: Tensor, advanced: readonly (Tensor | null)[]): Tensor {
  const { places, order, shape } = flatPlaces(x, advanced)
  const moved = indexedFirst(x, advanced)
  const picked = moved.reshape(-1).index_select(0, places.reshape(-1)).reshape(shape).permute(order)
  const indices = tensorsOf(advanced)
  const rest = moved.strides.slice(indices.length)
  const common = shape.slice(0, shape.length - rest.length)
  const strides = [...common.map(() => 0), ...rest]
  const layout = memoryOrder(picked.shape, [
    alias(x, { shape: picked.shape, strides: order.map((i) => strides[i] as number), offset: 0 }),
    ...indices.map((index) => index.expand(common).reshape(order.map((i) => common[i] ?? 1))),
  ])
  if (layout === null) return picked.contiguous()
  const out = allocateIn(layout, picked.shape, x.dtype, x.storage.device)
  write(out, picked)
  return out
}

const tensorsOf = (advanced: readonly (Tensor | null)[]): Tensor[] => advanced.filter((part) => part !== null)

/** Index tensors that were saved as the indices of a call: what is not indexed is taken whole. */
function indicesOf(advanced: readonly (Tensor | null)[], saved: readonly Tensor[]): Index[] {
  const parts = saved.values()
  return advanced.map((part) => (part === null ? Slice() : (parts.next().value as Tensor)))
}

/** What `index_put_` does beside writing. */
export interface IndexPutOptions {
  /** Add to what is there; repeated indices add up. */
  readonly accumulate?: boolean
}

/**
 * Writes into the part of a tensor that indices name, as Python's `x[…] = values`.
 *
 * @example
 * x.index_put_([0, Slice(1, 3)], 7) // x[0, 1:3] = 7
 */
export const index_put_ = signature(
  'index_put_',
  ['Tensor input', 'any[] indices', 'Tensor|Number values', 'bool accumulate'],
  (x: Tensor, indices: readonly Index[], values: TensorLike, accumulate = false): Tensor => {
    const { view, tensors } = basic(x, indices)
    checkInPlace(view)
    const given = values instanceof Tensor ? values : x.new_tensor(values)
    const [first] = tensors
    if (first === undefined) {
      if (!accumulate && given.ndim === 0 && view.ndim > 0) {
        view.fill_(given.to(x.dtype))
        return x
      }
      const spread = withoutLeadingOnes(given).expand(view.shape)
      if (accumulate) view.add_(spread)
      else view.copy_(spread)
      return x
    }
    const isMasked = tensors.length === 1 && isMask(first.index)
    // One value for one mask is a masked_fill, which converts it.
    const isFill = isMasked && given.numel() === 1 && !accumulate
    if (given.dtype !== x.dtype && values instanceof Tensor && !isFill) {
      throw new RuntimeError(
        `Index put requires the source and destination dtypes match, got ${x.dtype.scalarName} for the destination and ` +
          `${given.dtype.scalarName} for the source.`,
      )
    }
    // Of tensors alone it is PyTorch's `index_put_`, which takes no dimension more; of others too, an assignment.
    const isAssignment = isFill || indices.some((index) => !(index instanceof Tensor))
    const source = isAssignment ? withoutLeadingOnes(given.to(x.dtype)) : given
    if (isMasked) {
      checkNoPart(view, first.index)
      putMasked(view, first.index, first.dim, source, accumulate)
      return x
    }
    const advanced = advancedOf(tensors)
    const { order, shape } = flatPlaces(view, advanced)
    checkValues(
      source.shape,
      order.map((i) => shape[i] as number),
    )
    checkSeparate(view, [source, ...tensors.map(({ index }) => index)])
    inPlace(
      view,
      [source],
      () => place(view, advanced, source, accumulate),
      ([g = null], needs, saved) => {
        if (g === null) return [null, null]
        const places = indicesOf(advanced, saved)
        return [
          needs(0) ? (accumulate ? g : index_put(g, places, 0)) : null,
          needs(1) ? index(g, ...places).sum_to_size(source.shape) : null,
        ]
      },
      'IndexPutBackward0',
      [...tensorsOf(advanced), ...masksOf(tensors)],
    )
    return x
  },
)

/** Writes the elements that index tensors name. */
function place(x: Tensor, advanced: readonly (Tensor | null)[], values: Tensor, accumulate: boolean): void {
  const { places, order, shape } = flatPlaces(x, advanced)
  const target = order.map((i) => shape[i] as number)
  const source = values
    .expand(target)
    .permute(order.map((_, i) => order.indexOf(i)))
    .reshape(-1)
  const moved = indexedFirst(x, advanced)
  const [flat, at] = [moved.reshape(-1), places.reshape(-1)]
  const written = accumulate ? flat.index_add(0, at, source) : flat.scatter(0, at, source)
  moved.copy_(written.reshape(moved.shape))
}

/** As `index_put_`, on a copy. */
export const index_put = signature(
  'index_put',
  ['Tensor input', 'any[] indices', 'Tensor|Number values', 'bool accumulate'],
  (x: Tensor, indices: readonly Index[], values: TensorLike, accumulate = false): Tensor =>
    index_put_(x.clone(), indices, values, accumulate),
)

/** An assignment ignores dimensions of size 1 at the front of what is assigned. */
function withoutLeadingOnes(x: Tensor): Tensor {
  const lead = x.shape.findIndex((size) => size !== 1)
  const ones = lead < 0 ? x.ndim : lead
  return ones === 0 ? x : x.reshape(x.shape.slice(ones))
}
