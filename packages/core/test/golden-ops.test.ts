/**
 * Replays the ops that PyTorch computed for `golden/ops.json` (made by `tools/golden/ops.py`): results, dtypes, shapes,
 * strides of views, first and second gradients, and the names of graph nodes. A case goes through the function
 * and through the method, wherever PyTorch has both; an op that has an in-place form is replayed through that one too.
 */
import { describe, expect, test } from 'vitest'
import * as torch from '../src/index.ts'
import { dtypeNamed, isGoldenTensor, isObject, methodNamed, type Tolerance } from './golden.ts'
import { type Answer, type Case, input, inputs, invoke, ops, prepare, present, tensorsOf } from './golden-case.ts'
import { broadcastAt, commonShape, indicesOf, type Model, onEachDevice, type TestBench, valuesOf } from './harness.ts'

const asIs = (x: torch.Tensor): torch.Tensor => x
const differentiable = (x: torch.Tensor): torch.Tensor => x.requires_grad_()

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

/** What is checked of some cases. */
type Replay = readonly [what: string, cases: readonly Case[], check: Check]

/** One test: the checks of a group, each on all of its cases that the device can hold. */
function replay(on: TestBench, name: string, group: string, checks: readonly Replay[]): void {
  const fitting = checks.map(([what, cases, check]) => [what, cases.filter(fitsOn(on)), check] as const)
  if (fitting.every(([, cases]) => cases.length === 0)) return
  test(`${group}: as in PyTorch`, async () => {
    const texts: string[] = []
    for (const [what, cases, check] of fitting) {
      const text = await differences(on, name, cases, check)
      if (text !== '') texts.push(`${what}: ${text}`)
    }
    expect(texts.length === 0, texts.join('\n')).toBe(true)
  })
}

const toleranceOf = (example: Case, relative: number | undefined): Tolerance => ({
  relative,
  tiny: example.tiny === 1,
  signedZero: example.zero === 1,
})

function checkForward(on: TestBench, name: string, form: string): Check {
  return async (example, dtype, answer) => {
    const { values } = prepare(on.device.type, example, dtype, asIs)
    const out = invoke(name, form, values)
    const text = await on.difference(out, answer.r, toleranceOf(example, answer.tol?.r))
    if (text !== null || example.st === undefined) return text
    const strides = JSON.stringify(tensorsOf(out).map((x) => [...x.stride()]))
    return strides === JSON.stringify(example.st) ? null : `strides ${strides}, PyTorch ${JSON.stringify(example.st)}`
  }
}

function checkInPlace(on: TestBench, name: string): Check {
  return async (example, dtype, answer) => {
    const [self, ...rest] = prepare(on.device.type, example, dtype, asIs).values
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
    const { values, leaves } = prepare(on.device.type, example, dtype, differentiable)
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
    const outs = tensorsOf(invoke(name, form, prepare(on.device.type, example, dtype, differentiable).values))
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

onEachDevice('ops as PyTorch computes them', (on) => {
  const here = [...ops].filter(([, { groups }]) => Object.values(groups).flat().some(fitsOn(on)))
  describe.each(here)('%s', (name, op) => {
    for (const [group, all] of Object.entries(op.groups)) {
      const checks: Replay[] = []
      for (const form of 'fmp') {
        const cases = all.filter((example) => (example.f ?? op.f).includes(form) && present(name, form))
        if (cases.length === 0) continue
        checks.push([formNames[form] ?? form, cases, checkForward(on, name, form)])
        const again = form === 'm' && all.some((example) => (example.f ?? op.f).includes('f')) && present(name, 'f')
        if (again) continue
        if (hasAnswer(cases, 'g')) checks.push(['gradient', cases, checkGradient(on, name, form, 'g')])
        if (hasAnswer(cases, 'h')) checks.push(['second gradient', cases, checkGradient(on, name, form, 'h')])
        if (cases.some((example) => example.n !== undefined)) checks.push(['grad_fn', cases, checkName(on, name, form)])
      }
      if (op.i === 1 && methodNamed(`${name}_`) !== null) {
        const cases = all.filter((example) => example.st === undefined && keepsType(example))
        checks.push(['in place', cases, checkInPlace(on, name)])
      }
      replay(on, name, group, checks)
    }
  })
})
