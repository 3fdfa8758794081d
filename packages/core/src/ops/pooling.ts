/** Maxima and averages of windows, along one and two directions (`torch.nn.functional`'s names and arguments). */
import { free } from '../devices/scope.ts'
import { RuntimeError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { named } from './arguments.ts'
import type { Extent } from './conv.ts'
import { checkInput, pairOf, poolSize, singleOf } from './pooling-checks.ts'
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

type MaxPool = (input: Tensor, kernel_size: Extent, options: Required<MaxPoolOptions>) => [Tensor, Tensor]
const maxPool = (op: string, run: MaxPool) =>
  named(
    op,
    ['input', 'kernel_size', 'stride', 'padding', 'dilation', 'ceil_mode', 'return_indices'],
    (
      input: Tensor,
      kernel_size: Extent,
      stride: Extent | null = null,
      padding: Extent = 0,
      dilation: Extent = 1,
      ceil_mode = false,
      return_indices = false,
    ) => {
      const [values, indices] = run(input, kernel_size, { stride, padding, dilation, ceil_mode, return_indices })
      return { values, indices, return_indices }
    },
  )
type MaxPoolArguments = Parameters<typeof pool2d>
const pool2d = maxPool('max_pool2d', (...call) => maxima('max_pool2d', ...call))
const pool1d = maxPool('max_pool1d', (...call) => maxima1d(...call))

/** What the caller wants to see. Indices that nobody sees live as long as the graph reads them. */
function asked({ values, indices, return_indices }: ReturnType<typeof pool2d>): Tensor | [Tensor, Tensor] {
  if (return_indices) return [values, indices]
  free(indices.storage)
  return values
}

/**
 * The largest of each window: `[N, C, H, W] → [N, C, H′, W′]`, or the same without N. Of equals the first one gets the
 * gradient; NaN counts as largest.
 *
 * @throws RuntimeError when no window fits, or more than half of one is padding.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool2d.html
 */
export function max_pool2d(input: Tensor, kernel_size: Extent, options: MaxPoolOptions & WithIndices): [Tensor, Tensor]
export function max_pool2d(input: Tensor, options: WindowOptions & WithIndices): [Tensor, Tensor]
export function max_pool2d(...args: MaxPoolArguments): Tensor
export function max_pool2d(...args: MaxPoolArguments): Tensor | [Tensor, Tensor] {
  return asked(pool2d(...args))
}

/** As `max_pool2d`, with the index of each maximum in its plane. */
export function max_pool2d_with_indices(...args: MaxPoolArguments): [Tensor, Tensor] {
  const { values, indices } = pool2d(...args)
  return [values, indices]
}

/** As `max_pool2d` along one direction: `[N, C, L] → [N, C, L′]`, or the same without N. */
export function max_pool1d(input: Tensor, kernel_size: Extent, options: MaxPoolOptions & WithIndices): [Tensor, Tensor]
export function max_pool1d(input: Tensor, options: WindowOptions & WithIndices): [Tensor, Tensor]
export function max_pool1d(...args: MaxPoolArguments): Tensor
export function max_pool1d(...args: MaxPoolArguments): Tensor | [Tensor, Tensor] {
  return asked(pool1d(...args))
}

/** As `max_pool1d`, with the index of each maximum. */
export function max_pool1d_with_indices(...args: MaxPoolArguments): [Tensor, Tensor] {
  const { values, indices } = pool1d(...args)
  return [values, indices]
}

const averageNames = ['input', 'kernel_size', 'stride', 'padding', 'ceil_mode', 'count_include_pad'] as const

/**
 * The average of each window: `[N, C, H, W] → [N, C, H′, W′]`, or the same without N.
 *
 * @throws RuntimeError when no window fits, or more than half of one is padding.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool2d.html
 */
export const avg_pool2d = named(
  'avg_pool2d',
  [...averageNames, 'divisor_override'],
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
export const avg_pool1d = named(
  'avg_pool1d',
  averageNames,
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
  const [values, indices] = maxima('max_pool2d', input.unsqueeze(-2), [1, kernel], {
    ...options,
    stride: [1, singleOf(op, 'stride', options.stride ?? kernel)],
    padding: [0, singleOf(op, 'padding', options.padding)],
    dilation: [1, singleOf(op, 'dilation', options.dilation)],
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
  if (input.dtype.kind !== 'floating') {
    throw new RuntimeError(`"${op}" not implemented for '${input.dtype.scalarName}'`)
  }
  return average('avg_pool2d', input, window, outputSize)
}
