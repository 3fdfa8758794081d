import {
  commonDivisor,
  copysign,
  floorDivide,
  fmax,
  fmin,
  power,
  remainder,
  roundHalfEven,
  shiftLeft,
  shiftRight,
  sigmoid,
  sign,
} from './arithmetic.ts'
import { digamma, erf, erfc, erfinv, lgamma, polygamma } from './special.ts'

/** One primitive function of the formula language: all that is known of it except how a device computes it. */
export interface FunctionEntry {
  readonly arity: 1 | 2 | 3
  /** The float64 reference; truth values are 0 and 1. */
  readonly value: (a: number, b: number, c: number) => number
  /**
   * For each argument the gradient that it receives: `a`, `b`, `c` are the arguments, `out` is the call itself, `g` the
   * gradient of `out`. An argument without an entry receives none: the function is constant in it wherever it is smooth.
   */
  readonly gradient?: { readonly [argument in 'a' | 'b' | 'c']?: string }
  /** Where it does not hold, the argument's gradient is exactly zero, whatever is infinite or NaN inside the argument. */
  readonly guard?: { readonly [argument in 'a' | 'b' | 'c']?: string }
  /** The result is a truth value. */
  readonly truth?: true
  /** How many of the leading arguments are read as truth values: true is what is not 0, NaN included. */
  readonly conditions?: number
  /** Intervals, one an argument, in which the function is smooth almost everywhere: tests draw from them. */
  readonly domain: readonly (readonly [low: number, high: number])[]
  /** The arguments that must be integers; there is no gradient for them. */
  readonly integers?: 'a' | 'ab'
}

const truth = (condition: boolean): number => (condition ? 1 : 0)
const wide = [-3, 3] as const
const positive = [0.1, 4] as const
const bits = [-40, 40] as const

/**
 * The primitive functions: those that operators stand for, those of JavaScript's `Math`, and what cannot be written well
 * as a formula of others. Everything else is a formula. Gradients are PyTorch's (tools/autograd/derivatives.yaml).
 */
export const functions = {
  add: { arity: 2, value: (a, b) => a + b, gradient: { a: 'g', b: 'g' }, domain: [wide, wide] },
  sub: { arity: 2, value: (a, b) => a - b, gradient: { a: 'g', b: '-g' }, domain: [wide, wide] },
  mul: { arity: 2, value: (a, b) => a * b, gradient: { a: 'g * b', b: 'g * a' }, domain: [wide, wide] },
  div: { arity: 2, value: (a, b) => a / b, gradient: { a: 'g / b', b: '-g * out / b' }, domain: [wide, positive] },
  neg: { arity: 1, value: (a) => -a, gradient: { a: '-g' }, domain: [wide] },

  lt: { arity: 2, value: (a, b) => truth(a < b), truth: true, domain: [wide, wide] },
  le: { arity: 2, value: (a, b) => truth(a <= b), truth: true, domain: [wide, wide] },
  gt: { arity: 2, value: (a, b) => truth(a > b), truth: true, domain: [wide, wide] },
  ge: { arity: 2, value: (a, b) => truth(a >= b), truth: true, domain: [wide, wide] },
  eq: { arity: 2, value: (a, b) => truth(a === b), truth: true, domain: [wide, wide] },
  ne: { arity: 2, value: (a, b) => truth(a !== b), truth: true, domain: [wide, wide] },
  and: { arity: 2, value: (a, b) => truth(a !== 0 && b !== 0), truth: true, conditions: 2, domain: [wide, wide] },
  or: { arity: 2, value: (a, b) => truth(a !== 0 || b !== 0), truth: true, conditions: 2, domain: [wide, wide] },
  not: { arity: 1, value: (a) => truth(a === 0), truth: true, conditions: 1, domain: [wide] },
  isnan: { arity: 1, value: (a) => truth(Number.isNaN(a)), truth: true, domain: [wide] },
  isinf: { arity: 1, value: (a) => truth(Math.abs(a) === Infinity), truth: true, domain: [wide] },
  where: {
    arity: 3,
    value: (a, b, c) => (a !== 0 ? b : c),
    gradient: { b: 'g', c: 'g' },
    guard: { b: 'a', c: '!a' },
    conditions: 1,
    domain: [wide, wide, wide],
  },

  /** NaN where either argument is NaN, as torch.minimum; ties share the gradient. */
  min: {
    arity: 2,
    value: (a, b) => Math.min(a, b),
    gradient: { a: 'a == b ? g / 2 : g', b: 'a == b ? g / 2 : g' },
    guard: { a: '!(a > b)', b: '!(a < b)' },
    domain: [wide, wide],
  },
  max: {
    arity: 2,
    value: (a, b) => Math.max(a, b),
    gradient: { a: 'a == b ? g / 2 : g', b: 'a == b ? g / 2 : g' },
    guard: { a: '!(a < b)', b: '!(a > b)' },
    domain: [wide, wide],
  },
  /** The other argument where one is NaN, as torch.fmin. */
  fmin: {
    arity: 2,
    value: fmin,
    gradient: { a: 'g', b: 'g' },
    guard: { a: 'a <= b || isnan(b)', b: '!(a <= b || isnan(b))' },
    domain: [wide, wide],
  },
  fmax: {
    arity: 2,
    value: fmax,
    gradient: { a: 'g', b: 'g' },
    guard: { a: 'a >= b || isnan(b)', b: '!(a >= b || isnan(b))' },
    domain: [wide, wide],
  },

  abs: { arity: 1, value: Math.abs, gradient: { a: 'g * sign(a)' }, domain: [wide] },
  /** 0 for both zeros and for NaN, as torch.sign. */
  sign: { arity: 1, value: sign, domain: [wide] },
  copysign: { arity: 2, value: copysign, gradient: { a: 'g * sign(a) * copysign(1, b)' }, domain: [wide, wide] },
  floor: { arity: 1, value: Math.floor, domain: [wide] },
  ceil: { arity: 1, value: Math.ceil, domain: [wide] },
  /** Halves go to the even neighbour, as torch.round. */
  round: { arity: 1, value: roundHalfEven, domain: [wide] },
  trunc: { arity: 1, value: Math.trunc, domain: [wide] },
  /** The remainder with the sign of `a`, as C's fmod and JavaScript's `%`. */
  fmod: { arity: 2, value: (a, b) => a % b, gradient: { a: 'g', b: '-g * trunc(a / b)' }, domain: [wide, positive] },
  /** The remainder with the sign of `b`, as Python's `%` and torch.remainder. */
  remainder: {
    arity: 2,
    value: remainder,
    gradient: { a: 'g', b: '-g * floor_divide(a, b)' },
    domain: [wide, positive],
  },
  floor_divide: { arity: 2, value: floorDivide, domain: [wide, positive] },

  sqrt: { arity: 1, value: Math.sqrt, gradient: { a: 'g / (2 * out)' }, domain: [positive] },
  hypot: {
    arity: 2,
    value: (a, b) => Math.hypot(a, b),
    gradient: { a: 'g * (a / out)', b: 'g * (b / out)' },
    domain: [wide, positive],
  },
  /** As C's pow: 1 to any power is 1, NaN to the power of 0 is 1. */
  pow: {
    arity: 2,
    value: power,
    gradient: { a: 'g * (b * pow(a, b - 1))', b: 'g * (out * log(a))' },
    guard: { a: 'b != 0', b: '!(a == 0 && b >= 0)' },
    domain: [positive, wide],
  },

  exp: { arity: 1, value: Math.exp, gradient: { a: 'g * out' }, domain: [wide] },
  exp2: { arity: 1, value: (a) => 2 ** a, gradient: { a: 'g * out * log(2)' }, domain: [wide] },
  expm1: { arity: 1, value: Math.expm1, gradient: { a: 'g * (out + 1)' }, domain: [wide] },
  log: { arity: 1, value: Math.log, gradient: { a: 'g / a' }, domain: [positive] },
  log1p: { arity: 1, value: Math.log1p, gradient: { a: 'g / (a + 1)' }, domain: [[-0.8, 3]] },
  log2: { arity: 1, value: Math.log2, gradient: { a: 'g / (a * log(2))' }, domain: [positive] },
  log10: { arity: 1, value: Math.log10, gradient: { a: 'g / (a * log(10))' }, domain: [positive] },
  sigmoid: { arity: 1, value: sigmoid, gradient: { a: 'g * (out * (1 - out))' }, domain: [wide] },

  sin: { arity: 1, value: Math.sin, gradient: { a: 'g * cos(a)' }, domain: [wide] },
  cos: { arity: 1, value: Math.cos, gradient: { a: '-g * sin(a)' }, domain: [wide] },
  tan: { arity: 1, value: Math.tan, gradient: { a: 'g * (1 + out * out)' }, domain: [[-1.2, 1.2]] },
  asin: { arity: 1, value: Math.asin, gradient: { a: 'g / sqrt(1 - a * a)' }, domain: [[-0.9, 0.9]] },
  acos: { arity: 1, value: Math.acos, gradient: { a: '-g / sqrt(1 - a * a)' }, domain: [[-0.9, 0.9]] },
  atan: { arity: 1, value: Math.atan, gradient: { a: 'g / (1 + a * a)' }, domain: [wide] },
  atan2: {
    arity: 2,
    value: Math.atan2,
    gradient: { a: 'g * (b / (a * a + b * b))', b: '-g * (a / (a * a + b * b))' },
    domain: [wide, positive],
  },
  sinh: { arity: 1, value: Math.sinh, gradient: { a: 'g * cosh(a)' }, domain: [wide] },
  cosh: { arity: 1, value: Math.cosh, gradient: { a: 'g * sinh(a)' }, domain: [wide] },
  tanh: { arity: 1, value: Math.tanh, gradient: { a: 'g * (1 - out * out)' }, domain: [wide] },
  asinh: { arity: 1, value: Math.asinh, gradient: { a: 'g / sqrt(a * a + 1)' }, domain: [wide] },
  acosh: { arity: 1, value: Math.acosh, gradient: { a: 'g / sqrt(a * a - 1)' }, domain: [[1.2, 4]] },
  atanh: { arity: 1, value: Math.atanh, gradient: { a: 'g / (1 - a * a)' }, domain: [[-0.9, 0.9]] },

  erf: { arity: 1, value: erf, gradient: { a: 'g * (2 / sqrt(pi) * exp(-(a * a)))' }, domain: [wide] },
  erfc: { arity: 1, value: erfc, gradient: { a: '-g * (2 / sqrt(pi) * exp(-(a * a)))' }, domain: [wide] },
  erfinv: { arity: 1, value: erfinv, gradient: { a: 'g * (sqrt(pi) / 2 * exp(out * out))' }, domain: [[-0.9, 0.9]] },
  /** The logarithm of |Γ(a)|. */
  lgamma: { arity: 1, value: lgamma, gradient: { a: 'g * digamma(a)' }, domain: [positive] },
  digamma: { arity: 1, value: digamma, gradient: { a: 'g * polygamma(1, a)' }, domain: [positive] },
  /** The derivative of order `a` of digamma at `b`. */
  polygamma: {
    arity: 2,
    value: polygamma,
    gradient: { b: 'g * polygamma(a + 1, b)' },
    domain: [[1, 3], positive],
    integers: 'a',
  },

  /** The greatest common divisor of whole numbers. */
  gcd: { arity: 2, value: commonDivisor, domain: [bits, bits], integers: 'ab' },
  /** The bits of 32-bit integers; not for real numbers. */
  bitand: { arity: 2, value: (a, b) => a & b, domain: [bits, bits], integers: 'ab' },
  bitor: { arity: 2, value: (a, b) => a | b, domain: [bits, bits], integers: 'ab' },
  bitxor: { arity: 2, value: (a, b) => a ^ b, domain: [bits, bits], integers: 'ab' },
  bitnot: { arity: 1, value: (a) => ~a, domain: [bits], integers: 'a' },
  shl: { arity: 2, value: shiftLeft, domain: [bits, [0, 8]], integers: 'ab' },
  shr: { arity: 2, value: shiftRight, domain: [bits, [0, 8]], integers: 'ab' },
} as const satisfies Record<string, FunctionEntry>

/** The name of a primitive function. */
export type FunctionName = keyof typeof functions

/** Whether `name` is a primitive function; no inherited property of an object is one. */
export const isFunctionName = (name: string): name is FunctionName => Object.hasOwn(functions, name)

/** The entry of `name`, without the literal types of the table. */
export const functionOf = (name: FunctionName): FunctionEntry => functions[name]

/** Functions that a formula may call and that are themselves formulas; the parser expands them. */
export const shorthands: ReadonlyMap<string, { readonly parameters: readonly string[]; readonly formula: string }> =
  new Map([
    ['square', { parameters: ['a'], formula: 'a * a' }],
    ['reciprocal', { parameters: ['a'], formula: '1 / a' }],
    ['rsqrt', { parameters: ['a'], formula: '1 / sqrt(a)' }],
    ['trigamma', { parameters: ['a'], formula: 'polygamma(1, a)' }],
    ['isfinite', { parameters: ['a'], formula: '!(isnan(a) || isinf(a))' }],
    ['signbit', { parameters: ['a'], formula: 'copysign(1, a) < 0' }],
  ])
