/** Who takes part. */
import { execFileSync, execSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Entry } from './contestant.ts'
import type { Options } from './options.ts'

const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const relaxed = '--experimental-wasm-relaxed-simd'

/** Whether a Node has relaxed SIMD without being told. */
function hasRelaxedSimd(node: string): boolean {
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' })
  return Number(/\d+/.exec(version)) >= 22
}

/** Installs the JavaScript libraries that chainrule is measured against, where they are not. */
function installPeers(): void {
  if (existsSync(file('peers/node_modules'))) return
  console.error('installing the libraries to compare with, once')
  const install = 'pnpm install --ignore-workspace --frozen-lockfile --ignore-scripts --loglevel=error'
  execSync(install, { cwd: file('peers'), stdio: 'inherit' })
}

/** In the order of the columns. */
export function entries({ node, threads, only }: Options): Entry[] {
  const has = hasRelaxedSimd(node)
  const flags = has ? [] : [relaxed]
  const chainrule = [file('dist/src/chainrule.js')]
  const all: Entry[] = [
    { key: 'chainrule', command: node, args: [...flags, ...chainrule], threads: 1 },
    {
      key: 'pytorch',
      command: process.env['PYTHON'] ?? '/usr/bin/python3',
      args: [file('peers/pytorch.py')],
      threads: 1,
    },
    { key: 'tfjs-wasm', command: node, args: [...flags, file('peers/tfjs.js')] },
    { key: 'jax-js', command: node, args: [...flags, file('peers/jax.js')] },
  ]
  if (!has) all.push({ key: 'plain', command: node, args: chainrule, suffix: ', without the flag', threads: 1 })
  if (threads > 1) {
    const suffix = `, ${threads} threads`
    all.push(...all.slice(0, 2).map((entry) => ({ ...entry, key: `${entry.key}-threads`, threads, suffix })))
  }
  const isChosen = (key: string): boolean => only === null || only.some((name) => key.startsWith(name))
  const chosen = all.filter(({ key }) => key.startsWith('chainrule') || isChosen(key))
  if (chosen.some(({ key }) => key === 'tfjs-wasm' || key === 'jax-js')) installPeers()
  return chosen
}
