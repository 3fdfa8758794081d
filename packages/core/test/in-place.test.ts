import { expect, test } from 'vitest'
import * as inPlace from '../src/ops/elementwise/in-place.ts'
import * as elementwise from '../src/ops/elementwise/index.ts'

test('every function of elements has a type as a method in place', () => {
  const functions = Object.entries(elementwise).map(([name, run]): [string, unknown] => [`${name}_`, run])
  expect(new Map<string, unknown>(Object.entries(inPlace))).toEqual(new Map(functions))
})
