/** The reference functions of the table that JavaScript has neither as operators nor in `Math`, PyTorch's at every edge. */

/** -1, 0 or 1; 0 for both zeros and for NaN. */
export function sign(a: number): number {
  return a > 0 ? 1 : a < 0 ? -1 : 0
}

/** The magnitude of `a` with the sign of `b`, the sign of a zero included. */
export function copysign(a: number, b: number): number {
  const magnitude = Math.abs(a)
  return b < 0 || (b === 0 && 1 / b < 0) ? -magnitude : magnitude
}

/** The nearest integer, halves to the even one. */
export function roundHalfEven(a: number): number {
  const up = Math.round(a)
  return up - a === 0.5 && up % 2 !== 0 ? up - 1 : up
}

/** The smaller; where one is NaN, the other. */
export function fmin(a: number, b: number): number {
  return a !== a || b < a ? b : a
}

/** The larger; where one is NaN, the other. */
export function fmax(a: number, b: number): number {
  return a !== a || b > a ? b : a
}

/** The remainder of the division of `a` by `b` with the sign of `b`. */
export function remainder(a: number, b: number): number {
  const rest = a % b
  return rest !== 0 && b < 0 !== rest < 0 ? rest + b : rest
}

/** `floor(a / b)` as Python computes it: from the exact remainder, so that rounding of the quotient cannot show. */
export function floorDivide(a: number, b: number): number {
  if (b === 0) return a / b
  const rest = a % b
  let quotient = (a - rest) / b
  if (rest !== 0 && b < 0 !== rest < 0) quotient -= 1
  if (quotient === 0) return copysign(0, a / b)
  const floor = Math.floor(quotient)
  return quotient - floor > 0.5 ? floor + 1 : floor
}

/** `a ** b`, where 1 to any power and -1 to an infinite one are 1, as in C; JavaScript answers NaN. */
export function power(a: number, b: number): number {
  return a === 1 || (a === -1 && (b === Infinity || b === -Infinity)) ? 1 : a ** b
}

/** The greatest common divisor of whole numbers; never negative. */
export function commonDivisor(a: number, b: number): number {
  let [larger, rest] = [Math.abs(a), Math.abs(b)]
  while (rest !== 0) [larger, rest] = [rest, larger % rest]
  return larger
}

/** `a ** b` modulo 2^32 for integers, by repeated squaring; 0 where the exponent is negative and |a| is not 1. */
export function integerPower(a: number, b: number): number {
  if (b < 0) return a === 1 ? 1 : a === -1 ? (b & 1 ? -1 : 1) : 0
  let result = 1
  for (let base = a, exponent = b; exponent > 0; exponent >>= 1) {
    if (exponent & 1) result = Math.imul(result, base)
    base = Math.imul(base, base)
  }
  return result
}

/** `1 / (1 + exp(-a))`, written so that no intermediate overflows. */
export function sigmoid(a: number): number {
  if (a >= 0) return 1 / (1 + Math.exp(-a))
  const e = Math.exp(a)
  return e / (1 + e)
}

/** As `sigmoid` in float32, each step rounded: PyTorch computes it so, and prints the digits of that. */
export function sigmoidSingle(a: number): number {
  return 1 / Math.fround(1 + Math.fround(Math.exp(-a)))
}

/** `a << b` on 32 bits, 0 where all bits leave. */
export function shiftLeft(a: number, b: number): number {
  return b >= 0 && b < 32 ? a << b : 0
}

/** `a >> b` on 32 bits; where all bits leave, the sign remains: 0 or -1. */
export function shiftRight(a: number, b: number): number {
  return a >> (b >= 0 && b < 31 ? b : 31)
}
