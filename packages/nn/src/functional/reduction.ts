import { Tensor, ValueError } from '@chainrule/core'

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

/** Checks the word for what becomes of the losses. */
export function checkReduction(reduction: unknown): void {
  if (reduction !== 'none' && reduction !== 'mean' && reduction !== 'sum') throw badReduction(reduction)
}

/** Folds the losses of single elements. */
export function reduce(losses: Tensor, reduction: Reduction = 'mean'): Tensor {
  if (reduction === 'mean') return losses.mean()
  if (reduction === 'sum') return losses.sum()
  if (reduction === 'none') return losses
  throw badReduction(reduction)
}

/** The options of a loss with weights, which may stand before them by position. */
export type WeightFirst<O> = [weight: Tensor | null, options?: O] | [options?: O]

/** All options by name. */
export function weightFirst<O extends object>([first, rest]: WeightFirst<O>): Partial<O> & Weighted {
  return first instanceof Tensor || first === null
    ? Object.assign({}, rest, { weight: first })
    : Object.assign({}, first)
}
type Weighted = { readonly weight?: Tensor | null | undefined }
