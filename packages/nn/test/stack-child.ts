/** Prints the stack trace of each program's error, as its user sees it. */
import { programs } from './stack-programs.ts'

const stacks = Object.entries(programs).map(([name, [, , run]]) => {
  try {
    run()
  } catch (error) {
    return [name, (error as Error).stack ?? '']
  }
  return [name, '']
})
console.log(JSON.stringify(stacks))
