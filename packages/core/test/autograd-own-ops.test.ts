/** Ops that users make: by a formula, as a reduction, as an update in place, and as a custom function. */
import { expect, it } from 'vitest'
import * as torch from '../src/index.ts'
import { layouts, onEachDevice, type Tensor } from './harness.ts'

declare module '../src/tensor/tensor.ts' {
  interface Tensor {
    swish: () => Tensor
    swish_: () => Tensor
    blend: (other: torch.TensorLike, options?: { readonly share?: number } | number) => Tensor
  }
}

const swish = torch.elementwise('swish', ['x'], { forward: 'x / (1 + exp(-x))', method: true })
const blend = torch.elementwise('blend', ['x', 'other'], {
  forward: 'share * x * x + (1 - share) * other',
  parameters: { share: 0.5 },
  method: true,
})
const straight = torch.elementwise('straight', ['x'], { forward: 'round(x)', gradient: { x: 'g' } })
const pick = torch.elementwise('pick', ['choice', 'x', 'y'], { forward: 'choice ? x : y * y', masks: ['choice'] })
const isNear = torch.elementwise('is_near', ['x', 'y'], {
  forward: 'abs(x - y) < tolerance',
  parameters: { tolerance: 0.1 },
  result: 'bool',
})

onEachDevice('an op of one formula', (on) => {
  it.each(['add', 'item', 'copy', 'shape', 'grad', 'T', 'toString', 'constructor', 'storage', 'requires_grad'])(
    'does not replace the member of tensors that %s would',
    (name) => {
      const member = (): object => ({ ...Object.getOwnPropertyDescriptor(torch.Tensor.prototype, name) })
      const before = member()
      expect(() => torch.elementwise(name, ['x'], { forward: 'x + 1', method: true })).toThrow(
        `elementwise: '${name}' cannot be a method, as tensors have a member '${name === 'copy' ? 'copy_' : name}' already`,
      )
      expect(member()).toEqual(before)
    },
  )

  it('may be defined anew, as by a module that is loaded anew', () => {
    const again = torch.elementwise('swish', ['x'], { forward: 'x / (1 + exp(-x))', method: true })
    expect(again.name).toBe('swish')
  })

  it('computes, broadcasts, and is a method', async () => {
    const x = on.of([
      [1, 2],
      [-3, 0],
    ])
    const expected = [1, 2, -3, 0].map((v) => v / (1 + Math.exp(-v)))
    await on.near(swish(x), expected, [2, 2], 4)
    await on.near(x.swish(), expected, [2, 2], 4)
    expect(x.swish_()).toBe(x)
    await on.near(x, expected, [2, 2], 4)
    await on.near(blend(on.of([[1], [2]]), on.of([10, 20])), [5.5, 10.5, 7, 12], [2, 2])
    for (const lay of Object.values(layouts)) await on.near(lay(on.of([[1, 2, 3]])).blend(4), [2.5, 4, 6.5], [1, 3])
  })

  it('takes parameters by position and by name, and refuses what it does not have', async () => {
    const [x, y] = [on.of([3]), on.of([5])]
    await on.near(x.blend(y, 1), [9], [1])
    await on.near(x.blend(y, { share: 0 }), [5], [1])
    await on.near(blend(x, y, { share: 0.25 }), [6], [1])
    expect(() => blend(x, y, { shares: 1 } as object)).toThrow("unexpected keyword argument 'shares'\nIt takes share.")
    expect(() => blend(x, y, 1, 2)).toThrow('blend() takes 3 positional arguments but 4 were given')
    expect(() => swish('3' as never)).toThrow("swish(): argument 'input' (position 1) must be Tensor, not str")
    expect(() => swish(3)).toThrow("swish(): argument 'input' (position 1) must be Tensor, not int")
  })

  it('differentiates to the third order', async () => {
    const f = (x: number): number => x / (1 + Math.exp(-x))
    let y = swish(on.leaf(0.7))
    const x = on.leaf(0.7)
    y = swish(x)
    const h = 1e-3
    const third = (f(0.7 + 2 * h) - 2 * f(0.7 + h) + 2 * f(0.7 - h) - f(0.7 - 2 * h)) / (2 * h ** 3)
    for (let order = 0; order < 3; order++) y = torch.autograd.grad(y, x, { create_graph: true })[0]
    await on.near(y.sub(third).abs().lt(1e-4), [1], [])
    await on.gradients((a) => torch.autograd.grad(swish(a).sum(), a, { create_graph: true })[0], [on.input([3])])
    await on.gradients((a, b) => blend(a, b), [on.input([2, 2]), on.input([2])])
    await on.gradients((a, b) => pick(on.of([true, false, true]), a, b), [on.input([3]), on.input([3])])
  })

  it('has a node of its name, a gradient of its own where it is given, and none where it has none', async () => {
    const x = on.leaf([1.4, 2.6], torch.float32)
    expect(swish(x).grad_fn?.name()).toBe('SwishBackward0')
    straight(x)
      .mul(on.of([3, 4]))
      .sum()
      .backward()
    await on.near(x.grad as Tensor, [3, 4], [2])
    expect(isNear(x, 1.35).requires_grad).toBe(false)
    await on.near(isNear(x, 1.35), [1, 0], [2])
    expect(torch.elementwiseOps.has('swish')).toBe(true)
  })

  it('says where a formula is wrong', () => {
    expect(() => torch.elementwise('bad', ['x'], { forward: 'x +' })).toThrow(torch.FormulaError)
    expect(() => torch.elementwise('bad', ['x'], { forward: 'x + z' })).toThrow('z')
    expect(() => torch.elementwise('bad', ['x'], { forward: 'process(x)' })).toThrow(torch.FormulaError)
  })

  it('works where generated code might use the same names', async () => {
    const odd = torch.elementwise('odd', ['out', 'i', 'n', 'kernel'], {
      forward: 'out + 10 * i + 100 * n + 1000 * kernel',
      gradient: { out: 'g', i: '10 * g', n: '100 * g', kernel: '1000 * g' },
    })
    await on.near(odd(on.of([1, 2]), on.of([3, 4]), on.of([5, 6]), 7), [7531, 7642], [2])
  })
})

onEachDevice('a reduction of formulas', (on) => {
  const sumOfSquares = torch.reduction('sum_of_squares', ['x'], { start: 0, step: 'acc + x * x', finish: 'acc / n' })
  const weighted = torch.reduction('weighted_sum', ['x', 'w'], { start: 0, step: 'acc + x * w' })
  const spread = torch.reduction('spread', ['x'], {
    start: { low: Infinity, high: -Infinity },
    step: { low: 'min(low, x)', high: 'max(high, x)' },
    finish: 'high - low',
    gradient: null,
  })

  it('folds over any dims', async () => {
    const x = on.of([
      [1, 2],
      [3, 4],
    ])
    await on.near(sumOfSquares.call([x]), [7.5], [], 4)
    await on.near(sumOfSquares.call([x], { dim: 0 }), [5, 10], [2], 4)
    await on.near(sumOfSquares.call([x.t()], { dim: 0, keepdim: true }), [2.5, 12.5], [1, 2], 4)
    await on.near(weighted.call([x, on.of([10, 1])], { dim: 1 }), [12, 34], [2], 4)
    await on.near(spread.call([x]), [3], [])
    expect(spread.call([x.requires_grad_()]).requires_grad).toBe(false)
  })

  it('derives the gradient of a sum, for each input that broadcasts', async () => {
    await on.gradients((x) => sumOfSquares.call([x], { dim: 1 }), [on.input([2, 3])])
    await on.gradients((x, w) => weighted.call([x, w], { dim: 0, keepdim: true }), [on.input([2, 3]), on.input([2, 1])])
    await on.gradients((x, w) => weighted.call([x, w]), [on.input([2, 3]), on.input([3])])
    expect(() => torch.reduction('bad', ['x'], { start: 1, step: 'acc * x' })).toThrow('give the gradient of x')
  })
})

onEachDevice('an update', (on) => {
  const momentum = torch.update('momentum', {
    writes: { m: 'mu * m + g', p: 'p - lr * m' },
    reads: ['g'],
    parameters: ['mu', 'lr'],
  })

  it('changes several tensors in one pass, each formula after the one before it', async () => {
    const [p, m, g] = [on.leaf([1, 2, 3], torch.float32), on.of([10, 20, 30]), on.of([1, 1, 1])]
    momentum({ p, m, g, mu: 0.5, lr: 0.125 })
    await on.near(m, [6, 11, 16], [3])
    await on.near(p, [0.25, 0.625, 1], [3])
    expect([p._version, m._version, g._version]).toEqual([1, 1, 0])
    expect(p.requires_grad).toBe(true)
  })

  it('works on scalars, on nothing, and on every layout', async () => {
    const [p, m, g] = [on.of(1), on.of(2), on.of(3)]
    momentum({ p, m, g, mu: 1, lr: 0.5 })
    await on.near(m, [5], [])
    await on.near(p, [-1.5], [])
    momentum({ p: on.tensor([], [0]), m: on.tensor([], [0]), g: on.tensor([], [0]), mu: 1, lr: 1 })
    for (const lay of Object.values(layouts)) {
      const [x, y, z] = [
        lay(
          on.of([
            [1, 2],
            [3, 4],
          ]),
        ),
        lay(
          on.of([
            [0, 0],
            [0, 0],
          ]),
        ),
        on.of([
          [1, 2],
          [3, 4],
        ]),
      ]
      momentum({ p: x, m: y, g: z, mu: 0.9, lr: 2 })
      await on.near(x, [-1, -2, -3, -4], [2, 2])
      await on.near(y, [1, 2, 3, 4], [2, 2])
    }
  })

  it('is noticed by a graph that saved what it changes', () => {
    const p = on.leaf([1, 2], torch.float32)
    const y = p.mul(p).sum()
    momentum({ p, m: on.of([0, 0]), g: on.of([1, 1]), mu: 0, lr: 1 })
    expect(() => y.backward()).toThrow('has been modified by an inplace operation')
  })

  it('refuses what does not fit, before it changes anything', async () => {
    const [p, m] = [on.of([1, 2]), on.of([3, 4])]
    expect(() => momentum({ p, m, g: on.of([1]), mu: 1, lr: 1 })).toThrow("momentum: 'g' has shape [1]")
    expect(() => momentum({ p, m, g: on.of([1, 1], torch.int32), mu: 1, lr: 1 })).toThrow('dtype torch.int32')
    expect(() => momentum({ p, m, g: m, mu: 1 })).toThrow("momentum: 'lr' must be a number, got undefined")
    expect(() => momentum({ p, m, mu: 1, lr: 1 })).toThrow("momentum: 'g' must be a Tensor, got undefined")
    await on.near(p, [1, 2], [2])
    await on.near(m, [3, 4], [2])
  })
})

type Context = torch.autograd.FunctionContext

class Cube extends torch.autograd.Function {
  static forward(ctx: Context, x: Tensor) {
    ctx.save_for_backward(x)
    return x.pow(3)
  }
  static backward(ctx: Context, g: Tensor) {
    const [x] = ctx.saved_tensors as [Tensor]
    return g.mul(x.pow(2).mul(3))
  }
}

/** A sum and a difference, with a number that is no tensor, and inputs that broadcast. */
class Butterfly extends torch.autograd.Function {
  static forward(ctx: Context, a: Tensor, factor: number, b: Tensor) {
    ctx['factor'] = factor
    return [a.add(b), a.sub(b).mul(factor)] as const
  }
  static backward(ctx: Context, sum: Tensor, difference: Tensor) {
    const scaled = difference.mul(ctx['factor'] as number)
    return [sum.add(scaled), null, sum.sub(scaled)]
  }
}

onEachDevice('a custom function', (on) => {
  it('is right to the second order, and through several outputs', async () => {
    await on.gradients((x) => Cube.apply(x), [on.input([3])])
    await on.gradients((a, b) => Butterfly.apply(a, 3, b), [on.input([2, 2]), on.input([2, 2])])
    await on.gradients((a, b) => Butterfly.apply(a, 3, b)[1], [on.input([2]), on.input([2])])
  })

  it('sums the gradients of inputs that it broadcast', async () => {
    const [a, b] = [
      on.leaf(
        [
          [1, 2],
          [3, 4],
        ],
        torch.float32,
      ),
      on.leaf([5, 6], torch.float32),
    ]
    const [sum] = Butterfly.apply(a, 1, b)
    sum.sum().backward()
    await on.near(a.grad as Tensor, [1, 1, 1, 1], [2, 2])
    await on.near(b.grad as Tensor, [2, 2], [2])
  })

  it('is named after its class, records nothing where nothing requires it, and frees what it saved', () => {
    const x = on.leaf([1, 2], torch.float32)
    const y = Cube.apply(x)
    expect(y.grad_fn?.name()).toBe('CubeBackward')
    expect(Cube.apply(on.of([1])).grad_fn).toBe(null)
    expect(torch.no_grad(() => Cube.apply(x)).grad_fn).toBe(null)
    y.sum().backward()
    expect(() => y.sum().backward()).toThrow('Trying to backward through the graph a second time')
  })

  it('notices that what it saved was changed', () => {
    const x = on.leaf([1, 2], torch.float32)
    const inner = x.mul(1)
    const y = Cube.apply(inner)
    inner.add_(1)
    expect(() => y.sum().backward()).toThrow('has been modified by an inplace operation')
  })

  it('may change an input in place, and says so', async () => {
    class Doubled extends torch.autograd.Function {
      static forward(ctx: Context, x: Tensor) {
        x.mul_(2)
        ctx.mark_dirty(x)
        return x
      }
      static backward(_: Context, g: Tensor) {
        return g.mul(2)
      }
    }
    const x = on.leaf([1, 2], torch.float32)
    const y = x.mul(3)
    expect(Doubled.apply(y)).toBe(y)
    y.sum().backward()
    await on.near(x.grad as Tensor, [6, 6], [2])
    expect(() => Doubled.apply(x)).toThrow('leaf Variable that requires grad')
  })

  it('gives back as many gradients as it has inputs', () => {
    class Wrong extends torch.autograd.Function {
      static forward(_: Context, a: Tensor, b: Tensor) {
        return a.mul(b)
      }
      static backward(_: Context, g: Tensor) {
        return g
      }
    }
    const [a, b] = [on.leaf([1, 2], torch.float32), on.leaf([3, 4], torch.float32)]
    expect(() => Wrong.apply(a, b).sum().backward()).toThrow(
      'returned an incorrect number of gradients (expected 2, got 1)',
    )
  })

  it('keeps what it was given in backward, whatever happens after the pass', async () => {
    const seen: Tensor[] = []
    class Keeper extends torch.autograd.Function {
      static forward(_: Context, x: Tensor) {
        return x.mul(1)
      }
      static backward(_: Context, g: Tensor) {
        const result = g.mul(2)
        seen.push(g, result)
        return result
      }
    }
    const x = on.leaf([1, 2, 3], torch.float32)
    Keeper.apply(Keeper.apply(x))
      .mul(on.of([1, 2, 3]))
      .sum()
      .backward()
    for (let i = 0; i < 50; i++) on.tensor([9, 9, 9], [3]).mul(i)
    for (const [i, factor] of [1, 2, 2, 4].entries())
      await on.near(seen[i] as Tensor, [factor, 2 * factor, 3 * factor], [3])
    await on.near(x.grad as Tensor, [4, 8, 12], [3])
  })
})
