import { free } from '../devices/scope.ts'
import { RuntimeError } from '../errors.ts'
import { callersTrace } from '../stack.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { modes } from './modes.ts'

/** A gradient on its way, or `null` where none flows. */
export type Gradient = Tensor | null

/** A function that looks at a gradient and may return another in its place. */
export type GradientHook = (grad: Tensor) => Tensor | undefined | null | void

/** What is called when a node runs, each in the order of registration. */
export interface Hooks {
  /** On the gradients of single outputs. */
  readonly tensors: { readonly index: number; readonly hook: GradientHook }[]
  /** Tensors that keep the gradient of an output in their `.grad`. */
  readonly retainers: { readonly index: number; readonly tensor: Tensor }[]
  /** On the whole node, before it runs. */
  readonly before: ((outputs: Gradient[]) => readonly Gradient[] | undefined | null | void)[]
  /** On the whole node, after it ran. */
  readonly after: ((inputs: Gradient[], outputs: Gradient[]) => readonly Gradient[] | undefined | null | void)[]
}

/** A hook that can be taken off again. */
export interface RemovableHandle {
  remove(): void
}

/** The words of PyTorch for a graph that is used again after it was freed. */
const FREED =
  'Trying to backward through the graph a second time (or directly access saved tensors after they have already been ' +
  'freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify ' +
  'retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors ' +
  'after calling backward.'

let made = 0

/**
 * One step of the graph: it turns the gradients of its outputs into the gradients of its inputs. A node is always made
 * after the nodes that it leads to, so falling `sequence` is an order in which a backward pass can run.
 */
export abstract class Node {
  readonly sequence: number = made++
  /** Where the gradient of each input goes: a node, and which of its outputs; `null` where none is wanted. */
  readonly next: (Node | null)[]
  readonly nextIndex: readonly number[]
  /** Gradients of the outputs that have arrived in the pass that runs now. */
  pending: Gradient[] | null = null
  /** The queue of that pass. */
  owner: unknown = null
  /** What is called when it runs; `null` where nobody asked. */
  hooks: Hooks | null = null
  /** Where the node was made, under anomaly detection. */
  readonly stack: string | null = modes.anomaly ? callersTrace() : null

  constructor(next: (Node | null)[], nextIndex: readonly number[]) {
    this.next = next
    this.nextIndex = nextIndex
  }

  /** The name of a step that is composed of others, of which this node is the last. */
  label: string | null = null

  /** PyTorch's name of the node, such as `MulBackward0`. */
  name(): string {
    return this.label ?? this.kind()
  }

  /** The name that the node has of itself. */
  abstract kind(): string

  /** The gradients of the inputs, aligned with `next`. */
  abstract backward(gradients: readonly Gradient[]): readonly Gradient[]

  /** Whether `backward` runs code of the user, who may keep what it sees. */
  get isForeign(): boolean {
    return false
  }

  /** Whether of a lone number may come gradients that are more than lone numbers. */
  get spreads(): boolean {
    return false
  }

  /** Lets go of what the forward pass saved. */
  release(): void {}

  /** Pairs of node and output index, as PyTorch's `next_functions`. */
  get next_functions(): [Node | null, number][] {
    return this.next.map((node, i) => [node, this.nextIndex[i] as number])
  }

  /** Calls `hook(grad_inputs, grad_outputs)` after the node ran; what it returns replaces `grad_inputs`. */
  register_hook(hook: Hooks['after'][number]): RemovableHandle {
    return addHook(hooksOf(this).after, hook)
  }

  /** Calls `hook(grad_outputs)` before the node runs; what it returns replaces `grad_outputs`. */
  register_prehook(hook: Hooks['before'][number]): RemovableHandle {
    return addHook(hooksOf(this).before, hook)
  }

  toString(): string {
    return `<${this.name()}>`
  }
}

/** The hooks of a node, to add to. */
export function hooksOf(node: Node): Hooks {
  node.hooks ??= { tensors: [], retainers: [], before: [], after: [] }
  return node.hooks
}

/** Appends a hook and returns the handle that takes it off. */
export function addHook<T>(hooks: T[], hook: T): RemovableHandle {
  hooks.push(hook)
  return {
    remove() {
      const at = hooks.indexOf(hook)
      if (at >= 0) hooks.splice(at, 1)
    },
  }
}

/** The error for a graph that was freed. */
export function freedError(): RuntimeError {
  return new RuntimeError(FREED)
}

/**
 * A tensor that a node keeps for its backward pass, as it was when it was saved: unpacking it later fails if its memory
 * has changed since, and gives it the history that it had then.
 */
export class SavedTensor {
  readonly #tensor: Tensor
  /** The node that keeps it: an error names it where the tensor is its own result. */
  readonly #owner: Node | null
  readonly #version: number
  readonly #node: Node | null
  readonly #outputIndex: number

  constructor(tensor: Tensor, owner: Node | null = null) {
    this.#owner = owner
    if (tensor.inference) {
      throw new RuntimeError(
        'Inference tensors cannot be saved for backward. To work around you can make a clone to get a normal tensor ' +
          'and use it in autograd.',
      )
    }
    this.#tensor = tensor
    tensor.storage.saves++
    this.#version = tensor.storage.version
    this.#node = tensor.node
    this.#outputIndex = tensor.outputIndex
  }

  /** The tensor, or PyTorch's error if it was changed in place since. */
  unpack(): Tensor {
    const tensor = this.#tensor
    if (tensor.storage.version !== this.#version) throw this.#modified()
    if (tensor.node === this.#node) return tensor
    const then = tensor.detach()
    then.node = this.#node
    then.outputIndex = this.#outputIndex
    return then
  }

  /** Ends its hold on the memory. */
  release(): void {
    const { storage } = this.#tensor
    storage.saves--
    if (storage.unseen) free(storage)
  }

  #modified(): RuntimeError {
    const { shape, dtype, storage, grad_fn } = this.#tensor
    const maker = this.#owner !== null && this.#node === this.#owner ? this.#owner : grad_fn
    const source = maker === null ? '' : `, which is output ${this.#outputIndex} of ${maker.name()},`
    return new RuntimeError(
      'one of the variables needed for gradient computation has been modified by an inplace operation: ' +
        `[${dtype.typeName} [${shape.join(', ')}]]${source} is at version ${storage.version}; expected version ` +
        `${this.#version} instead. Hint: ${
          modes.anomaly
            ? 'the backtrace further above shows the operation that failed to compute its gradient. The variable in ' +
              'question was changed in there or anywhere later. Good luck!'
            : 'enable anomaly detection to find the operation that failed to compute its gradient, with ' +
              'torch.autograd.set_detect_anomaly(True).'
        }`,
    )
  }
}
