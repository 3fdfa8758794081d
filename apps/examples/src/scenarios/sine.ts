/** sin(x²) by autograd: two operations in a row, so backward has a chain to follow. */
import * as torch from '@chainrule/core'
import * as optim from '@chainrule/optim'
import type { Notebooks } from '../cell.ts'

export const title = 'sin(x²) and its derivative: the chain rule'

const lr = 0.003
const steps = 60

export const notebooks: Notebooks = {
  1(cell) {
    const x = torch.tensor(6.0, { requires_grad: true })
    const y = x.pow(2)
    const z = torch.sin(y)
    cell(87, () => x) // tensor(6., requires_grad=True)
    cell(88, () => y) // tensor(36., grad_fn=<PowBackward0>)
    cell(89, () => z) // tensor(-0.9918, grad_fn=<SinBackward0>)
    z.backward()
    cell(91, () => x.grad) // tensor(-1.5356)
  },
  2(cell) {
    cell(5, (print) => {
      const x = torch.tensor(3.0, { requires_grad: true })
      const y = x.pow(2)
      const z = torch.sin(y)
      print('x:', x) // x: tensor(3., requires_grad=True)
      print('y:', y) // y: tensor(9., grad_fn=<PowBackward0>)
      print('z:', z) // z: tensor(0.4121, grad_fn=<SinBackward0>)
      z.backward()
      print('Gradient (dy/dx):', x.grad) // Gradient (dy/dx): tensor(-5.4668)
    })
  },
  3(cell) {
    const x = torch.tensor(2.0, { requires_grad: true })
    cell(39, () => x) // tensor(2., requires_grad=True)
    const y = x.pow(2)
    cell(41, () => y) // tensor(4., grad_fn=<PowBackward0>)
    const z = torch.sin(y)
    cell(42, () => z) // tensor(-0.7568, grad_fn=<SinBackward0>)
    z.backward()
    cell(44, () => x.grad) // tensor(-2.6146)
  },
  5(cell) {
    const x = torch.tensor(3.0, { requires_grad: true })
    const y = x.pow(2)
    const z = torch.sin(y)
    cell(14, () => x) // tensor(3., requires_grad=True)
    cell(15, () => y) // tensor(9., grad_fn=<PowBackward0>)
    cell(16, () => z) // tensor(0.4121, grad_fn=<SinBackward0>)
    z.backward()
    cell(18, () => x.grad) // tensor(-5.4668)
  },
}

/** sin(x²) is -1 at its lowest. */
export const goal = -1

/** The walk of by-hand, with autograd's derivative in place of ours: the losses are the same. */
export function* train() {
  const x = torch.tensor(3.0, { requires_grad: true })
  const optimizer = new optim.SGD([x], { lr })
  for (let step = 0; step < steps; step++) {
    const loss = torch.sin(x.pow(2))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    yield loss
  }
}
