// What is recorded otherwise than in PyTorch.

import { has, hasLike, type Known, ofGradients } from './known.ts'

/** Whether a value, as JSON, is of zeros alone. */
const isZero = (text: string): boolean => /"values":\[(0|"-0"|,)*\]/.test(text)

export const graph: readonly Known[] = [
  {
    reason: 'gradients of gradients are computed by ops of our own, whose nodes have other names',
    holds: (found, program) => ofGradients(found, program) && /grad_fn|is_view/.test(found.kind),
  },
  {
    reason:
      'whether the gradient of a linear op requires a gradient itself: it does not depend on the input, and PyTorch says so or not',
    holds: (found, program) => ofGradients(found, program) && /requires_grad|is_leaf/.test(found.kind),
  },
  {
    reason: 'PyTorch adds the second gradient into memory that the first one shares with the gradient that was given',
    holds: ({ kind }, { statements }) =>
      kind === 'afterwards values' && statements.filter(({ op }) => op === 'backward' || op === 'grad').length > 1,
  },
  {
    reason: 'what PyTorch refuses to differentiate a second time has a second derivative here',
    holds: ({ there }) => /derivative for '?(aten::)?\w+_backward'? is not implemented/.test(there),
  },
  {
    reason:
      'of acosh_, asinh_ and atanh_ PyTorch has a node that refuses to run; here they have the gradient of acosh, asinh and atanh',
    holds: ({ kind, there }, program) =>
      (kind.endsWith('grad_fn') && /^A(cosh|sinh|tanh)Backward1$/.test(there)) ||
      there.includes("'inplace version of") ||
      (/grad|NotRun/.test(`${kind}${there}`) && hasLike(program, /^(arc|a)(cosh|sinh|tanh)_$/)),
  },
  {
    reason:
      'a view of a tensor that requires a gradient says so in PyTorch even if it was made where no gradients are recorded, against its documentation',
    holds: ({ at, kind }, { statements }) => kind === 'requires_grad' && statements[at]?.mode !== undefined,
  },
  {
    reason: 'PyTorch fails where an op hands on no gradient at all; here it is zeros or null',
    holds: ({ there }) => there.includes('Expected a proper Tensor but got None'),
  },
  {
    reason:
      'a gradient that is zero whatever the numbers are: zeros here; PyTorch leaves it undefined where an op says so',
    holds: ({ op, kind, here, there }) =>
      (kind === 'grad: missing' || (op === 'grad' && kind === 'kind')) && there.includes('null') && isZero(here),
  },
  {
    reason: 'a gradient of what no gradient depends on: zeros in PyTorch, null here',
    holds: ({ kind, here, there }) => kind === 'grad: missing' && here.endsWith('null') && isZero(there),
  },
  {
    reason:
      'a hook or retain_grad on a result sees the gradient of a gradient only where the first one was computed from that result and not from the inputs',
    holds: ({ kind }, program) =>
      kind.endsWith('grad values') && has(program, 'hook', 'retain_grad') && hasGraph(program.statements),
  },
  {
    reason:
      'both parts of std_mean and var_mean are one node in PyTorch, which frees what it keeps; the mean keeps nothing here',
    holds: ({ there }, program) =>
      there.includes('Trying to backward through the graph a second time') && has(program, 'std_mean', 'var_mean'),
  },
  {
    reason:
      'an op in place keeps what it was given, where PyTorch keeps the result: what changes the result later is refused there only',
    holds: ({ there }, program) =>
      there.includes('modified by an inplace operation') &&
      hasLike(program, /^(elu|celu|selu|leaky_relu|rrelu|hardsigmoid)_?$|^cum(prod|sum)_$|^vander$/),
  },
  {
    reason: 'the last step of a layer that PyTorch computes in one kernel of another library',
    holds: ({ kind, there }) => kind.endsWith('grad_fn') && there.startsWith('Mkldnn'),
  },
  {
    reason: 'views of whole numbers and truth values are not known as views here: nothing hangs on it',
    holds: ({ here, there }) => there.includes("Can't detach views in-place") && !here.includes('"float'),
  },
]

const hasGraph = (statements: readonly { readonly op: string; readonly kwargs?: object }[]): boolean =>
  statements.some(({ op, kwargs }) => op === 'grad' && kwargs !== undefined && 'create_graph' in kwargs)
