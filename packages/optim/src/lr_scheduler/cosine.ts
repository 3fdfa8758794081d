import { repr, ValueError } from '@chainrule/core'
import { constructorOf, type Positional } from '../options.ts'
import { LRScheduler, type Scheduled, type SchedulerOptions, scheduledOf } from './scheduler.ts'

/** The options of `CosineAnnealingLR`. */
export interface CosineAnnealingLROptions extends SchedulerOptions {
  /** Epochs from the highest learning rate to the lowest. */
  readonly T_max: number
  /** The lowest learning rate, 0 by default. */
  readonly eta_min?: number
}

const cosineAnnealingLRInit = constructorOf(
  'CosineAnnealingLR',
  'optimizer',
  ['float T_max', 'float eta_min', 'int last_epoch'],
  1,
)

/**
 * Falls along half a cosine, and rises again: Loshchilov and Hutter 2017, https://arxiv.org/abs/1608.03983
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingLR.html
 */
export class CosineAnnealingLR extends LRScheduler {
  T_max: number
  eta_min: number

  constructor(options: CosineAnnealingLROptions & { readonly optimizer: Scheduled })
  constructor(
    optimizer: Scheduled,
    T_max: number | CosineAnnealingLROptions,
    ...more: Positional<CosineAnnealingLROptions>
  )
  constructor(...args: readonly unknown[]) {
    const [optimizer, options] = scheduledOf<CosineAnnealingLROptions>(cosineAnnealingLRInit, args)
    if (options.T_max === 0 || Number.isNaN(options.T_max)) {
      throw new ValueError(
        `CosineAnnealingLR: T_max is ${options.T_max}; count the epochs from the highest learning rate to the lowest`,
      )
    }
    super(optimizer, options)
    this.T_max = options.T_max
    this.eta_min = options.eta_min ?? 0
    this.start()
  }

  protected chained(lr: number, base: number): number {
    const { last_epoch: t, T_max, eta_min } = this
    if (t === 0) return lr
    if (this._step_count === 1) return this.closed(base)
    if ((t - 1 - T_max) % (2 * T_max) === 0) return lr + ((base - eta_min) * (1 - Math.cos(Math.PI / T_max))) / 2
    const ratio = (1 + Math.cos((Math.PI * t) / T_max)) / (1 + Math.cos((Math.PI * (t - 1)) / T_max))
    return ratio * (lr - eta_min) + eta_min
  }

  protected override closed(base: number): number {
    return this.eta_min + ((base - this.eta_min) * (1 + Math.cos((Math.PI * this.last_epoch) / this.T_max))) / 2
  }
}

/** The options of `CosineAnnealingWarmRestarts`. */
export interface CosineAnnealingWarmRestartsOptions extends SchedulerOptions {
  /** Epochs until the first restart. */
  readonly T_0: number
  /** How much longer each period is than the one before, 1 by default. */
  readonly T_mult?: number
  /** The lowest learning rate, 0 by default. */
  readonly eta_min?: number
}

const cosineAnnealingWarmRestartsInit = constructorOf(
  'CosineAnnealingWarmRestarts',
  'optimizer',
  ['Number T_0', 'Number T_mult', 'float eta_min', 'int last_epoch'],
  1,
)

/**
 * Falls along half a cosine, then starts again from the top, in periods that grow: Loshchilov and Hutter 2017.
 *
 * @throws ValueError where a period is not a positive integer.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.html
 */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  static override readonly _signatures = { step: [null, 'float? epoch'] }
  T_0: number
  T_i: number
  T_mult: number
  eta_min: number
  T_cur: number

  constructor(options: CosineAnnealingWarmRestartsOptions & { readonly optimizer: Scheduled })
  constructor(
    optimizer: Scheduled,
    T_0: number | CosineAnnealingWarmRestartsOptions,
    ...more: Positional<CosineAnnealingWarmRestartsOptions>
  )
  constructor(...args: readonly unknown[]) {
    const [optimizer, options] = scheduledOf<CosineAnnealingWarmRestartsOptions>(cosineAnnealingWarmRestartsInit, args)
    const { T_mult = 1, eta_min = 0, last_epoch = -1 } = options
    if (!(options.T_0 > 0 && Number.isInteger(options.T_0))) {
      throw new ValueError(`Expected positive integer T_0, but got ${repr(options.T_0)}`)
    }
    if (!(T_mult >= 1 && Number.isInteger(T_mult))) {
      throw new ValueError(`Expected integer T_mult >= 1, but got ${repr(T_mult)}`)
    }
    super(optimizer, options)
    this.T_0 = options.T_0
    this.T_i = options.T_0
    this.T_mult = T_mult
    this.eta_min = eta_min
    this.T_cur = last_epoch
    this.start()
  }

  protected chained(_lr: number, base: number): number {
    return this.eta_min + ((base - this.eta_min) * (1 + Math.cos((Math.PI * this.T_cur) / this.T_i))) / 2
  }

  /** The next epoch, or the one given, which may be a fraction: `scheduler.step(epoch + i / batches)`. */
  override step(epoch?: number | null): void {
    this.#advance(epoch ?? (this.last_epoch < 0 ? 0 : undefined))
  }

  #advance(epoch: number | undefined): void {
    if (epoch !== undefined && epoch < 0) throw new ValueError(`Expected non-negative epoch, but got ${repr(epoch)}`)
    this._step_count++
    if (epoch === undefined) {
      this.T_cur++
      if (this.T_cur >= this.T_i) {
        this.T_cur -= this.T_i
        this.T_i *= this.T_mult
      }
    } else this.place(epoch)
    this.last_epoch = epoch === undefined ? this.last_epoch + 1 : Math.floor(epoch)
    this.apply(this.computed())
  }

  override restart(): void {
    this.step(0)
  }

  /** Finds the period that an epoch lies in. */
  private place(epoch: number): void {
    const { T_0, T_mult } = this
    const ratio = (epoch / T_0) * (T_mult - 1) + 1
    const periods = T_mult === 1 ? 0 : Math.trunc(Math.log(ratio) / Math.log(T_mult))
    const passed = T_mult === 1 ? epoch - (epoch % T_0) : (T_0 * (T_mult ** periods - 1)) / (T_mult - 1)
    this.T_cur = epoch - passed
    this.T_i = T_0 * T_mult ** periods
  }
}
