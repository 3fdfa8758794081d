import { largestFloat32 } from '../../dtype.ts'
import { NotImplementedError, RuntimeError, TypeError } from '../../errors.ts'
import { Tensor, type TensorLike } from '../../tensor/tensor.ts'
import { type Application, choice, elementwise } from '../define/elementwise.ts'
import { resultType } from '../define/promotion.ts'
import { undifferentiable } from './undifferentiable.ts'

const positive = { x: [0.1, 3] } as const
const unit = { x: [-0.9, 0.9] } as const

/** `|x|`; the gradient at 0 is 0. */
export const abs = elementwise('abs', ['x'], { forward: 'abs(x)', only: 'numbers' })
/** As `abs`. */
export const absolute = abs
/** -1, 0 or 1. */
export const sign = elementwise('sign', ['x'], { forward: 'sign(x)' })
/** As `sign`. */
export const sgn = elementwise('sgn', ['x'], { forward: 'sign(x)' })
/** `1 / x`. */
export const reciprocal = elementwise('reciprocal', ['x'], {
  forward: '1 / x',
  gradient: { x: '-g * (out * out)' },
  result: 'floating',
  domain: positive,
})
/** The square root; NaN below zero. */
export const sqrt = elementwise('sqrt', ['x'], {
  forward: 'sqrt(x)',
  gradient: { x: 'g / (2 * out)' },
  result: 'floating',
  domain: positive,
})
/** `1 / √x`. */
export const rsqrt = elementwise('rsqrt', ['x'], {
  forward: '1 / sqrt(x)',
  gradient: { x: '-0.5 * g * (out * out * out)' },
  result: 'floating',
  domain: positive,
})
/** `eˣ`. */
export const exp = elementwise('exp', ['x'], { forward: 'exp(x)', result: 'floating' })
/** `2ˣ`. */
export const exp2 = elementwise('exp2', ['x'], { forward: 'exp2(x)', result: 'floating' })
/** `eˣ - 1`, exact near 0. */
export const expm1 = elementwise('expm1', ['x'], {
  forward: 'expm1(x)',
  gradient: { x: 'g * (out + 1)' },
  result: 'floating',
})
/** The natural logarithm. */
export const log = elementwise('log', ['x'], { forward: 'log(x)', result: 'floating', domain: positive })
/** `log(1 + x)`, exact near 0. */
export const log1p = elementwise('log1p', ['x'], { forward: 'log1p(x)', result: 'floating', domain: { x: [-0.9, 3] } })
/** The logarithm to base 2. */
export const log2 = elementwise('log2', ['x'], { forward: 'log2(x)', result: 'floating', domain: positive })
/** The logarithm to base 10. */
export const log10 = elementwise('log10', ['x'], { forward: 'log10(x)', result: 'floating', domain: positive })
/** The sine of radians. */
export const sin = elementwise('sin', ['x'], { forward: 'sin(x)', result: 'floating' })
/** The cosine of radians. */
export const cos = elementwise('cos', ['x'], { forward: 'cos(x)', result: 'floating' })
/** The tangent of radians. */
export const tan = elementwise('tan', ['x'], {
  forward: 'tan(x)',
  gradient: { x: 'g * (1 + out * out)' },
  result: 'floating',
  domain: { x: [-1, 1] },
})
/** The arc sine, in radians. */
export const asin = elementwise('asin', ['x'], { forward: 'asin(x)', result: 'floating', domain: unit })
/** The arc cosine, in radians. */
export const acos = elementwise('acos', ['x'], { forward: 'acos(x)', result: 'floating', domain: unit })
/** The arc tangent, in radians. */
export const atan = elementwise('atan', ['x'], { forward: 'atan(x)', result: 'floating' })
/** The angle of the point (other, x), in radians. */
export const atan2 = elementwise('atan2', ['x', 'other'], {
  forward: 'atan2(x, other)',
  gradient: {
    x: 'g * (other / (x * x + other * other))',
    other: 'g * (-x / (x * x + other * other))',
  },
  result: 'floating',
  domain: { other: [0.5, 3] },
})
/** The hyperbolic sine. */
export const sinh = elementwise('sinh', ['x'], { forward: 'sinh(x)', result: 'floating' })
/** The hyperbolic cosine. */
export const cosh = elementwise('cosh', ['x'], { forward: 'cosh(x)', result: 'floating' })
/** The hyperbolic tangent. */
export const tanh = elementwise('tanh', ['x'], {
  forward: 'tanh(x)',
  gradient: { x: 'g * (1 - out * out)' },
  result: 'floating',
})
/** The inverse hyperbolic sine. */
export const asinh = elementwise('asinh', ['x'], { forward: 'asinh(x)', result: 'floating' })
/** The inverse hyperbolic cosine; NaN below 1. */
export const acosh = elementwise('acosh', ['x'], { forward: 'acosh(x)', result: 'floating', domain: { x: [1.1, 4] } })
/** The inverse hyperbolic tangent. */
export const atanh = elementwise('atanh', ['x'], { forward: 'atanh(x)', result: 'floating', domain: unit })
export {
  /** As `acos`. */
  acos as arccos,
  /** As `acosh`. */
  acosh as arccosh,
  /** As `asin`. */
  asin as arcsin,
  /** As `asinh`. */
  asinh as arcsinh,
  /** As `atan`. */
  atan as arctan,
  /** As `atan2`. */
  atan2 as arctan2,
  /** As `atanh`. */
  atanh as arctanh,
}

/** The Gauss error function. */
export const erf = elementwise('erf', ['x'], { forward: 'erf(x)', result: 'floating' })
/** `1 - erf(x)`, exact for large `x`. */
export const erfc = elementwise('erfc', ['x'], { forward: 'erfc(x)', result: 'floating' })
/** The inverse of `erf`. */
export const erfinv = elementwise('erfinv', ['x'], {
  forward: 'erfinv(x)',
  gradient: { x: `g * ${Math.sqrt(Math.PI) / 2} * exp(erfinv(x) * erfinv(x))` },
  result: 'floating',
  domain: unit,
})
/** The logarithm of |Γ(x)|. */
export const lgamma = elementwise('lgamma', ['x'], {
  forward: 'lgamma(x)',
  result: 'floating',
  domain: { x: [0.2, 4] },
})
/** The derivative of `lgamma`. */
export const digamma = elementwise('digamma', ['x'], {
  forward: 'digamma(x)',
  result: 'floating',
  domain: { x: [0.2, 4] },
})
const polygammaOp = elementwise('polygamma', ['x'], {
  forward: 'polygamma(n, x)',
  gradient: { x: 'g * polygamma(n + 1, x)' },
  parameters: { n: 0 },
  result: 'floating',
  domain: { x: [0.2, 4] },
})
const isWhole = (n: Tensor | number): boolean =>
  typeof n === 'number' || (n.dtype.kind === 'integer' && n.shape.length === 0)
/** The `n`-th derivative of `digamma`: `torch.polygamma(n, x)`. */
export const polygamma = choice(
  'polygamma',
  ['int|Tensor n', 'Tensor|int input'],
  (n: number | Tensor, x: Tensor | number): Application => {
    // As a method, the tensor comes first.
    const [order, value] = typeof x === 'number' || !isWhole(n) ? [x, n] : [n, x]
    if (!isWhole(order)) throw new TypeError("polygamma(): argument 'n' (position 1) must be int, not Tensor")
    const times = typeof order === 'number' ? order : order.item()
    if (times < 0) throw new RuntimeError('polygamma(n, x) does not support negative n.')
    return polygammaOp.on(value, times)
  },
)

/** The greatest whole number that is not above `x`. */
export const floor = elementwise('floor', ['x'], { forward: 'floor(x)', only: 'numbers', kernel: 'floor_vml_cpu' })
/** The least whole number that is not below `x`. */
export const ceil = elementwise('ceil', ['x'], { forward: 'ceil(x)', only: 'numbers', kernel: 'ceil_vml_cpu' })
/** The whole part, towards zero. */
export const trunc = elementwise('trunc', ['x'], { forward: 'trunc(x)', only: 'numbers', kernel: 'trunc_vml_cpu' })
/** As `trunc`. */
export const fix = trunc
/** `x - trunc(x)`. */
export const frac = elementwise('frac', ['x'], {
  forward: 'x - trunc(x)',
  gradient: { x: 'g' },
  domain: { x: [0.1, 0.9] },
  only: 'floating',
})
const roundWhole = elementwise('round', ['x'], { forward: 'round(x)', only: 'numbers', kernel: 'round_vml_cpu' })
const roundDecimals = elementwise('round_decimals', ['x'], {
  forward: 'scale >= 1 ? round(x * scale) / scale : round(x / inverse) * inverse',
  parameters: { scale: 1, inverse: 1 },
  node: 'RoundBackward1',
  only: 'floating',
  kernel: 'round_cpu',
})
/** The nearest whole number, or the nearest with `decimals` digits; halves go to the even one. */
export const round = choice(
  'round',
  ['Tensor input', 'int decimals'],
  (x: Tensor, decimals: number | null = null): Application => {
    if (decimals === null) return roundWhole.on(x)
    if (decimals === 0 && x.dtype.kind !== 'floating') {
      throw new RuntimeError(`"round_vml_cpu" not implemented for '${x.dtype.scalarName}'`)
    }
    return roundDecimals.on(x, 10 ** decimals, 10 ** -decimals)
  },
)

/** `√(x² + other²)` without overflow. */
export const hypot = elementwise('hypot', ['x', 'other'], {
  forward: 'hypot(x, other)',
  gradient: { x: 'g * (x / out)', other: 'g * (other / out)' },
  domain: { other: [0.5, 3] },
  only: 'floating',
})
/** The magnitude of `x` with the sign of `other`. */
export const copysign = elementwise('copysign', ['x', 'other'], {
  forward: 'copysign(x, other)',
  gradient: { x: 'x == 0 ? 0 : g * (out / x)' },
  result: 'floating',
  node: (operands) => `CopysignBackward${typeof operands[1] === 'number' ? 1 : 0}`,
  domain: { other: [0.5, 3] },
})
/** `log(eˣ + eʸ)` without overflow. */
export const logaddexp = elementwise('logaddexp', ['x', 'other'], {
  forward: 'isinf(x) && x == other ? x : max(x, other) + log1p(exp(-abs(x - other)))',
  gradient: { x: 'g / (1 + exp(other - x))', other: 'g / (1 + exp(x - other))' },
  only: 'floating',
})
/** `log2(2ˣ + 2ʸ)` without overflow. */
export const logaddexp2 = elementwise('logaddexp2', ['x', 'other'], {
  forward: 'isinf(x) && x == other ? x : max(x, other) + log2(1 + exp2(-abs(x - other)))',
  gradient: { x: 'g / (1 + exp2(other - x))', other: 'g / (1 + exp2(x - other))' },
  only: 'floating',
})
/** `x * log(other)`, and 0 where `x` is 0. */
export const xlogy = elementwise('xlogy', ['x', 'other'], {
  forward: 'isnan(other) ? nan : x == 0 ? 0 : x * log(other)',
  gradient: {
    x: '(x == 0 && other <= 0) || (g == 0 && !isnan(other)) ? 0 : g * log(other)',
    other: 'g * x / other',
  },
  result: 'floating',
  domain: { other: [0.1, 3] },
  node: (operands) => `XlogyBackward${typeof operands[0] === 'number' ? 1 : typeof operands[1] === 'number' ? 2 : 0}`,
})
/** `sin(πx) / (πx)`, and 1 at 0. */
export const sinc = elementwise('sinc', ['x'], {
  forward: 'x == 0 ? 1 : sin(pi * x) / (pi * x)',
  gradient: { x: 'x == 0 ? 0 : g * ((cos(pi * x) - sin(pi * x) / (pi * x)) / x)' },
  result: 'floating',
})
const logOdds = elementwise('logit', ['x'], {
  forward: 'eps < 0 ? log(x / (1 - x)) : log(min(max(x, eps), 1 - eps) / (1 - min(max(x, eps), 1 - eps)))',
  gradient: {
    x: 'eps < 0 ? (x < 0 || x > 1 ? nan : g / (x * (1 - x))) : x < eps || x > 1 - eps ? 0 : g / (x * (1 - x))',
  },
  parameters: { eps: -1 },
  result: 'floating',
  domain: { x: [0.1, 0.9] },
})
/** `log(x / (1 - x))`, of `x` limited to [eps, 1 - eps] where `eps` is given. */
export const logit = choice(
  'logit',
  ['Tensor|Number input', 'float? eps'],
  (x: TensorLike, eps: number | null = null): Application => logOdds.on(x, eps ?? -1),
)
/** 0 below zero, 1 above, and `values` at zero. */
export const heaviside = choice(
  'heaviside',
  ['Tensor|Number input', 'Tensor|Number values'],
  (x: TensorLike, values: TensorLike): Application => {
    if (x instanceof Tensor && values instanceof Tensor && x.dtype !== values.dtype) {
      throw new RuntimeError('heaviside is not yet implemented for tensors with different dtypes.')
    }
    return stepAt.on(x, values)
  },
)
const stepAt = elementwise('heaviside', ['x', 'values'], {
  forward: 'x == 0 ? values : x < 0 ? 0 : isnan(x) ? 0 : 1',
  ...undifferentiable('heaviside'),
})
const next = elementwise('nextafter', ['x', 'other'], {
  // What is added to a number is more than half and less than one and a half of the distance to its neighbour, so that the sum
  // rounds to that; also below a power of 2, where the distance is half as far. Scaled, it is not rounded itself.
  forward:
    'isnan(x) || isnan(other) ? nan : x == other ? other : isinf(x) ? copysign(largest, x) : ' +
    'abs(x) < small ? copysign(x + (other > x ? least : -least), x == 0 ? other : x) : ' +
    'abs(x) < 1 ? (x * 4294967296 + (other > x ? half : -half) * abs(x * 4294967296)) * 2.3283064365386963e-10 : ' +
    'x + (other > x ? half : -half) * abs(x)',
  undifferentiable: () => new NotImplementedError("the derivative for 'nextafter' is not implemented."),
  parameters: { half: 0.625 * 2 ** -23, least: 2 ** -149, small: 2 ** -125, largest: largestFloat32 },
})
/** The next floating point number after `x` in the direction of `other`. */
export const nextafter = choice(
  'nextafter',
  ['Tensor input', 'Tensor other'],
  (x: Tensor, other: Tensor): Application => {
    const dtype = resultType(x, other)
    if (dtype.kind !== 'floating') throw new RuntimeError(`"nextafter_cpu" not implemented for '${dtype.scalarName}'`)
    if (dtype.itemsize === 4) return next.on(x, other)
    return next.on(x, other, 0.625 * Number.EPSILON, Number.MIN_VALUE, 2 ** -1021, Number.MAX_VALUE)
  },
)
const replaceNonFinite = elementwise('nan_to_num', ['x'], {
  forward: 'isnan(x) ? nan_value : x == inf ? posinf : x == -inf ? neginf : x',
  gradient: { x: 'isnan(x) || isinf(x) ? 0 : g' },
  parameters: { nan_value: 0, posinf: 0, neginf: 0 },
})
/** `x` with NaN and infinities replaced; where not given, by 0 and the largest numbers of the dtype. */
export const nan_to_num = choice(
  'nan_to_num',
  ['Tensor input', 'float? nan', 'float? posinf', 'float? neginf'],
  (x: Tensor, nan: number | null = null, posinf: number | null = null, neginf: number | null = null): Application => {
    const largest = x.dtype.itemsize === 8 ? Number.MAX_VALUE : largestFloat32
    return replaceNonFinite.on(x, nan ?? 0, posinf ?? largest, neginf ?? -largest)
  },
)
/** Degrees of radians. */
export const rad2deg = elementwise('rad2deg', ['x'], { forward: 'x * (180 / pi)', result: 'floating' })
/** Radians of degrees. */
export const deg2rad = elementwise('deg2rad', ['x'], { forward: 'x * (pi / 180)', result: 'floating' })
