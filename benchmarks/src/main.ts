/** `pnpm bench`: see `help`. */
import { Contestant } from './contestant.ts'
import { entries } from './contestants.ts'
import { removeData, writeData } from './data.ts'
import { machine } from './machine.ts'
import { measure, paces } from './measure.ts'
import { help, type Options, readOptions } from './options.ts'
import { legend, warning, writePage } from './page.ts'
import type { Row } from './rows.ts'
import { cells, type Measured, markdownTable, terminalTable } from './table.ts'

async function startAll(options: Options, folder: string): Promise<Contestant[]> {
  const all: Contestant[] = []
  for (const entry of entries(options)) {
    const contestant = await Contestant.start(entry, folder)
    if (typeof contestant !== 'string') all.push(contestant)
    else console.error(`without ${entry.key}: ${contestant}`)
  }
  return all
}

async function measureAll(options: Options, contestants: readonly Contestant[]): Promise<Measured> {
  const results = new Map<Row, Awaited<ReturnType<typeof measure>>>()
  const pace = paces[options.quick ? 'quick' : 'full']
  for (const row of options.rows) {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${row.title} …`)
    results.set(row, await measure(row, contestants, pace))
  }
  if (process.stderr.isTTY) process.stderr.write('\r\u001B[K')
  return { contestants, results }
}

async function main(): Promise<void> {
  if (process.argv.includes('--help')) return console.log(help)
  const options = readOptions(process.argv.slice(2))
  const folder = writeData()
  const contestants = await startAll(options, folder).finally(() => removeData(folder))
  try {
    const about = contestants.map(({ about }) => `${about.name}: ${about.details}`)
    const lines = [...machine(options), ...about]
    console.log(`${lines.join('\n')}\n`)
    const measured = await measureAll(options, contestants)
    console.log((options.markdown ? markdownTable : terminalTable)(cells(measured)))
    console.log(`\n${legend}`)
    const { rounds } = paces[options.quick ? 'quick' : 'full']
    console.log(
      `Medians of ${rounds} alternating rounds, one thread each unless the column says otherwise; ~: noisy; ≠: wrong.${warning(measured)}`,
    )
    if (options.write) writePage(measured, lines, new Date().toISOString().slice(0, 10))
  } finally {
    for (const contestant of contestants) contestant.stop()
  }
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
