/** Tensors as plain values and back: for JSON, `structuredClone` and `postMessage`. */
import { bool, type DType, dtypes, float32, type TypedArray } from '../dtype.ts'
import { TypeError, ValueError } from '../errors.ts'
import { numel } from '../shape.ts'
import { isKeywords } from '../signature/index.ts'
import { Tensor } from '../tensor/tensor.ts'
import { fromValues } from './creation.ts'
import { peek } from './packed.ts'

/** A tensor without its history: what `JSON.stringify` writes of it, and with a typed array what can be posted. */
export interface PlainTensor {
  /** The dtype's name, such as `'float32'`. */
  readonly dtype: string
  readonly shape: readonly number[]
  /** The elements in row-major order. Where JSON has no number for them, texts: `'NaN'`, `'Infinity'`, `'-Infinity'`, `'-0'`. */
  readonly data: TypedArray | readonly (number | string | boolean)[]
}

/** The elements in row-major order, in memory of their own. */
const elementsOf = (x: Tensor): TypedArray => peek(x).slice()

/** The shortest number that is the same float32: it has at most nine digits. */
function shortest(x: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const shorter = Number(x.toPrecision(digits))
    if (Math.fround(shorter) === x) return shorter
  }
  return Number(x.toPrecision(9))
}

/** What `JSON.stringify` writes of a tensor: all of its values come back by `from_plain`, to the bit. */
export function toJSON(x: Tensor): PlainTensor {
  const { dtype } = x
  const data = Array.from(elementsOf(x), (value) => {
    if (dtype === bool) return value !== 0
    if (!Number.isFinite(value)) return String(value)
    if (Object.is(value, -0)) return '-0'
    return dtype === float32 ? shortest(value) : value
  })
  return { dtype: dtype.name, shape: [...x.shape], data }
}

/**
 * Values with every tensor in them as a plain object of its dtype, its shape and a typed array: what `structuredClone` and
 * `postMessage` take. Arrays, objects and maps are walked, as those of `state_dict()`.
 *
 * @throws RuntimeError for a tensor on a device that cannot be read at once.
 * @example
 * worker.postMessage(torch.to_plain(model.state_dict()))
 */
export function to_plain(value: unknown): unknown {
  return walk(value, (x) =>
    x instanceof Tensor ? { dtype: x.dtype.name, shape: [...x.shape], data: elementsOf(x) } : undefined,
  )
}

/**
 * Values with tensors where `to_plain`, or `JSON.parse` of what `JSON.stringify` wrote, has plain objects of them. They are new
 * tensors on the CPU, without gradients.
 *
 * @throws ValueError for a dtype that there is not, or data that does not fit the shape.
 * @example
 * model.load_state_dict(torch.from_plain(JSON.parse(text)))
 */
export function from_plain(value: unknown): unknown {
  return walk(value, (x) => (isPlain(x) ? fromPlain(x) : undefined))
}

const isPlain = (value: unknown): value is PlainTensor =>
  isKeywords(value) && ['dtype', 'shape', 'data'].every((key) => key in value) && Object.keys(value).length === 3

function fromPlain({ dtype: name, shape, data }: PlainTensor): Tensor {
  const dtype = dtypes.find((one) => one.name === name)
  if (dtype === undefined) {
    throw new ValueError(`from_plain: there is no dtype '${name}'; there are ${dtypes.map(String).join(', ')}`)
  }
  const isShape = Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size >= 0)
  if (!isShape) throw new TypeError(`from_plain: shape must be a list of whole numbers from 0, got ${String(shape)}`)
  const count: unknown = (data as { readonly length?: unknown } | null)?.length
  if (count !== numel(shape)) {
    throw new ValueError(
      `from_plain: a shape of [${shape.join(', ')}] has ${numel(shape)} elements, got ${String(count)}`,
    )
  }
  return fromValues(ArrayBuffer.isView(data) ? data : numbersOf(data, dtype), shape, dtype, 'cpu')
}

function numbersOf(data: readonly (number | string | boolean)[], dtype: DType): number[] {
  return Array.from(data, (value, i) => {
    const isNumber = typeof value === 'number' || typeof value === 'boolean'
    if (isNumber || ['NaN', 'Infinity', '-Infinity', '-0'].includes(value)) return Number(value)
    throw new TypeError(`from_plain: element ${i} of a tensor of ${dtype.name} is ${value}, which is no number`)
  })
}

/** A copy of arrays, objects and maps in which `change` has replaced what it answers for. Everything else stays as it is. */
function walk(value: unknown, change: (value: unknown) => unknown, made = new Map<unknown, unknown>()): unknown {
  const known = made.get(value)
  if (known !== undefined) return known
  const changed = change(value)
  if (changed !== undefined) {
    made.set(value, changed)
    return changed
  }
  if (Array.isArray(value)) {
    const list: unknown[] = []
    made.set(value, list)
    for (const item of value as readonly unknown[]) list.push(walk(item, change, made))
    return list
  }
  if (value instanceof Map) {
    const map = new Map<unknown, unknown>()
    made.set(value, map)
    for (const [key, item] of value) map.set(key, walk(item, change, made))
    return map
  }
  if (!isKeywords(value)) return value
  const object: Record<string, unknown> = {}
  made.set(value, object)
  for (const key of Object.keys(value)) {
    const item = walk(value[key], change, made)
    Object.defineProperty(object, key, { value: item, enumerable: true, configurable: true, writable: true })
  }
  return object
}
