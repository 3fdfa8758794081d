import { nameStep } from '../autograd/graph.ts'
import { checkInPlace } from '../autograd/view.ts'
import { type DeviceName, getDevice } from '../devices/device.ts'
import { bool, DType, float32, float64, int32, type TypedArray, uint8 } from '../dtype.ts'
import { RuntimeError, ValueError } from '../errors.ts'
import { broadcastShapes, isContiguous, numel, type Shape } from '../shape.ts'
import { overloaded, signature } from '../signature/index.ts'
import { alias, allocate } from '../tensor/make.ts'
import { Tensor, type TensorLike } from '../tensor/tensor.ts'
import { memoryOrder } from './define/layout.ts'
import { checkApart, checkFits, checkMemory, fitted, toValue } from './define/operands.ts'
import { routine } from './define/routine.ts'
import { inPlace, overwrite, write } from './inplace.ts'
import { copied, copyOf, peek } from './packed.ts'

/** A copy, recorded. It lies in memory in the same order, without gaps. */
export const clone = signature('clone', ['Tensor input'], (x: Tensor): Tensor => copied(x, memoryOrder(x.shape, [x])))

/** The tensor itself where it lies in row-major order, a copy in that order otherwise. */
export const contiguous = signature(
  'contiguous',
  ['Tensor input'],
  (x: Tensor): Tensor => (isContiguous(x) ? x : copied(x, null)),
)

/** `x` itself. */
export const positive = signature('positive', ['Tensor input'], (x: Tensor): Tensor => {
  if (x.dtype.kind === 'bool') throw new RuntimeError('The `+` operator, on a bool tensor is not supported.')
  return x
})

/** What `to` is called with. */
interface To {
  (input: Tensor, dtype: DType, options?: ToOptions): Tensor
  (input: Tensor, device: DeviceName, options?: ToOptions): Tensor
  (input: Tensor, device: DeviceName, dtype: DType): Tensor
  (input: Tensor, other: Tensor, options?: ToOptions): Tensor
  (input: Tensor, target: DType | DeviceName | Tensor, options?: ToOptions): Tensor
  (input: Tensor, options: ToOptions & { readonly other?: Tensor }): Tensor
}

/** Where a tensor is to go: a dtype, a device, both, or the same as another tensor. */
export interface ToOptions {
  readonly dtype?: DType | null | undefined
  readonly device?: DeviceName | null | undefined
  /** Copy even where nothing changes. */
  readonly copy?: boolean | undefined
}

/**
 * The tensor in another dtype or on another device; itself where it is there already.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.to.html
 */
export const to = overloaded<To>(
  'to',
  [
    'Tensor input',
    'dtype|device|Tensor? target',
    'dtype? second',
    '*',
    'dtype? dtype',
    'device? device',
    'Tensor? other',
    'bool non_blocking',
    'bool copy',
  ],
  (
    x: Tensor,
    target: DType | DeviceName | Tensor | null = null,
    second: DType | null = null,
    { other, ...named }: ToOptions & { readonly other?: Tensor } = {},
  ): Tensor => {
    const wanted: ToOptions = { ...placeOf(other ?? target), ...(second === null ? {} : { dtype: second }), ...named }
    const { copy = false } = wanted
    const own = x.dtype
    const [dtype, device] = [wanted.dtype ?? own, wanted.device ?? x.device]
    const place = getDevice(device)
    if (place !== x.storage.device) return transfer(x, dtype, device)
    if (dtype === x.dtype) return copy ? clone(x) : x
    return routine(
      'to_copy',
      [x],
      () => copyOf(x, dtype, memoryOrder(x.shape, [x])),
      () => ({
        saved: [],
        backward: ([g = null]) => [g === null ? null : to(g, own)],
      }),
    )
  },
)

/** The dtype and device that a target of `to` names. */
function placeOf(target: DType | DeviceName | Tensor | null): ToOptions {
  if (target === null) return {}
  if (target instanceof DType) return { dtype: target }
  return typeof target === 'string' ? { device: target } : { dtype: target.dtype, device: target.device }
}

function transfer(x: Tensor, dtype: DType, device: DeviceName): Tensor {
  const [from, own] = [x.device, x.dtype]
  return routine(
    'to_copy',
    [x],
    () => {
      const packed = contiguous(x.dtype === dtype ? x : to(x, dtype))
      const place = getDevice(device)
      const out = allocate(x.shape, dtype, place)
      const values = packed.storage.device.read(packed.storage)
      place.write(out.storage, values.subarray(packed.offset, packed.offset + out.numel()))
      return out
    },
    () => ({ saved: [], backward: ([g = null]) => [g === null ? null : to(g, from, { dtype: own })] }),
  )
}

/** As float32. */
export const float = signature('float', ['Tensor input'], (x: Tensor): Tensor => to(x, float32))
/** As float64. */
export const double = signature('double', ['Tensor input'], (x: Tensor): Tensor => to(x, float64))
/** As int32; fractions are cut off. */
export const int = signature('int', ['Tensor input'], (x: Tensor): Tensor => to(x, int32))
/** As the default integer, which is int32. */
export const long = signature('long', ['Tensor input'], (x: Tensor): Tensor => to(x, int32))
/** As uint8. */
export const byte = signature('byte', ['Tensor input'], (x: Tensor): Tensor => to(x, uint8))
/** As truth values. */
const asBool = signature('bool', ['Tensor input'], (x: Tensor): Tensor => to(x, bool))

export { asBool as bool }
/** As another tensor's dtype. */
export const type_as = signature(
  'type_as',
  ['Tensor input', 'Tensor other'],
  (x: Tensor, other: Tensor): Tensor => to(x, other),
)

/** What `type` is called with. */
interface TypeOf {
  (input: Tensor): string
  (input: Tensor, dtype: DType | string): Tensor
}

const typeName = ({ scalarName }: DType): string => `torch.${scalarName}Tensor`
const dtypes = [bool, float32, float64, int32, uint8]

/** The tensor in another dtype, which may be named by PyTorch's name of its tensors; without one, that name: `torch.FloatTensor`. */
export const type = overloaded<TypeOf>(
  'type',
  ['Tensor input', 'dtype|str dtype'],
  (x: Tensor, dtype: DType | string | null = null): Tensor | string => {
    if (dtype === null) return typeName(x.dtype)
    if (dtype instanceof DType) return to(x, dtype)
    const named = dtypes.find((one) => typeName(one) === dtype)
    if (named === undefined) throw new ValueError(`invalid type: '${dtype}'`)
    return to(x, named)
  },
)

/** Overwrites `x` with `src`, which broadcasts and is converted. `non_blocking` is accepted, without an effect. */
export const copy_ = signature(
  'copy_',
  ['Tensor input', 'Tensor|Number src', 'bool non_blocking'],
  (x: Tensor, src: TensorLike, _non_blocking = false): Tensor => {
    checkInPlace(x)
    const value = toValue('copy_', src)
    const size = typeof value === 'number' ? [] : value.shape
    const operands = typeof value === 'number' ? [x] : [x, value]
    if (typeof value !== 'number' && value.storage.device !== x.storage.device) return copy_(x, to(value, x.device))
    checkMemory(x, operands.slice(1))
    if (typeof value !== 'number') checkFits(x, broadcastShapes(x.shape, value.shape))
    return inPlace(
      x,
      operands.slice(1),
      () => write(x, value),
      ([g = null], needs) => [
        g === null || !needs(0) ? null : g.new_zeros(g.shape),
        ...(typeof value === 'number' ? [] : [g === null || !needs(1) ? null : to(g, value.dtype).sum_to_size(size)]),
      ],
      'CopyBackwards',
    )
  },
)

/** Overwrites every element with one value. */
export const fill_ = signature(
  'fill_',
  ['Tensor input', 'Tensor|Number value'],
  (x: Tensor, value: TensorLike): Tensor => {
    if (value instanceof Tensor && value.ndim !== 0) {
      throw new RuntimeError(
        `fill_ only supports 0-dimension value tensor but got tensor with ${value.ndim} dimensions.`,
      )
    }
    const number = typeof value === 'number' ? fitted(value, x.dtype) : value
    const given = toValue('fill_', number)
    if (given instanceof Tensor) {
      checkInPlace(x)
      checkApart(x)
    }
    const others = given instanceof Tensor ? [given] : []
    return overwrite(
      x,
      others,
      () => write(withoutRepeats(x), given),
      ([g = null], needs) => [
        g === null || !needs(0) ? null : g.new_zeros(g.shape),
        ...(given instanceof Tensor ? [g === null || !needs(1) ? null : to(g.sum(), given.dtype)] : []),
      ],
      given instanceof Tensor ? 'FillBackward3' : 'FillBackward2',
    )
  },
)

/** A tensor of this shape and dtype with one value. */
export const fill = signature(
  'fill',
  ['Tensor input', 'Tensor|Number value'],
  (x: Tensor, value: TensorLike): Tensor =>
    nameStep(fill_(x.clone(), value), value instanceof Tensor ? 'FillBackward1' : 'FillBackward0'),
)

/** The window that shows each element of expanded memory once. */
const withoutRepeats = (x: Tensor): Tensor =>
  x.strides.includes(0)
    ? alias(x, {
        strides: x.strides,
        offset: x.offset,
        shape: x.shape.map((size, i) => (x.strides[i] === 0 ? Math.min(size, 1) : size)),
      })
    : x

/** Sets every element to 0. */
export const zero_ = signature('zero_', ['Tensor input'], (x: Tensor): Tensor => {
  return overwrite(
    x,
    [],
    () => write(withoutRepeats(x), 0),
    ([g = null]) => [g === null ? null : g.new_zeros(g.shape)],
    'ZeroBackward0',
  )
})

/** The same memory without the history: changes in place show in both. */
export const detach = signature('detach', ['Tensor input'], (x: Tensor): Tensor => {
  const out = alias(x, x)
  out.inference = x.inference
  return out
})

/** The elements in row-major order, as a new typed array. */
export const to_typed_array = signature('to_typed_array', ['Tensor input'], (x: Tensor): TypedArray => peek(x).slice())

/** A number or boolean, or arrays of them, nested as deep as a tensor has dimensions. */
export type NestedList = number | boolean | readonly NestedList[]

/**
 * A number, or arrays nested as deep as a tensor has dimensions. How deep is what no type can see: this one has what a number
 * has and what an array has.
 */
export type Nested = number & NestedArray
/** Elements or rows of a tensor. */
export interface NestedArray extends Array<Nested> {}

/** What `tolist` is called with, and gives: `T` where the program says it. */
interface ToList {
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the program says what it expects
  <T extends NestedList = Nested>(input: Tensor): T
}

/** The elements as nested arrays; a 0-dimensional tensor gives a number. Bools are booleans. */
export const tolist = overloaded<ToList>('tolist', ['Tensor input'], (x: Tensor): NestedList => {
  return nest(to_typed_array(x), x.shape, x.dtype === bool)
})

function nest(values: ArrayLike<number>, shape: Shape, isBool: boolean): NestedList {
  const build = (dim: number, start: number): NestedList => {
    if (dim === shape.length) return isBool ? values[start] !== 0 : (values[start] as number)
    const step = numel(shape.slice(dim + 1))
    return Array.from({ length: shape[dim] as number }, (_, i) => build(dim + 1, start + i * step))
  }
  return build(0, 0)
}
