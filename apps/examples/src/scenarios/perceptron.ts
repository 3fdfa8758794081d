/** The perceptron of perceptron-by-hand again; this time the chain rule is autograd's. */
import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'
import * as optim from '@chainrule/optim'
import type { Notebooks } from '../cell.ts'
import { binary_cross_entropy, hours, goal as leastLoss, passed } from './perceptron-by-hand.ts'

export const title = 'The same perceptron, by autograd'

const lr = 0.5
const steps = 100

export const notebooks: Notebooks = {
  1(cell) {
    const x = torch.tensor(6.7) // the feature
    const y = torch.tensor(0.0) // its label, 0 or 1
    const w = torch.tensor(1.0, { requires_grad: true })
    const b = torch.tensor(0.0, { requires_grad: true })
    cell(100, () => w) // tensor(1., requires_grad=True)
    cell(101, () => b) // tensor(0., requires_grad=True)
    const z = w.mul(x).add(b)
    cell(102, () => z) // tensor(6.7000, grad_fn=<AddBackward0>)
    const y_pred = torch.sigmoid(z)
    cell(103, () => y_pred) // tensor(0.9988, grad_fn=<SigmoidBackward0>)
    const loss = binary_cross_entropy(y_pred, y)
    cell(104, () => loss) // tensor(6.7012, grad_fn=<NegBackward0>)
    loss.backward()
    cell(106, () => x) // tensor(6.7000)
    cell(107, (print) => {
      print(w.grad) // tensor(6.6918)
      print(b.grad) // tensor(0.9988)
    })
  },
  2(cell) {
    const [x, y] = [torch.tensor(6.7), torch.tensor(0.0)]
    const w = torch.tensor(1.0, { requires_grad: true })
    const b = torch.tensor(0.0, { requires_grad: true })
    const y_pred = torch.sigmoid(w.mul(x).add(b))
    const loss = binary_cross_entropy(y_pred, y)
    cell(11, (print) => print(loss)) // tensor(6.7012, grad_fn=<NegBackward0>)
    cell(12, (print) => {
      loss.backward()
      print(w.grad) // tensor(6.6918)
      print(b.grad) // tensor(0.9988)
    })
  },
  3(cell) {
    const [x, y] = [torch.tensor(3.5), torch.tensor(0.0)]
    const w = torch.tensor(1.0, { requires_grad: true })
    const b = torch.tensor(0.0, { requires_grad: true })
    cell(51, () => w) // tensor(1., requires_grad=True)
    const z = w.mul(x).add(b)
    cell(52, () => z) // tensor(3.5000, grad_fn=<AddBackward0>)
    const y_pred = torch.sigmoid(z)
    cell(53, () => y_pred) // tensor(0.9707, grad_fn=<SigmoidBackward0>)
    const loss = binary_cross_entropy(y_pred, y)
    cell(56, () => loss) // tensor(3.5297, grad_fn=<NegBackward0>)
    loss.backward()
    cell(59, () => w.grad) // tensor(3.3974)
    cell(60, () => b.grad) // tensor(0.9707)
  },
}

export const goal = leastLoss

/** Trains on the students of perceptron-by-hand: the losses are the same. `BCELoss` is our cross-entropy and its mean. */
export function* train() {
  const x = torch.tensor(hours)
  const y = torch.tensor(passed)
  const w = torch.tensor(0.0, { requires_grad: true })
  const b = torch.tensor(0.0, { requires_grad: true })
  const criterion = new nn.BCELoss()
  const optimizer = new optim.SGD([w, b], { lr })
  for (let step = 0; step < steps; step++) {
    const y_pred = torch.sigmoid(x.mul(w).add(b))
    const loss = criterion(y_pred, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    yield loss
  }
}
