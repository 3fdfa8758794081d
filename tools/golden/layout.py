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
