/** `torch.warnings`: once for each place, caught, or thrown; and the way out in Node and elsewhere. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as torch from '../src/index.ts'

const { warnings } = torch

afterEach(() => {
  warnings.simplefilter('default')
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

/** The texts that reach Node's process while `body` runs. In a page there is none, so it is a stand-in. */
function emitted(body: () => void): string[] {
  const emit = vi.fn<(warning: Error) => void>()
  vi.stubGlobal('process', { emitWarning: emit })
  body()
  vi.unstubAllGlobals()
  return emit.mock.calls.map(([warning]) => String(warning))
}

describe('a warning', () => {
  it('is one of the process, once for each place and text', () => {
    const here = (text: string) => warnings.warn(text)
    const seen = emitted(() => {
      for (let i = 0; i < 3; i++) here('first')
      for (let i = 0; i < 3; i++) here('second')
      warnings.warn('first')
    })
    expect(seen).toEqual(['UserWarning: first', 'UserWarning: second', 'UserWarning: first'])
  })

  it('comes from the line of the program, whatever layers are above it', () => {
    const model = new Map([1, 2].map((i) => [i, (x: torch.Tensor) => x.mul(i).grad]))
    const seen = emitted(() => {
      for (const layer of model.values()) layer(torch.ones(1, { requires_grad: true }))
    })
    expect(seen).toHaveLength(1)
  })

  it('comes every time, never, or as an error', () => {
    const times = (action: torch.warnings.WarningAction) =>
      emitted(() => {
        warnings.simplefilter(action)
        for (let i = 0; i < 2; i++) warnings.warn('again')
      }).length
    expect(times('always')).toBe(2)
    expect(times('ignore')).toBe(0)
    warnings.simplefilter('error')
    expect(() => warnings.warn('stop')).toThrow(warnings.UserWarning)
    expect(() => warnings.simplefilter('once' as never)).toThrow("invalid action: 'once'")
  })

  it('is a text where the process knows errors of its own realm alone, as in Jest', () => {
    const texts: unknown[] = []
    const emitWarning = (warning: unknown, options?: unknown) => {
      if (typeof warning !== 'string') throw new TypeError('must be of type string or an instance of Error')
      texts.push([warning, options])
    }
    vi.stubGlobal('process', { emitWarning })
    warnings.warn('from another realm')
    const detail: unknown = expect.stringMatching(/^ {4}at .*warnings\.test\.ts\S*:\d+:\d+$/)
    expect(texts).toEqual([['from another realm', { type: 'UserWarning', detail }]])
  })

  it('goes to the console where there is no process', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    vi.stubGlobal('process', undefined)
    warnings.warn('in a page')
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/^UserWarning: in a page\n {4}at .*warnings\.test\.ts\S*:\d+:\d+$/)],
    ])
  })
})

describe('catch_warnings', () => {
  it('gives what was warned of, repetitions too, and nothing is shown', () => {
    let caught: Error[] = []
    const seen = emitted(() => {
      caught = warnings.catch_warnings(() => {
        for (let i = 0; i < 2; i++) warnings.warn('twice')
      })
    })
    expect([seen, caught.map(String)]).toEqual([[], ['UserWarning: twice', 'UserWarning: twice']])
  })

  it('nests, and ends with its function, errors included', () => {
    const outer = warnings.catch_warnings(() => {
      warnings.warn('outside')
      const inner = warnings.catch_warnings(() => {
        warnings.simplefilter('ignore')
        warnings.warn('nothing')
      })
      expect(inner).toEqual([])
      warnings.warn('outside again')
    })
    expect(outer.map(({ message }) => message)).toEqual(['outside', 'outside again'])
    const failing = () => {
      warnings.catch_warnings(() => {
        throw new TypeError('stop')
      })
    }
    expect(failing).toThrow('stop')
    expect(emitted(() => warnings.warn('shown again'))).toEqual(['UserWarning: shown again'])
  })

  it('refuses an async function', () => {
    expect(() => warnings.catch_warnings(async () => {})).toThrow('the function is async')
  })
})
