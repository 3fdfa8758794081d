/** The first run and the steady state of rows, in alternating rounds. */
import { numbersOf, type Reply } from '../contestant.ts'
import { agree, median } from '../measure.ts'
import { late, type Player } from './player.ts'

export interface Pace {
  readonly rounds: number
  /** Of one measurement, in seconds. */
  readonly patience: number
  /** In seconds: who takes longer to answer is stopped. */
  readonly limit: number
  /** What all measurements of one row may take one contestant, in seconds, after the first of them. */
  readonly budget: number
}

export const paces: Readonly<Record<'full' | 'quick', Pace>> = {
  full: { rounds: 7, patience: 0.3, limit: 60, budget: 20 },
  quick: { rounds: 2, patience: 0.05, limit: 20, budget: 4 },
}

/** A run of which only the last result is read: more of them would fill the memory of a GPU before anything is collected. */
const mostRuns = 50

/** What one contestant did in one row. Times are in seconds; `null` is longer than the limit. */
export interface Result {
  /** From the call to the values, kernels compiled on the way. */
  readonly first: number | null
  /** One of many runs later; the median. */
  readonly steady: number | null
  /** How many measurements that is the median of. */
  readonly rounds: number
  readonly values: readonly number[]
}

/** By the contestant's key; a text says why it cannot. */
export type Results = ReadonlyMap<string, Result | string>

class Run {
  readonly player: Player
  readonly #limit: number
  first: number | null = null
  times = 1
  spent = 0
  seconds: number[] = []
  values: readonly number[] = []
  /** Why it takes no further part: a text, or that it was late. */
  over: string | null = null

  constructor(player: Player, limit: number) {
    this.player = player
    this.#limit = limit
  }

  /** The answer; null where there is none, and it is over. */
  async ask(question: string): Promise<Reply | null> {
    const reply = await this.player.ask(question, this.#limit)
    if (reply === late) this.over = late
    else if (reply.cannot !== undefined) this.over = reply.cannot
    else return reply
    return null
  }

  async time(times: number): Promise<number | null> {
    const reply = await this.ask(`run ${times}`)
    const seconds = reply?.seconds ?? null
    if (seconds !== null) this.spent += seconds * times
    return seconds
  }

  async begin(row: string, pace: Pace): Promise<void> {
    if ((await this.ask(`begin ${row}`)) === null) return
    this.first = await this.time(1)
    this.spent = 0
    // The second run warms up, and says how many fit.
    const second = this.over === null ? await this.time(1) : null
    if (second === null) return
    this.times = Math.min(mostRuns, Math.max(1, Math.round(pace.patience / second)))
    if (this.times === 1) this.seconds.push(second)
    const reply = await this.ask('values 2')
    this.values = numbersOf(reply?.values ?? [])
  }

  get result(): Result | string {
    if (this.over !== null && this.over !== late) return this.over
    const steady = this.seconds.length === 0 ? null : median(this.seconds)
    return { first: this.first, steady, rounds: this.seconds.length, values: this.values }
  }
}

/** Measures a row: all begin, then run in turn, each until its budget is spent. */
export async function measure(row: string, players: readonly Player[], pace: Pace): Promise<Results> {
  const runs = players.map((player) => new Run(player, pace.limit))
  for (const run of runs) await run.begin(row, pace)
  for (let round = 0; round < pace.rounds; round++) {
    for (const run of runs) {
      if (run.over !== null || (run.seconds.length > 0 && run.spent > pace.budget)) continue
      const seconds = await run.time(run.times)
      if (seconds !== null) run.seconds.push(seconds)
    }
  }
  return new Map(runs.map((run) => [run.player.key, run.result]))
}

/** Whether a contestant computes what the first one does. */
export function isRight(result: Result, reference: Result): boolean {
  return result.values.length === 0 || agree(result.values, reference.values)
}
