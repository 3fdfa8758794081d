/** What is special about the GPU: how it starts, what it refuses, how it is read, and that data stays there. */
import { describe, expect, it } from 'vitest'
import { registerDevice } from '../src/devices/device.ts'
import { createGpu, type GpuDevice } from '../src/devices/gpu/device.ts'
import { inNode } from '../src/devices/gpu/engine.ts'
import { loadGpuJs } from '../src/devices/gpu/gpujs.ts'
import { type Mode, modes } from '../src/devices/gpu/modes.ts'
import * as torch from '../src/index.ts'
import { devices } from './devices.ts'
import { start } from './start-gpu.ts'

const named = devices.filter(({ type }) => type === 'gpu').map(({ name }) => name as Mode)

describe('before it is started', () => {
  it('a tensor on the GPU is an error that says what to await', () => {
    expect(torch.gpu.is_available()).toBe(false)
    expect(() => torch.ones([2], { device: 'gpu' })).toThrow("'gpu' is not started: await torch.gpu.init() first")
    expect(torch.device_info('gpu').reason).toBe('torch.gpu.init() was not awaited')
  })

  it('refuses modes that it does not know', async () => {
    await expect(torch.gpu.init({ mode: 'cuda' as Mode })).rejects.toThrow(
      `mode is one of ${modes.join(', ')}, not 'cuda'`,
    )
  })

  const ways: readonly (readonly [Mode, string])[] = inNode()
    ? [
        ['webgl2', 'it is for web pages; Node has headlessgl'],
        ['webgl', 'it is for web pages; Node has headlessgl'],
        ['headlessgl', 'npm install gl'],
      ]
    : [['headlessgl', 'it is for Node; web pages have webgl2']]
  it.each(ways)('says what mode %s needs', async (mode, way) => {
    await expect(torch.gpu.init({ mode, gpujs: import('gpu.js') })).rejects.toThrow(`mode '${mode}' is not there: `)
    await expect(torch.gpu.init({ mode, gpujs: import('gpu.js') })).rejects.toThrow(way)
  })

  it('starts once, in one mode', async () => {
    const info = await torch.gpu.init({ mode: 'cpu', gpujs: import('gpu.js') })
    expect(info).toMatchObject({ mode: 'cpu', sync: true, adapter: null })
    expect(torch.gpu.is_available()).toBe(true)
    expect(torch.device_info('gpu')).toEqual({ device: 'gpu', backend: 'gpu.js (cpu)', reason: null })
    await expect(torch.gpu.init({ mode: 'webasm' })).rejects.toThrow("mode 'cpu' runs already")
    expect(String(torch.ones([2], { device: 'gpu' }))).toBe("tensor([1., 1.], device='gpu')")
  })
})

describe.each(named)('on gpu (%s)', (mode) => {
  const use = async (): Promise<GpuDevice> => {
    const { device } = await start(mode)
    registerDevice(device)
    return device
  }

  it('refuses float64 and whole numbers that float32 does not have', async () => {
    await use()
    expect(() => torch.ones([2], { dtype: torch.float64, device: 'gpu' })).toThrow('dtype: torch.float32')
    expect(() => torch.tensor([2 ** 24], { dtype: torch.int32, device: 'gpu' })).toThrow('exact below 16777216')
  })

  it('is read by awaiting, on every mode', async () => {
    await use()
    const x = torch.tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { device: 'gpu' },
    )
    expect(await x.sum().item_async()).toBe(10)
    expect(await x.t().tolist_async()).toEqual([
      [1, 3],
      [2, 4],
    ])
    const here = await x.mul(2).cpu()
    expect(here.device).toBe('cpu')
    expect(here.tolist()).toEqual([
      [2, 4],
      [6, 8],
    ])
  })

  it('computes with lone numbers of the CPU', async () => {
    await use()
    const x = torch.tensor([1, 2], { device: 'gpu', requires_grad: true })
    const scale = torch.tensor(3)
    const y = scale.mul(x).add(true)
    expect(y.device).toBe('gpu')
    expect(await y.tolist_async()).toEqual([4, 7])
    y.sum().backward()
    expect(await x.grad?.tolist_async()).toEqual([3, 3])
    expect(await x.detach().add_(torch.tensor(1)).tolist_async()).toEqual([2, 3])
    expect(() => torch.ones([]).add_(x.detach())).toThrow('same device')
  })

  it('gives as many elements as asked for, whatever sizes came before', async () => {
    const { queue } = await use()
    const counts: number[] = []
    for (const n of [5, 1000, 7, 70_000, 5, 1000, 2]) {
      const x = torch.arange(n, { dtype: torch.float32 }).to('gpu').mul(2).add(1)
      expect(await x.tolist_async()).toEqual(Array.from({ length: n }, (_, i) => 2 * i + 1))
      counts.push(queue.engine.compiled)
    }
    expect(new Set(counts).size).toBe(1)
  })

  it('reads what was there when it was asked for', async () => {
    await use()
    for (const device of ['gpu', 'cpu'] as const) {
      const x = torch.tensor([1, 2], { device })
      const reads = [x.sum().item_async(), x.tolist_async(), x.cpu().then((here) => here.tolist())] as const
      if (device === 'gpu') x.add_(1)
      expect(await reads[0]).toBe(3)
      expect(await reads[1]).toEqual([1, 2])
      expect(await reads[2]).toEqual([1, 2])
    }
    const x = torch.tensor(1)
    const read = x.item_async()
    x.add_(1)
    expect(await read).toBe(1)
  })

  it('sends gradients back through a transfer', async () => {
    await use()
    const x = torch.tensor([1, 2], { device: 'gpu', requires_grad: true })
    const loss = (await x.mul(x).cpu()).sum()
    loss.backward()
    expect(x.grad?.device).toBe('gpu')
    expect(await x.grad?.tolist_async()).toEqual([2, 4])
  })

  it('learns without reading back, in kernels that other batch sizes share, and keeps its memory', async () => {
    const { queue } = await use()
    torch.manual_seed(0)
    const w = torch.randn([4, 1], { device: 'gpu', requires_grad: true })
    const step = async (n: number): Promise<number> => {
      const x = torch.randn([n, 4], { device: 'gpu' })
      const y = x.sum(1, { keepdim: true })
      const loss = x.matmul(w).sub(y).pow(2).mean()
      loss.backward()
      torch.no_grad(() => {
        w.sub_((w.grad as torch.Tensor).mul(0.1))
        w.grad = null
      })
      await torch.gpu.synchronize()
      await queue.idle()
      return queue.reads === 0 ? await loss.item_async() : Number.NaN
    }
    for (let i = 0; i < 4; i++) {
      await step(8)
      queue.reads = 0
    }
    const { compiled } = queue.engine
    for (const n of [5, 16, 33, 64]) {
      await step(n)
      queue.reads = 0
    }
    expect(queue.engine.compiled).toBe(compiled)
    for (let i = 0; i < 40; i++) {
      await step(16)
      queue.reads = 0
    }
    expect(await step(16)).toBeLessThan(0.01)
  })
})

it.each(named.filter((mode) => mode === 'webgpu'))(
  'refuses reads on gpu (%s) that cannot be answered at once, with the way out',
  async (mode) => {
    registerDevice((await start(mode)).device)
    const x = torch.ones([], { device: 'gpu' })
    expect(() => x.item()).toThrow('await x.cpu()')
    expect(() => x.to('cpu')).toThrow('await x.cpu()')
    expect(String(x)).toContain('not read')
  },
)

it('an error of a kernel reaches the next read, with its op', async () => {
  const { device } = await start('cpu')
  const { engine } = device.queue
  // An engine that answers later, and cannot compile.
  const failing = createGpu({
    ...engine,
    compiled: 0,
    sync: false,
    compile: () => () => Promise.reject(new Error('out of memory')),
  })
  registerDevice(failing)
  const x = torch.tensor([1, 2], { device: 'gpu' })
  const y = x.add(1)
  await expect(y.mul(2).tolist_async()).rejects.toThrow("add on 'gpu': out of memory")
  expect(await x.tolist_async()).toEqual([1, 2])
})

it('a loop that never waits is told to, and can go on', async () => {
  const { device } = await start('cpu')
  const later = createGpu({ ...device.queue.engine, compiled: 0, sync: false })
  registerDevice(later)
  later.queue.maximumWaiting = 100
  const x = torch.tensor([1, 2], { device: 'gpu' })
  const endless = (): void => {
    for (let i = 0; i < 100; i++) x.add_(1)
  }
  expect(endless).toThrow('add: 100 steps wait for the GPU')
  expect(await x.tolist_async()).toEqual([100, 101])
  expect(await x.add(1).tolist_async()).toEqual([101, 102])
})

it('an error that the GPU tells of later reaches the next read', async () => {
  const { device } = await start('cpu')
  const faults = ['too large']
  registerDevice(createGpu({ ...device.queue.engine, compiled: 0, sync: false, fault: () => faults.pop() ?? null }))
  const x = torch.tensor([1, 2], { device: 'gpu' })
  await expect(x.add(1).tolist_async()).rejects.toThrow("read on 'gpu': an op before it failed: too large")
  expect(await x.tolist_async()).toEqual([1, 2])
})

it('a lost GPU is an error of the next op and of the next read', async () => {
  const { device } = await start('cpu')
  const engine = { ...device.queue.engine, compiled: 0, sync: false, lost: null as string | null }
  registerDevice(createGpu(engine))
  const x = torch.tensor([1, 2], { device: 'gpu' })
  expect(await x.tolist_async()).toEqual([1, 2])
  const y = x.add(1)
  engine.lost = 'unplugged'
  await expect(y.tolist_async()).rejects.toThrow(
    "read on 'gpu': the GPU was lost, and with it all tensors there (unplugged); await torch.gpu.init() starts it again",
  )
  expect(() => y.mul(2)).toThrow("mul on 'gpu': the GPU was lost")
  expect(() => torch.ones([2], { device: 'gpu' })).toThrow('the GPU was lost')
})

it.each(named.filter((mode) => mode === 'webgpu'))('gpu (%s) starts again after it was lost', async (mode) => {
  const gpujs = await loadGpuJs(import('gpu.js'))
  registerDevice((await start(mode)).device)
  const x = torch.tensor([1, 2], { device: 'gpu' })
  const device = (await gpujs.WebGPUContext.acquire()).device as GPUDevice
  device.destroy()
  await device.lost
  await expect(x.tolist_async()).rejects.toThrow('the GPU was lost')
  registerDevice((await start(mode)).device)
  expect(await torch.tensor([1, 2], { device: 'gpu' }).add(1).tolist_async()).toEqual([2, 3])
})
