import { RuntimeError, TypeError } from '../errors.ts'
import { Mt19937 } from './mt19937.ts'

/**
 * The bytes of `torch.get_rng_state()`: PyTorch's `CPUGeneratorImplState`, little-endian, so that a state saved by one can
 * be set in the other.
 *
 * | offset | field | type |
 * |---|---|---|
 * | 0 | initial seed | uint64 |
 * | 8 | `left` | int32 |
 * | 12 | seeded, always 1 | int32 |
 * | 16 | `next` | uint64 |
 * | 24 | the 624 words | uint64 each |
 * | 5016 | unused, sample, unused | float64 each: the second normal sample of a pair is kept for the next call |
 * | 5040 | whether there is such a sample | int32, padded to 8 bytes |
 * | 5048 | the same for float32 | float32 |
 * | 5052 | whether there is one | bool, padded to 4 bytes |
 */
const SIZE = 5056
const SEED = 0
const LEFT = 8
const SEEDED = 12
const NEXT = 16
const WORDS = 24
const DOUBLE_SAMPLE = 5024
const HAS_DOUBLE_SAMPLE = 5040
const FLOAT_SAMPLE = 5048
const HAS_FLOAT_SAMPLE = 5052

/** What a generator consists of. */
export interface GeneratorState {
  readonly initialSeed: bigint
  readonly engine: Mt19937
  readonly nextFloatNormalSample: number | null
  readonly nextDoubleNormalSample: number | null
}

/** The state as PyTorch's bytes. */
export function encodeState({
  initialSeed,
  engine,
  nextFloatNormalSample,
  nextDoubleNormalSample,
}: GeneratorState): Uint8Array {
  const view = new DataView(new ArrayBuffer(SIZE))
  view.setBigUint64(SEED, initialSeed, true)
  view.setInt32(LEFT, engine.left, true)
  view.setInt32(SEEDED, 1, true)
  view.setInt32(NEXT, engine.next, true)
  engine.state.forEach((word, i) => view.setInt32(WORDS + 8 * i, word, true))
  if (nextDoubleNormalSample !== null) {
    view.setFloat64(DOUBLE_SAMPLE, nextDoubleNormalSample, true)
    view.setInt32(HAS_DOUBLE_SAMPLE, 1, true)
  }
  if (nextFloatNormalSample !== null) {
    view.setFloat32(FLOAT_SAMPLE, nextFloatNormalSample, true)
    view.setUint8(HAS_FLOAT_SAMPLE, 1)
  }
  return new Uint8Array(view.buffer)
}

/** The state that PyTorch's bytes say; throws where they are not a state. */
export function decodeState(bytes: Uint8Array): GeneratorState {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('RNG state must be a torch.ByteTensor')
  if (bytes.length !== SIZE) {
    throw new RuntimeError(
      `Expected a CPUGeneratorImplState of size ${SIZE} but found the input RNG state size to be ${bytes.length}`,
    )
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const left = view.getInt32(LEFT, true)
  const next = view.getBigUint64(NEXT, true)
  const seeded = view.getInt32(SEEDED, true) !== 0
  // The last check is not PyTorch's: there, a block that ends past its last word is read out of bounds.
  if (!seeded || left < 1 || left > Mt19937.size || next > BigInt(Mt19937.size - left + 1)) {
    throw new RuntimeError('Invalid mt19937 state')
  }
  const engine = new Mt19937(0)
  const words = Int32Array.from({ length: Mt19937.size }, (_, i) => view.getInt32(WORDS + 8 * i, true))
  engine.restore(words, left, Number(next))
  return {
    initialSeed: view.getBigUint64(SEED, true),
    engine,
    nextDoubleNormalSample: view.getInt32(HAS_DOUBLE_SAMPLE, true) === 0 ? null : view.getFloat64(DOUBLE_SAMPLE, true),
    nextFloatNormalSample: view.getUint8(HAS_FLOAT_SAMPLE) === 0 ? null : view.getFloat32(FLOAT_SAMPLE, true),
  }
}
