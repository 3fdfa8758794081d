import { describe, expect, it } from 'vitest'
import type { ModuleBuilder } from '../src/devices/wasm/assembler.ts'
import { F32x4 } from '../src/devices/wasm/assembler.ts'
import {
  compileMatmul,
  float32,
  float64,
  type Matrices,
  type Multiply,
  type Product,
  partOfPlan,
  planMatmul,
  workspaceBytes,
} from '../src/devices/wasm/matmul.ts'
import { hasRelaxedSimd } from '../src/devices/wasm/probe.ts'

/** What the allocator of a kernel's memory must not see changed. */
const canary = 12345.5

interface Type {
  readonly name: string
  readonly bytes: 4 | 8
  /** The spacing of numbers near 1. */
  readonly epsilon: number
  readonly values: Float32Array | Float64Array
  readonly multiply: Multiply
}

// The last page of the memory is where matrices are put against its end: a load past it would trap.
const memory = new WebAssembly.Memory({ initial: 128 })
const end = memory.buffer.byteLength
const workspace = 64

/** Kernels of all kinds: those for wide vectors are right in any engine. */
const kinds = (hasRelaxedSimd ? [false, true] : [false]).flatMap((relaxed) => [
  { relaxed, wide: false, name: relaxed ? ', fused' : '' },
  { relaxed, wide: true, name: relaxed ? ', fused, wide' : ', wide' },
])

const types: Type[] = kinds.flatMap(({ name, ...options }) => [
  {
    name: `float32${name}`,
    bytes: 4,
    epsilon: 2 ** -23,
    values: new Float32Array(memory.buffer),
    multiply: compileMatmul(float32, memory, options),
  },
  {
    name: `float64${name}`,
    bytes: 8,
    epsilon: 2 ** -52,
    values: new Float64Array(memory.buffer),
    multiply: compileMatmul(float64, memory, options),
  },
])

let seed = 1
/** Reproducible draws from [0, 1). */
function random(): number {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return seed / 2 ** 32
}

function choose<T>(...items: T[]): T {
  const item = items[Math.floor(random() * items.length)]
  if (item === undefined) throw new Error('nothing to choose')
  return item
}

/** Ways for a matrix to lie in memory: its strides in elements. */
const strides = {
  rows: (_, columns) => [columns, 1],
  columns: (rows) => [1, rows],
  padded: (_, columns) => [columns + 3, 1],
  spread: (_, columns) => [2 * columns + 1, 2],
  'row repeated': () => [0, 1],
  'column repeated': () => [1, 0],
} satisfies Record<string, (rows: number, columns: number) => readonly [row: number, column: number]>

type Pattern = keyof typeof strides
const patterns: Pattern[] = ['rows', 'columns', 'padded', 'spread', 'row repeated', 'column repeated']

/** Hands out memory downwards from its end, so that what lies there is at the very end. */
class Arena {
  #free = end
  readonly #type: Type
  constructor(type: Type) {
    this.#type = type
  }

  /** A batch of matrices of random numbers. */
  matrices(batch: number, rows: number, columns: number, pattern: Pattern, shared = false): Matrices {
    const [row, column] = strides[pattern](rows, columns)
    const length = Math.max(0, rows - 1) * row + Math.max(0, columns - 1) * column + 1
    const apart = shared ? 0 : length + 2
    const address = this.#take((batch - 1) * apart + length)
    const { values, bytes } = this.#type
    for (let i = 0; i < (batch - 1) * apart + length; i++) values[address / bytes + i] = 2 * random() - 1
    return { address, batch: apart, row, column }
  }

  #take(length: number): number {
    this.#free -= length * this.#type.bytes
    if (this.#free < workspace + workspaceBytes) throw new Error('the test needs more memory')
    return this.#free
  }
}

function at(
  { values, bytes }: Type,
  { address, batch, row, column }: Matrices,
  z: number,
  i: number,
  j: number,
): number {
  return values[address / bytes + z * batch + i * row + j * column] ?? Number.NaN
}

/** What a product should give, and how far each element may be from it. */
function reference(type: Type, { batch, m, n, k, a, b, start }: Product): { expected: number[]; bounds: number[] } {
  const expected: number[] = []
  const bounds: number[] = []
  for (let z = 0; z < batch; z++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = start ? at(type, start, z, i, j) : 0
        let size = Math.abs(sum)
        // Kahan's compensated sum: the kernels for float64 must not be compared with something less exact.
        let lost = 0
        for (let p = 0; p < k; p++) {
          const product = at(type, a, z, i, p) * at(type, b, z, p, j)
          const next = sum + (product - lost)
          lost = next - sum - (product - lost)
          sum = next
          size += Math.abs(product)
        }
        expected.push(sum)
        // A sum in any order is within k roundings of its terms; blocks make it far fewer.
        bounds.push(Math.min(k + 2, 8 + Math.sqrt(k)) * type.epsilon * size)
      }
    }
  }
  return { expected, bounds }
}

function results(type: Type, { batch, m, n, c }: Product): number[] {
  const all: number[] = []
  for (let z = 0; z < batch; z++) {
    for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) all.push(at(type, c, z, i, j))
  }
  return all
}

/** Says what the first wrong element is, if any. */
function compare(actual: readonly number[], { expected, bounds }: ReturnType<typeof reference>): string | null {
  if (actual.length !== expected.length) return `${actual.length} elements for ${expected.length}`
  const wrong = actual.findIndex((x, i) => !(Math.abs(x - (expected[i] ?? 0)) <= (bounds[i] ?? 0)))
  return wrong < 0 ? null : `element ${wrong} is ${actual[wrong]}, not ${expected[wrong]} ± ${bounds[wrong]}`
}

interface Case {
  readonly sizes: readonly [batch: number, m: number, n: number, k: number]
  readonly a?: Pattern
  readonly b?: Pattern
  readonly c?: 'rows' | 'padded'
  readonly start?: 'none' | 'accumulate' | 'bias'
  readonly shared?: 'a' | 'b' | 'none'
}

function build(type: Type, options: Case): Product {
  const [batch, m, n, k] = options.sizes
  const arena = new Arena(type)
  // B lies at the end of the memory, the others below it.
  const b = arena.matrices(batch, k, n, options.b ?? 'rows', options.shared === 'b')
  const a = arena.matrices(batch, m, k, options.a ?? 'rows', options.shared === 'a')
  const c = arena.matrices(batch, m, n, options.c ?? 'rows')
  const bias = arena.matrices(batch, 1, n, 'rows', true)
  const start = { none: undefined, accumulate: c, bias: { ...bias, row: 0 } }[options.start ?? 'none']
  return { batch, m, n, k, a, b, c, start }
}

/** Computes products and says what is wrong with them: nothing, if all is well. */
function faults(type: Type, cases: readonly Case[]): string[] {
  return cases.flatMap((options) => {
    const product = build(type, options)
    const wanted = reference(type, product)
    const { values, bytes } = type
    const { c, batch, m, n } = product
    const hole = options.c === 'padded' && m > 1 && batch > 0 ? c.address / bytes + n : -1
    if (hole >= 0) values[hole] = canary
    type.multiply(planMatmul(product), workspace)
    const fault =
      hole >= 0 && values[hole] !== canary ? 'it wrote between rows' : compare(results(type, product), wanted)
    return fault ? [`${JSON.stringify(options)}: ${fault}`] : []
  })
}

/** Around the tiles (2 to 4 rows, 16 columns), and sizes that are nothing special. */
const edges = [1, 2, 3, 4, 5, 7, 8, 11, 12, 13, 15, 16, 17, 18, 20, 31, 33, 47]

describe.each(types)('matmul in $name', (type) => {
  it('is right for all small sizes', () => {
    const some = [1, 2, 3, 4, 5, 8, 17]
    const cases = some.flatMap((m) => edges.flatMap((n) => some.map((k): Case => ({ sizes: [1, m, n, k] }))))
    const tall = edges.map((m): Case => ({ sizes: [1, m, 9, 6] }))
    expect(faults(type, [...cases, ...tall])).toEqual([])
  })

  it.each(patterns)('reads A (%s) with every pattern of B', (a) => {
    const sizes: Case['sizes'][] = [
      [1, 5, 19, 13],
      [2, 1, 33, 70],
      [1, 33, 1, 41],
      [1, 70, 37, 67],
      [3, 9, 3, 129],
    ]
    const cases = patterns.flatMap((b) =>
      sizes.map((sizes): Case => ({ sizes, a, b, c: 'padded', start: choose('none', 'accumulate', 'bias') })),
    )
    expect(faults(type, cases)).toEqual([])
  })

  it('is right around the edges of its blocks', () => {
    const cases: Case[] = [
      { sizes: [1, 3, 17, 255] },
      { sizes: [1, 3, 17, 256] },
      { sizes: [1, 3, 17, 257], start: 'bias' },
      { sizes: [1, 70, 17, 513], start: 'bias' },
      { sizes: [1, 5, 5, 1031], b: 'columns', start: 'accumulate' },
      { sizes: [1, 255, 5, 7] },
      { sizes: [1, 256, 5, 7] },
      { sizes: [1, 257, 5, 7], start: 'accumulate', c: 'padded' },
      { sizes: [1, 515, 6, 3], start: 'bias' },
      // Far-flung enough for A to be packed, whole and transposed, over several blocks of rows and depth.
      { sizes: [1, 261, 258, 300], a: 'rows', start: 'bias' },
      { sizes: [1, 261, 258, 300], a: 'columns', start: 'accumulate' },
      { sizes: [1, 5, 258, 300], a: 'spread' },
      { sizes: [1, 4, 1100, 70] },
    ]
    expect(faults(type, cases)).toEqual([])
  })

  it('runs batches, shares matrices among them, and folds them into rows', () => {
    const cases = (['a', 'b', 'none'] as const).flatMap((shared) =>
      (['none', 'accumulate', 'bias'] as const).flatMap((start): Case[] => [
        { sizes: [3, 6, 10, 9], shared, start },
        { sizes: [5, 1, 18, 7], shared, start, b: 'columns' },
        { sizes: [4, 7, 1, 8], shared, start },
      ]),
    )
    expect(faults(type, cases)).toEqual([])
    const product = build(type, { sizes: [4, 6, 10, 9], shared: 'b' })
    const dense = { ...product, a: { ...product.a, batch: 54 }, c: { ...product.c, batch: 60 } }
    const wanted = reference(type, dense)
    expect(planMatmul(dense)).toMatchObject({ batch: 1, m: 24 })
    type.multiply(planMatmul(dense), workspace)
    expect(compare(results(type, dense), wanted)).toBeNull()
  })

  it('leaves memory alone where C is empty, and gives start or zeros where the sums are', () => {
    const sizes: Case['sizes'][] = [
      [0, 3, 4, 5],
      [2, 0, 4, 5],
      [2, 3, 0, 5],
      [2, 3, 4, 0],
      [1, 1, 1, 0],
      [1, 5, 1, 0],
    ]
    const cases = sizes.flatMap((sizes): Case[] => [
      { sizes, start: 'none' },
      { sizes, start: 'accumulate' },
      { sizes, start: 'bias' },
      { sizes, b: 'columns' },
    ])
    expect(faults(type, cases)).toEqual([])
  })

  it('is right for sizes drawn at random', () => {
    const size = (): number => Math.floor(2 ** (7 * random()))
    const cases = Array.from(
      { length: 60 },
      (): Case => ({
        sizes: [choose(1, 1, 2, 3), size(), size(), choose(1, 3) * size()],
        a: choose(...patterns),
        b: choose(...patterns),
        c: choose('rows', 'padded'),
        start: choose('none', 'accumulate', 'bias'),
        shared: choose('a', 'b', 'none'),
      }),
    )
    expect(faults(type, cases)).toEqual([])
  })

  it('gives the same bits whole and in parts', () => {
    const cases: Case[] = [
      { sizes: [1, 45, 21, 300] },
      { sizes: [1, 45, 21, 300], b: 'columns' },
      { sizes: [1, 130, 35, 80], a: 'columns', start: 'bias' },
      { sizes: [1, 11, 70, 40], b: 'spread' },
      { sizes: [1, 1, 70, 64], b: 'columns' },
      { sizes: [1, 70, 1, 64] },
      { sizes: [5, 7, 9, 11], start: 'bias' },
    ]
    for (const options of cases) {
      const product = build(type, options)
      const plan = planMatmul(product)
      type.multiply(plan, workspace)
      const expected = results(type, product)
      const first = product.c.address / type.bytes
      for (const parts of [2, 3, 7, 64]) {
        type.values.fill(canary, first, first + expected.length)
        for (let i = parts - 1; i >= 0; i--) type.multiply(partOfPlan(plan, type.bytes, i, parts), workspace)
        expect(results(type, product), JSON.stringify(options)).toEqual(expected)
      }
    }
  })

  it('passes NaN and infinities on, and only where they belong', () => {
    for (const b of ['rows', 'columns'] as const) {
      const product = build(type, { sizes: [1, 6, 18, 21], b })
      const { values, bytes } = type
      values[product.a.address / bytes + 2 * 21 + 20] = Number.NaN
      values[product.b.address / bytes + (b === 'rows' ? 17 : 17 * 21)] = Number.POSITIVE_INFINITY
      type.multiply(planMatmul(product), workspace)
      const odd = results(type, product).flatMap((x, i) => (Number.isFinite(x) ? [] : [i]))
      const row = Array.from({ length: 18 }, (_, j) => 2 * 18 + j)
      const column = Array.from({ length: 6 }, (_, i) => i * 18 + 17)
      expect(odd).toEqual([...new Set([...row, ...column])].sort((x, y) => x - y))
    }
  })
})

describe('the epilogue', () => {
  it('sees each element once, after its last term', () => {
    const type = types[0]
    if (!type) throw new Error('no type')
    const epilogue = (m: ModuleBuilder) => m.function([F32x4], F32x4, (_, x) => x.max(0).add(1))
    const multiply = compileMatmul(float32, memory, { epilogue })
    for (const options of [
      { sizes: [1, 9, 21, 700], start: 'bias' },
      { sizes: [2, 9, 21, 70], start: 'bias', b: 'columns' },
    ] satisfies Case[]) {
      const product = build(type, options)
      const { expected, bounds } = reference(type, product)
      multiply(planMatmul(product), workspace)
      const activated = expected.map((x) => Math.max(x, 0) + 1)
      const wanted = { expected: activated, bounds: bounds.map((x) => x + 2 ** -20) }
      expect(compare(results(type, product), wanted)).toBeNull()
    }
  })
})
