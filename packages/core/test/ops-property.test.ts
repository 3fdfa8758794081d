/** Properties on random cases: broadcasting, indexing, and chains of views, against models of plain numbers. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as torch from '../src/index.ts'
import {
  broadcastAt,
  indicesOf,
  type Model,
  onEachDevice,
  onEachSyncDevice,
  placeOf,
  Slice,
  sizeOf,
  type Tensor,
} from './harness.ts'

const settings = { seed: 7, numRuns: 80 }

/** Numbers 0, 1, 2, … in a shape: each value says where it came from. */
const counting = (shape: readonly number[]): Model => ({
  values: Array.from({ length: sizeOf(shape) }, (_, i) => i),
  shape,
})

const shapes = (rank: number, most = 4): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 0, max: most }), { maxLength: rank })

/** A shape, and two that broadcast to it together. */
const broadcastable = shapes(4, 3).chain((shape) => {
  const operand = fc
    .tuple(
      fc.integer({ min: 0, max: shape.length }),
      fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }),
    )
    .map(([dropped, ones]) => shape.map((size, i) => (ones[i] === true ? 1 : size)).slice(dropped))
  return fc.tuple(operand, operand)
})

const commonOf = (a: readonly number[], b: readonly number[]): number[] | null => {
  const rank = Math.max(a.length, b.length)
  const out: number[] = []
  for (let i = 1; i <= rank; i++) {
    const [m, n] = [a.at(-i) ?? 1, b.at(-i) ?? 1]
    if (i <= a.length && i <= b.length && m !== n && m !== 1 && n !== 1) return null
    out.unshift(m === 1 ? n : m)
  }
  return out
}

onEachDevice('broadcasting', (on) => {
  it("shapes that fit give every pair, and gradients of the operands' shapes", async () => {
    await fc.assert(
      fc.asyncProperty(broadcastable, async ([left, right]) => {
        const [a, b] = [counting(left), counting(right)]
        const common = commonOf(left, right) as number[]
        const [x, y] = [on.tensor(a.values, left).requires_grad_(), on.tensor(b.values, right).requires_grad_()]
        const out = x.mul(100).add(y)
        await on.near(
          out,
          indicesOf(common).map((index) => 100 * broadcastAt(a, index) + broadcastAt(b, index)),
          common,
        )
        expect(torch.broadcast_shapes(left, right)).toEqual(common)
        out.sum().backward()
        const times = (shape: readonly number[]): number[] =>
          counting(shape).values.map(() => sizeOf(common) / Math.max(1, sizeOf(shape)))
        await on.near(
          x.grad as Tensor,
          times(left).map((n) => 100 * n),
          left,
        )
        await on.near(y.grad as Tensor, times(right), right)
      }),
      settings,
    )
  })

  it('shapes that do not fit are an error', () => {
    fc.assert(
      fc.property(shapes(3), shapes(3), (left, right) => {
        const add = () => on.tensor(counting(left).values, left).add(on.tensor(counting(right).values, right))
        fc.pre(commonOf(left, right) === null)
        expect(add).toThrow('must match the size of tensor b')
      }),
      settings,
    )
  })
})

/** One thing between the brackets, with its meaning for a dimension of some size. */
type Part =
  | { readonly kind: 'number'; readonly at: number }
  | { readonly kind: 'slice'; readonly start: number | null; readonly stop: number | null; readonly step: number }
  | { readonly kind: 'new' }
  | { readonly kind: 'rest' }
  | { readonly kind: 'list'; readonly at: readonly number[] }

const end = fc.option(fc.integer({ min: -6, max: 6 }), { nil: null })
const sliceArbitrary: fc.Arbitrary<Part> = fc.record({
  kind: fc.constant('slice' as const),
  start: end,
  stop: end,
  step: fc.integer({ min: 1, max: 3 }),
})

/** A shape and an index that fits it, perhaps with lists of one common length. */
const indexed = (withLists: boolean): fc.Arbitrary<{ shape: number[]; parts: Part[] }> =>
  fc
    .tuple(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 3 }))
    .chain(([shape, length]) => {
      const forSize = (size: number): fc.Arbitrary<Part> =>
        fc.oneof(
          { weight: 3, arbitrary: sliceArbitrary },
          {
            weight: 2,
            arbitrary: fc.record({
              kind: fc.constant('number' as const),
              at: fc.integer({ min: -size, max: size - 1 }),
            }),
          },
          {
            weight: withLists ? 4 : 0,
            arbitrary: fc.record({
              kind: fc.constant('list' as const),
              at: fc.array(fc.integer({ min: -size, max: size - 1 }), { minLength: length, maxLength: length }),
            }),
          },
        )
      return fc
        .record({
          parts: fc.tuple(...shape.map(forSize)),
          kept: fc.integer({ min: 0, max: shape.length }),
          rest: fc.option(fc.integer({ min: 0, max: shape.length }), { nil: null }),
          fresh: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 2 }),
        })
        .map(({ parts, kept, rest, fresh }) => {
          const list: Part[] = [...parts]
          // Either trailing dimensions are left out, or the dimensions at some place are what '...' stands for.
          if (rest === null) list.splice(kept)
          else list.splice(rest, Math.max(0, shape.length - kept - rest), { kind: 'rest' })
          for (const at of fresh) list.splice(Math.min(at, list.length), 0, { kind: 'new' })
          return { shape, parts: list }
        })
    })

/** An axis of the result: the positions in a dimension of the base, or a new one. */
interface Axis {
  readonly dim: number | null
  readonly positions: readonly number[]
  readonly isList: boolean
}

/** What an index names: the shape, and the place in the base of each element, by Python's rules for tensors. */
function meaning(shape: readonly number[], parts: readonly Part[]): Model {
  const used = parts.filter(({ kind }) => kind === 'number' || kind === 'slice' || kind === 'list').length
  const spread = parts.flatMap((part): Part[] => (part.kind === 'rest' ? whole(shape.length - used) : [part]))
  const full = [...spread, ...whole(shape.length - spread.filter(({ kind }) => kind !== 'new').length)]
  const fixed = shape.map(() => 0)
  const axes: Axis[] = []
  let dim = 0
  for (const part of full) {
    const size = shape[dim] ?? 0
    const wrap = (i: number): number => (i < 0 ? i + size : i)
    if (part.kind === 'new') axes.push({ dim: null, positions: [0], isList: false })
    else if (part.kind === 'number') fixed[dim++] = wrap(part.at)
    else if (part.kind === 'list') axes.push({ dim: dim++, positions: part.at.map(wrap), isList: true })
    else if (part.kind === 'slice') {
      const bound = (i: number): number => Math.min(Math.max(wrap(i), 0), size)
      const positions: number[] = []
      for (let i = bound(part.start ?? 0); i < bound(part.stop ?? size); i += part.step) positions.push(i)
      axes.push({ dim: dim++, positions, isList: false })
    }
  }
  const lists = axes.flatMap((axis, i) => (axis.isList ? [i] : []))
  const isTogether = lists.every((at, k) => k === 0 || at === (lists[k - 1] as number) + 1)
  const others = axes.filter((axis) => !axis.isList)
  const front = lists.length === 0 ? null : isTogether ? (lists[0] as number) : 0
  const out = others.map(({ positions }) => positions.length)
  if (front !== null) out.splice(front, 0, axes[lists[0] as number]?.positions.length ?? 0)
  const values = indicesOf(out).map((index) => {
    const at = [...fixed]
    const rest = [...index]
    const along = front === null ? 0 : (rest.splice(front, 1)[0] as number)
    for (const axis of axes) {
      const position = axis.positions[axis.isList ? along : (rest.shift() as number)] as number
      if (axis.dim !== null) at[axis.dim] = position
    }
    return placeOf(at, shape)
  })
  return { values, shape: out }
}
const whole = (count: number): Part[] =>
  Array.from({ length: count }, () => ({ kind: 'slice', start: null, stop: null, step: 1 }))

onEachDevice('indexing', (on) => {
  const toIndex = (part: Part): torch.Index => {
    if (part.kind === 'number') return part.at
    if (part.kind === 'slice') return Slice(part.start, part.stop, part.step)
    if (part.kind === 'list') return on.of(part.at, torch.int32)
    return part.kind === 'new' ? null : '...'
  }

  describe.each([
    ['numbers and slices', false],
    ['lists too', true],
  ] as const)('%s', (_, withLists) => {
    it('reads what Python reads', async () => {
      await fc.assert(
        fc.asyncProperty(indexed(withLists), async ({ shape, parts }) => {
          const x = on.tensor(counting(shape).values, shape)
          const { values, shape: out } = meaning(shape, parts)
          const picked = x.index(...parts.map(toIndex))
          await on.near(picked, values, out)
          expect(picked.storage === x.storage).toBe(parts.every(({ kind }) => kind !== 'list'))
        }),
        settings,
      )
    })

    it('writes, and adds, where it reads', async () => {
      await fc.assert(
        fc.asyncProperty(indexed(withLists), async ({ shape, parts }) => {
          const { values: places, shape: out } = meaning(shape, parts)
          const source = on.tensor(
            places.map((_place, i) => 100 + i),
            out,
          )
          const x = on.tensor(counting(shape).values, shape)
          x.index_put_(parts.map(toIndex), 7)
          await on.near(
            x,
            counting(shape).values.map((v) => (places.includes(v) ? 7 : v)),
            shape,
          )
          const added = [...counting(shape).values]
          for (const [i, place] of places.entries()) added[place] = (added[place] as number) + 100 + i
          await on.near(
            on.tensor(counting(shape).values, shape).index_put(parts.map(toIndex), source, { accumulate: true }),
            added,
            shape,
          )
          if (new Set(places).size < places.length) return
          const set = counting(shape).values.map((v) => (places.includes(v) ? 100 + places.indexOf(v) : v))
          await on.near(on.tensor(counting(shape).values, shape).index_put_(parts.map(toIndex), source), set, shape)
        }),
        settings,
      )
    })

    it('sends gradients back to where it read', async () => {
      await fc.assert(
        fc.asyncProperty(indexed(withLists), async ({ shape, parts }) => {
          const { values: places, shape: out } = meaning(shape, parts)
          const x = on.tensor(counting(shape).values, shape).requires_grad_()
          x.index(...parts.map(toIndex)).backward(
            on.tensor(
              places.map((_place, i) => i + 1),
              out,
            ),
          )
          const expected = counting(shape).values.map(() => 0)
          for (const [i, place] of places.entries()) expected[place] = (expected[place] as number) + i + 1
          await on.near(x.grad as Tensor, expected, shape)
        }),
        settings,
      )
    })
  })
})

onEachSyncDevice('indexing', (on) => {
  it('a mask reads, writes and sends gradients as a model does', async () => {
    const masked = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }).chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        rank: fc.integer({ min: 1, max: shape.length }),
        bits: fc.array(fc.boolean(), { minLength: sizeOf(shape), maxLength: sizeOf(shape) }),
      }),
    )
    await fc.assert(
      fc.asyncProperty(masked, async ({ shape, rank, bits }) => {
        const lead = shape.slice(0, rank)
        const held = bits.slice(0, sizeOf(lead))
        const mask = on.tensor(held.map(Number), lead, torch.bool)
        const inner = sizeOf(shape.slice(rank))
        const isHeld = (place: number): boolean => held[Math.floor(place / inner)] === true
        const places = counting(shape).values.filter(isHeld)
        const x = on.tensor(counting(shape).values, shape).requires_grad_()
        const picked = x.index(mask)
        await on.near(picked, places, [held.filter(Boolean).length, ...shape.slice(rank)])
        picked.mul(picked).sum().backward()
        await on.near(
          x.grad as Tensor,
          counting(shape).values.map((v) => (isHeld(v) ? 2 * v : 0)),
          shape,
        )
        await on.near(
          x.detach().index_put_([mask], -1),
          counting(shape).values.map((v) => (isHeld(v) ? -1 : v)),
          shape,
        )
      }),
      settings,
    )
  })
})

/** One step of a chain, from numbers that a random generator gave. */
interface Step {
  readonly name: string
  readonly a: number
  readonly b: number
}

const steps = fc.array(
  fc.record({
    name: fc.constantFrom(
      'permute',
      'transpose',
      'reshape',
      'narrow',
      'step',
      'select',
      'unsqueeze',
      'squeeze',
      'expand',
      'diagonal',
      'flatten',
      'flip',
      'contiguous',
      'unfold',
    ),
    a: fc.nat(1000),
    b: fc.nat(1000),
  }),
  { minLength: 1, maxLength: 6 },
)

/** A model rearranged: for each index of the result, the index of the element that stands there. */
const rearranged = (x: Model, shape: readonly number[], from: (index: number[]) => number[]): Model => ({
  shape,
  values: indicesOf(shape).map((index) => x.values[placeOf(from(index), x.shape)] as number),
})

/** Takes one step with a tensor and with its model. */
function take(x: Tensor, model: Model, { name, a, b }: Step): [Tensor, Model] {
  const { shape } = model
  const rank = shape.length
  const [d, e] = rank === 0 ? [0, 0] : [a % rank, b % rank]
  const size = shape[d] ?? 0
  const set = (at: number, value: number): number[] => shape.map((n, i) => (i === at ? value : n))
  if (name === 'reshape') {
    const count = sizeOf(shape)
    const divisors = Array.from({ length: count }, (_, i) => i + 1).filter((n) => count % n === 0)
    const rows = divisors[a % Math.max(1, divisors.length)] ?? 1
    const next = count === 0 ? [b % 3, 0] : [rows, -1]
    return [x.reshape(next), { ...model, shape: count === 0 ? next : [rows, count / rows] }]
  }
  if (name === 'flatten') return [x.flatten(), { ...model, shape: [sizeOf(shape)] }]
  if (name === 'contiguous') return [x.contiguous(), model]
  if (name === 'unsqueeze') {
    const at = a % (rank + 1)
    return [x.unsqueeze(at), { ...model, shape: [...shape.slice(0, at), 1, ...shape.slice(at)] }]
  }
  if (name === 'squeeze') return [x.squeeze(), { ...model, shape: shape.filter((n) => n !== 1) }]
  if (rank === 0) return [x, model]
  if (name === 'permute') {
    const order = shape.map((_, i) => (i + a) % rank)
    return [
      x.permute(order),
      rearranged(
        model,
        order.map((i) => shape[i] as number),
        (index) => order.map((_, i) => index[order.indexOf(i)] as number),
      ),
    ]
  }
  if (name === 'transpose') {
    const swap = (list: readonly number[]): number[] =>
      list.map((n, i) => (i === d ? (list[e] as number) : i === e ? (list[d] as number) : n))
    return [x.transpose(d, e), rearranged(model, swap(shape), swap)]
  }
  if (name === 'narrow') {
    const start = b % (size + 1)
    const length = Math.min(size - start, 1 + (a % 3))
    return [
      x.narrow(d, start, length),
      rearranged(model, set(d, length), (index) => index.map((n, i) => (i === d ? n + start : n))),
    ]
  }
  if (name === 'step') {
    const by = 1 + (b % 3)
    return [
      x.index(...shape.map((_, i) => (i === d ? Slice(null, null, by) : Slice()))),
      rearranged(model, set(d, Math.ceil(size / by)), (index) => index.map((n, i) => (i === d ? n * by : n))),
    ]
  }
  if (name === 'expand') {
    if (rank > 3) return [x, model]
    return [x.expand(2, ...shape), rearranged(model, [2, ...shape], (index) => index.slice(1))]
  }
  if (name === 'flip')
    return [x.flip(d), rearranged(model, shape, (index) => index.map((n, i) => (i === d ? size - 1 - n : n)))]
  if (name === 'select') {
    if (size === 0) return [x, model]
    const at = b % size
    return [
      x.select(d, at),
      rearranged(
        model,
        shape.filter((_, i) => i !== d),
        (index) => [...index.slice(0, d), at, ...index.slice(d)],
      ),
    ]
  }
  if (name === 'unfold') {
    if (size === 0 || rank > 3) return [x, model]
    const window = 1 + (b % size)
    return [
      x.unfold(d, window, 1),
      rearranged(model, [...set(d, size - window + 1), window], (index) =>
        index.slice(0, -1).map((n, i) => (i === d ? n + (index.at(-1) as number) : n)),
      ),
    ]
  }
  if (d === e || name !== 'diagonal') return [x, model]
  const length = Math.min(size, shape[e] as number)
  const rest = shape.flatMap((n, i) => (i === d || i === e ? [] : [n]))
  return [
    x.diagonal(0, d, e),
    rearranged(model, [...rest, length], (index) => {
      const others = index.slice(0, -1)
      return shape.map((_, i) => (i === d || i === e ? (index.at(-1) as number) : (others.shift() as number)))
    }),
  ]
}

onEachDevice('chains of views and copies', (on) => {
  const bases = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 })
  const isView = (chain: readonly Step[], x: Tensor, out: Tensor): boolean =>
    x.storage === out.storage && chain.every(({ name }) => name !== 'flip')

  it('show what a model shows, and send gradients back', async () => {
    await fc.assert(
      fc.asyncProperty(bases, steps, async (shape, chain) => {
        const x = on.tensor(counting(shape).values, shape).requires_grad_()
        let [out, model] = [x, counting(shape)]
        for (const step of chain) [out, model] = take(out, model, step)
        await on.near(out, model.values, model.shape)
        out.mul(out).sum().backward()
        const seen = counting(shape).values.map((v) => model.values.filter((w) => w === v).length)
        await on.near(
          x.grad as Tensor,
          counting(shape).values.map((v, i) => 2 * v * (seen[i] as number)),
          shape,
        )
      }),
      { ...settings, numRuns: 150 },
    )
  })

  it('write through to the base, with gradients, where they are views', async () => {
    await fc.assert(
      fc.asyncProperty(bases, steps, async (shape, chain) => {
        const leaf = on.tensor(counting(shape).values, shape).requires_grad_()
        const x = leaf.mul(1)
        let [out, model] = [x, counting(shape)]
        for (const step of chain) [out, model] = take(out, model, step)
        if (!isView(chain, x, out) || new Set(model.values).size < model.values.length) return
        out.mul_(3)
        await on.near(
          out,
          model.values.map((v) => 3 * v),
          model.shape,
        )
        await on.near(
          x,
          counting(shape).values.map((v) => (model.values.includes(v) ? 3 * v : v)),
          shape,
        )
        x.sum().backward()
        await on.near(
          leaf.grad as Tensor,
          counting(shape).values.map((v) => (model.values.includes(v) ? 3 : 1)),
          shape,
        )
      }),
      { ...settings, numRuns: 150 },
    )
  })
})
