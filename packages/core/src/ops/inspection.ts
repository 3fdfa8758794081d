import { sameShape } from '../shape.ts'
import { Tensor } from '../tensor/tensor.ts'

/** Whether something is a tensor. */
export const is_tensor = (x: unknown): x is Tensor => x instanceof Tensor
/** The number of elements. */
export const numel = (x: Tensor): number => x.numel()
/** Whether the elements are floating point numbers. */
export const is_floating_point = (x: Tensor): boolean => x.is_floating_point()
/** Whether the elements can be less than 0. */
export const is_signed = (x: Tensor): boolean => x.is_signed()
/** Whether it was made under `inference_mode`. */
export const is_inference = (x: Tensor): boolean => x.is_inference()
/** Whether two tensors have one shape. */
export const is_same_size = (x: Tensor, other: Tensor): boolean => sameShape(x.shape, other.shape)
