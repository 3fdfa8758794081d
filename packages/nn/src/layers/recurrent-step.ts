import type { Tensor } from '@chainrule/core'

/** The state of a recurrent layer: `[h]`, or `[h, c]` where it has cells. */
export type State = readonly Tensor[]

/** One step in time of a recurrent layer. */
export interface Step {
  /** How many times `hidden_size` the weights have rows. */
  readonly gates: 1 | 3 | 4
  /** How many tensors the state has. */
  readonly states: 1 | 2
  /** The next state, from `W_ih x + b_ih`, `W_hh h + b_hh` and the state: each `[N, gates · hidden_size]` and `[N, hidden_size]`. */
  next(fromInput: Tensor, fromHidden: Tensor, state: State): State
}

/** `h' = tanh(W_ih x + b_ih + W_hh h + b_hh)`, or with ReLU (Elman 1990). */
export const elman: { readonly [nonlinearity: string]: Step } = {
  tanh: { gates: 1, states: 1, next: (fromInput, fromHidden) => [fromHidden.add(fromInput).tanh()] },
  relu: { gates: 1, states: 1, next: (fromInput, fromHidden) => [fromHidden.add(fromInput).relu()] },
}

/** Long short-term memory (Hochreiter & Schmidhuber 1997), with a gate to forget (Gers et al. 2000). */
export const lstm: Step = {
  gates: 4,
  states: 2,
  next(fromInput, fromHidden, [, cell]) {
    const [input, forget, candidate, output] = fromHidden.add(fromInput).chunk(4, 1) as [Tensor, Tensor, Tensor, Tensor]
    const kept = forget.sigmoid().mul(cell as Tensor)
    const next = kept.add(input.sigmoid().mul(candidate.tanh()))
    return [output.sigmoid().mul(next.tanh()), next]
  },
}

/** The gated recurrent unit (Cho et al. 2014), its reset gate behind the product as in cuDNN. */
export const gru: Step = {
  gates: 3,
  states: 1,
  next(fromInput, fromHidden, [hidden]) {
    const [resetIn, updateIn, newIn] = fromInput.chunk(3, 1) as [Tensor, Tensor, Tensor]
    const [resetHidden, updateHidden, newHidden] = fromHidden.chunk(3, 1) as [Tensor, Tensor, Tensor]
    const reset = resetHidden.add(resetIn).sigmoid()
    const update = updateHidden.add(updateIn).sigmoid()
    const candidate = newIn.add(newHidden.mul(reset)).tanh()
    return [(hidden as Tensor).sub(candidate).mul(update).add(candidate)]
  },
}
