/** Learning rates over thirteen epochs, against PyTorch's: tools/golden/optim.py makes them. */
import * as torch from '@chainrule/core'
import * as optim from '@chainrule/optim'
import { describe, expect, test } from 'vitest'
import { entriesOf, readGolden } from '../../core/test/golden-file.ts'
import { withoutWarnings } from '../../core/test/quiet.ts'

const {
  ChainedScheduler,
  ConstantLR,
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  CyclicLR,
  ExponentialLR,
  LambdaLR,
  LinearLR,
  LRScheduler,
  MultiplicativeLR,
  OneCycleLR,
  ReduceLROnPlateau,
  SequentialLR,
  StepLR,
} = optim.lr_scheduler

/** For each epoch and each group: learning rate and momentum. */
type Rates = readonly (readonly (readonly [lr: number, momentum: number])[])[]
type AnyScheduler = { step(): void; state_dict(): object; load_state_dict(state: object): void }
type Make = new (optimizer: optim.SGD, options: object) => AnyScheduler

withoutWarnings()

const golden = await readGolden<unknown>('optim')
const makers = new Map<string, unknown>(Object.entries(optim.lr_scheduler))

function makeOptimizer(): optim.SGD {
  const [a, b] = [torch.ones(1, { requires_grad: true }), torch.ones(1, { requires_grad: true })]
  return new optim.SGD([{ params: [a] }, { params: [b], lr: 0.3 }], { lr: 0.1, momentum: 0.9 })
}

/** What thirteen epochs show; at half time `swap` may put another optimizer in place. */
function follow(optimizer: optim.SGD, step: (epoch: number) => void, swap = (): optim.SGD => optimizer): Rates {
  let followed = optimizer
  return Array.from({ length: 13 }, (_, epoch) => {
    if (epoch > 0) step(epoch - 1)
    if (epoch === 6) followed = swap()
    return followed.param_groups.map(({ lr, momentum }) => [lr, momentum] as const)
  })
}

/** What is equal to these rates up to the last digits. */
const near = (rates: Rates): unknown =>
  rates.map((groups) => groups.map((values) => values.map((value) => expect.closeTo(value, 14) as unknown)))

interface Schedule {
  readonly scheduler: string
  readonly options: object
  readonly lrs: Rates
}

test.each(entriesOf<Schedule>(golden, 'schedule'))('%s', (_, { scheduler, options, lrs }) => {
  const Scheduler = makers.get(scheduler) as Make
  let optimizer = makeOptimizer()
  let schedule = new Scheduler(optimizer, options)
  // Half way both go over into new ones.
  const swap = () => {
    const [saved, state] = [optimizer.state_dict(), schedule.state_dict()]
    optimizer = makeOptimizer()
    schedule = new Scheduler(optimizer, options)
    optimizer.load_state_dict(saved)
    schedule.load_state_dict(state)
    return optimizer
  }
  expect(follow(optimizer, () => schedule.step(), swap)).toEqual(near(lrs))
})

interface Plateau extends Schedule {
  readonly metrics: readonly number[]
}

test.each(entriesOf<Plateau>(golden, 'plateau'))('%s', (_, { options, metrics, lrs }) => {
  const optimizer = makeOptimizer()
  let schedule = new ReduceLROnPlateau(optimizer, options)
  const swap = () => {
    const state = schedule.state_dict()
    schedule = new ReduceLROnPlateau(optimizer, options)
    schedule.load_state_dict(state)
    return optimizer
  }
  const step = (epoch: number) => schedule.step(torch.tensor(metrics[epoch] as number, { dtype: torch.float64 }))
  expect(follow(optimizer, step, swap)).toEqual(near(lrs))
})

describe('composed', () => {
  const composed = (name: string) => golden[`composed ${name}`] as Rates

  test('LambdaLR', () => {
    const optimizer = makeOptimizer()
    const schedule = new LambdaLR(optimizer, [(epoch) => 0.5 ** epoch, (epoch) => 1 / (1 + epoch)])
    expect(follow(optimizer, () => schedule.step())).toEqual(near(composed('LambdaLR')))
  })

  test('MultiplicativeLR', () => {
    const optimizer = makeOptimizer()
    const schedule = new MultiplicativeLR(optimizer, { lr_lambda: (epoch) => 1 / (1 + epoch) })
    expect(follow(optimizer, () => schedule.step())).toEqual(near(composed('MultiplicativeLR')))
  })

  test.each([
    ['SequentialLR', (o: optim.SGD, list: never[]) => new SequentialLR(o, list, [3])],
    ['ChainedScheduler', (_: optim.SGD, list: never[]) => new ChainedScheduler(list)],
  ] as const)('%s takes no schedule that needs a metric, and nothing that is none', (name, make) => {
    const o = makeOptimizer()
    const before = String(o)
    const first = new StepLR(o, 1)
    expect(() => make(o, [first, new ReduceLROnPlateau(o)] as never[])).toThrow(
      `${name} does not support \`ReduceLROnPlateau\` scheduler as it requires additional kwargs to be specified when ` +
        'calling `step`, but got one at index 1 in the given schedulers sequence.',
    )
    expect(() => make(o, [first, null] as never[])).toThrow(
      `${name} at index 1 should have \`optimizer\` as its attribute.`,
    )
    expect(first.last_epoch).toBe(0)
    expect(String(o).replace(/ {4}initial_lr.*\n/g, '')).toBe(before)
  })

  test('SequentialLR goes on from an epoch', () => {
    const o = makeOptimizer()
    expect(new SequentialLR(o, [new StepLR(o, 2), new StepLR(o, 2)], [3], 4).last_epoch).toBe(5)
    expect(new SequentialLR(o, [new StepLR(o, 2), new StepLR(o, 2)], [3]).last_epoch).toBe(0)
  })

  test('ReduceLROnPlateau asks for its metric', () => {
    const schedule = new ReduceLROnPlateau(makeOptimizer())
    const step = (...args: unknown[]) => schedule.step(...(args as [number]))
    expect(() => step()).toThrow("ReduceLROnPlateau.step() missing 1 required positional argument: 'metrics'")
    expect(() => step(null)).toThrow('metrics must be a number or a tensor of one, got NoneType')
    expect(() => step('1')).toThrow(TypeError)
    expect(() => step(torch.ones(2))).toThrow('cannot be converted to Scalar')
    expect([schedule.last_epoch, schedule.num_bad_epochs]).toEqual([0, 0])
    step(torch.tensor(true))
    expect(schedule.best).toBe(1)
  })

  test('ChainedScheduler, saved and loaded half way', () => {
    const make = (optimizer: optim.SGD) =>
      new ChainedScheduler([new ConstantLR(optimizer, 0.1, 3), new ExponentialLR(optimizer, 0.9)])
    let optimizer = makeOptimizer()
    let schedule = make(optimizer)
    const swap = () => {
      const [saved, state] = [optimizer.state_dict(), schedule.state_dict()]
      optimizer = makeOptimizer()
      schedule = make(optimizer)
      optimizer.load_state_dict(saved)
      schedule.load_state_dict(state)
      return optimizer
    }
    expect(follow(optimizer, () => schedule.step(), swap)).toEqual(near(composed('ChainedScheduler')))
    expect(schedule.get_last_lr()).toEqual(optimizer.param_groups.map(({ lr }) => lr))
  })

  test('CyclicLR with a function of one’s own', () => {
    const optimizer = makeOptimizer()
    const schedule = new CyclicLR(optimizer, 0.01, 0.1, 2, {
      scale_fn: (epoch) => 1 / (1 + epoch),
      scale_mode: 'iterations',
    })
    expect(follow(optimizer, () => schedule.step())).toEqual(near(composed('CyclicLR')))
  })

  test('SequentialLR, saved and loaded half way', () => {
    const make = (optimizer: optim.SGD) => {
      const warmup = new LinearLR(optimizer, { start_factor: 0.25, total_iters: 3 })
      const schedulers = [warmup, new CosineAnnealingLR(optimizer, 5), new ExponentialLR(optimizer, 0.5)]
      return new SequentialLR(optimizer, { schedulers, milestones: [3, 8] })
    }
    let optimizer = makeOptimizer()
    let schedule = make(optimizer)
    const swap = () => {
      const [saved, state] = [optimizer.state_dict(), schedule.state_dict()]
      optimizer = makeOptimizer()
      schedule = make(optimizer)
      optimizer.load_state_dict(saved)
      schedule.load_state_dict(state)
      return optimizer
    }
    expect(follow(optimizer, () => schedule.step(), swap)).toEqual(near(composed('SequentialLR')))
    expect(schedule.get_last_lr()).toEqual(optimizer.param_groups.map(({ lr }) => lr))
  })
})

test('a schedule moves the first beta of Adam, and shows in its text', () => {
  const optimizer = new optim.Adam([torch.ones(1, { requires_grad: true })])
  const schedule = new OneCycleLR(optimizer, 0.5, { total_steps: 10, base_momentum: 0.5, max_momentum: 0.75 })
  expect(optimizer.param_groups[0]?.betas).toEqual([0.75, 0.999])
  expect(String(optimizer)).toMatch(
    / {4}initial_lr: 0\.02\n {4}lr: 0\.02\d*\n {4}max_lr: 0\.5\n {4}max_momentum: 0\.75\n/,
  )
  for (let i = 0; i < 10; i++) schedule.step()
  expect(() => schedule.step()).toThrow('Tried to step 11 times. The specified number of total steps is 10')
})

test('warm restarts take fractions of an epoch', () => {
  const optimizer = makeOptimizer()
  const schedule = new CosineAnnealingWarmRestarts(optimizer, 2, { T_mult: 2 })
  schedule.step(4)
  expect([schedule.T_cur, schedule.T_i, schedule.last_epoch]).toEqual([2, 4, 4])
  schedule.step(0.5)
  expect(schedule.get_last_lr()[0]).toBeCloseTo(0.05 * (1 + Math.cos(Math.PI / 4)), 15)
})

test('a schedule of one’s own says the next learning rate', () => {
  class Halving extends LRScheduler {
    constructor(optimizer: optim.SGD) {
      super(optimizer)
      this.start()
    }
    protected chained(lr: number): number {
      return this.last_epoch === 0 ? lr : lr / 2
    }
  }
  const schedule = new Halving(makeOptimizer())
  schedule.step()
  expect(schedule.get_last_lr()).toEqual([0.05, 0.15])
})

test('options stand in their places too', () => {
  const rates = (make: (optimizer: optim.SGD) => { step(): void }): unknown[] => {
    const optimizer = makeOptimizer()
    const schedule = make(optimizer)
    return Array.from({ length: 6 }, () => {
      optimizer.step()
      schedule.step()
      return optimizer.param_groups.map(({ lr }) => lr)
    })
  }
  type MakeOne = Parameters<typeof rates>[0]
  const same = (a: MakeOne, b: MakeOne) => expect(rates(a)).toEqual(rates(b))
  same(
    (o) => new StepLR(o, 2, 0.5),
    (o) => new StepLR(o, { step_size: 2, gamma: 0.5 }),
  )
  same(
    (o) => new LinearLR(o, 0.5, 0.9, 3),
    (o) => new LinearLR(o, { start_factor: 0.5, end_factor: 0.9, total_iters: 3 }),
  )
  same(
    (o) => new CosineAnnealingWarmRestarts(o, 2, 2, 0.01),
    (o) => new CosineAnnealingWarmRestarts(o, 2, { T_mult: 2, eta_min: 0.01 }),
  )
  same(
    (o) => new OneCycleLR(o, 0.3, 8),
    (o) => new OneCycleLR(o, { max_lr: 0.3, total_steps: 8 }),
  )
  same(
    (o) => new SequentialLR(o, [new StepLR(o, 1), new LinearLR(o)], [3]),
    (o) => new SequentialLR(o, { schedulers: [new StepLR(o, 1), new LinearLR(o)], milestones: [3] }),
  )
})

test('what is refused leaves the groups as they were', () => {
  const optimizer = makeOptimizer()
  const before = structuredClone(optimizer.state_dict())
  const throws = (): never => {
    throw new Error('of the lambda')
  }
  const made: readonly [() => unknown, string | RegExp][] = [
    [() => new LambdaLR(optimizer, [() => 1]), /lr_lambda/],
    [() => new LambdaLR(optimizer, throws), 'of the lambda'],
    [() => new LinearLR(optimizer, { start_factor: 0 }), /[Ss]tarting multiplicative factor/],
    [() => new LinearLR(optimizer, { end_factor: 2 }), /[Ee]nding multiplicative factor/],
    [() => new CosineAnnealingWarmRestarts(optimizer, 0), /T_0/],
    [() => new CyclicLR(optimizer, [0.1], 1), /base_lr/],
    [() => new OneCycleLR(optimizer, [0.1], { total_steps: 4 }), /max_lr/],
  ]
  for (const [make, message] of made) {
    expect(make).toThrow(message)
    expect(optimizer.state_dict()).toEqual(before)
  }
})

test('errors', () => {
  const optimizer = makeOptimizer()
  expect(() => new StepLR({} as optim.SGD, 3)).toThrow('dict is not an Optimizer')
  expect(() => new StepLR(optimizer, { step_size: 3, last_epoch: 2 })).toThrow(
    "param 'initial_lr' is not specified in param_groups[0] when resuming an optimizer",
  )
  expect(() => new LambdaLR(optimizer, [() => 1])).toThrow('Expected 2 lr_lambdas, but got 1')
  expect(() => new LinearLR(optimizer, { start_factor: 0 })).toThrow('Starting multiplicative factor expected to be')
  expect(() => new CosineAnnealingWarmRestarts(optimizer, 0)).toThrow('Expected positive integer T_0, but got 0')
  expect(() => new OneCycleLR(optimizer, 0.1)).toThrow('You must define either total_steps OR (epochs AND')
  expect(() => new OneCycleLR(optimizer, [0.1], { total_steps: 4 })).toThrow('expected 2 values for max_lr, got 1')
  expect(() => new ReduceLROnPlateau(optimizer, { factor: 1 })).toThrow('Factor should be < 1.0.')
  const noSuchMode = { base_lr: 0.1, max_lr: 1, mode: 'square' as 'triangular' }
  expect(() => new CyclicLR(optimizer, noSuchMode)).toThrow('mode is invalid and scale_fn is None')
  expect(() => new CyclicLR(optimizer, [0.1], 1)).toThrow('expected 2 values for base_lr, got 1')
  const adagrad = new optim.Adagrad([torch.ones(1, { requires_grad: true })])
  expect(() => new CyclicLR(adagrad, 0.1, 1)).toThrow('optimizer must support momentum or beta1 with `cycle_momentum`')
  expect(() => new ChainedScheduler([])).toThrow('expects at least one scheduler to be chained')
  expect(() => new ChainedScheduler([new StepLR(optimizer, 3), new StepLR(makeOptimizer(), 3)])).toThrow(
    'expects all schedulers to belong to the same optimizer, but got schedulers at index 0 and 1 to be different',
  )
  const schedulers = [new StepLR(makeOptimizer(), 3)]
  expect(() => new SequentialLR(optimizer, { schedulers, milestones: [] })).toThrow(
    'got schedulers at index 0 to be different than the optimizer passed in.',
  )
  expect(() => new SequentialLR(optimizer, { schedulers: [], milestones: [] })).toThrow('number of schedulers 0')
})
