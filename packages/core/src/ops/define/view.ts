import { record, recording } from '../../autograd/graph.ts'
import { no_grad } from '../../autograd/modes.ts'
import { markView } from '../../autograd/view.ts'
import { TypeError } from '../../errors.ts'
import type { Geometry, Shape } from '../../shape.ts'
import { shown } from '../../signature/index.ts'
import { alias } from '../../tensor/make.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { pascalCase } from './names.ts'

/** What a view is: which elements of the storage it shows, and the way back. */
export interface ViewDefinition<A extends readonly unknown[]> {
  /** The window on the storage; errors where there is none. */
  readonly geometry: (x: Tensor, ...args: A) => Geometry
  /**
   * The gradient of the viewed tensor (given its shape) from that of the view. Where left out, it is zero outside of the
   * window.
   */
  readonly gradient?: (g: Tensor, shape: Shape, ...args: A) => Tensor
  /** The name of the node in the graph. */
  readonly node?: string
}

/** Every view that was defined, by name. */
export const viewOps: Set<string> = new Set()

/** Defines an op that shows the same memory in another shape and computes nothing. */
export function view<A extends readonly unknown[]>(
  name: string,
  definition: ViewDefinition<A>,
): (x: Tensor, ...args: A) => Tensor {
  viewOps.add(name)
  const node = definition.node ?? `${pascalCase(name)}Backward0`
  const {
    gradient = (g: Tensor, shape: Shape, ...args: A) => scatterView(g, shape, (zeros) => apply(zeros, ...args)),
  } = definition
  function apply(x: Tensor, ...args: A): Tensor {
    if (!(x instanceof Tensor)) throw new TypeError(`${name}(): expected a Tensor, got ${shown(x)}`)
    const out = alias(x, definition.geometry(x, ...args))
    out.inference = x.inference
    const inputs = [x]
    if (recording(inputs)) {
      const { shape } = x
      record(node, inputs, [out], [], ([g = null]) => [g === null ? null : gradient(g, shape, ...args)])
    }
    if (x.dtype.kind === 'floating' && !out.inference) markView(out, x)
    return out
  }
  return apply
}

/** Zeros of a shape with `g` in a window of them; its own gradient is that window. */
export function scatterView(g: Tensor, shape: Shape, window: (x: Tensor) => Tensor): Tensor {
  const out = no_grad(() => {
    const zeros = g.new_zeros(shape)
    window(zeros).copy_(g)
    return zeros
  })
  record('SliceScatterBackward0', [g], [out], [], ([gg = null]) => [gg === null ? null : window(gg)])
  return out
}
