/**
 * Reads golden values that `tools/golden/*.py` made with PyTorch, and says in words where ours differ. A tensor is
 * `{ d: dtype, s: shape, v: values }`; numbers that JSON lacks are strings; null is an element that is not compared.
 */
import { readFileSync } from 'node:fs'
import * as torch from '../src/index.ts'

export type GoldenNumber = number | 'nan' | 'inf' | '-inf' | '-0' | null
export type DTypeName = 'f32' | 'f64' | 'i32' | 'u8' | 'bool'
export interface GoldenTensor {
  readonly d: DTypeName
  readonly s: readonly number[]
  readonly v: readonly GoldenNumber[]
}

/** How near is equal. The defaults are those of the dtype: 2e-6 relative for float32, 1e-12 for float64. */
export interface Tolerance {
  readonly relative?: number | undefined
  /** No absolute tolerance: results near zero count by their own size. */
  readonly tiny?: boolean | undefined
  /** A multiple of the absolute tolerance: 1e-7 for float32, 1e-13 for float64. */
  readonly slack?: number | undefined
  /** 0 and -0 differ. */
  readonly signedZero?: boolean | undefined
}

const dtypes: Readonly<Record<DTypeName, torch.DType>> = {
  f32: torch.float32,
  f64: torch.float64,
  i32: torch.int32,
  u8: torch.uint8,
  bool: torch.bool,
}

/** The dtype of a short name; `idx` marks what PyTorch wants as int64 and we have as int32. */
export function dtypeNamed(name: string): torch.DType {
  if (name === 'idx') return torch.int32
  const entry = Object.entries(dtypes).find(([short]) => short === name)
  if (entry === undefined) throw new Error(`golden file names a dtype that we do not have: ${name}`)
  return entry[1]
}

/** The golden file `golden/NAME.json`. */
export function readGolden<T>(name: string): Readonly<Record<string, T>> {
  return JSON.parse(readFileSync(new URL(`./golden/${name}.json`, import.meta.url), 'utf8'))
}

const special: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  '-0': -0,
}

/** The number that a golden number stands for. */
export function toNumber(value: Exclude<GoldenNumber, null>): number {
  return typeof value === 'number' ? value : (special[value] ?? Number.NaN)
}

/** The elements of a tensor in row-major order, truth values as 0 and 1. */
export function elements(x: torch.Tensor): number[] {
  const nested: unknown = x.detach().tolist()
  const flat: readonly unknown[] = Array.isArray(nested) ? nested.flat(Number.POSITIVE_INFINITY) : [nested]
  return flat.map(Number)
}

/** Whether a value has fields. */
export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
/** A field by name. */
export const field = (value: object, name: string): unknown => Reflect.get(value, name)
const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value)

export function isGoldenTensor(value: unknown): value is GoldenTensor {
  return isObject(value) && 'd' in value && 's' in value && 'v' in value
}

const show = (value: unknown): string => (isObject(value) ? JSON.stringify(value) : String(value))

function near(actual: number, expected: number, dtype: torch.DType, tolerance: Tolerance): boolean {
  if (Number.isNaN(expected)) return Number.isNaN(actual)
  if (actual === expected) return !(tolerance.signedZero ?? false) || Object.is(actual, expected)
  if (!Number.isFinite(expected) || !Number.isFinite(actual) || dtype.kind !== 'floating') return false
  const single = dtype === torch.float32
  const relative = Math.max(tolerance.relative ?? 0, single ? 2e-6 : 1e-12)
  const absolute = tolerance.tiny ? 0 : (single ? 1e-7 : 1e-13) * (tolerance.slack ?? 1)
  return Math.abs(actual - expected) <= absolute + relative * Math.abs(expected)
}

function tensorDifference(actual: torch.Tensor, expected: GoldenTensor, tolerance: Tolerance): string | null {
  const dtype = dtypes[expected.d]
  if (actual.dtype !== dtype) return `dtype ${String(actual.dtype)}, PyTorch ${String(dtype)}`
  if (show(actual.shape) !== show(expected.s)) return `shape ${show(actual.shape)}, PyTorch ${show(expected.s)}`
  const values = elements(actual)
  if (values.length !== expected.v.length) return `${values.length} elements, PyTorch ${expected.v.length}`
  const wrong: string[] = []
  for (const [i, value] of expected.v.entries()) {
    const ours = values[i] ?? Number.NaN
    if (value === null || near(ours, toNumber(value), dtype, tolerance)) continue
    wrong.push(`[${i}] ${Object.is(ours, -0) ? '-0' : ours}, PyTorch ${value}`)
  }
  return wrong.length === 0
    ? null
    : `${wrong.slice(0, 4).join('; ')}${wrong.length > 4 ? ` and ${wrong.length - 4} more` : ''}`
}

/**
 * Says how a result differs from PyTorch's; null where it does not. `{ any: [...] }` are several right answers. A text may
 * go on where PyTorch's ends, after a space or a mark: an error of ours says more.
 */
export function difference(actual: unknown, expected: unknown, tolerance: Tolerance = {}): string | null {
  if (isGoldenTensor(expected)) {
    if (!(actual instanceof torch.Tensor)) return `${show(actual)} where PyTorch has a tensor`
    return tensorDifference(actual, expected, tolerance)
  }
  if (isObject(expected) && 'any' in expected && isList(expected.any)) {
    const texts = expected.any.map((one) => difference(actual, one, tolerance))
    return texts.includes(null) ? null : texts.join(', or ')
  }
  if (isObject(expected) && 'dtype' in expected && typeof expected.dtype === 'string') {
    const dtype = dtypeNamed(expected.dtype)
    return actual === dtype ? null : `${String(actual)}, PyTorch ${String(dtype)}`
  }
  if (isObject(expected) && 'fields' in expected) return difference(actual, expected.fields, tolerance)
  if (isList(expected)) {
    const items: readonly unknown[] | null = isList(actual) ? actual : null
    if (items === null || items.length !== expected.length)
      return `${show(actual)}, PyTorch has ${expected.length} items`
    return first(expected.map((item, i) => [`${i}`, difference(items[i], item, tolerance)]))
  }
  if (isObject(expected)) {
    if (!isObject(actual)) return `${show(actual)}, PyTorch ${show(expected)}`
    return first(Object.entries(expected).map(([key, item]) => [key, difference(field(actual, key), item, tolerance)]))
  }
  if (
    typeof actual === 'number' &&
    (typeof expected === 'number' || (typeof expected === 'string' && expected in special))
  ) {
    const value = typeof expected === 'number' ? expected : toNumber(expected as Exclude<GoldenNumber, null>)
    // A plain number is a float32 or a float64; what it is, is not known here.
    return near(actual, value, torch.float32, tolerance) ? null : `${actual}, PyTorch ${expected}`
  }
  if (typeof actual === 'string' && typeof expected === 'string' && goesOn(actual, expected)) return null
  return Object.is(actual, expected) ? null : `${show(actual)}, PyTorch ${show(expected)}`
}

/** Whether a text of ours begins with PyTorch's and says more. */
function goesOn(actual: string, expected: string): boolean {
  return actual.startsWith(expected) && /^[,:;.]? /.test(actual.slice(expected.length))
}

function first(differences: readonly (readonly [string, string | null])[]): string | null {
  const found = differences.filter(([, text]) => text !== null)
  return found.length === 0 ? null : found.map(([key, text]) => `${key}: ${text}`).join('\n    ')
}

/** What a call threw, as `{ error: type, message }`; 'nothing' where it returned. */
export function caught(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    if (error instanceof Error) return { error: error.name, message: error.message }
    return String(error)
  }
  return 'nothing'
}

export type Callable = (this: unknown, ...args: readonly unknown[]) => unknown
const isCallable = (value: unknown): value is Callable => typeof value === 'function'

/** The function `torch.NAME`. */
export function functionNamed(name: string): Callable | null {
  const found: unknown = Reflect.get(torch, name)
  return isCallable(found) ? found : null
}

/** The method `x.NAME`. */
export function methodNamed(name: string): Callable | null {
  const found: unknown = Object.getOwnPropertyDescriptor(torch.Tensor.prototype, name)?.value
  return isCallable(found) ? found : null
}

/** Whether `x.NAME` is a property. */
export function hasProperty(name: string): boolean {
  return Object.getOwnPropertyDescriptor(torch.Tensor.prototype, name)?.get !== undefined
}

/** An argument of a golden file as ours: slices, dtypes and non-finite numbers are tagged, `$name` is an input. */
export function decode(value: unknown, input: (reference: string) => unknown): unknown {
  if (typeof value === 'string') return value.startsWith('$') ? input(value) : value
  if (isList(value)) return value.map((item) => decode(item, input))
  if (!isObject(value)) return value
  if ('slice' in value && isList(value.slice)) return functionNamed('Slice')?.(...value.slice)
  if ('dtype' in value && typeof value.dtype === 'string') return dtypeNamed(value.dtype)
  if ('number' in value) return toNumber(value.number as Exclude<GoldenNumber, null>)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decode(item, input)]))
}
