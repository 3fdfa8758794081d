import { describe, expect, it } from 'vitest'
import type { Pair } from '../src/devices/wasm/conv.ts'
import { type AverageOptions, compilePool, type PoolShape, poolOutputSize } from '../src/devices/wasm/pool.ts'

const memory = new WebAssembly.Memory({ initial: 16 })
const values = new Float32Array(memory.buffer)
const indices = new Int32Array(memory.buffer)
const pools = compilePool(memory)

interface Case {
  readonly planes?: number
  readonly size: Pair
  readonly kernel: Pair
  readonly stride: Pair
  readonly padding?: Pair
  readonly dilation?: Pair
  readonly ceilMode?: boolean
}

function shapeOf({ planes = 3, padding = [0, 0], dilation = [1, 1], ceilMode = false, ...others }: Case): PoolShape {
  const shape = { ...others, planes, padding, dilation }
  return { ...shape, outputSize: poolOutputSize(shape, ceilMode) }
}

const cases: Case[] = [
  { size: [28, 28], kernel: [2, 2], stride: [2, 2] },
  { size: [1, 1], kernel: [1, 1], stride: [1, 1] },
  { size: [5, 6], kernel: [2, 3], stride: [1, 1] },
  { size: [7, 19], kernel: [3, 3], stride: [2, 2], padding: [1, 1] },
  { size: [7, 18], kernel: [3, 3], stride: [2, 2], padding: [1, 1], ceilMode: true },
  { size: [6, 11], kernel: [4, 5], stride: [3, 3], padding: [2, 2], ceilMode: true },
  { size: [8, 23], kernel: [2, 2], stride: [3, 4], ceilMode: true },
  { size: [1, 30], kernel: [1, 4], stride: [1, 2], padding: [0, 2] },
  { size: [9, 9], kernel: [3, 3], stride: [1, 1], padding: [1, 1], planes: 0 },
]
const dilated: Case[] = [
  { size: [9, 17], kernel: [3, 2], stride: [1, 2], dilation: [2, 3] },
  { size: [9, 17], kernel: [3, 3], stride: [2, 1], padding: [1, 1], dilation: [3, 2] },
]

let seed = 3
function random(): number {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return (2 * seed) / 2 ** 32 - 1
}

/** The numbers of the elements of a window in their plane, and how many there would be with padding. */
function windowOf(shape: PoolShape, output: number): { inside: number[]; withPadding: number } {
  const { size, outputSize, kernel, stride, padding, dilation } = shape
  const top = Math.floor(output / outputSize[1]) * stride[0] - padding[0]
  const left = (output % outputSize[1]) * stride[1] - padding[1]
  const inside: number[] = []
  let withPadding = 0
  for (let i = 0; i < kernel[0] * kernel[1]; i++) {
    const y = top + Math.floor(i / kernel[1]) * dilation[0]
    const x = left + (i % kernel[1]) * dilation[1]
    if (y < size[0] + padding[0] && x < size[1] + padding[1]) withPadding++
    if (y >= 0 && y < size[0] && x >= 0 && x < size[1]) inside.push(y * size[1] + x)
  }
  return { inside, withPadding }
}

/** Random planes at an address, as numbers as well. */
function draw(address: number, length: number): number[] {
  for (let i = 0; i < length; i++) values[address / 4 + i] = random()
  return read(address, length)
}

function read(address: number, length: number): number[] {
  return [...values.subarray(address / 4, address / 4 + length)]
}

// Where planes of each role lie.
const [xAt, toAt, indexAt, gAt, gradAt] = [64, 1 << 17, 2 << 17, 3 << 17, 4 << 17]

function sizes({ planes, size, outputSize }: PoolShape): { plane: number; outPlane: number; outputs: number } {
  const outPlane = outputSize[0] * outputSize[1]
  return { plane: size[0] * size[1], outPlane, outputs: planes * outPlane }
}

describe('max pooling', () => {
  it.each([...cases, ...dilated])('%o', (options) => {
    const shape = shapeOf(options)
    const { plane, outPlane, outputs } = sizes(shape)
    const x = draw(xAt, shape.planes * plane)
    const g = draw(gAt, outputs)
    const expected = Array.from({ length: outputs }, (_, i) => {
      const first = Math.floor(i / outPlane) * plane
      const { inside } = windowOf(shape, i % outPlane)
      return inside.reduce((best, j) => ((x[first + j] ?? 0) > (x[first + best] ?? 0) ? j : best))
    })
    const grad = new Float32Array(x.length)
    expected.forEach((j, i) => {
      const at = Math.floor(i / outPlane) * plane + j
      grad[at] = (grad[at] ?? 0) + (g[i] ?? 0)
    })
    pools.maxForward(shape, xAt, toAt, indexAt)
    expect([...indices.subarray(indexAt / 4, indexAt / 4 + outputs)]).toEqual(expected)
    expect(read(toAt, outputs)).toEqual(expected.map((j, i) => x[Math.floor(i / outPlane) * plane + j]))
    values.fill(Number.NaN, gradAt / 4, gradAt / 4 + x.length)
    pools.maxBackward(shape, gAt, indexAt, gradAt)
    expect(read(gradAt, x.length)).toEqual([...grad])
  })

  it('takes the first of equals, NaN before all, and a place in the window where all is -∞', () => {
    const shape = shapeOf({ planes: 1, size: [2, 12], kernel: [2, 2], stride: [2, 2] })
    const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN]
    values.set([1, 1, 2, 3, nan, 5, -inf, -inf, inf, 0, -1, nan], xAt / 4)
    values.set([1, 1, 3, 3, inf, 5, -inf, -inf, inf, inf, nan, 0], xAt / 4 + 12)
    pools.maxForward(shape, xAt, toAt, indexAt)
    expect(read(toAt, 6)).toEqual([1, 3, nan, -inf, inf, nan])
    // torch.nn.functional.max_pool2d(…, 2, return_indices=True): of two NaN, the last.
    expect([...indices.subarray(indexAt / 4, indexAt / 4 + 6)]).toEqual([0, 3, 4, 6, 8, 22])
  })
})

const averages: AverageOptions[] = [
  { countPadding: true, divisor: null },
  { countPadding: false, divisor: null },
  { countPadding: true, divisor: 3 },
]

describe.each(averages)('average pooling, $countPadding, $divisor', (average) => {
  it.each(cases)('%o', (options) => {
    const shape = shapeOf(options)
    const { plane, outPlane, outputs } = sizes(shape)
    const x = draw(xAt, shape.planes * plane)
    const g = draw(gAt, outputs)
    const [wanted, grad] = [new Float64Array(outputs), new Float64Array(x.length)]
    for (let i = 0; i < outputs; i++) {
      const first = Math.floor(i / outPlane) * plane
      const { inside, withPadding } = windowOf(shape, i % outPlane)
      const count = average.divisor ?? (average.countPadding ? withPadding : inside.length)
      for (const j of inside) {
        wanted[i] = (wanted[i] ?? 0) + (x[first + j] ?? 0) / count
        grad[first + j] = (grad[first + j] ?? 0) + (g[i] ?? 0) / count
      }
    }
    const distance = (actual: number[], expected: Float64Array): number =>
      Math.max(0, ...actual.map((value, i) => Math.abs(value - (expected[i] ?? 0))))
    pools.averageForward(shape, xAt, toAt, average)
    expect(distance(read(toAt, outputs), wanted)).toBeLessThan(1e-6)
    values.fill(Number.NaN, gradAt / 4, gradAt / 4 + x.length)
    pools.averageBackward(shape, gAt, gradAt, average)
    expect(distance(read(gradAt, x.length), grad)).toBeLessThan(3e-6)
  })
})

describe('the size of pooling', () => {
  // From PyTorch: torch.nn.functional.max_pool2d(torch.zeros(1, 1, *size), …, ceil_mode=True).shape
  it.each([
    { size: [7, 18], kernel: [3, 3], stride: [2, 2], padding: [1, 1], dilation: [1, 1], result: [4, 10] },
    { size: [6, 11], kernel: [4, 5], stride: [3, 3], padding: [2, 2], dilation: [1, 1], result: [3, 5] },
    { size: [8, 23], kernel: [2, 2], stride: [3, 4], padding: [0, 0], dilation: [1, 1], result: [3, 6] },
    { size: [8, 9], kernel: [2, 1], stride: [4, 5], padding: [1, 0], dilation: [1, 1], result: [3, 2] },
  ] as const)('of $size by $kernel is $result', ({ result, ...shape }) => {
    expect(poolOutputSize({ ...shape, planes: 1 }, true)).toEqual(result)
  })
})
