import { NotImplementedError, RuntimeError, TypeError } from '../errors.ts'
import { formatShape, sameShape } from '../shape.ts'
import { alias } from '../tensor/make.ts'
import { Tensor } from '../tensor/tensor.ts'
import { gradientEdge, recording, setHistory, wanted } from './graph.ts'
import { no_grad } from './modes.ts'
import { freedError, type Gradient, Node, SavedTensor } from './node.ts'
import { checkInPlace, rebaseHistory } from './view.ts'

/** What a custom function keeps from its forward for its backward pass. */
export class FunctionContext {
  /** Which of the inputs want a gradient. */
  needs_input_grad: readonly boolean[] = []
  #saved: SavedTensor[] | null = []
  #toSave: readonly (Tensor | null)[] = []
  #present: boolean[] = []
  readonly dirty: Set<Tensor> = new Set()
  readonly nonDifferentiable: Set<Tensor> = new Set();
  /** Anything else that the backward pass needs. */
  [key: string]: unknown
  materializeGrads = true

  /** Keeps tensors for the backward pass, guarded against changes in place. */
  save_for_backward(...tensors: readonly (Tensor | null)[]): void {
    this.#toSave = tensors
  }

  /** The tensors that were saved. */
  get saved_tensors(): Tensor[] {
    if (this.#saved === null) throw freedError()
    const saved = this.#saved.map((x) => x.unpack())
    return this.#present.map((present) => (present ? saved.shift() : null) as Tensor)
  }

  /** Tells that the forward changed these inputs in place and returns them. */
  mark_dirty(...tensors: readonly Tensor[]): void {
    for (const x of tensors) this.dirty.add(x)
  }

  /** Tells that these outputs have no gradient. */
  mark_non_differentiable(...tensors: readonly Tensor[]): void {
    for (const x of tensors) this.nonDifferentiable.add(x)
  }

  /** Whether outputs without a gradient get zeros (default) or `null` in `backward`. */
  set_materialize_grads(value: boolean): void {
    this.materializeGrads = value
  }

  /** Saves for real, once outputs have their history. */
  seal(): void {
    this.#present = this.#toSave.map((x) => x !== null)
    this.#saved = this.#toSave.filter((x) => x !== null).map((x) => new SavedTensor(x))
    this.#toSave = []
  }

  /** Frees what was saved. */
  free(): void {
    if (this.#present.length > 0) this.#saved = null
  }
}

/** What `forward` and `backward` of a custom function give. */
type Outputs = Tensor | readonly Tensor[]

/** A class with the static methods that a custom function has. */
export interface FunctionClass<A extends readonly unknown[], R extends Outputs> {
  readonly name: string
  forward(context: FunctionContext, ...args: A): R
  backward(context: FunctionContext, ...gradients: Tensor[]): Gradient | undefined | readonly (Gradient | undefined)[]
}

/** The step of the graph that a custom function leaves. */
class CustomNode extends Node {
  readonly #function: FunctionClass<readonly unknown[], Outputs>
  readonly #context: FunctionContext
  readonly #inputs: readonly (Tensor | null)[]
  readonly #outputs: readonly Tensor[]

  constructor(
    definition: FunctionClass<readonly unknown[], Outputs>,
    context: FunctionContext,
    inputs: readonly (Tensor | null)[],
    outputs: readonly Tensor[],
  ) {
    super(
      inputs.map((x) => (x === null ? null : gradientEdge(x))),
      inputs.map((x) => x?.outputIndex ?? 0),
    )
    this.#function = definition
    this.#context = context
    this.#inputs = inputs.map((x) => (x === null ? null : alias(x, x)))
    this.#outputs = outputs.map((x) => alias(x, x))
  }

  override get isForeign(): boolean {
    return true
  }

  kind(): string {
    return `${this.#function.name}Backward`
  }

  backward(gradients: readonly Gradient[]): readonly Gradient[] {
    const context = this.#context
    context.needs_input_grad = this.#inputs.map((_, i) => wanted(this, i))
    const incoming = this.#outputs.map((out, i) => {
      const gradient = gradients[i] ?? null
      return gradient === null && context.materializeGrads ? out.new_zeros(out.shape) : gradient
    })
    if (typeof this.#function.backward !== 'function') {
      throw new NotImplementedError(
        'You must implement either the backward or vjp method for your custom autograd.Function to use it with backward mode AD.',
      )
    }
    const result = this.#function.backward(context, ...(incoming as Tensor[]))
    const returned = Array.isArray(result)
      ? (result as readonly (Gradient | undefined)[])
      : [result as Gradient | undefined]
    const extra = returned.slice(this.#inputs.length).some((gradient) => gradient !== null && gradient !== undefined)
    if (returned.length < this.#inputs.length || extra) {
      throw new RuntimeError(
        `function ${this.name()} returned an incorrect number of gradients (expected ${this.#inputs.length}, got ${returned.length})`,
      )
    }
    return this.#inputs.map((input, i) => this.#check(returned[i] ?? null, input, i))
  }

  #check(gradient: Gradient, input: Tensor | null, position: number): Gradient {
    if (gradient === null || input === null || this.next[position] === null) return null
    if (!(gradient instanceof Tensor)) {
      throw new TypeError(`${this.name()}: expected a Tensor or null as gradient ${position}, got ${typeof gradient}`)
    }
    if (sameShape(gradient.shape, input.shape)) return gradient
    try {
      return gradient.sum_to_size(input.shape)
    } catch {
      throw new RuntimeError(
        `Function ${this.name()} returned an invalid gradient at index ${position} - got ${formatShape(gradient.shape)} but ` +
          `expected shape compatible with ${formatShape(input.shape)}`,
      )
    }
  }

  override release(): void {
    this.#context.free()
  }
}

/**
 * The base of functions with a gradient of their own. A subclass has two static methods: `forward(ctx, ...inputs)`, which
 * runs unrecorded, and `backward(ctx, ...gradients)`, which gives one gradient for each input, `null` where there is none.
 *
 * @example
 * class Cube extends torch.autograd.Function {
 *   static forward(ctx: torch.autograd.FunctionContext, x: torch.Tensor) {
 *     ctx.save_for_backward(x)
 *     return x.pow(3)
 *   }
 *   static backward(ctx: torch.autograd.FunctionContext, g: torch.Tensor) {
 *     const [x] = ctx.saved_tensors
 *     return g.mul(x.pow(2).mul(3))
 *   }
 * }
 * Cube.apply(x)
 * @see https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function
 */
export abstract class Function {
  static {
    // Read, it has its class: `const cube = Cube.apply` can be called, as in Python.
    Object.defineProperty(this, 'apply', {
      get(this: FunctionClass<readonly unknown[], Outputs>) {
        return (...args: readonly unknown[]) => run(this, args)
      },
    })
  }

  /** Runs the forward and records it. */
  declare static readonly apply: <A extends readonly unknown[], R extends Outputs = Tensor>(
    // Called alone, what it takes and gives is not known.
    this: FunctionClass<A, R> | void,
    ...args: A
  ) => R
}

function run<A extends readonly unknown[], R extends Outputs>(definition: FunctionClass<A, R>, args: A): R {
  if (typeof definition.forward !== 'function') {
    throw new NotImplementedError('You must implement the forward function for custom autograd.Function.')
  }
  const context = new FunctionContext()
  const inputs = args.map((x) => (x instanceof Tensor ? x : null))
  const tensors = inputs.filter((x) => x !== null)
  const isRecorded = recording(tensors)
  context.needs_input_grad = inputs.map((x) => x?.requires_grad ?? false)
  const result = no_grad((): Outputs => definition.forward(context, ...args)) as R
  const outputs = (Array.isArray(result) ? result : [result]) as Tensor[]
  for (const x of context.dirty) {
    if (x.leafRequiresGrad && isRecorded) {
      throw new RuntimeError('a leaf Variable that requires grad has been used in an in-place operation.')
    }
    checkInPlace(x)
    x.storage.version++
  }
  if (!isRecorded) return result
  // An input that comes back as it is must not become its own history.
  const fresh = outputs.map((x) => (tensors.includes(x) && !context.dirty.has(x) ? alias(x, x) : x))
  const node = new CustomNode(definition, context, inputs, fresh)
  const tracked = fresh.map((x) => (context.nonDifferentiable.has(x) ? null : x))
  tracked.forEach((x, i) => {
    if (x === null) return
    if (context.dirty.has(x)) rebaseHistory(x, node)
    else setHistory([x], node)
    if (x.node === node) x.outputIndex = i
  })
  context.seal()
  return (Array.isArray(result) ? fresh : fresh[0]) as R
}
