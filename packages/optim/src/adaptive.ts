import { repr, ValueError } from '@chainrule/core'
import { Optimizer, type Params } from './optimizer.ts'
import { checking, constructorOf, type Implementation, optionsOf, type Positional } from './options.ts'
import { adadelta, adagrad, asgd, rmsprop, rprop } from './rules.ts'

interface AdaptiveOptions extends Pick<Implementation, 'foreach' | 'differentiable'> {
  /** The learning rate: 0.01 by default, 1 for Adadelta. */
  lr?: number
  /** Ascend instead. */
  maximize?: boolean
}

interface ScaledOptions extends AdaptiveOptions {
  /** Keeps the divisor from 0: 1e-8 by default, 1e-10 for Adagrad, 1e-6 for Adadelta. */
  eps?: number
  /** L2 penalty, 0 by default. */
  weight_decay?: number
}

const adaptive = { lr: 0.01, maximize: false, foreach: null, differentiable: false } as const
const scaled = { ...adaptive, eps: 1e-8, weight_decay: 0 } as const

/** The options of `RMSprop`. */
export interface RMSpropOptions extends ScaledOptions, Pick<Implementation, 'capturable'> {
  /** The share of the average of squares that stays, 0.99 by default. */
  alpha?: number
  /** The share of the buffer that stays, 0 by default: no buffer. */
  momentum?: number
  /** Divide by the standard deviation in place of the root of the mean square. */
  centered?: boolean
}

const rmspropInit = constructorOf('RMSprop', 'params', [
  'any lr',
  'any alpha',
  'any eps',
  'any weight_decay',
  'any momentum',
  'any centered',
  'any capturable',
  'any foreach',
  'any maximize',
  'any differentiable',
])

/**
 * RMSprop: steps divided by the root of a running mean of squared gradients.
 *
 * @throws ValueError where an option is out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.RMSprop.html
 */
export class RMSprop extends Optimizer<Required<RMSpropOptions>> {
  readonly rule = rmsprop

  constructor(options: RMSpropOptions & { readonly params: Params<Required<RMSpropOptions>> })
  constructor(params: Params<Required<RMSpropOptions>>, ...args: Positional<RMSpropOptions>)
  constructor(...args: readonly unknown[]) {
    const [params, options] = optionsOf<RMSpropOptions>(rmspropInit, args)
    const more = { alpha: 0.99, momentum: 0, centered: false, capturable: false }
    const usual: Required<RMSpropOptions> = { ...scaled, ...more }
    super(params, { ...usual, ...options }, checking('RMSprop', usual))
  }
}

/** The options of `Adagrad`. */
export interface AdagradOptions extends ScaledOptions, Pick<Implementation, 'fused'> {
  /** The learning rate at step t is `lr / (1 + (t - 1) · lr_decay)`. */
  lr_decay?: number
  /** What the sum of squares starts from, 0 by default. */
  initial_accumulator_value?: number
}

const adagradInit = constructorOf('Adagrad', 'params', [
  'any lr',
  'any lr_decay',
  'any weight_decay',
  'any initial_accumulator_value',
  'any eps',
  'any foreach',
  '*',
  'any maximize',
  'any differentiable',
  'any fused',
])

/**
 * Adagrad: steps divided by the root of the sum of squared gradients.
 *
 * @throws ValueError where an option is out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Adagrad.html
 */
export class Adagrad extends Optimizer<Required<AdagradOptions>> {
  readonly rule = adagrad

  constructor(options: AdagradOptions & { readonly params: Params<Required<AdagradOptions>> })
  constructor(params: Params<Required<AdagradOptions>>, ...args: Positional<AdagradOptions>)
  constructor(...args: readonly unknown[]) {
    const [params, options] = optionsOf<AdagradOptions>(adagradInit, args)
    const more = { eps: 1e-10, lr_decay: 0, initial_accumulator_value: 0, fused: null }
    const usual: Required<AdagradOptions> = { ...scaled, ...more }
    super(params, { ...usual, ...options }, checking('Adagrad', usual))
  }
}

/** The options of `Adadelta`. */
export interface AdadeltaOptions extends ScaledOptions, Pick<Implementation, 'capturable'> {
  /** The share of the averages that stays, 0.9 by default. */
  rho?: number
}

const adadeltaInit = constructorOf('Adadelta', 'params', [
  'any lr',
  'any rho',
  'any eps',
  'any weight_decay',
  'any foreach',
  '*',
  'any capturable',
  'any maximize',
  'any differentiable',
])

/**
 * Adadelta: steps in the units of the parameter, without a learning rate to choose.
 *
 * @throws ValueError where an option is out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Adadelta.html
 */
export class Adadelta extends Optimizer<Required<AdadeltaOptions>> {
  readonly rule = adadelta

  constructor(options: AdadeltaOptions & { readonly params: Params<Required<AdadeltaOptions>> })
  constructor(params: Params<Required<AdadeltaOptions>>, ...args: Positional<AdadeltaOptions>)
  constructor(...args: readonly unknown[]) {
    const [params, options] = optionsOf<AdadeltaOptions>(adadeltaInit, args)
    const more = { lr: 1, rho: 0.9, eps: 1e-6, capturable: false }
    const usual: Required<AdadeltaOptions> = { ...scaled, ...more }
    super(params, { ...usual, ...options }, checking('Adadelta', usual))
  }
}

/** The options of `Rprop`. */
export interface RpropOptions extends AdaptiveOptions, Pick<Implementation, 'capturable'> {
  /** Factors by which a step shrinks and grows, [0.5, 1.2] by default. */
  etas?: readonly [number, number]
  /** The smallest and the largest step, [1e-6, 50] by default. */
  step_sizes?: readonly [number, number]
}

const rpropInit = constructorOf('Rprop', 'params', [
  'any lr',
  'any etas',
  'any step_sizes',
  '*',
  'any capturable',
  'any foreach',
  'any maximize',
  'any differentiable',
])

/**
 * Rprop: steps by the sign of the gradient alone; for full batches.
 *
 * @throws ValueError where an option is out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Rprop.html
 */
export class Rprop extends Optimizer<Required<RpropOptions>> {
  readonly rule = rprop

  constructor(options: RpropOptions & { readonly params: Params<Required<RpropOptions>> })
  constructor(params: Params<Required<RpropOptions>>, ...args: Positional<RpropOptions>)
  constructor(...args: readonly unknown[]) {
    const [params, options] = optionsOf<RpropOptions>(rpropInit, args)
    const more = { etas: [0.5, 1.2], step_sizes: [1e-6, 50], capturable: false } as const
    const usual: Required<RpropOptions> = { ...adaptive, ...more }
    const check = checking<Required<RpropOptions>>('Rprop', usual, ({ etas: [shrink, grow] }) => {
      if (shrink > 0 && shrink < 1 && grow > 1) return
      throw new ValueError(`Invalid eta values: ${repr(shrink)}, ${repr(grow)}`)
    })
    super(params, { ...usual, ...options }, check)
  }
}

/** The options of `ASGD`. */
export interface ASGDOptions extends AdaptiveOptions, Pick<Implementation, 'capturable'> {
  /** The decay of the parameter and of the learning rate, 1e-4 by default. */
  lambd?: number
  /** The power by which the learning rate falls, 0.75 by default. */
  alpha?: number
  /** The step from which on the parameters are averaged, 1e6 by default. */
  t0?: number
  /** L2 penalty, 0 by default. */
  weight_decay?: number
}

const asgdInit = constructorOf('ASGD', 'params', [
  'any lr',
  'any lambd',
  'any alpha',
  'any t0',
  'any weight_decay',
  'any foreach',
  'any maximize',
  'any differentiable',
  'any capturable',
])

/**
 * Averaged SGD: steps with a falling learning rate, and in the state `ax` of each parameter the average of what it was.
 *
 * @throws ValueError where an option is out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.ASGD.html
 */
export class ASGD extends Optimizer<Required<ASGDOptions>> {
  readonly rule = asgd

  constructor(options: ASGDOptions & { readonly params: Params<Required<ASGDOptions>> })
  constructor(params: Params<Required<ASGDOptions>>, ...args: Positional<ASGDOptions>)
  constructor(...args: readonly unknown[]) {
    const [params, options] = optionsOf<ASGDOptions>(asgdInit, args)
    const more = { lambd: 1e-4, alpha: 0.75, t0: 1e6, weight_decay: 0, capturable: false }
    const usual: Required<ASGDOptions> = { ...adaptive, ...more }
    super(params, { ...usual, ...options }, checking('ASGD', usual))
  }

  protected override get floats(): readonly string[] {
    return ['lr', 't0']
  }
}
