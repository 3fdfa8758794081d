import { IndexError, int32, no_grad, RuntimeError, routine, signature, type Tensor, uint8 } from '@chainrule/core'
import { warnDense } from './dense.ts'

/**
 * The rows of `weight` that the indices name: `[…] → […, D]`.
 *
 * @param padding_idx a row that is read and never learned.
 * @param max_norm rows that are read are first shortened, in place, to at most this norm.
 * @param norm_type the p of that norm.
 * @param scale_grad_by_freq divide the gradient of a row by how often it was read.
 * @param sparse warns that it has no effect: gradients are dense.
 */
export const embedding = signature(
  'embedding',
  [
    'Tensor input',
    'Tensor weight',
    'int? padding_idx',
    'float? max_norm',
    'float norm_type',
    'bool scale_grad_by_freq',
    'bool sparse',
  ],
  (
    input: Tensor,
    weight: Tensor,
    padding_idx: number | null = null,
    max_norm: number | null = null,
    norm_type = 2,
    scale_grad_by_freq = false,
    sparse = false,
  ): Tensor => {
    if (sparse) warnDense('embedding')
    if (input.dtype !== int32 && input.dtype !== uint8) {
      throw new RuntimeError(
        "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got " +
          `${input.dtype.typeName.replace('torch.', 'torch.')} instead (while checking arguments for embedding)`,
      )
    }
    const [rows, width] = [weight.size(0), weight.size(1)]
    const skip = padding_idx === null ? null : padding_idx < 0 ? padding_idx + rows : padding_idx
    if (skip !== null && (skip < 0 || skip >= rows)) {
      throw new RuntimeError(`Padding_idx must be within num_embeddings (got ${padding_idx}, num_embeddings ${rows})`)
    }
    const placesOf = (indices: Tensor): Tensor => indices.reshape(-1).to(int32)
    const places = placesOf(input)
    if (places.storage.device.sync && places.to_typed_array().some((i) => i < 0 || i >= rows)) {
      throw new IndexError('index out of range in self')
    }
    if (max_norm !== null) no_grad(() => shorten(weight, places, max_norm, norm_type))
    return routine(
      'embedding',
      [weight],
      () => weight.index_select(0, places).reshape([...input.shape, width]),
      () => ({
        saved: [input],
        backward: ([g = null], _, [indices]) => {
          if (g === null) return [null]
          const places = placesOf(indices as Tensor)
          const incoming = g.reshape(-1, width)
          const kept = skip === null ? incoming : incoming.masked_fill(places.eq(skip).unsqueeze(1), 0)
          const shared = scale_grad_by_freq ? kept.div(frequencies(places, rows).unsqueeze(1)) : kept
          return [g.new_zeros(weight.shape).index_add(0, places, shared)]
        },
      }),
    )
  },
  'python',
)

/** How often the place that stands at each place occurs. */
function frequencies(places: Tensor, rows: number): Tensor {
  const counts = places.new_zeros([rows]).index_add(0, places, places.new_ones(places.shape))
  return counts.index_select(0, places)
}

/** Shortens the named rows of a matrix to a norm. */
function shorten(weight: Tensor, places: Tensor, maxNorm: number, p: number): void {
  const rows = weight.index_select(0, places)
  const norms = rows.norm(p, 1, { keepdim: true })
  const scale = norms.add(1e-7).reciprocal().mul(maxNorm).where(norms.gt(maxNorm), 1)
  weight.copy_(weight.index_copy(0, places, rows.mul(scale)))
}
