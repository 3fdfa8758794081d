import type { Tensor } from '@chainrule/core'
import * as torch from '@chainrule/core'
import { bindLayer, type Call } from '../arguments.ts'
import { dropout } from '../functional/dropout.ts'
import { linear } from '../functional/linear.ts'
import { uniform_ } from '../init/index.ts'
import { forwardOf } from '../module/keeps-nothing.ts'
import { Module } from '../module/module.ts'
import { Parameter } from '../module/parameter.ts'
import { checkCount } from './containers.ts'
import { place } from './linear.ts'
import { elman, gru, lstm, type State, type Step } from './recurrent-step.ts'

const defaults = {
  num_layers: 1,
  bias: true,
  batch_first: false,
  dropout: 0,
  bidirectional: false,
  ...place,
}
const { num_layers, ...behindNonlinearity } = defaults
const rnnDefaults = { num_layers, nonlinearity: 'tanh', ...behindNonlinearity }
const { device, dtype, ...beforeProjection } = defaults
const lstmDefaults = { ...beforeProjection, proj_size: 0, device, dtype }

/** The widths of inputs and states. */
export type Sizes = { readonly input_size: number; readonly hidden_size: number }
/** Their names, in PyTorch's order. */
export const recurrentSizes = ['input_size', 'hidden_size'] as const
type Sized<O extends object> = Call<
  typeof recurrentSizes,
  [input_size: number, hidden_size: number],
  Partial<O>,
  (O[keyof O] | Partial<O>)[]
>

/** What `RNN` takes, by position in this order or by name. */
export type RNNOptions = typeof rnnDefaults
/** What `LSTM` takes, by position in this order or by name. */
export type LSTMOptions = typeof lstmDefaults
/** What `GRU` takes, by position in this order or by name. */
export type GRUOptions = typeof defaults

/** A layer and a direction, as the names of parameters end in them. */
type End = `l${number}` | `l${number}_reverse`

/**
 * A layer with a state that goes along a sequence, or several on top of each other. Inputs are `[L, N, input_size]`, with
 * `batch_first` `[N, L, input_size]`, or `[L, input_size]` for one sequence alone; outputs have the states of the last layer
 * at every step. States are `[layers · directions, N, size]`, and zeros where none are given.
 *
 * Layer `k` has the parameters `weight_ih_l{k}`, `weight_hh_l{k}`, `bias_ih_l{k}` and `bias_hh_l{k}`, and those of the other
 * direction end in `_reverse`.
 */
abstract class Recurrent<S> extends Module<[input: Tensor, hx?: S | null], [output: Tensor, hx: S]> {
  static readonly keepsNothing = 'leaf'
  static override readonly _signatures = { forward: ['Tensor input', null, 'Tensor|Tensor[]? hx'] }
  readonly input_size: number
  readonly hidden_size: number
  readonly num_layers: number
  readonly bias: boolean
  readonly batch_first: boolean
  readonly dropout: number
  readonly bidirectional: boolean
  readonly proj_size: number
  readonly #step: Step;
  [weight: `weight_${'ih' | 'hh' | 'hr'}_${End}`]: Parameter
  [bias: `bias_${'ih' | 'hh'}_${End}`]: Parameter

  protected constructor(step: Step, options: Sizes & GRUOptions & { proj_size?: number }) {
    super()
    const {
      input_size,
      hidden_size,
      num_layers,
      bias,
      batch_first,
      dropout,
      bidirectional,
      proj_size = 0,
      device,
      dtype,
    } = options
    check(hidden_size, num_layers, dropout, proj_size)
    this.#step = step
    this.input_size = input_size
    this.hidden_size = hidden_size
    this.num_layers = num_layers
    this.bias = bias
    this.batch_first = batch_first
    this.dropout = dropout
    this.bidirectional = bidirectional
    this.proj_size = proj_size
    const rows = step.gates * hidden_size
    const make = (name: string, ...shape: number[]): void =>
      this.register_parameter(name, new Parameter(torch.empty(shape, { device, dtype })))
    for (let layer = 0; layer < num_layers; layer++) {
      for (const end of this.#ends(layer)) {
        make(`weight_ih_${end}`, rows, layer === 0 ? input_size : this.#directions * this.#outputSize)
        make(`weight_hh_${end}`, rows, this.#outputSize)
        if (bias) make(`bias_ih_${end}`, rows)
        if (bias) make(`bias_hh_${end}`, rows)
        if (proj_size > 0) make(`weight_hr_${end}`, proj_size, hidden_size)
      }
    }
    this.reset_parameters()
  }

  /** Draws new weights, all from ±1/√hidden_size. */
  reset_parameters(): void {
    const bound = 1 / Math.sqrt(this.hidden_size)
    for (const weight of this.parameters()) uniform_(weight, -bound, bound)
  }

  forward(input: Tensor, hx: S | null = null): [Tensor, S] {
    return forwardOf(this, () => this.#run(input, hx))
  }

  override extra_repr(): string {
    const { proj_size, num_layers, bias, batch_first, dropout, bidirectional } = this
    const shown = { proj_size, num_layers, bias, batch_first, dropout, bidirectional }
    const usual: Readonly<Record<string, unknown>> = lstmDefaults
    const named = Object.entries(shown).filter(([name, value]) => value !== usual[name])
    const texts = named.map(([name, value]) => `${name}=${torch.repr(value)}`)
    return [String(this.input_size), String(this.hidden_size), ...texts].join(', ')
  }

  get #directions(): number {
    return this.bidirectional ? 2 : 1
  }

  get #outputSize(): number {
    return this.proj_size > 0 ? this.proj_size : this.hidden_size
  }

  /** What the names of a layer's parameters end in, one for each direction. */
  #ends(layer: number): string[] {
    return [`l${layer}`, ...(this.bidirectional ? [`l${layer}_reverse`] : [])]
  }

  #run(input: Tensor, hx: S | null): [Tensor, S] {
    const name = this._get_name()
    if (input.ndim !== 2 && input.ndim !== 3) {
      const tensor = name === 'RNN' ? ' tensor' : ''
      throw new torch.ValueError(`${name}: Expected input to be 2D or 3D, got ${input.ndim}D${tensor} instead`)
    }
    const isBatched = input.ndim === 3
    if (input.size(-1) !== this.input_size) {
      throw new torch.RuntimeError(
        `input.size(-1) must be equal to input_size. Expected ${this.input_size}, got ${input.size(-1)}`,
      )
    }
    // [L, N, input_size]
    let sequence = !isBatched ? input.unsqueeze(1) : this.batch_first ? input.transpose(0, 1) : input
    if (sequence.size(0) === 0) throw new torch.RuntimeError('Expected sequence length to be larger than 0 in RNN')
    const first = hx === null ? this.#zeros(sequence) : this.#checked(statesOf(hx), sequence.size(1), isBatched)
    const last: State[] = []
    for (let layer = 0; layer < this.num_layers; layer++) {
      const outputs = this.#ends(layer).map((end, direction) => {
        const start = first.map((state) => state.select(0, last.length))
        const [output, state] = this.#along(sequence, start, end, direction === 1)
        last.push(state)
        return output
      })
      sequence = outputs.length === 1 ? (outputs[0] as Tensor) : torch.cat(outputs, -1)
      const isLast = layer === this.num_layers - 1
      if (this.dropout > 0 && !isLast) sequence = dropout(sequence, { p: this.dropout, training: this.training })
    }
    const states = first.map((_, i) => torch.stack(last.map((state) => state[i] as Tensor)))
    let output = sequence
    if (!isBatched) output = sequence.squeeze(1)
    else if (this.batch_first) {
      const shown = sequence.transpose(0, 1)
      // PyTorch transposes what all but an LSTM give in place: then it is no view.
      output = first.length > 1 ? shown : torch.nameStep(shown, 'TransposeBackward1')
    }
    const shown = isBatched ? states : states.map((state) => state.squeeze(1))
    return [output, (shown.length === 1 ? shown[0] : shown) as S]
  }

  /** One layer in one direction: its outputs at every step, and its state behind the last. */
  #along(sequence: Tensor, start: State, end: string, isReverse: boolean): [Tensor, State] {
    const weight = (name: string): Tensor => this.get_parameter(`${name}_${end}`)
    const bias = (name: string): Tensor | null => (this.bias ? weight(name) : null)
    const [fromHidden, hiddenBias] = [weight('weight_hh'), bias('bias_hh')]
    const projection = this.proj_size > 0 ? weight('weight_hr') : null
    const steps = linear(sequence, weight('weight_ih'), bias('bias_ih')).unbind(0)
    let state = start
    const outputs = (isReverse ? steps.reverse() : steps).map((fromInput) => {
      const [hidden] = state as [Tensor]
      const [next, ...cells] = this.#step.next(fromInput, linear(hidden, fromHidden, hiddenBias), state) as [Tensor]
      state = [projection === null ? next : linear(next, projection), ...cells]
      return state[0] as Tensor
    })
    return [torch.stack(isReverse ? outputs.reverse() : outputs), state]
  }

  #zeros(sequence: Tensor): Tensor[] {
    const { device, dtype } = sequence
    return this.#shapes(sequence.size(1)).map((shape) => torch.zeros(shape, { device, dtype }))
  }

  /** The shapes of the states. */
  #shapes(batch: number): number[][] {
    const sizes = [this.#outputSize, this.hidden_size].slice(0, this.#step.states)
    return sizes.map((size) => [this.num_layers * this.#directions, batch, size])
  }

  /** States that were given, as `[layers · directions, N, size]`. */
  #checked(states: State, batch: number, isBatched: boolean): Tensor[] {
    const [dimensions, subject] = [isBatched ? 3 : 2, this.#step.states === 1 ? 'hx' : 'hx and cx']
    if (states.some(({ ndim }) => ndim !== dimensions)) {
      const found = states.map(({ ndim }) => `${ndim}-D`).join(', ')
      const got = states.length === 1 ? `${found} tensor` : `(${found}) tensors`
      const which = isBatched ? 'batched 3-D' : 'unbatched 2-D'
      throw new torch.RuntimeError(`For ${which} input, ${subject} should also be ${dimensions}-D but got ${got}`)
    }
    const whole = isBatched ? [...states] : states.map((state) => state.unsqueeze(1))
    this.#shapes(batch).forEach((expected, i) => {
      const shape = whole[i]?.shape ?? []
      if (shape.join() === expected.join()) return
      const which = this.#step.states === 1 ? 'hidden' : `hidden[${i}]`
      throw new torch.RuntimeError(`Expected ${which} size (${expected.join(', ')}), got [${shape.join(', ')}]`)
    })
    return whole
  }
}

/** One tensor or several. */
export const statesOf = (hx: unknown): State => (Array.isArray(hx) ? (hx as Tensor[]) : [hx as Tensor])

function check(hidden_size: number, num_layers: number, dropout: number, proj_size: number): void {
  if (!(dropout >= 0 && dropout <= 1)) {
    throw new torch.ValueError(
      'dropout should be a number in range [0, 1] representing the probability of an element being zeroed',
    )
  }
  if (dropout > 0 && num_layers === 1) {
    torch.warnings.warn(
      'dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers greater ' +
        `than 1, but got dropout=${dropout} and num_layers=${num_layers}`,
    )
  }
  if (!(hidden_size > 0)) throw new torch.ValueError('hidden_size must be greater than zero')
  if (!(num_layers > 0)) throw new torch.ValueError('num_layers must be greater than zero')
  checkCount(num_layers)
  if (proj_size < 0) {
    throw new torch.ValueError('proj_size should be a positive integer or zero to disable projections')
  }
  if (proj_size >= hidden_size) throw new torch.ValueError('proj_size has to be smaller than hidden_size')
}

/**
 * `h' = tanh(W_ih x + b_ih + W_hh h + b_hh)`, along a sequence, or with `nonlinearity: 'relu'`. Gives the outputs and the
 * last states; see `LSTM`.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.RNN.html
 */
export class RNN extends Recurrent<Tensor> {
  readonly nonlinearity: string

  constructor(...args: Sized<RNNOptions>) {
    const options = bindLayer<RNNOptions, Sizes>('RNN', rnnDefaults, args, recurrentSizes)
    const step = elman[options.nonlinearity]
    if (step === undefined) {
      throw new torch.ValueError(`Unknown nonlinearity '${options.nonlinearity}'. Select from 'tanh' or 'relu'.`)
    }
    super(step, options)
    this.nonlinearity = options.nonlinearity
  }
}

/**
 * Long short-term memory along a sequence (Hochreiter & Schmidhuber 1997); with `proj_size`, outputs are projected to
 * fewer numbers (Sak et al. 2014). Gives the outputs at every step, and the last states `[h, c]`.
 *
 * @example
 * const lstm = new nn.LSTM(10, 20, 2)
 * const [output, [h, c]] = lstm(torch.randn(5, 3, 10)) // [5, 3, 20], [2, 3, 20], [2, 3, 20]
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LSTM.html
 */
export class LSTM extends Recurrent<[h: Tensor, c: Tensor]> {
  constructor(...args: Sized<LSTMOptions>) {
    super(lstm, bindLayer<LSTMOptions, Sizes>('LSTM', lstmDefaults, args, recurrentSizes))
  }
}

/**
 * Gated recurrent units along a sequence (Cho et al. 2014). Gives the outputs and the last states; see `LSTM`.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GRU.html
 */
export class GRU extends Recurrent<Tensor> {
  constructor(...args: Sized<GRUOptions>) {
    super(gru, bindLayer<GRUOptions, Sizes>('GRU', defaults, args, recurrentSizes))
  }
}
