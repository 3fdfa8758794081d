/** Buffers of results are used again, others are not. */
import { expect, it } from 'vitest'
import { poolResults } from '../src/devices/gpu/engines/pool.ts'

it('uses the buffers of results again, those of their size, and destroys others', () => {
  const made: number[] = []
  const destroyed: number[] = []
  const device = {
    createBuffer: ({ size }: { readonly size: number; readonly usage: number }) => {
      made.push(size)
      return { destroy: () => void destroyed.push(size) }
    },
  }
  poolResults(device)
  const result = (length: number) => device.createBuffer({ size: 4 * length, usage: 0x84 })
  const first = result(100)
  expect(made).toEqual([512])
  first.destroy()
  expect(result(128)).toBe(first)
  expect(result(128)).not.toBe(first)
  expect(result(1000)).not.toBe(first)
  expect(made).toEqual([512, 512, 4096])
  expect(destroyed).toEqual([])

  const uniform = device.createBuffer({ size: 64, usage: 0x48 })
  uniform.destroy()
  expect(destroyed).toEqual([64])

  // What waits is bounded.
  const large = [2 ** 26, 2 ** 26].map(result)
  for (const buffer of large) buffer.destroy()
  expect(destroyed).toEqual([64, 2 ** 28])
})
