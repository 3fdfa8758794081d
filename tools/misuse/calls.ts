// Makes the calls of a plan one after the other, and writes a line for each: what came of it. The process that watches starts
// another one after what is the end of this one.
import { writeSync } from 'node:fs'
import { judge, markTypeErrors } from '../../packages/core/test/misuse/judge.ts'
import { optionsOf, planOf } from './plan.ts'

/** Calls that one process makes: what they leave behind is gone with it. */
const batch = 5000

const options = optionsOf(process.argv)
const plan = planOf(options)
const write = (line: unknown): number => writeSync(1, `${JSON.stringify(line)}\n`)
console.log = console.warn = console.error = () => {}
process.on('unhandledRejection', (error) => write({ unhandled: String(error) }))
markTypeErrors()
write({ ready: true })
for (let i = options.from; i < Math.min(plan.length, options.from + batch); i++) {
  const trial = plan[i]
  if (trial !== undefined) write({ i, ...(await judge(trial)) })
}
process.exit(0)
