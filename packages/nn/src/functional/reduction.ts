import { type Tensor, ValueError } from '@chainrule/core'

/** What becomes of the losses of single elements: kept, averaged, or summed. */
export type Reduction = 'none' | 'mean' | 'sum'

/** What every loss takes by name. */
export interface LossOptions {
  /** `'mean'` where left out. */
  readonly reduction?: Reduction | undefined
}

/** The error for any other word. */
export const badReduction = (reduction: unknown): ValueError =>
  new ValueError(`${String(reduction)} is not a valid value for reduction`)

/** Folds the losses of single elements. */
export function reduce(losses: Tensor, reduction: Reduction = 'mean'): Tensor {
  if (reduction === 'mean') return losses.mean()
  if (reduction === 'sum') return losses.sum()
  if (reduction === 'none') return losses
  throw badReduction(reduction)
}
