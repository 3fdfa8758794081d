import { outsideScopes } from '../devices/scope.ts'
import { contiguousStrides, isContiguous, isDense } from '../shape.ts'
import { signature } from '../signature/index.ts'
import { alias, allocate, wrapNumber } from '../tensor/make.ts'
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
    // A leaf may have been detached since it was used.
    if (gradient !== null && gradient !== undefined && this.variable.leafRequiresGrad) {
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
export const borrow_grad = signature('borrow_grad', ['Tensor input'], (x: Tensor): Tensor | null => x.gradient)

/**
 * Adds a gradient into `.grad`. The first one is taken over where nobody else has it, and copied otherwise: it lies in memory as
 * the leaf does, or row by row where that has gaps. The old `.grad` is added to in place, unless the sum itself is to be
 * differentiated.
 *
 * @see https://github.com/pytorch/pytorch/blob/v2.0.0/torch/csrc/autograd/functions/accumulate_grad.h
 */
export function accumulate(x: Tensor, gradient: Tensor): void {
  const old = x.gradient
  if (old === null) x.gradient = modes.grad ? copyLike(x, gradient) : takeOver(x, gradient)
  else if (modes.grad) x.gradient = old.add(gradient)
  else old.add_(gradient)
}

function takeOver(x: Tensor, gradient: Tensor): Tensor {
  const { storage } = gradient
  if (gradient.ndim === 0 && typeof storage.buffer === 'number') {
    return wrapNumber(storage.device, gradient.dtype, storage.buffer)
  }
  const isOnlyOurs = storage.unseen && !storage.kept && storage.saves === 0 && storage.holds === 1
  const isLaidOut = isLike(x, gradient)
  if (!isOnlyOurs || gradient.numel() !== storage.length || !isLaidOut) {
    return outsideScopes(() => (isLaidOut ? gradient.detach().clone() : copyLike(x, gradient)))
  }
  storage.unseen = false
  return gradient
}

/** The strides of the `.grad` of a leaf. */
const stridesFor = (x: Tensor): readonly number[] => (isDense(x) ? x.strides : contiguousStrides(x.shape))

function isLike(x: Tensor, gradient: Tensor): boolean {
  if (isContiguous(x)) return isContiguous(gradient)
  const wanted = stridesFor(x)
  return gradient.shape.every((size, i) => size === 1 || gradient.strides[i] === wanted[i])
}

/** A copy of a gradient that lies as the `.grad` of a leaf does. */
function copyLike(x: Tensor, gradient: Tensor): Tensor {
  const { shape, dtype, storage } = gradient
  const memory = allocate(shape, dtype, storage.device)
  return alias(memory, { shape, strides: stridesFor(x), offset: 0 }).copy_(gradient)
}
