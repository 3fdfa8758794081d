/** A valid call of every function of core, under PyTorch's names. Elementwise ops bring theirs by their definition. */
import * as torch from '@chainrule/core'
import type { Row, Table } from './calls.ts'

const { bool, float64, int32 } = torch
type Tensor = torch.Tensor

/** Numbers between 0 and 1, where most functions are defined. */
export const numbers = (...shape: number[]): Tensor => {
  const count = shape.reduce((a, b) => a * b, 1)
  return torch
    .arange(count)
    .add(1)
    .div(count + 1)
    .reshape(shape)
}
export const wholes = (...values: number[]): Tensor => torch.tensor(values, { dtype: int32 })
const x = (): Tensor => numbers(2, 3)
const y = (): Tensor => numbers(2, 3).add(0.5)
const square = (): Tensor => torch.eye(2).add(numbers(2, 2))
const batch = (): Tensor => numbers(2, 2, 2)
const vector = (): Tensor => numbers(3)
const ints = (): Tensor => wholes(1, 2, 3, 4, 5, 6).reshape(2, 3)
const index = (): Tensor => wholes(0, 1)
const mask = (): Tensor => x().gt(0.5)
const graph = (): Tensor => torch.ones([2], { requires_grad: true }).mul(2).sum()
const double = (): Tensor => torch.ones([2], { dtype: float64, requires_grad: true })

type Op = typeof torch.elementwiseOps extends ReadonlyMap<string, infer T> ? T : never

/** The call of an elementwise op, from its definition. */
export function elementwiseRow(op: Op): Row {
  return () => {
    const { masks = [], parameters = {} } = op.definition
    const inputs = op.kernel.inputs.slice(0, op.arity)
    return Object.fromEntries([
      ...inputs.map(
        (name, i) => [i === 0 ? 'input' : name, masks.includes(name) ? mask() : i === 0 ? x() : y()] as const,
      ),
      ...Object.entries(parameters).map(([name, value]) => [`${name}?`, value] as const),
    ])
  }
}

const options = { '*dtype?': float64, '*device?': 'cpu', '*requires_grad?': true }
const size = { size: [2, 3] }
const dim = { 'dim?': 1, 'keepdim?': true }
const pair = (): Row => () => ({ input: x(), other: y() })
const unary = (): Row => () => ({ input: x() })
const wholePair = (): Row => () => ({ input: ints(), other: ints() })
const reduced = (): Row => () => ({ input: x(), ...dim })
const scaled = () => ({ '*beta?': 2, '*alpha?': 3 })
const pool = { 'stride?': 1, 'padding?': 1, 'dilation?': 1, 'ceil_mode?': true }
const average = { 'stride?': 1, 'padding?': 1, 'ceil_mode?': true, 'count_include_pad?': false }
const image = (): Tensor => numbers(1, 2, 4, 4)
const line = (): Tensor => numbers(1, 2, 5)
const conv = (): Record<string, unknown> => ({ 'stride?': 2, 'padding?': 1, 'dilation?': 1, 'groups?': 1 })
const transposed = { 'stride?': 2, 'padding?': 1, 'output_padding?': 1, 'groups?': 1, 'dilation?': 2 }
const into = () => ({ input: x(), dim: 0, index: index(), source: y() })

export const functions: Table = {
  // Inspection, limits, printing, devices, modes
  can_cast: () => ({ from_: int32, to: torch.float32 }),
  promote_types: () => ({ type1: int32, type2: torch.float32 }),
  result_type: () => ({ tensor1: x(), tensor2: ints() }),
  is_tensor: () => ({ obj: x() }),
  numel: unary(),
  is_floating_point: unary(),
  is_signed: unary(),
  is_inference: unary(),
  is_same_size: pair(),
  is_nonzero: () => ({ input: torch.tensor(1) }),
  finfo: () => ({ type: float64 }),
  iinfo: () => ({ type: int32 }),
  repr: () => ({ '/value': [1, 'a'] }),
  get_printoptions: () => ({}),
  set_printoptions: () => ({
    'precision?': 3,
    'threshold?': 10,
    'edgeitems?': 2,
    'linewidth?': 60,
    'profile?': 'short',
    'sci_mode?': true,
  }),
  device_info: () => ({ '/device?': 'cpu' }),
  get_default_device: () => ({}),
  set_default_device: () => ({ device: 'cpu' }),
  get_num_threads: () => ({}),
  set_num_threads: () => ({ '/int': 1 }),
  get_memory_limit: () => ({}),
  set_memory_limit: () => ({ '/bytes': 2 ** 32 }),
  no_grad: () => ({ '/callback?': () => 1 }),
  enable_grad: () => ({ '/callback?': () => 1 }),
  inference_mode: () => ({ '/mode?': true, '/callback?': () => 1 }),
  set_grad_enabled: () => ({ mode: true, 'callback?': () => 1 }),
  is_grad_enabled: () => ({}),
  is_inference_mode_enabled: () => ({}),
  is_anomaly_enabled: () => ({}),
  enclosed: () => ({ '/callback': () => 1 }),
  unenclosed: () => ({ '/callback': () => 1 }),
  Slice: () => ({ '/start?': 0, '/stop?': 2, '/step?': 1 }),

  // Creation
  tensor: () => ({
    data: [
      [1, 2],
      [3, 4],
    ],
    ...options,
  }),
  as_tensor: () => ({ data: [1, 2], 'dtype?': float64, 'device?': 'cpu' }),
  from_numpy: () => ({ '/ndarray': new Float64Array([1, 2]) }),
  scalar_tensor: () => ({ s: 3, ...options }),
  zeros: () => ({ ...size, ...options }),
  ones: () => ({ ...size, ...options }),
  empty: () => ({ ...size, ...options }),
  full: () => ({ ...size, fill_value: 7, ...options }),
  zeros_like: () => ({ input: x(), ...options }),
  ones_like: () => ({ input: x(), ...options }),
  empty_like: () => ({ input: x(), ...options }),
  full_like: () => ({ input: x(), fill_value: 7, ...options }),
  eye: () => ({ n: 2, 'm?': 3, ...options }),
  arange: () => ({ start: 0, end: 5, 'step?': 0.5, ...options }),
  linspace: () => ({ start: 0, end: 1, steps: 5, ...options }),
  logspace: () => ({ start: 0, end: 1, steps: 5, 'base?': 2, ...options }),
  one_hot: () => ({ tensor: index(), 'num_classes?': 3 }),
  meshgrid: () => ({ tensors: [vector(), vector()], '*indexing?': 'xy' }),
  tril_indices: () => ({ row: 3, col: 3, 'offset?': -1, '*dtype?': int32, '*device?': 'cpu' }),
  triu_indices: () => ({ row: 3, col: 3, 'offset?': -1, '*dtype?': int32, '*device?': 'cpu' }),
  vander: () => ({ x: vector(), 'N?': 2, 'increasing?': true }),

  // Elementwise, beside what the definitions say
  add: () => ({ input: x(), other: y(), '*alpha?': 2 }),
  sub: () => ({ input: x(), other: y(), '*alpha?': 2 }),
  rsub: () => ({ input: x(), other: y(), 'alpha?': 2 }),
  div: () => ({ input: x(), other: y(), '*rounding_mode?': 'floor' }),
  true_divide: pair(),
  clamp: () => ({ input: x(), 'min!': 0.2, 'max?': 0.6 }),
  masked_fill: () => ({ input: x(), mask: mask(), value: 2 }),
  nextafter: () => ({ input: x(), other: y() }),
  lerp: () => ({ input: x(), end: y(), weight: 0.5 }),
  addcmul: () => ({ input: x(), tensor1: y(), tensor2: y(), '*value?': 2 }),
  addcdiv: () => ({ input: x(), tensor1: y(), tensor2: y(), '*value?': 2 }),
  gelu: () => ({ input: x(), '*approximate?': 'tanh' }),
  prelu: () => ({ input: x(), weight: torch.tensor([0.2]) }),
  softshrink: () => ({ input: x(), 'lambd?': 0.2 }),
  round: () => ({ input: x(), '*decimals?': 1 }),
  nan_to_num: () => ({ input: x(), 'nan?': 1, 'posinf?': 2, 'neginf?': 3 }),
  polygamma: () => ({ n: 1, input: x() }),
  ldexp: pair(),
  float_power: () => ({ input: x(), exponent: 2 }),
  isclose: () => ({ input: x(), other: y(), 'rtol?': 0.1, 'atol?': 0.1, 'equal_nan?': true }),
  allclose: () => ({ input: x(), other: y(), 'rtol?': 0.1, 'atol?': 0.1, 'equal_nan?': true }),
  equal: pair(),
  bitwise_and: wholePair(),
  bitwise_or: wholePair(),
  bitwise_xor: wholePair(),
  bitwise_left_shift: wholePair(),
  bitwise_right_shift: wholePair(),
  bitwise_not: () => ({ input: ints() }),
  gcd: wholePair(),
  lcm: wholePair(),
  positive: unary(),
  square: unary(),
  where: () => ({ condition: mask(), input: x(), other: y() }),

  // Reductions and statistics
  sum: () => ({ input: x(), ...dim, '*dtype?': float64 }),
  nansum: () => ({ input: x(), ...dim, '*dtype?': float64 }),
  mean: () => ({ input: x(), ...dim, '*dtype?': float64 }),
  nanmean: () => ({ input: x(), ...dim, '*dtype?': float64 }),
  prod: () => ({ input: x(), ...dim, '*dtype?': float64 }),
  logsumexp: () => ({ input: x(), dim: 1, 'keepdim?': true }),
  all: reduced(),
  any: reduced(),
  amax: reduced(),
  amin: reduced(),
  argmax: reduced(),
  argmin: reduced(),
  aminmax: () => ({ input: x(), '*dim?': 1, '*keepdim?': true }),
  max: reduced(),
  min: reduced(),
  median: reduced(),
  nanmedian: reduced(),
  mode: reduced(),
  count_nonzero: () => ({ input: x(), 'dim?': 1 }),
  bincount: () => ({ input: index(), 'weights?': numbers(2), 'minlength?': 4 }),
  histc: () => ({ input: x(), 'bins?': 4, 'min?': 0, 'max?': 1 }),
  var: () => ({ input: x(), 'dim?': 1, '*correction?': 0, '*keepdim?': true }),
  std: () => ({ input: x(), 'dim?': 1, '*correction?': 0, '*keepdim?': true }),
  var_mean: () => ({ input: x(), 'dim?': 1, '*correction?': 0, '*keepdim?': true }),
  std_mean: () => ({ input: x(), 'dim?': 1, '*correction?': 0, '*keepdim?': true }),
  cov: () => ({ input: x(), '*correction?': 0 }),
  corrcoef: unary(),
  quantile: () => ({ input: x(), q: 0.3, 'dim?': 1, 'keepdim?': true, '*interpolation?': 'lower' }),
  nanquantile: () => ({ input: x(), q: 0.3, 'dim?': 1, 'keepdim?': true, '*interpolation?': 'lower' }),
  norm: () => ({ input: x(), 'p?': 1, 'dim?': 1, 'keepdim?': true }),
  dist: () => ({ input: x(), other: y(), 'p?': 1 }),
  renorm: () => ({ input: x(), p: 2, dim: 0, maxnorm: 1 }),
  cdist: () => ({ x1: x(), x2: y(), 'p?': 1, 'compute_mode?': 'donot_use_mm_for_euclid_dist' }),
  pdist: () => ({ input: x(), 'p?': 1 }),
  diff: () => ({ input: x(), 'n?': 1, 'dim?': 0, 'prepend?': x(), 'append?': y() }),
  trapezoid: () => ({ y: x(), 'x?': y(), '*dim?': 1 }),
  cumulative_trapezoid: () => ({ y: x(), 'x?': y(), '*dim?': 1 }),
  cumsum: () => ({ input: x(), dim: 1, '*dtype?': float64 }),
  cumprod: () => ({ input: x(), dim: 1, '*dtype?': float64 }),
  cummax: () => ({ input: x(), dim: 1 }),
  cummin: () => ({ input: x(), dim: 1 }),
  logcumsumexp: () => ({ input: x(), dim: 1 }),
  softmax: () => ({ input: x(), dim: 1, '*dtype?': float64 }),
  _safe_softmax: () => ({ input: x(), dim: 1, '*dtype?': float64 }),
  log_softmax: () => ({ input: x(), dim: 1, '*dtype?': float64 }),
  softmin: () => ({ input: x(), dim: 1, '*dtype?': float64 }),
  glu: () => ({ input: numbers(2, 4), 'dim?': 1 }),

  // Order and search
  sort: () => ({ input: x(), 'dim?': 0, 'descending?': true, '*stable?': true }),
  argsort: () => ({ input: x(), 'dim?': 0, 'descending?': true, '*stable?': true }),
  msort: unary(),
  topk: () => ({ input: x(), k: 2, 'dim?': 1, 'largest?': false, 'sorted?': true }),
  kthvalue: () => ({ input: x(), k: 2, 'dim?': 1, 'keepdim?': true }),
  searchsorted: () => ({ sorted_sequence: vector(), input: x(), '*right?': true, '*side?': 'right' }),
  bucketize: () => ({ input: x(), boundaries: vector(), '*right?': true }),
  isin: () => ({ elements: x(), test_elements: vector(), '*assume_unique?': true, '*invert?': true }),
  unique: () => ({ input: x(), 'sorted?': true, 'return_inverse?': true, 'return_counts?': true, 'dim?': 0 }),
  unique_consecutive: () => ({ input: x(), 'return_inverse?': true, 'return_counts?': true, 'dim?': 0 }),
  nonzero: () => ({ input: x(), '*as_tuple?': true }),
  argwhere: unary(),

  // Products
  matmul: () => ({ input: x(), other: numbers(3, 2) }),
  mm: () => ({ input: x(), mat2: numbers(3, 2) }),
  bmm: () => ({ input: batch(), mat2: batch() }),
  mv: () => ({ input: x(), vec: vector() }),
  dot: () => ({ input: vector(), tensor: vector() }),
  vdot: () => ({ input: vector(), other: vector() }),
  inner: pair(),
  outer: () => ({ input: vector(), vec2: vector() }),
  kron: pair(),
  cross: () => ({ input: x(), other: y(), 'dim?': 1 }),
  addmm: () => ({ input: numbers(2, 2), mat1: x(), mat2: numbers(3, 2), ...scaled() }),
  addmv: () => ({ input: numbers(2), mat: x(), vec: vector(), ...scaled() }),
  addr: () => ({ input: x(), vec1: numbers(2), vec2: vector(), ...scaled() }),
  addbmm: () => ({ input: numbers(2, 2), batch1: batch(), batch2: batch(), ...scaled() }),
  baddbmm: () => ({ input: batch(), batch1: batch(), batch2: batch(), ...scaled() }),
  chain_matmul: () => ({ '/first': x(), '/second': numbers(3, 2) }),
  einsum: () => ({ '/equation': 'ij,jk->ik', '/first': x(), '/second': numbers(3, 2) }),
  tensordot: () => ({ a: x(), b: numbers(3, 2), 'dims?': 1 }),
  trace: () => ({ input: square() }),
  matrix_power: () => ({ input: square(), n: 2 }),
  det: () => ({ input: square() }),
  logdet: () => ({ input: square() }),
  slogdet: () => ({ input: square() }),
  inverse: () => ({ input: square() }),
  cholesky: () => ({ input: torch.eye(2), 'upper?': true }),

  // Convolution and pooling
  conv1d: () => ({ input: line(), weight: numbers(3, 2, 2), 'bias?': vector(), ...conv() }),
  conv2d: () => ({ input: image(), weight: numbers(3, 2, 2, 2), 'bias?': vector(), ...conv() }),
  conv_transpose1d: () => ({ input: line(), weight: numbers(2, 3, 2), 'bias?': vector(), ...transposed }),
  conv_transpose2d: () => ({ input: image(), weight: numbers(2, 3, 2, 2), 'bias?': vector(), ...transposed }),
  max_pool1d: () => ({ input: line(), kernel_size: 2, ...pool }),
  max_pool2d: () => ({ input: image(), kernel_size: 2, ...pool }),
  max_pool1d_with_indices: () => ({ input: line(), kernel_size: 2, ...pool }),
  max_pool2d_with_indices: () => ({ input: image(), kernel_size: 2, ...pool }),
  avg_pool1d: () => ({ input: line(), kernel_size: 2, ...average }),
  avg_pool2d: () => ({ input: image(), kernel_size: 2, ...average, 'divisor_override?': 3 }),
  adaptive_avg_pool1d: () => ({ input: line(), output_size: 2 }),
  adaptive_avg_pool2d: () => ({ input: image(), output_size: [2, 2] }),
  adaptive_max_pool1d: () => ({ input: line(), output_size: 2, 'return_indices?': true }),
  adaptive_max_pool2d: () => ({ input: image(), output_size: [2, 2], 'return_indices?': true }),
  adaptive_max_pool1d_with_indices: () => ({ input: line(), output_size: 2 }),
  adaptive_max_pool2d_with_indices: () => ({ input: image(), output_size: [2, 2] }),

  // Shape, parts, joining
  adjoint: () => ({ input: square() }),
  as_strided: () => ({ input: x(), size: [2, 2], stride: [1, 1], 'storage_offset?': 1 }),
  atleast_1d: unary(),
  atleast_2d: unary(),
  atleast_3d: unary(),
  block_diag: () => ({ '/first': x(), '/second': y() }),
  broadcast_shapes: () => ({ '/first': [2, 1], '/second': [1, 3] }),
  broadcast_tensors: () => ({ '/first': x(), '/second': vector() }),
  broadcast_to: () => ({ input: vector(), size: [2, 3] }),
  cartesian_prod: () => ({ '/first': vector(), '/second': vector() }),
  cat: () => ({ tensors: [x(), y()], 'dim?': 1 }),
  stack: () => ({ tensors: [x(), y()], 'dim?': 1 }),
  hstack: () => ({ tensors: [x(), y()] }),
  vstack: () => ({ tensors: [x(), y()] }),
  dstack: () => ({ tensors: [x(), y()] }),
  column_stack: () => ({ tensors: [x(), y()] }),
  chunk: () => ({ input: x(), chunks: 2, 'dim?': 1 }),
  split: () => ({ input: x(), split_size_or_sections: 2, 'dim?': 1 }),
  split_with_sizes: () => ({ input: x(), split_sizes: [1, 2], 'dim?': 1 }),
  tensor_split: () => ({ input: x(), indices_or_sections: 2, 'dim?': 1 }),
  hsplit: () => ({ input: x(), indices_or_sections: 3 }),
  vsplit: () => ({ input: x(), indices_or_sections: 2 }),
  dsplit: () => ({ input: batch(), indices_or_sections: 2 }),
  clone: unary(),
  detach: unary(),
  fill: () => ({ input: x(), value: 2 }),
  diag: () => ({ input: x(), 'diagonal?': 1 }),
  diagflat: () => ({ input: x(), 'offset?': 1 }),
  diag_embed: () => ({ input: x(), 'offset?': 1, 'dim1?': 0, 'dim2?': 1 }),
  diagonal: () => ({ input: x(), 'offset?': 1, 'dim1?': 0, 'dim2?': 1 }),
  diagonal_scatter: () => ({ input: x(), src: numbers(2), 'offset?': 1, 'dim1?': 0, 'dim2?': 1 }),
  select_scatter: () => ({ input: x(), src: vector(), dim: 0, index: 1 }),
  slice_scatter: () => ({ input: x(), src: y(), 'dim?': 1, 'start?': 0, 'end?': 3, 'step?': 1 }),
  flatten: () => ({ input: batch(), 'start_dim?': 1, 'end_dim?': 2 }),
  unflatten: () => ({ input: numbers(2, 4), dim: 1, sizes: [2, 2] }),
  ravel: unary(),
  reshape: () => ({ input: x(), shape: [3, 2] }),
  squeeze: () => ({ input: numbers(2, 1), 'dim?': 1 }),
  unsqueeze: () => ({ input: x(), dim: 1 }),
  permute: () => ({ input: x(), dims: [1, 0] }),
  transpose: () => ({ input: x(), dim0: 0, dim1: 1 }),
  swapaxes: () => ({ input: x(), axis0: 0, axis1: 1 }),
  swapdims: () => ({ input: x(), dim0: 0, dim1: 1 }),
  movedim: () => ({ input: x(), source: 0, destination: 1 }),
  moveaxis: () => ({ input: x(), source: 0, destination: 1 }),
  t: unary(),
  flip: () => ({ input: x(), dims: [0, 1] }),
  fliplr: unary(),
  flipud: unary(),
  roll: () => ({ input: x(), shifts: 1, 'dims?': 0 }),
  rot90: () => ({ input: x(), 'k?': 1, 'dims?': [0, 1] }),
  repeat: () => ({ input: x(), repeats: [2, 1] }),
  repeat_interleave: () => ({ input: x(), repeats: 2, 'dim?': 1, '*output_size?': 6 }),
  tile: () => ({ input: x(), dims: [2, 1] }),
  tril: () => ({ input: x(), 'diagonal?': 1 }),
  triu: () => ({ input: x(), 'diagonal?': 1 }),
  narrow: () => ({ input: x(), dim: 1, start: 0, length: 2 }),
  select: () => ({ input: x(), dim: 1, index: 0 }),
  unbind: () => ({ input: x(), 'dim?': 1 }),
  pad: () => ({ input: x(), pad: [1, 1], 'mode?': 'constant', 'value?': 2 }),
  sum_to_size: () => ({ input: x(), size: [1, 3] }),

  // Indexing
  gather: () => ({ input: x(), dim: 1, index: wholes(0, 1).reshape(2, 1) }),
  take: () => ({ input: x(), index: index() }),
  take_along_dim: () => ({ input: x(), indices: wholes(0, 1).reshape(2, 1), 'dim?': 1 }),
  index_put: () => ({ input: vector(), indices: [index()], values: torch.tensor(2), 'accumulate?': true }),
  index_put_: () => ({ input: vector(), indices: [index()], values: torch.tensor(2), 'accumulate?': true }),
  index_select: () => ({ input: x(), dim: 1, index: index() }),
  index_add: () => ({ ...into(), '*alpha?': 2 }),
  index_copy: into,
  index_fill: () => ({ input: x(), dim: 0, index: index(), value: 2 }),
  masked_select: () => ({ input: x(), mask: mask() }),
  masked_scatter: () => ({ input: x(), mask: mask(), source: y() }),
  put: () => ({ input: x(), index: index(), source: numbers(2), 'accumulate?': true }),
  scatter: () => ({ input: x(), dim: 0, index: ints().mul(0), src: y(), '*reduce?': 'add' }),
  scatter_add: () => ({ input: x(), dim: 0, index: ints().mul(0), src: y() }),
  scatter_reduce: () => ({
    input: x(),
    dim: 0,
    index: ints().mul(0),
    src: y(),
    reduce: 'amax',
    '*include_self?': false,
  }),
  layer_norm: () => ({
    input: x(),
    normalized_shape: [3],
    'weight?': vector(),
    'bias?': vector(),
    'eps?': 1e-3,
    'cudnn_enable?': false,
  }),

  // Random numbers
  dropout_mask: () => ({ '/x': x(), '/p': 0.5, '*generator?': new torch.Generator() }),
  normal: () => ({ mean: 1, std: 2, size: [3], '*generator?': new torch.Generator(), '*dtype?': float64 }),
  rand: () => ({ ...size, '*generator?': new torch.Generator(), ...options }),
  randn: () => ({ ...size, '*generator?': new torch.Generator(), ...options }),
  rand_like: () => ({ input: x(), ...options }),
  randn_like: () => ({ input: x(), ...options }),
  randint: () => ({
    low: 0,
    high: 9,
    ...size,
    '*generator?': new torch.Generator(),
    '*dtype?': int32,
    '*device?': 'cpu',
  }),
  randint_like: () => ({ input: x(), low: 0, high: 9, '*dtype?': int32 }),
  randperm: () => ({ n: 4, '*generator?': new torch.Generator(), '*dtype?': int32 }),
  bernoulli: () => ({ input: x(), 'p?': 0.5, '*generator?': new torch.Generator() }),
  multinomial: () => ({ input: vector(), num_samples: 2, 'replacement?': true, '*generator?': new torch.Generator() }),
  manual_seed: () => ({ seed: 3 }),
  seed: () => ({}),
  initial_seed: () => ({}),
  get_rng_state: () => ({}),
  set_rng_state: () => ({ new_state: torch.get_rng_state() }),
  fork_rng: () => ({ '/callback': () => 1 }),

  // Ops of one's own
  nameStep: () => ({ '/x': graph(), '/name': 'StepBackward0' }),
  elementwise: () => ({ '/name': 'mine', '/inputs': ['x'], '/definition': { forward: 'x * x' } }),
  reduction: () => ({
    '/name': 'mine',
    '/inputs': ['x'],
    '/definition': { start: 0, step: 'acc + x' },
  }),
  update: () => ({ '/name': 'mine', '/definition': { writes: { p: 'p - lr * g' }, reads: ['g'], parameters: ['lr'] } }),
  defineView: () => ({
    '/name': 'mine',
    '/definition': { geometry: ({ shape, strides, offset }: Tensor) => ({ shape, strides, offset }) },
  }),
  routine: () => ({
    '/name': 'mine',
    '/inputs': [x()],
    '/compute': () => x(),
    '/gradient': () => ({ saved: [], backward: () => [null] }),
  }),
}

/** torch.autograd. */
export const autograd: Table = {
  backward: () => ({
    tensors: [graph()],
    'grad_tensors?': [torch.tensor(2)],
    'retain_graph?': true,
    'create_graph?': false,
  }),
  grad: () => {
    const leaf = torch.ones([2], { requires_grad: true })
    return {
      outputs: leaf.mul(2).sum(),
      inputs: [leaf],
      'grad_outputs?': torch.tensor(2),
      'retain_graph?': true,
      'create_graph?': true,
      '*allow_unused?': true,
      '*materialize_grads?': false,
    }
  },
  gradcheck: () => ({
    func: (z: Tensor) => z.mul(z),
    inputs: [double()],
    'eps?': 1e-6,
    'atol?': 1e-5,
    'rtol?': 1e-3,
    'raise_exception?': true,
  }),
  gradgradcheck: () => ({
    func: (z: Tensor) => z.mul(z),
    inputs: [double()],
    '*eps?': 1e-6,
    '*atol?': 1e-5,
    '*rtol?': 1e-3,
  }),
  detect_anomaly: () => ({ '/callback?': () => 1 }),
  set_detect_anomaly: () => ({ mode: true, 'callback?': () => 1 }),
  borrow_grad: () => ({ '/x': torch.ones([2], { requires_grad: true }) }),
}

/** torch.linalg. */
export const linalg: Table = {
  cholesky: () => ({ A: torch.eye(2), '*upper?': true }),
  cross: () => ({ input: x(), other: y(), '*dim?': 1 }),
  det: () => ({ A: square() }),
  diagonal: () => ({ A: x(), '*offset?': 1, '*dim1?': 0, '*dim2?': 1 }),
  inv: () => ({ A: square() }),
  matmul: () => ({ input: x(), other: numbers(3, 2) }),
  matrix_norm: () => ({ A: x(), 'ord?': 1, 'dim?': [0, 1], 'keepdim?': true, '*dtype?': float64 }),
  matrix_power: () => ({ A: square(), n: 2 }),
  multi_dot: () => ({ tensors: [x(), numbers(3, 2)] }),
  norm: () => ({ A: x(), 'ord?': 1, 'dim?': 1, 'keepdim?': true, '*dtype?': float64 }),
  slogdet: () => ({ A: square() }),
  solve: () => ({ A: square(), B: numbers(2), '*left?': true }),
  vecdot: () => ({ x: x(), y: y(), '*dim?': 1 }),
  vector_norm: () => ({ x: x(), 'ord?': 1, 'dim?': 1, 'keepdim?': true, '*dtype?': float64 }),
}

const drawn = { '*generator?': new torch.Generator() }

/** Methods of tensors that are no functions, or take their arguments in another order. */
export const methods: Table = {
  // What a tensor is
  ndimension: unary(),
  dim: unary(),
  nelement: unary(),
  size: () => ({ self: x(), 'dim?': 1 }),
  stride: () => ({ self: x(), 'dim?': 1 }),
  storage_offset: unary(),
  element_size: unary(),
  is_contiguous: unary(),
  at: () => ({ self: x(), '/indices': 0, '/second': 1 }),
  item: () => ({ self: torch.tensor(2) }),
  tolist: unary(),
  item_async: () => ({ self: torch.tensor(2) }),
  tolist_async: unary(),
  repr_async: unary(),
  to_typed_array: unary(),
  toString: unary(),

  // Gradients
  backward: () => ({ self: graph(), 'gradient?': torch.tensor(2), 'retain_graph?': true, 'create_graph?': false }),
  requires_grad_: () => ({ self: x(), 'requires_grad?': true }),
  retain_grad: () => ({ self: graph() }),
  register_hook: () => ({ self: graph(), hook: (g: Tensor) => g }),
  register_post_accumulate_grad_hook: () => ({ self: torch.ones([2], { requires_grad: true }), hook: () => {} }),
  detach_: () => ({ self: torch.ones([2, 3]) }),

  // Dtypes and devices
  bool: unary(),
  byte: unary(),
  int: unary(),
  long: unary(),
  float: unary(),
  double: unary(),
  cpu: unary(),
  contiguous: unary(),
  to: () => ({ self: x(), 'dtype?': float64, '*copy?': true }),
  type: () => ({ self: x(), 'dtype?': float64 }),
  type_as: () => ({ self: x(), other: ints() }),
  copy_: () => ({ self: x(), src: y(), 'non_blocking?': true }),

  // Shapes
  expand: () => ({ self: vector(), size: [2, 3] }),
  expand_as: () => ({ self: vector(), other: x() }),
  view: () => ({ self: x(), shape: [3, 2] }),
  view_as: () => ({ self: x(), other: numbers(3, 2) }),
  reshape_as: () => ({ self: x(), other: numbers(3, 2) }),
  resize_: () => ({ self: x(), size: [3, 2] }),
  resize_as_: () => ({ self: x(), the_template: numbers(3, 2) }),
  unfold: () => ({ self: x(), dimension: 1, size: 2, step: 1 }),
  t_: unary(),
  float_power_: () => ({ self: x().double(), exponent: 2 }),
  split: () => ({ self: x(), split_size: 2, 'dim?': 1 }),

  // Indexing
  index: () => ({ self: x(), '/first?': 0, '/second?': torch.Slice(0, 2) }),
  where: () => ({ self: x(), condition: mask(), other: y() }),
  polygamma: () => ({ self: x(), n: 1 }),
  polygamma_: () => ({ self: x(), n: 1 }),
  addmv_: () => ({ self: numbers(2), mat: x(), vec: vector(), ...scaled() }),
  fill_diagonal_: () => ({ self: x(), fill_value: 2 }),
  masked_fill_: () => ({ self: x(), mask: mask(), value: 2 }),
  put_: () => ({ self: x(), index: index(), source: numbers(2), 'accumulate?': true }),
  zero_: unary(),

  // Creation
  new_zeros: () => ({ self: x(), ...size, ...options }),
  new_ones: () => ({ self: x(), ...size, ...options }),
  new_empty: () => ({ self: x(), ...size, ...options }),
  new_full: () => ({ self: x(), ...size, fill_value: 2, ...options }),
  new_tensor: () => ({ self: x(), data: [1, 2], ...options }),

  // Random numbers
  bernoulli_: () => ({ self: x(), 'p?': 0.5, ...drawn }),
  cauchy_: () => ({ self: x(), 'median?': 0, 'sigma?': 1, ...drawn }),
  exponential_: () => ({ self: x(), 'lambd?': 1, ...drawn }),
  geometric_: () => ({ self: x(), p: 0.5, ...drawn }),
  log_normal_: () => ({ self: x(), 'mean?': 1, 'std?': 2, ...drawn }),
  normal_: () => ({ self: x(), 'mean?': 0, 'std?': 1, ...drawn }),
  random_: () => ({ self: x(), from: 0, to: 9, ...drawn }),
  uniform_: () => ({ self: x(), 'from?': 0, 'to?': 1, ...drawn }),
  cumsum_: () => ({ self: x(), dim: 1 }),
  cumprod_: () => ({ self: x(), dim: 1 }),
  squeeze_: () => ({ self: numbers(2, 1), 'dim?': 1 }),
}

/** What a mask is made of, for tables of other packages. */
export const samples = { x, y, square, vector, ints, index, mask, image, line, bool }
