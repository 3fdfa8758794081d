/** First and second derivatives of what is more than an elementwise formula: see `TestBench.gradients`. */
import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'
import { test } from 'vitest'
import { onEachFormulaDevice, type TestBench, valuesOf } from '../../core/test/harness.ts'

type Tensor = torch.Tensor
type Input = (on: TestBench) => Tensor
const F = nn.functional
const draw =
  (...shape: number[]): Input =>
  (on) =>
    on.input(shape)
const chance =
  (...shape: number[]): Input =>
  (on) =>
    on.input(shape, [0.1, 0.9])
const classes = ({ device }: Tensor, ...values: number[]): Tensor =>
  torch.tensor(values, { dtype: torch.int32, device })
const weight = ({ dtype, device }: Tensor): Tensor => torch.tensor([0.5, 2, 1], { dtype, device })

type Case = readonly [name: string, run: (...x: Tensor[]) => Tensor, inputs: readonly Input[]]

const cases: readonly Case[] = [
  ['layer_norm', (x, w, b) => F.layer_norm(x, [3], { weight: w, bias: b }), [draw(2, 3), draw(3), draw(3)]],
  ['group_norm', (x, w, b) => F.group_norm(x, 2, { weight: w, bias: b }), [draw(2, 4, 2), draw(4), draw(4)]],
  [
    'batch_norm in training',
    (x, w, b) => F.batch_norm(x, null, null, { weight: w, bias: b, training: true }),
    [draw(3, 2, 2), draw(2), draw(2)],
  ],
  [
    'batch_norm by running moments',
    (x, w, b) => F.batch_norm(x, weight(x), weight(x), { weight: w, bias: b }),
    [draw(2, 3), draw(3), draw(3)],
  ],
  ['linear', (x, w, b) => F.linear(x, w, b), [draw(2, 2, 3), draw(4, 3), draw(4)]],
  ['bilinear', (x, y, w, b) => F.bilinear(x, y, w, b), [draw(2, 3), draw(2, 2), draw(4, 3, 2), draw(4)]],
  ['embedding', (w) => F.embedding(classes(w, 0, 2, 2), w), [draw(3, 2)]],
  ['embedding_bag', (w) => F.embedding_bag(classes(w, 0, 2, 2, 1).view(2, 2), w), [draw(3, 2)]],
  [
    'the maxima of embedding_bag',
    (w) => F.embedding_bag(classes(w, 0, 2, 1, 1).view(2, 2), w, { mode: 'max', padding_idx: 2 }),
    [draw(3, 2)],
  ],
  ['instance_norm', (x, w, b) => F.instance_norm(x, { weight: w, bias: b }), [draw(2, 2, 3), draw(2), draw(2)]],
  ['local_response_norm', (x) => F.local_response_norm(x, 2, { alpha: 0.5 }), [draw(2, 3, 2)]],
  ['lp_pool2d', (x) => F.lp_pool2d(x, 3, 2), [chance(1, 2, 4, 2)]],
  ['bilinear interpolation', (x) => F.interpolate(x, { size: [3, 5], mode: 'bilinear' }), [draw(1, 2, 2, 3)]],
  ['bicubic interpolation', (x) => F.interpolate(x, { scale_factor: 2, mode: 'bicubic' }), [draw(1, 1, 3, 2)]],
  ['unfold', (x) => F.unfold(x, 2, { padding: 1, stride: 2 }), [draw(1, 2, 3, 4)]],
  ['fold', (x) => F.fold(x, [3, 3], 2), [draw(1, 8, 4)]],
  ['pixel_shuffle', (x) => F.pixel_shuffle(x, 2), [draw(1, 4, 2, 1)]],
  ['normalize', (x) => F.normalize(x), [draw(2, 3)]],
  ['cosine_similarity', (x, y) => F.cosine_similarity(x, y), [draw(2, 3), draw(2, 3)]],
  ['pairwise_distance', (x, y) => F.pairwise_distance(x, y), [draw(2, 3), draw(2, 3)]],
]

const losses: readonly (readonly [
  string,
  (o: nn.functional.LossOptions, ...x: Tensor[]) => Tensor,
  readonly Input[],
])[] = [
  ['mse_loss', (o, x, y) => F.mse_loss(x, y, o), [draw(2, 3), draw(2, 3)]],
  ['l1_loss', (o, x, y) => F.l1_loss(x, y, o), [draw(2, 3), draw(2, 3)]],
  ['smooth_l1_loss', (o, x, y) => F.smooth_l1_loss(x, y, o), [draw(2, 3), draw(2, 3)]],
  ['huber_loss', (o, x, y) => F.huber_loss(x, y, o), [draw(2, 3), draw(2, 3)]],
  [
    'binary_cross_entropy',
    (o, x, y) => F.binary_cross_entropy(x, y, { ...o, weight: weight(x) }),
    [chance(2, 3), chance(2, 3)],
  ],
  [
    'binary_cross_entropy_with_logits',
    (o, x, y) => F.binary_cross_entropy_with_logits(x, y, { ...o, weight: weight(x), pos_weight: weight(x) }),
    [draw(2, 3), chance(2, 3)],
  ],
  ['soft_margin_loss', (o, x, y) => F.soft_margin_loss(x, y, o), [draw(2, 3), draw(2, 3)]],
  ['kl_div', (o, x, y) => F.kl_div(x, y, o), [draw(2, 3), chance(2, 3)]],
  ['poisson_nll_loss', (o, x, y) => F.poisson_nll_loss(x, y, o), [draw(2, 3), chance(2, 3)]],
  ['gaussian_nll_loss', (o, x, y, v) => F.gaussian_nll_loss(x, y, v, o), [draw(2, 3), draw(2, 3), chance(2, 3)]],
  [
    'cross_entropy',
    (o, x) => F.cross_entropy(x, classes(x, 0, 2, -100), { ...o, weight: weight(x), label_smoothing: 0.2 }),
    [draw(3, 3)],
  ],
  [
    'cross_entropy of probabilities',
    (o, x, y) => F.cross_entropy(x, y, { ...o, weight: weight(x) }),
    [draw(2, 3), chance(2, 3)],
  ],
  ['nll_loss', (o, x) => F.nll_loss(x, classes(x, 0, 2, 1, 1).reshape(2, 2), o), [draw(2, 3, 2)]],
  ['cosine_embedding_loss', (o, x, y) => F.cosine_embedding_loss(x, y, classes(x, 1, -1), o), [draw(2, 3), draw(2, 3)]],
  ['multi_margin_loss', (o, x) => F.multi_margin_loss(x, classes(x, 0, 2), { ...o, p: 2 }), [draw(2, 3)]],
  [
    'multilabel_margin_loss',
    (o, x) => F.multilabel_margin_loss(x, classes(x, 0, 2, -1, 1, -1, 0).view(2, 3), o),
    [draw(2, 3)],
  ],
  [
    'multilabel_soft_margin_loss',
    (o, x, y) => F.multilabel_soft_margin_loss(x, y, { ...o, weight: weight(x) }),
    [draw(2, 3), chance(2, 3)],
  ],
  ['triplet_margin_loss', (o, x, y, z) => F.triplet_margin_loss(x, y, z, o), [draw(2, 3), draw(2, 3), draw(2, 3)]],
]

const all: readonly Case[] = [
  ...cases,
  ...losses.flatMap(([name, run, inputs]) =>
    (['none', 'mean', 'sum'] as const).map(
      (reduction): Case => [`${name}, ${reduction}`, (...x) => run({ reduction }, ...x), inputs],
    ),
  ),
]

/** Inputs of one shape, by their places. */
const pairs = all.flatMap(([name, run, inputs]) => {
  const shapes = inputs.map((input) => {
    let shape = ''
    // An input is asked for no more than its shape.
    input({ input: (given: torch.Shape) => ((shape = given.join()), torch.ones(given)) } as unknown as TestBench)
    return shape
  })
  return inputs.flatMap((_, i) =>
    inputs.flatMap((_, j) => (i < j && shapes[i] === shapes[j] ? [[name, i, j, run, inputs] as const] : [])),
  )
})

onEachFormulaDevice('gradients', (on) => {
  test.each(pairs)('of %s, where inputs %i and %i are one tensor', async (_, i, j, run, inputs) => {
    const apart = inputs.map((input) => input(on))
    apart[i] = (apart[j] as Tensor).detach().clone().requires_grad_()
    const [own, other] = torch.autograd.grad(on.projected(run)(...apart), [apart[i], apart[j] as Tensor])
    const shared = apart.map((x, k) => (k === i ? (apart[j] as Tensor) : x))
    const [both] = torch.autograd.grad(on.projected(run)(...shared), [apart[j] as Tensor])
    const wanted = await valuesOf(own.add(other))
    await on.near(both, wanted, both.shape, 64)
  })

  test.each(all)('of %s', async (_, run, inputs) => {
    await on.gradients(
      run,
      inputs.map((input) => input(on)),
    )
  })
})
