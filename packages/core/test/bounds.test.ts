/** What has no end, or would take all there is, is refused, and the program goes on. */
import { spawnSync } from 'node:child_process'
import { afterEach, describe, expect, test } from 'vitest'
import * as torch from '../src/index.ts'

type Any = never

describe('a list that holds itself', () => {
  const x = () => torch.tensor([1, 2, 3])
  const takers: Readonly<Record<string, (list: Any) => unknown>> = {
    tensor: (list) => torch.tensor(list),
    as_tensor: (list) => torch.as_tensor(list),
    new_tensor: (list) => x().new_tensor(list),
    index_put: (list) => x().index_put([0], torch.tensor(list)),
    isin: (list) => torch.isin(x(), torch.tensor(list)),
    quantile: (list) => torch.quantile(x(), torch.tensor(list)),
    searchsorted: (list) => torch.searchsorted(x(), torch.tensor(list)),
  }
  const alone: unknown[] = []
  alone.push(alone)
  const second: unknown[] = [1]
  second.push(second)
  const pair: unknown[] = []
  pair.push([pair], [[1]])
  let twice: unknown = [1, 2]
  for (let i = 0; i < 200; i++) twice = [twice, twice]
  let deep: unknown = 1
  for (let i = 0; i < 129; i++) deep = [deep]

  test.each(Object.entries(takers))('%s', (_, take) => {
    for (const list of [alone, second, pair, twice, deep]) {
      expect(() => take(list as Any)).toThrow(torch.ValueError)
      expect(() => take(list as Any)).toThrow("too many dimensions 'list'")
    }
  })

  test('128 dimensions are read, and one list may stand in many places', () => {
    let list: unknown = [5]
    for (let i = 1; i < 128; i++) list = [list]
    const read = torch.tensor(list as Any)
    expect(read.ndim).toBe(128)
    expect(read.mul(2).sum().item()).toBe(10)
    const row = [1, 2]
    expect(torch.tensor([row, row]).tolist()).toEqual([row, row])
    let ragged: unknown = [1]
    for (let i = 0; i < 12; i++) ragged = [ragged, ragged]
    expect(() => torch.tensor([ragged, 1] as Any)).toThrow(torch.ValueError)
  })
})

describe('a number without measure', () => {
  test.each([2 ** 31, 2 ** 53])('diff %d times', (n) => {
    expect(torch.diff(torch.ones(5), n).shape).toEqual([0])
    expect(torch.diff(torch.ones(2, 3), n, 0).shape).toEqual([0, 3])
    expect(() => torch.diff(torch.ones(5), -n)).toThrow(`order must be non-negative but got ${-n}`)
  })

  test('set_printoptions', () => {
    const before = torch.get_printoptions()
    expect(() => torch.set_printoptions({ precision: 1e9 })).toThrow('precision is 1000000000; give at most 1000')
    expect(torch.get_printoptions()).toEqual(before)
  })

  test.each([171, 2 ** 31, 2 ** 53])('polygamma of order %d, where float64 has no such factorial', (n) => {
    const x = torch.tensor([1, 0.5, -1.25, -1.75, -1, Number.POSITIVE_INFINITY], { dtype: torch.float64 })
    const values = torch.polygamma(n, x).tolist<number[]>()
    const sign = n % 2 === 0 ? -1 : 1
    expect(values.slice(0, 2)).toEqual([sign * Infinity, sign * Infinity])
    expect(values.slice(4)).toEqual([sign * Infinity, 0])
  })

  test('sizes', () => {
    const x = torch.ones(1, 1, 4)
    const programs: Readonly<Record<string, (n: number) => unknown>> = {
      ones: (n) => torch.ones(n),
      rand: (n) => torch.rand(n),
      arange: (n) => torch.arange(n),
      linspace: (n) => torch.linspace(0, 1, n),
      eye: (n) => torch.eye(n),
      tril_indices: (n) => torch.tril_indices(n, n),
      tensor_split: (n) => torch.tensor_split(torch.ones(3), n),
      repeat: (n) => torch.ones(2).repeat(n),
      contiguous: (n) => torch.ones(1).expand(n).contiguous(),
      adaptive_avg_pool1d: (n) => torch.adaptive_avg_pool1d(x, n),
      adaptive_max_pool1d: (n) => torch.adaptive_max_pool1d(x, n),
      float64: (n) => torch.zeros(n, { dtype: torch.float64 }),
    }
    for (const run of Object.values(programs)) {
      for (const n of [1e12, 1e15]) expect(() => run(n)).toThrow(/^out of memory: [\d.e+]+ bytes were asked for/)
    }
  })
})

describe('a long formula', () => {
  let made = 0
  const define = (forward: string) => torch.elementwise(`long${made++}`, ['x'], { forward })

  test('is refused where it would take seconds to compile', () => {
    const factors = Array.from({ length: 4900 }, () => 'x').join('*')
    const nested = (name: string, n: number) => `${`${name}(`.repeat(n)}x${')'.repeat(n)}`
    const message = 'formula: too long to compile'
    for (const forward of [factors, nested('sigmoid', 90), nested('sin', 90)]) {
      expect(() => define(forward)).toThrow(torch.FormulaError)
      expect(() => define(forward)).toThrow(message)
    }
  })

  test('compiles below that', () => {
    const product = define(Array.from({ length: 1000 }, () => 'x').join('*'))
    const x = torch.ones(2, { requires_grad: true })
    product(x).sum().backward()
    expect(x.grad?.tolist()).toEqual([1000, 1000])
  })
})

describe('held memory', () => {
  const megabyte = 2 ** 20
  afterEach(() => torch.set_memory_limit(null))

  test('is limited to a part of what there is', () => {
    expect(torch.get_memory_limit()).toBeGreaterThan(256 * megabyte)
    torch.set_memory_limit(2 ** 30)
    expect(torch.get_memory_limit()).toBe(2 ** 30)
    for (const wrong of [0, -1, Number.NaN]) expect(() => torch.set_memory_limit(wrong)).toThrow(torch.ValueError)
    expect(() => torch.set_memory_limit('1' as Any)).toThrow(TypeError)
    expect(torch.get_memory_limit()).toBe(2 ** 30)
  })

  test('past the limit is an error, and the program goes on', () => {
    const program = `
      import * as torch from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)}
      const limit = 2 ** 27
      torch.set_memory_limit(limit)
      const piece = 2 ** 21
      for (const dtype of [torch.float32, torch.float64, torch.uint8]) {
        // Dropped pieces are no held ones: four times as many as fit.
        for (let i = 0; i < (4 * limit) / (piece * dtype.itemsize); i++) torch.ones(piece, { dtype })
        const held = []
        let message = ''
        try {
          while (true) held.push(torch.ones(piece, { dtype }))
        } catch (error) {
          message = error.name + ': ' + error.message
        }
        const bytes = held.length * piece * dtype.itemsize
        console.log(dtype.name, bytes <= limit && bytes > limit / 2, message.replace(/\\d+/g, 'N'), held[0].sum().item() === piece)
        held.length = 0
        console.log(torch.ones(piece, { dtype }).sum().item() === piece)
      }`
    const flags = ['--import', 'tsx', '--conditions=chainrule-source', '--input-type=module', '--eval', program]
    const { stdout, stderr } = spawnSync(process.execPath, flags, { encoding: 'utf8', timeout: 100_000 })
    expect(stderr).toBe('')
    const text =
      'RuntimeError: out of memory: N bytes were asked for; N of N bytes are held by tensors and arrays; use smaller tensors or keep fewer, or raise torch.set_memory_limit()'
    expect(stdout.trim().split('\n')).toEqual(
      ['float32', 'float64', 'uint8'].flatMap((dtype) => [`${dtype} true ${text} true`, 'true']),
    )
  })
})
