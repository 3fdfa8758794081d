import { factors } from '../autograd/graph.ts'
import type { Gradient } from '../autograd/node.ts'
import { convolutions } from '../devices/convolutions.ts'
import type { Operand } from '../devices/device.ts'
import type { ConvWindow, Pair } from '../devices/windows.ts'
import type { Shape } from '../shape.ts'
import { allocate } from '../tensor/make.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { routine } from './define/routine.ts'

/** How a kernel moves, with one number for each direction. */
export interface ConvSettings {
  readonly stride: readonly number[]
  readonly padding: readonly number[]
  readonly dilation: readonly number[]
  readonly groups: number
}

/** A convolution's gradients are its three routines again: all come from `Σ y · conv(x, w)`, linear in each of the three. */
const backwardName = 'convolution_backward'

/** `[N, C, …] ⋆ [O, C / groups, …] → [N, O, …size]`. */
export function convolve(
  name: string,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  settings: ConvSettings,
  size: Shape,
): Tensor {
  const [extent, shape] = [x.shape.slice(2), weight.shape]
  return routine(
    name,
    bias === null ? [x, weight] : [x, weight, bias],
    () => {
      const out = allocate([x.size(0), weight.size(0), ...size], x.dtype, x.storage.device)
      const { device } = x.storage
      if (out.numel() > 0)
        device
          .routinesOf(convolutions)
          .conv(images(out), images(x), rowMajor(weight), bias?.contiguous() ?? null, windowOf(settings))
      return out
    },
    () => ({
      saved: factors(x, weight),
      backward: ([g = null], needs, [input, w]) => {
        if (g === null) return [null, null, null]
        return [
          needs(0) ? convolveBack(backwardName, g, w as Tensor, null, settings, extent) : null,
          needs(1) ? correlate(backwardName, input as Tensor, g, settings, shape) : null,
          biasGradient(g, needs(2)),
        ]
      },
    }),
  )
}

/** The transpose of `convolve` in its input: `[N, O, …], [O, C / groups, …] → [N, C, …size]`. */
export function convolveBack(
  name: string,
  y: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  settings: ConvSettings,
  size: Shape,
): Tensor {
  const [extent, shape] = [y.shape.slice(2), weight.shape]
  return routine(
    name,
    bias === null ? [y, weight] : [y, weight, bias],
    () => {
      const out = allocate([y.size(0), weight.size(1) * settings.groups, ...size], y.dtype, y.storage.device)
      const { device } = y.storage
      const operands = [images(y), rowMajor(weight), bias?.contiguous() ?? null, windowOf(settings)] as const
      if (out.numel() > 0) device.routinesOf(convolutions).convInput(images(out), ...operands)
      return out
    },
    () => ({
      saved: factors(y, weight),
      backward: ([g = null], needs, [output, w]) => {
        if (g === null) return [null, null, null]
        return [
          needs(0) ? convolve(backwardName, g, w as Tensor, null, settings, extent) : null,
          needs(1) ? correlate(backwardName, g, output as Tensor, settings, shape) : null,
          biasGradient(g, needs(2)),
        ]
      },
    }),
  )
}

/** The transpose of `convolve` in its weight: `[N, C, …], [N, O, …] → shape`. */
function correlate(name: string, x: Tensor, y: Tensor, settings: ConvSettings, shape: Shape): Tensor {
  const [ofX, ofY] = [x.shape.slice(2), y.shape.slice(2)]
  return routine(
    name,
    [x, y],
    () => {
      const out = allocate(shape, x.dtype, x.storage.device)
      if (out.numel() > 0)
        x.storage.device.routinesOf(convolutions).convWeight(images(out), images(x), images(y), windowOf(settings))
      return out
    },
    () => ({
      saved: factors(x, y),
      backward: ([g = null], needs, [input, output]) => {
        if (g === null) return [null, null]
        return [
          needs(0) ? convolveBack(backwardName, output as Tensor, g, null, settings, ofX) : null,
          needs(1) ? convolve(backwardName, input as Tensor, g, null, settings, ofY) : null,
        ]
      },
    }),
  )
}

/** The sum over all but the channels. */
function biasGradient(g: Tensor, isNeeded: boolean): Gradient {
  return isNeeded ? g.sum([0, ...g.shape.slice(2).map((_, i) => i + 2)]) : null
}

/** Images `[N, C, L]` as ones of height 1. */
function images(x: Tensor): Operand {
  if (x.ndim === 4) return x
  const { storage, dtype, offset } = x
  const [batch, channels, length] = x.shape as readonly [number, number, number]
  const [image, channel, column] = x.strides as readonly [number, number, number]
  const shape = [batch, channels, 1, length]
  return { storage, dtype, offset, shape, strides: [image, channel, length * column, column] }
}

const rowMajor = (weight: Tensor): Operand => images(weight.contiguous())

/** Settings for two directions: of those along one, nothing happens in the other. */
function windowOf({ stride, padding, dilation, groups }: ConvSettings): ConvWindow {
  const pair = (values: readonly number[], fill: number): Pair => [
    values.length === 1 ? fill : (values[0] as number),
    values.at(-1) as number,
  ]
  return { stride: pair(stride, 1), padding: pair(padding, 0), dilation: pair(dilation, 1), groups }
}
