/** Matrix products in every combination of ranks against three loops in float64, with layouts, dtypes and gradients. */
import { describe, expect, it } from 'vitest'
import * as torch from '../src/index.ts'
import { broadcastAt, commonShape, indicesOf, layouts, type Model, onEachDevice, type Tensor } from './harness.ts'

/** The product by the rules of `torch.matmul`, in float64. */
function product(a: Model, b: Model): Model {
  const left = a.shape.length === 1 ? { values: a.values, shape: [1, ...a.shape] } : a
  const right = b.shape.length === 1 ? { values: b.values, shape: [...b.shape, 1] } : b
  const [m, k, n] = [left.shape.at(-2) ?? 1, left.shape.at(-1) ?? 1, right.shape.at(-1) ?? 1]
  const batch = commonShape(left.shape.slice(0, -2), right.shape.slice(0, -2))
  const values = indicesOf([...batch, m, n]).map((index) => {
    const [outer, i, j] = [index.slice(0, -2), index.at(-2) as number, index.at(-1) as number]
    let sum = 0
    for (let p = 0; p < k; p++) {
      sum += at(left, [...outer, i, p]) * at(right, [...outer, p, j])
    }
    return sum
  })
  return { values, shape: [...batch, ...(a.shape.length === 1 ? [] : [m]), ...(b.shape.length === 1 ? [] : [n])] }
}
/** An element of a batch that broadcasts. A matrix of size 1 does not. */
const at = (x: Model, index: readonly number[]): number => broadcastAt(x, index)

/** Pairs of shapes, named by what is special about them. */
const pairs: readonly (readonly [a: readonly number[], b: readonly number[]])[] = [
  [[3], [3]],
  [[1], [1]],
  [[2, 3], [3]],
  [[3], [3, 4]],
  [
    [2, 3],
    [3, 4],
  ],
  [
    [1, 3],
    [3, 1],
  ],
  [
    [5, 7],
    [7, 9],
  ],
  [
    [17, 33],
    [33, 19],
  ],
  [[2, 4, 3], [3]],
  [[3], [2, 3, 4]],
  [
    [2, 4, 3],
    [3, 5],
  ],
  [
    [4, 3],
    [2, 3, 5],
  ],
  [
    [2, 4, 3],
    [2, 3, 5],
  ],
  [
    [1, 4, 3],
    [2, 3, 5],
  ],
  [
    [2, 1, 4, 3],
    [3, 3, 5],
  ],
  [
    [2, 3, 1, 2],
    [2, 1, 2, 3],
  ],
  [[2, 1, 2, 3], [3]],
  [[3], [2, 2, 3, 1]],
]

/** The same with sizes of 0: sums of nothing are 0. */
const empties: readonly (readonly [a: readonly number[], b: readonly number[]])[] = [
  [[0], [0]],
  [
    [2, 0],
    [0, 3],
  ],
  [
    [0, 3],
    [3, 2],
  ],
  [
    [2, 3],
    [3, 0],
  ],
  [[2, 0], [0]],
  [
    [0, 2, 3],
    [3, 2],
  ],
  [
    [2, 2, 0],
    [2, 0, 3],
  ],
]

const title = ([a, b]: readonly [readonly number[], readonly number[]]): string =>
  `[${a.join(', ')}] × [${b.join(', ')}]`

onEachDevice('matrix products', (on) => {
  const model = (shape: readonly number[], dtype: torch.DType): Model => ({
    values: on.numbers(indicesOf(shape).length).map(dtype.round),
    shape,
  })
  /** A product and what it should be, over its largest element: the error of a sum is that of its largest terms. */
  const multiply = (a: Model, b: Model, dtype: torch.DType, lay: (x: Tensor) => Tensor = (x) => x) => {
    const { values, shape } = product(a, b)
    const out = lay(on.tensor(a.values, a.shape, dtype)).matmul(lay(on.tensor(b.values, b.shape, dtype)))
    const size = Math.max(1, ...values.map(Math.abs))
    return [out.div(size), values.map((value) => value / size), shape, 100] as const
  }

  describe.each([...pairs, ...empties].map((pair) => [title(pair), ...pair] as const))('%s', (_, a, b) => {
    it.each(on.ownFloats.map((dtype) => [String(dtype), dtype] as const))('%s', async (_name, dtype) => {
      await on.near(...multiply(model(a, dtype), model(b, dtype), dtype))
      // The last two dimensions exchanged in memory.
      const turn = (x: Tensor): Tensor => (x.ndim < 2 ? x : x.mT.contiguous().mT)
      await on.near(...multiply(model(a, dtype), model(b, dtype), dtype, turn))
    })
  })

  it.each(Object.entries(layouts))('operands laid out %s', async (_, lay) => {
    await on.near(...multiply(model([4, 3], torch.float32), model([3, 5], torch.float32), torch.float32, lay))
    await on.near(...multiply(model([9, 11], torch.float32), model([11, 10], torch.float32), torch.float32, lay))
  })

  it('operands that are expanded', async () => {
    const [row, b] = [model([1, 3], torch.float32), model([3, 2], torch.float32)]
    const full = { values: [0, 1, 2].flatMap(() => row.values), shape: [3, 3] }
    const expanded = on.tensor(row.values, [1, 3]).expand(3, 3)
    await on.near(expanded.matmul(on.tensor(b.values, [3, 2])), product(full, b).values, [3, 2], 100)
    await on.near(
      expanded.t().matmul(on.tensor(b.values, [3, 2])),
      product({ values: transposed(full), shape: [3, 3] }, b).values,
      [3, 2],
      100,
    )
  })

  it('integers', async () => {
    const a = { values: on.integers(6, [-9, 9]), shape: [2, 3] }
    const b = { values: on.integers(12, [-9, 9]), shape: [3, 4] }
    const out = on.tensor(a.values, a.shape, torch.int32).matmul(on.tensor(b.values, b.shape, torch.int32))
    expect(out.dtype).toBe(torch.int32)
    await on.near(out, product(a, b).values, [2, 4])
  })

  it('infinities and NaN reach the results that they belong to, and no other', async () => {
    const out = on
      .of([
        [Infinity, 1],
        [2, Number.NaN],
        [3, 4],
      ])
      .matmul(
        on.of([
          [1, 0],
          [1, 1],
        ]),
      )
    await on.near(out, [Infinity, Number.NaN, Number.NaN, Number.NaN, 7, 4], [3, 2])
  })

  it.each(
    pairs
      .filter(([a, b]) => a.length + b.length < 6 && Math.max(...a, ...b) < 6)
      .map((pair) => [title(pair), ...pair] as const),
  )('gradients of %s', async (_, a, b) => {
    const inputs = [on.input(a), on.input(b)]
    await on.gradients((x, y) => x.matmul(y), inputs, { twice: false })
    await on.gradients(
      on.projected((x, y) => x.matmul(y)),
      inputs,
    )
  })

  it('gradients through transposed, sliced and expanded operands', async () => {
    await on.gradients((x, y) => x.t().matmul(y.t()), [on.input([3, 2]), on.input([2, 3])])
    await on.gradients((x, y) => x.narrow(0, 1, 2).mm(y.select(0, 1)), [on.input([3, 2]), on.input([2, 2, 2])])
    await on.gradients((x) => x.expand(3, 2).mm(x.t()), [on.input([1, 2])])
    await on.gradients((x) => x.mm(x.t()).matmul(x), [on.input([2, 3])])
  })

  it('gradients of the named products', async () => {
    const [x, y, z] = [on.input([2, 3]), on.input([3, 2]), on.input([2, 2])]
    await on.gradients((a, b) => a.mm(b), [x, y])
    await on.gradients((a, b) => a.mv(b), [x, on.input([3])])
    await on.gradients((a, b) => a.dot(b), [on.input([3]), on.input([3])])
    await on.gradients((a, b) => a.outer(b), [on.input([2]), on.input([3])])
    await on.gradients((a, b) => a.bmm(b), [on.input([2, 2, 1]), on.input([2, 1, 2])])
    await on.gradients((c, a, b) => c.addmm(a, b, { beta: 0.5, alpha: -2 }), [z, x, y])
    await on.gradients((c, a, b) => c.addmm(a, b), [on.input([2]), x, y])
    await on.gradients((c, a, b) => c.addmm(a, b, { beta: 0 }), [on.input([2, 1]), x, y])
    await on.gradients((c, a, b) => c.addmv(a, b, { beta: 2, alpha: 3 }), [on.input([2]), x, on.input([3])])
    await on.gradients(
      (c, a, b) => c.baddbmm(a, b, { beta: 0.5 }),
      [on.input([2, 2]), on.input([2, 2, 1]), on.input([2, 1, 2])],
    )
  })

  it('addmm with beta 0 ignores NaN in what it does not read', async () => {
    const out = on.of([Number.NaN, Number.NaN]).addmm(
      on.of([[1, 2]]),
      on.of([
        [1, 2],
        [3, 4],
      ]),
      { beta: 0, alpha: 2 },
    )
    await on.near(out, [14, 20], [1, 2])
  })

  it('refuses shapes that do not fit, with the shapes', () => {
    const x = on.of([
      [1, 2, 3],
      [4, 5, 6],
    ])
    expect(() => x.mm(x)).toThrow('mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)')
    expect(() => x.matmul(x.double().t())).toThrow('dtype')
    expect(() => x.matmul(on.of(1))).toThrow('both arguments to matmul need to be at least 1D, but they are 2D and 0D')
    expect(() => x.unsqueeze(0).matmul(x.unsqueeze(0))).toThrow('to be: [1, 3] but got: [1, 2]')
    expect(() => x.mv(on.of([1, 2]))).toThrow('size mismatch')
  })
})

const transposed = ({ values, shape: [rows = 0, columns = 0] }: Model): number[] =>
  indicesOf([columns, rows]).map(([i = 0, j = 0]) => values[j * columns + i] as number)
