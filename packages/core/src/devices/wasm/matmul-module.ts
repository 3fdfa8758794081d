import { type Effect, type FunctionHandle, I32, type KernelOptions, ModuleBuilder } from './assembler.ts'
import { dotKernel } from './matmul-dot.ts'
import type { Element, Lanes } from './matmul-element.ts'
import { gemmKernel } from './matmul-gemm.ts'
import { packKernel } from './matmul-pack.ts'
import { panelKernels } from './matmul-panel.ts'
import { type Epilogue, partialVectors } from './matmul-partial.ts'

export interface MatmulOptions<V> extends KernelOptions {
  /** Adds a function for all elements of the product to go through before they are stored. */
  readonly epilogue?: (m: ModuleBuilder) => Epilogue<V>
}

type Parameters = [
  ...[batch: I32, m: I32, n: I32, k: I32, a: I32, batchA: I32, rowA: I32, stepA: I32],
  ...[b: I32, batchB: I32, stepB: I32, columnB: I32, c: I32, batchC: I32, rowC: I32],
  ...[start: I32, batchStart: I32, rowStart: I32, workspace: I32, along: I32],
]

/**
 * The module of one element type: it exports `multiply`, `C = start + A × B` for `batch` triples of matrices.
 *
 * All parameters are 32-bit integers, addresses and strides in bytes: `a`, `b`, `c` and `start` are addresses of first
 * elements, `batchX` the way to the next matrix (0: the same again), `rowX` to the next row; `stepA` is a step along `k`
 * in a row of A, `stepB` one to the next row of B, `columnB` one along a row of B. Rows of C and `start` are contiguous.
 * `start` may be C itself, to add to it, a row for all (`rowStart` 0), or `nothing`. `workspace` is the address of
 * `workspaceBytes` bytes, on a multiple of 16. `along` 1 chooses the kernel of matmul-dot.ts, for which `stepA` and
 * `stepB` are the size of an element.
 *
 * Each element of C is summed in an order that depends on `k` and `along` alone, so a product may be cut in any way.
 */
export function matmulModule<V extends Lanes<V>>(element: Element<V>, options: MatmulOptions<V> = {}): ModuleBuilder {
  const module = new ModuleBuilder(options)
  module.importMemory(options)
  const epilogue = options.epilogue?.(module)
  const partial = partialVectors(module, element)
  const panels = panelKernels(module, element, partial, { epilogue })
  const gemm = gemmKernel(module, element, packKernel(module, element), panels)
  const dot = dotKernel(module, element, partial, epilogue)
  const multiply: FunctionHandle<Parameters, Effect> = module.function<Parameters>(
    [I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32],
    undefined,
    (f, batch, m, n, k, a, batchA, rowA, stepA, b, batchB, stepB, columnB, ...rest) => {
      const [c, batchC, rowC, start, batchStart, rowStart, workspace, along] = rest
      f.while(batch, () => {
        f.if(
          along,
          () => f.do(dot.call(m, n, k, a, rowA, b, columnB, c, rowC, start, rowStart)),
          () => f.do(gemm.call(m, n, k, a, rowA, stepA, b, stepB, columnB, c, rowC, start, rowStart, workspace)),
        )
        f.set(a, a.add(batchA))
        f.set(b, b.add(batchB))
        f.set(c, c.add(batchC))
        f.set(start, start.add(batchStart))
        f.set(batch, batch.sub(1))
      })
    },
  )
  module.export('multiply', multiply)
  return module
}
