import type { Draw, Ref } from '../draw.ts'
import type { Argument } from '../program.ts'
import { each, type Family, form } from './family.ts'

const size = (d: Draw): number => d.random.of([1, 2, 2, 3, 4, ...(d.random.chance(0.15) ? [0] : [])])

/** A pair that `matmul` takes. */
function pair(d: Draw): [Ref, Ref] {
  const { random } = d
  const [m, k, n] = [size(d), size(d), size(d)]
  const batch = random.of([[], [], [2], [1], [2, 3]])
  const inner = random.chance(0.03) ? k + 1 : k
  const left = random.chance(0.25) ? [k] : [...d.broadcastable(batch), m, k]
  const right = random.chance(0.25) ? [inner] : [...batch, inner, n]
  const dtype = random.chance(0.9) ? 'float32' : random.of(['float64', 'int32'] as const)
  return [d.pick({ dtype, shape: left }), d.pick({ dtype, shape: right })]
}
const scale = (d: Draw): readonly (readonly [string, Argument | undefined])[] => [
  ['*beta', d.maybe(0.4, () => d.random.of([0, 0.5, 2]))],
  ['*alpha', d.maybe(0.4, () => d.random.of([0, 0.5, 2]))],
]
const square = (d: Draw, singular = false): Ref => {
  const n = d.random.whole(1, 3)
  const x = d.input({ kind: 'float', shape: d.random.chance(0.25) ? [2, n, n] : [n, n] })
  return singular ? x : d.emit('Tensor.add', [x, d.emit('torch.eye', [n]).out], { alpha: 5 }).out
}

/** Adds a product: `name`, in place or not, to a tensor that broadcasts to `shape`. */
function adding(d: Draw, name: string, shape: readonly number[], operands: readonly Argument[]): void {
  const inPlace = d.random.chance(0.25)
  const x = inPlace
    ? d.target({ dtype: 'float32', shape })
    : d.pick({ dtype: 'float32', shape: d.broadcastable(shape) })
  d.call(inPlace ? `Tensor.${name}_` : form(d, name), [x, ...operands], scale(d))
}
const f32 = (d: Draw, shape: readonly number[]): Ref => d.pick({ dtype: 'float32', shape })

export const linear: Family = {
  matmul: (d) => d.call(form(d, 'matmul'), pair(d)),
  mm: (d) => {
    const [m, k, n] = [size(d), size(d), size(d)]
    d.call(form(d, 'mm'), [f32(d, [m, k]), f32(d, [k, n])])
  },
  bmm: (d) => {
    const [m, k, n] = [size(d), size(d), size(d)]
    d.call(form(d, 'bmm'), [f32(d, [2, m, k]), f32(d, [2, k, n])])
  },
  mv: (d) => {
    const [m, k] = [size(d), size(d)]
    d.call(form(d, 'mv'), [f32(d, [m, k]), f32(d, [k])])
  },
  ...each('dot vdot inner outer', (name) => (d) => {
    const k = size(d)
    d.call(form(d, name), [f32(d, [k]), f32(d, [name === 'outer' ? size(d) : k])])
  }),
  addmm: (d) => {
    const [m, k, n] = [size(d), size(d), size(d)]
    adding(d, 'addmm', [m, n], [f32(d, [m, k]), f32(d, [k, n])])
  },
  baddbmm: (d) => {
    const [m, k, n] = [size(d), size(d), size(d)]
    adding(d, 'baddbmm', [2, m, n], [f32(d, [2, m, k]), f32(d, [2, k, n])])
  },
  addbmm: (d) => {
    const [m, k, n] = [size(d), size(d), size(d)]
    adding(d, 'addbmm', [m, n], [f32(d, [2, m, k]), f32(d, [2, k, n])])
  },
  addmv: (d) => {
    const [m, k] = [size(d), size(d)]
    adding(d, 'addmv', [m], [f32(d, [m, k]), f32(d, [k])])
  },
  addr: (d) => {
    const [m, k] = [size(d), size(d)]
    adding(d, 'addr', [m, k], [f32(d, [m]), f32(d, [k])])
  },
  einsum: (d) => {
    const [equation, ...shapes] = d.random.of<[string, ...number[][]]>([
      ['ij,jk->ik', [2, 3], [3, 2]],
      ['bij,bjk->bik', [2, 2, 3], [2, 3, 2]],
      ['ij->ji', [2, 3]],
      ['ii->i', [3, 3]],
      ['ii', [3, 3]],
      ['i,j->ij', [2], [3]],
      ['ij,ij->', [2, 3], [2, 3]],
      ['...ij,...jk->...ik', [2, 2, 3], [3, 2]],
      ['ij->j', [2, 3]],
      ['ij,j,i->', [2, 3], [3], [2]],
      ['b...->...', [2, 3, 2]],
      ['ij,kj->ik', [2, 3], [4, 3]],
    ])
    d.call('torch.einsum', [equation, ...shapes.map((shape) => f32(d, shape))])
  },
  tensordot: (d) =>
    d.random.chance(0.5)
      ? d.call('torch.tensordot', [f32(d, [2, 3, 2]), f32(d, [3, 2, 4])], [['dims', 2]])
      : d.call('torch.tensordot', [f32(d, [2, 3]), f32(d, [4, 3])], [['dims', [[1], [1]]]]),
  kron: (d) => d.call(form(d, 'kron'), [d.pick({ max: 3 }), d.pick({ max: 3 })]),
  cross: (d) => {
    const x = d.pick({ shape: d.random.of([[3], [2, 3], [4, 3]]) })
    d.call(
      d.random.of(['linalg.cross', 'Tensor.cross']),
      [x, d.pick({ shape: d.tensor(x).shape, dtype: d.tensor(x).dtype.name as 'float32' })],
      [['*dim', -1]],
    )
  },
  trace: (d) => d.call(form(d, 'trace'), [d.pick({ min: 2, max: 2 })]),
  matrix_power: (d) => d.call(form(d, 'matrix_power'), [square(d), d.random.of([0, 1, 2, 3, 5, -1, -2])]),
  ...each('linalg.det linalg.slogdet linalg.inv', (name) => (d) => d.call(name, [square(d, d.random.chance(0.3))])),
  'torch.det': (d) => d.call(form(d, d.random.of(['det', 'logdet', 'slogdet', 'inverse'])), [square(d)]),
  'linalg.solve': (d) => {
    const a = square(d)
    const { shape } = d.tensor(a)
    d.call('linalg.solve', [
      a,
      d.pick({
        dtype: d.tensor(a).dtype.name as 'float32',
        shape: shape.length === 2 && d.random.chance(0.4) ? shape.slice(1) : [...shape.slice(0, -1), 2],
      }),
    ])
  },
  'linalg.cholesky': (d) => {
    const a = d.input({ shape: [3, 3] })
    const at = d.emit('Tensor.matmul', [a, d.emit('Tensor.t', [a]).out]).out
    d.call(
      'linalg.cholesky',
      [d.emit('Tensor.add', [at, d.emit('torch.eye', [3]).out]).out],
      [['*upper', d.maybe(0.3, () => true)]],
    )
  },
  'linalg.matrix_norm': (d) =>
    d.call(
      'linalg.matrix_norm',
      [d.pick({ min: 2 })],
      [['ord', d.maybe(0.6, () => d.random.of<Argument>(['fro', 1, -1, { number: 'inf' }, { number: '-inf' }]))]],
    ),
  'linalg.multi_dot': (d) => d.call('linalg.multi_dot', [[f32(d, [2, 3]), f32(d, [3, 4]), f32(d, [4, 1])]]),
  'linalg.vecdot': (d) => {
    const x = d.pick({ min: 1 })
    d.call('linalg.vecdot', [x, d.pick({ shape: d.tensor(x).shape, dtype: d.tensor(x).dtype.name as 'float32' })])
  },
  cdist: (d) => {
    const m = size(d)
    d.call(
      'torch.cdist',
      [f32(d, [size(d), m]), f32(d, [size(d), m])],
      [['p', d.maybe(0.7, () => d.random.of<Argument>([1, 2, 3, 0.5, { number: 'inf' }]))]],
    )
  },
  pdist: (d) =>
    d.call(
      'F.pdist',
      [f32(d, [size(d), size(d)])],
      [['p', d.maybe(0.6, () => d.random.of<Argument>([1, 2, 3, { number: 'inf' }]))]],
    ),
  vander: (d) =>
    d.call(
      'torch.vander',
      [d.pick({ min: 1, max: 1, kind: 'number' })],
      [
        ['N', d.maybe(0.5, () => d.random.whole(0, 4))],
        ['increasing', d.maybe(0.4, () => true)],
      ],
    ),
  'F.linear': (d) => {
    const k = size(d)
    const n = size(d)
    d.call(
      'F.linear',
      [d.pick({ dtype: 'float32', shape: [...d.shape(0, 2), k] }), f32(d, [n, k])],
      [['bias', d.maybe(0.6, () => f32(d, [n]))]],
    )
  },
  'F.bilinear': (d) =>
    d.call(
      'F.bilinear',
      [f32(d, [2, 3]), f32(d, [2, 2]), f32(d, [4, 3, 2])],
      [['bias', d.maybe(0.6, () => f32(d, [4]))]],
    ),
}
