import Table from 'cli-table3'
import colors from 'picocolors'
import { type Comparison, describe, matches, missing } from './check.ts'
import { sparkline, written } from './curve.ts'
import type { Recorded } from './recorded/index.ts'
import { converged, type Outcome, succeeded } from './run.ts'

const mark = (good: boolean): string => (good ? colors.green('✓') : colors.red('✗'))

/** How many cells there are, and how many of them match. */
function tally(cells: readonly Comparison[]): [number, string] {
  const matching = cells.filter(matches).length
  return [cells.length, `${matching}/${cells.length} ${mark(matching === cells.length)}`]
}

/** A line on a scenario: its name, how many of its cells match, the course of its loss. */
export function summary(outcome: Outcome): string {
  const { name, comparisons, losses } = outcome
  const cells = `${String(comparisons.filter(matches).length).padStart(2)}/${comparisons.length} cells`.padEnd(11)
  const course = `${written(losses[0]).padStart(7)} → ${written(losses.at(-1)).padStart(7)}`
  const line = `${name.padEnd(18)}  ${cells}  ${colors.cyan(sparkline(losses, 16))}  loss ${course}`
  return `${mark(succeeded(outcome))} ${line}${converged(outcome) ? '' : colors.red(` (not ${outcome.goal})`)}`
}

/** The table of the notebooks, with each cell that does not match, and whether there is none. */
export function report(
  outcomes: readonly Outcome[],
  recorded: Readonly<Record<string, Recorded>>,
): { readonly text: string; readonly good: boolean } {
  const shown = outcomes.flatMap(({ comparisons }) => comparisons)
  const comparisons = [...shown, ...missing(shown, recorded)]
  const table = new Table({
    head: ['notebook', 'title', 'cells', 'matching'].map((head) => colors.bold(head)),
    colAligns: ['right', 'left', 'right', 'right'],
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
    style: { head: [], border: [] },
  })
  for (const [notebook, { title }] of Object.entries(recorded)) {
    table.push([notebook, title, ...tally(comparisons.filter((comparison) => comparison.notebook === notebook))])
  }
  table.push(['', 'all', ...tally(comparisons)])
  const wrong = comparisons.filter((comparison) => !matches(comparison))
  const astray = outcomes.filter((outcome) => !converged(outcome)).map(({ name }) => name)
  const lines = [table.toString(), ...wrong.map((comparison) => `\n${colors.red(describe(comparison))}`)]
  if (astray.length > 0) lines.push('', colors.red(`did not converge: ${astray.join(', ')}`))
  return { text: lines.join('\n'), good: wrong.length === 0 && astray.length === 0 }
}
