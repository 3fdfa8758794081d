/**
 * Backward from a vector needs a vector: what it computes is v·J, the rows of the Jacobian weighed by v. And backward frees what
 * the graph remembers, so that a second one needs `retain_graph` in the first.
 */
import * as torch from '@chainrule/core'
import * as optim from '@chainrule/optim'
import type { Notebooks } from '../cell.ts'

export const title = 'Vector-Jacobian product, and retain_graph'

const lr = 0.04
const steps = 120

export const notebooks: Notebooks = {
  4(cell) {
    // The notebook drew x at random; these are digits that give all that it printed.
    const x = torch.tensor([-0.01967, 0.984053, -0.27591], { requires_grad: true })
    cell(2, () => x) // tensor([-0.0197,  0.9841, -0.2759], requires_grad=True)
    const y = x.add(2)
    cell(4, () => y) // tensor([1.9803, 2.9841, 1.7241], grad_fn=<AddBackward0>)
    const z = y.mul(y).mul(2)
    cell(5, () => z) // tensor([ 7.8434, 17.8091,  5.9450], grad_fn=<MulBackward0>)
    const z_mean = z.mean()
    cell(6, () => z_mean) // tensor(10.5325, grad_fn=<MeanBackward0>)
    z_mean.backward(undefined, { retain_graph: true })
    cell(7, () => x.grad) // tensor([2.6404, 3.9787, 2.2988])
    cell(8, () => z) // tensor([ 7.8434, 17.8091,  5.9450], grad_fn=<MulBackward0>)

    const v = torch.tensor([0.1, 1.0, 0.001], { dtype: torch.float32 })
    cell('9, without v', () => z.backward()) // RuntimeError: grad can be implicitly created only for scalar outputs
    cell(9, () => z.backward(v)) // nothing: retain_graph kept the graph for it
    cell('9, without retain_graph', () => z.backward(v)) // RuntimeError: Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors after calling backward.
  },
}

/** z = 2(x + 2)² is 0 at its lowest. */
export const goal = 0

/** Descends by z.backward(v) alone. No scalar is ever differentiated, yet v·z is what goes down. */
export function* train() {
  const x = torch.tensor([-0.01967, 0.984053, -0.27591], { requires_grad: true }) // [3]
  const v = torch.tensor([1.0, 0.5, 0.25]) // [3]
  const optimizer = new optim.SGD([x], { lr })
  for (let step = 0; step < steps; step++) {
    const z = x.add(2).pow(2).mul(2) // [3]
    optimizer.zero_grad()
    z.backward(v)
    optimizer.step()
    yield z.dot(v)
  }
}
