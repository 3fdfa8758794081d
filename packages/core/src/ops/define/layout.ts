import type { Device } from '../../devices/device.ts'
import type { DType } from '../../dtype.ts'
import { broadcastStrides, isContiguous, type Shape } from '../../shape.ts'
import { alias, allocate } from '../../tensor/make.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import type { Value } from './operands.ts'

/** The order of dimensions in which a result lies in memory, the outermost first; `null` where it is row-major. */
export type MemoryOrder = readonly number[] | null

/**
 * The order that results take over from their operands, so that transposed ones give a transposed one: dimensions of
 * larger strides come first, the first operand that tells two of them apart decides, and broadcast ones have no say.
 *
 * @see https://github.com/pytorch/pytorch/blob/v2.0.0/aten/src/ATen/TensorIterator.cpp (reorder_dimensions)
 */
export function memoryOrder(shape: Shape, operands: readonly Value[]): MemoryOrder {
  let isRowMajor = true
  for (let i = 0; i < operands.length; i++) {
    const x = operands[i] as Value
    if (typeof x !== 'number' && !isContiguous(x)) isRowMajor = false
  }
  if (isRowMajor) return null
  const strides = operands.flatMap((x) => (typeof x === 'number' ? [] : [broadcastStrides(x, shape)]))
  // Sorted by insertion, the innermost first, as not all pairs can be told apart.
  const order = shape.map((_, dim) => shape.length - 1 - dim)
  for (let i = 1; i < order.length; i++) {
    for (let at = i, before = i - 1; before >= 0; before--) {
      const sign = compare(order[before] as number, order[at] as number, shape, strides)
      if (sign < 0) break
      if (sign === 0) continue
      ;[order[before], order[at]] = [order[at] as number, order[before] as number]
      at = before
    }
  }
  order.reverse()
  return order.every((dim, i) => dim === i) ? null : order
}

/** Above 0 where dimension `a` goes outside of `b`, below 0 where inside; 0 where no operand tells. */
function compare(a: number, b: number, shape: Shape, strides: readonly (readonly number[])[]): number {
  for (const own of strides) {
    const [x, y] = [own[a] as number, own[b] as number]
    if (x === 0 || y === 0) continue
    if (x !== y) return x - y
    if ((shape[a] as number) > (shape[b] as number)) return 1
  }
  return 0
}

/** A new tensor that lies in memory in an order. */
export function allocateIn(order: MemoryOrder, shape: Shape, dtype: DType, device: Device): Tensor {
  if (order === null) return allocate(shape, dtype, device)
  const out = allocate(
    order.map((dim) => shape[dim] as number),
    dtype,
    device,
  )
  const strides = new Array<number>(shape.length)
  order.forEach((dim, i) => {
    strides[dim] = out.strides[i] as number
  })
  return alias(out, { shape, strides, offset: 0 })
}

/** A window with its dimensions in an order: what `allocateIn` made is row-major then. Broadcast operands are of `shape` first. */
export function inOrder(order: MemoryOrder, x: Tensor, shape: Shape): Tensor
export function inOrder(order: MemoryOrder, x: Value, shape: Shape): Value
export function inOrder(order: MemoryOrder, x: Value, shape: Shape): Value {
  if (order === null || typeof x === 'number') return x
  const strides = broadcastStrides(x, shape)
  const pick = (list: readonly number[]): number[] => order.map((dim) => list[dim] as number)
  return alias(x, { shape: pick(shape), strides: pick(strides), offset: x.offset })
}
