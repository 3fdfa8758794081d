import { float32 } from '../../dtype.ts'
import type { Operand } from '../device.ts'
import { js } from '../js/index.ts'
import type { ConvRoutines, ConvWindow, PoolRoutines, PoolWindow } from '../windows.ts'
import type { ModuleOptions } from './assembler.ts'
import type { ConvShape, Images } from './conv.ts'
import { withIndices } from './indices.ts'
import type { KernelMemory } from './memory.ts'
import type { PoolShape, Pools } from './pool.ts'
import { type Residency, ResidentBuffer } from './residency.ts'
import { ThreadedConvolutions, type ThreadPool, threadedPools } from './threads/index.ts'

type Four = readonly [number, number, number, number]
type Planes = readonly [planes: number, height: number, width: number]

/** Convolutions and pooling of float32 by kernels; of the other dtypes, by the reference device. */
export function windowRoutines(
  memory: KernelMemory,
  residency: Residency,
  threads: ThreadPool,
  options: ModuleOptions,
): ConvRoutines & PoolRoutines {
  let convolutions: ThreadedConvolutions | null = null
  let pools: Pools | null = null
  const convs = (): ThreadedConvolutions => {
    convolutions ??= new ThreadedConvolutions(memory, threads, options)
    return convolutions
  }
  const pooling = (): Pools => {
    pools ??= threadedPools(memory, threads)
    return pools
  }

  /** Room for lone numbers, which have no memory of their own: one vector for each operand of a call. */
  const corner = memory.alloc(64)
  const cornerOf = (place: number): number => corner + 16 * place

  /** The addresses of the first elements of operands, of which the first is written to. */
  const addressesOf = (operands: readonly Operand[]): number[] => {
    residency.begin()
    return operands.map(({ storage, offset }, place) => {
      if (storage.buffer instanceof ResidentBuffer) return residency.pointerOf(storage.buffer) + 4 * offset
      memory.float32[cornerOf(place) / 4] = storage.buffer as number
      return cornerOf(place)
    })
  }
  /** Gives a result that is a lone number back to its storage. */
  const finish = ({ storage }: Operand): void => {
    if (typeof storage.buffer === 'number') storage.buffer = memory.float32[cornerOf(0) / 4]
  }
  return {
    conv(out, x, weight, bias, window) {
      const operands = bias === null ? [out, x, weight] : [out, x, weight, bias]
      if (!operands.every(isHere)) return js.routines.conv(out, x, weight, bias, window)
      const shape = convShape(x, out, weight, window)
      const [to, from, weights, start] = addressesOf(operands) as [number, number, number, number | undefined]
      convs().forward(shape, imagesAt(from, x), weights, start ?? null, to)
      finish(out)
    },

    convInput(out, g, weight, bias, window) {
      const operands = bias === null ? [out, g, weight] : [out, g, weight, bias]
      if (!operands.every(isHere)) return js.routines.convInput(out, g, weight, bias, window)
      const shape = convShape(out, g, weight, window)
      const [to, from, weights, start] = addressesOf(operands) as [number, number, number, number | undefined]
      convs().gradInput(shape, imagesAt(from, g), weights, start ?? null, to)
      finish(out)
    },

    convWeight(out, x, g, window) {
      const operands = [out, x, g]
      if (!operands.every(isHere)) return js.routines.convWeight(out, x, g, window)
      const shape = convShape(x, g, out, window)
      const [to, from, gradient] = addressesOf(operands) as [number, number, number]
      convs().gradWeight(shape, imagesAt(from, x), imagesAt(gradient, g), to)
      finish(out)
    },

    maxPool(values, indices, x, window) {
      const operands = [values, x]
      if (!operands.every(isHere)) return js.routines.maxPool(values, indices, x, window)
      const [to, from] = addressesOf(operands) as [number, number]
      withIndices(memory, residency, indices, (places) =>
        pooling().maxForward(poolShape(x, values, window), from, to, places),
      )
      finish(values)
    },

    maxPoolInput(out, g, indices, window) {
      const operands = [out, g]
      if (!operands.every(isHere)) return js.routines.maxPoolInput(out, g, indices, window)
      const [to, from] = addressesOf(operands) as [number, number]
      withIndices(memory, residency, indices, (places) =>
        pooling().maxBackward(poolShape(out, g, anyWindow), from, places, to),
      )
      finish(out)
    },

    averagePool(out, x, window) {
      const operands = [out, x]
      if (!operands.every(isHere)) return js.routines.averagePool(out, x, window)
      const [to, from] = addressesOf(operands) as [number, number]
      pooling().averageForward(poolShape(x, out, window), from, to, window)
      finish(out)
    },

    averagePoolInput(out, g, window) {
      const operands = [out, g]
      if (!operands.every(isHere)) return js.routines.averagePoolInput(out, g, window)
      const [to, from] = addressesOf(operands) as [number, number]
      pooling().averageBackward(poolShape(out, g, window), from, to, window)
      finish(out)
    },
  }
}

/** Whether an operand is float32 in the memory of the kernels, or a lone number. */
function isHere({ dtype, storage: { buffer } }: Operand): boolean {
  return dtype === float32 && (buffer instanceof ResidentBuffer || typeof buffer === 'number')
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

/** The gradient of a maximum goes by indices: how the window moved does not matter any more. */
const anyWindow: PoolWindow = { kernel: [1, 1], stride: [1, 1], padding: [0, 0], dilation: [1, 1] }

function poolShape(x: Operand, out: Operand, { kernel, stride, padding, dilation }: PoolWindow): PoolShape {
  const [planes, height, width] = x.shape as Planes
  const [, outHeight, outWidth] = out.shape as Planes
  return { planes, size: [height, width], outputSize: [outHeight, outWidth], kernel, stride, padding, dilation }
}
