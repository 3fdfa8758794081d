import { bindClass, Signature, TypeError, typeName, ValueError } from '@chainrule/core'
import { ReduceLROnPlateau } from './plateau.ts'
import type { LRScheduler, Scheduled, Scheduler, SchedulerStateDict } from './scheduler.ts'

const init = new Signature('ChainedScheduler.__init__', ['any schedulers'], 1, 'python')

/**
 * Several schedules at once: each step is one of all of them, and their factors multiply.
 *
 * @example
 * const scheduler = new ChainedScheduler([new ConstantLR(optimizer, 0.1, 2), new ExponentialLR(optimizer, 0.9)])
 * @throws ValueError where there are none, they are of different optimizers, or one needs a metric.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ChainedScheduler.html
 */
export class ChainedScheduler implements Scheduler {
  static readonly _signatures = {
    step: [],
    get_last_lr: [],
    state_dict: [],
    load_state_dict: ['dict state_dict'],
  }
  readonly optimizer: Scheduled
  _last_lr: number[]
  readonly #schedulers: readonly LRScheduler[]

  constructor(schedulers: readonly LRScheduler[] | { readonly schedulers: readonly LRScheduler[] })
  constructor(...args: readonly unknown[]) {
    bindClass(new.target)
    const [list] = init.bind([...args]) as [readonly LRScheduler[]]
    checkSchedulers('ChainedScheduler', list)
    const [first] = list
    if (first === undefined) {
      throw new ValueError('ChainedScheduler expects at least one scheduler to be chained, but got no scheduler.')
    }
    const foreign = list.findIndex((scheduler) => scheduler.optimizer !== first.optimizer)
    if (foreign >= 0) {
      throw new ValueError(
        'ChainedScheduler expects all schedulers to belong to the same optimizer, but got schedulers at index 0 and ' +
          `${foreign} to be different`,
      )
    }
    this.optimizer = first.optimizer
    this.#schedulers = [...list]
    this._last_lr = this.optimizer.param_groups.map(({ lr }) => lr)
  }

  /** The next epoch of every schedule, one after the other. */
  step(): void {
    for (const scheduler of this.#schedulers) scheduler.step()
    this._last_lr = this.optimizer.param_groups.map(({ lr }) => lr)
  }

  /** The learning rates that were set last. */
  get_last_lr(): number[] {
    return this._last_lr
  }

  /** The learning rates, and the states of the schedulers. */
  state_dict(): SchedulerStateDict {
    return { _last_lr: [...this._last_lr], _schedulers: this.#schedulers.map((scheduler) => scheduler.state_dict()) }
  }

  /** Takes back what `state_dict` gave. Load the optimizer's state too. */
  load_state_dict({ _last_lr, _schedulers }: SchedulerStateDict): void {
    if (!Array.isArray(_last_lr) || !Array.isArray(_schedulers)) {
      throw new TypeError('ChainedScheduler: the state has no _last_lr or no _schedulers; load what state_dict() gave')
    }
    this._last_lr = [...(_last_lr as number[])]
    this.#schedulers.forEach((scheduler, i) => {
      scheduler.load_state_dict(_schedulers[i] as SchedulerStateDict)
    })
  }
}

/** @throws ValueError for a schedule that cannot take a step by itself, TypeError for what is none. */
export function checkSchedulers(name: string, schedulers: unknown): asserts schedulers is readonly LRScheduler[] {
  if (!Array.isArray(schedulers)) {
    throw new TypeError(`${name}.__init__(): argument 'schedulers' must be list, not ${typeName(schedulers)}`)
  }
  schedulers.forEach((scheduler: unknown, i) => {
    if (typeof scheduler !== 'object' || scheduler === null || !('optimizer' in scheduler)) {
      throw new TypeError(`${name} at index ${i} should have \`optimizer\` as its attribute.`)
    }
    if (!(scheduler instanceof ReduceLROnPlateau)) return
    throw new ValueError(
      `${name} does not support \`ReduceLROnPlateau\` scheduler as it requires additional kwargs to be specified when ` +
        `calling \`step\`, but got one at index ${i} in the given schedulers sequence.`,
    )
  })
}
