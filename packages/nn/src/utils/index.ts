/** Helpers around parameters and their gradients. */
export { clip_grad_norm_, clip_grad_value_, clip_grads_with_norm_, get_total_norm } from './clip_grad.ts'
export { remove_spectral_norm, spectral_norm } from './spectral_norm.ts'
export { parameters_to_vector, vector_to_parameters } from './vector.ts'
export { remove_weight_norm, weight_norm } from './weight_norm.ts'
