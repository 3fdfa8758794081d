/** `npm start`: runs every scenario, and ends with a table of how many cells show what the notebooks recorded. */
import colors from 'picocolors'
import { recorded } from './recorded/index.ts'
import { report, summary } from './report.ts'
import { type Outcome, run } from './run.ts'
import { scenarios } from './scenarios/index.ts'

console.log(colors.bold('Five autograd notebooks, relived\n'))

const outcomes: Outcome[] = []
for (const [name, scenario] of Object.entries(scenarios)) {
  const outcome = run(name, scenario, recorded)
  outcomes.push(outcome)
  console.log(summary(outcome))
}

const { text, good } = report(outcomes, recorded)
console.log(`\n${text}\n\nMore: pnpm example NAME shows one of them, with its program and its loss curve.`)
process.exitCode = good ? 0 : 1
