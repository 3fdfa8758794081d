/**
 * Where only finalizers tell that memory was dropped, as in a web page, a program that never yields hears of none. What it used
 * longest ago moves out to the JavaScript heap then, and comes back when it is asked for.
 */
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { registerDevice } from '../src/devices/device.ts'
import { createGpu, type GpuDevice } from '../src/devices/gpu/device.ts'
import type { Mode } from '../src/devices/gpu/modes.ts'
import * as torch from '../src/index.ts'
import { devices } from './devices.ts'
import { start } from './start-gpu.ts'

const modes = (isSync: boolean): Mode[] =>
  devices.filter(({ type, sync }) => type === 'gpu' && sync === isSync).map(({ name }) => name as Mode)
/** So many small buffers. */
const most = 100

/** A device in a mode, without the collector that Node can ask. */
async function startWithout(mode: Mode): Promise<GpuDevice> {
  const { engine } = (await start(mode)).device.queue
  vi.stubGlobal('process', undefined)
  const device = createGpu(engine, null, most * 2 ** 15)
  vi.unstubAllGlobals()
  registerDevice(device)
  return device
}

describe.each(modes(false))('on gpu (%s)', (mode) => {
  it('what cannot be read at once stays where it is', async () => {
    const { queue } = await startWithout(mode)
    const all = Array.from({ length: 2 * most }, (_, i) => torch.full([2], i, { device: 'gpu' }))
    expect(await all[0]?.add(1).tolist_async()).toEqual([1, 1])
    expect([queue.movedOut, queue.live >= all.length]).toEqual([0, true])
  })
})

describe.each(modes(true))('on gpu (%s)', (mode) => {
  let device: GpuDevice
  beforeEach(async () => {
    device = await startWithout(mode)
  })

  it('a loop that never yields keeps its memory, and its numbers', () => {
    const { queue } = device
    const kept = Array.from({ length: 20 }, (_, i) => torch.full([3], i, { device: 'gpu' }))
    const x = torch.tensor([1, 2, 3], { device: 'gpu' })
    const p = torch.zeros([3], { device: 'gpu', requires_grad: true })
    let alive = 0
    for (let i = 0; i < 200; i++) {
      x.mul(p).sub(1).pow(2).sum().backward()
      torch.no_grad(() => {
        p.sub_((p.grad as torch.Tensor).mul(0.01))
        p.grad = null
      })
      alive = Math.max(alive, queue.live)
    }
    expect(alive).toBeLessThan(most + 10)
    expect(queue.movedOut).toBeGreaterThan(1000)
    // What was in use all the time stayed where it was.
    expect(queue.movedIn).toBeLessThan(30)
    // Each element tends to 1 / x, by a factor of 1 - 0.02 x² a step.
    const expected = [1, 2, 3].map((v) => (1 - (1 - 0.02 * v * v) ** 200) / v)
    for (const [i, value] of p.detach().to_typed_array().entries()) expect(value).toBeCloseTo(expected[i] as number, 5)
    // What had moved out is read where it is, and comes back for kernels.
    const before = queue.movedIn
    expect(kept.map((y) => y.to_typed_array()[1])).toEqual(kept.map((_, i) => i))
    expect(queue.movedIn).toBe(before)
    expect(kept.map((y) => y.add(1).to_typed_array()[1])).toEqual(kept.map((_, i) => i + 1))
    expect(queue.movedIn).toBeGreaterThan(before)
  })

  it('what is written anew need not come back', () => {
    const { queue } = device
    const x = torch.zeros([3], { device: 'gpu' })
    for (let i = 0; i < 2 * most; i++) void torch.ones([2], { device: 'gpu' }).add(i)
    const before = queue.movedIn
    x.fill_(7)
    expect(x.tolist()).toEqual([7, 7, 7])
    expect(queue.movedIn).toBe(before)
  })

  it('more than the budget may be in use', () => {
    const { queue } = device
    const all = Array.from({ length: 3 * most }, (_, i) => torch.full([2], i, { device: 'gpu' }))
    const sums = (): number[] => all.map((y) => y.add(1).sum().item())
    const expected = all.map((_, i) => 2 * i + 2)
    for (let turn = 0; turn < 8; turn++) expect(sums()).toEqual(expected)
    const { movedIn } = queue
    expect(sums()).toEqual(expected)
    // The budget has grown by what came back: all are there now.
    expect(queue.movedIn - movedIn).toBeLessThan(most)
  })
})
