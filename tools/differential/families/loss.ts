import type { Draw, NamedArgument, Ref } from '../draw.ts'
import { each, type Family } from './family.ts'

const reduction = (d: Draw): NamedArgument => ['*reduction', d.maybe(0.6, () => d.random.of(['none', 'sum', 'mean']))]
/** A tensor of the shape of another, or rarely of one that broadcasts. */
const partner = (d: Draw, x: Ref, more: object = {}): Ref =>
  d.pick({
    dtype: d.tensor(x).dtype.name as 'float32',
    shape: d.random.chance(0.93) ? d.tensor(x).shape : d.broadcastable(d.tensor(x).shape),
    ...more,
  })
const signs = (d: Draw, shape: readonly number[]): Ref =>
  d.emit('Tensor.sub', [
    d.emit('Tensor.mul', [d.input({ dtype: 'float32', shape, grad: false, values: 'unit' }), 2]).out,
    1,
  ]).out
const sign = (d: Draw, shape: readonly number[]): Ref => d.emit('Tensor.sign', [signs(d, shape)]).out

export const losses: Family = {
  ...each('mse_loss l1_loss', (name) => (d) => {
    const x = d.pick()
    d.call(`F.${name}`, [x, partner(d, x)], [reduction(d)])
  }),
  smooth_l1_loss: (d) => {
    const x = d.pick()
    d.call(
      'F.smooth_l1_loss',
      [x, partner(d, x)],
      [reduction(d), ['*beta', d.maybe(0.4, () => d.random.of([0, 0.5, 2]))]],
    )
  },
  huber_loss: (d) => {
    const x = d.pick()
    d.call('F.huber_loss', [x, partner(d, x)], [reduction(d), ['*delta', d.maybe(0.4, () => d.random.of([0.5, 2]))]])
  },
  kl_div: (d) => {
    const x = d.pick()
    d.call(
      'F.kl_div',
      [x, partner(d, x, { values: 'unit' })],
      [
        ['*reduction', d.random.of(['none', 'sum', 'batchmean', 'mean'])],
        ['*log_target', d.maybe(0.3, () => true)],
      ],
    )
  },
  binary_cross_entropy: (d) => {
    const x = d.input({ values: 'unit' })
    d.call(
      'F.binary_cross_entropy',
      [x, partner(d, x, { values: 'unit' })],
      [['weight', d.maybe(0.3, () => partner(d, x, { grad: false, fresh: true }))], reduction(d)],
    )
  },
  binary_cross_entropy_with_logits: (d) => {
    const x = d.pick()
    d.call(
      'F.binary_cross_entropy_with_logits',
      [x, partner(d, x, { values: 'unit' })],
      [
        ['weight', d.maybe(0.3, () => partner(d, x, { grad: false, fresh: true }))],
        reduction(d),
        [
          '*pos_weight',
          d.maybe(0.3, () =>
            d.input({ dtype: 'float32', shape: d.tensor(x).shape.slice(-1), values: 'positive', grad: false }),
          ),
        ],
      ],
    )
  },
  cross_entropy: (d) => {
    const classes = d.random.whole(1, 4)
    const space = d.shape(0, 1, true)
    const batch = d.random.chance(0.85) ? [d.random.whole(1, 3)] : []
    const x = d.pick({ dtype: 'float32', shape: [...batch, classes, ...(batch.length === 0 ? [] : space)] })
    const rest = batch.length === 0 ? [] : [...batch, ...space]
    const target = d.random.chance(0.75)
      ? d.input({ dtype: 'int32', shape: rest, low: 0, high: classes - 1 })
      : partner(d, x, { values: 'unit', grad: d.random.chance(0.3) })
    d.call(
      'F.cross_entropy',
      [x, target],
      [
        [
          '*weight',
          d.maybe(0.3, () => d.input({ dtype: 'float32', shape: [classes], values: 'positive', grad: false })),
        ],
        ['*ignore_index', d.maybe(0.2, () => 0)],
        reduction(d),
        ['*label_smoothing', d.maybe(0.3, () => 0.1)],
      ],
    )
  },
  nll_loss: (d) => {
    const classes = d.random.whole(1, 4)
    const rest = d.random.chance(0.85) ? [d.random.whole(1, 3)] : []
    d.call(
      'F.nll_loss',
      [
        d.pick({ dtype: 'float32', shape: [...rest, classes] }),
        d.input({ dtype: 'int32', shape: rest, low: 0, high: d.random.chance(0.04) ? classes : classes - 1 }),
      ],
      [
        [
          '*weight',
          d.maybe(0.3, () => d.input({ dtype: 'float32', shape: [classes], values: 'positive', grad: false })),
        ],
        ['*ignore_index', d.maybe(0.2, () => 0)],
        reduction(d),
      ],
    )
  },
  hinge_embedding_loss: (d) => {
    const x = d.pick({ dtype: 'float32' })
    d.call(
      'F.hinge_embedding_loss',
      [x, sign(d, d.tensor(x).shape)],
      [['*margin', d.maybe(0.4, () => 0.5)], reduction(d)],
    )
  },
  soft_margin_loss: (d) => {
    const x = d.pick({ dtype: 'float32' })
    d.call('F.soft_margin_loss', [x, sign(d, d.tensor(x).shape)], [reduction(d)])
  },
  margin_ranking_loss: (d) => {
    const x = d.pick({ dtype: 'float32' })
    d.call(
      'F.margin_ranking_loss',
      [x, partner(d, x), sign(d, d.tensor(x).shape)],
      [['*margin', d.maybe(0.4, () => 0.5)], reduction(d)],
    )
  },
  cosine_embedding_loss: (d) => {
    const n = d.random.whole(1, 3)
    const x = d.pick({ dtype: 'float32', shape: [n, 3] })
    d.call(
      'F.cosine_embedding_loss',
      [x, d.pick({ dtype: 'float32', shape: [n, 3] }), sign(d, [n])],
      [['*margin', d.maybe(0.4, () => 0.2)], reduction(d)],
    )
  },
  multi_margin_loss: (d) => {
    const n = d.random.whole(1, 3)
    d.call(
      'F.multi_margin_loss',
      [d.pick({ dtype: 'float32', shape: [n, 4] }), d.input({ dtype: 'int32', shape: [n], low: 0, high: 3 })],
      [['*p', d.maybe(0.4, () => d.random.of([1, 2]))], ['*margin', d.maybe(0.3, () => 0.5)], reduction(d)],
    )
  },
  multilabel_margin_loss: (d) =>
    d.call(
      'F.multilabel_margin_loss',
      [d.pick({ dtype: 'float32', shape: [2, 4] }), d.input({ dtype: 'int32', shape: [2, 4], low: -1, high: 3 })],
      [reduction(d)],
    ),
  multilabel_soft_margin_loss: (d) => {
    const x = d.pick({ dtype: 'float32', shape: [2, 4] })
    d.call('F.multilabel_soft_margin_loss', [x, partner(d, x, { values: 'unit' })], [reduction(d)])
  },
  triplet_margin_loss: (d) => {
    const shape = [d.random.whole(1, 3), 3]
    const one = (): Ref => d.pick({ dtype: 'float32', shape })
    d.call(
      'F.triplet_margin_loss',
      [one(), one(), one()],
      [
        ['*margin', d.maybe(0.3, () => 0.5)],
        ['*p', d.maybe(0.3, () => 1)],
        ['*swap', d.maybe(0.3, () => true)],
        reduction(d),
      ],
    )
  },
  poisson_nll_loss: (d) => {
    const x = d.pick()
    d.call(
      'F.poisson_nll_loss',
      [x, partner(d, x, { values: 'positive' })],
      [['*log_input', d.maybe(0.3, () => false)], ['*full', d.maybe(0.3, () => true)], reduction(d)],
    )
  },
  gaussian_nll_loss: (d) => {
    const x = d.pick({ min: 1 })
    d.call(
      'F.gaussian_nll_loss',
      [
        x,
        partner(d, x),
        d.input({ dtype: d.tensor(x).dtype.name as 'float32', shape: d.tensor(x).shape, values: 'positive' }),
      ],
      [['*full', d.maybe(0.3, () => true)], reduction(d)],
    )
  },
  cosine_similarity: (d) => {
    const x = d.pick({ min: 1 })
    d.call('F.cosine_similarity', [x, partner(d, x)], [['dim', d.maybe(0.6, () => d.dim(x))]])
  },
  pairwise_distance: (d) => {
    const x = d.pick({ min: 1 })
    d.call(
      'F.pairwise_distance',
      [x, partner(d, x)],
      [
        ['p', d.maybe(0.4, () => d.random.of([1, 2, 3]))],
        ['*keepdim', d.maybe(0.3, () => true)],
      ],
    )
  },
}
