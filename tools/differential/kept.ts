// Keeps programs with what PyTorch gave, as golden values: `tsx … kept.ts FILE [PROGRAMS]` runs the programs of FILE, and those of
// PROGRAMS (one a line, as `pnpm differential --keep PROGRAMS` writes them), in PyTorch, and writes FILE anew.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Outcome, Program } from './program.ts'
import { PyTorch } from './there.ts'

/** A program and what it comes to in PyTorch. */
export interface Kept {
  readonly program: Program
  readonly there: Outcome
}

const { values: options, positionals } = parseArgs({
  options: { python: { type: 'string', default: 'python3' } },
  allowPositionals: true,
})
const [file = '', added] = positionals
const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Kept[]).map(({ program }) => program) : []
const more = added === undefined ? [] : readFileSync(added, 'utf8').trim().split('\n')
const programs = new Map(
  [...before, ...more.map((line) => JSON.parse(line) as Program)].map((program) => [
    JSON.stringify(program.statements),
    program,
  ]),
)
const pytorch = new PyTorch(options.python)
const rows: string[] = []
for (const program of programs.values()) {
  const there = await pytorch.run(program)
  if (there !== null) rows.push(JSON.stringify({ program, there } satisfies Kept))
}
pytorch.stop()
writeFileSync(file, `[\n${rows.join(',\n')}\n]\n`)
