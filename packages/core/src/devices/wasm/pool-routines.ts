import type { Operand } from '../device.ts'
import { poolRoutines as js } from '../js/pooling.ts'
import type { PoolRoutines, PoolWindow } from '../windows.ts'
import { withIndices } from './indices.ts'
import type { WasmParts } from './parts.ts'
import type { PoolShape } from './pool.ts'
import { threadedPools } from './threads/index.ts'
import { isHere, windowOperands } from './window-operands.ts'

type Planes = readonly [planes: number, height: number, width: number]

/** Pooling of float32 by kernels; of the other dtypes, by the reference device. */
export function wasmPools(parts: WasmParts): PoolRoutines {
  const { memory, residency, threads } = parts
  const kernels = threadedPools(memory, threads)
  const { addressesOf, finish } = windowOperands(parts)
  return {
    maxPool(values, indices, x, window) {
      const operands = [values, x]
      if (!operands.every(isHere)) return js.maxPool(values, indices, x, window)
      const [to, from] = addressesOf(operands) as [number, number]
      withIndices(memory, residency, indices, (places) =>
        kernels.maxForward(poolShape(x, values, window), from, to, places),
      )
      finish(values)
    },

    maxPoolInput(out, g, indices, window) {
      const operands = [out, g]
      if (!operands.every(isHere)) return js.maxPoolInput(out, g, indices, window)
      const [to, from] = addressesOf(operands) as [number, number]
      withIndices(memory, residency, indices, (places) =>
        kernels.maxBackward(poolShape(out, g, anyWindow), from, places, to),
      )
      finish(out)
    },

    averagePool(out, x, window) {
      const operands = [out, x]
      if (!operands.every(isHere)) return js.averagePool(out, x, window)
      const [to, from] = addressesOf(operands) as [number, number]
      kernels.averageForward(poolShape(x, out, window), from, to, window)
      finish(out)
    },

    averagePoolInput(out, g, window) {
      const operands = [out, g]
      if (!operands.every(isHere)) return js.averagePoolInput(out, g, window)
      const [to, from] = addressesOf(operands) as [number, number]
      kernels.averageBackward(poolShape(out, g, window), from, to, window)
      finish(out)
    },
  }
}

/** The gradient of a maximum goes by indices: how the window moved does not matter any more. */
const anyWindow: PoolWindow = { kernel: [1, 1], stride: [1, 1], padding: [0, 0], dilation: [1, 1] }

function poolShape(x: Operand, out: Operand, { kernel, stride, padding, dilation }: PoolWindow): PoolShape {
  const [planes, height, width] = x.shape as Planes
  const [, outHeight, outWidth] = out.shape as Planes
  return { planes, size: [height, width], outputSize: [outHeight, outWidth], kernel, stride, padding, dilation }
}
