import { DType } from '../dtype.ts'
import { repr } from '../tensor/print/python.ts'
import { Tensor } from '../tensor/tensor.ts'
import { typeName } from './kinds.ts'

/** How much of a text, and how many items of a list, a message shows. */
const longestText = 80
const mostItems = 6
const deepest = 3

/**
 * A value as messages show it: short, and without calling anything that it brings along, so that whatever a program passes can
 * be named. Numbers and texts are as Python writes them, lists are cut, tensors have their shape, all else its type.
 *
 * @param value of any kind.
 * @example
 * torch.shown([1, Symbol('x')]) // [1, Symbol(x)]
 */
export function shown(value: unknown): string {
  return within(value, 0)
}

function within(value: unknown, depth: number): string {
  if (typeof value === 'string') return repr(value.length > longestText ? `${value.slice(0, longestText)}…` : value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'symbol') return String(value)
  if (value === undefined) return 'undefined'
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return repr(value)
  if (Array.isArray(value)) return shownList(value, depth)
  if (value instanceof Tensor) return `a Tensor of shape [${value.shape.join(', ')}]`
  return value instanceof DType ? value.toString() : `a value of type ${typeName(value)}`
}

function shownList(list: readonly unknown[], depth: number): string {
  if (depth === deepest) return '[...]'
  const items = Array.from({ length: Math.min(list.length, mostItems) }, (_, i) => within(list[i], depth + 1))
  return `[${items.join(', ')}${list.length > mostItems ? ', ...' : ''}]`
}
