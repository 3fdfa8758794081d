import type { ModuleOptions } from '../assembler.ts'
import { type Convolutions, type ConvShape, convolutionsBy, convWorkspaceBytes, type Images } from '../conv.ts'
import { convModule } from '../conv-module.ts'
import { float32 as singles } from '../matmul.ts'
import type { KernelMemory } from '../memory.ts'
import { type AverageOptions, type PoolShape, type Pools, poolsBy } from '../pool.ts'
import { poolModule } from '../pool-module.ts'
import { Compiled } from './compiled.ts'
import { cutAt } from './cut.ts'
import { Notes } from './notes.ts'
import type { ThreadPool } from './pool.ts'

const { bytes } = singles

/** Multiply-adds below which a part of a convolution does not pay for being handed on, and those of a large part. */
const [leastWork, largeWork] = [2 ** 18, 2 ** 25]

/** The convolutions of float32, the work shared among threads: images of a batch or, for a weight, its rows or groups. */
export class ThreadedConvolutions {
  readonly #memory: KernelMemory
  readonly #threads: ThreadPool
  readonly #module: Compiled
  readonly #notes: Notes
  /** Those that run, and those that only write down what is to be run. */
  readonly #here: Convolutions
  readonly #noted: Convolutions

  constructor(memory: KernelMemory, threads: ThreadPool, options: ModuleOptions) {
    this.#memory = memory
    this.#threads = threads
    this.#module = new Compiled(convModule(singles, { ...options, shared: memory.shared }), memory)
    this.#notes = new Notes(this.#module)
    this.#here = convolutionsBy((name) => this.#module.get(name), memory.memory, bytes)
    this.#noted = convolutionsBy((name) => this.#notes.of(name), memory.memory, bytes)
  }

  /** See Convolutions. */
  forward(shape: ConvShape, x: Images, weight: number, bias: number | null, to: number): void {
    const result = shape.outputs * shape.outputSize[0] * shape.outputSize[1] * bytes
    this.#cut(shape, shape.batch, 1, (conv, from, batch, workspace) => {
      conv.forward({ ...shape, batch }, moved(x, from * x.image), weight, bias, to + from * result, workspace)
    })
  }

  /** See Convolutions. */
  gradInput(shape: ConvShape, g: Images, weight: number, bias: number | null, to: number): void {
    const result = shape.inputs * shape.size[0] * shape.size[1] * bytes
    this.#cut(shape, shape.batch, 1, (conv, from, batch, workspace) => {
      conv.gradInput({ ...shape, batch }, moved(g, from * g.image), weight, bias, to + from * result, workspace)
    })
  }

  /** See Convolutions. */
  gradWeight(shape: ConvShape, x: Images, g: Images, to: number): void {
    const { groups, kernel } = shape
    const [inputs, rows] = [shape.inputs / groups, shape.outputs / groups]
    const row = inputs * kernel[0] * kernel[1] * bytes
    if (groups === 1) {
      // Rows are the lanes of vectors.
      this.#cut(shape, rows, 4, (conv, from, outputs, workspace) => {
        conv.gradWeight({ ...shape, outputs }, x, moved(g, from * g.channel), to + from * row, workspace)
      })
      return
    }
    this.#cut(shape, groups, 1, (conv, from, count, workspace) => {
      const part = { ...shape, groups: count, inputs: count * inputs, outputs: count * rows }
      const [images, gradients] = [moved(x, from * inputs * x.channel), moved(g, from * rows * g.channel)]
      conv.gradWeight(part, images, gradients, to + from * rows * row, workspace)
    })
  }

  /** Runs `part` on all of `units`, or on some of them on each thread: from where on, how many, and with what workspace. */
  #cut(
    shape: ConvShape,
    units: number,
    grain: number,
    part: (conv: Convolutions, from: number, count: number, workspace: number) => void,
  ): void {
    const work =
      shape.batch * shape.outputs * area(shape.outputSize) * (shape.inputs / shape.groups) * area(shape.kernel)
    const count = Math.min(Math.floor(units / grain), this.#threads.chunksFor(work, leastWork, largeWork))
    const room = Math.ceil(convWorkspaceBytes(shape, bytes) / 64) * 64
    const workspace = this.#memory.alloc(Math.max(count, 1) * room)
    try {
      if (count < 2) part(this.#here, 0, units, workspace)
      else {
        const chunks = Array.from({ length: count }, (_, i) => {
          const [from, to] = [cutAt(units, grain, i, count), cutAt(units, grain, i + 1, count)]
          return this.#notes.take(() => part(this.#noted, from, to - from, workspace + i * room))
        })
        this.#threads.run(this.#module, chunks, true)
      }
    } finally {
      this.#memory.free(workspace)
    }
  }
}

/** Elements below which a part of a pooling does not pay for being handed on, and those of a large part. */
const [leastElements, manyElements] = [2 ** 13, 2 ** 16]

/** The pooling of float32, its planes shared among threads. */
export function threadedPools(memory: KernelMemory, threads: ThreadPool): Pools {
  const module = new Compiled(poolModule({ shared: memory.shared }), memory)
  const notes = new Notes(module)
  const here = poolsBy((name) => module.get(name))
  const noted = poolsBy((name) => notes.of(name))
  /** `part` is told by how many bytes the part of a window of planes, and of results, is moved. */
  const cut = (
    shape: PoolShape,
    part: (pools: Pools, shape: PoolShape, plane: number, result: number) => void,
  ): void => {
    const { planes, size, outputSize } = shape
    const count = Math.min(planes, threads.chunksFor(planes * area(size), leastElements, manyElements))
    if (count < 2) return part(here, shape, 0, 0)
    const chunks = Array.from({ length: count }, (_, i) => {
      const [from, to] = [cutAt(planes, 1, i, count), cutAt(planes, 1, i + 1, count)]
      return notes.take(() => {
        part(noted, { ...shape, planes: to - from }, from * area(size) * bytes, from * area(outputSize) * bytes)
      })
    })
    threads.run(module, chunks, true)
  }
  return {
    maxForward(shape, x, to, indices) {
      cut(shape, (pools, part, plane, result) => pools.maxForward(part, x + plane, to + result, indices + result))
    },
    maxBackward(shape, g, indices, to) {
      cut(shape, (pools, part, plane, result) => pools.maxBackward(part, g + result, indices + result, to + plane))
    },
    averageForward(shape, x, to, options: AverageOptions) {
      cut(shape, (pools, part, plane, result) => pools.averageForward(part, x + plane, to + result, options))
    },
    averageBackward(shape, g, to, options: AverageOptions) {
      cut(shape, (pools, part, plane, result) => pools.averageBackward(part, g + result, to + plane, options))
    },
  }
}

const area = ([height, width]: readonly [number, number]): number => height * width

function moved(images: Images, elements: number): Images {
  return { ...images, address: images.address + elements * bytes }
}
