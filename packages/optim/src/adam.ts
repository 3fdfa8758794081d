import { Optimizer, type Params } from './optimizer.ts'
import { checking, constructorOf, type Implementation, optionsOf, type Positional } from './options.ts'
import { adam, adamax, nadam, radam } from './rules.ts'

/** What all members of Adam's family take. */
interface MomentOptions extends Pick<Implementation, 'foreach' | 'differentiable' | 'capturable'> {
  /** The learning rate: 1e-3 by default, 2e-3 for Adamax and NAdam. */
  lr?: number
  /** The shares of the averages of gradients and of their squares that stay, [0.9, 0.999] by default. */
  betas?: readonly [number, number]
  /** Keeps the divisor from 0, 1e-8 by default. */
  eps?: number
  /** 0 by default; 0.01 for AdamW. */
  weight_decay?: number
  /** Ascend instead. */
  maximize?: boolean
}

/** The options of `AdamW`. */
export interface AdamWOptions extends MomentOptions, Pick<Implementation, 'fused'> {
  /** Divide by the largest average of squares so far. */
  amsgrad?: boolean
}

/** The options of `Adam`. */
export interface AdamOptions extends AdamWOptions {
  /** Shrink the parameter itself, as AdamW, in place of an L2 penalty. */
  decoupled_weight_decay?: boolean
}

const moments = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weight_decay: 0,
  maximize: false,
  foreach: null,
  capturable: false,
  differentiable: false,
} as const satisfies Required<MomentOptions>

const adamInit = constructorOf('Adam', 'params', [
  'any lr',
  'any betas',
  'any eps',
  'any weight_decay',
  'any amsgrad',
  '*',
  'any maximize',
  'any foreach',
  'any capturable',
  'any differentiable',
  'any fused',
  'any decoupled_weight_decay',
])

/**
 * Adam: steps scaled by running averages of the gradient and of its square.
 *
 * @throws ValueError where an option is out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Adam.html
 */
export class Adam extends Optimizer<Required<AdamOptions>> {
  readonly rule = adam

  constructor(options: AdamOptions & { readonly params: Params<Required<AdamOptions>> })
  constructor(params: Params<Required<AdamOptions>>, ...args: Positional<AdamOptions>)
  constructor(...args: readonly unknown[]) {
    const [params, options] = optionsOf<AdamOptions>(adamInit, args)
    const more = { amsgrad: false, fused: null, decoupled_weight_decay: false }
    const usual: Required<AdamOptions> = { ...moments, ...more }
    super(params, { ...usual, ...options }, checking('Adam', usual))
  }
}

const adamWInit = constructorOf('AdamW', 'params', [
  'any lr',
  'any betas',
  'any eps',
  'any weight_decay',
  'any amsgrad',
  '*',
  'any maximize',
  'any foreach',
  'any capturable',
  'any differentiable',
  'any fused',
])

/**
 * Adam with weight decay that does not pass through its averages.
 *
 * @throws ValueError where an option is out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html
 */
export class AdamW extends Adam {
  constructor(options: AdamOptions & { readonly params: Params<Required<AdamOptions>> })
  constructor(params: Params<Required<AdamOptions>>, ...args: Positional<AdamOptions>)
  constructor(...args: readonly unknown[]) {
    const [params, options] = optionsOf<AdamWOptions>(adamWInit, args)
    super(params, { weight_decay: 0.01, ...options, decoupled_weight_decay: true })
  }
}

/** The options of `Adamax`. */
export interface AdamaxOptions extends MomentOptions {}

const adamaxInit = constructorOf('Adamax', 'params', [
  'any lr',
  'any betas',
  'any eps',
  'any weight_decay',
  '*',
  'any maximize',
  'any foreach',
  'any capturable',
  'any differentiable',
])

/**
 * Adam with the largest gradient so far, fading, as its divisor.
 *
 * @throws ValueError where an option is out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Adamax.html
 */
export class Adamax extends Optimizer<Required<AdamaxOptions>> {
  readonly rule = adamax

  constructor(options: AdamaxOptions & { readonly params: Params<Required<AdamaxOptions>> })
  constructor(params: Params<Required<AdamaxOptions>>, ...args: Positional<AdamaxOptions>)
  constructor(...args: readonly unknown[]) {
    const [params, options] = optionsOf<AdamaxOptions>(adamaxInit, args)
    const usual: Required<AdamaxOptions> = { ...moments, lr: 2e-3 }
    super(params, { ...usual, ...options }, checking('Adamax', usual))
  }
}

/** The options of `RAdam`. */
export interface RAdamOptions extends MomentOptions {
  /** Shrink the parameter itself, as AdamW, in place of an L2 penalty. */
  decoupled_weight_decay?: boolean
}

/** The options of `NAdam`. */
export interface NAdamOptions extends RAdamOptions {
  /** How fast the momentum grows towards `betas[0]`, 4e-3 by default. */
  momentum_decay?: number
}

const nadamInit = constructorOf('NAdam', 'params', [
  'any lr',
  'any betas',
  'any eps',
  'any weight_decay',
  'any momentum_decay',
  'any decoupled_weight_decay',
  '*',
  'any maximize',
  'any foreach',
  'any capturable',
  'any differentiable',
])

/**
 * Adam with Nesterov momentum.
 *
 * @throws ValueError where an option is out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.NAdam.html
 */
export class NAdam extends Optimizer<Required<NAdamOptions>> {
  readonly rule = nadam

  constructor(options: NAdamOptions & { readonly params: Params<Required<NAdamOptions>> })
  constructor(params: Params<Required<NAdamOptions>>, ...args: Positional<NAdamOptions>)
  constructor(...args: readonly unknown[]) {
    const [params, options] = optionsOf<NAdamOptions>(nadamInit, args)
    const more = { lr: 2e-3, momentum_decay: 4e-3, decoupled_weight_decay: false }
    const usual: Required<NAdamOptions> = { ...moments, ...more }
    super(params, { ...usual, ...options }, checking('NAdam', usual))
  }
}

const radamInit = constructorOf('RAdam', 'params', [
  'any lr',
  'any betas',
  'any eps',
  'any weight_decay',
  'any decoupled_weight_decay',
  '*',
  'any maximize',
  'any foreach',
  'any capturable',
  'any differentiable',
])

/**
 * Adam that divides by its second average only once that is reliable.
 *
 * @throws ValueError where an option is out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.RAdam.html
 */
export class RAdam extends Optimizer<Required<RAdamOptions>> {
  readonly rule = radam

  constructor(options: RAdamOptions & { readonly params: Params<Required<RAdamOptions>> })
  constructor(params: Params<Required<RAdamOptions>>, ...args: Positional<RAdamOptions>)
  constructor(...args: readonly unknown[]) {
    const [params, options] = optionsOf<RAdamOptions>(radamInit, args)
    const usual: Required<RAdamOptions> = { ...moments, decoupled_weight_decay: false }
    super(params, { ...usual, ...options }, checking('RAdam', usual))
  }
}
