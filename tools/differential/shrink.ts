// Makes a program that disagrees smaller, as long as it disagrees in the same way.

import type { Disagreement } from './compare.ts'
import type { Argument, Outcome, Program, Seen, Statement } from './program.ts'
import { references, uses } from './program.ts'

/** Looks for the disagreement of a program. */
export type Judge = (program: Program) => Promise<Disagreement | null>

/** Whether two disagreements are one. */
export const sameKind = (a: Disagreement | null, b: Disagreement): boolean =>
  a !== null && a.op === b.op && a.kind === b.kind

const without = (program: Program, statements: readonly Statement[]): Program => ({ ...program, statements })

/** Drops a statement, and all that use its result. */
function dropped(program: Program, at: number): Program {
  const gone = new Set([program.statements[at]?.out])
  return without(
    program,
    program.statements.filter((statement, i) => {
      if (i === at) return false
      const isGone = uses(statement).some((name) => gone.has(name))
      if (isGone) gone.add(statement.out)
      return !isGone
    }),
  )
}

/** Has what a statement gave as an input instead. */
function given(program: Program, at: number, seen: Seen | undefined): Program | null {
  const statement = program.statements[at] as Statement
  if (statement.op === 'input' || seen === undefined || !('dtype' in seen)) return null
  const { dtype, shape, values, requires_grad } = seen
  const flat = values.map((value): Argument => (typeof value === 'string' ? { number: value as 'nan' } : value))
  const input: Statement = {
    out: statement.out,
    op: 'input',
    args: [{ dtype: dtype as 'float32' }, shape, flat, requires_grad],
  }
  return without(
    program,
    program.statements.map((other, i) => (i === at ? input : other)),
  )
}

/** Uses another result in the place of one. */
function replacedName(argument: Argument, name: string, other: string): Argument {
  if (Array.isArray(argument)) return (argument as readonly Argument[]).map((part) => replacedName(part, name, other))
  return references(argument).includes(name) ? { ref: other } : argument
}

/** Simpler forms of one statement. */
function* simpler(statement: Statement): Generator<Statement> {
  const { op, args, kwargs = {}, mode } = statement
  if (mode !== undefined) {
    const { mode: _, ...rest } = statement
    yield rest
  }
  if (op === 'input') {
    const [dtype, shape, values, requires_grad] = args as [Argument, number[], Argument[], boolean]
    if (requires_grad) yield { ...statement, args: [dtype, shape, values, false] }
    for (const dim of shape.keys()) {
      const size = shape[dim] as number
      if (size < 2) continue
      // Keeps all but the last of a dimension.
      const inner = shape.slice(dim + 1).reduce((a, b) => a * b, 1)
      const kept = values.filter((_, i) => Math.floor(i / inner) % size !== size - 1)
      yield { ...statement, args: [dtype, shape.with(dim, size - 1), kept, requires_grad] }
    }
    const plain = values.map((value) => (typeof value === 'number' && value !== 1 ? 1 : value))
    if (JSON.stringify(plain) !== JSON.stringify(values))
      yield { ...statement, args: [dtype, shape, plain, requires_grad] }
    return
  }
  for (const name of Object.keys(kwargs)) {
    const { [name]: _, ...rest } = kwargs
    const { kwargs: __, ...bare } = statement
    yield Object.keys(rest).length === 0 ? bare : { ...statement, kwargs: rest }
  }
  if (args.length > 1) yield { ...statement, args: args.slice(0, -1) }
}

/** Ways to make a program smaller, the most effective ones first. */
const WAYS: readonly ((program: Program, here: Outcome) => Program[])[] = [
  (program) => [...program.statements.keys()].reverse().map((at) => dropped(program, at)),
  (program, here) =>
    [...program.statements.keys()].reverse().flatMap((at) => {
      const observed = here.observed[at]
      return given(program, at, observed !== undefined && 'seen' in observed ? observed.seen : undefined) ?? []
    }),
  (program) =>
    [...program.statements.entries()].flatMap(([at, statement]) => {
      // Passes what a statement takes on to those that use it.
      const [name] = uses(statement)
      if (name === undefined) return []
      const rest = program.statements.filter((_, i) => i !== at)
      return without(
        program,
        rest.map((other) => ({
          ...other,
          args: other.args.map((argument) => replacedName(argument, statement.out, name)),
        })),
      )
    }),
  (program) =>
    [...program.statements.entries()].flatMap(([at, statement]) =>
      [...simpler(statement)].map((other) => without(program, program.statements.with(at, other))),
    ),
]

/** Candidates that are tried at once: PyTorch works on some while others run here. */
const TOGETHER = 8

/** The smallest program found that disagrees in the same way. */
export async function shrink(
  program: Program,
  found: Disagreement,
  judge: Judge,
  here: (program: Program) => Outcome,
): Promise<{ program: Program; found: Disagreement }> {
  let [smallest, last] = [program, found]
  for (const way of [...WAYS, ...WAYS.slice(0, 3)]) {
    // What has failed once is not tried again: a success goes on at the same place of the new list.
    let candidates = way(smallest, here(smallest))
    for (let at = 0; at < candidates.length; ) {
      const some = candidates.slice(at, at + TOGETHER)
      const verdicts = await Promise.all(some.map((candidate) => judge(candidate)))
      const good = verdicts.findIndex((verdict) => sameKind(verdict, found))
      if (good < 0) at += TOGETHER
      else {
        ;[smallest, last] = [some[good] as Program, verdicts[good] as Disagreement]
        candidates = way(smallest, here(smallest))
        at += good
      }
    }
  }
  return { program: smallest, found: last }
}
