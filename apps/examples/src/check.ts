import type { Shown } from './cell.ts'
import type { Recorded } from './recorded/index.ts'

/** A cell as it was recorded and as it was shown here: they match, or differ, or one of the two is missing. */
export interface Comparison {
  readonly notebook: string
  readonly cell: string
  readonly expected: string | undefined
  readonly got: string | undefined
}

/** Whether a cell shows what was recorded, character by character. */
export const matches = ({ expected, got }: Comparison): boolean => expected === got

/** Compares what cells showed with what was recorded of them. */
export function check(shown: readonly Shown[], recorded: Readonly<Record<string, Recorded>>): Comparison[] {
  return shown.map(({ notebook, cell, text }) => ({
    notebook,
    cell,
    expected: recorded[notebook]?.outputs[cell],
    got: text,
  }))
}

/** The recorded cells that are in none of the comparisons. */
export function missing(
  comparisons: readonly Comparison[],
  recorded: Readonly<Record<string, Recorded>>,
): Comparison[] {
  const seen = new Set(comparisons.map(({ notebook, cell }) => `${notebook} ${cell}`))
  return Object.entries(recorded).flatMap(([notebook, { outputs }]) =>
    Object.entries(outputs)
      .filter(([cell]) => !seen.has(`${notebook} ${cell}`))
      .map(([cell, expected]) => ({ notebook, cell, expected, got: undefined })),
  )
}

/** What went wrong with a cell, for people: its name, what was recorded, what came. */
export function describe({ notebook, cell, expected, got }: Comparison): string {
  const lines = (text: string | undefined, none: string) => (text ?? none).replaceAll('\n', `\n${' '.repeat(11)}`)
  return [
    `notebook ${notebook}, cell ${cell}`,
    `  expected ${lines(expected, '(no such output was recorded)')}`,
    `  got      ${lines(got, '(no scenario shows this cell)')}`,
  ].join('\n')
}
