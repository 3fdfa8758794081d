/** Helpers around parameters and their gradients. */
export { type ClipOptions, clip_grad_norm_, clip_grad_value_ } from './clip_grad.ts'
export { parameters_to_vector, vector_to_parameters } from './vector.ts'
