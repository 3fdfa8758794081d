/**
 * Ops that work with values, not with shapes alone, and still read none on the host: each against a plain model on every device,
 * and so on those that cannot be read at once.
 */
import { describe, expect, it } from 'vitest'
import * as torch from '../src/index.ts'
import { onEachDevice, onEachSyncDevice, Slice, type Tensor, valuesOf } from './harness.ts'

const { int32 } = torch

onEachDevice('without a look at values', (on) => {
  const whole = (values: readonly number[]): Tensor => on.of(values, int32)

  describe('search', () => {
    const nan = Number.NaN
    const modelOf = (line: readonly number[], value: number, right: boolean): number =>
      line.filter((x) => x < value || (right && x === value) || (Number.isNaN(value) && !Number.isNaN(x))).length

    it('searchsorted, from rows of every length', async () => {
      for (const n of [1, 2, 3, 4, 5, 8, 9, 31, 32, 33]) {
        for (const right of [false, true]) {
          const line = on.integers(n, [-6, 6]).sort((a, b) => a - b)
          const wanted = [...on.integers(8, [-7, 7]), -0.5, Infinity, -Infinity, nan]
          await on.exactly(
            torch.searchsorted(on.of(line), on.of(wanted), { right }),
            wanted.map((value) => modelOf(line, value, right)),
          )
        }
      }
    })

    it('searchsorted, in rows of its own, strided, and with NaN last', async () => {
      const lines = [
        [1, 3, 3, nan],
        [-2, 0, 5, 9],
      ]
      const wanted = [
        [3, nan, 0],
        [9, -3, 5],
      ]
      for (const right of [false, true]) {
        const places = wanted.flatMap((row, i) => row.map((value) => modelOf(lines[i] as number[], value, right)))
        const [sorted, values] = [on.of(lines), on.of(wanted)]
        await on.exactly(torch.searchsorted(sorted, values, { right }), places, [2, 3])
        const strided = sorted.t().contiguous().t()
        await on.exactly(torch.searchsorted(strided, values.t().contiguous().t(), { right }), places, [2, 3])
      }
    })

    it('searchsorted compares in the common dtype', async () => {
      await on.exactly(torch.searchsorted(whole([1, 2, 3]), on.of([1.5, 2.5])), [1, 2])
      await on.exactly(torch.searchsorted(whole([1, 2, 3]), 2.5), [2], [])
      await on.exactly(torch.searchsorted(on.of([]), on.of([1, 2])), [0, 0])
    })

    it('isin', async () => {
      const x = on.of([
        [1, 2, nan],
        [4, 2.5, -1],
      ])
      await on.exactly(torch.isin(x, on.of([2, nan, -1, 2, 7])), [0, 1, 0, 0, 0, 1], [2, 3])
      await on.exactly(torch.isin(x, whole([2, 1]), { invert: true }), [0, 0, 1, 1, 1, 1], [2, 3])
      await on.exactly(torch.isin(x, on.of([])), [0, 0, 0, 0, 0, 0], [2, 3])
      await on.exactly(torch.isin(x, on.of([]), { invert: true }), [1, 1, 1, 1, 1, 1], [2, 3])
      await on.exactly(torch.isin(x, 2), [0, 1, 0, 0, 0, 0], [2, 3])
    })
  })

  it('mode takes the smallest of the most frequent, and its last place', async () => {
    const rows = [
      [3, 1, 2, 1, 3, 3, 1],
      [5, 5, 4, 4, 4, 5, 6],
      [7, 6, 5, 4, 3, 2, 1],
    ]
    const { values, indices } = on.of(rows).mode()
    await on.exactly(values, [1, 4, 1])
    await on.exactly(indices, [6, 4, 6])
    const columns = on.of(rows).t().mode(0, true)
    await on.exactly(columns.values, [1, 4, 1], [1, 3])
    await on.exactly(whole([2, 2, 1]).mode().values, [2], [])
    // NaN equals nothing.
    await on.exactly(on.of([Number.NaN, Number.NaN, 2, 2]).mode().values, [2], [])
  })

  it('histc', async () => {
    const x = on.of([0, 0.9, 1, 2.5, 3, 3, -1, 7, Number.NaN])
    await on.exactly(x.histc(3, 0, 3), [2, 1, 3])
    await on.exactly(on.of([1, 2, 5]).histc(4), [1, 1, 0, 1])
    await on.exactly(on.of([2, 2]).histc(2), [0, 2])
    await on.exactly(on.of([]).histc(2), [0, 0])
  })

  it('repeat_interleave of a size that is told', async () => {
    const x = on.of([
      [1, 2],
      [3, 4],
      [5, 6],
    ])
    const repeats = whole([2, 0, 1])
    await on.exactly(x.repeat_interleave(repeats, 0, { output_size: 3 }), [1, 2, 1, 2, 5, 6], [3, 2])
    await on.exactly(
      x.repeat_interleave(whole([2]), 1, { output_size: 4 }),
      [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6],
      [3, 4],
    )
    expect(() => x.repeat_interleave(2, 0, { output_size: 5 })).toThrow('allocated size does not match required size')
  })

  it('one_hot of so many classes', async () => {
    await on.exactly(torch.one_hot(whole([1, 0]), 3), [0, 1, 0, 1, 0, 0], [2, 3])
  })

  it('gcd and lcm', async () => {
    const gcdOf = (a: number, b: number): number => (b === 0 ? Math.abs(a) : gcdOf(b, a % b))
    const [a, b] = [on.integers(200, [-4000, 4000]), on.integers(200, [-4000, 4000])]
    // Fibonacci's numbers take Euclid the most steps.
    const [x, y] = [
      [...a, 14_930_352, 0, -6, 16_777_215],
      [...b, 9_227_465, 0, 0, 5_592_405],
    ]
    const divisors = x.map((value, i) => gcdOf(value, y[i] as number))
    await on.exactly(torch.gcd(whole(x), whole(y)), divisors)
    const multiples = a.map((value, i) => Math.abs(value * (b[i] as number)) / (divisors[i] as number))
    await on.exactly(torch.lcm(whole(a), whole(b)), multiples)
    await on.exactly(whole([12, 18]).gcd_(whole([8, 27])), [4, 9])
  })

  it('nextafter is the neighbour', async () => {
    const next = (value: number, up: boolean): number => {
      const cell = new Float32Array([value])
      const bits = new Int32Array(cell.buffer)
      bits[0] = (bits[0] as number) + (value > 0 === up ? 1 : -1)
      return cell[0] as number
    }
    // GPUs have no numbers below 2^-126.
    const powers = [-124, -100, -30, -1, 0, 1, 2, 24, 60, 127].flatMap((e) => [2 ** e, -(2 ** e)])
    const values = [...powers, ...powers.map((x) => next(x, true)), ...on.numbers(50)].map(Math.fround)
    for (const [towards, up] of [
      [Infinity, true],
      [-Infinity, false],
    ] as const) {
      await on.exactly(
        torch.nextafter(on.of(values), on.of([towards])),
        values.map((x) => next(x, up)),
      )
    }
    await on.exactly(torch.nextafter(on.of([1, Infinity]), on.of([1, 0])), [1, 3.4028234663852886e38])
    await on.exactly(torch.nextafter(on.of([3.4028234663852886e38]), on.of([Infinity])), [Infinity])
  })

  describe('masks', () => {
    const mask = () =>
      on.of([
        [true, false, true],
        [false, true, false],
      ])
    const x = () =>
      on.leaf(
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
        torch.float32,
      )

    it('masked_scatter, with what of the source is not taken', async () => {
      const [input, source] = [x(), on.leaf([10, 20, 30, 40], torch.float32)]
      const out = input.masked_scatter(mask(), source)
      await on.exactly(out, [10, 2, 20, 4, 30, 6], [2, 3])
      out
        .mul(
          on.of([
            [1, 2, 3],
            [4, 5, 6],
          ]),
        )
        .sum()
        .backward()
      await on.exactly(input.grad as Tensor, [0, 2, 0, 4, 0, 6], [2, 3])
      await on.exactly(source.grad as Tensor, [1, 3, 5, 0])
      await on.exactly(
        x().masked_scatter(mask().logical_and(mask().logical_not()), on.of([])),
        [1, 2, 3, 4, 5, 6],
        [2, 3],
      )
      await on.exactly(
        on
          .of([
            [1, 2],
            [3, 4],
          ])
          .masked_scatter(on.of([true, false]), on.of([8, 9])),
        [8, 2, 9, 4],
        [2, 2],
      )
    })

    const written = (indices: readonly torch.Index[], values: torch.TensorLike, accumulate = false): Tensor =>
      x().detach().index_put_(indices, values, accumulate)

    it('index_put_ of one value, a value for each place, and rows', async () => {
      await on.exactly(written([mask()], 7), [7, 2, 7, 4, 7, 6], [2, 3])
      await on.exactly(written([mask()], on.of([7, 8, 9])), [7, 2, 8, 4, 9, 6], [2, 3])
      await on.exactly(written([mask()], on.of([7, 8, 9]), true), [8, 2, 11, 4, 14, 6], [2, 3])
      await on.exactly(written([on.of([false, true])], on.of([7, 8, 9])), [1, 2, 3, 7, 8, 9], [2, 3])
      await on.exactly(
        written(
          [on.of([true, true])],
          on.of([
            [7, 8, 9],
            [1, 1, 1],
          ]),
        ),
        [7, 8, 9, 1, 1, 1],
        [2, 3],
      )
      await on.exactly(written([Slice(), on.of([true, false, true])], on.of([[7], [8]])), [7, 2, 7, 8, 5, 8], [2, 3])
      await on.exactly(written([Slice(), on.of([true, false, true])], on.of([7, 8])), [7, 2, 8, 7, 5, 8], [2, 3])
      await on.exactly(written([1, on.of([true, false, true])], on.of([7, 8])), [1, 2, 3, 7, 5, 8], [2, 3])
      await on.exactly(written([on.of([1, 0]).to(torch.uint8)], -1), [-1, -1, -1, 4, 5, 6], [2, 3])
      await on.exactly(written([on.of(true)], on.of([7, 8, 9])), [7, 8, 9, 7, 8, 9], [2, 3])
      await on.exactly(written([mask().logical_and(mask().logical_not())], on.of([])), [1, 2, 3, 4, 5, 6], [2, 3])
      expect(() => written([on.of([true, false])], on.of([1, 2]))).toThrow('cannot be broadcast to indexing result')
    })

    it('lists of truth values', async () => {
      await on.exactly(x().index([true, false]), [1, 2, 3], [1, 3])
      await on.exactly(written([Slice(), [true, false, true]], on.of([7, 8])), [7, 2, 8, 7, 5, 8], [2, 3])
      expect(() => x().index([true, false, true])).toThrow('The shape of the mask [3] at index 0 does not match')
    })

    it('gradients of what was written', async () => {
      const weights = on.of([
        [1, 2, 3],
        [4, 5, 6],
      ])
      const cases: [torch.Index[], number[] | number[][] | number, number[], number[]][] = [
        [[mask()], [7, 8, 9], [0, 2, 0, 4, 0, 6], [1, 3, 5]],
        [[mask()], 7, [0, 2, 0, 4, 0, 6], [9]],
        [[on.of([false, true])], [7, 8, 9], [1, 2, 3, 0, 0, 0], [4, 5, 6]],
        [
          [Slice(), on.of([true, false, true])],
          [7, 8],
          [0, 2, 0, 0, 5, 0],
          [5, 9],
        ],
        [
          [Slice(), on.of([true, false, true])],
          [[7], [8]],
          [0, 2, 0, 0, 5, 0],
          [4, 10],
        ],
      ]
      for (const [indices, given, own, others] of cases) {
        const [input, values] = [x(), on.leaf(given, torch.float32)]
        input.mul(1).index_put_(indices, values).mul(weights).sum().backward()
        expect(await valuesOf(input.grad as Tensor)).toEqual(own)
        expect(await valuesOf(values.grad as Tensor)).toEqual(others)
      }
    })
  })

  it('quantiles at a vector of fractions', async () => {
    const x = on.of([
      [4, 1, 3, 2],
      [8, 5, 7, 6],
    ])
    await on.near(x.quantile(on.of([0, 0.5, 1]), 1), [1, 5, 2.5, 6.5, 4, 8], [3, 2])
    await on.near(x.nanquantile(on.of([0.25])), [2.75], [1])
  })

  describe('draws', () => {
    const seeded = (): torch.Generator => new torch.Generator().manual_seed(3)
    const onCpu = (x: Tensor): Promise<Tensor> => x.cpu()

    it('bernoulli of probabilities, as on the CPU', async () => {
      const p = torch.arange(60, { device: 'cpu' }).div(59).reshape(6, 10)
      const here = on.tensor(await valuesOf(p), [6, 10])
      const expected = await valuesOf(p.bernoulli(null, { generator: seeded() }))
      await on.exactly(here.bernoulli(null, { generator: seeded() }), expected, [6, 10])
      const filled = here.new_zeros([6, 10], { dtype: int32 }).bernoulli_(here, { generator: seeded() })
      await on.exactly(filled, expected, [6, 10])
      // In the order of memory.
      const turned = here.new_zeros([10, 6]).t()
      turned.bernoulli_(here, { generator: seeded() })
      const same = p.new_zeros([10, 6]).t().bernoulli_(p, { generator: seeded() })
      await on.exactly(turned, await valuesOf(same), [6, 10])
    })

    it('multinomial, as on the CPU', async () => {
      const weights = torch.arange(36, { device: 'cpu' }).mul(7).remainder(11).add(1).reshape(3, 12).float()
      const here = on.tensor(await valuesOf(weights), [3, 12])
      for (const [samples, replacement] of [
        [1, false],
        [1, true],
        [5, false],
        [40, true],
      ] as const) {
        const options = { generator: seeded() }
        const expected = await onCpu(weights.multinomial(samples, replacement, options))
        options.generator = seeded()
        await on.exactly(here.multinomial(samples, replacement, options), await valuesOf(expected), expected.shape)
      }
    })
  })

  it('a lone whole number is the other operand of max and min, not a dimension', async () => {
    const [x, two] = [whole([1, 3]), whole([2]).reshape([])]
    await on.exactly(torch.max(x, two), [2, 3])
    await on.exactly(x.min(two), [1, 2])
    await on.exactly(x.max({ other: two }), [2, 3])
  })

  it('what has to look is refused where values come later', async () => {
    const x = on.of([3, 1, 3])
    const looks: Readonly<Record<string, () => unknown>> = {
      item: () => x.sum().item(),
      tolist: () => x.tolist(),
      nonzero: () => x.nonzero(),
      where: () => torch.where(x.gt(1)),
      masked_select: () => x.masked_select(x.gt(1)),
      'index by a mask': () => x.index(x.gt(1)),
      'index by a number on the device': () => x.index(whole([1]).reshape([])),
      'index_put_ by a mask among others': () =>
        x
          .reshape(3, 1)
          .clone()
          .index_put_([x.gt(1), whole([0])], 5),
      unique: () => x.unique(),
      unique_consecutive: () => x.unique_consecutive(),
      bincount: () => whole([1, 0]).bincount(),
      'one_hot of any number of classes': () => torch.one_hot(whole([1, 0])),
      'repeat_interleave of any size': () => x.repeat_interleave(whole([1, 0, 2])),
      equal: () => x.equal(x),
      allclose: () => x.allclose(x),
      is_nonzero: () => x.sum().is_nonzero(),
    }
    for (const look of Object.values(looks)) await on.atOnce(look)
  })
})

onEachSyncDevice('with a look at values', (on) => {
  it('mistakes among them are found', () => {
    const [x, mask] = [on.of([1, 2, 3]), on.of([true, true, false])]
    expect(() => x.repeat_interleave(on.of([2, 0, 1], torch.int32), 0, { output_size: 4 })).toThrow(
      'allocated size does not match required size (repeat_interleave: output_size is 4, the repeats add up to 3)',
    )
    expect(() => x.index_put_([mask], on.of([1, 2, 3]))).toThrow(
      'shape mismatch: value tensor of shape [3] cannot be broadcast to indexing result of shape [2]',
    )
    expect(() => x.masked_scatter(mask, on.of([1]))).toThrow('Number of elements of source < number of ones in mask')
    expect(() => x.quantile(on.of([2]))).toThrow('quantile() q values must be in the range [0, 1]')
    expect(() => torch.one_hot(on.of([3], torch.int32), 3)).toThrow('Class values must be smaller than num_classes.')
    expect(() => x.bernoulli()).toThrow('(bernoulli: the probability at position 1 is 2)')
    expect(() => x.sub(2).multinomial(1)).toThrow('probability tensor contains either `inf`, `nan` or element < 0')
    expect(() => on.of([1, Number.NaN]).histc(2)).toThrow('torch.histc: range of [NaN, NaN] is not finite')
  })
})
