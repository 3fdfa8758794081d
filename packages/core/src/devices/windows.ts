import type { Operand } from './device.ts'

/** Height and width, or the like in those directions. */
export type Pair = readonly [y: number, x: number]

/** How the kernel of a convolution moves over an image; its size is that of the weight. */
export interface ConvWindow {
  readonly stride: Pair
  readonly padding: Pair
  readonly dilation: Pair
  readonly groups: number
}

/**
 * Convolutions of images `[N, C, H, W]`, where H is 1 for those along one direction. Weights are `[O, C / groups, kH, kW]`
 * and, as a bias of one value for each channel of `out`, row-major; images may have any strides. How many windows there
 * are, says the shape of the result or of its gradient, which need not be all that the input has room for.
 */
export interface ConvRoutines {
  /** `[N, C, H, W] → [N, O, H′, W′]`. */
  conv(out: Operand, x: Operand, weight: Operand, bias: Operand | null, window: ConvWindow): void
  /** The gradient of a convolution's input, `[N, O, H′, W′] → [N, C, H, W]`: the transposed convolution. */
  convInput(out: Operand, g: Operand, weight: Operand, bias: Operand | null, window: ConvWindow): void
  /** The gradient of a convolution's weight. */
  convWeight(out: Operand, x: Operand, g: Operand, window: ConvWindow): void
}

/** How a window moves over a plane. Padding is at most half the window, and no window lies wholly in it. */
export interface PoolWindow {
  readonly kernel: Pair
  readonly stride: Pair
  readonly padding: Pair
  /** `[1, 1]` for averages. */
  readonly dilation: Pair
}

/** What an average is divided by: `divisor`, or the size of the window, with or without the padding in it. */
export interface AverageWindow extends PoolWindow {
  readonly countPadding: boolean
  readonly divisor: number | null
}

/** Pooling of planes `[P, H, W]`, where H is 1 along one direction. All operands are row-major. */
export interface PoolRoutines {
  /** The largest of each window, and its index in its plane: the first of equals; NaN counts as largest. */
  maxPool(values: Operand, indices: Operand, x: Operand, window: PoolWindow): void
  /** The gradient of the planes: each element of `g` is added where its index says, which is in its window. */
  maxPoolInput(out: Operand, g: Operand, indices: Operand, window: PoolWindow): void
  /** The average of each window. */
  averagePool(out: Operand, x: Operand, window: AverageWindow): void
  /** The gradient of the planes: each element of `g` is shared among its window. */
  averagePoolInput(out: Operand, g: Operand, window: AverageWindow): void
}
