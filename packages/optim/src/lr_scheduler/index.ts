/** `optim.lr_scheduler`: learning rates that change as training goes on. */
export { ChainedScheduler } from './chained.ts'
export {
  CosineAnnealingLR,
  type CosineAnnealingLROptions,
  CosineAnnealingWarmRestarts,
  type CosineAnnealingWarmRestartsOptions,
} from './cosine.ts'
export { CyclicLR, type CyclicLROptions } from './cyclic.ts'
export {
  ConstantLR,
  type ConstantLROptions,
  ExponentialLR,
  type ExponentialLROptions,
  LambdaLR,
  type LambdaLROptions,
  LinearLR,
  type LinearLROptions,
  MultiplicativeLR,
  MultiStepLR,
  type MultiStepLROptions,
  PolynomialLR,
  type PolynomialLROptions,
  StepLR,
  type StepLROptions,
} from './factors.ts'
export { OneCycleLR, type OneCycleLROptions } from './onecycle.ts'
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from './plateau.ts'
export { LRScheduler, type Scheduler, type SchedulerOptions, type SchedulerStateDict } from './scheduler.ts'
export { SequentialLR, type SequentialLROptions } from './sequential.ts'
