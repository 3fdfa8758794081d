/** Equality and snapshots of tensors in Vitest, after one line. */
import assert from 'node:assert'
import { stripVTControlCharacters } from 'node:util'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { processError } from 'vitest/internal/browser'
import * as torch from '../src/index.ts'

beforeAll(() => torch.testing.extend(expect))

const x = () =>
  torch.tensor([
    [1, Number.NaN],
    [3, 0],
  ])
const equal: Readonly<Record<string, readonly [unknown, unknown]>> = {
  'two of the same values': [x(), x()],
  'no dimension': [torch.tensor(2), torch.tensor(1).add(1)],
  'no element': [torch.zeros(0, 3), torch.zeros(0, 3)],
  'a view': [
    torch
      .tensor([
        [1, 2],
        [3, 4],
      ])
      .t(),
    torch.tensor([
      [1, 3],
      [2, 4],
    ]),
  ],
  'another history': [torch.ones(2, { requires_grad: true }).mul(2), torch.full([2], 2)],
  'changed and changed back': [torch.ones(2).add_(1).sub_(1), torch.ones(2)],
  'zeros of both signs': [torch.tensor([-0]), torch.tensor([0])],
  'in objects, maps, lists': [
    { a: [x()], b: new Map([['c', x()]]) },
    { a: [x()], b: new Map([['c', x()]]) },
  ],
}
const unequal: Readonly<Record<string, readonly [unknown, unknown]>> = {
  'a value': [
    x(),
    torch.tensor([
      [1, Number.NaN],
      [3, 1],
    ]),
  ],
  'a lone value': [torch.tensor(1), torch.tensor(2)],
  'a shape': [torch.ones(2, 3), torch.ones(3, 2)],
  'an empty shape': [torch.zeros(0, 3), torch.zeros(0, 2)],
  'a dtype': [torch.ones(2), torch.ones(2, { dtype: torch.float64 })],
  'a number': [torch.tensor(1), 1],
  'a list': [torch.ones(2), [1, 1]],
  'rows in a list': [torch.ones(1, 2), [torch.ones(2)]],
  nothing: [torch.ones(2), undefined],
  'in a list': [[x()], [x().add(1)]],
}

describe.each(Object.entries(equal))('equal: %s', (_, [a, b]) => {
  test('toEqual, toStrictEqual, toMatchObject, calls', () => {
    expect(a).toEqual(b)
    expect(b).toEqual(a)
    expect(a).toStrictEqual(b)
    expect({ a }).toMatchObject({ a: b })
    expect([a]).toContainEqual(b)
    const spy = vi.fn<(x: unknown) => void>()
    spy(a)
    expect(spy).toHaveBeenCalledWith(b)
    expect(() => expect(a).not.toEqual(b)).toThrow('to not deeply equal')
  })
})

describe.each(Object.entries(unequal))('unequal: %s', (_, [a, b]) => {
  test('toEqual, toStrictEqual', () => {
    expect(a).not.toEqual(b)
    expect(b).not.toEqual(a)
    expect(a).not.toStrictEqual(b)
    expect(() => expect(a).toEqual(b)).toThrow('to deeply equal')
    expect(() => assert.deepStrictEqual(a, b)).toThrow(assert.AssertionError)
  })
})

test('snapshots show what prints', () => {
  expect({ loss: torch.tensor(0.5), x: x() }).toMatchInlineSnapshot(`
    {
      "loss": tensor(0.5000),
      "x": tensor([[1., nan],
            [3., 0.]]),
    }
  `)
})

test('a failure shows the values that differ, and nothing within', () => {
  let diff = ''
  try {
    expect({ x: torch.tensor([1, 2]) }).toEqual({ x: torch.tensor([1, 3]) })
  } catch (error) {
    diff = stripVTControlCharacters(processError(error).diff ?? '')
  }
  expect(diff.split('\n').map((line) => line.trim())).toEqual(
    expect.arrayContaining(['"x": {', '"data": [', '-       3,', '+       2,', '"dtype": "float32",', '"shape": [']),
  )
  expect(diff).not.toContain('storage')
})

test('Jest finds a way to the values from a copy', () => {
  const property = Symbol.for('@jest/serializableProperties')
  const x: object = torch.tensor([1, 2])
  const names: string[] = Reflect.get(x, property)
  const copy = Object.create(
    torch.Tensor.prototype,
    Object.fromEntries(names.map((name) => [name, { value: Reflect.get(x, name) }])),
  )
  expect(JSON.parse(JSON.stringify(copy))).toEqual({ dtype: 'float32', shape: [2], data: [1, 2] })
})

test('what is not expect is refused', () => {
  expect(() => torch.testing.extend({} as never)).toThrow('extend: give the expect of Vitest')
})
