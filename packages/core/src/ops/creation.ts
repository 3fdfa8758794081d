import { modes } from '../autograd/modes.ts'
import { type DeviceName, get_default_device, getDevice } from '../devices/device.ts'
import { reserve } from '../devices/memory-limit.ts'
import { Storage } from '../devices/storage.ts'
import { bool, type DType, float32, float64, int32, uint8 } from '../dtype.ts'
import { RuntimeError, TypeError, ValueError } from '../errors.ts'
import { checkSizes, numel, type Shape, sameShape } from '../shape.ts'
import { shown, signature, typeName } from '../signature/index.ts'
import { allocate, wrap } from '../tensor/make.ts'
import { Tensor } from '../tensor/tensor.ts'
import { warn } from '../warnings.ts'
import { type NestedList } from './copies.ts'
import { allocateIn, memoryOrder } from './define/layout.ts'
import { fitted } from './define/operands.ts'
import { write } from './inplace.ts'

/** What every function that makes a tensor takes by name. */
export interface TensorOptions {
  readonly dtype?: DType | null | undefined
  readonly device?: DeviceName | null | undefined
  readonly requires_grad?: boolean | null | undefined
}

/** Their kinds and names, in a signature. */
export const tensorOptions = ['*', 'dtype? dtype', 'device? device', 'bool? requires_grad'] as const
/** Those of `tensor`, which takes no null for `requires_grad`. */
const dataOptions = ['*', 'dtype? dtype', 'device? device', 'bool requires_grad'] as const

/** What may become a tensor: numbers, truth values, arrays of them nested evenly, or a typed array. */
export type TensorData = NestedList | ArrayView | Tensor

/** A typed array. Under a name of its own, which declarations keep: older versions of TypeScript know no parameters of `ArrayBufferView`. */
export interface ArrayView extends ArrayBufferView {
  readonly length?: number
}

/** Finishes a new tensor: autograd's flags, by the options. */
export function finish(x: Tensor, { requires_grad }: TensorOptions): Tensor {
  x.inference = modes.inference
  if (requires_grad === true && x.dtype.kind !== 'floating') {
    throw new RuntimeError('Only Tensors of floating point and complex dtype can require gradients')
  }
  return requires_grad === true ? x.requires_grad_() : x
}

/** Whether data is one of JavaScript's typed arrays. */
function isTypedArray(data: unknown): data is readonly (number | bigint)[] {
  return ArrayBuffer.isView(data) && kindOf(data) !== 'DataView'
}

/** As many dimensions as PyTorch reads of nested lists. A list that holds itself has more. */
const mostDimensions = 128
const tooManyDimensions = (): ValueError => new ValueError("too many dimensions 'list'")

/** The shape of nested arrays, by the first of each. */
function shapeOf(data: unknown): number[] {
  const shape: number[] = []
  let inner = data
  while (Array.isArray(inner)) {
    if (shape.length === mostDimensions) throw tooManyDimensions()
    const items = inner as readonly unknown[]
    shape.push(items.length)
    inner = items[0]
  }
  if (isTypedArray(inner)) shape.push(inner.length)
  return shape
}

/** Writes the leaves of nested arrays one after the other. */
class Leaves {
  readonly shape: readonly number[]
  readonly values: Float64Array
  /** Whether all so far are truth values. */
  allBool = true
  #count = 0

  constructor(shape: readonly number[]) {
    this.shape = shape
    reserve(8 * numel(shape))
    this.values = new Float64Array(numel(shape))
  }

  /** Whether `data` is an array of the shape from `dim` on, with numbers at its ends. */
  take(data: unknown, dim: number): boolean {
    if (dim === this.shape.length) return this.#takeLeaf(data)
    const size = this.shape[dim] as number
    if (isTypedArray(data)) {
      if (dim !== this.shape.length - 1 || data.length !== size) return false
      for (let i = 0; i < size; i++) this.values[this.#count++] = Number(data[i])
      this.allBool = false
      return true
    }
    if (!Array.isArray(data) || data.length !== size) return false
    const items = data as readonly unknown[]
    const isLast = dim === this.shape.length - 1
    for (let i = 0; i < size; i++) {
      const item = items[i]
      // Nearly all leaves are numbers, and a call for each would take most of the time.
      if (isLast && typeof item === 'number') {
        this.allBool = false
        this.values[this.#count++] = item
      } else if (!this.take(item, dim + 1)) return false
    }
    return true
  }

  #takeLeaf(data: unknown): boolean {
    if (typeof data === 'boolean') {
      this.values[this.#count++] = data ? 1 : 0
      return true
    }
    this.allBool = false
    if (data instanceof Tensor) {
      if (data.numel() !== 1) throw new ValueError('only one element tensors can be converted to Python scalars')
      this.values[this.#count++] = data.at(data.offset)
      return true
    }
    if (typeof data !== 'number') return false
    this.values[this.#count++] = data
    return true
  }
}

/**
 * The error for nested arrays that are no tensor, with the place; returns the shape of those that are. `known` has the shapes of arrays
 * that were looked at, and `null` for those around this one: an array may stand in many places, and within itself.
 */
function checkNested(
  data: unknown,
  path: string,
  known = new Map<unknown, readonly number[] | null>(),
): readonly number[] {
  if (isTypedArray(data)) return [data.length]
  if (!Array.isArray(data)) {
    if (typeof data === 'number' || typeof data === 'boolean' || data instanceof Tensor) return []
    throw new TypeError(`tensor(): data${path} must be a number, a boolean or an array of them, got ${shown(data)}`)
  }
  const before = known.get(data)
  if (before !== undefined) {
    if (before === null) throw tooManyDimensions()
    return before
  }
  known.set(data, null)
  const shapes = Array.from(data as readonly unknown[], (item, i) => checkNested(item, `${path}[${i}]`, known))
  const [first = []] = shapes
  shapes.forEach((inner, i) => {
    if (sameShape(inner, first)) return
    const got = inner.length === 0 ? 'a number' : `length ${inner[0]}`
    throw new ValueError(
      first.length > 0 && inner.length > 0
        ? `expected sequence of length ${first[0]} at dim ${path.split('[').length} (got ${inner[0]}) (data${path}[${i}] has shape ` +
            `[${inner.join(', ')}], data${path}[0] has [${first.join(', ')}])`
        : `expected every element of data${path} to have shape [${first.join(', ')}] as the first, but data${path}[${i}] is ${got}`,
    )
  })
  const shape = [shapes.length, ...first]
  known.set(data, shape)
  return shape
}

/** The class of a typed array, of whichever realm: a page's frames and test environments have their own. */
const kindOf = (data: ArrayBufferView): string => (data as unknown as Float32Array)[Symbol.toStringTag]

/** The dtypes of typed arrays; those of all others are float32. */
const dtypesOfArrays: Readonly<Record<string, DType>> = {
  Float64Array: float64,
  Int32Array: int32,
  Int16Array: int32,
  Int8Array: int32,
  Uint16Array: int32,
  Uint32Array: int32,
  BigInt64Array: int32,
  BigUint64Array: int32,
  Uint8Array: uint8,
  Uint8ClampedArray: uint8,
}

/** Typed arrays whose numbers need not fit into the dtype that stands for them. */
const wide = ['Uint32Array', 'BigInt64Array', 'BigUint64Array']
const isWide = (data: unknown): boolean => ArrayBuffer.isView(data) && wide.includes(kindOf(data))

/** The dtype that data has of itself: bool for truth values, that of a typed array, otherwise float32. */
function dtypeOf(data: unknown, allBool: boolean): DType {
  if (ArrayBuffer.isView(data)) return dtypesOfArrays[kindOf(data)] ?? float32
  return allBool ? bool : float32
}

/** What a maker of tensors gives that was given a tensor. */
export function copyOf(x: Tensor, options: TensorOptions, maker: string): Tensor {
  warn(
    'To copy construct from a tensor, it is recommended to use sourceTensor.clone().detach() or ' +
      `sourceTensor.clone().detach().requires_grad_(True), rather than ${maker}(sourceTensor).`,
  )
  const copy = x.detach().to(options.dtype ?? x.dtype, { copy: true })
  return finish(copy.to(options.device ?? copy.device), options)
}

/**
 * A new tensor that copies `data`. Numbers give float32, truth values bool, typed arrays their own dtype.
 *
 * @example
 * torch.tensor([[1, 2], [3, 4]], { requires_grad: true })
 * @throws ValueError for ragged arrays, with the place.
 */
export const tensor = signature(
  'tensor',
  ['any data', ...dataOptions],
  (data: TensorData, options: TensorOptions = {}): Tensor => {
    if (data instanceof Tensor) return copyOf(data, options, 'torch.tensor')
    if (isTypedArray(data) && !isWide(data)) {
      return finish(
        fromValues(data as ArrayLike<number>, [data.length], options.dtype ?? dtypeOf(data, false), options.device),
        options,
      )
    }
    const shape = shapeOf(data)
    const leaves = new Leaves(shape)
    if (!leaves.take(data, 0)) checkNested(data, '')
    const { values } = leaves
    const dtype = options.dtype ?? dtypeOf(data, leaves.allBool && values.length > 0)
    if (dtype.kind === 'integer') for (const value of values) fitted(value, dtype, dtype.name)
    return finish(fromValues(values, shape, dtype, options.device), options)
  },
)

/** As `tensor`, for what may be one already: then the same one. */
export const as_tensor = signature(
  'as_tensor',
  ['any data', ...dataOptions],
  (data: TensorData, options: TensorOptions = {}): Tensor => {
    if (!(data instanceof Tensor)) return tensor(data, options)
    return data.to(options.dtype ?? data.dtype).to(options.device ?? data.device)
  },
)

/** A tensor that shares a typed array's memory on the CPU: changes of either show in both. */
export const from_numpy = signature(
  'from_numpy',
  ['any ndarray'],
  (ndarray: Float32Array | Float64Array | Int32Array | Uint8Array): Tensor => {
    if (!sharable.some((type) => ndarray instanceof type)) {
      throw new TypeError(
        `from_numpy(): expected a Float32Array, Float64Array, Int32Array or Uint8Array (got ${typeName(ndarray)})`,
      )
    }
    const dtype = dtypeOf(ndarray, false)
    return wrap(new Storage(getDevice('cpu'), dtype, ndarray.length, ndarray), [ndarray.length])
  },
)
const sharable = [Float32Array, Float64Array, Int32Array, Uint8Array] as const

/** A tensor of given values, in row-major order. */
export function fromValues(
  values: ArrayLike<number>,
  shape: Shape,
  dtype: DType,
  device: DeviceName | null = null,
): Tensor {
  const place = getDevice(device ?? get_default_device())
  const out = allocate(shape, dtype, place)
  const count = numel(shape)
  if (count === 0) return out
  const converted = dtype === bool ? Uint8Array.from(values, (value) => (value === 0 ? 0 : 1)) : values
  place.write(out.storage, converted)
  return out
}

/** A tensor of one value, for the function `name`. */
export function filled(name: string, size: Shape, value: number, dtype: DType, options: TensorOptions): Tensor {
  checkSizes(name, size)
  const given = fitted(value, dtype)
  const out = allocate([...size], dtype, getDevice(options.device ?? get_default_device()))
  write(out, given)
  return finish(out, { ...options, dtype })
}

/** Zeros. */
export const zeros = signature(
  'zeros',
  ['size *size', ...tensorOptions],
  (size: Shape, options: TensorOptions = {}): Tensor => filled('zeros', size, 0, options.dtype ?? float32, options),
)
/** Ones. */
export const ones = signature(
  'ones',
  ['size *size', ...tensorOptions],
  (size: Shape, options: TensorOptions = {}): Tensor => filled('ones', size, 1, options.dtype ?? float32, options),
)
/** A tensor whose elements are not defined; here they are zeros. */
export const empty = signature(
  'empty',
  ['size *size', ...tensorOptions],
  (size: Shape, options: TensorOptions = {}): Tensor => filled('empty', size, 0, options.dtype ?? float32, options),
)
/** One value throughout; its kind decides the dtype. */
export const full = signature(
  'full',
  ['size size', 'Number fill_value', ...tensorOptions],
  (size: Shape, fill_value: number | boolean, options: TensorOptions = {}): Tensor => {
    const dtype = options.dtype ?? (typeof fill_value === 'boolean' ? bool : float32)
    return filled('full', size, Number(fill_value), dtype, options)
  },
)
/** As `zeros`, with the shape, dtype and device of another tensor where not given. */
export const zeros_like = signature(
  'zeros_like',
  ['Tensor input', ...tensorOptions],
  (x: Tensor, options: TensorOptions = {}): Tensor => like(x, 0, options),
)
/** As `ones`, with the shape, dtype and device of another tensor where not given. */
export const ones_like = signature(
  'ones_like',
  ['Tensor input', ...tensorOptions],
  (x: Tensor, options: TensorOptions = {}): Tensor => like(x, 1, options),
)
/** As `empty`, with the shape, dtype and device of another tensor where not given. */
export const empty_like = signature(
  'empty_like',
  ['Tensor input', ...tensorOptions],
  (x: Tensor, options: TensorOptions = {}): Tensor => like(x, 0, options),
)
/** As `full`, with the shape, dtype and device of another tensor where not given. */
export const full_like = signature(
  'full_like',
  ['Tensor input', 'Number fill_value', ...tensorOptions],
  (x: Tensor, fill_value: number | boolean, options: TensorOptions = {}): Tensor =>
    like(x, Number(fill_value), options),
)
function like(x: Tensor, value: number, options: TensorOptions): Tensor {
  const given = fitted(value, options.dtype ?? x.dtype)
  const out = emptyLike(x, options)
  write(out, given)
  return finish(out, options)
}

/** Memory for a tensor of the same shape, which lies in memory in the same order. */
export const emptyLike = (x: Tensor, { dtype, device }: TensorOptions): Tensor =>
  allocateIn(memoryOrder(x.shape, [x]), x.shape, dtype ?? x.dtype, getDevice(device ?? x.device))

/** Ones on the diagonal, zeros elsewhere. */
export const eye = signature(
  'eye',
  ['int n', 'int? m', ...tensorOptions],
  (n: number, m: number | null = null, options: TensorOptions = {}): Tensor => {
    const columns = m ?? n
    if (n < 0) throw new RuntimeError(`n must be greater or equal to 0, got ${n}`)
    if (columns < 0) throw new RuntimeError(`m must be greater or equal to 0, got ${columns}`)
    const out = zeros([n, columns], { ...options, requires_grad: false })
    if (out.numel() > 0) out.diagonal().fill_(1)
    return finish(out, options)
  },
)

/** `scalar_tensor(3)`: a number as a 0-dimensional tensor. */
export const scalar_tensor = signature(
  'scalar_tensor',
  ['Number s', ...tensorOptions],
  (s: number, options: TensorOptions = {}): Tensor => full([], s, options),
)
