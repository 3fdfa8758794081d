import type { Shape } from '../shape.ts'
import { Tensor } from '../tensor/tensor.ts'
import { named } from './arguments.ts'
import { copyOf, filled, type TensorData, type TensorOptions, tensor, tensorOptions } from './creation.ts'

const from = (x: Tensor, options: TensorOptions): TensorOptions => ({
  ...options,
  dtype: options.dtype ?? x.dtype,
  device: options.device ?? x.device,
})
const made = (name: string, x: Tensor, size: Shape, value: number, options: TensorOptions): Tensor =>
  filled(name, size, value, options.dtype ?? x.dtype, from(x, options))

/** Zeros, with the dtype and device of this tensor. */
export const new_zeros = named(
  'new_zeros',
  ['input', '*size'],
  (x: Tensor, size: Shape, options: TensorOptions = {}): Tensor => made('new_zeros', x, size, 0, options),
  tensorOptions,
)
/** Ones, with the dtype and device of this tensor. */
export const new_ones = named(
  'new_ones',
  ['input', '*size'],
  (x: Tensor, size: Shape, options: TensorOptions = {}): Tensor => made('new_ones', x, size, 1, options),
  tensorOptions,
)
/** Undefined elements (zeros), with the dtype and device of this tensor. */
export const new_empty = named(
  'new_empty',
  ['input', '*size'],
  (x: Tensor, size: Shape, options: TensorOptions = {}): Tensor => made('new_empty', x, size, 0, options),
  tensorOptions,
)
/** One value, with the dtype and device of this tensor. */
export const new_full = named(
  'new_full',
  ['input', 'size', 'fill_value'],
  (x: Tensor, size: Shape, fill_value: number | boolean, options: TensorOptions = {}): Tensor =>
    made('new_full', x, size, Number(fill_value), options),
  tensorOptions,
)
/** A tensor of data, with the dtype and device of this tensor. */
export const new_tensor = named(
  'new_tensor',
  ['input', 'data'],
  (x: Tensor, data: TensorData, options: TensorOptions = {}): Tensor =>
    data instanceof Tensor ? copyOf(data, from(x, options), 'tensor.new_tensor') : tensor(data, from(x, options)),
  tensorOptions,
)
