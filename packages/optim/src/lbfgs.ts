import {
  autograd,
  cat,
  enable_grad,
  no_grad,
  RuntimeError,
  Tensor,
  TypeError,
  unenclosed,
  ValueError,
} from '@chainrule/core'
import { type Closure, Optimizer, type Params } from './optimizer.ts'
import { checking, constructorOf, optionsOf, type Positional } from './options.ts'
import type { ParamState, Rule } from './rule.ts'
import { type Point, strongWolfe } from './strong-wolfe.ts'

/** The options of `LBFGS`. */
export interface LBFGSOptions {
  /** The length of a step, 1 by default. */
  lr?: number
  /** The most iterations in a step, 20 by default. */
  max_iter?: number
  /** The most evaluations of the closure in a step, 5/4 of `max_iter` by default. */
  max_eval?: number | null
  /** A step ends where no element of the gradient is larger, 1e-7 by default. */
  tolerance_grad?: number
  /** A step ends where the loss, or all parameters, change less, 1e-9 by default. */
  tolerance_change?: number
  /** How many changes are remembered, 100 by default. */
  history_size?: number
  /** `'strong_wolfe'`, or `null`, the default: steps of length `lr`. */
  line_search_fn?: 'strong_wolfe' | null
}

/** What is known of the curvature: for each remembered change, that of the gradient, of the parameters, and 1 / their product. */
interface History {
  old_dirs: Tensor[]
  old_stps: Tensor[]
  ro: number[]
  /** The scale of the first guess of the inverse Hessian. */
  H_diag: number
  /** The last direction, the length of the step along it, and the gradient and the loss before it. */
  d: Tensor
  t: number
  prev_flat_grad: Tensor
  prev_loss: number
}

const lbfgsInit = constructorOf('LBFGS', 'params', [
  'any lr',
  'any max_iter',
  'any max_eval',
  'any tolerance_grad',
  'any tolerance_change',
  'any history_size',
  'any line_search_fn',
])

/**
 * L-BFGS: steps along directions by the inverse of an approximate Hessian, made of the last changes of the gradient. One step
 * evaluates the closure several times and reads the loss, so it needs a device that can be read at once, and it knows one group
 * of parameters only. Nocedal 1980, https://doi.org/10.1090/S0025-5718-1980-0572855-7
 *
 * @example
 * const optimizer = new optim.LBFGS(model.parameters(), { line_search_fn: 'strong_wolfe' })
 * optimizer.step(() => {
 *   optimizer.zero_grad()
 *   const loss = loss_fn(model(x), y)
 *   loss.backward()
 *   return loss
 * })
 * @throws ValueError for several groups; TypeError for a step without a closure.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.LBFGS.html
 */
export class LBFGS extends Optimizer<Required<LBFGSOptions>> {
  static override readonly _signatures = { step: ['any closure'] }
  /** There are no formulas for single parameters: all are one vector. */
  readonly rule: Rule<Required<LBFGSOptions>> = { formulas: () => ({}) }

  constructor(options: LBFGSOptions & { readonly params: Params<Required<LBFGSOptions>> })
  constructor(params: Params<Required<LBFGSOptions>>, ...args: Positional<LBFGSOptions>)
  constructor(...args: readonly unknown[]) {
    const usual: Required<LBFGSOptions> = {
      lr: 1,
      max_iter: 20,
      max_eval: null,
      tolerance_grad: 1e-7,
      tolerance_change: 1e-9,
      history_size: 100,
      line_search_fn: null,
    }
    const [params, given] = optionsOf<LBFGSOptions>(lbfgsInit, args)
    const options = { ...usual, ...given }
    const check = checking('LBFGS', usual)
    check(options)
    const max_eval = options.max_eval ?? Math.floor((options.max_iter * 5) / 4)
    super(params, { ...options, max_eval }, check)
    if (this.param_groups.length !== 1) {
      throw new ValueError("LBFGS doesn't support per-parameter options (parameter groups)")
    }
  }

  protected override get floats(): readonly string[] {
    return []
  }

  protected override advance(closure?: Closure): unknown {
    if (closure === undefined) {
      throw new TypeError("LBFGS.step() missing 1 required positional argument: 'closure'")
    }
    return no_grad(() => unenclosed(() => this.#minimize(() => enable_grad(closure))))
  }

  #minimize(closure: Closure): unknown {
    const [group] = this.param_groups as [(typeof this.param_groups)[0]]
    const { params, lr, max_iter, max_eval, tolerance_grad, tolerance_change, history_size, line_search_fn } = group
    if (line_search_fn !== null && line_search_fn !== 'strong_wolfe') {
      throw new RuntimeError("only 'strong_wolfe' is supported")
    }
    const state = this.stateOf(params[0] as Tensor)
    let n_iter = Number(state['n_iter'] ?? 0)
    let func_evals = Number(state['func_evals'] ?? 0)
    const result = closure()
    let loss = valueOf(result)
    let gradient = flatGradient(params)
    let evaluations = 1
    func_evals++
    Object.assign(state, { func_evals, n_iter })
    if (largest(gradient) <= tolerance_grad) return result
    let known = historyOf(state)
    for (let i = 1; i <= max_iter; i++) {
      n_iter++
      known = known === null ? firstHistory(gradient, loss) : remember(known, gradient, loss, history_size)
      const d = known.d
      const slope = dot(gradient, d)
      known.t = n_iter === 1 ? Math.min(1, 1 / gradient.abs().sum().item()) * lr : lr
      if (slope > -tolerance_change) break
      let count = 0
      if (line_search_fn !== null) {
        const before = params.map((p) => p.clone())
        const evaluate = (t: number): Point => {
          move(params, d, t)
          const [loss, gradient] = [valueOf(closure()), flatGradient(params)]
          params.forEach((p, k) => p.copy_(before[k] as Tensor))
          return { t, loss, gradient, slope: dot(gradient, d) }
        }
        const start = { t: 0, loss, gradient, slope }
        const search = strongWolfe(evaluate, start, known.t, largest(d), tolerance_change)
        known.t = search.found.t
        loss = search.found.loss
        gradient = search.found.gradient
        count = search.evaluations
        move(params, d, known.t)
      } else {
        move(params, d, known.t)
        // After the last iteration nothing asks for the loss: in a stochastic setting the next one has another.
        if (i !== max_iter) {
          loss = valueOf(closure())
          gradient = flatGradient(params)
          count = 1
        }
      }
      evaluations += count
      func_evals += count
      const isDone =
        evaluations >= (max_eval as number) ||
        largest(gradient) <= tolerance_grad ||
        largest(d) * Math.abs(known.t) <= tolerance_change ||
        Math.abs(loss - known.prev_loss) < tolerance_change
      if (isDone) break
    }
    Object.assign(state, known, { func_evals, n_iter })
    return result
  }
}

/** What a state holds of it, or nothing yet. */
function historyOf(state: ParamState): History | null {
  if (!('d' in state)) return null
  const tensor = (name: string): Tensor => state[name] as Tensor
  const tensors = (name: string): Tensor[] => [...(state[name] as readonly Tensor[])]
  return {
    old_dirs: tensors('old_dirs'),
    old_stps: tensors('old_stps'),
    ro: (state['ro'] as readonly unknown[]).map(valueOf),
    H_diag: valueOf(state['H_diag']),
    d: tensor('d'),
    t: valueOf(state['t']),
    prev_flat_grad: tensor('prev_flat_grad'),
    prev_loss: valueOf(state['prev_loss']),
  }
}

/** Before the first step: straight down. */
const firstHistory = (gradient: Tensor, loss: number): History => ({
  old_dirs: [],
  old_stps: [],
  ro: [],
  H_diag: 1,
  d: gradient.neg(),
  t: 1,
  prev_flat_grad: gradient,
  prev_loss: loss,
})

/** The history with the last change, and the direction that it leads to (the two loops of Nocedal 1980). */
function remember(known: History, gradient: Tensor, loss: number, size: number): History {
  let { old_dirs, old_stps, ro, H_diag } = known
  const y = gradient.sub(known.prev_flat_grad)
  const s = known.d.mul(known.t)
  const ys = dot(y, s)
  if (ys > 1e-10) {
    const first = old_dirs.length === size ? 1 : 0
    old_dirs = [...old_dirs.slice(first), y]
    old_stps = [...old_stps.slice(first), s]
    ro = [...ro.slice(first), 1 / ys]
    H_diag = ys / dot(y, y)
  }
  const q = gradient.neg()
  const shares = new Array<number>(ro.length)
  for (let i = ro.length - 1; i >= 0; i--) {
    const share = dot(old_stps[i] as Tensor, q) * (ro[i] as number)
    shares[i] = share
    q.add_(old_dirs[i] as Tensor, { alpha: -share })
  }
  const d = q.mul_(H_diag)
  ro.forEach((factor, i) => {
    const back = dot(old_dirs[i] as Tensor, d) * factor
    d.add_(old_stps[i] as Tensor, { alpha: (shares[i] as number) - back })
  })
  return { old_dirs, old_stps, ro, H_diag, d, t: known.t, prev_flat_grad: gradient, prev_loss: loss }
}

const dot = (a: Tensor, b: Tensor): number => a.dot(b).item()
const largest = (x: Tensor): number => x.abs().max().item()
const valueOf = (loss: unknown): number => (loss instanceof Tensor ? loss.item() : Number(loss))

/** The gradients of all parameters as one vector; 0 where there is none. */
const flatGradient = (params: readonly Tensor[]): Tensor =>
  cat(params.map((p) => autograd.borrow_grad(p)?.reshape(-1) ?? p.new_zeros([p.numel()])))

/** Moves all parameters along a vector. */
function move(params: readonly Tensor[], d: Tensor, t: number): void {
  let start = 0
  for (const p of params) {
    const count = p.numel()
    p.add_(d.narrow(0, start, count).view_as(p), { alpha: t })
    start += count
  }
}
