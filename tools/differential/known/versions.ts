// What PyTorch 1.13 says otherwise than PyTorch 2, which we follow, and PyTorch's own faults.

import { has, type Known } from './known.ts'

/** Names of nodes: here, as in PyTorch 2, and in 1.13. */
const NODES: readonly (readonly [string, RegExp])[] = [
  ['ViewBackward0', /^(ReshapeAlias|UnsafeView|IndexSelect|Add)Backward0$/],
  ['LinalgVectorNormBackward0', /^NormBackward[01]$/],
  ['SqueezeBackward3', /^SqueezeBackward2$/],
  ['SqueezeBackward4', /^SqueezeBackward3$/],
  ['UpsampleNearest1DBackward0', /^UpsampleNearest1DBackward1$/],
  ['DiagonalBackward0_copy', /^DiagBackward0$/],
  ['DiagEmbedBackward0', /^DiagBackward0$/],
  ['PreluKernelBackward0', /^PreluBackward0$/],
  ['ChannelShuffleBackward0', /^ViewBackward0$/],
]

export const versions: readonly Known[] = [
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
    reason: 'channel_shuffle has a derivative in PyTorch 2',
    holds: ({ there }) => there.includes('derivative for channel_shuffle is not implemented'),
  },
  {
    reason: 'cummax and cummin of PyTorch do not look at the dimension that a lone number is given',
    holds: ({ kind }, program) =>
      kind.startsWith('error here only: Dimension out of range') && has(program, 'cummax', 'cummin'),
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
    reason: "isin of PyTorch 1.13 calls view on tensors that do not lie in a row; PyTorch 2's does not",
    holds: ({ op, there }) => op === 'torch.isin' && there.includes('view size is not compatible'),
  },
  {
    reason: 'PyTorch 2 says this otherwise than 1.13',
    holds: ({ here, there }) => here.includes('prelu: Type promoting not supported') && there.includes('Found dtype'),
  },
  {
    reason: 'PyTorch 2 pads images without a batch from the other end too',
    holds: ({ there }, program) => there.includes('Invalid padding size') && has(program, 'pad'),
  },
  {
    reason:
      'PyTorch 1.13 gives a wrong gradient where the mask broadcasts a tensor that does not lie in a row, or the source is larger than the index',
    holds: ({ op, kind }, program) =>
      /(^grad |^)values$/.test(kind) &&
      (kind.startsWith('grad ') || op === 'grad') &&
      has(program, 'masked_select', 'scatter_reduce', 'scatter_reduce_') &&
      has(program, 'transpose', 'expand', 'index', 'narrow', 'scatter_reduce', 'scatter_reduce_'),
  },
  {
    reason: 'PyTorch calls view on the result of an op that does not lie in a row, and fails',
    holds: ({ there }, program) => there.includes('view size is not compatible') && has(program, 'kron', 'isin'),
  },
  {
    reason: 'median of PyTorch reads memory that is not its own where the tensor is an expanded or a stepped one',
    holds: ({ kind, there }, program) =>
      kind === 'values' && has(program, 'median', 'nanmedian') && (/e-3\d\d/.test(there) || has(program, 'expand')),
  },
  {
    reason: 'VarBackward0 of PyTorch fails on empty tensors',
    holds: ({ there }) => there.includes('Function VarBackward0 returned an invalid gradient'),
  },
  {
    reason: 'the gradient of group_norm without a weight fails in PyTorch with an error of its own inside',
    holds: ({ there }, program) =>
      there.includes('tensor does not have a device') && has(program, 'group_norm', 'GroupNorm'),
  },
  {
    reason: "PyTorch's gradient of the trace of a tall matrix goes on below the diagonal's end",
    holds: ({ kind }, program) => kind.endsWith('grad values') && has(program, 'trace'),
  },
  {
    reason: 'PyTorch prints a NaN with the sign that it happens to have',
    holds: ({ there }) => there.includes('-nan'),
  },
]
