/** The rows as chainrule computes them, on the default device. */
import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'
import * as optim from '@chainrule/optim'
import type { Data } from './arrays.ts'
import { cnn, GPT, loaded, mlp, small, tensor } from './models.ts'
import { laterOp, op, type Rows, training, type Work } from './work.ts'

const isOnCpu = (): boolean => torch.get_default_device() === 'cpu'
const read = (x: torch.Tensor): ArrayLike<number> => x.contiguous().to_typed_array()
const compute = (run: () => torch.Tensor): Work =>
  isOnCpu() ? op(run, read) : laterOp(run, async (x) => read(await x.cpu()))

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
    return compute(() => a.matmul(b))
  }

/** A product of matrices four times as wide and high as those of the data, which are laid out in 4 × 4 tiles. */
function tiledMatmul(data: Data): Work {
  const [a, b] = [tensor(data, 'matmul-1024/a').repeat(4, 4), tensor(data, 'matmul-1024/b').repeat(4, 4)]
  return compute(() => a.matmul(b))
}

/** The first elements of an array in a shape. */
function part(data: Data, name: string, shape: readonly number[]): torch.Tensor {
  const length = shape.reduce((product, size) => product * size, 1)
  return tensor(data, name).reshape(-1).narrow(0, 0, length).clone().reshape(shape)
}

function conv(data: Data): Work {
  const x = part(data, 'vector/x', [16, 64, 28, 28])
  const weight = part(data, 'rows/x', [64, 64, 3, 3])
  return compute(() => nn.functional.conv2d(x, weight, { padding: 1 }))
}

function reading(data: Data): Work {
  const x = part(data, 'vector/x', [1]).squeeze()
  return training(() => (isOnCpu() ? x.item() : x.item_async()))
}

const vector =
  (f: (x: torch.Tensor, y: torch.Tensor) => torch.Tensor, length = 1e6) =>
  (data: Data): Work => {
    const first = (name: string): torch.Tensor => part(data, name, [length])
    const [x, y] = [first('vector/x'), first('vector/y')]
    return compute(() => f(x, y))
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
    const loss = nn.functional.cross_entropy(model(input), target)
    loss.backward()
    optimizer.step()
    return isOnCpu() ? loss.item() : loss.item_async()
  })
}

const all: Readonly<Record<string, (data: Data) => Work>> = {
  perceptron,
  small(data) {
    const [model, x] = [loaded(small(), data, 'small/'), tensor(data, 'small-data/x')]
    return compute(() => torch.no_grad(() => model(x)))
  },
  'small-sgd'(data) {
    const model = loaded(small(), data, 'small/')
    return steps(data, model, 'small-data/x', new optim.SGD(model.parameters(), { lr: 0.1 }))
  },
  'matmul-64': matmul(64),
  'matmul-256': matmul(256),
  'matmul-1024': matmul(1024),
  'matmul-4096': tiledMatmul,
  read: reading,
  'add-8': vector((x, y) => x.add(y), 8),
  add: vector((x, y) => x.add(y)),
  'exp-1e4': vector((x) => x.exp(), 1e4),
  'exp-1e5': vector((x) => x.exp(), 1e5),
  exp: vector((x) => x.exp()),
  gelu: vector((x) => nn.functional.gelu(x)),
  'exp-1e7'(data) {
    const x = tensor(data, 'vector/x').repeat(10)
    return compute(() => x.exp())
  },
  sum: vector((x) => x.sum()),
  'sum-rows'(data) {
    const x = tensor(data, 'rows/x')
    return compute(() => x.sum(1))
  },
  conv,
  softmax(data) {
    const x = tensor(data, 'rows/x')
    return compute(() => torch.softmax(x, -1))
  },
  'layer-norm'(data) {
    const x = tensor(data, 'rows/x')
    const [weight, bias] = [tensor(data, 'rows/weight'), tensor(data, 'rows/bias')]
    return compute(() => nn.functional.layer_norm(x, [1024], { weight, bias }))
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

/** A row's data has arrived on the device before it begins. */
const ready =
  (begin: (data: Data) => Work) =>
  async (data: Data): Promise<Work> => {
    const work = begin(data)
    await torch.gpu.synchronize()
    return work
  }

export const rows: Rows = Object.fromEntries(Object.entries(all).map(([name, begin]) => [name, ready(begin)]))
