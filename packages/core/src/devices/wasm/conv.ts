import {
  type ConvShape,
  gradientPhases,
  type Padded,
  type Pair,
  padded,
  paddedGradient,
  paddedInput,
  pixelBytes,
  slack,
  type Tap,
  windowTaps,
} from './conv-geometry.ts'
import { convModule } from './conv-module.ts'
import type { Element, Lanes } from './matmul-element.ts'
import { blockDepth } from './matmul-gemm.ts'
import type { MatmulOptions } from './matmul-module.ts'
import { nothing } from './matmul-panel.ts'

export { type ConvShape, convOutputSize, convWorkspaceBytes, type Pair } from './conv-geometry.ts'

/** Images in the memory of the device: the address of the first element, and strides in elements. */
export interface Images {
  readonly address: number
  readonly image: number
  readonly channel: number
  readonly row: number
  readonly column: number
}

/**
 * The kernels of one element type. Weights are `[outputs, inputs / groups, kernel]` and, as what is written, contiguous,
 * given by their addresses; images that are read may have any strides.
 */
export interface Convolutions {
  /** `[batch, outputs, outputSize]`, with the bias of each output channel added if there is one. */
  forward(shape: ConvShape, x: Images, weight: number, bias: number | null, to: number, workspace: number): void
  /** The gradient of the input, `[batch, inputs, size]`, which is the transposed convolution of `g`; a bias as above. */
  gradInput(shape: ConvShape, g: Images, weight: number, bias: number | null, to: number, workspace: number): void
  /** The gradient of the weight. */
  gradWeight(shape: ConvShape, x: Images, g: Images, to: number, workspace: number): void
}

/** With so many channels of a group the gradient of its weight takes plane after plane, with more all channels of each pixel. */
const fewChannels = 3

/** Compiles the convolutions of one element type over a memory. */
export function compileConv<V extends Lanes<V>>(
  element: Element<V>,
  memory: WebAssembly.Memory,
  options: MatmulOptions<V> = {},
): Convolutions {
  const { exports } = new WebAssembly.Instance(convModule(element, options).compile(), { env: { memory } })
  const call = (name: string): ((...args: number[]) => void) => {
    const kernel = exports[name]
    if (typeof kernel !== 'function') throw new Error(`compileConv: the module exports no ${name}`)
    return (...args) => kernel(...args)
  }
  return convolutionsBy(call, memory, element.bytes)
}

/** Convolutions by the functions that a module of conv-module.ts exports; elements have so many bytes. */
export function convolutionsBy(
  call: (
    name: 'clear' | 'pad' | 'convolve' | 'packPixels' | 'correlate' | 'correlatePlane',
  ) => (...args: number[]) => void,
  memory: WebAssembly.Memory,
  bytes: number,
): Convolutions {
  const [clear, pad, convolve] = [call('clear'), call('pad'), call('convolve')]
  const [packPixels, correlate, correlatePlane] = [call('packPixels'), call('correlate'), call('correlatePlane')]

  /** Copies image `z` of a group whose first channel is `channel`. */
  const copy = (x: Images, z: number, channel: number, size: Pair, p: Padded, to: number): void => {
    const from = x.address + (z * x.image + channel * x.channel) * bytes
    const source = [from, p.channels, ...size, x.channel * bytes, x.row * bytes, x.column * bytes]
    const target = [to, p.rows, p.columns, p.phases, p.phase * bytes]
    pad(...source, p.top, p.left, ...p.spread, ...target)
  }
  /** Writes where in a padded image the elements of the first window lie, channel by channel, and counts them. */
  const writeTable = (address: number, p: Padded, taps: readonly Tap[]): number => {
    const offsets = new Int32Array(memory.buffer, address, p.channels * taps.length)
    let i = 0
    for (let channel = 0; channel < p.channels; channel++) {
      for (const { y, x } of taps) {
        const column = (x % p.phases) * p.phase + Math.floor(x / p.phases)
        offsets[i++] = ((channel * p.rows + y) * p.row + column) * bytes
      }
    }
    return i
  }
  /** Copies some taps of the weights `[n, m, count]` of a group, to `[m, n, taps]`. */
  const arrange = (from: number, m: number, n: number, count: number, taps: readonly Tap[], to: number): void => {
    const [width, height] = [n * taps.length, 1]
    taps.forEach(({ index }, i) => {
      const tap: Images = { address: from + index * bytes, image: 0, channel: count, row: 0, column: m * count }
      copy(tap, 0, 0, [height, n], padded(m, [0, i], [1, taps.length], [height, width], 1, width), to)
    })
  }

  return {
    forward(shape, x, weight, bias, to, workspace) {
      const { batch, groups, inputs, outputs, outputSize, stride } = shape
      const p = paddedInput(shape)
      const depth = writeTable(workspace, p, windowTaps(shape))
      const image = aligned(workspace + 4 * depth)
      clear(image, p.size * bytes)
      const [m, plane] = [outputs / groups, outputSize[0] * outputSize[1]]
      for (let group = 0; group < groups; group++) {
        const first = group * m
        for (let z = 0; z < batch; z++) {
          copy(x, z, (group * inputs) / groups, shape.size, p, image)
          const operands = [m, depth, weight + first * depth * bytes, image, workspace, stride[0] * p.row * bytes]
          const result = [to + (z * outputs + first) * plane * bytes, plane * bytes, outputSize[1] * bytes]
          convolve(...operands, ...outputSize, ...result, bias === null ? nothing : bias + first * bytes)
        }
      }
    },

    gradInput(shape, g, weight, bias, to, workspace) {
      const { batch, groups, inputs, outputs, size, outputSize, kernel, stride } = shape
      const p = paddedGradient(shape)
      const phases = gradientPhases(shape)
      const [m, n, count] = [inputs / groups, outputs / groups, kernel[0] * kernel[1]]
      const image = aligned(workspace + 4 * n * count)
      const weights = aligned(image + p.size * bytes + slack)
      const scratch = aligned(weights + m * n * count * bytes)
      const whole = stride[0] * stride[1] === 1
      const table = (done: number): number => workspace + 4 * n * done
      const arranged = (done: number): number => weights + m * n * done * bytes
      for (const { taps, done } of phases) writeTable(table(done), p, taps)
      clear(image, p.size * bytes)
      for (let group = 0; group < groups; group++) {
        const from = weight + group * n * m * count * bytes
        for (const { taps, done } of phases) arrange(from, m, n, count, taps, arranged(done))
        for (let z = 0; z < batch; z++) {
          copy(g, z, group * n, outputSize, p, image)
          const first = group * m
          const result = to + (z * inputs + first) * size[0] * size[1] * bytes
          const start = bias === null ? nothing : bias + first * bytes
          for (const { at, size: part, taps, done } of phases) {
            const [plane, row] = [part[0] * part[1], part[1]]
            const operands = [m, n * taps.length, arranged(done), image, table(done), p.row * bytes]
            convolve(...operands, ...part, whole ? result : scratch, plane * bytes, row * bytes, start)
            if (whole) continue
            const apart: Images = { address: scratch, image: 0, channel: plane, row, column: 1 }
            copy(apart, 0, 0, part, padded(m, at, stride, size, 1, size[1]), result)
          }
        }
      }
    },

    gradWeight(shape, x, g, to, workspace) {
      const { batch, groups, inputs, outputs, outputSize, stride } = shape
      const [p, step] = [paddedInput(shape), pixelBytes(shape, bytes)]
      const depth = writeTable(workspace, p, windowTaps(shape))
      const image = aligned(workspace + 4 * depth)
      const gradient = aligned(image + p.size * bytes + slack)
      const [m, [height, width], row] = [outputs / groups, outputSize, stride[0] * p.row * bytes]
      const transposed = gradient + height * width * step
      const atOnce = Math.max(1, Math.floor(blockDepth / width))
      const byPlanes = m <= fewChannels && g.column === 1
      clear(image, p.size * bytes)
      if (batch === 0) clear(to, outputs * depth * bytes)
      for (let group = 0; group < groups; group++) {
        for (let z = 0; z < batch; z++) {
          copy(x, z, (group * inputs) / groups, shape.size, p, image)
          const from = g.address + (z * g.image + group * m * g.channel) * bytes
          if (byPlanes) {
            for (let i = 0; i < m; i++) {
              const plane = [from + i * g.channel * bytes, g.row * bytes, to + (group * m + i) * depth * bytes]
              correlatePlane(depth, height, width, image, workspace, row, ...plane, z > 0 ? 1 : 0)
            }
            continue
          }
          packPixels(m, height, width, from, g.channel * bytes, g.row * bytes, g.column * bytes, gradient, step)
          for (let y = 0; y < height; y += atOnce) {
            const rows = Math.min(atOnce, height - y)
            const pixels = [gradient + y * width * step, step, transposed, z + y > 0 ? 1 : 0]
            correlate(depth, rows, width, image + y * row, workspace, row, ...pixels)
          }
        }
        const sums: Images = { address: transposed, image: 0, channel: 1, row: 0, column: step / bytes }
        const whole = padded(m, [0, 0], [1, 1], [1, depth], 1, depth)
        if (batch > 0 && !byPlanes) copy(sums, 0, 0, [1, depth], whole, to + group * m * depth * bytes)
      }
    },
  }
}

function aligned(address: number): number {
  return Math.ceil(address / 16) * 16
}
