import { autograd, Tensor, TypeError, tensor, type UpdateArguments, update, zeros_like } from '@chainrule/core'

/** What an optimizer keeps for one parameter, under PyTorch's names: `step`, `exp_avg`, … */
export type ParamState = Record<string, StateValue>
/** A tensor, a number, or a list of them. */
export type StateValue = Tensor | number | readonly (Tensor | number)[]

/**
 * How an optimizer changes one parameter. Formulas know the parameter as `p`, its gradient as `g`, the number of the step
 * as `t`, every numeric option by its name, and what `keeps` and `numbers` name.
 */
export interface Rule<Options> {
  /** The new value of `p` and of each kept tensor, in order: each formula sees what the ones before it have made. */
  formulas(options: Options): Readonly<Record<string, string>>
  /** Tensors kept beside the parameter: their names in formulas, and in `state_dict()`. A formula for one keeps it. */
  readonly keeps?: Readonly<Record<string, string>>
  /** What kept tensors are filled with at first; 0 where it does not say. */
  start?(options: Options): Readonly<Record<string, number>>
  /**
   * Numbers of the step, computed in float64: formulas are evaluated in the parameter's precision, in which `1 - beta2`
   * would lose digits.
   */
  numbers?(options: Options, t: number, state: ParamState): Readonly<Record<string, number>>
  /** Those of `numbers` that the state keeps for the next step. */
  readonly remembers?: readonly string[]
  /** `false` where the state does not count the steps. */
  readonly counts?: boolean
}

/** One parameter's step, checked and ready: what it does cannot be refused half way. */
export type Change = () => void

/** The state's number of that name: it lies there as a scalar tensor, or as a number in older state_dicts. */
export function remembered(state: ParamState, name: string, otherwise: number): number {
  const value = state[name]
  return value instanceof Tensor ? value.item() : typeof value === 'number' ? value : otherwise
}

/** Prepares a step of the parameters of one group that have a gradient. */
export function planStep<Options extends object>(
  optimizer: string,
  rule: Rule<Options>,
  group: Options & { readonly params: readonly Tensor[] },
  stateOf: (p: Tensor) => ParamState,
): Change[] {
  const formulas = rule.formulas(group)
  const options: Readonly<Record<string, unknown>> = { ...group }
  const kept = Object.entries(rule.keeps ?? {}).filter(([name]) => name in formulas)
  const start = rule.start?.(group) ?? {}
  const changes: Change[] = []
  // A parameter that is in the group twice takes two steps, the second from where the first ends; where steps are not
  // counted, in SGD, PyTorch starts two buffers.
  const planned = new Map<Tensor, ParamState>()
  let step: Compiled | null = null
  for (const p of group.params) {
    const g = autograd.borrow_grad(p)
    if (g === null) continue
    const state = stateOf(p)
    const before = rule.counts === false ? state : (planned.get(p) ?? state)
    const t = remembered(before, 'step', 0) + 1
    const numbers: Readonly<Record<string, number>> = { t, ...rule.numbers?.(group, t, before) }
    step ??= compile(optimizer, rule, formulas, options, numbers)
    const { run, parameters, old } = step
    const values: Record<string, Tensor | number> = { p, g }
    if (old) values['p0'] = p
    for (const name of parameters) values[name] = numbers[name] ?? numericOption(optimizer, name, options[name])
    const next: ParamState = {}
    if (rule.counts !== false) next['step'] = tensor(t, { device: 'cpu' })
    for (const [name, key] of kept) values[name] = next[key] = keptTensor(before[key], p, start[name] ?? 0)
    for (const name of rule.remembers ?? []) next[name] = tensor(numbers[name] as number, { device: 'cpu' })
    planned.set(p, next)
    changes.push(() => {
      run(values)
      Object.assign(state, next)
    })
  }
  return changes
}

function keptTensor(before: StateValue | undefined, p: Tensor, start: number): Tensor {
  if (before instanceof Tensor) return before
  return start === 0 ? zeros_like(p) : zeros_like(p).fill_(start)
}

function numericOption(optimizer: string, name: string, value: unknown): number {
  if (typeof value === 'number') return value
  throw new TypeError(`${optimizer}: the option '${name}' of a param group must be a number, got ${String(value)}`)
}

interface Compiled {
  readonly run: (values: UpdateArguments) => void
  /** The numbers that the formulas read. */
  readonly parameters: readonly string[]
  /** Whether they read `p0`, the parameter as it was before the step. */
  readonly old: boolean
}

const compiled = new Map<string, Compiled>()

/** The fused kernel of these formulas. Its text decides: one kernel serves every optimizer, group and learning rate. */
function compile(
  optimizer: string,
  rule: { readonly keeps?: Readonly<Record<string, string>> },
  formulas: Readonly<Record<string, string>>,
  ...scopes: readonly Readonly<Record<string, unknown>>[]
): Compiled {
  const key = `${optimizer}\n${JSON.stringify(formulas)}`
  let found = compiled.get(key)
  if (found === undefined) {
    const names = new Set(
      Object.values(formulas)
        .join(' ')
        .match(/\b[A-Za-z]\w*/g),
    )
    const tensors = new Set(['p', 'p0', 'g', ...Object.keys(formulas), ...Object.keys(rule.keeps ?? {})])
    const parameters = [...names].filter((name) => !tensors.has(name) && scopes.some((scope) => name in scope))
    const old = names.has('p0')
    const run = update(optimizer, { writes: formulas, reads: old ? ['g', 'p0'] : ['g'], parameters })
    found = { run, parameters, old }
    compiled.set(key, found)
  }
  return found
}
