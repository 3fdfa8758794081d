/**
 * Every reduction of the registry against its formulas folded one element after the other in float64, and the public
 * functions against their definitions: dims, keepdim, layouts, empty and 0-dimensional tensors, dtypes, gradients.
 */
import { describe, expect, it } from 'vitest'
import { evaluate } from '../src/formula/index.ts'
import * as torch from '../src/index.ts'
import type { ReductionOp } from '../src/ops/define/reduction.ts'
import { indicesOf, layouts, type Model, onEachDevice, placeOf, sizeOf, type Tensor } from './harness.ts'

type Dims = number | readonly number[] | null

/** No dimension, one, several, all, and counted from the end. */
const dimsOf = (rank: number): Dims[] =>
  rank === 0
    ? [null, 0, -1]
    : rank === 1
      ? [null, 0, -1]
      : rank === 2
        ? [null, 0, 1, -1, [0, 1]]
        : [null, 0, 1, -1, [0, 2], [-1, 1], [0, 1, 2]]

const shapes: readonly (readonly number[])[] = [[2, 3, 4], [3, 4], [5], [1, 3], []]

/** The slices that a reduction folds: for each result the elements, in row-major order. */
function folded({ values, shape }: Model, dims: Dims, keepdim: boolean): { groups: number[][]; shape: number[] } {
  const rank = shape.length
  const list =
    dims === null
      ? shape.map((_, i) => i)
      : (typeof dims === 'number' ? [dims] : dims).map((d) => (d < 0 ? d + Math.max(rank, 1) : d))
  const kept = shape.map((size, i) => (list.includes(i) ? 1 : size))
  const groups: number[][] = Array.from({ length: sizeOf(kept) }, () => [])
  for (const [place, index] of indicesOf(shape).entries()) {
    groups[
      placeOf(
        index.map((i, d) => (list.includes(d) ? 0 : i)),
        kept,
      )
    ]?.push(values[place] as number)
  }
  return { groups, shape: keepdim ? kept : kept.filter((_, i) => !list.includes(i)) }
}

/** A reduction's formulas, folded by hand. */
function fold(op: ReductionOp, elements: readonly number[], parameters: readonly number[]): number {
  const { kernel } = op
  const named: Record<string, number> = {}
  for (const [i, name] of Object.keys(op.definition.parameters ?? {}).entries()) named[name] = parameters[i] as number
  let states = Object.fromEntries(kernel.states.map((state, k) => [state, kernel.start[k] as number]))
  for (const [i, x] of elements.entries()) {
    const scope = { ...named, ...states, x, i }
    states = Object.fromEntries(
      kernel.states.map((state, k) => [state, evaluate(kernel.step[k] as Parameters<typeof evaluate>[0], scope)]),
    )
  }
  return evaluate(kernel.finish, { ...named, ...states, n: elements.length })
}

const parametersOf = (op: ReductionOp): number[][] => {
  const defaults = Object.values(op.definition.parameters ?? {})
  if (defaults.length === 0) return [[]]
  return op.name === 'norm' ? [[3], [1.5], [2]] : [defaults, defaults.map(() => 0)]
}

onEachDevice('reductions by their formulas', (on) => {
  describe.each([...torch.reductionOps])('%s', (_, op) => {
    it.each(on.ownFloats.map((dtype) => [String(dtype), dtype] as const))(
      'every choice of dims in %s',
      async (_name, dtype) => {
        for (const shape of shapes) {
          const model = { values: on.numbers(sizeOf(shape)).map(dtype.round), shape }
          const x = on.tensor(model.values, shape, dtype)
          for (const dim of dimsOf(shape.length)) {
            for (const keepdim of [false, true]) {
              for (const parameters of parametersOf(op)) {
                const expected = folded(model, dim, keepdim)
                const out = op.call([x], { dim, keepdim, parameters })
                await on.near(
                  out,
                  expected.groups.map((group) => fold(op, group, parameters)),
                  expected.shape,
                  4,
                )
              }
            }
          }
        }
      },
    )

    it('every layout', async () => {
      const model = { values: on.numbers(12).map(Math.fround), shape: [3, 4] }
      const [parameters = []] = parametersOf(op)
      for (const lay of Object.values(layouts)) {
        const x = lay(on.tensor(model.values, [3, 4]))
        for (const dim of dimsOf(2)) {
          const { groups, shape } = folded(model, dim, false)
          await on.near(
            op.call([x], { dim, parameters }),
            groups.map((group) => fold(op, group, parameters)),
            shape,
            4,
          )
        }
      }
      const row = on.tensor(model.values.slice(0, 4), [4]).expand(3, 4)
      const { groups, shape } = folded(
        { values: [0, 1, 2].flatMap(() => model.values.slice(0, 4)), shape: [3, 4] },
        0,
        false,
      )
      await on.near(
        op.call([row], { dim: 0, parameters }),
        groups.map((group) => fold(op, group, parameters)),
        shape,
        4,
      )
    })

    it('NaN and infinities', async () => {
      const [parameters = []] = parametersOf(op)
      for (const special of [Number.NaN, Infinity, -Infinity, -0]) {
        for (let place = 0; place < 3; place++) {
          const values = [1.5, -2, 0.25].map((value, i) => (i === place ? special : value))
          await on.near(op.call([on.tensor(values, [3])], { parameters }), [fold(op, values, parameters)], [], 4)
        }
      }
    })
  })

  const ops = [...torch.reductionOps]
  it.each(ops.filter(([, op]) => op.definition.empty === undefined))('%s of no elements', async (_, op) => {
    const [parameters = []] = parametersOf(op)
    const x = on.tensor([], [0, 3])
    await on.near(op.call([x], { dim: 1, parameters }), [], [0])
    await on.near(
      op.call([x], { dim: 0, parameters }),
      [0, 1, 2].map(() => fold(op, [], parameters)),
      [3],
    )
    await on.near(op.call([x], { parameters }), [fold(op, [], parameters)], [])
  })

  it.each(ops.filter(([, op]) => op.definition.empty !== undefined))(
    '%s has no result of no elements',
    async (_, op) => {
      const x = on.tensor([], [0, 3])
      await on.near(op.call([x], { dim: 1 }), [], [0])
      expect(() => op.call([x], { dim: 0 })).toThrow('Expected reduction dim 0 to have non-zero size')
      expect(() => op.call([x])).toThrow('Expected reduction dim to be specified')
    },
  )
})

const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length
const variance = (xs: readonly number[], correction: number): number =>
  xs.reduce((sum, x) => sum + (x - mean(xs)) ** 2, 0) / Math.max(xs.length - correction, 0)
const pNorm = (p: number) => (xs: readonly number[]) => xs.reduce((sum, x) => sum + Math.abs(x) ** p, 0) ** (1 / p)

interface Named {
  readonly run: (x: Tensor, dim: Dims, keepdim: boolean) => Tensor
  readonly oracle: (xs: readonly number[]) => number
  /** Whether gradients exist, and whether those have gradients. */
  readonly order: 0 | 1 | 2
  /** Takes one dimension, or needs one. */
  readonly single?: 'at most' | 'exactly'
}

const call = (dim: Dims, keepdim: boolean) => ({ ...(dim === null ? {} : { dim }), keepdim })

/** The public functions, by definition. */
const named: Readonly<Record<string, Named>> = {
  sum: { run: (x, dim, keepdim) => x.sum(dim, { keepdim }), oracle: (xs) => xs.reduce((a, b) => a + b, 0), order: 2 },
  nansum: {
    run: (x, dim, keepdim) => x.nansum(dim, { keepdim }),
    oracle: (xs) => xs.reduce((a, b) => a + b, 0),
    order: 2,
  },
  mean: { run: (x, dim, keepdim) => x.mean(dim, keepdim), oracle: mean, order: 2 },
  nanmean: { run: (x, dim, keepdim) => x.nanmean(dim, { keepdim }), oracle: mean, order: 2 },
  prod: {
    run: (x, dim, keepdim) => x.prod(dim as number, { keepdim }),
    oracle: (xs) => xs.reduce((a, b) => a * b, 1),
    order: 2,
    single: 'at most',
  },
  amax: { run: (x, dim, keepdim) => x.amax(dim, { keepdim }), oracle: (xs) => Math.max(...xs), order: 2 },
  amin: { run: (x, dim, keepdim) => x.amin(call(dim, keepdim)), oracle: (xs) => Math.min(...xs), order: 2 },
  'max over all': { run: (x) => x.max(), oracle: (xs) => Math.max(...xs), order: 2, single: 'at most' },
  'min over all': { run: (x) => x.min(), oracle: (xs) => Math.min(...xs), order: 2, single: 'at most' },
  'max over a dim': {
    run: (x, dim, keepdim) => x.max(dim as number, { keepdim }).values,
    oracle: (xs) => Math.max(...xs),
    order: 2,
    single: 'exactly',
  },
  'min over a dim': {
    run: (x, dim, keepdim) => x.min({ dim: dim as number, keepdim }).values,
    oracle: (xs) => Math.min(...xs),
    order: 2,
    single: 'exactly',
  },
  argmax: {
    run: (x, dim, keepdim) => x.argmax(dim as number, { keepdim }),
    oracle: (xs) => xs.indexOf(Math.max(...xs)),
    order: 0,
    single: 'at most',
  },
  argmin: {
    run: (x, dim, keepdim) => x.argmin(dim as number, { keepdim }),
    oracle: (xs) => xs.indexOf(Math.min(...xs)),
    order: 0,
    single: 'at most',
  },
  all: {
    run: (x, dim, keepdim) => x.gt(0).all(dim, { keepdim }),
    oracle: (xs) => Number(xs.every((x) => x > 0)),
    order: 0,
  },
  any: {
    run: (x, dim, keepdim) => x.gt(0).any(dim, { keepdim }),
    oracle: (xs) => Number(xs.some((x) => x > 0)),
    order: 0,
  },
  var: { run: (x, dim, keepdim) => x.var(dim, { keepdim }), oracle: (xs) => variance(xs, 1), order: 2 },
  'var without correction': {
    run: (x, dim, keepdim) => x.var(dim, { correction: 0, keepdim }),
    oracle: (xs) => variance(xs, 0),
    order: 2,
  },
  std: { run: (x, dim, keepdim) => x.std(dim, { keepdim }), oracle: (xs) => Math.sqrt(variance(xs, 1)), order: 2 },
  'std, biased': {
    run: (x, dim, keepdim) => x.std(dim, { unbiased: false, keepdim }),
    oracle: (xs) => Math.sqrt(variance(xs, 0)),
    order: 2,
  },
  logsumexp: {
    run: (x, dim, keepdim) => x.logsumexp(dim, { keepdim }),
    oracle: (xs) => Math.log(xs.reduce((sum, x) => sum + Math.exp(x), 0)),
    order: 2,
  },
  norm: { run: (x, dim, keepdim) => x.norm(2, dim, { keepdim }), oracle: pNorm(2), order: 2 },
  'norm, p = 1': { run: (x, dim, keepdim) => x.norm(1, dim, { keepdim }), oracle: pNorm(1), order: 2 },
  'norm, p = 3': { run: (x, dim, keepdim) => x.norm(3, dim, { keepdim }), oracle: pNorm(3), order: 2 },
  'norm, p = 1.5': {
    run: (x, dim, keepdim) => x.norm({ p: 1.5, ...call(dim, keepdim) }),
    oracle: pNorm(1.5),
    order: 2,
  },
  'norm, p = 0': {
    run: (x, dim, keepdim) => x.norm(0, dim, { keepdim }),
    oracle: (xs) => xs.filter((x) => x !== 0).length,
    order: 1,
  },
  'norm, p = ∞': {
    run: (x, dim, keepdim) => x.norm(Infinity, dim, { keepdim }),
    oracle: (xs) => Math.max(...xs.map(Math.abs)),
    order: 2,
  },
  'norm, p = -∞': {
    run: (x, dim, keepdim) => x.norm(-Infinity, dim, { keepdim }),
    oracle: (xs) => Math.min(...xs.map(Math.abs)),
    order: 2,
  },
}

const allows = ({ single }: Named, dim: Dims): boolean =>
  single === undefined || (single === 'exactly' ? typeof dim === 'number' : !Array.isArray(dim))

onEachDevice('reductions by their definitions', (on) => {
  describe.each(Object.entries(named))('%s', (name, entry) => {
    it('every choice of dims', async () => {
      for (const shape of shapes) {
        const model = { values: on.numbers(sizeOf(shape)).map(Math.fround), shape }
        for (const dim of dimsOf(shape.length)) {
          if (!allows(entry, dim) || (name.endsWith('over all') && dim !== null)) continue
          for (const keepdim of name.endsWith('over all') ? [false] : [false, true]) {
            const { groups, shape: out } = folded(model, dim, keepdim)
            await on.near(entry.run(on.tensor(model.values, shape), dim, keepdim), groups.map(entry.oracle), out, 8)
          }
        }
      }
    })
  })

  const smooth = Object.entries(named).filter(([, { order }]) => order > 0)
  describe.each(smooth)('%s', (name, entry) => {
    it('gradients', async () => {
      for (const shape of [[2, 3], [2, 1, 2], [3], []]) {
        for (const dim of dimsOf(shape.length)) {
          // Those counted from the end are the same ones: values tell.
          if ([dim ?? 0].flat().some((d) => d < 0)) continue
          if (!allows(entry, dim) || (name.endsWith('over all') && dim !== null)) continue
          const folds = sizeOf(dim === null ? shape : [dim].flat().map((d) => shape.at(d) ?? 1))
          // The variance of one element is not a number, and the deviation has no slope where it is zero.
          if (/var|std/.test(name) && folds < 2) continue
          const twice = entry.order === 2 && shape.length < 3
          await on.gradients((x) => entry.run(x, dim, shape.length === 2), [on.input(shape)], { twice })
        }
      }
    })

    it('gradients through views', async () => {
      const dim = name.endsWith('over all') ? null : 0
      for (const lay of Object.values(layouts)) {
        await on.gradients((x) => entry.run(lay(x.detach()).mul(0).add(x), dim, false), [on.input([2, 3])], {
          twice: false,
        })
        const view = lay(on.input([2, 3]).detach()).requires_grad_()
        await on.gradients((x) => entry.run(x, dim, false), [view], { twice: false })
      }
    })
  })

  it('max and min over a dim say where, and give that element alone the gradient', async () => {
    const x = on.leaf(
      [
        [1, 5, 5],
        [2, 2, 0],
      ],
      torch.float32,
    )
    const { values, indices } = x.max(1)
    await on.near(indices, [1, 0], [2])
    values.sum().backward()
    await on.near(x.grad as Tensor, [0, 1, 0, 1, 0, 0], [2, 3])
    expect(indices.dtype).toBe(torch.int32)
  })

  it('amax shares the gradient among ties', async () => {
    const x = on.leaf(
      [
        [1, 5, 5],
        [2, 2, 2],
      ],
      torch.float32,
    )
    x.amax(1).backward(on.of([1, 3]))
    await on.near(x.grad as Tensor, [0, 0.5, 0.5, 1, 1, 1], [2, 3], 2)
  })

  it('prod has gradients where factors are zero', async () => {
    const x = on.leaf([
      [0, 2, 3],
      [0, 0, 3],
      [1, 2, 3],
    ])
    await on.gradients((y) => y.prod(1), [x])
    await on.gradients((y) => y.prod(), [on.leaf([0, 2, -3])])
  })

  it('var and std of means that dwarf the spread', async () => {
    const x = on.of([1e6, 1e6 + 1, 1e6 + 2])
    await on.near(x.var(), [1], [], 1e7)
    await on.near(x.std(), [1], [], 1e7)
  })

  it('integers are summed and multiplied as int32, with the wrap around of 32 bits', async () => {
    const x = on.of(
      [
        [200, 100],
        [255, 1],
      ],
      torch.uint8,
    )
    await on.near(x.sum(), [556], [])
    expect(x.sum().dtype).toBe(torch.int32)
    await on.near(x.prod(0), [51000, 100], [2])
    await on.near(on.of([true, true, false]).sum(), [2], [])
    expect(() => x.mean()).toThrow('could not infer output dtype')
    if (on.device.exactBelow < 2 ** 31) return
    await on.near(on.of([2 ** 31 - 1, 1], torch.int32).sum(), [-(2 ** 31)], [])
    await on.near(on.of([65537, 65537], torch.int32).prod(), [Math.imul(65537, 65537)], [])
  })

  it('a long sum in float32 keeps its digits', async () => {
    const n = 100_000
    const x = on.tensor(
      Array.from({ length: n }, () => 0.1),
      [n],
    )
    await on.near(x.sum(), [n * Math.fround(0.1)], [], 20)
    await on.near(x.mean(), [Math.fround(0.1)], [], 20)
  })

  it('sum_to_size sums what was broadcast', async () => {
    const x = on.tensor([1, 2, 3, 4, 5, 6], [2, 3])
    await on.near(x.sum_to_size(3), [5, 7, 9], [3])
    await on.near(x.sum_to_size(2, 1), [6, 15], [2, 1])
    await on.near(x.sum_to_size([]), [21], [])
    expect(() => x.sum_to_size(2)).toThrow('not expandable')
  })

  it('refuses dims that are out of range or named twice, before anything runs', () => {
    const x = on.of([[1, 2]])
    expect(() => x.sum(2)).toThrow('Dimension out of range (expected to be in range of [-2, 1], but got 2)')
    expect(() => x.sum([0, -2])).toThrow('dim 0 appears multiple times in the list of dims')
  })
})
