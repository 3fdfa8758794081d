/** Whole steps of training in `torch.enclosed`: gradients and states live on, and are those of steps that are not enclosed. */
import * as torch from '@chainrule/core'
import { expect, test } from 'vitest'
import * as optim from '../src/index.ts'

type Make = new (params: Iterable<torch.Tensor>) => optim.Optimizer
const isMake = ([, value]: readonly [string, unknown]): boolean =>
  typeof value === 'function' && value.prototype instanceof optim.Optimizer
const optimizers = Object.entries(optim).filter(isMake) as unknown as [string, Make][]

/** Three steps: the weights, their gradients, and what is kept for them. */
function train(Optimizer: Make, around: (step: () => unknown) => unknown): unknown {
  const w = torch.tensor(
    [
      [1, -2],
      [0.5, 3],
    ],
    { requires_grad: true },
  )
  const x = torch.tensor([
    [1, 2],
    [3, -1],
    [0.5, 0.25],
  ])
  const optimizer = new Optimizer([w])
  const closure = (): torch.Tensor => {
    optimizer.zero_grad()
    const loss = x.matmul(w).tanh().pow(2).mean()
    loss.backward()
    return loss
  }
  for (let i = 0; i < 3; i++) around(() => void optimizer.step(closure))
  const state = Object.entries(optimizer.state_dict().state[0] ?? {})
  const shown = state.map(([key, value]) => [key, value instanceof torch.Tensor ? value.tolist() : null])
  return [w.tolist(), w.grad?.tolist(), shown]
}

test.each(optimizers)('%s', (_, Optimizer) => {
  expect(train(Optimizer, torch.enclosed)).toEqual(train(Optimizer, (step) => step()))
})
