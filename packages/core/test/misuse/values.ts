/** What the misuse tests give for an argument: everything that JavaScript has, and tensors that do not fit. */
import * as torch from '@chainrule/core'

/** Thrown by values that do not want to be touched. */
export class Untouchable extends Error {
  override readonly name = 'Untouchable'
}
const refuse = (): never => {
  throw new Untouchable('a value was touched that throws')
}

/** A value to put in the place of an argument. */
export interface Replacement {
  readonly name: string
  /** `given` is what stands there in the valid call. */
  readonly make: (given: unknown) => unknown
  /** Asks for more than a program has: memory, or time. */
  readonly heavy?: boolean
}

class Throwing {
  get shape(): never {
    return refuse()
  }
  get length(): never {
    return refuse()
  }
  get dim(): never {
    return refuse()
  }
  toString(): never {
    return refuse()
  }
  valueOf(): never {
    return refuse()
  }
  toJSON(): never {
    return refuse()
  }
  [Symbol.toPrimitive](): never {
    return refuse()
  }
  [Symbol.iterator](): never {
    return refuse()
  }
}

function cyclic(): unknown[] {
  const list: unknown[] = []
  list.push(list)
  return list
}

function cyclicObject(): object {
  const object: Record<string, unknown> = {}
  object['self'] = object
  return object
}

const traps = Object.fromEntries(
  ['get', 'set', 'has', 'ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor', 'apply', 'construct'].map((trap) => [
    trap,
    refuse,
  ]),
)

/** Whole arguments. */
export const replacements: readonly Replacement[] = [
  { name: 'undefined', make: () => undefined },
  { name: 'null', make: () => null },
  { name: 'NaN', make: () => Number.NaN },
  { name: 'Infinity', make: () => Infinity, heavy: true },
  { name: '-Infinity', make: () => -Infinity },
  { name: '0', make: () => 0 },
  { name: '-0', make: () => -0 },
  { name: '1.5', make: () => 1.5 },
  { name: '-1', make: () => -1 },
  { name: '7', make: () => 7 },
  { name: '2³¹', make: () => 2 ** 31, heavy: true },
  { name: '-2³¹-1', make: () => -(2 ** 31) - 1 },
  { name: '1e308', make: () => 1e308, heavy: true },
  { name: "'abc'", make: () => 'abc' },
  { name: "''", make: () => '' },
  { name: "'1'", make: () => '1' },
  { name: 'true', make: () => true },
  { name: 'false', make: () => false },
  { name: '3n', make: () => 3n },
  { name: 'symbol', make: () => Symbol('s') },
  { name: 'function', make: () => () => 1 },
  { name: 'throwing function', make: () => refuse },
  { name: 'class', make: () => Map },
  { name: '{}', make: () => ({}) },
  { name: '[]', make: () => [] },
  { name: 'null prototype', make: () => Object.create(null) as unknown },
  { name: 'Proxy', make: () => new Proxy({}, traps) },
  { name: 'Proxy of array', make: () => new Proxy([1, 2], {}) },
  { name: 'throwing getters', make: () => new Throwing() },
  { name: 'plain throwing getter', make: () => Object.defineProperty({}, 'dim', { get: refuse, enumerable: true }) },
  { name: 'toString throws', make: () => ({ toString: refuse, valueOf: refuse }) },
  { name: 'cyclic array', make: cyclic, heavy: true },
  { name: 'cyclic object', make: cyclicObject },
  // oxlint-disable-next-line no-sparse-arrays
  { name: 'sparse array', make: () => [, , 1] },
  { name: 'ragged array', make: () => [[1], [2, 3]] },
  { name: "['a']", make: () => ['a'] },
  { name: '[null]', make: () => [null] },
  { name: '[undefined]', make: () => [undefined] },
  { name: '[1.5, -1]', make: () => [1.5, -1] },
  { name: '[symbol]', make: () => [Symbol('s')] },
  { name: '[3n]', make: () => [3n] },
  { name: '[{}]', make: () => [{}] },
  { name: 'array-like', make: () => ({ length: 2 ** 40 }), heavy: true },
  { name: 'Date', make: () => new Date(0) },
  { name: 'Map', make: () => new Map([[1, 2]]) },
  { name: 'Float64Array', make: () => new Float64Array([1, 2]) },
  { name: 'BigInt64Array', make: () => new BigInt64Array([1n]) },
  { name: 'generator', make: () => [1, 2].values() },
  { name: 'promise', make: () => Promise.resolve(1) },
  { name: 'dtype', make: () => torch.int32 },
  { name: 'bool tensor', make: (given) => tensorLike(given, torch.bool) },
  { name: 'int32 tensor', make: (given) => tensorLike(given, torch.int32) },
  { name: 'uint8 tensor', make: (given) => tensorLike(given, torch.uint8) },
  { name: 'float32 tensor', make: (given) => tensorLike(given, torch.float32) },
  { name: 'float64 tensor', make: (given) => tensorLike(given, torch.float64) },
  { name: '0-d tensor', make: () => torch.tensor(1.5) },
  { name: '0-d int tensor', make: () => torch.tensor(1, { dtype: torch.int32 }) },
  { name: 'empty tensor', make: () => torch.zeros([0]) },
  { name: 'tensor of rank 5', make: () => torch.ones([2, 1, 2, 1, 2]) },
  { name: 'tensor of other size', make: () => torch.ones([7, 5]) },
  { name: 'leaf that requires grad', make: (given) => tensorLike(given, torch.float32).requires_grad_() },
  { name: 'expanded tensor', make: () => torch.ones([1, 1]).expand(2, 3) },
  { name: 'inference tensor', make: () => torch.inference_mode(() => torch.ones([2, 3])) },
  { name: "'gpu'", make: () => 'gpu' },
]

/** An element of an argument that is a list. */
export const elements: readonly Replacement[] = replacements.filter(({ name }) =>
  ['undefined', 'null', 'NaN', '1.5', '-1', "'abc'", 'true', '3n', 'symbol', 'function', '{}', '[]', 'Proxy'].includes(
    name,
  ),
)

/** A tensor of the same shape, or of 2 × 3, in another dtype. */
function tensorLike(given: unknown, dtype: torch.DType): torch.Tensor {
  const shape = given instanceof torch.Tensor && given.ndim > 0 ? given.shape : [2, 3]
  return torch.ones(shape, { dtype })
}
