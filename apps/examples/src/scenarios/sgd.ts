/** The optimizer does both: `step` moves the weights against their gradients, `zero_grad` clears these. */
import * as torch from '@chainrule/core'
import * as optim from '@chainrule/optim'
import type { Notebooks } from '../cell.ts'

export const title = 'optim.SGD: step and zero_grad'

const lr = 0.005
const momentum = 0.7
const steps = 200

export const notebooks: Notebooks = {
  4(cell) {
    cell(16, () => {
      const weights = torch.ones(4, { requires_grad: true })
      const optimizer = new optim.SGD([weights], { lr: 0.01 })
      optimizer.step() // there is no gradient yet, so nothing moves, and nothing is raised
      optimizer.zero_grad()
    })
  },
}

/** The targets come from weights of the same kind, without noise. */
export const goal = 0

/** Finds the four weights behind 32 measurements. Momentum carries the steps along. */
export function* train() {
  torch.manual_seed(16)
  const x = torch.randn([32, 4]) // [32, 4]
  const y = x.matmul(torch.tensor([0.5, -1, 2, 3])) // [32, 4] @ [4] -> [32]
  const weights = torch.ones(4, { requires_grad: true })
  const optimizer = new optim.SGD([weights], { lr, momentum })
  for (let step = 0; step < steps; step++) {
    const loss = x.matmul(weights).sub(y).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    yield loss
  }
}
