import { describe, expect, it } from 'vitest'
import {
  type ConvShape,
  compileConv,
  convOutputSize,
  convWorkspaceBytes,
  type Images,
  type Pair,
} from '../src/devices/wasm/conv.ts'
import { float32, float64 } from '../src/devices/wasm/matmul-element.ts'
import { hasRelaxedSimd } from '../src/devices/wasm/probe.ts'

const memory = new WebAssembly.Memory({ initial: 64 })
const end = memory.buffer.byteLength
const workspace = 256

/** Kernels of all kinds: those for wide vectors are right in any engine. */
const kinds = (hasRelaxedSimd ? [false, true] : [false]).flatMap((relaxed) => [
  { relaxed, wide: false, name: relaxed ? ', fused' : '' },
  { relaxed, wide: true, name: relaxed ? ', fused, wide' : ', wide' },
])

const types = kinds.flatMap(({ name, ...options }) => [
  {
    name: `float32${name}`,
    bytes: 4,
    epsilon: 2 ** -23,
    values: new Float32Array(memory.buffer),
    conv: compileConv(float32, memory, options),
  },
  {
    name: `float64${name}`,
    bytes: 8,
    epsilon: 2 ** -52,
    values: new Float64Array(memory.buffer),
    conv: compileConv(float64, memory, options),
  },
])
type Type = (typeof types)[number]

interface Case {
  readonly channels?: readonly [inputs: number, outputs: number]
  readonly size: Pair
  readonly kernel: Pair
  readonly stride?: Pair
  readonly padding?: Pair
  readonly dilation?: Pair
  readonly groups?: number
  readonly batch?: number
  readonly bias?: false
  /** Channels last in memory. */
  readonly strided?: boolean
}

function shapeOf(options: Case): ConvShape {
  const [inputs, outputs] = options.channels ?? [3, 5]
  const { size, kernel, stride = [1, 1], padding = [0, 0], dilation = [1, 1], groups = 1, batch = 2 } = options
  const shape = { batch, groups, inputs, outputs, size, kernel, stride, padding, dilation }
  return { ...shape, outputSize: convOutputSize(shape) }
}

const cases: Case[] = [
  { size: [1, 1], kernel: [1, 1], channels: [1, 1] },
  { size: [5, 6], kernel: [3, 3], bias: false },
  { size: [5, 6], kernel: [3, 3], padding: [1, 1] },
  { size: [28, 28], kernel: [3, 3], padding: [1, 1], channels: [1, 16] },
  { size: [14, 14], kernel: [3, 3], padding: [1, 1], channels: [16, 32], batch: 1 },
  { size: [9, 35], kernel: [2, 5], padding: [1, 2] },
  { size: [9, 10], kernel: [3, 3], stride: [2, 2], padding: [1, 1] },
  { size: [10, 9], kernel: [5, 4], stride: [3, 2], padding: [1, 0], bias: false },
  { size: [11, 23], kernel: [3, 4], stride: [3, 2], padding: [0, 3] },
  { size: [12, 23], kernel: [3, 2], stride: [1, 3], dilation: [2, 4], padding: [2, 1] },
  { size: [7, 8], kernel: [1, 1], stride: [2, 2], padding: [2, 2] },
  { size: [8, 8], kernel: [3, 3], padding: [4, 5], dilation: [1, 2] },
  { size: [6, 7], kernel: [3, 3], groups: 2, channels: [4, 6], padding: [1, 1] },
  { size: [6, 17], kernel: [3, 3], groups: 6, channels: [6, 6], padding: [1, 1], strided: true },
  { size: [6, 17], kernel: [3, 3], groups: 3, channels: [3, 6], stride: [2, 1], dilation: [1, 3], padding: [0, 3] },
  { size: [5, 31], kernel: [2, 2], groups: 4, channels: [8, 12], stride: [1, 2], padding: [1, 1] },
  { size: [1, 40], kernel: [1, 7], stride: [1, 2], padding: [0, 3], channels: [2, 3] },
  { size: [7, 9], kernel: [3, 2], strided: true, batch: 3 },
  { size: [5, 5], kernel: [5, 5], channels: [40, 7] },
  { size: [5, 5], kernel: [3, 3], batch: 0 },
]

let seed = 7
function random(): number {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return (2 * seed) / 2 ** 32 - 1
}

/** Puts arrays and images at the end of the memory, one below the other. */
class Arena {
  #free = end
  readonly #type: Type
  constructor(type: Type) {
    this.#type = type
  }
  array(length: number): number {
    const { values, bytes } = this.#type
    this.#free -= length * bytes
    for (let i = 0; i < length; i++) values[this.#free / bytes + i] = random()
    return this.#free
  }
  images(batch: number, channels: number, [height, width]: Pair, strided: boolean | undefined): Images {
    const address = this.array(batch * channels * height * width)
    const image = channels * height * width
    if (strided) return { address, image, channel: 1, row: width * channels, column: channels }
    return { address, image, channel: height * width, row: width, column: 1 }
  }
}

/** Visits every product of a convolution by the indices of its three factors, the plain loops of its definition. */
function eachProduct(
  shape: ConvShape,
  visit: (z: number, o: number, i: number, y: Pair, x: Pair, tap: number) => void,
): void {
  const { batch, groups, inputs, outputs, size, outputSize, kernel, stride, padding, dilation } = shape
  for (let z = 0; z < batch; z++)
    for (let o = 0; o < outputs; o++)
      for (let i = 0; i < inputs / groups; i++)
        for (let y = 0; y < outputSize[0]; y++)
          for (let x = 0; x < outputSize[1]; x++)
            for (let tap = 0; tap < kernel[0] * kernel[1]; tap++) {
              const fromY = y * stride[0] - padding[0] + Math.floor(tap / kernel[1]) * dilation[0]
              const fromX = x * stride[1] - padding[1] + (tap % kernel[1]) * dilation[1]
              if (fromY < 0 || fromY >= size[0] || fromX < 0 || fromX >= size[1]) continue
              const group = Math.floor((o * groups) / outputs)
              visit(
                z,
                o,
                group * (inputs / groups) + i,
                [y, x],
                [fromY, fromX],
                (o * inputs * kernel[0] * kernel[1]) / groups + i * kernel[0] * kernel[1] + tap,
              )
            }
}

/** Sums of products, and the sums of their sizes, which bound the error. */
class Sums {
  readonly sums: Float64Array
  readonly sizes: Float64Array
  constructor(length: number) {
    this.sums = new Float64Array(length)
    this.sizes = new Float64Array(length)
  }
  add(i: number, value: number): void {
    this.sums[i] = (this.sums[i] ?? 0) + value
    this.sizes[i] = (this.sizes[i] ?? 0) + Math.abs(value)
  }
  /** Says what the first wrong element of an array in memory is, if any. */
  compare({ values, bytes, epsilon }: Type, address: number): string | null {
    const actual = values.slice(address / bytes, address / bytes + this.sums.length)
    const bound = (i: number): number => 40 * epsilon * (this.sizes[i] ?? 0)
    const wrong = actual.findIndex((x, i) => !(Math.abs(x - (this.sums[i] ?? 0)) <= bound(i)))
    return wrong < 0 ? null : `element ${wrong} is ${actual[wrong]}, not ${this.sums[wrong]} ± ${bound(wrong)}`
  }
}

function at({ values, bytes }: Type, x: Images, z: number, channel: number, [row, column]: Pair): number {
  return values[x.address / bytes + z * x.image + channel * x.channel + row * x.row + column * x.column] ?? Number.NaN
}

/** Runs a convolution and its gradients, and says what is wrong with them. */
function faults(type: Type, options: Case): string[] {
  const shape = shapeOf(options)
  const { batch, groups, inputs, outputs, size, outputSize, kernel } = shape
  const arena = new Arena(type)
  const x = arena.images(batch, inputs, size, options.strided)
  const g = arena.images(batch, outputs, outputSize, options.strided)
  const weights = (outputs * inputs * kernel[0] * kernel[1]) / groups
  const [weight, bias, biasInput] = [arena.array(weights), arena.array(outputs), arena.array(inputs)]
  const [plane, inputPlane] = [outputSize[0] * outputSize[1], size[0] * size[1]]
  const forward = new Sums(batch * outputs * plane)
  const gradInput = new Sums(batch * inputs * inputPlane)
  const gradWeight = new Sums(weights)
  const hasBias = options.bias ?? true
  const value = (address: number, i: number): number => type.values[address / type.bytes + i] ?? Number.NaN
  if (hasBias) {
    forward.sums.forEach((_, i) => forward.add(i, value(bias, Math.floor(i / plane) % outputs)))
    gradInput.sums.forEach((_, i) => gradInput.add(i, value(biasInput, Math.floor(i / inputPlane) % inputs)))
  }
  eachProduct(shape, (z, o, i, to, from, tap) => {
    const [pixel, gradient, w] = [at(type, x, z, i, from), at(type, g, z, o, to), value(weight, tap)]
    forward.add((z * outputs + o) * plane + to[0] * outputSize[1] + to[1], pixel * w)
    gradInput.add((z * inputs + i) * inputPlane + from[0] * size[1] + from[1], gradient * w)
    gradWeight.add(tap, gradient * pixel)
  })
  const result = arena.array(Math.max(forward.sums.length, gradInput.sums.length, weights))
  const needed = convWorkspaceBytes(shape, type.bytes)
  if (workspace + needed > result) throw new Error('the test needs more memory')
  // Whatever is in the workspace, also just behind it, must not show nor change.
  const fill = (): void => {
    type.values.fill(Number.NaN, workspace / type.bytes, Math.ceil((workspace + needed) / type.bytes))
  }
  const behind = Math.ceil((workspace + needed) / type.bytes)
  type.values[behind] = 12345.5
  const run = (name: string, compute: () => void, wanted: Sums): string[] => {
    fill()
    compute()
    const fault = type.values[behind] === 12345.5 ? wanted.compare(type, result) : 'it wrote behind its workspace'
    return fault ? [`${name}: ${fault}`] : []
  }
  const [added, addedInput] = hasBias ? [bias, biasInput] : [null, null]
  return [
    ...run('forward', () => type.conv.forward(shape, x, weight, added, result, workspace), forward),
    ...run('gradInput', () => type.conv.gradInput(shape, g, weight, addedInput, result, workspace), gradInput),
    ...run('gradWeight', () => type.conv.gradWeight(shape, x, g, result, workspace), gradWeight),
  ]
}

describe('the size of a convolution', () => {
  // From PyTorch: torch.nn.functional.conv2d(torch.zeros(1, 1, *size), torch.zeros(1, 1, *kernel), None, …).shape
  it.each([
    { size: [9, 10], kernel: [3, 3], stride: [2, 2], padding: [1, 1], dilation: [1, 1], result: [5, 5] },
    { size: [10, 7], kernel: [2, 3], stride: [2, 2], padding: [0, 0], dilation: [1, 1], result: [5, 3] },
    { size: [12, 23], kernel: [3, 2], stride: [1, 3], padding: [2, 1], dilation: [2, 4], result: [12, 7] },
    { size: [8, 8], kernel: [3, 3], stride: [3, 1], padding: [4, 5], dilation: [1, 2], result: [5, 14] },
  ] as const)('of $size by $kernel is $result', ({ result, ...shape }) => {
    expect(convOutputSize({ ...shape, batch: 1, groups: 1, inputs: 1, outputs: 1 })).toEqual(result)
  })
})

describe.each(types)('convolution in $name', (type) => {
  it.each(cases)('and its gradients: $size, kernel $kernel, %o', (options) => {
    expect(faults(type, options)).toEqual([])
  })
})
