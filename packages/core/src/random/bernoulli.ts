import { type DType, float32, type TypedArray } from '../dtype.ts'
import { RuntimeError, ValueError } from '../errors.ts'
import { fillChoices32 } from './blocks.ts'
import { plain, requireFloating } from './checks.ts'
import type { Generator } from './generator.ts'
import { uniform53 } from './uniform.ts'

/**
 * Fills `out` with ones (or what stands for them), each with probability `p`, and zeros, as `bernoulli_(p)`.
 *
 * This is what PyTorch draws from the generator itself. Builds with Intel's MKL draw from a generator of MKL instead, as
 * they do for `exponential_`, and differ from all others and from one release of PyTorch to the next.
 */
export function fillBernoulli(out: TypedArray, p: number, generator: Generator, one = 1): void {
  if (!(p >= 0 && p <= 1)) throw new RuntimeError(`bernoulli_ expects p to be in [0, 1], but got p=${plain(p)}`)
  if (out instanceof Float32Array) fillChoices32(out, p, one, generator)
  else for (let i = 0; i < out.length; i++) out[i] = uniform53(generator) < p ? one : 0
}

/** Throws as PyTorch unless each number is a probability. */
export function checkProbabilities(dtype: DType, probabilities: TypedArray): void {
  requireFloating('bernoulli_tensor_cpu_p_', dtype)
  const wrong = probabilities.findIndex((p) => !(p >= 0 && p <= 1))
  if (wrong >= 0) {
    throw new RuntimeError(
      'Expected p_in >= 0 && p_in <= 1 to be true, but got false. ' +
        `(bernoulli: the probability at position ${wrong} is ${plain(probabilities[wrong] as number)})`,
    )
  }
}

/**
 * Fills `out` with what `dropout` in training multiplies its input by: zeros, each with probability `p`, and `1 / (1 - p)`.
 * Nothing is drawn where `p` is 0 or 1, as in PyTorch.
 */
export function fillDropoutMask(out: TypedArray, dtype: DType, p: number, generator: Generator): void {
  if (!(p >= 0 && p <= 1)) throw new ValueError(`dropout probability has to be between 0 and 1, but got ${p}`)
  if (p === 0 || p === 1) {
    out.fill(1 - p)
    return
  }
  fillBernoulli(out, 1 - p, generator, dtype === float32 ? 1 / Math.fround(1 - p) : 1 / (1 - p))
}
