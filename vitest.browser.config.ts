import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { launchOptions } from './tools/chromium.js'
import { filesFor } from './tools/test-files.js'

/** The tests in a page of headless Chromium: `CHAINRULE_DEVICES=webgl2 npx vitest run --config vitest.browser.config.ts`. */
const devices = (process.env['CHAINRULE_DEVICES'] ?? 'wasm').split(',')
/** Cross-origin isolation: with it a page has shared memory, so threads. */
const isolated = process.env['CHAINRULE_ISOLATED'] !== undefined
const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }

export default defineConfig({
  resolve: { conditions: ['chainrule-source', 'module', 'browser', 'development|production'] },
  server: { headers: isolated ? isolation : {} },
  test: {
    include: filesFor(devices, { page: true, isolated }),
    testTimeout: 60_000,
    provide: { devices },
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions }),
      instances: [{ browser: 'chromium' }],
    },
  },
})
