/** Convolutions along one and two directions, and transposed ones (`torch.nn.functional`'s names and arguments). */
import { int32 } from '../dtype.ts'
import { RuntimeError, TypeError } from '../errors.ts'
import { formatShape, type Shape } from '../shape.ts'
import { shown, signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { warn } from '../warnings.ts'
import { type ConvCall, checkChannels, checkConv, checkKernel, perDirection, widestFloat } from './conv-checks.ts'
import { convolve, convolveBack } from './conv-step.ts'
import { constant_pad } from './padding.ts'

/** One number for all directions, or one for each. */
export type Extent = number | readonly number[]
/** Zeros on both sides; `'same'` gives results of the input's size, `'valid'` is 0. */
export type ConvPadding = Extent | 'same' | 'valid'

/** What convolutions take by name. */
export interface ConvOptions {
  /** `[out channels]`. */
  readonly bias?: Tensor | null | undefined
  readonly stride?: Extent
  readonly padding?: ConvPadding
  /** The distance between the elements of the kernel. */
  readonly dilation?: Extent
  /** Channels are split into so many groups, each with weights of its own. */
  readonly groups?: number
}

/** What transposed convolutions take by name. */
export interface ConvTransposeOptions extends Omit<ConvOptions, 'padding'> {
  /** Rows and columns that are left out at each side of the result. */
  readonly padding?: Extent
  /** Rows and columns more at the end: which of the sizes that convolve to the input's is meant. */
  readonly output_padding?: Extent
}

const parameters = [
  'Tensor input',
  'Tensor weight',
  'Tensor? bias',
  'int[] stride',
  'int[]|str padding',
  'int[] dilation',
  'int groups',
] as const
const transposedParameters = [
  'Tensor input',
  'Tensor weight',
  'Tensor? bias',
  'int[] stride',
  'int[] padding',
  'int[] output_padding',
  'int groups',
  'int[] dilation',
] as const

/** A convolution along so many directions, under PyTorch's name. */
const convolutionOf = (op: string, directions: number) =>
  signature(
    op,
    parameters,
    (
      input: Tensor,
      weight: Tensor,
      bias: Tensor | null = null,
      stride: Extent = 1,
      padding: ConvPadding = 0,
      dilation: Extent = 1,
      groups = 1,
    ): Tensor =>
      batched(op, directions, input, (x) => convolution(op, x, weight, { bias, stride, padding, dilation, groups })),
  )
const transposedOf = (op: string, directions: number) =>
  signature(
    op,
    transposedParameters,
    (
      input: Tensor,
      weight: Tensor,
      bias: Tensor | null = null,
      stride: Extent = 1,
      padding: Extent = 0,
      output_padding: Extent = 0,
      groups = 1,
      dilation: Extent = 1,
    ): Tensor =>
      batched(op, directions, input, (x) =>
        transposed(op, x, weight, { bias, stride, padding, output_padding, groups, dilation }),
      ),
  )

/**
 * `[N, C, L] ⋆ [O, C / groups, k] → [N, O, L′]` with `L′ = ⌊(L + 2·padding - dilation·(k - 1) - 1) / stride⌋ + 1`; the same
 * without N. The kernel is not mirrored.
 *
 * @throws RuntimeError when channels, groups or sizes do not match.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv1d.html
 */
export const conv1d = convolutionOf('conv1d', 1)

/** As `conv1d` for images: `[N, C, H, W] ⋆ [O, C / groups, kH, kW] → [N, O, H′, W′]`; the same without N. */
export const conv2d = convolutionOf('conv2d', 2)

/**
 * The gradient of `conv1d` with respect to its input: `[N, C, L], [C, O / groups, k] → [N, O, L′]` with
 * `L′ = (L - 1)·stride - 2·padding + dilation·(k - 1) + output_padding + 1`; the same without N.
 *
 * @throws RuntimeError when channels, groups or sizes do not match.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose1d.html
 */
export const conv_transpose1d = transposedOf('conv_transpose1d', 1)

/** As `conv_transpose1d` for images: `[N, C, H, W], [C, O / groups, kH, kW] → [N, O, H′, W′]`; the same without N. */
export const conv_transpose2d = transposedOf('conv_transpose2d', 2)

/** Runs with a batch dimension, which an input without one gets for a while. */
function batched(op: string, directions: number, input: Tensor, run: (x: Tensor) => Tensor): Tensor {
  if (input.ndim === directions + 2) return run(input)
  if (input.ndim === directions + 1) return run(input.unsqueeze(0)).squeeze(0)
  throw new RuntimeError(
    `Expected ${directions + 1}D (unbatched) or ${directions + 2}D (batched) input to ${op}, but got input of size: ` +
      formatShape(input.shape),
  )
}

function convolution(op: string, input: Tensor, weight: Tensor, options: Required<ConvOptions>): Tensor {
  const directions = input.ndim - 2
  const { bias = null, groups, padding } = options
  const stride = perDirection('stride', options.stride, directions)
  const dilation = perDirection('dilation', options.dilation, directions)
  const kernel = weight.shape.slice(2)
  const all = (value: number): readonly number[] => Array.from({ length: directions }, () => value)
  if (typeof padding === 'string' && padding !== 'same') {
    if (padding !== 'valid') throw new RuntimeError(`Invalid padding string: '${String(padding)}'`)
    return convolution(op, input, weight, { ...options, padding: 0 })
  }
  const given = padding === 'same' ? all(0) : perDirection('padding', padding, directions)
  const call: ConvCall = { op, input, weight, bias, stride, padding: given, dilation, groups }
  checkConv(call)
  if (padding === 'same') {
    if (stride.some((step) => step !== 1)) {
      throw new RuntimeError("padding='same' is not supported for strided convolutions")
    }
    const reach = kernel.map((size, i) => (dilation[i] as number) * (size - 1))
    // Where the two sides cannot be equal, the end gets the one more.
    const more = reach.flatMap((size) => [size % 2, 0]).reverse()
    if (more.includes(1)) {
      warn(
        "Using padding='same' with even kernel lengths and odd dilation may require a zero-padded copy of the input be " +
          'created',
      )
    }
    const x = more.includes(1) ? constant_pad(input, more) : input
    return convolution(op, x, weight, { ...options, padding: reach.map((size) => Math.floor(size / 2)) })
  }
  checkChannels(call, { given: `groups=${groups}`, channels: weight.size(1) * groups, outputs: weight.size(0) })
  checkKernel(kernel)
  const room = given.map((size, i) => (input.shape[i + 2] as number) + 2 * size)
  const reach = kernel.map((size, i) => (dilation[i] as number) * (size - 1) + 1)
  if (room.some((size, i) => size < (reach[i] as number))) {
    throw new RuntimeError(
      `Calculated padded input size per channel: (${room.join(' x ')}). Kernel size: (${reach.join(' x ')}). Kernel size ` +
        "can't be greater than actual input size",
    )
  }
  checkNotEmpty(input)
  const size = room.map((from, i) => Math.floor((from - (reach[i] as number)) / (stride[i] as number)) + 1)
  return wholes(input, weight, bias, (x, w, b) => convolve('convolution', x, w, b, call, size))
}

/**
 * Runs on floats what has kernels for floats alone. Their sums of whole numbers are exact up to 2⁵³, on a GPU up to 2²⁴; the
 * result is of the type of the input.
 */
function wholes(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  run: (input: Tensor, weight: Tensor, bias: Tensor | null) => Tensor,
): Tensor {
  const { dtype } = input
  if (dtype.kind === 'floating') return run(input, weight, bias)
  const wide = widestFloat(input)
  return run(input.to(wide), weight.to(wide), bias?.to(wide) ?? null)
    .to(int32)
    .to(dtype)
}

function transposed(op: string, input: Tensor, weight: Tensor, options: Required<ConvTransposeOptions>): Tensor {
  const directions = input.ndim - 2
  const { bias = null, groups } = options
  if (typeof options.padding === 'string') {
    throw new TypeError(`${op}(): padding must be numbers, got ${shown(options.padding)}`)
  }
  const stride = perDirection('stride', options.stride, directions)
  const padding = perDirection('padding', options.padding, directions)
  const more = perDirection('output_padding', options.output_padding, directions)
  const dilation = perDirection('dilation', options.dilation, directions)
  const call: ConvCall = { op, input, weight, bias, stride, padding, dilation, groups }
  if (more.some((size) => size < 0)) throw new RuntimeError('negative output_padding is not supported')
  checkConv(call)
  const outputs = weight.size(1) * groups
  checkChannels(call, { given: 'transposed=1', channels: weight.size(0), outputs })
  const kernel = weight.shape.slice(2)
  checkKernel(kernel)
  checkOutputPadding(more, stride, dilation)
  checkNotEmpty(input)
  const size = kernel.map((extent, i) => {
    const [from, step, cut] = [input.shape[i + 2], stride[i], padding[i]] as [number, number, number]
    return (from - 1) * step - 2 * cut + (dilation[i] as number) * (extent - 1) + (more[i] as number) + 1
  })
  if (size.some((extent) => extent < 1)) {
    const text = (sizes: Shape): string => `(${(sizes.length === 1 ? [1, ...sizes] : sizes).join(' x ')})`
    throw new RuntimeError(
      `Given input size per channel: ${text(input.shape.slice(2))}. Calculated output size per channel: ${text(size)}. ` +
        'Output size is too small',
    )
  }
  return wholes(input, weight, bias, (x, w, b) => convolveBack('convolution', x, w, b, call, size))
}

function checkOutputPadding(more: Shape, stride: Shape, dilation: Shape): void {
  if (more.every((size, i) => size < (stride[i] as number) || size < (dilation[i] as number))) return
  const text = (name: string, values: Shape, fill: number): string => {
    const [height, width] = values.length === 1 ? [fill, ...values] : values
    return ` ${name}_height: ${height} ${name}_width: ${width}`
  }
  throw new RuntimeError(
    'output padding must be smaller than either stride or dilation, but got' +
      `${text('output_padding', more, 0)}${text('stride', stride, 1)}${text('dilation', dilation, 1)}`,
  )
}

function checkNotEmpty(input: Tensor): void {
  if (input.numel() > 0 || input.size(0) === 0 || input.size(1) === 0) return
  throw new RuntimeError(
    `Only zero batch or zero channel inputs are supported, but got input shape: ${formatShape(input.shape)}`,
  )
}
