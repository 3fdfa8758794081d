import {
  empty,
  type Generator,
  no_grad,
  randperm,
  repr,
  signature,
  type Tensor,
  tensor as tensorOf,
  ValueError,
} from '@chainrule/core'

/**
 * A random matrix with orthogonal rows or columns, times `gain` (Saxe et al. 2013). Further dimensions count as columns.
 */
export const orthogonal_ = signature(
  'orthogonal_',
  ['Tensor tensor', 'float gain', 'Generator? generator'],
  (tensor: Tensor, gain = 1, generator?: Generator | null): Tensor => {
    if (tensor.ndim < 2) throw new ValueError('Only tensors with 2 or more dimensions are supported')
    if (tensor.numel() === 0) return tensor
    const rows = tensor.size(0)
    const columns = tensor.numel() / rows
    return no_grad(() => {
      // Worked out on the host, wherever the tensor is.
      const options = { dtype: tensor.dtype, device: 'cpu' as const }
      const drawn = empty([rows, columns], options).normal_(0, 1, { generator: generator ?? undefined })
      const tall = rows < columns ? drawn.t() : drawn
      const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)]
      const q = orthonormalColumns(Array.from(tall.t().contiguous().to_typed_array()), length)
      const columnsOf = tensorOf(q, options).reshape(count, length)
      return tensor.copy_((rows < columns ? columnsOf : columnsOf.t()).reshape(tensor.shape)).mul_(gain)
    })
  },
  'python',
)

/**
 * Makes vectors of a length orthonormal, one after the other (Gram and Schmidt, done twice for precision): the Q of the QR
 * decomposition whose R has a positive diagonal.
 */
function orthonormalColumns(values: number[], length: number): Float64Array {
  const q = Float64Array.from(values)
  const vectors = Array.from({ length: q.length / length }, (_, i) => q.subarray(i * length, (i + 1) * length))
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0)
  vectors.forEach((v, i) => {
    for (let pass = 0; pass < 2; pass++) {
      for (const u of vectors.slice(0, i)) {
        const along = dot(u, v)
        v.forEach((x, k) => {
          v[k] = x - along * (u[k] as number)
        })
      }
    }
    const length = Math.sqrt(dot(v, v))
    v.forEach((x, k) => {
      v[k] = x / length
    })
  })
  return q
}

/** Normal numbers, of which a share `sparsity` of each column is 0 (Martens 2010). */
export const sparse_ = signature(
  'sparse_',
  ['Tensor tensor', 'float sparsity', 'float std', 'Generator? generator'],
  (tensor: Tensor, sparsity: number, std = 0.01, generator?: Generator | null): Tensor => {
    if (tensor.ndim !== 2) throw new ValueError('Only tensors with 2 dimensions are supported')
    const [rows, columns] = tensor.shape as [number, number]
    const whole = Math.ceil(sparsity * rows)
    if (!Number.isFinite(whole)) throw new ValueError(`cannot convert float ${repr(sparsity)} to integer`)
    // As a slice of Python's: it ends where the rows do, and counts from there where it is negative.
    const count = whole < 0 ? Math.max(0, rows + whole) : Math.min(rows, whole)
    return no_grad(() => {
      tensor.normal_(0, std, { generator: generator ?? undefined })
      for (let column = 0; column < columns; column++) {
        const places = randperm(rows, { generator: generator ?? undefined, device: tensor.device }).narrow(0, 0, count)
        tensor.index_put_([places, column], 0)
      }
      return tensor
    })
  },
  'python',
)
