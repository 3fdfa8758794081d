/** Tensors in JSON, in messages between threads, in a page's console, and of another realm's arrays. */
import { runInNewContext } from 'node:vm'
import { MessageChannel } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import * as torch from '../src/index.ts'

const hard = [Number.NaN, Infinity, -Infinity, -0, 0, 1, -1.5, 1e-45, 3.4e38, 0.1, 1 / 3, 16777216]
const { float32, float64, int32, uint8 } = torch
const samples: Readonly<Record<string, () => torch.Tensor>> = {
  float32: () => torch.tensor(hard),
  float64: () => torch.tensor([...hard, 1e-300, Math.PI], { dtype: float64 }),
  int32: () => torch.tensor([-(2 ** 31), 0, 2 ** 31 - 1], { dtype: int32 }),
  uint8: () => torch.tensor([0, 255], { dtype: uint8 }),
  bool: () => torch.tensor([true, false]),
  'no dimension': () => torch.tensor(-0),
  'no element': () => torch.zeros(2, 0, 3, { dtype: float64 }),
  'a view': () => torch.arange(12, { dtype: float32 }).view(3, 4).t().narrow(0, 1, 2),
  'with a gradient': () => torch.ones(2, 2, { requires_grad: true }).mul(3),
}

const bits = (x: torch.Tensor) => x.detach().flatten().tolist<number[]>()

/** That a tensor came back: the same in all but its history. */
function expectSameTensor(got: unknown, x: torch.Tensor): void {
  expect(got).toBeInstanceOf(torch.Tensor)
  const tensor = got as torch.Tensor
  expect([tensor.dtype, tensor.shape, tensor.requires_grad]).toEqual([x.dtype, x.shape, false])
  expect(bits(tensor)).toEqual(bits(x))
}

describe.each(Object.entries(samples))('%s', (_, make) => {
  test('comes back from JSON to the bit', () => {
    expectSameTensor(torch.from_plain(JSON.parse(JSON.stringify(make()))), make())
    const nested = torch.from_plain(JSON.parse(JSON.stringify({ a: [make(), 1], b: { c: null } })))
    expect(nested).toMatchObject({ a: [expect.any(torch.Tensor), 1], b: { c: null } })
    expectSameTensor((nested as { a: unknown[] }).a[0], make())
  })

  test('goes through structuredClone, and a message', async () => {
    expectSameTensor(torch.from_plain(structuredClone(torch.to_plain(make()))), make())
    const { port1, port2 } = new MessageChannel()
    const arrived = new Promise((resolve) => port2.once('message', resolve))
    port1.postMessage(torch.to_plain(new Map([['x', make()]])))
    const map = torch.from_plain(await arrived) as Map<string, unknown>
    port1.close()
    expectSameTensor(map.get('x'), make())
  })
})

describe('plain values', () => {
  test('are short', () => {
    expect(JSON.stringify(torch.tensor([0.1, -0, Number.NaN]))).toBe(
      '{"dtype":"float32","shape":[3],"data":[0.1,"-0","NaN"]}',
    )
    expect(JSON.stringify({ loss: torch.tensor(true) })).toBe('{"loss":{"dtype":"bool","shape":[],"data":[true]}}')
  })

  test('keep what is no tensor, and what stands in a circle', () => {
    const date = new Date(0)
    const x = torch.ones(1)
    const value: Record<string, unknown> = { date, list: [x, x], text: 'a' }
    value['self'] = value
    const plain = torch.to_plain(value) as typeof value
    expect(plain['self']).toBe(plain)
    expect(plain['date']).toBe(date)
    const [first, second] = (torch.from_plain(plain) as { list: unknown[] }).list
    expect(first).toBe(second)
  })

  test('own memory of their own', () => {
    const x = torch.ones(2)
    const plain = torch.to_plain(x) as torch.PlainTensor
    x.zero_()
    expect([...plain.data]).toEqual([1, 1])
  })

  test('are checked', () => {
    const plain = { dtype: 'float32', shape: [2], data: [1, 2] }
    const wrong = (change: object) => () => torch.from_plain({ ...plain, ...change })
    expect(wrong({ dtype: 'float16' })).toThrow("from_plain: there is no dtype 'float16'")
    expect(wrong({ shape: [3] })).toThrow('a shape of [3] has 3 elements, got 2')
    expect(wrong({ shape: [-2] })).toThrow('shape must be a list of whole numbers from 0')
    expect(wrong({ data: [1, 'x'] })).toThrow('element 1 of a tensor of float32 is x, which is no number')
    expect(wrong({ data: null })).toThrow('has 2 elements, got undefined')
    expect(Object.getPrototypeOf(torch.from_plain(JSON.parse('{"__proto__": {"a": 1}}')))).toBe(Object.prototype)
  })
})

describe('typed arrays', () => {
  const kinds: readonly (readonly [string, torch.DType])[] = [
    ['Float32Array', float32],
    ['Float64Array', float64],
    ['Int8Array', int32],
    ['Int16Array', int32],
    ['Int32Array', int32],
    ['Uint16Array', int32],
    ['Uint32Array', int32],
    ['Uint8Array', uint8],
    ['Uint8ClampedArray', uint8],
    ['BigInt64Array', int32],
    ['BigUint64Array', int32],
  ]

  test.each(kinds)('%s has its dtype, in another realm too', (name, dtype) => {
    const values = name.startsWith('Big') ? '[1n, 2n]' : '[1, 2]'
    const array: unknown = runInNewContext(`new ${name}(${values})`)
    for (const data of [array, [array, array]]) {
      const x = torch.tensor(data as never)
      expect(x.dtype).toBe(data === array ? dtype : float32)
      expect(x.flatten().narrow(0, 0, 2).tolist()).toEqual([1, 2])
    }
  })

  test('are refused where a number does not fit', () => {
    expect(() => torch.tensor(new BigInt64Array([1n, 2n ** 40n]) as never)).toThrow('1099511627776')
    expect(() => torch.tensor(new Uint32Array([2 ** 32 - 1]))).toThrow('4294967295')
    expect(torch.tensor(new BigInt64Array([2n ** 40n]) as never, { dtype: float64 }).item()).toBe(2 ** 40)
  })
})

test('a page’s console shows tensors by their text', () => {
  const page = globalThis as { devtoolsFormatters?: { header(value: unknown): unknown }[] }
  torch.install_devtools_formatter()
  torch.install_devtools_formatter()
  const [formatter, ...others] = page.devtoolsFormatters ?? []
  delete page.devtoolsFormatters
  expect(others).toEqual([])
  expect(formatter?.header(torch.tensor([1, 2]))).toEqual(['span', expect.anything(), 'tensor([1., 2.])'])
  expect(formatter?.header({})).toBeNull()
})
