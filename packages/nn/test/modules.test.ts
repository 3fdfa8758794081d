/** What TypeScript's users see of modules and PyTorch's do not: fields, indices, options by position. */
import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'
import { describe, expect, test } from 'vitest'

const names = (module: nn.AnyModule): string[] => module.named_modules().map(([name]) => name)

describe('fields', () => {
  class Scaled extends nn.Module {
    factor = new nn.Parameter(torch.ones(2))
    plain = torch.zeros(2)
    nothing: nn.Parameter | null = null
    forward(x: torch.Tensor) {
      return x.mul(this.factor)
    }
  }

  test('only parameters, buffers and modules belong to the state', () => {
    const module = new Scaled()
    module.register_buffer('late', torch.ones(1))
    module.register_buffer('passing', torch.ones(1), { persistent: false })
    module.register_parameter('nothing', new nn.Parameter(torch.zeros(1)))
    module.add_module('inner', new nn.Linear(1, 1, false))
    expect(Object.keys(module.state_dict())).toEqual(['factor', 'nothing', 'late', 'inner.weight'])
    expect(module.buffers()).toHaveLength(2)
    expect(Object.keys(module.state_dict({ prefix: 'm.' }))[0]).toBe('m.factor')
  })

  test('the state shares the memory of the module, without its history', () => {
    const module = new Scaled()
    const { factor } = module.state_dict()
    torch.no_grad(() => module.factor.fill_(3))
    expect(factor?.tolist()).toEqual([3, 3])
    expect(factor?.requires_grad).toBe(false)
    expect(module.state_dict({ keep_vars: true })['factor']).toBe(module.factor)
  })

  test('a parameter shares the memory it was made of, and no history', () => {
    const source = torch.ones(2, { requires_grad: true }).mul(2)
    const parameter = new nn.Parameter(source)
    expect(parameter.is_leaf).toBe(true)
    expect(parameter.requires_grad).toBe(true)
    expect(parameter).toBeInstanceOf(torch.Tensor)
    torch.no_grad(() => parameter.fill_(5))
    expect(source.tolist()).toEqual([5, 5])
  })
})

describe('containers', () => {
  test('Sequential by index, from the back, appended, iterated', () => {
    const model = new nn.Sequential(new nn.Linear(2, 2), new nn.ReLU())
    expect(model.append(new nn.Tanh()).extend([new nn.Sigmoid()]).length).toBe(4)
    expect(model[1]).toBeInstanceOf(nn.ReLU)
    expect(model.at(-1)).toBeInstanceOf(nn.Sigmoid)
    expect(model[4]).toBeUndefined()
    expect([...model]).toHaveLength(4)
    expect(() => model.at(-5)).toThrow('index -5 is out of range')
  })

  test('ModuleList is numbered anew where something comes in or goes out', () => {
    const list = new nn.ModuleList<nn.Module>([new nn.ReLU(), new nn.Tanh()])
    list.insert(1, new nn.Linear(1, 1))
    expect(names(list)).toEqual(['', '0', '1', '2'])
    expect(list[1]).toBeInstanceOf(nn.Linear)
    expect(list.pop(0)).toBeInstanceOf(nn.ReLU)
    expect(Object.keys(list.state_dict())).toEqual(['0.weight', '0.bias'])
    expect(list.map((module) => String(module))[1]).toBe('Tanh()')
    list[1] = new nn.ReLU()
    expect(list.at(-1)).toBeInstanceOf(nn.ReLU)
  })

  test('ModuleDict by name', () => {
    const dict = new nn.ModuleDict<nn.Module>({ a: new nn.ReLU() }).set('b', new nn.Linear(1, 1))
    expect([...dict]).toEqual(['a', 'b'])
    expect(dict.get('a')).toBeInstanceOf(nn.ReLU)
    expect(dict.pop('a')).toBeInstanceOf(nn.ReLU)
    expect(dict.has('a')).toBe(false)
    expect(() => dict.get('a')).toThrow(new torch.KeyError('a (ModuleDict has b)'))
  })

  test('ParameterList takes tensors', () => {
    const list = new nn.ParameterList([torch.zeros(2)]).append(new nn.Parameter(torch.ones(1)))
    expect(list.length).toBe(2)
    expect(list[0]).toBeInstanceOf(nn.Parameter)
    expect(list.parameters()).toHaveLength(2)
  })
})

describe('options of layers', () => {
  test('by position, by name, or both', () => {
    expect(new nn.LeakyReLU(0.2).negative_slope).toBe(0.2)
    expect(new nn.LeakyReLU({ negative_slope: 0.2 }).negative_slope).toBe(0.2)
    expect(String(new nn.LeakyReLU(0.2, { inplace: true }))).toBe('LeakyReLU(negative_slope=0.2, inplace=True)')
    expect(() => Reflect.construct(nn.LeakyReLU, [{ slope: 1 }])).toThrow(
      "LeakyReLU.__init__() got an unexpected keyword argument 'slope'\nIt takes negative_slope, inplace.",
    )
    expect(() => new nn.GELU('none', 'none')).toThrow(
      'GELU.__init__() takes from 1 to 2 positional arguments but 3 were given',
    )
  })

  test('a weight of classes, by position, is a buffer of the loss', () => {
    const loss = new nn.CrossEntropyLoss(torch.ones(3))
    expect(Object.keys(loss.state_dict())).toEqual(['weight'])
    expect(loss.ignore_index).toBe(-100)
  })

  test('a layer of three lines', () => {
    class Swish extends nn.layer({ beta: 1 }, ({ beta }, x: torch.Tensor) => x.mul(x.mul(beta).sigmoid())) {}
    const x = torch.tensor([1, -2])
    expect(new Swish()(x).allclose(x.silu())).toBe(true)
    expect(new Swish(2).beta).toBe(2)
    expect(String(new Swish())).toBe('Swish()')
  })
})

describe('hooks', () => {
  test('before the gradients of inputs, those of outputs can be replaced; the first may be put before the others', () => {
    const layer = new nn.Linear(2, 1)
    const order: string[] = []
    layer.register_forward_hook(() => void order.push('second'))
    layer.register_forward_hook(() => void order.push('first'), { prepend: true })
    layer.register_full_backward_pre_hook((_, [g]) => [(g as torch.Tensor).mul(3)])
    const x = torch.ones(1, 2, { requires_grad: true })
    layer(x).sum().backward()
    expect(order).toEqual(['first', 'second'])
    expect(layer.weight.grad?.tolist()).toEqual([[3, 3]])
    expect(x.grad?.tolist()).toEqual(layer.weight.mul(3).tolist())
  })

  test('a module whose hooks were all taken off is as it was', () => {
    const layer = new nn.Linear(2, 1)
    const handles = [layer.register_forward_hook(() => null), layer.register_forward_pre_hook(() => undefined)]
    const [x, keys] = [torch.ones(1, 2), Object.keys(layer)]
    for (const handle of handles) handle.remove()
    expect(Reflect.ownKeys(layer)).toEqual(keys)
    expect(layer(x).equal(layer.forward(x))).toBe(true)
    const forward = (x: torch.Tensor) => x.add(1)
    const shifted = Object.assign(new nn.Identity(), { forward })
    const handle = shifted.register_forward_hook((_, __, out) => (out as torch.Tensor).mul(2))
    expect(shifted(torch.ones(1)).tolist()).toEqual([4])
    handle.remove()
    expect(Reflect.get(shifted, 'forward')).toBe(forward)
  })

  test('what a hook keeps is not freed in a Sequential', () => {
    const kept: unknown[] = []
    const tanh = new nn.Tanh()
    tanh.register_forward_hook((_, args) => void kept.push(args[0]))
    const model = new nn.Sequential(new nn.Linear(2, 2), tanh, new nn.Linear(2, 2))
    torch.no_grad(() => model(torch.ones(1, 2)))
    expect((kept[0] as torch.Tensor).tolist()).toHaveLength(1)
  })
})

test('layers of an encoder are copies, which learn apart', () => {
  const layer = new nn.TransformerEncoderLayer(4, 2, 8)
  const encoder = new nn.TransformerEncoder(layer, 2)
  expect(encoder.parameters()).toHaveLength(2 * layer.parameters().length)
  torch.no_grad(() => encoder.layers.at(0).get_parameter('linear1.weight').fill_(0))
  expect(layer.linear1.weight.abs().sum().item()).toBeGreaterThan(0)
  expect(encoder.layers.at(1).get_parameter('linear1.weight').tolist()).toEqual(layer.linear1.weight.tolist())
})
