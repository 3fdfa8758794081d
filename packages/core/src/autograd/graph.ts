import { RuntimeError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { AccumulateGrad } from './accumulate.ts'
import { modes } from './modes.ts'
import { freedError, type Gradient, Node, SavedTensor } from './node.ts'

/** The node whose output this tensor is now; `null` for a leaf. */
export function gradientNode(x: Tensor): Node | null {
  if (x.viewOf !== null) x.viewOf.refresh(x)
  return x.node
}

/** Whether gradients flow to this tensor. */
export function requiresGrad(x: Tensor): boolean {
  return x.leafRequiresGrad || gradientNode(x) !== null
}

/** Where the gradient of this tensor goes: the node that made it, a leaf's accumulator, or nowhere. */
export function gradientEdge(x: Tensor): Node | null {
  const node = gradientNode(x)
  if (node !== null) return node
  if (!x.leafRequiresGrad) return null
  x.accumulator ??= new AccumulateGrad(x)
  return x.accumulator
}

/** Which output of its node each of the first `count` inputs is. One list serves all whose inputs are first outputs. */
export function outputIndices(inputs: readonly (Tensor | number)[], count: number): readonly number[] {
  for (let i = 0; i < count; i++) {
    const x = inputs[i] as Tensor | number
    if (typeof x !== 'number' && x.outputIndex !== 0)
      return inputs.slice(0, count).map((y) => (typeof y === 'number' ? 0 : y.outputIndex))
  }
  return (firstOutputs[count] ??= new Array<number>(count).fill(0))
}
const firstOutputs: (readonly number[])[] = []

/** Whether an op on these inputs has to be recorded. */
export function recording(inputs: readonly (Tensor | number)[]): boolean {
  if (!modes.grad) return false
  for (let i = 0; i < inputs.length; i++) {
    const x = inputs[i] as Tensor | number
    if (typeof x !== 'number' && requiresGrad(x)) return true
  }
  return false
}

/** Of two factors, each where the gradient of the other, which reads it, may be wanted. */
export const factors = (a: Tensor, b: Tensor): [Tensor | null, Tensor | null] => [
  requiresGrad(b) ? a : null,
  requiresGrad(a) ? b : null,
]

/** Names the step that made a tensor, where it is the last of several that users know as one: of what it is a window on they know nothing. */
export function nameStep(out: Tensor, label: string): Tensor {
  out.viewOf = null
  return nameView(out, label)
}

/** Names the step that made a tensor, where it shows memory that users know. */
export function nameView(out: Tensor, label: string): Tensor {
  if (out.node !== null) out.node.label = label
  return out
}

/** What a recorded op computes gradients with: one gradient for each input, `null` where there is none. */
export type BackwardFunction = (
  gradients: readonly Gradient[],
  /** Whether the gradient of an input is wanted at all. */
  needs: (input: number) => boolean,
  saved: readonly Tensor[],
) => readonly Gradient[]

/** A step whose gradient is a function over saved tensors. */
class FunctionNode extends Node {
  readonly #name: string
  #backward: BackwardFunction | null
  #saved: (SavedTensor | null)[] | null = []

  constructor(name: string, inputs: readonly Tensor[], backward: BackwardFunction) {
    super(inputs.map(gradientEdge), outputIndices(inputs, inputs.length))
    this.#name = name
    this.#backward = backward
  }

  /** Keeps tensors for the backward pass. Outputs too, once they know that this node made them. */
  save(tensors: readonly (Tensor | null)[]): void {
    this.#saved = tensors.map((x) => (x === null ? null : new SavedTensor(x, this)))
  }

  kind(): string {
    return this.#name
  }

  override get spreads(): boolean {
    return true
  }

  backward(gradients: readonly Gradient[]): readonly Gradient[] {
    if (this.#saved === null || this.#backward === null) throw freedError()
    if (gradients.every((g) => g === null)) return this.next.map(() => null)
    return this.#backward(
      gradients,
      (i) => wanted(this, i),
      this.#saved.map((x) => (x === null ? null : x.unpack()) as Tensor),
    )
  }

  override release(): void {
    if (this.#saved === null || this.#saved.length === 0) return
    for (const saved of this.#saved) saved?.release()
    this.#saved = null
    // It may hold tensors by itself.
    this.#backward = null
  }
}

/** In a pass towards given inputs only, the nodes that lead to them; otherwise `null`, and every node counts. */
export const pass: { needed: ReadonlySet<Node> | null } = { needed: null }

/** Whether the pass that runs now wants the gradient of a node's input. */
export function wanted(node: Node, input: number): boolean {
  const next = node.next[input]
  return next !== null && next !== undefined && (pass.needed === null || pass.needed.has(next))
}

/** Makes tensors the outputs of a node; those that are not floating point have no gradient. */
export function setHistory(outputs: readonly Tensor[], node: Node): void {
  outputs.forEach((output, i) => {
    if (output.dtype.kind !== 'floating') return
    output.node = node
    output.outputIndex = i
  })
}

/**
 * Records one step of the graph, where one of the inputs requires it: `outputs` were computed from `inputs`, and
 * `backward` says how gradients flow back. `saved` are the tensors that `backward` reads, `null` in the place of those that no
 * gradient reads which is ever wanted.
 */
export function record(
  name: string,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  saved: readonly (Tensor | null)[],
  backward: BackwardFunction,
): void {
  if (!recording(inputs)) return
  const node = new FunctionNode(name, inputs, backward)
  setHistory(outputs, node)
  node.save(saved)
}

/** Checks that a tensor may become the start of a backward pass. */
export function checkRoot(x: Tensor, position: number): void {
  if (!requiresGrad(x)) {
    throw new RuntimeError(`element ${position} of tensors does not require grad and does not have a grad_fn`)
  }
}
