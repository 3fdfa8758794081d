import { nameView } from '../../autograd/graph.ts'
import { RuntimeError } from '../../errors.ts'
import { formatShape } from '../../shape.ts'
import { signature } from '../../signature/index.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { warn } from '../../warnings.ts'
import { mm } from '../matmul.ts'

/** The product of matrices, in the order that takes the fewest multiplications. The first and the last may be vectors. */
export const multi_dot = signature('multi_dot', ['Tensor[] tensors'], (tensors: readonly Tensor[]): Tensor => {
  const count = tensors.length
  if (count < 2) throw new RuntimeError(`multi_dot(): expected at least 2 tensors but got ${count}`)
  const isRow = tensors[0]?.ndim === 1
  const isColumn = tensors[count - 1]?.ndim === 1
  const matrices = tensors.map((x, i) => {
    if (i === 0 && isRow) return x.unsqueeze(0)
    if (i === count - 1 && isColumn) return x.unsqueeze(-1)
    if (x.ndim === 2) return x
    const wanted = i === 0 || i === count - 1 ? 'the first and last tensors must be 1D or 2D' : `tensor ${i} must be 2D`
    throw new RuntimeError(`multi_dot(): ${wanted} but got ${x.ndim}D`)
  })
  matrices.forEach((x, i) => {
    const next = matrices[i + 1]
    if (next === undefined || x.size(1) === next.size(0)) return
    const [a, b] = [tensors[i] as Tensor, tensors[i + 1] as Tensor].map(({ shape }) => formatShape(shape))
    throw new RuntimeError(`multi_dot(): tensors ${i} and ${i + 1} with shapes ${a} and ${b} cannot be multiplied`)
  })
  const product = multiplied(matrices)
  const sizes = [...(isRow ? [] : [product.size(0)]), ...(isColumn ? [] : [product.size(1)])]
  return nameView(product.view(sizes), 'ViewBackward0')
})

/** As `multi_dot`, of matrices given one after the other; one alone is returned as it is. */
export const chain_matmul = signature(
  'chain_matmul',
  ['Tensor[] *matrices'],
  (matrices: readonly Tensor[] = []): Tensor => {
    warn(
      'torch.chain_matmul is deprecated and will be removed in a future PyTorch release. Use torch.linalg.multi_dot instead, ' +
        'which accepts a list of two or more tensors rather than multiple parameters.',
    )
    for (const x of matrices) {
      if (x.ndim !== 2) throw new RuntimeError(`Tensor dimension is ${x.ndim}, expected 2 instead.`)
    }
    return matrices.length === 1 ? (matrices[0] as Tensor) : multi_dot(matrices)
  },
)

/** The cheapest product of each run of matrices, from the shortest on (Godbole 1973). */
function multiplied(matrices: readonly Tensor[]): Tensor {
  const sizes = [matrices[0]?.size(0) as number, ...matrices.map((x) => x.size(1))]
  const count = matrices.length
  const cost = matrices.map(() => new Array<number>(count).fill(0))
  const cut = matrices.map(() => new Array<number>(count).fill(0))
  for (let length = 1; length < count; length++) {
    for (let i = 0; i + length < count; i++) {
      const j = i + length
      let least = Number.POSITIVE_INFINITY
      for (let k = i; k < j; k++) {
        const work = (sizes[i] as number) * (sizes[k + 1] as number) * (sizes[j + 1] as number)
        const total = (cost[i]?.[k] as number) + (cost[k + 1]?.[j] as number) + work
        if (total >= least) continue
        least = total
        ;(cut[i] as number[])[j] = k
      }
      ;(cost[i] as number[])[j] = least
    }
  }
  const run = (i: number, j: number): Tensor => {
    if (i === j) return matrices[i] as Tensor
    const k = cut[i]?.[j] as number
    return mm(run(i, k), run(k + 1, j))
  }
  return run(0, count - 1)
}
