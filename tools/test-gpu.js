// Runs the tests of core that fit on WebGPU, through Dawn: `pnpm test:gpu`. Where no adapter answers, it says that they
// were not run, and why. A machine without a GPU has one in software: on Debian, apt-get install chromium libvulkan1.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const software = '/usr/lib/chromium/vk_swiftshader_icd.json'
if (process.env.VK_ICD_FILENAMES === undefined && existsSync(software)) process.env.VK_ICD_FILENAMES = software
process.env.CHAINRULE_DEVICES = 'webgpu'
process.chdir(fileURLToPath(new URL('../packages/core', import.meta.url)))

/** Asks in a process of its own: a driver may end it. */
const probe = `import('./src/devices/gpu/start.ts').then(({ start }) => start('webgpu')).then(
  ({ adapter }) => { console.log(adapter); process.exit(0) }, (error) => { console.log(error.message); process.exit(1) })`
const { status, stdout } = spawnSync(
  'pnpm',
  ['--dir=../..', 'exec', 'tsx', '--eval', probe.replace('./src', './packages/core/src')],
  {
    encoding: 'utf8',
  },
)
if (status !== 0) {
  console.log(`WebGPU: not run. ${stdout.trim()}`)
  process.exit(0)
}
console.log(`WebGPU on ${stdout.trim()}`)

// Tests that read at once, or build graphs of 100,000 steps, are for devices that answer at once. In two gradients NaN
// stands beside 0, and drivers answer 0.
const files = [
  'gpu.test',
  'ops-elementwise.test',
  'ops-matmul.test',
  'ops-view.test',
  'ops-conv.test',
  'golden-conv.test',
]
const here = '^(?!.*(xlogy by x|pow by exponent)).*(gpu \\(webgpu\\)|an error of a kernel)'
const { status: result } = spawnSync(
  'pnpm',
  ['exec', 'vitest', 'run', '--config', '../../vitest.config.ts', '--testNamePattern', here, ...files],
  { stdio: 'inherit' },
)
process.exit(result ?? 1)
