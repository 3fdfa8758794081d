/** Who takes part. */
import { execFileSync, execSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Entry } from './contestant.ts'
import type { Options } from './options.ts'

export const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))
/** Has V8 join vectors of 128 bits into such of 256, where it knows how to. */
const revectorize = '--experimental-wasm-revectorize'
/** Holds PyTorch's BLAS and its convolutions to vectors of 128 bits, which are what WebAssembly has. */
const narrowProducts = { OPENBLAS_CORETYPE: 'Nehalem', ONEDNN_MAX_CPU_ISA: 'SSE41' }
const withThreads = (threads: number): Record<string, string> => ({ THREADS: String(threads) })

const versionOf = (node: string): string => execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()

/** What a Node must be told to have relaxed SIMD: nothing, where it has it by itself. */
export function relaxedSimd(node: string): string[] {
  return Number(/\d+/.exec(versionOf(node))) >= 22 ? [] : ['--experimental-wasm-relaxed-simd']
}

/** Installs the JavaScript libraries that chainrule is measured against, where they are not. */
export function installPeers(): void {
  if (!existsSync(file('peers/node_modules'))) console.error('installing the libraries to compare with, once')
  const install = 'pnpm install --ignore-workspace --frozen-lockfile --ignore-scripts --loglevel=error'
  execSync(install, { cwd: file('peers'), stdio: 'inherit' })
}

/** In the order of the columns. */
export function entries({ node, also, threads, only }: Options): Entry[] {
  const flags = relaxedSimd(node)
  const chainrule = [file('dist/src/chainrule.js')]
  const pytorch = { command: process.env['PYTHON'] ?? '/usr/bin/python3', args: [file('peers/pytorch.py')] }
  const all: Entry[] = [
    { key: 'chainrule', command: node, args: [...flags, ...chainrule], env: withThreads(1) },
    { key: 'pytorch', ...pytorch, env: withThreads(1) },
    {
      key: 'pytorch-128',
      ...pytorch,
      env: { ...withThreads(1), ...narrowProducts },
      suffix: ', 128-bit products',
    },
    { key: 'tfjs-wasm', command: node, args: [...flags, file('peers/tfjs.js')] },
    { key: 'jax-js', command: node, args: [...flags, file('peers/jax.js')] },
  ]
  if (flags.length > 0)
    all.push({ key: 'plain', command: node, args: chainrule, suffix: ', without the flag', env: withThreads(1) })
  if (also !== null) {
    const suffix = `, Node ${versionOf(also)}`
    all.push({ key: 'also', command: also, args: [...relaxedSimd(also), ...chainrule], suffix, env: withThreads(1) })
  }
  for (const command of also === null ? [node] : [node, also]) {
    if (spawnSync(command, [revectorize, '--eval', '0']).status !== 0) continue
    const suffix = `, Node ${versionOf(command)}, revectorized`
    const args = [revectorize, ...relaxedSimd(command), ...chainrule]
    all.push({ key: 'wide', command, args, suffix, env: withThreads(1) })
  }
  if (threads > 1) {
    const suffix = `, ${threads} threads`
    all.push(
      ...all.slice(0, 2).map((entry) => ({ ...entry, key: `${entry.key}-threads`, env: withThreads(threads), suffix })),
    )
  }
  const isChosen = (key: string): boolean => only === null || only.some((name) => key.startsWith(name))
  const chosen = all.filter(({ key }) => key.startsWith('chainrule') || isChosen(key))
  if (chosen.some(({ key }) => key === 'tfjs-wasm' || key === 'jax-js')) installPeers()
  return chosen
}
