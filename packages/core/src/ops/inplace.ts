import { nameStep, record, recording } from '../autograd/graph.ts'
import { modes, no_grad } from '../autograd/modes.ts'
import { checkInPlace, rebaseHistory } from '../autograd/view.ts'
import { Kernel } from '../devices/kernel.ts'
import { variable } from '../formula/index.ts'
import { alias } from '../tensor/make.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { checkApart, checkSeparate, type Value } from './define/operands.ts'

const identity = new Kernel('copy', ['x'], [variable('x')])

/** Writes `x`, broadcast and converted, into a window. Nothing is recorded. */
export function write(out: Tensor, x: Value): void {
  const value = typeof x === 'number' ? x : x.storage.buffer
  // One number into another needs no kernel; a window may be on none.
  if (out.numel() === 0) return
  if (typeof out.storage.buffer === 'number' && typeof value === 'number') out.storage.buffer = out.dtype.round(value)
  else out.storage.device.run(identity, [out], [x])
}

/**
 * Changes the memory of `x` by `change`, with what autograd has to check before and to record after: `backward` gives the
 * gradients of `x` as it was and of the others, and reads what is `saved`.
 */
export function inPlace(
  x: Tensor,
  others: readonly Tensor[],
  change: () => void,
  backward: Parameters<typeof record>[4],
  node: string,
  saved: readonly Tensor[] = [],
): Tensor {
  checkInPlace(x)
  checkApart(x)
  return overwrite(x, others, change, backward, node, saved)
}

/** As `inPlace`, of what may write one value into one place several times. */
export function overwrite(
  x: Tensor,
  others: readonly Tensor[],
  change: () => void,
  backward: Parameters<typeof record>[4],
  node: string,
  saved: readonly Tensor[] = [],
): Tensor {
  const inputs = [x, ...others]
  const isRecorded = recording(inputs) && x.dtype.kind === 'floating'
  checkInPlace(x)
  let step = null
  if (isRecorded) {
    // A stand-in takes the record, whose node then becomes the history of `x` itself.
    const stand = alias(x, x)
    record(node, inputs, [stand], saved, backward)
    step = stand.node
  }
  // However many steps the change takes, it is one.
  const { version } = x.storage
  no_grad(change)
  x.storage.version = version + 1
  if (step !== null) rebaseHistory(x, step)
  return x
}

/** An op in place whose way is to compute anew and overwrite: `next` gives the new value from the old one. */
export function replace(
  x: Tensor,
  node: string,
  next: (old: Tensor) => Tensor,
  separate: readonly Tensor[] = [],
): Tensor {
  checkInPlace(x)
  // Gradients may read what is about to change.
  const value = next(modes.grad ? x.clone() : x)
  // What the op reads in another order than it writes may not be where it writes.
  if (separate.length > 0) checkSeparate(x, separate)
  x.copy_(value)
  return recording([x, value]) && x.viewOf === null ? nameStep(x, node) : x
}
