import { Tensor, TypeError } from '@chainrule/core'

/** Options by PyTorch's names, in the order in which PyTorch takes them by position. */
type Options = Readonly<Record<string, unknown>>

/** Options as PyTorch takes them: some by position, the rest by name in one last object. */
export type LayerArguments<P extends object> = (P[keyof P] | Partial<P>)[]

/**
 * The arguments of a layer: `T` are those without a default, under the names `N`, and `Rest` what may come after them. From each
 * place on they may be given by name, in one object with the options `O`.
 */
export type Call<N extends readonly string[], T extends readonly unknown[], O, Rest extends readonly unknown[]> =
  | [...T, ...Rest]
  | ByName<N, T, O>

type ByName<N, T, O, Before extends readonly unknown[] = []> = N extends readonly [unknown, ...infer Names]
  ? T extends readonly [infer First, ...infer Types]
    ? [...Before, options: Fields<N, T> & O] | ByName<Names, Types, O, [...Before, First]>
    : never
  : never
type Fields<N, T> = N extends readonly [infer Name extends string, ...infer Names]
  ? T extends readonly [infer First, ...infer Types]
    ? { readonly [K in Name]: First } & Fields<Names, Types>
    : unknown
  : unknown

/**
 * The arguments of a call, by position or by name: those that are `required`, then options with defaults for the rest.
 *
 * @throws TypeError for a name that it does not take, for too many, and for one that is missing.
 */
export function bindOptions<P extends Options, R = unknown>(
  layer: string,
  defaults: P,
  args: readonly unknown[],
  required: readonly (keyof R & string)[] = [],
): P & R {
  const names: readonly string[] = [...required, ...Object.keys(defaults)]
  const last = args.at(-1)
  const isNamed = typeof last === 'object' && last !== null && !(last instanceof Tensor || Array.isArray(last))
  const positional = isNamed ? args.slice(0, -1) : args
  if (positional.length > names.length) {
    throw new TypeError(
      `${layer}: takes at most ${names.length} arguments (${names.join(', ')}), got ${positional.length}`,
    )
  }
  const bound: Record<string, unknown> = { ...defaults }
  positional.forEach((value, i) => {
    if (value !== undefined) bound[names[i] as string] = value
  })
  for (const [name, value] of isNamed ? Object.entries(last) : []) {
    if (!names.includes(name)) {
      throw new TypeError(`${layer}: got an unexpected keyword argument '${name}'; it takes ${names.join(', ')}`)
    }
    if (value !== undefined) bound[name] = value
  }
  const missing = required.filter((name) => bound[name] === undefined)
  if (missing.length > 0) {
    const quoted = missing.map((name) => `'${name}'`).join(' and ')
    throw new TypeError(
      `${layer}: missing ${missing.length} required positional argument${missing.length === 1 ? '' : 's'}: ${quoted}`,
    )
  }
  return bound as P & R
}
