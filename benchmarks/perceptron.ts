/**
 * The notebooks' perceptron, forward and backward, beside PyTorch: `pnpm --dir benchmarks perceptron`. The scalar case, where
 * nothing but the weight of the framework counts. Runs from the built packages, as users have them.
 */
import * as torch from '@chainrule/core'
import { measure, median, startPyTorch } from './pytorch.ts'

const rounds = 21
const times = 2000

const python = `
def work():
    x, y = torch.tensor(6.7), torch.tensor(0.0)
    w = torch.tensor(1.0, requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    eps = 1e-8
    def run():
        w.grad = b.grad = None
        y_pred = torch.sigmoid(w * x + b)
        p = torch.clamp(y_pred, eps, 1 - eps)
        loss = -(y * torch.log(p) + (1 - y) * torch.log(1 - p))
        loss.backward()
        return w.grad
    return run
`

const x = torch.tensor(6.7)
const y = torch.tensor(0)
const w = torch.tensor(1, { requires_grad: true })
const b = torch.tensor(0, { requires_grad: true })
const eps = 1e-8

function run(): void {
  w.grad = null
  b.grad = null
  const y_pred = torch.sigmoid(w.mul(x).add(b))
  const p = torch.clamp(y_pred, eps, 1 - eps)
  const loss = y
    .mul(torch.log(p))
    .add(torch.sub(1, y).mul(torch.log(torch.sub(1, p))))
    .neg()
  loss.backward()
}

run()
// What the notebooks recorded: a wrong answer has no time.
if (String(w.grad) !== 'tensor(6.6918)') throw new Error(`perceptron: the gradient is ${String(w.grad)}, not 6.6918`)

const pyTorch = await startPyTorch(python)
console.log(
  `Node ${process.versions.node}, ${torch.device_info().backend}; ${pyTorch?.name ?? 'no PyTorch'}; one thread each`,
)
measure(run, 20 * times)
const [ours, theirs]: [number[], number[]] = [[], []]
for (let round = 0; round < rounds; round++) {
  ours.push(measure(run, times))
  if (pyTorch !== null) theirs.push(await pyTorch.measure([], times))
}
pyTorch?.stop()

const show = (name: string, seconds: readonly number[]): void => {
  console.log(
    `${name.padEnd(10)} ${(median(seconds) * 1e6).toFixed(2).padStart(8)} µs, median of ${rounds} × ${times} runs`,
  )
}
show('chainrule', ours)
if (pyTorch !== null) {
  show('PyTorch', theirs)
  console.log(`chainrule takes ${(median(ours) / median(theirs)).toFixed(3)} of PyTorch's time`)
}
