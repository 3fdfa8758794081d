import { RuntimeError, TypeError, ValueError } from '../errors.ts'
import type { Settled } from '../settled.ts'
import { bindMethods, overloaded, shown, signature, typeName } from '../signature/index.ts'
import { Tensor } from '../tensor/tensor.ts'
import { Generator } from './generator.ts'

/** The generator of every random function that is not given one. It starts from a seed that nobody can foresee. */
export const default_generator: Generator = new Generator()
default_generator.seed()
bindMethods(
  Generator.prototype,
  {
    manual_seed: ['any seed'],
    seed: [],
    initial_seed: [],
    get_state: [],
    set_state: ['any new_state'],
  },
  'python',
)

/**
 * Seeds the default generator, and returns it: what follows draws the numbers that PyTorch draws after the same call.
 *
 * @param seed an integer of [-2⁶³, 2⁶⁴); a negative one stands for 2⁶⁴ + seed, a fraction is cut off.
 * @throws RuntimeError when the seed is out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.manual_seed.html
 */
export const manual_seed = signature(
  'manual_seed',
  ['Number|any seed'],
  (seed: number | bigint | boolean): Generator => default_generator.manual_seed(toInt(seed)),
  'python',
)

/** A seed as Python's `int` makes it of a number, and of a text that is one. */
function toInt(seed: unknown): number | bigint {
  if (typeof seed === 'bigint') return seed
  if (typeof seed === 'string') {
    if (/^\s*[+-]?\d+(_\d+)*\s*$/.test(seed)) return BigInt(seed.replaceAll(/[\s_+]/g, ''))
    throw new ValueError(`invalid literal for int() with base 10: ${shown(seed)}`)
  }
  if (seed instanceof Tensor && !seed.requires_grad) {
    if (seed.numel() !== 1) throw new ValueError('only one element tensors can be converted to Python scalars')
    return toInt(seed.item())
  }
  if (typeof seed !== 'number' && typeof seed !== 'boolean') {
    throw new TypeError(
      `int() argument must be a string, a bytes-like object or a real number, not '${typeName(seed)}' (manual_seed: seed)`,
    )
  }
  if (!Number.isFinite(Number(seed))) throw new ValueError(`cannot convert float ${seed} to integer`)
  return Math.trunc(Number(seed))
}

/** Seeds the default generator with 53 bits that nobody can foresee, and returns them. */
export const seed = signature('seed', [], (): number => default_generator.seed(), 'python')

/** The seed that the default generator started from. */
export const initial_seed = signature(
  'initial_seed',
  [],
  (): number | bigint => default_generator.initial_seed(),
  'python',
)

/** The state of the default generator, in the bytes of PyTorch's `torch.get_rng_state()`. */
export const get_rng_state = signature('get_rng_state', [], (): Uint8Array => default_generator.get_state(), 'python')

/** Sets the default generator to a state that `get_rng_state` gave, here or in PyTorch. */
export const set_rng_state = signature(
  'set_rng_state',
  ['any new_state'],
  (state: Uint8Array): void => {
    default_generator.set_state(state)
  },
  'python',
)

/**
 * Runs the callback, returns what it returns, and puts the default generator back to where it was before.
 *
 * @throws RuntimeError when the callback returns a Promise.
 * @see https://pytorch.org/docs/stable/random.html#torch.random.fork_rng
 */
export const fork_rng = overloaded<<T>(callback: () => Settled<T>) => T>(
  'fork_rng',
  ['function callback'],
  fork,
  'python',
)

function fork(callback: () => unknown): unknown {
  const state = default_generator.get_state()
  let result: unknown
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
