import { gradientEdge, wanted } from '../../autograd/graph.ts'
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
  /** The shape of each input, to which its gradient is summed where the input was broadcast. */
  readonly #shapes: Shape[]
  /** Inputs, parameters, then `out`; `null` for what no gradient reads. */
  #saved: (SavedTensor | number | null)[] | null = null

  constructor(op: ElementwiseOp, inputs: readonly Value[]) {
    // Arrays of the right length from the start: growing them would cost more than filling them.
    const next = new Array<Node | null>(op.arity)
    const nextIndex = new Array<number>(op.arity)
    const shapes = new Array<Shape>(op.arity)
    for (let i = 0; i < op.arity; i++) {
      const x = inputs[i] as Value
      next[i] = typeof x === 'number' ? null : gradientEdge(x)
      nextIndex[i] = typeof x === 'number' ? 0 : x.outputIndex
      shapes[i] = typeof x === 'number' ? SCALAR : x.shape
    }
    super(next, nextIndex)
    this.#op = op
    this.#shapes = shapes
    const { node } = op.definition
    this.#name = typeof node === 'function' ? node(inputs) : (node ?? null)
  }

  kind(): string {
    return this.#name ?? `${pascalCase(this.#op.name)}Backward0`
  }

  /** Whether a gradient that somebody wants reads the given input. */
  reads(input: number): boolean {
    return this.next.some((next, i) => next !== null && (this.#op.pullback(i)?.sources.includes(input) ?? false))
  }

  /** Keeps, of the inputs and the result, what the wanted gradients read. */
  save(inputs: readonly Value[], out: Tensor): void {
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
        if (typeof value !== 'number') saved[slot] ??= new SavedTensor(value, this)
      }
    }
    this.#saved = saved
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
    const shape = this.#shapes[input] as Shape
    const pullback = this.#op.pullback(input)
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
    const tensors = this.#saved?.filter((x) => x instanceof SavedTensor) ?? []
    if (tensors.length === 0) return
    for (const saved of tensors) saved.release()
    this.#saved = null
  }
}
