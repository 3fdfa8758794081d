import { ValueError } from '@chainrule/core'
import { Optimizer, type Params } from './optimizer.ts'
import { checking, constructorOf, type Implementation, optionsOf, type Positional } from './options.ts'
import { sgd } from './rules.ts'

/** The options of `SGD`. */
export interface SGDOptions extends Pick<Implementation, 'foreach' | 'differentiable' | 'fused'> {
  /** The learning rate, 1e-3 by default. */
  lr?: number
  /** The share of the buffer that stays, 0 by default: no buffer. */
  momentum?: number
  /** The share of the gradient that does not enter the buffer, 0 by default. */
  dampening?: number
  /** L2 penalty, 0 by default. */
  weight_decay?: number
  /** Nesterov momentum. */
  nesterov?: boolean
  /** Ascend instead. */
  maximize?: boolean
}

const sgdInit = constructorOf('SGD', 'params', [
  'any lr',
  'any momentum',
  'any dampening',
  'any weight_decay',
  'any nesterov',
  '*',
  'any maximize',
  'any foreach',
  'any differentiable',
  'any fused',
])

/**
 * Stochastic gradient descent, with momentum if asked for.
 *
 * @example
 * const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 })
 * optimizer.zero_grad()
 * loss_fn(model(x), y).backward()
 * optimizer.step()
 * @throws ValueError where an option is out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.SGD.html
 */
export class SGD extends Optimizer<Required<SGDOptions>> {
  readonly rule = sgd

  constructor(options: SGDOptions & { readonly params: Params<Required<SGDOptions>> })
  constructor(params: Params<Required<SGDOptions>>, ...args: Positional<SGDOptions>)
  constructor(...args: readonly unknown[]) {
    const [params, options] = optionsOf<SGDOptions>(sgdInit, args)
    const usual: Required<SGDOptions> = {
      lr: 1e-3,
      momentum: 0,
      dampening: 0,
      weight_decay: 0,
      nesterov: false,
      maximize: false,
      foreach: null,
      differentiable: false,
      fused: null,
    }
    const check = checking<Required<SGDOptions>>('SGD', usual, ({ nesterov, momentum, dampening }) => {
      if (!nesterov || (momentum > 0 && dampening === 0)) return
      throw new ValueError('Nesterov momentum requires a momentum and zero dampening')
    })
    super(params, { ...usual, ...options }, check)
  }
}
