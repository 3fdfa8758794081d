import { type BackwardFunction, record, recording } from '../../autograd/graph.ts'
import { modes } from '../../autograd/modes.ts'
import { freeing } from '../../devices/scope.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { pascalCase } from './names.ts'

/** What a routine's gradient may read. */
export interface RoutineGradient {
  /** Tensors to keep, with the result last where it is asked for; `null` for one that no wanted gradient reads. */
  readonly saved: readonly (Tensor | null)[]
  readonly backward: BackwardFunction
}

/**
 * Runs work that no formula says, and records it as one step. `compute` runs without a graph, and what it makes beside
 * its result is freed when it returns; `gradient` says, in ops, how gradients flow back, and is asked only when they do.
 */
export function routine(
  name: string,
  inputs: readonly Tensor[],
  compute: () => Tensor,
  gradient: (out: Tensor) => RoutineGradient,
): Tensor {
  return routines(
    name,
    inputs,
    () => [compute()],
    ([out]) => gradient(out as Tensor),
  )[0] as Tensor
}

/** As `routine`, for several results. */
export function routines<T extends readonly Tensor[]>(
  name: string,
  inputs: readonly Tensor[],
  compute: () => T,
  gradient: (outputs: T) => RoutineGradient,
): T {
  const grad = modes.grad
  modes.grad = false
  let outputs: T
  try {
    outputs = freeing(compute, (results) => results.map((x) => x.storage))
  } finally {
    modes.grad = grad
  }
  for (const out of outputs) {
    // What it shows was made in here: to the outside it is no view.
    if (out.viewOf !== null && !inputs.some((x) => x.storage === out.storage)) out.viewOf = null
    if (modes.inference) out.inference = true
  }
  if (recording(inputs)) {
    const { saved, backward } = gradient(outputs)
    record(`${pascalCase(name)}Backward0`, inputs, outputs, saved, backward)
  }
  return outputs
}

/** Runs work that no gradient flows through. What it makes beside its result is freed when it returns. */
export const unrecorded = (compute: () => Tensor): Tensor =>
  routine('unrecorded', [], compute, () => ({ saved: [], backward: () => [] }))
