/** Pooling to a given size: window `i` of `n` goes from `⌊i·size / n⌋` to `⌈(i + 1)·size / n⌉`. */

import { nameStep } from '../autograd/graph.ts'
import { reserve } from '../devices/memory-limit.ts'
import { bool, int32 } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { formatShape } from '../shape.ts'
import { overloaded, signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { Extent } from './conv.ts'
import { tensor } from './creation.ts'
import { avg_pool2d, max_pool2d_with_indices } from './pooling.ts'
import { arange } from './ranges.ts'
import { where } from './where.ts'

/** One size for both directions, or one for each; null keeps that of the input. */
export type AdaptiveSize = number | readonly (number | null)[]
type WithIndices = { readonly return_indices: true }

/**
 * The averages of windows that divide the input evenly: `[N, C, H, W] → [N, C, …output_size]`, or the same without N.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool2d.html
 */
export const adaptive_avg_pool2d = signature(
  'adaptive_avg_pool2d',
  ['Tensor input', 'int?[] output_size'],
  (input: Tensor, output_size: AdaptiveSize): Tensor => {
    const size = sizeOf('adaptive_avg_pool2d', input, output_size)
    if (size.includes(0) || input.numel() === 0) return input.new_zeros([...input.shape.slice(0, -2), ...size])
    if (size[0] === 1 && size[1] === 1) return input.mean([-2, -1], { keepdim: true })
    const kernel = evenKernel(input, size)
    const out =
      kernel === null ? averageAlong(averageAlong(input, -2, size[0]), -1, size[1]) : avg_pool2d(input, kernel)
    return nameStep(out, 'AdaptiveAvgPool2DBackward0')
  },
)

/** As `adaptive_avg_pool2d` along one direction: `[N, C, L] → [N, C, output_size]`, or the same without N. */
export const adaptive_avg_pool1d = signature(
  'adaptive_avg_pool1d',
  ['Tensor input', 'int[] output_size'],
  (input: Tensor, output_size: Extent): Tensor => {
    return adaptive_avg_pool2d(...asImage('adaptive_avg_pool1d', input, output_size)).squeeze(-2)
  },
)

/** As `adaptive_max_pool2d`, with the index of each maximum in its plane. */
export const adaptive_max_pool2d_with_indices = signature(
  'adaptive_max_pool2d_with_indices',
  ['Tensor input', 'int?[] output_size'],
  (input: Tensor, output_size: AdaptiveSize): [Tensor, Tensor] => {
    const op = 'adaptive_max_pool2d'
    const size = sizeOf(op, input, output_size)
    if (size.includes(0) || input.numel() === 0) {
      const empty = input.new_zeros([...input.shape.slice(0, -2), ...size])
      return [empty, empty.to(int32)]
    }
    const kernel = evenKernel(input, size)
    const [values, indices] = kernel === null ? maxima(input, size) : max_pool2d_with_indices(input, kernel)
    return [nameStep(values, 'AdaptiveMaxPool2DBackward0'), indices]
  },
)

/** What a maximum pooling of a given size is called with. */
interface AdaptiveMaxPool<Size> {
  (input: Tensor, output_size: Size, options: WithIndices): [Tensor, Tensor]
  (input: Tensor, options: WithIndices & { readonly output_size: Size }): [Tensor, Tensor]
  (input: Tensor, output_size: Size, return_indices?: boolean): Tensor
  (input: Tensor, options: { readonly output_size: Size; readonly return_indices?: boolean }): Tensor
}

/** The largest elements of windows that divide the input evenly; with `return_indices` their indices too. */
export const adaptive_max_pool2d = overloaded<AdaptiveMaxPool<AdaptiveSize>>(
  'adaptive_max_pool2d',
  ['Tensor input', 'int?[] output_size', 'bool return_indices'],
  (input: Tensor, output_size: AdaptiveSize, return_indices = false): Tensor | [Tensor, Tensor] => {
    const [values, indices] = adaptive_max_pool2d_with_indices(input, output_size)
    return return_indices ? [values, indices] : values
  },
)

/** As `adaptive_max_pool1d`, with the index of each maximum. */
export const adaptive_max_pool1d_with_indices = signature(
  'adaptive_max_pool1d_with_indices',
  ['Tensor input', 'int[] output_size'],
  (input: Tensor, output_size: Extent): [Tensor, Tensor] => {
    const [values, indices] = adaptive_max_pool2d_with_indices(...asImage('adaptive_max_pool1d', input, output_size))
    return [values.squeeze(-2), indices.squeeze(-2)]
  },
)

/** As `adaptive_max_pool2d` along one direction. */
export const adaptive_max_pool1d = overloaded<AdaptiveMaxPool<Extent>>(
  'adaptive_max_pool1d',
  ['Tensor input', 'int[] output_size', 'bool return_indices'],
  (input: Tensor, output_size: Extent, return_indices = false): Tensor | [Tensor, Tensor] => {
    const [values, indices] = adaptive_max_pool1d_with_indices(input, output_size)
    return return_indices ? [values, indices] : values
  },
)

/** Windows along a dimension, all made as wide as the widest. */
interface Windows {
  readonly count: number
  readonly widest: number
  /** How many elements each has. */
  readonly lengths: Int32Array
  /** Where these are, `widest` for each window: its last one stands for those that it has not. */
  readonly places: Int32Array
}

function windowsOf(size: number, count: number): Windows {
  const widest = Math.min(size, Math.ceil(size / count) + 1)
  reserve(4 * count * (widest + 1))
  const lengths = new Int32Array(count)
  const places = new Int32Array(count * widest)
  for (let i = 0; i < count; i++) {
    const start = Math.floor((i * size) / count)
    const length = Math.ceil(((i + 1) * size) / count) - start
    lengths[i] = length
    for (let k = 0; k < widest; k++) places[i * widest + k] = start + Math.min(k, length - 1)
  }
  return { count, widest, lengths, places }
}

/** The elements of each window in a dimension of their own: that of the input, which the windows' own comes before. */
function windowed(x: Tensor, dim: -1 | -2, { count, widest, places }: Windows): Tensor {
  return x.index_select(dim, tensor(places, { device: x.device })).unflatten(dim, [count, widest])
}

function averageAlong(x: Tensor, dim: -1 | -2, count: number): Tensor {
  const size = x.size(dim)
  if (count === size) return x
  const windows = windowsOf(size, count)
  const { widest, lengths } = windows
  const isInside = new Uint8Array(count * widest)
  for (let i = 0; i < count; i++) isInside.fill(1, i * widest, i * widest + (lengths[i] as number))
  const inside = tensor(isInside, { dtype: bool, device: x.device }).reshape([count, widest])
  const divisors = tensor(lengths, { dtype: x.dtype, device: x.device })
  const all = windowed(x, dim, windows)
  if (dim === -1) return where(inside, all, 0).sum(-1).div(divisors)
  return where(inside.unsqueeze(-1), all, 0).sum(-2).div(divisors.unsqueeze(-1))
}

/** Along the columns, then the rows: of equals, the first in the first row is found, as by a walk through the window. */
function maxima(x: Tensor, [height, width]: readonly [number, number]): [Tensor, Tensor] {
  const [inRows, columns] = maximaAlong(x, -1, width)
  const [values, rows] = maximaAlong(inRows, -2, height)
  return [values, rows.mul(x.size(-1)).add(columns.gather(-2, rows))]
}

/** The largest of each window along a dimension, and where it is. */
function maximaAlong(x: Tensor, dim: -1 | -2, count: number): [Tensor, Tensor] {
  const windows = windowsOf(x.size(dim), count)
  const { values, indices } = windowed(x, dim, windows).max(dim)
  const first = arange(count, { dtype: int32, device: x.device }).mul(windows.widest)
  const flat = indices.add(dim === -1 ? first : first.unsqueeze(-1))
  const places = tensor(windows.places, { device: x.device })
  return [values, places.index_select(0, flat.reshape(-1)).reshape(flat.shape)]
}

/** The window, where all are equal. */
function evenKernel(x: Tensor, size: readonly [number, number]): readonly [number, number] | null {
  const [height, width] = [x.size(-2) / size[0], x.size(-1) / size[1]]
  return Number.isInteger(height) && Number.isInteger(width) ? [height, width] : null
}

function sizeOf(op: string, input: Tensor, output: AdaptiveSize): readonly [number, number] {
  const isMax = op.startsWith('adaptive_max')
  if (input.ndim !== 3 && input.ndim !== 4) {
    const got = isMax ? 'got:' : 'got'
    throw new RuntimeError(`${op}(): Expected 3D or 4D tensor, but ${got} ${formatShape(input.shape)}`)
  }
  const given = typeof output === 'number' ? [output, output] : output
  if (given.length !== 2) throw new RuntimeError(`${op}: output_size must be 2`)
  const [height, width] = given.map((size, i) => size ?? input.size(i - 2)) as [number, number]
  if (height < 0 || width < 0) {
    throw new RuntimeError(
      `${op}: elements of output_size must be greater than or equal to 0 but received {${height}, ${width}}`,
    )
  }
  const empty = input.shape.findIndex((size, i) => size === 0 && i > (isMax ? 0 : input.ndim - 3))
  if (empty >= 0) {
    throw new RuntimeError(
      `${op}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes ` +
        `${formatShape(input.shape)} with dimension ${empty} being empty`,
    )
  }
  if (input.dtype.kind !== 'floating') throw new RuntimeError(`"${op}" not implemented for '${input.dtype.scalarName}'`)
  return [height, width]
}

/** An input along one direction as an image of height 1, and the size of its result. */
function asImage(op: string, input: Tensor, output: Extent): [Tensor, readonly [number, number]] {
  if (input.ndim !== 2 && input.ndim !== 3) {
    throw new RuntimeError(
      `Expected 2 to 3 dimensions, but got ${input.ndim}-dimensional tensor for argument #1 'self' (while checking ` +
        `arguments for ${op})`,
    )
  }
  const sizes = typeof output === 'number' ? [output] : output
  if (sizes.length !== 1) {
    throw new RuntimeError(`${op}() argument 'output_size' should contain one int (got ${sizes.length})`)
  }
  return [input.unsqueeze(-2), [1, sizes[0] as number]]
}
