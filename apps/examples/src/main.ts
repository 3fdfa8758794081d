/** `npm start`: runs every scenario, and ends with a table of how many cells show what the notebooks recorded. */
import { parseArgs } from 'node:util'
import colors from 'picocolors'
import { deviceHelp, deviceOptions, useDevice } from './device.ts'
import { recorded } from './recorded/index.ts'
import { report, summary } from './report.ts'
import { type Outcome, run } from './run.ts'
import { scenarios } from './scenarios/index.ts'

const help = `npm start                     runs all scenarios, and compares their cells with what PyTorch showed
npm start -- --device gpu     the same on the GPU

${deviceHelp}
  -h, --help                  this text`

async function runAll(): Promise<void> {
  const outcomes: Outcome[] = []
  for (const [name, scenario] of Object.entries(scenarios)) {
    const outcome = await run(name, scenario, recorded)
    outcomes.push(outcome)
    console.log(summary(outcome))
  }
  const { text, good } = report(outcomes, recorded)
  console.log(`\n${text}\n\nMore: npm run example NAME shows one of them, with its program and its loss curve.`)
  process.exitCode = good ? 0 : 1
}

/** Reads the command line; a wrong one, or a device that is not there, ends the program with the exit code 2. */
async function prepare(args: readonly string[]): Promise<boolean> {
  try {
    const options = { ...deviceOptions, help: { type: 'boolean', short: 'h' } } as const
    const { values } = parseArgs({ args: [...args], options })
    if (values.help === true) {
      console.log(help)
      return false
    }
    const place = await useDevice(values)
    console.log(`${colors.bold('Five autograd notebooks, relived')}\n${colors.dim(place)}\n`)
    return true
  } catch (error) {
    console.error(`start: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 2
    return false
  }
}

if (await prepare(process.argv.slice(2))) await runAll()
