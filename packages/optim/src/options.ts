import { NotImplementedError, repr, TypeError, ValueError } from '@chainrule/core'
import { typename } from './text.ts'

/** Options that choose among implementations in PyTorch: here every step is fused, and these change nothing. */
export interface Implementation {
  /** Accepted for PyTorch's sake; every step runs fused. */
  foreach?: boolean | null
  /** Accepted for PyTorch's sake; every step runs fused. */
  fused?: boolean | null
  /** Only `false`: a step records no graph. */
  differentiable?: boolean
  /** Only `false`: there are no CUDA graphs. */
  capturable?: boolean
}

/** Options by position, in PyTorch's order, the rest in one last object by name; or all by name. */
export type Positional<O extends object> = readonly (O[keyof O] | Partial<O>)[]

/**
 * All options by name.
 *
 * @throws TypeError for a name that is not known, or too many.
 */
export function byName<O extends object>(
  name: string,
  order: readonly (keyof O & string)[],
  args: readonly unknown[],
): O {
  const last = args.at(-1)
  const isNamed = typeof last === 'object' && last !== null && !Array.isArray(last)
  const positional = isNamed ? args.slice(0, -1) : args
  if (positional.length > order.length) {
    throw new TypeError(
      `${name}.__init__() takes at most ${order.length} options by position, got ${positional.length}`,
    )
  }
  const given = positional.flatMap((value, i) => (value === undefined ? [] : [[order[i] as string, value] as const]))
  return { ...Object.fromEntries(given), ...(isNamed ? last : {}) } as O
}

/** What PyTorch calls each number that must not be negative, in the order in which it checks them. */
const words: Readonly<Record<string, string>> = {
  lr: 'learning rate',
  rho: 'rho value',
  eps: 'epsilon value',
  momentum: 'momentum value',
  lr_decay: 'lr_decay value',
  weight_decay: 'weight_decay value',
  initial_accumulator_value: 'initial_accumulator_value value',
  alpha: 'alpha value',
  momentum_decay: 'momentum_decay value',
}

/** Numbers that must not be above 1 either. */
const fractions: ReadonlySet<string> = new Set(['rho'])

/**
 * The options of an optimizer of this package with its defaults.
 *
 * @throws TypeError for a name that is not known.
 */
export function withDefaults<O extends object>(optimizer: string, given: Partial<O>, defaults: O): O {
  for (const name of Object.keys(given)) {
    if (name in defaults) continue
    throw new TypeError(`${optimizer}.__init__() got an unexpected keyword argument '${name}'`)
  }
  return { ...defaults, ...given }
}

/**
 * What refuses options as PyTorch's constructors do: those of a constructor, of a group, and of a state that is loaded. It
 * throws ValueError and TypeError with PyTorch's texts.
 *
 * @param usual the defaults: an option is of the kind of its default.
 * @param more what else has to hold.
 */
export const checking =
  <O extends object>(optimizer: string, usual: O, more: (options: O) => void = () => {}) =>
  (options: O): void => {
    checkOptions(optimizer, usual, options)
    more(options)
  }

function checkOptions(optimizer: string, usual: object, options: object): void {
  const values = new Map<string, unknown>(Object.entries(options))
  for (const [name, value] of Object.entries(usual)) {
    const kind = typeof value
    if ((kind !== 'number' && kind !== 'boolean') || typeof values.get(name) === kind) continue
    throw new TypeError(`${optimizer}: ${name} must be a ${kind}, got ${typename(values.get(name))}`)
  }
  for (const [name, word] of Object.entries(words)) {
    if (values.has(name)) checkRange(name, word, values.get(name) as number)
  }
  for (const name of ['betas', 'etas', 'step_sizes']) {
    if (values.has(name)) checkPair(optimizer, name, values.get(name))
  }
  for (const name of ['differentiable', 'capturable']) {
    if (values.get(name) !== true) continue
    throw new NotImplementedError(`${optimizer}: ${name}=True is not supported; leave it False`)
  }
}

function checkRange(name: string, word: string, value: number): void {
  if (!(value >= 0) || (fractions.has(name) && value > 1)) throw new ValueError(`Invalid ${word}: ${repr(value)}`)
}

function checkPair(optimizer: string, name: string, value: unknown): void {
  if (!Array.isArray(value) || value.length !== 2 || value.some((item) => typeof item !== 'number')) {
    throw new TypeError(
      `${optimizer}: ${name} must be two numbers, got ${Array.isArray(value) ? repr(value) : typename(value)}`,
    )
  }
  if (name !== 'betas') return
  value.forEach((beta: number, i) => {
    if (!(beta >= 0 && beta < 1)) throw new ValueError(`Invalid beta parameter at index ${i}: ${repr(beta)}`)
  })
}
