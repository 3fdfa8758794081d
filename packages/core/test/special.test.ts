import { describe, expect, test } from 'vitest'
import {
  evaluate,
  type FunctionName,
  functionOf,
  functions,
  isFunctionName,
  parse,
  shorthands,
} from '../src/formula/index.ts'
import { type GoldenNumber, readGolden, toNumber } from './golden-file.ts'

type Rows = Readonly<Record<string, readonly (readonly Exclude<GoldenNumber, null>[])[]>>

const golden = (await readGolden<Rows>('special')) as { readonly values: Rows; readonly edges: Rows }

/** The reference of the table; an argument that a function does not take must not matter. */
function valueOf(name: FunctionName, [a = 0.25, b = 0.25, c = 0.25]: readonly number[]): number {
  return functionOf(name).value(a, b, c)
}

function call(name: string, args: readonly number[]): number {
  if (isFunctionName(name)) return valueOf(name, args)
  return evaluate(parse(`${name}(x)`, ['x']), { x: args[0] ?? Number.NaN })
}

/** Relative error, and for lgamma and digamma an absolute one near their zeros. */
const tolerance: Readonly<Record<string, readonly [relative: number, absolute: number]>> = {
  erf: [4e-16, 0],
  erfc: [4e-16, 0],
  erfinv: [4e-16, 0],
  lgamma: [5e-16, 5e-16],
  digamma: [5e-16, 1e-15],
  polygamma: [1.5e-15, 0],
}

describe('special functions', () => {
  test.each(Object.entries(golden.values))('%s is what arbitrary precision gives', (name, rows) => {
    const [relative, absolute] = tolerance[name] ?? [0, 0]
    const wrong: string[] = []
    for (const row of rows) {
      const numbers = row.map(toNumber)
      const expected = numbers.pop() ?? Number.NaN
      const actual = call(name, numbers)
      const error = Math.abs(actual - expected)
      if (!(error <= relative * Math.abs(expected) + absolute))
        wrong.push(`${name}(${numbers.join()}): ${actual}, ${expected}`)
    }
    expect(wrong).toEqual([])
    expect(rows.length).toBeGreaterThan(90)
  })

  test('poles and far arguments of polygamma', () => {
    const value = (n: number, x: number) => valueOf('polygamma', [n, x])
    expect([value(1, 0), value(1, -3), value(3, -0), value(2, 0), value(2, -3)]).toEqual([
      Infinity,
      Infinity,
      Infinity,
      -Infinity,
      -Infinity,
    ])
    expect([value(1, Infinity), value(2, Infinity)]).toEqual([0, 0])
    expect([value(1, -Infinity), value(-1, 2), value(1.5, 2), value(1, Number.NaN)]).toEqual(
      new Array(4).fill(Number.NaN),
    )
    expect(value(0, 2.5)).toBe(valueOf('digamma', [2.5]))
    expect(value(1, 1e200)).toBeCloseTo(1e-200, 213)
  })

  test('erfinv undoes erf up to the ends', () => {
    for (const y of [1e-300, 1e-8, 0.3, 0.5, 0.999, 1 - 2 ** -53]) {
      expect(Math.abs(valueOf('erf', [valueOf('erfinv', [y])]) - y)).toBeLessThanOrEqual(2e-16 * y)
    }
  })
})

describe('edges', () => {
  test.each(Object.entries(golden.edges))('%s is what PyTorch gives', (name, rows) => {
    const wrong: string[] = []
    for (const row of rows) {
      const numbers = row.map(toNumber)
      const expected = numbers.pop() ?? Number.NaN
      const actual = call(name, numbers)
      // Both signs of zero, where the sign is a fact: PyTorch's minimum and maximum of two zeros take the first.
      const sameZero = name === 'min' || name === 'max'
      const near = Math.abs(actual - expected) <= 1e-14 * Math.abs(expected)
      if (!(Object.is(actual, expected) || (near && (expected !== 0 || sameZero)))) {
        wrong.push(
          `${name}(${row.slice(0, -1).join()}): ${Object.is(actual, -0) ? '-0' : actual}, PyTorch ${row.at(-1)}`,
        )
      }
    }
    expect(wrong).toEqual([])
  })

  test('every function of numbers has golden edges', () => {
    const without = Object.keys(functions).filter((name) => golden.edges[name] === undefined)
    expect(without).toEqual(['where', 'polygamma', 'gcd', 'bitand', 'bitor', 'bitxor', 'bitnot', 'shl', 'shr'])
    expect([...shorthands.keys()].filter((name) => golden.edges[name] === undefined)).toEqual(['trigamma'])
  })

  test('a choice looks at nothing but whether the condition is 0', () => {
    expect([1, -0.5, Number.NaN, 0, -0].map((c) => valueOf('where', [c, 1, 2]))).toEqual([1, 1, 1, 2, 2])
  })

  test('shifts that move all bits out', () => {
    const shifts = [0, 1, 31, 32, 40, -1]
    expect(shifts.map((n) => valueOf('shl', [3, n]))).toEqual([3, 6, -2147483648, 0, 0, 0])
    expect(shifts.map((n) => valueOf('shr', [-8, n]))).toEqual([-8, -4, -1, -1, -1, -1])
    expect(shifts.map((n) => valueOf('shr', [8, n]))).toEqual([8, 4, 0, 0, 0, 0])
  })
})
