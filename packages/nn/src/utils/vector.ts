import { cat, no_grad, type Tensor } from '@chainrule/core'

/** All parameters, one after the other, in one vector. */
export const parameters_to_vector = (parameters: Iterable<Tensor>): Tensor =>
  cat([...parameters].map((parameter) => parameter.view(-1)))

/** Copies the parts of a vector into parameters, in order. */
export function vector_to_parameters(vector: Tensor, parameters: Iterable<Tensor>): void {
  let at = 0
  no_grad(() => {
    for (const parameter of parameters) {
      parameter.copy_(vector.narrow(0, at, parameter.numel()).view(parameter.shape))
      at += parameter.numel()
    }
  })
}
