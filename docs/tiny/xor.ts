/** The README's first program, on `chainrule.ts`. */
import { binary_cross_entropy, generator, Linear, Sequential, SGD, Sigmoid, Tanh, tensor } from './chainrule.ts'

generator.manual_seed(0)
const x = tensor([0, 0, 0, 1, 1, 0, 1, 1], [4, 2])
const y = tensor([0, 1, 1, 0], [4, 1])
const model = Sequential(Linear(2, 8), Tanh(), Linear(8, 1), Sigmoid())
const optimizer = SGD(model.parameters(), { lr: 0.5, momentum: 0.9 })
for (let step = 0; step <= 100; step++) {
  const loss = binary_cross_entropy(model.forward(x), y)
  optimizer.zero_grad()
  loss.backward()
  optimizer.step()
  if (step % 25 === 0) console.log(step, loss.data[0]?.toFixed(4))
}
console.log([...model.forward(x).data].map((value) => value.toFixed(4)))
