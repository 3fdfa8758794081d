import { TypeError } from '../errors.ts'
/**
 * Calls by position and by name, as PyTorch takes them: any number of arguments in order, then the rest in one last object
 * under PyTorch's keywords.
 */

/**
 * A function of the parameters `A`, whose PyTorch names are `N`. A name with a star is a list that may be written one element
 * after the other; `src|value` has two names, of which a call gives one.
 */
export type Named<N extends readonly string[], A extends readonly unknown[], R> = (
  ...args: ByPosition<N, A> | ByName<N, A>
) => R

type ByPosition<N, A> = N extends readonly [...string[], `*${string}`] ? Listed<N, A> : A

/** Up to the list as it is, then the list in both spellings, then what comes after it. */
type Listed<N, A, Before extends readonly unknown[] = []> = N extends readonly [unknown, infer Next, ...infer Names]
  ? Listed<[Next, ...Names], Tail<A>, [...Before, Head<A>]>
  : Head<A> extends readonly (infer T)[]
    ? [...Before, ...T[]] | [...Before, list: readonly T[], ...Tail<A>] | BeforeOptions<[...Before, ...T[]], Tail<A>>
    : never
type BeforeOptions<Before extends readonly unknown[], Options> = Options extends readonly []
  ? never
  : [...Before, options: Head<Options>]

/** From each place on by name. */
type ByName<N, A, Before extends readonly unknown[] = []> = N extends readonly [
  infer Name extends string,
  ...infer Names,
]
  ?
      | [...Before, keywords: Flat<Keywords<N, A>>]
      | (Name extends `*${string}` ? never : ByName<Names, Tail<A>, [...Before, First<A>]>)
  : never

/** The parameters under their names, and the options after them. */
type Keywords<N, A> = N extends readonly [infer Name extends string, ...infer Names]
  ? (A extends readonly [unknown, ...unknown[]]
      ? Keyword<Name, Head<A>>
      : Partial<Keyword<Name, Head<A> | undefined>>) &
      Keywords<Names, Tail<A>>
  : A extends readonly []
    ? unknown
    : Head<A>
type Keyword<Name extends string, T> = Name extends `*${infer List}`
  ? Keyword<List, T>
  : Name extends `${infer First}|${infer Second}`
    ? Keyword<First, T> | Keyword<Second, T>
    : { readonly [K in Name]: T }

type Head<A> = A extends readonly [(infer T)?, ...unknown[]] ? Exclude<T, undefined> : never
/** What is optional may be given as undefined. */
type First<A> = A extends readonly [infer T, ...unknown[]] ? T : Head<A> | undefined
type Tail<A> = A extends readonly [unknown?, ...infer Rest] ? Rest : never
type Flat<T> = T extends unknown ? { [K in keyof T]: T[K] } : never

/**
 * Lets a function be called by name as well: `names` are PyTorch's, in the order of the parameters; those without a default
 * are required. Where there is one parameter more, it is the object of what has only a name, `only`.
 *
 * @example
 * export const narrow = named('narrow', ['input', 'dim', 'start', 'length'], (x: Tensor, dim: number, start: number, length: number) => …)
 * narrow(x, 0, 1, 2)
 * narrow(x, 0, { start: 1, length: 2 })
 * x.narrow({ dim: 0, start: 1, length: 2 })
 */
export function named<const N extends readonly string[], F extends object>(
  op: string,
  names: N,
  run: F,
  only?: readonly string[],
): F extends (...args: infer A) => infer R ? Named<N, A, R> : never
export function named(op: string, names: readonly string[], run: Callable, only: readonly string[] = []): Callable {
  const most = names.length
  const required = run.length
  const signature: Signature = {
    op,
    names: names.map((name) => name.replace('*', '').split('|')),
    only,
    required,
    list: names[most - 1]?.startsWith('*') === true ? most - 1 : null,
  }
  const call: Callable = (...args) => {
    if (isKeywords(args[args.length - 1])) return run(...bind(signature, args))
    const bound = signature.list === null ? args : gathered(args, signature.list)
    const fits = bound.length >= required && bound.length <= most
    return run(...(fits ? bound : bind(signature, args)))
  }
  return Object.defineProperty(call, 'name', { value: op })
}

type Callable = (...args: readonly unknown[]) => unknown
interface Signature {
  readonly op: string
  readonly names: readonly (readonly string[])[]
  /** What is taken by name only. */
  readonly only: readonly string[]
  readonly required: number
  /** Which parameter may be written one element after the other. */
  readonly list: number | null
}
type Values = Readonly<Record<string, unknown>>

/** An object that was written as such: no tensor, no array, nothing of a class. */
function isKeywords(value: unknown): value is Values {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** Every argument in its place. */
function bind(signature: Signature, args: readonly unknown[]): unknown[] {
  const { op, names, only, required, list } = signature
  const last = args[args.length - 1]
  const keywords = isKeywords(last) ? last : {}
  const positional = isKeywords(last) ? args.slice(0, -1) : args
  const bound = [...(list === null ? positional : gathered(positional, list))]
  const given = bound.length
  if (given > names.length && bound.slice(names.length).some((value) => value !== undefined)) {
    throw new TypeError(`${op}() takes ${counted(names.length, 'positional argument')} but ${given} were given`)
  }
  const options: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(keywords)) {
    const place = names.findIndex((alternatives) => alternatives.includes(name))
    if (place >= 0 && place < given) throw new TypeError(`${op}() got multiple values for argument '${name}'`)
    if (place >= 0) bound[place] = value
    else if (only.includes(name)) options[name] = value
    else {
      const others = [...names.slice(given).flat(), ...only]
      throw new TypeError(
        `${op}() got an unexpected keyword argument '${name}'; it takes ${others.join(', ') || 'no more'}`,
      )
    }
  }
  const missing = names.slice(0, required).filter((_, i) => bound[i] === undefined)
  if (missing.length > 0) {
    const quoted = missing.map(([name]) => `"${name}"`).join(', ')
    throw new TypeError(`${op}() missing ${counted(missing.length, 'required positional argument')}: ${quoted}`)
  }
  if (only.length > 0) bound[names.length] = options
  return bound
}

/** Arguments with those from `list` on in one array, where they are not yet. */
function gathered(args: readonly unknown[], list: number): readonly unknown[] {
  if (args.length <= list || Array.isArray(args[list])) return args
  return [...args.slice(0, list), args.slice(list)]
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
