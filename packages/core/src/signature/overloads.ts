/**
 * The types of functions that are called by position and by name, as a person would write them: all by position; the first
 * argument, then the rest by name; from any other place on by name.
 */
import type { Bound } from './define.ts'
import type { Signature } from './signature.ts'

/** Keeps what the type of a bound function is made of, for the method of the same name. Nothing has such a property. */
export declare const parts: unique symbol

/**
 * A function of the parameters `A`, whose kinds and PyTorch names are `N`. It is called by position, or with what comes after
 * any argument by name in one last object.
 */
export type Named<N extends readonly string[], A extends readonly unknown[], R> = N extends readonly []
  ? Unnamed<A, R>
  : number extends N['length']
    ? Unnamed<A, R>
    : CalledByName<N, A, R> & Signed<N, A, R>

/** A bound function that is called by position only, as far as types know. */
export interface Unnamed<A extends readonly unknown[], R> extends Binding {
  (...args: A): R
}

type CalledByName<N, A, R> = N extends readonly [`${string} *${string}`, ...unknown[]]
  ? Calls<ByPosition<N, A>, [options: Fields<N, A>], never, R>
  : Calls<ByPosition<N, A>, After<N, A>, Later<Rest<N>, Tail<A>, Given<N, A>> | [options: Fields<N, A>], R>

/** What every bound function has. */
export interface Binding {
  /** The names, order and kinds of the arguments. */
  readonly signature: Signature
  /** Makes it a method of its first argument, under a name that messages use. */
  readonly method: Bound['method']
}
/** What a bound function has from its signature. */
export interface Signed<N, A, R> extends Binding {
  readonly [parts]?: [N, A, R]
}

/** A function whose first argument is the tensor, as a method. */
export type Method<F> = F extends { readonly [parts]?: [infer N, infer A, infer R] }
  ? MethodOfParts<Rest<N>, Tail<A>, R>
  : MethodOf<F>
type MethodOfParts<N, A, R> = N extends readonly []
  ? () => R
  : N extends readonly ['*', ...unknown[]]
    ? Calls<ByPosition<N, A>, IsOpen<A> extends true ? [options: Fields<N, A>] : never, never, R>
    : Calls<ByPosition<N, A>, [options: Fields<N, A>], Later<N, A>, R>

/** The calls `A`, `B` and `C`, of which only `A` has to be there. */
type Calls<A, B, C, R> = [B] extends [never]
  ? [C] extends [never]
    ? (...args: List<A>) => R
    : { (...args: List<A>): R; (...args: List<C>): R }
  : [C] extends [never]
    ? { (...args: List<A>): R; (...args: List<B>): R }
    : { (...args: List<A>): R; (...args: List<B>): R; (...args: List<C>): R }
type List<A> = Extract<A, readonly unknown[]>

/** Everything after the first argument by name; none where nothing follows, or only what goes by name anyway. */
type After<N, A, Before extends readonly unknown[] = []> =
  Rest<N> extends readonly []
    ? never
    : Rest<N> extends readonly ['*', ...unknown[]]
      ? IsOpen<Tail<A>> extends true
        ? [...Before, ...Given<N, A>, options: Fields<Rest<N>, Tail<A>>]
        : never
      : [...Before, ...Given<N, A>, options: Fields<Rest<N>, Tail<A>>]

/** By name from the second, third, … place on. */
type Later<N, A, Before extends readonly unknown[] = []> = N extends
  | readonly []
  | readonly ['*', ...unknown[]]
  | readonly [`${string} *${string}`, ...unknown[]]
  ? never
  : After<N, A, Before> | Later<Rest<N>, Tail<A>, [...Before, ...Given<N, A>]>

/** In order; a list as one argument or as several, and options last. */
type ByPosition<N, A, Before extends readonly unknown[] = []> = N extends readonly ['*', ...unknown[]]
  ? A extends readonly []
    ? Before
    : IsOpen<A> extends true
      ? [...Before, ...values: Exclude<Head<A>, object>[]]
      : [
          ...Before,
          ...(A extends readonly [unknown, ...unknown[]] ? [options: Head<A>] : [options?: Head<A> | undefined]),
        ]
  : N extends readonly [`${string} *${infer Name}`, ...unknown[]]
    ? Head<A> extends readonly (infer T)[]
      ?
          | [...Before, ...Elements<Name, T>]
          | ByPosition<Rest<N>, Tail<A>, [...Before, ...Parameter<N, A>]>
          | (Tail<A> extends readonly [] ? never : [...Before, ...Elements<Name, T>, options: Head<Tail<A>>])
      : never
    : N extends readonly []
      ? [...Before, ...List<A>]
      : ByPosition<Rest<N>, Tail<A>, [...Before, ...Parameter<N, A>]>

/** Any number of elements of the list `Name`. A label cannot be computed: those that are not here have none. */
type Elements<Name, T> = Name extends `size${string}`
  ? [...size: T[]]
  : Name extends `dim${string}`
    ? [...dims: T[]]
    : Name extends `shape${string}`
      ? [...shape: T[]]
      : Name extends 'tensors'
        ? [...tensors: T[]]
        : Name extends 'operands'
          ? [...operands: T[]]
          : Name extends 'repeats'
            ? [...repeats: T[]]
            : T[]

/** The first parameter, under the name that callers know where the function itself calls it otherwise. */
type Parameter<N, A> = A extends readonly [unknown, ...unknown[]]
  ? Relabel<Slice<Required<A>>, Head<A>, N>
  : Optional<Relabel<Slice<Required<A>>, Head<A>, N>>
/** The first parameter where something follows: what is optional may be given as undefined. */
type Given<N, A> = Relabel<Slice<Required<A>>, First<A>, N>
type Relabel<S, T, N> = N extends readonly [`${string} input` | `${string} input|${string}`, ...unknown[]]
  ? [input: T]
  : S extends readonly unknown[]
    ? { [K in keyof S]: T }
    : never
/** The first of a tuple, with its label. */
type Slice<A> = A extends readonly [unknown, ...infer Others]
  ? A extends readonly [...infer S, ...Others]
    ? S
    : never
  : [unknown]
type Optional<S> = S extends readonly unknown[] ? { [K in keyof S]?: S[K] | undefined } : never
type IsOpen<A> = A extends readonly unknown[] ? (number extends A['length'] ? true : false) : false

/** The parameters under their names, and the options after them. */
type Fields<N, A> = Flat<Keywords<N, A>>
type Keywords<N, A> = N extends readonly ['*', ...unknown[]]
  ? Extract<Head<A>, object>
  : N extends readonly [`${string} ${infer Name}`, ...infer Names]
    ? (A extends readonly [unknown, ...unknown[]]
        ? Keyword<Name, Head<A>>
        : Partial<Keyword<Name, Head<A> | undefined>>) &
        Keywords<Names, Tail<A>>
    : unknown
type Keyword<Name extends string, T> = Name extends `*${infer List}`
  ? Keyword<List, T>
  : Name extends `${infer First}|${infer Second}`
    ? Keyword<First, T> | Keyword<Second, T>
    : { readonly [K in Name]: T }

type Rest<N> = N extends readonly [unknown, ...infer Names extends readonly string[]] ? Names : []
type Head<A> = A extends readonly [(infer T)?, ...unknown[]]
  ? Exclude<T, undefined>
  : A extends readonly (infer T)[]
    ? T
    : never
type First<A> = A extends readonly [infer T, ...unknown[]] ? T : Head<A> | undefined
type Tail<A> = A extends readonly [unknown?, ...infer Others] ? Others : never
type Flat<T> = T extends unknown ? { [K in keyof T]: T[K] } : never

/** Each way of calling `F` whose first argument is a tensor, without it. */
type MethodOf<F> = F extends {
  (...args: infer A): infer P
  (...args: infer B): infer Q
  (...args: infer C): infer R
  (...args: infer D): infer S
  (...args: infer E): infer T
  (...args: infer G): infer U
  (...args: infer H): infer V
}
  ? Joined<[A, B, C, D, E, G, H], [P, Q, R, S, T, U, V]>
  : never
type Joined<A, R> = A extends readonly [infer First, ...infer Others]
  ? R extends readonly [infer Result, ...infer Results]
    ? (First extends readonly [unknown, ...infer More] ? (...args: More) => Result : unknown) & Joined<Others, Results>
    : unknown
  : unknown
