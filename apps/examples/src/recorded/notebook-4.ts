import type { Recorded } from './index.ts'

/**
 * What the cells of notebook 4 showed. The two empty ones are there for what they did not raise; those named in words are quoted
 * by the notebook, in comments and strings, for what a cell would show if it were written otherwise.
 */
export const notebook4: Recorded = {
  title: 'Vectors, retain_graph, accumulation, SGD',
  outputs: {
    2: 'tensor([-0.0197,  0.9841, -0.2759], requires_grad=True)',
    4: 'tensor([1.9803, 2.9841, 1.7241], grad_fn=<AddBackward0>)',
    5: 'tensor([ 7.8434, 17.8091,  5.9450], grad_fn=<MulBackward0>)',
    6: 'tensor(10.5325, grad_fn=<MeanBackward0>)',
    7: 'tensor([2.6404, 3.9787, 2.2988])',
    8: 'tensor([ 7.8434, 17.8091,  5.9450], grad_fn=<MulBackward0>)',
    9: '',
    10: 'tensor([-0.0197,  0.9841, -0.2759], requires_grad=True)',
    12: 'tensor([-0.0197,  0.9841, -0.2759])',
    13: 'tensor([1.9803, 2.9841, 1.7241], grad_fn=<AddBackward0>)',
    14: 'tensor([1.9803, 2.9841, 1.7241])',
    15: 'tensor([3., 3., 3., 3.])\ntensor([3., 3., 3., 3.])\ntensor([3., 3., 3., 3.])\ntensor([3., 3., 3., 3.])\ntensor([3., 3., 3., 3.])',
    16: '',
    17: 'Gradients w.r.t. weights (w): tensor([ -7.4605, -14.9209, -22.3814])\nGradient w.r.t. bias (b): tensor([-7.4605])',
    '9, without v': 'RuntimeError: grad can be implicitly created only for scalar outputs',
    '9, without retain_graph':
      'RuntimeError: Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors after calling backward.',
    '11, commented out': 'tensor([-0.9846, -0.4701, -0.7996])',
    '15, without zero_':
      'tensor([3., 3., 3., 3.])\ntensor([6., 6., 6., 6.])\ntensor([9., 9., 9., 9.])\ntensor([12., 12., 12., 12.])\ntensor([15., 15., 15., 15.])',
  },
}
