import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { launchOptions } from './tools/chromium.js'
import { filesFor, groupsOf } from './tools/test-files.js'

/**
 * The tests on the devices that CHAINRULE_DEVICES names: in Node, or where CHAINRULE_PAGE is set in a page of headless Chromium,
 * `isolated` from other origins, as threads need it, or `plain`.
 *
 *     CHAINRULE_DEVICES=webgl2 CHAINRULE_PAGE=plain npx vitest run --config vitest.devices.config.ts softmax
 */
const devices = (process.env['CHAINRULE_DEVICES'] ?? 'wasm').split(',')
const page = process.env['CHAINRULE_PAGE'] ?? null
const isolated = page === 'isolated'
const headers = isolated
  ? { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }
  : {}
const places = ['chainrule-source', 'module', page === null ? 'node' : 'browser', 'development|production']

/** In Node the notebooks run too, on WebGPU; in other modes they are among the tests of `npm test`. */
const notebooks = page === null && devices.includes('webgpu') ? ['apps/examples/test/gpu.test.ts'] : []
/** Files that share modules share kernels too, most of which many of them need: to compile one in software takes long. */
const groups = groupsOf([...filesFor(devices, { page: page !== null, isolated }), ...notebooks])
const projects = Object.entries(groups).map(([name, include]) => ({
  extends: true as const,
  test: { name, include, isolate: name === 'alone' },
}))

export default defineConfig({
  // Several of these may run at a time.
  cacheDir: `node_modules/.vite/${devices.join('-')}-${page ?? 'node'}`,
  resolve: { conditions: places },
  ssr: { resolve: { conditions: places, externalConditions: ['chainrule-source'] } },
  server: { headers },
  test: {
    testTimeout: 180_000,
    hookTimeout: 180_000,
    provide: { devices },
    browser: {
      enabled: page !== null,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions }),
      instances: [{ browser: 'chromium' }],
    },
    projects: projects.filter(({ test }) => test.include.length > 0),
  },
})
