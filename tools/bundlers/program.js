// What users write, as bundlers get it: a model, a step of training, an error, and the GPU behind a condition. Its text says
// which names of classes are left after minification.
import { device_info, gpu, manual_seed, tensor } from '@chainrule/core'
import { functional as F, Linear, ReLU, Sequential } from '@chainrule/nn'
import { lr_scheduler, SGD } from '@chainrule/optim'

/** @type {(string | undefined)[]} */
const lines = []
manual_seed(0)
const model = new Sequential(new Linear(2, 3), new ReLU(), new Linear(3, 1))
lines.push(String(model))
const optimizer = new SGD(model.parameters(), { lr: 0.1 })
const scheduler = new lr_scheduler.StepLR(optimizer, 1, { gamma: 0.5 })
const loss = F.mse_loss(model(tensor([[1, 2]])), tensor([[1]]))
lines.push(String(loss))
loss.backward()
optimizer.step()
scheduler.step()
lines.push(String(optimizer), String(model.get_parameter('0.weight').grad), device_info().backend.split(' ')[0])
for (const wrong of [() => model(tensor([1, 2, 3])), () => tensor([1]).backward(), () => model.get_submodule('none')]) {
  try {
    wrong()
  } catch (error) {
    const { name, message } = /** @type {Error} */ (error)
    lines.push(`${name}: ${message.split('\n')[0]}`)
  }
}
lines.push(await gpu.init().then(String, (/** @type {Error} */ error) => error.message.split(' (')[0]))
console.log(lines.join('\n'))
