/**
 * Three ways to leave autograd out: `requires_grad_(false)` for a tensor from now on, `detach()` for a second tensor on the same
 * numbers, `no_grad` for all that happens inside. What comes out has no `grad_fn`, and backward on it is an error.
 */
import * as torch from '@chainrule/core'
import type { Notebooks } from '../cell.ts'

export const title = 'Three ways to stop tracking, and their errors'

const lr = 0.1
const steps = 60

export const notebooks: Notebooks = {
  1(cell) {
    let x = torch.tensor(2.0, { requires_grad: true })
    cell(114, () => x) // tensor(2., requires_grad=True)
    let y = x.pow(2)
    cell(115, () => y) // tensor(4., grad_fn=<PowBackward0>)
    y.backward()
    cell(117, () => x.grad) // tensor(4.)

    // The first way.
    cell(118, () => x.requires_grad_(false)) // tensor(2.)
    cell(119, () => x) // tensor(2.)
    y = x.pow(2)
    cell(121, () => y) // tensor(4.)
    cell(122, () => y.backward()) // RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn

    // The second.
    x = torch.tensor(2.0, { requires_grad: true })
    const z = x.detach()
    cell(124, () => z) // tensor(2.)
    y = x.pow(3)
    cell(126, () => y) // tensor(8., grad_fn=<PowBackward0>)
    const y1 = z.pow(2)
    cell(128, () => y1) // tensor(4.)
    cell(129, () => y1.backward()) // RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn

    // The third.
    x = torch.tensor(5.0, { requires_grad: true })
    cell(132, () => x) // tensor(5., requires_grad=True)
    y = torch.no_grad(() => x.pow(2))
    cell(134, () => y) // tensor(25.)
    cell(135, () => y.backward()) // RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn
  },
  2(cell) {
    const x = torch.tensor(6.7, { requires_grad: true })
    const w = torch.tensor(1.0, { requires_grad: true })
    const b = torch.tensor(0.0, { requires_grad: true })
    cell(17, async (print) => {
      const z = torch.no_grad(() => w.mul(x).add(b))
      const y_pred = torch.no_grad(() => torch.sigmoid(z))
      print(`z: ${await z.item_async()}`) // z: 6.699999809265137
      print(`y_pred: ${await y_pred.item_async()}`) // y_pred: 0.998770534992218
      print('Requires Grad (z):', z.requires_grad) // Requires Grad (z): False
    })
  },
  4(cell) {
    // The notebook drew x at random; these are digits that print as it does.
    const x = torch.tensor([-0.01967, 0.984053, -0.27591], { requires_grad: true })
    let y = x.add(2)
    cell(10, () => x) // tensor([-0.0197,  0.9841, -0.2759], requires_grad=True)
    cell('11, commented out', () =>
      torch.tensor([-0.9846, -0.4701, -0.7996], { requires_grad: true }).requires_grad_(false),
    ) // tensor([-0.9846, -0.4701, -0.7996])
    cell(12, () => x.detach()) // tensor([-0.0197,  0.9841, -0.2759])
    cell(13, () => y) // tensor([1.9803, 2.9841, 1.7241], grad_fn=<AddBackward0>)
    cell(14, (print) =>
      torch.no_grad(() => {
        y = x.add(2)
        print(y) // tensor([1.9803, 2.9841, 1.7241])
      }),
    )
  },
}

/** What the slope alone, without the bias, can do: the mean of the targets' offset squared. */
export const goal = 1

/**
 * All three at work: a frozen bias, targets without history, and an update that autograd is not to see. The bias of the line
 * y = 2x + 1 stays at 0, so that a loss of 1² remains.
 */
export function* train() {
  const x = torch.linspace(-1, 1, 8) // [8]
  const w = torch.tensor(0.0, { requires_grad: true })
  const b = torch.tensor(0.0, { requires_grad: true }).requires_grad_(false)
  const truth = torch.tensor(2.0, { requires_grad: true })
  const y = x.mul(truth).add(1).detach() // [8]
  for (let step = 0; step < steps; step++) {
    const loss = x.mul(w).add(b).sub(y).pow(2).mean()
    loss.backward()
    torch.no_grad(() => w.grad && w.sub_(w.grad.mul(lr)))
    w.grad = null
    yield loss
  }
}
