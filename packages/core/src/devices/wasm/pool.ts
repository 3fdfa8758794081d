import type { Pair } from './conv-geometry.ts'
import { poolModule } from './pool-module.ts'

/** Two-dimensional pooling of planes: batch × channels of them. One-dimensional pooling has height 1. */
export interface PoolShape {
  readonly planes: number
  readonly size: Pair
  readonly outputSize: Pair
  readonly kernel: Pair
  readonly stride: Pair
  /** At most half the kernel, so that no window is empty. */
  readonly padding: Pair
  /** `[1, 1]` for an average. */
  readonly dilation: Pair
}

export interface AverageOptions {
  /** PyTorch's `count_include_pad`. */
  readonly countPadding: boolean
  /** PyTorch's `divisor_override`. */
  readonly divisor: number | null
}

/** Pooling of contiguous float32 planes, given by their addresses. Indices are int32 and count through their plane. */
export interface Pools {
  maxForward(shape: PoolShape, x: number, to: number, indices: number): void
  maxBackward(shape: PoolShape, g: number, indices: number, to: number): void
  averageForward(shape: PoolShape, x: number, to: number, options: AverageOptions): void
  averageBackward(shape: PoolShape, g: number, to: number, options: AverageOptions): void
}

/** The size of the result of pooling; in `ceilMode` a last window may begin inside the plane and end outside. */
export function poolOutputSize(shape: Omit<PoolShape, 'outputSize'>, ceilMode: boolean): Pair {
  const along = (d: 0 | 1): number => {
    const [size, stride, padding] = [shape.size[d], shape.stride[d], shape.padding[d]]
    const steps = (size + 2 * padding - shape.dilation[d] * (shape.kernel[d] - 1) - 1) / stride
    if (!ceilMode) return Math.floor(steps) + 1
    const count = Math.ceil(steps) + 1
    // A window must not begin in the padding behind the plane.
    return (count - 1) * stride >= size + padding ? count - 1 : count
  }
  return [along(0), along(1)]
}

/** Compiles the pooling kernels over a memory. */
export function compilePool(memory: WebAssembly.Memory, options: { readonly shared?: boolean } = {}): Pools {
  const { exports } = new WebAssembly.Instance(poolModule(options).compile(), { env: { memory } })
  return poolsBy((name) => {
    const kernel = exports[name]
    if (typeof kernel !== 'function') throw new Error(`compilePool: the module exports no ${name}`)
    return (...args) => kernel(...args)
  })
}

/** Pooling by the functions that a module of pool-module.ts exports. */
export function poolsBy(
  call: (
    name: 'clear' | 'maxForward' | 'maxBackward' | 'averageForward' | 'averageBackward',
  ) => (...args: number[]) => void,
): Pools {
  const [clear, maxForward, maxBackward] = [call('clear'), call('maxForward'), call('maxBackward')]
  const [averageForward, averageBackward] = [call('averageForward'), call('averageBackward')]
  const geometry = ({ planes, size, outputSize, kernel, stride, padding, dilation }: PoolShape): number[] => {
    return [planes, ...size, ...outputSize, ...kernel, ...stride, ...padding, ...dilation]
  }
  return {
    maxForward: (shape, x, to, indices) => maxForward(...geometry(shape), x, to, indices),
    maxBackward(shape, g, indices, to) {
      const { planes, size, outputSize } = shape
      maxBackward(planes, size[0] * size[1], outputSize[0] * outputSize[1], g, indices, to)
    },
    averageForward(shape, x, to, { countPadding, divisor }) {
      averageForward(...geometry(shape), x, to, countPadding ? 1 : 0, divisor ?? 0)
    },
    averageBackward(shape, g, to, { countPadding, divisor }) {
      clear(to, 4 * shape.planes * shape.size[0] * shape.size[1])
      averageBackward(...geometry(shape), g, to, countPadding ? 1 : 0, divisor ?? 0)
    },
  }
}
