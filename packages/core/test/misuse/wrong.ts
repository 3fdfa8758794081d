/** The wrong calls of a target, and the right ones that are easily refused. */
import { type Argument, argumentsOf, type Target } from './calls.ts'
import { elements, type Replacement, replacements } from './values.ts'

/** A call to make. */
export interface Trial {
  readonly target: Target
  /** What is wrong with it. */
  readonly what: string
  /** Whether it has to be refused, has to be accepted, or may be either. */
  readonly expected: 'error' | 'right' | 'any'
  /** The argument that is wrong and what stands in its place, where one does. */
  readonly place?: { readonly argument: string; readonly value: string; readonly given: unknown }
  readonly heavy: boolean
  readonly args: () => unknown[]
}

interface Given extends Argument {
  /** Whether it is written by name. */
  readonly named: boolean
}

/** The arguments as a call has them: some in order, the rest in a last object. */
function written(args: readonly Given[]): unknown[] {
  const named = args.filter((arg) => arg.named)
  const positional = args.filter((arg) => !arg.named).map((arg) => arg.value)
  return named.length === 0
    ? positional
    : [...positional, Object.fromEntries(named.map((arg) => [arg.name, arg.value] as const))]
}

/** As programs mostly write it: what has to be given in order, the rest by name. */
const usual = (args: readonly Argument[]): Given[] =>
  args.map((arg) => ({ ...arg, named: arg.only === 'name' || (arg.optional && arg.only !== 'position') }))
const inOrder = (args: readonly Argument[]): Given[] => args.map((arg) => ({ ...arg, named: arg.only === 'name' }))
const byName = (args: readonly Argument[], held: number): Given[] =>
  args.map((arg, i) => ({ ...arg, named: i >= held && arg.only !== 'position' }))

/** A name with two letters exchanged, or one more. */
export const misspelt = (name: string): string =>
  name.length > 2 && name[1] !== name[2] ? `${name[0]}${name[2]}${name[1]}${name.slice(3)}` : `${name}q`

/** Every trial of a target. */
export function trialsOf(target: Target): Trial[] {
  const { row, held } = target
  const shape = argumentsOf(row)
  const free = shape.slice(held)
  const trials: Trial[] = []
  const add = (
    what: string,
    expected: Trial['expected'],
    args: () => unknown[],
    more: Partial<Pick<Trial, 'place' | 'heavy'>> = {},
  ): void => {
    trials.push({ target, what, expected, heavy: false, ...more, args })
  }

  add('as it is', 'right', () => written(usual(argumentsOf(row))))
  if (shape.some((arg) => arg.optional)) {
    add('without options', 'right', () => written(usual(argumentsOf(row)).filter((arg) => arg.kept)))
  }
  if (free.some((arg) => arg.optional && arg.only === null)) {
    add('all by position', 'right', () => written(inOrder(argumentsOf(row))))
  }
  if (free.some((arg) => arg.only === null)) {
    add('all by name', 'right', () => written(byName(argumentsOf(row), held)))
  }
  for (const [i, { name, optional, only, value: given }] of shape.entries()) {
    if (i < held) continue
    if (only !== 'position') {
      const at = `'${name}'`
      add(`${at} misspelt`, 'error', () => {
        const args = optional || only === 'name' ? usual(argumentsOf(row)) : byName(argumentsOf(row), held)
        return written(args.map((arg, k) => (k === i ? { ...arg, name: misspelt(name), named: true } : arg)))
      })
      if (optional) {
        add(`${at} undefined is ${at} left out`, 'right', () =>
          written(usual(argumentsOf(row)).map((arg, k) => (k === i ? { ...arg, value: undefined } : arg))),
        )
      }
      if (only === null) {
        add(`${at} doubled`, 'error', () => {
          const args = inOrder(argumentsOf(row)).filter((arg, k) => k <= i || (arg.kept && arg.only === null))
          return written([...args, { ...(args[i] as Given), named: true }])
        })
      }
    }
    if (!optional) {
      add(`'${name}' missing`, 'error', () => {
        const args = argumentsOf(row)
        return written(only === 'name' ? usual(args).filter((_, k) => k !== i) : inOrder(args.slice(0, i)))
      })
      if (only === null) {
        add(`'${name}' missing among names`, 'error', () =>
          written(byName(argumentsOf(row), held).filter((_, k) => k !== i)),
        )
      }
    }
    const put = (value: string, heavy: boolean, replace: (arg: Argument) => unknown): void => {
      const place = { argument: name, value, given }
      const changed = (args: Given[]): unknown[] =>
        written(args.map((arg, k) => (k === i ? { ...arg, value: replace(arg) } : arg)))
      add(`'${name}' is ${value}`, 'any', () => changed(usual(argumentsOf(row))), { place, heavy })
      if (optional && only === null) {
        add(`'${name}' is ${value}, by position`, 'any', () => changed(inOrder(argumentsOf(row)).slice(0, i + 1)), {
          place,
          heavy,
        })
      }
    }
    for (const replacement of replacements)
      put(replacement.name, isHeavy(replacement), (arg) => replacement.make(arg.value))
    if (Array.isArray(given) && given.length > 0) {
      for (const element of elements) {
        put(`[…, ${element.name}]`, isHeavy(element), (arg) => {
          const list = arg.value as readonly unknown[]
          return [...list.slice(0, -1), element.make(list.at(-1))]
        })
      }
    }
  }
  add('one argument more', 'error', () => {
    const args = inOrder(argumentsOf(row)).filter((arg) => !arg.named)
    return [...written(args), 7]
  })
  return trials
}

const isHeavy = ({ heavy = false }: Replacement): boolean => heavy

/** A number from a text (FNV-1a). */
function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h >>> 0
}

/** Some trials of a target, always the same, and none that asks for much memory or time. */
export const sampleOf = (target: Target): Trial[] =>
  trialsOf(target).filter(({ what, heavy }) => !heavy && hash(`${target.name} ${what}`) % 16 === 0)
