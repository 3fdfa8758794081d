/** What may be assigned to the field of a parameter or a buffer, and what a state may lack. */
import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'
import { describe, expect, test } from 'vitest'

const refused = (name: string, what = 'torch.FloatTensor'): string =>
  `cannot assign '${what}' as parameter '${name}' (torch.nn.Parameter or None expected)`

/** Layers with parameters, and those that they could have. */
const layers: [string, nn.AnyModule, readonly string[]][] = (
  [
    [new nn.Linear(2, 3), []],
    [new nn.Linear(2, 3, false), ['bias']],
    [new nn.Bilinear(2, 2, 3), []],
    [new nn.Conv1d(1, 2, 3), []],
    [new nn.Conv2d(1, 2, 3, { bias: false }), ['bias']],
    [new nn.ConvTranspose1d(1, 2, 3), []],
    [new nn.ConvTranspose2d(1, 2, 3), []],
    [new nn.BatchNorm1d(2), []],
    [new nn.BatchNorm2d(2, { affine: false }), ['weight', 'bias']],
    [new nn.InstanceNorm1d(2, { affine: true }), []],
    [new nn.GroupNorm(1, 2), []],
    [new nn.LayerNorm(2), []],
    [new nn.Embedding(2, 3), []],
    [new nn.EmbeddingBag(2, 3), []],
    [new nn.PReLU(), []],
    [new nn.RNN(2, 3), []],
    [new nn.LSTM(2, 3, { bidirectional: true }), []],
    [new nn.GRUCell(2, 3, false), ['bias_ih', 'bias_hh']],
    [new nn.MultiheadAttention(4, 2), ['q_proj_weight', 'bias_k', 'bias_v']],
    [new nn.ParameterList([torch.ones(1)]), []],
    [new nn.ParameterDict({ a: torch.ones(1) }), []],
    [nn.copyModule(new nn.Linear(2, 3, false)), ['bias']],
  ] as const
).map(([layer, none]) => [String(layer).split('\n')[0] as string, layer, none])

describe('a parameter', () => {
  test.each(layers)('%s', (_, layer, none) => {
    const given = Object.keys(layer).filter((name) => Reflect.get(layer, name) instanceof nn.Parameter)
    expect(given.length + none.length).toBeGreaterThan(0)
    for (const name of [...given, ...none]) {
      const before: unknown = Reflect.get(layer, name)
      for (const [value, what] of [
        [torch.ones(1), undefined],
        [torch.ones(1, { dtype: torch.float64 }), 'torch.DoubleTensor'],
        [new nn.ReLU(), 'ReLU'],
        [() => 1, 'function'],
      ] as const) {
        expect(() => Reflect.set(layer, name, value)).toThrow(TypeError)
        expect(() => Reflect.set(layer, name, value)).toThrow(refused(name, what))
      }
      expect(Reflect.get(layer, name)).toBe(before)
      const parameter = new nn.Parameter(torch.ones(1))
      expect(Reflect.set(layer, name, parameter)).toBe(true)
      expect(layer.get_parameter(name)).toBe(parameter)
      expect(Object.keys(layer.state_dict())).toContain(name)
      expect(Reflect.set(layer, name, null)).toBe(true)
      expect(Object.keys(layer.state_dict())).not.toContain(name)
      expect(() => Reflect.set(layer, name, torch.ones(1))).toThrow(refused(name))
      Reflect.set(layer, name, before)
    }
  })

  class Net extends nn.Module {
    weight: torch.Tensor | null = new nn.Parameter(torch.ones(1))
    readonly plain: torch.Tensor | null = null
    forward(x: torch.Tensor): torch.Tensor {
      return x
    }
  }
  test.each([
    ['parameters', (net: Net) => net.parameters()],
    ['state_dict', (net: Net) => net.state_dict()],
    ['zero_grad', (net: Net) => net.zero_grad()],
    ['to', (net: Net) => net.to('cpu')],
    ['within another', (net: Net) => new nn.Sequential(net).parameters()],
    ['register_parameter', (net: Net) => net.register_parameter('weight', null)],
  ])('of a class of the user is known from %s on', (_, look) => {
    const net = new Net()
    look(net)
    expect(() => {
      net.weight = torch.ones(1)
    }).toThrow(refused('weight'))
    expect(Object.keys(net)).toEqual(['training', 'weight', 'plain'])
    Object.assign(net, { plain: torch.ones(1) })
  })

  test('that was taken away leaves a field like any other', () => {
    const net = new Net()
    net.parameters()
    Reflect.deleteProperty(net, 'weight')
    net.weight = torch.ones(1)
    expect(net.parameters()).toEqual([])
    net.register_parameter('weight', new nn.Parameter(torch.ones(1)))
    expect(net.parameters()).toHaveLength(1)
    expect(() => Object.assign(net, { weight: torch.ones(1) })).toThrow(refused('weight'))
  })
})

describe('a buffer', () => {
  test('that is a plain tensor from now on stays one', () => {
    const norm = new nn.BatchNorm1d(2)
    Object.assign(norm, { running_mean: torch.ones(2) })
    expect(norm.state_dict()['running_mean']?.tolist()).toEqual([1, 1])
    class Net extends nn.Module {
      kept: torch.Tensor = new nn.Buffer(torch.zeros(1))
      passing: torch.Tensor = new nn.Buffer(torch.zeros(1), { persistent: false })
      forward(x: torch.Tensor): torch.Tensor {
        return x
      }
    }
    const net = new Net()
    expect(net.buffers()).toHaveLength(2)
    net.kept = torch.ones(1)
    net.passing = torch.ones(1)
    expect(net.buffers()).toHaveLength(2)
    expect(Object.keys(net.state_dict())).toEqual(['kept'])
  })
})

describe('a state of before num_batches_tracked', () => {
  test.each([
    ['BatchNorm1d', () => new nn.BatchNorm1d(2)],
    ['BatchNorm2d', () => new nn.BatchNorm2d(2)],
    ['BatchNorm3d', () => new nn.BatchNorm3d(2)],
    ['InstanceNorm2d', () => new nn.InstanceNorm2d(2, { track_running_stats: true })],
    ['within a model', () => new nn.Sequential(new nn.Sequential(new nn.BatchNorm1d(2)))],
  ])('%s', (_, make) => {
    const model = make()
    const old = Object.entries(model.state_dict()).filter(([key]) => !key.endsWith('num_batches_tracked'))
    for (const [key, tensor] of model.named_buffers()) tensor.fill_(key.endsWith('num_batches_tracked') ? 5 : 3)
    const state = Object.fromEntries(old.map(([key, tensor]) => [key, tensor.clone().fill_(7)]))
    expect(String(model.load_state_dict(state))).toBe('<All keys matched successfully>')
    const counts = model
      .named_buffers()
      .map(([key, tensor]) => [key.endsWith('num_batches_tracked'), tensor.max().item()])
    expect(counts).toEqual([
      [false, 7],
      [false, 7],
      [true, 5],
    ])
    const [first = ''] = Object.keys(state).filter((key) => key.endsWith('running_var'))
    Reflect.deleteProperty(state, first)
    expect(() => model.load_state_dict(state)).toThrow(`Missing key(s) in state_dict: "${first}"`)
  })
})
