/** An error says from which module of a model it comes. */
import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'
import { describe, expect, test } from 'vitest'

type Tensor = torch.Tensor
const x = torch.ones(2, 3)

/** What `run` throws. */
function thrown(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

/** Throws what it is given. */
class Throwing extends nn.Module {
  readonly #error: () => unknown
  constructor(error: () => unknown) {
    super()
    this.#error = error
  }
  forward(): Tensor {
    throw this.#error()
  }
}

class Block extends nn.Module {
  readonly fc1: nn.Module
  readonly fc2: nn.Module
  constructor(fc2: nn.Module) {
    super()
    this.fc1 = new nn.Linear(3, 3)
    this.fc2 = fc2
  }
  forward(input: Tensor): Tensor {
    return this.fc2(this.fc1(input).relu())
  }
}

const product = 'mat1 and mat2 shapes cannot be multiplied (2x3 and 16x2)'
const wrong = () => new nn.Linear(16, 2)
const text = 'Linear(in_features=16, out_features=2, bias=True)'

describe('the line', () => {
  class List extends nn.Module {
    readonly layers = new nn.ModuleList([new nn.ReLU(), wrong()])
    forward(input: Tensor): Tensor {
      return this.layers.map((layer) => layer).reduce((now, layer) => layer(now), input)
    }
  }
  test.each([
    ['a Sequential', new nn.Sequential(new nn.ReLU(), wrong()), '1'],
    ['a Sequential in one', new nn.Sequential(new nn.Sequential(new nn.Sequential(wrong()))), '0.0.0'],
    ['named modules', new nn.Sequential({ body: new nn.Sequential({ head: wrong() }) }), 'body.head'],
    ['a class', new Block(wrong()), 'fc2'],
    ['a class in a Sequential', new nn.Sequential(new nn.ReLU(), new Block(wrong())), '1.fc2'],
    ['a Sequential in a class', new Block(new nn.Sequential(wrong())), 'fc2.0'],
    ['a list, which is not called', new nn.Sequential(new List()), '0.layers.1'],
  ])('%s', (_, model, path) => {
    const error = thrown(() => model(x)) as Error
    expect(error).toBeInstanceOf(torch.RuntimeError)
    expect(error.message).toBe(`${product}\n  in ${path}: ${text}`)
    expect(error.stack).toContain(`Error: ${product}\n  in ${path}: ${text}\n    at `)
  })

  test('a module that is called alone needs none', () => {
    expect((thrown(() => wrong()(x)) as Error).message).toBe(product)
    const lone = thrown(() => new Throwing(() => new Error('mine'))(x)) as Error
    expect(lone.message).toBe('mine')
  })

  test('an error of the own forward of a container names only its class', () => {
    class Outer extends nn.Module {
      readonly inner = new nn.Linear(3, 3)
      forward(input: Tensor): Tensor {
        return this.inner(input).view(5)
      }
    }
    const error = thrown(() => new nn.Sequential(new Outer())(x)) as Error
    expect(error.message).toBe("shape '[5]' is invalid for input of size 6\n  in 0: Outer")
  })

  test('what runs in a hook is in its module', () => {
    const model = new nn.Sequential(new nn.ReLU(), new nn.Sequential(new nn.Tanh()))
    const fail = () => {
      throw new RangeError('of a hook')
    }
    const inner = model.get_submodule('1.0')
    for (const register of ['register_forward_hook', 'register_forward_pre_hook'] as const) {
      const handle = inner[register](fail)
      const error = thrown(() => model(x)) as Error
      handle.remove()
      expect(error).toBeInstanceOf(RangeError)
      expect(error.message).toBe('of a hook\n  in 1.0: Tanh()')
    }
  })

  test('a shared module has the path by which it was called', () => {
    class Pick extends nn.Module {
      readonly a: Block
      readonly b: Block
      constructor(shared: nn.Module) {
        super()
        this.a = new Block(shared)
        this.b = new Block(shared)
      }
      forward(input: Tensor): Tensor {
        return this.b(input)
      }
    }
    expect((thrown(() => new Pick(wrong())(x)) as Error).message).toContain('\n  in b.fc2: Linear')
  })

  test('a module that is no field of a name is called by its class', () => {
    class Private extends nn.Module {
      readonly #body = new Block(wrong())
      forward(input: Tensor): Tensor {
        return this.#body(input)
      }
    }
    class Made extends nn.Module {
      forward(input: Tensor): Tensor {
        return wrong()(input)
      }
    }
    const message = (model: nn.Module) => (thrown(() => model(x)) as Error).message
    expect(message(new nn.Sequential(new Private()))).toBe(`${product}\n  in 0.(Block).fc2: ${text}`)
    expect(message(new nn.Sequential(new Made()))).toBe(`${product}\n  in 0.(Linear): ${text}`)
  })

  test('a module that calls itself, and one that knows its parent', () => {
    class Tree extends nn.Module<[input: Tensor, depth?: number]> {
      readonly leaf = wrong()
      forward(input: Tensor, depth = 3): Tensor {
        return depth === 0 ? this.leaf(input) : this(input, depth - 1)
      }
    }
    class Child extends nn.Module {
      parent: nn.Module | null = null
      readonly leaf = wrong()
      forward(input: Tensor): Tensor {
        return this.leaf(input)
      }
    }
    const child = new Child()
    const parent = new nn.Sequential(new nn.ReLU(), child)
    child.parent = parent
    expect((thrown(() => new nn.Sequential(new Tree())(x)) as Error).message).toBe(`${product}\n  in 0.leaf: ${text}`)
    expect((thrown(() => parent(x)) as Error).message).toBe(`${product}\n  in 1.leaf: ${text}`)
  })
})

describe('errors of users', () => {
  const model = (error: () => unknown) => new nn.Sequential(new nn.ReLU(), new Block(new Throwing(error)))
  const line = 'in 1.fc2: Throwing()'

  test('keep their class, their fields and their identity', () => {
    class Own extends TypeError {
      readonly code = 7
    }
    const given = new Own('own')
    const error = thrown(() => model(() => given)(x))
    expect(error).toBe(given)
    expect(error).toMatchObject({ code: 7, message: `own\n  ${line}` })
    expect(Object.keys(error as Own)).toEqual(['code'])
  })

  test.each([
    ['without a message', () => new Error(), line, `Error: ${line}\n    at`],
    ['whose message is the name', () => new Error('Error'), `Error\n  ${line}`, `Error: Error\n  ${line}\n    at`],
    ['with $& in it', () => new Error('$& $1'), `$& $1\n  ${line}`, `Error: $& $1\n  ${line}\n    at`],
    ['of two lines', () => new Error('a\nb'), `a\nb\n  ${line}`, `Error: a\nb\n  ${line}\n    at`],
  ])('%s', (_, make, message, header) => {
    const error = thrown(() => model(make)(x)) as Error
    expect(error.message).toBe(message)
    expect(error.stack).toContain(header)
    expect(error.stack?.split(line)).toHaveLength(2)
  })

  test('thrown once more say it once more, not twice', () => {
    const kept = new Error('kept')
    const here = model(() => kept)
    for (const [run, at] of [
      [here, `\n  ${line}`],
      [here, `\n  ${line}`],
      [here[1], '\n  in fc2: Throwing()'],
      [here.get_submodule('1.fc2') as nn.Module, ''],
      [here, `\n  ${line}`],
    ] as const) {
      expect((thrown(() => run?.(x)) as Error).message).toBe(`kept${at}`)
    }
  })

  test('caught and thrown on with more words', () => {
    class Words extends nn.Module {
      readonly inner = model(() => new Error('inner'))
      forward(input: Tensor): Tensor {
        try {
          return this.inner(input)
        } catch (error) {
          if (error instanceof Error) error.message = `while mapping: ${error.message}`
          throw error
        }
      }
    }
    class Wrapped extends nn.Module {
      readonly inner = model(() => new Error('inner'))
      forward(input: Tensor): Tensor {
        try {
          return this.inner(input)
        } catch (cause) {
          throw new Error('wrapped', { cause })
        }
      }
    }
    const message = (run: nn.Module) => (thrown(() => run(x)) as Error).message
    expect(message(new Words())).toBe('while mapping: inner\n  in inner.1.fc2: Throwing()')
    expect(message(new Wrapped())).toBe('wrapped')
    expect(message(new nn.Sequential(new Wrapped()))).toBe('wrapped\n  in 0: Wrapped')
  })

  test.each([
    ['a text', 'text'],
    ['undefined', undefined],
    ['null', null],
    ['an object', { message: 'm' }],
    ['a frozen error', Object.freeze(new Error('frozen'))],
    ['an error whose message cannot be set', new DOMException('dom', 'AbortError')],
    [
      'an error that is a hostile proxy',
      new Proxy(new Error('p'), {
        set: () => {
          throw new Error('set')
        },
      }),
    ],
  ])('%s is thrown as it is', (_, value) => {
    const said = () => (value instanceof Error ? [value.message, value.stack] : [])
    const before = said()
    const error = thrown(() => model(() => value)(x))
    expect(Object.is(error, value)).toBe(true)
    expect(said()).toEqual(before)
  })

  test('of a module whose text fails, the first error is thrown', () => {
    class Silent extends Throwing {
      override extra_repr(): string {
        throw new Error('no text')
      }
    }
    const error = thrown(() => new nn.Sequential(new Silent(() => new Error('first')))(x)) as Error
    expect(error.message).toBe('first')
  })
})
