import Table from 'cli-table3'
import colors from 'picocolors'
import { type Comparison, describe, isSame, matches, missing } from './check.ts'
import { sparkline, written } from './curve.ts'
import type { Recorded } from './recorded/index.ts'
import { converged, type Outcome, succeeded } from './run.ts'

const mark = (good: boolean): string => (good ? colors.green('✓') : colors.red('✗'))

/** How many cells there are, and how many of them match. */
function tally(cells: readonly Comparison[]): [number, string] {
  const matching = cells.filter(matches).length
  return [cells.length, `${matching}/${cells.length} ${mark(matching === cells.length)}`]
}

/** The cells that match in the digits of float32 alone, each with both texts. Nothing where there are none. */
function nearLines(comparisons: readonly Comparison[]): string[] {
  const near = comparisons.filter((comparison) => matches(comparison) && !isSame(comparison))
  if (near.length === 0) return []
  const head =
    `${near.length} of ${comparisons.length} match in float32 digits: a number is off by 1e-5 of its size, or by one in the\n` +
    'last digit printed, at most'
  const inOrder = near.sort((a, b) => Number(a.notebook) - Number(b.notebook))
  return ['', head, ...inOrder.map((comparison) => `\n${describe(comparison)}`)]
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
  const lines = [
    table.toString(),
    ...nearLines(comparisons),
    ...wrong.map((comparison) => `\n${colors.red(describe(comparison))}`),
  ]
  if (astray.length > 0) lines.push('', colors.red(`did not converge: ${astray.join(', ')}`))
  return { text: lines.join('\n'), good: wrong.length === 0 && astray.length === 0 }
}
