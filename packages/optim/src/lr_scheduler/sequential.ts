import { bindClass, TypeError, ValueError } from '@chainrule/core'
import { constructorOf, type Positional } from '../options.ts'
import { checkSchedulers } from './chained.ts'
import { type LRScheduler, type Scheduled, type Scheduler, type SchedulerStateDict, scheduledOf } from './scheduler.ts'

/** The options of `SequentialLR`. */
export interface SequentialLROptions {
  readonly schedulers: readonly LRScheduler[]
  /** The epochs at which the second, the third, … scheduler begins. */
  readonly milestones: readonly number[]
  /** The epoch to go on from; -1, the default, starts anew. */
  readonly last_epoch?: number
}

const sequentialLRInit = constructorOf(
  'SequentialLR',
  'optimizer',
  ['any schedulers', 'size milestones', 'int last_epoch'],
  2,
)

/**
 * One schedule after another: a warm-up, then a decay.
 *
 * @example
 * const warmup = new LinearLR(optimizer, { total_iters: 5 })
 * const decay = new CosineAnnealingLR(optimizer, 100)
 * const scheduler = new SequentialLR(optimizer, { schedulers: [warmup, decay], milestones: [5] })
 * @throws ValueError where the schedulers are of other optimizers, not one more than the milestones, or one needs a metric.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.SequentialLR.html
 */
export class SequentialLR implements Scheduler {
  static readonly _signatures = {
    step: [],
    get_last_lr: [],
    state_dict: [],
    load_state_dict: ['dict state_dict'],
  }
  readonly optimizer: Scheduled
  last_epoch: number
  readonly #schedulers: readonly LRScheduler[]
  readonly #milestones: readonly number[]
  #last: LRScheduler

  constructor(options: SequentialLROptions & { readonly optimizer: Scheduled })
  constructor(optimizer: Scheduled, ...args: Positional<SequentialLROptions>)
  constructor(...args: readonly unknown[]) {
    bindClass(new.target)
    const [optimizer, { schedulers, milestones, last_epoch = -1 }] = scheduledOf<SequentialLROptions>(
      sequentialLRInit,
      args,
    )
    checkSchedulers('SequentialLR', schedulers)
    const foreign = schedulers.findIndex((scheduler) => scheduler.optimizer !== optimizer)
    if (foreign >= 0) {
      throw new ValueError(
        'Sequential Schedulers expects all schedulers to belong to the same optimizer, but got schedulers at index ' +
          `${foreign} to be different than the optimizer passed in.`,
      )
    }
    const [first] = schedulers
    if (first === undefined || milestones.length !== schedulers.length - 1) {
      throw new ValueError(
        'Sequential Schedulers expects number of schedulers provided to be one more than the number of milestone ' +
          `points, but got number of schedulers ${schedulers.length} and the number of milestones to be equal to ` +
          `${milestones.length}`,
      )
    }
    this.optimizer = optimizer
    this.last_epoch = last_epoch + 1
    this.#schedulers = schedulers
    this.#milestones = milestones
    this.#last = first
    for (const group of optimizer.param_groups) group.lr = group.initial_lr ?? group.lr
    // Each scheduler took its first step when it was made: only the first one's counts.
    for (const scheduler of schedulers) scheduler.last_epoch--
    first._step_count = 0
    first.step()
  }

  /** The next epoch, by the scheduler whose turn it is. */
  step(): void {
    this.last_epoch++
    const turn = this.#milestones.filter((epoch) => epoch <= this.last_epoch).length
    this.#last = this.#schedulers[turn] ?? this.#last
    if (turn > 0 && this.#milestones[turn - 1] === this.last_epoch) this.#last.restart()
    else this.#last.step()
  }

  /** The learning rates that were set last. */
  get_last_lr(): number[] {
    return this.#last.get_last_lr()
  }

  /** The epoch, and the states of the schedulers. */
  state_dict(): SchedulerStateDict {
    return {
      last_epoch: this.last_epoch,
      _milestones: [...this.#milestones],
      _last_lr: this.get_last_lr(),
      _schedulers: this.#schedulers.map((scheduler) => scheduler.state_dict()),
    }
  }

  /** Takes back what `state_dict` gave. Load the optimizer's state too. */
  load_state_dict({ last_epoch, _schedulers }: SchedulerStateDict): void {
    if (typeof last_epoch !== 'number' || !Array.isArray(_schedulers)) {
      throw new TypeError('SequentialLR: the state has no last_epoch or no _schedulers; load what state_dict() gave')
    }
    this.last_epoch = last_epoch
    this.#schedulers.forEach((scheduler, i) => {
      scheduler.load_state_dict(_schedulers[i] as SchedulerStateDict)
    })
    const turn = this.#milestones.filter((epoch) => epoch <= last_epoch).length
    this.#last = this.#schedulers[turn] ?? this.#last
  }
}
