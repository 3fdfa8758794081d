import { F32, F32x4, F64, F64x2, I32, I32x4, ModuleBuilder } from '../devices/wasm/assembler.ts'
import { hasSimd } from '../devices/wasm/probe.ts'
import type { Generator } from './generator.ts'
import { Mt19937 } from './mt19937.ts'

const N = Mt19937.size
const M = 397

/** Where things lie in the module's memory, in bytes: a block of state and the one that follows, words, and what is made of them. */
const [state, following, words, results] = [64, 64 + 4 * N, 64 + 8 * N + 16, 64 + 12 * N + 32]

/**
 * The kernels: `block` goes on to the next block of words, four at a time; `uniform` makes numbers of the words, a float32 from
 * `start` on each; `choose` makes of each pair of words from `at` on `one` where its low 53 bits are less than `high · 2³² + low`.
 */
function blockModule(): ModuleBuilder {
  const m = new ModuleBuilder()
  m.importMemory()
  const block = m.function([], undefined, (f) => {
    const at = f.let(I32.const(0))
    // Laid out one behind the other, the blocks are one sequence, in which a word depends on words before it alone.
    f.while(at.lt(4 * N), () => {
      const [old, after] = [I32x4.load(at, state), f.let(I32x4.load(at, state + 4))]
      const twisted = old
        .and(I32x4.const(0x80000000))
        .or(after.and(I32x4.const(0x7fffffff)))
        .shr(1)
        .xor(after.and(I32x4.const(1)).neg().and(I32x4.const(0x9908b0df)))
      f.store(at, I32x4.load(at, state + 4 * M).xor(twisted), following)
      f.set(at, at.add(16))
    })
    f.set(at, I32.const(0))
    f.while(at.lt(4 * N), () => {
      const y = f.let(I32x4.load(at, following))
      f.store(at, y, state)
      f.set(y, y.xor(y.shr(11)))
      f.set(y, y.xor(y.shl(7).and(I32x4.const(0x9d2c5680))))
      f.set(y, y.xor(y.shl(15).and(I32x4.const(0xefc60000))))
      f.store(at, y.xor(y.shr(18)), words)
      f.set(at, at.add(16))
    })
  })
  const uniform = m.function<[F64, F64]>([F64, F64], undefined, (f, scale, start) => {
    const at = f.let(I32.const(0))
    f.while(at.lt(4 * N), () => {
      const bits = f.let(I32x4.load(at, words).and(I32x4.const(0xffffff)))
      const half = (two: I32x4): F32x4 => two.toF64x2().mul(F64x2.splat(scale)).add(F64x2.splat(start)).toF32x4()
      const [low, high] = [half(bits), half(bits.shuffle(bits, [2, 3, 2, 3]))]
      f.store(at, low.shuffle(high, [0, 1, 4, 5]), results)
      f.set(at, at.add(16))
    })
  })
  const choose = m.function<[I32, I32, I32, F32]>([I32, I32, I32, F32], undefined, (f, from, high, low, one) => {
    const at = f.let(I32.const(0))
    f.while(at.lt(2 * N), () => {
      const [first, second] = [f.let(I32x4.load(from)), f.let(I32x4.load(from, 16))]
      const top = f.let(first.shuffle(second, [0, 2, 4, 6]).and(I32x4.const(0x1fffff)))
      const rest = first.shuffle(second, [1, 3, 5, 7])
      const isLess = top.lt(I32x4.splat(high)).or(top.eq(I32x4.splat(high)).and(rest.ltUnsigned(I32x4.splat(low))))
      f.store(at, isLess.and(F32x4.splat(one)), results)
      f.set(from, from.add(32))
      f.set(at, at.add(16))
    })
  })
  for (const [name, handle] of Object.entries({ block, uniform, choose })) m.export(name, handle)
  return m
}

type Kernel = (...args: readonly number[]) => void

/** The module with its memory. */
class Blocks {
  readonly #kernels: Readonly<Record<string, Kernel>>
  readonly state: Int32Array
  readonly words: Int32Array
  readonly results: Float32Array

  constructor() {
    const memory = new WebAssembly.Memory({ initial: 1 })
    const { exports } = new WebAssembly.Instance(blockModule().compile(), { env: { memory } })
    this.#kernels = exports as Readonly<Record<string, Kernel>>
    this.state = new Int32Array(memory.buffer, state, N)
    this.words = new Int32Array(memory.buffer, words - 4, N + 1)
    this.results = new Float32Array(memory.buffer, results, N)
  }

  run(kernel: 'block' | 'uniform' | 'choose', ...args: readonly number[]): void {
    this.#kernels[kernel]?.(...args)
  }
}

let blocks: Blocks | null = null

/** Elements from which on a fill by blocks is worth its copies. */
const worthwhile = 2 * N

/** How elements are filled: one from the generator as it comes, or as many as a block gives by a kernel, from a place of its words on. */
interface Filling {
  /** Words that each takes. */
  readonly words: 1 | 2
  readonly one: (generator: Generator) => number
  readonly many: (blocks: Blocks, from: number) => void
}

/** Fills `out` by whole blocks where that can be and is worth it, and one by one elsewhere: the numbers are the same. */
function fill(out: Float32Array, generator: Generator, { words: each, one, many }: Filling): void {
  const { engine } = generator
  let i = 0
  if (hasSimd && out.length >= worthwhile) {
    while (engine.left > each) out[i++] = one(generator)
    // A pair may begin with the last word of a block: that word is then put before those of the next.
    const isCut = engine.left === 2
    blocks ??= new Blocks()
    if (isCut) blocks.words[0] = engine.random()
    blocks.state.set(engine.state)
    const count = N / each
    for (; out.length - i >= count; i += count) {
      blocks.run('block')
      many(blocks, isCut ? words - 4 : words)
      out.set(blocks.results.subarray(0, count), i)
      if (isCut) blocks.words[0] = blocks.words[N] as number
    }
    engine.restore(blocks.state, isCut ? 2 : 1, isCut ? N - 1 : N)
  }
  for (; i < out.length; i++) out[i] = one(generator)
}

/** Fills `out` with `start + u · width` for float32s `u` of [0, 1), rounded once. */
export function fillUniform32(out: Float32Array, start: number, width: number, generator: Generator): void {
  const scale = width * 2 ** -24
  fill(out, generator, {
    words: 1,
    one: (g) => Math.fround((g.random() & 0xffffff) * scale + start),
    many: (kernels) => kernels.run('uniform', scale, start),
  })
}

/** Fills `out` with `one`, each with probability `p`, and zeros. */
export function fillChoices32(out: Float32Array, p: number, one: number, generator: Generator): void {
  const bound = Math.ceil(p * 2 ** 53)
  const [high, low] = [Math.floor(bound / 2 ** 32), bound % 2 ** 32]
  fill(out, generator, {
    words: 2,
    one: (g) => (g.random53() < bound ? one : 0),
    many: (kernels, from) => kernels.run('choose', from, high, low | 0, one),
  })
}
