import { modes } from '../autograd/modes.ts'
import type { RowKernel } from '../devices/row-kernel.ts'
import type { DType } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { wrapDim } from '../shape.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { routine } from './define/routine.ts'
import { rowKernel, runRows } from './define/rows.ts'
import { cat } from './joining.ts'

function prepare(name: string, x: Tensor, dim: number, dtype: DType): { input: Tensor; at: number } {
  const input = x.to(dtype)
  const at = wrapDim(dim, x.ndim)
  if (input.dtype.kind !== 'floating') {
    const kernel = isRow(input, at) ? `${name}_lastdim_kernel_impl` : 'softmax_kernel_impl'
    throw new RuntimeError(`"${kernel}" not implemented for '${input.dtype.scalarName}'`)
  }
  return { input, at }
}

// The first pass may step over NaN: the sum does not.
const softmaxRows = rowKernel('softmax', {
  inputs: ['x'],
  steps: { top: { max: 'x' }, total: { sum: 'exp(x - top)', keep: true }, scale: '1 / total' },
  output: 'out * scale',
})
// Of a row of -inf everything is 0, not NaN: nothing is taken from its largest element.
const safeSoftmaxRows = rowKernel('safe_softmax', {
  inputs: ['x'],
  steps: {
    top: { max: 'x' },
    low: 'top == -inf ? 0 : top',
    total: { sum: 'exp(x - low)', keep: true },
    scale: 'total == 0 ? 0 : 1 / total',
  },
  output: 'out * scale',
})
const softmaxBackwardRows = rowKernel('softmax_backward', {
  inputs: ['g', 'y'],
  steps: { total: { sum: 'g * y' } },
  output: '(g - total) * y',
})
const logSoftmaxRows = rowKernel('log_softmax', {
  inputs: ['x'],
  steps: { top: { max: 'x' }, total: { sum: 'exp(x - top)' }, rest: 'log(total)' },
  output: 'x - top - rest',
})
const logSoftmaxBackwardRows = rowKernel('log_softmax_backward', {
  inputs: ['g', 'y'],
  steps: { total: { sum: 'g' } },
  output: 'g - exp(y) * total',
})

/** Whether a dimension is one of rows: the last one. Others are faster as ops on whole slices than row by row. */
const isRow = (x: Tensor, dim: number): boolean => dim >= x.ndim - 1

const rowOf = (kernel: () => RowKernel, x: Tensor, ...others: readonly Tensor[]): Tensor =>
  runRows(kernel, x.shape.at(-1) ?? 1, [x, ...others])[0]

/** `eˣ / Σ eˣ` along a dimension, without overflow. */
export const softmax = signature(
  'softmax',
  ['Tensor input', 'int dim', 'dtype? dtype'],
  (x: Tensor, dim: number, dtype: DType = x.dtype): Tensor => {
    const { input, at } = prepare('softmax', x, dim, dtype)
    return routine(
      'softmax',
      [input],
      () => {
        if (isRow(input, at)) return rowOf(softmaxRows, input)
        if (input.numel() === 0) return input.clone()
        const packed = input.contiguous()
        const powers = packed.sub(packed.amax(at, { keepdim: true })).exp()
        return powers.div(powers.sum(at, { keepdim: true }))
      },
      (out) => ({
        saved: [out],
        backward: ([g = null], _, [y]) => [softmaxGradient(g, y as Tensor, at)],
      }),
    )
  },
)

/** As `softmax`, along the last dimension; a row of nothing but -∞ gives zeros, with a gradient of zeros. */
export const _safe_softmax = signature(
  '_safe_softmax',
  ['Tensor input', 'int dim', 'dtype? dtype'],
  (x: Tensor, dim: number, dtype: DType = x.dtype): Tensor => {
    const { input, at } = prepare('softmax', x, dim, dtype)
    if (at !== Math.max(0, x.ndim - 1)) return _safe_softmax(x.transpose(at, -1), -1, dtype).transpose(at, -1)
    return routine(
      'softmax',
      [input],
      () => rowOf(safeSoftmaxRows, input),
      (out) => ({ saved: [out], backward: ([g = null], _, [y]) => [softmaxGradient(g, y as Tensor, at)] }),
    )
  },
)

function softmaxGradient(g: Tensor | null, y: Tensor, at: number): Tensor | null {
  if (g === null) return null
  if (isRow(g, at) && !modes.grad) return rowOf(softmaxBackwardRows, g, y)
  const scaled = g.mul(y)
  return scaled.sub(y.mul(scaled.sum(at, { keepdim: true })))
}

/** `log(softmax(x))`, computed as `x - logsumexp(x)`. */
export const log_softmax = signature(
  'log_softmax',
  ['Tensor input', 'int dim', 'dtype? dtype'],
  (x: Tensor, dim: number, dtype: DType = x.dtype): Tensor => {
    const { input, at } = prepare('log_softmax', x, dim, dtype)
    return routine(
      'log_softmax',
      [input],
      () => {
        if (isRow(input, at)) return rowOf(logSoftmaxRows, input)
        if (input.numel() === 0) return input.clone()
        const packed = input.contiguous()
        const centred = packed.sub(packed.amax(at, { keepdim: true }))
        return centred.sub(centred.exp().sum(at, { keepdim: true }).log())
      },
      (out) => ({
        saved: [out],
        backward: ([g = null], _, [y]) => {
          if (g === null) return [null]
          if (isRow(g, at) && !modes.grad) return [rowOf(logSoftmaxBackwardRows, g, y as Tensor)]
          return [g.sub((y as Tensor).exp().mul(g.sum(at, { keepdim: true })))]
        },
      }),
    )
  },
)

/** `softmax(-x)`. */
export const softmin = signature(
  'softmin',
  ['Tensor input', 'int? dim', 'dtype? dtype'],
  (x: Tensor, dim: number, dtype: DType = x.dtype): Tensor => softmax(x.neg(), dim, dtype),
)

/** The first half along a dimension, times the sigmoid of the second. */
export const glu = signature('glu', ['Tensor input', 'int dim'], (x: Tensor, dim = -1): Tensor => {
  if (x.ndim === 0) throw new RuntimeError('glu does not support scalars because halving size must be even')
  const at = wrapDim(dim, x.ndim)
  const size = x.shape[at] as number
  if (size % 2 !== 0) throw new RuntimeError(`Halving dimension must be even, but dimension ${at} is size ${size}`)
  return routine(
    'glu',
    [x],
    () => x.narrow(at, 0, size / 2).mul(x.narrow(at, size / 2, size / 2).sigmoid()),
    () => ({
      saved: [x],
      backward: ([g = null], _, [input]) => {
        if (g === null) return [null]
        const value = (input as Tensor).narrow(at, 0, size / 2)
        const gate = (input as Tensor).narrow(at, size / 2, size / 2).sigmoid()
        return [cat([g.mul(gate), g.mul(value).mul(gate).mul(gate.rsub(1))], at)]
      },
    }),
  )
})
