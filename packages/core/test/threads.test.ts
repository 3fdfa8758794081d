import { afterAll, describe, expect, it } from 'vitest'
import { KernelMemory } from '../src/devices/wasm/memory.ts'
import { ThreadPool, teamStarter } from '../src/devices/wasm/threads/index.ts'
import * as torch from '../src/index.ts'
import { fixture, pause } from './threads-fixture.ts'

afterAll(() => torch.set_num_threads(1))

describe('set_num_threads', () => {
  it('is 1 at first, takes positive integers, and refuses the rest as PyTorch does', () => {
    expect(torch.get_num_threads()).toBe(1)
    expect(() => torch.set_num_threads(0)).toThrow(new torch.RuntimeError('set_num_threads expects a positive integer'))
    expect(() => torch.set_num_threads(-2)).toThrow('set_num_threads expects a positive integer')
    expect(() => torch.set_num_threads(1.5)).toThrow('set_num_threads expects an int, but got float')
    expect(torch.get_num_threads()).toBe(1)
    torch.set_num_threads(3)
    expect(torch.get_num_threads()).toBe(3)
    expect(torch.device_info('cpu').reason).toBe(null)
    torch.set_num_threads(1)
    expect(torch.get_num_threads()).toBe(1)
  })
})

torch.manual_seed(1)
const [a, b, c] = [torch.randn([130, 70]), torch.randn([70, 200]), torch.randn([9, 300, 70])]
const [tall, wide] = [torch.randn([2500, 64]), torch.randn([3, 150_000])]
const [row, column, mask] = [torch.randn([64]), torch.randn([2500, 1]), torch.rand([2500, 64]).gt(0.5)]

/** Work that is large enough to be cut, along each of the ways there are. */
const work: Record<string, () => torch.Tensor> = {
  'matmul by rows': () => torch.randn([611, 50], { generator: seeded() }).matmul(a.narrow(1, 0, 60).narrow(0, 0, 50)),
  'matmul by columns': () => a.matmul(torch.cat([b, b, b], 1)),
  'matmul of few columns': () => tall.matmul(row.unsqueeze(1)),
  'matmul of transposed matrices': () => torch.cat([b, b], 1).t().matmul(a.t()),
  'matmul in batches': () => c.matmul(c.transpose(1, 2)),
  'matmul in two large batches': () => c.narrow(0, 0, 2).matmul(c.narrow(0, 2, 2).transpose(1, 2)),
  'matmul of one matrix for all batches': () => c.matmul(b),
  'a formula in row-major order': () => wide.exp().add(wide),
  'a formula of no whole vector': () => wide.flatten().narrow(0, 1, 399_997).mul(1.5),
  'a row for all': () => tall.mul(row),
  'a column for all': () => tall.add(column),
  'a transposed operand': () => tall.t().add(tall.t().flip([0]).contiguous()),
  'every third element': () =>
    wide
      .index(torch.Slice(), torch.Slice(0, 150_000, 3))
      .mul(2)
      .add(1),
  'a comparison': () => tall.gt(row),
  'a choice by a mask': () => torch.where(mask, tall, column),
  'a change in place': () => tall.clone().add_(row).mul_(3),
  'a fold of rows': () => tall.sum(1),
  'a fold of columns': () => tall.mean(0),
  'a fold of the middle': () => c.amax(1),
  'a fold of long rows': () => wide.pow(2).sum(1),
  'a fold of everything': () => wide.sum(),
  'a fold of everything by a formula': () => wide.sub(0.1).pow(2).mean().add(wide.std()),
  'the largest of all': () => wide.amax().add(wide.abs().amin()),
  'whether all are so': () => mask.all().logical_or(tall.gt(9).any()),
  'a convolution and its gradients': () => convolved(torch.randn([16, 8, 20, 20], { generator: seeded() }), 8, 1),
  'a convolution in groups': () => convolved(torch.randn([6, 8, 21, 22], { generator: seeded() }), 2, 4),
  pooling: () => {
    const x = torch.randn([9, 4, 30, 30], { generator: seeded() }).requires_grad_()
    torch.max_pool2d(x, 3, 2, 1).pow(2).sum().add(torch.avg_pool2d(x, 2).pow(2).sum()).backward()
    return x.grad as torch.Tensor
  },
  softmax: () => tall.softmax(1),
  gradients: () => {
    const x = tall.detach().requires_grad_()
    x.matmul(torch.randn([64, 96], { generator: seeded() }))
      .tanh()
      .pow(2)
      .mean()
      .backward()
    return x.grad as torch.Tensor
  },
}

function seeded(): torch.Generator {
  return new torch.Generator().manual_seed(7)
}

/** What a convolution and all that comes from its gradients are, in one row. */
function convolved(x: torch.Tensor, inputs: number, groups: number): torch.Tensor {
  const weight = torch.randn([20, inputs, 3, 3], { generator: seeded() }).requires_grad_()
  x.requires_grad_()
  const y = torch.conv2d(x, weight, null, { stride: 2, padding: 1, groups })
  y.pow(2).mean().backward()
  return torch.cat([y.detach(), x.grad as torch.Tensor, weight.grad as torch.Tensor].map((part) => part.flatten()))
}

describe('results', () => {
  const expected = new Map(Object.entries(work).map(([name, run]) => [name, run().to_typed_array()]))

  for (const threads of [2, 3]) {
    it(`are the same to the bit on ${threads} threads`, async () => {
      torch.set_num_threads(threads)
      const different = new Set<string>()
      // The first round is this thread's alone; in later ones the others have started.
      for (let round = 0; round < 3; round++) {
        for (const [name, run] of Object.entries(work)) {
          const [got, want] = [run().to_typed_array(), expected.get(name)]
          if (got.length !== want?.length || !got.every((x, i) => Object.is(x, want[i]))) different.add(name)
        }
        await pause(60)
      }
      expect([...different]).toEqual([])
    })
  }

  it('are no views of memory that threads share', () => {
    expect(tall.add(1).to_typed_array().buffer).toBeInstanceOf(ArrayBuffer)
  })
})

describe('a shared memory', () => {
  it('grows under arrays that were taken before', () => {
    const memory = new KernelMemory({ shared: true, maximumBytes: 2 ** 24 })
    const place = memory.alloc(16) / 4
    const before = memory.float32.subarray(place, place + 4).fill(3)
    memory.alloc(2 ** 22)
    expect(before.buffer).toBeInstanceOf(SharedArrayBuffer)
    memory.float32[place] = 4
    expect([...before]).toEqual([4, 3, 3, 3])
    expect(() => memory.alloc(2 ** 24)).toThrow('out of memory: 16777216 bytes were asked for')
  })
})

describe('threads', () => {
  it('work at the same time', async () => {
    const { pool, untilMet } = fixture()
    expect(await untilMet()).toBe(true)
    pool.resize(1, teamStarter())
    expect(pool.count).toBe(1)
  })

  it('leave the work of one that is lost to this one', async () => {
    const { pool, untilLost } = fixture({ patience: 60 })
    expect(await untilLost(true)).toBe(1)
    expect(pool.reason).toContain('ended in the middle of its work')
  })

  it('give an error where what one left half done cannot be done again', async () => {
    const { pool, untilLost } = fixture({ patience: 60 })
    await expect(untilLost(false)).rejects.toThrow('a thread ended while it changed a tensor in place')
    expect(pool.count).toBe(1)
  })

  it('are not there where none can start, which is said', () => {
    const { pool } = fixture({
      start: () => {
        throw new Error('no workers in this test')
      },
    })
    expect(pool.count).toBe(1)
    expect(pool.reason).toBe('one thread: workers cannot start here: no workers in this test')
    const single = new ThreadPool(new KernelMemory())
    single.resize(4, teamStarter())
    expect([single.count, single.reason]).toEqual([1, expect.stringContaining('shared memory')])
  })
})
