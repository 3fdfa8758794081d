/** What PyTorch warns of, of layers and losses: tools/golden/warned.py makes the texts, a program stands here for each. */
import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'
import { expect, test } from 'vitest'
import { entriesOf, readGolden } from '../../core/test/golden.ts'

const golden = entriesOf<readonly string[]>(await readGolden<readonly string[]>('warnings'), 'nn')

const { functional: F } = nn
const plain = torch.ones(2)
const half = torch.full([2, 2], 0.5)
const row = half.select(0, 0)
const column = torch.ones(3, 1)
const sequence = torch.ones(2, 1, 2)
const attention = new nn.MultiheadAttention(2, 1)
const hidden = torch.zeros(1, 2, { dtype: torch.bool })

function hooked(requires_grad: boolean): void {
  const layer = new nn.Linear(2, 2)
  layer.register_full_backward_hook(() => {})
  layer(torch.ones(1, 2, { requires_grad }))
    .sum()
    .backward()
}

const programs: Readonly<Record<string, () => unknown>> = {
  'mse_loss of other sizes': () => F.mse_loss(half, row),
  'l1_loss of other sizes': () => F.l1_loss(half, row),
  'smooth_l1_loss of other sizes': () => F.smooth_l1_loss(half, row),
  'huber_loss of other sizes': () => F.huber_loss(half, row),
  'mse_loss of the same sizes': () => F.mse_loss(half, half),
  'l1_loss of the same sizes': () => F.l1_loss(half, half),
  'smooth_l1_loss of the same sizes': () => F.smooth_l1_loss(half, half),
  'huber_loss of the same sizes': () => F.huber_loss(half, half),
  'MSELoss of other sizes': () => new nn.MSELoss()(column, torch.ones(3)),
  'L1Loss of other sizes': () => new nn.L1Loss()(column, torch.ones(3)),
  'SmoothL1Loss of other sizes': () => new nn.SmoothL1Loss()(column, torch.ones(3)),
  'HuberLoss of other sizes': () => new nn.HuberLoss()(column, torch.ones(3)),
  'poisson_nll_loss of other sizes': () => F.poisson_nll_loss(half, row),
  'soft_margin_loss of other sizes': () => F.soft_margin_loss(half, row),
  'hinge_embedding_loss of other sizes': () => F.hinge_embedding_loss(half, row),
  'softmax without dim': () => F.softmax(half),
  'log_softmax without dim': () => F.log_softmax(half),
  'softmin without dim': () => F.softmin(half),
  'softmax of dim None': () => F.softmax(half, null),
  'softmax with dim': () => F.softmax(half, 1),
  'gumbel_softmax without dim': () => F.gumbel_softmax(half),
  'Softmax without dim': () => new nn.Softmax()(half),
  'LogSoftmax without dim': () => new nn.LogSoftmax()(half),
  'Softmin without dim': () => new nn.Softmin()(half),
  'Softmax with dim': () => new nn.Softmax(1)(half),
  kl_div: () => F.kl_div(half, half),
  'kl_div mean': () => F.kl_div(half, half, { reduction: 'mean' }),
  'kl_div batchmean': () => F.kl_div(half, half, { reduction: 'batchmean' }),
  'kl_div sum': () => F.kl_div(half, half, { reduction: 'sum' }),
  KLDivLoss: () => new nn.KLDivLoss()(half, half),
  'LSTM of one layer with dropout': () => new nn.LSTM(1, 1, { dropout: 0.5 }),
  'GRU of one layer with dropout': () => new nn.GRU(1, 1, { dropout: 0.5 }),
  'RNN of two layers with dropout': () => new nn.RNN(1, 1, 2, { dropout: 0.5 }),
  'trunc_normal_ far out': () => nn.init.trunc_normal_(plain.clone(), { a: 10, b: 11 }),
  trunc_normal_: () => nn.init.trunc_normal_(plain.clone()),
  'kaiming_uniform_ of no elements': () => nn.init.kaiming_uniform_(torch.ones(0, 2)),
  'kaiming_normal_ of no elements': () => nn.init.kaiming_normal_(torch.ones(0, 2)),
  'Linear of no inputs': () => new nn.Linear(0, 2),
  'dropout2d of 2 dimensions': () => F.dropout2d(half),
  'dropout2d of 3 dimensions': () => F.dropout2d(torch.ones(2, 2, 2)),
  'dropout2d of 4 dimensions': () => F.dropout2d(torch.ones(2, 2, 2, 2)),
  'dropout3d of 3 dimensions': () => F.dropout3d(torch.ones(2, 2, 2)),
  'dropout3d of 4 dimensions': () => F.dropout3d(torch.ones(2, 2, 2, 2)),
  'Dropout2d of 2 dimensions': () => new nn.Dropout2d()(half),
  'MultiheadAttention with masks of two kinds': () =>
    attention(sequence, sequence, sequence, { key_padding_mask: hidden, attn_mask: torch.zeros(2, 2) }),
  'MultiheadAttention with masks of one kind': () =>
    attention(sequence, sequence, sequence, {
      key_padding_mask: hidden,
      attn_mask: torch.zeros(2, 2, { dtype: torch.bool }),
    }),
  'a full backward hook without gradients of inputs': () => hooked(false),
  'a full backward hook': () => hooked(true),
  'InstanceNorm2d of other channels': () => new nn.InstanceNorm2d(3)(torch.ones(1, 2, 2, 2)),
  InstanceNorm2d: () => new nn.InstanceNorm2d(2)(torch.ones(1, 2, 2, 2)),
  'clip_grad_norm_ of no gradients': () => nn.utils.clip_grad_norm_([plain.clone().requires_grad_()], 1),
}

test.each(golden)('%s', (name, expected) => {
  const program = programs[name]
  if (program === undefined) throw new Error(`no program for ${name}`)
  expect(torch.warnings.catch_warnings(program).map(({ message }) => message)).toEqual(expected)
})

test('a softmax without dim takes the dimension that PyTorch takes', () => {
  torch.warnings.catch_warnings(() => {
    for (const [rank, dim] of [0, 0, 1, 0, 1].entries()) {
      const x = torch.arange(2 ** rank, { dtype: torch.float32 }).reshape(Array.from({ length: rank }, () => 2))
      expect(F.softmax(x).tolist()).toEqual(F.softmax(x, dim).tolist())
      expect(new nn.LogSoftmax()(x).tolist()).toEqual(x.log_softmax(dim).tolist())
    }
  })
  expect(F.softmax(half, { dim: 0, dtype: torch.float64 }).dtype).toBe(torch.float64)
})
