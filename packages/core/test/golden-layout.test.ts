/**
 * Compares in which order results lie in memory, and in which order random numbers fill tensors, with PyTorch's answers in
 * `golden/layout.json` (made by `tools/golden/layout.py`), where the inputs and the ops have twins of the same names.
 */
import { describe, expect, it } from 'vitest'
import * as torch from '../src/index.ts'
import { readGolden } from './golden.ts'
import { onEachCpu } from './harness.ts'

const { Slice } = torch
type Tensor = torch.Tensor
type Step = (x: Tensor) => Tensor

const all = Slice()
const sizes = (x: Tensor): [number, number, number] => [x.size(0), x.size(1), x.size(2)]

const inputs: Readonly<Record<string, Step>> = {
  'row-major': (x) => x,
  transposed: (x) => x.transpose(0, 2),
  permuted: (x) => x.permute(1, 2, 0),
  'inner transposed': (x) => x.transpose(1, 2),
  stepped: (x) => x.index(all, Slice(null, null, 2)),
  'stepped, permuted': (x) => x.index(all, all, Slice(null, null, 2)).permute(2, 0, 1),
  expanded: (x) => x.index(all, Slice(null, 1)).expand(2, 3, 4),
  'expanded, permuted': (x) => x.index(Slice(null, 1)).expand(2, 3, 4).permute(2, 0, 1),
  'broadcast before': (x) => x.index(0, 0).expand(3, 2, 4),
}

const first = (): Tensor => torch.tensor([0], { dtype: torch.int32 })
const places = (): Tensor => torch.tensor([1, 0], { dtype: torch.int32 })

function gradient(x: Tensor, ofResult: boolean): Tensor {
  const leaf = x.detach().requires_grad_()
  const y = ofResult ? leaf.mul(2) : leaf
  y.retain_grad()
  y.mul(torch.ones(sizes(x).reverse()).permute(2, 1, 0))
    .sum()
    .backward()
  return y.grad as Tensor
}

const ops: Readonly<Record<string, Step>> = {
  clone: (x) => x.clone(),
  contiguous: (x) => x.contiguous(),
  double: (x) => x.double(),
  exp: (x) => x.exp(),
  'mul by number': (x) => x.mul(2),
  'add to itself': (x) => x.add(x),
  greater: (x) => x.gt(2),
  'add row-major': (x) => x.add(torch.ones(x.shape)),
  'row-major add': (x) => torch.ones(x.shape).add(x),
  'add vector': (x) => x.add(torch.ones(x.size(-1))),
  'vector sub': (x) => torch.ones(x.size(-1)).sub(x),
  'mul column': (x) => x.mul(torch.ones(x.size(1), 1)),
  'add transposed': (x) => x.add(torch.ones(sizes(x).reverse()).transpose(0, 2)),
  where: (x) => torch.where(x.gt(2), x, torch.zeros(x.shape)),
  'more dimensions': (x) => x.add(torch.ones(2, ...x.shape)),
  zeros_like: (x) => torch.zeros_like(x),
  full_like: (x) => torch.full_like(x, 3),
  empty_like: (x) => torch.empty_like(x),
  sum: (x) => x.sum(1),
  'relu of neg': (x) => x.neg().relu(),
  reshape: (x) => x.reshape(-1, 2),
  softmax: (x) => x.softmax(0),
  matmul: (x) => x.matmul(torch.ones(x.size(-1), 2)),
  cumsum: (x) => x.cumsum(0),
  sort: (x) => x.sort(0).values,
  'sort, indices': (x) => x.sort(1).indices,
  argsort: (x) => x.argsort(),
  topk: (x) => x.topk(2, 1).values,
  flip: (x) => x.flip(0, 2),
  rot90: (x) => x.rot90(),
  roll: (x) => x.roll(1, 0),
  tril: (x) => x.tril(),
  logsigmoid: (x) => torch.logsigmoid(x),
  masked_fill: (x) => x.masked_fill(x.gt(2), 0),
  scatter: (x) => x.scatter(0, torch.zeros(x.shape, { dtype: torch.int32 }), 1),
  index_add: (x) => x.index_add(0, first(), x.index(Slice(null, 1))),
  index_copy: (x) => x.index_copy(0, first(), x.index(Slice(null, 1))),
  index_fill: (x) => x.index_fill(0, first(), 1),
  nonzero: (x) => x.nonzero(),
  index: (x) => x.index(places()),
  'index in the middle': (x) => x.index(all, places()),
  'index at the end': (x) => x.index(all, all, torch.stack([places(), places()])),
  'index apart': (x) => x.index(places(), all, places()),
  'index and a new dimension': (x) => x.index(null, places()).index(0),
  mask: (x) => x.index(torch.ones(x.size(0), { dtype: torch.bool })),
  'grad of a leaf': (x) => gradient(x, false),
  'grad of a result': (x) => gradient(x, true),
}

const draws: Readonly<Record<string, Step>> = {
  rand_like: (x) => torch.rand_like(x),
  randn_like: (x) => torch.randn_like(x),
  randint_like: (x) => torch.randint_like(x, 9),
  uniform_: (x) => x.clone().uniform_(),
  normal_: (x) => x.clone().normal_(),
  bernoulli_: (x) => x.clone().bernoulli_(0.5),
}

interface Answer {
  readonly strides: Readonly<Record<string, readonly number[]>>
  readonly draws: Readonly<Record<string, unknown>>
}

const golden = await readGolden<Answer>('layout')

onEachCpu('the order in memory is as in PyTorch', (on) => {
  describe.each(Object.entries(inputs))('%s', (name, make) => {
    const input = (): Tensor => make(torch.arange(24, { dtype: torch.float32 }).reshape(2, 3, 4))
    const answer = golden[name] as Answer

    it('strides of results', () => {
      const found = Object.fromEntries(Object.entries(ops).map(([op, run]) => [op, run(input()).stride()]))
      expect(found).toEqual(answer.strides)
    })

    it('random numbers', async () => {
      const drawn = Object.entries(draws).map(([draw, run]) => {
        torch.manual_seed(1)
        return [draw, run(input())]
      })
      expect(await on.difference(Object.fromEntries(drawn), answer.draws)).toBeNull()
    })
  })
})
