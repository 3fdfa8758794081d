/** Four seeded programs, line for line those of tools/golden/training.py: every loss is PyTorch's. */
import * as torch from '@chainrule/core'
import * as optim from '@chainrule/optim'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type GoldenTensor, readGolden } from '../../core/test/golden.ts'
import { onEveryDevice, valuesOf } from '../../core/test/harness.ts'

interface Training {
  readonly losses: readonly Promise<number>[]
  readonly parameters: readonly torch.Tensor[]
}

const leaf = (x: torch.Tensor): torch.Tensor => x.detach().requires_grad_()
const zeros = (n: number): torch.Tensor => torch.zeros([n], { requires_grad: true })

/** Three weights and a bias, recovered from noisy samples: SGD with momentum on the whole set. */
function linear_regression(): Training {
  torch.manual_seed(0)
  const x = torch.randn([64, 3])
  const y = x
    .matmul(torch.tensor([2, -3, 0.5]))
    .add(1)
    .add(torch.randn([64]).mul(0.1))
  const w = torch.randn([3], { requires_grad: true })
  const b = zeros(1)
  const optimizer = new optim.SGD([w, b], { lr: 0.05, momentum: 0.9 })
  const losses: Promise<number>[] = []
  for (let step = 0; step < 60; step++) {
    optimizer.zero_grad()
    const loss = x.matmul(w).add(b).sub(y).pow(2).mean()
    loss.backward()
    optimizer.step()
    losses.push(loss.item_async())
  }
  return { losses, parameters: [w, b] }
}

/** One neuron that separates two classes: binary cross-entropy, Nesterov momentum, two groups. */
function perceptron(): Training {
  torch.manual_seed(1)
  const x = torch.randn([100, 2])
  const y = x
    .select(1, 0)
    .mul(1.5)
    .sub(x.select(1, 1))
    .add(torch.randn([100]).mul(0.3))
    .gt(0)
    .to(torch.float32)
  const w = torch.empty([2]).uniform_(-0.7, 0.7).requires_grad_()
  const b = torch.empty([1]).uniform_(-0.7, 0.7).requires_grad_()
  const groups = [{ params: [w] }, { params: [b], lr: 0.1 }]
  const optimizer = new optim.SGD(groups, { lr: 0.5, momentum: 0.8, nesterov: true })
  const losses: Promise<number>[] = []
  for (let step = 0; step < 60; step++) {
    optimizer.zero_grad()
    const p = torch.sigmoid(x.matmul(w).add(b))
    const one = y.mul(p.log())
    const other = y.neg().add(1).mul(p.neg().add(1).log())
    const loss = one.add(other).mean().neg()
    loss.backward()
    optimizer.step()
    losses.push(loss.item_async())
  }
  return { losses, parameters: [w, b] }
}

/** A layer of 16 and one of 3 tell three clouds apart: cross-entropy, shuffled batches of 24, Adam. */
function classifier(): Training {
  torch.manual_seed(2)
  const centers = torch.randn([3, 4])
  const labels = torch.randint(0, 3, [120])
  const x = centers.index(labels).add(torch.randn([120, 4]).mul(0.7))
  const w1 = leaf(torch.randn([4, 16]).mul(0.5))
  const b1 = zeros(16)
  const w2 = leaf(torch.randn([16, 3]).mul(0.25))
  const b2 = zeros(3)
  const optimizer = new optim.Adam([w1, b1, w2, b2], { lr: 0.02 })
  const losses: Promise<number>[] = []
  for (let epoch = 0; epoch < 12; epoch++) {
    const order = torch.randperm(120)
    for (const batch of order.split(24)) {
      const logits = x.index(batch).matmul(w1).add(b1).relu().matmul(w2).add(b2)
      const likelihoods = logits.log_softmax(1).gather(1, labels.index(batch).unsqueeze(1))
      const loss = likelihoods.mean().neg()
      optimizer.zero_grad()
      loss.backward()
      optimizer.step()
      losses.push(loss.item_async())
    }
  }
  return { losses, parameters: [w1, b1, w2, b2] }
}

/** Two spirals: two layers of tanh with dropout, AdamW, a learning rate that falls in steps. */
function spirals(): Training {
  torch.manual_seed(3)
  const angle = torch.rand([80]).mul(4)
  const side = torch.arange(80).remainder(2)
  const turned = angle.add(side.mul(Math.PI))
  const x = torch.stack([angle.mul(turned.cos()), angle.mul(turned.sin())], 1).add(torch.randn([80, 2]).mul(0.1))
  const y = side.to(torch.float32)
  const sizes = [
    [2, 24],
    [24, 12],
    [12, 1],
  ] as const
  const weights = sizes.map(([n, m]) => leaf(torch.randn([n, m]).div(n ** 0.5)))
  const biases = sizes.map(([, m]) => zeros(m))
  const groups = [{ params: weights }, { params: biases, weight_decay: 0 }]
  const optimizer = new optim.AdamW(groups, { lr: 0.03, weight_decay: 0.1 })
  const scheduler = new optim.lr_scheduler.StepLR(optimizer, { step_size: 20, gamma: 0.5 })
  const affine = (x: torch.Tensor, layer: number) =>
    x.matmul(weights[layer] as torch.Tensor).add(biases[layer] as torch.Tensor)
  const dropout = (x: torch.Tensor) => x.mul(torch.dropout_mask(x, 0.2))
  const losses: Promise<number>[] = []
  for (let step = 0; step < 60; step++) {
    const h = [0, 1].reduce((h, layer) => dropout(affine(h, layer).tanh()), x)
    const logit = affine(h, 2).squeeze(1)
    const loss = logit.softplus().sub(y.mul(logit)).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    losses.push(loss.item_async())
  }
  return { losses, parameters: [...weights, ...biases] }
}

interface GoldenTraining {
  readonly losses: readonly number[]
  readonly parameters: readonly GoldenTensor[]
}

const golden = await readGolden<GoldenTraining>('training')

const programs = { linear_regression, perceptron, classifier, spirals }

onEveryDevice('training', (on) => {
  beforeEach(() => torch.set_default_device(on.device.type))
  afterEach(() => torch.set_default_device(null))

  test.each(Object.entries(programs))('%s', async (name, program) => {
    const { losses: awaited, parameters } = program()
    const losses = await Promise.all(awaited)
    const expected = golden[name] as GoldenTraining
    expect(losses.length).toBe(60)
    const wrong = losses.flatMap((loss, i) => {
      const theirs = expected.losses[i] ?? Number.NaN
      return Math.abs(loss - theirs) <= 1e-5 * theirs ? [] : [`step ${i}: ${loss}, PyTorch ${theirs}`]
    })
    expect(wrong).toEqual([])
    for (const [i, p] of parameters.entries()) {
      const theirs = expected.parameters[i]?.v.map(Number) ?? []
      const off = (await valuesOf(p)).map((value, k) => Math.abs(value - (theirs[k] ?? Number.NaN)))
      expect(Math.max(...off)).toBeLessThan(1e-4)
    }
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 2)
  })
})
