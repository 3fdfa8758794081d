import { Signature, TypeError, typeName, ValueError } from '@chainrule/core'
import { constructorOf, type Positional } from '../options.ts'
import { LRScheduler, perGroup, type Scheduled, type SchedulerOptions, scheduledOf } from './scheduler.ts'

type Lambda = (epoch: number) => number

/** The options of `LambdaLR` and `MultiplicativeLR`. */
export interface LambdaLROptions extends SchedulerOptions {
  /** A factor for each epoch, from one function or from one for each group. */
  readonly lr_lambda: Lambda | readonly Lambda[]
}

const lambdaOf = new Signature('lr_lambda', ['function lr_lambda'], 1, 'python')

function lambdas(optimizer: Scheduled, lr_lambda: LambdaLROptions['lr_lambda']): Lambda[] {
  const all = perGroup<Lambda>(optimizer, lr_lambda, (count) => {
    return `Expected ${optimizer.param_groups.length} lr_lambdas, but got ${count}`
  })
  const wrong = all.find((lambda) => typeof lambda !== 'function')
  if (wrong !== undefined) throw new TypeError(`'${typeName(wrong)}' object is not callable`)
  for (const lambda of all) lambdaOf.bind([lambda])
  return all
}

const lambdaLRInit = constructorOf('LambdaLR', 'optimizer', ['any lr_lambda', 'int last_epoch'], 1)

/**
 * The initial learning rate times a function of the epoch.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LambdaLR.html
 */
export class LambdaLR extends LRScheduler {
  readonly #lambdas: Lambda[]

  constructor(options: LambdaLROptions & { readonly optimizer: Scheduled })
  constructor(
    optimizer: Scheduled,
    lr_lambda: Lambda | readonly Lambda[] | LambdaLROptions,
    ...more: Positional<LambdaLROptions>
  )
  constructor(...args: readonly unknown[]) {
    const [optimizer, options] = scheduledOf<LambdaLROptions>(lambdaLRInit, args)
    super(optimizer, options)
    this.#lambdas = lambdas(optimizer, options.lr_lambda)
    this.start()
  }

  protected chained(_lr: number, base: number, group: number): number {
    return base * (this.#lambdas[group]?.(this.last_epoch) ?? 1)
  }
}

const multiplicativeLRInit = constructorOf('MultiplicativeLR', 'optimizer', ['any lr_lambda', 'int last_epoch'], 1)

/**
 * The learning rate before times a function of the epoch.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.MultiplicativeLR.html
 */
export class MultiplicativeLR extends LRScheduler {
  readonly #lambdas: Lambda[]

  constructor(options: LambdaLROptions & { readonly optimizer: Scheduled })
  constructor(
    optimizer: Scheduled,
    lr_lambda: Lambda | readonly Lambda[] | LambdaLROptions,
    ...more: Positional<LambdaLROptions>
  )
  constructor(...args: readonly unknown[]) {
    const [optimizer, options] = scheduledOf<LambdaLROptions>(multiplicativeLRInit, args)
    super(optimizer, options)
    this.#lambdas = lambdas(optimizer, options.lr_lambda)
    this.start()
  }

  protected chained(lr: number, _base: number, group: number): number {
    return this.last_epoch > 0 ? lr * (this.#lambdas[group]?.(this.last_epoch) ?? 1) : lr
  }
}

/** The options of `StepLR`. */
export interface StepLROptions extends SchedulerOptions {
  /** Epochs from one decay to the next. */
  readonly step_size: number
  /** The factor, 0.1 by default. */
  readonly gamma?: number
}

const stepLRInit = constructorOf('StepLR', 'optimizer', ['int step_size', 'float gamma', 'int last_epoch'], 1)

/**
 * Multiplies by `gamma` every `step_size` epochs.
 *
 * @example
 * const scheduler = new optim.lr_scheduler.StepLR(optimizer, { step_size: 30, gamma: 0.1 })
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.StepLR.html
 */
export class StepLR extends LRScheduler {
  step_size: number
  gamma: number

  constructor(options: StepLROptions & { readonly optimizer: Scheduled })
  constructor(optimizer: Scheduled, step_size: number | StepLROptions, ...more: Positional<StepLROptions>)
  constructor(...args: readonly unknown[]) {
    const [optimizer, options] = scheduledOf<StepLROptions>(stepLRInit, args)
    super(optimizer, options)
    if (options.step_size === 0) throw new ValueError('StepLR: step_size is 0; count the epochs between two decays')
    this.step_size = options.step_size
    this.gamma = options.gamma ?? 0.1
    this.start()
  }

  protected chained(lr: number): number {
    return this.last_epoch !== 0 && this.last_epoch % this.step_size === 0 ? lr * this.gamma : lr
  }

  protected override closed(base: number): number {
    return base * this.gamma ** Math.floor(this.last_epoch / this.step_size)
  }
}

/** The options of `MultiStepLR`. */
export interface MultiStepLROptions extends SchedulerOptions {
  /** The epochs at which to decay. */
  readonly milestones: readonly number[]
  /** The factor, 0.1 by default. */
  readonly gamma?: number
}

const multiStepLRInit = constructorOf(
  'MultiStepLR',
  'optimizer',
  ['size milestones', 'float gamma', 'int last_epoch'],
  1,
)

/**
 * Multiplies by `gamma` at each milestone.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.MultiStepLR.html
 */
export class MultiStepLR extends LRScheduler {
  milestones: number[]
  gamma: number

  constructor(options: MultiStepLROptions & { readonly optimizer: Scheduled })
  constructor(
    optimizer: Scheduled,
    milestones: readonly number[] | MultiStepLROptions,
    ...more: Positional<MultiStepLROptions>
  )
  constructor(...args: readonly unknown[]) {
    const [optimizer, options] = scheduledOf<MultiStepLROptions>(multiStepLRInit, args)
    super(optimizer, options)
    this.milestones = [...options.milestones]
    this.gamma = options.gamma ?? 0.1
    this.start()
  }

  protected chained(lr: number): number {
    const times = this.milestones.filter((epoch) => epoch === this.last_epoch).length
    return times === 0 ? lr : lr * this.gamma ** times
  }

  protected override closed(base: number): number {
    return base * this.gamma ** this.milestones.filter((epoch) => epoch <= this.last_epoch).length
  }
}

/** The options of `ConstantLR`. */
export interface ConstantLROptions extends SchedulerOptions {
  /** The factor until then, 1/3 by default. */
  readonly factor?: number
  /** The epoch at which the factor ends, 5 by default. */
  readonly total_iters?: number
}

const constantLRInit = constructorOf(
  'ConstantLR',
  'optimizer',
  ['float factor', 'int total_iters', 'int last_epoch'],
  0,
)

/**
 * Multiplies by `factor` until epoch `total_iters`.
 *
 * @throws ValueError where the factor is not between 0 and 1.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ConstantLR.html
 */
export class ConstantLR extends LRScheduler {
  factor: number
  total_iters: number

  constructor(options: ConstantLROptions & { readonly optimizer: Scheduled })
  constructor(optimizer: Scheduled, ...args: Positional<ConstantLROptions>)
  constructor(...args: readonly unknown[]) {
    const [optimizer, options] = scheduledOf<ConstantLROptions>(constantLRInit, args)
    super(optimizer, options)
    this.factor = options.factor ?? 1 / 3
    this.total_iters = options.total_iters ?? 5
    checkFactor('Constant', this.factor)
    this.start()
  }

  protected chained(lr: number): number {
    if (this.last_epoch === 0) return lr * this.factor
    return this.last_epoch === this.total_iters ? lr * (1 / this.factor) : lr
  }

  protected override closed(base: number): number {
    return this.last_epoch >= this.total_iters ? base : base * this.factor
  }
}

/** The options of `LinearLR`. */
export interface LinearLROptions extends SchedulerOptions {
  /** The factor of epoch 0, 1/3 by default. */
  readonly start_factor?: number
  /** The factor from epoch `total_iters` on, 1 by default. */
  readonly end_factor?: number
  /** The epoch at which `end_factor` is reached, 5 by default. */
  readonly total_iters?: number
}

const linearLRInit = constructorOf(
  'LinearLR',
  'optimizer',
  ['float start_factor', 'float end_factor', 'int total_iters', 'int last_epoch'],
  0,
)

/**
 * A factor that goes linearly from one value to another, and stays: a warm-up.
 *
 * @throws ValueError where a factor is not between 0 and 1.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LinearLR.html
 */
export class LinearLR extends LRScheduler {
  start_factor: number
  end_factor: number
  total_iters: number

  constructor(options: LinearLROptions & { readonly optimizer: Scheduled })
  constructor(optimizer: Scheduled, ...args: Positional<LinearLROptions>)
  constructor(...args: readonly unknown[]) {
    const [optimizer, options] = scheduledOf<LinearLROptions>(linearLRInit, args)
    super(optimizer, options)
    this.start_factor = options.start_factor ?? 1 / 3
    this.end_factor = options.end_factor ?? 1
    this.total_iters = options.total_iters ?? 5
    if (!(this.start_factor > 0 && this.start_factor <= 1)) {
      throw new ValueError('Starting multiplicative factor expected to be greater than 0 and less or equal to 1.')
    }
    checkFactor('Ending', this.end_factor)
    this.start()
  }

  protected chained(lr: number): number {
    if (this.last_epoch === 0) return lr * this.start_factor
    if (this.last_epoch > this.total_iters) return lr
    const rise = this.end_factor - this.start_factor
    return lr * (1 + rise / (this.total_iters * this.start_factor + (this.last_epoch - 1) * rise))
  }

  protected override closed(base: number): number {
    const share = Math.min(this.total_iters, this.last_epoch) / this.total_iters
    return base * (this.start_factor + (this.end_factor - this.start_factor) * share)
  }
}

function checkFactor(name: string, factor: number): void {
  if (factor >= 0 && factor <= 1) return
  throw new ValueError(`${name} multiplicative factor expected to be between 0 and 1.`)
}

/** The options of `ExponentialLR`. */
export interface ExponentialLROptions extends SchedulerOptions {
  /** The factor of each epoch. */
  readonly gamma: number
}

const exponentialLRInit = constructorOf('ExponentialLR', 'optimizer', ['float gamma', 'int last_epoch'], 1)

/**
 * Multiplies by `gamma` every epoch.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ExponentialLR.html
 */
export class ExponentialLR extends LRScheduler {
  gamma: number

  constructor(options: ExponentialLROptions & { readonly optimizer: Scheduled })
  constructor(optimizer: Scheduled, gamma: number | ExponentialLROptions, ...more: Positional<ExponentialLROptions>)
  constructor(...args: readonly unknown[]) {
    const [optimizer, options] = scheduledOf<ExponentialLROptions>(exponentialLRInit, args)
    super(optimizer, options)
    this.gamma = options.gamma
    this.start()
  }

  protected chained(lr: number): number {
    return this.last_epoch === 0 ? lr : lr * this.gamma
  }

  protected override closed(base: number): number {
    return base * this.gamma ** this.last_epoch
  }
}

/** The options of `PolynomialLR`. */
export interface PolynomialLROptions extends SchedulerOptions {
  /** The epoch at which the learning rate reaches 0, 5 by default. */
  readonly total_iters?: number
  /** The power of the remaining share, 1 by default. */
  readonly power?: number
}

const polynomialLRInit = constructorOf(
  'PolynomialLR',
  'optimizer',
  ['int total_iters', 'float power', 'int last_epoch'],
  0,
)

/**
 * Falls to 0 as a power of the epochs that remain.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.PolynomialLR.html
 */
export class PolynomialLR extends LRScheduler {
  total_iters: number
  power: number

  constructor(options: PolynomialLROptions & { readonly optimizer: Scheduled })
  constructor(optimizer: Scheduled, ...args: Positional<PolynomialLROptions>)
  constructor(...args: readonly unknown[]) {
    const [optimizer, options] = scheduledOf<PolynomialLROptions>(polynomialLRInit, args)
    super(optimizer, options)
    this.total_iters = options.total_iters ?? 5
    this.power = options.power ?? 1
    this.start()
  }

  protected chained(lr: number): number {
    const { last_epoch, total_iters } = this
    if (last_epoch === 0 || last_epoch > total_iters) return lr
    return lr * ((1 - last_epoch / total_iters) / (1 - (last_epoch - 1) / total_iters)) ** this.power
  }

  protected override closed(base: number): number {
    return base * (1 - Math.min(this.total_iters, this.last_epoch) / this.total_iters) ** this.power
  }
}
