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

function train(...imports: readonly string[]): Report {
  const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
  const flags = ['tsx', ...imports.map(pathOf)].flatMap((name) => ['--import', name])
  const script = pathOf('soak.ts')
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, '--conditions=chainrule-source', script], {
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  return JSON.parse(stdout) as Report
}

function expectBounded({ first, last, peak, dropped, memory }: Report): void {
  expect(last).toBeLessThan(first / 2)
  expect(dropped).toBeGreaterThan(450 * megabyte)
  expect(peak).toBeLessThan(400 * megabyte)
  expect(memory.used).toBeLessThanOrEqual(memory.budget)
  expect(memory.budget).toBeLessThan(150 * megabyte)
}

test('a training that never yields has what it dropped collected', () => {
  const report = train()
  expectBounded(report)
  // Next to all of what was dropped was freed where it was.
  expect(report.memory.movedOut).toBeLessThan(100)
})

test('where the collector cannot be asked, what it dropped moves out', () => {
  const report = train('soak-without-collector.ts')
  expectBounded(report)
  expect(report.memory.movedOut).toBeGreaterThan(100)
})
