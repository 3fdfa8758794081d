import { bool, int32 } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { formatShape, sameShape } from '../shape.ts'
import { signature } from '../signature/index.ts'
import { allocate } from '../tensor/make.ts'
import { Tensor } from '../tensor/tensor.ts'
import { leader } from './define/operands.ts'
import { resultType } from './define/promotion.ts'
import { unrecorded } from './define/routine.ts'

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
export const searchsorted = signature(
  'searchsorted',
  ['Tensor sorted_sequence', 'Tensor|Number values|input', '*', 'bool right', 'str? side', 'bool out_int32'],
  (
    sorted_sequence: Tensor,
    values: Tensor | number,
    { side, right = side === 'right' }: SearchOptions = {},
  ): Tensor => {
    const dtype = resultType(sorted_sequence, values)
    const wanted = values instanceof Tensor ? values : sorted_sequence.new_tensor(values, { dtype })
    const isLine = sorted_sequence.ndim === 1
    if (!isLine && !sameShape(sorted_sequence.shape.slice(0, -1), wanted.shape.slice(0, -1))) {
      throw new RuntimeError(
        'torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and ' +
          `input value tensor must match, but we got boundaries tensor ${formatShape(sorted_sequence.shape)} and input value ` +
          `tensor ${formatShape(wanted.shape)}`,
      )
    }
    const { device } = leader('searchsorted', [sorted_sequence, wanted]).storage
    const n = sorted_sequence.size(-1)
    return unrecorded(() => {
      const out = allocate(wanted.shape, int32, device)
      if (n === 0 || out.numel() === 0) return out.zero_()
      const m = isLine ? wanted.numel() : wanted.size(-1)
      const rows = (x: Tensor, width: number): Tensor => x.to(dtype).reshape([x.numel() / width, width])
      device.routines.search(out.reshape([out.numel() / m, m]), rows(sorted_sequence, n), rows(wanted, m), right)
      return out
    })
  },
)

/** The index of the interval between rising boundaries that each element lies in. */
export const bucketize = signature(
  'bucketize',
  ['Tensor|Number input', 'Tensor boundaries', '*', 'bool right', 'bool out_int32'],
  (x: Tensor | number, boundaries: Tensor, options: Omit<SearchOptions, 'side'> = {}): Tensor => {
    if (boundaries.ndim !== 1) {
      throw new RuntimeError(`boundaries tensor must be 1 dimension, but got dim(${boundaries.ndim})`)
    }
    return searchsorted(boundaries, x, options)
  },
)

/** Where an element is one of `test_elements`, or with `invert` none of them. */
export const isin = signature(
  'isin',
  ['Tensor elements', 'Tensor|Number test_elements', '*', 'bool assume_unique', 'bool invert'],
  (
    elements: Tensor,
    test_elements: Tensor | number,
    { invert = false }: { readonly assume_unique?: boolean; readonly invert?: boolean } = {},
  ): Tensor => {
    const dtype = resultType(elements, test_elements)
    const tests = test_elements instanceof Tensor ? test_elements : elements.new_tensor(test_elements, { dtype })
    return unrecorded(() => {
      const sorted = tests.to(dtype).reshape(-1).sort().values
      const wanted = elements.to(dtype)
      const last = sorted.numel() - 1
      if (last < 0) return wanted.new_full(wanted.shape, invert, { dtype: bool })
      const nearest = sorted.index_select(0, searchsorted(sorted, wanted.reshape(-1)).clamp(0, last))
      return invert ? nearest.reshape(wanted.shape).ne(wanted) : nearest.reshape(wanted.shape).eq(wanted)
    })
  },
)
