import { AssertionError, TypeError, ValueError } from '../errors.ts'
import { isKeywords, signature, typeName } from '../signature/index.ts'
import { repr } from '../tensor/print.ts'
import { Tensor } from '../tensor/tensor.ts'
import { compareNumbers, compareTensors, type Tolerance } from './values.ts'

/** How `assert_close` compares. */
export interface AssertCloseOptions {
  /** The relative tolerance. It and `atol` are given both, or neither: then the dtype says, 1.3e-6 and 1e-5 for float32. */
  readonly rtol?: number | null
  /** The absolute tolerance: `|actual - expected| <= atol + rtol * |expected|`. */
  readonly atol?: number | null
  /** Whether NaN equals NaN; not unless said. */
  readonly equal_nan?: boolean
  /** Whether an instance of a class equals one of a subclass, as a tensor a parameter; it does unless said otherwise. */
  readonly allow_subclasses?: boolean
  /** Whether tensors must be on the same device; they must unless said otherwise. */
  readonly check_device?: boolean
  /** Whether tensors must have the same dtype; they must unless said otherwise. */
  readonly check_dtype?: boolean
  /** Whether tensors must have the same layout. Here all have. */
  readonly check_layout?: boolean
  /** Whether tensors must have the same strides; not unless said. */
  readonly check_stride?: boolean
  /** The message of the error, or a function that makes it of the message that there would be. */
  readonly msg?: string | ((message: string) => string) | null
}

type Message = AssertCloseOptions['msg']
/** The way to an item within sequences and mappings. */
type Path = readonly unknown[]
type Fails = new (message: string) => Error

/** Lists that hold themselves are as deep as one likes. */
const deepest = 500

/**
 * Checks that two results are near each other: tensors, numbers, truth values, null, and arrays and objects of these.
 *
 * @param actual what was computed.
 * @param expected what should be.
 * @throws AssertionError where they are not close, with how far they are apart and where; TypeError for what cannot be compared,
 * ValueError where one tolerance alone is given.
 * @example
 * torch.testing.assert_close(x.softmax(0).sum(), torch.tensor(1))
 * @see https://pytorch.org/docs/stable/testing.html#torch.testing.assert_close
 */
export function assert_close(actual: unknown, expected: unknown, options: AssertCloseOptions = {}): void {
  // The last of two arguments is no options, though it may be an object.
  if (arguments.length < 2) byName(actual)
  else byName(actual, expected, options)
}

const byName: (...args: unknown[]) => void = signature(
  'assert_close',
  [
    'any actual',
    'any expected',
    '*',
    'bool allow_subclasses',
    'float? rtol',
    'float? atol',
    'bool equal_nan',
    'bool check_device',
    'bool check_dtype',
    'bool check_layout',
    'bool check_stride',
    'str|function? msg',
  ],
  (actual: unknown, expected: unknown, options: AssertCloseOptions = {}): void =>
    new Comparison(options).compare(actual, expected),
) as (...args: unknown[]) => void

class Comparison {
  readonly #options: AssertCloseOptions
  readonly #message: Message

  constructor(options: AssertCloseOptions) {
    this.#options = options
    this.#message = options.msg
  }

  /** All that there is to compare is found first: what does not match in kind is told before any value. */
  compare(actual: unknown, expected: unknown): void {
    const pairs = Array.from(this.#pairs(actual, expected, []))
    for (const pair of pairs) pair()
  }

  *#pairs(actual: unknown, expected: unknown, path: Path): Generator<() => void> {
    if (path.length > deepest)
      this.#refuse(ValueError, 'the inputs are nested too deeply to be compared', path.slice(0, 1))
    if (Array.isArray(actual) && Array.isArray(expected)) {
      const [a, b]: [readonly unknown[], readonly unknown[]] = [actual, expected]
      if (a.length !== b.length) {
        this.#refuse(AssertionError, `The length of the sequences mismatch: ${a.length} != ${b.length}`, path)
      }
      for (let i = 0; i < a.length; i++) yield* this.#pairs(a[i], b[i], [...path, i])
      return
    }
    const mappings = [mappingOf(actual), mappingOf(expected)]
    const [a, b] = mappings
    if (a !== undefined && b !== undefined) {
      this.#checkKeys(a, b, path)
      for (const key of sorted(a.keys())) yield* this.#pairs(a.get(key), b.get(key), [...path, key])
      return
    }
    yield this.#pair(actual, expected, path)
  }

  #checkKeys(a: ReadonlyMap<unknown, unknown>, b: ReadonlyMap<unknown, unknown>, path: Path): void {
    const missing = sorted(b.keys()).filter((key) => !a.has(key))
    const additional = sorted(a.keys()).filter((key) => !b.has(key))
    if (missing.length + additional.length === 0) return
    this.#refuse(
      AssertionError,
      'The keys of the mappings do not match:\n' +
        `Missing keys in the actual mapping: ${list(missing)}\nAdditional keys in the actual mapping: ${list(additional)}`,
      path,
    )
  }

  /** The comparison of two values that are no collections. */
  #pair(actual: unknown, expected: unknown, path: Path): () => void {
    const fail = (message: string | null): void => {
      if (message !== null) this.#fail(message, path)
    }
    if (isNone(actual) || isNone(expected)) {
      const areBoth = isNone(actual) && isNone(expected)
      return () => fail(areBoth ? null : `None mismatch: ${text(actual)} is not ${text(expected)}`)
    }
    if (typeof actual === 'boolean' && typeof expected === 'boolean') {
      return () => fail(actual === expected ? null : `Booleans mismatch: ${text(actual)} is not ${text(expected)}`)
    }
    if (typeof actual === 'number' && typeof expected === 'number') {
      const tolerance = this.#tolerance(path)
      return () => fail(compareNumbers(actual, expected, tolerance))
    }
    if (actual instanceof Tensor && expected instanceof Tensor && this.#areRelated(actual, expected)) {
      const tolerance = this.#tolerance(path)
      return () => fail(this.#attributes(actual, expected) ?? compareTensors(actual, expected, tolerance))
    }
    const types = `${className(actual)} and ${className(expected)}`
    return this.#refuse(TypeError, `No comparison pair was able to handle inputs of type ${types}.`, path)
  }

  #areRelated(actual: Tensor, expected: Tensor): boolean {
    if (this.#options.allow_subclasses === false) return actual.constructor === expected.constructor
    return actual instanceof expected.constructor || expected instanceof actual.constructor
  }

  #tolerance(path: Path): Tolerance {
    const { rtol = null, atol = null, equal_nan = false } = this.#options
    if ((rtol === null) !== (atol === null)) {
      const missing = rtol === null ? 'rtol' : 'atol'
      this.#refuse(
        ValueError,
        `Both 'rtol' and 'atol' must be either specified or omitted, but got no ${missing}.`,
        path,
      )
    }
    return { given: rtol === null || atol === null ? null : { rtol, atol }, equal_nan }
  }

  /** In what two tensors differ beside their values. */
  #attributes(actual: Tensor, expected: Tensor): string | null {
    const { check_stride = false, check_device = true, check_dtype = true } = this.#options
    const size = (shape: readonly number[]): string => `torch.Size(${list(shape)})`
    const all: [string, boolean, string, string][] = [
      ['shape', true, size(actual.shape), size(expected.shape)],
      ['stride()', check_stride, repr(actual.strides), repr(expected.strides)],
      ['device', check_device, actual.device, expected.device],
      ['dtype', check_dtype, String(actual.dtype), String(expected.dtype)],
    ]
    for (const [name, isChecked, a, b] of all) {
      if (isChecked && a !== b) return `The values for attribute '${name}' do not match: ${a} != ${b}.`
    }
    return null
  }

  /** Fails before anything was compared: in words that are never the caller's. */
  #refuse(Fails: Fails, message: string, path: Path): never {
    throw new Fails(placed(message, path))
  }

  #fail(message: string, path: Path): never {
    const made = placed(message, path)
    const said = this.#message ?? made
    throw new AssertionError(typeof said === 'function' ? said(made) : said)
  }
}

function placed(message: string, path: Path): string {
  const place = path.map((key) => list([key])).join('')
  return place === '' ? message : `${message}\n\nThe failure occurred for item ${place}`
}

/** Keys in the order of their texts. */
function sorted(keys: Iterable<unknown>): unknown[] {
  const texts = Array.from(keys, (key) => [String(key), key] as const)
  return texts.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, key]) => key)
}

const isNone = (value: unknown): value is null | undefined => value === null || value === undefined
const list = (items: readonly unknown[]): string => `[${items.map((item) => repr(item)).join(', ')}]`
const text = (value: unknown): string => repr(value, { float: true })

/** What an object or a map holds. */
function mappingOf(value: unknown): ReadonlyMap<unknown, unknown> | undefined {
  if (value instanceof Map) return value
  return isKeywords(value) ? new Map(Object.entries(value)) : undefined
}

function className(value: unknown): string {
  if (value instanceof Tensor) {
    return value.constructor === Tensor
      ? "<class 'torch.Tensor'>"
      : `<class 'torch.nn.parameter.${value.constructor.name}'>`
  }
  return `<class '${typeof value === 'number' ? 'float' : typeName(value)}'>`
}
