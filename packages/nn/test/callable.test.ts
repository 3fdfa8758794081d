/** Modules are functions: what calling one does, what a class may declare, and what TypeScript knows of it. */
import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'
import { describe, expect, expectTypeOf, test, vi } from 'vitest'

type Tensor = torch.Tensor
const x = torch.tensor([1, 2])

class Twice extends nn.Module {
  forward(input: Tensor): Tensor {
    return input.mul(2)
  }
}

describe('calling', () => {
  test('is forward, and a loss takes two', () => {
    expect(new Twice()(x).tolist()).toEqual([2, 4])
    expect(new nn.MSELoss()(x, torch.zeros(2)).item()).toBe(2.5)
    expect([x, x.neg()].map(new nn.Identity())).toHaveLength(2)
  })

  test('runs the hooks, and forward does not; each runs once where forward calls that of its parent', () => {
    class Thrice extends Twice {
      override forward(input: Tensor): Tensor {
        return super.forward(input).add(input)
      }
    }
    const module = new Thrice()
    const seen: string[] = []
    module.register_forward_pre_hook(() => void seen.push('before'))
    module.register_forward_hook(() => void seen.push('after'))
    expect(module.forward(x).tolist()).toEqual([3, 6])
    expect(seen).toEqual([])
    expect(module(x).tolist()).toEqual([3, 6])
    expect(seen).toEqual(['before', 'after'])
  })

  test('a handle that has been used takes off no newer hooks', () => {
    const module = new Twice()
    const first = module.register_forward_hook(() => null)
    first.remove()
    module.register_forward_hook((_, __, output) => (output as Tensor).add(1))
    first.remove()
    expect(module(x).tolist()).toEqual([3, 5])
  })

  test('finds a forward that was put on one object', () => {
    const module = Object.assign(new Twice(), { forward: (input: Tensor) => input.neg() })
    expect(module(x).tolist()).toEqual([-1, -2])
  })

  test('is what call, apply with two arguments, and spies do', () => {
    const module = new Twice()
    const call: (self: unknown, input: Tensor) => Tensor = module.call.bind(module) as never
    expect(call(null, x).tolist()).toEqual([2, 4])
    expect((module.apply(undefined, [x]) as Tensor).tolist()).toEqual([2, 4])
    expect(Reflect.apply<unknown, readonly Tensor[], Tensor>(module, null, [x]).tolist()).toEqual([2, 4])
    expect(vi.fn(module)(x).tolist()).toEqual([2, 4])
  })

  test('apply with one argument visits every module', () => {
    const names: string[] = []
    const model = new nn.Sequential(new Twice(), new nn.Sequential(new nn.ReLU()))
    expect(model.apply((module) => void names.push(module._get_name()))).toBe(model)
    expect(names).toEqual(['Twice', 'ReLU', 'Sequential', 'Sequential'])
  })

  test('a class without a forward', () => {
    class List extends nn.ModuleList {}
    const Bare = class Bare extends (nn.Module as unknown as new () => Twice) {}
    const missing = (name: string) => `Module [${name}] is missing the required "forward" function`
    expect(() => (new List() as unknown as Twice)(x)).toThrow(missing('List'))
    expect(() => new Bare()(x)).toThrow(torch.NotImplementedError)
    expect(() => new Bare()(x)).toThrow(missing('Bare'))
  })

  test('a module activates a transformer layer, and measures a triplet loss', () => {
    const given = (activation: 'gelu' | nn.GELU) => {
      torch.manual_seed(0)
      return new nn.TransformerEncoderLayer(4, 2, 8, { activation, dropout: 0 })(torch.ones(2, 1, 4))
    }
    expect(given(new nn.GELU()).tolist()).toEqual(given('gelu').tolist())
    const [far, loss] = [torch.ones(1, 2), new nn.TripletMarginWithDistanceLoss({ distance_function: new Apart() })]
    expect(loss(far, far, far.mul(3)).item()).toBe(0)
  })
})

class Apart extends nn.Module<[Tensor, Tensor]> {
  forward(a: Tensor, b: Tensor): Tensor {
    return a.sub(b).abs().sum(1)
  }
}

describe('what a class may declare', () => {
  class Odd extends Twice {
    override readonly name = 'odd'
    override readonly bind = 1 as never
    override readonly call = 2 as never
    override readonly caller = 3
    override readonly arguments = 4
    override readonly prototype = 5
    readonly #factor = new nn.Parameter(torch.ones(1))
    static readonly made = new Odd()
    override get length(): number {
      return this.#hidden()
    }
    #hidden(): number {
      return this.#factor.numel() + 6
    }
    static has(value: object): boolean {
      return #factor in value
    }
  }

  test('fields and getters of the names that functions have, private ones, static ones', () => {
    const odd = new Odd()
    const { name, bind, call, caller, prototype, length } = odd
    expect([name, bind, call, caller, odd.arguments, prototype, length]).toEqual(['odd', 1, 2, 3, 4, 5, 7])
    expect(Object.keys(odd)).toEqual(['training', 'name', 'bind', 'call', 'caller', 'arguments', 'prototype'])
    expect(Odd.has(odd)).toBe(true)
    expect(odd(x).tolist()).toEqual([2, 4])
    expect(odd.parameters()).toEqual([])
  })

  test('a getter of the name, and its assignment in a constructor', () => {
    class Named extends Twice {
      override get name(): string {
        return 'a getter'
      }
    }
    expect(new Named().name).toBe('a getter')
    const module = new Twice()
    for (const name of ['name', 'length', 'caller', 'arguments', 'prototype', 'bind', 'call', 'apply']) {
      expect(Reflect.set(module, name, name)).toBe(true)
      expect(Reflect.get(module, name)).toBe(name)
    }
  })

  test('submodules under those names', () => {
    const dict = new nn.ModuleDict()
    for (const name of ['name', 'arguments', 'caller', 'prototype', 'bind']) dict.set(name, new nn.ReLU())
    expect(dict.keys()).toEqual(['name', 'arguments', 'caller', 'prototype', 'bind'])
    expect(() => dict.set('call', new nn.ReLU())).toThrow("attribute 'call' already exists")
  })

  test('it is an instance of its class, and of no function', () => {
    const module = new Twice()
    expect(module).toBeInstanceOf(nn.Module)
    expect(module).not.toBeInstanceOf(Function)
    expect(module.constructor).toBe(Twice)
    expect(String(module)).toBe('Twice()')
    expect(() => Reflect.construct(module as never, [])).toThrow(TypeError)
    expect(() => module.register_parameter('p', module as never)).toThrow(
      "cannot assign 'Twice' object to parameter 'p' (torch.nn.Parameter or None required)",
    )
  })
})

describe('made in torch.enclosed', () => {
  test('a module lives on with what is in it', () => {
    class Loop extends nn.Module {
      readonly inner = [new nn.Linear(2, 1)]
      readonly self: nn.Module = this
      forward(input: Tensor): Tensor {
        return this.inner[0]?.(input) ?? input
      }
    }
    const [layer, { made }] = torch.enclosed(() => [new nn.Linear(2, 3), { made: new Loop() }] as const)
    expect(layer(x).shape).toEqual([3])
    expect(layer.weight.tolist()).toHaveLength(3)
    expect(made(x).tolist()).toHaveLength(1)
  })
})

describe('copies', () => {
  test('have memory, buffers and settings of their own, and are called', () => {
    const model = new nn.Sequential(new nn.Linear(2, 2), new nn.BatchNorm1d(2)).eval()
    const copy = nn.copyModule(model)
    expect(String(copy)).toBe(String(model))
    expect(copy(torch.ones(1, 2)).tolist()).toEqual(model(torch.ones(1, 2)).tolist())
    torch.no_grad(() => copy.parameters()[0]?.fill_(7))
    expect(Object.keys(copy.state_dict())).toEqual(Object.keys(model.state_dict()))
    expect(model.parameters()[0]?.tolist()).not.toEqual(copy.parameters()[0]?.tolist())
    expect(copy[1]?.training).toBe(false)
  })
})

describe('types', () => {
  test('what forward takes and gives, calling does', () => {
    class Pair extends nn.Module<[a: Tensor, b?: number], readonly [Tensor, Tensor]> {
      forward(a: Tensor, b = 1) {
        return [a, a.mul(b)] as const
      }
    }
    expectTypeOf(new Pair()(x)).toEqualTypeOf<readonly [Tensor, Tensor]>()
    expectTypeOf(new Pair()(x, 2)[1]).toEqualTypeOf<Tensor>()
    expectTypeOf(new nn.LSTM(1, 2)(torch.ones(1, 1))).toEqualTypeOf<[Tensor, [Tensor, Tensor]]>()
    const asFunction: (input: Tensor) => Tensor = new nn.Linear(2, 2)
    expect(asFunction(x).shape).toEqual([2])
  })

  test('generic code, wrappers, and this', () => {
    const run = <M extends nn.Module>(module: M): [M, Tensor] => [module, module(x)]
    class Residual<A extends readonly unknown[]> extends nn.Module<A> {
      readonly inner: nn.Module<A>
      constructor(inner: nn.Module<A>) {
        super()
        this.inner = inner
      }
      forward(...args: A): Tensor {
        return this.inner(...args).add(1)
      }
      again(...args: A): Tensor {
        return this(...args)
      }
    }
    expectTypeOf(run(new Twice())).toEqualTypeOf<[Twice, Tensor]>()
    expect(new Residual(new Residual(new Apart())).again(torch.ones(1, 2), torch.ones(1, 2)).tolist()).toEqual([2])
  })

  test('an overloaded forward says so in an interface', () => {
    interface Over {
      (input: Tensor): Tensor
      (input: Tensor, both: true): [Tensor, Tensor]
    }
    class Over extends nn.Module<[input: Tensor, both?: true], Tensor | [Tensor, Tensor]> {
      forward(input: Tensor, both?: true): Tensor | [Tensor, Tensor] {
        return both === true ? [input, input] : input
      }
    }
    expectTypeOf(new Over()(x)).toEqualTypeOf<Tensor>()
    expectTypeOf(new Over()(x, true)).toEqualTypeOf<[Tensor, Tensor]>()
    expect(new Over()(x, true)).toHaveLength(2)
  })

  test('wrong calls do not compile', () => {
    const wrong = [
      // @ts-expect-error -- a number is no tensor
      () => new Twice()(1),
      // @ts-expect-error -- it takes one
      () => new Twice()(),
      // @ts-expect-error -- it takes one
      () => new Twice()(x, x),
      // @ts-expect-error -- a loss takes a target
      () => new nn.MSELoss()(x),
      // @ts-expect-error -- a list is not called
      () => new nn.ModuleList([new Twice()])(x),
      // @ts-expect-error -- what it takes is not known
      (module: nn.AnyModule) => module(x),
    ]
    expect(wrong).toHaveLength(6)
  })
})
