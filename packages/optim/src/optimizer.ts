import {
  type autograd,
  bindClass,
  enable_grad,
  KeyError,
  type MethodParameters,
  RuntimeError,
  repr,
  shown,
  Tensor,
  TypeError,
  typeName,
  unenclosed,
  ValueError,
  warnings,
} from '@chainrule/core'
import { type ParamState, planStep, type Rule, type StateValue } from './rule.ts'

/** The parameters of a group with the options that they share; schedulers and users may change the options. */
export type ParamGroup<Options extends object = object> = Options & {
  params: Tensor[]
  /** The learning rate that a scheduler started from. */
  initial_lr?: number
}

/** What an optimizer takes: tensors, or groups of them with options of their own. */
export type Params<Options extends object = object> = Iterable<Tensor> | Iterable<GroupOptions<Options>>
/** A group as `add_param_group` takes it. */
export type GroupOptions<Options extends object> = Partial<Options> & { readonly params: Tensor | Iterable<Tensor> }

/** `state_dict()`: tensors by the number of their parameter, and the groups with numbers in place of parameters. */
export interface OptimizerStateDict {
  readonly state: Readonly<Record<number, ParamState>>
  readonly param_groups: readonly (Readonly<Record<string, unknown>> & { readonly params: readonly number[] })[]
}

/** Called before a step with its arguments; what it returns replaces them. */
export type StepPreHook = (optimizer: Optimizer, args: readonly (Closure | undefined)[]) => void | readonly [Closure?]
/** Called after a step. */
export type StepPostHook = (optimizer: Optimizer, args: readonly (Closure | undefined)[]) => void
/** Computes the loss anew, and its gradients. */
export type Closure = () => unknown

/** Node asks for this when it prints an object. */
const inspect = Symbol.for('nodejs.util.inspect.custom')

/**
 * What all optimizers share: groups, state, steps. An optimizer of one's own is a rule, its update formulas, and the
 * defaults of its options.
 *
 * @example
 * class SignSGD extends Optimizer<{ lr: number }> {
 *   readonly rule = { formulas: () => ({ p: 'p - lr * sign(g)' }) }
 *   constructor(params: Params<{ lr: number }>, { lr = 1e-3 } = {}) {
 *     super(params, { lr })
 *   }
 * }
 * @see https://pytorch.org/docs/stable/optim.html#torch.optim.Optimizer
 */
export abstract class Optimizer<Options extends object = object> {
  /** What the methods take, as `bindClass` reads it. */
  static readonly _signatures: MethodParameters = {
    add_param_group: ['dict|any param_group'],
    step: [null, 'any closure'],
    zero_grad: [null, 'bool set_to_none'],
    state_dict: [],
    load_state_dict: ['dict|any state_dict'],
    register_step_pre_hook: ['function hook'],
    register_step_post_hook: ['function hook'],
    toString: [],
  }
  /** The options of groups that say nothing else. */
  readonly defaults: Options
  /** The groups. Options may be changed at any time: `group.lr *= 0.1`. */
  readonly param_groups: ParamGroup<Options>[] = []
  /** What is kept for each parameter that has been updated. */
  readonly state: Map<Tensor, ParamState> = new Map()
  /** The update formulas. */
  abstract readonly rule: Rule<Options>
  /** Whether `step` was called since the first scheduler was made; undefined where there is none. */
  _opt_called?: boolean
  readonly #check: (options: object) => void
  readonly #preHooks: Set<{ readonly run: StepPreHook }> = new Set()
  readonly #postHooks: Set<{ readonly run: StepPostHook }> = new Set()

  /**
   * @param params tensors, or groups `{ params, lr, … }`.
   * @param defaults the options of groups that say nothing else.
   * @param check throws where options are not possible: called for the defaults, and for each group before it is taken in.
   * @throws TypeError, ValueError with PyTorch's texts where it is not that, or empty, or not leaves.
   */
  constructor(params: Params<Options>, defaults: Options, check: (options: Options) => void = () => {}) {
    bindClass(new.target)
    check(defaults)
    this.defaults = defaults
    this.#check = check as (options: object) => void
    if (params instanceof Tensor) {
      throw new TypeError(
        'params argument given to the optimizer should be an iterable of Tensors or dicts, but got ' +
          params.dtype.typeName,
      )
    }
    if (!isIterable(params)) {
      throw new TypeError(`'${typeName(params)}' object is not iterable (params: an iterable of Tensors or dicts)`)
    }
    const list: readonly (Tensor | GroupOptions<Options>)[] = [...params]
    if (list.length === 0) throw new ValueError('optimizer got an empty parameter list')
    const groups: readonly unknown[] = isGroup(list[0]) ? list : [{ params: list }]
    for (const group of groups) this.add_param_group(group as GroupOptions<Options>)
  }

  /**
   * Adds a group of parameters, with defaults for the options that it leaves out.
   *
   * @throws TypeError, ValueError where a parameter is not a tensor, not a leaf, or in another group already, and where an
   * option is out of range; nothing has changed then.
   */
  add_param_group(group: GroupOptions<Options>): void {
    if (!isGroup(group)) throw new TypeError('param group must be a dict')
    if (!('params' in group)) throw new KeyError('params (a group of parameters has them under this name)')
    const { params: given } = group
    if (given instanceof Set) {
      throw new TypeError(
        'optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets will ' +
          'change between runs. Please use a list instead.',
      )
    }
    const params = given instanceof Tensor ? [given] : [...given]
    for (const p of params as readonly unknown[]) {
      if (!(p instanceof Tensor)) {
        throw new TypeError(`optimizer can only optimize Tensors, but one of the params is ${typeName(p)}`)
      }
      if (!p.is_leaf && !p.retains_grad) throw new ValueError("can't optimize a non-leaf Tensor")
    }
    const added = { ...this.defaults, ...group, params }
    this.#check(added)
    if (new Set(params).size !== params.length) {
      warnings.warn(
        'optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; see ' +
          'github.com/pytorch/pytorch/issues/40967 for more information',
      )
    }
    const known = new Set(this.param_groups.flatMap((other) => other.params))
    if (params.some((p) => known.has(p))) {
      throw new ValueError('some parameters appear in more than one parameter group')
    }
    this.param_groups.push(added)
  }

  /**
   * Changes every parameter that has a gradient. With a closure, which computes the loss anew and its gradients, calls it
   * first and returns its loss.
   *
   * @throws RuntimeError, TypeError where a gradient or an option does not fit; no parameter has changed then.
   */
  step(): null
  step<T>(closure: (() => T) | { readonly closure: () => T }): T
  step(closure?: unknown): unknown {
    if (closure !== undefined && closure !== null && typeof closure !== 'function') {
      throw new TypeError(`'${typeName(closure)}' object is not callable`)
    }
    if (this._opt_called === false) this._opt_called = true
    let args: readonly [Closure?] = typeof closure === 'function' ? [closure as Closure] : []
    for (const { run } of this.#preHooks) args = run(this, args) ?? args
    const [evaluate] = args
    const loss = this.advance(evaluate)
    for (const { run } of this.#postHooks) run(this, args)
    return loss
  }

  /** What a step does between its hooks; gives the loss of the closure. */
  protected advance(closure?: Closure): unknown {
    const loss = closure === undefined ? null : enable_grad(closure)
    const changes = this.param_groups.flatMap((group) => {
      // The state outlives an `enclosed` around the step.
      return unenclosed(() => planStep(this.constructor.name, this.rule, group, (p) => this.stateOf(p)))
    })
    for (const change of changes) change()
    return loss
  }

  /** What is kept for a parameter. */
  protected stateOf(p: Tensor): ParamState {
    let state = this.state.get(p)
    if (state === undefined) {
      state = {}
      this.state.set(p, state)
    }
    return state
  }

  /** Clears the gradients: to `null`, or to zeros where `set_to_none` is false. */
  zero_grad(set_to_none: boolean | { readonly set_to_none?: boolean } = true): void {
    for (const { params } of this.param_groups) {
      for (const p of params) {
        // Asking for `p.grad` would hand it out, and keep its memory.
        if (set_to_none === true) p.grad = null
        else if (p.grad === null) continue
        else if (p.grad.grad_fn === null) p.grad.requires_grad_(false).zero_()
        else p.grad.detach_().zero_()
      }
    }
  }

  /** The state as plain objects that hold tensors (not copies); `load_state_dict` takes it back. */
  state_dict(): OptimizerStateDict {
    const numbers = new Map<Tensor, number>()
    let start = 0
    const param_groups = this.param_groups.map(({ params, ...options }) => {
      params.forEach((p, i) => numbers.set(p, start + i))
      start += params.length
      return { ...options, params: params.map((p) => numbers.get(p) as number) }
    })
    const state: Record<number, ParamState> = {}
    for (const [p, kept] of this.state) {
      const number = numbers.get(p)
      if (number !== undefined && Object.keys(kept).length > 0) state[number] = { ...kept }
    }
    return { state, param_groups }
  }

  /**
   * Takes over copies of a saved state and of its options. The parameters stay; they are matched by their order.
   *
   * @throws ValueError, RuntimeError, TypeError where groups, shapes or options do not fit; nothing has changed then.
   */
  load_state_dict(state_dict: OptimizerStateDict): void {
    checkState(state_dict)
    const { state, param_groups: saved } = state_dict
    if (saved.length !== this.param_groups.length) {
      throw new ValueError('loaded state dict has a different number of parameter groups')
    }
    if (saved.some((group, i) => group.params.length !== this.param_groups[i]?.params.length)) {
      throw new ValueError(
        "loaded state dict contains a parameter group that doesn't match the size of optimizer's group",
      )
    }
    const ids = saved.flatMap((group) => group.params)
    const params = this.param_groups.flatMap((group) => group.params)
    const like = new Set(Object.values(this.rule.keeps ?? {}))
    const loaded = ids.flatMap((id, i): [Tensor, ParamState][] => {
      const kept = state[id]
      const p = params[i] as Tensor
      return kept === undefined ? [] : [[p, loadedState(id, kept, p, like)]]
    })
    const groups = this.param_groups.map(({ params }, i) => {
      const group: ParamGroup<Options> = { ...this.defaults, ...saved[i], params }
      this.#check(group)
      const copies = Object.entries(group).map(([name, value]) => [name, name === 'params' ? value : copied(value)])
      return Object.fromEntries(copies) as ParamGroup<Options>
    })
    this.state.clear()
    for (const [p, kept] of loaded) this.state.set(p, kept)
    this.param_groups.splice(0, groups.length, ...groups)
  }

  /** Calls `hook(optimizer, args)` before each step; where it returns arguments, the step takes those. */
  register_step_pre_hook(hook: StepPreHook): autograd.RemovableHandle {
    return register(this.#preHooks, { run: hook })
  }

  /** Calls `hook(optimizer, args)` after each step. */
  register_step_post_hook(hook: StepPostHook): autograd.RemovableHandle {
    return register(this.#postHooks, { run: hook })
  }

  /** The options that are floats in Python, whole or not, and are written as such. */
  protected get floats(): readonly string[] {
    return ['lr']
  }

  /** The groups and their options, as PyTorch prints them. */
  toString(): string {
    const groups = this.param_groups.map((group, i) => {
      const options = Object.entries(group).filter(([key]) => key !== 'params')
      const lines = options.sort(([a], [b]) => (a < b ? -1 : 1))
      const text = (key: string, value: unknown): string =>
        typeof value === 'string' ? value : repr(value, { float: this.floats.includes(key) })
      return `Parameter Group ${i}\n${lines.map(([key, value]) => `    ${key}: ${text(key, value)}\n`).join('')}`
    })
    return `${this.constructor.name} (${groups.map((group) => `\n${group}`).join('')})`
  }

  [inspect](): string {
    return this.toString()
  }
}

function register<T>(hooks: Set<T>, hook: T): autograd.RemovableHandle {
  hooks.add(hook)
  return {
    remove() {
      hooks.delete(hook)
    },
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** @throws TypeError for what no optimizer gave. */
function checkState(given: unknown): void {
  const { state, param_groups } = (isObject(given) ? given : {}) as { state?: unknown; param_groups?: unknown }
  const isState = isObject(state) && Object.values(state).every((kept) => isObject(kept) && !(kept instanceof Tensor))
  const areGroups =
    Array.isArray(param_groups) &&
    param_groups.every((group: unknown) => isObject(group) && 'params' in group && Array.isArray(group.params))
  if (isState && areGroups) return
  throw new TypeError(
    `load_state_dict: expected what state_dict() gave, with state and param_groups, got ${shown(given)}`,
  )
}

/** A copy of one parameter's saved state, in the parameter's dtype and on its device. */
function loadedState(id: number, saved: ParamState, p: Tensor, like: ReadonlySet<string>): ParamState {
  const copies = Object.entries(saved).flatMap(([key, value]: [string, unknown]): [string, StateValue][] => {
    // PyTorch 1 writes None for what there is not yet.
    if (value === null || value === undefined) return []
    if (Array.isArray(value) && value.every(isNumeric)) {
      return [[key, value.map((x) => (x instanceof Tensor ? x.clone() : x))]]
    }
    if (!isNumeric(value)) {
      throw new TypeError(
        `load_state_dict: '${key}' of parameter ${id} must be a tensor, a number or a list of them, got ${typeName(value)}`,
      )
    }
    if (typeof value === 'number') return [[key, value]]
    if (!like.has(key)) return [[key, value.clone()]]
    if (value.shape.join() !== p.shape.join()) {
      throw new RuntimeError(
        `load_state_dict: '${key}' of parameter ${id} has shape [${value.shape.join(', ')}], the parameter has ` +
          `[${p.shape.join(', ')}]; load a state that was saved for the same parameters`,
      )
    }
    return [[key, value.detach().to({ dtype: p.dtype, device: p.device, copy: true })]]
  })
  return Object.fromEntries(copies)
}

/** An option as a state keeps it: a copy, which later changes of the original do not reach. */
function copied(value: unknown): unknown {
  if (value instanceof Tensor) return value.clone()
  return typeof value === 'function' ? value : cloned(value)
}

/**
 * A copy of plain values.
 *
 * @throws TypeError for what cannot be copied, such as a function within.
 */
export function cloned<T>(value: T): T {
  try {
    return structuredClone(value)
  } catch {
    throw new TypeError(`load_state_dict: a state holds plain values, got ${shown(value)}`)
  }
}

const isNumeric = (value: unknown): value is Tensor | number => typeof value === 'number' || value instanceof Tensor
const isIterable = (value: unknown): value is Iterable<unknown> =>
  value !== null && value !== undefined && Symbol.iterator in Object(value)
const isGroup = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !(value instanceof Tensor) && !isIterable(value)
