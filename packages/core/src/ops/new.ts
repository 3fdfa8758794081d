import type { Shape } from '../shape.ts'
import { signature } from '../signature/index.ts'
import { Tensor } from '../tensor/tensor.ts'
import { copyOf, filled, type TensorData, type TensorOptions, tensor, tensorOptions } from './creation.ts'

const from = (x: Tensor, options: TensorOptions): TensorOptions => ({
  ...options,
  dtype: options.dtype ?? x.dtype,
  device: options.device ?? x.device,
})
const made = (name: string, x: Tensor, size: Shape, value: number, options: TensorOptions): Tensor =>
  filled(name, size, value, options.dtype ?? x.dtype, from(x, options))

/** Zeros, with the dtype and device of this tensor. */
export const new_zeros = signature(
  'new_zeros',
  ['Tensor input', 'size *size', ...tensorOptions],
  (x: Tensor, size: Shape, options: TensorOptions = {}): Tensor => made('new_zeros', x, size, 0, options),
)
/** Ones, with the dtype and device of this tensor. */
export const new_ones = signature(
  'new_ones',
  ['Tensor input', 'size *size', ...tensorOptions],
  (x: Tensor, size: Shape, options: TensorOptions = {}): Tensor => made('new_ones', x, size, 1, options),
)
/** Undefined elements (zeros), with the dtype and device of this tensor. */
export const new_empty = signature(
  'new_empty',
  ['Tensor input', 'size *size', ...tensorOptions],
  (x: Tensor, size: Shape, options: TensorOptions = {}): Tensor => made('new_empty', x, size, 0, options),
)
/** One value, with the dtype and device of this tensor. */
export const new_full = signature(
  'new_full',
  ['Tensor input', 'size size', 'Number fill_value', ...tensorOptions],
  (x: Tensor, size: Shape, fill_value: number | boolean, options: TensorOptions = {}): Tensor =>
    made('new_full', x, size, Number(fill_value), options),
)
/** A tensor of data, with the dtype and device of this tensor. */
export const new_tensor = signature(
  'new_tensor',
  ['Tensor input', 'any data', ...tensorOptions],
  (x: Tensor, data: TensorData, options: TensorOptions = {}): Tensor =>
    data instanceof Tensor ? copyOf(data, from(x, options), 'tensor.new_tensor') : tensor(data, from(x, options)),
)
