/** The contestant chainrule, from the built packages, as users have them. */
import { readFileSync } from 'node:fs'
import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'
import * as optim from '@chainrule/optim'
import { answer, op, type Rows, training, type Work } from './answer.ts'
import type { Data } from './data.ts'
import { cnn, GPT, loaded, mlp, tensor } from './models.ts'

const read = (x: torch.Tensor): ArrayLike<number> => x.contiguous().to_typed_array()

function perceptron(): Work {
  const x = torch.tensor(6.7)
  const y = torch.tensor(0)
  const w = torch.tensor(1, { requires_grad: true })
  const b = torch.tensor(0, { requires_grad: true })
  const eps = 1e-8
  const run = (): torch.Tensor => {
    w.grad = null
    b.grad = null
    const y_pred = torch.sigmoid(w.mul(x).add(b))
    const p = torch.clamp(y_pred, eps, 1 - eps)
    const loss = y
      .mul(torch.log(p))
      .add(torch.sub(1, y).mul(torch.log(torch.sub(1, p))))
      .neg()
    loss.backward()
    return loss
  }
  return { run, values: () => [run().item(), w.grad?.item() ?? 0, b.grad?.item() ?? 0] }
}

const matmul =
  (n: number) =>
  (data: Data): Work => {
    const [a, b] = [tensor(data, `matmul-${n}/a`), tensor(data, `matmul-${n}/b`)]
    return op(() => a.matmul(b), read)
  }

const vector =
  (f: (x: torch.Tensor, y: torch.Tensor) => torch.Tensor) =>
  (data: Data): Work => {
    const [x, y] = [tensor(data, 'vector/x'), tensor(data, 'vector/y')]
    return op(() => f(x, y), read)
  }

interface Optimizer {
  zero_grad(): void
  step(): unknown
}

function steps(data: Data, model: nn.Module, inputs: string, optimizer: Optimizer): Work {
  const x = tensor(data, inputs)
  const target = tensor(data, `${inputs.split('/', 1)[0]}/target`)
    .reshape(-1)
    .to(torch.int32)
  const input = inputs.endsWith('tokens') ? x.to(torch.int32) : x
  return training(() => {
    optimizer.zero_grad()
    const loss = nn.functional.cross_entropy(model.forward(input), target)
    loss.backward()
    optimizer.step()
    return loss.item()
  })
}

const rows: Rows = {
  perceptron,
  'matmul-64': matmul(64),
  'matmul-256': matmul(256),
  'matmul-1024': matmul(1024),
  add: vector((x, y) => x.add(y)),
  exp: vector((x) => x.exp()),
  gelu: vector((x) => nn.functional.gelu(x)),
  sum: vector((x) => x.sum()),
  softmax(data) {
    const x = tensor(data, 'rows/x')
    return op(() => torch.softmax(x, -1), read)
  },
  'layer-norm'(data) {
    const x = tensor(data, 'rows/x')
    const [weight, bias] = [tensor(data, 'rows/weight'), tensor(data, 'rows/bias')]
    return op(() => nn.functional.layer_norm(x, [1024], { weight, bias }), read)
  },
  'mlp-sgd'(data) {
    const model = loaded(mlp(), data, 'mlp/')
    return steps(data, model, 'mlp-data/x', new optim.SGD(model.parameters(), { lr: 0.1 }))
  },
  'mlp-adam'(data) {
    const model = loaded(mlp(), data, 'mlp/')
    return steps(data, model, 'mlp-data/x', new optim.Adam(model.parameters(), { lr: 1e-3 }))
  },
  'cnn-adam'(data) {
    const model = loaded(cnn(), data, 'cnn/')
    return steps(data, model, 'cnn-data/x', new optim.Adam(model.parameters(), { lr: 1e-3 }))
  },
  'gpt-adamw'(data) {
    const model = loaded(new GPT(), data, 'gpt/')
    return steps(data, model, 'gpt-data/tokens', new optim.AdamW(model.parameters(), { lr: 1e-3 }))
  },
}

const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.resolve('@chainrule/core')), 'utf8'),
) as { version: string }
torch.set_num_threads(Number(process.env['THREADS'] ?? 1))
// Threads start in the background.
if (torch.get_num_threads() < Number(process.env['THREADS'] ?? 1))
  await new Promise((resolve) => void setTimeout(resolve, 500))
const threads = torch.get_num_threads()
await answer(
  {
    name: `chainrule ${version}`,
    details: `${torch.device_info().backend}, ${threads} thread${threads === 1 ? '' : 's'}`,
  },
  rows,
)
