/** Results as tables: for the terminal and in Markdown. */
import Table from 'cli-table3'
import type { Contestant } from './contestant.ts'
import type { Result, Results } from './measure.ts'
import type { Row } from './rows.ts'

export interface Measured {
  readonly contestants: readonly Contestant[]
  readonly results: ReadonlyMap<Row, Results>
}

const noisy = 0.1

export function time(seconds: number): string {
  const [scale, unit] = seconds < 1e-3 ? [1e6, 'µs'] : seconds < 10 ? [1e3, 'ms'] : [1, 's']
  return `${Number((seconds * scale).toPrecision(3))} ${unit}`
}

/** A table's cells, and the notes that its marks refer to. */
export interface Cells {
  readonly head: string[]
  readonly body: string[][]
  readonly notes: string[]
}

/** Each contestant's time; after all but the first, what part of its time chainrule takes. */
export function cells({ contestants, results }: Measured, ratiosOnly = false): Cells {
  const notes: string[] = []
  const note = (text: string): string => {
    const known = notes.indexOf(text)
    return `[${known < 0 ? notes.push(text) : known + 1}]`
  }
  const timeCell = (row: Row, { about }: Contestant, result: Result): string => {
    const values = (): string => result.values.map((value) => Number(value.toPrecision(5))).join(', ')
    const wrong = result.agrees ? '' : ` ≠ ${note(`${row.title}: ${about.name} computes ${values()}`)}`
    return `${time(result.seconds)}${result.spread > noisy ? ' ~' : ''}${wrong}`
  }
  const timeRow = (row: Row, byKey: Results): string[] => {
    const ours = byKey.get('chainrule')?.seconds ?? Number.NaN
    const columns = contestants.flatMap((contestant, i) => {
      const result = byKey.get(contestant.key)
      const refusal = contestant.refusal(row.name) ?? 'not measured'
      const shown = result
        ? timeCell(row, contestant, result)
        : `– ${note(`${row.title}: ${contestant.about.name}: ${refusal}`)}`
      if (i === 0) return [shown]
      const ratio = result && ours > 0 ? (ours / result.seconds).toFixed(ours < result.seconds / 10 ? 3 : 2) : '–'
      return ratiosOnly ? [result?.agrees ? ratio : shown] : [shown, ratio]
    })
    return [row.title, ...columns]
  }
  const rateRow = (flop: number, byKey: Results): string[] => {
    const rates = contestants.flatMap(({ key }, i) => {
      const result = byKey.get(key)
      const rate = result ? String(Number((flop / result.seconds / 1e9).toPrecision(3))) : '–'
      return i === 0 ? [rate] : [rate, '']
    })
    return ['in GFLOP/s', ...rates]
  }
  const body = [...results].flatMap(([row, byKey]) => [
    timeRow(row, byKey),
    ...(row.flop === undefined || ratiosOnly ? [] : [rateRow(row.flop, byKey)]),
  ])
  const head = contestants.flatMap(({ about }, i) => (i === 0 || ratiosOnly ? [about.name] : [about.name, 'ratio']))
  return { head: ['', ...head], body, notes }
}

const numbered = (notes: readonly string[]): string[] => notes.map((text, i) => `[${i + 1}] ${text}`)

export function terminalTable({ head, body, notes }: Cells): string {
  const table = new Table({
    head: head.map((name) => name.replaceAll(' ', '\n')),
    style: { head: [], border: [], compact: true },
  })
  table.push(...body)
  return [table.toString(), ...numbered(notes)].join('\n')
}

export function markdownTable({ head, body, notes }: Cells): string {
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`
  const rule = line(head.map((_, i) => (i === 0 ? '---' : '---:')))
  const under = notes.length === 0 ? [] : ['', ...numbered(notes).map((text) => `- ${text}`)]
  return [line(head), rule, ...body.map(line), ...under].join('\n')
}
