/** What is measured: the rows of the table, in its order. */

export interface Row {
  readonly name: string
  /** What is done, for people. */
  readonly title: string
  /** Floating-point operations of one run, where a rate says more than a time. */
  readonly flop?: number
  /** A step of training: its losses are compared. */
  readonly training?: boolean
}

const matmul = (n: number): Row => ({ name: `matmul-${n}`, title: `matmul ${n} × ${n}`, flop: 2 * n ** 3 })

export const rows: readonly Row[] = [
  { name: 'perceptron', title: 'perceptron, scalars' },
  { name: 'small', title: 'Sequential of 5 layers, 4 × 2' },
  { name: 'small-sgd', title: 'its step, SGD', training: true },
  matmul(64),
  matmul(256),
  matmul(1024),
  { name: 'add', title: 'x + y, 10⁶' },
  { name: 'exp', title: 'exp, 10⁶' },
  { name: 'gelu', title: 'gelu (erf), 10⁶' },
  { name: 'sum', title: 'sum, 10⁶' },
  { name: 'softmax', title: 'softmax, 1024²' },
  { name: 'layer-norm', title: 'layer norm, 1024²' },
  { name: 'mlp-sgd', title: 'MLP step, SGD', training: true },
  { name: 'mlp-adam', title: 'MLP step, Adam', training: true },
  { name: 'cnn-adam', title: 'CNN step, Adam', training: true },
  { name: 'gpt-adamw', title: 'GPT step, AdamW', training: true },
]
