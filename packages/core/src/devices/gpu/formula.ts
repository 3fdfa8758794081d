import { bool, type DType, largestFloat32, uint8 } from '../../dtype.ts'
import {
  call,
  constant,
  type Expression,
  functionOf,
  javaScriptTemplates,
  type Printed,
  printJavaScript,
  type Templates,
  transform,
} from '../../formula/index.ts'

/** The functions in the JavaScript of gpu.js, which is compiled to WGSL and WebAssembly too. */
const templates: Templates = {
  ...javaScriptTemplates,
  // WGSL compilers may answer `x !== x` with false for NaN, never `x === x` with true.
  ne: '!(a === b)',
  isnan: '!(a === a)',
  isinf: 'Math.abs(a) === k_inf',
  min: '(a === a && b === b) ? Math.min(a, b) : a + b',
  max: '(a === a && b === b) ? Math.max(a, b) : a + b',
  fmin: '(a < b || !(b === b)) ? a : b',
  fmax: '(a > b || !(b === b)) ? a : b',
  sign: 'a > 0 ? 1 : (a < 0 ? -1 : 0)',
  copysign: '(b < 0 || (b === 0 && 1 / b < 0)) ? -Math.abs(a) : Math.abs(a)',
  floor: 'k_floor(a)',
  ceil: '-k_floor(-a)',
  round: 'k_round(a)',
  fmod: 'k_fmod(a, b, k_inf, k_nan)',
  remainder: 'k_remainder(a, b, k_inf, k_nan)',
  floor_divide: 'k_floor_divide(a, b, k_inf, k_nan)',
  hypot: 'k_hypot(a, b, k_inf)',
  pow: 'k_pow(a, b, k_inf, k_nan)',
  exp: 'k_exp(a)',
  exp2: 'k_exp2(a)',
  expm1: 'k_expm1(a)',
  sin: 'k_sin(a)',
  cos: 'k_cos(a)',
  tan: 'k_tan(a)',
  log: 'k_log(a)',
  log1p: 'k_log1p(a)',
  log2: 'k_log(a) * 1.4426950408889634',
  log10: 'k_log(a) * 0.4342944819032518',
  sigmoid: '1 / (1 + k_exp(-a))',
  asin: 'k_asin(a, k_nan)',
  acos: 'k_acos(a, k_nan)',
  atan: 'k_atan(a)',
  atan2: 'k_atan2(a, b, k_inf)',
  sinh: 'k_sinh(a)',
  cosh: 'k_cosh(a)',
  tanh: 'k_tanh(a)',
  asinh: 'k_asinh(a, k_inf)',
  acosh: 'k_acosh(a, k_nan)',
  atanh: 'k_atanh(a, k_inf, k_nan)',
  erf: 'k_erf(a)',
  erfc: 'k_erfc(a)',
  erfinv: 'k_erfinv(a, k_inf, k_nan)',
  lgamma: 'k_lgamma(a, k_inf)',
  digamma: 'k_digamma(a, k_inf, k_nan)',
  polygamma: 'k_polygamma(a, b, k_inf, k_nan)',
  gcd: 'k_gcd(a, b)',
  bitand: 'k_and(a, b)',
  bitor: 'k_or(a, b)',
  bitxor: 'k_xor(a, b)',
  bitnot: '-1 - a',
  shl: 'k_shift_left(a, b)',
  shr: 'k_shift_right(a, b)',
}

/** What differs between whole numbers: quotients are cut off. */
const integerTemplates: Templates = { ...templates, div: 'Math.trunc(a / b)' }

/** Prints formulas for gpu.js; locals are named after `prefix`. */
export function printFormulas(
  formulas: readonly Expression[],
  read: Readonly<Record<string, string>>,
  { integer = false, prefix = 'k_v' }: { readonly integer?: boolean; readonly prefix?: string } = {},
): Printed {
  return printJavaScript(formulas.map(explicit), read, {
    templates: integer ? integerTemplates : templates,
    number: printNumber,
    // WGSL gives a variable of a truth value the type of a number.
    numericLocals: true,
    local: (index) => `${prefix}${index}`,
  })
}

/** Conditions on numbers written out as comparisons, so that they say by the table what NaN is. */
function explicit(formula: Expression): Expression {
  return transform(
    formula,
    (node, args) => {
      if (node.kind !== 'call') return undefined
      const { conditions = 0 } = functionOf(node.name)
      if (conditions === 0) return undefined
      const changed = args.map((x, i) => (i < conditions && !isTruth(x) ? call('ne', x, constant(0)) : x))
      return call(node.name, ...changed)
    },
    call,
  )
}

const isTruth = (e: Expression): boolean => e.kind === 'call' && functionOf(e.name).truth === true

/** A number; one beyond float32 is infinite. */
function printNumber(value: number): string {
  if (Number.isNaN(value)) return 'k_nan'
  if (Math.abs(value) > largestFloat32) return value < 0 ? '-k_inf' : 'k_inf'
  return Object.is(value, -0) ? '-0' : String(value)
}

/** A result as memory holds it: whole numbers are whole, bytes wrap around, truth values are 0 and 1. */
export function stored(result: string, dtype: DType): string {
  if (dtype.kind === 'floating') return result
  if (dtype === bool) return `(${result}) === 0 ? 0 : 1`
  return dtype === uint8 ? `k_byte(Math.trunc(${result}))` : `Math.trunc(${result})`
}
