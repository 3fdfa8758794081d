/** The polynomial of `x` with these coefficients, the constant one first, by Horner's scheme. */
export function polynomial(x: number, coefficients: readonly number[]): number {
  let sum = 0
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + (coefficients[i] ?? 0)
  return sum
}
