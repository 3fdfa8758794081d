// Compares random programs with PyTorch: `pnpm differential --programs 20000 --seed 1 --ops add,sum`. It prints the classes of
// disagreement, each with its smallest program, which `--keep FILE` appends to a file for kept.ts. Needs python3 with torch, `--python` names another; no test needs it.

import { appendFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { compare, type Disagreement } from './compare.ts'
import { generate, opNames } from './generate.ts'
import { runHere } from './here.ts'
import type { Program } from './program.ts'
import { isRounding } from './rounding.ts'
import { shrink } from './shrink.ts'
import { toPython, toTypeScript } from './text.ts'
import { PyTorch } from './there.ts'

const { values: options } = parseArgs({
  options: {
    programs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    ops: { type: 'string', default: '' },
    python: { type: 'string', default: 'python3' },
    keep: { type: 'string' },
  },
})
const ops = options.ops === '' ? [] : options.ops.split(',')
const unknown = ops.filter((name) => opNames([name]).size === 0)
if (unknown.length > 0)
  throw new Error(`differential: no op is called ${unknown.join(', ')}; there are ${[...opNames([]).keys()].join(' ')}`)

const indented = (text: string): string => text.replaceAll(/^/gm, '    ')

const BATCH = 64
/** Programs of one coarse kind that are made smaller; the rest are only counted. */
const SHRUNK = 1

const pytorch = new PyTorch(options.python)
// What the ops warn of is not what is compared.
console.warn = () => {}

const judge = async (program: Program): Promise<Disagreement | null> => {
  const there = pytorch.run(program)
  const found = compare(program, runHere(program), await there)
  return 'kind' in found ? found : null
}

/** The ops of a program, which name its class. */
const opsOf = ({ statements }: Program): string => {
  const names = statements.map(({ op }) => op).filter((op) => op !== 'input' && op !== 'backward' && op !== 'grad')
  return [...new Set(names)].join(' ')
}

const classes = new Map<string, { count: number }>()
const reasons = new Map<string, number>()
const seen = new Map<string, number>()
const first = Number(options.seed) * 1_000_003
const programs = Number(options.programs)
let disagreements = 0

const ROUNDING =
  'last bits, which the program makes larger: PyTorch differs from itself as much when the last bits of inputs change'
const count = (reason: string): unknown => reasons.set(reason, (reasons.get(reason) ?? 0) + 1)

async function classify(program: Program, found: Disagreement): Promise<void> {
  disagreements++
  const coarse = `${found.op === 'afterwards' || found.op === 'backward' ? opsOf(program) : found.op} ${found.kind}`
  const before = seen.get(coarse) ?? 0
  seen.set(coarse, before + 1)
  if (before >= SHRUNK) return
  const small = await shrink(program, found, judge, runHere)
  if (await isRounding(small.program, small.found, (other) => pytorch.run(other))) {
    count(ROUNDING)
    return
  }
  const key = `${opsOf(small.program)}: ${small.found.kind}`
  const known = classes.get(key)
  if (known !== undefined) {
    known.count++
    return
  }
  const { found: f, program: p } = small
  classes.set(key, { count: 1 })
  if (options.keep !== undefined) appendFileSync(options.keep, `${JSON.stringify(p)}\n`)
  console.log(`\n${key}\n  seed ${p.seed}\n  here:    ${f.here}\n  PyTorch: ${f.there}`)
  console.log(`  Python:\n${indented(toPython(p))}\n  TypeScript:\n${indented(toTypeScript(p))}`)
}

for (let start = 0; start < programs; start += BATCH) {
  const batch = Array.from({ length: Math.min(BATCH, programs - start) }, (_, i) => generate(first + start + i, ops))
  const there = batch.map((program) => pytorch.run(program))
  const here = batch.map(runHere)
  for (const [i, program] of batch.entries()) {
    let theirs = await (there[i] as Promise<Awaited<ReturnType<PyTorch['run']>>>)
    // Another program of the batch may have ended the process.
    if (theirs === null) theirs = await pytorch.run(program)
    const found = compare(program, here[i] as ReturnType<typeof runHere>, theirs)
    if ('kind' in found) await classify(program, found)
    else for (const reason of found) count(reason)
  }
  if (process.stderr.isTTY)
    process.stderr.write(`\r${start + batch.length} programs, ${disagreements} disagree, ${classes.size} classes `)
}
pytorch.stop()

console.log(`\n${programs} programs, ${disagreements} disagree without an explanation, in ${classes.size} classes`)
const byCount = (all: Iterable<[string, number]>): void => {
  for (const [text, times] of [...all].sort((a, b) => b[1] - a[1]))
    console.log(`${String(times).padStart(6)} ×  ${text}`)
}
byCount([...classes].map(([key, { count }]) => [key, count]))
console.log('\nwith an explanation:')
byCount(reasons)
process.exitCode = classes.size === 0 ? 0 : 1
