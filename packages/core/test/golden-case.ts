/** The cases of `golden/ops.json`: their arguments, and how they are called. */
import * as torch from '../src/index.ts'
import {
  decode,
  dtypeNamed,
  field,
  functionNamed,
  type GoldenNumber,
  hasProperty,
  isObject,
  methodNamed,
  readGolden,
  toNumber,
} from './golden-file.ts'

/** What PyTorch answers in one dtype: results, first gradients, second gradients, and how near is near enough. */
export interface Answer {
  readonly r?: unknown
  readonly g?: readonly unknown[]
  readonly h?: readonly unknown[]
  readonly tol?: { readonly r?: number; readonly g?: number; readonly h?: number }
}

/** One call that PyTorch ran. */
export interface Case extends Answer {
  /** Arguments, and the options object where there is one. */
  readonly a: readonly unknown[]
  readonly o?: Readonly<Record<string, unknown>>
  /** Forms, where they are not the op's: f function, m method, p property. */
  readonly f?: string
  readonly tiny?: 1
  readonly zero?: 1
  /** Strides of the results. */
  readonly st?: readonly (readonly number[])[]
  /** The name of the node, or the names that are right, or `{ each: [...] }` for several outputs. */
  readonly n?: unknown
  readonly f32?: Answer
  readonly f64?: Answer
}

/** The cases of an op, by groups. */
export interface Op {
  readonly f: string
  /** Has an in-place form. */
  readonly i?: 1
  readonly groups: Readonly<Record<string, readonly Case[]>>
}

const golden = await readGolden<unknown>('ops')
/** The values that cases name. */
export const inputs = golden['inputs'] as Readonly<Record<string, readonly [number[], Exclude<GoldenNumber, null>[]]>>
const views = golden['views'] as Readonly<Record<string, readonly (readonly [string, ...unknown[]])[]>>
/** Every op of the file. */
export const ops = new Map<string, Op>()
for (const [key, value] of Object.entries(golden)) if (key.startsWith('op ')) ops.set(key.slice(3), value as Op)

/** The arguments of one call, and those of them that a gradient is asked for, in order. */
export interface Arguments {
  readonly values: unknown[]
  readonly leaves: torch.Tensor[]
}

/** Makes the input `$name.view:dtype`. */
export function input(device: torch.DeviceName, reference: string, caseDtype: string | null): torch.Tensor {
  const [, name = '', view, short] = /^\$(\w+)(?:\.(\w+))?(?::(\w+))?$/.exec(reference) ?? []
  const [shape, values] = inputs[name] ?? [[], []]
  const dtype = dtypeNamed(short ?? caseDtype ?? '')
  let x = torch.tensor(values.map(toNumber), { dtype, device }).reshape(shape)
  for (const [method, ...args] of view === undefined ? [] : (views[view] ?? [])) {
    const decoded = args.map((arg) => decode(arg, () => null))
    x = methodNamed(method)?.apply(x, decoded) as torch.Tensor
  }
  return x
}

/** The arguments of a case. `given` is what the call gets for each floating point input, by its place among them. */
export function prepare(
  device: torch.DeviceName,
  example: Case,
  dtype: string | null,
  given: (x: torch.Tensor, place: number) => torch.Tensor,
): Arguments {
  const leaves: torch.Tensor[] = []
  const make = (reference: string) => {
    const x = input(device, reference, dtype)
    return x.dtype.is_floating_point ? given(x, leaves.push(x) - 1) : x
  }
  const values = example.a.map((value) => decode(value, make))
  if (example.o) values.push(decode(example.o, make))
  return { values, leaves }
}

/** Calls an op through one of its forms; an op in place works on a copy. */
export function invoke(name: string, form: string, [self, ...rest]: readonly unknown[]): unknown {
  if (form === 'f') return functionNamed(name)?.(self, ...rest)
  const x = self as torch.Tensor
  if (form === 'p') return field(x, name)
  return methodNamed(name)?.apply(name.endsWith('_') ? x.clone() : x, rest)
}

/** Whether an op has a form. */
export const present = (name: string, form: string): boolean =>
  form === 'f' ? functionNamed(name) !== null : form === 'm' ? methodNamed(name) !== null : hasProperty(name)

/** The tensors inside of a result, in order. */
export function tensorsOf(value: unknown): torch.Tensor[] {
  if (value instanceof torch.Tensor) return [value]
  if (Array.isArray(value)) return value.flatMap(tensorsOf)
  return isObject(value) && !(value instanceof torch.DType) ? Object.values(value).flatMap(tensorsOf) : []
}
