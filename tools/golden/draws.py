"""Golden random draws: sequences of calls on one generator, each with the bytes that PyTorch writes.

Writes packages/core/test/golden/random.json; packages/core/test/random.test.ts reads it. Not called random.py, which would
take the place of Python's own module. A case is {"seed", "steps", "state", "sample"}: a step is [call, dtype, size, arguments, bytes],
where bytes are hexadecimal and little-endian. Of more than 100 elements there are every 41st, then "#" and the SHA-256 of
all. "state" is the SHA-256 of the generator's state at the end, less the 8 bytes of a normal sample that waits there;
these are "sample".

PyTorch 1.13 stands in for PyTorch 2; where they differ, the function says how PyTorch 2's values are made.

    /usr/bin/python3 tools/golden/draws.py
"""

import hashlib

import torch

from golden import DTYPES, caught, write

SIZES = [0, 1, 2, 15, 16, 17, 31, 32, 33, 100, 1000]
SEEDS = [0, 42, 2**40 + 7, -3]


def encoded(t):
    values = t.to(torch.int32) if t.dtype == torch.int64 else t
    data = values.contiguous().numpy()
    if t.numel() <= 100:
        return data.tobytes().hex()
    return data[::41].tobytes().hex() + '#' + hashlib.sha256(data.tobytes()).hexdigest()


def random64(size, generator):
    """The next random 64-bit integers, as Python's."""
    words = torch.empty(size, dtype=torch.int64).random_(-(2**63), None, generator=generator)
    return [word % 2**64 for word in words.tolist()]


def randint(empty, generator, low, high=None):
    """PyTorch since 2.7 draws 64 bits from a range of 2**28 on; 1.13 did from 2**32 on, and not for int32."""
    if high is None and empty.dtype == torch.int32:
        high = 2**31
    if high is None or high - low < 2**28 or high - low > 2**32 and empty.is_floating_point():
        return empty.random_(low, high, generator=generator)
    draws = [low + word % (high - low) for word in random64(empty.numel(), generator)]
    return torch.tensor(draws, dtype=empty.dtype)


def multinomial(weights, generator, samples, replacement):
    """PyTorch 2 takes the exponential way for one sample with replacement too."""
    if samples > 1 or not replacement:
        return torch.multinomial(weights, samples, replacement, generator=generator)
    return (weights / torch.empty_like(weights).exponential_(1, generator=generator)).argmax(-1, keepdim=True)


def weights(empty, rows):
    """Weights that need no file: (7 i + 3) mod 11 / 16."""
    return ((torch.arange(empty.numel()) * 7 + 3) % 11 / 16).to(empty.dtype).reshape(rows, -1)


# call: what it does to an empty tensor of the step's dtype and size
CALLS = {
    'uniform': lambda e, g, low, high: e.uniform_(low, high, generator=g),
    'normal': lambda e, g, mean, std: e.normal_(mean, std, generator=g),
    # not contiguous: drawn one by one in the order of memory
    'strided': lambda e, g, mean, std: e.reshape(5, -1).t().normal_(mean, std, generator=g).t().reshape(-1),
    'random': lambda e, g: e.random_(generator=g),
    'from': randint,
    'randint': randint,
    'randperm': lambda e, g: torch.randperm(e.numel(), dtype=e.dtype, generator=g),
    'bernoulli': lambda e, g, p: e.bernoulli_(p, generator=g),
    # each with its own probability, in the step's dtype
    'chances': lambda e, g: torch.bernoulli(torch.arange(e.numel()).to(e.dtype) / e.numel(), generator=g),
    'exponential': lambda e, g, rate: e.exponential_(rate, generator=g),
    'geometric': lambda e, g, p: e.geometric_(p, generator=g),
    'cauchy': lambda e, g, median, sigma: e.cauchy_(median, sigma, generator=g),
    'log_normal': lambda e, g, mean, std: e.log_normal_(mean, std, generator=g),
    # from rows of weights
    'multinomial': lambda e, g, rows, *how: multinomial(weights(e, rows), g, *how).reshape(-1),
}


def final(state):
    sample = state[5024:5032].numpy().tobytes().hex()
    state[5024:5032] = 0
    return {'state': hashlib.sha256(state.numpy().tobytes()).hexdigest(), 'sample': sample}


def case(seed, *steps):
    generator = torch.Generator().manual_seed(seed)
    done = []
    for call, dtype, size, *arguments in steps:
        values = CALLS[call](torch.empty(size, dtype=DTYPES[dtype]), generator, *arguments)
        done.append([call, dtype, size, arguments, encoded(values)])
    return {'seed': seed, 'steps': done, **final(generator.get_state())}


def dropout(seed, dtype, p):
    """`dropout` takes no generator."""
    torch.manual_seed(seed)
    values = torch.nn.functional.dropout(torch.ones(33, dtype=DTYPES[dtype]), p)
    steps = [['dropout', dtype, 33, [p], encoded(values)]]
    return {'seed': seed, 'steps': steps, **final(torch.get_rng_state())}


lines = {}
for seed in SEEDS:
    for dtype in ('f32', 'f64'):
        lines[f'sizes {seed} {dtype}'] = case(
            seed,
            *(['uniform', dtype, n, 0, 1] for n in SIZES),
            *(['normal', dtype, n, 0, 1] for n in SIZES),
        )
for dtype in ('f32', 'f64'):
    lines[f'ranges {dtype}'] = case(
        1,
        ['uniform', dtype, 33, -1.1, 2.3],
        ['uniform', dtype, 33, 5, 5],
        ['uniform', dtype, 33, 1e-30, 1e30],
        ['normal', dtype, 7, 0.37, 1.7],
        ['normal', dtype, 100, 0.37, 1.7],
        ['normal', dtype, 17, -1e6, 0],
        ['normal', dtype, 16, -3, 1e-3],
    )
    lines[f'continuous {dtype}'] = case(
        2,
        ['exponential', dtype, 100, 1],
        ['exponential', dtype, 33, 0.3],
        ['geometric', dtype, 100, 0.3],
        ['cauchy', dtype, 100, 0.37, 1.7],
        ['log_normal', dtype, 99, 0.2, 0.7],
        ['log_normal', dtype, 3, 1, 2],
    )
    lines[f'mixed {dtype}'] = case(
        3,
        # an odd scalar draw leaves a sample that all but the fast path take up
        ['normal', dtype, 3, 0, 1],
        ['uniform', dtype, 2, 0, 1],
        ['normal', dtype, 20, 0, 1],
        ['normal', dtype, 2, 5, 2],
        ['strided', dtype, 40, 0, 1],
        ['normal', dtype, 1, 0, 1],
        ['log_normal', dtype, 2, 0, 1],
        ['strided', dtype, 25, 1, 2],
        ['randperm', 'i32', 10],
        ['normal', dtype, 1, 0, 1],
    )
    for n in (17, 99):
        lines[f'multinomial {dtype} {n}'] = case(
            4,
            ['multinomial', dtype, n, 1, 1, False],
            ['multinomial', dtype, n, 1, 1, True],
            ['multinomial', dtype, n, 1, 9, False],
            ['multinomial', dtype, n, 1, 20, True],
            ['multinomial', dtype, 3 * n, 3, 1, False],
            ['multinomial', dtype, 3 * n, 3, 5, False],
            ['multinomial', dtype, 3 * n, 3, 40, True],
        )
    for p in (0, 0.1, 0.5, 0.73, 1):
        lines[f'dropout {dtype} {p}'] = dropout(5, dtype, p)
lines['integers'] = case(
    6,
    *(['random', dtype, 17] for dtype in ('bool', 'u8', 'i32', 'f32', 'f64')),
    *(['from', dtype, 17, 1] for dtype in ('bool', 'u8', 'i32', 'f32', 'f64')),
    *(['randint', dtype, n, 0, 10] for dtype in ('u8', 'i32', 'f32', 'f64') for n in (0, 1, 17, 1000)),
    ['randint', 'bool', 33, 0, 2],
    ['randint', 'i32', 33, -5, 6],
    ['randint', 'i32', 33, 0, 2**28 - 1],
    ['randint', 'i32', 33, 0, 2**28],
    ['randint', 'i32', 33, -(2**31), 2**31 - 1],
    ['randint', 'i32', 33, -(2**31), 2**31],
    ['randint', 'f32', 33, -(2**24), 2**24 + 1],
    ['randint', 'f64', 33, 0, 2**32],
    ['randint', 'f64', 33, 5, 2**37],
    ['randint', 'f64', 33, -5, 2**37],
    ['randint', 'f64', 33, -(2**53), 2**53],
    # a float32 holds 24 bits: the bounds move inwards
    ['randint', 'f32', 33, 0, 2**33],
    ['randint', 'f32', 33, -(2**40) - 1, 2**33 + 1],
)
lines['permutations'] = case(
    8,
    *(['randperm', dtype, n] for dtype in ('i32', 'u8', 'f32', 'f64') for n in (0, 1, 2, 17, 100)),
    ['randperm', 'u8', 256],
    ['randperm', 'i32', 1000],
    ['randperm', 'i32', 70000],
)
lines['bernoulli'] = case(
    9,
    *(
        ['bernoulli', dtype, n, p]
        for dtype in ('f32', 'f64', 'i32', 'u8', 'bool')
        for n, p in ((17, 0.5), (100, 0.1), (3, 0), (3, 1))
    ),
    ['chances', 'f32', 100],
    ['chances', 'f64', 100],
    ['geometric', 'i32', 33, 0.05],
    ['geometric', 'u8', 33, 0.4],
)

empty = torch.empty
generator = torch.Generator()
t = torch.tensor
lines['errors'] = {
    name: caught(call)
    for name, call in {
        'seed 2**64': lambda: generator.manual_seed(2**64),
        'seed -2**63 - 1': lambda: generator.manual_seed(-(2**63) - 1),
        'seed 1.5': lambda: generator.manual_seed(1.5),
        'seed nan': lambda: torch.manual_seed(float('nan')),
        'state of zeros': lambda: generator.set_state(torch.zeros(5056, dtype=torch.uint8)),
        'state of floats': lambda: generator.set_state(torch.zeros(5056)),
        'uniform 2 1': lambda: empty(3).uniform_(2, 1.25),
        'uniform too wide': lambda: empty(3).uniform_(-3e38, 3.123456789e38),
        'uniform out of float32': lambda: empty(3).uniform_(0, 1e39),
        'uniform of integers': lambda: empty(3, dtype=torch.int32).uniform_(),
        'normal std': lambda: empty(3).normal_(0, -0.0000123456789),
        'normal of integers': lambda: empty(3, dtype=torch.int32).normal_(),
        'bernoulli 1.5': lambda: empty(3).bernoulli_(1.5),
        'bernoulli nan': lambda: empty(3).bernoulli_(float('nan')),
        'exponential of integers': lambda: empty(3, dtype=torch.int32).exponential_(),
        'geometric 0': lambda: empty(3).geometric_(0),
        'geometric 1e9': lambda: empty(3).geometric_(1e9),
        'geometric of bools': lambda: empty(3, dtype=torch.bool).geometric_(0.5),
        'log_normal std': lambda: empty(3).log_normal_(0, 0),
        'cauchy of integers': lambda: empty(3, dtype=torch.int32).cauchy_(),
        'randint 5 5': lambda: empty(3).random_(5, 5),
        'randint to of uint8': lambda: empty(3, dtype=torch.uint8).random_(0, 257),
        'randint from of uint8': lambda: empty(3, dtype=torch.uint8).random_(-1, 5),
        'randint to of int32': lambda: empty(3, dtype=torch.int32).random_(0, 2**31 + 1),
        'randint to of bool': lambda: empty(3, dtype=torch.bool).random_(0, 3),
        'randint between floats': lambda: empty(3).random_(2**25 + 3, 2**25 + 4),
        'random from past float32': lambda: empty(3).random_(2**30, None),
        'randperm of uint8': lambda: torch.randperm(257, dtype=torch.uint8),
        'randperm of bools': lambda: torch.randperm(3, dtype=torch.bool),
        'multinomial none': lambda: torch.multinomial(t([0.5]), 0),
        'multinomial too many': lambda: torch.multinomial(t([0.5, 0.5]), 3),
        'multinomial negative': lambda: torch.multinomial(t([0.5, -0.5]), 1),
        'multinomial zeros': lambda: torch.multinomial(t([0.0, 0.0]), 1),
        'multinomial infinity': lambda: torch.multinomial(t([0.5, float('inf')]), 2, True),
        'multinomial nan': lambda: torch.multinomial(t([0.5, float('nan')]), 1),
        'multinomial negative, replacing': lambda: torch.multinomial(t([0.5, -1]), 2, True),
        'multinomial zeros, replacing': lambda: torch.multinomial(t([0.0, 0]), 2, True),
        'dropout 1.5': lambda: torch.nn.functional.dropout(t([1.0]), 1.5),
    }.items()
}
write('random', lines)
