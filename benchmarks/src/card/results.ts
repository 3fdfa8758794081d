/** What a run on a card gave, as it is kept in a file. */
import type { Result } from '../gpu/measure.ts'

export interface Column {
  readonly key: string
  readonly title: string
  /** What matters for its speed, as it says itself; why it did not take part, where `absent`. */
  readonly details: string
  readonly absent: boolean
}

export interface Results {
  readonly date: string
  /** What it was measured on: a line each. */
  readonly machine: readonly string[]
  readonly adapter: Readonly<Record<string, unknown>> | null
  /** How the adapter was looked for: a line each. */
  readonly search: readonly string[]
  readonly columns: readonly Column[]
  readonly rounds: number
  /** In seconds: what took longer to answer was stopped. */
  readonly limit: number
  /** By row, in the order of measuring, then by the column's key; a text says why not. */
  readonly rows: Readonly<Record<string, Readonly<Record<string, Result | string>>>>
  /** The rows for which no time was left. */
  readonly left: readonly string[]
}
