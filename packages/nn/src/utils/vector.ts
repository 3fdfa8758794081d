import { cat, no_grad, signature, Tensor, TypeError, typeName } from '@chainrule/core'

/** The tensors of anything that iterates, in a list; each has to be one. */
export function tensorsOf(of: string, parameters: unknown): Tensor[] {
  const iterator: unknown = (parameters as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator]
  if (typeof iterator !== 'function') throw new TypeError(`'${typeName(parameters)}' object is not iterable`)
  return Array.from(parameters as Iterable<unknown>, (parameter, i) => {
    if (parameter instanceof Tensor) return parameter
    throw new TypeError(`${of}(): parameters have to be tensors, but number ${i} is of type ${typeName(parameter)}`)
  })
}

/** All parameters, one after the other, in one vector. */
export const parameters_to_vector = signature(
  'parameters_to_vector',
  ['any parameters'],
  (parameters: Iterable<Tensor>): Tensor =>
    cat(tensorsOf('parameters_to_vector', parameters).map((parameter) => parameter.view(-1))),
  'python',
)

/** Copies the parts of a vector into parameters, in order. */
export const vector_to_parameters = signature(
  'vector_to_parameters',
  ['any vec', 'any parameters'],
  (vec: Tensor, parameters: Iterable<Tensor>): void => {
    if (!((vec as unknown) instanceof Tensor)) {
      throw new TypeError(`expected torch.Tensor, but got: torch.${typeName(vec)}`)
    }
    let at = 0
    no_grad(() => {
      for (const parameter of tensorsOf('vector_to_parameters', parameters)) {
        parameter.copy_(vec.narrow(0, at, parameter.numel()).view(parameter.shape))
        at += parameter.numel()
      }
    })
  },
  'python',
)
