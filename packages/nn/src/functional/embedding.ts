import { IndexError, int32, no_grad, RuntimeError, routine, type Tensor, uint8 } from '@chainrule/core'
import { bindOptions, type LayerArguments } from '../arguments.ts'

/** What `embedding` takes by name. */
export interface EmbeddingOptions {
  /** A row that is read and never learned. */
  readonly padding_idx?: number | null | undefined
  /** Rows that are read are first shortened, in place, to at most this norm. */
  readonly max_norm?: number | null | undefined
  readonly norm_type?: number
  /** Divide the gradient of a row by how often it was read. */
  readonly scale_grad_by_freq?: boolean
}
const defaults = {
  padding_idx: null as number | null,
  max_norm: null as number | null,
  norm_type: 2,
  scale_grad_by_freq: false,
}

/** The rows of `weight` that the indices name: `[…] → […, D]`. */
export function embedding(input: Tensor, weight: Tensor, ...options: LayerArguments<EmbeddingOptions>): Tensor {
  const { padding_idx, max_norm, norm_type, scale_grad_by_freq } = bindOptions('embedding', defaults, options)
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
}

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
