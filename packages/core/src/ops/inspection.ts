import { sameShape } from '../shape.ts'
import { signature } from '../signature/index.ts'
import { Tensor } from '../tensor/tensor.ts'

/** Whether something is a tensor. */
export const is_tensor = (x: unknown): x is Tensor => x instanceof Tensor
/** The number of elements. */
export const numel = signature('numel', ['Tensor input'], (x: Tensor): number => x.numel())
/** Whether the elements are floating point numbers. */
export const is_floating_point = signature('is_floating_point', ['Tensor input'], (x: Tensor): boolean =>
  x.is_floating_point(),
)
/** Whether the elements can be less than 0. */
export const is_signed = signature('is_signed', ['Tensor input'], (x: Tensor): boolean => x.is_signed())
/** Whether it was made under `inference_mode`. */
export const is_inference = signature('is_inference', ['Tensor input'], (x: Tensor): boolean => x.is_inference())
/** Whether two tensors have one shape. */
export const is_same_size = signature(
  'is_same_size',
  ['Tensor input', 'Tensor other'],
  (x: Tensor, other: Tensor): boolean => sameShape(x.shape, other.shape),
)
