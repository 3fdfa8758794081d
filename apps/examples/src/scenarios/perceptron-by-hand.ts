/**
 * A perceptron, a weight and a bias under a sigmoid, judged by its binary cross-entropy. The gradient is found by hand: three
 * derivatives, multiplied by the chain rule.
 */
import * as torch from '@chainrule/core'
import type { Notebooks } from '../cell.ts'

export const title = 'A perceptron: the chain rule, by hand'

const lr = 0.5
const steps = 100

/** -(y ln p + (1 - y) ln(1 - p)), with p kept from 0 and 1, where a logarithm would be infinite. */
export function binary_cross_entropy(prediction: torch.Tensor, target: torch.Tensor): torch.Tensor {
  const epsilon = 1e-8
  const p = torch.clamp(prediction, epsilon, 1 - epsilon)
  const ifTrue = target.mul(torch.log(p))
  const ifFalse = torch.sub(1, target).mul(torch.log(torch.sub(1, p)))
  return ifTrue.add(ifFalse).neg()
}

/** dL/dw and dL/db of the loss above, where p = sigmoid(z) and z = w x + b. */
function gradients(x: torch.Tensor, y: torch.Tensor, p: torch.Tensor): [dL_dw: torch.Tensor, dL_db: torch.Tensor] {
  const dL_dp = p.sub(y).div(p.mul(torch.sub(1, p)))
  const dp_dz = p.mul(torch.sub(1, p))
  const dz_dw = x
  const dz_db = 1
  return [dL_dp.mul(dp_dz).mul(dz_dw), dL_dp.mul(dp_dz).mul(dz_db)]
}

export const notebooks: Notebooks = {
  1(cell) {
    const x = torch.tensor(6.6) // the feature
    const y = torch.tensor(0.0) // its label, 0 or 1
    const w = torch.tensor(1.0)
    const b = torch.tensor(0, { dtype: torch.int32 })
    const y_pred = torch.sigmoid(w.mul(x).add(b))
    const loss = binary_cross_entropy(y_pred, y)
    cell(95, () => loss) // tensor(6.6013)
    cell(97, async (print) => {
      const [dL_dw, dL_db] = gradients(x, y, y_pred)
      print(`Manual gradient of loss w.r.t dL/dw(weight): ${await dL_dw.item_async()}`) // 6.591033935546875
      print(`Manual gradient of loss w.r.t dL/db (bias): ${await dL_db.item_async()}`) // 0.9986414909362793
    })
  },
  2(cell) {
    const [x, y, w, b] = [torch.tensor(6.7), torch.tensor(0.0), torch.tensor(1.0), torch.tensor(0.0)]
    const y_pred = torch.sigmoid(w.mul(x).add(b))
    const loss = binary_cross_entropy(y_pred, y)
    cell(8, (print) => print(loss)) // tensor(6.7012)
    cell(9, async (print) => {
      const [dL_dw, dL_db] = gradients(x, y, y_pred)
      print(`Manual Gradient of loss w.r.t weight (dw): ${(await dL_dw.item_async()).toFixed(4)}`) // 6.6918
      print(`Manual Gradient of loss w.r.t bias (db): ${(await dL_db.item_async()).toFixed(4)}`) // 0.9988
    })
  },
  5(cell) {
    const [x, y, w, b] = [torch.tensor(6.7), torch.tensor(0.0), torch.tensor(1.0), torch.tensor(0.0)]
    const y_pred = torch.sigmoid(w.mul(x).add(b))
    const loss = binary_cross_entropy(y_pred, y)
    cell(22, () => loss) // tensor(6.7012)
    cell(24, async (print) => {
      const [dL_dw, dL_db] = gradients(x, y, y_pred)
      print(`Manual Gradient of loss w.r.t weight (dw): ${await dL_dw.item_async()}`) // 6.691762447357178
      print(`Manual Gradient of loss w.r.t bias (db): ${await dL_db.item_async()}`) // 0.998770534992218
    })
  },
}

/** Students: hours of study, counted from their mean, and who passed. The two groups overlap, so no loss of 0 is to be had. */
export const hours = [-1.75, -1.25, -0.75, -0.25, 0.25, 0.75, 1.25, 1.75]
export const passed = [0, 0, 1, 0, 1, 0, 1, 1]

/** The least that the mean cross-entropy of these students can be. */
export const goal = 0.5281

/** Trains on all students at once, by the gradients above: the mean over x and y of shape [8]. */
export function* train() {
  const x = torch.tensor(hours)
  const y = torch.tensor(passed)
  let w = torch.tensor(0.0)
  let b = torch.tensor(0.0)
  for (let step = 0; step < steps; step++) {
    const y_pred = torch.sigmoid(x.mul(w).add(b))
    yield binary_cross_entropy(y_pred, y).mean()
    const [dL_dw, dL_db] = gradients(x, y, y_pred)
    w = w.sub(dL_dw.mean().mul(lr))
    b = b.sub(dL_db.mean().mul(lr))
  }
}
