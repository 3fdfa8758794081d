import { RuntimeError } from '../../errors.ts'
import type { Tensor, TensorLike } from '../../tensor/tensor.ts'
import { type Application, choice, elementwise } from '../define/elementwise.ts'

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

// What a bound does not change stays as it is, the sign of a zero too; a bound that is NaN is the result.
const LOW = 'x < min || isnan(min)'
const HIGH = 'x > max || isnan(max)'
const clampBoth = elementwise('clamp', ['x', 'min', 'max'], {
  forward: `${LOW} ? (min > max || isnan(max) ? max : min) : ${HIGH} ? max : x`,
  gradient: {
    x: 'x >= min && x <= max ? g : 0',
    min: 'x < min && min < max ? g : 0',
    max: 'x > max || max < min ? g : 0',
  },
  domain: { min: [-1, -0.5], max: [0.5, 1] },
  node: ([, min, max]) => `ClampBackward${typeof min === 'number' && typeof max === 'number' ? 1 : 0}`,
})
const below = {
  forward: `${LOW} ? min : x`,
  gradient: { x: 'x >= min ? g : 0', min: 'x < min ? g : 0' },
}
const above = {
  forward: `${HIGH} ? max : x`,
  gradient: { x: 'x <= max ? g : 0', max: 'x > max ? g : 0' },
}
/** The first of PyTorch's overloads takes numbers, or for `clamp` tensors. */
const byBound =
  (name: string, ofNumbers: 0 | 1) =>
  ([, bound]: readonly (Tensor | number)[]): string =>
    `${name}Backward${typeof bound === 'number' ? ofNumbers : 1 - ofNumbers}`
const clampLow = elementwise('clamp_low', ['x', 'min'], { ...below, node: byBound('Clamp', 1) })
const clampHigh = elementwise('clamp_high', ['x', 'max'], { ...above, node: byBound('Clamp', 1) })
const clampBelow = elementwise('clamp_min', ['x', 'min'], { ...below, node: byBound('ClampMin', 0) })
const clampAbove = elementwise('clamp_max', ['x', 'max'], { ...above, node: byBound('ClampMax', 0) })

/** `x` limited to [min, max]; the gradient passes at the bounds themselves. At least one bound has to be given. */
export const clamp = choice(
  'clamp',
  ['Tensor input', 'Tensor|Number? min', 'Tensor|Number? max'],
  (x: Tensor, min: TensorLike | null = null, max: TensorLike | null = null): Application => {
    if (min !== null && max !== null) return clampBoth.on(x, min, max)
    if (min !== null) return clampLow.on(x, min)
    if (max !== null) return clampHigh.on(x, max)
    throw new RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
  },
)
/** As `clamp`. */
export const clip = clamp
/** `x`, but at least `min`. */
export const clamp_min = choice(
  'clamp_min',
  ['Tensor input', 'Tensor|Number min'],
  (x: Tensor, min: TensorLike): Application => clampBelow.on(x, min),
)
/** `x`, but at most `max`. */
export const clamp_max = choice(
  'clamp_max',
  ['Tensor input', 'Tensor|Number max'],
  (x: Tensor, max: TensorLike): Application => clampAbove.on(x, max),
)
