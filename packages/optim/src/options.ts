import { NotImplementedError, repr, Signature, TypeError, typeName, ValueError, warnings } from '@chainrule/core'

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
 * What the constructor of an optimizer or a schedule takes: after the first, the parameters or the optimizer, `parameters` as
 * `'Kind name'`, of which so many are `required`; those after `'*'` go by name only. Schedules take `verbose` too, as PyTorch's
 * do, which warn of it.
 */
export const constructorOf = (of: string, first: string, parameters: readonly string[], required = 0): Signature =>
  new Signature(
    `${of}.__init__`,
    [`any ${first}`, ...parameters, ...(first === 'optimizer' ? ['*', 'any verbose'] : [])],
    required + 1,
    'python',
  )

/**
 * What a constructor was given: the first, parameters or an optimizer, and the options by name.
 *
 * @throws TypeError in PyTorch's words.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the options that the signature names
export function optionsOf<O extends object>(
  signature: Signature,
  args: readonly unknown[],
): readonly [first: never, options: O] {
  const values = signature.bind([...args])
  const options: Record<string, unknown> = {}
  signature.parameters.forEach(({ names: [name = ''], positional }, i) => {
    if (i > 0 && positional && values[i] !== undefined) options[name] = values[i]
  })
  const byName = signature.parameters.findIndex(({ positional }) => !positional)
  if (byName >= 0) Object.assign(options, values[byName])
  if (options['verbose'] !== undefined) {
    warnings.warn('The verbose parameter is deprecated. Please use get_last_lr() to access the learning rate.')
  }
  return [values[0] as never, options as O]
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
    throw new TypeError(`${optimizer}: ${name} must be a ${kind}, got ${typeName(values.get(name))}`)
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
      `${optimizer}: ${name} must be two numbers, got ${Array.isArray(value) ? repr(value) : typeName(value)}`,
    )
  }
  if (name !== 'betas') return
  value.forEach((beta: number, i) => {
    if (!(beta >= 0 && beta < 1)) throw new ValueError(`Invalid beta parameter at index ${i}: ${repr(beta)}`)
  })
}
