import { repr, ValueError } from '@chainrule/core'
import { constructorOf, type Positional } from '../options.ts'
import { type Moved, setMomentum } from './momentum.ts'
import { groupsOf, LRScheduler, perGroup, type Scheduled, type SchedulerOptions, scheduledOf } from './scheduler.ts'

/** The options of `OneCycleLR`. */
export interface OneCycleLROptions extends SchedulerOptions {
  /** The highest learning rate, for all groups or one each. */
  readonly max_lr: number | readonly number[]
  /** The number of steps; or give `epochs` and `steps_per_epoch`. */
  readonly total_steps?: number
  readonly epochs?: number
  readonly steps_per_epoch?: number
  /** The share of the steps that rise, 0.3 by default. */
  readonly pct_start?: number
  /** `'cos'` by default. */
  readonly anneal_strategy?: 'cos' | 'linear'
  /** Move the momentum, or the first beta, the other way; true by default. */
  readonly cycle_momentum?: boolean
  /** 0.85 by default. */
  readonly base_momentum?: number | readonly number[]
  /** 0.95 by default. */
  readonly max_momentum?: number | readonly number[]
  /** The initial learning rate is `max_lr / div_factor`, 25 by default. */
  readonly div_factor?: number
  /** The last learning rate is the initial one divided by this, 1e4 by default. */
  readonly final_div_factor?: number
  /** Rise, fall as long, then fall to the end. */
  readonly three_phase?: boolean
}

/** From where to where a phase moves, as values between those of a group. */
interface Phase {
  readonly end: number
  readonly lr: readonly [from: 'initial_lr' | 'max_lr', to: 'initial_lr' | 'max_lr' | 'min_lr']
  readonly momentum: readonly [from: Momentum, to: Momentum]
}
type Momentum = 'base_momentum' | 'max_momentum'

/** What the schedule keeps in a group, and what it moves. */
type CycledGroup = Moved & { initial_lr?: number } & {
  [key in 'max_lr' | 'min_lr' | Momentum]?: number
}

const oneCycleLRInit = constructorOf(
  'OneCycleLR',
  'optimizer',
  [
    'float[] max_lr',
    'Number? total_steps',
    'Number? epochs',
    'Number? steps_per_epoch',
    'Number pct_start',
    'str anneal_strategy',
    'bool cycle_momentum',
    'float[] base_momentum',
    'float[] max_momentum',
    'float div_factor',
    'float final_div_factor',
    'bool three_phase',
    'int last_epoch',
  ],
  1,
)

/**
 * One rise to a high learning rate and a long fall, step by step: Smith and Topin 2019, https://arxiv.org/abs/1708.07120
 *
 * @throws ValueError where the number of steps is not given, or an option is out of range, or after the last step.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.OneCycleLR.html
 */
export class OneCycleLR extends LRScheduler {
  total_steps: number
  cycle_momentum: boolean
  anneal_strategy: 'cos' | 'linear'
  _schedule_phases: Phase[]

  constructor(options: OneCycleLROptions & { readonly optimizer: Scheduled })
  constructor(
    optimizer: Scheduled,
    max_lr: OneCycleLROptions['max_lr'] | OneCycleLROptions,
    ...more: Positional<OneCycleLROptions>
  )
  constructor(...args: readonly unknown[]) {
    const [optimizer, options] = scheduledOf<OneCycleLROptions>(oneCycleLRInit, args)
    const { pct_start = 0.3, anneal_strategy = 'cos', cycle_momentum = true, three_phase = false } = options
    const total_steps = stepsOf(options)
    if (!(pct_start >= 0 && pct_start <= 1)) {
      throw new ValueError(`Expected float between 0 and 1 pct_start, but got ${repr(pct_start)}`)
    }
    if (!['cos', 'linear'].includes(anneal_strategy)) {
      throw new ValueError(`anneal_strategy must be one of 'cos' or 'linear', instead got ${anneal_strategy}`)
    }
    const groups: readonly CycledGroup[] = optimizer.param_groups
    const each = (name: string, value: number | readonly number[]) =>
      perGroup(optimizer, value, (count) => `expected ${groups.length} values for ${name}, got ${count}`)
    const max_lrs = each('max_lr', options.max_lr)
    const base_momentums = each('base_momentum', options.base_momentum ?? 0.85)
    const max_momentums = each('max_momentum', options.max_momentum ?? 0.95)
    if (cycle_momentum && !('momentum' in optimizer.defaults) && !('betas' in optimizer.defaults)) {
      throw new ValueError('optimizer must support momentum with `cycle_momentum` option enabled')
    }
    const before = groupsOf(optimizer)
    if ((options.last_epoch ?? -1) === -1) {
      groups.forEach((group, i) => {
        const highest = max_lrs[i] as number
        group.initial_lr = highest / (options.div_factor ?? 25)
        group.max_lr = highest
        group.min_lr = group.initial_lr / (options.final_div_factor ?? 1e4)
        if (!cycle_momentum) return
        group.max_momentum = max_momentums[i] as number
        group.base_momentum = base_momentums[i] as number
        setMomentum(group, group.max_momentum)
      })
    }
    super(optimizer, options)
    this.total_steps = total_steps
    this.cycle_momentum = cycle_momentum
    this.anneal_strategy = anneal_strategy
    this._schedule_phases = phasesOf(pct_start, total_steps, three_phase)
    this.start(before)
  }

  protected chained(lr: number, _base: number, index: number): number {
    const group = this.optimizer.param_groups[index] as CycledGroup
    const step = this.last_epoch
    if (step > this.total_steps) {
      throw new ValueError(
        `Tried to step ${step} times. The specified number of total steps is ${repr(this.total_steps)}`,
      )
    }
    const found = this._schedule_phases.findIndex(({ end }) => step <= end)
    const at = found < 0 ? this._schedule_phases.length - 1 : found
    const phase = this._schedule_phases[at] as Phase
    const start = this._schedule_phases[at - 1]?.end ?? 0
    const share = (step - start) / (phase.end - start)
    const between = (from: number, to: number) =>
      this.anneal_strategy === 'cos'
        ? to + ((from - to) / 2) * (Math.cos(Math.PI * share) + 1)
        : (to - from) * share + from
    if (this.cycle_momentum) {
      const [from, to] = phase.momentum
      setMomentum(group, between(group[from] ?? 0, group[to] ?? 0))
    }
    const [from, to] = phase.lr
    return between(group[from] ?? lr, group[to] ?? lr)
  }
}

function stepsOf({ total_steps, epochs, steps_per_epoch }: OneCycleLROptions): number {
  const positive = (name: string, value: number | null | undefined): number => {
    if (typeof value === 'number' && value > 0 && Number.isInteger(value)) return value
    throw new ValueError(`Expected positive integer ${name}, but got ${repr(value)}`)
  }
  if (total_steps !== undefined && total_steps !== null) return positive('total_steps', total_steps)
  if ((epochs ?? steps_per_epoch ?? null) === null) {
    throw new ValueError('You must define either total_steps OR (epochs AND steps_per_epoch)')
  }
  return positive('epochs', epochs) * positive('steps_per_epoch', steps_per_epoch)
}

function phasesOf(pct_start: number, total_steps: number, three_phase: boolean): Phase[] {
  const down = ['max_momentum', 'base_momentum'] as const
  const up = ['base_momentum', 'max_momentum'] as const
  const rise: Phase = { end: pct_start * total_steps - 1, lr: ['initial_lr', 'max_lr'], momentum: down }
  if (!three_phase) return [rise, { end: total_steps - 1, lr: ['max_lr', 'min_lr'], momentum: up }]
  return [
    rise,
    { end: 2 * pct_start * total_steps - 2, lr: ['max_lr', 'initial_lr'], momentum: up },
    { end: total_steps - 1, lr: ['initial_lr', 'min_lr'], momentum: ['max_momentum', 'max_momentum'] },
  ]
}
