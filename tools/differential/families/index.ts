import type { Draw, Ref } from '../draw.ts'
import type { Argument } from '../program.ts'
import { each, type Family, form } from './family.ts'

/** Whole numbers that index a dimension. */
const places = (d: Draw, size: number, shape: readonly number[]): Argument => {
  const whole = size === 0 ? shape.map(() => 0) : shape
  return d.input({
    dtype: 'int32',
    shape: whole,
    low: d.random.chance(0.3) ? -size : 0,
    high: Math.max(0, d.random.chance(0.02) ? size : size - 1),
  })
}
/** Whole numbers that are not negative. */
const rows = (d: Draw, size: number, shape: readonly number[]): Ref =>
  d.input({
    dtype: 'int32',
    shape: size === 0 ? shape.map(() => 0) : shape,
    low: 0,
    high: Math.max(0, d.random.chance(0.02) ? size : size - 1),
  })

/** What stands between brackets. */
function brackets(d: Draw, x: Ref): Argument[] {
  const { shape } = d.tensor(x)
  const { random } = d
  const list: Argument[] = []
  let dim = 0
  let hasEllipsis = false
  const common = d.shape(0, 2)
  while (dim < shape.length && random.chance(0.75)) {
    const size = shape[dim] as number
    const bound = (): number | null => (random.chance(0.4) ? null : random.whole(-size - 1, size + 1))
    const pick = random.unit()
    if (pick < 0.2) list.push(random.chance(0.03) ? size : random.whole(-size, Math.max(size - 1, -size)))
    else if (pick < 0.5) list.push({ slice: [bound(), bound(), random.chance(0.6) ? null : random.whole(1, 3)] })
    else if (pick < 0.58) {
      list.push(null)
      continue
    } else if (pick < 0.64 && !hasEllipsis) {
      hasEllipsis = true
      list.push('...')
      dim = Math.max(dim, random.whole(dim, shape.length - 1))
      continue
    } else if (pick < 0.8) list.push(places(d, size, random.chance(0.7) ? common : [random.whole(1, 3)]))
    else if (pick < 0.92) {
      const span = hasEllipsis ? 1 : random.whole(1, Math.min(2, shape.length - dim))
      list.push(
        d.input({
          dtype: random.chance(0.9) ? 'bool' : 'uint8',
          shape: hasEllipsis ? [size] : shape.slice(dim, dim + span),
          low: 0,
          high: 1,
        }),
      )
      dim += span - 1
    } else if (size > 0) list.push([random.whole(0, size - 1), random.whole(-size, size - 1)])
    dim++
  }
  return list.length === 0 ? [{ slice: [null, null, null] }].slice(0, Math.max(1, shape.length)) : list
}

export const indexing: Family = {
  index: (d) => {
    const x = d.pick({ min: 1, kind: d.random.chance(0.8) ? 'float' : 'any' })
    d.emit('index', [x, ...brackets(d, x)])
  },
  setindex: (d) => {
    const x = d.target({ min: 1, kind: d.random.chance(0.8) ? 'float' : 'any' })
    const list = brackets(d, x)
    const part = d.emit('index', [x, ...list])
    if ('error' in part) return
    const { shape, dtype } = d.tensor(part.out)
    d.emit('setindex', [
      x,
      list,
      d.random.chance(0.4)
        ? d.number()
        : d.pick({
            shape: d.random.chance(0.7) ? shape : d.broadcastable(shape),
            ...(d.random.chance(0.85) ? { dtype: dtype.name as 'float32' } : { kind: 'any' as const }),
          }),
    ])
  },
  index_put: (d) => {
    const x = d.target({ min: 1 })
    const { shape, ndim } = d.tensor(x)
    const count = d.random.whole(1, Math.min(2, ndim))
    const common = [d.random.whole(1, 3)]
    const indices = shape.slice(0, count).map((size) => places(d, size, common))
    d.call(
      d.random.of(['Tensor.index_put_', 'Tensor.index_put', 'torch.index_put']),
      [
        x,
        indices,
        d.pick({
          dtype: d.tensor(x).dtype.name as 'float32',
          shape: d.broadcastable([...common, ...shape.slice(count)]),
        }),
      ],
      [['accumulate', d.maybe(0.6, () => true)]],
    )
  },
  index_select: (d) => {
    const x = d.pick({ min: 1 })
    const dim = d.dim(x)
    d.call(form(d, 'index_select'), [x, dim, rows(d, d.size(x, dim), [d.random.whole(0, 4)])])
  },
  gather: (d) => {
    const x = d.pick({ min: 1 })
    const dim = d.dim(x)
    const shape = d.tensor(x).shape.map((size) => Math.max(0, size - d.random.whole(0, 1)))
    d.call(form(d, 'gather'), [x, dim, rows(d, d.size(x, dim), shape)])
  },
  ...each('scatter scatter_add', (name) => (d) => {
    const inPlace = d.random.chance(0.4)
    const x = inPlace ? d.target({ min: 1 }) : d.pick({ min: 1 })
    const dim = d.dim(x)
    const shape = d.tensor(x).shape.map((size) => Math.max(0, size - d.random.whole(0, 1)))
    const index = rows(d, d.size(x, dim), shape)
    const source: Argument =
      name === 'scatter' && d.random.chance(0.3)
        ? d.number()
        : d.pick({ dtype: d.tensor(x).dtype.name as 'float32', shape })
    d.call(inPlace ? `Tensor.${name}_` : form(d, name), [x, dim, index, source])
  }),
  scatter_reduce: (d) => {
    const inPlace = d.random.chance(0.3)
    const x = inPlace ? d.target({ min: 1 }) : d.pick({ min: 1 })
    const dim = d.dim(x)
    const { shape, dtype } = d.tensor(x)
    d.call(
      inPlace ? 'Tensor.scatter_reduce_' : form(d, 'scatter_reduce'),
      [
        x,
        dim,
        rows(d, d.size(x, dim), shape),
        d.pick({ dtype: dtype.name as 'float32', shape }),
        d.random.of(['sum', 'prod', 'mean', 'amax', 'amin']),
      ],
      [['*include_self', d.maybe(0.4, () => false)]],
    )
  },
  ...each('index_add index_copy', (name) => (d) => {
    const inPlace = d.random.chance(0.4)
    const x = inPlace ? d.target({ min: 1 }) : d.pick({ min: 1 })
    const dim = d.dim(x)
    const { shape, dtype } = d.tensor(x)
    const size = d.size(x, dim)
    const count = name === 'index_copy' ? size : d.random.whole(1, 3)
    const source = d.pick({
      dtype: dtype.name as 'float32',
      shape: shape.map((one, i) => (i === (dim < 0 ? dim + shape.length : dim) ? count : one)),
    })
    const index: Argument = name === 'index_copy' ? d.emit('torch.randperm', [size]).out : rows(d, size, [count])
    d.call(
      inPlace ? `Tensor.${name}_` : form(d, name),
      [x, dim, index, source],
      name === 'index_add' ? [['*alpha', d.maybe(0.3, () => d.random.of([2, -0.5]))]] : [],
    )
  }),
  index_fill: (d) => {
    const inPlace = d.random.chance(0.4)
    const x = inPlace ? d.target({ min: 1 }) : d.pick({ min: 1 })
    const dim = d.dim(x)
    d.call(inPlace ? 'Tensor.index_fill_' : form(d, 'index_fill'), [
      x,
      dim,
      rows(d, d.size(x, dim), [d.random.whole(1, 3)]),
      d.random.chance(0.6) ? d.number() : d.pick({ shape: [] }),
    ])
  },
  masked_select: (d) => {
    const x = d.pick()
    d.call(form(d, 'masked_select'), [x, d.pick({ kind: 'bool', shape: d.broadcastable(d.tensor(x).shape) })])
  },
  masked_scatter: (d) => {
    const inPlace = d.random.chance(0.4)
    const x = inPlace ? d.target() : d.pick()
    const { shape, dtype } = d.tensor(x)
    d.call(inPlace ? 'Tensor.masked_scatter_' : 'Tensor.masked_scatter', [
      x,
      d.pick({ kind: 'bool', shape }),
      d.pick({ dtype: dtype.name as 'float32', shape }),
    ])
  },
  take: (d) => {
    const x = d.pick({ full: true })
    d.call(form(d, 'take'), [x, places(d, d.tensor(x).numel(), d.shape())])
  },
  take_along_dim: (d) => {
    const x = d.pick({ min: 1, full: true })
    const dim = d.dim(x)
    d.call(form(d, 'take_along_dim'), [x, rows(d, d.size(x, dim), d.tensor(x).shape)], [['dim', dim]])
  },
  put: (d) => {
    const inPlace = d.random.chance(0.4)
    const x = inPlace ? d.target({ full: true }) : d.pick({ full: true })
    const shape = d.shape()
    d.call(
      inPlace ? 'Tensor.put_' : form(d, 'put'),
      [x, places(d, d.tensor(x).numel(), shape), d.pick({ dtype: d.tensor(x).dtype.name as 'float32', shape })],
      [['accumulate', true]],
    )
  },
  select_scatter: (d) => {
    const x = d.pick({ min: 1, full: true })
    const dim = d.random.whole(0, d.tensor(x).ndim - 1)
    d.call('torch.select_scatter', [
      x,
      d.pick({ dtype: d.tensor(x).dtype.name as 'float32', shape: d.tensor(x).shape.filter((_, i) => i !== dim) }),
      dim,
      d.random.whole(-1, d.size(x, dim) - 1),
    ])
  },
  diagonal_scatter: (d) => {
    const x = d.pick({ min: 2, max: 2, full: true })
    d.call('torch.diagonal_scatter', [
      x,
      d.pick({ dtype: d.tensor(x).dtype.name as 'float32', shape: [Math.min(...d.tensor(x).shape)] }),
    ])
  },
  slice_scatter: (d) => {
    const x = d.pick({ min: 1, full: true })
    d.call(
      'torch.slice_scatter',
      [x, d.pick({ dtype: d.tensor(x).dtype.name as 'float32', shape: [1, ...d.tensor(x).shape.slice(1)] })],
      [['*end', 1]],
    )
  },
  nonzero: (d) => d.call(form(d, d.random.of(['nonzero', 'argwhere'])), [d.pick({ kind: 'any' })]),
  searchsorted: (d) => {
    const x = d.emit('torch.sort', [d.input({ shape: [4], grad: false })]).out
    d.call(
      'torch.searchsorted',
      [{ ...x, at: 0 }, d.pick({ dtype: d.tensor({ ...x, at: 0 }).dtype.name as 'float32' })],
      [['*right', d.maybe(0.4, () => true)]],
    )
  },
  bucketize: (d) =>
    d.call(
      'torch.bucketize',
      [d.pick({ dtype: 'float32' }), d.input({ shape: [3], dtype: 'float32', values: 'unit', grad: false })],
      [['*right', d.maybe(0.4, () => true)]],
    ),
  isin: (d) =>
    d.call(
      'torch.isin',
      [d.pick({ kind: 'number' }), d.pick({ kind: 'number' })],
      [['*invert', d.maybe(0.3, () => true)]],
    ),
  one_hot: (d) =>
    d.call(
      'F.one_hot',
      [d.input({ dtype: 'int32', low: 0, high: 3 })],
      [['num_classes', d.maybe(0.5, () => d.random.whole(3, 5))]],
    ),
  fill_diagonal_: (d) =>
    d.call('Tensor.fill_diagonal_', [d.target({ min: 2, max: 2 }), d.number()], [['wrap', d.maybe(0.3, () => true)]]),
}
