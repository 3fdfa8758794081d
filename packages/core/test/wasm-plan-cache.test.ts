import { describe, expect, it } from 'vitest'
import { type Arrangement, PlanCache } from '../src/devices/wasm/plan-cache.ts'
import type { Window } from '../src/devices/wasm/window.ts'

const window = (strides: readonly number[], pointer = 64): Window => ({ pointer, strides, type: 'float32' })

describe('plans of calls', () => {
  const kernel = {}
  const setUp = () => {
    const cache = new PlanCache<number>()
    let planned = 0
    const find = (arrangement: Arrangement): number => cache.find(kernel, arrangement, () => ++planned)
    return { find, cache }
  }

  it('are found again for other addresses and other numbers', () => {
    const { find } = setUp()
    expect(find({ shape: [2, 3], windows: [window([3, 1]), 2] })).toBe(1)
    expect(find({ shape: [2, 3], windows: [window([3, 1], 128), 5] })).toBe(1)
  })

  it('are made anew for another shape, layout, kind, or fold', () => {
    const { find } = setUp()
    const shape = [2, 3]
    const first = { shape, windows: [window([3, 1]), 2], isReduced: [true, false] }
    expect(find(first)).toBe(1)
    expect(find({ ...first, shape: [2, 4] })).toBe(2)
    expect(find({ ...first, windows: [window([1, 2]), 2] })).toBe(3)
    expect(find({ ...first, windows: [window([3, 1]), window([0, 0])] })).toBe(4)
    expect(find({ ...first, isReduced: [true, true] })).toBe(5)
    expect(find({ ...first, windows: [{ ...window([3, 1]), type: 'bool' }, 2] })).toBe(6)
  })

  it('depend on the numbers where the kernel does', () => {
    const { find } = setUp()
    expect(find({ shape: [2], windows: [window([1]), 2], readsNumbers: true })).toBe(1)
    expect(find({ shape: [2], windows: [window([1]), 3], readsNumbers: true })).toBe(2)
    expect(find({ shape: [2], windows: [window([1]), 2], readsNumbers: true })).toBe(1)
  })

  it('are kept for the last few calls of each kernel', () => {
    const { find, cache } = setUp()
    for (const size of [1, 2, 3, 4, 5]) find({ shape: [size], windows: [] })
    expect(find({ shape: [5], windows: [] })).toBe(5)
    expect(find({ shape: [1], windows: [] })).toBe(6)
    expect(cache.find({}, { shape: [5], windows: [] }, () => -1)).toBe(-1)
  })
})
