/** A training that drops everything it makes and never yields: soak.test.ts runs it in a process of its own and reads its line. */
import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'
import { getDevice } from '../../core/src/devices/device.ts'

const steps = 600
const batch = 256
const lr = 0.5

torch.manual_seed(0)
const samples = torch.randn(batch, 784)
const target = samples.narrow(1, 0, 10).argmax(1)
const model = new nn.Sequential(new nn.Linear(784, 16), new nn.ReLU(), new nn.Linear(16, 10))

/** One step on inputs made for it, of 0.8 MB: all steps drop more than the process may hold. */
function step(i: number): number {
  const x = samples.mul(1 + (i % 7) / 100)
  const loss = nn.functional.cross_entropy(model(x), target)
  model.zero_grad()
  loss.backward()
  torch.no_grad(() => {
    for (const p of model.parameters()) if (p.grad !== null) p.sub_(p.grad.mul(lr))
  })
  return loss.item()
}

const losses = Array.from({ length: steps }, (_, i) => step(i))
const device = getDevice('cpu')
console.log(
  JSON.stringify({
    first: losses[0],
    last: losses.at(-1),
    // Kilobytes, on all systems.
    peak: process.resourceUsage().maxRSS * 1024,
    dropped: steps * samples.numel() * 4,
    memory: 'stats' in device && typeof device.stats === 'function' ? device.stats() : null,
  }),
)
