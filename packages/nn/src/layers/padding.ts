/** Padding as layers. */
import type { Tensor } from '@chainrule/core'
import * as torch from '@chainrule/core'
import { layerOf } from '../module/layer.ts'

/** Sizes at the start and the end of the last dimensions, `[left, right, top, bottom, …]`, or one for all. */
type Padding = number | readonly number[]
interface Needs {
  padding: Padding
}
interface NeedsValue extends Needs {
  value: number
}

/** A size for each side of so many dimensions. */
const sides = (padding: Padding, rank: number): readonly number[] =>
  typeof padding === 'number' ? Array.from({ length: 2 * rank }, () => padding) : padding

const constant = (rank: number) =>
  layerOf<NeedsValue>('padding', 'value')(
    {},
    ({ padding, value }, x: Tensor) => torch.pad(x, sides(padding, rank), 'constant', value),
    ({ padding, value }) => `padding=${torch.repr(sides(padding, rank))}, value=${torch.repr(value)}`,
  )
const mirrored = (rank: number, mode: torch.PadMode) =>
  layerOf<Needs>('padding')(
    {},
    ({ padding }, x: Tensor) => torch.pad(x, sides(padding, rank), mode),
    ({ padding }) => torch.repr(sides(padding, rank)),
  )

/** One value before and after `[…, L]`. */
export class ConstantPad1d extends constant(1) {}
/** One value around `[…, H, W]`. */
export class ConstantPad2d extends constant(2) {}
/** One value around `[…, D, H, W]`. */
export class ConstantPad3d extends constant(3) {}
/** Zeros before and after `[…, L]`. */
export class ZeroPad1d extends mirrored(1, 'constant') {}
/** Zeros around `[…, H, W]`. */
export class ZeroPad2d extends mirrored(2, 'constant') {}
/** Zeros around `[…, D, H, W]`. */
export class ZeroPad3d extends mirrored(3, 'constant') {}
/** The elements within, mirrored at the edges, of `[N, C, L]` or `[C, L]`. */
export class ReflectionPad1d extends mirrored(1, 'reflect') {}
/** The elements within, mirrored at the edges, of `[N, C, H, W]` or `[C, H, W]`. */
export class ReflectionPad2d extends mirrored(2, 'reflect') {}
/** The elements within, mirrored at the edges, of `[N, C, D, H, W]` or `[C, D, H, W]`. */
export class ReflectionPad3d extends mirrored(3, 'reflect') {}
/** The elements at the edges, repeated, of `[N, C, L]` or `[C, L]`. */
export class ReplicationPad1d extends mirrored(1, 'replicate') {}
/** The elements at the edges, repeated, of `[N, C, H, W]` or `[C, H, W]`. */
export class ReplicationPad2d extends mirrored(2, 'replicate') {}
/** The elements at the edges, repeated, of `[N, C, D, H, W]` or `[C, D, H, W]`. */
export class ReplicationPad3d extends mirrored(3, 'replicate') {}
/** The elements from the other end of `[N, C, L]` or `[C, L]`. */
export class CircularPad1d extends mirrored(1, 'circular') {}
/** The elements from the other end of `[N, C, H, W]` or `[C, H, W]`. */
export class CircularPad2d extends mirrored(2, 'circular') {}
/** The elements from the other end of `[N, C, D, H, W]` or `[C, D, H, W]`. */
export class CircularPad3d extends mirrored(3, 'circular') {}
