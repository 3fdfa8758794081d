import { gradientEdge, gradientNode, outputIndices, wanted } from '../../autograd/graph.ts'
import { freedError, type Gradient, Node, SavedTensor } from '../../autograd/node.ts'
import { SCALAR, type Shape, sameShape } from '../../shape.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import type { ElementwiseOp } from './elementwise.ts'
import { pascalCase } from './names.ts'
import type { Value } from './operands.ts'

/** The step of the graph that an elementwise op leaves: its gradients are the op's own gradient formulas. */
export class ElementwiseNode extends Node {
  readonly #op: ElementwiseOp
  readonly #name: string | null
  /** The error of a backward pass. */
  refusal: Error | null = null
  /** The shape of each input, to which its gradient is summed; `null` where none was broadcast. */
  readonly #shapes: readonly Shape[] | null
  /** Inputs, parameters, then `out`; `null` for what no gradient reads. */
  #saved: (SavedTensor | number | null)[] | null = null

  constructor(op: ElementwiseOp, inputs: readonly Value[]) {
    // Arrays of the right length from the start: growing them would cost more than filling them.
    const next = new Array<Node | null>(op.arity)
    for (let i = 0; i < op.arity; i++) {
      const x = inputs[i] as Value
      next[i] = typeof x === 'number' ? null : gradientEdge(x)
    }
    super(next, outputIndices(inputs, op.arity))
    this.#op = op
    this.#shapes = differentShapes(inputs, op.arity)
    const { node } = op.definition
    this.#name = typeof node === 'function' ? node(inputs) : (node ?? null)
  }

  kind(): string {
    return this.#name ?? `${pascalCase(this.#op.name)}Backward0`
  }

  /** Whether a gradient that somebody wants reads the given input, or the result, which is -1. */
  reads(input: number): boolean {
    return this.next.some((next, i) => next !== null && (this.#op.pullback(i)?.sources.includes(input) ?? false))
  }

  /** Keeps, of the inputs and the result, what the wanted gradients read. A result that is yet to be made is saved later. */
  save(inputs: readonly Value[], out: Tensor | null): void {
    const saved = new Array<SavedTensor | number | null>(inputs.length + 1)
    for (let i = 0; i < inputs.length; i++) saved[i] = typeof inputs[i] === 'number' ? (inputs[i] as number) : null
    saved[inputs.length] = null
    for (let i = 0; i < this.next.length; i++) {
      const pullback = this.next[i] === null ? null : this.#op.pullback(i)
      if (pullback === null) continue
      for (const source of pullback.sources) {
        if (source === -2) continue
        const slot = source === -1 ? inputs.length : source
        const value = source === -1 ? out : (inputs[source] as Value)
        if (value !== null && typeof value !== 'number') saved[slot] ??= new SavedTensor(value, this)
      }
    }
    this.#saved = saved
  }

  /** Keeps the result of a change in place, where a wanted gradient reads it. */
  saveResult(out: Tensor): void {
    const saved = this.#saved
    if (saved === null || !this.reads(-1)) return
    // Of a view the history is that of its base, from now on.
    gradientNode(out)
    saved[saved.length - 1] = new SavedTensor(out, this)
  }

  backward([g = null]: readonly Gradient[]): readonly Gradient[] {
    const saved = this.#saved
    if (saved === null) throw freedError()
    const gradients = new Array<Gradient>(this.next.length)
    for (let i = 0; i < gradients.length; i++) {
      gradients[i] = g !== null && wanted(this, i) ? this.#pull(i, g, saved) : null
    }
    return gradients
  }

  #pull(input: number, g: Tensor, saved: readonly (SavedTensor | number | null)[]): Tensor {
    const shape = this.#shapes === null ? g.shape : (this.#shapes[input] as Shape)
    const pullback = this.#op.pullback(input)
    const { undifferentiable } = this.#op.definition
    if (this.refusal !== null) throw this.refusal
    if (undifferentiable !== undefined) throw undifferentiable()
    if (pullback === null) return g.new_zeros(shape)
    let gradient = g
    if (!pullback.identity) {
      const { sources } = pullback
      const values = new Array<Value>(sources.length)
      for (let i = 0; i < sources.length; i++) {
        const source = sources[i] as number
        const value = source === -2 ? g : (saved[source === -1 ? saved.length - 1 : source] as SavedTensor | number)
        values[i] = value instanceof SavedTensor ? value.unpack() : value
      }
      gradient = pullback.op.call(values)
    }
    return sameShape(gradient.shape, shape) ? gradient : gradient.sum_to_size(shape)
  }

  override release(): void {
    const saved = this.#saved ?? []
    for (const x of saved) {
      if (!(x instanceof SavedTensor)) continue
      x.release()
      this.#saved = null
    }
  }
}

/** The shapes of operands, where some tensors differ. */
function differentShapes(operands: readonly Value[], count: number): readonly Shape[] | null {
  let first: Shape | null = null
  for (let i = 0; i < count; i++) {
    const x = operands[i] as Value
    if (typeof x === 'number') continue
    if (first !== null && !sameShape(x.shape, first))
      return operands.map((y) => (typeof y === 'number' ? SCALAR : y.shape))
    first ??= x.shape
  }
  return null
}
