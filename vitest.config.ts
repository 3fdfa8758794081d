import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** The packages are tested from their sources: nothing is built first. */
const conditions = ['chainrule-source', 'module', 'node', 'development|production']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['chainrule-source'] } },
  test: {
    include: ['**/test/**/*.test.ts'],
    // What one run has translated, the next reads.
    experimental: {
      fsModuleCache: true,
      fsModuleCachePath: fileURLToPath(new URL('node_modules/.vitest', import.meta.url)),
    },
    // No test asserts a time: a busy machine may take long over it.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    provide: { devices: process.env['CHAINRULE_DEVICES']?.split(',') ?? null },
  },
})
