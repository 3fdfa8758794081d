/**
 * Replays the ops that PyTorch computed for `golden/ops.json` (made by `tools/golden/ops.py`): results, dtypes, shapes,
 * strides of views, first and second gradients, and the names of graph nodes. A case goes through the function
 * and through the method, wherever PyTorch has both; an op that has an in-place form is replayed through that one too.
 */
import { describe, expect, test } from 'vitest'
import * as torch from '../src/index.ts'
import {
  decode,
  dtypeNamed,
  field,
  functionNamed,
  type GoldenNumber,
  hasProperty,
  isGoldenTensor,
  isObject,
  methodNamed,
  readGolden,
  type Tolerance,
  toNumber,
} from './golden.ts'
import {
  broadcastAt,
  commonShape,
  indicesOf,
  type Model,
  onEachFormulaDevice,
  type TestBench,
  valuesOf,
} from './harness.ts'

/** What PyTorch answers in one dtype: results, first gradients, second gradients, and how near is near enough. */
interface Answer {
  readonly r?: unknown
  readonly g?: readonly unknown[]
  readonly h?: readonly unknown[]
  readonly tol?: { readonly r?: number; readonly g?: number; readonly h?: number }
}

interface Case extends Answer {
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

interface Op {
  readonly f: string
  /** Has an in-place form. */
  readonly i?: 1
  readonly groups: Readonly<Record<string, readonly Case[]>>
}

const golden = await readGolden<unknown>('ops')
const inputs = golden['inputs'] as Readonly<Record<string, readonly [number[], Exclude<GoldenNumber, null>[]]>>
const views = golden['views'] as Readonly<Record<string, readonly (readonly [string, ...unknown[]])[]>>
const ops = new Map<string, Op>()
for (const [key, value] of Object.entries(golden)) if (key.startsWith('op ')) ops.set(key.slice(3), value as Op)

/** The arguments of one call, and those of them that a gradient is asked for, in order. */
interface Arguments {
  readonly values: unknown[]
  readonly leaves: torch.Tensor[]
}

/** Makes the input `$name.view:dtype`. */
function input(device: string, reference: string, caseDtype: string | null): torch.Tensor {
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

function prepare(on: TestBench, example: Case, dtype: string | null, requiresGrad: boolean): Arguments {
  const leaves: torch.Tensor[] = []
  const make = (reference: string) => {
    const x = input(on.device.type, reference, dtype)
    if (x.dtype.is_floating_point) {
      if (requiresGrad) x.requires_grad_()
      leaves.push(x)
    }
    return x
  }
  const values = example.a.map((value) => decode(value, make))
  if (example.o) values.push(decode(example.o, make))
  return { values, leaves }
}

/** Calls an op through one of its forms; an op in place works on a copy. */
function invoke(name: string, form: string, [self, ...rest]: readonly unknown[]): unknown {
  if (form === 'f') return functionNamed(name)?.(self, ...rest)
  const x = self as torch.Tensor
  if (form === 'p') return field(x, name)
  return methodNamed(name)?.apply(name.endsWith('_') ? x.clone() : x, rest)
}

const present = (name: string, form: string): boolean =>
  form === 'f' ? functionNamed(name) !== null : form === 'm' ? methodNamed(name) !== null : hasProperty(name)

/** The tensors inside of a result, in order. */
function tensorsOf(value: unknown): torch.Tensor[] {
  if (value instanceof torch.Tensor) return [value]
  if (Array.isArray(value)) return value.flatMap(tensorsOf)
  return isObject(value) && !(value instanceof torch.DType) ? Object.values(value).flatMap(tensorsOf) : []
}

/** A gradient that differs from element to element; `ops.py` has the same formula. */
function upstream(out: torch.Tensor): torch.Tensor {
  const values = Array.from({ length: out.numel() }, (_, i) => ((i * 7) % 11) / 8 - 0.6)
  return torch.tensor(values, { dtype: out.dtype, device: out.device }).reshape(out.shape)
}

/** First gradients, and the second ones where `twice` is set. */
function gradients(out: unknown, leaves: readonly torch.Tensor[], twice: boolean): [unknown[], unknown[]] {
  const outs = tensorsOf(out).filter((x) => x.requires_grad)
  const options = { grad_outputs: outs.map(upstream), create_graph: twice, allow_unused: true }
  const first = torch.autograd.grad(outs, [...leaves], options)
  if (!twice) return [[...first], []]
  const squares = first.flatMap((g) => (g?.requires_grad ? [g.mul(g).sum()] : []))
  const total = squares.reduce((sum, square) => sum.add(square))
  return [[...first], [...torch.autograd.grad([total], [...leaves], { allow_unused: true })]]
}

/** PyTorch's "no gradient" may be zeros of ours. */
async function gradientDifference(
  on: TestBench,
  actual: unknown,
  expected: unknown,
  tolerance: Tolerance,
): Promise<string | null> {
  if (expected === null && actual instanceof torch.Tensor) {
    return (await valuesOf(actual)).some((value) => value !== 0) ? 'a gradient where PyTorch has none' : null
  }
  const zero = isGoldenTensor(expected) && expected.v.every((value) => value === 0 || value === '-0')
  if (actual === null && zero) return null
  return on.difference(actual, expected, tolerance)
}

const answersOf = (example: Case): [string | null, Answer][] => {
  const floats = (['f32', 'f64'] as const).flatMap((dtype): [string, Answer][] => {
    const answer = example[dtype]
    return answer ? [[dtype, answer]] : []
  })
  return floats.length > 0 ? floats : [[null, example]]
}

/** Whether a device can hold the inputs of a case, and PyTorch's answer. */
function fits(on: TestBench, { a, o }: Case, dtype: string | null, answer: Answer): boolean {
  return on.fits([a, o ?? {}, { dtype }, answer])
}

/** An answer without the elements that come from -0, for devices on which 0 has no sign. */
function withoutSigns(example: Case, answer: Answer): Answer {
  const models = example.a.flatMap((value): Model[] => {
    const [shape, values] = (typeof value === 'string' && inputs[value.slice(1)]) || []
    return shape === undefined ? [] : [{ values: values?.map((x) => (x === '-0' ? 1 : 0)) ?? [], shape }]
  })
  if (!models.some(({ values }) => values.includes(1))) return answer
  const shape = commonShape(...models.map((model) => model.shape))
  const places = indicesOf(shape)
  const masked = (x: unknown): unknown => {
    if (!isGoldenTensor(x) || x.s.join() !== shape.join()) return x
    const v = x.v.map((value, i) => (models.some((m) => broadcastAt(m, places[i] as number[]) === 1) ? null : value))
    return { ...x, v }
  }
  return { ...answer, r: masked(answer.r), ...(answer.g && { g: answer.g.map(masked) }) }
}

/** Says how one answer to a case is not PyTorch's; null where it is. */
type Check = (example: Case, dtype: string | null, answer: Answer) => Promise<string | null>

const always = (): boolean => true

/** The ops whose shape, or answer in JavaScript, depends on values: with which arguments they read them while they compute. */
const readingAtOnce: Readonly<Record<string, (args: readonly unknown[]) => boolean>> = {
  allclose: always,
  argwhere: always,
  bincount: always,
  equal: always,
  // By a mask, or a number that is a tensor.
  index: (args) => args.some((arg) => String(arg).endsWith(':bool') || arg === '$one:idx'),
  masked_select: always,
  nonzero: always,
  one_hot: (args) => args.length === 1,
  repeat_interleave: ([, repeats]) => typeof repeats === 'string',
  unique: always,
  unique_consecutive: always,
  where: (args) => args.length === 1,
}

/** Whether an error is a refusal of that on a device that answers later. */
const isRefusal = (on: TestBench, name: string, { a }: Case, error: unknown): boolean =>
  !on.device.sync &&
  readingAtOnce[name]?.(a) === true &&
  String(error).includes('cannot be read at once: await x.cpu()')

/** Runs a check of an op on each case and each dtype of a group; says where they differ, or nothing. */
async function differences(on: TestBench, name: string, cases: readonly Case[], check: Check): Promise<string> {
  const failures: string[] = []
  let count = 0
  for (const example of cases) {
    for (const [dtype, answer] of answersOf(example)) {
      if (!fits(on, example, dtype, answer)) continue
      count++
      let text: string | null
      try {
        text = await check(example, dtype, on.device.exactZero ? answer : withoutSigns(example, answer))
      } catch (error) {
        text = isRefusal(on, name, example, error) ? null : `threw ${String(error)}`
      }
      const call = `${JSON.stringify(example.a)}${example.o ? ` ${JSON.stringify(example.o)}` : ''}${dtype ? ` ${dtype}` : ''}`
      if (text !== null) failures.push(`${call}\n    ${text}`)
    }
  }
  if (failures.length === 0) return ''
  const shown = failures.slice(0, 8).join('\n  ')
  return `${failures.length} of ${count} cases differ:\n  ${shown}${failures.length > 8 ? '\n  …' : ''}`
}

/** Whether a device can hold some of a case. */
const fitsOn =
  (on: TestBench) =>
  (example: Case): boolean =>
    answersOf(example).some(([dtype, answer]) => fits(on, example, dtype, answer))

/** One test: a check of all cases of a group that the device can hold. */
function replay(on: TestBench, name: string, group: string, what: string, all: readonly Case[], check: Check): void {
  const fitting = all.filter(fitsOn(on))
  if (fitting.length === 0) return
  test(`${group}: ${what}`, async () => {
    const text = await differences(on, name, fitting, check)
    expect(text === '', text).toBe(true)
  })
}

const toleranceOf = (example: Case, relative: number | undefined): Tolerance => ({
  relative,
  tiny: example.tiny === 1,
  signedZero: example.zero === 1,
})

function checkForward(on: TestBench, name: string, form: string): Check {
  return async (example, dtype, answer) => {
    const { values } = prepare(on, example, dtype, false)
    const out = invoke(name, form, values)
    const text = await on.difference(out, answer.r, toleranceOf(example, answer.tol?.r))
    if (text !== null || example.st === undefined) return text
    const strides = JSON.stringify(tensorsOf(out).map((x) => [...x.stride()]))
    return strides === JSON.stringify(example.st) ? null : `strides ${strides}, PyTorch ${JSON.stringify(example.st)}`
  }
}

function checkInPlace(on: TestBench, name: string): Check {
  return async (example, dtype, answer) => {
    const [self, ...rest] = prepare(on, example, dtype, false).values
    const x = (self as torch.Tensor).clone()
    const out = methodNamed(`${name}_`)?.apply(x, rest)
    if (out !== x) return 'does not return its tensor'
    return on.difference(x, answer.r, toleranceOf(example, answer.tol?.r))
  }
}

/** Whether an in-place form can hold the result. */
function keepsType(example: Case): boolean {
  const [self] = example.a
  return answersOf(example).every(([dtype, { r }]) => {
    if (typeof self !== 'string' || !self.startsWith('$') || !isGoldenTensor(r)) return false
    const x = input('cpu', self, dtype)
    return x.dtype === dtypeNamed(r.d) && JSON.stringify(x.shape) === JSON.stringify(r.s)
  })
}

function checkGradient(on: TestBench, name: string, form: string, order: 'g' | 'h'): Check {
  return async (example, dtype, answer) => {
    const expected = answer[order]
    if (expected === undefined) return null
    const { values, leaves } = prepare(on, example, dtype, true)
    const out = torch.enclosed(() => invoke(name, form, values))
    const [first, second] = gradients(out, leaves, order === 'h')
    const actual = order === 'g' ? first : second
    const tolerance = { relative: answer.tol?.[order], slack: order === 'h' ? 10 : 1 }
    const texts: string[] = []
    for (const [i, gradient] of expected.entries()) {
      const text = await gradientDifference(on, actual[i], gradient, tolerance)
      if (text !== null) texts.push(`with respect to input ${i}: ${text}`)
    }
    return texts.join('\n    ') || null
  }
}

/** Whether a node's name is the expected one, or one of those. */
function isName(name: string | null, expected: unknown): boolean {
  return Array.isArray(expected) ? expected.includes(name) : name === expected
}

function checkName(on: TestBench, name: string, form: string): Check {
  return async (example, dtype) => {
    if (example.n === undefined) return null
    const outs = tensorsOf(invoke(name, form, prepare(on, example, dtype, true).values))
    const names = outs.map((out) => out.grad_fn?.name() ?? null)
    const each = isObject(example.n) && 'each' in example.n ? (example.n.each as unknown[]) : names.map(() => example.n)
    const right = names.length === each.length && names.every((ours, i) => isName(ours, each[i]))
    return right ? null : `grad_fn ${JSON.stringify(names)}, PyTorch ${JSON.stringify(example.n)}`
  }
}

const hasAnswer = (cases: readonly Case[], key: 'g' | 'h') =>
  cases.some((example) => answersOf(example).some(([, answer]) => answer[key] !== undefined))

const formNames: Readonly<Record<string, string>> = { f: 'function', m: 'method', p: 'property' }

test('have the functions and methods that PyTorch has', () => {
  const missing = [...ops].flatMap(([name, op]) =>
    op.f
      .split('')
      .filter((form) => !present(name, form))
      .map((form) => `${name} ${form}`),
  )
  expect(missing).toEqual([])
})

onEachFormulaDevice('ops as PyTorch computes them', (on) => {
  const here = [...ops].filter(([, { groups }]) => Object.values(groups).flat().some(fitsOn(on)))
  describe.each(here)('%s', (name, op) => {
    for (const [group, all] of Object.entries(op.groups)) {
      for (const form of 'fmp') {
        const cases = all.filter((example) => (example.f ?? op.f).includes(form) && present(name, form))
        if (cases.length === 0) continue
        replay(on, name, group, formNames[form] ?? form, cases, checkForward(on, name, form))
        const again = form === 'm' && all.some((example) => (example.f ?? op.f).includes('f')) && present(name, 'f')
        if (again) continue
        if (hasAnswer(cases, 'g')) replay(on, name, group, 'gradient', cases, checkGradient(on, name, form, 'g'))
        if (hasAnswer(cases, 'h')) replay(on, name, group, 'second gradient', cases, checkGradient(on, name, form, 'h'))
        if (cases.some((example) => example.n !== undefined)) {
          replay(on, name, group, 'grad_fn', cases, checkName(on, name, form))
        }
      }
      if (op.i === 1 && methodNamed(`${name}_`) !== null) {
        const cases = all.filter((example) => example.st === undefined && keepsType(example))
        if (cases.length > 0) replay(on, name, group, 'in place', cases, checkInPlace(on, name))
      }
    }
  })
})
