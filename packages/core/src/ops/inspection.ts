import { sameShape } from '../shape.ts'
import { Tensor } from '../tensor/tensor.ts'

/** Whether something is a tensor. */
export const is_tensor = (x: unknown): x is Tensor => x instanceof Tensor
/** The number of elements. */
export const numel = (x: Tensor): number => x.numel()
/** Whether the elements are floating point numbers. */
export const is_floating_point = (x: Tensor): boolean => x.is_floating_point()
/** Whether two tensors have one shape. */
export const is_same_size = (x: Tensor, other: Tensor): boolean => sameShape(x.shape, other.shape)
