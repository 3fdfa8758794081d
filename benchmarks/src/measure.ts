/** Alternating rounds, medians, and who computed something else. */
import type { Contestant } from './contestant.ts'
import type { Row } from './rows.ts'

export interface Pace {
  readonly rounds: number
  /** Of one measurement, in seconds. */
  readonly patience: number
  /** Before the first, in seconds. */
  readonly warmUp: number
}

export const paces: Readonly<Record<'full' | 'quick', Pace>> = {
  full: { rounds: 15, patience: 0.1, warmUp: 2 },
  quick: { rounds: 3, patience: 0.02, warmUp: 0.05 },
}

/** What one contestant did in one row. */
export interface Result {
  /** Medians, in seconds. */
  readonly seconds: number
  /** Half the range of the middle half of the measurements, relative to the median. */
  readonly spread: number
  readonly values: readonly number[]
  /** Whether its values are those of the contestant that all are compared with. */
  readonly agrees: boolean
}

/** By the contestant's key; null where it cannot. */
export type Results = ReadonlyMap<string, Result | null>

export function median(values: readonly number[], quantile = 0.5): number {
  const sorted = [...values].sort((x, y) => x - y)
  return sorted[Math.min(Math.floor(sorted.length * quantile), sorted.length - 1)] ?? Number.NaN
}

/** Whether values are the same: float32 keeps 7 digits, and sums in another order lose a few; ten steps of training multiply that. */
export function agree(values: readonly number[], reference: readonly number[]): boolean {
  return (
    values.length === reference.length &&
    values.every((value, i) => {
      const wanted = reference[i] ?? Number.NaN
      return Math.abs(value - wanted) <= 1e-3 * Math.abs(wanted) + 1e-5
    })
  )
}

/** Runs of one measurement: as many as patience allows. Warms up on the way. */
async function calibrate(contestant: Contestant, row: string, pace: Pace): Promise<number | null> {
  let times = 1
  let spent = 0
  for (;;) {
    const seconds = await contestant.run(row, times)
    if (seconds === null) return null
    spent += seconds * times
    const wanted = Math.max(1, Math.round(pace.patience / seconds))
    if (spent >= pace.warmUp) return wanted
    times = Math.min(wanted, 4 * times)
  }
}

/** Measures one row: all contestants in turn, round by round. */
export async function measure(row: Row, contestants: readonly Contestant[], pace: Pace): Promise<Results> {
  const runs = new Map<string, { values: readonly number[]; times: number; seconds: number[] }>()
  for (const contestant of contestants) {
    const values = await contestant.values(row.name)
    const times = values && (await calibrate(contestant, row.name, pace))
    if (values !== null && times !== null) runs.set(contestant.key, { values, times, seconds: [] })
  }
  for (let round = 0; round < pace.rounds; round++) {
    for (const contestant of contestants) {
      const run = runs.get(contestant.key)
      const seconds = run && (await contestant.run(row.name, run.times))
      if (seconds) run.seconds.push(seconds)
    }
  }
  const reference = (runs.get('pytorch') ?? runs.get('chainrule'))?.values ?? []
  const result = ({ key }: Contestant): [string, Result | null] => {
    const run = runs.get(key)
    if (run === undefined || run.seconds.length < pace.rounds) return [key, null]
    const seconds = median(run.seconds)
    const spread = (median(run.seconds, 0.75) - median(run.seconds, 0.25)) / 2 / seconds
    return [key, { seconds, spread, values: run.values, agrees: agree(run.values, reference) }]
  }
  return new Map(contestants.map(result))
}
