/** chainrule in 200 lines: tensors, autograd, layers, a loss and an optimizer. From the core come formulas and random numbers alone. */
import {
  compileScalar,
  type Expression,
  gradientFormula,
  parse,
  substitute,
  variable,
} from '../../packages/core/src/formula/index.ts'
import { Generator } from '../../packages/core/src/random/index.ts'

// Tensors

/** The step that made a tensor: from what, and how a gradient of the result becomes gradients of the inputs. */
interface Step {
  readonly inputs: readonly Tensor[]
  readonly backward: (gradient: Tensor) => readonly Tensor[]
}

/** Numbers in rows: element `[i, j]` of a matrix of `n` columns is `data[i * n + j]`. */
export class Tensor {
  readonly data: Float32Array
  readonly shape: readonly number[]
  readonly requires_grad: boolean
  readonly number = count++
  grad: Tensor | null = null
  step: Step | null = null

  constructor(data: Float32Array, shape: readonly number[], requires_grad = false) {
    this.data = data
    this.shape = shape
    this.requires_grad = requires_grad
  }

  /** Adds the gradient of this lone number to the `grad` of every leaf that it was made from. */
  backward(): void {
    const arrived = new Map<Tensor, Tensor>([[this, tensor([1], [])]])
    while (arrived.size > 0) {
      // The newest: whatever uses a tensor is newer than it, and has handed on its share by now.
      const x = [...arrived.keys()].reduce((a, b) => (a.number > b.number ? a : b))
      const gradient = arrived.get(x) as Tensor
      arrived.delete(x)
      if (x.step === null) {
        x.grad = x.grad === null ? gradient : add(x.grad, gradient)
        continue
      }
      const gradients = x.step.backward(gradient)
      for (const [i, input] of x.step.inputs.entries()) {
        if (!input.requires_grad) continue
        const before = arrived.get(input)
        arrived.set(input, before === undefined ? (gradients[i] as Tensor) : add(before, gradients[i] as Tensor))
      }
    }
  }
}

let count = 0

export const tensor = (values: Iterable<number>, shape: readonly number[], requires_grad = false): Tensor =>
  new Tensor(Float32Array.from(values), shape, requires_grad)

/** Notes how a result was made, if anything that it was made from wants a gradient. */
function record(data: Float32Array, shape: readonly number[], step: Step): Tensor {
  const isWanted = step.inputs.some((x) => x.requires_grad)
  const result = new Tensor(data, shape, isWanted)
  if (isWanted) result.step = step
  return result
}

// Ops by formulas

type Op = (...inputs: Tensor[]) => Tensor

/** An op that computes each element by a formula of its inputs' elements; its gradients are derived. */
export const elementwise = (names: readonly string[], formula: string): Op => fromTree(names, parse(formula, names))

function fromTree(names: readonly string[], tree: Expression): Op {
  const element = compileScalar(tree, names)
  const gradients: Op[] = []
  /** The op of a gradient; in the gradient of that, the names `g` and `out` stand for others. */
  const derive = (name: string): Op => {
    const [g, out] = [`g${names.length}`, `out${names.length}`]
    const gradient = substitute(gradientFormula(tree, name), { g: variable(g), out: variable(out) })
    return fromTree([...names, g, out], gradient)
  }
  return function op(...inputs) {
    const largest = inputs.reduce((a, b) => (b.data.length > a.data.length ? b : a))
    // What is smaller is repeated: a bias for each row, a lone number for each element.
    const at = (i: number) => inputs.map(({ data }) => data[i % data.length] as number)
    const data = largest.data.map((_, i) => element(...at(i)))
    const out = record(data, largest.shape, {
      inputs,
      backward: (g) =>
        inputs.map((x, i) => sumTo((gradients[i] ??= derive(names[i] as string))(...inputs, g, out), x.shape)),
    })
    return out
  }
}

export const add = elementwise(['x', 'y'], 'x + y')
export const mul = elementwise(['x', 'y'], 'x * y')
export const tanh = elementwise(['x'], 'tanh(x)')
export const sigmoid = elementwise(['x'], '1 / (1 + exp(-x))')
const cross_entropy = elementwise(['x', 'target'], '(target - 1) * max(log1p(-x), -100) - target * max(log(x), -100)')

// Ops that no formula of elements says

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

/** Adds up what was repeated: the gradient of a repetition is a sum. */
function sumTo(x: Tensor, shape: readonly number[]): Tensor {
  const size = sizeOf(shape)
  if (size === x.data.length) return x
  const sums = new Float64Array(size)
  for (const [i, value] of x.data.entries()) sums[i % size]! += value
  return record(Float32Array.from(sums), shape, { inputs: [x], backward: (g) => [expand(g, x.shape)] })
}

/** Repeats what is smaller. */
function expand(x: Tensor, shape: readonly number[]): Tensor {
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => x.data[i % x.data.length] as number)
  return record(data, shape, { inputs: [x], backward: (g) => [sumTo(g, x.shape)] })
}

export const mean = (x: Tensor): Tensor => mul(sumTo(x, []), tensor([1 / x.data.length], []))

export function transpose(x: Tensor): Tensor {
  const [m, n] = x.shape as [number, number]
  const data = x.data.map((_, i) => x.data[(i % m) * n + Math.floor(i / m)] as number)
  return record(data, [n, m], { inputs: [x], backward: (g) => [transpose(g)] })
}

/** `[m, k] × [k, n] → [m, n]` */
export function matmul(x: Tensor, y: Tensor): Tensor {
  const [m, k] = x.shape as [number, number]
  const n = y.shape[1] as number
  const data = new Float32Array(m * n)
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0
      for (let l = 0; l < k; l++) sum += x.data[i * k + l]! * y.data[l * n + j]!
      data[i * n + j] = sum
    }
  }
  return record(data, [m, n], { inputs: [x, y], backward: (g) => [matmul(g, transpose(y)), matmul(transpose(x), g)] })
}

// Layers, a loss, an optimizer

export const generator = new Generator()

/** The numbers of [-bound, bound) that PyTorch draws. */
const uniform = (shape: readonly number[], bound: number): Tensor => {
  const draw = () => (generator.random() & 0xffffff) * 2 ** -24 * 2 * bound - bound
  return tensor(Array.from({ length: sizeOf(shape) }, draw), shape, true)
}

export interface Layer {
  forward(x: Tensor): Tensor
  parameters(): Tensor[]
}

export function Linear(in_features: number, out_features: number): Layer {
  const bound = 1 / Math.sqrt(in_features)
  const weight = uniform([out_features, in_features], bound)
  const bias = uniform([out_features], bound)
  return { forward: (x) => add(matmul(x, transpose(weight)), bias), parameters: () => [weight, bias] }
}

const activation = (forward: Op) => (): Layer => ({ forward, parameters: () => [] })
export const Tanh = activation(tanh)
export const Sigmoid = activation(sigmoid)

export const Sequential = (...layers: readonly Layer[]): Layer => ({
  forward: (x) => layers.reduce((out, layer) => layer.forward(out), x),
  parameters: () => layers.flatMap((layer) => layer.parameters()),
})

export const binary_cross_entropy = (x: Tensor, target: Tensor): Tensor => mean(cross_entropy(x, target))

/** Gradient descent with momentum. */
export function SGD(
  parameters: readonly Tensor[],
  { lr, momentum }: { readonly lr: number; readonly momentum: number },
) {
  const momenta = new Map<Tensor, Float32Array>()
  const zero_grad = (): void => {
    for (const p of parameters) p.grad = null
  }
  const step = (): void => {
    for (const p of parameters) {
      const g = p.grad?.data
      if (g === undefined) continue
      const m = momenta.get(p)?.map((value, i) => momentum * value + g[i]!) ?? g
      momenta.set(p, m)
      for (const [i, value] of m.entries()) p.data[i]! -= lr * value
    }
  }
  return { zero_grad, step }
}
