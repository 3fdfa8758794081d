/** Corners of layers: tools/golden/layers.py makes what PyTorch says, a program stands here for each. */
import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'
import { describe, expect, test } from 'vitest'
import { caught, entriesOf, fromGolden, type GoldenTensor, readGolden } from '../../core/test/golden.ts'
import { onEachCpu, onEveryDevice } from '../../core/test/harness.ts'

const golden = await readGolden<unknown>('layers')
const { functional: F } = nn
const { ones } = torch
type Tensor = torch.Tensor
const truth = (...shape: number[]) => torch.zeros(shape, { dtype: torch.bool })

describe('MultiheadAttention', () => {
  const x = ones(2, 1, 4)
  const flat = ones(2, 4)
  type Call = [torch.Tensor, torch.Tensor, torch.Tensor, nn.MultiheadAttentionCall?]
  const same = (y: torch.Tensor, options: nn.MultiheadAttentionCall = {}): Call => [y, y, y, options]
  const calls: Readonly<Record<string, Call>> = {
    'empty batch': same(ones(2, 0, 4)),
    'empty batch, no weights': same(ones(2, 0, 4), { need_weights: false }),
    'empty batch, a mask': same(ones(2, 0, 4), { key_padding_mask: truth(0, 2) }),
    'no queries': [ones(0, 1, 4), x, x],
    'no keys': [x, ones(0, 1, 4), ones(0, 1, 4)],
    nothing: same(ones(0, 1, 4)),
    'narrow queries': [ones(2, 1, 3), x, x],
    'narrow all': same(ones(2, 1, 3)),
    'other values': [x, x, ones(3, 1, 4)],
    'one dimension': same(ones(4)),
    'keys without a batch': [x, flat, flat],
    'queries without a batch': [flat, x, x],
    'a padding mask of one dimension': same(x, { key_padding_mask: truth(2) }),
    'a padding mask of two, without a batch': same(flat, { key_padding_mask: truth(2, 2) }),
    'a padding mask too long': same(x, { key_padding_mask: truth(1, 3) }),
    'a padding mask of whole numbers': same(x, { key_padding_mask: torch.zeros(1, 2, { dtype: torch.int32 }) }),
    'a mask too long': same(x, { attn_mask: truth(2, 3) }),
    'a mask of three dimensions, wrong': same(x, { attn_mask: truth(1, 2, 2) }),
    'a mask of one dimension': same(x, { attn_mask: truth(2) }),
    'a mask of four dimensions': same(x, { attn_mask: truth(1, 1, 2, 2) }),
    'a mask without a batch, wrong': same(flat, { attn_mask: truth(3, 2, 2) }),
    'other values of another width': [x, ones(2, 1, 3), ones(3, 1, 5)],
  }

  test.each(entriesOf<unknown>(golden, 'attention'))('%s', (name, expected) => {
    const call = calls[name]
    if (call === undefined) throw new Error(`no program for ${name}`)
    const options = name.endsWith('another width') ? { kdim: 3, vdim: 5 } : {}
    const run = () => new nn.MultiheadAttention(4, 2, options)(...call)
    const shapes = () => run().map((out) => out?.shape ?? null)
    expect(Array.isArray(expected) ? shapes() : caught(run)).toEqual(expected)
  })

  test('a batch first has the same checks', () => {
    const layer = new nn.MultiheadAttention(4, 2, { batch_first: true })
    expect(layer(ones(0, 2, 4), ones(0, 3, 4), ones(0, 3, 4))[0].shape).toEqual([0, 2, 4])
    expect(() => layer(ones(1, 2, 4), ones(1, 3, 4), ones(1, 2, 4))).toThrow(
      'key shape torch.Size([3, 1, 4]) does not match value shape torch.Size([2, 1, 4])',
    )
    expect(() => layer(ones(1, 2, 4), ones(2, 3, 4), ones(2, 3, 4))).toThrow('query has a batch of 1 and key one of 2')
  })

  test('empty batches pass through everything that is made of it, with gradients', () => {
    const batch = () => ones(2, 0, 4, { requires_grad: true })
    for (const make of [
      (y: torch.Tensor) => new nn.TransformerEncoderLayer(4, 2, 8)(y),
      (y: torch.Tensor) => new nn.TransformerDecoderLayer(4, 2, 8)(y, ones(3, 0, 4)),
      (y: torch.Tensor) => new nn.Transformer(4, 2, 1, 1, 8)(y, ones(2, 0, 4)),
      (y: torch.Tensor) => F.scaled_dot_product_attention(y, y, y),
    ]) {
      const y = batch()
      const out = make(y)
      out.sum().backward()
      expect([out.shape, y.grad?.shape]).toEqual([
        [2, 0, 4],
        [2, 0, 4],
      ])
    }
  })
})

onEveryDevice('a query that may look at nothing', (on) => {
  const draw = (...shape: number[]) => torch.randn(shape).to(on.device.type).requires_grad_()
  const masks = [
    truth(3, 4)
      .logical_not()
      .index_fill(0, torch.tensor([1], { dtype: torch.int32 }), 0),
    torch.zeros(3, 4).index_fill(0, torch.tensor([1], { dtype: torch.int32 }), Number.NEGATIVE_INFINITY),
  ]

  test.each(masks.map((mask) => [mask.dtype.name, mask] as const))('%s: zeros, and no gradient', async (_, mask) => {
    torch.manual_seed(0)
    const [q, k, v] = [draw(2, 3, 4), draw(2, 4, 4), draw(2, 4, 4)]
    const out = F.scaled_dot_product_attention(q, k, v, mask.to(on.device.type))
    out.pow(2).sum().backward()
    // The other rows are those of the same call without the one that is hidden.
    const others = torch.tensor([0, 2], { dtype: torch.int32, device: on.device.type })
    const [q2, k2, v2] = [q, k, v].map((x) => x.detach().clone().requires_grad_()) as [Tensor, Tensor, Tensor]
    const rest = F.scaled_dot_product_attention(q2.index_select(1, others), k2, v2)
    rest.pow(2).sum().backward()
    await on.near(out.select(1, 1), new Array<number>(8).fill(0), [2, 4])
    for (const [now, alone] of [
      [out.index_select(1, others), rest],
      [q.grad, q2.grad],
      [k.grad, k2.grad],
      [v.grad, v2.grad],
    ] as const) {
      await on.same(now as torch.Tensor, alone as torch.Tensor)
    }
  })
})

test('MultiheadAttention without weights gives what its last projection makes of zeros; with them NaN, as in PyTorch', () => {
  const layer = new nn.MultiheadAttention(4, 2)
  const x = torch.randn(2, 1, 4, { requires_grad: true })
  const attn_mask = torch.tensor([
    [true, true],
    [false, true],
  ])
  const [out] = layer(x, x, x, { attn_mask, need_weights: false })
  expect(out.select(0, 0).tolist()).toEqual([layer.out_proj.bias?.tolist()])
  out.sum().backward()
  for (const p of [x, ...layer.parameters()]) expect(p.grad?.isfinite().all().item()).toBe(true)
  const [shown] = layer(x, x, x, { attn_mask })
  expect(shown.select(0, 0).isnan().all().item()).toBe(true)
  expect(shown.select(0, 1).isfinite().all().item()).toBe(true)
})

onEachCpu('normalisations', () => {
  const one = ones(1, 2, 1)
  const programs: Readonly<Record<string, () => unknown>> = {
    'group_norm of other weights': () => F.group_norm(ones(2, 4, 3), 2, { weight: ones(3) }),
    'group_norm of weights of two dimensions': () => F.group_norm(ones(2, 4, 3), 2, { weight: ones(2, 2) }),
    'group_norm of other biases': () => F.group_norm(ones(2, 4, 3), 2, { bias: ones(3) }),
    'group_norm into three': () => F.group_norm(ones(2, 4, 3), 3),
    'group_norm into less than none': () => F.group_norm(ones(2, 4, 3), -2),
    'group_norm of one value': () => F.group_norm(one, 2),
    'group_norm of one value without space': () => F.group_norm(ones(1, 2), 2),
    'group_norm of one value in two samples': () => F.group_norm(ones(2, 2), 2),
    'group_norm of two channels a group': () => F.group_norm(ones(1, 4, 1), 2),
    'group_norm of no samples': () => F.group_norm(ones(0, 4, 3), 2),
    'GroupNorm of one value': () => new nn.GroupNorm(2, 2)(one),
    'GroupNorm of other channels': () => new nn.GroupNorm(2, 4)(ones(1, 6, 2)),
    'instance_norm of one value': () => F.instance_norm(one),
    'instance_norm of other weights': () => F.instance_norm(ones(2, 2, 3), { weight: ones(3) }),
    'batch_norm of one value': () => F.batch_norm(ones(1, 2), null, null, { training: true }),
    'batch_norm of other moments': () => F.batch_norm(ones(2, 2), ones(3), ones(3), { training: true }),
    'batch_norm of other weights': () =>
      F.batch_norm(ones(2, 2), ones(2), ones(2), { weight: ones(3), training: true }),
  }

  test.each(entriesOf<unknown>(golden, 'norm'))('%s', (name, expected) => {
    const program = programs[name]
    if (program === undefined) throw new Error(`no program for ${name}`)
    expect(caught(program)).toEqual(expected)
  })

  const x = torch.arange(12, { dtype: torch.float32 }).reshape(2, 2, 3)
  const bad: readonly (readonly [string, object])[] = [
    ['eps', { eps: 'abc' }],
    ['momentum', { momentum: 'abc' }],
    ['weight', { weight: ones(3) }],
    ['weight of another type', { weight: ones(2, { dtype: torch.float64 }) }],
    ['bias', { bias: ones(5) }],
    ['bias that is no tensor', { bias: 'abc' }],
  ]
  test.each(bad)('a wrong %s changes no running moments', (_, options) => {
    const [mean, variance] = [torch.zeros(2), ones(2)]
    const state = () => [mean.tolist(), variance.tolist(), mean._version, variance._version]
    const before = state()
    expect(() => F.batch_norm(x, mean, variance, { training: true, ...options })).toThrow(/./)
    const running = { running_mean: mean, running_var: variance }
    expect(() => F.instance_norm(x, { ...running, use_input_stats: true, ...options })).toThrow(/./)
    expect(state()).toEqual(before)
  })

  const shown = (layer: nn.AnyModule) => Object.entries(layer.state_dict()).join()

  test('a layer that refuses its input has counted no batch', () => {
    for (const make of [nn.BatchNorm1d, nn.InstanceNorm1d]) {
      const layer = new make(3, { track_running_stats: true, affine: true })
      const before = shown(layer)
      expect(() => layer(ones(2, 2, 3))).toThrow(/./)
      expect(() => layer(ones(2, 3, 4, { dtype: torch.int32 }))).toThrow(/./)
      expect(shown(layer)).toBe(before)
      layer(ones(2, 3, 4))
      expect(shown(layer)).not.toBe(before)
    }
  })
})

onEachCpu('ctc_loss', () => {
  const parse = (name: string) =>
    JSON.parse(
      `[${name
        .replaceAll('(', '[')
        .replaceAll(')', ']')
        .replace(/\] \[/, '],[')
        .replace(/ (\w+)$/, ',"$1"')}]`,
    ) as [number[], number[], 'none' | 'mean' | 'sum']
  const targets = torch.tensor(
    [
      [1, 2],
      [2, 1],
    ],
    { dtype: torch.int32 },
  )

  test.each(entriesOf<readonly [GoldenTensor, GoldenTensor]>(golden, 'ctc'))('%s', (name, [loss, gradient]) => {
    const [inputs, labels, reduction] = parse(name)
    const logits = torch.linspace(-1, 1, 18, { dtype: torch.float64 }).reshape(3, 2, 3).requires_grad_()
    const out = F.ctc_loss(logits.log_softmax(2), targets, inputs, labels, { reduction })
    out.sum().backward()
    for (const [got, wanted] of [
      [out, loss],
      [logits.grad, gradient],
    ] as const) {
      const difference = (got as torch.Tensor).sub(fromGolden(wanted)).abs().max().item()
      expect(difference).toBeLessThan(1e-12)
    }
  })

  test('an input of no steps says an empty target for sure, and no other', () => {
    const logits = torch.randn(3, 2, 3, { requires_grad: true })
    const loss = F.ctc_loss(logits.log_softmax(2), targets, [0, 0], [0, 1], { reduction: 'none' })
    expect(loss.tolist()).toEqual([0, Number.POSITIVE_INFINITY])
    const finite = F.ctc_loss(logits.log_softmax(2), targets, [3, 0], [1, 0], { reduction: 'sum' })
    finite.backward()
    expect(logits.grad?.select(1, 1).abs().sum().item()).toBe(0)
    expect(logits.grad?.isfinite().all().item()).toBe(true)
    expect(F.ctc_loss(torch.zeros(0, 2, 3), targets, [0, 0], [0, 0], { reduction: 'none' }).tolist()).toEqual([0, 0])
  })

  test('lengths are whole and not negative', () => {
    const x = torch.zeros(3, 2, 3)
    expect(() => F.ctc_loss(x, targets, [-1, 3], [1, 1])).toThrow(
      'ctc_loss: input_lengths must not be negative, but got -1',
    )
    expect(() => F.ctc_loss(x, targets, [3, 3], [1, -1])).toThrow('target_lengths must not be negative, but got -1')
    expect(() => F.ctc_loss(x, targets, [3, 1.5], [1, 1])).toThrow(
      "ctc_loss(): argument 'input_lengths' must be tuple of ints, but found element of type float at pos 2",
    )
  })
})

describe('the order of a norm', () => {
  const x = torch.tensor([3, 4])
  test('is a number or one of two words', () => {
    for (const run of [
      (p: never) => torch.norm(x, p),
      (p: never) => x.norm(p),
      (p: never) => torch.linalg.vector_norm(x, p),
      (p: never) => torch.dist(x, x, p),
      (p: never) => F.normalize(x, p, 0),
      (p: never) => F.pairwise_distance(x, x, p),
    ]) {
      expect(() => run('abc' as never)).toThrow(/'fro'|must be/)
      expect(() => run((() => 1) as never)).toThrow(TypeError)
    }
    expect(torch.norm(x, 'fro').item()).toBe(5)
  })

  test('of gradients is what Python’s float takes, and a wrong one changes none', () => {
    const w = ones(2, { requires_grad: true })
    w.grad = torch.tensor([3, 4])
    const clip = (max: unknown, order: unknown) => nn.utils.clip_grad_norm_([w], max as number, order as number)
    expect(() => clip(1, 'abc')).toThrow("could not convert string to float: 'abc'")
    expect(() => clip('abc', 2)).toThrow(torch.ValueError)
    expect(() => clip(1, null)).toThrow(TypeError)
    expect(() => clip(1, [2])).toThrow(TypeError)
    expect(() => nn.utils.clip_grad_value_([w], 'abc' as never)).toThrow("could not convert string to float: 'abc'")
    expect(w.grad.tolist()).toEqual([3, 4])
    expect(clip(10, 'inf').item()).toBe(4)
    expect(clip(10, torch.tensor(2)).item()).toBe(5)
  })
})

onEveryDevice('a number that a device holds is not read', (on) => {
  const x = (): Tensor => on.tensor([1, 2, 4, -1, 0.5, 3], [3, 2])
  const numbers = { float32: torch.float32, int32: torch.int32 }

  test.each(Object.entries(numbers))('temperature of gumbel_softmax, %s', async (_, dtype) => {
    const drawn = (tau: number | Tensor) => {
      torch.manual_seed(0)
      return F.gumbel_softmax(x(), { tau })
    }
    await on.same(drawn(on.tensor([2], [], dtype)), drawn(2))
  })

  test.each(Object.entries(numbers))('momentum of batch_norm, %s', async (_, dtype) => {
    const seen = (momentum: number | Tensor) => {
      const [mean, variance] = [on.tensor([1, 1], [2]), on.tensor([1, 1], [2])]
      F.batch_norm(x(), mean, variance, { training: true, momentum })
      return torch.cat([mean, variance])
    }
    await on.same(seen(on.tensor([1], [], dtype)), seen(1))
  })
})
