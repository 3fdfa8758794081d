/** What a container frees: only what passes between modules that are known to keep nothing. */
import * as torch from '@chainrule/core'
import { expect, it } from 'vitest'
import * as nn from '../src/index.ts'

type Tensor = torch.Tensor

/** Keeps what it sees. */
class Probe extends nn.Module {
  readonly seen: Tensor[] = []
  forward(x: Tensor): Tensor {
    this.seen.push(x)
    return x.mul(1)
  }
}

/** As a layer of the package, but for what it keeps: what it inherits must not vouch for it. */
class KeepingLinear extends nn.Linear {
  readonly seen: Tensor[] = []
  override forward(x: Tensor): Tensor {
    this.seen.push(x)
    return super.forward(x)
  }
}

/** Says that it keeps nothing, and does. */
class Liar extends Probe {
  static readonly keepsNothing = true
  override forward(x: Tensor): Tensor {
    return super.forward(x)
  }
}

const freed = /read after its memory was freed/
const train = (model: nn.Module): Tensor => {
  const out = model(torch.ones(2, 3))
  out.sum().backward()
  return out
}

it('what a module of the user sees stays, wherever it is', () => {
  for (const probe of [new Probe(), new KeepingLinear(3, 3)]) {
    train(new nn.Sequential(new nn.Linear(3, 3), new nn.Sequential(new nn.ReLU(), probe)))
    expect(probe.seen[0]?.shape).toEqual([2, 3])
    expect(probe.seen[0]?.tolist()).toHaveLength(2)
  }
})

it('a forward put on one object is not the one of its class', () => {
  const layer = new nn.ReLU()
  const seen: Tensor[] = []
  const { forward } = layer
  Object.assign(layer, {
    forward(x: Tensor) {
      seen.push(x)
      return forward.call(layer, x)
    },
  })
  train(new nn.Sequential(new nn.Linear(3, 3), layer))
  expect(seen[0]?.tolist()).toHaveLength(2)
})

it('what passes between others is freed after the backward pass, and without one at once', () => {
  const liar = new Liar()
  const model = new nn.Sequential(new nn.Linear(3, 3), new nn.Tanh(), liar, new nn.Linear(3, 1))
  expect(train(model).tolist()).toHaveLength(2)
  expect(() => liar.seen[0]?.tolist()).toThrow(freed)
  torch.no_grad(() => model(torch.ones(2, 3)))
  expect(() => liar.seen[1]?.tolist()).toThrow(freed)
})

it('views of what passes through live on', () => {
  const model = new nn.Sequential(new nn.Linear(3, 4), new nn.Unflatten(1, [2, 2]), new nn.Flatten())
  const out = train(model)
  expect(out.tolist()).toEqual((model[0] as nn.Linear)(torch.ones(2, 3)).tolist())
})
