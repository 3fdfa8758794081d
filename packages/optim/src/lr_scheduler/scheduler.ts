import {
  bindClass,
  type MethodParameters,
  type Signature,
  TypeError,
  typeName,
  ValueError,
  warnings,
} from '@chainrule/core'
import { cloned, Optimizer } from '../optimizer.ts'
import { optionsOf } from '../options.ts'

/** Any optimizer with a learning rate. */
export type Scheduled = Optimizer<{ lr: number }>

/** What every scheduler takes. */
export interface SchedulerOptions {
  /** The epoch to go on from; -1, the default, starts anew from the optimizer's learning rates. */
  readonly last_epoch?: number
}

/** The state of a scheduler: its settings and counters, plain values. */
export type SchedulerStateDict = Readonly<Record<string, unknown>>

/** What a scheduler's `step` and `get_last_lr` need of it: all that another scheduler may be made of. */
export interface Scheduler {
  step(): void
  get_last_lr(): number[]
  state_dict(): SchedulerStateDict
  load_state_dict(state: SchedulerStateDict): void
}

const beforeOptimizer =
  'Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and later, you should call them in the ' +
  'opposite order: `optimizer.step()` before `lr_scheduler.step()`.  Failure to do this will result in PyTorch skipping ' +
  'the first value of the learning rate schedule. See more details at ' +
  'https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate'
/** What a schedule says that is told the epoch. */
export const epochParameter =
  'The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where possible. Please use ' +
  '`scheduler.step()` to step the scheduler. During the deprecation, if epoch is different from None, the closed form is ' +
  'used instead of the new chainable form, where available. Please open an issue if you are unable to replicate your use ' +
  'case: https://github.com/pytorch/pytorch/issues/new/choose.'

/**
 * A schedule of learning rates: each `step`, once an epoch or once a batch, sets those of all groups. A schedule of one's
 * own says `chained`, the next learning rate from the one before, and calls `start()` at the end of its constructor.
 *
 * @see https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate
 */
export abstract class LRScheduler implements Scheduler {
  /** What the methods take, as `bindClass` reads it. */
  static readonly _signatures: MethodParameters = {
    get_lr: [],
    get_last_lr: [],
    step: [null, 'float? epoch'],
    state_dict: [],
    load_state_dict: ['dict state_dict'],
  }
  readonly optimizer: Scheduled
  /** The learning rates at the start, one a group. */
  base_lrs: number[]
  /** The number of the epoch that the learning rates are for. */
  last_epoch: number
  _step_count = 0
  _last_lr: number[] = []
  #stepping = false

  constructor(optimizer: Scheduled, { last_epoch = -1 }: SchedulerOptions = {}) {
    bindClass(new.target)
    checkOptimizer(optimizer)
    const unknown = optimizer.param_groups.findIndex((group) => group.initial_lr === undefined)
    if (last_epoch !== -1 && unknown >= 0) {
      throw new ValueError(`param 'initial_lr' is not specified in param_groups[${unknown}] when resuming an optimizer`)
    }
    this.optimizer = optimizer
    this.base_lrs = optimizer.param_groups.map((group) => group.initial_lr ?? group.lr)
    this.last_epoch = last_epoch
  }

  /** The learning rate of a group for `last_epoch`, from the one that it has now and the one that it started with. */
  protected abstract chained(lr: number, base: number, group: number): number

  /** The same from the start alone; where it is not known, from the one that the group has now. */
  protected closed(base: number, group: number): number {
    return this.chained(this.optimizer.param_groups[group]?.lr ?? base, base, group)
  }

  /** Sets the learning rates of epoch 0. Where that fails, the groups are as they were: as now, or `before`. */
  protected start(before: readonly object[] = groupsOf(this.optimizer)): void {
    const groups = this.optimizer.param_groups
    groups.forEach((group) => {
      group.initial_lr ??= group.lr
    })
    this._step_count = 0
    try {
      this.step()
    } catch (error) {
      groups.forEach((group, i) => {
        for (const name of Object.keys(group)) Reflect.deleteProperty(group, name)
        Object.assign(group, before[i])
      })
      throw error
    }
    this.optimizer._opt_called ??= false
  }

  /** The learning rates for `last_epoch`, one a group: what `step` sets. Elsewhere ask `get_last_lr`. */
  get_lr(): number[] {
    if (!this.#stepping) {
      warnings.warn('To get the last learning rate computed by the scheduler, please use `get_last_lr()`.')
    }
    return this.optimizer.param_groups.map(({ lr }, i) => this.chained(lr, this.base_lrs[i] ?? lr, i))
  }

  /** The learning rates that were set last. */
  get_last_lr(): number[] {
    return this._last_lr
  }

  /** Sets the learning rates of the next epoch, or of the one given. */
  step(epoch?: number | null): void {
    if (this._step_count === 1 && this.optimizer._opt_called === false) warnings.warn(beforeOptimizer)
    const isGiven = epoch !== undefined && epoch !== null
    if (isGiven) warnings.warn(epochParameter)
    const { _step_count, last_epoch } = this
    this._step_count++
    this.last_epoch = isGiven ? epoch : this.last_epoch + 1
    try {
      if (isGiven) this.applyClosed()
      else this.apply(this.computed())
    } catch (error) {
      Object.assign(this, { _step_count, last_epoch })
      throw error
    }
  }

  /** Begins anew at epoch 0, where one schedule follows another. */
  restart(): void {
    this._step_count++
    this.last_epoch = 0
    this.applyClosed()
  }

  /** The learning rates for `last_epoch`, by whatever `get_lr` a subclass has. */
  protected computed(): number[] {
    this.#stepping = true
    try {
      return this.get_lr()
    } finally {
      this.#stepping = false
    }
  }

  private applyClosed(): void {
    this.apply(this.base_lrs.map((base, i) => this.closed(base, i)))
  }

  /** Gives each group its learning rate. */
  protected apply(lrs: readonly number[]): void {
    this.optimizer.param_groups.forEach((group, i) => {
      group.lr = lrs[i] ?? group.lr
    })
    this._last_lr = this.optimizer.param_groups.map(({ lr }) => lr)
  }

  /** Every setting and counter, without the optimizer and without functions. */
  state_dict(): SchedulerStateDict {
    return stateOf(this)
  }

  /** Takes back what `state_dict` gave. Load the optimizer's state too. */
  load_state_dict(state: SchedulerStateDict): void {
    Object.assign(this, plainState(this, state))
  }
}

/**
 * A copy of the state of a scheduler.
 *
 * @throws TypeError for what no scheduler gave.
 */
export function plainState(scheduler: object, state: SchedulerStateDict): SchedulerStateDict {
  if (typeof state['last_epoch'] !== 'number') {
    throw new TypeError(
      `${scheduler.constructor.name}.load_state_dict(): the state has no last_epoch; load what state_dict() gave`,
    )
  }
  return cloned(state)
}

/** The fields of a scheduler that are values. */
export function stateOf(scheduler: object): SchedulerStateDict {
  const isPlain = ([key, value]: readonly [string, unknown]) => key !== 'optimizer' && typeof value !== 'function'
  return structuredClone(Object.fromEntries(Object.entries(scheduler).filter(isPlain)))
}

/**
 * The optimizer that a schedule was given, and its options.
 *
 * @throws TypeError in PyTorch's words.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the options that the signature names
export function scheduledOf<O extends object>(signature: Signature, args: readonly unknown[]): readonly [Scheduled, O] {
  const [optimizer, options] = optionsOf<O>(signature, args)
  checkOptimizer(optimizer)
  return [optimizer, options]
}

/** @throws TypeError where it is not an optimizer. */
export function checkOptimizer(optimizer: unknown): void {
  if (!(optimizer instanceof Optimizer)) throw new TypeError(`${typeName(optimizer)} is not an Optimizer`)
}

/** Copies of the groups of an optimizer, as they are now. */
export const groupsOf = (optimizer: Scheduled): object[] => optimizer.param_groups.map((group) => ({ ...group }))

/** One value for each group: the same for all, or a list. */
export function perGroup<T>(optimizer: Scheduled, value: T | readonly T[], wrong: (count: number) => string): T[] {
  const count = optimizer.param_groups.length
  if (!Array.isArray(value)) return Array.from({ length: count }, () => value as T)
  if (value.length !== count) throw new ValueError(wrong(value.length))
  return [...(value as readonly T[])]
}
