/** Says in words where results differ from golden values. */
import * as torch from '../src/index.ts'
import { type TestDevice, valuesOf } from './devices.ts'
import {
  dtypeNamed,
  dtypes,
  field,
  type GoldenNumber,
  type GoldenTensor,
  isGoldenTensor,
  isList,
  isObject,
  special,
  toNumber,
} from './golden-file.ts'

export * from './golden-file.ts'

/**
 * How near is equal. The defaults are those of the dtype: 2e-6 relative for float32, 1e-12 for float64. A device whose ops
 * are not as exact has more.
 */
export interface Tolerance {
  readonly relative?: number | undefined
  /** No absolute tolerance: results near zero count by their own size, where the device has digits for them. */
  readonly tiny?: boolean | undefined
  /** A multiple of the absolute tolerance: 1e-7 for float32, 1e-13 for float64. */
  readonly slack?: number | undefined
  /** The absolute tolerance shrinks with the largest element of a tensor that has none of 1 or more. */
  readonly scaled?: boolean | undefined
  /** 0 and -0 differ, where the device can tell. */
  readonly signedZero?: boolean | undefined
}

/** Whether a device can hold what a golden entry says: it has the dtypes of its tensors, and their whole numbers. */
export function fits(device: TestDevice, entry: unknown): boolean {
  if (typeof entry === 'string') return device.floats.includes(torch.float64) || !entry.endsWith(':f64')
  if (isGoldenTensor(entry)) {
    const isWide = (value: GoldenNumber): boolean => Math.abs(toNumber(value ?? 0)) >= device.exactBelow
    const dtype = dtypes[entry.d]
    return dtype.kind === 'floating' ? device.floats.includes(dtype) : !entry.v.some(isWide)
  }
  if (!isObject(entry)) return true
  if ('dtype' in entry && entry.dtype === 'f64') return device.floats.includes(torch.float64)
  return Object.values(entry).every((item) => fits(device, item))
}

const show = (value: unknown): string => (isObject(value) ? JSON.stringify(value) : String(value))

/** Whether numbers are as near as they have to be. `scale` is the largest absolute value of those expected. */
function near(
  device: TestDevice,
  actual: number,
  expected: number,
  dtype: torch.DType,
  tolerance: Tolerance,
  scale: number,
): boolean {
  if (Number.isNaN(expected)) return Number.isNaN(actual)
  if (actual === expected) return !(tolerance.signedZero && device.exactZero) || Object.is(actual, expected)
  if (!Number.isFinite(expected) || !Number.isFinite(actual) || dtype.kind !== 'floating') return false
  const single = dtype === torch.float32
  const relative = Math.max(tolerance.relative ?? 0, single ? Math.max(2e-6, device.relative) : 1e-12)
  const least = (single ? 1e-7 : 1e-13) * (tolerance.slack ?? 1) * (tolerance.scaled ? Math.min(scale, 1) : 1)
  const absolute = tolerance.tiny && device.exactZero ? 0 : least
  return Math.abs(actual - expected) <= absolute + relative * Math.abs(expected)
}

async function tensorDifference(
  device: TestDevice,
  actual: torch.Tensor,
  expected: GoldenTensor,
  tolerance: Tolerance,
): Promise<string | null> {
  const dtype = dtypes[expected.d]
  if (actual.dtype !== dtype) return `dtype ${String(actual.dtype)}, PyTorch ${String(dtype)}`
  if (show(actual.shape) !== show(expected.s)) return `shape ${show(actual.shape)}, PyTorch ${show(expected.s)}`
  const values = await valuesOf(actual)
  if (values.length !== expected.v.length) return `${values.length} elements, PyTorch ${expected.v.length}`
  const wanted = expected.v.map((value) => (value === null ? null : toNumber(value)))
  const scale = Math.max(0, ...wanted.map((value) => Math.abs(value ?? 0)).filter(Number.isFinite))
  const wrong: string[] = []
  for (const [i, value] of wanted.entries()) {
    const ours = values[i] ?? Number.NaN
    if (value === null || near(device, ours, value, dtype, tolerance, scale)) continue
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
export async function difference(
  device: TestDevice,
  actual: unknown,
  expected: unknown,
  tolerance: Tolerance = {},
): Promise<string | null> {
  if (isGoldenTensor(expected)) {
    if (!(actual instanceof torch.Tensor)) return `${show(actual)} where PyTorch has a tensor`
    return tensorDifference(device, actual, expected, tolerance)
  }
  if (isObject(expected) && 'any' in expected && isList(expected.any)) {
    const texts = await Promise.all(expected.any.map((one) => difference(device, actual, one, tolerance)))
    return texts.includes(null) ? null : texts.join(', or ')
  }
  if (isObject(expected) && 'dtype' in expected && typeof expected.dtype === 'string') {
    const dtype = dtypeNamed(expected.dtype)
    return actual === dtype ? null : `${String(actual)}, PyTorch ${String(dtype)}`
  }
  if (isObject(expected) && 'fields' in expected) return difference(device, actual, expected.fields, tolerance)
  if (isList(expected) && (!isList(actual) || actual.length !== expected.length)) {
    return `${show(actual)}, PyTorch has ${expected.length} items`
  }
  if (isObject(expected)) {
    if (!isObject(actual)) return `${show(actual)}, PyTorch ${show(expected)}`
    const extra = isList(actual) ? [] : Object.keys(actual).filter((key) => !Object.hasOwn(expected, key))
    const found = extra.map((key) => `PyTorch has no ${key}`)
    for (const [key, item] of Object.entries(expected)) {
      const text = await difference(device, field(actual, key), item, tolerance)
      if (text !== null) found.push(`${key}: ${text}`)
    }
    return found.length === 0 ? null : found.join('\n    ')
  }
  if (
    typeof actual === 'number' &&
    (typeof expected === 'number' || (typeof expected === 'string' && expected in special))
  ) {
    const value = typeof expected === 'number' ? expected : toNumber(expected as Exclude<GoldenNumber, null>)
    // A plain number is a float32 or a float64; what it is, is not known here.
    const isNear = near(device, actual, value, torch.float32, tolerance, Math.abs(value))
    return isNear ? null : `${actual}, PyTorch ${expected}`
  }
  if (typeof actual === 'string' && typeof expected === 'string' && goesOn(actual, expected)) return null
  return Object.is(actual, expected) ? null : `${show(actual)}, PyTorch ${show(expected)}`
}

/** Whether a text of ours begins with PyTorch's and says more. */
function goesOn(actual: string, expected: string): boolean {
  return actual.startsWith(expected) && /^[,:;.]? /.test(actual.slice(expected.length))
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
