/** `torch.autograd`: gradients by hand, functions of one's own, and checks. */

export { GradcheckError } from '../errors.ts'
export { borrow_grad } from './accumulate.ts'
export { type BackwardOptions, backward, type Gradients, type GradOptions, grad } from './backward.ts'
export { Function, FunctionContext } from './function.ts'
export { gradcheck, gradgradcheck } from './gradcheck.ts'
export { detect_anomaly, is_anomaly_enabled, set_detect_anomaly, set_grad_enabled } from './modes.ts'
export { type GradientHook, Node, type RemovableHandle } from './node.ts'
