/** Optimizers and schedules bind the arguments of their constructors and methods by signatures. */
import { Signature, type Tensor, tensor } from '@chainrule/core'
import * as optim from '@chainrule/optim'
import { describe, expect, it } from 'vitest'

const p = (): Tensor => tensor([1], { requires_grad: true })
const made = new optim.SGD([p()])
void new optim.lr_scheduler.StepLR(made, 1)

const isBound = (value: unknown): boolean => Reflect.get(value as object, 'signature') instanceof Signature
/** What a class of its own overrides, and never a program calls. */
const own = [
  'constructor',
  'advance',
  'stateOf',
  'chained',
  'closed',
  'start',
  'restart',
  'computed',
  'apply',
  'applyClosed',
]

const methodsOf = (prototype: object): string[] =>
  Object.entries(Object.getOwnPropertyDescriptors(prototype))
    .filter(([name, { value }]) => typeof value === 'function' && !own.includes(name) && !isBound(value))
    .map(([name]) => name)

it('binds the methods', () => {
  expect(methodsOf(optim.Optimizer.prototype)).toEqual([])
  expect(methodsOf(optim.lr_scheduler.LRScheduler.prototype)).toEqual([])
})

const classesOf = (space: object, without: string): [string, unknown][] =>
  Object.entries(space).filter(
    ([name, value]) => typeof value === 'function' && /^[A-Z]/.test(name) && name !== without,
  )

describe('refuses a keyword that it has not', () => {
  const all = [...classesOf(optim, 'Optimizer'), ...classesOf(optim.lr_scheduler, 'LRScheduler')]
  it.each(all)('%s', (_, constructor) => {
    expect(() => Reflect.construct(constructor as new () => object, [{ no_such_name: 1 }]) as unknown).toThrow(
      /got an unexpected keyword argument 'no_such_name'/,
    )
  })

  it('takes the first argument by name too', () => {
    const optimizer = new optim.SGD({ params: [p()], lr: 0.5 })
    const schedule = new optim.lr_scheduler.StepLR({ optimizer, step_size: 1 })
    optimizer.step()
    schedule.step()
    expect(optimizer.param_groups[0]?.lr).toBeCloseTo(0.05)
  })
})
