/** Maxima and averages of windows, along one and two directions (`torch.nn.functional`'s names and arguments). */
import { free } from '../devices/scope.ts'
import { int32 } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { overloaded, signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { Extent } from './conv.ts'
import { widestFloat } from './conv-checks.ts'
import { checkInput, checkValues1d, pairOf, poolSize, singleOf } from './pooling-checks.ts'
import { average, largest } from './pooling-step.ts'

/** What max pooling takes by name. */
export interface MaxPoolOptions {
  /** The size of the window where left out. */
  readonly stride?: Extent | null
  /** At each side so many elements that are never the largest; at most half the window. */
  readonly padding?: Extent
  /** The distance between the elements of a window. */
  readonly dilation?: Extent
  /** Let a last window end outside. */
  readonly ceil_mode?: boolean
  /** Give `[values, indices]`; indices count through the input's last (two) dimensions. */
  readonly return_indices?: boolean
}
/** What average pooling takes by name. */
export interface AvgPoolOptions {
  /** The size of the window where left out. */
  readonly stride?: Extent | null
  /** Zeros at each side; at most half the window. */
  readonly padding?: Extent
  /** Let a last window end outside. */
  readonly ceil_mode?: boolean
  /** Whether padding counts in what the sum is divided by. */
  readonly count_include_pad?: boolean
  /** Divide by this instead; `avg_pool1d` does not have it. */
  readonly divisor_override?: number | null
}

/** What is returned: the indices as well where the last object asks for them. */
type WithIndices = { readonly return_indices: true }
type WindowOptions = MaxPoolOptions & { readonly kernel_size: Extent }

/** What a maximum pooling is called with: the indices come as well where they are asked for. */
interface MaxPool {
  (input: Tensor, kernel_size: Extent, options: MaxPoolOptions & WithIndices): [Tensor, Tensor]
  (input: Tensor, options: WindowOptions & WithIndices): [Tensor, Tensor]
  (
    input: Tensor,
    kernel_size: Extent,
    stride?: Extent | null,
    padding?: Extent,
    dilation?: Extent,
    ceil_mode?: boolean,
    return_indices?: boolean,
  ): Tensor
  (input: Tensor, kernel_size: Extent, options: MaxPoolOptions): Tensor
  (input: Tensor, kernel_size: Extent, stride: Extent | null, options: MaxPoolOptions): Tensor
  (input: Tensor, kernel_size: Extent, stride: Extent | null, padding: Extent, options: MaxPoolOptions): Tensor
  (input: Tensor, options: WindowOptions): Tensor
}
/** As `MaxPool`, with the indices in any case. */
interface MaxPoolWithIndices {
  (
    input: Tensor,
    kernel_size: Extent,
    stride?: Extent | null,
    padding?: Extent,
    dilation?: Extent,
    ceil_mode?: boolean,
    return_indices?: boolean,
  ): [Tensor, Tensor]
  (input: Tensor, kernel_size: Extent, options: MaxPoolOptions): [Tensor, Tensor]
  (input: Tensor, options: WindowOptions): [Tensor, Tensor]
}

const maxPoolParameters = [
  'Tensor input',
  'int[] kernel_size',
  'int[]? stride',
  'int[] padding',
  'int[] dilation',
  'bool ceil_mode',
  'bool return_indices',
] as const
type Find = (input: Tensor, kernel_size: Extent, options: Required<MaxPoolOptions>) => [Tensor, Tensor]
/** A maximum pooling by what finds values and indices; `both` gives them without being asked. */
const maxPool =
  (find: Find, both: boolean) =>
  (
    input: Tensor,
    kernel_size: Extent,
    stride: Extent | null = null,
    padding: Extent = 0,
    dilation: Extent = 1,
    ceil_mode = false,
    return_indices = false,
  ): Tensor | [Tensor, Tensor] => {
    const wanted = both || return_indices
    const [values, indices] = find(input, kernel_size, { stride, padding, dilation, ceil_mode, return_indices: wanted })
    if (wanted) return [values, indices]
    // Indices that nobody sees live as long as the graph reads them.
    free(indices.storage)
    return values
  }
const find2d: Find = (...call) => maxima('max_pool2d', ...call)

/**
 * The largest of each window: `[N, C, H, W] → [N, C, H′, W′]`, or the same without N. Of equals the first one gets the
 * gradient; NaN counts as largest.
 *
 * @throws RuntimeError when no window fits, or more than half of one is padding.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool2d.html
 */
export const max_pool2d = overloaded<MaxPool>('max_pool2d', maxPoolParameters, maxPool(find2d, false))

/** As `max_pool2d`, with the index of each maximum in its plane. */
export const max_pool2d_with_indices = overloaded<MaxPoolWithIndices>(
  'max_pool2d_with_indices',
  maxPoolParameters,
  maxPool(find2d, true),
)

/** As `max_pool2d` along one direction: `[N, C, L] → [N, C, L′]`, or the same without N. */
export const max_pool1d = overloaded<MaxPool>('max_pool1d', maxPoolParameters, maxPool(maxima1d, false))

/** As `max_pool1d`, with the index of each maximum. */
export const max_pool1d_with_indices = overloaded<MaxPoolWithIndices>(
  'max_pool1d_with_indices',
  maxPoolParameters,
  maxPool(maxima1d, true),
)

const averageParameters = [
  'Tensor input',
  'int[] kernel_size',
  'int[]? stride',
  'int[] padding',
  'bool ceil_mode',
  'bool count_include_pad',
] as const

/**
 * The average of each window: `[N, C, H, W] → [N, C, H′, W′]`, or the same without N.
 *
 * @throws RuntimeError when no window fits, or more than half of one is padding.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool2d.html
 */
export const avg_pool2d = signature(
  'avg_pool2d',
  [...averageParameters, 'int? divisor_override'],
  (
    input: Tensor,
    kernel_size: Extent,
    stride: Extent | null = null,
    padding: Extent = 0,
    ceil_mode = false,
    count_include_pad = true,
    divisor_override: number | null = null,
  ): Tensor =>
    averages('avg_pool2d', input, kernel_size, { stride, padding, ceil_mode, count_include_pad, divisor_override }),
)

/** As `avg_pool2d` along one direction: `[N, C, L] → [N, C, L′]`, or the same without N. */
export const avg_pool1d = signature(
  'avg_pool1d',
  averageParameters,
  (
    input: Tensor,
    kernel_size: Extent,
    stride: Extent | null = null,
    padding: Extent = 0,
    ceil_mode = false,
    count_include_pad = true,
  ): Tensor => {
    const op = 'avg_pool1d'
    if (input.ndim !== 2 && input.ndim !== 3) {
      throw new RuntimeError(
        `Expected 2 to 3 dimensions, but got ${input.ndim}-dimensional tensor for argument #1 'self' (while checking ` +
          'arguments for avg_pool1d)',
      )
    }
    const single = (name: string, value: Extent): number => {
      if (typeof value === 'number' || value.length === 1) return singleOf(op, name, value)
      throw new RuntimeError(`${op}() argument '${name}' should contain one int (got ${value.length})`)
    }
    const size = single('kernel_size', kernel_size)
    return averages('avg_pool2d', input.unsqueeze(-2), [1, size], {
      ceil_mode,
      count_include_pad,
      stride: [1, single('stride', stride ?? size)],
      padding: [0, single('padding', padding)],
      divisor_override: null,
    }).squeeze(-2)
  },
)

function maxima(
  op: string,
  input: Tensor,
  size: Extent,
  { stride, padding, dilation, ceil_mode }: Required<MaxPoolOptions>,
): [Tensor, Tensor] {
  const kernel = pairOf(op, 'kernel_size', 'either be ', size)
  const window = {
    kernel,
    stride: stride === null ? kernel : pairOf(op, 'stride', 'either be omitted, ', stride),
    padding: pairOf(op, 'padding', 'be either be ', padding),
    dilation: pairOf(op, 'dilation', 'be either ', dilation),
  }
  checkInput(op, input, 2)
  const outputSize = poolSize(input, window, ceil_mode)
  if (input.dtype.kind === 'bool') throw new RuntimeError(`"${op}" not implemented for 'Bool'`)
  return [...largest(input, window, outputSize)]
}

function maxima1d(input: Tensor, size: Extent, options: Required<MaxPoolOptions>): [Tensor, Tensor] {
  const op = 'max_pool1d'
  checkInput(op, input, 1)
  const kernel = singleOf(op, 'kernel_size', size)
  const stride = singleOf(op, 'stride', options.stride ?? kernel)
  const [padding, dilation] = [singleOf(op, 'padding', options.padding), singleOf(op, 'dilation', options.dilation)]
  if (!options.return_indices)
    checkValues1d(op, input.size(-1), { kernel, stride, padding, dilation }, options.ceil_mode)
  const [values, indices] = maxima('max_pool2d', input.unsqueeze(-2), [1, kernel], {
    ...options,
    stride: [1, stride],
    padding: [0, padding],
    dilation: [1, dilation],
  })
  return [values.squeeze(-2), indices.squeeze(-2)]
}

function averages(
  op: string,
  input: Tensor,
  size: Extent,
  { stride, padding, ceil_mode, count_include_pad, divisor_override }: Required<AvgPoolOptions>,
): Tensor {
  const kernel = pairOf(op, 'kernel_size', 'either be ', size)
  const window = {
    kernel,
    stride: stride === null ? kernel : pairOf(op, 'stride', 'either be omitted, ', stride),
    padding: pairOf(op, 'padding', 'either be ', padding),
    dilation: [1, 1],
    countPadding: count_include_pad,
    divisor: divisor_override,
  } as const
  if (divisor_override === 0) throw new RuntimeError('divisor must be not zero')
  checkInput(op, input, 2)
  const outputSize = poolSize(input, window, ceil_mode)
  if (input.dtype === int32) return average('avg_pool2d', input.to(widestFloat(input)), window, outputSize).to(int32)
  if (input.dtype.kind !== 'floating') {
    throw new RuntimeError(`"${op}" not implemented for '${input.dtype.scalarName}'`)
  }
  return average('avg_pool2d', input, window, outputSize)
}
