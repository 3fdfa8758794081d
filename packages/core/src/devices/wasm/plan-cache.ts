import { sameShape } from '../../shape.ts'
import type { Window } from './window.ts'

/** What the loops of a call depend on beside its kernel, apart from addresses and from the numbers that it computes with. */
export interface Arrangement {
  readonly shape: readonly number[]
  /** The arrays, and numbers. */
  readonly windows: readonly (Window | number)[]
  /** The dimensions that are folded. */
  readonly isReduced?: readonly boolean[]
  /** Whether the kernel depends on the numbers too. */
  readonly readsNumbers?: boolean
}

interface Entry<Plan> {
  readonly arrangement: Arrangement
  readonly plan: Plan
}

/** Plans of a kernel that are kept: a training loop asks for the same few again and again. */
const kept = 4

/** The plans of the last few calls of each kernel. */
export class PlanCache<Plan> {
  readonly #entries = new WeakMap<object, Entry<Plan>[]>()

  find(kernel: object, arrangement: Arrangement, plan: () => Plan): Plan {
    let entries = this.#entries.get(kernel)
    if (entries === undefined) {
      entries = []
      this.#entries.set(kernel, entries)
    }
    for (const entry of entries) if (isSame(entry.arrangement, arrangement)) return entry.plan
    const entry = { arrangement, plan: plan() }
    if (entries.length === kept) entries.shift()
    entries.push(entry)
    return entry.plan
  }
}

function isSame(a: Arrangement, b: Arrangement): boolean {
  if (!sameShape(a.shape, b.shape)) return false
  for (let k = 0; k < b.windows.length; k++) if (!isAlike(a.windows[k], b.windows[k], b.readsNumbers)) return false
  const [marks, others] = [a.isReduced, b.isReduced]
  return marks === others || (marks?.every((mark, dim) => mark === others?.[dim]) ?? false)
}

function isAlike(a: Window | number | undefined, b: Window | number | undefined, readsNumbers = false): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return typeof a === typeof b && (!readsNumbers || a === b)
  return a.type === b.type && sameShape(a.strides, b.strides)
}
