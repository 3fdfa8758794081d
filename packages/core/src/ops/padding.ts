import { RuntimeError } from '../errors.ts'
import { formatShape, numel, type Shape } from '../shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { routine } from './define/routine.ts'

/** Padding at the end and the start of the last dimensions, `[left, right, top, bottom, …]`, with one value; negative crops. */
export function constant_pad(x: Tensor, pad: readonly number[], value = 0): Tensor {
  if (pad.length % 2 !== 0) throw new RuntimeError('Padding length must be divisible by 2')
  if (pad.length / 2 > x.ndim) {
    throw new RuntimeError(
      `Padding length should be less than or equal to two times the input dimension. Found padding length ${pad.length}, input of dimension ${x.ndim}`,
    )
  }
  const before = x.shape.map((_, i) => pad[2 * (x.ndim - 1 - i)] ?? 0)
  const after = x.shape.map((_, i) => pad[2 * (x.ndim - 1 - i) + 1] ?? 0)
  const shape = x.shape.map((size, i) => size + (before[i] as number) + (after[i] as number))
  if (shape.some((size) => size < 0)) {
    throw new RuntimeError(
      `The input size ${formatShape(x.shape)} plus padding ${formatShape(pad)} resulted in a negative output size ${formatShape(shape)}`,
    )
  }
  const inner = (y: Tensor, offsets: readonly number[], lengths: Shape): Tensor =>
    lengths.reduce((z, length, i) => z.narrow(i, Math.max(0, offsets[i] as number), length), y)
  const lengths = x.shape.map((size, i) => size + Math.min(0, before[i] as number) + Math.min(0, after[i] as number))
  const cropped = before.map((size) => -size)
  return routine(
    'constant_pad_nd',
    [x],
    () => {
      const out = x.new_full(shape, value)
      if (numel(lengths) > 0) inner(out, before, lengths).copy_(inner(x, cropped, lengths))
      return out
    },
    () => ({
      saved: [],
      backward: ([g = null]) => [
        g === null
          ? null
          : constant_pad(
              g,
              pad.map((size) => -size),
            ),
      ],
    }),
  )
}
