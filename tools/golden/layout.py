"""Golden layouts: in which order the results of ops lie in memory, and in which order random numbers fill a tensor.

Run `/usr/bin/python3 tools/golden/layout.py` with PyTorch 1.13; it writes packages/core/test/golden/layout.json. The inputs and
the ops have twins of the same names in packages/core/test/golden-layout.test.ts.
"""

import torch

from golden import result, write

# All sizes are above 1: the stride of a single element says nothing.
INPUTS = {
    'row-major': lambda x: x,
    'transposed': lambda x: x.transpose(0, 2),
    'permuted': lambda x: x.permute(1, 2, 0),
    'inner transposed': lambda x: x.transpose(1, 2),
    'stepped': lambda x: x[:, ::2],
    'stepped, permuted': lambda x: x[:, :, ::2].permute(2, 0, 1),
    'expanded': lambda x: x[:, :1].expand(2, 3, 4),
    'expanded, permuted': lambda x: x[:1].expand(2, 3, 4).permute(2, 0, 1),
    'broadcast before': lambda x: x[0, 0].expand(3, 2, 4),
}

PLACES = torch.tensor([1, 0])


def gradient(x, of_result):
    leaf = x.detach().requires_grad_()
    y = leaf * 2 if of_result else leaf
    y.retain_grad()
    y.mul(torch.ones(*reversed(x.shape)).permute(2, 1, 0)).sum().backward()
    return y.grad


OPS = {
    'clone': lambda x: x.clone(),
    'contiguous': lambda x: x.contiguous(),
    'double': lambda x: x.double(),
    'exp': lambda x: x.exp(),
    'mul by number': lambda x: x * 2,
    'add to itself': lambda x: x + x,
    'greater': lambda x: x > 2,
    'add row-major': lambda x: x + torch.ones(x.shape),
    'row-major add': lambda x: torch.ones(x.shape) + x,
    'add vector': lambda x: x + torch.ones(x.shape[-1]),
    'vector sub': lambda x: torch.ones(x.shape[-1]) - x,
    'mul column': lambda x: x * torch.ones(x.shape[1], 1),
    'add transposed': lambda x: x + torch.ones(x.shape[2], x.shape[1], x.shape[0]).transpose(0, 2),
    'where': lambda x: torch.where(x > 2, x, torch.zeros(x.shape)),
    'more dimensions': lambda x: x + torch.ones(2, *x.shape),
    'zeros_like': lambda x: torch.zeros_like(x),
    'full_like': lambda x: torch.full_like(x, 3.0),
    'empty_like': lambda x: torch.zeros_like(x),
    'sum': lambda x: x.sum(1),
    'relu of neg': lambda x: x.neg().relu(),
    'reshape': lambda x: x.reshape(-1, 2),
    'softmax': lambda x: x.softmax(0),
    'matmul': lambda x: x @ torch.ones(x.shape[-1], 2),
    'cumsum': lambda x: x.cumsum(0),
    'sort': lambda x: x.sort(0).values,
    'sort, indices': lambda x: x.sort(1).indices,
    'argsort': lambda x: x.argsort(),
    'topk': lambda x: x.topk(2, 1).values,
    'flip': lambda x: x.flip(0, 2),
    'rot90': lambda x: x.rot90(),
    'roll': lambda x: x.roll(1, 0),
    'tril': lambda x: x.tril(),
    'logsigmoid': torch.nn.functional.logsigmoid,
    'masked_fill': lambda x: x.masked_fill(x > 2, 0),
    'scatter': lambda x: x.scatter(0, torch.zeros(x.shape, dtype=torch.int64), 1),
    'index_add': lambda x: x.index_add(0, torch.tensor([0]), x[:1]),
    'index_copy': lambda x: x.index_copy(0, torch.tensor([0]), x[:1]),
    'index_fill': lambda x: x.index_fill(0, torch.tensor([0]), 1),
    'nonzero': lambda x: x.nonzero(),
    'index': lambda x: x[PLACES],
    'index in the middle': lambda x: x[:, PLACES],
    'index at the end': lambda x: x[:, :, torch.stack([PLACES, PLACES])],
    'index apart': lambda x: x[PLACES, :, PLACES],
    'index and a new dimension': lambda x: x[None, PLACES][0],
    'mask': lambda x: x[torch.ones(len(x), dtype=torch.bool)],
    'grad of a leaf': lambda x: gradient(x, False),
    'grad of a result': lambda x: gradient(x, True),
}

DRAWS = {
    'rand_like': lambda x: torch.rand_like(x),
    'randn_like': lambda x: torch.randn_like(x),
    'randint_like': lambda x: torch.randint_like(x, 9),
    'uniform_': lambda x: x.clone().uniform_(),
    'normal_': lambda x: x.clone().normal_(),
    'bernoulli_': lambda x: x.clone().bernoulli_(0.5),
}


def seeded(draw, x):
    torch.manual_seed(1)
    return draw(x)


def main():
    x = torch.arange(24.0).reshape(2, 3, 4)
    lines = {name: {'strides': {op: list(run(make(x)).stride()) for op, run in OPS.items()},
                    'draws': {draw: result(seeded(run, make(x))) for draw, run in DRAWS.items()}}
             for name, make in INPUTS.items()}
    write('layout', lines)


if __name__ == '__main__':
    main()
