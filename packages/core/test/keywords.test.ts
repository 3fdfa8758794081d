/** What PyTorch takes by keyword goes into one last object: each function by position, then in the mixes of position and name. */
import * as torch from '@chainrule/core'
import { describe, expect, expectTypeOf, it } from 'vitest'

const { int32 } = torch
const x = torch.arange(24).to(torch.float32).reshape(2, 3, 4).sub(7).div(3)
const matrix = x.select(0, 1)
const vector = torch.tensor([3, 1, 2, 2])
const index = torch.tensor([[[0, 2, 1, 0]]], { dtype: int32 }).expand(2, 1, 4)
const rows = torch.tensor([2, 0], { dtype: int32 })
const mask = x.gt(0)
const counts = torch.tensor([1, 0, 2, 1, 1], { dtype: int32 })
const image = torch.arange(64).to(torch.float32).reshape(1, 1, 8, 8)
const kernel = torch.ones([1, 1, 3, 3])
const source = torch.ones([2, 1, 4])

type Calls = readonly [byPosition: () => unknown, ...byName: (() => unknown)[]]
const table: Readonly<Record<string, Calls>> = {
  // Views
  unsqueeze: [() => x.unsqueeze(1), () => x.unsqueeze({ dim: 1 }), () => torch.unsqueeze(x, { dim: 1 })],
  'unsqueeze of input': [() => torch.unsqueeze(x, 0), () => torch.unsqueeze({ input: x, dim: 0 })],
  squeeze: [() => source.squeeze(1), () => source.squeeze({ dim: 1 }), () => torch.squeeze(source, { dim: [1] })],
  flatten: [
    () => x.flatten(1, 2),
    () => x.flatten({ start_dim: 1 }),
    () => x.flatten(1, { end_dim: 2 }),
    () => torch.flatten(x, { start_dim: 1, end_dim: -1 }),
  ],
  unflatten: [
    () => x.unflatten(2, [2, -1]),
    () => x.unflatten({ dim: 2, sizes: [2, -1] }),
    () => x.unflatten(2, { sizes: [2, 2] }),
  ],
  view: [() => x.view(6, 4), () => x.view([6, 4]), () => x.view({ size: [6, 4] }), () => x.view({ shape: [6, 4] })],
  reshape: [() => x.reshape(6, 4), () => x.reshape({ shape: [6, 4] }), () => torch.reshape(x, { shape: [-1, 4] })],
  expand: [() => source.expand(2, 5, 4), () => source.expand({ size: [2, 5, 4] })],
  broadcast_to: [() => torch.broadcast_to(source, [2, 5, 4]), () => torch.broadcast_to(source, { shape: [2, 5, 4] })],
  permute: [
    () => x.permute(2, 0, 1),
    () => x.permute({ dims: [2, 0, 1] }),
    () => torch.permute(x, { dims: [2, 0, 1] }),
  ],
  transpose: [() => x.transpose(0, 2), () => x.transpose({ dim0: 0, dim1: 2 }), () => x.transpose(0, { dim1: 2 })],
  swapaxes: [() => x.swapaxes(0, 2), () => x.swapaxes({ axis0: 0, axis1: 2 })],
  movedim: [
    () => x.movedim(0, 2),
    () => x.movedim({ source: 0, destination: 2 }),
    () => x.movedim(0, { destination: 2 }),
  ],
  select: [() => x.select(1, 2), () => x.select({ dim: 1, index: 2 }), () => x.select(1, { index: -1 })],
  narrow: [
    () => x.narrow(2, 1, 2),
    () => x.narrow({ dim: 2, start: 1, length: 2 }),
    () => x.narrow(2, 1, { length: 2 }),
  ],
  unbind: [() => x.unbind(1), () => x.unbind({ dim: 1 }), () => torch.unbind(x, { dim: 1 })],
  split: [
    () => x.split(2, 2),
    () => x.split(2, { dim: 2 }),
    () => x.split({ split_size: 2, dim: 2 }),
    () => torch.split(x, { split_size_or_sections: [2, 2], dim: -1 }),
  ],
  chunk: [() => x.chunk(2, 1), () => x.chunk(2, { dim: 1 }), () => x.chunk({ chunks: 2, dim: 1 })],
  tensor_split: [() => x.tensor_split(2, 1), () => x.tensor_split({ indices_or_sections: [2], dim: 1 })],
  diagonal: [
    () => x.diagonal(1, 1, 2),
    () => x.diagonal({ offset: 1, dim1: 1, dim2: 2 }),
    () => x.diagonal(1, { dim1: 1, dim2: 2 }),
  ],
  as_strided: [
    () => x.as_strided([2, 2], [1, 2], 3),
    () => x.as_strided([2, 2], { stride: [1, 2], storage_offset: 3 }),
  ],
  unfold: [() => x.unfold(2, 2, 1), () => x.unfold({ dimension: 2, size: 2, step: 1 })],

  // Rearranged copies
  flip: [() => x.flip(0, 2), () => x.flip([0, 2]), () => x.flip({ dims: [0, 2] })],
  roll: [() => x.roll(1, 0), () => x.roll({ shifts: 1, dims: 0 }), () => x.roll(1, { dims: 0 })],
  rot90: [() => x.rot90(1, [1, 2]), () => x.rot90({ dims: [1, 2] }), () => x.rot90({ k: 1, dims: [1, 2] })],
  tril: [() => x.tril(-1), () => x.tril({ diagonal: -1 })],
  diag: [() => matrix.diag(1), () => matrix.diag({ diagonal: 1 })],
  diag_embed: [() => vector.diag_embed(1, 0, 1), () => vector.diag_embed({ offset: 1, dim1: 0, dim2: 1 })],
  repeat: [() => x.repeat(1, 2, 1), () => x.repeat({ repeats: [1, 2, 1] })],
  repeat_interleave: [
    () => x.repeat_interleave(2, 1),
    () => x.repeat_interleave(2, { dim: 1 }),
    () => x.repeat_interleave({ repeats: 2, dim: 1 }),
  ],
  tile: [() => x.tile(2, 1), () => x.tile({ dims: [2, 1] })],
  cat: [() => torch.cat([x, x], 1), () => torch.cat([x, x], { dim: 1 }), () => torch.cat({ tensors: [x, x], dim: 1 })],
  stack: [() => torch.stack([x, x], 1), () => torch.stack([x, x], { dim: 1 })],
  pad: [
    () => torch.pad(x, [1, 1], 'constant', 2),
    () => torch.pad(x, [1, 1], { value: 2 }),
    () => torch.pad(x, { pad: [1, 1], mode: 'constant', value: 2 }),
  ],

  // Indexing
  gather: [() => x.gather(1, index), () => x.gather({ dim: 1, index }), () => x.gather(1, { index })],
  take: [() => x.take(rows), () => x.take({ index: rows })],
  take_along_dim: [() => x.take_along_dim(index, 1), () => x.take_along_dim({ indices: index, dim: 1 })],
  index_select: [() => x.index_select(1, rows), () => x.index_select({ dim: 1, index: rows })],
  index_add: [
    () => x.index_add(1, rows, x.narrow(1, 0, 2), { alpha: 2 }),
    () => x.index_add({ dim: 1, index: rows, source: x.narrow(1, 0, 2), alpha: 2 }),
  ],
  index_fill: [() => x.index_fill(1, rows, 9), () => x.index_fill({ dim: 1, index: rows, value: 9 })],
  index_put: [
    () => vector.index_put([rows], torch.tensor(1), true),
    () => vector.index_put([rows], torch.tensor(1), { accumulate: true }),
  ],
  masked_select: [() => x.masked_select(mask), () => x.masked_select({ mask })],
  masked_fill: [
    () => x.masked_fill(mask, -1),
    () => x.masked_fill({ mask, value: -1 }),
    () => x.masked_fill(mask, { value: -1 }),
    () => x.clone().masked_fill_({ mask, value: -1 }),
  ],
  scatter: [
    () => x.scatter(1, index, source),
    () => x.scatter({ dim: 1, index, src: source }),
    () => x.scatter(1, { index, value: 1 }),
    () => x.clone().scatter_(1, index, { src: source }),
  ],
  'scatter with a reduction': [
    () => x.scatter(1, index, source, { reduce: 'add' }),
    () => x.scatter({ dim: 1, index, src: source, reduce: 'add' }),
    () => x.scatter_add({ dim: 1, index, src: source }),
  ],
  scatter_reduce: [
    () => x.scatter_reduce(1, index, source, 'amax', { include_self: false }),
    () => x.scatter_reduce(1, index, { src: source, reduce: 'amax', include_self: false }),
  ],
  select_scatter: [
    () => x.select_scatter(source.squeeze(1), 1, 0),
    () => x.select_scatter({ src: source.squeeze(1), dim: 1, index: 0 }),
  ],

  // Reductions
  sum: [
    () => x.sum(1, true),
    () => x.sum(1, { keepdim: true }),
    () => x.sum({ dim: 1, keepdim: true }),
    () => torch.sum({ input: x, dim: [1], keepdim: true }),
  ],
  'sum in a dtype': [
    () => x.sum(0, false, int32),
    () => x.sum({ dim: 0, dtype: int32 }),
    () => x.sum(0, { dtype: int32 }),
  ],
  mean: [() => x.mean([0, 1]), () => x.mean({ dim: [0, 1] })],
  logsumexp: [() => x.logsumexp(1), () => x.logsumexp({ dim: 1 })],
  argmax: [() => x.argmax(2), () => x.argmax({ dim: 2 })],
  max: [() => x.max(1, true), () => x.max({ dim: 1, keepdim: true }), () => torch.max(x, 1, { keepdim: true })],
  median: [() => x.median(1, true), () => x.median({ dim: 1, keepdim: true }), () => x.median(1, { keepdim: true })],
  mode: [() => x.mode(1), () => x.mode({ dim: 1 })],
  norm: [() => x.norm(1, 2), () => x.norm({ p: 1, dim: 2 }), () => x.norm(1, { dim: 2 })],
  var: [() => x.var(1, false), () => x.var({ dim: 1, correction: 0 }), () => x.var(1, { unbiased: false })],
  std_mean: [() => torch.std_mean(x, 1, true, true), () => torch.std_mean(x, { dim: 1, keepdim: true })],
  quantile: [
    () => x.quantile(0.3, 1, true, { interpolation: 'lower' }),
    () => x.quantile({ q: 0.3, dim: 1, keepdim: true, interpolation: 'lower' }),
  ],
  cumsum: [() => x.cumsum(1), () => x.cumsum({ dim: 1 }), () => x.clone().cumsum_({ dim: 1 })],
  softmax: [() => x.softmax(1), () => x.softmax({ dim: 1 }), () => torch.softmax(x, { dim: 1, dtype: x.dtype })],
  sort: [() => x.sort(1, true), () => x.sort(1, { descending: true }), () => x.sort({ dim: 1, descending: true })],
  topk: [
    () => x.topk(2, 1, false),
    () => x.topk({ k: 2, dim: 1, largest: false }),
    () => x.topk(2, { dim: 1, largest: false }),
  ],
  kthvalue: [() => x.kthvalue(2, 1), () => x.kthvalue({ k: 2, dim: 1 })],
  diff: [() => x.diff(2, 1), () => x.diff({ n: 2, dim: 1 })],
  bincount: [() => counts.bincount(null, 4), () => counts.bincount({ minlength: 4 })],
  histc: [() => x.histc(4, -1, 1), () => x.histc({ bins: 4, min: -1, max: 1 })],
  allclose: [() => torch.allclose(x, x.add(0.1), 0, 1), () => torch.allclose(x, x.add(0.1), { rtol: 0, atol: 1 })],

  // Elementwise
  lerp: [
    () => x.lerp(x.add(1), 0.5),
    () => x.lerp({ end: x.add(1), weight: 0.5 }),
    () => x.lerp(x.add(1), { weight: 0.5 }),
  ],
  addcmul: [() => x.addcmul(x, x, 2), () => x.addcmul(x, x, { value: 2 })],
  clamp: [() => x.clamp(-1, 1), () => x.clamp({ min: -1, max: 1 }), () => x.clamp(-1, { max: 1 })],
  gelu: [() => torch.gelu(x, 'tanh'), () => torch.gelu(x, { approximate: 'tanh' })],
  round: [() => x.round({ decimals: 1 }), () => torch.round({ input: x, decimals: 1 })],
  nan_to_num: [() => x.log().nan_to_num(1, 2, 3), () => x.log().nan_to_num({ nan: 1, posinf: 2, neginf: 3 })],

  // Products, convolutions, pooling
  addmm: [
    () => torch.addmm(matrix, matrix.narrow(1, 0, 3), matrix, { alpha: 2 }),
    () => matrix.addmm({ mat1: matrix.narrow(1, 0, 3), mat2: matrix, alpha: 2 }),
  ],
  tensordot: [
    () => torch.tensordot(x, x.permute(2, 1, 0), 1),
    () => torch.tensordot(x, x.permute(2, 1, 0), { dims: 1 }),
  ],
  conv2d: [
    () => torch.conv2d(image, kernel, null, 2, 1),
    () => torch.conv2d(image, kernel, { stride: 2, padding: 1 }),
    () => torch.conv2d(image, { weight: kernel, stride: 2, padding: 1 }),
  ],
  max_pool2d: [
    () => torch.max_pool2d(image, 2, 1),
    () => torch.max_pool2d(image, { kernel_size: 2, stride: 1 }),
    () => torch.max_pool2d(image, { kernel_size: 2, stride: 1, return_indices: true })[0],
  ],
  avg_pool2d: [() => torch.avg_pool2d(image, 2, 1), () => torch.avg_pool2d(image, { kernel_size: 2, stride: 1 })],

  // Creation
  zeros: [() => torch.zeros(2, 3), () => torch.zeros([2, 3]), () => torch.zeros({ size: [2, 3] })],
  'zeros of a dtype': [
    () => torch.zeros(2, 3, { dtype: int32 }),
    () => torch.zeros([2, 3], { dtype: int32 }),
    () => torch.zeros({ size: [2, 3], dtype: int32 }),
  ],
  new_zeros: [() => x.new_zeros(2, 3), () => x.new_zeros({ size: [2, 3] })],
  full: [
    () => torch.full([2], 7),
    () => torch.full({ size: [2], fill_value: 7 }),
    () => torch.full([2], { fill_value: 7 }),
  ],
  eye: [() => torch.eye(2, 3), () => torch.eye({ n: 2, m: 3 }), () => torch.eye(2, { m: 3 })],
  linspace: [
    () => torch.linspace(0, 1, 5),
    () => torch.linspace(0, 1, { steps: 5 }),
    () => torch.linspace({ start: 0, end: 1, steps: 5 }),
  ],
  logspace: [() => torch.logspace(0, 1, 5, 2), () => torch.logspace(0, 1, { steps: 5, base: 2 })],
  arange: [
    () => torch.arange(0, 5, 2),
    () => torch.arange(0, { end: 5, step: 2 }),
    () => torch.arange({ start: 0, end: 5, step: 2 }),
    () => torch.arange({ end: 5, step: 2 }),
    () => torch.arange(5, { step: 2 }),
  ],
  tril_indices: [() => torch.tril_indices(3, 3, -1), () => torch.tril_indices({ row: 3, col: 3, offset: -1 })],
}

/** Random draws: each from the same seed. */
const draws: Readonly<Record<string, Calls>> = {
  normal: [
    () => torch.normal(1, 2, [3]),
    () => torch.normal(1, 2, { size: [3] }),
    () => torch.normal({ mean: 1, std: 2, size: [3] }),
  ],
  randint: [
    () => torch.randint(0, 9, [3]),
    () => torch.randint(9, [3]),
    () => torch.randint(9, { size: [3] }),
    () => torch.randint(0, { high: 9, size: [3] }),
    () => torch.randint({ high: 9, size: [3] }),
    () => torch.randint({ low: 0, high: 9, size: [3] }),
  ],
  randint_like: [
    () => torch.randint_like(x, 9),
    () => torch.randint_like(x, 0, 9),
    () => torch.randint_like(x, { high: 9 }),
    () => torch.randint_like(x, { low: 0, high: 9 }),
  ],
  rand: [() => torch.rand(3), () => torch.rand({ size: [3] })],
  bernoulli: [() => torch.bernoulli(x, 0.5), () => torch.bernoulli(x, { p: 0.5 })],
  uniform_: [() => x.clone().uniform_(1, 2), () => x.clone().uniform_({ from: 1, to: 2 })],
  random_: [() => x.clone().random_(9), () => x.clone().random_(0, 9), () => x.clone().random_({ from: 0, to: 9 })],
  multinomial: [
    () => torch.multinomial(vector, 3, true),
    () => torch.multinomial(vector, 3, { replacement: true }),
    () => vector.multinomial({ num_samples: 3, replacement: true }),
  ],
}

/** Everything that a result says, dtypes and shapes included. */
const said = (result: unknown): unknown => {
  if (result instanceof torch.Tensor) return { dtype: result.dtype.name, shape: result.shape, values: result.tolist() }
  if (Array.isArray(result)) return result.map(said)
  if (typeof result === 'object' && result !== null) {
    return Object.fromEntries(Object.entries(result).map(([name, value]) => [name, said(value)]))
  }
  return result
}

describe('by name and by position', () => {
  it.each(Object.entries(table))('%s', (_, [byPosition, ...byName]) => {
    const expected = said(byPosition())
    for (const call of byName) expect(said(call()), String(call)).toEqual(expected)
  })

  it.each(Object.entries(draws))('%s', (_, [byPosition, ...byName]) => {
    const seeded = (call: () => unknown): unknown => {
      torch.manual_seed(3)
      return said(call())
    }
    for (const call of byName) expect(seeded(call), String(call)).toEqual(seeded(byPosition))
  })
})

describe('the order of polygamma', () => {
  const two = torch.tensor(2, { dtype: int32 })
  it.each<[string, () => torch.Tensor, number]>([
    ['a number', () => torch.polygamma(1, two), 0.6449],
    ['a tensor', () => torch.polygamma(torch.tensor(1, { dtype: int32 }), two), 0.6449],
    ['of a method', () => two.polygamma(1), 0.6449],
    ['a tensor, of a method', () => torch.tensor(2).polygamma(torch.tensor(1, { dtype: int32 }) as never), 0.6449],
  ])('is %s', (_, run, value) => expect(run().item()).toBeCloseTo(value, 4))

  it('is a whole number', () => {
    expect(() => torch.polygamma(torch.ones(2) as never, vector)).toThrow(
      "polygamma(): argument 'n' (position 1) must be int, not Tensor",
    )
  })
})

describe('refusals', () => {
  const refused: Readonly<Record<string, readonly [() => unknown, string]>> = {
    'a keyword that is not there': [
      // @ts-expect-error as the type says
      () => x.unsqueeze({ dimm: 0 }),
      "unsqueeze() got an unexpected keyword argument 'dimm'\nIt takes dim.",
    ],
    'a keyword that is not there, after others': [
      // @ts-expect-error as the type says
      () => x.sum(1, { keepdims: true }),
      "sum() got an unexpected keyword argument 'keepdims'\nIt takes keepdim, dtype.",
    ],
    'an option of creation that is not there': [
      // @ts-expect-error as the type says
      () => torch.tensor([1], { require_grad: true }),
      "tensor() got an unexpected keyword argument 'require_grad'\nIt takes dtype, device, requires_grad.",
    ],
    'one that is missing': [
      // @ts-expect-error as the type says
      () => x.unsqueeze(),
      'unsqueeze() missing 1 required positional arguments: "dim"',
    ],
    'one that is missing beside others': [
      // @ts-expect-error as the type says
      () => x.gather({ dim: 1 }),
      'gather() missing 1 required positional arguments: "index"',
    ],
    'several that are missing': [
      // @ts-expect-error as the type says
      () => torch.linspace(0),
      'linspace() missing 2 required positional arguments: "end", "steps"',
    ],
    'a list that is missing': [
      // @ts-expect-error as the type says
      () => torch.permute({ input: x }),
      'permute() missing 1 required positional arguments: "dims"',
    ],
    'the end of a range': [() => torch.arange({ step: 2 }), 'arange() missing 1 required positional argument: "end"'],
    'one that is given twice': [
      // @ts-expect-error as the type says
      () => x.unsqueeze(0, { dim: 0 }),
      "unsqueeze() got multiple values for argument 'dim'",
    ],
    'a size that is given twice': [
      // @ts-expect-error as the type says
      () => x.view(2, 12, { size: [24] }),
      "view() got multiple values for argument 'size'",
    ],
    'one too many': [
      // @ts-expect-error as the type says
      () => x.flatten(0, 1, 2),
      'flatten() takes 2 positional arguments but 3 were given',
    ],
  }
  it.each(Object.entries(refused))('%s', (_, [call, message]) => {
    expect(call).toThrow(new TypeError(message))
  })
})

describe('types', () => {
  it('are those of the parameters', () => {
    expect(torch.gather.name).toBe('gather')
    expectTypeOf(x.gather({ dim: 1, index })).toEqualTypeOf<torch.Tensor>()
    expectTypeOf(x.unbind({ dim: 0 })).toEqualTypeOf<torch.Tensor[]>()
    expectTypeOf(x.max()).toEqualTypeOf<torch.Tensor>()
    expectTypeOf(x.max({ dim: 0 })).toEqualTypeOf<torch.ValuesAndIndices>()
    expectTypeOf(torch.max_pool2d(image, { kernel_size: 2, return_indices: true })).toEqualTypeOf<
      [torch.Tensor, torch.Tensor]
    >()
    const gather: (dim: number, options: { index: torch.Tensor }) => torch.Tensor = x.gather
    const view: (options: { shape: number[] }) => torch.Tensor = x.view
    expect([typeof gather, typeof view]).toEqual(['function', 'function'])
    // @ts-expect-error: both are required
    expect(() => x.gather()).toThrow('missing 2 required positional arguments: "dim", "index"')
    // @ts-expect-error: a dimension is a number
    expect(() => x.gather({ dim: '1', index })).toThrow("argument 'dim' must be int, not str")
    // @ts-expect-error: an index is required
    expect(() => x.gather({ dim: 1 })).toThrow('missing 1 required positional arguments: "index"')
    // @ts-expect-error: it is called shape, or size
    expect(() => x.view({ shapes: [2] })).toThrow("got an unexpected keyword argument 'shapes'")
  })

  it('long is the default integer', () => {
    expect(torch.long).toBe(torch.int32)
    expect(torch.tensor([1, 2], { dtype: torch.long }).dtype).toBe(int32)
  })
})
