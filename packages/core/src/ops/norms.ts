import { nameStep } from '../autograd/graph.ts'
import type { DType } from '../dtype.ts'
import { NotImplementedError, RuntimeError, TypeError } from '../errors.ts'
import { numel, wrapDim } from '../shape.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { elementwise } from './define/elementwise.ts'
import { reduction } from './define/reduction.ts'
import { amax, amin } from './extremes.ts'
import type { Dims } from './reduction-options.ts'

const node: readonly [string, string] = ['LinalgVectorNormBackward0', 'LinalgVectorNormBackward0']
const norms = {
  2: reduction('norm2', ['x'], {
    start: 0,
    step: 'acc + x * x',
    finish: 'sqrt(acc)',
    gradient: { x: 'out == 0 ? 0 : x * (g / out)' },
    result: 'floating',
    node,
  }),
  1: reduction('norm1', ['x'], { start: 0, step: 'acc + abs(x)', result: 'floating', node }),
  0: reduction('norm0', ['x'], {
    start: 0,
    step: 'acc + (x != 0)',
    gradient: { x: '0' },
    result: 'floating',
    node,
  }),
  p: reduction('norm', ['x'], {
    start: 0,
    step: 'acc + pow(abs(x), p)',
    finish: 'pow(acc, 1 / p)',
    gradient: {
      x: 'out == 0 || (x == 0 && p < 2) ? 0 : p < 2 ? g * sign(x) * pow(abs(x), p - 1) * pow(out, 1 - p) : g * x * pow(abs(x), p - 2) / pow(out, p - 1)',
    },
    parameters: { p: 2 },
    result: 'floating',
    node,
  }),
}
/** The extreme of the magnitudes, whose gradient ties share. */
const normInf = (sign: 1 | -1, x: Tensor, call: { readonly dim: Dims; readonly keepdim: boolean }): Tensor =>
  sign > 0 ? amax(x.abs(), call) : amin(x.abs(), call)

/** The `p`-norm over dimensions, or over all: `(Σ |x|ᵖ)^(1/p)`; 'fro' is 2. */
export const norm = signature(
  'norm',
  ['Tensor input', 'float|str? p', 'int[]? dim', 'bool keepdim', 'dtype? dtype'],
  (x: Tensor, p: number | 'fro' | null = 2, dim: Dims = null, keepdim = false, dtype: DType = x.dtype): Tensor => {
    const call = { dim, keepdim }
    const input = x.to(dtype)
    if (input.dtype.kind !== 'floating') {
      throw new RuntimeError(
        `linalg.vector_norm: Expected a floating point or complex tensor as input. Got ${input.dtype.scalarName}`,
      )
    }
    const power = orderOf(p)
    checkIdentity(input, power, dim)
    // Over one element it is the magnitude, whatever its powers are.
    const isLone = power > 0 && input.numel() > 0 && countOf(input, dim) === 1
    if (power === Number.POSITIVE_INFINITY || isLone) return nameStep(normInf(1, input, call), node[0])
    if (power === Number.NEGATIVE_INFINITY) return nameStep(normInf(-1, input, call), node[0])
    if (power === 2 || power === 1 || power === 0) return norms[power].call([input], call)
    return norms.p.call([input], { ...call, parameters: [power] })
  },
)

/** How many elements a norm is taken over. */
function countOf({ shape }: Tensor, dim: Dims): number {
  const dims = typeof dim === 'number' ? [dim] : (dim ?? [])
  return numel(dims.length === 0 ? shape : dims.map((d) => shape.at(d) ?? 1))
}

/** The power of a norm. */
function orderOf(p: unknown): number {
  if (typeof p === 'number') return p
  if (p === 'fro' || p === null) return 2
  if (p === 'nuc')
    throw new NotImplementedError('norm: the nuclear norm needs singular values, which are not there yet')
  if (typeof p === 'string') throw new RuntimeError(`only valid string values are 'fro' and 'nuc', found ${p}`)
  throw new TypeError(`norm(): argument 'p' (position 2) must be Number, not ${typeof p}`)
}

/** Of nothing, only a sum has a value. */
function checkIdentity(x: Tensor, p: number, dim: Dims): void {
  if (x.numel() > 0 || (p >= 0 && p !== Number.POSITIVE_INFINITY)) return
  const order = Number.isFinite(p) ? p : p > 0 ? 'inf' : '-inf'
  const dims = typeof dim === 'number' ? [dim] : (dim ?? [])
  if (dims.length === 0) {
    throw new RuntimeError(
      `linalg.vector_norm cannot compute the ${order} norm on an empty tensor because the operation does not have an identity`,
    )
  }
  for (const each of dims) {
    if (x.size(each) !== 0) continue
    throw new RuntimeError(
      `linalg.vector_norm cannot compute the ${order} norm on the dimension ${each} because this dimension is empty and ` +
        'the operation does not have an identity',
    )
  }
}

/** The distance `‖x - other‖ₚ`. */
export const dist = signature(
  'dist',
  ['Tensor input', 'Tensor other', 'Number p'],
  (x: Tensor, other: Tensor, p = 2): Tensor => nameStep(norm(x.sub(other), p), 'DistBackward0'),
)

/**
 * The slices along a dimension, those whose `p`-norm is above `maxnorm` shortened to it.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.renorm.html
 */
export const renorm = signature(
  'renorm',
  ['Tensor input', 'Number p', 'int dim', 'Number maxnorm'],
  (x: Tensor, p: number, dim: number, maxnorm: number): Tensor => {
    if (!(p >= 0)) throw new RuntimeError('renorm: non-positive-norm not supported')
    if (maxnorm < 0) throw new RuntimeError(`renorm: expected maxnorm to be >= 0 but got ${maxnorm}`)
    if (x.ndim < 2) throw new RuntimeError(`renorm: input needs at least 2 dimensions, got ${x.ndim} dimensions`)
    const at = wrapDim(dim, x.ndim)
    const others = x.shape.flatMap((_, i) => (i === at ? [] : [i]))
    const length = norm(x, p, others, true)
    return nameStep(x.mul(shortening(length, maxnorm)), 'RenormBackward0')
  },
)
// The small number keeps the quotient from 1 / 0.
const shortening = elementwise('renorm_scale', ['length', 'maxnorm'], {
  forward: 'length > maxnorm ? maxnorm / (length + 1e-7) : 1',
  domain: { length: [0.5, 3], maxnorm: [4, 5] },
})
