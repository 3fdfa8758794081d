/** Sorting against Array.prototype.sort, which is stable too. */
import { describe, expect, test } from 'vitest'
import * as torch from '../src/index.ts'

const special = [0, -0, Number.NaN, Infinity, -Infinity, 1e-45, -1e-45, 1, -1, 3.4e38, -3.4e38, 0, Number.NaN, -0]
const isAfter = (x: number, y: number): boolean => x > y || (Number.isNaN(x) && !Number.isNaN(y))

interface Sorted {
  readonly values: readonly number[]
  readonly indices: readonly number[]
}

function ours(x: torch.Tensor, descending: boolean): Sorted {
  const { values, indices } = x.sort(-1, descending)
  return { values: [...values.to_typed_array()], indices: [...indices.to_typed_array()] }
}

function theirs(x: torch.Tensor, descending: boolean): Sorted {
  const values = [...x.to_typed_array()]
  const sign = descending ? -1 : 1
  const order = (i: number, j: number): number => {
    const [a, b] = [values[i] as number, values[j] as number]
    return isAfter(a, b) ? sign : isAfter(b, a) ? -sign : i - j
  }
  const indices = values.map((_, i) => i).sort(order)
  return { values: indices.map((i) => values[i] as number), indices }
}

describe.each([false, true])('sort, descending: %s', (descending) => {
  test.each([torch.float32, torch.float64])('%s, with what is no number, infinite, tiny or negative zero', (dtype) => {
    torch.manual_seed(0)
    const many = torch.randn(500, { dtype }).mul(3).round()
    const x = torch.cat([torch.tensor(special, { dtype }), many])
    expect(ours(x, descending)).toEqual(theirs(x, descending))
  })

  test('int32, to the ends of its range', () => {
    const ends = torch.tensor([5, -(2 ** 31), 2 ** 31 - 1, 0, -1, 5, -(2 ** 31)], { dtype: torch.int32 })
    const x = torch.cat([ends, torch.randint(-9, 9, [200])])
    expect(ours(x, descending)).toEqual(theirs(x, descending))
  })

  test('uint8 and bool', () => {
    const [x, y] = [torch.tensor([3, 255, 0, 3, 7], { dtype: torch.uint8 }), torch.tensor([true, false, true, false])]
    expect(ours(x, descending)).toEqual(theirs(x, descending))
    expect(ours(y, descending)).toEqual(theirs(y, descending))
  })
})
