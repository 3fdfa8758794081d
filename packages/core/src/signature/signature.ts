import { TypeError } from '../errors.ts'
import { isKeywords, type Kind, kindOf, type Quick, quickOf, refused, typeName, wrongItem } from './kinds.ts'

/** One argument of a function. */
export interface Parameter {
  /** PyTorch's name, and others that it goes by. */
  readonly names: readonly string[]
  /** As it was written: `'int[]?'`. */
  readonly kind: string
  readonly take: Kind['take']
  readonly word: string
  /** False for what is given by name only. */
  readonly positional: boolean
}

/** The language of a message: that of PyTorch's functions in C++, or that of functions written in Python. */
export type Words = 'native' | 'python'

type Values = Readonly<Record<string, unknown>>

/** Kinds whose null means the same as leaving them out. */
const defaulted = ['dtype?', 'device?', 'Generator?']

/** `'int[]? dim'`, `'Tensor|Number src|value'`, `'size *size'`: a kind, then the names. */
function parameter(text: string, positional: boolean): Parameter {
  const space = text.indexOf(' ')
  const kind = text.slice(0, space)
  const names = text
    .slice(space + 1)
    .replace('*', '')
    .split('|')
  const { word, take } = kindOf(kind)
  if (!defaulted.includes(kind)) return { names, kind, word, take, positional }
  return { names, kind, word, take: (value) => take(value) ?? undefined, positional }
}

/** What the texts of a signature say. */
interface Reading {
  readonly parameters: readonly Parameter[]
  /** Those that go by position too: the first. */
  readonly positional: readonly Parameter[]
  /** Which parameter may be written one element after the other; -1 for none. */
  readonly list: number
  /** True if it has to be: an array there is one element. */
  readonly spread: boolean
  /** Where each name stands among the parameters. */
  readonly places: ReadonlyMap<string, number>
  readonly required: number
  readonly ints: number
  readonly quick: readonly [Quick, Quick, Quick, Quick]
}

function read(texts: readonly string[], required: number): Reading {
  const star = texts.indexOf('*')
  const count = star < 0 ? texts.length : star
  const parameters = texts.filter((text) => text !== '*').map((text, i) => parameter(text, i < count))
  const positional = parameters.slice(0, count)
  const list = texts[count - 1]?.includes(' *') === true ? count - 1 : -1
  const quick = list >= 0 ? [] : positional.map(({ kind }) => quickOf(kind))
  return {
    parameters,
    positional,
    list,
    spread: list >= 0 && !/^size$|\[\]$/.test(positional[list]?.kind ?? ''),
    places: new Map(parameters.flatMap(({ names }, i) => names.map((one) => [one, i] as const))),
    // What the function takes after these is the object of those that go by name only.
    required: Math.min(required, count),
    ints: positional[list]?.kind === 'size' ? list : -1,
    quick: [quick[0] ?? 0, quick[1] ?? 0, quick[2] ?? 0, quick[3] ?? 0],
  }
}

/**
 * The arguments of a function: names, order and kinds. It binds a call by position, or by name in one last object, to values in
 * order, and refuses everything else in PyTorch's words, before anything has run. Its texts are read at the first call: to read
 * those of all functions would take much of the time of an import.
 */
export class Signature {
  /** The function, as messages name it. */
  readonly name: string
  readonly #texts: readonly string[]
  readonly #required: number
  readonly #words: Words
  #reading: Reading | null = null

  /** `parameters` as `'Kind name'`; those after `'*'` go by name only, in one object that follows the others. */
  constructor(name: string, parameters: readonly string[], required: number, words: Words = 'native') {
    this.name = name
    this.#texts = parameters
    this.#required = required
    this.#words = words
  }

  get #read(): Reading {
    this.#reading ??= read(this.#texts, this.#required)
    return this.#reading
  }

  get parameters(): readonly Parameter[] {
    return this.#read.parameters
  }

  /** How many of the first have no default. */
  get required(): number {
    return this.#read.required
  }

  /** Where a list of whole numbers may be written one after the other, which is looked for first; -1 for nowhere. */
  get ints(): number {
    return this.#read.ints
  }

  /** The quick forms of the first four, where every call may have so many and no list: see `fits`. */
  get quick(): readonly [Quick, Quick, Quick, Quick] {
    return this.#read.quick
  }

  /**
   * The arguments in their places; undefined where one was left out, and last an object of those that go by name only. `self`
   * is 1 where a method's tensor stands first, which messages do not count.
   *
   * @throws TypeError in PyTorch's words.
   */
  bind(args: unknown[], self: 0 | 1 = 0, name: string = this.name): unknown[] {
    const last = args[args.length - 1]
    const { positional, list, spread, required } = this.#read
    if (typeof last === 'object' && this.#isByName(args.length - 1, last))
      return this.#bindNames(args, last, self, name)
    const bound = list >= 0 ? gathered(args, list, spread) : args
    const { length } = bound
    if (length < required || length > positional.length) return this.#bindNames(args, {}, self, name)
    for (let i = 0; i < length; i++) {
      const value = bound[i]
      if (value === undefined) {
        if (i < required) throw this.#missing(bound, name)
        continue
      }
      const taken = (positional[i] as Parameter).take(value)
      if (taken === refused) throw mustBe(name, positional[i] as Parameter, value, i - self)
      bound[i] = taken
    }
    return bound
  }

  /** True for an object of keywords: a literal where no literal is asked for by position, or that has this one by its name. */
  #isByName(place: number, value: object | null): value is Values {
    if (!isKeywords(value)) return false
    const parameter = this.#read.positional[place]
    return parameter?.kind.startsWith('dict') !== true || Object.hasOwn(value, parameter.names[0] as string)
  }

  #bindNames(args: unknown[], keywords: Values, self: 0 | 1, name: string): unknown[] {
    const { parameters, positional, list, spread, places, required } = this.#read
    if (args[args.length - 1] === keywords) args.pop()
    const bound = list >= 0 ? gathered(args, list, spread) : args
    const count = bound.length
    for (let i = positional.length; i < count; i++) if (bound[i] !== undefined) throw this.#tooMany(count, self, name)
    const given = Math.min(count, positional.length)
    for (let i = 0; i < given; i++) bound[i] = taken(name, positional[i] as Parameter, bound[i], i - self)
    for (let i = given; i < positional.length; i++) bound[i] = undefined
    bound.length = positional.length
    const options: Record<string, unknown> = {}
    for (const key of Object.keys(keywords)) {
      const place = places.get(key) ?? -1
      if (place < self) throw this.#unexpected(key, count, name)
      if (place < count) throw new TypeError(`${name}() got multiple values for argument '${key}'`)
      const found = parameters[place] as Parameter
      const value = taken(name, found, keywords[key], null)
      if (value === undefined) continue
      if (found.positional) bound[place] = value
      else options[key] = value
    }
    for (let i = 0; i < required; i++) if (bound[i] === undefined) throw this.#missing(bound, name)
    if (positional.length < parameters.length) bound[positional.length] = options
    return bound
  }

  #missing(bound: readonly unknown[], name: string): TypeError {
    const missing = this.#read.positional.slice(0, this.required).filter((_, i) => bound[i] === undefined)
    const names = missing.map(({ names: [first] }) => first as string)
    if (this.#words === 'native') {
      const quoted = names.map((one) => `"${one}"`).join(', ')
      return new TypeError(`${name}() missing ${names.length} required positional arguments: ${quoted}`)
    }
    return new TypeError(
      `${name}() missing ${counted(names.length, 'required positional argument')}: ${enumerated(names)}`,
    )
  }

  #tooMany(count: number, self: 0 | 1, name: string): TypeError {
    const most = this.#read.positional.length - self
    if (self === 1 && most === 0) return new TypeError(`TensorBase.${name}() takes no arguments (${count - 1} given)`)
    // A constructor's own object counts in Python.
    const own = this.#words === 'python' && name.includes('.') ? 1 : 0
    const fewest = this.required - self
    const takes =
      this.#words === 'python' && fewest < most
        ? `from ${fewest + own} to ${counted(most + own, 'positional argument')}`
        : counted(most + own, 'positional argument')
    return new TypeError(`${name}() takes ${takes} but ${count - self + own} were given`)
  }

  #unexpected(key: string, given: number, name: string): TypeError {
    const others = this.parameters.filter(({ positional }, i) => !positional || i >= given).map(({ names }) => names[0])
    return new TypeError(
      `${name}() got an unexpected keyword argument '${key}'\nIt takes ${others.join(', ') || 'no more'}.`,
    )
  }
}

function taken(name: string, parameter: Parameter, value: unknown, place: number | null): unknown {
  if (value === undefined) return undefined
  const result = parameter.take(value)
  if (result === refused) throw mustBe(name, parameter, value, place)
  return result
}

function mustBe(name: string, parameter: Parameter, value: unknown, place: number | null): TypeError {
  const { word, kind } = parameter
  const item = wrongItem(kind, value)
  if (item !== null) {
    const found = typeName((value as readonly unknown[])[item])
    if (word === 'tuple of Tensors') {
      return new TypeError(`expected Tensor as element ${item} in argument ${place ?? 0}, but got ${found}`)
    }
    return new TypeError(
      `${name}(): argument '${parameter.names[0]}' must be ${word}, but found element of type ${found} at pos ${item + 1}`,
    )
  }
  const position = place === null ? '' : ` (position ${place + 1})`
  return new TypeError(`${name}(): argument '${parameter.names[0]}'${position} must be ${word}, not ${typeName(value)}`)
}

/** Arguments with those from `list` on in one array, where they are not yet. */
function gathered(args: readonly unknown[], list: number, spread: boolean): unknown[] {
  const first = args[list]
  if (args.length <= list || first === undefined || (!spread && isList(first))) return args as unknown[]
  return [...args.slice(0, list), args.slice(list)]
}

const isList = (value: unknown): boolean =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))
const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
/** `'a'`, `'a' and 'b'`, `'a', 'b', and 'c'`, as Python writes them. */
function enumerated(names: readonly string[]): string {
  const quoted = names.map((name) => `'${name}'`)
  const last = quoted.pop() as string
  if (quoted.length === 0) return last
  return `${quoted.join(', ')}${quoted.length > 1 ? ',' : ''} and ${last}`
}
