/** What every optimizer shares: steps, closures, clearing, hooks, states; and an optimizer of one's own. */
import * as torch from '@chainrule/core'
import * as optim from '@chainrule/optim'
import { describe, expect, test } from 'vitest'

const elements = (x: torch.Tensor) => x.detach().flatten().tolist()
const leaf = (...values: number[]) => torch.tensor(values, { requires_grad: true })

test('a step changes the parameter in place and keeps its graph usable', () => {
  const w = leaf(1, 2)
  const optimizer = new optim.SGD([w], { lr: 0.5 })
  w.pow(2).sum().backward()
  expect(optimizer.step()).toBeNull()
  expect(String(w)).toBe('tensor([0., 0.], requires_grad=True)')
  expect(w._version).toBe(1)
})

test('the graph of before a step cannot be used after it', () => {
  const w = leaf(1, 2)
  const loss = w.pow(2).sum()
  w.grad = torch.ones(2)
  new optim.SGD([w]).step()
  expect(() => loss.backward()).toThrow('has been modified by an inplace operation')
})

test('a closure is evaluated with gradients on, before the step, and its loss returned', () => {
  const w = leaf(3)
  const optimizer = new optim.SGD([w], { lr: 0.25 })
  const loss = torch.no_grad(() =>
    optimizer.step(() => {
      optimizer.zero_grad()
      const loss = w.pow(2).sum()
      loss.backward()
      return loss
    }),
  )
  expect([loss.item(), w.item()]).toEqual([9, 1.5])
})

describe('zero_grad', () => {
  test('clears to null', () => {
    const w = leaf(1)
    w.grad = torch.ones(1)
    new optim.SGD([w]).zero_grad()
    expect(w.grad).toBeNull()
  })

  test('clears to zeros, in the same tensor', () => {
    const w = leaf(1)
    const gradient = torch.ones(1)
    w.grad = gradient
    new optim.SGD([w]).zero_grad({ set_to_none: false })
    expect([w.grad === gradient, w.grad.item()]).toEqual([true, 0])
  })

  test('clears gradients that have a graph of their own', () => {
    const w = leaf(2)
    w.pow(3).sum().backward(null, { create_graph: true })
    new optim.SGD([w]).zero_grad({ set_to_none: false })
    expect(String(w.grad)).toBe('tensor([0.])')
  })
})

test('parameters without a gradient stay as they are and get no state', () => {
  const [used, unused] = [leaf(1), leaf(2)]
  const optimizer = new optim.Adam([used, unused], { lr: 0.5 })
  used.grad = torch.ones(1)
  optimizer.step()
  expect([unused.item(), optimizer.state.size]).toEqual([2, 1])
})

test('views, transposes and empty tensors can be parameters', () => {
  const w = torch.arange(6, { dtype: torch.float32 }).reshape([2, 3]).t().requires_grad_()
  const empty = torch.zeros([0], { requires_grad: true })
  empty.grad = torch.zeros([0])
  w.grad = torch.tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ])
  new optim.SGD([w, empty], { lr: 1, momentum: 0.9 }).step()
  expect(elements(w)).toEqual([-1, 1, -2, 0, -3, -1])
})

test('an infinite parameter does not spoil options that are off', () => {
  const w = leaf(Number.POSITIVE_INFINITY, 1)
  w.grad = torch.ones(2)
  new optim.AdamW([w], { weight_decay: 0 }).step()
  expect(w.select(0, 0).item()).toBe(Number.POSITIVE_INFINITY)
})

test('groups share options, may change them, and may be added', () => {
  const [a, b, c] = [leaf(1), leaf(1), leaf(1)]
  const optimizer = new optim.SGD([{ params: [a] }, { params: b, lr: 0.5 }], { lr: 0.25 })
  optimizer.add_param_group({ params: c, lr: 1 })
  for (const p of [a, b, c]) p.grad = torch.ones(1)
  optimizer.step()
  expect([a, b, c].map((p) => p.item())).toEqual([0.75, 0.5, 0])
  for (const group of optimizer.param_groups) group.lr *= 2
  optimizer.step()
  expect([a, b, c].map((p) => p.item())).toEqual([0.25, -0.5, -2])
})

test('a saved state is a copy once it is loaded, in the dtype of the parameter', () => {
  const w = leaf(1)
  const optimizer = new optim.SGD([w], { lr: 0.5, momentum: 0.5 })
  w.grad = torch.ones(1)
  optimizer.step()
  const saved = optimizer.state_dict()
  const double = torch.tensor([1], { dtype: torch.float64, requires_grad: true })
  const other = new optim.SGD([double], { lr: 3 })
  other.load_state_dict(saved)
  expect(String(other)).toBe(String(optimizer))
  double.grad = torch.ones_like(double)
  other.step()
  expect(double.item()).toBe(0.25)
  expect(String(saved.state[0]?.['momentum_buffer'])).toBe('tensor([1.])')
  expect(String(other.state_dict().state[0]?.['momentum_buffer'])).toBe('tensor([1.5000], dtype=torch.float64)')
})

test('a state that counts its steps in a number, as old checkpoints do, goes on', () => {
  const [a, b] = [leaf(1), leaf(1)]
  const [first, second] = [new optim.Adam([a]), new optim.Adam([b])]
  a.grad = torch.ones(1)
  first.step()
  const { state, param_groups } = first.state_dict()
  second.load_state_dict({ state: { 0: { ...state[0], step: 1 } }, param_groups })
  b.grad = torch.ones(1)
  second.step()
  expect(String(second.state.get(b)?.['step'])).toBe('tensor(2.)')
})

test('hooks run around a step until they are removed, and may replace its closure', () => {
  const w = leaf(1)
  const optimizer = new optim.SGD([w])
  const seen: string[] = []
  const before = optimizer.register_step_pre_hook((hooked, args) => {
    seen.push(`before ${hooked === optimizer} ${args.length}`)
    return [() => 'replaced']
  })
  const after = optimizer.register_step_post_hook((_, args) => seen.push(`after ${args.length}`))
  expect(optimizer.step()).toBe('replaced')
  before.remove()
  expect(optimizer.step(() => 'own')).toBe('own')
  after.remove()
  optimizer.step()
  expect(seen).toEqual(['before true 0', 'after 1', 'after 1'])
})

test('an optimizer of one’s own is its update formulas and the defaults of its options', () => {
  // Lion: Chen et al. 2023, https://arxiv.org/abs/2302.06675, algorithm 2.
  interface LionOptions {
    lr: number
    betas: readonly [number, number]
    weight_decay: number
  }
  class Lion extends optim.Optimizer<LionOptions> {
    readonly rule: optim.Rule<LionOptions> = {
      keeps: { m: 'exp_avg' },
      numbers: ({ betas: [b1, b2] }) => ({ b1, b2, fresh1: 1 - b1, fresh2: 1 - b2 }),
      formulas: () => ({
        p: 'p - lr * (sign(b1 * m + fresh1 * g) + weight_decay * p)',
        m: 'b2 * m + fresh2 * g',
      }),
    }

    constructor(params: optim.Params<LionOptions>, options: Partial<LionOptions> = {}) {
      super(params, { lr: 1e-4, betas: [0.9, 0.99], weight_decay: 0, ...options })
    }
  }

  const w = leaf(1, -2)
  const optimizer = new Lion([w], { lr: 0.25, weight_decay: 0.5, betas: [0.5, 0.75] })
  w.grad = torch.tensor([2, -2])
  optimizer.step()
  expect(elements(w)).toEqual([0.625, -1.5])
  w.grad = torch.tensor([-1, 0])
  optimizer.step()
  expect(elements(w)).toEqual([0.796875, -1.0625])
  expect(String(optimizer)).toBe(
    'Lion (\nParameter Group 0\n    betas: (0.5, 0.75)\n    lr: 0.25\n    weight_decay: 0.5\n)',
  )
  expect(Object.keys(optimizer.state_dict().state[0] ?? {})).toEqual(['step', 'exp_avg'])
})

test('options stand in their places too, or by name in one last object', () => {
  const groupOf = (optimizer: optim.Optimizer) => ({ ...optimizer.param_groups[0], params: [] })
  const same = (a: optim.Optimizer, b: optim.Optimizer) => expect(groupOf(a)).toEqual(groupOf(b))
  same(
    new optim.SGD([leaf(1)], 0.5, 0.9, 0, 0.1, true),
    new optim.SGD([leaf(1)], { lr: 0.5, momentum: 0.9, weight_decay: 0.1, nesterov: true }),
  )
  same(new optim.SGD([leaf(1)], 0.5, { momentum: 0.9 }), new optim.SGD([leaf(1)], { lr: 0.5, momentum: 0.9 }))
  same(
    new optim.Adam([leaf(1)], 0.5, [0.5, 0.6], 1e-3, 0.1, true),
    new optim.Adam([leaf(1)], { lr: 0.5, betas: [0.5, 0.6], eps: 1e-3, weight_decay: 0.1, amsgrad: true }),
  )
  same(new optim.AdamW([leaf(1)], 0.5), new optim.AdamW([leaf(1)], { lr: 0.5 }))
  same(
    new optim.NAdam([leaf(1)], 0.5, [0.5, 0.6], 1e-3, 0.1, 0.2),
    new optim.NAdam([leaf(1)], { lr: 0.5, betas: [0.5, 0.6], eps: 1e-3, weight_decay: 0.1, momentum_decay: 0.2 }),
  )
  same(new optim.RMSprop([leaf(1)], 0.5, 0.6), new optim.RMSprop([leaf(1)], { lr: 0.5, alpha: 0.6 }))
  same(new optim.Adagrad([leaf(1)], 0.5, 0.6), new optim.Adagrad([leaf(1)], { lr: 0.5, lr_decay: 0.6 }))
  same(new optim.Adadelta([leaf(1)], 0.5, 0.6), new optim.Adadelta([leaf(1)], { lr: 0.5, rho: 0.6 }))
  same(new optim.Rprop([leaf(1)], 0.5, [0.4, 1.5]), new optim.Rprop([leaf(1)], { lr: 0.5, etas: [0.4, 1.5] }))
  expect(() => new optim.SGD([leaf(1)], 1, 0, 0, 0, false, true)).toThrow(
    'SGD.__init__() takes from 2 to 7 positional arguments but 8 were given',
  )
})

test('a formula that names what is not there is an error that shows the place', () => {
  class Wrong extends optim.Optimizer<{ lr: number }> {
    readonly rule = { formulas: () => ({ p: 'p - rate * g' }) }
  }
  const w = leaf(1)
  w.grad = torch.ones(1)
  expect(() => new Wrong([w], { lr: 1 }).step()).toThrow('rate')
})
