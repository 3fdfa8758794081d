/** Trajectories, states, texts and errors of every optimizer, against PyTorch's: tools/golden/optim.py makes them. */
import * as torch from '@chainrule/core'
import * as optim from '@chainrule/optim'
import { describe, expect, test } from 'vitest'
import { caught, entriesOf, fromGolden, type GoldenTensor, readGolden } from '../../core/test/golden.ts'
import { onEachCpu, onEachFormulaDevice } from '../../core/test/harness.ts'

interface Case {
  readonly optimizer: string
  readonly options: Readonly<Record<string, unknown>>
  readonly groups: readonly (Readonly<Record<string, unknown>> & { readonly params: readonly number[] })[] | null
}
interface Trajectory extends Case {
  readonly steps: readonly (readonly GoldenTensor[])[]
  readonly state: Readonly<Record<string, Readonly<Record<string, GoldenTensor>>>>
}
/** The first parameter stands in the list twice. */
interface Twice extends Trajectory {
  readonly params: readonly number[]
}
interface Text extends Case {
  readonly change: Readonly<Record<string, unknown>> | null
  readonly text: string
}
interface Mistake extends Case {
  readonly caught: unknown
}

type Group = { params: Iterable<torch.Tensor> | torch.Tensor }
type AnyOptimizer = optim.Optimizer<{ lr: number }>
type Make = new (params: Iterable<torch.Tensor> | Iterable<Group>, options?: object) => AnyOptimizer

const golden = await readGolden<unknown>('optim')
const makers = new Map<string, Make>(Object.entries(optim) as [string, Make][])
const maker = (name: string): Make => makers.get(name) as Make

function parameters(dtype: torch.DType, device: torch.DeviceName = 'cpu'): torch.Tensor[] {
  const options = { dtype, device, requires_grad: true }
  return [
    torch.tensor([0.5, -1.25, 3], options),
    torch.tensor(
      [
        [1, -0.1],
        [0.02, -2],
      ],
      options,
    ),
    torch.tensor(0.75, options),
    torch.zeros([2, 0], options),
    torch.tensor([1, 2], options),
  ]
}

function make({ optimizer, options, groups }: Case, params: torch.Tensor[]): AnyOptimizer {
  const given = groups?.map((group) => ({ ...group, params: group.params.map((i) => params[i] as torch.Tensor) }))
  return new (maker(optimizer))(given ?? params, options)
}

function setGradients(params: readonly torch.Tensor[], dtype: string, step: number): void {
  const gradients = golden[`gradients ${dtype}`] as readonly (readonly (GoldenTensor | null)[])[]
  params.forEach((p, i) => {
    const g = gradients[step]?.[i] ?? null
    p.grad = g === null ? null : fromGolden(g, p.device)
  })
}

function halve(optimizer: AnyOptimizer): void {
  for (const group of optimizer.param_groups) group.lr *= 0.5
}

onEachFormulaDevice('trajectories', (on) => {
  const entries = entriesOf<Trajectory>(golden, 'trajectory').filter(([, entry]) => on.fits(entry))
  test.each(entries)('%s', async (name, entry) => {
    const dtype = name.split(' ')[0] as 'f32' | 'f64'
    let params = parameters(dtype === 'f32' ? torch.float32 : torch.float64, on.device.type)
    let optimizer = make(entry, params)
    for (const [step, expected] of entry.steps.entries()) {
      setGradients(params, dtype, step)
      if (step === 3) halve(optimizer)
      optimizer.step()
      expect(await on.difference(params, expected)).toBeNull()
      if (step === 3) {
        // Half way a new optimizer over new tensors takes over what was saved.
        const saved = optimizer.state_dict()
        const before = params
        params = before.map((p) => p.detach().clone().requires_grad_())
        optimizer = make(entry, params)
        optimizer.load_state_dict(saved)
        setGradients(before, dtype, 0)
      }
    }
    const { state } = optimizer.state_dict()
    expect(Object.keys(state)).toEqual(Object.keys(entry.state))
    expect(await on.difference(state, entry.state)).toBeNull()
  })
})

interface Steps {
  readonly options: optim.LBFGSOptions
  readonly steps: readonly (readonly [...GoldenTensor[], evaluations: number, iterations: number])[]
  readonly text: string
  readonly keys: readonly string[]
}

onEachCpu('LBFGS', (on) => {
  const { float64 } = torch
  const loss = (x: torch.Tensor, y: torch.Tensor): torch.Tensor => {
    const [a, b] = x.unbind() as [torch.Tensor, torch.Tensor]
    const valley = a
      .rsub(1)
      .pow(2)
      .add(b.sub(a.pow(2)).pow(2).mul(5))
    const bowl = y
      .mul(y)
      .mul(torch.tensor([1, 3], { dtype: float64 }))
      .sum()
    return valley.add(bowl).add(y.sum().sin())
  }
  const start = (): torch.Tensor[] => {
    const y = [
      [1, -0.5],
      [0.25, 2],
    ]
    const idle = torch.ones(2, { dtype: float64, requires_grad: true })
    return [...[[-0.6, 0.4], y].map((x) => torch.tensor(x, { dtype: float64, requires_grad: true })), idle]
  }

  test.each(entriesOf<Steps>(golden, 'lbfgs'))('%s', async (_, { options, steps, text, keys }) => {
    let params = start()
    let optimizer = new optim.LBFGS(params, options)
    for (const [i, [value, x, y, evaluations, iterations]] of steps.entries()) {
      const [first, second] = params as [torch.Tensor, torch.Tensor]
      const found = optimizer.step(() => {
        optimizer.zero_grad()
        const now = loss(first, second)
        now.backward()
        return now
      })
      // How a path goes on from rounding errors is left to it.
      const near = { relative: 1e-7, slack: 100 }
      const text = await on.difference([found, first, second], [value, x, y], near)
      expect(text).toBeNull()
      const state = optimizer.state.get(first)
      expect([state?.['func_evals'], state?.['n_iter']]).toEqual([evaluations, iterations])
      if (i === 0) {
        const saved = optimizer.state_dict()
        params = params.map((p) => p.detach().clone().requires_grad_())
        optimizer = new optim.LBFGS(params, options)
        optimizer.load_state_dict(saved)
      }
    }
    expect(Object.keys(optimizer.state_dict().state[0] ?? {}).sort()).toEqual(keys)
    expect(String(optimizer)).toBe(text)
  })

  test('one group, with a closure', () => {
    const groups = start().map((params) => ({ params }))
    expect(() => new optim.LBFGS(groups)).toThrow("LBFGS doesn't support per-parameter options (parameter groups)")
    expect(() => new optim.LBFGS(start()).step()).toThrow('missing 1 required positional argument')
  })
})

describe('texts', () => {
  test.each(entriesOf<Text>(golden, 'text'))('%s', (_, entry) => {
    const optimizer = make(entry, parameters(torch.float32))
    for (const group of optimizer.param_groups) Object.assign(group, entry.change)
    expect(String(optimizer)).toBe(entry.text)
  })
})

describe('a parameter that is in a group twice', () => {
  test.each(entriesOf<Twice>(golden, 'twice'))('%s', (_, entry) => {
    const params = parameters(torch.float64).slice(0, 2)
    const [first, second] = params as [torch.Tensor, torch.Tensor]
    let optimizer: AnyOptimizer | null = null
    const warned = torch.warnings.catch_warnings(() => {
      optimizer = make(entry, [first, second, first])
    })
    expect(warned).toHaveLength(1)
    const made = optimizer as unknown as AnyOptimizer
    for (const [step, expected] of entry.steps.entries()) {
      setGradients(params, 'f64', step)
      made.step()
      params.forEach((p, i) => {
        const right = fromGolden(expected[i] as GoldenTensor)
        expect(p.sub(right).abs().max().item()).toBeLessThan(1e-12)
      })
    }
    expect(made.state_dict().param_groups[0]?.params).toEqual(entry.params)
    made.load_state_dict(made.state_dict())
  })
})

describe('errors', () => {
  const p = torch.ones(2, { requires_grad: true })
  const params: Readonly<Record<string, unknown>> = {
    tensor: p,
    empty: [],
    'not a leaf': [p.mul(2)],
    twice: [{ params: [p] }, { params: p }],
  }
  test.each(entriesOf<Mistake>(golden, 'mistake'))('%s', (name, entry) => {
    const given = (params[name] ?? parameters(torch.float32)) as torch.Tensor[]
    expect(caught(() => new (maker(entry.optimizer))(given, entry.options))).toEqual(entry.caught)
  })

  test('what is no list of tensors', () => {
    const of = (given: unknown) => () => new optim.SGD(given as torch.Tensor[])
    expect(of(7)).toThrow("'int' object is not iterable")
    expect(of([p, 3])).toThrow('optimizer can only optimize Tensors, but one of the params is int')
    expect(of([{ params: new Set([p]) }])).toThrow('need to be organized in ordered collections')
    expect(() => new optim.SGD([p]).add_param_group({ params: [p] })).toThrow(
      'some parameters appear in more than one parameter group',
    )
  })

  test('options', () => {
    const of = (options: object) => () => new optim.Adam([p], options)
    expect(of({ learning_rate: 1 })).toThrow("Adam.__init__() got an unexpected keyword argument 'learning_rate'")
    expect(of({ lr: Number.NaN })).toThrow('Invalid learning rate: nan')
    expect(of({ lr: '0.1' })).toThrow('Adam: lr must be a number, got str')
    expect(of({ betas: [0.9] })).toThrow('Adam: betas must be two numbers, got (0.9,)')
    expect(of({ differentiable: true })).toThrow('Adam: differentiable=True is not supported')
  })

  test('an option that became unusable stops the step before any parameter has changed', () => {
    const params = parameters(torch.float32)
    const optimizer = new optim.SGD(
      params.map((param) => ({ params: param })),
      { lr: 1 },
    )
    setGradients(params, 'f32', 0)
    const before = params.map(String)
    Object.assign(optimizer.param_groups[2] as object, { lr: '0.1' })
    expect(() => optimizer.step()).toThrow("SGD: the option 'lr' of a param group must be a number, got 0.1")
    expect(params.map(String)).toEqual(before)
  })

  /** A value that no option of that kind can have. */
  const wrong = (value: unknown): unknown[] => {
    if (typeof value === 'number') return ['abc', null, [1], true, torch.tensor(1)]
    if (typeof value === 'boolean') return ['no', 1, null]
    return Array.isArray(value) ? ['abc', null, [1], [1, 2, 3], [1, 'x']] : []
  }
  const names = ['SGD', 'Adam', 'AdamW', 'RMSprop', 'Adagrad', 'Adadelta', 'Adamax', 'NAdam', 'RAdam', 'Rprop', 'ASGD']
  const negative = [
    'lr',
    'eps',
    'weight_decay',
    'momentum',
    'rho',
    'lr_decay',
    'initial_accumulator_value',
    'momentum_decay',
  ]

  test.each([...names, 'LBFGS'])('%s checks every option of a constructor, a group and a saved state alike', (name) => {
    const w = torch.ones(2, { requires_grad: true })
    const optimizer = new (maker(name))([w], { lr: 0.5 })
    w.grad = torch.ones(2)
    if (name !== 'LBFGS') optimizer.step()
    const shown = () => [String(optimizer), ...[...optimizer.state.values()].flatMap(Object.entries)].join()
    const before = shown()
    for (const [option, value] of Object.entries(optimizer.defaults)) {
      const values = [...wrong(value), ...(negative.includes(option) ? [-1, Number.NaN] : [])]
      // AdamW is not asked, and LBFGS works out how often it may evaluate.
      if (option === 'decoupled_weight_decay' || option === 'max_eval') continue
      for (const bad of values) {
        const options = { [option]: bad }
        const says = caught(() => new (maker(name))([w], options))
        expect(says).toMatchObject({ error: expect.stringMatching(/^(Type|Value)Error$/) as unknown })
        const groups = { params: [torch.ones(1, { requires_grad: true })], ...options }
        const [group] = optimizer.state_dict().param_groups
        const saved = { state: {}, param_groups: [{ ...group, params: [0], ...options }] }
        expect(caught(() => optimizer.add_param_group(groups))).toEqual(says)
        expect(caught(() => optimizer.load_state_dict(saved))).toEqual(says)
        expect(shown()).toEqual(before)
      }
    }
  })

  test('a state of other things than tensors and numbers is refused before anything has changed', () => {
    const w = torch.ones(2, { requires_grad: true })
    const optimizer = new optim.SGD([w], { lr: 0.5, momentum: 0.5 })
    w.grad = torch.ones(2)
    optimizer.step()
    const before = [String(optimizer), String(optimizer.state.get(w)?.['momentum_buffer'])]
    const { param_groups } = optimizer.state_dict()
    const load = (state: object, more: object = {}) =>
      optimizer.load_state_dict({ state, param_groups: param_groups.map((group) => ({ ...group, ...more })) } as never)
    expect(() => load({ 0: { momentum_buffer: 'abc' } })).toThrow(
      "load_state_dict: 'momentum_buffer' of parameter 0 must be a tensor, a number or a list of them, got str",
    )
    expect(() => load({}, { note: { of: () => 1 } })).toThrow('a state holds plain values')
    expect([String(optimizer), String(optimizer.state.get(w)?.['momentum_buffer'])]).toEqual(before)
    load({ 0: { momentum_buffer: null } })
    expect(optimizer.state.get(w)).toEqual({})
  })

  test('a state of other groups or shapes is refused before anything has changed', () => {
    const params = parameters(torch.float32)
    const optimizer = new optim.Adam(params, { lr: 0.5 })
    setGradients(params, 'f32', 0)
    optimizer.step()
    const saved = optimizer.state_dict()
    const group = saved.param_groups[0] as (typeof saved.param_groups)[0]
    const of = (state: optim.OptimizerStateDict) => () => optimizer.load_state_dict(state)
    const before = String(optimizer)
    expect(of({ ...saved, param_groups: [group, group] })).toThrow(
      'loaded state dict has a different number of parameter groups',
    )
    expect(of({ ...saved, param_groups: [{ ...group, lr: 3, params: [0] }] })).toThrow(
      "loaded state dict contains a parameter group that doesn't match the size of optimizer's group",
    )
    const state = { ...saved.state, 1: saved.state[0] as optim.ParamState }
    expect(of({ state, param_groups: [{ ...group, lr: 3 }] })).toThrow(
      "'exp_avg' of parameter 1 has shape [3], the parameter has [2, 2]",
    )
    expect(String(optimizer)).toBe(before)
  })
})
