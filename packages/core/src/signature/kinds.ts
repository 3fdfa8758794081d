import { DType } from '../dtype.ts'
import { RuntimeError, TypeError } from '../errors.ts'
import { Generator } from '../random/generator.ts'
import { Tensor } from '../tensor/tensor.ts'

/** Stands for a value that is not of the kind asked for. */
export const refused = Symbol('refused')

/** Gives the value as a function receives it, or `refused`. */
export type Take = (value: unknown) => unknown

/** Kinds whose values mostly pass as they are, as numbers: a call asks for these without looking a function up. */
export const Quick = { never: 0, Tensor: 1, TensorOrNumber: 2, number: 3, int: 4, bool: 5 } as const
export type Quick = (typeof Quick)[keyof typeof Quick]

/** True for a value of the kind that can be passed on as it is; false where `take` has to look closer. */
export function fits(kind: Quick, value: unknown): boolean {
  if (typeof value === 'object') return kind !== 0 && kind <= 2 && value instanceof Tensor
  if (typeof value === 'number') return kind === 2 || kind === 3 || (kind === 4 && Number.isSafeInteger(value))
  return kind === 5 && typeof value === 'boolean'
}

/** The quick form of a kind, by its text. */
export function quickOf(text: string): Quick {
  const kind = text.replace(/\?$/, '')
  if (kind === 'Tensor') return Quick.Tensor
  if (kind === 'Tensor|Number' || kind === 'any') return Quick.TensorOrNumber
  if (kind === 'Number' || kind === 'float') return Quick.number
  if (kind === 'int' || kind === 'int[]') return Quick.int
  return kind === 'bool' ? Quick.bool : Quick.never
}

/** A kind of argument: PyTorch's word for it in messages, and the check. */
export interface Kind {
  readonly word: string
  readonly take: Take
}

/** True for an object literal: no tensor, no array, nothing of a class, of whichever realm. */
export function isKeywords(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || value instanceof Tensor || Array.isArray(value)) return false
  try {
    const prototype: unknown = Object.getPrototypeOf(value)
    return prototype === null || Object.getPrototypeOf(prototype) === null
  } catch {
    return false // a proxy that does not answer
  }
}

/** The value of a 0-dimensional tensor without gradient; `refused` for any other value. */
function scalarOf(value: unknown, kinds: readonly string[]): number | boolean | typeof refused {
  if (!(value instanceof Tensor) || value.shape.length !== 0 || !kinds.includes(value.dtype.kind)) return refused
  return value.requires_grad ? refused : value.item()
}

function takeInt(value: unknown): unknown {
  if (typeof value !== 'number') return scalarOf(value, ['integer'])
  if (!Number.isInteger(value)) return refused
  if (Math.abs(value) >= 2 ** 63) throw new RuntimeError('Overflow when unpacking long')
  return value
}

function takeFloat(value: unknown): unknown {
  if (typeof value === 'number') return value
  return typeof value === 'boolean' ? Number(value) : scalarOf(value, ['floating', 'integer'])
}

const numbers = ['floating', 'integer', 'bool']
const isNumber = (value: unknown): boolean => typeof value === 'number' || typeof value === 'boolean'

/** True for what only `new` calls: a class, here or of the engine. */
function isClass(value: object): boolean {
  try {
    return Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false
  } catch {
    return false // a proxy that does not answer
  }
}

/** The kinds that stand alone, by the names that signatures use. */
const simple: Readonly<Record<string, Kind>> = {
  any: { word: 'any', take: (value) => value },
  Tensor: { word: 'Tensor', take: (value) => (value instanceof Tensor ? value : refused) },
  Number: { word: 'Number', take: (value) => (isNumber(value) ? value : scalarOf(value, numbers)) },
  'Tensor|Number': { word: 'Tensor', take: (value) => (value instanceof Tensor || isNumber(value) ? value : refused) },
  int: { word: 'int', take: takeInt },
  float: { word: 'float', take: takeFloat },
  bool: { word: 'bool', take: (value) => (typeof value === 'boolean' ? value : scalarOf(value, ['bool'])) },
  str: { word: 'str', take: (value) => (typeof value === 'string' ? value : refused) },
  dtype: { word: 'torch.dtype', take: (value) => (value instanceof DType ? value : refused) },
  device: { word: 'torch.device', take: (value) => (typeof value === 'string' ? value : refused) },
  Generator: { word: 'torch.Generator', take: (value) => (value instanceof Generator ? value : refused) },
  size: { word: 'tuple of ints', take: (value) => takeList(value, takeInt, false) },
  function: { word: 'a function', take: (value) => (typeof value === 'function' && !isClass(value) ? value : refused) },
  dict: { word: 'dict', take: (value) => (isKeywords(value) ? value : refused) },
}

/** Items of a list, each taken; a lone number stands for a list of one. */
function takeList(items: unknown, one: Take, alone: boolean): unknown {
  const list = ArrayBuffer.isView(items) && !(items instanceof DataView) ? Array.from(items as Int32Array) : items
  if (!Array.isArray(list)) return alone ? one(items) : refused
  let taken: unknown[] = list
  for (let i = 0; i < list.length; i++) {
    const value = one(list[i])
    if (value === refused) return refused
    if (value === list[i]) continue
    if (taken === list) taken = [...(list as readonly unknown[])]
    taken[i] = value
  }
  return taken
}

const known = new Map<string, Kind>()

/**
 * The kind of a text such as `'int'`, `'float[]'`, `'Tensor|Number'`, each with `?` where null is taken.
 *
 * @throws TypeError for a text that names no kind.
 */
export function kindOf(text: string): Kind {
  let kind = known.get(text)
  if (kind === undefined) known.set(text, (kind = makeKind(text)))
  return kind
}

function makeKind(text: string): Kind {
  const kind = simple[text]
  if (kind !== undefined) return kind
  if (text.endsWith('?')) {
    const { word, take } = kindOf(text.slice(0, -1))
    return { word, take: (value) => (value === null ? null : take(value)) }
  }
  if (text.includes('|')) {
    const [first, ...rest] = text.split('|').map(kindOf) as [Kind, ...Kind[]]
    const next = rest.length === 1 ? (rest[0] as Kind) : kindOf(text.slice(text.indexOf('|') + 1))
    const takesTensors = text.split('|').includes('Tensor')
    return {
      word: first.word,
      take: (value) => {
        // No number is read from a tensor where the tensor will do: it may be on a GPU, and `max` means another thing by it.
        if (takesTensors && value instanceof Tensor) return value
        const taken = first.take(value)
        return taken === refused ? next.take(value) : taken
      },
    }
  }
  if (text.endsWith('[]')) {
    const { word, take } = kindOf(text.slice(0, -2))
    if (word === 'any') return { word: 'tuple', take: (value) => takeList(value, take, false) }
    const alone = word === 'int' || word === 'float' || word === 'Number' || word === 'bool'
    return { word: `tuple of ${word}s`, take: (value) => takeList(value, take, alone) }
  }
  throw new TypeError(`signature: there is no kind '${text}'; there are ${Object.keys(simple).join(', ')}`)
}

/** Where a list has an item of another kind: its index; null where the value is no list. */
export function wrongItem(text: string, value: unknown): number | null {
  const list = text
    .replaceAll('?', '')
    .replace('size', 'int[]')
    .split('|')
    .find((kind) => kind.endsWith('[]'))
  if (list === undefined || !Array.isArray(value)) return null
  const { take } = kindOf(list.slice(0, -2))
  const items: readonly unknown[] = value
  for (let i = 0; i < items.length; i++) if (take(items[i]) === refused) return i
  return null
}

/** The type of a value, as Python names it where it has it. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'NoneType'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'string') return 'str'
  if (typeof value === 'object') return objectName(value)
  if (typeof value === 'function' && isClass(value)) return 'type'
  // A module is a function that has a class.
  const name = typeof value === 'function' ? nameOfClass(value) : ''
  return name === '' || name.endsWith('Function') ? typeof value : name
}

function objectName(value: object): string {
  if (Array.isArray(value)) return 'list'
  if (value instanceof DType) return 'torch.dtype'
  if (isKeywords(value)) return 'dict'
  return nameOfClass(value) || 'object'
}

/** The name of a value's class, or no text. */
function nameOfClass(value: object): string {
  try {
    const { constructor } = value
    return typeof constructor === 'function' ? constructor.name : ''
  } catch {
    return '' // a proxy that does not answer
  }
}
