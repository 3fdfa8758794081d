/**
 * Every view against where each of its elements lies in the base: values, shared memory in both directions, gradients, and
 * changes in place through the view and through the base, with their gradients.
 */
import { describe, expect, it } from 'vitest'
import * as torch from '../src/index.ts'
import { indicesOf, onEachDevice, Slice, type Tensor, valuesOf } from './harness.ts'

interface ViewCase {
  /** The op of the registry that it runs. */
  readonly op: string
  readonly run: (x: Tensor) => Tensor
  readonly shape: readonly number[]
  /** The place in the base, counted in row-major order, of the element at an index of the view. */
  readonly place: (...index: number[]) => number
  /** The shape of the base where it is not [2, 3, 4]. */
  readonly base?: readonly number[]
  /** Only bases in row-major order can be seen so. */
  readonly rowMajor?: boolean
  /** Several indices show one element: everywhere, or where windows overlap, which costs too much to notice. */
  readonly overlaps?: 'everywhere' | 'partly'
}

const cube = (i: number, j: number, k: number): number => 12 * i + 4 * j + k

const cases: Readonly<Record<string, ViewCase>> = {
  'view(6, 4)': { op: 'view', run: (x) => x.view(6, 4), shape: [6, 4], place: (a, b) => 4 * a + b, rowMajor: true },
  'view(-1, 8)': { op: 'view', run: (x) => x.view([-1, 8]), shape: [3, 8], place: (a, b) => 8 * a + b, rowMajor: true },
  'view(2, 3, 2, 2)': {
    op: 'view',
    run: (x) => x.view(2, 3, 2, 2),
    shape: [2, 3, 2, 2],
    place: (i, j, k, l) => cube(i, j, 2 * k + l),
  },
  'view(1, 2, 3, 4)': {
    op: 'view',
    run: (x) => x.view(1, 2, 3, 4),
    shape: [1, 2, 3, 4],
    place: (_, i, j, k) => cube(i, j, k),
  },
  view_as: { op: 'view', run: (x) => x.view_as(x.new_zeros(24)), shape: [24], place: (a) => a, rowMajor: true },
  'reshape(4, 6)': {
    op: 'reshape',
    run: (x) => x.reshape(4, 6),
    shape: [4, 6],
    place: (a, b) => 6 * a + b,
    rowMajor: true,
  },
  'flatten(1)': {
    op: 'reshape',
    run: (x) => x.flatten(1),
    shape: [2, 12],
    place: (i, a) => 12 * i + a,
    rowMajor: true,
  },
  'unflatten(2, [2, -1])': {
    op: 'view',
    run: (x) => x.unflatten(2, [2, -1]),
    shape: [2, 3, 2, 2],
    place: (i, j, k, l) => cube(i, j, 2 * k + l),
  },
  ravel: { op: 'reshape', run: (x) => x.ravel(), shape: [24], place: (a) => a, rowMajor: true },
  'view of no dimensions': { op: 'view', run: (x) => x.view(1, 1), shape: [1, 1], place: () => 0, base: [] },
  'view to no dimensions': { op: 'view', run: (x) => x.view([]), shape: [], place: () => 0, base: [1, 1] },
  'permute(2, 0, 1)': {
    op: 'permute',
    run: (x) => x.permute(2, 0, 1),
    shape: [4, 2, 3],
    place: (a, b, c) => cube(b, c, a),
  },
  'permute([-1, 1, 0])': {
    op: 'permute',
    run: (x) => x.permute([-1, 1, 0]),
    shape: [4, 3, 2],
    place: (a, b, c) => cube(c, b, a),
  },
  'transpose(0, -1)': {
    op: 'transpose',
    run: (x) => x.transpose(0, -1),
    shape: [4, 3, 2],
    place: (a, b, c) => cube(c, b, a),
  },
  'swapaxes(0, 1)': {
    op: 'transpose',
    run: (x) => x.swapaxes(0, 1),
    shape: [3, 2, 4],
    place: (a, b, c) => cube(b, a, c),
  },
  'movedim(0, 2)': { op: 'permute', run: (x) => x.movedim(0, 2), shape: [3, 4, 2], place: (a, b, c) => cube(c, a, b) },
  'movedim([0, 1], [1, 2])': {
    op: 'permute',
    run: (x) => x.movedim([0, 1], [1, 2]),
    shape: [4, 2, 3],
    place: (a, b, c) => cube(b, c, a),
  },
  T: { op: 'permute', run: (x) => x.T, shape: [3, 2], place: (a, b) => 3 * b + a, base: [2, 3] },
  mT: { op: 'transpose', run: (x) => x.mT, shape: [2, 4, 3], place: (a, b, c) => cube(a, c, b) },
  t: { op: 't', run: (x) => x.t(), shape: [3, 2], place: (a, b) => 3 * b + a, base: [2, 3] },
  't of a vector': { op: 't', run: (x) => x.t(), shape: [3], place: (a) => a, base: [3] },
  'expand(5, 2, 3)': {
    op: 'expand',
    run: (x) => x.expand(5, 2, 3),
    shape: [5, 2, 3],
    place: (_, b, c) => 3 * b + c,
    base: [2, 3],
    overlaps: 'everywhere',
  },
  'expand(-1, 3, 4)': {
    op: 'expand',
    run: (x) => x.expand(-1, 3, 4),
    shape: [2, 3, 4],
    place: (a, _, c) => 4 * a + c,
    base: [2, 1, 4],
    overlaps: 'everywhere',
  },
  'expand(1, 2, 3)': {
    op: 'expand',
    run: (x) => x.expand(1, 2, 3),
    shape: [1, 2, 3],
    place: (_, b, c) => 3 * b + c,
    base: [2, 3],
  },
  expand_as: {
    op: 'expand',
    run: (x) => x.expand_as(x.new_zeros(2, 2)),
    shape: [2, 2],
    place: () => 0,
    base: [],
    overlaps: 'everywhere',
  },
  broadcast_to: {
    op: 'expand',
    run: (x) => x.broadcast_to([2, 2]),
    shape: [2, 2],
    place: (a) => a,
    base: [2, 1],
    overlaps: 'everywhere',
  },
  squeeze: { op: 'squeeze', run: (x) => x.squeeze(), shape: [2, 3], place: (a, b) => 3 * a + b, base: [1, 2, 1, 3] },
  'squeeze(1)': {
    op: 'squeeze_dim',
    run: (x) => x.squeeze(1),
    shape: [2, 3],
    place: (a, b) => 3 * a + b,
    base: [2, 1, 3],
  },
  'squeeze([0, -2])': {
    op: 'squeeze_dim',
    run: (x) => x.squeeze([0, -2]),
    shape: [2, 3],
    place: (a, b) => 3 * a + b,
    base: [1, 2, 1, 3],
  },
  'squeeze(0) of more than one': { op: 'squeeze_dim', run: (x) => x.squeeze(0), shape: [2, 3, 4], place: cube },
  'unsqueeze(1)': {
    op: 'unsqueeze',
    run: (x) => x.unsqueeze(1),
    shape: [2, 1, 3, 4],
    place: (a, _, b, c) => cube(a, b, c),
  },
  'unsqueeze(-1)': {
    op: 'unsqueeze',
    run: (x) => x.unsqueeze(-1),
    shape: [2, 3, 4, 1],
    place: (a, b, c) => cube(a, b, c),
  },
  'diagonal()': { op: 'diagonal', run: (x) => x.diagonal(), shape: [4, 2], place: (c, a) => cube(a, a, c) },
  'diagonal(1, 1, 2)': {
    op: 'diagonal',
    run: (x) => x.diagonal(1, 1, 2),
    shape: [2, 3],
    place: (a, b) => cube(a, b, b + 1),
  },
  'diagonal(-1, -2, -1)': {
    op: 'diagonal',
    run: (x) => x.diagonal(-1, -2, -1),
    shape: [2, 2],
    place: (a, b) => cube(a, b + 1, b),
  },
  'diagonal(5)': { op: 'diagonal', run: (x) => x.diagonal(5), shape: [4, 0], place: () => 0 },
  'narrow(2, 1, 2)': {
    op: 'slice',
    run: (x) => x.narrow(2, 1, 2),
    shape: [2, 3, 2],
    place: (a, b, c) => cube(a, b, c + 1),
  },
  'narrow(-2, -2, 1)': {
    op: 'slice',
    run: (x) => x.narrow(-2, -2, 1),
    shape: [2, 1, 4],
    place: (a, b, c) => cube(a, b + 1, c),
  },
  'narrow to nothing': { op: 'slice', run: (x) => x.narrow(1, 3, 0), shape: [2, 0, 4], place: () => 0 },
  'index(Slice(null, null, 2))': {
    op: 'slice',
    run: (x) => x.index('...', Slice(null, null, 2)),
    shape: [2, 3, 2],
    place: (a, b, c) => cube(a, b, 2 * c),
  },
  'index(1, Slice(-2), null, 3)': {
    op: 'select',
    run: (x) => x.index(1, Slice(-2), null, 3),
    shape: [2, 1],
    place: (b) => cube(1, b + 1, 3),
  },
  'select(1, -1)': { op: 'select', run: (x) => x.select(1, -1), shape: [2, 4], place: (a, c) => cube(a, 2, c) },
  'select(0, 1)': { op: 'select', run: (x) => x.select(0, 1), shape: [], place: () => 1, base: [3] },
  as_strided: {
    op: 'as_strided',
    run: (x) => x.as_strided([2, 2], [5, 2], 1),
    shape: [2, 2],
    place: (a, b) => 1 + 5 * a + 2 * b,
    rowMajor: true,
  },
  'as_strided, overlapping': {
    op: 'as_strided',
    run: (x) => x.as_strided([3, 3], [1, 1], 2),
    shape: [3, 3],
    place: (a, b) => 2 + a + b,
    rowMajor: true,
    overlaps: 'partly',
  },
  'unfold(2, 2, 2)': {
    op: 'unfold',
    run: (x) => x.unfold(2, 2, 2),
    shape: [2, 3, 2, 2],
    place: (a, b, c, d) => cube(a, b, 2 * c + d),
  },
  'unfold(1, 2, 1)': {
    op: 'unfold',
    run: (x) => x.unfold(1, 2, 1),
    shape: [2, 2, 4, 2],
    place: (a, b, c, d) => cube(a, b + d, c),
    overlaps: 'partly',
  },
  'narrow of a transpose of a select': {
    op: 'slice',
    run: (x) => x.select(0, 1).t().narrow(0, 1, 2),
    shape: [2, 3],
    place: (a, b) => cube(1, b, a + 1),
  },
}

/** Ways for a base to lie in memory. */
const bases: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  'row-major': (x) => x,
  permuted: (x) => {
    const order = x.shape.map((_, i) => (i + 1) % x.ndim)
    const back = order.map((_, i) => order.indexOf(i))
    return x.permute(order).contiguous().permute(back)
  },
  stepped: (x) =>
    copied(
      x,
      x.shape.map((size) => 2 * size + 1),
      (y) => y.index(...x.shape.map(() => Slice(1, null, 2))),
    ),
  offset: (x) => copied(x, [3, ...x.shape], (y) => y.select(0, 1)),
}
function copied(x: Tensor, shape: readonly number[], window: (y: Tensor) => Tensor): Tensor {
  const view = window(x.new_full(shape, -1))
  view.copy_(x)
  return view
}

/** The place in the base of each element of a view. */
const placesOf = ({ shape, place }: ViewCase): number[] => indicesOf(shape).map((index) => place(...index))

onEachDevice('views', (on) => {
  const base = ({ base: shape = [2, 3, 4] }: ViewCase, dtype: torch.DType = torch.float32): Tensor =>
    on.tensor(
      indicesOf(shape).map((_, i) => i),
      shape,
      dtype,
    )

  it('every op of the registry is here', () => {
    const covered = new Set(Object.values(cases).map(({ op }) => op))
    // What `reshape` runs on a copy of its own has no window on anything else.
    expect([...torch.viewOps].filter((op) => !covered.has(op))).toEqual(['unsafe_view'])
  })

  const layoutsOf = ({ rowMajor = false }: ViewCase): ((x: Tensor) => Tensor)[] =>
    Object.entries(bases).flatMap(([name, lay]) => (name === 'row-major' || !rowMajor ? [lay] : []))

  describe.each(Object.entries(cases))('%s', (_, entry) => {
    const { run } = entry
    const places = placesOf(entry)
    const shape = entry.base ?? [2, 3, 4]

    it('shows the elements that it should, in the memory of its base', async () => {
      for (const lay of layoutsOf(entry)) {
        for (const dtype of [torch.float32, torch.int32, torch.bool]) {
          const x = lay(base(entry, dtype))
          const all = await valuesOf(x)
          const view = run(x)
          expect(view.storage).toBe(x.storage)
          await on.near(
            view,
            places.map((place) => all[place] as number),
            entry.shape,
          )
        }
      }
    })

    it('reads what is written to the base', async () => {
      for (const lay of layoutsOf(entry)) {
        const x = lay(base(entry))
        const view = run(x)
        x.mul_(3)
        expect(view._version).toBe(x._version)
        await on.near(
          view,
          places.map((place) => 3 * place),
          entry.shape,
        )
      }
    })

    it('gradients', async () => {
      await on.gradients(run, [on.input(shape)])
      await on.gradients(
        on.projected((x) => run(x).mul(run(x))),
        [on.input(shape)],
        { twice: shape.length < 3 },
      )
      for (const lay of layoutsOf(entry).slice(1, 2))
        await on.gradients(run, [lay(on.input(shape).detach()).requires_grad_()])
    })
  })

  const distinct = Object.entries(cases).filter(([, { overlaps }]) => overlaps === undefined)
  describe.each(distinct)('%s', (_, entry) => {
    const { run, shape: viewShape } = entry
    const places = placesOf(entry)
    const shape = entry.base ?? [2, 3, 4]

    it('writes to the base, and nowhere else', async () => {
      for (const lay of layoutsOf(entry)) {
        const x = lay(base(entry))
        run(x).add_(100)
        await on.near(
          x,
          indicesOf(shape).map((_index, i) => (places.includes(i) ? i + 100 : i)),
          shape,
        )
        expect(x._version).toBeGreaterThan(0)
      }
    })

    it('gradients of changes in place', async () => {
      const weights = on.input(viewShape)
      for (const change of changes) {
        await on.gradients(
          on.projected((x, w) => change(run, x.mul(1), x, w)),
          [on.input(shape), weights],
          { twice: places.length < 7 },
        )
      }
    })
  })

  const repeated = Object.entries(cases).filter(([, { overlaps }]) => overlaps === 'everywhere')
  it.each(repeated)('%s refuses to be written to', (_, entry) => {
    expect(() => entry.run(base(entry)).add_(100)).toThrow('more than one element of the written-to tensor refers to a')
  })

  it('a chain of changes through different views', async () => {
    const program = (x: Tensor, w: Tensor): Tensor[] => {
      const y = x.mul(1)
      const row = y.select(0, 1)
      const columns = y.t().narrow(0, 0, 2)
      row.mul_(w)
      columns.mul_(y.select(0, 0).narrow(0, 0, 2).clone().unsqueeze(1))
      y.diagonal().copy_(w.narrow(0, 0, 2))
      row.view(3).sin_()
      return [y, row, columns]
    }
    await on.gradients(program, [on.input([2, 3]), on.input([3])])
  })

  for (const [name, run] of Object.entries(severalViews)) {
    it(`${name}: each part is a view`, async () => {
      const x = on.tensor(
        indicesOf([4, 3]).map((_, i) => i),
        [4, 3],
      )
      const parts = run(x)
      const expected = on.tensor(
        indicesOf([4, 3]).map((_, i) => i + 1),
        [4, 3],
      )
      x.add_(1)
      const together = name.startsWith('unbind') ? torch.stack(parts, 0) : torch.cat(parts, 0)
      await on.same(together, expected)
      for (const part of parts) expect(part.storage).toBe(x.storage)
    })

    it(`${name}: gradients, of all parts and of some`, async () => {
      await on.gradients((x) => run(x), [on.input([4, 3])])
      await on.gradients((x) => (run(x)[1] as Tensor).mul(run(x)[0]?.sum() as Tensor), [on.input([4, 3])])
    })
  }

  it.each(Object.entries(severalViews).filter(([name]) => !name.startsWith('tensor_split')))(
    '%s: no part may be changed in place',
    (_, run) => {
      const x = on.tensor(on.numbers(12), [4, 3]).requires_grad_().mul(1)
      expect(() => (run(x)[0] as Tensor).mul_(2)).toThrow('output of a function that returns multiple views')
    },
  )

  it('reshape copies where no view can be', async () => {
    const x = on.tensor([0, 1, 2, 3, 4, 5], [2, 3])
    const y = x.t().reshape(6)
    expect(y.storage).not.toBe(x.storage)
    await on.near(y, [0, 3, 1, 4, 2, 5], [6])
    expect(() => x.t().view(6)).toThrow('view size is not compatible')
    await on.gradients((z) => z.t().reshape(6).mul(z.view(6)), [on.input([2, 3])])
  })

  it('views of nothing', async () => {
    const x = on.tensor([], [0, 3])
    await on.near(x.view(3, 0), [], [3, 0])
    await on.near(x.reshape(0), [], [0])
    await on.near(x.t().expand(3, 0), [], [3, 0])
    await on.near(x.t().reshape(0, 5), [], [0, 5])
    expect(() => x.view(-1, 0)).toThrow('ambiguous')
  })

  it('data shares memory and nothing else', async () => {
    const x = on.leaf([1, 2, 3], torch.float32)
    x.data.mul_(2)
    await on.near(x, [2, 4, 6], [3])
    expect(x._version).toBe(0)
    const y = on.leaf(5, torch.float32)
    y.data.add_(1)
    await on.near(y, [6], [])
  })

  it('detach shares memory and the version', async () => {
    const x = on.leaf([1, 2, 3], torch.float32)
    const y = x.detach()
    y.add_(1)
    await on.near(x, [2, 3, 4], [3])
    expect(x._version).toBe(1)
    expect(y.requires_grad).toBe(false)
  })
})

/** Programs that change memory through a view `run(y)` of `y`, or through `y` under a view. */
const changes: readonly ((run: (x: Tensor) => Tensor, y: Tensor, x: Tensor, w: Tensor) => Tensor | Tensor[])[] = [
  (run, y, _, w) => {
    run(y).mul_(w)
    return y
  },
  (run, y, x, w) => {
    const view = run(y)
    y.mul_(x)
    return view.mul(w)
  },
  (run, y, x, w) => {
    const view = run(y)
    view.copy_(w)
    view.mul_(run(x))
    return [y, view]
  },
]

/** Ops that give several views at once, along the first dimension. */
const severalViews: Readonly<Record<string, (x: Tensor) => Tensor[]>> = {
  'split(3)': (x) => x.split(3),
  'split([1, 0, 3])': (x) => x.split([1, 0, 3]),
  'chunk(3)': (x) => x.chunk(3),
  'unbind()': (x) => x.unbind(),
  'tensor_split(3)': (x) => x.tensor_split(3),
  'tensor_split([1, 3])': (x) => x.tensor_split([1, 3]),
}
