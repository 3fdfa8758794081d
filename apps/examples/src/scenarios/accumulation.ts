/** Five epochs of the same loss: cleared after each, the gradient stays the same; left alone, it grows. */
import * as torch from '@chainrule/core'
import type { Notebooks } from '../cell.ts'

export const title = 'Five epochs whose gradients add up, or not'

const lr = 0.001
const steps = 80

export const notebooks: Notebooks = {
  4(cell) {
    cell('15, without zero_', (print) => {
      const weights = torch.ones(4, { requires_grad: true })
      for (let epoch = 0; epoch < 5; epoch++) {
        weights.mul(3).sum().backward()
        print(weights.grad) // 3 more each time
      }
    })
    cell(15, (print) => {
      const weights = torch.ones(4, { requires_grad: true })
      for (let epoch = 0; epoch < 5; epoch++) {
        weights.mul(3).sum().backward()
        print(weights.grad) // tensor([3., 3., 3., 3.])
        weights.grad?.zero_()
      }
    })
  },
}

/** The output can be met exactly. */
export const goal = 0

/** Brings the output of the same model from 12 to 6, clearing the gradient after each step. */
export function* train() {
  const weights = torch.ones(4, { requires_grad: true }) // [4]
  for (let step = 0; step < steps; step++) {
    const output = weights.mul(3).sum() // [4] -> []
    const loss = output.sub(6).pow(2)
    loss.backward()
    torch.no_grad(() => weights.grad && weights.sub_(weights.grad.mul(lr)))
    weights.grad?.zero_()
    yield loss
  }
}
