import { RuntimeError } from '../errors.ts'
import { Mt19937 } from './mt19937.ts'
import { decodeState, encodeState } from './state.ts'

/** The seed of a new `Generator`: PyTorch's `default_rng_seed_val`. */
const DEFAULT_SEED = 67280421310721

/** A seed as the unsigned 64-bit integer that PyTorch makes of it: a negative one counts down from 2⁶⁴. */
function unsigned64(seed: number | bigint): bigint {
  if (typeof seed !== 'bigint' && !Number.isInteger(seed)) {
    throw new RuntimeError(`manual_seed expected a long, but got ${typeof seed === 'number' ? 'float' : typeof seed}`)
  }
  const value = BigInt(seed)
  if (value < -(2n ** 63n) || value >= 2n ** 64n) throw new RuntimeError('Overflow when unpacking long')
  return BigInt.asUintN(64, value)
}

const low32 = (seed: bigint): number => Number(BigInt.asIntN(32, seed))

/**
 * A source of random numbers with a seed and a state of its own: PyTorch's CPU generator, draw for draw. The same seed
 * gives the numbers that PyTorch gives.
 *
 * @example
 * const generator = new Generator().manual_seed(0)
 * @see https://pytorch.org/docs/stable/generated/torch.Generator.html
 */
export class Generator {
  readonly device = 'cpu' as const
  #engine = new Mt19937(low32(BigInt(DEFAULT_SEED)))
  #initialSeed = BigInt(DEFAULT_SEED)
  /** The second float32 sample of a pair; nothing on a CPU fills it, but a state from PyTorch may. */
  #nextFloatNormalSample: number | null = null
  /** The second sample of a Box-Muller pair, kept for the next scalar draw. @internal */
  nextDoubleNormalSample: number | null = null

  /**
   * Starts over from a seed, and returns this generator. The words depend on the low 32 bits of the seed alone, as
   * PyTorch's do.
   *
   * @param seed an integer of [-2⁶³, 2⁶⁴); a negative one stands for 2⁶⁴ + seed.
   * @throws RuntimeError when the seed is not an integer or out of range.
   */
  manual_seed(seed: number | bigint): this {
    this.#initialSeed = unsigned64(seed)
    this.#engine.seed(low32(this.#initialSeed))
    this.#nextFloatNormalSample = null
    this.nextDoubleNormalSample = null
    return this
  }

  /** Starts over from a seed of 53 bits that nobody can foresee, and returns the seed. */
  seed(): number {
    const seed = Math.floor(Math.random() * 2 ** 53)
    this.manual_seed(seed)
    return seed
  }

  /** The seed that the numbers started from: a bigint where a number cannot hold it. */
  initial_seed(): number | bigint {
    const seed = this.#initialSeed
    return seed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seed) : seed
  }

  /** The state, as the 5056 bytes of PyTorch's `Generator.get_state()`. */
  get_state(): Uint8Array {
    return encodeState({
      initialSeed: this.#initialSeed,
      engine: this.#engine,
      nextFloatNormalSample: this.#nextFloatNormalSample,
      nextDoubleNormalSample: this.nextDoubleNormalSample,
    })
  }

  /**
   * Goes on from a state that `get_state` gave, here or in PyTorch.
   *
   * @throws RuntimeError when the bytes are not a state.
   */
  set_state(state: Uint8Array): this {
    const { initialSeed, engine, nextFloatNormalSample, nextDoubleNormalSample } = decodeState(state)
    this.#initialSeed = initialSeed
    this.#engine = engine
    this.#nextFloatNormalSample = nextFloatNormalSample
    this.nextDoubleNormalSample = nextDoubleNormalSample
    return this
  }

  /** What the bits come from. @internal */
  get engine(): Mt19937 {
    return this.#engine
  }

  /** The next 32 random bits, as an integer of [0, 2³²). @internal */
  random(): number {
    return this.#engine.random()
  }

  /** The low 53 of the next 64 random bits, the most that a number holds. @internal */
  random53(): number {
    const high = this.#engine.random()
    return (high & 0x1fffff) * 2 ** 32 + this.#engine.random()
  }

  /** The next 64 random bits: the first 32 drawn are the high ones. @internal */
  random64(): bigint {
    const high = BigInt(this.#engine.random())
    return (high << 32n) | BigInt(this.#engine.random())
  }
}
