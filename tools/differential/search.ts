// Runs random programs here and in PyTorch, one after the other, and makes the smallest one of each class of disagreement.

import { compare, type Disagreement } from './compare.ts'
import { generate } from './generate.ts'
import { runHere } from './here.ts'
import type { Outcome, Program } from './program.ts'
import { isRounding, ROUNDING } from './rounding.ts'
import { shrink } from './shrink.ts'
import type { PyTorch } from './there.ts'

/** Programs of these seeds, of these ops, all where there are none. */
export interface Range {
  readonly first: number
  readonly count: number
  readonly ops: readonly string[]
}

/** A class of disagreement: its name, its smallest program, and how that one disagrees. */
export interface Class {
  readonly key: string
  readonly program: Program
  readonly found: Disagreement
}

/** What comes of a search, as it comes. */
export interface Report {
  /** Programs that were run. */
  readonly ran: (count: number) => void
  /** A program that disagrees without an explanation. Whether it is the first of its kind, which is then made smaller. */
  readonly disagrees: (kind: string) => Promise<boolean>
  readonly explained: (reason: string) => void
  readonly finds: (found: Class) => void
}

const BATCH = 64

/** The ops of a program, which name its class. */
const opsOf = ({ statements }: Program): string => {
  const names = statements.map(({ op }) => op).filter((op) => op !== 'input' && op !== 'backward' && op !== 'grad')
  return [...new Set(names)].join(' ')
}

export async function search({ first, count, ops }: Range, pytorch: PyTorch, report: Report): Promise<void> {
  const judge = async (program: Program): Promise<Disagreement | null> => {
    const there = pytorch.run(program)
    const found = compare(program, runHere(program), await there)
    return 'kind' in found ? found : null
  }

  async function classify(program: Program, found: Disagreement): Promise<void> {
    const op = found.op === 'afterwards' || found.op === 'backward' ? opsOf(program) : found.op
    if (!(await report.disagrees(`${op} ${found.kind}`))) return
    const small = await shrink(program, found, judge, runHere)
    if (await isRounding(small.program, small.found, (other) => pytorch.run(other))) report.explained(ROUNDING)
    else report.finds({ ...small, key: `${opsOf(small.program)}: ${small.found.kind}` })
  }

  for (let start = 0; start < count; start += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, count - start) }, (_, i) => generate(first + start + i, ops))
    const there = batch.map((program) => pytorch.run(program))
    const here = batch.map(runHere)
    for (const [i, program] of batch.entries()) {
      let theirs = await (there[i] as Promise<Outcome | null>)
      // Another program of the batch may have ended the process.
      if (theirs === null) theirs = await pytorch.run(program)
      const found = compare(program, here[i] as Outcome, theirs)
      if ('kind' in found) await classify(program, found)
      else for (const reason of found) report.explained(reason)
    }
    report.ran(batch.length)
  }
}
