import { bool } from '../../dtype.ts'
import { RuntimeError } from '../../errors.ts'
import { broadcastShapes } from '../../shape.ts'
import { Tensor, type TensorLike } from '../../tensor/tensor.ts'
import { type Application, choice, type ElementwiseFunction, elementwise } from '../define/elementwise.ts'
import { fitted } from '../define/operands.ts'
import { resultType } from '../define/promotion.ts'

/** A comparison in place has a node: its first overload takes a number. */
const overload =
  (name: string) =>
  ([, other]: readonly (Tensor | number)[]): string =>
    `${name}Backward${typeof other === 'number' ? 0 : 1}`

/** Where `x == other`. */
export const eq = elementwise('eq', ['x', 'other'], { forward: 'x == other', result: 'bool', node: overload('Eq') })
/** Where `x != other`. */
export const ne = elementwise('ne', ['x', 'other'], { forward: 'x != other', result: 'bool', node: overload('Ne') })
/** Where `x < other`. */
export const lt = elementwise('lt', ['x', 'other'], { forward: 'x < other', result: 'bool', node: overload('Lt') })
/** Where `x <= other`. */
export const le = elementwise('le', ['x', 'other'], { forward: 'x <= other', result: 'bool', node: overload('Le') })
/** Where `x > other`. */
export const gt = elementwise('gt', ['x', 'other'], { forward: 'x > other', result: 'bool', node: overload('Gt') })
/** Where `x >= other`. */
export const ge = elementwise('ge', ['x', 'other'], { forward: 'x >= other', result: 'bool', node: overload('Ge') })
export {
  /** As `ge`. */
  ge as greater_equal,
  /** As `gt`. */
  gt as greater,
  /** As `le`. */
  le as less_equal,
  /** As `lt`. */
  lt as less,
  /** As `ne`. */
  ne as not_equal,
}

const logical = { result: 'bool', unrecordedInPlace: true } as const
/** Where both are not 0. */
export const logical_and = elementwise('logical_and', ['x', 'other'], { ...logical, forward: 'x && other' })
/** Where at least one is not 0. */
export const logical_or = elementwise('logical_or', ['x', 'other'], { ...logical, forward: 'x || other' })
/** Where exactly one is not 0. */
export const logical_xor = elementwise('logical_xor', ['x', 'other'], {
  ...logical,
  forward: '(x != 0) != (other != 0)',
})
/** Where `x` is 0. */
export const logical_not = elementwise('logical_not', ['x'], { ...logical, forward: '!x' })

/** Where `x` is NaN. */
export const isnan = elementwise('isnan', ['x'], { forward: 'isnan(x)', result: 'bool' })
/** Where `x` is an infinity. */
export const isinf = elementwise('isinf', ['x'], { forward: 'isinf(x)', result: 'bool' })
/** Where `x` is neither infinite nor NaN. */
export const isfinite = elementwise('isfinite', ['x'], { forward: '!isnan(x) && !isinf(x)', result: 'bool' })
/** Where `x` is +∞. */
export const isposinf = elementwise('isposinf', ['x'], { forward: 'x == inf', result: 'bool' })
/** Where `x` is -∞. */
export const isneginf = elementwise('isneginf', ['x'], { forward: 'x == -inf', result: 'bool' })
/** Where the sign is negative, that of -0 included. */
export const signbit = elementwise('signbit', ['x'], { forward: 'copysign(1, x) < 0', result: 'bool' })

const fill = elementwise('masked_fill', ['x', 'mask', 'value'], {
  forward: 'mask ? value : x',
  masks: ['mask'],
  layout: 'row-major',
  node: (operands) => `MaskedFillBackward${typeof operands[2] === 'number' ? 0 : 1}`,
})

/** A number of the kind of `x`. */
const asNumber = (value: number, x: Tensor): number | boolean => (x.dtype === bool ? value !== 0 : value)

/** `x` with `value` where the mask holds. The mask broadcasts to `x`. */
export const masked_fill = choice(
  'masked_fill',
  ['Tensor input', 'Tensor mask', 'Tensor|Number value'],
  (x: Tensor, mask: Tensor, value: TensorLike): Application => {
    if (mask.dtype !== bool) {
      throw new RuntimeError(
        `masked_fill_ only supports boolean masks, but got mask with dtype ${mask.dtype.scalarName.toLowerCase()}`,
      )
    }
    if (value instanceof Tensor && value.ndim !== 0) {
      throw new RuntimeError(
        `masked_fill_ only supports a 0-dimensional value tensor, but got tensor with ${value.ndim} dimension(s).`,
      )
    }
    broadcastShapes(mask.shape, x.shape)
    // The dtype is that of `x`, whatever the value is.
    if (!(value instanceof Tensor)) return fill.on(x, mask, asNumber(fitted(Number(value), x.dtype), x))
    if (value.storage.device.sync && value.dtype !== x.dtype) fitted(value.item(), x.dtype)
    return fill.on(x, mask, value.dtype === x.dtype ? value : value.to(x.dtype))
  },
)

type Pair = [x: TensorLike, other: TensorLike]
const integerOnly = (name: string, op: Pick<ElementwiseFunction<Pair>, 'on'> & { readonly name: string }) =>
  choice(op.name, ['Tensor|Number input', 'Tensor|Number other'], (x: TensorLike, other: TensorLike): Application => {
    const dtype = resultType(x, other)
    const refusesBool = name === 'lshift' || name === 'rshift'
    if (dtype.kind === 'floating' || (refusesBool && dtype === bool)) {
      throw new RuntimeError(`"${name}_cpu" not implemented for '${dtype.scalarName}'`)
    }
    return op.on(x, other)
  })

/** The bits of both. */
export const bitwise_and = integerOnly(
  'bitwise_and',
  elementwise('bitwise_and', ['x', 'other'], { forward: 'bitand(x, other)' }),
)
/** The bits of either. */
export const bitwise_or = integerOnly(
  'bitwise_or',
  elementwise('bitwise_or', ['x', 'other'], { forward: 'bitor(x, other)' }),
)
/** The bits of exactly one. */
export const bitwise_xor = integerOnly(
  'bitwise_xor',
  elementwise('bitwise_xor', ['x', 'other'], { forward: 'bitxor(x, other)' }),
)
/** Bits moved up. */
export const bitwise_left_shift = integerOnly(
  'lshift',
  elementwise('bitwise_left_shift', ['x', 'other'], { forward: 'shl(x, other)' }),
)
/** Bits moved down, the sign kept. */
export const bitwise_right_shift = integerOnly(
  'rshift',
  elementwise('bitwise_right_shift', ['x', 'other'], { forward: 'shr(x, other)' }),
)
const flip = elementwise('bitwise_not', ['x'], { forward: 'bitnot(x)' })
/** Every bit the other way round; `logical_not` for bools. */
export const bitwise_not = choice('bitwise_not', ['Tensor input'], (x: Tensor): Application => {
  if (x.dtype === bool) return logical_not.on(x)
  if (x.dtype.kind === 'floating')
    throw new RuntimeError(`"bitwise_not_cpu" not implemented for '${x.dtype.scalarName}'`)
  return flip.on(x)
})
