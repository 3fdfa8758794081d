import { bool, int32 } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { formatShape, sameShape } from '../shape.ts'
import { Tensor } from '../tensor/tensor.ts'
import { named } from './arguments.ts'
import { fromValues, tensor } from './creation.ts'

/** On which side of equal elements a place is. */
export interface SearchOptions {
  /** After equal elements; before them where left out. */
  readonly right?: boolean
  readonly side?: 'left' | 'right'
  /** Accepted for PyTorch's sake: indices are int32. */
  readonly out_int32?: boolean
}

/**
 * Where values would have to be inserted to keep the last dimension in rising order. `[…, n]` and `[…, m] → […, m]`, or
 * `[n]` and any shape.
 */
export const searchsorted = named(
  'searchsorted',
  ['sorted_sequence', 'values|input'],
  (
    sorted_sequence: Tensor,
    values: Tensor | number,
    { side, right = side === 'right' }: SearchOptions = {},
  ): Tensor => {
    const wanted = values instanceof Tensor ? values : tensor(values, { dtype: sorted_sequence.dtype })
    const isLine = sorted_sequence.ndim === 1
    if (!isLine && !sameShape(sorted_sequence.shape.slice(0, -1), wanted.shape.slice(0, -1))) {
      throw new RuntimeError(
        'torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and ' +
          `input value tensor must match, but we got boundaries tensor ${formatShape(sorted_sequence.shape)} and input value ` +
          `tensor ${formatShape(wanted.shape)}`,
      )
    }
    const line = sorted_sequence.to_typed_array()
    const n = sorted_sequence.size(-1)
    const perRow = isLine ? wanted.numel() : wanted.size(-1)
    const places = Int32Array.from(wanted.to_typed_array(), (value, i) => {
      const start = isLine ? 0 : Math.floor(i / perRow) * n
      let [low, high] = [0, n]
      while (low < high) {
        const middle = (low + high) >> 1
        const element = line[start + middle] as number
        // NaN comes after everything.
        const isBefore = right ? !(element > value) : !(element >= value)
        if (isBefore && !Number.isNaN(element)) low = middle + 1
        else high = middle
      }
      return low
    })
    return fromValues(places, wanted.shape, int32, wanted.device)
  },
  ['right', 'side', 'out_int32'],
)

/** The index of the interval between rising boundaries that each element lies in. */
export const bucketize = named(
  'bucketize',
  ['input', 'boundaries'],
  (x: Tensor | number, boundaries: Tensor, options: Omit<SearchOptions, 'side'> = {}): Tensor => {
    if (boundaries.ndim !== 1) {
      throw new RuntimeError(`boundaries tensor must be 1 dimension, but got dim(${boundaries.ndim})`)
    }
    return searchsorted(boundaries, x, options)
  },
  ['right', 'out_int32'],
)

/** Where an element is one of `test_elements`, or with `invert` none of them. */
export const isin = named(
  'isin',
  ['elements', 'test_elements'],
  (
    elements: Tensor,
    test_elements: Tensor | number,
    { invert = false }: { readonly assume_unique?: boolean; readonly invert?: boolean } = {},
  ): Tensor => {
    const known = new Set<number>(test_elements instanceof Tensor ? test_elements.to_typed_array() : [test_elements])
    const found = Array.from(elements.to_typed_array(), (value) =>
      Number((known.has(value) && !Number.isNaN(value)) !== invert),
    )
    return fromValues(found, elements.shape, bool, elements.device)
  },
  ['assume_unique', 'invert'],
)
