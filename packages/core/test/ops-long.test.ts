/** Lines so long that devices cut them into pieces: sorts and running folds, against plain models. */
import { describe, expect, it } from 'vitest'
import * as torch from '../src/index.ts'
import { onEachDevice, type Tensor, valuesOf } from './harness.ts'

const lengths = [63, 64, 65, 127, 128, 129, 192, 193, 500]

onEachDevice('long lines', (on) => {
  describe('sort', () => {
    /** The places of a line in order, equal ones as they were, NaN as the largest. */
    const orderOf = (line: readonly number[], descending: boolean): number[] => {
      const rank = (x: number): number => (Number.isNaN(x) ? Infinity : x)
      const sign = descending ? -1 : 1
      return line.map((_, i) => i).sort((i, j) => sign * (rank(line[i] as number) - rank(line[j] as number)) || i - j)
    }
    const lineOf = (n: number): number[] => on.integers(n, [-20, 20]).map((x) => (x === 20 ? Number.NaN : x / 4))

    it.each(lengths)('%i elements', async (n) => {
      const line = lineOf(n)
      for (const descending of [false, true]) {
        const order = orderOf(line, descending)
        const { values, indices } = on.of(line).sort(0, descending)
        await on.exactly(indices, order)
        await on.exactly(
          values,
          order.map((i) => line[i] as number),
        )
      }
    })

    it('columns, with strides', async () => {
      const columns = [lineOf(200), lineOf(200), lineOf(200)]
      const x = on.of(columns).t()
      const { values, indices } = x.sort(0)
      const orders = columns.map((column) => orderOf(column, false))
      await on.exactly(indices.t(), orders.flat(), [3, 200])
      await on.exactly(
        values.t(),
        orders.flatMap((order, i) => order.map((k) => columns[i]?.[k] as number)),
        [3, 200],
      )
    })
  })

  describe('running folds', () => {
    const folds: Readonly<
      Record<string, readonly [(x: Tensor, dim: number) => Tensor, (a: number, b: number) => number]>
    > = {
      cumsum: [(x, dim) => x.cumsum(dim), (a, b) => a + b],
      cumprod: [(x, dim) => x.cumprod(dim), (a, b) => a * b],
      cummax: [(x, dim) => x.cummax(dim).values, Math.max],
      cummin: [(x, dim) => x.cummin(dim).values, Math.min],
      logcumsumexp: [(x, dim) => x.logcumsumexp(dim), (a, b) => Math.log(Math.exp(a) + Math.exp(b))],
    }
    const running = (line: readonly number[], fold: (a: number, b: number) => number): number[] => {
      let result: number | undefined
      return line.map((x) => (result = result === undefined ? x : fold(result, x)))
    }

    it.each(Object.entries(folds))('%s', async (_, [run, fold]) => {
      for (const n of lengths) {
        const line = on.numbers(n, [0.9, 1.1]).map(Math.fround)
        await on.near(run(on.of(line), 0), running(line, fold), [n], 30)
      }
      const columns = [0, 1, 2].map(() => on.numbers(150, [0.9, 1.1]).map(Math.fround))
      const expected = columns.flatMap((line) => running(line, fold))
      await on.near(run(on.of(columns).t(), 0).t(), expected, [3, 150], 30)
      await on.near(run(on.of(columns), 1), expected, [3, 150], 30)
    })

    it('of whole numbers and truth values', async () => {
      const values = on.integers(300, [0, 5])
      const sums = running(values, (a, b) => a + b)
      await on.exactly(on.of(values, torch.int32).cumsum(0), sums)
      const isOdd = values.map((x) => x % 2)
      await on.exactly(
        on.of(isOdd, torch.bool).cumsum(0),
        running(isOdd, (a, b) => a + b),
      )
      const { indices } = on.of(values, torch.int32).cummax(0)
      const best = running(values, Math.max)
      const places = best.map((x, i) => values.lastIndexOf(x, i))
      expect(await valuesOf(indices)).toEqual(places)
    })
  })
})
