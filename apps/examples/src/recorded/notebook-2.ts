import type { Recorded } from './index.ts'

/**
 * What the cells of notebook 2 show. It was published without outputs: PyTorch 1.13.0a0 made these from
 * the same programs, by tools/record-notebook-2.py.
 */
export const notebook2: Recorded = {
  title: 'PyTorch Autograd',
  source: 'pulakeshpradhan/python, 03_pytorch_autograd.ipynb',
  outputs: {
    2: 'The gradient of y = x^2 at x = 3 is 6.',
    3: 'The gradient of z at x = 3 is -5.47.',
    4: 'x: tensor(3., requires_grad=True)\ny: tensor(9., grad_fn=<PowBackward0>)\nGradient (dy/dx): tensor(6.)',
    5: 'x: tensor(3., requires_grad=True)\ny: tensor(9., grad_fn=<PowBackward0>)\nz: tensor(0.4121, grad_fn=<SinBackward0>)\nGradient (dy/dx): tensor(-5.4668)',
    8: 'tensor(6.7012)',
    9: 'Manual Gradient of loss w.r.t weight (dw): 6.6918\nManual Gradient of loss w.r.t bias (db): 0.9988',
    11: 'tensor(6.7012, grad_fn=<NegBackward0>)',
    12: 'tensor(6.6918)\ntensor(0.9988)',
    13: 'tensor([1., 2., 3.], requires_grad=True)\ntensor(4.6667, grad_fn=<MeanBackward0>)',
    14: 'tensor([0.6667, 1.3333, 2.0000])',
    16: 'tensor(12.)\ntensor(0.)',
    17: 'z: 6.699999809265137\ny_pred: 0.998770534992218\nRequires Grad (z): False',
  },
}
