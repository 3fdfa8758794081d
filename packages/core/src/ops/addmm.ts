import { factors, nameStep } from '../autograd/graph.ts'
import { RuntimeError } from '../errors.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { checkFactor } from './define/promotion.ts'
import { routine } from './define/routine.ts'
import { bmm, mm, mv, outer } from './matmul.ts'
import { multiply, productGradients } from './matmul-step.ts'

/** What `addmm` and its kin multiply the bias and the product by. */
export interface AddmmOptions {
  readonly beta?: number
  readonly alpha?: number
}

/** The numbers of a call; of integers the whole parts. */
function factorsOf({ dtype }: Tensor, { beta = 1, alpha = 1 }: AddmmOptions): Required<AddmmOptions> {
  return dtype.kind === 'floating' ? { beta, alpha } : { beta: Math.trunc(beta), alpha: Math.trunc(alpha) }
}

/** `beta * x + alpha * (mat1 × mat2)`. */
export const addmm = signature(
  'addmm',
  ['Tensor input', 'Tensor mat1', 'Tensor mat2', '*', 'Number beta', 'Number alpha'],
  (x: Tensor, mat1: Tensor, mat2: Tensor, options: AddmmOptions = {}): Tensor => {
    const { beta, alpha } = factorsOf(x, options)
    if (mat1.dtype !== mat2.dtype) {
      throw new RuntimeError(
        `mat1 and mat2 must have the same dtype, but got ${mat1.dtype.scalarName} and ${mat2.dtype.scalarName}`,
      )
    }
    const { shape } = x
    return routine(
      'addmm',
      [x, mat1, mat2],
      () => {
        if (canStart(x, mat1, mat2) && beta === 1 && alpha === 1) {
          const size = [mat1.shape[0] as number, mat2.shape[1] as number]
          return multiply(mat1, mat2, size, x.expand(size))
        }
        const out = mm(mat1, mat2)
        const scaled = alpha === 1 ? out : out.mul(alpha)
        const bias = beta === 1 ? x : x.mul(beta)
        bias.expand(out.shape)
        return beta === 0 ? scaled : scaled.add(bias)
      },
      () => {
        const gradients = productGradients(mat1, mat2, mm, 1)
        return {
          saved: factors(mat1, mat2),
          backward: ([g = null], needs, saved) => {
            if (g === null) return [null, null, null]
            const scaled = alpha === 1 ? g : g.mul(alpha)
            return [
              needs(0) ? (beta === 1 ? g : g.mul(beta)).sum_to_size(shape) : null,
              ...gradients(scaled, needs, saved),
            ]
          },
        }
      },
    )
  },
)

/** Whether all is checked and `x` is a row, or rows, that a product can start from. */
function canStart(x: Tensor, mat1: Tensor, mat2: Tensor): boolean {
  if (mat1.ndim !== 2 || mat2.ndim !== 2 || mat1.shape[1] !== mat2.shape[0]) return false
  const isAlike = x.dtype.kind === 'floating' && x.dtype === mat1.dtype && x.dtype === mat2.dtype
  const { device } = x.storage
  if (!isAlike || device !== mat1.storage.device || device !== mat2.storage.device) return false
  const isRow = x.ndim === 1 || (x.ndim === 2 && (x.shape[0] === 1 || x.shape[0] === mat1.shape[0]))
  return isRow && x.shape.at(-1) === mat2.shape[1] && x.strides.at(-1) === 1
}

/** `product + beta * x`; where `beta` is 0, NaN and infinities of `x` do not count, and its gradient is 0. */
function biased(product: Tensor, x: Tensor, beta: number): Tensor {
  if (beta !== 0) return product.add(x.mul(beta))
  const { shape } = x
  return routine(
    'add',
    [product, x],
    () => product.clone(),
    () => ({ saved: [], backward: ([g = null]) => [g, g === null ? null : g.new_zeros(shape)] }),
  )
}

/** `beta * x + alpha * (batch1 × batch2)`. */
export const baddbmm = signature(
  'baddbmm',
  ['Tensor input', 'Tensor batch1', 'Tensor batch2', '*', 'Number beta', 'Number alpha'],
  (x: Tensor, batch1: Tensor, batch2: Tensor, options: AddmmOptions = {}): Tensor => {
    const { beta, alpha } = factorsOf(x, options)
    const scaled = bmm(batch1, batch2).mul(alpha)
    return nameStep(biased(scaled, x, beta), 'BaddbmmBackward0')
  },
)

/** `beta * x + alpha * Σ (batch1 × batch2)`, summed over the batch. */
export const addbmm = signature(
  'addbmm',
  ['Tensor input', 'Tensor batch1', 'Tensor batch2', '*', 'Number beta', 'Number alpha'],
  (x: Tensor, batch1: Tensor, batch2: Tensor, options: AddmmOptions = {}): Tensor => {
    const { beta, alpha } = factorsOf(x, options)
    const bias = x.expand(batch1.size(1), batch2.size(2))
    checkBatches(batch1, batch2)
    const [n, rows, k, columns] = [...batch1.shape, batch2.size(2)] as [number, number, number, number]
    // One product: the batch and the inner dimension are one sum.
    const product = mm(batch1.permute(1, 0, 2).reshape(rows, n * k), batch2.reshape(n * k, columns)).mul(alpha)
    return nameStep(biased(product, bias, beta), 'AddbmmBackward0')
  },
)
function checkBatches(batch1: Tensor, batch2: Tensor): void {
  for (const [i, x] of [batch1, batch2].entries()) {
    if (x.ndim !== 3) throw new RuntimeError(`batch${i + 1} must be a 3D tensor`)
  }
  if (batch1.size(0) !== batch2.size(0)) {
    throw new RuntimeError(
      `batch1 and batch2 must have same number of batches, got ${batch1.size(0)} and ${batch2.size(0)}`,
    )
  }
  if (batch1.size(2) !== batch2.size(1)) {
    const [a, b] = [batch1, batch2].map((x) => x.shape.slice(1).join('x'))
    throw new RuntimeError(`Incompatible matrix sizes for bmm (${a} and ${b})`)
  }
}

/** `beta * x + alpha * (mat × vec)`. */
export const addmv = signature(
  'addmv',
  ['Tensor input', 'Tensor mat', 'Tensor vec', '*', 'Number beta', 'Number alpha'],
  (x: Tensor, mat: Tensor, vec: Tensor, options: AddmmOptions = {}): Tensor => {
    const { beta, alpha } = factorsOf(x, options)
    const scaled = mv(mat, vec).mul(alpha)
    return nameStep(biased(scaled, x, beta), 'AddmvBackward0')
  },
)

/** `beta * x + alpha * (vec1 ⊗ vec2)`. */
export const addr = signature(
  'addr',
  ['Tensor input', 'Tensor vec1', 'Tensor vec2', '*', 'Number beta', 'Number alpha'],
  (x: Tensor, vec1: Tensor, vec2: Tensor, options: AddmmOptions = {}): Tensor => {
    const { beta = 1, alpha = 1 } = options
    for (const [name, factor] of Object.entries({ beta, alpha })) checkFactor(name, [x, vec1, vec2], factor)
    const scaled = outer(vec1, vec2).mul(alpha)
    return nameStep(biased(scaled, x, beta), 'AddrBackward0')
  },
)
