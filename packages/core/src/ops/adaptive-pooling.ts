/** Pooling to a given size: window `i` of `n` goes from `⌊i·size / n⌋` to `⌈(i + 1)·size / n⌉`. */

import { nameStep } from '../autograd/graph.ts'
import { int32 } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { formatShape } from '../shape.ts'
import { overloaded, signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { Extent } from './conv.ts'
import { cat } from './joining.ts'
import { avg_pool2d, max_pool2d_with_indices } from './pooling.ts'

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
    if (size.includes(0)) return input.new_zeros([...input.shape.slice(0, -2), ...size])
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
    if (size.includes(0)) {
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

/** The windows along a dimension, each with its start. */
function windowsOf(x: Tensor, dim: number, count: number): { start: number; window: Tensor }[] {
  const size = x.size(dim)
  return Array.from({ length: count }, (_, i) => {
    const start = Math.floor((i * size) / count)
    return { start, window: x.narrow(dim, start, Math.ceil(((i + 1) * size) / count) - start) }
  })
}

function averageAlong(x: Tensor, dim: number, count: number): Tensor {
  if (count === x.size(dim)) return x
  return cat(
    windowsOf(x, dim, count).map(({ window }) => window.mean(dim, { keepdim: true })),
    dim,
  )
}

/** Along the columns, then the rows: of equals, the first in the first row is found, as by a walk through the window. */
function maxima(x: Tensor, [height, width]: readonly [number, number]): [Tensor, Tensor] {
  const [inRows, columns] = maximaAlong(x, -1, width)
  const [values, rows] = maximaAlong(inRows, -2, height)
  return [values, rows.mul(x.size(-1)).add(columns.gather(-2, rows))]
}

/** The largest of each window along a dimension, and where it is. */
function maximaAlong(x: Tensor, dim: number, count: number): [Tensor, Tensor] {
  const parts = windowsOf(x, dim, count).map(({ start, window }) => {
    const { values, indices } = window.max(dim, { keepdim: true })
    return [values, indices.add(start)] as const
  })
  const join = (i: 0 | 1): Tensor =>
    cat(
      parts.map((part) => part[i]),
      dim,
    )
  return [join(0), join(1)]
}

/** The window, where all are equal. */
function evenKernel(x: Tensor, size: readonly [number, number]): readonly [number, number] | null {
  const [height, width] = [x.size(-2) / size[0], x.size(-1) / size[1]]
  return Number.isInteger(height) && Number.isInteger(width) ? [height, width] : null
}

function sizeOf(op: string, input: Tensor, output: AdaptiveSize): readonly [number, number] {
  if (input.ndim !== 3 && input.ndim !== 4) {
    throw new RuntimeError(`${op}(): Expected 3D or 4D tensor, but got ${formatShape(input.shape)}`)
  }
  const given = typeof output === 'number' ? [output, output] : output
  if (given.length !== 2) throw new RuntimeError(`${op}: output_size must be 2`)
  const [height, width] = given.map((size, i) => size ?? input.size(i - 2)) as [number, number]
  if (height < 0 || width < 0) {
    throw new RuntimeError(
      `${op}: elements of output_size must be greater than or equal to 0 but received {${height}, ${width}}`,
    )
  }
  const empty = input.shape.findIndex((size, i) => size === 0 && i > input.ndim - 3)
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
