/** What no formula says: picking, placing, joining, ordering, running folds, softmax; each against a plain model. */
import { describe, expect, it } from 'vitest'
import * as torch from '../src/index.ts'
import {
  indicesOf,
  layouts,
  onEachDevice,
  onEachSyncDevice,
  placeOf,
  Slice,
  sizeOf,
  type Tensor,
  valuesOf,
} from './harness.ts'

/** Folds each line along a dimension of values in row-major order into another line. */
function along(
  values: readonly number[],
  shape: readonly number[],
  dim: number,
  change: (line: number[]) => readonly number[],
): number[] {
  const out = [...values]
  for (const index of indicesOf(shape)) {
    if (index[dim] !== 0) continue
    const places = Array.from({ length: shape[dim] as number }, (_, i) =>
      placeOf(
        index.map((k, d) => (d === dim ? i : k)),
        shape,
      ),
    )
    change(places.map((place) => values[place] as number)).forEach((value, i) => {
      out[places[i] as number] = value
    })
  }
  return out
}

const running = (fold: (a: number, b: number) => number) => (line: number[]) =>
  line.map((_, i) => line.slice(0, i + 1).reduce((a, b) => fold(a, b)))

interface AlongDim {
  readonly run: (x: Tensor, dim: number) => Tensor
  readonly oracle: (line: number[]) => readonly number[]
  readonly isInteger?: true
}

const softmaxOf = (line: number[]): number[] => {
  const top = Math.max(...line)
  const powers = line.map((x) => Math.exp(x - top))
  return powers.map((p) => p / powers.reduce((a, b) => a + b))
}
const order = (line: number[], sign = 1): number[] =>
  line.map((_, i) => i).sort((i, j) => sign * ((line[i] as number) - (line[j] as number)))

const alongDim: Readonly<Record<string, AlongDim>> = {
  cumsum: { run: (x, dim) => x.cumsum(dim), oracle: running((a, b) => a + b) },
  cumprod: { run: (x, dim) => x.cumprod(dim), oracle: running((a, b) => a * b) },
  'cummax, values': { run: (x, dim) => x.cummax(dim).values, oracle: running(Math.max) },
  'cummin, values': { run: (x, dim) => x.cummin(dim).values, oracle: running(Math.min) },
  'cummax, indices': {
    run: (x, dim) => x.cummax(dim).indices,
    oracle: (line) => line.map((_, i) => line.lastIndexOf(Math.max(...line.slice(0, i + 1)), i)),
    isInteger: true,
  },
  logcumsumexp: {
    run: (x, dim) => x.logcumsumexp(dim),
    oracle: (line) => line.map((_, i) => Math.log(line.slice(0, i + 1).reduce((sum, x) => sum + Math.exp(x), 0))),
  },
  softmax: { run: (x, dim) => x.softmax(dim), oracle: softmaxOf },
  log_softmax: { run: (x, dim) => x.log_softmax(dim), oracle: (line) => softmaxOf(line).map(Math.log) },
  softmin: { run: (x, dim) => torch.softmin(x, dim), oracle: (line) => softmaxOf(line.map((v) => -v)) },
  'sort, values': { run: (x, dim) => x.sort(dim).values, oracle: (line) => order(line).map((i) => line[i] as number) },
  'sort, descending': {
    run: (x, dim) => x.sort({ dim, descending: true }).values,
    oracle: (line) => order(line, -1).map((i) => line[i] as number),
  },
  argsort: { run: (x, dim) => x.argsort(dim), oracle: (line) => order(line), isInteger: true },
  flip: { run: (x, dim) => x.flip(dim), oracle: (line) => [...line].reverse() },
  'roll by 2': {
    run: (x, dim) => x.roll(2, dim),
    oracle: (line) => line.map((_, i) => line.at((i - 2) % line.length) as number),
  },
}

onEachDevice('along a dimension', (on) => {
  const shapes: readonly (readonly number[])[] = [[2, 3, 4], [3, 4], [5], [1, 1]]

  describe.each(Object.entries(alongDim))('%s', (name, { run, oracle }) => {
    it('every dimension', async () => {
      for (const shape of shapes) {
        for (let dim = 0; dim < shape.length; dim++) {
          const values = on.numbers(sizeOf(shape)).map(Math.fround)
          for (const counted of [dim, dim - shape.length]) {
            const out = run(on.tensor(values, shape), counted)
            await on.near(out, along(values, shape, dim, oracle), shape, 40)
          }
        }
      }
    })

    it('every layout', async () => {
      const values = on.numbers(12).map(Math.fround)
      for (const lay of Object.values(layouts)) {
        for (const dim of [0, 1])
          await on.near(run(lay(on.tensor(values, [3, 4])), dim), along(values, [3, 4], dim, oracle), [3, 4], 40)
      }
    })

    it('no elements, and no dimensions', async () => {
      await on.near(run(on.tensor([], [0, 2]), 0), [], [0, 2])
      await on.near(run(on.tensor([], [0, 2]), 1), [], [0, 2])
      if (name.startsWith('roll')) return
      await on.near(run(on.tensor([1.5], []), -1), oracle([1.5]), [])
    })
  })

  const smooth = Object.entries(alongDim).filter(([, { isInteger = false }]) => !isInteger)
  describe.each(smooth)('%s', (name, { run }) => {
    it('gradients', async () => {
      await on.gradients((x) => run(x, 1), [on.input([2, 3])])
      await on.gradients((x) => run(x, 0), [on.input([2, 2])])
      if (!name.startsWith('roll')) await on.gradients((x) => run(x, 0), [on.input([])])
      await on.gradients((x) => run(x.t(), 0), [on.input([2, 3])], { twice: false })
    })
  })

  it('cumprod has the same gradients in a pass that is not recorded, wherever factors are zero', async () => {
    const x = on.leaf([
      [2, 3, 0.5, -1],
      [2, 0, 0.5, -1],
      [0, 3, 0, -1],
      [2, 3, 0.5, 0],
    ])
    const loss = (): Tensor =>
      x
        .cumprod(1)
        .mul(on.tensor([1, -2, 3, 0.5], [4]))
        .sum()
    const [plain] = torch.autograd.grad(loss(), x)
    const [recorded] = torch.autograd.grad(loss(), x, { create_graph: true })
    await on.same(plain, recorded)
  })

  it('cumprod has gradients where factors are zero', async () => {
    const x = on.leaf([
      [2, 0, 3, 1],
      [0, 1, 0, 2],
      [1, 2, 3, 0],
    ])
    await on.gradients((y) => y.cumprod(1), [x], { twice: false })
  })

  it('softmax and its kin are stable', async () => {
    await on.near(on.of([1000, 1000]).softmax(0), [0.5, 0.5], [2])
    await on.near(on.of([0, -1000]).log_softmax(0), [0, -1000], [2])
    await on.near(on.of([-Infinity, 1]).softmax(0), [0, 1], [2])
    await on.near(on.of([-Infinity, -Infinity]).logcumsumexp(0), [-Infinity, -Infinity], [2])
    await on.near(on.of([80, 80]).logcumsumexp(0), [80, 80 + Math.log(2)], [2], 4)
    const x = on.leaf([1e4, -1e4], torch.float32)
    x.log_softmax(0).select(0, 1).backward()
    await on.near(x.grad as Tensor, [-1, 1], [2])
  })

  it('a sort is stable, and NaN counts as largest', async () => {
    const { values, indices } = on.of([2, Number.NaN, 1, 2, -Infinity]).sort()
    await on.near(values, [-Infinity, 1, 2, 2, Number.NaN], [5])
    await on.near(indices, [4, 2, 0, 3, 1], [5])
    await on.near(on.of([2, Number.NaN, 2, 1]).sort({ descending: true }).indices, [1, 0, 2, 3], [4])
  })

  it('topk, kthvalue, median, mode', async () => {
    const x = on.of([
      [3, 1, 2, 2],
      [5, 9, 7, 7],
    ])
    const top = x.topk(2)
    await on.near(top.values, [3, 2, 9, 7], [2, 2])
    await on.near(top.indices.narrow(1, 0, 1), [0, 1], [2, 1])
    await on.near(x.topk(1, { largest: false }).values, [1, 5], [2, 1])
    await on.near(x.topk(1, 0).values, [5, 9, 7, 7], [1, 4])
    await on.near(x.kthvalue(2).values, [2, 7], [2])
    await on.near(x.kthvalue(1, 0, { keepdim: true }).values, [3, 1, 2, 2], [1, 4])
    await on.near(x.median(), [3], [])
    await on.near(x.median(1).values, [2, 7], [2])
    await on.near(x.mode().values, [2, 7], [2])
    expect(() => x.topk(5)).toThrow('selected index k out of range')
  })

  it('gradients of what is picked by order', async () => {
    await on.gradients((x) => x.topk(2).values, [on.input([2, 4])])
    await on.gradients((x) => x.kthvalue(2, 0).values, [on.input([3, 2])])
    await on.gradients((x) => x.median(1).values, [on.input([2, 3])])
    await on.gradients((x) => x.median(), [on.input([2, 3])])
    await on.gradients((x) => torch.glu(x, 1), [on.input([2, 4])])
    await on.gradients((x) => torch.glu(x, 0), [on.input([2, 3])])
  })
})

onEachDevice('picking and placing', (on) => {
  const shape = [3, 4]
  const values = Array.from({ length: 12 }, (_, i) => i + 0.5)
  const x = (): Tensor => on.tensor(values, shape)
  const at = (i: number, j: number): number => values[4 * i + j] as number

  it('gather along each dimension, from each layout, with an index that is smaller', async () => {
    const rows = [
      [2, 0, 1],
      [1, 1, 0],
    ]
    const index = on.of(rows, torch.int32)
    for (const lay of [(y: Tensor) => y, ...Object.values(layouts)]) {
      await on.near(
        lay(x()).gather(0, lay(index)),
        indicesOf([2, 3]).map(([i = 0, j = 0]) => at(rows[i]?.[j] as number, j)),
        [2, 3],
      )
      await on.near(
        lay(x()).gather(-1, lay(index)),
        indicesOf([2, 3]).map(([i = 0, j = 0]) => at(i, rows[i]?.[j] as number)),
        [2, 3],
      )
    }
    await on.near(on.of(7).gather(0, on.of([0, 0], torch.int32)), [7, 7], [2])
    await on.near(on.of([7]).gather(0, on.of(0, torch.int32)), [7], [])
  })

  it.each(['set', 'add'] as const)('scatter (%s) along each dimension, into each layout', async (mode) => {
    const rows = [
      [2, 0, 1],
      [1, 2, 0],
    ]
    const source = on.tensor([10, 20, 30, 40, 50, 60], [2, 3])
    for (const dim of [0, 1]) {
      const expected = [...values]
      for (const [n, [i = 0, j = 0]] of indicesOf([2, 3]).entries()) {
        const to = dim === 0 ? 4 * (rows[i]?.[j] as number) + j : 4 * i + (rows[i]?.[j] as number)
        expected[to] = 10 * (n + 1) + (mode === 'add' ? (expected[to] as number) : 0)
      }
      const index = on.of(rows, torch.int32)
      for (const lay of [(y: Tensor) => y, ...Object.values(layouts)]) {
        const y = lay(x())
        await on.near(
          mode === 'set' ? y.scatter(dim, index, lay(source)) : y.scatter_add(dim, index, lay(source)),
          expected,
          shape,
        )
        await on.near(y, values, shape)
        await on.near(
          mode === 'set' ? y.scatter_(dim, index, source) : y.scatter_add_(dim, index, source),
          expected,
          shape,
        )
        await on.near(y, expected, shape)
      }
    }
  })

  it('scatter of a number, and with a reduction', async () => {
    const index = on.of([[1], [0], [3]], torch.int32)
    await on.near(
      x().scatter(1, index, 9),
      values.map((v, i) => ([1, 4, 11].includes(i) ? 9 : v)),
      shape,
    )
    await on.near(
      x().scatter(1, index, 2, { reduce: 'multiply' }),
      values.map((v, i) => ([1, 4, 11].includes(i) ? 2 * v : v)),
      shape,
    )
    await on.near(
      x().scatter(1, index, 2, { reduce: 'add' }),
      values.map((v, i) => ([1, 4, 11].includes(i) ? 2 + v : v)),
      shape,
    )
  })

  it('repeated indices add up, each of them', async () => {
    const index = on.of([1, 1, 1, 0], torch.int32)
    const ones = on.tensor([1, 1, 1, 1], [4])
    await on.near(on.tensor([0, 0, 0], [3]).scatter_add(0, index, ones), [1, 3, 0], [3])
    await on.near(on.tensor([0, 0, 0], [3]).index_add(0, index, ones, { alpha: 2 }), [2, 6, 0], [3])
    await on.near(on.tensor([0, 0, 0], [3]).index_put([index], ones, { accumulate: true }), [1, 3, 0], [3])
    const leaf = on.tensor([5, 6, 7], [3]).requires_grad_()
    leaf.index_select(0, index).sum().backward()
    await on.near(leaf.grad as Tensor, [1, 3, 0], [3])
  })

  it('index_select, index_add, index_copy, index_fill along each dimension', async () => {
    const [rows, columns] = [on.of([2, 0], torch.int32), on.of([3, 1, 1], torch.int32)]
    await on.near(
      x().index_select(0, rows),
      indicesOf([2, 4]).map(([i = 0, j = 0]) => at([2, 0][i] as number, j)),
      [2, 4],
    )
    await on.near(
      x().t().index_select(0, columns),
      indicesOf([3, 3]).map(([i = 0, j = 0]) => at(j, [3, 1, 1][i] as number)),
      [3, 3],
    )
    await on.near(
      x().index_select(1, columns),
      indicesOf([3, 3]).map(([i = 0, j = 0]) => at(i, [3, 1, 1][j] as number)),
      [3, 3],
    )
    const source = on.tensor(
      Array.from({ length: 8 }, (_, i) => 100 * i),
      [2, 4],
    )
    const added = values.map((v, i) => (i < 4 ? v + 100 * (4 + i) : i < 8 ? v : v + 100 * (i - 8)))
    await on.near(x().index_add(0, rows, source), added, shape)
    const inPlace = x().t().contiguous().t()
    inPlace.index_add_(0, rows, source)
    await on.near(inPlace, added, shape)
    await on.near(
      x().index_copy(0, rows, source),
      values.map((v, i) => (i < 4 ? 100 * (4 + i) : i < 8 ? v : 100 * (i - 8))),
      shape,
    )
    await on.near(
      x().index_fill(1, columns, -1),
      values.map((v, i) => (i % 4 === 1 || i % 4 === 3 ? -1 : v)),
      shape,
    )
  })

  it('take, take_along_dim, masked_select, nonzero, where', async () => {
    const mask = x().gt(4).logical_and(x().lt(7))
    await on.near(
      x()
        .t()
        .take(
          on.of(
            [
              [0, -1],
              [1, 4],
            ],
            torch.int32,
          ),
        ),
      [0.5, 11.5, 4.5, 5.5],
      [2, 2],
    )
    await on.near(x().take_along_dim(x().argmax(1, { keepdim: true }), 1), [3.5, 7.5, 11.5], [3, 1])
    await on.atOnce(() => on.near(x().masked_select(mask), [4.5, 5.5, 6.5], [3]))
    await on.atOnce(() => on.near(x().masked_select(on.of([true, false, false, false])), [0.5, 4.5, 8.5], [3]))
    await on.atOnce(() => on.near(mask.nonzero(), [1, 0, 1, 1, 1, 2], [3, 2]))
    await on.atOnce(() => on.near(mask.t().nonzero(), [0, 1, 1, 1, 2, 1], [3, 2]))
    await on.atOnce(() => on.near(torch.stack(torch.where(mask), 0), [1, 1, 1, 0, 1, 2], [2, 3]))
    await on.near(
      torch.where(mask, x(), on.of([[-1], [-2], [-3]])),
      values.map((v, i) => (i > 3 && i < 7 ? v : -1 - Math.floor(i / 4))),
      shape,
    )
    await on.near(
      x().masked_fill(mask, 0),
      values.map((v) => (v > 4 && v < 7 ? 0 : v)),
      shape,
    )
    await on.atOnce(() => on.near(on.tensor([], [0]).masked_select(on.tensor([], [0], torch.bool)), [], [0]))
  })

  it('gradients', async () => {
    const index = on.of(
      [
        [1, 0, 1],
        [2, 2, 0],
      ],
      torch.int32,
    )
    const rows = on.of([2, 0, 2], torch.int32)
    const mask = on.of([
      [true, false],
      [true, true],
      [false, true],
    ])
    await on.gradients((y) => y.gather(0, index), [on.input([3, 3])])
    await on.gradients((y) => y.gather(1, index.narrow(1, 0, 2)), [on.input([2, 3])])
    await on.gradients((y) => y.gather(0, on.of(0, torch.int32)), [on.input([])])
    await on.gradients(
      (y, s) =>
        y.scatter(
          0,
          on.of(
            [
              [1, 0, 2],
              [0, 2, 1],
            ],
            torch.int32,
          ),
          s,
        ),
      [on.input([3, 3]), on.input([2, 3])],
    )
    await on.gradients((y, s) => y.scatter(0, on.of([[1, 0]], torch.int32), s), [on.input([3, 3]), on.input([2, 3])])
    await on.gradients((y) => y.scatter(1, index, 3), [on.input([3, 3])])
    await on.gradients((y, s) => y.scatter_add(1, index, s), [on.input([2, 3]), on.input([2, 3])])
    await on.gradients((y, s) => y.mul(1).scatter_add_(1, index, s).mul(2), [on.input([2, 3]), on.input([2, 3])])
    await on.gradients((y, s) => y.mul(1).scatter_(0, index.narrow(0, 0, 1), s), [on.input([3, 3]), on.input([1, 3])])
    await on.gradients((y) => y.index_select(0, rows), [on.input([3, 2])])
    await on.gradients((y) => y.t().index_select(1, rows), [on.input([3, 2])])
    await on.gradients((y, s) => y.index_add(0, rows, s, { alpha: 3 }), [on.input([3, 2]), on.input([3, 2])])
    await on.gradients((y, s) => y.mul(1).index_add_(1, rows, s), [on.input([2, 3]), on.input([2, 3])])
    await on.gradients((y, s) => y.index_copy(0, on.of([2, 0], torch.int32), s), [on.input([3, 2]), on.input([2, 2])])
    await on.gradients((y, s) => y.index_fill(0, rows, s), [on.input([3, 2]), on.input([])])
    await on.gradients((y) => y.take(on.of([0, 3, 3], torch.int32)), [on.input([2, 2])])
    await on.atOnce(() => on.gradients((y) => y.masked_select(mask), [on.input([3, 2])]))
    await on.atOnce(() => on.gradients((y) => y.masked_select(mask), [on.input([2])]))
    await on.gradients((y, z) => y.masked_fill(mask, z), [on.input([3, 2]), on.input([])])
    await on.gradients((y, z) => torch.where(mask, y, z), [on.input([2]), on.input([3, 1])])
  })

  it('gradients of indexing by tensors', async () => {
    const [i, j] = [on.of([1, 0, -1], torch.int32), on.of([[0], [1]], torch.int32)]
    const mask = on.of([
      [true, false],
      [true, true],
    ])
    await on.gradients((y) => y.index(i), [on.input([3, 2])])
    await on.gradients((y) => y.index(j, i), [on.input([2, 3])])
    await on.gradients((y) => y.index(Slice(), [0, 0], Slice(0, 1)), [on.input([2, 2, 2])])
    await on.atOnce(() => on.gradients((y) => y.index(mask), [on.input([2, 2, 2])]))
    await on.atOnce(() => on.gradients((y) => y.index('...', mask), [on.input([2, 2, 2])]))
    await on.gradients((y, s) => y.index_put([i], s), [on.input([3, 2]), on.input([2])])
    await on.gradients(
      (y, s) => y.index_put([on.of([0, 0, 1], torch.int32)], s, { accumulate: true }),
      [on.input([3, 2]), on.input([3, 2])],
    )
    await on.gradients((y, s) => y.mul(1).index_put_([mask], s), [on.input([2, 2]), on.input([])])
    await on.gradients((y, s) => y.mul(1).index_put_([Slice(), 1], s).mul(y), [on.input([2, 2]), on.input([2])])
    await on.gradients(
      (y, s) => {
        const z = y.mul(1)
        z.t().index_put_([on.of([0, 1], torch.int32)], s)
        return z
      },
      [on.input([2, 2]), on.input([2])],
    )
  })
})

onEachSyncDevice('an index that is out of range', (on) => {
  it('is an error, where it can be read', () => {
    const x = on.tensor([1, 2, 3], [3, 1])
    expect(() => x.gather(0, on.of([[3]], torch.int32))).toThrow('index 3 is out of bounds for dimension 0 with size 3')
  })
})

onEachDevice('joining and rearranging', (on) => {
  const pieces = (): Tensor[] => [on.tensor([1, 2, 3, 4], [2, 2]), on.tensor([5, 6], [1, 2]), on.tensor([], [0, 2])]

  it('cat and stack', async () => {
    await on.near(torch.cat(pieces()), [1, 2, 3, 4, 5, 6], [3, 2])
    await on.near(
      torch.cat(
        pieces().map((x) => x.t()),
        -1,
      ),
      [1, 3, 5, 2, 4, 6],
      [2, 3],
    )
    await on.near(torch.cat([on.tensor([], [0]), on.of([[1]])], 1), [1], [1, 1])
    await on.near(torch.stack([on.of([1, 2]), on.of([3, 4])], 1), [1, 3, 2, 4], [2, 2])
    await on.near(torch.stack([on.of(1), on.of(2)]), [1, 2], [2])
    expect(torch.cat([on.of([1], torch.int32), on.of([1])]).dtype).toBe(torch.float32)
    expect(torch.cat([on.of([true]), on.of([1], torch.uint8)]).dtype).toBe(torch.uint8)
  })

  it('what was cut joins again', async () => {
    const x = on.tensor(on.numbers(24), [2, 3, 4])
    for (const dim of [0, 1, 2, -1]) {
      await on.same(torch.cat(x.split(2, dim), dim), x)
      await on.same(torch.cat(x.chunk(2, dim), dim), x)
      await on.same(torch.stack(x.unbind(dim), dim), x)
      await on.same(torch.cat(x.tensor_split(3, dim), dim), x)
    }
  })

  it('gradients', async () => {
    const [a, b] = [on.input([2, 2]), on.input([1, 2])]
    await on.gradients((x, y) => torch.cat([x, y, x]), [a, b])
    await on.gradients((x) => torch.stack([x, x.mul(2), x.t()], 1), [a])
    await on.gradients((x) => torch.hstack([x, x]), [b])
    await on.gradients((x) => torch.repeat_interleave(x, 2, 0), [a])
    await on.gradients((x) => x.repeat(2, 1, 3), [a])
    await on.gradients((x) => x.tile(2), [a])
    await on.gradients((x) => x.tril().add(x.triu(1).mul(2)), [on.input([2, 3])])
    await on.gradients((x) => torch.diag(x), [on.input([2, 3])])
    await on.gradients((x) => torch.diag_embed(x, { offset: 1 }), [on.input([2, 2])])
    await on.gradients((x) => torch.rot90(x, 1), [on.input([2, 3])])
    await on.gradients((x) => x.roll([1, -1], [0, 1]), [on.input([2, 3])])
    await on.gradients((x) => x.roll(2), [on.input([2, 3])])
    await on.gradients((x) => torch.pad(x, [1, -1, 0, 2], { value: 5 }), [on.input([2, 3])])
    await on.gradients((x, y) => torch.broadcast_tensors(x, y), [on.input([2, 1]), on.input([3])])
    await on.gradients((x, y) => torch.meshgrid(x, y), [on.input([2]), on.input([3])])
    await on.gradients((x) => [x.clone(), x.contiguous(), x.t().contiguous(), x.to(x.dtype, { copy: true })], [a])
  })

  it('gradients of copies and fills in place', async () => {
    await on.gradients((x, y) => x.mul(1).copy_(y).mul(x), [on.input([2, 2]), on.input([2])])
    await on.gradients((x, y) => x.mul(1).fill_(y).add(x), [on.input([2, 2]), on.input([])])
    await on.gradients((x) => x.mul(1).zero_().add(x), [on.input([2, 2])])
  })

  it('roll has no dimension to go along where there is none', async () => {
    expect(() => on.of(1).roll(1, 0)).toThrow('Dimension specified as 0 but tensor has no dimensions')
    await on.near(on.of(1).roll(1), [1], [])
  })

  it('rearranges every layout', async () => {
    const values = on.integers(12, [0, 99])
    for (const lay of Object.values(layouts)) {
      const x = lay(on.tensor(values, [3, 4]))
      const of = (shape: readonly number[], at: (...index: number[]) => number): [number[], readonly number[]] => [
        indicesOf(shape).map((index) => values[at(...index)] as number),
        shape,
      ]
      await on.near(x.flip(0, 1), ...of([3, 4], (i, j) => 4 * (2 - i) + 3 - j))
      await on.near(x.rot90(1), ...of([4, 3], (i, j) => 4 * j + 3 - i))
      await on.near(x.repeat(2, 1), ...of([6, 4], (i, j) => 4 * (i % 3) + j))
      await on.near(x.repeat_interleave(2, 1), ...of([3, 8], (i, j) => 4 * i + Math.floor(j / 2)))
      await on.near(torch.pad(x, [1, 0, -1, 0]).narrow(1, 1, 4), ...of([2, 4], (i, j) => 4 * (i + 1) + j))
      await on.near(
        x.tril(-1),
        indicesOf([3, 4]).map(([i = 0, j = 0]) => (j < i ? (values[4 * i + j] as number) : 0)),
        [3, 4],
      )
      await on.near(x.clone(), values, [3, 4])
      expect(x.contiguous().is_contiguous()).toBe(true)
    }
  })

  it('conversion between all dtypes', async () => {
    const dtypes = [torch.bool, torch.uint8, torch.int32, ...on.device.floats]
    for (const from of dtypes) {
      for (const to of dtypes) {
        const x = on.of([0, 1, 2, 200], from)
        await on.near(x.to(to), (await valuesOf(x)).map(to.round), [4])
        await on.near(on.tensor([0, 0, 0, 0], [4], to).copy_(x), (await valuesOf(x)).map(to.round), [4])
      }
    }
    await on.near(on.of([-1.7, 1.7, 0.2]).to(torch.int32), [-1, 1, 0], [3])
    await on.near(on.of([-0.5, 0, Number.NaN]).to(torch.bool), [1, 0, 1], [3])
  })
})
