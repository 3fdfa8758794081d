import { ValueError } from '@chainrule/core'
import { constructorOf, type Positional } from '../options.ts'
import { type Moved, momentumOf, setMomentum } from './momentum.ts'
import { groupsOf, LRScheduler, perGroup, type Scheduled, type SchedulerOptions, scheduledOf } from './scheduler.ts'

/** The options of `CyclicLR`. */
export interface CyclicLROptions extends SchedulerOptions {
  /** The lowest learning rate, for all groups or one each. */
  readonly base_lr: number | readonly number[]
  /** The highest learning rate, for all groups or one each. */
  readonly max_lr: number | readonly number[]
  /** The number of steps that rise, 2000 by default. */
  readonly step_size_up?: number
  /** The number of steps that fall, as many as rise by default. */
  readonly step_size_down?: number | null
  /** Whether each cycle is like the one before, half as high, or `gammaˢᵗᵉᵖ` as high; `'triangular'` by default. */
  readonly mode?: 'triangular' | 'triangular2' | 'exp_range'
  readonly gamma?: number
  /** In place of a mode: the height, of the number of the cycle or of the step. */
  readonly scale_fn?: ((x: number) => number) | null
  /** What `scale_fn` is given, `'cycle'` by default. */
  readonly scale_mode?: 'cycle' | 'iterations'
  /** Move the momentum, or the first beta, the other way; true by default. */
  readonly cycle_momentum?: boolean
  /** 0.8 by default. */
  readonly base_momentum?: number | readonly number[]
  /** 0.9 by default. */
  readonly max_momentum?: number | readonly number[]
}

const cyclicLRInit = constructorOf(
  'CyclicLR',
  'optimizer',
  [
    'float[] base_lr',
    'float[] max_lr',
    'Number step_size_up',
    'Number? step_size_down',
    'str mode',
    'float gamma',
    'function? scale_fn',
    'str scale_mode',
    'bool cycle_momentum',
    'float[] base_momentum',
    'float[] max_momentum',
    'int last_epoch',
  ],
  2,
)

/**
 * Learning rates that rise and fall between bounds, step by step: Smith 2017, https://arxiv.org/abs/1506.01186
 *
 * @throws ValueError where there is no such mode, or the optimizer has no momentum to move.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CyclicLR.html
 */
export class CyclicLR extends LRScheduler {
  max_lrs: number[]
  total_size: number
  step_ratio: number
  mode: string
  gamma: number
  scale_mode: 'cycle' | 'iterations'
  cycle_momentum: boolean
  base_momentums: number[] = []
  max_momentums: number[] = []
  readonly #scale: ((x: number) => number) | null

  constructor(options: CyclicLROptions & { readonly optimizer: Scheduled })
  constructor(
    optimizer: Scheduled,
    base_lr: CyclicLROptions['base_lr'] | CyclicLROptions,
    ...more: Positional<CyclicLROptions>
  )
  constructor(...args: readonly unknown[]) {
    const [optimizer, options] = scheduledOf<CyclicLROptions>(cyclicLRInit, args)
    const { step_size_up = 2000, mode = 'triangular', scale_fn = null, cycle_momentum = true } = options
    const { step_size_down = null, last_epoch = -1 } = options
    const groups: readonly Moved[] = optimizer.param_groups
    const each = (name: string, value: number | readonly number[]): number[] =>
      perGroup(optimizer, value, (count) => `expected ${groups.length} values for ${name}, got ${count}`)
    const base_lrs = each('base_lr', options.base_lr)
    const max_lrs = each('max_lr', options.max_lr)
    if (!['triangular', 'triangular2', 'exp_range'].includes(mode) && scale_fn === null) {
      throw new ValueError('mode is invalid and scale_fn is None')
    }
    if (cycle_momentum && !('momentum' in optimizer.defaults) && !('betas' in optimizer.defaults)) {
      throw new ValueError('optimizer must support momentum or beta1 with `cycle_momentum` option enabled')
    }
    const base_momentums = each('base_momentum', options.base_momentum ?? 0.8)
    const max_momentums = each('max_momentum', options.max_momentum ?? 0.9)
    const before = groupsOf(optimizer)
    if (last_epoch === -1) {
      groups.forEach((group, i) => {
        group.lr = base_lrs[i] as number
        if (cycle_momentum) setMomentum(group, base_momentums[i] as number)
      })
    }
    super(optimizer, options)
    this.base_lrs = base_lrs
    this.max_lrs = max_lrs
    this.total_size = step_size_up + (step_size_down ?? step_size_up)
    this.step_ratio = step_size_up / this.total_size
    this.mode = mode
    this.gamma = options.gamma ?? 1
    this.#scale = scale_fn
    this.scale_mode =
      scale_fn !== null ? (options.scale_mode ?? 'cycle') : mode === 'exp_range' ? 'iterations' : 'cycle'
    this.cycle_momentum = cycle_momentum
    if (cycle_momentum) {
      this.base_momentums = groups.map(momentumOf)
      this.max_momentums = max_momentums
    }
    this.start(before)
  }

  /** How high a cycle, or a step, is. */
  scale_fn(x: number): number {
    if (this.#scale !== null) return this.#scale(x)
    if (this.mode === 'triangular2') return 1 / 2 ** (x - 1)
    return this.mode === 'exp_range' ? this.gamma ** x : 1
  }

  protected chained(_lr: number, base: number, index: number): number {
    const position = this.last_epoch / this.total_size
    const cycle = Math.floor(1 + position)
    const x = 1 + position - cycle
    const share = x <= this.step_ratio ? x / this.step_ratio : (x - 1) / (this.step_ratio - 1)
    const height = this.scale_fn(this.scale_mode === 'cycle' ? cycle : this.last_epoch)
    if (this.cycle_momentum) {
      const [low, high] = [this.base_momentums[index] as number, this.max_momentums[index] as number]
      setMomentum(this.optimizer.param_groups[index] as Moved, high - (high - low) * share * height)
    }
    return base + ((this.max_lrs[index] as number) - base) * share * height
  }
}
