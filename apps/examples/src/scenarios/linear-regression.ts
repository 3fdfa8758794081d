/** Everything at once: three weights and a bias, a forward pass, a squared error, a backward pass. */
import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'
import * as optim from '@chainrule/optim'
import type { Notebooks } from '../cell.ts'

export const title = 'Linear regression with three weights and a bias'

const lr = 0.05
const steps = 200

export const notebooks: Notebooks = {
  4(cell) {
    // The notebook drew its weights without a seed. This is a seed whose draws give the gradients that it printed.
    torch.manual_seed(622042)
    const x = torch.tensor([1.0, 2.0, 3.0], { requires_grad: true })
    const y_true = torch.tensor([2.0], { dtype: torch.float32 })
    const w = torch.randn(3, { requires_grad: true })
    const b = torch.randn(1, { requires_grad: true })
    const y_pred = w.mul(x).sum().add(b) // [3] -> [] -> [1]
    const loss = y_pred.sub(y_true).pow(2).mean()
    loss.backward()
    cell(17, (print) => {
      print('Gradients w.r.t. weights (w):', w.grad) // Gradients w.r.t. weights (w): tensor([ -7.4605, -14.9209, -22.3814])
      print('Gradient w.r.t. bias (b):', b.grad) // Gradient w.r.t. bias (b): tensor([-7.4605])
    })
  },
}

/** The targets come from a plane, without noise. */
export const goal = 0

/** The same model as a layer, `Linear(3, 1)`, on 32 points of a plane. */
export function* train() {
  torch.manual_seed(17)
  const x = torch.randn(32, 3) // [32, 3]
  const y = x.matmul(torch.tensor([[1.0], [-2.0], [0.5]])).add(2) // [32, 3] @ [3, 1] -> [32, 1]
  const model = new nn.Linear(3, 1)
  const criterion = new nn.MSELoss()
  const optimizer = new optim.SGD(model.parameters(), { lr })
  for (let step = 0; step < steps; step++) {
    const loss = criterion(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    yield loss
  }
}
