import type { Tensor } from '@chainrule/core'
import * as torch from '@chainrule/core'
import { bindLayer, type Call } from '../arguments.ts'
import { linear } from '../functional/linear.ts'
import { uniform_ } from '../init/index.ts'
import { forwardOf } from '../module/keeps-nothing.ts'
import { declareParameters } from '../module/members.ts'
import { Module } from '../module/module.ts'
import { Parameter } from '../module/parameter.ts'
import { place, type WeightArguments, type WeightOptions } from './linear.ts'
import { recurrentSizes, type Sizes, statesOf } from './recurrent.ts'
import { elman, gru, lstm, type State, type Step } from './recurrent-step.ts'

const defaults = { bias: true, ...place }
type Sized<O, Rest extends readonly unknown[]> = Call<
  typeof recurrentSizes,
  [input_size: number, hidden_size: number],
  O,
  Rest
>

/** What `RNNCell` takes by name. */
export interface RNNCellOptions extends WeightOptions {
  readonly nonlinearity?: 'tanh' | 'relu'
}

/** One step of a recurrent layer: inputs are `[N, input_size]` or `[input_size]`, states `[N, hidden_size]` or `[hidden_size]`. */
abstract class RecurrentCell<S> extends Module<[input: Tensor, hx?: S | null], S> {
  static readonly keepsNothing = 'leaf'
  static override readonly _signatures = { forward: ['Tensor input', null, 'Tensor|Tensor[]? hx'] }
  readonly input_size: number
  readonly hidden_size: number
  /** `[gates · hidden_size, input_size]` */
  weight_ih: Parameter
  /** `[gates · hidden_size, hidden_size]` */
  weight_hh: Parameter
  /** `[gates · hidden_size]` */
  bias_ih: Parameter | null
  /** `[gates · hidden_size]` */
  bias_hh: Parameter | null
  readonly #step: Step

  protected constructor(step: Step, { input_size, hidden_size, bias, device, dtype }: Sizes & typeof defaults) {
    super()
    const make = (...shape: number[]): Parameter => new Parameter(torch.empty(shape, { device, dtype }))
    const rows = step.gates * hidden_size
    this.#step = step
    this.input_size = input_size
    this.hidden_size = hidden_size
    this.weight_ih = make(rows, input_size)
    this.weight_hh = make(rows, hidden_size)
    this.bias_ih = bias ? make(rows) : null
    this.bias_hh = bias ? make(rows) : null
    declareParameters(this, 'weight_ih', 'weight_hh', 'bias_ih', 'bias_hh')
    this.reset_parameters()
  }

  /** Draws new weights, all from ±1/√hidden_size. */
  reset_parameters(): void {
    const bound = this.hidden_size > 0 ? 1 / Math.sqrt(this.hidden_size) : 0
    for (const weight of this.parameters()) uniform_(weight, -bound, bound)
  }

  forward(input: Tensor, hx: S | null = null): S {
    return forwardOf(this, () => this.#run(input, hx))
  }

  override extra_repr(): string {
    const { input_size, hidden_size, bias_ih } = this
    return `${input_size}, ${hidden_size}${bias_ih === null ? ', bias=False' : ''}`
  }

  #run(input: Tensor, hx: S | null): S {
    const name = this._get_name()
    if (input.ndim !== 1 && input.ndim !== 2) {
      throw new torch.ValueError(`${name}: Expected input to be 1D or 2D, got ${input.ndim}D instead`)
    }
    const isBatched = input.ndim === 2
    const x = isBatched ? input : input.unsqueeze(0)
    if (x.size(1) !== this.input_size) {
      throw new torch.RuntimeError(`input has inconsistent input_size: got ${x.size(1)} expected ${this.input_size}`)
    }
    const { device, dtype } = x
    const zeros = (): Tensor => torch.zeros([x.size(0), this.hidden_size], { device, dtype })
    const state = hx === null ? Array.from({ length: this.#step.states }, zeros) : this.#checked(statesOf(hx), x)
    const fromHidden = linear(state[0] as Tensor, this.weight_hh, this.bias_hh)
    const next = this.#step.next(linear(x, this.weight_ih, this.bias_ih), fromHidden, state)
    const shown = isBatched ? next : next.map((each) => each.squeeze(0))
    return (shown.length === 1 ? shown[0] : shown) as S
  }

  /** States that were given, as `[N, hidden_size]`. */
  #checked(states: State, x: Tensor): Tensor[] {
    return states.map((given, i) => {
      if (given.ndim !== 1 && given.ndim !== 2) {
        const which = this.#step.states === 1 ? 'hidden' : `hx[${i}]`
        throw new torch.ValueError(`${this._get_name()}: Expected ${which} to be 1D or 2D, got ${given.ndim}D instead`)
      }
      const state = given.ndim === 2 ? given : given.unsqueeze(0)
      if (state.size(0) !== x.size(0)) {
        throw new torch.RuntimeError(
          `Input batch size ${x.size(0)} doesn't match hidden${i} batch size ${state.size(0)}`,
        )
      }
      if (state.size(1) !== this.hidden_size) {
        throw new torch.RuntimeError(
          `hidden${i} has inconsistent hidden_size: got ${state.size(1)}, expected ${this.hidden_size}`,
        )
      }
      return state
    })
  }
}

/**
 * One step of `RNN`: the next state, from an input and the state.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.RNNCell.html
 */
export class RNNCell extends RecurrentCell<Tensor> {
  readonly nonlinearity: string

  constructor(
    ...args: Sized<RNNCellOptions, [bias?: boolean | RNNCellOptions, nonlinearity?: 'tanh' | 'relu' | RNNCellOptions]>
  ) {
    const { bias, ...behind } = defaults
    const all = { bias, nonlinearity: 'tanh', ...behind }
    const { nonlinearity, ...rest } = bindLayer<typeof all, Sizes>('RNNCell', all, args, recurrentSizes)
    const step = elman[nonlinearity]
    if (step === undefined) throw new torch.RuntimeError(`Unknown nonlinearity: ${nonlinearity}`)
    super(step, rest)
    this.nonlinearity = nonlinearity
  }

  override extra_repr(): string {
    return `${super.extra_repr()}${this.nonlinearity === 'tanh' ? '' : `, nonlinearity=${this.nonlinearity}`}`
  }
}

/**
 * One step of `LSTM`: the next `[h, c]`, from an input and `[h, c]`.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LSTMCell.html
 */
export class LSTMCell extends RecurrentCell<[h: Tensor, c: Tensor]> {
  constructor(...args: Sized<WeightOptions, WeightArguments>) {
    super(lstm, bindLayer<typeof defaults, Sizes>('LSTMCell', defaults, args, recurrentSizes))
  }
}

/**
 * One step of `GRU`: the next state, from an input and the state.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GRUCell.html
 */
export class GRUCell extends RecurrentCell<Tensor> {
  constructor(...args: Sized<WeightOptions, WeightArguments>) {
    super(gru, bindLayer<typeof defaults, Sizes>('GRUCell', defaults, args, recurrentSizes))
  }
}
