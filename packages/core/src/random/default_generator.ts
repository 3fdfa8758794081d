import { RuntimeError, ValueError } from '../errors.ts'
import { Generator } from './generator.ts'

/** The generator of every random function that is not given one. It starts from a seed that nobody can foresee. */
export const default_generator: Generator = new Generator()
default_generator.seed()

/**
 * Seeds the default generator, and returns it: what follows draws the numbers that PyTorch draws after the same call.
 *
 * @param seed an integer of [-2⁶³, 2⁶⁴); a negative one stands for 2⁶⁴ + seed, a fraction is cut off.
 * @throws RuntimeError when the seed is out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.manual_seed.html
 */
export function manual_seed(seed: number | bigint): Generator {
  if (typeof seed === 'bigint') return default_generator.manual_seed(seed)
  if (!Number.isFinite(seed)) throw new ValueError(`cannot convert float ${seed} to integer`)
  return default_generator.manual_seed(Math.trunc(seed))
}

/** Seeds the default generator with 53 bits that nobody can foresee, and returns them. */
export function seed(): number {
  return default_generator.seed()
}

/** The seed that the default generator started from. */
export function initial_seed(): number | bigint {
  return default_generator.initial_seed()
}

/** The state of the default generator, in the bytes of PyTorch's `torch.get_rng_state()`. */
export function get_rng_state(): Uint8Array {
  return default_generator.get_state()
}

/** Sets the default generator to a state that `get_rng_state` gave, here or in PyTorch. */
export function set_rng_state(state: Uint8Array): void {
  default_generator.set_state(state)
}

/**
 * Runs the callback, returns what it returns, and puts the default generator back to where it was before.
 *
 * @throws RuntimeError when the callback returns a Promise.
 * @see https://pytorch.org/docs/stable/random.html#torch.random.fork_rng
 */
export function fork_rng<T>(callback: () => T): T {
  const state = default_generator.get_state()
  let result: T
  try {
    result = callback()
  } finally {
    default_generator.set_state(state)
  }
  if (typeof result === 'object' && result !== null && 'then' in result && typeof result.then === 'function') {
    Promise.resolve(result).catch(() => {})
    throw new RuntimeError(
      'fork_rng: the callback returned a Promise; the state is put back when the callback returns, so what runs after its ' +
        'first await would draw from the outer one. Await outside, and call fork_rng around each synchronous part',
    )
  }
  return result
}
