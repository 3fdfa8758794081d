import { factors, nameStep } from '../autograd/graph.ts'
import { RuntimeError } from '../errors.ts'
import { broadcastShapes, formatShape, numel } from '../shape.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { leader } from './define/operands.ts'
import { routine } from './define/routine.ts'
import { multiply, productGradients } from './matmul-step.ts'

function checkTypes(name: string, a: Tensor, b: Tensor): void {
  leader(name, [a, b])
  if (a.dtype !== b.dtype) {
    throw new RuntimeError(
      `expected m1 and m2 to have the same dtype, but got: ${cName(a)} != ${cName(b)} (${name}: convert one with .to())`,
    )
  }
  if (a.dtype.kind === 'bool') throw new RuntimeError(`"addmm_impl_cpu_" not implemented for 'Bool'`)
}
const cName = (x: Tensor): string =>
  ({ float32: 'float', float64: 'double', int32: 'int', uint8: 'unsigned char' })[x.dtype.name] ?? 'bool'

/** The product of two matrices, `[m, k] × [k, n] → [m, n]`. */
export const mm = signature('mm', ['Tensor input', 'Tensor mat2'], (x: Tensor, mat2: Tensor): Tensor => {
  if (x.ndim !== 2)
    throw new RuntimeError(
      `self must be a matrix (mm: got shapes ${formatShape(x.shape)} and ${formatShape(mat2.shape)})`,
    )
  if (mat2.ndim !== 2)
    throw new RuntimeError(
      `mat2 must be a matrix (mm: got shapes ${formatShape(x.shape)} and ${formatShape(mat2.shape)})`,
    )
  if (x.shape[1] !== mat2.shape[0]) {
    throw new RuntimeError(
      `mat1 and mat2 shapes cannot be multiplied (${x.shape.join('x')} and ${mat2.shape.join('x')})`,
    )
  }
  checkTypes('mm', x, mat2)
  return routine(
    'mm',
    [x, mat2],
    () => multiply(x, mat2, [x.shape[0] as number, mat2.shape[1] as number]),
    () => {
      const gradients = productGradients(x, mat2, mm)
      return {
        saved: factors(x, mat2),
        backward: ([g = null], needs, saved) => (g === null ? [null, null] : gradients(g, needs, saved)),
      }
    },
  )
})

/** The products of a batch of matrices, `[b, m, k] × [b, k, n] → [b, m, n]`. */
export const bmm = signature('bmm', ['Tensor input', 'Tensor mat2'], (x: Tensor, mat2: Tensor): Tensor => {
  if (x.ndim !== 3)
    throw new RuntimeError(
      `batch1 must be a 3D tensor (bmm: got shapes ${formatShape(x.shape)} and ${formatShape(mat2.shape)})`,
    )
  if (mat2.ndim !== 3)
    throw new RuntimeError(
      `batch2 must be a 3D tensor (bmm: got shapes ${formatShape(x.shape)} and ${formatShape(mat2.shape)})`,
    )
  if (x.shape[0] !== mat2.shape[0] || x.shape[2] !== mat2.shape[1]) {
    throw new RuntimeError(
      `Expected size for first two dimensions of batch2 tensor to be: [${x.shape[0]}, ${x.shape[2]}] but got: ` +
        `[${mat2.shape[0]}, ${mat2.shape[1]}].`,
    )
  }
  checkTypes('bmm', x, mat2)
  return routine(
    'bmm',
    [x, mat2],
    () => multiply(x, mat2, [x.shape[0] as number, x.shape[1] as number, mat2.shape[2] as number]),
    () => {
      const gradients = productGradients(x, mat2, bmm)
      return {
        saved: factors(x, mat2),
        backward: ([g = null], needs, saved) => (g === null ? [null, null] : gradients(g, needs, saved)),
      }
    },
  )
})

/** The product of a matrix and a vector, `[m, k] × [k] → [m]`. */
export const mv = signature('mv', ['Tensor input', 'Tensor vec'], (x: Tensor, vec: Tensor): Tensor => {
  if (x.ndim !== 2 || vec.ndim !== 1)
    throw new RuntimeError(`vector + matrix @ vector expected, got 1, ${x.ndim}, ${vec.ndim}`)
  if (x.shape[1] !== vec.shape[0]) {
    throw new RuntimeError(
      `size mismatch, got input (${x.shape[0]}), mat (${x.shape.join('x')}), vec (${vec.shape[0]})`,
    )
  }
  checkTypes('mv', x, vec)
  return routine(
    'mv',
    [x, vec],
    () => multiply(x, vec, [x.shape[0] as number]),
    () => ({
      saved: factors(x, vec),
      backward: ([g = null], needs, [matrix, vector]) => [
        g === null || !needs(0) ? null : outer(g, vector as Tensor),
        g === null || !needs(1) ? null : mv((matrix as Tensor).t(), g),
      ],
    }),
  )
})

/** The sum of the products of two vectors. */
export const dot = signature('dot', ['Tensor input', 'Tensor tensor|other'], (x: Tensor, other: Tensor): Tensor => {
  if (x.ndim !== 1 || other.ndim !== 1) {
    throw new RuntimeError(`1D tensors expected, but got ${x.ndim}D and ${other.ndim}D tensors`)
  }
  if (x.shape[0] !== other.shape[0]) {
    throw new RuntimeError(
      `inconsistent tensor size, expected tensor [${x.shape[0]}] and src [${other.shape[0]}] to have the same number of ` +
        `elements, but got ${x.shape[0]} and ${other.shape[0]} elements respectively`,
    )
  }
  if (x.dtype !== other.dtype) {
    throw new RuntimeError(
      `dot : expected both vectors to have same dtype, but found ${x.dtype.scalarName} and ${other.dtype.scalarName}`,
    )
  }
  checkTypes('dot', x, other)
  return routine(
    'dot',
    [x, other],
    () => multiply(x, other, []),
    () => ({
      saved: factors(x, other),
      backward: ([g = null], needs, [a, b]) => [
        g === null || !needs(0) ? null : g.mul(b as Tensor),
        g === null || !needs(1) ? null : g.mul(a as Tensor),
      ],
    }),
  )
})
/** As `dot`. */
export const vdot = signature(
  'vdot',
  ['Tensor input', 'Tensor other'],
  (x: Tensor, other: Tensor): Tensor => nameStep(dot(x, other), 'VdotBackward0'),
)

/** All products of the elements of two vectors, `[m] × [n] → [m, n]`. */
export const outer = signature('outer', ['Tensor input', 'Tensor vec2'], (x: Tensor, vec2: Tensor): Tensor => {
  for (const [name, y] of Object.entries({ self: x, vec2 })) {
    if (y.ndim !== 1) throw new RuntimeError(`outer: Expected 1-D argument ${name}, but got ${y.ndim}-D`)
  }
  return x.unsqueeze(1).mul(vec2)
})
export {
  /** As `outer`. */
  outer as ger,
}

/**
 * The matrix product by the rules of `torch.matmul`: vectors are rows on the left and columns on the right, and all but the
 * last two dimensions broadcast.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.matmul.html
 */
export const matmul = signature('matmul', ['Tensor input', 'Tensor other'], (x: Tensor, other: Tensor): Tensor => {
  if (x.ndim === 0 || other.ndim === 0) {
    throw new RuntimeError(
      `both arguments to matmul need to be at least 1D, but they are ${x.ndim}D and ${other.ndim}D`,
    )
  }
  if (x.ndim === 1 && other.ndim === 1) return dot(x, other)
  if (x.ndim === 2 && other.ndim === 1) return mv(x, other)
  if (x.ndim === 2 && other.ndim === 2) return mm(x, other)
  if (x.ndim === 1 && other.ndim === 2) return nameStep(mm(x.unsqueeze(0), other).squeeze(0), 'SqueezeBackward4')
  const left = x.ndim === 1 ? x.unsqueeze(0) : x
  const right = other.ndim === 1 ? other.unsqueeze(1) : other
  const [m, k, n] = [left.size(-2), left.size(-1), right.size(-1)]
  // One weight for a whole batch: the batch folds into the rows.
  if (right.ndim === 2 && right.shape[0] === k) {
    const rows = mm(left.reshape([numel(left.shape.slice(0, -1)), k]), right)
    return nameStep(unwrap(rows.reshape([...left.shape.slice(0, -1), n]), x, other), 'UnsafeViewBackward0')
  }
  const batch = broadcastShapes(left.shape.slice(0, -2), right.shape.slice(0, -2))
  if (k !== right.size(-2)) {
    throw new RuntimeError(
      `Expected size for first two dimensions of batch2 tensor to be: [${numel(batch)}, ${k}] but got: [${numel(batch)}, ` +
        `${right.size(-2)}]. (matmul: shapes ${formatShape(x.shape)} and ${formatShape(other.shape)})`,
    )
  }
  const a = left.expand([...batch, m, k]).reshape([numel(batch), m, k])
  const b = right.expand([...batch, k, n]).reshape([numel(batch), k, n])
  return nameStep(unwrap(bmm(a, b).reshape([...batch, m, n]), x, other), 'UnsafeViewBackward0')
})

/** Takes off the dimensions that vectors were given. */
function unwrap(out: Tensor, x: Tensor, other: Tensor): Tensor {
  const rows = x.ndim === 1 ? out.squeeze(-2) : out
  return other.ndim === 1 ? rows.squeeze(-1) : rows
}
