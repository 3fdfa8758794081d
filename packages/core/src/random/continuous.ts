import { bool, type DType, float32, type TypedArray } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { plain, requireFloating } from './checks.ts'
import { fma64 } from './fma.ts'
import type { Generator } from './generator.ts'
import { normalSample } from './normal.ts'
import { exp, log, tan } from './precise.ts'
import { uniform53 } from './uniform.ts'

// All of these draw and compute in double precision and round at the end: rounded to float32, the functions of Math give
// the same number.

/** Fills `out` with numbers of the exponential distribution of rate `lambda`, as `exponential_`. */
export function fillExponential(out: TypedArray, dtype: DType, lambda: number, generator: Generator): void {
  if (!(lambda > 0)) throw new RuntimeError(`exponential_ expects lambda > 0.0, but found lambda=${plain(lambda)}`)
  requireFloating('exponential_cpu', dtype)
  const ln = dtype === float32 ? Math.log : log
  const scale = -1 / lambda
  // 1 - u is exact: PyTorch 2 writes log1p(-u), the same number.
  for (let i = 0; i < out.length; i++) out[i] = scale * ln(1 - uniform53(generator))
}

/** Fills `out` with the number of trials, of success probability `p`, to the first success, as `geometric_`. */
export function fillGeometric(out: TypedArray, dtype: DType, p: number, generator: Generator): void {
  if (!(p > 0 && p < 1)) throw new RuntimeError(`geometric_ expects p to be in (0, 1), but got p=${plain(p)}`)
  if (dtype === bool) throw new RuntimeError(`"geometric_cpu" not implemented for 'Bool'`)
  const failure = Math.log1p(-p)
  for (let i = 0; i < out.length; i++) out[i] = Math.ceil(Math.log(uniform53(generator)) / failure)
}

/** Fills `out` with numbers of the Cauchy distribution around `median`, as `cauchy_`. */
export function fillCauchy(out: TypedArray, dtype: DType, median: number, sigma: number, generator: Generator): void {
  if (!(sigma > 0)) throw new RuntimeError(`cauchy_ expects sigma > 0.0, but found sigma=${plain(sigma)}`)
  requireFloating('cauchy_cpu', dtype)
  const tangent = dtype === float32 ? Math.tan : tan
  for (let i = 0; i < out.length; i++) {
    out[i] = fma64(sigma, tangent(Math.PI * (uniform53(generator) - 0.5)), median)
  }
}

/** Fills `out` with numbers whose logarithms are normally distributed, as `log_normal_`. */
export function fillLogNormal(out: TypedArray, dtype: DType, mean: number, std: number, generator: Generator): void {
  if (!(std > 0)) throw new RuntimeError(`log_normal_ expects std > 0.0, but found std=${plain(std)}`)
  requireFloating('log_normal_cpu', dtype)
  const power = dtype === float32 ? Math.exp : exp
  for (let i = 0; i < out.length; i++) out[i] = power(normalSample(mean, std, generator))
}
