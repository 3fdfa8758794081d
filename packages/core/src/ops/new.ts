import type { Shape } from '../shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import {
  full,
  ones,
  type SizeArguments,
  sizesAndOptions,
  type TensorData,
  type TensorOptions,
  tensor,
  zeros,
} from './creation.ts'

const from = (x: Tensor, options: TensorOptions): TensorOptions => ({
  ...options,
  dtype: options.dtype ?? x.dtype,
  device: options.device ?? x.device,
})
/** Zeros, with the dtype and device of this tensor. */
export function new_zeros(x: Tensor, ...args: SizeArguments<TensorOptions>): Tensor {
  const { shape, options } = sizesAndOptions<TensorOptions>('new_zeros', args)
  return zeros(shape, from(x, options))
}
/** Ones, with the dtype and device of this tensor. */
export function new_ones(x: Tensor, ...args: SizeArguments<TensorOptions>): Tensor {
  const { shape, options } = sizesAndOptions<TensorOptions>('new_ones', args)
  return ones(shape, from(x, options))
}
/** Undefined elements (zeros), with the dtype and device of this tensor. */
export function new_empty(x: Tensor, ...args: SizeArguments<TensorOptions>): Tensor {
  const { shape, options } = sizesAndOptions<TensorOptions>('new_empty', args)
  return zeros(shape, from(x, options))
}
/** One value, with the dtype and device of this tensor. */
export const new_full = (x: Tensor, size: Shape, fill_value: number | boolean, options: TensorOptions = {}): Tensor =>
  full(size, fill_value, from(x, options))
/** A tensor of data, with the dtype and device of this tensor. */
export const new_tensor = (x: Tensor, data: TensorData, options: TensorOptions = {}): Tensor =>
  tensor(data, from(x, options))
