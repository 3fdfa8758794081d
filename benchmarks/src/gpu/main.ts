/** `pnpm bench:gpu`: see `help`. */
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { removeData, writeData } from '../data.ts'
import type { Row } from '../rows.ts'
import { openBrowsers } from './browsers.ts'
import { measure, type Pace, paces } from './measure.ts'
import { legend, type Run, writePage } from './page.ts'
import type { Player } from './player.ts'
import { inChromium, inNode, type Place } from './players.ts'
import { rows } from './rows.ts'
import { type Measured, table, whereItPays } from './table.ts'

const help = `pnpm bench:gpu [ROW…] [--only NAME,…] [--quick] [--write]

Measures chainrule on the GPU, in each mode of gpu.js that answers, beside its CPU device, TensorFlow.js and jax-js.

  ROW…          of ${rows.map(({ name }) => name).join(', ')}; all without one
  --only NAMES  only contestants whose names begin so: node, chromium, tfjs, jax, chromium-webgl2, …
  --quick       few and short rounds, and a limit of ${paces.quick.limit} s for each: to see that it works
  --write       writes docs/benchmarks-gpu.md`

interface Options {
  readonly chosen: readonly Row[]
  readonly only: readonly string[]
  readonly pace: Pace
  readonly write: boolean
}

function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  })
  const chosen = positionals.map((name) => {
    const found = rows.filter((row) => row.name === name || row.name.startsWith(`${name}-`))
    if (found.length === 0) throw new Error(`there is no row '${name}'; see pnpm bench:gpu --help`)
    return found
  })
  if (values.write && (values.quick || chosen.length > 0 || values.only !== undefined)) {
    throw new Error('--write takes a whole run: without --quick, --only and rows')
  }
  return {
    chosen: chosen.length === 0 ? rows : chosen.flat(),
    only: values.only?.split(',') ?? [''],
    pace: paces[values.quick ? 'quick' : 'full'],
    write: values.write,
  }
}

const say = (text: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${text}`)
  else if (text !== '') console.error(text)
}

/** Measures all rows in a place. Who cannot start is added to a list, with the reason. */
async function measurePlace(place: Place, { chosen, only, pace }: Options, absent: string[]): Promise<Measured> {
  const wanted = place.players.filter(({ key }) => only.some((name) => key.startsWith(name)))
  // Beside whoever is wanted runs the CPU device, the first.
  const taking = place.players.filter((player, i) => wanted.length > 0 && (i === 0 || wanted.includes(player)))
  const players: Player[] = []
  for (const player of taking) {
    const reason = await player.start()
    if (reason === null) players.push(player)
    else absent.push(`${place.name}, ${player.title}: ${reason}`)
  }
  const results = new Map<Row, Awaited<ReturnType<typeof measure>>>()
  for (const row of players.length === 0 ? [] : chosen) {
    say(`${place.name}: ${row.title} …`)
    results.set(row, await measure(row.name, players, pace))
  }
  say('')
  for (const player of players) await player.stop()
  return { name: place.name, players, results, limit: pace.limit }
}

async function measureAll(options: Options, folder: string): Promise<Run> {
  const absent: string[] = []
  const [load = 0] = loadavg()
  const places = [await measurePlace(inNode(folder), options, absent)]
  const browsers = await openBrowsers(folder)
  if (typeof browsers === 'string') absent.push(`Chromium: ${browsers}`)
  else {
    places.push(await measurePlace(inChromium(browsers), options, absent))
    browsers.close()
  }
  const measured = places.filter(({ players }) => players.length > 0)
  const [cpu] = cpus()
  const hardware = typeof browsers === 'string' ? [] : [browsers.found.webgpu, browsers.found.webgl]
  const details = measured.flatMap(({ name, players }) =>
    players.map((player) => `${name}, ${player.title}: ${player.details}`),
  )
  return {
    places: measured,
    machine: [
      `${cpu?.model ?? 'an unknown processor'}, ${cpus().length} logical cores; ${process.platform} ${process.arch}${load > 1 ? `; busy with other programs, so only large ratios count (load before: ${load.toFixed(1)})` : ''}`,
      ...(hardware.length === 0 ? [] : [`in Chromium, WebGPU finds ${hardware[0]}, WebGL ${hardware[1]}`]),
      ...details,
    ],
    isSoftware: /swiftshader|llvmpipe|software/i.test([...hardware, ...details].join(' ')),
    absent,
    rounds: options.pace.rounds,
  }
}

function print(run: Run): void {
  console.log([...run.machine, ...run.absent.map((reason) => `without ${reason}`)].join('\n'))
  const notes: string[] = []
  for (const place of run.places) {
    for (const column of ['steady', 'first'] as const) {
      const [head = [], ...body] = table(place, column, notes)
      const drawn = new Table({
        head: head.map((name) => name.replaceAll(' ', '\n')),
        style: { head: [], border: [], compact: true },
      })
      drawn.push(...body.map((row) => [...row]))
      console.log(`\n${place.name}, ${column === 'first' ? 'first call' : 'steady state'}\n${drawn.toString()}`)
    }
  }
  notes.forEach((note, i) => console.log(`[${i + 1}] ${note}`))
  console.log(`\n${run.places.flatMap(whereItPays).join('\n')}\n\n${legend(run)}`)
}

async function main(): Promise<void> {
  if (process.argv.includes('--help')) return console.log(help)
  const options = readOptions(process.argv.slice(2))
  const folder = writeData()
  try {
    const run = await measureAll(options, folder)
    print(run)
    if (options.write) writePage(run, new Date().toISOString().slice(0, 10))
  } finally {
    removeData(folder)
  }
}

// Playwright takes the signal to close its browsers, and the program would go on.
process.once('SIGTERM', () => process.exit(143))

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
