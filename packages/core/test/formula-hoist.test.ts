import { describe, expect, it } from 'vitest'
import { formatFormula, hoist, parse } from '../src/formula/index.ts'
import * as torch from '../src/index.ts'

const hoisted = (source: string) => {
  const { formulas, numbers } = hoist([parse(source, ['x', 'g', 'b', 'lr'])], ['b', 'lr'])
  return [
    formulas.map(formatFormula).join(),
    Object.fromEntries([...numbers].map(([name, e]) => [name, formatFormula(e)])),
  ]
}

describe('hoist', () => {
  it('takes out what is made of numbers alone, once', () => {
    expect(hoisted('b * x + (1 - b) * g + (1 - b)')).toEqual(['b * x + n0 * g + n0', { b: 'b', n0: '1 - b' }])
  })

  it('leaves constants, and formulas without numbers, as they are', () => {
    expect(hoisted('2 * x + exp(g)')).toEqual(['2 * x + exp(g)', {}])
  })

  it('takes a formula of numbers out whole', () => {
    expect(hoisted('lr / (1 - b ** 3)')).toEqual(['n0', { n0: 'lr / (1 - b ** 3)' }])
  })
})

it('an update computes with its numbers in float64', () => {
  const move = torch.update('average', {
    writes: { v: 'beta * v + (1 - beta) * g' },
    reads: ['g'],
    parameters: ['beta'],
  })
  const v = torch.zeros(1)
  move({ v, g: torch.ones(1), beta: 0.999 })
  // 1 - fround(0.999) would be 0.00099998712.
  expect(v.item()).toBe(Math.fround(1 - 0.999))
})
