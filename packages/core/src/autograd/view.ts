import { RuntimeError } from '../errors.ts'
import { type Geometry, storageEnd } from '../shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { gradientEdge, gradientNode, requiresGrad } from './graph.ts'
import { modes } from './modes.ts'
import { type Gradient, Node } from './node.ts'

/** Under which circumstances a view was made; all but the first forbid some changes in place. */
export type ViewOrigin = 'plain' | 'no_grad' | 'multiple'

/**
 * What makes a tensor a view to autograd: the tensor that it is a window on. When the memory changes in place, the base
 * gets a new history, and each view takes its own from the base when it is next asked.
 */
export class ViewRecord {
  readonly base: Tensor
  readonly origin: ViewOrigin
  /** The version of the memory for which the view's history holds. */
  version: number

  constructor(base: Tensor, origin: ViewOrigin) {
    this.base = base
    this.origin = origin
    this.version = base.storage.version
  }

  /** Brings the view's history up to date with changes made through the base or another view. */
  refresh(view: Tensor): void {
    if (this.version === view.storage.version) return
    this.version = view.storage.version
    if (view.leafRequiresGrad || !requiresGrad(this.base)) return
    if (this.origin === 'multiple') throw multiple(view, 'its base or another view of its base has been')
    const { grad } = modes
    modes.grad = true
    try {
      view.node = this.base.as_strided(view.shape, view.strides, view.offset).node
    } finally {
      modes.grad = grad
    }
    view.outputIndex = 0
  }
}

/** The error for one of several views of a function, whose memory was or would be changed. */
function multiple({ node, outputIndex }: Tensor, what: string): RuntimeError {
  return new RuntimeError(
    `Output ${outputIndex} of ${node?.name()} is a view and ${what} modified inplace. This view is the output of a function ` +
      'that returns multiple views. Such functions do not allow the output views to be modified inplace. You should replace ' +
      'the inplace operation by an out-of-place one.',
  )
}

/** Makes `view` a view of `x`, or of what `x` is itself a view of. */
export function markView(view: Tensor, x: Tensor, origin: ViewOrigin = 'plain'): void {
  const inherited = x.viewOf !== null && x.viewOf.origin !== 'plain' ? x.viewOf.origin : origin
  view.viewOf = new ViewRecord(x.viewOf === null ? x : x.viewOf.base, modes.grad ? inherited : 'no_grad')
}

/** A copy of a gradient of `base` that lies in memory as `base` does, and the window on it that `view` is on `base`. */
function laidOut(
  gradient: Tensor,
  base: Geometry,
  view: Geometry,
): { readonly whole: Tensor; readonly window: Tensor } {
  const start = Math.min(base.offset, view.offset)
  const memory = gradient.new_zeros([Math.max(storageEnd(base), storageEnd(view)) - start])
  const whole = memory.as_strided(base.shape, base.strides, base.offset - start)
  whole.copy_(gradient)
  return { whole, window: memory.as_strided(view.shape, view.strides, view.offset - start) }
}

/** Where a tensor's elements are now; views in place may move it. */
const geometryOf = ({ shape, strides, offset }: Tensor): Geometry => ({ shape, strides, offset })

/** The history of a base after a change in place of one of its views: the change applies to that window alone. */
class CopySlices extends Node {
  readonly #base: Geometry
  readonly #view: Geometry
  readonly #change: Node

  constructor(base: Tensor, view: Tensor, change: Node) {
    super([gradientEdge(base), ...change.next.slice(1)], [base.outputIndex, ...change.nextIndex.slice(1)])
    this.#base = geometryOf(base)
    this.#view = geometryOf(view)
    this.#change = change
    // The change asks in a pass which gradients are wanted: that of the base now, not that of the old view.
    change.next[0] = this.next[0] ?? null
  }

  kind(): string {
    return 'CopySlices'
  }

  backward([gradient = null]: readonly Gradient[]): readonly Gradient[] {
    if (gradient === null) return this.next.map(() => null)
    const { whole, window } = laidOut(gradient, this.#base, this.#view)
    const [inner = null, ...others] = this.#change.backward([window.clone()])
    if (inner === null) window.zero_()
    else window.copy_(inner)
    return [whole, ...others]
  }

  override release(): void {
    this.#change.release()
  }
}

const INFERENCE =
  'Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a normal tensor ' +
  'before doing inplace update.See https://github.com/pytorch/rfcs/pull/17 for more details.'

/** Checks, before anything changes, that autograd allows a tensor's memory to be changed through it. */
export function checkInPlace(x: Tensor): void {
  if (x.inference && !modes.inference) throw new RuntimeError(INFERENCE)
  if (!modes.grad) return
  const { viewOf: view } = x
  if (view !== null && (requiresGrad(x) || requiresGrad(view.base))) {
    if (view.origin === 'multiple') {
      throw multiple(x, 'is being')
    }
    if (view.origin === 'no_grad') {
      throw new RuntimeError(
        'A view was created in no_grad mode and is being modified inplace with grad mode enabled. Given that this use ' +
          'case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the view and the ' +
          "inplace either both inside the no_grad block (if you don't want the inplace to be tracked) or both outside " +
          '(if you want the inplace to be tracked).',
      )
    }
  }
  if (view !== null && requiresGrad(x) && gradientNode(view.base) === null) {
    throw new RuntimeError('a view of a leaf Variable that requires grad is being used in an in-place operation.')
  }
  if (x.leafRequiresGrad) {
    throw new RuntimeError('a leaf Variable that requires grad is being used in an in-place operation.')
  }
}

/** Gives a tensor that was changed in place its new history; `change` has the tensor as its first input. */
export function rebaseHistory(x: Tensor, change: Node): void {
  const { viewOf: view } = x
  if (view === null) {
    x.node = change
    x.outputIndex = 0
    return
  }
  const { base } = view
  base.node = new CopySlices(base, x, change)
  base.outputIndex = 0
  view.version = -1
}
