// Differences that are meant, or that come of something else than a fault, each with its reason.

import type { Disagreement } from './compare.ts'
import type { Program } from './program.ts'

export interface Known {
  readonly reason: string
  readonly holds: (found: Disagreement, program: Program) => boolean
}

/** Names of nodes: here, as in PyTorch 2, and in 1.13. */
const NODES: readonly (readonly [string, RegExp])[] = [
  ['ViewBackward0', /^(ReshapeAlias|UnsafeView)Backward0$/],
  ['LinalgVectorNormBackward0', /^NormBackward[01]$/],
  ['SqueezeBackward3', /^SqueezeBackward2$/],
  ['SqueezeBackward4', /^SqueezeBackward3$/],
  ['UpsampleNearest1DBackward0', /^UpsampleNearest1DBackward1$/],
  ['DiagonalBackward0', /^DiagBackward0$/],
  ['DiagEmbedBackward0', /^DiagBackward0$/],
]

/** In the gradients of a program, or what is made of them. */
function ofGradients({ op, kind, here }: Disagreement, { statements }: Program): boolean {
  const [, name] = /^(v\d+)[[:]/.exec(here) ?? []
  const maker = statements.find(({ out }) => out === name)?.op
  return op === 'grad' || kind.startsWith('grad ') || (op === 'afterwards' && maker === 'grad')
}
const has = ({ statements }: Program, ...ops: readonly string[]): boolean =>
  statements.some(({ op }) => ops.includes(op.split('.').at(-1) ?? ''))

export const KNOWN: readonly Known[] = [
  {
    reason: 'PyTorch 2 names the node otherwise than 1.13',
    holds: ({ kind, here, there }) =>
      kind.endsWith('grad_fn') && NODES.some(([name, old]) => here.replace(/^.*: /, '') === name && old.test(there)),
  },
  {
    reason: 'PyTorch 1.13 calls the node NotImplemented, of an op that has a derivative in PyTorch 2',
    holds: ({ kind, there }) => kind.endsWith('grad_fn') && there === 'NotImplemented',
  },
  {
    reason: 'aminmax has a derivative in PyTorch 2',
    holds: ({ there }) => there.includes('derivative for aten::aminmax is not implemented'),
  },
  {
    reason:
      'sums of integers are int32 here; of tensors that require a gradient PyTorch 1.13 fails with an internal assertion',
    holds: ({ there }) => there.includes('INTERNAL ASSERT FAILED'),
  },
  {
    reason: 'gradients of gradients are computed by ops of our own, whose nodes have other names',
    holds: (found, program) => ofGradients(found, program) && found.kind.endsWith('grad_fn'),
  },
  {
    reason:
      'whether the gradient of a linear op requires a gradient itself: it does not depend on the input, and PyTorch says so or not',
    holds: (found, program) => ofGradients(found, program) && /requires_grad|is_leaf/.test(found.kind),
  },
  {
    reason: 'the sign of a zero in a gradient follows from how its formula is written',
    holds: (found, program) => ofGradients(found, program) && found.kind.endsWith('sign of zero'),
  },
  {
    reason: 'PyTorch adds the second gradient into memory that the first one shares with the gradient that was given',
    holds: ({ kind }, { statements }) =>
      kind === 'afterwards values' && statements.filter(({ op }) => op === 'backward' || op === 'grad').length > 1,
  },
  {
    reason: 'what LAPACK computes lies in column-major order in PyTorch',
    holds: ({ kind }, program) =>
      kind.endsWith('strides') &&
      has(program, 'inv', 'inverse', 'solve', 'cholesky', 'matrix_power', 'det', 'logdet', 'slogdet'),
  },
  {
    reason: "isin of PyTorch 1.13 calls view on tensors that do not lie in a row; PyTorch 2's does not",
    holds: ({ op, there }) => op === 'torch.isin' && there.includes('view size is not compatible'),
  },
  {
    reason: 'what PyTorch refuses to differentiate a second time has a second derivative here',
    holds: ({ there }) => /derivative for '?(aten::)?\w+_backward'? is not implemented/.test(there),
  },
  {
    reason:
      'of acosh_, asinh_ and atanh_ PyTorch has a node that refuses to run; here they have the gradient of acosh, asinh and atanh',
    holds: ({ kind, there }) =>
      (kind.endsWith('grad_fn') && /^A(cosh|sinh|tanh)Backward1$/.test(there)) || there.includes("'inplace version of"),
  },
  {
    reason: 'the second derivative of a norm where it is 0: NaN in PyTorch, 0 here',
    holds: ({ kind }, program) => kind === 'grad values: NaN there only' && has(program, 'dist', 'norm', 'vector_norm'),
  },
  {
    reason: 'numbers that no integer of 32 bits holds',
    holds: ({ kind, there }) =>
      kind.includes('values') && (/\d{10,}/.test(there) || there.includes('-2147483648')) && !/\d\.\d/.test(there),
  },
  {
    reason: 'running statistics in expanded memory are refused: each of their elements is written to',
    holds: ({ kind }, program) =>
      kind.includes('more than one element of the written-to') && has(program, 'batch_norm'),
  },
  {
    reason:
      'running statistics are changed in place, and count it: PyTorch changes them behind the back of its counter',
    holds: ({ kind, here }) => kind === 'version' && here.includes('running_'),
  },
  {
    reason: 'PyTorch 2 says this otherwise than 1.13',
    holds: ({ here, there }) => here.includes('prelu: Type promoting not supported') && there.includes('Found dtype'),
  },
  {
    reason:
      'PyTorch 1.13 gives a wrong gradient where the mask broadcasts a tensor that does not lie in a row, or the source is larger than the index',
    holds: ({ op, kind }, program) =>
      (kind.startsWith('grad ') || op === 'grad') && has(program, 'masked_select', 'scatter_reduce', 'scatter_reduce_'),
  },
  {
    reason: 'PyTorch calls view on the result of an op that does not lie in a row, and fails',
    holds: ({ there }, program) => there.includes('view size is not compatible') && has(program, 'kron', 'isin'),
  },
  {
    reason: 'a view of a tensor that requires a gradient says so in PyTorch even if it was made under inference_mode',
    holds: ({ at, kind }, { statements }) => kind === 'requires_grad' && statements[at]?.mode === 'inference_mode',
  },
  {
    reason: 'PyTorch reads memory that nothing was written to',
    holds: ({ kind, there }, program) => kind === 'values' && has(program, 'median') && /e-3\d\d/.test(there),
  },
  {
    reason: 'PyTorch fails where an op hands on no gradient at all; here it is zeros or null',
    holds: ({ there }) => there.includes('Expected a proper Tensor but got None'),
  },
  {
    reason: 'the norm that counts elements has no gradient in PyTorch: null; here it is zeros',
    holds: ({ op, kind }, program) => op === 'grad' && kind === 'kind' && has(program, 'norm', 'vector_norm', 'dist'),
  },
  {
    reason: 'VarBackward0 of PyTorch fails on empty tensors',
    holds: ({ there }) => there.includes('Function VarBackward0 returned an invalid gradient'),
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
    reason: 'JavaScript has one number type: options that are floats print as floats',
    holds: ({ op, kind }) => op.startsWith('layer.') && kind === 'plain',
  },
]

/** Why a disagreement is none, or `null`. */
export const explanation = (found: Disagreement, program: Program): string | null =>
  KNOWN.find(({ holds }) => holds(found, program))?.reason ?? null
