/**
 * What the misuse tests call: a table has a valid call for each public name, and from it come the function, the method and its
 * in-place form, each a target for wrong calls.
 */

/**
 * The arguments of a valid call under PyTorch's names, in PyTorch's order, made anew for each call. A name that ends in `?` has a
 * default, and one that ends in `!` too, but a call without it would be large; one after `*` is taken by name only, one after `/` by position only.
 */
export type Row = () => Readonly<Record<string, unknown>>
export type Table = Readonly<Record<string, Row | readonly Row[]>>

/** An argument of a valid call. */
export interface Argument {
  readonly name: string
  readonly value: unknown
  readonly optional: boolean
  /** Whether calls without options have it too. */
  readonly kept: boolean
  readonly only: 'position' | 'name' | null
}

/** Something public that can be called, with a valid call. */
export interface Target {
  /** As a user writes it: `torch.add`, `Tensor.add_`, `nn.Linear`. */
  readonly name: string
  readonly row: Row
  /** How many of the first arguments are what it is called on, and not replaced. */
  readonly held: number
  readonly call: (args: readonly unknown[]) => unknown
}

/** The arguments of a row, evaluated. */
export function argumentsOf(row: Row): Argument[] {
  return Object.entries(row()).map(([key, value]) => {
    const [, mark = '', name = '', end = ''] = /^([*/]?)(\w+)([?!]?)$/.exec(key) ?? []
    if (name === '') throw new Error(`misuse: '${key}' is no name of an argument`)
    return {
      name,
      value,
      optional: end !== '',
      kept: end !== '?',
      only: mark === '*' ? 'name' : mark === '/' ? 'position' : null,
    }
  })
}

type Callable = (...args: readonly unknown[]) => unknown
export const isCallable = (value: unknown): value is Callable => typeof value === 'function'

/** A function of a namespace. */
export function functionTarget(space: string, name: string, run: Callable, row: Row): Target {
  return { name: `${space}.${name}`, row, held: 0, call: (args) => run(...args) }
}

/** A method of the first argument. */
export function methodTarget(space: string, name: string, row: Row): Target {
  const call = ([self, ...rest]: readonly unknown[]): unknown => {
    const method: unknown = Reflect.get(self as object, name)
    return (method as Callable).apply(self, rest)
  }
  return { name: `${space}.${name}`, row, held: 1, call }
}

/** A class. */
export function classTarget(space: string, name: string, constructor: unknown, row: Row): Target {
  const run = constructor as new (...args: readonly unknown[]) => unknown
  return { name: `${space}.${name}`, row, held: 0, call: (args) => new run(...args) }
}

/** The rows of a name, in a list. */
export function rowsOf(table: Table, name: string): readonly Row[] {
  const found = Object.hasOwn(table, name) ? table[name] : undefined
  if (found === undefined) return []
  return typeof found === 'function' ? [found] : found
}

/** Targets, and the public names that no row calls. */
export interface Covered {
  readonly targets: readonly Target[]
  readonly missing: readonly string[]
}

/** The functions of a namespace. */
export function functionsOf(space: string, namespace: object, table: Table, without: readonly string[] = []): Covered {
  const targets: Target[] = []
  const missing: string[] = []
  const all = Object.entries(namespace).filter(([name, value]) => isCallable(value) && !without.includes(name))
  for (const [name, run] of all) {
    const rows = rowsOf(table, name)
    if (rows.length === 0) missing.push(`${space}.${name}`)
    for (const row of rows) targets.push(functionTarget(space, name, run as Callable, row))
  }
  return { targets, missing }
}

/** The methods of a class: those without a row take that of the function of this name, and in-place forms that of the other form. */
export function methodsOf(space: string, prototype: object, table: Table, without: readonly string[] = []): Covered {
  const targets: Target[] = []
  const missing: string[] = []
  for (const name of Object.getOwnPropertyNames(prototype)) {
    const { value } = Object.getOwnPropertyDescriptor(prototype, name) ?? {}
    if (name === 'constructor' || !isCallable(value) || without.includes(name)) continue
    const rows = [name, name.replace(/_$/, '')].map((other) => rowsOf(table, other)).find((found) => found.length > 0)
    if (rows === undefined) missing.push(`${space}.${name}`)
    for (const row of rows ?? []) targets.push(methodTarget(space, name, row))
  }
  return { targets, missing }
}
