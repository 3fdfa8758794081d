import { Signature, Tensor } from '@chainrule/core'

/** Node asks for this when it prints an object. */
const inspect = Symbol.for('nodejs.util.inspect.custom')

const parameter = new Signature('Parameter.__new__', ['Tensor data', 'bool requires_grad'], 1, 'python')
const buffer = new Signature('Buffer.__new__', ['Tensor data', '*', 'bool persistent'], 1, 'python')

/**
 * A tensor that a module learns: as a field of a module it is found by `parameters()`. It shares the memory of `data`.
 *
 * @example
 * class Scale extends nn.Module {
 *   factor = new nn.Parameter(torch.ones(1))
 *   forward(x: Tensor) { return x.mul(this.factor) }
 * }
 */
export class Parameter extends Tensor {
  /** Tells a parameter from any other tensor, in types too. */
  readonly _is_param = true

  constructor(data: Tensor, requires_grad?: boolean | { readonly requires_grad?: boolean })
  constructor(options: { readonly data: Tensor; readonly requires_grad?: boolean })
  constructor(...args: readonly unknown[]) {
    const [{ storage, shape, strides, offset }, requires_grad = true] = parameter.bind([...args]) as [Tensor, boolean?]
    super(storage, shape, strides, offset)
    this.requires_grad = requires_grad
  }

  override toString(): string {
    return `Parameter containing:\n${super.toString()}`
  }

  [inspect](): string {
    return this.toString()
  }
}

/**
 * A tensor that belongs to a module's state and is not learned, such as a running mean. With `persistent: false` it is left
 * out of `state_dict()`. It shares the memory of `data`.
 */
export class Buffer extends Tensor {
  readonly persistent: boolean

  constructor(data: Tensor, options?: { readonly persistent?: boolean })
  constructor(options: { readonly data: Tensor; readonly persistent?: boolean })
  constructor(...args: readonly unknown[]) {
    const [{ storage, shape, strides, offset }, { persistent = true } = {}] = buffer.bind([...args]) as [
      Tensor,
      { readonly persistent?: boolean }?,
    ]
    super(storage, shape, strides, offset)
    this.persistent = persistent
  }
}
