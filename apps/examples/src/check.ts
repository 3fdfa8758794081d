import { get_default_device } from '@chainrule/core'
import type { Shown } from './cell.ts'
import type { Recorded } from './recorded/index.ts'

/** A cell as it was recorded and as it was shown here: they match, or differ, or one of the two is missing. */
export interface Comparison {
  readonly notebook: string
  readonly cell: string
  readonly expected: string | undefined
  readonly got: string | undefined
}

/** Compares what cells showed with what was recorded of them. */
export function check(shown: readonly Shown[], recorded: Readonly<Record<string, Recorded>>): Comparison[] {
  return shown.map(({ notebook, cell, text }) => ({
    notebook,
    cell,
    expected: recorded[notebook]?.outputs[cell],
    got: text,
  }))
}

/** Whether a cell shows what was recorded: on the CPU to the last digit, on the GPU in the digits that float32 leaves sure. */
export function matches(comparison: Comparison): boolean {
  return isSame(comparison) || (get_default_device() !== 'cpu' && isNear(comparison))
}

/** Whether a cell shows what was recorded, character by character, but for the device that a tensor says it is on. */
export function isSame({ expected, got }: Comparison): boolean {
  return expected === got?.replaceAll(", device='gpu'", '')
}

/** How far apart numbers may be in float32, as a part of their size. The last digit printed may differ by one besides. */
const relative = 1e-5
const number = /-?\d+\.?\d*(?:e[-+]\d+)?/g

/** Whether a cell shows what was recorded but for digits: the GPU computes in float32, and rounds its functions otherwise. */
export function isNear({ expected = '', got = '' }: Comparison): boolean {
  const shown = got.replaceAll(", device='gpu'", '')
  if (expected.replaceAll(number, '#') !== shown.replaceAll(number, '#')) return false
  const numbers = shown.match(number) ?? []
  return (expected.match(number) ?? []).every((wanted, i) => {
    const difference = Math.abs(Number(numbers[i]) - Number(wanted))
    return difference <= relative * Math.abs(Number(wanted)) + lastDigit(wanted)
  })
}

/** What one in the last digit of a number is worth: `0.0001` of `6.6013`. A whole number has no digit to spare. */
function lastDigit(text: string): number {
  const [mantissa = '', exponent = '0'] = text.split('e')
  const decimals = mantissa.split('.')[1]?.length ?? 0
  return decimals === 0 ? 0 : 10 ** (Number(exponent) - decimals) * (1 + 1e-9)
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

/** A cell that is not the same, for people: its name, what was recorded, what came. */
export function describe({ notebook, cell, expected, got }: Comparison): string {
  const lines = (text: string | undefined, none: string) => (text ?? none).replaceAll('\n', `\n${' '.repeat(11)}`)
  return [
    `notebook ${notebook}, cell ${cell}`,
    `  expected ${lines(expected, '(no such output was recorded)')}`,
    `  got      ${lines(got, '(no scenario shows this cell)')}`,
  ].join('\n')
}
