import { parseArgs } from 'node:util'
import { distance } from 'fastest-levenshtein'
import colors from 'picocolors'
import { curve, written } from './curve.ts'
import { deviceHelp, deviceOptions, useDevice } from './device.ts'
import { listing } from './listing.ts'
import { recorded } from './recorded/index.ts'
import { run, succeeded } from './run.ts'
import { type Scenario, scenarios } from './scenarios/index.ts'

const help = `npm run example               lists the scenarios
npm run example NAME          runs one: its cells, with what they show, then its training; options stand behind --

${deviceHelp}
  -h, --help                  this text`

/** What a command line comes to: a text to print, and the exit code, which is 2 where the command line is wrong. */
export interface Answer {
  readonly code: 0 | 1 | 2
  readonly text: string
}

const refuse = (reason: string): Answer => ({ code: 2, text: `example: ${reason}` })
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Answers `npm run example ...args` on a terminal of `columns` columns. */
export async function command(args: readonly string[], columns: number): Promise<Answer> {
  let parsed: ReturnType<typeof parse>
  try {
    parsed = parse(args)
  } catch (error) {
    // The first sentence says what is wrong; the rest is about arguments that start with a dash.
    return refuse(`${messageOf(error).split('. ')[0]}\n\n${help}`)
  }
  const { values, positionals } = parsed
  if (values.help) return { code: 0, text: help }
  const [name, ...more] = positionals
  if (name === undefined) return { code: 0, text: list() }
  if (more.length > 0) return refuse(`one scenario at a time, not ${positionals.join(', ')}`)
  const scenario = Object.hasOwn(scenarios, name) ? scenarios[name] : undefined
  if (scenario === undefined) return unknown(name)
  try {
    return await show(name, scenario, await useDevice(values), columns)
  } catch (error) {
    return refuse(messageOf(error))
  }
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...deviceOptions, help: { type: 'boolean', short: 'h' } },
  })
}

function list(): string {
  const lines = Object.entries(scenarios).map(([name, { title, notebooks }]) =>
    [colors.cyan(name.padEnd(18)), Object.keys(notebooks).join(' ').padEnd(9), title].join('  '),
  )
  const head = colors.dim(['scenario'.padEnd(18), 'notebooks', 'what it shows'].join('  '))
  return [head, ...lines, '', 'npm run example NAME runs one; npm run example -- --help says more.'].join('\n')
}

function unknown(name: string): Answer {
  const near = Object.keys(scenarios)
    .map((known) => ({ known, far: known.includes(name) ? 0 : distance(name, known) }))
    .filter(({ far }) => far <= Math.max(2, name.length / 3))
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ known }) => known)
  const hint =
    near.length > 0 ? `did you mean ${near.join(' or ')}?` : `the scenarios are ${Object.keys(scenarios).join(', ')}`
  return refuse(`there is no scenario '${name}'; ${hint}`)
}

async function show(name: string, scenario: Scenario, place: string, columns: number): Promise<Answer> {
  const outcome = await run(name, scenario, recorded)
  const { comparisons, losses, goal } = outcome
  const text = [
    `${colors.bold(name)}  ${scenario.title}`,
    colors.dim(place),
    listing(name, comparisons),
    '',
    colors.bold('Training'),
    curve(losses, Math.min(columns, 100)),
    `  loss ${written(losses[0])} → ${written(losses.at(-1))} in ${losses.length} steps; the least possible is ${goal}`,
  ].join('\n')
  return { code: succeeded(outcome) ? 0 : 1, text }
}
