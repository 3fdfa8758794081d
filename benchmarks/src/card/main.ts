/** Measures on the machine that the archive of `pack.ts` was carried to; `run.sh --help` there says how. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { openProcess } from '../contestant.ts'
import { file, relaxedSimd } from '../contestants.ts'
import { removeData, writeData } from '../data.ts'
import { measure, type Pace, type Result } from '../gpu/measure.ts'
import { type Line, Player } from '../gpu/player.ts'
import type { Column, Results } from './results.ts'
import { rows } from './rows.ts'
import { findVulkan } from './vulkan.ts'

const help = `run.sh [--seconds N] [--out FILE] [--python PATH] [--quick]

Looks for a card, says what is missing, and measures chainrule on it and on the CPU beside PyTorch on both.

  --seconds N    begins no row after that time; 420 without it
  --out FILE     where the results go, as JSON; card.json without it
  --python PATH  a Python with torch; python3 without it
  --quick        one short round: to see that it works`

const pace = (quick: boolean): Pace =>
  quick ? { rounds: 1, patience: 0.02, limit: 60, budget: 1 } : { rounds: 5, patience: 0.15, limit: 60, budget: 4 }

const first = (command: string, ...args: string[]): string =>
  (spawnSync(command, args, { encoding: 'utf8' }).stdout ?? '').trim().split('\n', 1)[0] ?? ''

/** Who takes part: chainrule on the CPU first, which the others are compared with. */
function players(folder: string, python: string, env: Readonly<Record<string, string>>): Player[] {
  const open = async (
    command: string,
    args: readonly string[],
    env: Record<string, string>,
  ): Promise<Line | string> => {
    const channel = await openProcess({ key: '', command, args, env }, folder)
    return typeof channel === 'string' ? channel : { ...channel, details: channel.about.details }
  }
  const chainrule = (key: string, title: string, more: Record<string, string>): Player => {
    const args = ['--expose-gc', ...relaxedSimd(process.execPath), file('dist/src/chainrule.js')]
    return new Player(key, title, () => open(process.execPath, args, more))
  }
  const pytorch = (key: string, title: string, more: Record<string, string>): Player =>
    new Player(key, title, () => open(python, [file('peers/pytorch.py')], more))
  const threads = String(Math.min(8, cpus().length))
  return [
    chainrule('cpu', 'chainrule, CPU', { THREADS: '1' }),
    chainrule('cpu-threads', `chainrule, CPU, ${threads} threads`, { THREADS: threads }),
    chainrule('webgpu', 'chainrule, webgpu', { ...env, GPU_MODE: 'webgpu' }),
    pytorch('pytorch-cpu', 'PyTorch, CPU', { THREADS: '1' }),
    pytorch('pytorch-cuda', 'PyTorch, CUDA', { DEVICE: 'cuda' }),
    pytorch('pytorch-compile', 'PyTorch, torch.compile', { DEVICE: 'cuda', COMPILE: '1' }),
  ]
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '420' },
      out: { type: 'string', default: 'card.json' },
      python: { type: 'string', default: 'python3' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return console.log(help)
  const end = performance.now() + 1000 * Number(values.seconds)
  const { adapter, env, log } = findVulkan(file('../lib'))
  console.log(log.join('\n'))
  console.log(adapter === null ? 'no adapter: the column of webgpu stays empty' : `adapter: ${JSON.stringify(adapter)}`)
  const folder = writeData()
  const all = players(folder, values.python, env)
  const reasons = await Promise.all(all.map((player) => player.start()))
  const taking = all.filter((_, i) => reasons[i] === null)
  const { rounds, limit, ...rest } = pace(values.quick)
  const columns = all.map(
    ({ key, title, details }, i): Column => ({
      key,
      title,
      details: reasons[i] ?? details,
      absent: reasons[i] !== null,
    }),
  )
  for (const { title, details } of columns) console.log(`${title}: ${details}`)
  const measured: Record<string, Record<string, Result | string>> = {}
  const write = (): void => {
    const results: Results = {
      date: new Date().toISOString().slice(0, 10),
      machine: [
        first('nvidia-smi', '--query-gpu=name,driver_version,memory.total', '--format=csv,noheader') ||
          'no NVIDIA card',
        `${cpus()[0]?.model ?? 'an unknown processor'}, ${cpus().length} logical cores, ${Math.round(totalmem() / 2 ** 30)} GiB`,
        `${process.platform} ${process.arch}, Node ${process.version}`,
      ],
      adapter,
      search: log,
      columns,
      rounds,
      limit,
      rows: measured,
      left: rows.filter(({ name }) => !(name in measured)).map(({ title }) => title),
    }
    writeFileSync(values.out, `${JSON.stringify(results, null, 1)}\n`)
  }
  write()
  for (const row of rows) {
    if (performance.now() > end) break
    measured[row.name] = Object.fromEntries(await measure(row.name, taking, { rounds, limit, ...rest }))
    const cell = (result: Result | string): string =>
      typeof result === 'string' ? result : `${((result.steady ?? Number.NaN) * 1e6).toFixed(1)} µs`
    console.log(
      `${row.title}: ${Object.entries(measured[row.name] ?? {})
        .map(([key, result]) => `${key} ${cell(result)}`)
        .join(', ')}`,
    )
    write()
  }
  for (const player of taking) await player.stop()
  removeData(folder)
}

await main()
