// Where two outcomes of a program first disagree.

import { explanation } from './known/index.ts'
import type { Final, Observed, Outcome, Program, Seen, TensorSeen } from './program.ts'

/** A disagreement: at which statement, or after the last one; of what kind; and both sides. */
export interface Disagreement {
  readonly at: number
  readonly op: string
  readonly kind: string
  readonly here: string
  readonly there: string
  /** Of values, their dtype. */
  readonly dtype?: string
  /** How far finite values are apart; 0 for other kinds. */
  readonly distance: number
}

/** Relative tolerances of values, against the largest of the tensor too. */
const TOLERANCE: Readonly<Record<string, number>> = { float32: 2e-5, float64: 1e-9 }

const toNumber = (value: number | string | boolean): number =>
  typeof value === 'string'
    ? Number({ nan: 'NaN', inf: 'Infinity', '-inf': '-Infinity' }[value] ?? value)
    : Number(value)

/** Writes a message without what int64 and int32 say otherwise. */
const words = (text: string): string =>
  text
    .replaceAll(/\bLong\b/g, 'Int')
    .replaceAll('LongTensor', 'IntTensor')
    .replaceAll('int64', 'int32')
    .replaceAll(/\blong\b/g, 'int')

const SIGN_OF_ZERO = 'values: sign of zero'

/** What differs between values, and by how much; null where they agree within the tolerance. */
function values(here: TensorSeen, there: TensorSeen): { kind: string; distance: number } | null {
  const tolerance = TOLERANCE[here.dtype] ?? 0
  const finite = there.values.map(toNumber).filter(Number.isFinite)
  const largest = finite.reduce((top, value) => Math.max(top, Math.abs(value)), 0)
  let zeros = false
  let distance = 0
  for (const [i, mine] of here.values.entries()) {
    const theirs = there.values[i] as number | string | boolean
    if (mine === theirs) continue
    const [a, b] = [toNumber(mine), toNumber(theirs)]
    if (a === 0 && b === 0) zeros = true
    else if (Number.isNaN(a) !== Number.isNaN(b))
      return { kind: `values: NaN ${Number.isNaN(a) ? 'here' : 'there'} only`, distance: 1 }
    else if (!Number.isFinite(a) || !Number.isFinite(b)) return { kind: 'values: infinite', distance: 1 }
    else if (Math.abs(a - b) > tolerance * (Math.abs(b) + largest)) distance = Math.max(distance, Math.abs(a - b))
  }
  if (distance > 0) return { kind: 'values', distance }
  return zeros ? { kind: SIGN_OF_ZERO, distance: 0 } : null
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Strides of the dimensions that have more than one element. */
const realStrides = ({ shape, strides }: TensorSeen): number[] =>
  shape.includes(0) ? [] : strides.filter((_, i) => shape[i] !== 1)

const short = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}

type Difference = Omit<Disagreement, 'at' | 'op'>
const difference = (kind: string, here: unknown, there: unknown): Difference => ({
  kind,
  here: short(here),
  there: short(there),
  distance: 0,
})

/** All that differs between two tensors; nothing more where they are not of one shape and dtype. */
function* tensors(here: TensorSeen, there: TensorSeen): Generator<Difference> {
  if (here.dtype !== there.dtype) yield difference('dtype', here.dtype, there.dtype)
  else if (!same(here.shape, there.shape)) yield difference('shape', here.shape, there.shape)
  else {
    const found = values(here, there)
    if (found !== null)
      yield { ...difference(found.kind, here.values, there.values), dtype: here.dtype, distance: found.distance }
    for (const key of ['requires_grad', 'is_leaf', 'grad_fn', 'is_view'] as const) {
      if (here[key] !== there[key] && there[key] !== undefined) yield difference(key, here[key], there[key])
    }
    if (!same(realStrides(here), realStrides(there))) yield difference('strides', here.strides, there.strides)
    const isSame = same(here.values, there.values) && here.grad_fn === there.grad_fn
    if (isSame && here.text !== (there.text === null ? null : words(there.text)))
      yield difference('text', here.text, there.text)
  }
}

/** All that differs between two values. */
function* seen(here: Seen, there: Seen): Generator<Difference> {
  if ('dtype' in here && 'dtype' in there) yield* tensors(here, there)
  else if ('parts' in here && 'parts' in there) {
    if (here.parts.length !== there.parts.length) yield difference('parts', here.parts.length, there.parts.length)
    else for (const [i, part] of here.parts.entries()) yield* seen(part, there.parts[i] as Seen)
  } else if ('plain' in here && 'plain' in there) {
    const [a, b] = [here.plain, there.plain]
    const isNear = typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= 2e-5 * Math.abs(b)
    if (!isNear && !same(a, b)) yield difference('plain', a, b)
  } else yield difference('kind', here, there)
}

function* observed(here: Observed, there: Observed): Generator<Difference> {
  if ('error' in here && 'error' in there) {
    const [mine, theirs] = [`${here.error}: ${words(here.message)}`, `${there.error}: ${words(there.message)}`]
    if (here.error !== there.error) yield difference(`error class: ${pattern(theirs)}`, mine, theirs)
    // A message may go on after PyTorch's words, with the values.
    else if (!mine.startsWith(theirs.replace(/\.$/, '')))
      yield difference(`error text: ${pattern(theirs)}`, mine, theirs)
  } else if ('error' in here && 'seen' in there) {
    yield difference(`error here only: ${pattern(here.message)}`, `${here.error}: ${here.message}`, there.seen)
  } else if ('seen' in here && 'error' in there) {
    yield difference(`error there only: ${pattern(there.message)}`, here.seen, `${there.error}: ${there.message}`)
  } else if ('seen' in here && 'seen' in there) yield* seen(here.seen, there.seen)
}

/** A message without its numbers, so that messages of one origin are one. */
export const pattern = (message: string): string =>
  message
    .replaceAll(/-?[\d.]+(e[+-]?\d+)?/g, '#')
    .replaceAll(/#(, ?#)+/g, '#')
    .slice(0, 100)

function* final(here: Final, there: Final | undefined): Generator<Difference> {
  if (there === undefined) {
    yield difference('names', here.name, null)
    return
  }
  for (const one of seen(here.seen, there.seen)) yield { ...one, kind: `afterwards ${one.kind}` }
  if (here.changes !== there.changes) yield difference('version', here.changes, there.changes)
  if ((here.grad === null) !== (there.grad === null)) yield difference('grad: missing', here.grad, there.grad)
  if (here.grad !== null && there.grad !== null) {
    for (const one of seen(here.grad, there.grad)) yield { ...one, kind: `grad ${one.kind}` }
  }
}

/** All disagreements of two outcomes, in order. `there` is `null` where PyTorch itself died. */
function* disagreements(program: Program, here: Outcome, there: Outcome | null): Generator<Disagreement> {
  if (there === null) {
    yield { at: 0, op: 'process', kind: 'PyTorch died', here: '', there: '', distance: 0 }
    return
  }
  for (const [at, { op }] of program.statements.entries()) {
    for (const one of observed(here.observed[at] as Observed, there.observed[at] as Observed)) yield { at, op, ...one }
  }
  for (const one of here.final) {
    const other = there.final.find(({ name }) => name === one.name)
    for (const found of final(one, other)) {
      yield { at: program.statements.length, op: 'afterwards', ...found, here: `${one.name}: ${found.here}` }
    }
  }
}

/** Kinds after which the rest of a program is still worth a look. */
const PASSING = /grad_fn|text|version|strides|is_leaf|is_view|sign of zero/

/** The first disagreement that nothing explains, or the explanations of those that there are. */
export function compare(program: Program, here: Outcome, there: Outcome | null): Disagreement | readonly string[] {
  const reasons: string[] = []
  for (const found of disagreements(program, here, there)) {
    const reason = explanation(found, program)
    if (reason === null) return found
    reasons.push(reason)
    if (!PASSING.test(found.kind)) break
  }
  return reasons
}
