import { type ElementwiseFunction, elementwise, reduction as fold, type Tensor, type TensorLike } from '@chainrule/core'
import { checkReduction, type Reduction } from './reduction.ts'

/** The loss of one element, from which all reductions derive. */
export interface LossDefinition {
  /** The loss, as a formula over inputs and parameters. */
  readonly forward: string
  /** Its derivative by an input, where the one derived from `forward` will not do. */
  readonly slope?: Readonly<Record<string, string>>
  /** Numbers that shape the loss. */
  readonly parameters?: Readonly<Record<string, number>>
  /** PyTorch's name of the node in the graph: one for all reductions, or that of the unreduced loss. */
  readonly node: string | { readonly none: string }
}

/** A loss of tensors that broadcast, reduced, with the values of its parameters. */
export type Loss = (tensors: readonly Tensor[], reduction?: Reduction, ...parameters: number[]) => Tensor

/**
 * Defines a loss by the formula of one element. Each reduction is one kernel over it, forward and backward: the mean never
 * stores what it averages.
 */
export function loss(
  name: string,
  inputs: readonly string[],
  { forward, slope = {}, parameters = {}, node }: LossDefinition,
): Loss {
  const scaled = (factor: string): Record<string, string> =>
    Object.fromEntries(Object.entries(slope).map(([input, d]) => [input, `${factor} * (${d})`]))
  const nodes =
    typeof node === 'string'
      ? { none: node, mean: node, sum: node }
      : { none: node.none, mean: 'MeanBackward0', sum: 'SumBackward0' }
  const folded = (kind: 'mean' | 'sum'): Loss => {
    const op = fold(`${name}_${kind}`, inputs, {
      start: 0,
      step: `acc + (${forward})`,
      finish: kind === 'mean' ? 'acc / n' : 'acc',
      gradient: scaled(kind === 'mean' ? 'g / n' : 'g'),
      parameters,
      result: 'floating',
      node: [nodes[kind], nodes[kind]],
    })
    return (tensors, _, ...values) => op.call(tensors, { parameters: values })
  }
  const each = (): Loss => {
    const op: ElementwiseFunction<readonly (TensorLike | Readonly<Record<string, number>>)[]> = elementwise<
      readonly string[],
      string
    >(name, inputs, { forward, gradient: scaled('g'), parameters, result: 'floating', node: nodes.none })
    return (tensors, _, ...values) => op(...tensors, ...values)
  }
  const make = { none: each, mean: () => folded('mean'), sum: () => folded('sum') }
  const made: Partial<Record<Reduction, Loss>> = {}
  return (tensors, reduction = 'mean', ...values) => {
    checkReduction(reduction)
    // A lone number is its own mean and sum, and needs no loop.
    const kind = typeof node === 'string' && tensors.every((x) => x.ndim === 0) ? 'none' : reduction
    made[kind] ??= make[kind]()
    return made[kind](tensors, kind, ...values)
  }
}

/** A loss and the same with a weight for each element as its last input. */
export function weightedLoss(
  name: string,
  inputs: readonly string[],
  definition: LossDefinition,
): (tensors: readonly Tensor[], weight: Tensor | null, reduction?: Reduction) => Tensor {
  const plain = loss(name, inputs, definition)
  const slopes = Object.entries(definition.slope ?? {})
  const weighted = loss(`weighted_${name}`, [...inputs, 'weight'], {
    ...definition,
    forward: `weight * (${definition.forward})`,
    slope: Object.fromEntries(slopes.map(([input, d]) => [input, `weight * (${d})`])),
  })
  return (tensors, weight, reduction) =>
    weight === null ? plain(tensors, reduction) : weighted([...tensors, weight], reduction)
}
