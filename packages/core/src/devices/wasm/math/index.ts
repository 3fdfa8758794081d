import type { F32x4, ModuleBuilder } from '../assembler.ts'
import { floorDivide, fmax, fmin, fmod, remainder, sign } from './arithmetic.ts'
import { erf, erfc, erfinv } from './error.ts'
import { exp, exp2, expm1, sigmoid } from './exponential.ts'
import { acosh, asinh, atanh, cosh, sinh, tanh } from './hyperbolic.ts'
import { log, log1p, log2, log10 } from './logarithm.ts'
import { hypot, pow } from './power.ts'
import { acos, asin, atan, atan2, cos, sin, tan } from './trigonometric.ts'
import { copysign } from './wide.ts'

type Unary = (m: ModuleBuilder, x: F32x4) => F32x4
type Binary = (m: ModuleBuilder, a: F32x4, b: F32x4) => F32x4

/** The functions of one argument that kernels compute four at a time, by their names in formulas. */
export const unary = {
  neg: (_, x) => x.neg(),
  abs: (_, x) => x.abs(),
  sign: (_, x) => sign(x),
  floor: (_, x) => x.floor(),
  ceil: (_, x) => x.ceil(),
  round: (_, x) => x.nearest(),
  trunc: (_, x) => x.trunc(),
  sqrt: (_, x) => x.sqrt(),
  exp: (_, x) => exp(x),
  exp2: (_, x) => exp2(x),
  expm1: (_, x) => expm1(x),
  log: (_, x) => log(x),
  log1p: (_, x) => log1p(x),
  log2: (_, x) => log2(x),
  log10: (_, x) => log10(x),
  sigmoid: (_, x) => sigmoid(x),
  sin,
  cos,
  tan,
  asin: (_, x) => asin(x),
  acos: (_, x) => acos(x),
  atan: (_, x) => atan(x),
  sinh: (_, x) => sinh(x),
  cosh: (_, x) => cosh(x),
  tanh: (_, x) => tanh(x),
  asinh: (_, x) => asinh(x),
  acosh: (_, x) => acosh(x),
  atanh: (_, x) => atanh(x),
  erf: (_, x) => erf(x),
  erfc: (_, x) => erfc(x),
  erfinv: (_, x) => erfinv(x),
} as const satisfies Record<string, Unary>

/** The functions of two arguments. */
export const binary = {
  add: (_, a, b) => a.add(b),
  sub: (_, a, b) => a.sub(b),
  mul: (_, a, b) => a.mul(b),
  div: (_, a, b) => a.div(b),
  min: (_, a, b) => a.min(b),
  max: (_, a, b) => a.max(b),
  fmin: (_, a, b) => fmin(a, b),
  fmax: (_, a, b) => fmax(a, b),
  copysign: (_, a, b) => copysign(a, b),
  fmod,
  remainder,
  floor_divide: floorDivide,
  hypot: (_, a, b) => hypot(a, b),
  pow: (_, a, b) => pow(a, b),
  atan2: (_, a, b) => atan2(a, b),
} as const satisfies Record<string, Binary>
