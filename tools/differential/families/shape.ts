import type { Draw } from '../draw.ts'
import type { Argument } from '../program.ts'
import { each, type Family, form } from './family.ts'

/** A shape of as many elements. */
function reshaped(d: Draw, shape: readonly number[]): number[] {
  const count = shape.reduce((a, b) => a * b, 1)
  const divisors = [1, 2, 3, 4, 5, 6].filter((size) => count % size === 0)
  const first = d.random.of(divisors)
  if (count === 0) return d.random.of([[...shape], [0], [0, 3]])
  const sizes = d.random.of([
    [count],
    [first, count / first],
    [first, 1, count / first],
    [count / first, first],
    [first, -1],
    [-1],
  ])
  return d.random.chance(0.03) ? [...sizes, 2] : sizes
}

const kind = (d: Draw) => ({ kind: d.random.chance(0.75) ? 'float' : 'any' }) as const

const several = (d: Draw): { list: { ref: string }[]; x: { ref: string } } => {
  const x = d.pick(kind(d))
  const { shape, dtype } = d.tensor(x)
  const list = Array.from({ length: d.random.whole(0, 2) }, () =>
    d.pick(d.random.chance(0.85) ? { shape, dtype: dtype.name as 'float32' } : { kind: 'any', shape }),
  )
  return { x, list: d.random.shuffled([x, ...list]) as { ref: string }[] }
}

export const shapes: Family = {
  ...each('view reshape', (name) => (d) => {
    const x = d.pick(kind(d))
    const shape = reshaped(d, d.tensor(x).shape)
    d.call(`Tensor.${name}`, d.random.chance(0.5) ? [x, shape] : [x, ...shape])
  }),
  flatten: (d) => {
    const x = d.pick(kind(d))
    d.call(
      form(d, 'flatten'),
      [x],
      [
        ['start_dim', d.maybe(0.5, () => d.dim(x))],
        ['end_dim', d.maybe(0.4, () => d.dim(x))],
      ],
    )
  },
  unflatten: (d) => {
    const x = d.pick({ min: 1 })
    const dim = d.dim(x)
    d.call('Tensor.unflatten', [x, dim, [d.random.of([1, 2, -1]), -1].slice(d.random.whole(0, 1)).concat(1)])
  },
  squeeze: (d) => {
    const x = d.pick(kind(d))
    d.call(form(d, 'squeeze'), [x], [['dim', d.maybe(0.6, () => d.dim(x))]])
  },
  unsqueeze: (d) => {
    const x = d.pick(kind(d))
    d.call(form(d, 'unsqueeze'), [x, d.random.whole(-d.tensor(x).ndim - 1, d.tensor(x).ndim)])
  },
  ...each('transpose swapaxes swapdims', (name) => (d) => {
    const x = d.pick(kind(d))
    d.call(form(d, name), [x, d.dim(x), d.dim(x)])
  }),
  t: (d) => d.call(form(d, 't'), [d.pick({ max: d.random.chance(0.95) ? 2 : 4 })]),
  permute: (d) => {
    const x = d.pick(kind(d))
    const dims = d.random
      .shuffled([...d.tensor(x).shape.keys()])
      .map((i) => (d.random.chance(0.2) ? i - d.tensor(x).ndim : i))
    d.call(form(d, 'permute'), [x, d.random.chance(0.04) ? [...dims, 0] : dims])
  },
  movedim: (d) => {
    const x = d.pick(kind(d))
    d.call(form(d, d.random.of(['movedim', 'moveaxis'])), [x, d.dim(x), d.dim(x)])
  },
  expand: (d) => {
    const x = d.pick(kind(d))
    const sizes = d
      .tensor(x)
      .shape.map((size) => (d.random.chance(0.3) ? -1 : size === 1 && d.random.chance(0.6) ? 3 : size))
    d.call('Tensor.expand', [x, d.random.chance(0.4) ? [2, ...sizes] : sizes])
  },
  broadcast_to: (d) => {
    const x = d.pick(kind(d))
    d.call(form(d, 'broadcast_to'), [x, [2, ...d.tensor(x).shape.map((size) => (size === 1 ? 3 : size))]])
  },
  expand_as: (d) => {
    const x = d.pick()
    d.call('Tensor.expand_as', [d.pick({ shape: d.broadcastable(d.tensor(x).shape) }), x])
  },
  narrow: (d) => {
    const x = d.pick({ min: 1, ...kind(d) })
    const dim = d.dim(x)
    const start = d.random.whole(-1, d.size(x, dim))
    d.call(form(d, 'narrow'), [x, dim, start, d.random.whole(0, Math.max(1, d.size(x, dim) - Math.max(start, 0)))])
  },
  select: (d) => {
    const x = d.pick({ min: 1, ...kind(d) })
    const dim = d.dim(x)
    d.call(form(d, 'select'), [x, dim, d.random.whole(-d.size(x, dim), d.size(x, dim) - 1)])
  },
  chunk: (d) => {
    const x = d.pick({ min: 1, ...kind(d) })
    d.call(form(d, 'chunk'), [x, d.random.whole(1, 4)], [['dim', d.maybe(0.6, () => d.dim(x))]])
  },
  split: (d) => {
    const x = d.pick({ min: 1, ...kind(d) })
    d.call(
      form(d, 'split'),
      [x, d.random.chance(0.7) ? d.random.whole(1, 3) : [1, d.size(x, 0) - 1]],
      [['dim', d.maybe(0.5, () => d.dim(x))]],
    )
  },
  tensor_split: (d) => {
    const x = d.pick({ min: 1, ...kind(d) })
    d.call(
      form(d, 'tensor_split'),
      [x, d.random.chance(0.6) ? d.random.whole(1, 4) : [d.random.whole(-1, 2), d.random.whole(1, 3)]],
      [['dim', d.maybe(0.5, () => d.dim(x))]],
    )
  },
  ...each('hsplit vsplit dsplit', (name) => (d) => d.call(form(d, name), [d.pick({ min: 1 }), d.random.whole(1, 3)])),
  unbind: (d) => {
    const x = d.pick({ min: 1, ...kind(d) })
    d.call(form(d, 'unbind'), [x], [['dim', d.maybe(0.6, () => d.dim(x))]])
  },
  diagonal: (d) => {
    const x = d.pick({ min: 2, ...kind(d) })
    d.call(
      form(d, 'diagonal'),
      [x],
      [
        ['offset', d.maybe(0.5, () => d.random.whole(-2, 2))],
        ['dim1', d.maybe(0.3, () => d.dim(x))],
        ['dim2', d.maybe(0.3, () => d.dim(x))],
      ],
    )
  },
  unfold: (d) => {
    const x = d.pick({ min: 1, ...kind(d) })
    const dim = d.dim(x)
    d.call('Tensor.unfold', [x, dim, d.random.whole(0, Math.max(1, d.size(x, dim))), d.random.whole(1, 2)])
  },
  as_strided: (d) => {
    const x = d.pick({ min: 1, full: true })
    d.call(
      form(d, 'as_strided'),
      [x, [2, 1], [d.random.whole(0, 1), d.random.whole(0, 2)]],
      [['storage_offset', d.maybe(0.3, () => 0)]],
    )
  },
  flip: (d) => {
    const x = d.pick(kind(d))
    d.call(form(d, 'flip'), [x, d.dims(x)])
  },
  ...each('fliplr flipud', (name) => (d) => d.call(form(d, name), [d.pick({ min: 1 })])),
  roll: (d) => {
    const x = d.pick(kind(d))
    d.call(form(d, 'roll'), [x, d.random.whole(-3, 3)], [['dims', d.maybe(0.6, () => d.dim(x))]])
  },
  rot90: (d) => d.call(form(d, 'rot90'), [d.pick({ min: 2 })], [['k', d.maybe(0.7, () => d.random.whole(-2, 5))]]),
  ...each('repeat tile', (name) => (d) => {
    const x = d.pick(kind(d))
    const sizes = d.tensor(x).shape.map(() => d.random.of([1, 1, 2, 0, 3]))
    d.call(`Tensor.${name}`, [x, d.random.chance(0.3) ? [2, ...sizes] : sizes])
  }),
  repeat_interleave: (d) => {
    const x = d.pick(kind(d))
    d.call(form(d, 'repeat_interleave'), [x, d.random.whole(0, 3)], [['dim', d.maybe(0.6, () => d.dim(x))]])
  },
  cat: (d) => {
    const { x, list } = several(d)
    d.call(`torch.${d.random.of(['cat', 'concat'])}`, [list], [['dim', d.maybe(0.6, () => d.dim(x))]])
  },
  stack: (d) => {
    const { x, list } = several(d)
    d.call(
      'torch.stack',
      [list],
      [['dim', d.maybe(0.6, () => d.random.whole(-d.tensor(x).ndim - 1, d.tensor(x).ndim))]],
    )
  },
  ...each('hstack vstack dstack column_stack block_diag cartesian_prod', (name) => (d) => {
    const { list } = several(d)
    d.call(`torch.${name}`, name === 'block_diag' || name === 'cartesian_prod' ? list : [list])
  }),
  ...each('atleast_1d atleast_2d atleast_3d', (name) => (d) => d.call(`torch.${name}`, [d.pick(kind(d))])),
  ...each('tril triu', (name) => (d) => {
    const inPlace = d.random.chance(0.25)
    d.call(
      inPlace ? `Tensor.${name}_` : form(d, name),
      [inPlace ? d.target({ min: 2 }) : d.pick({ min: 2, ...kind(d) })],
      [['diagonal', d.maybe(0.5, () => d.random.whole(-2, 2))]],
    )
  }),
  diag: (d) =>
    d.call(
      form(d, 'diag'),
      [d.pick({ min: 1, max: 2, ...kind(d) })],
      [['diagonal', d.maybe(0.5, () => d.random.whole(-2, 2))]],
    ),
  diag_embed: (d) =>
    d.call(
      form(d, 'diag_embed'),
      [d.pick({ min: 1, max: 3 })],
      [['offset', d.maybe(0.5, () => d.random.whole(-2, 2))]],
    ),
  diagflat: (d) =>
    d.call(form(d, 'diagflat'), [d.pick({ max: 2 })], [['offset', d.maybe(0.5, () => d.random.whole(-2, 2))]]),
  meshgrid: (d) =>
    d.call(
      'torch.meshgrid',
      [d.pick({ min: 1, max: 1 }), d.pick({ max: 1 })],
      [['*indexing', d.random.of(['ij', 'xy'])]],
    ),
  ravel: (d) => d.call(form(d, 'ravel'), [d.pick(kind(d))]),
  ...each('get.T get.mT get.data', (name) => (d) => d.call(name, [d.pick({ min: 2, max: 2 })])),
  ...each('view_as reshape_as', (name) => (d) => {
    const x = d.pick()
    d.call(`Tensor.${name}`, [x, d.pick({ shape: d.tensor(x).shape })])
  }),
  broadcast_tensors: (d) => {
    const x = d.pick()
    d.call('torch.broadcast_tensors', [x, d.pick({ shape: d.broadcastable(d.tensor(x).shape) })])
  },
  ...each('squeeze_ t_', (name) => (d) => d.call(`Tensor.${name}`, [d.target({ max: 2 })])),
  unsqueeze_: (d) => {
    const x = d.target()
    d.call('Tensor.unsqueeze_', [x, d.random.whole(-1, d.tensor(x).ndim)])
  },
  transpose_: (d) => {
    const x = d.target({ min: 1 })
    d.call('Tensor.transpose_', [x, d.dim(x), d.dim(x)])
  },
  ...each('clone detach contiguous', (name) => (d) => d.call(`Tensor.${name}`, [d.pick({ kind: 'any' })])),
  detach_: (d) => d.call('Tensor.detach_', [d.pick({ kind: 'any' })]),
  requires_grad_: (d) =>
    d.call(
      'Tensor.requires_grad_',
      [d.pick({ kind: 'any' })],
      [['*requires_grad', d.maybe(0.4, () => d.random.chance(0.5))]],
    ),
  retain_grad: (d) => d.call('Tensor.retain_grad', [d.pick()]),
  to: (d) =>
    d.call('Tensor.to', [
      d.pick({ kind: 'any' }),
      { dtype: d.random.of(['float32', 'float64', 'int32', 'uint8', 'bool'] as const) },
    ]),
  ...each(
    'double float int bool',
    (name) => (d) => d.call(`Tensor.${name === 'int' ? 'long' : name}`, [d.pick({ kind: 'any' })]),
  ),
  type_as: (d) => d.call('Tensor.type_as', [d.pick({ kind: 'any' }), d.pick({ kind: 'any' })]),
  ...each(
    'zeros_like ones_like rand_like randn_like',
    (name) => (d) =>
      d.call(
        `torch.${name}`,
        [d.pick({ kind: name.startsWith('r') ? 'float' : 'any' })],
        [
          ['*dtype', d.maybe(0.3, () => ({ dtype: d.random.of(['float32', 'float64'] as const) }))],
          ['*requires_grad', d.maybe(0.1, () => true)],
        ],
      ),
  ),
  full_like: (d) => d.call('torch.full_like', [d.pick({ kind: 'any' }), d.number()]),
  ...each('new_zeros new_ones', (name) => (d) => d.call(`Tensor.${name}`, [d.pick({ kind: 'any' }), d.shape()])),
  zero_: (d) => d.call('Tensor.zero_', [d.target({ kind: 'any' })]),
  fill_: (d) =>
    d.call('Tensor.fill_', [d.target({ kind: 'any' }), d.random.chance(0.7) ? d.number() : d.pick({ shape: [] })]),
  copy_: (d) => {
    const x = d.target({ kind: 'any' })
    d.call('Tensor.copy_', [
      x,
      d.pick({ kind: d.random.of(['float', 'any']), shape: d.broadcastable(d.tensor(x).shape) }),
    ])
  },
  arange: (d) =>
    d.call(
      'torch.arange',
      [d.random.of<Argument>([3, 0.5, -2, 0]), d.random.of([5, 2.5, 4]), d.random.of([1, 0.5, 2, 0.3])],
      [['*dtype', d.maybe(0.3, () => ({ dtype: d.random.of(['float32', 'float64', 'int32'] as const) }))]],
    ),
  linspace: (d) =>
    d.call('torch.linspace', [d.random.of([0, -2, 0.5]), d.random.of([1, 5, -3.3]), d.random.whole(0, 8)]),
  logspace: (d) =>
    d.call('torch.logspace', [d.random.of([0, -2, 0.5]), d.random.of([1, 2, -1.5]), d.random.whole(0, 6)]),
  eye: (d) => d.call('torch.eye', [d.random.whole(0, 4)], [['m', d.maybe(0.5, () => d.random.whole(0, 4))]]),
  ...each(
    'tril_indices triu_indices',
    (name) => (d) =>
      d.call(
        `torch.${name}`,
        [d.random.whole(0, 4), d.random.whole(0, 4)],
        [['offset', d.maybe(0.5, () => d.random.whole(-2, 2))]],
      ),
  ),
  ...each(
    'rand randn',
    (name) => (d) =>
      d.call(
        `torch.${name}`,
        [d.random.chance(0.1) ? [20] : d.shape()],
        [['*requires_grad', d.maybe(0.4, () => true)]],
      ),
  ),
  randint: (d) => d.call('torch.randint', [d.random.whole(-3, 0), d.random.whole(1, 9), d.shape()]),
  randperm: (d) => d.call('torch.randperm', [d.random.whole(0, 9)]),
}
