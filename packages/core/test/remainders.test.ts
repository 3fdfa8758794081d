/** Remainders and whole quotients on every device: exact where the quotient is large, and with the signs of zero. */
import { expect, test } from 'vitest'
import * as torch from '../src/index.ts'
import { onEveryDevice } from './harness.ts'

const { fround } = Math
const largest = 3e38
const numbers = [
  7.5,
  -7.5,
  1e9,
  -1e9,
  3e38,
  0.1,
  1e-8,
  -1e-8,
  7,
  -3,
  0,
  -0,
  123456.78,
  2 ** 24,
  Infinity,
  -Infinity,
  1e-30,
]
const pairs = numbers.flatMap((a) => numbers.map((b) => [fround(a), fround(b)] as const))
const signed = (value: number, by: number) => (value !== 0 && by < 0 !== value < 0 ? fround(value + by) : value)

/** What C's fmod and Python's `%` and `//` give for float32. */
const right = {
  fmod: ([a, b]: readonly [number, number]) => a % b,
  remainder: ([a, b]: readonly [number, number]) => signed(a % b, b),
  floor_divide: ([a, b]: readonly [number, number]) => {
    if (b === 0) return a / b
    const quotient = Math.floor(a / b)
    return Number.isFinite(a) && Math.abs(b) === Infinity && a !== 0 ? (a < 0 === b < 0 ? 0 : -1) : quotient
  },
}

onEveryDevice('the remainder of a division', (on) => {
  const column = (i: 0 | 1, of: readonly (readonly [number, number])[]) =>
    on.tensor(
      of.map((pair) => pair[i]),
      [of.length],
    )

  test.each(['fmod', 'remainder'] as const)('%s is exact', async (name) => {
    const wanted = pairs.map(right[name])
    const out = torch[name](column(0, pairs), column(1, pairs))
    const got = await out.tolist_async<number[]>()
    got.forEach((value, i) => {
      const text = `${name}(${pairs[i]?.join(', ')})`
      // A sum that is rounded may be the next number.
      const near = Math.abs(value - (wanted[i] as number)) <= 1.2e-7 * Math.abs(wanted[i] as number)
      expect([text, near || Object.is(value, wanted[i]) ? wanted[i] : value]).toEqual([text, wanted[i]])
    })
  })

  test('floor_divide rounds down, and keeps the sign of infinities and zeros', async () => {
    const some = pairs.filter(([a, b]) => Math.abs(a / b) < 2 ** 22 || b === 0)
    const wanted = some.map(right.floor_divide)
    const got = await torch.floor_divide(column(0, some), column(1, some)).tolist_async<number[]>()
    got.forEach((value, i) => {
      const text = `floor_divide(${some[i]?.join(', ')})`
      expect([text, value === 0 ? 0 : value]).toEqual([text, wanted[i] === 0 ? 0 : wanted[i]])
    })
  })

  test('examples', async () => {
    const f = (name: 'fmod' | 'remainder', a: number, b: number) =>
      torch[name](on.tensor([a], [1]), on.tensor([b], [1]))
    await on.near(f('fmod', 7.5, 0.1), [fround(7.5) % fround(0.1)], [1])
    await on.near(f('remainder', 1e9, 7), [6], [1])
    await on.near(f('remainder', largest, 1e-8), [fround(largest) % fround(1e-8)], [1])
    await on.near(torch.floor_divide(on.tensor([Infinity], [1]), on.tensor([-0], [1])), [-Infinity], [1])
  })
})
