/**
 * Reads golden values that `tools/golden/*.py` made with PyTorch. A tensor is `{ d: dtype, s: shape, v: values }`; numbers
 * that JSON lacks are strings; null is an element that is not compared.
 */
import * as torch from '../src/index.ts'

declare global {
  interface ImportMeta {
    /** Vite's: the files of a pattern, each with a function that imports it. */
    glob<T>(pattern: string, options: { readonly import: string }): Readonly<Record<string, () => Promise<T>>>
  }
}

export type GoldenNumber = number | 'nan' | 'inf' | '-inf' | '-0' | null
export type DTypeName = 'f32' | 'f64' | 'i32' | 'u8' | 'bool'
export interface GoldenTensor {
  readonly d: DTypeName
  readonly s: readonly number[]
  readonly v: readonly GoldenNumber[]
}

/** The dtypes by their short names. */
export const dtypes: Readonly<Record<DTypeName, torch.DType>> = {
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

const files = import.meta.glob<object>('../../*/test/golden/*.json', { import: 'default' })

/** The golden file `golden/NAME.json` of some package. */
export async function readGolden<T>(name: string): Promise<Readonly<Record<string, T>>> {
  const [, read] = Object.entries(files).find(([path]) => path.endsWith(`/${name}.json`)) ?? []
  if (read === undefined) throw new Error(`there is no golden file ${name}.json`)
  return (await read()) as Readonly<Record<string, T>>
}

/** The entries of a golden file whose name begins with `kind`, by the rest of their names. */
export function entriesOf<T>(golden: Readonly<Record<string, unknown>>, kind: string): [string, T][] {
  return Object.entries(golden).flatMap(([name, entry]) =>
    name.startsWith(`${kind} `) ? [[name.slice(kind.length + 1), entry as T]] : [],
  )
}

/** The numbers that JSON lacks. */
export const special: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  '-0': -0,
}

/** The number that a golden number stands for. */
export function toNumber(value: Exclude<GoldenNumber, null>): number {
  return typeof value === 'number' ? value : (special[value] ?? Number.NaN)
}

/** The tensor that a golden one stands for. */
export function fromGolden({ d, s, v }: GoldenTensor, device: torch.DeviceName = 'cpu'): torch.Tensor {
  const values = v.map((value) => toNumber(value ?? 'nan'))
  return torch.tensor(values, { dtype: dtypes[d], device }).reshape(s)
}

/** Whether a value has fields. */
export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
/** A field by name. */
export const field = (value: object, name: string): unknown => Reflect.get(value, name)
export const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value)

export function isGoldenTensor(value: unknown): value is GoldenTensor {
  return isObject(value) && 'd' in value && 's' in value && 'v' in value
}

export type Callable = (this: unknown, ...args: readonly unknown[]) => unknown
const isCallable = (value: unknown): value is Callable => typeof value === 'function'

/** The function `torch.NAME`. */
export function functionNamed(name: string): Callable | null {
  // In a namespace, as `linalg.det`.
  const found = name
    .split('.')
    .reduce<unknown>((scope, key) => (isObject(scope) ? Reflect.get(scope, key) : null), torch)
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
