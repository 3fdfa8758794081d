import type { Draw, NamedArgument, Ref } from '../draw.ts'
import type { Argument } from '../program.ts'
import type { Family } from './family.ts'

/** Makes a layer and applies it. */
function applied(
  d: Draw,
  name: string,
  required: readonly Argument[],
  options: readonly NamedArgument[],
  ...inputs: readonly Argument[]
): void {
  const layer = d.call(`layer.${name}`, required, options)
  if ('error' in layer) return
  if (d.random.chance(0.2)) d.emit('Tensor.eval', [layer.out])
  d.call('apply', [layer.out, ...inputs])
}
const f32 = (d: Draw, shape: readonly number[]): Ref => d.pick({ dtype: 'float32', shape })
const no = (d: Draw, name: string, probability = 0.3): NamedArgument => [`*${name}`, d.maybe(probability, () => false)]

const recurrent =
  (name: string) =>
  (d: Draw): void => {
    const [inputs, hidden] = [d.random.whole(1, 3), d.random.whole(1, 3)]
    const batchFirst = d.random.chance(0.4)
    const options: NamedArgument[] = [
      ['*num_layers', d.maybe(0.3, () => 2)],
      no(d, 'bias', 0.2),
      ['*batch_first', batchFirst ? true : undefined],
      ['*bidirectional', d.maybe(0.3, () => true)],
    ]
    applied(d, name, [inputs, hidden], options, f32(d, d.random.chance(0.8) ? [2, 3, inputs] : [3, inputs]))
  }
const cell =
  (name: string) =>
  (d: Draw): void =>
    applied(d, name, [2, 3], [no(d, 'bias', 0.2)], f32(d, [2, 2]))

export const layers: Family = {
  Linear: (d) => {
    const [k, n] = [d.random.whole(1, 3), d.random.whole(1, 3)]
    applied(d, 'Linear', [k, n], [no(d, 'bias')], f32(d, [...d.shape(0, 2), k]))
  },
  Conv1d: (d) =>
    applied(
      d,
      'Conv1d',
      [2, 4, d.random.whole(1, 3)],
      [
        ['*stride', d.maybe(0.3, () => 2)],
        ['*padding', d.maybe(0.3, () => d.random.of<Argument>([1, 'same']))],
        ['*groups', d.maybe(0.3, () => 2)],
        no(d, 'bias'),
        ['*padding_mode', d.maybe(0.2, () => d.random.of(['reflect', 'replicate', 'circular']))],
      ],
      f32(d, [2, 2, 5]),
    ),
  Conv2d: (d) =>
    applied(
      d,
      'Conv2d',
      [2, 4, d.random.whole(1, 3)],
      [
        ['*stride', d.maybe(0.3, () => 2)],
        ['*padding', d.maybe(0.3, () => 1)],
        ['*dilation', d.maybe(0.2, () => 2)],
        no(d, 'bias'),
      ],
      f32(d, [2, 2, 5, 6]),
    ),
  ConvTranspose1d: (d) =>
    applied(
      d,
      'ConvTranspose1d',
      [2, 3, d.random.whole(1, 3)],
      [['*stride', d.maybe(0.5, () => 2)], ['*padding', d.maybe(0.3, () => 1)], no(d, 'bias')],
      f32(d, [2, 2, 4]),
    ),
  ConvTranspose2d: (d) =>
    applied(
      d,
      'ConvTranspose2d',
      [2, 3, 2],
      [
        ['*stride', d.maybe(0.5, () => 2)],
        ['*output_padding', d.maybe(0.2, () => 1)],
      ],
      f32(d, [1, 2, 3, 4]),
    ),
  BatchNorm1d: (d) =>
    applied(
      d,
      'BatchNorm1d',
      [3],
      [
        ['*momentum', d.maybe(0.3, () => d.random.of<Argument>([0.5, null]))],
        no(d, 'affine'),
        no(d, 'track_running_stats'),
      ],
      f32(
        d,
        d.random.of([
          [2, 3],
          [4, 3, 2],
          [1, 3],
        ]),
      ),
    ),
  BatchNorm2d: (d) =>
    applied(d, 'BatchNorm2d', [2], [no(d, 'affine'), no(d, 'track_running_stats')], f32(d, [2, 2, 3, 2])),
  LayerNorm: (d) => {
    const shape = d.shape(1, 2, true)
    applied(d, 'LayerNorm', [shape], [no(d, 'elementwise_affine')], f32(d, [...d.shape(0, 2), ...shape]))
  },
  GroupNorm: (d) => applied(d, 'GroupNorm', [2, 4], [no(d, 'affine')], f32(d, [2, 4, 3])),
  InstanceNorm1d: (d) =>
    applied(
      d,
      'InstanceNorm1d',
      [2],
      [
        ['*affine', d.maybe(0.4, () => true)],
        ['*track_running_stats', d.maybe(0.3, () => true)],
      ],
      f32(
        d,
        d.random.of([
          [2, 2, 3],
          [2, 4],
        ]),
      ),
    ),
  InstanceNorm2d: (d) =>
    applied(d, 'InstanceNorm2d', [2], [['*affine', d.maybe(0.4, () => true)]], f32(d, [2, 2, 3, 2])),
  Embedding: (d) =>
    applied(
      d,
      'Embedding',
      [5, 3],
      [['*padding_idx', d.maybe(0.3, () => d.random.of([0, -1]))]],
      d.input({ dtype: 'int32', low: 0, high: 4, max: 2 }),
    ),
  EmbeddingBag: (d) =>
    applied(
      d,
      'EmbeddingBag',
      [5, 3],
      [['*mode', d.random.of(['sum', 'mean', 'max'])]],
      d.input({ dtype: 'int32', low: 0, high: 4, shape: [2, 3] }),
    ),
  Bilinear: (d) => applied(d, 'Bilinear', [2, 3, 2], [no(d, 'bias')], f32(d, [2, 2]), f32(d, [2, 3])),
  PReLU: (d) => {
    const x = d.pick({ min: 2, dtype: 'float32' })
    applied(d, 'PReLU', d.random.chance(0.5) ? [] : [d.size(x, 1)], [], x)
  },
  RNN: recurrent('RNN'),
  LSTM: recurrent('LSTM'),
  GRU: recurrent('GRU'),
  RNNCell: cell('RNNCell'),
  LSTMCell: cell('LSTMCell'),
  GRUCell: cell('GRUCell'),
  MultiheadAttention: (d) => {
    const x = f32(d, [3, 2, 4])
    applied(d, 'MultiheadAttention', [4, 2], [no(d, 'bias', 0.2)], x, d.random.chance(0.5) ? x : f32(d, [3, 2, 4]), x)
  },
  TransformerEncoderLayer: (d) =>
    applied(
      d,
      'TransformerEncoderLayer',
      [4, 2, 5],
      [
        ['*dropout', 0],
        ['*norm_first', d.maybe(0.3, () => true)],
        ['*activation', d.maybe(0.3, () => 'gelu')],
      ],
      f32(d, [3, 2, 4]),
    ),
  Dropout: (d) => applied(d, 'Dropout', [], [['p', d.maybe(0.6, () => d.random.of([0.2, 0, 1]))]], d.pick()),
  Dropout2d: (d) => applied(d, 'Dropout2d', [], [], f32(d, [2, 3, 2, 2])),
  AlphaDropout: (d) => applied(d, 'AlphaDropout', [], [], d.pick()),
  Activation: (d) =>
    applied(
      d,
      d.random.of([
        'ReLU',
        'Tanh',
        'GELU',
        'SiLU',
        'Softplus',
        'LogSigmoid',
        'Hardswish',
        'Mish',
        'ELU',
        'Softsign',
        'Tanhshrink',
        'Hardtanh',
        'LeakyReLU',
      ]),
      [],
      [],
      d.pick(),
    ),
  'Activation(inplace)': (d) =>
    applied(
      d,
      d.random.of([
        'ReLU',
        'SiLU',
        'Hardswish',
        'Mish',
        'ELU',
        'Hardtanh',
        'LeakyReLU',
        'ReLU6',
        'SELU',
        'CELU',
        'Hardsigmoid',
      ]),
      [],
      [['*inplace', true]],
      d.target(),
    ),
  Flatten: (d) => applied(d, 'Flatten', [], [['start_dim', d.maybe(0.3, () => 0)]], d.pick({ min: 1 })),
  Loss: (d) => {
    const x = d.pick()
    const y = d.pick({ shape: d.tensor(x).shape, dtype: d.tensor(x).dtype.name as 'float32' })
    applied(
      d,
      d.random.of([
        'MSELoss',
        'L1Loss',
        'SmoothL1Loss',
        'HuberLoss',
        'BCEWithLogitsLoss',
        'CosineSimilarity',
        'PairwiseDistance',
      ]),
      [],
      [],
      x,
      y,
    )
  },
}
