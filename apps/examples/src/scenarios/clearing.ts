/** Gradients add up from one backward to the next, until they are cleared: by `grad.zero_()`, or by setting `grad` to null. */
import * as torch from '@chainrule/core'
import type { Notebooks } from '../cell.ts'

export const title = 'Clearing: grad.zero_(), and grad = null'

const lr = 0.1
const epochs = 60

export const notebooks: Notebooks = {
  1(cell) {
    const x = torch.tensor([1.0, 2.0, 3.0], { requires_grad: true })
    x.pow(2).mean().backward()
    cell(112, () => x.grad?.zero_()) // tensor([0., 0., 0.])
  },
  2(cell) {
    const x = torch.tensor(6.0, { requires_grad: true })
    const y = x.pow(2)
    cell(16, (print) => {
      y.backward()
      print(x.grad) // tensor(12.)
      return x.grad?.zero_() // tensor(0.)
    })
  },
  3(cell) {
    const x = torch.tensor(2.0, { requires_grad: true })
    cell(89, () => x) // tensor(2., requires_grad=True)
    const y = x.pow(2)
    cell(98, () => y) // tensor(4., grad_fn=<PowBackward0>)
    y.backward()
    cell(100, () => x.grad) // tensor(4.)
    cell(102, () => x.grad?.zero_()) // tensor(0.)
  },
}

/** The points lie on a line, so that the loss can reach 0. */
export const goal = 0

/**
 * Where adding up is welcome: the points of y = 2x + 1 come in four mini-batches, and the weights move once an epoch by the sum
 * of their gradients, which is that of all points at once. Then the gradients are cleared, by null.
 */
export function* train() {
  const batches = torch.linspace(-1, 1, 8).chunk(4) // 4 times [2]
  const w = torch.tensor(0.0, { requires_grad: true })
  const b = torch.tensor(0.0, { requires_grad: true })
  for (let epoch = 0; epoch < epochs; epoch++) {
    let loss = torch.tensor(0.0)
    for (const x of batches) {
      const error = x.mul(w).add(b).sub(x.mul(2).add(1)) // [2]
      const part = error.pow(2).mean().div(batches.length)
      part.backward()
      loss = loss.add(part.detach())
    }
    for (const p of [w, b]) {
      torch.no_grad(() => p.grad && p.sub_(p.grad.mul(lr)))
      p.grad = null
    }
    yield loss
  }
}
