import { describe, expect, it } from 'vitest'
import { KernelMemory } from '../src/devices/wasm/memory.ts'

describe('KernelMemory', () => {
  it('hands out blocks on cache lines that do not overlap, through any order of frees', () => {
    const memory = new KernelMemory()
    const blocks = new Map<number, { readonly bytes: number; readonly tag: number }>()
    let state = 1
    const random = (n: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0
      return (state >>> 8) % n
    }
    const complaints: string[] = []
    for (let step = 0; step < 4000; step++) {
      const pointers = [...blocks.keys()]
      if (pointers.length > 60 || (pointers.length > 0 && random(3) === 0)) {
        const pointer = pointers[random(pointers.length)] ?? 0
        const { bytes = 0, tag = 0 } = blocks.get(pointer) ?? {}
        const content = memory.uint8.subarray(pointer, pointer + bytes)
        const isIntact = content[0] === tag && content[bytes - 1] === tag && content[bytes >> 1] === tag
        if (!isIntact) complaints.push(`step ${step}: ${bytes} bytes at ${pointer} were overwritten`)
        memory.free(pointer)
        blocks.delete(pointer)
      } else {
        const bytes = 1 + random([40, 300, 9000, 70_000, 300_000][random(5)] ?? 1)
        const pointer = memory.alloc(bytes)
        const tag = step % 251
        if (pointer % 64 !== 0 || pointer <= 0) complaints.push(`step ${step}: the address ${pointer}`)
        memory.uint8.fill(tag, pointer, pointer + bytes)
        blocks.set(pointer, { bytes, tag })
      }
    }
    for (const pointer of blocks.keys()) memory.free(pointer)
    expect(complaints).toEqual([])
    expect(memory.stats.used).toBe(0)
    expect(memory.stats.capacity).toBeLessThan(32e6)
  })

  it('joins what was freed', () => {
    const memory = new KernelMemory()
    const parts = Array.from({ length: 10 }, () => memory.alloc(1e5))
    const { capacity } = memory.stats
    for (const i of [1, 3, 5, 7, 9, 0, 2, 4, 6, 8]) memory.free(parts[i] ?? 0)
    memory.alloc(1e6)
    expect(memory.stats.capacity).toBe(capacity)
  })

  it('leaves room behind the last block', () => {
    const memory = new KernelMemory()
    for (let i = 0; i < 50; i++) {
      const bytes = 10_000 + 5000 * i
      const end = memory.alloc(bytes) + bytes
      expect(end + 16).toBeLessThanOrEqual(memory.stats.capacity)
    }
  })

  it('says what was asked and what is held when there is no more, and goes on', () => {
    const memory = new KernelMemory({ maximumBytes: 1e6 })
    const half = memory.alloc(5e5)
    expect(() => memory.alloc(6e5)).toThrow(/out of memory: 600000 bytes were asked for; \d+ of 983040 bytes are held/)
    memory.free(half)
    expect(memory.alloc(6e5)).toBeGreaterThan(0)
  })

  it('refuses to free what is no block', () => {
    const memory = new KernelMemory()
    const pointer = memory.alloc(20_000)
    memory.free(pointer)
    expect(() => memory.free(pointer)).toThrow(`no block starts at address ${pointer}`)
  })

  it('can be shared between threads', () => {
    const memory = new KernelMemory({ shared: true })
    memory.alloc(1e6)
    expect(memory.memory.buffer).toBeInstanceOf(SharedArrayBuffer)
    expect(memory.float32.length).toBe(memory.stats.capacity / 4)
  })
})
