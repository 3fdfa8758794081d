/** A vector goes in, one number comes out: the gradient has the shape of the vector. */
import * as torch from '@chainrule/core'
import * as optim from '@chainrule/optim'
import type { Notebooks } from '../cell.ts'

export const title = 'The gradient of a vector: (x²).mean()'

const lr = 0.15
const steps = 60

export const notebooks: Notebooks = {
  1(cell) {
    const x = torch.tensor([1.0, 2.0, 3.0], { requires_grad: true })
    const y = x.pow(2).mean()
    cell(109, () => y) // tensor(4.6667, grad_fn=<MeanBackward0>)
    y.backward()
    cell(111, () => x.grad) // tensor([0.6667, 1.3333, 2.0000])
  },
  2(cell) {
    const x = torch.tensor([1.0, 2.0, 3.0], { requires_grad: true })
    const y = x.pow(2).mean()
    cell(13, (print) => {
      print(x) // tensor([1., 2., 3.], requires_grad=True)
      print(y) // tensor(4.6667, grad_fn=<MeanBackward0>)
    })
    cell(14, () => {
      y.backward()
      return x.grad // tensor([0.6667, 1.3333, 2.0000])
    })
  },
  3(cell) {
    const x = torch.tensor([2.0, 3.0, 5.0], { requires_grad: true })
    cell(64, () => x) // tensor([2., 3., 5.], requires_grad=True)
    const y = x.pow(2).mean()
    cell(69, () => y) // tensor(12.6667, grad_fn=<MeanBackward0>)
    y.backward()
    cell(71, () => x.grad) // tensor([1.3333, 2.0000, 3.3333])
  },
}

/** The mean of squares is 0 at its lowest. */
export const goal = 0

/** Shrinks the vector [1, 2, 3] to nothing. */
export function* train() {
  const x = torch.tensor([1.0, 2.0, 3.0], { requires_grad: true }) // [3]
  const optimizer = new optim.SGD([x], { lr })
  for (let step = 0; step < steps; step++) {
    const loss = x.pow(2).mean() // [3] -> []
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    yield loss
  }
}
