import type { Draw, NamedArgument, Wanted } from '../draw.ts'
import type { Argument } from '../program.ts'
import { each, type Family, form } from './family.ts'

/** As a function, a method, or in place. */
function pointwise(
  draw: Draw,
  name: string,
  wanted: Wanted,
  rest: (x: { ref: string }) => readonly NamedArgument[] = () => [],
): void {
  const inPlace = draw.random.chance(0.3)
  const x = inPlace ? draw.target(wanted) : draw.pick(wanted)
  const arguments_ = rest(x)
  draw.call(inPlace ? `Tensor.${name}_` : form(draw, name), [x], arguments_)
}

const floats =
  'sqrt rsqrt exp exp2 expm1 log log1p log2 log10 sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh erf erfc erfinv lgamma digamma frac reciprocal sigmoid sinc rad2deg deg2rad'
const numbers = 'abs neg floor ceil trunc sign sgn relu square logical_not positive round absolute negative fix'

const activations: Readonly<Record<string, (draw: Draw) => readonly NamedArgument[]>> = {
  relu: () => [],
  relu6: () => [],
  selu: () => [],
  silu: () => [],
  mish: () => [],
  softsign: () => [],
  logsigmoid: () => [],
  hardsigmoid: () => [],
  hardswish: () => [],
  tanhshrink: () => [],
  sigmoid: () => [],
  tanh: () => [],
  leaky_relu: (d) => [['negative_slope', d.maybe(0.5, () => d.random.of([0.2, 0, 1.5]))]],
  elu: (d) => [['alpha', d.maybe(0.5, () => d.random.of([0.5, 2]))]],
  celu: (d) => [['alpha', d.maybe(0.5, () => d.random.of([0.5, 2, -1]))]],
  gelu: (d) => [['*approximate', d.maybe(0.5, () => d.random.of(['none', 'tanh', 'erf']))]],
  softplus: (d) => [
    ['beta', d.maybe(0.5, () => d.random.of([2, 0.5]))],
    ['threshold', d.maybe(0.4, () => 1)],
  ],
  hardtanh: (d) => [
    ['min_val', d.maybe(0.5, () => -0.5)],
    ['max_val', d.maybe(0.5, () => 2)],
  ],
  softshrink: (d) => [['lambd', d.maybe(0.5, () => d.random.of([0, 1]))]],
  hardshrink: (d) => [['lambd', d.maybe(0.5, () => d.random.of([0, 1]))]],
  glu: (d) => [['dim', d.maybe(0.5, () => d.random.whole(-2, 1))]],
}
const LOGSIGMOID: Readonly<Record<string, string>> = { logsigmoid: 'F.logsigmoid' }

export const elementwise: Family = {
  ...each(floats, (name) => (d) => pointwise(d, name, { kind: d.random.chance(0.93) ? 'float' : 'any' })),
  ...each(numbers, (name) => (d) => pointwise(d, name, { kind: d.random.chance(0.7) ? 'float' : 'any' })),
  ...each(
    'isnan isinf isfinite isposinf isneginf signbit',
    (name) => (d) => d.call(form(d, name), [d.pick({ kind: 'any' })]),
  ),
  bitwise_not: (d) => pointwise(d, 'bitwise_not', { kind: d.random.of(['int', 'bool', 'float']) }),
  'round(decimals)': (d) => pointwise(d, 'round', {}, () => [['*decimals', d.random.of([1, 2, -1, 0])]]),
  logit: (d) =>
    pointwise(d, 'logit', { values: 'unit' }, () => [['eps', d.maybe(0.5, () => d.random.of([0.1, 1e-6]))]]),
  nan_to_num: (d) =>
    pointwise(d, 'nan_to_num', {}, () => [
      ['nan', d.maybe(0.4, () => 2)],
      ['posinf', d.maybe(0.4, () => 100)],
      ['neginf', d.maybe(0.4, () => -100)],
    ]),
  polygamma: (d) => d.call('torch.polygamma', [d.random.whole(0, 3), d.pick()]),
  ...Object.fromEntries(
    Object.entries(activations).map(([name, rest]) => [
      `F.${name}`,
      (d: Draw) => d.call(LOGSIGMOID[name] ?? `F.${name}`, [d.pick()], rest(d)),
    ]),
  ),
  ...each(
    'leaky_relu elu celu selu relu6 hardtanh silu mish hardswish hardsigmoid relu',
    (name) => (d: Draw) => d.call(`F.${name}`, [d.target()], [...(activations[name]?.(d) ?? []), ['*inplace', true]]),
  ),
  'F.threshold': (d) =>
    d.call('F.threshold', [d.pick(), d.number(), d.number()], [['inplace', d.maybe(0.2, () => true)]]),
  'F.prelu': (d) => {
    const x = d.pick()
    d.call('F.prelu', [x, d.input({ shape: [d.random.chance(0.5) ? 1 : d.size(x, 1)] })])
  },
  ...each(
    'add sub',
    (name) => (d) =>
      pointwise(d, name, { kind: d.random.chance(0.8) ? 'float' : 'any' }, (x) => [
        ['other', d.other(x)],
        ['*alpha', d.maybe(0.25, () => d.random.of([2, 0.5, -1]))],
      ]),
  ),
  ...each(
    'mul true_divide floor_divide remainder fmod',
    (name) => (d) =>
      pointwise(d, name, { kind: d.random.chance(0.8) ? 'float' : 'any' }, (x) => [['other', d.other(x)]]),
  ),
  div: (d) =>
    pointwise(d, 'div', { kind: d.random.chance(0.8) ? 'float' : 'any' }, (x) => [
      ['other', d.other(x)],
      ['*rounding_mode', d.maybe(0.4, () => d.random.of(['floor', 'trunc', null]))],
    ]),
  rsub: (d) => {
    const x = d.pick({ kind: 'number' })
    d.call('torch.rsub', [x, d.other(x)])
  },
  pow: (d) =>
    pointwise(d, 'pow', { kind: d.random.chance(0.8) ? 'float' : 'any' }, (x) => [
      ['exponent', d.random.chance(0.6) ? d.random.of([2, 3, 0.5, -0.5, -1, -2, 0, 1, 2.5]) : d.other(x)],
    ]),
  float_power: (d) => {
    const x = d.pick({ kind: 'any' })
    d.call(form(d, 'float_power'), [x, d.other(x)])
  },
  ...each(
    'maximum minimum fmax fmin atan2 hypot copysign logaddexp logaddexp2 nextafter heaviside ldexp',
    (name) => (d) => {
      const x = d.pick({ kind: d.random.chance(0.85) ? 'float' : 'any' })
      const other = d.pick({ kind: d.random.chance(0.85) ? 'float' : 'any', shape: d.broadcastable(d.tensor(x).shape) })
      d.call(form(d, name), [x, other])
    },
  ),
  ...each('atan2_ hypot_ copysign_ xlogy_', (name) => (d) => {
    const x = d.target()
    d.call(`Tensor.${name}`, [x, d.pick({ shape: d.broadcastable(d.tensor(x).shape) })])
  }),
  xlogy: (d) => {
    const x = d.pick({ kind: 'number' })
    d.call(form(d, 'xlogy'), [x, d.other(x)])
  },
  ...each('eq ne lt le gt ge', (name) => (d) => pointwise(d, name, { kind: 'any' }, (x) => [['other', d.other(x)]])),
  ...each('logical_and logical_or logical_xor', (name) => (d) => {
    const x = d.pick({ kind: 'any' })
    d.call(form(d, name), [x, d.pick({ kind: 'any', shape: d.broadcastable(d.tensor(x).shape) })])
  }),
  ...each(
    'bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift',
    (name) => (d) =>
      pointwise(d, name, { kind: d.random.of(['int', 'int', 'bool', 'any']) }, (x) => [
        [
          'other',
          d.random.chance(0.3)
            ? d.random.whole(0, 5)
            : d.input({
                kind: d.random.of(['int', 'int', 'bool']),
                shape: d.broadcastable(d.tensor(x).shape),
                low: 0,
                high: 6,
              }),
        ],
      ]),
  ),
  ...each('gcd lcm', (name) => (d) => {
    const x = d.pick({ kind: 'int' })
    d.call(form(d, name), [x, d.pick({ kind: 'int', shape: d.broadcastable(d.tensor(x).shape) })])
  }),
  isclose: (d) => {
    const x = d.pick()
    d.call(
      form(d, 'isclose'),
      [x, d.pick({ shape: d.broadcastable(d.tensor(x).shape) })],
      [
        ['rtol', d.maybe(0.3, () => 0.5)],
        ['atol', d.maybe(0.3, () => 0.1)],
        ['equal_nan', d.maybe(0.3, () => true)],
      ],
    )
  },
  clamp: (d) =>
    pointwise(d, 'clamp', { kind: d.random.chance(0.8) ? 'float' : 'number' }, (x) => {
      const bound = (): Argument => d.number()
      if (d.random.chance(0.5))
        return [
          ['min', d.maybe(0.8, bound)],
          ['max', d.maybe(0.7, bound)],
        ]
      const shape = (): number[] => d.broadcastable(d.tensor(x).shape)
      return [
        ['min', d.maybe(0.8, () => d.pick({ shape: shape() }))],
        ['max', d.maybe(0.7, () => d.pick({ shape: shape() }))],
      ]
    }),
  ...each(
    'clamp_min clamp_max',
    (name) => (d) => pointwise(d, name, { kind: 'number' }, (x) => [[name.slice(6), d.other(x)]]),
  ),
  lerp: (d) =>
    pointwise(d, 'lerp', {}, (x) => [
      ['end', d.pick({ shape: d.broadcastable(d.tensor(x).shape) })],
      [
        'weight',
        d.random.chance(0.5) ? d.random.of([0.5, 0.25, 2, 1]) : d.pick({ shape: d.broadcastable(d.tensor(x).shape) }),
      ],
    ]),
  ...each(
    'addcmul addcdiv',
    (name) => (d) =>
      pointwise(d, name, { kind: d.random.chance(0.9) ? 'float' : 'number' }, (x) => [
        ['tensor1', d.pick({ shape: d.broadcastable(d.tensor(x).shape) })],
        ['tensor2', d.pick({ shape: d.broadcastable(d.tensor(x).shape) })],
        ['*value', d.maybe(0.4, () => d.random.of([2, 0.5, -1]))],
      ]),
  ),
  where: (d) => {
    const x = d.pick({ kind: 'any' })
    const condition = d.pick({ kind: 'bool', shape: d.broadcastable(d.tensor(x).shape) })
    if (d.random.chance(0.1)) d.call('torch.where', [condition])
    else d.call('torch.where', d.random.chance(0.5) ? [condition, x, d.other(x)] : [condition, d.other(x), x])
  },
  masked_fill: (d) =>
    pointwise(d, 'masked_fill', { kind: 'any' }, (x) => [
      ['mask', d.pick({ kind: 'bool', shape: d.broadcastable(d.tensor(x).shape) })],
      ['value', d.random.chance(0.7) ? d.number() : d.pick({ shape: [] })],
    ]),
  // An in-place op whose operand is its target, or overlaps it.
  'x.op_(x)': (d) => {
    const x = d.target()
    d.call(
      `Tensor.${d.random.of(['add', 'sub', 'mul', 'div', 'pow', 'atan2', 'copysign', 'hypot', 'fmod', 'remainder', 'xlogy'])}_`,
      [x, x],
    )
  },
  'x.op_(x.T)': (d) => {
    const n = d.random.whole(1, 3)
    const x = d.target({ shape: [n, n] })
    d.call(`Tensor.${d.random.of(['add', 'sub', 'mul', 'div', 'copy'])}_`, [x, d.emit('Tensor.t', [x]).out])
  },
}
