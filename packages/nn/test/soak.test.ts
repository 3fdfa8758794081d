/** Memory stays bounded in a loop that never yields, where no finalizer can run: a short form of benchmarks/src/soak.ts. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

interface Report {
  readonly first: number
  readonly last: number
  readonly peak: number
  readonly dropped: number
  readonly memory: { readonly used: number; readonly budget: number; readonly movedOut: number }
}

const megabyte = 1e6

test('a training that never yields keeps within its memory', () => {
  const script = fileURLToPath(new URL('soak.ts', import.meta.url))
  const flags = ['--import', 'tsx', '--conditions=chainrule-source']
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, script], { encoding: 'utf8' })
  expect(stderr).toBe('')
  const { first, last, peak, dropped, memory } = JSON.parse(stdout) as Report
  expect(last).toBeLessThan(first / 2)
  expect(dropped).toBeGreaterThan(450 * megabyte)
  expect(peak).toBeLessThan(400 * megabyte)
  // The kernels' memory was full, and gave room.
  expect(memory.movedOut).toBeGreaterThan(0)
  expect(memory.used).toBeLessThanOrEqual(memory.budget)
  expect(memory.budget).toBeLessThan(150 * megabyte)
}, 60_000)
