/** x² by autograd: the smallest graph there is, one operation on one number. */
import * as torch from '@chainrule/core'
import * as optim from '@chainrule/optim'
import type { Notebooks } from '../cell.ts'

export const title = 'x² and its derivative 2x, by autograd'

const lr = 0.05
const steps = 60

export const notebooks: Notebooks = {
  1(cell) {
    const x = torch.tensor(3.0, { requires_grad: true })
    const y = x.pow(2)
    cell(80, () => x) // tensor(3., requires_grad=True)
    cell(81, () => y) // tensor(9., grad_fn=<PowBackward0>)
    y.backward()
    cell(83, () => x.grad) // tensor(6.)
  },
  2(cell) {
    cell(4, (print) => {
      const x = torch.tensor(3.0, { requires_grad: true })
      const y = x.pow(2)
      print('x:', x) // x: tensor(3., requires_grad=True)
      print('y:', y) // y: tensor(9., grad_fn=<PowBackward0>)
      y.backward()
      print('Gradient (dy/dx):', x.grad) // Gradient (dy/dx): tensor(6.)
    })
  },
  3(cell) {
    const x = torch.tensor(5.0, { requires_grad: true })
    cell(32, () => x) // tensor(5., requires_grad=True)
    const y = x.pow(2)
    cell(34, () => y) // tensor(25., grad_fn=<PowBackward0>)
    y.backward()
    cell(37, () => x.grad) // tensor(10.)
  },
  5(cell) {
    const x = torch.tensor(3.0, { requires_grad: true })
    const y = x.pow(2)
    cell(8, () => x) // tensor(3., requires_grad=True)
    cell(9, () => y) // tensor(9., grad_fn=<PowBackward0>)
    cell(10, () => {
      y.backward()
      return x.grad // tensor(6.)
    })
  },
}

/** x² is 0 at its lowest. */
export const goal = 0

/** Rolls down the parabola from x = 3: each step takes away a tenth of x. */
export function* train() {
  const x = torch.tensor(3.0, { requires_grad: true })
  const optimizer = new optim.SGD([x], { lr })
  for (let step = 0; step < steps; step++) {
    const loss = x.pow(2)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    yield loss
  }
}
