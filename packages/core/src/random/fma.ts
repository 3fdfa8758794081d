/**
 * Fused multiply-add, `a·b + c` rounded once. GCC builds PyTorch's AVX2 kernels with multiplications and additions
 * contracted into these, so they decide the last bit of every number that `uniform_` and `normal_` draw.
 */

/** Splits a double into halves of 26 bits whose products are exact (Veltkamp). */
const SPLITTER = 2 ** 27 + 1

/** `a·b + c` of three float32 values: the product is exact in a double, so only the rounding to float32 counts. */
export function fma32(a: number, b: number, c: number): number {
  return Math.fround(a * b + c)
}

/** What rounding lost of `product = a * b` (Dekker): `a·b` is exactly `product + productError(a, b, product)`. */
export function productError(a: number, b: number, product: number): number {
  const x = SPLITTER * a
  const aHigh = x - (x - a)
  const aLow = a - aHigh
  const y = SPLITTER * b
  const bHigh = y - (y - b)
  const bLow = b - bHigh
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow)
}

/** `a·b + c` of three doubles. */
export function fma64(a: number, b: number, c: number): number {
  const product = a * b
  const sum = product + c
  const c2 = sum - product
  const error = product - (sum - c2) + (c - c2) + productError(a, b, product)
  // Past 2^996 the splitting overflows; such a product has no bits to spare for an error anyway.
  return Number.isFinite(error) ? sum + error : sum
}
