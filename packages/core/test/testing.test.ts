/** `torch.testing.assert_close` says what PyTorch says; tools/golden/testing.py had it say so. */
import { describe, expect, test } from 'vitest'
import { dtypes } from '../src/dtype.ts'
import * as torch from '../src/index.ts'
import { readGolden } from './golden-file.ts'

const { assert_close } = torch.testing

interface Case {
  readonly actual: unknown
  readonly expected: unknown
  readonly options: torch.testing.AssertCloseOptions
  readonly error: { readonly name: string; readonly message: string } | null
}

const { cases } = (await readGolden('testing')) as unknown as { readonly cases: readonly Case[] }

/** PyTorch knows it as a class of nn. */
class Parameter extends torch.Tensor {}

function built(value: unknown): unknown {
  if (typeof value === 'string')
    return value === 'nan' || value.endsWith('inf') ? Number(value.replace('inf', 'Infinity')) : value
  if (Array.isArray(value)) return value.map(built)
  if (typeof value !== 'object' || value === null) return value
  if (!('values' in value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, built(item)]))
  const { values, dtype, transposed, parameter } = value as unknown as Record<string, unknown>
  const x = torch.tensor(built(values) as number[], { dtype: dtypes.find(({ name }) => name === dtype) })
  if (transposed === true) return x.t().contiguous().t()
  return parameter === true ? new Parameter(x.storage, x.shape, x.strides, x.offset) : x
}

function outcome(run: () => void): Case['error'] {
  try {
    run()
  } catch (error) {
    const { name, message } = error as Error
    return { name, message }
  }
  return null
}

test.each([...new Set(cases.map(({ options }) => JSON.stringify(options)))])('PyTorch’s words with %s', (options) => {
  const chosen = cases.filter((one) => JSON.stringify(one.options) === options)
  expect(chosen.length).toBeGreaterThan(40)
  for (const { actual, expected, options, error } of chosen) {
    const got = outcome(() => assert_close(built(actual), built(expected), options))
    // What PyTorch calls int64 is int32 here.
    const words = error === null ? null : { ...error, message: error.message.replaceAll('int64', 'int32') }
    expect(got, JSON.stringify({ actual, expected })).toEqual(words)
  }
})

describe('assert_close', () => {
  test('takes a function that makes the message', () => {
    const msg = (message: string): string => `about x: ${message}`
    expect(() => assert_close(1, 2, { msg })).toThrow('about x: Scalars are not close!')
    expect(() => assert_close(1, 2, { msg })).toThrow(torch.testing.AssertionError)
  })

  test('compares maps, and results that want gradients', () => {
    const x = torch.ones(2, { requires_grad: true })
    assert_close(new Map([['x', x]]), { x: x.mul(1) })
    expect(() => assert_close(x, x.mul(2))).toThrow('Mismatched elements: 2 / 2 (100.0%)')
    expect(() => assert_close({ x }, new Map())).toThrow("Additional keys in the actual mapping: ['x']")
  })

  test('refuses what it does not know', () => {
    expect(() => assert_close(1, 1, { rtoll: 1 } as never)).toThrow("unexpected keyword argument 'rtoll'")
    expect(() => assert_close(1, 1, { rtol: 'x' } as never)).toThrow(TypeError)
    const list: unknown[] = []
    list.push(list)
    expect(() => assert_close(list, list)).toThrow('nested too deeply')
    expect(() => assert_close(new Date(0), new Date(0))).toThrow("inputs of type <class 'Date'> and <class 'Date'>")
  })

  test('leads to the line of the test', () => {
    const { stack } = (() => {
      try {
        assert_close(1, 2)
      } catch (error) {
        return error as Error
      }
      return new Error('nothing')
    })()
    expect(/^ +at .*$/m.exec(stack ?? '')?.[0]).toContain('testing.test.ts')
  })
})
