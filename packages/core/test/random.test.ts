import { createHash } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import type { DType, TypedArray } from '../src/dtype.ts'
import * as torch from '../src/index.ts'
import { boxMullerAll } from '../src/random/box-muller.ts'
import { boxMuller32 } from '../src/random/cephes.ts'
import * as random from '../src/random/index.ts'
import { type DTypeName, dtypeNamed, readGolden } from './golden-file.ts'

const { Generator } = random

/** A call, the dtype and size of what it fills, its arguments, and the bytes that PyTorch wrote. */
type Step = [call: string, dtype: DTypeName, size: number, args: number[], bytes: string]
interface Case {
  readonly seed: number
  readonly steps: readonly Step[]
  readonly state: string
  readonly sample: string
}
interface Failure {
  readonly error: string
  readonly message: string
}

const { errors, ...cases } = (await readGolden<unknown>('random')) as Record<string, Case> & {
  errors: Record<string, Failure>
}

type Call = (out: TypedArray, dtype: DType, generator: random.Generator, ...args: number[]) => void

/** The probabilities 0/n, 1/n, …, and the weights of multinomial, as tools/golden/draws.py makes them. */
function filled(dtype: DType, size: number, value: (i: number) => number): Float32Array | Float64Array {
  const array = dtype.array(size) as Float32Array | Float64Array
  return array.map((_, i) => value(i))
}

const calls: Readonly<Record<string, Call>> = {
  uniform: (out, dtype, g, from = 0, to = 1) => random.fillUniform(out, dtype, from, to, g),
  normal: (out, dtype, g, mean = 0, std = 1) => random.fillNormal(out, dtype, mean, std, g),
  strided: (out, dtype, g, mean = 0, std = 1) => random.fillNormal(out, dtype, mean, std, g, false),
  random: (out, dtype, g) => random.fillRandom(out, dtype, g),
  from: (out, dtype, g, from = 0) => random.fillRandomFrom(out, dtype, from, null, g),
  randint: (out, dtype, g, from = 0, to = 0) => random.fillRandomFrom(out, dtype, from, to, g),
  randperm: (out, dtype, g) => random.fillPermutation(out, dtype, g),
  bernoulli: (out, _, g, p = 0) => random.fillBernoulli(out, p, g),
  chances: (out, dtype, generator) => {
    const chances = torch.tensor(filled(dtype, out.length, (i) => i / out.length))
    out.set(torch.bernoulli(chances, null, { generator }).to_typed_array())
  },
  dropout: (out, dtype, g, p = 0) => random.fillDropoutMask(out, dtype, p, g),
  exponential: (out, dtype, g, lambda = 1) => random.fillExponential(out, dtype, lambda, g),
  geometric: (out, dtype, g, p = 0) => random.fillGeometric(out, dtype, p, g),
  cauchy: (out, dtype, g, median = 0, sigma = 1) => random.fillCauchy(out, dtype, median, sigma, g),
  log_normal: (out, dtype, g, mean = 0, std = 1) => random.fillLogNormal(out, dtype, mean, std, g),
}

/** Runs a step: what it fills, whatever the call. */
function run([call, name, size, args]: Step, generator: random.Generator): TypedArray {
  const dtype = dtypeNamed(name)
  if (call === 'multinomial') {
    const [rows = 1, samples = 1, replacement] = args
    const weights = filled(dtype, size, (i) => ((i * 7 + 3) % 11) / 16)
    const drawn = torch.tensor(weights).reshape(rows, -1).multinomial(samples, Boolean(replacement), { generator })
    return drawn.to_typed_array()
  }
  const fill = calls[call]
  if (fill === undefined) throw new Error(`the golden file names a call that this test lacks: ${call}`)
  const out = dtype.array(size)
  fill(out, dtype, generator, ...args)
  return out
}

const bytesOf = (array: TypedArray): Buffer => Buffer.from(array.buffer, array.byteOffset, array.byteLength)
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** An array as tools/golden/draws.py writes it. */
function encoded(array: TypedArray): string {
  if (array.length <= 100) return bytesOf(array).toString('hex')
  const sample = array.filter((_, i) => i % 41 === 0)
  return `${bytesOf(sample).toString('hex')}#${sha256(bytesOf(array))}`
}

// In float64, PyTorch computes these with the logarithms and sines of the C library, which rounds one in a thousand to the
// further neighbour. Everything else is equal to the bit.
const rounded = new Set(['normal', 'strided', 'exponential', 'cauchy', 'log_normal'])

/** The float64 numbers of golden bytes. */
function doubles(golden: string): Float64Array {
  const bytes = Buffer.from(golden.split('#')[0] ?? '', 'hex')
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
}

/** Place in a state of the normal sample that waits there. */
const SAMPLE = 5024

/** The float64 numbers of ours and of golden bytes, side by side. */
function pairs(actual: TypedArray, golden: string): [number, number][] {
  const sampled = actual.length > 100 ? actual.filter((_, i) => i % 41 === 0) : actual
  return Array.from(doubles(golden), (value, i) => [sampled[i] as number, value])
}

/** The golden bytes, if the float64 numbers are within 4 units in the last place of theirs; otherwise our own. */
function near(actual: TypedArray, golden: string): string {
  const equal = pairs(actual, golden).every(([a, b]) => Math.abs(a - b) <= 4 * 2 ** -52 * Math.abs(b))
  return equal ? golden : encoded(actual)
}

describe('draws are those of PyTorch', () => {
  test.each(Object.entries(cases))('%s', (_, { seed, steps, state, sample }) => {
    const generator = new Generator().manual_seed(seed)
    const float64: [number, number][] = []
    for (const step of steps) {
      const [call, dtype, size, args, bytes] = step
      const out = run(step, generator)
      const exact = dtype !== 'f64' || !rounded.has(call)
      if (!exact) float64.push(...pairs(out, bytes))
      expect(exact ? encoded(out) : near(out, bytes), `${call}(${args.join()}) of ${size} ${dtype}`).toBe(bytes)
    }
    expect(float64.filter(([a, b]) => a !== b).length).toBeLessThanOrEqual(Math.ceil(float64.length / 100))
    const bytes = generator.get_state()
    expect(near(new Float64Array(bytes.slice(SAMPLE, SAMPLE + 8).buffer), sample)).toBe(sample)
    expect(sha256(bytes.fill(0, SAMPLE, SAMPLE + 8))).toBe(state)
  })
})

describe('Generator', () => {
  afterEach(() => {
    random.seed()
  })

  test('starts from the seed that PyTorch starts from', () => {
    expect(new Generator().initial_seed()).toBe(67280421310721)
    expect(new Generator().device).toBe('cpu')
  })

  test('takes seeds as unsigned 64-bit integers', () => {
    expect(new Generator().manual_seed(5).initial_seed()).toBe(5)
    expect(new Generator().manual_seed(-1).initial_seed()).toBe(2n ** 64n - 1n)
    expect(new Generator().manual_seed(2n ** 64n - 1n).initial_seed()).toBe(2n ** 64n - 1n)
    expect(new Generator().manual_seed(-(2n ** 63n)).initial_seed()).toBe(2n ** 63n)
    expect(random.manual_seed(1.9).initial_seed()).toBe(1)
    expect(random.manual_seed(-1.9).initial_seed()).toBe(2n ** 64n - 1n)
    expect(random.initial_seed()).toBe(2n ** 64n - 1n)
  })

  test('seeds itself differently each time, and says how', () => {
    const generator = new Generator()
    const first = generator.seed()
    expect(generator.initial_seed()).toBe(first)
    expect(generator.seed()).not.toBe(first)
    const seed = random.seed()
    expect(random.initial_seed()).toBe(seed)
  })

  /** What the next calls of all kinds draw. */
  const ahead = (generator: random.Generator): string =>
    (['normal', 'uniform', 'strided', 'randperm'] as const)
      .map((call) => encoded(run([call, 'f32', 700, [], ''], generator)))
      .join()

  test.each([0, 1, 2, 623, 624, 625, 1000])('goes on from a state taken after %i words', (words) => {
    const generator = new Generator().manual_seed(3)
    for (let i = 0; i < words; i++) generator.random()
    const state = generator.get_state()
    expect(state).toHaveLength(5056)
    const copy = new Generator().set_state(state)
    expect(copy.get_state()).toEqual(state)
    expect(copy.initial_seed()).toBe(3)
    expect(ahead(copy)).toBe(ahead(generator))
    expect(ahead(generator.set_state(state))).toBe(ahead(new Generator().set_state(state)))
  })

  // Many are made by blocks, few one by one; pieces of 700 are few.
  describe.each([0, 1, 2, 623, 624, 625, 1000])('after %i words, many at once are those of pieces', (words) => {
    const begun = (): random.Generator => {
      const generator = new Generator().manual_seed(3)
      for (let i = 0; i < words; i++) generator.random()
      return generator
    }
    /** What a fill draws, and the state that it leaves: of 7,000 at once, and of 700 after 700. */
    const drawn = (fill: (out: Float32Array, generator: random.Generator) => void): readonly unknown[] =>
      [7000, 700].map((size) => {
        const [out, generator] = [new Float32Array(7000), begun()]
        for (let i = 0; i < out.length; i += size) fill(out.subarray(i, i + size), generator)
        return [encoded(out), generator.get_state()]
      })
    test.each([
      [0, 1],
      [-0.3, 2.7],
      [1e30, 3e38],
    ])('uniform from %d to %d', (from, to) => {
      const [many, few] = drawn((out, generator) => random.fillUniform(out, torch.float32, from, to, generator))
      expect(many).toEqual(few)
    })
    test.each([0, 1e-9, 0.1, 0.5, 1])('chances of %d', (p) => {
      const [many, few] = drawn((out, generator) => random.fillBernoulli(out, p, generator))
      expect(many).toEqual(few)
    })
  })

  test('many normal numbers are those of the plain formula', () => {
    const step = 2 ** -24
    const uniform = Float32Array.from({ length: 2 ** 19 }, (_, i) => ((i * 257) % 2 ** 24) * step)
    uniform.set([0, step, 1 - step, 0.5, 0.25, 0.75, 0.125, 0.375, 0, step, 1 - step, 0.5, 0.25, 0.75, 0.125, 0.375])
    const [many, plain] = [uniform.slice(), uniform.slice()]
    boxMullerAll(many, 0.3, 1.7)
    for (let i = 0; i < plain.length; i += 16) boxMuller32(plain, i, 0.3, 1.7)
    expect(encoded(many)).toEqual(encoded(plain))
  })

  test('keeps the second sample of a pair in the state, and forgets it when seeded', () => {
    const generator = new Generator().manual_seed(3)
    const draw = (): number => run(['normal', 'f64', 1, [], ''], generator)[0] as number
    draw()
    const state = generator.get_state()
    const second = draw()
    const third = draw()
    generator.set_state(state)
    expect([draw(), draw()]).toEqual([second, third])
    generator.manual_seed(3)
    const first = draw()
    generator.manual_seed(3)
    expect(draw()).toBe(first)
    expect(draw()).toBe(second)
  })

  test('keeps a float32 sample that PyTorch may have left in a state', () => {
    const state = new Generator().get_state()
    new DataView(state.buffer).setFloat32(5048, 0.5, true)
    state[5052] = 1
    expect(new Generator().set_state(state).get_state()).toEqual(state)
  })

  test('refuses bytes that are no state, and stays as it was', () => {
    const generator = new Generator().manual_seed(3)
    const before = generator.get_state()
    const changed = (offset: number, value: number): Uint8Array => {
      const state = before.slice()
      new DataView(state.buffer).setUint32(offset, value, true)
      return state
    }
    for (const state of [changed(8, 0), changed(8, 625), changed(12, 0), changed(16, 625), changed(20, 1)]) {
      expect(() => generator.set_state(state)).toThrow('Invalid mt19937 state')
    }
    expect(() => generator.set_state(before.slice(8))).toThrow(
      'Expected a CPUGeneratorImplState of size 5056 but found the input RNG state size to be 5048',
    )
    expect(generator.get_state()).toEqual(before)
  })

  test('the default generator is seeded, saved and set by functions', () => {
    expect(random.manual_seed(7)).toBe(random.default_generator)
    const state = random.get_rng_state()
    const drawn = ahead(random.default_generator)
    random.set_rng_state(state)
    expect(ahead(random.default_generator)).toBe(drawn)
  })

  test('fork_rng puts the default generator back', () => {
    random.manual_seed(7)
    const state = random.get_rng_state()
    const inner = random.fork_rng(() => {
      random.manual_seed(8)
      return random.default_generator.random()
    })
    expect(inner).toBe(new Generator().manual_seed(8).random())
    expect(random.get_rng_state()).toEqual(state)
    expect(() =>
      random.fork_rng(() => {
        random.default_generator.random()
        throw new Error('inside')
      }),
    ).toThrow('inside')
    expect(random.get_rng_state()).toEqual(state)
    // @ts-expect-error -- types refuse it too
    expect(() => random.fork_rng(async () => random.default_generator.random())).toThrow('returned a Promise')
    expect(random.get_rng_state()).toEqual(state)
  })
})

describe('errors are those of PyTorch, before anything is drawn', () => {
  const generator = new Generator()
  const on =
    (call: string, dtype: DTypeName, ...args: number[]) =>
    () =>
      run([call, dtype, 3, args, ''], generator)
  const multinomial =
    (data: number[], samples: number, replacement = false) =>
    () =>
      torch.tensor(data).multinomial(samples, replacement, { generator })
  const failing: Readonly<Record<string, () => unknown>> = {
    'seed 2**64': () => generator.manual_seed(2 ** 64),
    'seed -2**63 - 1': () => generator.manual_seed(-(2n ** 63n) - 1n),
    'seed 1.5': () => generator.manual_seed(1.5),
    'seed nan': () => random.manual_seed(Number.NaN),
    'state of zeros': () => generator.set_state(new Uint8Array(5056)),
    'state of floats': () => generator.set_state(JSON.parse('[1, 2]')),
    'uniform 2 1': on('uniform', 'f32', 2, 1.25),
    'uniform too wide': on('uniform', 'f32', -3e38, 3.123456789e38),
    'uniform out of float32': on('uniform', 'f32', 0, 1e39),
    'uniform of integers': on('uniform', 'i32'),
    'normal std': on('normal', 'f32', 0, -0.0000123456789),
    'normal of integers': on('normal', 'i32'),
    'bernoulli 1.5': on('bernoulli', 'f32', 1.5),
    'bernoulli nan': on('bernoulli', 'f32', Number.NaN),
    'exponential of integers': on('exponential', 'i32'),
    'geometric 0': on('geometric', 'f32', 0),
    'geometric 1e9': on('geometric', 'f32', 1e9),
    'geometric of bools': on('geometric', 'bool', 0.5),
    'log_normal std': on('log_normal', 'f32', 0, 0),
    'cauchy of integers': on('cauchy', 'i32'),
    'randint 5 5': on('randint', 'f32', 5, 5),
    'randint to of uint8': on('randint', 'u8', 0, 257),
    'randint from of uint8': on('randint', 'u8', -1, 5),
    'randint to of int32': on('randint', 'i32', 0, 2 ** 31 + 1),
    'randint to of bool': on('randint', 'bool', 0, 3),
    'randint between floats': on('randint', 'f32', 2 ** 25 + 3, 2 ** 25 + 4),
    'random from past float32': on('from', 'f32', 2 ** 30),
    'randperm of uint8': () => run(['randperm', 'u8', 257, [], ''], generator),
    'randperm of bools': on('randperm', 'bool'),
    'multinomial none': multinomial([0.5], 0),
    'multinomial too many': multinomial([0.5, 0.5], 3),
    'multinomial negative': multinomial([0.5, -0.5], 1),
    'multinomial zeros': multinomial([0, 0], 1),
    'multinomial infinity': multinomial([0.5, Number.POSITIVE_INFINITY], 2, true),
    'multinomial nan': multinomial([0.5, Number.NaN], 1),
    'multinomial negative, replacing': multinomial([0.5, -1], 2, true),
    'multinomial zeros, replacing': multinomial([0, 0], 2, true),
    'dropout 1.5': on('dropout', 'f32', 1.5),
  }

  test.each(Object.entries(errors))('%s', (name, { error, message }) => {
    const state = generator.get_state()
    let thrown: unknown = null
    try {
      failing[name]?.()
    } catch (caught) {
      thrown = caught
    }
    expect(thrown).toBeInstanceOf(Error)
    expect([(thrown as Error).name, (thrown as Error).message]).toEqual([error, message])
    expect(generator.get_state()).toEqual(state)
  })

  test('those that 1.13 does not have', () => {
    expect(on('exponential', 'f32', 0)).toThrow('exponential_ expects lambda > 0.0, but found lambda=0')
    expect(on('cauchy', 'f32', 0, -1)).toThrow('cauchy_ expects sigma > 0.0, but found sigma=-1')
    expect(on('randint', 'f32', 0.5, 3)).toThrow("random_: 'from' must be an integer of at most 2^53, got 0.5")
    expect(() => torch.tensor([0.5, 1.5]).bernoulli(null, { generator })).toThrow(
      'Expected p_in >= 0 && p_in <= 1 to be true, but got false.',
    )
    expect(() =>
      torch
        .zeros(1)
        .expand(2 ** 24 + 1)
        .multinomial(1, true, { generator }),
    ).toThrow('number of categories cannot exceed 2^24')
    expect(() => torch.tensor([1, 2], { dtype: torch.int32 }).multinomial(1)).toThrow(
      'multinomial only supports floating-point dtypes for input, got: Int',
    )
    expect(() => torch.tensor([1, 0], { dtype: torch.int32 }).bernoulli()).toThrow(
      '"bernoulli_tensor_cpu_p_" not implemented for \'Int\'',
    )
  })
})
