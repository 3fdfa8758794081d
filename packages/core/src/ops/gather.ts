import { nameStep } from '../autograd/graph.ts'
import { bool, int32, uint8 } from '../dtype.ts'
import { IndexError, RuntimeError } from '../errors.ts'
import { broadcastShapes, contiguousStrides, formatShape, numel, type Shape, sameShape, wrapDim } from '../shape.ts'
import { allocate, Tensor, type TensorLike } from '../tensor/tensor.ts'
import { clone } from './copies.ts'
import { routine } from './define/routine.ts'
import { inPlace, write } from './inplace.ts'
import { countFromFront } from './places.ts'

/** Checks that a tensor can index. */
function checkIndexType(name: string, index: Tensor): void {
  if (index.dtype !== int32 && index.dtype !== uint8) {
    throw new RuntimeError(`${name}(): Expected dtype int32 or int64 for index, got ${index.dtype.toString()}`)
  }
}

/** Checks that every index is at least 0 and below `size`, where the device can be read. */
function checkRange(name: string, index: Tensor, dim: number, size: number): void {
  if (!index.storage.device.sync || index.numel() === 0) return
  for (const value of index.to_typed_array()) {
    if (value < 0 || value >= size) {
      throw new RuntimeError(`index ${value} is out of bounds for dimension ${dim} with size ${size} (${name})`)
    }
  }
}

/** Checks that an index has as many dimensions as a tensor and reaches no further, except along `dim`. */
function checkFit(name: string, index: Shape, shape: Shape, dim: number, what: string): void {
  if (index.length !== shape.length && numel(index) > 0) {
    throw new RuntimeError(
      `Index tensor must have the same number of dimensions as ${name === 'gather' ? 'input' : what} tensor`,
    )
  }
  const off = index.findIndex((size, i) => i !== dim && size > (shape[i] as number))
  if (off >= 0) {
    throw new RuntimeError(
      `Size does not match at dimension ${off} expected index ${formatShape(index)} to be smaller than ${what} ` +
        `${formatShape(shape)} apart from dimension ${dim} (${name})`,
    )
  }
}

const scalarsAsVectors = (...tensors: Tensor[]): Tensor[] => tensors.map((x) => (x.ndim === 0 ? x.reshape(1) : x))

/** `out[i][j] = x[i][index[i][j]]` for `dim` 1, and so on: elements picked along a dimension. */
export function gather(x: Tensor, dim: number, index: Tensor): Tensor {
  const at = wrapDim(dim, x.ndim)
  if (index.dtype !== int32) throw new RuntimeError('gather(): Expected dtype int32/int64 for index')
  checkFit('gather', index.shape, x.shape, at, 'self')
  checkRange('gather', index, at, x.shape[at] ?? 1)
  return routine(
    'gather',
    [x],
    () => {
      const out = allocate(index.shape, x.dtype, x.storage.device)
      const [source, picks, result] = scalarsAsVectors(x, index, out) as [Tensor, Tensor, Tensor]
      if (out.numel() > 0) x.storage.device.routines.gather(result, source, picks, at)
      if (result.storage !== out.storage) write(out, result.reshape(out.shape))
      return out
    },
    () => ({
      saved: [],
      backward: ([g = null]) => [g === null ? null : g.new_zeros(x.shape).scatter_add(at, index, g)],
    }),
  )
}

type ScatterMode = 'set' | 'add' | 'multiply'
const reductions: Readonly<Record<string, ScatterMode>> = { add: 'add', multiply: 'multiply' }

/** What a scatter needs: the source windowed to the index. */
function prepare(
  name: string,
  x: Tensor,
  dim: number,
  index: Tensor,
  source: TensorLike,
): { at: number; from: Tensor } {
  const at = wrapDim(dim, x.ndim)
  if (index.dtype !== int32) throw new RuntimeError(`${name}(): Expected dtype int64 for index`)
  checkFit(name, index.shape, x.shape, at, 'self')
  const values = source instanceof Tensor ? source : x.new_full(index.shape, Number(source))
  if (values.dtype !== x.dtype) throw new RuntimeError(`${name}(): Expected self.dtype to be equal to src.dtype`)
  const isLarger = index.shape.some((size, i) => size > (values.shape[i] ?? 1))
  if (index.numel() > 0 && (values.ndim !== index.ndim || isLarger)) {
    throw new RuntimeError(
      `Expected index ${formatShape(index.shape)} to be smaller than self ${formatShape(x.shape)} apart from dimension ${at} ` +
        `and to be smaller size than src ${formatShape(values.shape)}`,
    )
  }
  checkRange(name, index, at, x.shape[at] ?? 1)
  return { at, from: windowOf(values, index.shape) }
}
const windowOf = (x: Tensor, shape: Shape): Tensor =>
  sameShape(x.shape, shape) ? x : x.as_strided(shape, x.strides, x.offset)

function scatterMemory(x: Tensor, at: number, index: Tensor, from: Tensor, mode: ScatterMode): void {
  if (index.numel() === 0) return
  const [target, picks, source] = scalarsAsVectors(x, index, from) as [Tensor, Tensor, Tensor]
  x.storage.device.routines.scatter(target, picks, source, at, mode)
}

const gradients =
  (mode: ScatterMode, x: Tensor, at: number, index: Tensor, source: Tensor | null) =>
  ([g = null]: readonly (Tensor | null)[]) => {
    if (mode === 'multiply') throw new RuntimeError('scatter with reduce=multiply is not differentiable')
    if (g === null) return source === null ? [null] : [null, null]
    const own = mode === 'add' ? g : g.scatter(at, index, 0)
    if (source === null) return [own]
    const picked = g.gather(at, index)
    if (sameShape(source.shape, index.shape)) return [own, picked]
    const padded = g.new_zeros(source.shape)
    windowOf(padded, index.shape).copy_(picked)
    return [own, padded]
  }

function scatterOut(
  name: string,
  x: Tensor,
  dim: number,
  index: Tensor,
  source: TensorLike,
  mode: ScatterMode,
): Tensor {
  const { at, from } = prepare(name, x, dim, index, source)
  const values = source instanceof Tensor ? source : null
  const out = routine(
    name,
    values === null ? [x] : [x, values],
    () => {
      const out = clone(x)
      scatterMemory(out, at, index, from, mode)
      return out
    },
    () => ({ saved: [], backward: gradients(mode, x, at, index, values) }),
  )
  return values === null ? nameStep(out, 'ScatterBackward1') : out
}

function scatterInPlace(
  name: string,
  x: Tensor,
  dim: number,
  index: Tensor,
  source: TensorLike,
  mode: ScatterMode,
): Tensor {
  const { at, from } = prepare(name, x, dim, index, source)
  const values = source instanceof Tensor ? source : null
  const others = values === null ? [] : [values]
  const node = name === 'scatter_add' ? 'ScatterAddBackward0' : `ScatterBackward${values === null ? 1 : 0}`
  return inPlace(
    name,
    x,
    others,
    () => scatterMemory(x, at, index, from, mode),
    gradients(mode, x, at, index, values),
    node,
  )
}

/** How `scatter` combines what is there with what comes. */
export interface ScatterOptions {
  readonly reduce?: 'add' | 'multiply'
}
function modeOf({ reduce }: ScatterOptions = {}): ScatterMode {
  if (reduce === undefined) return 'set'
  const mode = reductions[reduce]
  if (mode === undefined) throw new RuntimeError('reduce argument must be either add or multiply.')
  return mode
}

/** `out[i][index[i][j]] = source[i][j]` for `dim` 1, and so on, on a copy. */
export function scatter(x: Tensor, dim: number, index: Tensor, source: TensorLike, options?: ScatterOptions): Tensor {
  return scatterOut('scatter', x, dim, index, source, modeOf(options))
}
/** As `scatter`, in place. */
export function scatter_(x: Tensor, dim: number, index: Tensor, source: TensorLike, options?: ScatterOptions): Tensor {
  return scatterInPlace('scatter', x, dim, index, source, modeOf(options))
}
/** As `scatter`, adding to what is there. */
export function scatter_add(x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  return scatterOut('scatter_add', x, dim, index, source, 'add')
}
/** As `scatter_add`, in place. */
export function scatter_add_(x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  return scatterInPlace('scatter_add', x, dim, index, source, 'add')
}

/** A vector of indices as the index of `gather` and `scatter`: one row for all others. */
function alongDim(index: Tensor, shape: Shape, dim: number): Tensor {
  const count = index.numel()
  const line = index.to(int32).reshape(shape.map((_, i) => (i === dim ? count : 1)))
  return line.expand(shape.map((size, i) => (i === dim ? count : size)))
}

/** The rows (or whatever `dim` counts) that a vector of indices names. */
export function index_select(x: Tensor, dim: number, index: Tensor): Tensor {
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
    () => ({ saved: [], backward: ([g = null]) => [g === null ? null : g.new_zeros(x.shape).index_add(at, index, g)] }),
  )
}

/** Adds the rows of `source`, times `alpha`, to the rows that the indices name. */
export function index_add(
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  { alpha = 1 }: { readonly alpha?: number } = {},
): Tensor {
  const at = checkRows('index_add', x, dim, index, source)
  const scaled = alpha === 1 ? source : source.mul(alpha)
  return routine(
    'index_add',
    [x, scaled],
    () => addRows(clone(x), at, index, scaled),
    () => ({
      saved: [],
      backward: ([g = null]) => [g, g === null ? null : g.index_select(at, index).expand_as(source)],
    }),
  )
}
/** As `index_add`, in place. */
export function index_add_(
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  { alpha = 1 }: { readonly alpha?: number } = {},
): Tensor {
  const at = checkRows('index_add_', x, dim, index, source)
  const scaled = alpha === 1 ? source : source.mul(alpha)
  return inPlace(
    'index_add_',
    x,
    [scaled],
    () => addRows(x, at, index, scaled),
    ([g = null]) => [g, g === null ? null : g.index_select(at, index).expand_as(source)],
    'IndexAddBackward0',
  )
}
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
export function index_copy(x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  const at = checkRows('index_copy_', x, dim, index, source)
  return scatterOut('index_copy', x, at, alongDim(index, source.shape, at), source, 'set')
}
/** Fills the rows that the indices name with a value. */
export function index_fill(x: Tensor, dim: number, index: Tensor, value: TensorLike): Tensor {
  const at = wrapDim(dim, x.ndim)
  checkIndexType('index_fill_', index)
  const size = x.shape[at] ?? 1
  for (const place of index.storage.device.sync ? index.to_typed_array() : []) {
    if (place < 0 || place >= size)
      throw new IndexError(`index ${place} is out of bounds for dimension ${at} with size ${size}`)
  }
  const mask = x.new_zeros([x.shape[at] ?? 1], { dtype: bool })
  if (index.numel() > 0) mask.scatter_(0, index.to(int32).reshape(-1), mask.new_ones(index.numel()))
  const shaped = mask.reshape(x.shape.map((_, i) => (i === at ? mask.numel() : 1)))
  return nameStep(x.masked_fill(x.ndim === 0 ? mask.reshape([]) : shaped, value), 'IndexFillBackward0')
}

/** Elements of the flattened tensor, in the shape of the index. Negative indices count from the end. */
export function take(x: Tensor, index: Tensor): Tensor {
  checkIndexType('take', index)
  const count = x.numel()
  const flat = index.reshape(-1)
  for (const value of flat.storage.device.sync ? flat.to_typed_array() : []) {
    if (value < -count || value >= count)
      throw new IndexError(`out of range: tried to access index ${value} on a tensor of ${count} elements.`)
  }
  return nameStep(x.reshape(-1).index_select(0, countFromFront(flat, count)).reshape(index.shape), 'TakeBackward0')
}

/** Elements picked along a dimension, where index and tensor broadcast against each other in all others. */
export function take_along_dim(x: Tensor, indices: Tensor, dim?: number | { readonly dim?: number }): Tensor {
  const axis = typeof dim === 'object' ? dim.dim : dim
  if (axis !== undefined && x.ndim !== indices.ndim) {
    throw new RuntimeError(
      'torch.take_along_dim(): input and indices should have the same number of dimensions, but got ' +
        `${x.ndim} dimensions for input, and ${indices.ndim} dimensions for indices`,
    )
  }
  if (axis === undefined) return x.reshape(-1).gather(0, indices.reshape(-1))
  const at = wrapDim(axis, x.ndim)
  const common = x.shape.map((size, i) => (i === at ? 1 : Math.max(size, indices.shape[i] ?? 1)))
  const grow = (y: Tensor): Tensor => y.expand(common.map((size, i) => (i === at ? (y.shape[at] as number) : size)))
  return grow(x).gather(at, countFromFront(grow(indices), x.shape[at] as number))
}

/** The elements where the mask holds, in one dimension. Mask and tensor broadcast. */
export function masked_select(x: Tensor, mask: Tensor): Tensor {
  if (mask.dtype !== bool) throw new RuntimeError('masked_select: expected BoolTensor for mask')
  const shape = broadcastShapes(mask.shape, x.shape)
  const places = mask.expand(shape).reshape(-1).nonzero().reshape(-1)
  return routine(
    'masked_select',
    [x],
    () => x.expand(shape).reshape(-1).index_select(0, places),
    () => ({
      saved: [],
      backward: ([g = null]) => [
        g === null
          ? null
          : g
              .new_zeros([numel(shape)])
              .scatter(0, places, g)
              .reshape(shape)
              .sum_to_size(x.shape),
      ],
    }),
  )
}

/** The indices of the elements that are not 0: a row each, or with `as_tuple` a vector for each dimension. */
export function nonzero(x: Tensor): Tensor
export function nonzero(x: Tensor, options: { readonly as_tuple: true }): Tensor[]
export function nonzero(x: Tensor, options: { readonly as_tuple?: boolean } = {}): Tensor | Tensor[] {
  const values = x.to_typed_array()
  const steps = contiguousStrides(x.shape)
  const places: number[] = []
  values.forEach((value, i) => {
    if (value !== 0) places.push(i)
  })
  const { device } = x.storage
  const out = allocate([places.length, x.ndim], int32, device)
  const coordinates = places.flatMap((place) =>
    steps.map((step, d) => Math.floor(place / step) % (x.shape[d] as number)),
  )
  if (coordinates.length > 0) device.write(out.storage, coordinates)
  if (options.as_tuple !== true) return out
  if (x.ndim === 0) return [allocate([places.length], int32, device).zero_()]
  return x.shape.map((_, d) => out.select(1, d).contiguous())
}
export { nonzero as argwhere }
