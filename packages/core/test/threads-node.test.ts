/** What becomes of threads that Node tells the end of: a page is not told. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { teamStarter } from '../src/devices/wasm/threads/index.ts'
import { fixture } from './threads-fixture.ts'

describe('threads', () => {
  it('are done without when one is killed, and can be started anew', async () => {
    const { pool, handles, untilMet } = fixture()
    expect(await untilMet()).toBe(true)
    await handles[0]?.terminate()
    expect(pool.count).toBe(1)
    expect(pool.reason).toContain('ended')
    pool.resize(2, teamStarter())
    expect(await untilMet()).toBe(true)
    pool.resize(1, teamStarter())
  })

  it('hang nobody when one is killed while others go on', async () => {
    const { pool, handles, untilMet } = fixture({ patience: 500 })
    expect(await untilMet()).toBe(true)
    const killed = handles[0]?.terminate()
    while (pool.count > 1) await untilMet()
    await killed
    expect(pool.count).toBe(1)
  })

  it('let a process that trained on two of them end by itself', async () => {
    const program = `
      import * as torch from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)}
      torch.set_num_threads(2)
      torch.manual_seed(0)
      const [x, w] = [torch.randn([256, 128]), torch.randn([128, 64]).requires_grad_()]
      for (let step = 0; step < 5; step++) {
        const loss = x.matmul(w).tanh().pow(2).mean()
        loss.backward()
        torch.no_grad(() => w.sub_(w.grad.mul(0.1)))
        w.grad = null
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      console.log(torch.get_num_threads())`
    const flags = ['--import', 'tsx', '--input-type=module', '--conditions=chainrule-source', '--eval', program]
    const { stdout } = await promisify(execFile)(process.execPath, flags, { timeout: 20_000 })
    expect(stdout.trim()).toBe('2')
  })
})
