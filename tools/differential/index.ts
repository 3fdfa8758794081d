// Compares random programs with PyTorch: `pnpm differential --programs 20000 --seed 1 --ops add,sum --jobs 16`. It prints the classes of
// disagreement, each with its smallest program, which `--keep FILE` appends to a file for kept.ts. `--jobs` is how many processes share
// the programs. Needs python3 with torch, `--python` names another; no test needs it.

import { appendFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { opNames } from './generate.ts'
import { searchBy } from './jobs.ts'
import type { Class } from './search.ts'
import { toPython, toTypeScript } from './text.ts'

const { values: options } = parseArgs({
  options: {
    programs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    ops: { type: 'string', default: '' },
    jobs: { type: 'string', default: '1' },
    python: { type: 'string', default: 'python3' },
    keep: { type: 'string' },
  },
})
const ops = options.ops === '' ? [] : options.ops.split(',')
const unknown = ops.filter((name) => opNames([name]).size === 0)
if (unknown.length > 0)
  throw new Error(`differential: no op is called ${unknown.join(', ')}; there are ${[...opNames([]).keys()].join(' ')}`)

const indented = (text: string): string => text.replaceAll(/^/gm, '    ')
const classes = new Map<string, number>()
const reasons = new Map<string, number>()
const kinds = new Map<string, number>()
const [first, programs] = [Number(options.seed) * 1_000_003, Number(options.programs)]
let ran = 0
let disagreements = 0
const add = (counts: Map<string, number>, key: string): number => {
  const count = (counts.get(key) ?? 0) + 1
  counts.set(key, count)
  return count
}

function print({ key, program, found }: Class): void {
  if (add(classes, key) > 1) return
  if (options.keep !== undefined) appendFileSync(options.keep, `${JSON.stringify(program)}\n`)
  console.log(`\n${key}\n  seed ${program.seed}\n  here:    ${found.here}\n  PyTorch: ${found.there}`)
  console.log(`  Python:\n${indented(toPython(program))}\n  TypeScript:\n${indented(toTypeScript(program))}`)
}

await searchBy(Number(options.jobs), { first, count: programs, ops }, options.python, {
  ran: (count) => {
    ran += count
    if (process.stderr.isTTY)
      process.stderr.write(`\r${ran} programs, ${disagreements} disagree, ${classes.size} classes `)
  },
  disagrees: async (kind) => {
    disagreements++
    return add(kinds, kind) === 1
  },
  explained: (reason) => add(reasons, reason),
  finds: print,
})

console.log(`\n${ran} programs, ${disagreements} disagree without an explanation, in ${classes.size} classes`)
const byCount = (counts: ReadonlyMap<string, number>): void => {
  for (const [text, times] of [...counts].sort((a, b) => b[1] - a[1]))
    console.log(`${String(times).padStart(6)} ×  ${text}`)
}
byCount(classes)
console.log('\nby the op that differs first:')
byCount(kinds)
console.log('\nwith an explanation:')
byCount(reasons)
process.exitCode = classes.size === 0 ? 0 : 1
