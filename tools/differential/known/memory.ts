// How results lie in memory, and how often that has changed.

import { has, hasLike, type Known } from './known.ts'

export const memory: readonly Known[] = [
  {
    reason: 'what LAPACK computes lies in column-major order in PyTorch',
    holds: ({ kind }, program) =>
      kind.endsWith('strides') &&
      has(program, 'inv', 'inverse', 'solve', 'cholesky', 'matrix_power', 'det', 'logdet', 'slogdet'),
  },
  {
    reason:
      'results of windows lie row by row here; PyTorch keeps the order of an input whose channels lie innermost, or goes by another number of directions',
    holds: ({ kind }, program) =>
      kind.endsWith('strides') &&
      hasLike(program, /pool|^conv|interpolate|upsample|^Conv|Pool|Upsample|^pad$|Pad|fold|[uU]nfold|grid_sample/),
  },
  {
    reason:
      'where operands lie in memory in different orders, a result follows the first of them; PyTorch, which composes the function of others, may follow another one, or lay it out anew',
    holds: ({ kind }, program) =>
      kind.endsWith('strides') &&
      hasLike(
        program,
        /_loss$|Loss$|^kl_div$|^binary_cross_entropy|^masked_scatter|^put|^(std|var)_mean$|prelu|bilinear|^renorm|einsum|quantile|^cdist$|^tensordot|^normalize$|^lerp|^addc|^where$|^index_|^scatter|^gather|^take|^flip|^roll|^cum|^logcumsumexp|^sort|^topk|_norm$|Norm/,
      ),
  },
  {
    reason: 'running statistics in expanded memory are refused: each of their elements is written to',
    holds: ({ kind }, program) =>
      kind.includes('more than one element of the written-to') && has(program, 'batch_norm'),
  },
  {
    reason:
      'writes into expanded memory are refused throughout; PyTorch warns of those of masked_fill_ and others that it deprecates',
    holds: ({ here, there }, program) =>
      here.includes('more than one element of the written-to') &&
      there.includes('"values"') &&
      has(program, 'masked_fill_', 'index_fill_', 'index_put_', 'setindex', 'put_', 'scatter_', 'masked_scatter_'),
  },
  {
    reason:
      'running statistics are changed in place, and count it: PyTorch changes them behind the back of its counter',
    holds: ({ kind, here }, program) =>
      kind === 'version' && (here.includes('running_') || has(program, 'batch_norm', 'instance_norm')),
  },
  {
    reason: 'a batch that a layer refuses is not counted here: errors come before anything changes',
    holds: ({ kind, here }) => kind === 'afterwards values' && here.includes('num_batches_tracked'),
  },
  {
    reason:
      'tensors that were made under inference_mode count no changes; PyTorch counts those of what it takes from elsewhere',
    holds: ({ kind }, { statements }) => kind === 'version' && statements.some(({ mode }) => mode === 'inference_mode'),
  },
]
