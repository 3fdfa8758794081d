/**
 * Memory on the GPU is given back though nobody frees it: 1,000 steps of a training leave no more buffers than ten did, whether
 * the loop reads its losses, only waits now and then, or never yields.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { registerDevice } from '../src/devices/device.ts'
import type { Mode } from '../src/devices/gpu/modes.ts'
import * as torch from '../src/index.ts'
import { devices } from './devices.ts'
import { start } from './start-gpu.ts'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void
const modes = devices.filter(({ type }) => type === 'gpu').map(({ name, sync }) => [name as Mode, sync] as const)

describe.each(modes)('on gpu (%s)', (mode, sync) => {
  const ways = ['reads', 'only waits', ...(sync ? ['never yields'] : [])]
  it.each(ways)('a loop that %s keeps its memory', { timeout: 120_000 }, async (how) => {
    const { device } = await start(mode)
    const { queue } = device
    registerDevice(device)
    torch.manual_seed(0)
    const [x, y] = [torch.randn([4, 3], { device: 'gpu' }), torch.randn([4, 1], { device: 'gpu' })]
    const w = torch.randn([3, 5], { device: 'gpu', requires_grad: true })
    const v = torch.randn([5, 1], { device: 'gpu', requires_grad: true })
    const step = (): torch.Tensor => {
      const loss = x.matmul(w).tanh().matmul(v).sub(y).pow(2).mean()
      loss.backward()
      torch.no_grad(() => {
        for (const p of [w, v]) {
          p.sub_((p.grad as torch.Tensor).mul(0.01))
          p.grad = null
        }
      })
      return loss
    }
    let most = 0
    const train = async (steps: number): Promise<void> => {
      for (let i = 1; i <= steps; i++) {
        const loss = step()
        if (how === 'never yields') loss.item()
        else if (i % 5 === 0) await (how === 'reads' ? loss.item_async() : queue.idle())
        most = Math.max(most, queue.live)
      }
    }
    // Finalizers run some time after a collection. What lives on are x, y, w and v.
    const held = async (): Promise<number> => {
      for (let turn = 0; turn < 100 && queue.live > 4; turn++) {
        gc()
        await queue.idle()
        await new Promise((resolve) => void setImmediate(resolve))
      }
      return queue.live
    }
    await train(10)
    expect(await held()).toBe(4)
    await train(990)
    // Where buffers are small, the collector is asked at every 2,048th. Without it, 9,904 would be alive.
    expect(most).toBeLessThan(2500)
    expect(await held()).toBe(4)
  })
})
