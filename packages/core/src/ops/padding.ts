import { nameStep } from '../autograd/graph.ts'
import { listed, reserve } from '../devices/memory-limit.ts'
import { int32 } from '../dtype.ts'
import { NotImplementedError, RuntimeError } from '../errors.ts'
import { formatShape, numel, type Shape } from '../shape.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
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
export const pad = signature(
  'pad',
  ['Tensor input', 'size pad', 'str mode', 'float? value'],
  (x: Tensor, pad: readonly number[], mode: PadMode = 'constant', value: number | null = null): Tensor => {
    if (pad.length % 2 !== 0) throw new RuntimeError('Padding length must be divisible by 2')
    if (pad.length / 2 > x.ndim) {
      throw new RuntimeError(
        `Padding length should be less than or equal to two times the input dimension but got padding length ${pad.length} ` +
          `and input of dimension ${x.ndim}`,
      )
    }
    if (mode === 'constant') return constant_pad(x, pad, value ?? 0)
    if (value !== null && value !== 0) {
      throw new RuntimeError(`Padding mode "${mode}" doesn't take in value argument`)
    }
    return padFromWithin(x, pad, mode)
  },
)

/** `pad` with one value. */
export function constant_pad(x: Tensor, sizes: readonly number[], value = 0): Tensor {
  const before = x.shape.map((_, i) => sizes[2 * (x.ndim - 1 - i)] ?? 0)
  const after = x.shape.map((_, i) => sizes[2 * (x.ndim - 1 - i) + 1] ?? 0)
  const shape = x.shape.map((size, i) => size + (before[i] as number) + (after[i] as number))
  // PyTorch only crops where nothing is put, and then may leave nothing.
  const least = sizes.some((size) => size > 0) ? 1 : 0
  const bad = shape.findIndex((size, i) => size < (2 * (x.ndim - i) <= sizes.length ? least : 0))
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
const kernels = {
  reflect: ['reflection_pad1d', 'reflection_pad2d', 'reflection_pad3d_cpu'],
  replicate: ['replication_pad1d_cpu', 'replication_pad2d_cpu', 'replication_pad3d_cpu'],
}

/** A dimension that is padded. */
interface Side {
  readonly dim: number
  readonly size: number
  readonly before: number
  readonly after: number
}

function padFromWithin(x: Tensor, sizes: readonly number[], mode: Exclude<PadMode, 'constant'>): Tensor {
  const source = sources[mode]
  if (source === undefined) throw new NotImplementedError(`Unrecognised padding mode ${mode}`)
  const rank = sizes.length / 2
  if (rank < 1 || rank > 3 || (x.ndim !== rank + 1 && x.ndim !== rank + 2)) {
    throw new NotImplementedError('Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now')
  }
  const sides = Array.from({ length: rank }, (_, i): Side => {
    const dim = x.ndim - 1 - i
    return { dim, size: x.shape[dim] as number, before: sizes[2 * i] as number, after: sizes[2 * i + 1] as number }
  })
  if (mode === 'circular') checkRound(sides)
  else checkReach(x, sides, mode)
  const out = sides.reduce((y, { dim, size, before, after }) => {
    const first = Math.max(0, -before)
    const kept = size - first - Math.max(0, -after)
    reserve(listed * (size + before + after))
    const places = Array.from({ length: size + before + after }, (_, k) => source(k - before, size, first, kept))
    return y.index_select(dim, fromValues(places, [places.length], int32, x.device))
  }, x)
  const node = nodes[mode]
  return nameStep(out, node === null ? 'CopySlices' : `${node}${rank}DBackward0`)
}

/** Only a batch may be empty; mirrors show less than the dimension; and something has to be there. */
function checkReach(x: Tensor, sides: readonly Side[], mode: 'reflect' | 'replicate'): void {
  const rank = sides.length
  if (x.shape.slice(x.ndim === rank + 2 ? 1 : 0).includes(0)) {
    throw new RuntimeError(
      `Expected ${rank + 1}D or ${rank + 2}D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for ` +
        `input, but got: ${formatShape(x.shape)}`,
    )
  }
  for (const [i, { dim, size, before, after }] of mode === 'reflect' ? sides.entries() : []) {
    if (Math.max(before, after) < size) continue
    throw new RuntimeError(
      `Argument #${4 + 2 * i}: Padding size should be less than the corresponding input dimension, but got: padding (${before}, ` +
        `${after}) at dimension ${dim} of input ${formatShape(x.shape)}`,
    )
  }
  if (sides.some(({ size, before, after }) => size + before + after < 1)) {
    const text = (of: (side: Side) => number): string =>
      sides
        .map((side, i) => `${'WHD'[i]}: ${of(side)}`)
        .reverse()
        .join(', ')
    throw new RuntimeError(
      `input (${text(({ size }) => size)}) is too small. Calculated output ` +
        text(({ size, before, after }) => size + before + after),
    )
  }
  if (x.dtype.kind !== 'floating') {
    throw new RuntimeError(`"${kernels[mode][rank - 1]}" not implemented for '${x.dtype.scalarName}'`)
  }
}

/** The other end can be shown once. */
function checkRound(sides: readonly Side[]): void {
  for (const { size, before, after } of [...sides].reverse()) {
    if (Math.max(before, after) > size) {
      throw new RuntimeError('Padding value causes wrapping around more than once.')
    }
    if (size + before + after < 0) {
      throw new RuntimeError('Negative padding value is resulting in an empty dimension')
    }
  }
}
