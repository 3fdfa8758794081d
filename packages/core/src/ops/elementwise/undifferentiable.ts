import { RuntimeError } from '../../errors.ts'

/** What an op has in its definition for which PyTorch has no gradient: its name among PyTorch's operators, in the words of a backward pass. */
export const undifferentiable = (name: string) => ({
  node: 'NotImplemented',
  undifferentiable: () => new RuntimeError(`derivative for aten::${name} is not implemented`),
  refusesInPlace: () => new RuntimeError(`derivative for aten::${name}_ is not implemented`),
})
