import { outsideScopes } from '../devices/scope.ts'
import { NotImplementedError, RuntimeError, ValueError } from '../errors.ts'
import { formatShape, sameShape } from '../shape.ts'
import { overloaded } from '../signature/index.ts'
import { wrapNumber } from '../tensor/make.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { warn } from '../warnings.ts'
import { accumulate } from './accumulate.ts'
import { type Root, runBackward } from './engine.ts'
import { checkRoot } from './graph.ts'

/** How `backward` runs. */
export interface BackwardOptions {
  /** The gradient to start from, where it is not given as the first argument. */
  readonly gradient?: Tensor | null
  /** Keep the graph for another pass; the value of `create_graph` where left out. */
  readonly retain_graph?: boolean
  /** Record the pass, so that the gradients can be differentiated. */
  readonly create_graph?: boolean
  /** Accumulate into these tensors only. */
  readonly inputs?: Tensor | readonly Tensor[]
}

/** A starting gradient: the given one, or 1 for a single element. */
function rootOf(tensor: Tensor, gradient: Tensor | null | undefined, position: number, isRecorded: boolean): Root {
  checkRoot(tensor, position)
  if (gradient === null || gradient === undefined) {
    if (tensor.numel() !== 1) throw new RuntimeError('grad can be implicitly created only for scalar outputs')
    const isNumber = tensor.ndim === 0 && typeof tensor.storage.buffer === 'number'
    const ones = isNumber ? wrapNumber(tensor.storage.device, tensor.dtype, 1) : tensor.new_ones(tensor.shape)
    // Nobody else knows of it: the pass frees it, unless it is recorded.
    ones.storage.unseen = !isRecorded
    return { tensor, gradient: ones }
  }
  if (!sameShape(gradient.shape, tensor.shape)) {
    throw new RuntimeError(
      `Mismatch in shape: grad_output[${position}] has a shape of torch.Size(${formatShape(gradient.shape)}) and ` +
        `output[${position}] has a shape of torch.Size(${formatShape(tensor.shape)}).`,
    )
  }
  return { tensor, gradient: gradient.dtype === tensor.dtype ? gradient : gradient.to(tensor.dtype) }
}

/** One gradient for each output, or none for all. */
function gradientsOf(
  given: Tensor | readonly (Tensor | null)[] | null | undefined,
  count: number,
): readonly (Tensor | null)[] {
  if (given === null || given === undefined) return []
  const gradients = listOf<Tensor | null>(given)
  if (gradients.length !== count) throw new RuntimeError(`got ${count} tensors and ${gradients.length} gradients`)
  return gradients
}

const listOf = <T>(x: T | readonly T[]): readonly T[] => (Array.isArray(x) ? (x as readonly T[]) : [x as T])

/** Accumulates the gradients of outputs, each from its own start, into the leaves. */
export function runAll(
  outputs: readonly Tensor[],
  gradients: readonly (Tensor | null)[],
  retain_graph: boolean | null = null,
  create_graph = false,
  inputs: Tensor | readonly Tensor[] | null = null,
): void {
  const roots = outputs.map((tensor, i) => rootOf(tensor, gradients[i], i, create_graph))
  const targets = inputs === null ? null : listOf(inputs)
  if (targets?.length === 0) throw new RuntimeError("'inputs' argument to backward() cannot be empty.")
  if (create_graph) {
    warn(
      'Using backward() with create_graph=True will create a reference cycle between the parameter and its gradient which ' +
        'can cause a memory leak. We recommend using autograd.grad when creating the graph to avoid this. If you have to ' +
        'use this function, make sure to reset the .grad fields of your parameters to None after use to break the cycle ' +
        'and avoid the leak.',
    )
  }
  // What goes into `.grad` outlives the scope that the pass runs in.
  outsideScopes(() => {
    const captured = runBackward(roots, { retain: retain_graph ?? create_graph, create: create_graph, inputs: targets })
    targets?.forEach((target, i) => {
      const gradient = captured[i] ?? null
      if (gradient !== null) accumulate(target, gradient)
    })
  })
}

/** Calls of `backward`: options by position too. */
interface Backward {
  (
    tensors: Tensor | readonly Tensor[],
    grad_tensors?: Tensor | readonly (Tensor | null)[] | null,
    options?: BackwardOptions,
  ): void
  (
    tensors: Tensor | readonly Tensor[],
    grad_tensors: Tensor | readonly (Tensor | null)[] | null | undefined,
    retain_graph: boolean | null | undefined,
    create_graph?: boolean,
    options?: Pick<BackwardOptions, 'inputs'>,
  ): void
  (tensors: Tensor | readonly Tensor[], options: BackwardOptions & GradTensors): void
}
interface GradTensors {
  readonly grad_tensors?: Tensor | readonly (Tensor | null)[] | null
}

/**
 * Computes the gradients of tensors and adds them into the `.grad` of the leaves.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.backward.html
 */
export const backward = overloaded<Backward>(
  'backward',
  [
    'Tensor|Tensor[] tensors',
    'Tensor|Tensor?[]? grad_tensors',
    'bool? retain_graph',
    'bool create_graph',
    '*',
    'Tensor|Tensor[]? inputs',
  ],
  (
    tensors: Tensor | readonly Tensor[],
    grad_tensors: Tensor | readonly (Tensor | null)[] | null = null,
    retain_graph: boolean | null = null,
    create_graph = false,
    { inputs = null }: { readonly inputs?: Tensor | readonly Tensor[] | null } = {},
  ): void => {
    const outputs = listOf(tensors)
    runAll(outputs, gradientsOf(grad_tensors, outputs.length), retain_graph, create_graph, inputs)
  },
  'python',
)

/** How `grad` runs. */
export interface GradOptions {
  /** The gradients to start from, 1 for single elements where left out. */
  readonly grad_outputs?: Tensor | readonly (Tensor | null)[] | null
  readonly retain_graph?: boolean
  readonly create_graph?: boolean
  /** Give `null`, rather than an error, for inputs that the outputs do not depend on. */
  readonly allow_unused?: boolean
  /** Give zeros for such inputs. */
  readonly materialize_grads?: boolean
}

/** The gradients of the inputs of `grad`, in the same order. */
export type Gradients<I, O> = I extends readonly unknown[] ? { -readonly [K in keyof I]: Gradient<O> } : [Gradient<O>]
type Gradient<O> = O extends { readonly allow_unused: true } ? Tensor | null : Tensor

/** Calls of `grad`: options by position too. */
interface Grad {
  <const I extends Tensor | readonly Tensor[], O extends GradOptions = GradOptions>(
    outputs: Tensor | readonly Tensor[],
    inputs: I,
    options?: O,
  ): Gradients<I, O>
  <const I extends Tensor | readonly Tensor[], O extends GradOptions = GradOptions>(
    outputs: Tensor | readonly Tensor[],
    inputs: I,
    grad_outputs: Tensor | readonly (Tensor | null)[] | null | undefined,
    options?: O,
  ): Gradients<I, O>
  <const I extends Tensor | readonly Tensor[]>(
    outputs: Tensor | readonly Tensor[],
    inputs: I,
    grad_outputs: Tensor | readonly (Tensor | null)[] | null | undefined,
    retain_graph: boolean | null | undefined,
    create_graph?: boolean,
    only_inputs?: boolean,
    allow_unused?: false,
  ): Gradients<I, object>
}

/**
 * The gradients of outputs with respect to inputs, without touching any `.grad`.
 *
 * @example
 * const [dx] = torch.autograd.grad(y, x)
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.grad.html
 */
export const grad = overloaded<Grad>(
  'grad',
  [
    'Tensor|Tensor[] outputs',
    'Tensor|Tensor[] inputs',
    'Tensor|Tensor?[]? grad_outputs',
    'bool? retain_graph',
    'bool create_graph',
    'bool only_inputs',
    'bool? allow_unused',
    'bool is_grads_batched',
    'bool materialize_grads',
  ],
  gradOf,
  'python',
)

function gradOf(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  grad_outputs: Tensor | readonly (Tensor | null)[] | null = null,
  retain_graph: boolean | null = null,
  create_graph = false,
  only_inputs = true,
  allow_unused: boolean | null = null,
  is_grads_batched = false,
  materialize_grads = false,
): (Tensor | null)[] {
  if (!only_inputs) throw new NotImplementedError('grad(): only_inputs=False is deprecated and not supported')
  if (is_grads_batched) throw new NotImplementedError('grad(): is_grads_batched=True is not supported')
  if (allow_unused === false && materialize_grads) {
    throw new ValueError(
      'Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False.',
    )
  }
  const gradients = gradientsOf(grad_outputs, listOf(outputs).length)
  const roots = listOf(outputs).map((tensor, i) => rootOf(tensor, gradients[i], i, create_graph))
  const targets = listOf(inputs)
  if (targets.length === 0) throw new ValueError('grad requires non-empty inputs.')
  const found = runBackward(roots, { retain: retain_graph ?? create_graph, create: create_graph, inputs: targets })
  return found.map((gradient, i) => {
    if (gradient !== null) return gradient
    if (materialize_grads) return (targets[i] as Tensor).new_zeros((targets[i] as Tensor).shape)
    if (allow_unused !== true) {
      throw new RuntimeError(
        'One of the differentiated Tensors appears to not have been used in the graph. Set allow_unused=True if this is the ' +
          'desired behavior.',
      )
    }
    return null
  })
}
