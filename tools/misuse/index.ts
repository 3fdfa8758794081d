// Calls everything public wrongly, in processes of their own that are watched, and says what came of it:
//
//     npm run misuse -- --calls 100000 --seed 1 [--only torch.add] [--kind light|heavy] [--out FOLDER]
//
// Prints counts by outcome, and writes two lists: the faults by function, and what was accepted, to be looked through.
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Trial } from '../../packages/core/test/misuse/wrong.ts'
import { optionsOf, planOf } from './plan.ts'
import { type Result, report } from './report.ts'

/** A call that takes longer hangs: milliseconds. */
const patience = 10_000
/** More held memory than this is a fault: bytes, beside those of a process that has called nothing. */
const memory = 2 ** 30

const options = optionsOf(process.argv)
const plan = planOf(options)
/** What makes the command fail. */
const ends: readonly Result['outcome'][] = ['internal', 'hang', 'memory', 'abort']
const results: Result[] = []

/** The resident memory of a process, where the system tells it. */
function residentOf(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096
  } catch {
    return 0
  }
}

/** Runs a process from a call on; gives the number of the call to go on with. */
function run(from: number): Promise<number> {
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      '--conditions=chainrule-source',
      '--max-old-space-size=1024',
      fileURLToPath(new URL('calls.ts', import.meta.url)),
      ...process.argv.slice(2).filter((_, i, all) => all[i] !== '--from' && all[i - 1] !== '--from'),
      '--from',
      String(from),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let next = from
  let last = Date.now()
  let base: number | null = null
  let fault: Result['outcome'] | null = null
  let tail = ''
  const stop = (outcome: Result['outcome']): void => {
    fault ??= outcome
    child.kill('SIGKILL')
  }
  const watch = setInterval(() => {
    if (base === null) return
    if (Date.now() - last > patience) stop('hang')
    else if (residentOf(child.pid ?? 0) > base + memory) stop('memory')
  }, 100)
  child.stderr.on('data', (data: Buffer) => {
    tail = (tail + data.toString()).slice(-2000)
  })
  createInterface({ input: child.stdout }).on('line', (line) => {
    last = Date.now()
    const { i, outcome, detail, unhandled } = JSON.parse(line) as { i?: number; unhandled?: string } & Partial<Result>
    base ??= residentOf(child.pid ?? 0)
    if (unhandled !== undefined) results.push({ trial: plan[next] as Trial, outcome: 'abort', detail: unhandled })
    if (i === undefined || outcome === undefined) return
    results.push({ trial: plan[i] as Trial, outcome, detail: detail ?? '' })
    next = i + 1
    if (next % 1000 === 0) process.stderr.write(`${next} of ${plan.length}\n`)
  })
  return new Promise((resolve, reject) => {
    child.on('close', (code) => {
      clearInterval(watch)
      if (base === null) return reject(new Error(`misuse: the calls did not start:\n${tail}`))
      if (code !== 0 || fault !== null) {
        const trial = plan[next]
        const lines = tail.split('\n').filter((line) => /FATAL|Error/.test(line))
        if (trial !== undefined) results.push({ trial, outcome: fault ?? 'abort', detail: lines[0] ?? '' })
        next++
      }
      resolve(next)
    })
  })
}

/** Writes the lists of what came so far. */
function write(): string {
  const { counts, faults, accepted } = report(results)
  mkdirSync(options.out, { recursive: true })
  writeFileSync(`${options.out}/faults.txt`, faults)
  writeFileSync(`${options.out}/accepted.txt`, accepted)
  writeFileSync(`${options.out}/counts.txt`, counts)
  return counts
}

for (let next = 0; next < plan.length; write()) next = await run(next)
console.log(write())
console.log(`${options.out}/faults.txt lists the faults by function, accepted.txt what was accepted.`)
process.exitCode = results.some(({ outcome }) => ends.includes(outcome)) ? 1 : 0
