/** The ends of a graph: a tensor that tracks nothing has no gradient; a tracked leaf's gradient with respect to itself is 1. */
import * as torch from '@chainrule/core'
import * as optim from '@chainrule/optim'
import type { Notebooks } from '../cell.ts'

export const title = 'Backward on an untracked tensor, and on a leaf'

const lr = 0.125
const steps = 30

export const notebooks: Notebooks = {
  3(cell) {
    const untracked = torch.tensor(3)
    cell(5, () => untracked.backward()) // RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn
    const a = torch.tensor(3.0, { requires_grad: true })
    a.backward()
    cell(30, () => a.grad) // tensor(1.)
  },
}

/** |a| is 0 at its lowest. */
export const goal = 0

/** |a| is the leaf itself as long as it is positive: its gradient is 1 at every step, and it walks down from 3 evenly, an eighth a step. */
export function* train() {
  const a = torch.tensor(3.0, { requires_grad: true })
  const optimizer = new optim.SGD([a], { lr })
  for (let step = 0; step < steps; step++) {
    const loss = a.abs()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    yield loss
  }
}
