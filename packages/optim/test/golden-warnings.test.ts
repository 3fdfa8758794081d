/** What PyTorch warns of, of optimizers and schedules: tools/golden/warned.py makes the texts, a program stands here for each. */
import * as torch from '@chainrule/core'
import * as optim from '@chainrule/optim'
import { expect, test } from 'vitest'
import { entriesOf, readGolden } from '../../core/test/golden.ts'

const golden = entriesOf<readonly string[]>(await readGolden<readonly string[]>('warnings'), 'optim')

const { lr_scheduler: schedules } = optim
const leaf = () => torch.ones(2, { requires_grad: true })
const optimizer = () => new optim.SGD([leaf()], { lr: 0.1 })
type Schedule = { step(epoch?: number): void; state_dict(): object; load_state_dict(state: object): void }
type Make = (optimizer: optim.SGD) => Schedule

const makers: Readonly<Record<string, Make>> = {
  StepLR: (o) => new schedules.StepLR(o, 1),
  MultiStepLR: (o) => new schedules.MultiStepLR(o, [1]),
  LambdaLR: (o) => new schedules.LambdaLR(o, () => 0.5),
  MultiplicativeLR: (o) => new schedules.MultiplicativeLR(o, () => 0.5),
  ConstantLR: (o) => new schedules.ConstantLR(o),
  LinearLR: (o) => new schedules.LinearLR(o),
  ExponentialLR: (o) => new schedules.ExponentialLR(o, 0.5),
  PolynomialLR: (o) => new schedules.PolynomialLR(o),
  CosineAnnealingLR: (o) => new schedules.CosineAnnealingLR(o, 5),
  CosineAnnealingWarmRestarts: (o) => new schedules.CosineAnnealingWarmRestarts(o, 5),
  CyclicLR: (o) => new schedules.CyclicLR(o, 0.1, 1, { cycle_momentum: false }),
  OneCycleLR: (o) => new schedules.OneCycleLR(o, 0.1, 10, { cycle_momentum: false }),
  SequentialLR: (o) => new schedules.SequentialLR(o, [new schedules.ConstantLR(o), new schedules.StepLR(o, 1)], [3]),
  ChainedScheduler: (o) => new schedules.ChainedScheduler([new schedules.ConstantLR(o), new schedules.StepLR(o, 1)]),
}

const kinds: Readonly<Record<string, (make: Make) => void>> = {
  'before the optimizer': (make) => {
    const scheduler = make(optimizer())
    scheduler.step()
    scheduler.step()
  },
  'after the optimizer': (make) => {
    const o = optimizer()
    const scheduler = make(o)
    o.step()
    scheduler.step()
    scheduler.state_dict()
  },
  get_lr: (make) => (make(optimizer()) as unknown as { get_lr(): number[] }).get_lr(),
  'of an epoch': (make) => {
    const o = optimizer()
    const scheduler = make(o)
    o.step()
    scheduler.step(1)
  },
  loaded: (make) => {
    const o = optimizer()
    const before = make(o)
    o.step()
    before.step()
    const after = make(optimizer())
    after.load_state_dict(before.state_dict())
    after.step()
  },
}

const programs: Readonly<Record<string, () => unknown>> = {
  'ReduceLROnPlateau of an epoch': () => new schedules.ReduceLROnPlateau(optimizer()).step(1, 3),
  ReduceLROnPlateau: () => new schedules.ReduceLROnPlateau(optimizer()).step(1),
  'a group with a parameter twice': () => {
    const w = leaf()
    optimizer().add_param_group({ params: [w, w] })
  },
}

function programOf(name: string): () => unknown {
  const [maker = '', ...rest] = name.split(' ')
  const kind = kinds[rest.join(' ')]
  const make = makers[maker]
  if (kind !== undefined && make !== undefined) return () => kind(make)
  if (name.endsWith(' of a parameter twice')) {
    const Optimizer = new Map<string, unknown>(Object.entries(optim)).get(maker) as typeof optim.SGD
    const w = leaf()
    return () => new Optimizer([w, w], { lr: 0.1 })
  }
  const program = programs[name]
  if (program === undefined) throw new Error(`no program for ${name}`)
  return program
}

test.each(golden)('%s', (name, expected) => {
  expect(torch.warnings.catch_warnings(programOf(name)).map(({ message }) => message)).toEqual(expected)
})

test('a second schedule, and a new schedule of an optimizer that goes on, warn of nothing that is right', () => {
  const o = optimizer()
  const caught = torch.warnings.catch_warnings(() => {
    const first = new schedules.StepLR(o, 2)
    o.step()
    const second = new schedules.ExponentialLR(o, 0.5)
    first.step()
    second.step()
  })
  expect(caught).toEqual([])
})
