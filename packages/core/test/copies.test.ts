import { readFileSync } from 'node:fs'
import { afterEach, expect, it, vi } from 'vitest'
import { announce } from '../src/copies.ts'
import * as torch from '../src/index.ts'

/** An error whose stack begins in a file. */
function loadedFrom(...lines: readonly string[]): Error {
  return Object.assign(new Error('loaded'), { stack: lines.join('\n') })
}

const warnings = vi.spyOn(console, 'warn').mockImplementation(() => {})
afterEach(() => warnings.mockClear())

const own: unknown = Reflect.get(globalThis, Symbol.for('@chainrule/core'))
afterEach(() => Reflect.set(globalThis, Symbol.for('@chainrule/core'), own))

const first = 'Error: loaded\n    at file:///a/node_modules/@chainrule/core/dist/index.js:1:2'

it.each([
  [
    'of a module',
    ['Error: loaded', '    at file:///b/node_modules/@chainrule/core/dist/index.js:1:2'],
    'file:///b/node_modules/@chainrule/core/dist/index.js',
  ],
  [
    'of a bundle',
    ['Error: loaded', '    at Object.<anonymous> (/b c/out.cjs:1:2)', '    at main (/d.js:1:2)'],
    '/b c/out.cjs',
  ],
  [
    'in Firefox',
    ['@https://b.test/@scope/index.js:1:2', 'other@https://c.test/:1:2'],
    'https://b.test/@scope/index.js',
  ],
  ['in Safari', ['module code@https://b.test/index.js:1:2'], 'https://b.test/index.js'],
])('a second copy is named: %s', (_, lines, place) => {
  Reflect.set(globalThis, Symbol.for('@chainrule/core'), { version: '0.0.9', loaded: loadedFrom(first) })
  announce(loadedFrom(...lines))
  expect(warnings.mock.calls).toEqual([
    [
      expect.stringContaining(
        `@chainrule/core was loaded twice: 0.0.9 from file:///a/node_modules/@chainrule/core/dist/index.js, and ${torch.__version__} from ${place}.`,
      ),
    ],
  ])
})

it('the same file loaded anew is no second copy', () => {
  Reflect.set(globalThis, Symbol.for('@chainrule/core'), { version: '0.0.9', loaded: loadedFrom(first) })
  announce(loadedFrom(first.replace('.js', '.js?t=1700000000')))
  expect(warnings).not.toHaveBeenCalled()
})

it('modules that a test runner resets are no second copy', async () => {
  vi.resetModules()
  const again = await import('../src/index.ts')
  expect(again.Tensor).not.toBe(torch.Tensor)
  expect(warnings).not.toHaveBeenCalled()
})

it('the version is that of the package', () => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  expect(torch.__version__).toBe(version)
})
