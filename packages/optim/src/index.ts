/**
 * Optimizers, under PyTorch's names.
 *
 * @example
 * const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 })
 */
export {
  Adam,
  Adamax,
  type AdamaxOptions,
  type AdamOptions,
  AdamW,
  type AdamWOptions,
  NAdam,
  type NAdamOptions,
  RAdam,
  type RAdamOptions,
} from './adam.ts'
export {
  Adadelta,
  type AdadeltaOptions,
  Adagrad,
  type AdagradOptions,
  ASGD,
  type ASGDOptions,
  RMSprop,
  type RMSpropOptions,
  Rprop,
  type RpropOptions,
} from './adaptive.ts'
export { LBFGS, type LBFGSOptions } from './lbfgs.ts'
export * as lr_scheduler from './lr_scheduler/index.ts'
// An optimizer of one's own
export {
  type GroupOptions,
  Optimizer,
  type OptimizerStateDict,
  type ParamGroup,
  type Params,
  type StepPostHook,
  type StepPreHook,
} from './optimizer.ts'
export type { ParamState, Rule, StateValue } from './rule.ts'
export { SGD, type SGDOptions } from './sgd.ts'
