/** The tests of misuse, the same for each package. */
import { expect, it, vi } from 'vitest'
import type { Covered } from './calls.ts'
import { failingOf, markTypeErrors } from './judge.ts'

/** Tests that everything public has a valid call, and that wrong ones fail nowhere but where it is known. */
export function checkMisuse({ targets, missing }: Covered, known: readonly string[]): void {
  it('has a valid call of every public name', () => {
    expect(missing).toEqual([])
  })

  it('refuses wrong calls, or takes them as they are', { timeout: 240_000 }, async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    markTypeErrors()
    const failing = await failingOf(targets)
    const unknown = [...failing].filter(([name]) => !known.includes(name))
    expect(unknown, 'new faults').toEqual([])
    expect(
      known.filter((name) => !failing.has(name)),
      'mended: npm run misuse:failing',
    ).toEqual([])
  })
}
