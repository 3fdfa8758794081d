import { contiguousStrides, numel } from '../../shape.ts'
import type { Operand } from '../device.ts'
import type { ConvRoutines, ConvWindow } from '../windows.ts'
import { hostArray } from './host.ts'

/** An image as a convolution sees it: strides `[N, C, H, W]`, and the position of the first element. */
interface Images {
  readonly shape: readonly number[]
  readonly strides: readonly number[]
  readonly offset: number
}
type Four = readonly [number, number, number, number]

/**
 * Calls back for each product of a convolution, a row at a time: the weight at `w` belongs to `count` pairs of neighbours,
 * from `x` on, `stepX` apart, and from `y` on, `stepY` apart.
 */
function eachRow(
  input: Images,
  output: Images,
  kernel: readonly number[],
  { stride, padding, dilation, groups }: ConvWindow,
  visit: (w: number, x: number, stepX: number, y: number, stepY: number, count: number) => void,
): void {
  const [batch, , height, width] = input.shape as Four
  const [, outputs, outHeight, outWidth] = output.shape as Four
  const [, channels, kernelHeight, kernelWidth] = kernel as Four
  const [xImage, xChannel, xRow, xColumn] = input.strides as Four
  const [yImage, yChannel, yRow, yColumn] = output.strides as Four
  for (let n = 0; n < batch; n++) {
    for (let o = 0; o < outputs; o++) {
      const group = Math.floor((o * groups) / outputs)
      for (let c = 0; c < channels; c++) {
        const plane = input.offset + n * xImage + (group * channels + c) * xChannel
        const outPlane = output.offset + n * yImage + o * yChannel
        for (let ky = 0; ky < kernelHeight; ky++) {
          const top = ky * dilation[0] - padding[0]
          const [firstY, endY] = inside(top, stride[0], height, outHeight)
          for (let kx = 0; kx < kernelWidth; kx++) {
            const left = kx * dilation[1] - padding[1]
            const [first, end] = inside(left, stride[1], width, outWidth)
            const w = ((o * channels + c) * kernelHeight + ky) * kernelWidth + kx
            for (let y = firstY; y < endY; y++) {
              const from = plane + (y * stride[0] + top) * xRow + (first * stride[1] + left) * xColumn
              visit(w, from, stride[1] * xColumn, outPlane + y * yRow + first * yColumn, yColumn, end - first)
            }
          }
        }
      }
    }
  }
}

/** The windows that meet the image with an element `at` from their start: the first, and the end. */
function inside(at: number, stride: number, size: number, count: number): readonly [first: number, end: number] {
  const first = Math.max(0, Math.ceil(-at / stride))
  return [first, Math.max(first, Math.min(count, Math.floor((size - 1 - at) / stride) + 1))]
}

/** Sums in float64, row-major; those of images start at the bias of their channel. */
function startSums({ shape }: Operand, bias: Operand | null): Float64Array<ArrayBuffer> {
  const sums = new Float64Array(numel(shape))
  if (bias === null) return sums
  const values = hostArray(bias.storage)
  const [, channels, height, width] = shape as Four
  const plane = height * width
  for (let i = 0; i * plane < sums.length; i++) {
    sums.fill(values[bias.offset + (i % channels)] as number, i * plane, (i + 1) * plane)
  }
  return sums
}

const rowMajorImages = ({ shape }: Operand): Images => ({ shape, strides: contiguousStrides(shape), offset: 0 })

/** The plain reference of convolutions: each sum in float64, rounded once. */
export const convRoutines: ConvRoutines = {
  conv(out, x, weight, bias, window) {
    const sums = startSums(out, bias)
    const [values, weights] = [hostArray(x.storage), hostArray(weight.storage)]
    eachRow(x, rowMajorImages(out), weight.shape, window, (w, from, stepX, to, _, count) => {
      const factor = weights[weight.offset + w] as number
      for (let i = 0; i < count; i++) {
        sums[to + i] = (sums[to + i] as number) + factor * (values[from + i * stepX] as number)
      }
    })
    hostArray(out.storage).set(sums, out.offset)
  },

  convInput(out, g, weight, bias, window) {
    const sums = startSums(out, bias)
    const [values, weights] = [hostArray(g.storage), hostArray(weight.storage)]
    eachRow(rowMajorImages(out), g, weight.shape, window, (w, to, stepX, from, stepY, count) => {
      const factor = weights[weight.offset + w] as number
      for (let i = 0, at = to; i < count; i++, at += stepX) {
        sums[at] = (sums[at] as number) + factor * (values[from + i * stepY] as number)
      }
    })
    hostArray(out.storage).set(sums, out.offset)
  },

  convWeight(out, x, g, window) {
    const sums = startSums(out, null)
    const [left, right] = [hostArray(x.storage), hostArray(g.storage)]
    eachRow(x, g, out.shape, window, (w, fromX, stepX, fromY, stepY, count) => {
      let sum = 0
      for (let i = 0; i < count; i++) sum += (left[fromX + i * stepX] as number) * (right[fromY + i * stepY] as number)
      sums[w] = (sums[w] as number) + sum
    })
    hostArray(out.storage).set(sums, out.offset)
  },
}
