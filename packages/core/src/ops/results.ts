import type { Tensor } from '../tensor/tensor.ts'

/** Two results of one op in their order: `const [values, indices] = x.max(1)`, `x.max(1)[1]`. */
export interface Results extends Iterable<Tensor> {
  readonly 0: Tensor
  readonly 1: Tensor
  readonly length: 2
}

/** Values and where they were found. */
export interface ValuesAndIndices extends Results {
  readonly values: Tensor
  readonly indices: Tensor
}

/** Node asks for this when it prints an object. */
const inspect = Symbol.for('nodejs.util.inspect.custom')

/** What results have besides their names, as PyTorch's `torch.return_types`: an order, and a text that begins with the op's name. */
class InOrder {
  declare readonly op: string

  get 0(): unknown {
    return Object.values(this)[0]
  }

  get 1(): unknown {
    return Object.values(this)[1]
  }

  get length(): number {
    return Object.keys(this).length
  }

  [Symbol.iterator](): Iterator<unknown> {
    return Object.values(this)[Symbol.iterator]()
  }

  toString(): string {
    const fields = Object.entries(this).map(([name, value]) => `${name}=${String(value)}`)
    return `torch.return_types.${this.op}(\n${fields.join(',\n')})`
  }

  [inspect](): string {
    return this.toString()
  }
}

/** The prototypes of results, by the op's name. */
const prototypes = new Map<string, object>()

/** One that ends its chain, so that what walks over values, such as `assert_close`, takes results for an object literal. */
function prototypeOf(op: string): object {
  const prototype = Object.create(null, Object.getOwnPropertyDescriptors(InOrder.prototype)) as object
  Object.defineProperty(prototype, 'op', { value: op })
  prototypes.set(op, prototype)
  return prototype
}

/** The results of an op, by their names. */
export function results<Names extends Readonly<Record<string, Tensor>>>(op: string, named: Names): Names & Results {
  return Object.assign(Object.create(prototypes.get(op) ?? prototypeOf(op)) as Results, named)
}
