// Runs the tests of the CPU device's kernels with a flag of Node, `pnpm test:flag --experimental-wasm-relaxed-simd`: nothing else
// differs with it.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { filesFor } from './test-files.js'

const [flag] = process.argv.slice(2)
if (flag === undefined) {
  console.error('test-flag: which flag? For example: pnpm test:flag --experimental-wasm-relaxed-simd')
  process.exit(2)
}
process.chdir(fileURLToPath(new URL('..', import.meta.url)))
const files = [false, true].flatMap((isolated) => filesFor(['wasm'], { page: false, isolated, kernels: true }))
const command = ['node_modules/vitest/vitest.mjs', 'run', ...files, `--execArgv=${flag}`, '--reporter=dot']
const { status } = spawnSync(process.execPath, command, {
  stdio: 'inherit',
  env: { ...process.env, CHAINRULE_DEVICES: 'wasm' },
})
process.exit(status ?? 1)
