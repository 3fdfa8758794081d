import { RuntimeError } from '../../errors.ts'
import { Tensor, type TensorLike } from '../../tensor/tensor.ts'
import { type Application, choice, elementwise } from '../define/elementwise.ts'
import { checkFactor, resultType } from '../define/promotion.ts'
import { undifferentiable } from './undifferentiable.ts'

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
  // As PyTorch's, they do not read the result: it may be changed in place.
  gradient: { x: 'g / other', other: '-g * (x / other / other)' },
  result: 'floating',
  domain: { other: [0.5, 3] },
})
const overTrunc = elementwise('div_trunc', ['x', 'other'], {
  forward: 'trunc(x / other)',
  node: 'DivBackward2',
  only: 'numbers',
  domain: { other: [0.5, 3] },
})
const overFloor = elementwise('div_floor', ['x', 'other'], {
  forward: 'floor_divide(x, other)',
  node: 'DivBackward2',
  only: 'numbers',
  kernel: 'div_floor_cpu',
  domain: { other: [0.5, 3] },
})
const floorDivision = elementwise('floor_divide', ['x', 'other'], {
  forward: 'floor_divide(x, other)',
  ...undifferentiable('floor_divide'),
  only: 'numbers',
  kernel: 'div_floor_cpu',
  domain: { other: [0.5, 3] },
})

/** How two summands are joined. */
export interface AddOptions {
  /** Multiplies the second operand. */
  readonly alpha?: number
}

/** `x + alpha * other`. */
export const add = choice(
  'add',
  ['Tensor|Number input', 'Tensor|Number other', '*', 'Number alpha'],
  (x: TensorLike, other: TensorLike, options?: AddOptions): Application => {
    const alpha = options?.alpha ?? 1
    if (alpha === 1) return plus.on(x, other)
    checkFactor('alpha', [x, other], alpha)
    return plusScaled.on(x, other, alpha)
  },
)

/** `x - alpha * other`. Two bool tensors cannot be subtracted, as in PyTorch. */
export const sub = choice(
  'sub',
  ['Tensor|Number input', 'Tensor|Number other', '*', 'Number alpha'],
  (x: TensorLike, other: TensorLike, options?: AddOptions): Application => {
    const alpha = options?.alpha ?? 1
    checkSubtraction(x, other)
    if (alpha === 1) return minus.on(x, other)
    checkFactor('alpha', [x, other], alpha)
    return minusScaled.on(x, other, alpha)
  },
)

/** As `sub`. */
export const subtract = sub

/** `other - alpha * x`. */
export const rsub = choice(
  'rsub',
  ['Tensor|Number input', 'Tensor|Number other', 'Number alpha'],
  (x: TensorLike, other: TensorLike, alpha = 1): Application => {
    checkSubtraction(x, other)
    checkFactor('alpha', [x, other], alpha)
    return reversed.on(x, other, alpha)
  },
)

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
  'div',
  ['Tensor|Number input', 'Tensor|Number other', '*', 'str? rounding_mode'],
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
export const floor_divide = choice(
  'floor_divide',
  ['Tensor|Number input', 'Tensor|Number other'],
  (x: TensorLike, other: TensorLike): Application => {
    checkIntegerDivision(x, other)
    return floorDivision.on(x, other)
  },
)

/** The remainder with the sign of `other`, as Python's `%`. */
export const remainder = choice(
  'remainder',
  ['Tensor|Number input', 'Tensor|Number other'],
  (x: TensorLike, other: TensorLike): Application => {
    checkIntegerDivision(x, other)
    return pythonRemainder.on(x, other)
  },
)

/** The remainder with the sign of `x`, as C's `fmod`. */
export const fmod = choice(
  'fmod',
  ['Tensor|Number input', 'Tensor|Number other'],
  (x: TensorLike, other: TensorLike): Application => {
    checkIntegerDivision(x, other)
    return cRemainder.on(x, other)
  },
)

const pythonRemainder = elementwise('remainder', ['x', 'other'], {
  forward: 'remainder(x, other)',
  gradient: { x: 'g', other: '-g * floor_divide(x, other)' },
  node: bySecond('Remainder'),
  only: 'numbers',
  domain: { other: [0.5, 3] },
})
const cRemainder = elementwise('fmod', ['x', 'other'], {
  forward: 'fmod(x, other)',
  gradient: { x: 'g', other: '-g * trunc(x / other)' },
  node: bySecond('Fmod'),
  only: 'numbers',
  domain: { other: [0.5, 3] },
})

/** Integers cannot say infinity: dividing them by zero is an error. */
function checkIntegerDivision(x: TensorLike, other: TensorLike): void {
  if (resultType(x, other).kind !== 'integer') return
  const zero =
    other instanceof Tensor
      ? other.storage.device.sync && other.numel() > 0 && other.eq(0).any().item()
      : Number(other) === 0
  if (zero) throw new RuntimeError('ZeroDivisionError')
}

/** `-x`. */
export const neg = choice('neg', ['Tensor input'], (x: Tensor): Application => {
  if (x.dtype.kind === 'bool') {
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
