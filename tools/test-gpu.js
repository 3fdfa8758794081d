// Runs the tests on what `npm test` has not: `pnpm test:gpu`. That is WebGPU in Node, through Dawn; and headless Chromium,
// with WebGL 2, WebGPU, WebAssembly, and threads in an isolated page. What this machine lacks is reported as not run, with
// the reason. On Debian, apt-get install chromium libvulkan1 brings all of it, with a GPU in software.
//
// Three files compile thousands of kernels each, which takes a GPU in software a minute or two. They do not run everywhere,
// unless asked to: `pnpm test:gpu --all`.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { launchOptions } from './chromium.js'
import { filesFor } from './test-files.js'

const software = '/usr/lib/chromium/vk_swiftshader_icd.json'
if (process.env.VK_ICD_FILENAMES === undefined && existsSync(software)) process.env.VK_ICD_FILENAMES = software
process.chdir(fileURLToPath(new URL('..', import.meta.url)))

const [operations, values, gradients] = ['golden-ops', 'ops-elementwise', 'ops-elementwise-gradient']
const notebooks = 'apps/examples/test/gpu.test.ts'
const inNode = [...filesFor(['webgpu'], { page: false }), notebooks, '--testTimeout=60000']
const inPage = ['--config=vitest.browser.config.ts']
const lacks = { node: lackOfNode(), ...(await lacksOfChromium()) }
const runs = [
  { title: 'WebGPU in Node', devices: 'webgpu', lack: lacks.node, args: inNode, without: [gradients] },
  {
    title: 'WebGL 2 in Chromium',
    devices: 'webgl2',
    lack: lacks.webgl2,
    args: inPage,
    without: [operations, gradients],
  },
  {
    title: 'WebGPU in Chromium',
    devices: 'webgpu',
    lack: lacks.webgpu,
    args: inPage,
    without: [operations, values, gradients],
  },
  { title: 'WebAssembly in Chromium', devices: 'wasm', lack: lacks.page, args: inPage, without: [] },
  { title: 'Threads in Chromium', devices: 'wasm', lack: lacks.page, args: inPage, without: [], isolated: true },
].map((run) => (process.argv.includes('--all') ? { ...run, without: [] } : run))
const results = runs.map((run) =>
  run.lack === null ? test(run) : { ...run, failed: false, text: `not run: ${run.lack}` },
)

console.log()
for (const { title, text } of results) console.log(`${title}: ${text}`)
process.exit(results.some(({ failed }) => failed) ? 1 : 0)

/**
 * Runs vitest, and says in a line what came of it.
 * @param {{ title: string, devices: string, args: string[], without: string[], isolated?: boolean }} run
 */
function test({ title, devices, args, without, isolated = false }) {
  console.log(`\n=== ${title}`)
  const folder = mkdtempSync(join(tmpdir(), 'chainrule-'))
  const output = join(folder, 'results.json')
  const start = Date.now()
  const env = { ...process.env, CHAINRULE_DEVICES: devices, ...(isolated && { CHAINRULE_ISOLATED: '1' }) }
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${output}`]
  const left = without.map((name) => `--exclude=**/${name}.test.ts`)
  const command = ['node_modules/vitest/vitest.mjs', 'run', ...args, ...left, ...reporters]
  const { status } = spawnSync(process.execPath, command, { stdio: 'inherit', env })
  const { numPassedTests = 0, numFailedTests = 0 } = existsSync(output) ? JSON.parse(readFileSync(output, 'utf8')) : {}
  rmSync(folder, { recursive: true })
  const seconds = Math.round((Date.now() - start) / 1000)
  const failed = status !== 0
  const part = without.length > 0 ? ` (without ${without.join(', ')}: --all runs them too)` : ''
  const counts = `${failed ? 'FAILED, ' : ''}${numPassedTests} passed, ${numFailedTests} failed, ${seconds} s`
  return { title, failed, text: counts + part }
}

/** Why there is no WebGPU in Node. Asks in a process of its own: a driver may end it. */
function lackOfNode() {
  const probe = `import('./packages/core/src/devices/gpu/start.ts').then(({ start }) => start('webgpu')).then(
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
