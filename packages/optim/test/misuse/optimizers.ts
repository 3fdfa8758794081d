/** A valid constructor of every optimizer and scheduler, and valid calls of their methods, under PyTorch's names. */
import * as torch from '@chainrule/core'
import * as optim from '@chainrule/optim'
import {
  argumentsOf,
  type Covered,
  classTarget,
  isCallable,
  methodTarget,
  type Row,
  type Target,
} from '../../../core/test/misuse/calls.ts'

const { lr_scheduler } = optim

/** Parameters with gradients. */
const params = (): torch.Tensor[] => {
  const p = torch.tensor([0.5, -1], { requires_grad: true })
  p.grad = torch.tensor([0.3, 0.4])
  return [p]
}
const closure = (): torch.Tensor => torch.tensor(1, { requires_grad: true })
const betas = { 'lr?': 0.1, 'betas?': [0.8, 0.9], 'eps?': 1e-3, 'weight_decay?': 0.1 }
const only = { '*maximize?': true, '*foreach?': null, '*differentiable?': false }

/** How each optimizer is made. */
export const optimizers: Readonly<Record<string, Row>> = {
  SGD: () => ({
    params: params(),
    'lr?': 0.1,
    'momentum?': 0.9,
    'dampening?': 0,
    'weight_decay?': 0.1,
    'nesterov?': false,
    ...only,
  }),
  Adam: () => ({ params: params(), ...betas, 'amsgrad?': true, ...only }),
  AdamW: () => ({ params: params(), ...betas, 'amsgrad?': true, ...only }),
  Adamax: () => ({ params: params(), ...betas, ...only }),
  NAdam: () => ({ params: params(), ...betas, 'momentum_decay?': 0.1, 'decoupled_weight_decay?': true, ...only }),
  RAdam: () => ({ params: params(), ...betas, 'decoupled_weight_decay?': true, ...only }),
  RMSprop: () => ({
    params: params(),
    'lr?': 0.1,
    'alpha?': 0.9,
    'eps?': 1e-3,
    'weight_decay?': 0.1,
    'momentum?': 0.9,
    'centered?': true,
    ...only,
  }),
  Adagrad: () => ({
    params: params(),
    'lr?': 0.1,
    'lr_decay?': 0.1,
    'weight_decay?': 0.1,
    'initial_accumulator_value?': 0.1,
    'eps?': 1e-3,
    ...only,
  }),
  Adadelta: () => ({ params: params(), 'lr?': 0.1, 'rho?': 0.8, 'eps?': 1e-3, 'weight_decay?': 0.1, ...only }),
  Rprop: () => ({ params: params(), 'lr?': 0.1, 'etas?': [0.4, 1.3], 'step_sizes?': [1e-5, 10], ...only }),
  ASGD: () => ({
    params: params(),
    'lr?': 0.1,
    'lambd?': 1e-3,
    'alpha?': 0.5,
    't0?': 10,
    'weight_decay?': 0.1,
    ...only,
  }),
  LBFGS: () => ({
    params: params(),
    'lr?': 0.1,
    'max_iter?': 3,
    'max_eval?': 4,
    'tolerance_grad?': 1e-3,
    'tolerance_change?': 1e-3,
    'history_size?': 3,
    'line_search_fn?': 'strong_wolfe',
  }),
}

const sgd = (): optim.SGD => new optim.SGD(params(), { lr: 0.1, momentum: 0.9 })
const last = { 'last_epoch?': -1 }

/** How each scheduler is made. */
export const schedulers: Readonly<Record<string, Row>> = {
  LambdaLR: () => ({ optimizer: sgd(), lr_lambda: (epoch: number) => 0.9 ** epoch, ...last }),
  MultiplicativeLR: () => ({ optimizer: sgd(), lr_lambda: () => 0.9, ...last }),
  StepLR: () => ({ optimizer: sgd(), step_size: 2, 'gamma?': 0.5, ...last }),
  MultiStepLR: () => ({ optimizer: sgd(), milestones: [1, 3], 'gamma?': 0.5, ...last }),
  ConstantLR: () => ({ optimizer: sgd(), 'factor?': 0.5, 'total_iters?': 2, ...last }),
  LinearLR: () => ({ optimizer: sgd(), 'start_factor?': 0.5, 'end_factor?': 0.9, 'total_iters?': 2, ...last }),
  ExponentialLR: () => ({ optimizer: sgd(), gamma: 0.5, ...last }),
  PolynomialLR: () => ({ optimizer: sgd(), 'total_iters?': 4, 'power?': 2, ...last }),
  CosineAnnealingLR: () => ({ optimizer: sgd(), T_max: 4, 'eta_min?': 0.01, ...last }),
  CosineAnnealingWarmRestarts: () => ({ optimizer: sgd(), T_0: 2, 'T_mult?': 2, 'eta_min?': 0.01, ...last }),
  CyclicLR: () => ({
    optimizer: sgd(),
    base_lr: 0.1,
    max_lr: 0.2,
    'step_size_up?': 2,
    'step_size_down?': 3,
    'mode?': 'triangular2',
    'gamma?': 0.9,
    'scale_fn?': null,
    'scale_mode?': 'cycle',
    'cycle_momentum?': true,
    'base_momentum?': 0.8,
    'max_momentum?': 0.9,
    ...last,
  }),
  OneCycleLR: () => ({
    optimizer: sgd(),
    max_lr: 0.2,
    'total_steps?': 10,
    'epochs!': 2,
    'steps_per_epoch!': 5,
    'pct_start?': 0.4,
    'anneal_strategy?': 'linear',
    'cycle_momentum?': true,
    'base_momentum?': 0.8,
    'max_momentum?': 0.9,
    'div_factor?': 10,
    'final_div_factor?': 100,
    'three_phase?': true,
    ...last,
  }),
  ReduceLROnPlateau: () => ({
    optimizer: sgd(),
    'mode?': 'max',
    'factor?': 0.5,
    'patience?': 2,
    'threshold?': 1e-3,
    'threshold_mode?': 'abs',
    'cooldown?': 1,
    'min_lr?': 0.01,
    'eps?': 1e-3,
  }),
  ChainedScheduler: () => ({ schedulers: [new lr_scheduler.ExponentialLR(sgd(), 0.9)] }),
  SequentialLR: () => {
    const optimizer = sgd()
    const parts = [new lr_scheduler.ConstantLR(optimizer), new lr_scheduler.ExponentialLR(optimizer, 0.9)]
    return { optimizer, schedulers: parts, milestones: [2], ...last }
  },
}

/** An object made by its valid call. */
function made(constructor: unknown, row: Row): object {
  const args = argumentsOf(row)
  const named = Object.fromEntries(args.filter(({ optional }) => optional).map(({ name, value }) => [name, value]))
  const inOrder = args.filter(({ optional }) => !optional).map(({ value }) => value)
  return new (constructor as new (...args: unknown[]) => object)(
    ...inOrder,
    ...(Object.keys(named).length > 0 ? [named] : []),
  )
}

const stateOf = (self: object): unknown => (self as { state_dict(): unknown }).state_dict()

/** The methods of an optimizer. */
function optimizerTargets(name: string, constructor: unknown, row: Row): Target[] {
  const self = () => ({ self: made(constructor, row) })
  const loaded = (): Record<string, unknown> => {
    const { self: optimizer } = self()
    return { self: optimizer, state_dict: stateOf(optimizer) }
  }
  const methods: Readonly<Record<string, Row>> = {
    step: () => ({ ...self(), ...(name === 'LBFGS' ? { closure } : { 'closure?': closure }) }),
    zero_grad: () => ({ ...self(), 'set_to_none?': false }),
    ...(name === 'LBFGS' ? {} : { add_param_group: () => ({ ...self(), param_group: { params: params(), lr: 0.2 } }) }),
    load_state_dict: loaded,
    state_dict: self,
    register_step_pre_hook: () => ({ ...self(), hook: () => undefined }),
    register_step_post_hook: () => ({ ...self(), hook: () => undefined }),
    toString: self,
  }
  return [
    classTarget('optim', name, constructor, row),
    ...Object.entries(methods).map(([method, call]) => methodTarget(`optim.${name}`, method, call)),
  ]
}

/** The methods of a scheduler. */
function schedulerTargets(name: string, constructor: unknown, row: Row): Target[] {
  const self = () => ({ self: made(constructor, row) })
  const isPlateau = name === 'ReduceLROnPlateau'
  const takesEpoch = name !== 'ChainedScheduler' && name !== 'SequentialLR'
  const methods: Readonly<Record<string, Row>> = {
    step: () => ({ ...self(), ...(isPlateau ? { metrics: 1, 'epoch?': 1 } : takesEpoch ? { 'epoch?': 1 } : {}) }),
    get_last_lr: self,
    state_dict: self,
    load_state_dict: () => {
      const { self: scheduler } = self()
      return { self: scheduler, state_dict: stateOf(scheduler) }
    },
  }
  return [
    classTarget('lr_scheduler', name, constructor, row),
    ...Object.entries(methods).map(([method, call]) => methodTarget(`lr_scheduler.${name}`, method, call)),
  ]
}

/** The classes of a namespace, those without a row missing. */
function covered(
  space: string,
  namespace: object,
  rows: Readonly<Record<string, Row>>,
  targets: (name: string, constructor: unknown, row: Row) => Target[],
  abstract: string,
): Covered {
  const classes = Object.entries(namespace).filter(([name, value]) => isCallable(value) && name !== abstract)
  return {
    targets: classes.flatMap(([name, value]) => (rows[name] === undefined ? [] : targets(name, value, rows[name]))),
    missing: classes.flatMap(([name]) => (rows[name] === undefined ? [`${space}.${name}`] : [])),
  }
}

const parts = [
  covered('optim', optim, optimizers, optimizerTargets, 'Optimizer'),
  covered('lr_scheduler', lr_scheduler, schedulers, schedulerTargets, 'LRScheduler'),
]

/** Everything of optim that can be called, and what of it no table calls. */
export const optimization: Covered = {
  targets: parts.flatMap(({ targets }) => targets),
  missing: parts.flatMap(({ missing }) => missing),
}
