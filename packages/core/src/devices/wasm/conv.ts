import { convModule } from './conv-module.ts'
import type { Element, Lanes } from './matmul-element.ts'
import type { MatmulOptions } from './matmul-module.ts'
import { nothing } from './matmul-panel.ts'

/** Height and width, or the like in those directions. */
export type Pair = readonly [y: number, x: number]

/** A two-dimensional convolution as PyTorch has it; a one-dimensional one has height 1. `inputs`, `outputs`: channels. */
export interface ConvShape {
  readonly batch: number
  readonly groups: number
  readonly inputs: number
  readonly outputs: number
  /** Of the input. */
  readonly size: Pair
  /** Of the result; for a transposed convolution it need not be what `convOutputSize` says, its input decides. */
  readonly outputSize: Pair
  readonly kernel: Pair
  readonly stride: Pair
  readonly padding: Pair
  readonly dilation: Pair
}

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

/** The size of the result of a convolution. */
export function convOutputSize(shape: Omit<ConvShape, 'outputSize'>): Pair {
  const along = (d: 0 | 1): number => {
    const extent = shape.size[d] + 2 * shape.padding[d] - reach(shape, d)
    return Math.floor((extent - 1) / shape.stride[d]) + 1
  }
  return [along(0), along(1)]
}

/** From the first element of a window to its last. */
function reach({ dilation, kernel }: Pick<ConvShape, 'dilation' | 'kernel'>, d: 0 | 1): number {
  return dilation[d] * (kernel[d] - 1)
}

/** How a padded image lies in the workspace; see conv-pad.ts. All but `phases` and `rows` in elements. */
interface Padded {
  readonly channels: number
  readonly top: number
  readonly left: number
  readonly spread: Pair
  readonly rows: number
  readonly columns: number
  readonly phases: number
  readonly phase: number
  readonly row: number
  readonly size: number
}

function padded(channels: number, at: Pair, spread: Pair, size: Pair, phases: number, phase: number): Padded {
  const [[top, left], [rows, columns], row] = [at, size, phases * phase]
  return { channels, top, left, spread, rows, columns, phases, phase, row, size: channels * rows * row }
}

/** The input of a group, as its windows need it. Rows go on with zeros to where whole vectors of results end. */
function paddedInput(shape: ConvShape): Padded {
  const { stride, outputSize, padding } = shape
  const extent = (d: 0 | 1): number => Math.max(0, (outputSize[d] - 1) * stride[d] + reach(shape, d) + 1)
  const phase = wholeVectors(outputSize[1]) + Math.floor(reach(shape, 1) / stride[1])
  return padded(shape.inputs / shape.groups, padding, [1, 1], [extent(0), extent(1)], stride[1], phase)
}

/** The incoming gradient of a group, `stride` apart: its windows, of stride 1, give the gradient of the input. */
function paddedGradient(shape: ConvShape): Padded {
  const { size, padding, stride } = shape
  const at: Pair = [reach(shape, 0) - padding[0], reach(shape, 1) - padding[1]]
  const extent: Pair = [size[0] + reach(shape, 0), size[1] + reach(shape, 1)]
  return padded(shape.outputs / shape.groups, at, stride, extent, 1, wholeVectors(extent[1]))
}

/** The incoming gradient of a group, with zeros behind its rows. */
function alignedGradient({ outputs, groups, outputSize }: ConvShape): Padded {
  return padded(outputs / groups, [0, 0], [1, 1], outputSize, 1, wholeVectors(outputSize[1]))
}

function wholeVectors(elements: number): number {
  return Math.ceil(elements / 4) * 4
}

/** Reading the last vector of a padded image goes at most so many bytes past it. */
const slack = 64

/** Bytes that a convolution of this shape and its gradients need to work, for elements of `bytes` bytes. */
export function convWorkspaceBytes(shape: ConvShape, bytes: number): number {
  const { inputs, outputs, groups, kernel } = shape
  const [taps, channels] = [kernel[0] * kernel[1], Math.max(inputs, outputs) / groups]
  const weights = (inputs / groups) * (outputs / groups) * taps
  const most = Math.max(paddedInput(shape).size + alignedGradient(shape).size, paddedGradient(shape).size + weights)
  return 4 * channels * taps + most * bytes + 2 * slack + 48
}

/** Compiles the convolutions of one element type over a memory. */
export function compileConv<V extends Lanes<V>>(
  element: Element<V>,
  memory: WebAssembly.Memory,
  options: MatmulOptions<V> = {},
): Convolutions {
  const { exports } = new WebAssembly.Instance(convModule(element, options).compile(), { env: { memory } })
  const { pad, convolve, correlate } = exports
  if (typeof pad !== 'function' || typeof convolve !== 'function' || typeof correlate !== 'function') {
    throw new Error('compileConv: the module does not export its functions')
  }
  const { bytes } = element

  /** Copies image `z` of a group whose first channel is `channel`. */
  const copy = (x: Images, z: number, channel: number, size: Pair, p: Padded, to: number): void => {
    const from = x.address + (z * x.image + channel * x.channel) * bytes
    pad(
      ...[from, p.channels, ...size, x.channel * bytes, x.row * bytes, x.column * bytes],
      ...[p.top, p.left, ...p.spread, to, p.rows, p.columns, p.phases, p.phase * bytes],
    )
  }
  const clear = (address: number, length: number): void => {
    new Uint8Array(memory.buffer, address, length).fill(0)
  }
  /** Writes where in a padded image the elements of the first window lie, in the order of the weight's. */
  const writeTable = (address: number, shape: ConvShape, p: Padded, turned: boolean): number => {
    const [height, width] = shape.kernel
    const offsets = new Int32Array(memory.buffer, address, p.channels * height * width)
    let i = 0
    for (let channel = 0; channel < p.channels; channel++) {
      for (let tapY = 0; tapY < height; tapY++) {
        const y = (turned ? height - 1 - tapY : tapY) * shape.dilation[0]
        for (let tapX = 0; tapX < width; tapX++) {
          const x = (turned ? width - 1 - tapX : tapX) * shape.dilation[1]
          const column = (x % p.phases) * p.phase + Math.floor(x / p.phases)
          offsets[i++] = ((channel * p.rows + y) * p.row + column) * bytes
        }
      }
    }
    return i
  }

  return {
    forward(shape, x, weight, bias, to, workspace) {
      const { batch, groups, inputs, outputs, outputSize, stride } = shape
      const p = paddedInput(shape)
      const depth = writeTable(workspace, shape, p, false)
      const image = aligned(workspace + 4 * depth)
      clear(image, p.size * bytes)
      const [m, plane] = [outputs / groups, outputSize[0] * outputSize[1]]
      for (let group = 0; group < groups; group++) {
        const first = group * m
        for (let z = 0; z < batch; z++) {
          copy(x, z, (group * inputs) / groups, shape.size, p, image)
          convolve(
            ...[m, depth, weight + first * depth * bytes, image, workspace, stride[0] * p.row * bytes, ...outputSize],
            ...[to + (z * outputs + first) * plane * bytes, plane * bytes, outputSize[1] * bytes],
            bias === null ? nothing : bias + first * bytes,
          )
        }
      }
    },

    gradInput(shape, g, weight, bias, to, workspace) {
      const { batch, groups, inputs, outputs, size, kernel } = shape
      const p = paddedGradient(shape)
      const depth = writeTable(workspace, shape, p, true)
      const image = aligned(workspace + 4 * depth)
      const turned = aligned(image + p.size * bytes + slack)
      clear(image, p.size * bytes)
      const [m, n, taps, plane] = [inputs / groups, outputs / groups, kernel[0] * kernel[1], size[0] * size[1]]
      // The weights of a group as [inputs, outputs, kernel], a copy of planes that `pad` can do as well.
      const weights: Images = { address: weight, image: n * m * taps, channel: taps, row: m * taps, column: 1 }
      const order = padded(m, [0, 0], [1, 1], [n, taps], 1, taps)
      for (let group = 0; group < groups; group++) {
        copy(weights, group, 0, [n, taps], order, turned)
        const first = group * m
        for (let z = 0; z < batch; z++) {
          copy(g, z, group * n, shape.outputSize, p, image)
          convolve(
            ...[m, depth, turned, image, workspace, p.row * bytes, ...size],
            ...[to + (z * inputs + first) * plane * bytes, plane * bytes, size[1] * bytes],
            bias === null ? nothing : bias + first * bytes,
          )
        }
      }
    },

    gradWeight(shape, x, g, to, workspace) {
      const { batch, groups, inputs, outputs, outputSize, stride } = shape
      const [p, q] = [paddedInput(shape), alignedGradient(shape)]
      const depth = writeTable(workspace, shape, p, false)
      const image = aligned(workspace + 4 * depth)
      const gradient = aligned(image + p.size * bytes + slack)
      clear(image, p.size * bytes)
      clear(gradient, q.size * bytes)
      const [m, width] = [outputs / groups, q.phase]
      if (batch === 0) clear(to, outputs * depth * bytes)
      for (let group = 0; group < groups; group++) {
        const c = to + group * m * depth * bytes
        for (let z = 0; z < batch; z++) {
          copy(x, z, (group * inputs) / groups, shape.size, p, image)
          copy(g, z, group * m, outputSize, q, gradient)
          correlate(
            ...[m, depth, outputSize[0], width, gradient, q.rows * q.row * bytes, image, workspace],
            ...[(stride[0] * p.row - width) * bytes, c, depth * bytes, z === 0 ? nothing : c],
          )
        }
      }
    },
  }
}

function aligned(address: number): number {
  return Math.ceil(address / 16) * 16
}
