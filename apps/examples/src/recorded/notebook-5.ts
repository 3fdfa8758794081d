import type { Recorded } from './index.ts'

/** What the cells of notebook 5 showed. */
export const notebook5: Recorded = {
  title: 'Gradients by hand and by autograd',
  source: 'iamisha/Pytorch, pytorch_autograd.ipynb',
  outputs: {
    2: '4',
    4: '-5.466781571308061',
    8: 'tensor(3., requires_grad=True)',
    9: 'tensor(9., grad_fn=<PowBackward0>)',
    10: 'tensor(6.)',
    14: 'tensor(3., requires_grad=True)',
    15: 'tensor(9., grad_fn=<PowBackward0>)',
    16: 'tensor(0.4121, grad_fn=<SinBackward0>)',
    18: 'tensor(-5.4668)',
    22: 'tensor(6.7012)',
    24: 'Manual Gradient of loss w.r.t weight (dw): 6.691762447357178\nManual Gradient of loss w.r.t bias (db): 0.998770534992218',
  },
}
