// Numbers that are others than PyTorch's.

import { has, hasHuge, hasLike, type Known, ofGradients } from './known.ts'

/** Ops whose gradient is a product of several factors, or a quotient, here and in PyTorch in another order. */
const MULTIPLIED =
  'softsign Softsign atan2 atan2_ arctan2 quantile nanquantile pdist cdist prod cumprod cumprod_ addcdiv addcdiv_ std std_mean'.split(
    ' ',
  )

export const numbers: readonly Known[] = [
  {
    reason: 'the sign of a zero in a gradient follows from how its formula is written',
    holds: (found, program) => ofGradients(found, program) && found.kind.endsWith('sign of zero'),
  },
  {
    reason:
      'which of zeros of both signs is the larger: in PyTorch it depends on whether elements are compared in vectors',
    holds: ({ kind }, program) =>
      kind.endsWith('sign of zero') &&
      hasLike(
        program,
        /^(maximum|minimum|max|min|amax|amin|aminmax|clamp|clip|clamp_min|clamp_max|softshrink|Softshrink|cummax|cummin|sort|msort|topk|median|kthvalue|mode|unique)_?$/,
      ),
  },
  {
    reason:
      'the zero of elu, celu and selu at 0 has the sign of eˣ - 1, which PyTorch computes as a difference up to 2.6',
    holds: ({ kind }, program) => kind.endsWith('sign of zero') && hasLike(program, /^(s|c)?elu_?$|^(S|C)?ELU$/),
  },
  {
    reason:
      'a shift by 0 takes the sign of a zero: PyTorch makes scale and shift of normalisation one multiplication and addition',
    holds: ({ kind }, program) => kind.endsWith('sign of zero') && hasLike(program, /_norm$|Norm(\dd)?$/),
  },
  {
    reason: 'which of equal elements an algorithm names that PyTorch does not call stable',
    holds: ({ kind, dtype }, program) =>
      kind === 'values' &&
      dtype === 'int32' &&
      has(program, 'topk', 'kthvalue', 'mode', 'median', 'nanmedian', 'sort', 'argsort'),
  },
  {
    reason: 'the mode of a row with NaN: PyTorch counts runs of sorted elements, and NaN is not even like itself',
    holds: ({ kind }, program) => kind.startsWith('values: ') && has(program, 'mode'),
  },
  {
    reason: 'the second derivative of a norm where it is 0: NaN in PyTorch, 0 here',
    holds: ({ kind }, program) =>
      kind === 'grad values: NaN there only' &&
      has(program, 'dist', 'norm', 'vector_norm', 'matrix_norm', 'normalize', 'renorm'),
  },
  {
    reason: 'numbers that no integer of 32 bits holds',
    holds: ({ kind, there }) =>
      kind.includes('values') && (/\d{10,}/.test(there) || there.includes('-2147483648')) && !/\d\.\d/.test(there),
  },
  {
    reason: 'where the target is 0, the gradient of the approximation of Stirling is NaN in PyTorch',
    holds: ({ kind }, program) => kind.includes('values: NaN there only') && has(program, 'poisson_nll_loss'),
  },
  {
    reason: 'trapezoids over one place are zeros; PyTorch multiplies the values with 0, which is NaN for some',
    holds: ({ kind }, program) =>
      kind.includes('values: NaN there only') && has(program, 'trapezoid', 'cumulative_trapezoid'),
  },
  {
    reason: 'a convolution multiplies the zeros of its padding and of its gaps too, or leaves them out: 0 · ∞',
    holds: ({ kind }, program) =>
      /NaN (here|there) only/.test(kind) && hasHuge(program) && hasLike(program, /^conv|^Conv|fold/),
  },
  {
    reason:
      'gradients of what is not finite: a formula that multiplies 0 and ∞ is NaN, another one of the same function is not',
    holds: (found, program) =>
      (ofGradients(found, program) || found.kind.startsWith('grad ')) &&
      /NaN (here|there) only|infinite/.test(found.kind) &&
      hasHuge(program) &&
      has(program, ...MULTIPLIED),
  },
  {
    reason: 'what normalises squares numbers whose squares no float32 holds: infinite or NaN, as the terms are ordered',
    holds: ({ kind }, program) =>
      /NaN (here|there) only|infinite/.test(kind) &&
      hasHuge(program) &&
      hasLike(program, /_norm$|Norm(\dd)?$|^normalize$|^cosine_similarity$|^renorm/),
  },
  {
    reason: 'at its poles polygamma is infinite; PyTorch divides by the sine of a rounded π, which is not 0',
    holds: ({ kind }, program) =>
      kind.endsWith('values: infinite') &&
      has(program, 'polygamma', 'polygamma_', 'digamma', 'digamma_', 'lgamma', 'lgamma_'),
  },
  {
    reason: 'masked_scatter_ from its own target: PyTorch reads what it has written already',
    holds: ({ kind }, { statements }) =>
      kind === 'values' &&
      statements.some(
        ({ op, args }) => op === 'Tensor.masked_scatter_' && JSON.stringify(args[0]) === JSON.stringify(args[2]),
      ),
  },
  {
    reason: 'polygamma at ∞ is 0; PyTorch multiplies an infinite factorial with it',
    holds: ({ kind }, program) => kind === 'values: NaN there only' && has(program, 'polygamma', 'polygamma_'),
  },
  {
    reason: 'JavaScript has one number type: options that are floats print as floats',
    holds: ({ op, kind }) => op.startsWith('layer.') && kind === 'plain',
  },
]
