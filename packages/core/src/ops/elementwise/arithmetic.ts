import { RuntimeError } from '../../errors.ts'
import { Tensor, type TensorLike } from '../../tensor/tensor.ts'
import { type Application, choice, elementwise } from '../define/elementwise.ts'
import { numberType, result_type } from '../define/promotion.ts'

/** Where the name of a node tells PyTorch's overload: a number second (0) or a tensor (1). */
const bySecond = (name: string) => (operands: readonly (Tensor | number)[]) =>
  `${name}Backward${typeof operands[1] === 'number' ? 0 : 1}`

const plus = elementwise('add', ['x', 'other'], { forward: 'x + other', gradient: { x: 'g', other: 'g' } })
const minus = elementwise('sub', ['x', 'other'], { forward: 'x - other', gradient: { x: 'g', other: '-g' } })
const plusScaled = elementwise('add_scaled', ['x', 'other'], {
  forward: 'x + alpha * other',
  parameters: { alpha: 1 },
  gradient: { x: 'g' },
  node: 'AddBackward0',
})
const minusScaled = elementwise('sub_scaled', ['x', 'other'], {
  forward: 'x - alpha * other',
  parameters: { alpha: 1 },
  gradient: { x: 'g' },
  node: 'SubBackward0',
})
const over = elementwise('div', ['x', 'other'], {
  forward: 'x / other',
  result: 'floating',
  domain: { other: [0.5, 3] },
})
const overTrunc = elementwise('div_trunc', ['x', 'other'], {
  forward: 'trunc(x / other)',
  node: 'DivBackward2',
  domain: { other: [0.5, 3] },
})
const overFloor = elementwise('floor_divide', ['x', 'other'], {
  forward: 'floor_divide(x, other)',
  node: 'DivBackward2',
  domain: { other: [0.5, 3] },
})

/** How two summands are joined. */
export interface AddOptions {
  /** Multiplies the second operand. */
  readonly alpha?: number
}

function checkAlpha(x: TensorLike, other: TensorLike, alpha: number): void {
  const kind = result_type(x, other).kind
  if (kind !== 'floating' && numberType(alpha).kind === 'floating') {
    throw new RuntimeError('For integral input tensors, argument alpha must not be a floating point number.')
  }
}

/** `x + alpha * other`. */
export const add = choice((x: TensorLike, other: TensorLike, options?: AddOptions): Application => {
  if (options?.alpha === undefined || options.alpha === 1) return plus.on(x, other)
  checkAlpha(x, other, options.alpha)
  return plusScaled.on(x, other, options)
})

/** `x - alpha * other`. Two bool tensors cannot be subtracted, as in PyTorch. */
export const sub = choice((x: TensorLike, other: TensorLike, options?: AddOptions): Application => {
  checkSubtraction(x, other)
  if (options?.alpha === undefined || options.alpha === 1) return minus.on(x, other)
  checkAlpha(x, other, options.alpha)
  return minusScaled.on(x, other, options)
})

/** As `sub`. */
export const subtract = sub

/** `other - alpha * x`. */
export const rsub = choice((x: TensorLike, other: TensorLike, options: AddOptions = {}): Application => {
  checkSubtraction(x, other)
  return reversed.on(x, other, { alpha: options.alpha ?? 1 })
})

const reversed = elementwise('rsub', ['x', 'other'], {
  forward: 'other - alpha * x',
  parameters: { alpha: 1 },
  gradient: { other: 'g' },
  node: (operands) => `RsubBackward${typeof operands[1] === 'number' ? 1 : 0}`,
})

function checkSubtraction(x: TensorLike, other: TensorLike): void {
  if (!isBool(x) && !isBool(other)) return
  throw new RuntimeError(
    isBool(x) && isBool(other)
      ? 'Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead.'
      : 'Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the ' +
          '`~` or `logical_not()` operator instead.',
  )
}

function isBool(x: TensorLike): boolean {
  return x instanceof Tensor ? x.dtype.kind === 'bool' : typeof x === 'boolean'
}

/** `x * other`. */
export const mul = elementwise('mul', ['x', 'other'], { forward: 'x * other' })
/** As `mul`. */
export const multiply = mul

/** `x / other`: a true division, or rounded to whole numbers by `rounding_mode` 'trunc' or 'floor'. */
export const div = choice(
  (
    x: TensorLike,
    other: TensorLike,
    options: { readonly rounding_mode?: 'trunc' | 'floor' | null } = {},
  ): Application => {
    const mode = options.rounding_mode ?? null
    if (mode === null) return over.on(x, other)
    if (mode !== 'trunc' && mode !== 'floor') {
      throw new RuntimeError(
        `div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '${String(mode)}'`,
      )
    }
    checkIntegerDivision(x, other)
    return mode === 'trunc' ? overTrunc.on(x, other) : overFloor.on(x, other)
  },
)

/** As `div`. */
export const divide = div
/** A true division. */
export const true_divide = over

/** `floor(x / other)`. */
export const floor_divide = choice((x: TensorLike, other: TensorLike): Application => {
  checkIntegerDivision(x, other)
  return overFloor.on(x, other)
})

/** The remainder with the sign of `other`, as Python's `%`. */
export const remainder = choice((x: TensorLike, other: TensorLike): Application => {
  checkIntegerDivision(x, other)
  return pythonRemainder.on(x, other)
})

/** The remainder with the sign of `x`, as C's `fmod`. */
export const fmod = choice((x: TensorLike, other: TensorLike): Application => {
  checkIntegerDivision(x, other)
  return cRemainder.on(x, other)
})

const pythonRemainder = elementwise('remainder', ['x', 'other'], {
  forward: 'remainder(x, other)',
  gradient: { x: 'g', other: '-g * floor_divide(x, other)' },
  node: bySecond('Remainder'),
  domain: { other: [0.5, 3] },
})
const cRemainder = elementwise('fmod', ['x', 'other'], {
  forward: 'fmod(x, other)',
  gradient: { x: 'g', other: '-g * trunc(x / other)' },
  node: bySecond('Fmod'),
  domain: { other: [0.5, 3] },
})

/** Integers cannot say infinity: dividing them by zero is an error. */
function checkIntegerDivision(x: TensorLike, other: TensorLike): void {
  if (result_type(x, other).kind === 'floating') return
  const zero =
    other instanceof Tensor
      ? other.storage.device.sync && other.numel() > 0 && other.eq(0).any().item()
      : Number(other) === 0
  if (zero) throw new RuntimeError('ZeroDivisionError')
}

/** `-x`. */
export const neg = choice((x: TensorLike): Application => {
  if (x instanceof Tensor && x.dtype.kind === 'bool') {
    throw new RuntimeError(
      'Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or ' +
        '`logical_not()` operator instead.',
    )
  }
  return negate.on(x)
})
const negate = elementwise('neg', ['x'], { forward: '-x' })
/** As `neg`. */
export const negative = neg

/** `x` itself. */
export const positive = (x: Tensor): Tensor => x

/** What PyTorch computes without a power: for these it has other edges, and is faster. */
const fixedPowers = new Map(
  [2, 3, 0.5, -0.5, -1, -2].map((exponent) => [
    exponent,
    elementwise(`pow_${exponent}`, ['x'], {
      forward: `pow(x, ${exponent})`,
      gradient: { x: `g * (${exponent} * pow(x, ${exponent - 1}))` },
      node: 'PowBackward0',
      domain: { x: [0.2, 3] },
    }),
  ]),
)
const power = elementwise('pow', ['x', 'exponent'], {
  forward: 'pow(x, exponent)',
  gradient: {
    x: 'exponent == 0 ? 0 : g * (exponent * pow(x, exponent - 1))',
    exponent: '(x == 0 && exponent >= 0) ? 0 : g * (out * log(x))',
  },
  node: (operands) => `PowBackward${typeof operands[0] === 'number' ? 2 : typeof operands[1] === 'number' ? 0 : 1}`,
  domain: { x: [0.2, 3] },
})

/** `x` to the power of `exponent`. Integers cannot be raised to negative whole numbers. */
export const pow = choice((x: TensorLike, exponent: TensorLike): Application => {
  if (typeof exponent === 'number' && exponent < 0 && result_type(x, exponent).kind !== 'floating') {
    throw new RuntimeError('Integers to negative integer powers are not allowed.')
  }
  const fixed = typeof exponent === 'number' ? fixedPowers.get(exponent) : undefined
  if (fixed !== undefined && x instanceof Tensor && x.dtype.kind === 'floating') return fixed.on(x)
  return power.on(x, exponent)
})

/** `x²`. */
export const square = choice((x: TensorLike) => pow.on(x, 2))

/** `start + weight * (end - start)`. */
export const lerp = choice((start: TensorLike, end: TensorLike, weight: TensorLike): Application => {
  if (start instanceof Tensor && end instanceof Tensor && start.dtype !== end.dtype) {
    throw new RuntimeError(`expected dtype ${dtypeWord(start)} for \`end\` but got dtype ${dtypeWord(end)}`)
  }
  return interpolate.on(start, end, weight)
})
const interpolate = elementwise('lerp', ['start', 'end', 'weight'], {
  forward: 'abs(weight) < 0.5 ? start + weight * (end - start) : end - (end - start) * (1 - weight)',
  gradient: { start: 'g * (1 - weight)', end: 'g * weight', weight: 'g * (end - start)' },
  node: (operands) => `LerpBackward${typeof operands[2] === 'number' ? 0 : 1}`,
})
const dtypeWord = (x: Tensor): string => x.dtype.scalarName.toLowerCase()

/** `x + value * a * b`. */
export const addcmul = elementwise('addcmul', ['x', 'tensor1', 'tensor2'], {
  forward: 'x + value * tensor1 * tensor2',
  parameters: { value: 1 },
  gradient: { x: 'g' },
})

/** `x + value * a / b`. */
export const addcdiv = choice(
  (x: TensorLike, tensor1: TensorLike, tensor2: TensorLike, options: { readonly value?: number } = {}): Application => {
    if (result_type(tensor1, tensor2).kind !== 'floating') {
      throw new RuntimeError(
        'Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true division ' +
          'of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value * torch.trunc(tensor1 / ' +
          'tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / tensor2) for float inputs. The ' +
          'future addcdiv behavior is just the latter implementation: (input + value * tensor1 / tensor2), for all dtypes.',
      )
    }
    return addQuotient.on(x, tensor1, tensor2, options)
  },
)
const addQuotient = elementwise('addcdiv', ['x', 'tensor1', 'tensor2'], {
  forward: 'x + value * (tensor1 / tensor2)',
  parameters: { value: 1 },
  gradient: { x: 'g' },
  domain: { tensor2: [0.5, 3] },
})

/** The larger of two; NaN where either is NaN. Where they are equal, each gets half of the gradient. */
export const maximum = elementwise('maximum', ['x', 'other'], { forward: 'max(x, other)' })
/** The smaller of two; NaN where either is NaN. Where they are equal, each gets half of the gradient. */
export const minimum = elementwise('minimum', ['x', 'other'], { forward: 'min(x, other)' })
/** The larger of two; where one is NaN, the other. */
export const fmax = elementwise('fmax', ['x', 'other'], {
  forward: 'fmax(x, other)',
  gradient: { x: 'x >= other || isnan(other) ? g : 0', other: 'x >= other || isnan(other) ? 0 : g' },
})
/** The smaller of two; where one is NaN, the other. */
export const fmin = elementwise('fmin', ['x', 'other'], {
  forward: 'fmin(x, other)',
  gradient: { x: 'x <= other || isnan(other) ? g : 0', other: 'x <= other || isnan(other) ? 0 : g' },
})

const clampBoth = elementwise('clamp', ['x', 'min', 'max'], {
  forward: 'min(max(x, min), max)',
  gradient: {
    x: 'x >= min && x <= max ? g : 0',
    min: 'x < min && min < max ? g : 0',
    max: 'x > max || max < min ? g : 0',
  },
  domain: { min: [-1, -0.5], max: [0.5, 1] },
  node: (operands) => `ClampBackward${operands.slice(1).some((bound) => typeof bound !== 'number') ? 0 : 1}`,
})
const below = {
  forward: 'max(x, min)',
  gradient: { x: 'x >= min ? g : 0', min: 'x < min ? g : 0' },
}
const above = {
  forward: 'min(x, max)',
  gradient: { x: 'x <= max ? g : 0', max: 'x > max ? g : 0' },
}
const byBound = (operands: readonly (Tensor | number)[]): string =>
  `ClampBackward${typeof operands[1] === 'number' ? 1 : 0}`
const clampLow = elementwise('clamp_low', ['x', 'min'], { ...below, node: byBound })
const clampHigh = elementwise('clamp_high', ['x', 'max'], { ...above, node: byBound })
const clampBelow = elementwise('clamp_min', ['x', 'min'], below)
const clampAbove = elementwise('clamp_max', ['x', 'max'], above)

/** Bounds of `clamp`; `null` is none. */
export interface ClampOptions {
  readonly min?: TensorLike | null
  readonly max?: TensorLike | null
}

/** `x` limited to [min, max]; the gradient passes at the bounds themselves. At least one bound has to be given. */
export const clamp = choice(
  (x: TensorLike, min?: TensorLike | ClampOptions | null, max?: TensorLike | ClampOptions | null): Application => {
    const named = [min, max].find(isClampOptions)
    const low = (isClampOptions(min) ? undefined : min) ?? named?.min ?? null
    const high = (isClampOptions(max) ? undefined : max) ?? named?.max ?? null
    if (low !== null && high !== null) return clampBoth.on(x, low, high)
    if (low !== null) return clampLow.on(x, low)
    if (high !== null) return clampHigh.on(x, high)
    throw new RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
  },
)
/** As `clamp`. */
export const clip = clamp
/** `x`, but at least `min`. */
export const clamp_min = choice((x: TensorLike, min: TensorLike) => clampBelow.on(x, min))
/** `x`, but at most `max`. */
export const clamp_max = choice((x: TensorLike, max: TensorLike) => clampAbove.on(x, max))

function isClampOptions(x: unknown): x is ClampOptions {
  return typeof x === 'object' && x !== null && !(x instanceof Tensor)
}
