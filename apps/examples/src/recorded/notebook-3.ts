import type { Recorded } from './index.ts'

/** What the cells of notebook 3 showed. */
export const notebook3: Recorded = {
  title: 'Errors first, then x², sin(x²), a perceptron',
  outputs: {
    5: 'RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn',
    30: 'tensor(1.)',
    32: 'tensor(5., requires_grad=True)',
    34: 'tensor(25., grad_fn=<PowBackward0>)',
    37: 'tensor(10.)',
    39: 'tensor(2., requires_grad=True)',
    41: 'tensor(4., grad_fn=<PowBackward0>)',
    42: 'tensor(-0.7568, grad_fn=<SinBackward0>)',
    44: 'tensor(-2.6146)',
    51: 'tensor(1., requires_grad=True)',
    52: 'tensor(3.5000, grad_fn=<AddBackward0>)',
    53: 'tensor(0.9707, grad_fn=<SigmoidBackward0>)',
    56: 'tensor(3.5297, grad_fn=<NegBackward0>)',
    59: 'tensor(3.3974)',
    60: 'tensor(0.9707)',
    64: 'tensor([2., 3., 5.], requires_grad=True)',
    69: 'tensor(12.6667, grad_fn=<MeanBackward0>)',
    71: 'tensor([1.3333, 2.0000, 3.3333])',
    89: 'tensor(2., requires_grad=True)',
    98: 'tensor(4., grad_fn=<PowBackward0>)',
    100: 'tensor(4.)',
    102: 'tensor(0.)',
  },
}
