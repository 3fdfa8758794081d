import { type Effect, type FunctionHandle, I32, ModuleBuilder, select } from './assembler.ts'
import { clearKernel } from './clear.ts'
import { padKernel } from './conv-pad.ts'
import { correlateKernel, correlatePlaneKernel, packPixelsKernel } from './conv-weight.ts'
import type { Element, Lanes } from './matmul-element.ts'
import type { MatmulOptions } from './matmul-module.ts'
import { packKernel } from './matmul-pack.ts'
import { type Panel, panelKernels, panelVectors } from './matmul-panel.ts'
import { partialVectors } from './matmul-partial.ts'

type Convolve = FunctionHandle<ConvolveParameters, Effect>

type ConvolveParameters = [
  ...[outputs: I32, depth: I32, weight: I32, padded: I32, table: I32, stepY: I32],
  ...[height: I32, width: I32, to: I32, channel: I32, row: I32, bias: I32],
]

/** The module of convolutions of one element type. conv.ts calls what it exports. */
export function convModule<V extends Lanes<V>>(element: Element<V>, options: MatmulOptions<V> = {}): ModuleBuilder {
  const module = new ModuleBuilder(options)
  module.importMemory(options)
  const epilogue = options.epilogue?.(module)
  const partial = partialVectors(module, element)
  const panels = panelKernels(module, element, partial, { epilogue, table: true })
  module.export('clear', clearKernel(module))
  module.export('pad', padKernel(module, element, partial))
  module.export('convolve', convolveKernel(module, element, panels))
  module.export('packPixels', packPixelsKernel(module, packKernel(module, element)))
  module.export('correlate', correlateKernel(module, element))
  module.export('correlatePlane', correlatePlaneKernel(module, element, partial))
  return module
}

/**
 * Adds the convolution of one padded image: a product of matrices whose B nobody writes down. A is the weight, a row of
 * `depth` elements for each of the `outputs`; a column of B is a window of the image, its elements where `table` says; a
 * panel of B is neighbouring windows in one row of the result, `stepY` bytes below those of the row before.
 */
function convolveKernel<V extends Lanes<V>>(
  m: ModuleBuilder,
  { bytes, lanes }: Element<V>,
  panels: readonly Panel[],
): Convolve {
  return m.function<ConvolveParameters>(
    [I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32],
    undefined,
    (f, outputs, depth, weight, padded, table, stepY, height, width, to, channel, row, bias) => {
      const weightRow = f.let(depth.mul(bytes))
      const stepBias = f.let(select(bias.eq(-1), I32.const(0), I32.const(bytes)))
      f.while(height, () => {
        const [left, b, c] = [f.let(width), f.let(padded), f.let(to)]
        f.while(left, () => {
          const most = I32.const(panelVectors * lanes)
          const columns = f.let(select(left.lt(most), left, most))
          const vectors = f.let(columns.add(lanes - 1).div(lanes))
          const tail = f.let(columns.sub(vectors.sub(1).mul(lanes)))
          panels.forEach((panel, i) => {
            f.if(vectors.eq(i + 1), () => {
              const [a, step, last] = [weight, I32.const(bytes), I32.const(1)]
              f.do(panel.call(outputs, depth, a, weightRow, step, b, table, c, channel, bias, stepBias, tail, last))
            })
          })
          f.set(b, b.add(columns.mul(bytes)))
          f.set(c, c.add(columns.mul(bytes)))
          f.set(left, left.sub(columns))
        })
        f.set(padded, padded.add(stepY))
        f.set(to, to.add(row))
        f.set(height, height.sub(1))
      })
    },
  )
}
