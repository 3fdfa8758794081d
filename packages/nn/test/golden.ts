/**
 * Golden values of `tools/golden/nn.py`, and in words where ours differ. A tensor is `{ d: dtype, s: shape, v: values }`;
 * numbers that JSON lacks are strings.
 */
import { readFileSync } from 'node:fs'
import * as torch from '@chainrule/core'

export interface GoldenTensor {
  readonly d: 'f32' | 'f64' | 'i32' | 'u8' | 'bool'
  readonly s: readonly number[]
  readonly v: readonly (number | string)[]
}

const dtypes = { f32: torch.float32, f64: torch.float64, i32: torch.int32, u8: torch.uint8, bool: torch.bool }
const special: Readonly<Record<string, number>> = { nan: Number.NaN, inf: Infinity, '-inf': -Infinity, '-0': -0 }
const toNumber = (x: number | string): number => (typeof x === 'number' ? x : (special[x] ?? Number(x)))

const isObject = (x: unknown): x is Readonly<Record<string, unknown>> => typeof x === 'object' && x !== null
const isList = (x: unknown): x is readonly unknown[] => Array.isArray(x)
export const isGoldenTensor = (x: unknown): x is GoldenTensor => isObject(x) && 'd' in x && 's' in x && 'v' in x

const golden: Readonly<Record<string, unknown>> = JSON.parse(
  readFileSync(new URL('./golden/nn.json', import.meta.url), 'utf8'),
)

/** The entries of a kind, with their names. */
export function entriesOf<T>(kind: string): [string, T][] {
  return Object.entries(golden).flatMap(([name, entry]) =>
    name.startsWith(`${kind} `) ? [[name.slice(kind.length + 1), entry as T]] : [],
  )
}

/** The tensor that a golden one stands for. */
export function fromGolden({ d, s, v }: GoldenTensor): torch.Tensor {
  return torch.tensor(v.map(toNumber), { dtype: dtypes[d] }).reshape([...s])
}

/** The tensors that a list in a golden entry holds: inputs that no seed gives. */
export function goldenTensors(entry: string, key: string): torch.Tensor[] {
  const found: unknown = golden[entry]
  const list: unknown = isObject(found) ? found[key] : null
  return isList(list) ? list.filter(isGoldenTensor).map(fromGolden) : []
}

/** How near is equal; relative to each element, and for elements near zero relative to the largest of the tensor. */
export interface Tolerance {
  readonly relative?: number
}

function near(actual: number, expected: number, scale: number, relative: number): boolean {
  if (Object.is(actual, expected) || actual === expected) return true
  return Math.abs(actual - expected) <= relative * (Math.abs(expected) + Math.min(scale, 1) / 2)
}

function tensorDifference(x: torch.Tensor, { d, s, v }: GoldenTensor, tolerance: Tolerance): string | null {
  if (x.dtype !== dtypes[d]) return `dtype ${x.dtype.name}, PyTorch ${d}`
  if (x.shape.join() !== s.join()) return `shape [${x.shape.join()}], PyTorch [${s.join()}]`
  const relative = Math.max(tolerance.relative ?? 0, d === 'f64' ? 1e-11 : 2e-6)
  const values = Array.from(x.detach().to_typed_array())
  const scale = Math.max(0, ...v.map((value) => Math.abs(toNumber(value))).filter(Number.isFinite))
  const wrong = values.flatMap((value, i) =>
    near(value, toNumber(v[i] ?? 'nan'), scale, relative) ? [] : [`[${i}] ${value}, PyTorch ${v[i]}`],
  )
  return wrong.length === 0 ? null : wrong.slice(0, 4).join('; ')
}

/** Says how a result differs from PyTorch's; null where it does not. A text may go on in parentheses where PyTorch's ends. */
export function difference(actual: unknown, expected: unknown, tolerance: Tolerance = {}): string | null {
  if (isGoldenTensor(expected)) {
    if (!(actual instanceof torch.Tensor)) return `${String(actual)} where PyTorch has a tensor`
    return tensorDifference(actual, expected, tolerance)
  }
  if (isObject(expected) && typeof expected['dtype'] === 'string') {
    const dtype = Reflect.get(dtypes, expected['dtype']) as torch.DType
    return actual === dtype ? null : `${String(actual)}, PyTorch ${dtype.name}`
  }
  if (isList(expected) && (!isList(actual) || actual.length !== expected.length)) {
    return `${JSON.stringify(actual)}, PyTorch ${JSON.stringify(expected)}`
  }
  if (isObject(expected)) {
    if (!isObject(actual)) return `${String(actual)}, PyTorch ${JSON.stringify(expected)}`
    const extra = Object.keys(actual).filter((key) => !Object.hasOwn(expected, key))
    const found = Object.entries(expected).flatMap(([key, item]) => {
      const text = difference(actual[key], item, tolerance)
      return text === null ? [] : [`${key}: ${text}`]
    })
    if (extra.length > 0 && !isList(actual)) found.push(`PyTorch has no ${extra.join(', ')}`)
    return found.length === 0 ? null : found.join('\n    ')
  }
  if (typeof actual === 'number' && (typeof expected === 'number' || String(expected) in special)) {
    const value = toNumber(expected as number | string)
    return near(actual, value, Math.abs(value), tolerance.relative ?? 2e-6) ? null : `${actual}, PyTorch ${value}`
  }
  if (typeof actual === 'string' && typeof expected === 'string' && actual.startsWith(`${expected} (`)) return null
  return Object.is(actual, expected) ? null : `${JSON.stringify(actual)}, PyTorch ${JSON.stringify(expected)}`
}

/** What a call threw, as `{ error: type, message }`; 'nothing' where it returned. */
export function caught(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    if (error instanceof Error) return { error: error.name, message: error.message }
    throw error
  }
  return 'nothing'
}
