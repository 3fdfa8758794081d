import type { Operand } from '../device.ts'
import { convRoutines as js } from '../js/conv.ts'
import type { ConvRoutines, ConvWindow } from '../windows.ts'
import type { ConvShape, Images } from './conv.ts'
import type { WasmParts } from './parts.ts'
import { ThreadedConvolutions } from './threads/index.ts'
import { isHere, windowOperands } from './window-operands.ts'

type Four = readonly [number, number, number, number]

/** Convolutions of float32 by kernels; of the other dtypes, by the reference device. */
export function wasmConvolutions(parts: WasmParts): ConvRoutines {
  const kernels = new ThreadedConvolutions(parts.memory, parts.threads, parts.options)
  const { addressesOf, finish } = windowOperands(parts)
  return {
    conv(out, x, weight, bias, window) {
      const operands = bias === null ? [out, x, weight] : [out, x, weight, bias]
      if (!operands.every(isHere)) return js.conv(out, x, weight, bias, window)
      const shape = convShape(x, out, weight, window)
      const [to, from, weights, start] = addressesOf(operands) as [number, number, number, number | undefined]
      kernels.forward(shape, imagesAt(from, x), weights, start ?? null, to)
      finish(out)
    },

    convInput(out, g, weight, bias, window) {
      const operands = bias === null ? [out, g, weight] : [out, g, weight, bias]
      if (!operands.every(isHere)) return js.convInput(out, g, weight, bias, window)
      const shape = convShape(out, g, weight, window)
      const [to, from, weights, start] = addressesOf(operands) as [number, number, number, number | undefined]
      kernels.gradInput(shape, imagesAt(from, g), weights, start ?? null, to)
      finish(out)
    },

    convWeight(out, x, g, window) {
      const operands = [out, x, g]
      if (!operands.every(isHere)) return js.convWeight(out, x, g, window)
      const shape = convShape(x, g, out, window)
      const [to, from, gradient] = addressesOf(operands) as [number, number, number]
      kernels.gradWeight(shape, imagesAt(from, x), imagesAt(gradient, g), to)
      finish(out)
    },
  }
}

function convShape(x: Operand, y: Operand, weight: Operand, { groups, ...window }: ConvWindow): ConvShape {
  const [batch, inputs, height, width] = x.shape as Four
  const [, outputs, outHeight, outWidth] = y.shape as Four
  const [, , kernelHeight, kernelWidth] = weight.shape as Four
  const kernel = [kernelHeight, kernelWidth] as const
  const sizes = { size: [height, width], outputSize: [outHeight, outWidth], kernel } as const
  return { batch, groups, inputs, outputs, ...sizes, ...window }
}

function imagesAt(address: number, { strides }: Operand): Images {
  const [image, channel, row, column] = strides as Four
  return { address, image, channel, row, column }
}
