/** The section on a card in docs/benchmarks-gpu.md. */
import { execSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Result } from '../gpu/measure.ts'
import { agree } from '../measure.ts'
import type { Row } from '../rows.ts'
import { time } from '../table.ts'
import type { Results } from './results.ts'
import { rows } from './rows.ts'

const root = new URL('../../../../', import.meta.url)
const page = new URL('docs/benchmarks-gpu.md', root)
const heading = '## On a card'
const next = '\n## Notes\n'

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

/** A time of each column: ≠ where it computes something else than the first. */
function cells(row: Row, { rows, columns }: Results, column: 'steady' | 'first'): string[] {
  const results = rows[row.name] ?? {}
  const reference = Object.values(results)[0]
  return columns
    .filter(({ absent }) => !absent)
    .map(({ key }) => {
      const result = results[key] ?? '–'
      if (typeof result === 'string' || result[column] === null) return '–'
      const isRight = typeof reference === 'object' && agree(numbers(result), numbers(reference))
      const rate = row.flop !== undefined && column === 'steady' ? ` (${rateOf(row.flop, result)} TFLOP/s)` : ''
      return `${time(result[column])}${rate}${isRight ? '' : ' ≠'}`
    })
}

const numbers = ({ values }: Result): number[] => values.map((value) => value ?? Number.NaN)
const rateOf = (flop: number, { steady }: Result): number => Number((flop / (steady ?? 0) / 1e12).toPrecision(2))

function table(results: Results, column: 'steady' | 'first'): string {
  const shown = results.columns.filter(({ absent }) => !absent)
  const measured = rows.filter(({ name }) => name in results.rows)
  return [
    line(['', ...shown.map(({ title }) => title)]),
    line(['---', ...shown.map(() => '---:')]),
    ...measured.map((row) => line([row.title, ...cells(row, results, column)])),
  ].join('\n')
}

function section(results: Results): string {
  const list = (lines: readonly string[]): string => lines.map((text) => `- ${text}`).join('\n')
  const features = results.adapter?.['features']
  const adapter =
    results.adapter === null ? 'WebGPU found no adapter' : `WebGPU finds ${String(results.adapter['description'])}`
  return [
    heading,
    `Measured on ${results.date} by the archive that \`pnpm bench:card\` packs, on a machine of its own:`,
    list([
      ...results.machine,
      Array.isArray(features)
        ? `${adapter}, with ${features.map((name) => `\`${String(name)}\``).join(', ')}`
        : adapter,
      ...results.columns.map(({ title, details, absent }) => `${absent ? 'without ' : ''}${title}: ${details}`),
    ]),
    'Steady state: one of many runs, once everything is compiled:',
    table(results, 'steady'),
    'First call: kernels are compiled on the way, and the result is read:',
    table(results, 'first'),
    `Medians of up to ${results.rounds} alternating rounds; –: cannot, or took more than ${results.limit} s; ≠: computes something else. Products and ` +
      'convolutions are in full float32 everywhere: TF32 is off in PyTorch. A row of training reads the loss each step. Under `torch.compile` stand the ' +
      'function of an elementwise row, and the model with its loss; the optimizer stays eager, and products go to the same library.',
  ].join('\n\n')
}

/** A page with the section of the card that it had, or of new results. */
export function withCard(text: string, results: Results | null = null): string {
  const old = existsSync(page) ? readFileSync(page, 'utf8') : ''
  const kept = old.includes(heading) ? old.slice(old.indexOf(heading), old.indexOf(next)) : ''
  const wanted = results === null ? kept : `${section(results)}\n`
  const start = text.includes(heading) ? text.indexOf(heading) : text.indexOf(next) + 1
  return `${text.slice(0, start)}${wanted}${text.slice(text.indexOf(next))}`
}

/** Puts the results of a run on a card into the page. */
export function writeCard(path: string): void {
  const results = JSON.parse(readFileSync(path, 'utf8')) as Results
  writeFileSync(page, withCard(readFileSync(page, 'utf8'), results))
  execSync('pnpm exec biome format --write docs/benchmarks-gpu.md', {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}
