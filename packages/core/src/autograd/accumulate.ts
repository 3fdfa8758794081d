import { outsideScopes } from '../devices/scope.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { modes } from './modes.ts'
import { addHook, type Gradient, Node, type RemovableHandle } from './node.ts'

/** The end of a path: adds what arrives into the `.grad` of a leaf. */
export class AccumulateGrad extends Node {
  readonly variable: Tensor
  /** Called with the leaf after its gradient was added. */
  accumulateHooks: ((tensor: Tensor) => void)[] | null = null

  constructor(variable: Tensor) {
    super([], [])
    this.variable = variable
  }

  override get isForeign(): boolean {
    return this.accumulateHooks !== null
  }

  kind(): string {
    return 'AccumulateGrad'
  }

  backward([gradient]: readonly Gradient[]): readonly Gradient[] {
    if (gradient !== null && gradient !== undefined) {
      accumulate(this.variable, gradient)
      for (const hook of this.accumulateHooks ?? []) hook(this.variable)
    }
    return []
  }

  /** Calls `hook` with the leaf each time its gradient was added. */
  register_post_accumulate_grad_hook(hook: (tensor: Tensor) => void): RemovableHandle {
    this.accumulateHooks ??= []
    return addHook(this.accumulateHooks, hook)
  }
}

/**
 * The gradient of a leaf, for as long as the caller's own call lasts: unlike `x.grad` it is not handed out, so that its
 * memory is free again as soon as it is cleared. For optimizers and their kin.
 */
export function borrow_grad(x: Tensor): Tensor | null {
  return x.gradient
}

/**
 * Adds a gradient into `.grad`. The first one is taken over where nobody else has it, and copied otherwise. The old
 * `.grad` is added to in place, unless the sum itself is to be differentiated.
 */
export function accumulate(x: Tensor, gradient: Tensor): void {
  const old = x.gradient
  if (old === null) x.gradient = modes.grad ? gradient.clone() : takeOver(gradient)
  else if (modes.grad) x.gradient = old.add(gradient)
  else old.add_(gradient)
}

function takeOver(gradient: Tensor): Tensor {
  const { storage } = gradient
  const isOnlyOurs = storage.unseen && !storage.kept && storage.saves === 0 && storage.holds === 1
  if (!isOnlyOurs || gradient.numel() !== storage.length || !gradient.is_contiguous())
    return outsideScopes(() => gradient.detach().clone())
  storage.unseen = false
  return gradient
}
