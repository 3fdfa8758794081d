import type { Shape } from '../shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { named } from './arguments.ts'
import { full, ones, type TensorData, type TensorOptions, tensor, tensorOptions, zeros } from './creation.ts'

const from = (x: Tensor, options: TensorOptions): TensorOptions => ({
  ...options,
  dtype: options.dtype ?? x.dtype,
  device: options.device ?? x.device,
})
/** Zeros, with the dtype and device of this tensor. */
export const new_zeros = named(
  'new_zeros',
  ['input', '*size'],
  (x: Tensor, size: Shape, options: TensorOptions = {}): Tensor => zeros(size, from(x, options)),
  tensorOptions,
)
/** Ones, with the dtype and device of this tensor. */
export const new_ones = named(
  'new_ones',
  ['input', '*size'],
  (x: Tensor, size: Shape, options: TensorOptions = {}): Tensor => ones(size, from(x, options)),
  tensorOptions,
)
/** Undefined elements (zeros), with the dtype and device of this tensor. */
export const new_empty = named(
  'new_empty',
  ['input', '*size'],
  (x: Tensor, size: Shape, options: TensorOptions = {}): Tensor => zeros(size, from(x, options)),
  tensorOptions,
)
/** One value, with the dtype and device of this tensor. */
export const new_full = named(
  'new_full',
  ['input', 'size', 'fill_value'],
  (x: Tensor, size: Shape, fill_value: number | boolean, options: TensorOptions = {}): Tensor =>
    full(size, fill_value, from(x, options)),
  tensorOptions,
)
/** A tensor of data, with the dtype and device of this tensor. */
export const new_tensor = named(
  'new_tensor',
  ['input', 'data'],
  (x: Tensor, data: TensorData, options: TensorOptions = {}): Tensor => tensor(data, from(x, options)),
  tensorOptions,
)
