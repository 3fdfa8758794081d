// Runs a task of the workspace, `node tools/run.js test|start|example|compile [ARGUMENTS]`: what `npm test`, `pnpm start` and
// the like call. On a machine that has Node and npm alone, it first lets npm fetch pnpm, and pnpm the dependencies.

import { execSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** What pnpm is asked to do for each task. @type {Record<string, string[]>} */
const tasks = {
  test: ['exec', 'turbo', 'run', 'test', '--continue', '--log-prefix=none', '--log-order=grouped'],
  start: ['--silent', '--dir=apps/examples', 'run', 'start'],
  example: ['--silent', '--dir=apps/examples', 'run', 'example'],
  compile: ['--silent', 'run', 'compile'],
}

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
/** The one place that names pnpm's version: `pnpm@…`. @type {{ packageManager: string }} */
const { packageManager } = JSON.parse(readFileSync('package.json', 'utf8'))

const [name = '', ...rest] = process.argv.slice(2)
const task = tasks[name]
if (task === undefined) {
  console.error(`run: there is no task '${name}'; the tasks are ${Object.keys(tasks).join(', ')}`)
  process.exit(2)
}

prepareEnvironment()
if (!hasPnpm()) fetchPnpm()
pnpm(existsSync('node_modules') ? ['install', '--loglevel=error'] : ['install'])
pnpm([...task, ...rest])

function prepareEnvironment() {
  process.env.TURBO_TELEMETRY_DISABLED = '1'
  // A test that passed on one version of Node has not passed on another: this is part of turbo's cache key.
  process.env.CHAINRULE_NODE = process.version
  // Turbo stands between the tests and the terminal, so that they cannot see for themselves whether there is one.
  if (!process.env.NO_COLOR && !process.env.FORCE_COLOR) {
    process.env[process.stdout.isTTY ? 'FORCE_COLOR' : 'NO_COLOR'] = '1'
  }
}

/** Whether the pnpm on the PATH is the one that package.json names. */
function hasPnpm() {
  const { stdout } = spawnSync('pnpm --version', { shell: true, encoding: 'utf8' })
  return `pnpm@${stdout.trim()}` === packageManager
}

/** Lets npm fetch pnpm, into its own cache and only once, and puts it on the PATH: turbo looks for it there. */
function fetchPnpm() {
  const showPath = `npm exec --yes --loglevel=error --package=${packageManager} -- node -p process.env.PATH`
  process.env.PATH = execSync(showPath, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim()
}

/** Runs pnpm with its output shown; where it fails, so does this script. @param {string[]} args */
function pnpm(args) {
  const { status } = spawnSync('pnpm', args, { stdio: 'inherit', shell: process.platform === 'win32' })
  if (status !== 0) process.exit(status ?? 1)
}
