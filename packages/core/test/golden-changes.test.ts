/**
 * Changes memory that gradients may read, in every op: what PyTorch lets pass and what it refuses is in `golden/changes.json` (made
 * by `tools/golden/changes.py`, which says what the letters mean). What passes has the gradient of the program without the change.
 */
import { describe, expect, test } from 'vitest'
import * as torch from '../src/index.ts'
import { functionNamed, methodNamed, readGolden } from './golden.ts'
import { type Case, invoke, ops, prepare, present, tensorsOf } from './golden-case.ts'

type Tensor = torch.Tensor
interface Outcomes {
  readonly out?: readonly (string | null)[]
  readonly in?: string
}

const golden = await readGolden<Readonly<Record<string, Readonly<Record<string, Outcomes>>>>>('changes')

/** The arguments of a case, each floating point one the result of a step before; `wanted` is the one with a gradient. */
function build(example: Case, wanted: number | null) {
  const given: Tensor[] = []
  const { values, leaves } = prepare('cpu', example, 'f64', (x, place) => {
    if (wanted === null || wanted === place) x.requires_grad_()
    const input = x.mul(1)
    given.push(input)
    return input
  })
  return { values, leaves, given }
}

const floats = (value: unknown): Tensor[] => tensorsOf(value).filter((x) => x.dtype.is_floating_point)
const isStale = (error: unknown): boolean => String(error).includes('modified by an inplace operation')

/** A letter, and the gradients where they were computed. */
function outcome(leaves: readonly Tensor[], change: () => void, outs: () => readonly Tensor[]): [string, unknown[]] {
  let roots: Tensor[]
  try {
    change()
    roots = outs()
      .filter((x) => x.requires_grad)
      .map((x) => x.sum())
  } catch {
    return ['c', []]
  }
  if (roots.length === 0) return ['-', []]
  try {
    torch.autograd.backward(roots)
  } catch (error) {
    return [isStale(error) ? 'b' : '?', []]
  }
  return ['o', leaves.map((x) => x.grad?.tolist() ?? null)]
}

const form = (name: string): string =>
  ['T', 'mT'].includes(name) ? 'p' : functionNamed(name) !== null && !name.endsWith('_') ? 'f' : 'm'

/** Outcomes of doubling each result, then each input; `|` between. */
function after(name: string, example: Case, wanted: number | null, wrong: string[]): string {
  const run = (pick: (given: readonly Tensor[], out: readonly Tensor[]) => Tensor | undefined, isIn: boolean) => {
    const { values, leaves, given } = build(example, wanted)
    const out = floats(invoke(name, form(name), values))
    const target = pick(given, out)
    if (target === undefined) return null
    const shared = given.some((x) => out.some((y) => y.storage === x.storage))
    const place = out.indexOf(target)
    const [letter, gradients] = outcome(
      leaves,
      () => void (isIn ? target.mul_(2) : null),
      () => (isIn ? out : out.map((x, i) => (i === place ? x.mul(2) : x))),
    )
    return { letter, gradients, shared }
  }
  const letters = (pick: (i: number) => Parameters<typeof run>[0]): string => {
    let text = ''
    for (let i = 0; ; i++) {
      const changed = run(pick(i), true)
      if (changed === null) return text
      text += changed.letter
      const plain = run(pick(i), false)
      const same = JSON.stringify(plain?.gradients) === JSON.stringify(changed.gradients)
      if (changed.letter === 'o' && !changed.shared && !same)
        wrong.push(`gradients ${JSON.stringify(changed.gradients)}`)
    }
  }
  return `${letters((i) => (_, out) => out[i])}|${letters((i) => (given) => given[i])}`
}

function expanded(x: Tensor): Tensor | null {
  const dim = x.shape.findIndex((size) => size > 1)
  return dim < 0 || x.numel() === 0 ? null : x.narrow(dim, 0, 1).expand(x.shape)
}

/** Outcomes of the form that works in place. */
function inPlace(name: string, example: Case, wrong: string[]): string {
  const method = name.endsWith('_') ? name : `${name}_`
  const run = (
    set: (values: unknown[]) => unknown[],
    later: (values: unknown[]) => void = () => {},
    isChecked = true,
  ): string => {
    const { values, leaves } = build(example, null)
    const prepared = set(values)
    const x = prepared[0] as Tensor
    const [letter, gradients] = outcome(
      leaves,
      () => {
        methodNamed(method)?.apply(x, prepared.slice(1))
        later(prepared)
      },
      () => [x],
    )
    if (letter !== 'o' || name.endsWith('_') || !isChecked) return letter
    const again = build(example, null)
    const apart = set(again.values)
    const [, expected] = outcome(
      again.leaves,
      () => {},
      () => floats(invoke(name, form(name), apart)),
    )
    if (JSON.stringify(expected) !== JSON.stringify(gradients)) {
      wrong.push(`gradients ${JSON.stringify(gradients)}, out of place ${JSON.stringify(expected)}`)
    }
    return letter
  }
  const { values } = build(example, null)
  const x = values[0] as Tensor
  let letters = run((given) => given)
  const wide = expanded(x)
  if (wide === null) letters += '-'
  else {
    const detached = (y: Tensor) => (given: unknown[]) => [y, ...given.slice(1)]
    const plain = run(detached(x.detach().clone()), undefined, false)
    const spread = run(detached(wide.detach()), undefined, false)
    letters += plain === 'c' ? '-' : spread === 'o' || spread === '-' ? 'o' : 'c'
  }
  values.forEach((value, i) => {
    if (i === 0 || !(value instanceof torch.Tensor) || !value.dtype.is_floating_point) return
    const isAlike = JSON.stringify(value.shape) === JSON.stringify(x.shape) && value.dtype === x.dtype
    const self = (view: boolean) => (given: unknown[]) => {
      given[i] = view ? (given[0] as Tensor).view_as(given[0] as Tensor) : given[0]
      return given
    }
    letters += isAlike ? run(self(false)) + run(self(true)) : '--'
    letters += run(
      (given) => given,
      (given) => void (given[i] as Tensor).mul_(2),
    )
  })
  return letters
}

/** PyTorch saves an intermediate result, or a copy, where these read the operand itself. */
const readsOperand: readonly string[] = ['tanhshrink', 'kron', 'matmul']

/** PyTorch saves for a gradient of zeros. */
const savesForZeros = (example: Case): boolean => example.o !== undefined && 'rounding_mode' in example.o

/** What PyTorch lets pass, passes. Of what it refuses, `isExact` says, none passes, or what does has the right gradient. */
function agrees(name: string, ours: string, theirs: string, isExact: (place: number) => boolean): boolean {
  return (
    ours.length === theirs.length &&
    Array.from(theirs).every((letter, i) => {
      if (letter === '?' || letter === ours[i]) return true
      return !isExact(i) && (ours[i] === 'o' || (ours[i] === 'b' && readsOperand.includes(name)))
    })
  )
}
/** The operand that is the target, or a view of it. */
const isAlias = (place: number): boolean => place >= 2 && place % 3 !== 1

describe('memory that gradients may read', () => {
  describe.each(Object.entries(golden))('%s', (name, groups) => {
    test('is changed as in PyTorch', () => {
      const failures: string[] = []
      for (const [group, places] of Object.entries(groups)) {
        for (const [place, outcomes] of Object.entries(places)) {
          const example = ops.get(name)?.groups[group]?.[Number(place)]
          if (example === undefined) throw new Error(`ops.json has no ${name} ${group} ${place}`)
          const wrong: string[] = []
          const say = (what: string, ours: string, theirs: string, isExact: (place: number) => boolean) => {
            if (!agrees(name, ours, theirs, isExact)) wrong.push(`${what}: ${ours}, PyTorch ${theirs}`)
          }
          outcomes.out?.forEach((theirs, choice) => {
            if (theirs !== null)
              say(`out ${choice}`, after(name, example, choice === 0 ? null : choice - 1, wrong), theirs, () => false)
          })
          // What starts with `c` is refused for the way it is written in Python.
          if (
            outcomes.in !== undefined &&
            !outcomes.in.startsWith('c') &&
            present(name.endsWith('_') ? name : `${name}_`, 'm')
          ) {
            // PyTorch warns of some that write into expanded memory; here all are refused.
            const theirs = outcomes.in.replace(/^(.)o/, '$1c')
            say('in place', inPlace(name, example, wrong), theirs, savesForZeros(example) ? () => false : isAlias)
          }
          if (wrong.length > 0)
            failures.push(`${JSON.stringify(example.a)}${JSON.stringify(example.o ?? {})} ${wrong.join('; ')}`)
        }
      }
      expect(failures.length, failures.join('\n  ')).toBe(0)
    })
  })
})
