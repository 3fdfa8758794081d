import type { Draw, NamedArgument } from '../draw.ts'
import type { Argument } from '../program.ts'
import { each, type Family, form } from './family.ts'

const keep = (d: Draw): NamedArgument => ['keepdim', d.maybe(0.35, () => d.random.chance(0.8))]

/** Over one dimension, several, or all. */
function overDims(d: Draw, x: { ref: string }, lists = true): Argument {
  return lists && d.random.chance(0.4) ? d.dims(x) : d.dim(x)
}

/** A reduction with `dim` and `keepdim`. */
const reducing =
  (
    name: string,
    kind: 'float' | 'any',
    optionalDim: boolean,
    lists: boolean,
    extra: (d: Draw) => readonly NamedArgument[] = () => [],
  ) =>
  (d: Draw): void => {
    const x = d.pick({ kind: kind === 'any' && d.random.chance(0.3) ? 'any' : 'float' })
    if (optionalDim && d.random.chance(0.4)) d.call(form(d, name), [x], extra(d))
    else d.call(form(d, name), [x], [['dim', overDims(d, x, lists)], keep(d), ...extra(d)])
  }

const dtype = (d: Draw): readonly NamedArgument[] => [
  ['*dtype', d.maybe(0.12, () => ({ dtype: d.random.of(['float32', 'float64', 'int32'] as const) }))],
]

export const reduce: Family = {
  ...each('sum nansum', (name) => reducing(name, 'any', true, true, dtype)),
  mean: reducing('mean', 'any', true, true, dtype),
  nanmean: reducing('nanmean', 'float', true, true),
  prod: reducing('prod', 'any', true, false, dtype),
  ...each('amax amin', (name) => reducing(name, 'any', true, true)),
  ...each('max min median nanmedian', (name) => reducing(name, 'any', true, false)),
  ...each('argmax argmin', (name) => reducing(name, 'any', true, false)),
  ...each('all any', (name) => reducing(name, 'any', true, false)),
  count_nonzero: (d) => {
    const x = d.pick({ kind: 'any' })
    d.call(form(d, 'count_nonzero'), [x], [['dim', d.maybe(0.5, () => overDims(d, x))]])
  },
  logsumexp: reducing('logsumexp', 'float', false, true),
  mode: (d) => {
    const x = d.pick({ kind: 'any' })
    d.call(form(d, 'mode'), [x], [['dim', d.maybe(0.5, () => d.dim(x))], keep(d)])
  },
  aminmax: (d) => {
    const x = d.pick({ kind: 'any' })
    d.call(
      form(d, 'aminmax'),
      [x],
      [
        ['*dim', d.maybe(0.6, () => d.dim(x))],
        ['*keepdim', d.maybe(0.3, () => true)],
      ],
    )
  },
  kthvalue: (d) => {
    const x = d.pick({ min: 1 })
    const dim = d.dim(x)
    d.call(
      form(d, 'kthvalue'),
      [x, d.random.whole(1, Math.max(d.size(x, -1), 1))],
      [['dim', d.maybe(0.4, () => dim)], keep(d)],
    )
  },
  ...each('var std', (name) => (d) => {
    const x = d.pick()
    const correction: readonly NamedArgument[] = [['*unbiased', d.maybe(0.3, () => d.random.chance(0.5))]]
    const other: readonly NamedArgument[] = [['*correction', d.random.of([0, 1, 2])]]
    if (d.random.chance(0.4)) d.call(form(d, name), [x], correction)
    else
      d.call(
        form(d, name),
        [x],
        [['*dim', overDims(d, x)], ['*keepdim', d.maybe(0.3, () => true)], ...d.random.of([correction, other])],
      )
  }),
  ...each('var_mean std_mean', (name) => (d) => {
    const x = d.pick()
    d.call(
      `torch.${name}`,
      [x],
      d.random.chance(0.4)
        ? []
        : [
            ['*dim', overDims(d, x)],
            ['*keepdim', d.maybe(0.3, () => true)],
            ['*unbiased', d.maybe(0.3, () => false)],
          ],
    )
  }),
  norm: (d) => {
    const x = d.pick()
    const p = (): Argument => d.random.of<Argument>([2, 1, 0, 3, 0.5, -1, 'fro', { number: 'inf' }, { number: '-inf' }])
    d.call(
      form(d, 'norm'),
      [x],
      [
        ['p', d.maybe(0.7, p)],
        ['dim', d.maybe(0.5, () => overDims(d, x))],
        ['keepdim', d.maybe(0.3, () => true)],
      ],
    )
  },
  'linalg.vector_norm': (d) => {
    const x = d.pick()
    d.call(
      'linalg.vector_norm',
      [x],
      [
        ['ord', d.maybe(0.7, () => d.random.of<Argument>([2, 1, 0, 3, -1, { number: 'inf' }, { number: '-inf' }]))],
        ['dim', d.maybe(0.5, () => overDims(d, x))],
        ['keepdim', d.maybe(0.3, () => true)],
      ],
    )
  },
  'linalg.norm': (d) => {
    const x = d.pick({ min: 1, max: 2 })
    d.call(
      'linalg.norm',
      [x],
      [
        ['ord', d.maybe(0.5, () => d.random.of<Argument>(['fro', 1, -1, { number: 'inf' }, { number: '-inf' }]))],
        ['*keepdim', d.maybe(0.3, () => true)],
      ],
    )
  },
  ...each('cumsum cumprod', (name) => (d) => {
    const x = d.pick({ kind: d.random.chance(0.8) ? 'float' : 'any' })
    d.call(form(d, name), [x, d.dim(x)], dtype(d))
  }),
  ...each('cumsum_ cumprod_', (name) => (d) => {
    const x = d.target()
    d.call(`Tensor.${name}`, [x, d.dim(x)])
  }),
  ...each('cummax cummin logcumsumexp', (name) => (d) => {
    const x = d.pick({ kind: 'float' })
    d.call(form(d, name), [x, d.dim(x)])
  }),
  ...each('softmax log_softmax', (name) => (d) => {
    const x = d.pick()
    d.call(d.random.of([`Tensor.${name}`, `torch.${name}`, `F.${name}`]), [x, d.dim(x)], dtype(d))
  }),
  softmin: (d) => {
    const x = d.pick()
    d.call('F.softmin', [x], [['dim', d.dim(x)]])
  },
  quantile: (d) => {
    const x = d.pick({ full: true })
    const q: Argument = d.random.chance(0.6)
      ? d.random.of([0, 0.5, 0.3, 1])
      : d.input({ dtype: d.tensor(x).dtype.name as 'float32', shape: [2], values: 'unit', grad: false })
    d.call(
      form(d, d.random.of(['quantile', 'nanquantile'])),
      [x, q],
      [
        ['dim', d.maybe(0.6, () => d.dim(x))],
        ['keepdim', d.maybe(0.3, () => true)],
        ['*interpolation', d.maybe(0.3, () => d.random.of(['linear', 'lower', 'higher', 'midpoint', 'nearest']))],
      ],
    )
  },
  diff: (d) => {
    const x = d.pick({ min: 1, kind: d.random.chance(0.8) ? 'float' : 'any' })
    d.call(
      form(d, 'diff'),
      [x],
      [
        ['n', d.maybe(0.4, () => d.random.whole(0, 3))],
        ['dim', d.maybe(0.5, () => d.dim(x))],
      ],
    )
  },
  ...each('trapezoid cumulative_trapezoid', (name) => (d) => {
    const x = d.pick({ min: 1 })
    d.call(
      `torch.${name}`,
      [x],
      [
        ['*dx', d.maybe(0.3, () => 0.5)],
        ['*dim', d.maybe(0.5, () => d.dim(x))],
      ],
    )
  }),
  sort: (d) => {
    const x = d.pick({ kind: 'any' })
    d.call(
      form(d, 'sort'),
      [x],
      [
        ['*stable', true],
        ['*dim', d.maybe(0.5, () => d.dim(x))],
        ['*descending', d.maybe(0.4, () => true)],
      ],
    )
  },
  argsort: (d) => {
    const x = d.pick({ kind: 'any' })
    d.call(
      form(d, 'argsort'),
      [x],
      [
        ['*stable', true],
        ['*dim', d.maybe(0.5, () => d.dim(x))],
        ['*descending', d.maybe(0.4, () => true)],
      ],
    )
  },
  topk: (d) => {
    const x = d.pick({ min: 1 })
    d.call(
      form(d, 'topk'),
      [x, d.random.whole(0, Math.max(1, Math.min(...d.tensor(x).shape)))],
      [
        ['dim', d.maybe(0.5, () => d.dim(x))],
        ['largest', d.maybe(0.4, () => d.random.chance(0.5))],
      ],
    )
  },
  msort: (d) => d.call(form(d, 'msort'), [d.pick({ min: 1 })]),
  unique: (d) =>
    d.call(
      'torch.unique',
      [d.pick({ kind: 'number' })],
      [
        ['*return_inverse', d.maybe(0.4, () => true)],
        ['*return_counts', d.maybe(0.4, () => true)],
      ],
    ),
  unique_consecutive: (d) =>
    d.call(
      'torch.unique_consecutive',
      [d.pick({ kind: 'number' })],
      [
        ['*return_inverse', d.maybe(0.4, () => true)],
        ['*return_counts', d.maybe(0.4, () => true)],
      ],
    ),
  dist: (d) => {
    const x = d.pick()
    d.call(
      form(d, 'dist'),
      [x, d.pick({ shape: d.broadcastable(d.tensor(x).shape) })],
      [['p', d.maybe(0.6, () => d.random.of<Argument>([1, 2, 3, 0, { number: 'inf' }]))]],
    )
  },
  renorm: (d) => {
    const x = d.pick({ min: 2 })
    d.call(form(d, 'renorm'), [x, d.random.of([1, 2, 3]), d.dim(x), d.random.of([0.5, 1, 2])])
  },
  histc: (d) =>
    d.call(
      form(d, 'histc'),
      [d.pick({ full: true })],
      [
        ['bins', d.maybe(0.8, () => d.random.whole(1, 5))],
        ['min', d.maybe(0.5, () => -1)],
        ['max', d.maybe(0.5, () => 2)],
      ],
    ),
  bincount: (d) =>
    d.call(
      form(d, 'bincount'),
      [d.input({ dtype: 'int32', shape: d.shape(1, 1), low: 0, high: 4 })],
      [['*minlength', d.maybe(0.4, () => 7)]],
    ),
  cov: (d) => d.call(form(d, d.random.of(['cov', 'corrcoef'])), [d.pick({ max: 2 })]),
  equal: (d) => {
    const x = d.pick({ kind: 'any' })
    d.call(form(d, d.random.of(['equal', 'allclose'])), [x, d.pick({ shape: d.tensor(x).shape })])
  },
  'F.normalize': (d) => {
    const x = d.pick({ min: 1 })
    d.call(
      'F.normalize',
      [x],
      [
        ['p', d.maybe(0.4, () => d.random.of([1, 2, 3]))],
        ['dim', d.dim(x)],
      ],
    )
  },
}
