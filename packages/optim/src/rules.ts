/**
 * The update formulas, as their papers write them: `p` is the parameter, `g` its gradient, `m` and `v` its first and
 * second moments. `fresh` is the share of what is new in an average, `1 - beta`, computed in float64.
 */
import { type ParamState, type Rule, remembered } from './rule.ts'

interface Gradient {
  readonly maximize: boolean
  readonly weight_decay: number
}

/** The gradient that is descended: turned round to maximise, with the gradient of `weight_decay / 2 · p²` added. */
const gradient = ({ maximize, weight_decay }: Gradient, p = 'p'): string =>
  `(${maximize ? '-g' : 'g'}${weight_decay === 0 ? '' : ` + weight_decay * ${p}`})`

export interface SGDRule extends Gradient {
  readonly lr: number
  readonly momentum: number
  readonly dampening: number
  readonly nesterov: boolean
}

/**
 * Gradient descent, with momentum and Nesterov's form of it as PyTorch defines them: the learning rate is not part of the
 * buffer, which starts as the first gradient. Sutskever et al. 2013, https://proceedings.mlr.press/v28/sutskever13.html
 */
export const sgd: Rule<SGDRule> = {
  keeps: { m: 'momentum_buffer' },
  counts: false,
  formulas: (o) => {
    const g = gradient(o)
    if (o.momentum === 0) return { p: `p - lr * ${g}` }
    return { m: `momentum * m + fresh * ${g}`, p: o.nesterov ? `p - lr * (${g} + momentum * m)` : 'p - lr * m' }
  },
  numbers: ({ dampening }, _, state) => ({ fresh: 'momentum_buffer' in state ? 1 - dampening : 1 }),
}

export interface AdamRule extends Gradient {
  readonly lr: number
  readonly betas: readonly [number, number]
  readonly eps: number
  readonly amsgrad: boolean
  readonly decoupled_weight_decay: boolean
}

/**
 * Adam: Kingma and Ba 2015, https://arxiv.org/abs/1412.6980; AMSGrad: Reddi et al. 2018,
 * https://openreview.net/forum?id=ryQu7f-RZ; AdamW: Loshchilov and Hutter 2019, https://arxiv.org/abs/1711.05101
 */
export const adam: Rule<AdamRule> = {
  keeps: { m: 'exp_avg', v: 'exp_avg_sq', u: 'max_exp_avg_sq' },
  formulas: (o) => {
    const decoupled = o.decoupled_weight_decay && o.weight_decay !== 0
    const g = gradient(decoupled ? { ...o, weight_decay: 0 } : o)
    return {
      m: `beta1 * m + fresh1 * ${g}`,
      v: `beta2 * v + fresh2 * ${g} * ${g}`,
      ...(o.amsgrad ? { u: 'max(u, v)' } : {}),
      p: `${decoupled ? 'p * decay' : 'p'} - lr1 * m / (sqrt(${o.amsgrad ? 'u' : 'v'}) / root2 + eps)`,
    }
  },
  numbers: ({ lr, betas, weight_decay }, t) => ({
    ...moments(betas),
    lr1: lr / (1 - betas[0] ** t),
    root2: Math.sqrt(1 - betas[1] ** t),
    decay: 1 - lr * weight_decay,
  }),
}

const moments = ([beta1, beta2]: readonly [number, number]) => ({ beta1, beta2, fresh1: 1 - beta1, fresh2: 1 - beta2 })

export interface RMSpropRule extends Gradient {
  readonly lr: number
  readonly alpha: number
  readonly eps: number
  readonly momentum: number
  readonly centered: boolean
}

/** RMSprop: Hinton 2012, lecture 6; centered: Graves 2013, https://arxiv.org/abs/1308.0850. `eps` is outside of the root. */
export const rmsprop: Rule<RMSpropRule> = {
  keeps: { v: 'square_avg', m: 'momentum_buffer', c: 'grad_avg' },
  formulas: (o) => {
    const g = gradient(o)
    const scaled = `${g} / (sqrt(${o.centered ? 'v - c * c' : 'v'}) + eps)`
    return {
      v: `alpha * v + fresh * ${g} * ${g}`,
      ...(o.centered ? { c: `alpha * c + fresh * ${g}` } : {}),
      ...(o.momentum > 0 ? { m: `momentum * m + ${scaled}`, p: 'p - lr * m' } : { p: `p - lr * ${scaled}` }),
    }
  },
  numbers: ({ alpha }) => ({ fresh: 1 - alpha }),
}

export interface AdagradRule extends Gradient {
  readonly lr: number
  readonly lr_decay: number
  readonly eps: number
  readonly initial_accumulator_value: number
}

/** Adagrad: Duchi et al. 2011, https://jmlr.org/papers/v12/duchi11a.html */
export const adagrad: Rule<AdagradRule> = {
  keeps: { s: 'sum' },
  start: ({ initial_accumulator_value }) => ({ s: initial_accumulator_value }),
  formulas: (o) => {
    const g = gradient(o)
    return { s: `s + ${g} * ${g}`, p: `p - rate * ${g} / (sqrt(s) + eps)` }
  },
  numbers: ({ lr, lr_decay }, t) => ({ rate: lr / (1 + (t - 1) * lr_decay) }),
}

export interface AdadeltaRule extends Gradient {
  readonly lr: number
  readonly rho: number
  readonly eps: number
}

/** Adadelta: Zeiler 2012, https://arxiv.org/abs/1212.5701. `p0` is the parameter before the step. */
export const adadelta: Rule<AdadeltaRule> = {
  keeps: { v: 'square_avg', u: 'acc_delta' },
  formulas: (o) => {
    const g = gradient(o, 'p0')
    const delta = `(sqrt(u + eps) / sqrt(v + eps) * ${g})`
    return {
      v: `rho * v + fresh * ${g} * ${g}`,
      p: `p - lr * ${delta}`,
      u: `rho * u + fresh * ${delta} * ${delta}`,
    }
  },
  numbers: ({ rho }) => ({ fresh: 1 - rho }),
}

export interface AdamaxRule extends Gradient {
  readonly lr: number
  readonly betas: readonly [number, number]
  readonly eps: number
}

/** Adamax, Adam with the infinity norm: Kingma and Ba 2015, algorithm 2. */
export const adamax: Rule<AdamaxRule> = {
  keeps: { m: 'exp_avg', u: 'exp_inf' },
  formulas: (o) => {
    const g = gradient(o)
    return { m: `beta1 * m + fresh1 * ${g}`, u: `max(beta2 * u, abs(${g}) + eps)`, p: 'p - lr1 * m / u' }
  },
  numbers: ({ lr, betas }, t) => ({ ...moments(betas), lr1: lr / (1 - betas[0] ** t) }),
}

export interface NAdamRule extends Gradient {
  readonly lr: number
  readonly betas: readonly [number, number]
  readonly eps: number
  readonly momentum_decay: number
  readonly decoupled_weight_decay: boolean
}

/** NAdam, Adam with Nesterov momentum: Dozat 2016, https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ */
export const nadam: Rule<NAdamRule> = {
  keeps: { m: 'exp_avg', v: 'exp_avg_sq' },
  remembers: ['mu_product'],
  formulas: (o) => {
    const g = gradient(o.decoupled_weight_decay ? { ...o, weight_decay: 0 } : o)
    return {
      m: `beta1 * m + fresh1 * ${g}`,
      v: `beta2 * v + fresh2 * ${g} * ${g}`,
      p: `${decayed(o)} - (rate * ${g} + rate1 * m) / (sqrt(v / bias2) + eps)`,
    }
  },
  numbers: (o, t, state: ParamState) => {
    const mu = (step: number) => o.betas[0] * (1 - 0.5 * 0.96 ** (step * o.momentum_decay))
    const mu_product = Math.fround(remembered(state, 'mu_product', 1) * Math.fround(mu(t)))
    return {
      ...moments(o.betas),
      mu_product,
      rate: (o.lr * (1 - mu(t))) / (1 - mu_product),
      rate1: (o.lr * mu(t + 1)) / (1 - mu_product * mu(t + 1)),
      bias2: 1 - o.betas[1] ** t,
      decay: 1 - o.lr * o.weight_decay,
    }
  },
}

const decayed = (o: { readonly decoupled_weight_decay: boolean; readonly weight_decay: number }): string =>
  o.decoupled_weight_decay && o.weight_decay !== 0 ? 'p * decay' : 'p'

export interface RAdamRule extends Gradient {
  readonly lr: number
  readonly betas: readonly [number, number]
  readonly eps: number
  readonly decoupled_weight_decay: boolean
}

/** RAdam, which waits for its variance to be tractable: Liu et al. 2020, https://arxiv.org/abs/1908.03265 */
export const radam: Rule<RAdamRule> = {
  keeps: { m: 'exp_avg', v: 'exp_avg_sq' },
  formulas: (o) => {
    const g = gradient(o.decoupled_weight_decay ? { ...o, weight_decay: 0 } : o)
    return {
      m: `beta1 * m + fresh1 * ${g}`,
      v: `beta2 * v + fresh2 * ${g} * ${g}`,
      p: `${decayed(o)} - lr1 * m * (rectified > 0 ? rectified / (sqrt(v) + eps) : 1)`,
    }
  },
  numbers: ({ lr, betas, weight_decay }, t) => {
    const [beta1, beta2] = betas
    const bias2 = 1 - beta2 ** t
    const longest = 2 / (1 - beta2) - 1
    const rho = longest - (2 * t * beta2 ** t) / bias2
    const rectification = Math.sqrt(((rho - 4) * (rho - 2) * longest) / ((longest - 4) * (longest - 2) * rho))
    return {
      ...moments(betas),
      lr1: lr / (1 - beta1 ** t),
      rectified: rho > 5 ? rectification * Math.sqrt(bias2) : 0,
      decay: 1 - lr * weight_decay,
    }
  },
}

export interface ASGDRule extends Gradient {
  readonly lr: number
  readonly lambd: number
  readonly alpha: number
  readonly t0: number
}

/** Averaged SGD: Polyak and Juditsky 1992, https://epubs.siam.org/doi/10.1137/0330046. `a` is the average from `t0` on. */
export const asgd: Rule<ASGDRule> = {
  keeps: { a: 'ax' },
  remembers: ['eta', 'mu'],
  formulas: (o) => ({
    p: `p * shrink - rate * ${gradient(o)}`,
    a: 'share == 1 ? p : a + (p - a) * share',
  }),
  numbers: ({ lr, lambd, alpha, t0 }, t, state) => {
    const rate = remembered(state, 'eta', Math.fround(lr))
    return {
      rate,
      shrink: 1 - lambd * rate,
      share: remembered(state, 'mu', 1),
      eta: lr / (1 + lambd * lr * t) ** alpha,
      mu: 1 / Math.max(1, t - t0),
    }
  },
}

export interface RpropRule {
  readonly lr: number
  readonly etas: readonly [number, number]
  readonly step_sizes: readonly [number, number]
  readonly maximize: boolean
}

/** Rprop: Riedmiller and Braun 1993. A step grows while the gradient keeps its sign; where it turns, the step is skipped. */
export const rprop: Rule<RpropRule> = {
  keeps: { s: 'step_size', b: 'prev' },
  start: ({ lr }) => ({ s: lr }),
  formulas: ({ maximize }) => {
    const g = maximize ? '(-g)' : 'g'
    return {
      s: `min(max(s * (${g} * b > 0 ? grow : ${g} * b < 0 ? shrink : 1), smallest), largest)`,
      b: `${g} * b < 0 ? 0 : ${g}`,
      p: 'p - sign(b) * s',
    }
  },
  numbers: ({ etas: [shrink, grow], step_sizes: [smallest, largest] }) => ({ shrink, grow, smallest, largest }),
}
