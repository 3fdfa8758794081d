/** Results as tables, and what they come to. */

import type { Row } from '../rows.ts'
import { time } from '../table.ts'
import { isRight, type Results } from './measure.ts'
import type { Player } from './player.ts'
import { families } from './rows.ts'

/** What was measured in one place. */
export interface Measured {
  readonly name: string
  readonly players: readonly Player[]
  readonly results: ReadonlyMap<Row, Results>
  /** In seconds: what took longer was stopped. */
  readonly limit: number
}

export type Column = 'first' | 'steady'

/** A table's head and body. Notes are added to a list that tables share. */
export function table({ players, results, limit }: Measured, column: Column, notes: string[]): string[][] {
  const note = (text: string): string => {
    const known = notes.indexOf(text)
    return `[${known < 0 ? notes.push(text) : known + 1}]`
  }
  const cell = (row: Row, player: Player, byKey: Results): string => {
    const result = byKey.get(player.key) ?? 'not measured'
    if (typeof result === 'string') return `– ${note(`${row.title}: ${player.title}: ${result}`)}`
    const seconds = result[column]
    if (seconds === null) return `> ${limit} s`
    const reference = byKey.get(players[0]?.key ?? '')
    const isSure = typeof reference === 'object' && isRight(result, reference)
    const got = (): string => result.values.map((value) => Number(value.toPrecision(5))).join(', ')
    const wrong = isSure ? '' : ` ≠ ${note(`${row.title}: ${player.title} computes ${got()}`)}`
    const once = column === 'steady' && result.rounds === 1 ? ' ¹' : ''
    return `${time(seconds)}${once}${wrong}`
  }
  return [
    ['', ...players.map(({ title }) => title)],
    ...[...results].map(([row, byKey]) => [row.title, ...players.map((player) => cell(row, player, byKey))]),
  ]
}

/** For each mode, from which size on the GPU was faster than the CPU device beside it, and in which training steps. */
export function whereItPays({ name, players, results }: Measured): string[] {
  const [cpu, ...others] = players
  const byName = new Map([...results].map(([row, byKey]) => [row.name, byKey]))
  const steady = (row: string, player: Player | undefined): number => {
    const result = byName.get(row)?.get(player?.key ?? '')
    return (typeof result === 'object' ? result.steady : null) ?? Number.POSITIVE_INFINITY
  }
  const pays = (row: string, player: Player): boolean => steady(row, player) < steady(row, cpu)
  const line = (player: Player): string => {
    const parts = Object.entries(families).flatMap(([family, rows]) => {
      const measured = rows.filter(([row]) => byName.has(row))
      if (measured.length === 0) return []
      // From a size on: at that one and at all above.
      const from = measured.findIndex((_, i) => measured.slice(i).every(([row]) => pays(row, player)))
      const size = measured[from]?.[1]
      return [size === undefined ? `${family}: at no size measured` : `${family}: from ${size} on`]
    })
    const steps = [...results.keys()].filter(({ training }) => training === true)
    const won = steps.filter((row) => pays(row.name, player)).map(({ title }) => title)
    if (steps.length > 0) parts.push(`training steps: ${won.length === 0 ? 'none' : won.join('; ')}`)
    return `${name}, ${player.title}: ${parts.join('; ')}.`
  }
  return others.filter(({ key }) => /^(node|chromium)-/.test(key)).map(line)
}
