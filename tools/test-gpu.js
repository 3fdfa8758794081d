// Runs the tests on what `npm test` has not: `pnpm test:gpu`. That is headless Chromium, with WebGL 2, WebGPU, WebAssembly, and
// threads in an isolated page; and Node, with gpu.js's WebAssembly, and some on WebGPU, through Dawn. What this machine lacks is reported as not run, with
// the reason. On Debian, apt-get install chromium libvulkan1 brings all of it, with a GPU in software.
//
// Most of the time goes into compiling some thousands of kernels, on one thread a run: as many run at a time as there are
// cores. What a run printed is shown when it is over.

import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { launchOptions } from './chromium.js'

const software = '/usr/lib/chromium/vk_swiftshader_icd.json'
if (process.env.VK_ICD_FILENAMES === undefined && existsSync(software)) process.env.VK_ICD_FILENAMES = software
process.chdir(fileURLToPath(new URL('..', import.meta.url)))

/** @typedef {{ title: string, devices: string, page?: 'plain' | 'isolated', lack: string | null }} Run */
/** @typedef {{ failed: boolean, text: string }} Result */

const lacks = { node: lackOfNode(), ...(await lacksOfChromium()) }
/** The longest first. @type {readonly Run[]} */
const runs = [
  { title: 'WebGL 2 in Chromium', devices: 'webgl2', page: 'plain', lack: lacks.webgl2 },
  { title: 'WebGPU in Chromium', devices: 'webgpu', page: 'plain', lack: lacks.webgpu },
  { title: 'WebGPU in Node', devices: 'webgpu', lack: lacks.node },
  { title: 'WebAssembly of gpu.js in Node', devices: 'webasm', lack: null },
  { title: 'WebAssembly in Chromium', devices: 'wasm', page: 'plain', lack: lacks.page },
  { title: 'Threads in Chromium', devices: 'wasm', page: 'isolated', lack: lacks.page },
]
/** @type {Map<Run, Result>} */
const results = new Map()
const waiting = [...runs]
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) {
      results.set(run, run.lack === null ? await test(run) : { failed: false, text: `not run: ${run.lack}` })
    }
  }),
)

console.log()
for (const run of runs) console.log(`${run.title}: ${results.get(run)?.text}`)
process.exit([...results.values()].some(({ failed }) => failed) ? 1 : 0)

/**
 * Runs vitest, shows what it printed, and says in a line what came of it.
 * @param {Run} run
 * @returns {Promise<Result>}
 */
async function test({ title, devices, page }) {
  const folder = mkdtempSync(join(tmpdir(), 'chainrule-'))
  const output = join(folder, 'results.json')
  const start = Date.now()
  const env = { ...process.env, CHAINRULE_DEVICES: devices, ...(page && { CHAINRULE_PAGE: page }) }
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${output}`]
  const command = ['node_modules/vitest/vitest.mjs', 'run', '--config=vitest.devices.config.ts', ...reporters]
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'], env })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (printed += text))
  const status = await new Promise((resolve) => child.on('close', resolve))
  console.log(`\n=== ${title}\n${printed}`)
  const { numPassedTests = 0, numFailedTests = 0 } = existsSync(output) ? JSON.parse(readFileSync(output, 'utf8')) : {}
  rmSync(folder, { recursive: true })
  const seconds = Math.round((Date.now() - start) / 1000)
  const failed = status !== 0
  return {
    failed,
    text: `${failed ? 'FAILED, ' : ''}${numPassedTests} passed, ${numFailedTests} failed, ${seconds} s`,
  }
}

/** Why there is no WebGPU in Node. Asks in a process of its own: a driver may end it. */
function lackOfNode() {
  const probe = `import('./packages/core/src/devices/gpu/index.ts').then(({ init }) => init({ mode: 'webgpu' })).then(
    () => process.exit(0), (error) => { console.log(error.message); process.exit(1) })`
  const { status, stdout } = spawnSync(process.execPath, ['--import', 'tsx', '--eval', probe], { encoding: 'utf8' })
  return status === 0 ? null : stdout.trim() || 'the driver ended the process'
}

/** Why there is no page, no WebGL 2, or no WebGPU in it. */
async function lacksOfChromium() {
  const { executablePath } = launchOptions
  const none = (/** @type {string} */ reason) => ({ page: reason, webgl2: reason, webgpu: reason })
  if (!existsSync(executablePath)) {
    return none(
      `there is no ${executablePath}; install Chromium (on Debian: apt-get install chromium), or name one by CHAINRULE_CHROMIUM`,
    )
  }
  const { chromium } = await import('playwright')
  try {
    const running = await chromium.launch(launchOptions)
    const page = await running.newPage()
    // WebGPU is for secure origins, of which this name is one.
    await page.route('**', (route) => route.fulfill({ contentType: 'text/html', body: '' }))
    await page.goto('http://localhost/')
    const found = await page.evaluate(async () => {
      const gl = document.createElement('canvas').getContext('webgl2')
      const { gpu } = /** @type {{ gpu?: { requestAdapter(): Promise<unknown> } }} */ (navigator)
      return {
        webgl2: gl?.getExtension('EXT_color_buffer_float') ? null : 'no context that can write float32',
        webgpu: (await gpu?.requestAdapter()) ? null : 'no adapter',
      }
    })
    await running.close()
    return { page: null, ...found }
  } catch (error) {
    return none(`Chromium did not start: ${String(error).split('\n')[0]}`)
  }
}
