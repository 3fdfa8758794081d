import * as torch from '@chainrule/core'
import {
  enclosed,
  IndexError,
  NotImplementedError,
  nameStep,
  no_grad,
  RuntimeError,
  signature,
  type Tensor,
  ValueError,
} from '@chainrule/core'
import { warnDense } from './dense.ts'
import { embedding } from './embedding.ts'

/** What becomes of the vectors in a bag. */
export type BagMode = 'sum' | 'mean' | 'max'

/** What decides whether bags can be made. */
interface BagOptions {
  readonly offsets: Tensor | null
  readonly scale_grad_by_freq: boolean
  readonly mode: BagMode
  readonly per_sample_weights: Tensor | null
}

/**
 * Sums, means or maxima of bags of the rows that the indices name: `[B, N] → [B, D]`, or `[N] → [B, D]` with `offsets`. An empty
 * bag gives zeros.
 *
 * @param offsets where each bag begins in a vector of indices; a matrix of indices has a bag in each row.
 * @param max_norm rows that are read are first shortened, in place, to at most this norm.
 * @param norm_type the p of that norm.
 * @param scale_grad_by_freq divide the gradient of a row by how often it was read.
 * @param sparse warns that it has no effect: gradients are dense.
 * @param per_sample_weights a factor for each vector; only for sums.
 * @param include_last_offset the last offset is where the last bag ends.
 * @param padding_idx a row that counts for nothing and is not learned.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.embedding_bag.html
 */
export const embedding_bag = signature(
  'embedding_bag',
  [
    'Tensor input',
    'Tensor weight',
    'Tensor? offsets',
    'float? max_norm',
    'float norm_type',
    'bool scale_grad_by_freq',
    'any mode',
    'bool sparse',
    'Tensor? per_sample_weights',
    'bool include_last_offset',
    'int? padding_idx',
  ],
  (
    input: Tensor,
    weight: Tensor,
    offsets: Tensor | null = null,
    max_norm: number | null = null,
    norm_type = 2,
    scale_grad_by_freq = false,
    mode: BagMode = 'mean',
    sparse = false,
    per_sample_weights: Tensor | null = null,
    include_last_offset = false,
    padding_idx: number | null = null,
  ): Tensor => {
    if (sparse) warnDense('embedding_bag')
    checkBags(input, { offsets, scale_grad_by_freq, mode, per_sample_weights })
    const rows = weight.size(0)
    const skip = padding_idx !== null && padding_idx < 0 ? padding_idx + rows : padding_idx
    if (skip !== null && !(skip >= 0 && skip < rows)) {
      throw new RuntimeError(
        `padding_idx must be within the number of embeddings, ${-rows} through ${rows - 1}, but got ${padding_idx}`,
      )
    }
    const ends = include_last_offset ? 1 : 0
    const bags = offsets === null ? input.size(0) : offsets.numel() - ends
    if (bags + ends === 0 && input.numel() > 0) throw new IndexError('index out of range in self')
    const out = enclosed(() => {
      const places = no_grad(() => (offsets === null ? rowsOf(input) : bagsOf(input, offsets)))
      const vectors = embedding(input.reshape(-1), weight, skip, max_norm, norm_type, scale_grad_by_freq)
      const counts = skip === null ? null : no_grad(() => input.reshape(-1).ne(skip).to(weight.dtype))
      const factors = per_sample_weights?.reshape(-1) ?? null
      // What comes after the last offset is in a bag of its own, which nobody asked for.
      const all = gather(vectors, places, bags + ends, mode, counts, factors)
      return ends === 0 ? all : all.narrow(0, 0, bags).clone()
    })
    return nameStep(out, 'EmbeddingBagBackward0')
  },
  'python',
)

/** The vectors of each bag as one. `counts` is 0 for a vector that counts for nothing. */
function gather(
  vectors: Tensor,
  places: Tensor,
  bags: number,
  mode: BagMode,
  counts: Tensor | null,
  factors: Tensor | null,
): Tensor {
  const zeros = vectors.new_zeros([bags, vectors.size(1)])
  const masked = counts === null ? vectors : vectors.mul(counts.unsqueeze(1))
  if (mode === 'max') {
    if (vectors.size(0) === 0) return zeros
    const least = counts === null ? vectors : vectors.masked_fill(counts.eq(0).unsqueeze(1), Number.NEGATIVE_INFINITY)
    const index = places.unsqueeze(1).expand(vectors.shape)
    // Of equals the first gets the gradient.
    const first = no_grad(() => {
      const largest = zeros.scatter_reduce(0, index, least, 'amax', { include_self: false })
      const order = torch.arange(vectors.size(0), { dtype: torch.int32, device: vectors.device }).unsqueeze(1)
      const isLargest = least.eq(largest.gather(0, index)).logical_or(least.isnan())
      const candidates = torch.where(isLargest, order, vectors.size(0))
      const none = candidates.new_full(zeros.shape, vectors.size(0))
      return none.scatter_reduce(0, index, candidates, 'amin')
    })
    const isEmpty = first.eq(vectors.size(0))
    return vectors.gather(0, first.masked_fill(isEmpty, 0)).masked_fill(isEmpty, 0)
  }
  const sums = zeros.index_add(0, places, factors === null ? masked : masked.mul(factors.unsqueeze(1)))
  if (mode === 'sum') return sums
  const sizes = no_grad(() =>
    vectors.new_zeros([bags]).index_add(0, places, counts ?? vectors.new_ones([vectors.size(0)])),
  )
  return sums.div(sizes.clamp_min(1).unsqueeze(1))
}

/** The row of each element of a matrix. */
const rowsOf = (input: Tensor): Tensor =>
  torch.arange(input.size(0), { dtype: torch.int32, device: input.device }).repeat_interleave(input.size(1))

/** The bag of each element: how many begin at it or before, less one. Empty bags may begin behind the last element. */
function bagsOf(input: Tensor, offsets: Tensor): Tensor {
  const begins = offsets.to(torch.int32)
  const starts = begins.new_zeros([input.numel() + 1]).index_add(0, begins, begins.new_ones(begins.shape))
  return starts.cumsum(0).narrow(0, 0, input.numel()).sub(1)
}

function checkBags(input: Tensor, { offsets, mode, per_sample_weights, scale_grad_by_freq }: BagOptions): void {
  if (per_sample_weights !== null && per_sample_weights.shape.join() !== input.shape.join()) {
    const [own, others] = [per_sample_weights, input].map((x) => `torch.Size([${x.shape.join(', ')}])`)
    throw new ValueError(
      `embedding_bag: If per_sample_weights (${own}) is not None, then it must have the same shape as the input (${others})`,
    )
  }
  if (input.ndim === 2) {
    if (offsets !== null) {
      throw new ValueError(
        'if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length sequences. However, ' +
          "found offsets of type <class 'torch.Tensor'>",
      )
    }
  } else if (input.ndim === 1) {
    if (offsets === null) throw new ValueError('offsets has to be a 1D Tensor but got None')
    if (offsets.ndim !== 1) throw new ValueError('offsets has to be a 1D Tensor')
    checkOffsets(offsets, input.numel())
  } else throw new ValueError(`input has to be 1D or 2D Tensor, but got Tensor of dimension ${input.ndim}`)
  if (mode !== 'sum' && mode !== 'mean' && mode !== 'max') {
    throw new ValueError('mode has to be one of sum, mean or max')
  }
  if (mode === 'max' && scale_grad_by_freq) {
    throw new ValueError('max mode does not support scaling the gradient by the frequency')
  }
  if (per_sample_weights !== null && mode !== 'sum') {
    throw new NotImplementedError(
      "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' (got " +
        `mode='${mode}'). Please open a feature request on GitHub.`,
    )
  }
}

/** The first bag begins at the first element, and none behind the last; where the device can be read. */
function checkOffsets(offsets: Tensor, length: number): void {
  if (!offsets.storage.device.sync || offsets.numel() === 0) return
  const begins = offsets.to_typed_array()
  if (begins[0] !== 0) {
    throw new RuntimeError(
      'offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, got ' +
        `${begins[0]}`,
    )
  }
  const last = begins.at(-1) as number
  if (last > length) {
    throw new RuntimeError(
      `offsets[-1] can not be greater than input's length ${length} but got offsets[-1] of ${last}`,
    )
  }
}
