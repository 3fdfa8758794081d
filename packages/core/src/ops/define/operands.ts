import { getDevice } from '../../devices/device.ts'
import { bool, type DType, float32, float64, largestFloat32, uint8 } from '../../dtype.ts'
import { RuntimeError, TypeError } from '../../errors.ts'
import { broadcastShapes, formatShape, isContiguous, numel, type Shape, sameShape } from '../../shape.ts'
import { shown } from '../../signature/index.ts'
import { wrapNumber } from '../../tensor/make.ts'
import { Tensor, type TensorLike } from '../../tensor/tensor.ts'

/** What an op computes with. */
export type Value = Tensor | number

/** Checks an argument of an elementwise op. A truth value becomes a bool scalar, so that it does not promote as 0 or 1. */
export function toValue(op: string, x: TensorLike): Value {
  if (x instanceof Tensor || typeof x === 'number') return x
  if (typeof x === 'boolean') return wrapNumber(getDevice('cpu'), bool, x ? 1 : 0)
  throw new TypeError(`${op}(): expected a Tensor or a number, got ${shown(x)}`)
}

/** PyTorch's names of the C++ types of elements. */
const cppNames: Readonly<Record<string, string>> = {
  float32: 'float',
  float64: 'double',
  int32: 'int',
  uint8: 'uint8_t',
}

/**
 * A number as elements of a dtype hold it, without its fraction where they are whole. One that they cannot hold is an error;
 * unsigned ones take negative whole numbers, which wrap.
 *
 * @see https://github.com/pytorch/pytorch/blob/v2.0.0/c10/util/TypeCast.h
 */
export function fitted(value: number, dtype: DType, typeName = cppNames[dtype.name]): number {
  if (dtype === float64) return value
  if (!fits(value, dtype)) {
    throw new RuntimeError(`value cannot be converted to type ${typeName} without overflow (it is ${value})`)
  }
  return dtype.round(value)
}

function fits(value: number, dtype: DType): boolean {
  if (dtype === bool) return true
  if (dtype === float32) return !Number.isFinite(value) || Math.abs(value) <= largestFloat32
  if (dtype === uint8) return value <= 255 && value >= (Number.isInteger(value) ? -255 : 0)
  return value >= -(2 ** 31) && value <= 2 ** 31 - 1
}

/** Operands in one place: as in PyTorch, a lone number on the CPU goes to where the others are. */
export function together(values: readonly Value[]): readonly Value[] {
  const away = values.find((x): x is Tensor => typeof x !== 'number' && x.device !== 'cpu')
  if (away === undefined) return values
  const isLone = (x: Tensor): boolean => x.device === 'cpu' && x.shape.length === 0
  return values.map((x) => (typeof x !== 'number' && isLone(x) ? x.to(away.device) : x))
}

/** The first tensor among operands, whose device is where the op runs; all others have to be there too. */
export function leader(op: string, operands: readonly Value[]): Tensor {
  let first: Tensor | null = null
  for (const x of operands) {
    if (typeof x === 'number') continue
    first ??= x
    if (x.storage.device !== first.storage.device) {
      throw new RuntimeError(
        `Expected all tensors to be on the same device, but found at least two devices, ${first.device} and ${x.device}! ` +
          `(in ${op}; move one with x.to('${first.device}'))`,
      )
    }
  }
  if (first === null) throw new TypeError(`${op}(): at least one argument must be a Tensor, got ${shown(operands)}`)
  return first
}

/** The shape that all operands broadcast to. */
export function commonShape(operands: readonly Value[]): Shape {
  let shape: Shape | null = null
  for (const x of operands) {
    if (typeof x !== 'number') shape = shape === null ? x.shape : broadcastShapes(shape, x.shape)
  }
  return shape ?? []
}

/** Checks that each element of `x` has a place of its own, and that the others are not where parts of it are written. */
export function checkMemory(x: Tensor, others: readonly Value[]): void {
  checkApart(x)
  for (const other of others) {
    if (typeof other !== 'number' && overlap(x, other) === 'part') throw shared()
  }
}

/** Checks that what an op computes has the shape of what is written to. */
export function checkFits(x: Tensor, shape: Shape): void {
  if (sameShape(x.shape, shape)) return
  throw new RuntimeError(
    `output with shape ${formatShape(x.shape)} doesn't match the broadcast shape ${formatShape(shape)}`,
  )
}

/** Checks that `x` can be written into while the others are read in another order: that they have no memory in common. */
export function checkSeparate(x: Tensor, others: readonly Tensor[]): void {
  checkApart(x)
  if (others.some((other) => overlap(x, other) !== null)) throw shared()
}

/** Checks that a mask or an index is not a part of what is written, unless it is all of it. */
export function checkNoPart(x: Tensor, mask: Tensor): void {
  if (overlap(x, mask) === 'part') throw shared()
}

const shared = (): RuntimeError =>
  new RuntimeError(
    'unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory ' +
      'location. Please clone() the tensor before performing the operation.',
  )

/** Checks that each element of what is written has memory of its own. */
export function checkApart(x: Tensor): void {
  if (x.shape.some((size, i) => size > 1 && x.strides[i] === 0) && !x.shape.includes(0)) {
    throw new RuntimeError(
      'unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please ' +
        'clone() the tensor before performing the operation.',
    )
  }
}

/** What two windows share of one storage: nothing, `all` where they are one window, or a `part`, as far as windows without gaps tell. */
function overlap(a: Tensor, b: Tensor): 'all' | 'part' | null {
  if (a.storage !== b.storage || a.shape.includes(0) || b.shape.includes(0)) return null
  if (a === b) return 'all'
  if (!isDense(a) || !isDense(b)) return null
  const [ends, others] = [a.offset + numel(a.shape), b.offset + numel(b.shape)]
  if (a.offset !== b.offset || ends !== others) return a.offset < others && b.offset < ends ? 'part' : null
  const stepsOf = (x: Tensor): readonly number[] => x.strides.filter((_, i) => x.shape[i] !== 1)
  return sameShape(stepsOf(a), stepsOf(b)) ? 'all' : 'part'
}

/** Whether the elements fill their memory, in whatever order the dimensions lie. */
function isDense(x: Tensor): boolean {
  if (isContiguous(x)) return true
  let expected = 1
  const dims = x.shape.map((size, i) => ({ size, stride: x.strides[i] as number })).filter(({ size }) => size !== 1)
  for (const { size, stride } of dims.sort((a, b) => a.stride - b.stride)) {
    if (stride !== expected) return false
    expected *= size
  }
  return true
}
