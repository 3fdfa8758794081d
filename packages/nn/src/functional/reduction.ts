import { repr, type Tensor, typeName, ValueError, warnings } from '@chainrule/core'

/** What becomes of the losses of single elements: kept, averaged, or summed. */
export type Reduction = 'none' | 'mean' | 'sum'

/** What every loss takes by name. */
export interface LossOptions {
  /** `'mean'` where left out. */
  readonly reduction?: Reduction | undefined
}

/** PyTorch's older words for `reduction`: `size_average` and `reduce`; null where `reduction` says it. */
export type Legacy = boolean | null
/** How most losses end: the older words, then `reduction`. */
export const reduced = ['bool? size_average', 'bool? reduce', 'any reduction'] as const

/** The reduction, in the older words where one of them is given; PyTorch warns of them. */
export function reductionOf<R extends string>(size_average: Legacy, reduce: Legacy, reduction: R): R | Reduction {
  if (size_average === null && reduce === null) return reduction
  const word = reduce === false ? 'none' : size_average === false ? 'sum' : 'mean'
  warnings.warn(`size_average and reduce args will be deprecated, please use reduction='${word}' instead.`)
  return word
}

/**
 * Checks the word for what becomes of the losses.
 *
 * @throws ValueError for any other.
 */
export function checkReduction(reduction: unknown): asserts reduction is Reduction {
  if (reduction === 'none' || reduction === 'mean' || reduction === 'sum') return
  throw new ValueError(`${shown(reduction)} is not a valid value for reduction`)
}

/** Python's text of a word that is wrong. */
export function shown(word: unknown): string {
  if (typeof word === 'string') return word
  return Object(word) === word ? typeName(word) : repr(word)
}

/** Folds the losses of single elements. */
export function reduce(losses: Tensor, reduction: Reduction): Tensor {
  checkReduction(reduction)
  if (reduction === 'none') return losses
  return reduction === 'mean' ? losses.mean() : losses.sum()
}
