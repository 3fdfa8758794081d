import type { Draw, NamedArgument, Ref } from '../draw.ts'
import type { Argument } from '../program.ts'
import { each, type Family } from './family.ts'

const many = (d: Draw, dims: number, low: number, high: number): Argument =>
  d.random.chance(0.5) ? d.random.whole(low, high) : Array.from({ length: dims }, () => d.random.whole(low, high))

/** Channels and space, with a batch or without. */
const image = (d: Draw, channels: number, dims: number, values: 'any' | 'positive' = 'any'): Ref => {
  const space = Array.from({ length: dims }, () => d.random.whole(3, 6))
  return d.pick({
    dtype: d.random.chance(0.9) ? 'float32' : 'float64',
    shape: [...(d.random.chance(0.75) ? [d.random.of([1, 2])] : []), channels, ...space],
    values,
  })
}
const like = (d: Draw, x: Ref, shape: readonly number[]): Ref =>
  d.pick({ dtype: d.tensor(x).dtype.name as 'float32', shape })

function convolution(name: string, dims: number, transposed: boolean) {
  return (d: Draw): void => {
    const groups = d.random.of([1, 1, 1, 2])
    const [per, out] = [d.random.whole(1, 2), d.random.whole(1, 2)]
    const channels = per * groups
    const x = image(d, channels, dims)
    const kernel = Array.from({ length: dims }, () => d.random.whole(1, 3))
    const weight = like(d, x, transposed ? [channels, out, ...kernel] : [out * groups, per, ...kernel])
    const bias: NamedArgument = ['bias', d.maybe(0.6, () => like(d, x, [out * groups]))]
    const stride: NamedArgument = ['stride', d.maybe(0.5, () => many(d, dims, 1, 2))]
    const padding: NamedArgument = [
      'padding',
      d.maybe(0.5, () => (transposed || d.random.chance(0.8) ? many(d, dims, 0, 2) : d.random.of(['same', 'valid']))),
    ]
    const dilation: NamedArgument = ['dilation', d.maybe(0.3, () => many(d, dims, 1, 2))]
    const group: NamedArgument = ['groups', groups === 1 ? undefined : groups]
    const extra: NamedArgument = ['output_padding', d.maybe(0.2, () => 1)]
    d.call(
      `F.${name}`,
      [x, weight],
      transposed ? [bias, stride, padding, extra, group, dilation] : [bias, stride, padding, dilation, group],
    )
  }
}

const pool =
  (name: string, dims: number, options: (d: Draw) => readonly NamedArgument[]) =>
  (d: Draw): void => {
    d.call(
      `F.${name}`,
      [image(d, d.random.whole(1, 2), dims), many(d, dims, 1, 3)],
      [['stride', d.maybe(0.5, () => many(d, dims, 1, 2))], ...options(d)],
    )
  }
const avgOptions = (d: Draw): readonly NamedArgument[] => [
  ['padding', d.maybe(0.4, () => d.random.whole(0, 1))],
  ['ceil_mode', d.maybe(0.3, () => true)],
  ['count_include_pad', d.maybe(0.3, () => false)],
]
const maxOptions = (d: Draw): readonly NamedArgument[] => [
  ['padding', d.maybe(0.4, () => d.random.whole(0, 1))],
  ['dilation', d.maybe(0.25, () => 2)],
  ['ceil_mode', d.maybe(0.3, () => true)],
  ['*return_indices', d.maybe(0.2, () => true)],
]

export const windows: Family = {
  conv1d: convolution('conv1d', 1, false),
  conv2d: convolution('conv2d', 2, false),
  conv_transpose1d: convolution('conv_transpose1d', 1, true),
  conv_transpose2d: convolution('conv_transpose2d', 2, true),
  avg_pool1d: pool('avg_pool1d', 1, avgOptions),
  avg_pool2d: pool('avg_pool2d', 2, (d) => [
    ...avgOptions(d),
    ['divisor_override', d.maybe(0.2, () => d.random.of([2, 3]))],
  ]),
  max_pool1d: pool('max_pool1d', 1, maxOptions),
  max_pool2d: pool('max_pool2d', 2, maxOptions),
  lp_pool1d: (d) =>
    d.call('F.lp_pool1d', [
      d.pick({ dtype: 'float32', shape: [1, 2, 5] }),
      d.random.of([1, 2, 3]),
      d.random.whole(1, 3),
    ]),
  lp_pool2d: (d) =>
    d.call('F.lp_pool2d', [d.pick({ dtype: 'float32', shape: [1, 2, 4, 4] }), d.random.of([1, 2, 3]), 2]),
  ...each(
    'adaptive_avg_pool1d adaptive_max_pool1d',
    (name) => (d) => d.call(`F.${name}`, [image(d, 2, 1), d.random.whole(1, 4)]),
  ),
  ...each(
    'adaptive_avg_pool2d adaptive_max_pool2d',
    (name) => (d) => d.call(`F.${name}`, [image(d, 2, 2), many(d, 2, 1, 4)]),
  ),
  'F.pad': (d) => {
    const x = d.pick({ min: 1 })
    const count = d.random.whole(1, d.tensor(x).ndim)
    d.call(
      'F.pad',
      [x, Array.from({ length: 2 * count }, () => d.random.whole(-1, 2))],
      [
        ['mode', d.maybe(0.3, () => 'constant')],
        ['value', d.maybe(0.3, () => d.number())],
      ],
    )
  },
  'F.pad(mode)': (d) => {
    const dims = d.random.whole(1, 2)
    d.call(
      'F.pad',
      [image(d, 2, dims), Array.from({ length: 2 * dims }, () => d.random.whole(0, 2))],
      [['*mode', d.random.of(['reflect', 'replicate', 'circular'])]],
    )
  },
  'F.interpolate': (d) => {
    const dims = d.random.whole(1, 2)
    const x = d.pick({ dtype: 'float32', shape: [1, 2, ...Array.from({ length: dims }, () => d.random.whole(2, 4))] })
    const mode = d.random.of([
      'nearest',
      'nearest-exact',
      'area',
      dims === 1 ? 'linear' : 'bilinear',
      ...(dims === 2 ? ['bicubic'] : []),
    ])
    const isLinear = ['linear', 'bilinear', 'bicubic'].includes(mode)
    d.call(
      'F.interpolate',
      [x],
      [
        ...d.random.of<readonly NamedArgument[]>([
          [['*size', many(d, dims, 1, 6)]],
          [['*scale_factor', d.random.of([2, 1.5, 0.5])]],
        ]),
        ['*mode', mode],
        ['*align_corners', isLinear ? d.maybe(0.5, () => d.random.chance(0.5)) : undefined],
      ],
    )
  },
  'F.unfold': (d) =>
    d.call(
      'F.unfold',
      [d.pick({ dtype: 'float32', shape: [2, 2, 4, 5] }), many(d, 2, 1, 3)],
      [
        ['dilation', d.maybe(0.3, () => 1)],
        ['padding', d.maybe(0.4, () => 1)],
        ['stride', d.maybe(0.4, () => many(d, 2, 1, 2))],
      ],
    ),
  'F.fold': (d) => d.call('F.fold', [d.pick({ dtype: 'float32', shape: [1, 8, 6] }), [3, 4], 2]),
  'F.pixel_shuffle': (d) => d.call('F.pixel_shuffle', [d.pick({ dtype: 'float32', shape: [1, 8, 2, 3] }), 2]),
  'F.pixel_unshuffle': (d) => d.call('F.pixel_unshuffle', [d.pick({ dtype: 'float32', shape: [1, 2, 4, 6] }), 2]),
  'F.channel_shuffle': (d) => d.call('F.channel_shuffle', [d.pick({ dtype: 'float32', shape: [1, 4, 2, 2] }), 2]),
  'F.layer_norm': (d) => {
    const x = d.pick({ min: 1, dtype: 'float32' })
    const shape = d.tensor(x).shape.slice(-d.random.whole(1, d.tensor(x).ndim))
    d.call(
      'F.layer_norm',
      [x, shape],
      [
        ['weight', d.maybe(0.6, () => d.pick({ dtype: 'float32', shape }))],
        ['bias', d.maybe(0.5, () => d.pick({ dtype: 'float32', shape }))],
        ['eps', d.maybe(0.2, () => 0.01)],
      ],
    )
  },
  'F.batch_norm': (d) => {
    const x = d.pick({ dtype: 'float32', shape: [d.random.whole(1, 3), 2, ...d.shape(0, 2, true)] })
    const stats = d.random.chance(0.6)
    const stat = (): Argument =>
      stats ? d.input({ dtype: 'float32', shape: [2], values: 'positive', grad: false }) : null
    d.call(
      'F.batch_norm',
      [x, stat(), stat()],
      [
        ['weight', d.maybe(0.6, () => d.pick({ dtype: 'float32', shape: [2] }))],
        ['bias', d.maybe(0.5, () => d.pick({ dtype: 'float32', shape: [2] }))],
        ['*training', stats ? d.random.chance(0.6) : true],
      ],
    )
  },
  'F.group_norm': (d) =>
    d.call(
      'F.group_norm',
      [d.pick({ dtype: 'float32', shape: [2, 4, ...d.shape(0, 2, true)] }), d.random.of([1, 2, 4])],
      [
        ['weight', d.maybe(0.6, () => d.pick({ dtype: 'float32', shape: [4] }))],
        ['bias', d.maybe(0.5, () => d.pick({ dtype: 'float32', shape: [4] }))],
      ],
    ),
  'F.instance_norm': (d) =>
    d.call(
      'F.instance_norm',
      [d.pick({ dtype: 'float32', shape: [2, 2, ...d.shape(1, 2, true)] })],
      [['*weight', d.maybe(0.5, () => d.pick({ dtype: 'float32', shape: [2] }))]],
    ),
  'F.local_response_norm': (d) =>
    d.call('F.local_response_norm', [d.pick({ dtype: 'float32', shape: [2, 4, 3] }), d.random.whole(1, 3)]),
  'F.embedding': (d) =>
    d.call(
      'F.embedding',
      [
        d.input({ dtype: 'int32', low: 0, high: d.random.chance(0.03) ? 5 : 4, max: 2 }),
        d.pick({ dtype: 'float32', shape: [5, d.random.whole(1, 3)] }),
      ],
      [['padding_idx', d.maybe(0.3, () => d.random.of([0, -1, 2]))]],
    ),
  'F.embedding_bag': (d) =>
    d.call(
      'F.embedding_bag',
      [d.input({ dtype: 'int32', low: 0, high: 4, shape: [2, 3] }), d.pick({ dtype: 'float32', shape: [5, 2] })],
      [['*mode', d.random.of(['sum', 'mean', 'max'])]],
    ),
  'F.dropout': (d) =>
    d.call(
      'F.dropout',
      [d.pick()],
      [
        ['p', d.maybe(0.7, () => d.random.of([0.3, 0, 1, 0.5]))],
        ['training', d.maybe(0.3, () => d.random.chance(0.5))],
      ],
    ),
}
