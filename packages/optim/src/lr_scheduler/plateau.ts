import { bindClass, float64, Tensor, TypeError, typeName, ValueError, warnings } from '@chainrule/core'
import { constructorOf, type Positional } from '../options.ts'
import {
  epochParameter,
  perGroup,
  plainState,
  type Scheduled,
  type SchedulerStateDict,
  scheduledOf,
  stateOf,
} from './scheduler.ts'

/** The options of `ReduceLROnPlateau`. */
export interface ReduceLROnPlateauOptions {
  /** Whether the metric should fall, `'min'`, the default, or rise, `'max'`. */
  readonly mode?: 'min' | 'max'
  /** The factor, 0.1 by default. */
  readonly factor?: number
  /** The number of epochs without improvement that are allowed, 10 by default. */
  readonly patience?: number
  /** The smallest change that counts, 1e-4 by default. */
  readonly threshold?: number
  /** Whether the threshold is a share of the best value, `'rel'`, the default, or a difference, `'abs'`. */
  readonly threshold_mode?: 'rel' | 'abs'
  /** Epochs to wait after a reduction, 0 by default. */
  readonly cooldown?: number
  /** The lowest learning rate, for all groups or one each, 0 by default. */
  readonly min_lr?: number | readonly number[]
  /** A smaller change of the learning rate is left out, 1e-8 by default. */
  readonly eps?: number
}

const reduceLROnPlateauInit = constructorOf(
  'ReduceLROnPlateau',
  'optimizer',
  [
    'str mode',
    'float factor',
    'int patience',
    'float threshold',
    'str threshold_mode',
    'int cooldown',
    'float[] min_lr',
    'float eps',
  ],
  0,
)

/**
 * Reduces the learning rate when a metric has stopped improving: `scheduler.step(validation_loss)` once an epoch.
 *
 * @throws ValueError where an option is unknown or out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html
 */
export class ReduceLROnPlateau {
  static readonly _signatures = {
    step: ['any metrics', null, 'float? epoch'],
    is_better: ['float value', 'float best'],
    get_last_lr: [],
    state_dict: [],
    load_state_dict: ['dict state_dict'],
  }
  readonly optimizer: Scheduled
  mode: 'min' | 'max'
  factor: number
  patience: number
  threshold: number
  threshold_mode: 'rel' | 'abs'
  cooldown: number
  cooldown_counter = 0
  min_lrs: number[]
  eps: number
  best: number
  num_bad_epochs = 0
  last_epoch = 0
  _last_lr: number[]

  constructor(options: ReduceLROnPlateauOptions & { readonly optimizer: Scheduled })
  constructor(
    optimizer: Scheduled,
    mode?: 'min' | 'max' | ReduceLROnPlateauOptions,
    ...more: Positional<ReduceLROnPlateauOptions>
  )
  constructor(...args: readonly unknown[]) {
    bindClass(new.target)
    const [optimizer, options] = scheduledOf<ReduceLROnPlateauOptions>(reduceLROnPlateauInit, args)
    this.optimizer = optimizer
    this.mode = options.mode ?? 'min'
    this.factor = options.factor ?? 0.1
    this.patience = options.patience ?? 10
    this.threshold = options.threshold ?? 1e-4
    this.threshold_mode = options.threshold_mode ?? 'rel'
    this.cooldown = options.cooldown ?? 0
    this.eps = options.eps ?? 1e-8
    if (this.factor >= 1) throw new ValueError('Factor should be < 1.0.')
    if (!['min', 'max'].includes(this.mode)) throw new ValueError(`mode ${this.mode} is unknown!`)
    if (!['rel', 'abs'].includes(this.threshold_mode)) {
      throw new ValueError(`threshold mode ${this.threshold_mode} is unknown!`)
    }
    const count = optimizer.param_groups.length
    this.min_lrs = perGroup(optimizer, options.min_lr ?? 0, (given) => `expected ${count} min_lrs, got ${given}`)
    this.best = this.mode === 'min' ? Infinity : -Infinity
    this._last_lr = optimizer.param_groups.map(({ lr }) => lr)
  }

  /**
   * Takes the metric of an epoch.
   *
   * @param metrics a number, or a tensor of one.
   * @param epoch its number; the next one where it is left out.
   * @throws TypeError where there is no metric.
   */
  step(metrics: number | Tensor, epoch?: number | null): void {
    const current = numberOf(metrics)
    if (epoch !== undefined && epoch !== null) warnings.warn(epochParameter)
    this.last_epoch = epoch ?? this.last_epoch + 1
    if (this.is_better(current, this.best)) {
      this.best = current
      this.num_bad_epochs = 0
    } else this.num_bad_epochs++
    if (this.in_cooldown) {
      this.cooldown_counter--
      this.num_bad_epochs = 0
    }
    if (this.num_bad_epochs > this.patience) {
      this.reduce()
      this.cooldown_counter = this.cooldown
      this.num_bad_epochs = 0
    }
    this._last_lr = this.optimizer.param_groups.map(({ lr }) => lr)
  }

  /** Whether a reduction was so recent that nothing is counted yet. */
  get in_cooldown(): boolean {
    return this.cooldown_counter > 0
  }

  /** Whether a metric improves on the best by more than the threshold. */
  is_better(value: number, best: number): boolean {
    const { mode, threshold } = this
    if (this.threshold_mode === 'abs') return mode === 'min' ? value < best - threshold : value > best + threshold
    return mode === 'min' ? value < best * (1 - threshold) : value > best * (1 + threshold)
  }

  private reduce(): void {
    this.optimizer.param_groups.forEach((group, i) => {
      const lr = Math.max(group.lr * this.factor, this.min_lrs[i] ?? 0)
      if (group.lr - lr > this.eps) group.lr = lr
    })
  }

  /** The learning rates after the last step. */
  get_last_lr(): number[] {
    return this._last_lr
  }

  /** Every setting and counter, without the optimizer. */
  state_dict(): SchedulerStateDict {
    return stateOf(this)
  }

  /** Takes back what `state_dict` gave. Load the optimizer's state too. */
  load_state_dict(state: SchedulerStateDict): void {
    Object.assign(this, plainState(this, state))
  }
}

function numberOf(metrics: unknown): number {
  if (typeof metrics === 'number') return metrics
  if (metrics instanceof Tensor) return metrics.to(float64).item()
  throw new TypeError(`ReduceLROnPlateau.step(): metrics must be a number or a tensor of one, got ${typeName(metrics)}`)
}
