import { type DType, type TypedArray } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { boxMullerAll } from './box-muller.ts'
import { plain, requireFloating } from './checks.ts'
import { fma64 } from './fma.ts'
import type { Generator } from './generator.ts'
import { cos, log, sin } from './precise.ts'
import { fillUniform, uniform53 } from './uniform.ts'

/** Values that one step of the fast path makes, from as many uniform numbers: pairs 8 apart. */
const BLOCK = 16

/** The next normal number by Box and Muller (1958), which makes two: the other is kept in the generator. */
export function normalSample(mean: number, std: number, generator: Generator): number {
  const kept = generator.nextDoubleNormalSample
  if (kept !== null) {
    generator.nextDoubleNormalSample = null
    return fma64(kept, std, mean)
  }
  const u1 = uniform53(generator)
  const u2 = uniform53(generator)
  // 1 - u2 is exact: PyTorch 2 writes log1p(-u2), the same number.
  const radius = Math.sqrt(-2 * log(1 - u2))
  const theta = 2 * Math.PI * u1
  generator.nextDoubleNormalSample = radius * sin(theta)
  return fma64(radius * cos(theta), std, mean)
}

/** Turns the 16 uniform numbers at `at` into normal ones, in float64. */
function boxMuller64(data: TypedArray, at: number, mean: number, std: number): void {
  for (let j = at; j < at + BLOCK / 2; j++) {
    const radius = Math.sqrt(-2 * log(1 - (data[j] as number)))
    const theta = 2 * Math.PI * (data[j + BLOCK / 2] as number)
    data[j] = fma64(radius * cos(theta), std, mean)
    data[j + BLOCK / 2] = fma64(radius * sin(theta), std, mean)
  }
}

/**
 * Fills `out` with normally distributed numbers, as `normal_`, `randn` and `torch.normal` with two numbers. With tensors
 * for mean or std PyTorch draws with the numbers 0 and 1 in their place, and then multiplies and adds.
 *
 * PyTorch takes one of two paths, which draw different numbers. Under 16 elements, or where the tensor is not contiguous,
 * one element after the other in the order of memory, in double precision whatever the dtype. From 16 elements: all
 * uniform numbers first, then 16 at once turned into normal ones; where the size is no multiple of 16, the last 16 are
 * drawn again.
 *
 * @param contiguous whether the tensor behind `out` is.
 */
export function fillNormal(
  out: TypedArray,
  dtype: DType,
  mean: number,
  std: number,
  generator: Generator,
  contiguous = true,
): void {
  if (!(std >= 0)) throw new RuntimeError(`normal expects std >= 0.0, but found std ${plain(std)}`)
  requireFloating('normal_kernel_cpu', dtype)
  const size = out.length
  if (size < BLOCK || !contiguous) {
    for (let i = 0; i < size; i++) out[i] = normalSample(mean, std, generator)
    return
  }
  const draw = (part: TypedArray): void => {
    fillUniform(part, dtype, 0, 1, generator)
    if (part instanceof Float32Array) boxMullerAll(part, mean, std)
    else for (let i = 0; i + BLOCK <= part.length; i += BLOCK) boxMuller64(part, i, mean, std)
  }
  draw(out)
  if (size % BLOCK !== 0) draw(out.subarray(size - BLOCK))
}
