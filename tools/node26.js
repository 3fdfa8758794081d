// Runs a command with Node 26 in front of the PATH: `node tools/node26.js COMMAND [ARGUMENTS]`, such as `pnpm bench`. Npm brings
// that Node, once, as the package that holds it for this system.

import { execSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const version = '26.10.0'
const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
const folder = fileURLToPath(new URL(`../node_modules/.cache/node-${version}`, import.meta.url))
const bin = join(folder, 'node_modules', name, 'bin')

const [command, ...args] = process.argv.slice(2)
if (command === undefined) {
  console.error('node26: which command? For example: node tools/node26.js node --version')
  process.exit(2)
}
if (!existsSync(bin)) {
  mkdirSync(folder, { recursive: true })
  const install = `npm install --prefix . --no-save --no-package-lock --ignore-scripts --loglevel=error ${name}@${version}`
  execSync(install, { cwd: folder, stdio: 'inherit' })
}
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` }
const { status } = spawnSync(command, args, { stdio: 'inherit', env, shell: process.platform === 'win32' })
process.exit(status ?? 1)
