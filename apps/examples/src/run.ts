import { relive } from './cell.ts'
import { type Comparison, check, matches } from './check.ts'
import type { Recorded } from './recorded/index.ts'
import type { Scenario } from './scenarios/index.ts'

/** What came of a scenario: its cells against the recorded ones, and its training. */
export interface Outcome {
  readonly name: string
  readonly comparisons: readonly Comparison[]
  /** The loss of each step. */
  readonly losses: readonly number[]
  readonly goal: number
}

/** A training has converged when its loss is this close to the goal. */
const tolerance = 1e-3

/** Runs the cells of a scenario, then its training. */
export async function run(
  name: string,
  scenario: Scenario,
  recorded: Readonly<Record<string, Recorded>>,
): Promise<Outcome> {
  const comparisons = check(await relive(scenario.notebooks), recorded)
  return { name, comparisons, losses: await lossesOf(scenario), goal: scenario.goal }
}

/** Trains, and gives the loss of each step. */
async function lossesOf(scenario: Scenario): Promise<number[]> {
  const losses: number[] = []
  for (const loss of scenario.train()) losses.push(typeof loss === 'number' ? loss : await loss.item_async())
  return losses
}

/** Whether the training came to the loss that it aims at. */
export function converged({ losses, goal }: Outcome): boolean {
  return Math.abs((losses.at(-1) ?? Number.NaN) - goal) < tolerance
}

/** Whether all cells show what was recorded and the training converged. */
export function succeeded(outcome: Outcome): boolean {
  return outcome.comparisons.every(matches) && converged(outcome)
}
