import { nameStep } from '../autograd/graph.ts'
import { int32 } from '../dtype.ts'
import { NotImplementedError, RuntimeError } from '../errors.ts'
import { formatShape, numel, type Shape } from '../shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { named } from './arguments.ts'
import { fromValues } from './creation.ts'
import { fitted } from './define/operands.ts'
import { routine } from './define/routine.ts'

/** What padding shows: one value, or elements of the tensor mirrored, repeated at the edge, or from the other end. */
export type PadMode = 'constant' | 'reflect' | 'replicate' | 'circular'

/**
 * Padding at the start and the end of the last dimensions, `[left, right, top, bottom, …]`; negative sizes crop. `value` is what `constant` pads with, 0 where left out. The modes
 * other than `constant` pad the last 1, 2 or 3 dimensions of a tensor that has one or two more.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.pad.html
 */
export const pad = named(
  'pad',
  ['input', 'pad', 'mode', 'value'],
  (x: Tensor, sizes: readonly number[], mode: PadMode = 'constant', value: number | null = null): Tensor => {
    if (sizes.length % 2 !== 0) throw new RuntimeError('Padding length must be divisible by 2')
    if (sizes.length / 2 > x.ndim) {
      throw new RuntimeError(
        `Padding length should be less than or equal to two times the input dimension but got padding length ${sizes.length} ` +
          `and input of dimension ${x.ndim}`,
      )
    }
    if (mode === 'constant') return constant_pad(x, sizes, value ?? 0)
    if (value !== null && value !== 0) {
      throw new RuntimeError(`Padding mode "${mode}" doesn't take in value argument`)
    }
    return padFromWithin(x, sizes, mode)
  },
)

/** `pad` with one value. */
export function constant_pad(x: Tensor, sizes: readonly number[], value = 0): Tensor {
  const before = x.shape.map((_, i) => sizes[2 * (x.ndim - 1 - i)] ?? 0)
  const after = x.shape.map((_, i) => sizes[2 * (x.ndim - 1 - i) + 1] ?? 0)
  const shape = x.shape.map((size, i) => size + (before[i] as number) + (after[i] as number))
  const bad = shape.findIndex((size) => size < 0)
  if (bad >= 0) {
    throw new RuntimeError(
      `The input size ${x.shape[bad]}, plus negative padding ${before[bad]} and ${after[bad]} resulted in a negative output ` +
        `size, which is invalid. Check dimension ${bad} of your input.`,
    )
  }
  const inner = (y: Tensor, offsets: readonly number[], lengths: Shape): Tensor =>
    lengths.reduce((z, length, i) => z.narrow(i, Math.max(0, offsets[i] as number), length), y)
  const lengths = x.shape.map((size, i) => size + Math.min(0, before[i] as number) + Math.min(0, after[i] as number))
  const cropped = before.map((size) => -size)
  const fill = fitted(value, x.dtype)
  return routine(
    'constant_pad_nd',
    [x],
    () => {
      const out = x.new_full(shape, fill)
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
              sizes.map((size) => -size),
            ),
      ],
    }),
  )
}

/** Which element of a dimension of `size` a place before or after it shows; `kept` of them remain from `first` on. */
type Source = (place: number, size: number, first: number, kept: number) => number
const sources: Readonly<Record<Exclude<PadMode, 'constant'>, Source>> = {
  reflect: (place, size) => (place < 0 ? -place : place >= size ? 2 * (size - 1) - place : place),
  replicate: (place, size) => Math.min(Math.max(place, 0), size - 1),
  circular: (place, _, first, kept) => first + ((((place - first) % kept) + kept) % kept),
}
const nodes = { reflect: 'ReflectionPad', replicate: 'ReplicationPad', circular: null }

function padFromWithin(x: Tensor, sizes: readonly number[], mode: Exclude<PadMode, 'constant'>): Tensor {
  const source = sources[mode]
  if (source === undefined) throw new NotImplementedError(`Unrecognised padding mode ${mode}`)
  const rank = sizes.length / 2
  if (rank < 1 || rank > 3 || (x.ndim !== rank + 1 && x.ndim !== rank + 2)) {
    throw new NotImplementedError('Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now')
  }
  const plans = Array.from({ length: rank }, (_, i) => {
    const [dim, before, after] = [x.ndim - 1 - i, sizes[2 * i] as number, sizes[2 * i + 1] as number]
    const size = x.shape[dim] as number
    checkReach(x, mode, dim, before, after)
    const first = Math.max(0, -before)
    const kept = size - first - Math.max(0, -after)
    return {
      dim,
      places: Array.from({ length: size + before + after }, (_, k) => source(k - before, size, first, kept)),
    }
  })
  const out = plans.reduce(
    (y, { dim, places }) => y.index_select(dim, fromValues(places, [places.length], int32, x.device)),
    x,
  )
  const node = nodes[mode]
  return nameStep(out, node === null ? 'CopySlices' : `${node}${rank}DBackward0`)
}

/** Mirrors show less than the dimension, the other end no more than all of it, and something has to be there. */
function checkReach(x: Tensor, mode: PadMode, dim: number, before: number, after: number): void {
  const size = x.shape[dim] as number
  const most = Math.max(before, after)
  if (mode === 'reflect' && most >= size) {
    throw new RuntimeError(
      `Argument #4: Padding size should be less than the corresponding input dimension, but got: padding (${before}, ${after}) ` +
        `at dimension ${dim} of input ${formatShape(x.shape)}`,
    )
  }
  if (mode === 'circular' && most > size) throw new RuntimeError('Padding value causes wrapping around more than once.')
  if (size === 0 || size + before + after < 1) {
    throw new RuntimeError(
      `pad: dimension ${dim} of input ${formatShape(x.shape)} has ${size} elements, padded by (${before}, ${after}); ` +
        'at least one has to be there before and after',
    )
  }
}
