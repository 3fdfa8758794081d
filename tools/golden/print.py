"""Has PyTorch print tensors; packages/core/test/print.test.ts compares with what it printed.

    /usr/bin/python3 tools/golden/print.py                              writes packages/core/test/golden/print.json
    /usr/bin/python3 tools/golden/print.py --random 5000 7 cases.json   5000 random cases of seed 7, for a wider check

A case holds its values as a list, or as a pattern `start + step * (i % period)` where a list would be long.
PyTorch's int64 stands for our int32, and its device 'cpu', made to print, for our 'gpu'.
"""
import itertools
import json
import math
import random
import struct
import sys
from pathlib import Path

import torch
from torch import _tensor_str

DTYPES = {
    'float32': torch.float32,
    'float64': torch.float64,
    'int32': torch.int64,
    'uint8': torch.uint8,
    'bool': torch.bool,
}
TRACKED = {
    'MulBackward0': lambda x: x * 1,
    'CloneBackward0': lambda x: x.clone(),
    'PowBackward0': lambda x: x.pow(1),
    'ExpandBackward0': lambda x: x.expand(x.shape),
    'AsStridedBackward0': lambda x: x.as_strided(x.shape, x.stride()),
}
INF, NAN = math.inf, math.nan
default_device = torch._C._get_default_device


class Formatter(_tensor_str._Formatter):
    """PyTorch 1.13's, with the rule of PyTorch 2.10 that a forced notation is also the one that sets the width."""

    def __init__(self, tensor):
        super().__init__(tensor)
        if _tensor_str.PRINT_OPTS.sci_mode is None or not tensor.dtype.is_floating_point:
            return
        counted = tensor[tensor.isfinite() & (tensor != 0)].tolist()
        if counted:
            self.max_width = 1
            self.max_width = max(len(self.format(value)) for value in counted)


_tensor_str._Formatter = Formatter


def to_json(value, dtype):
    """A number that JSON can hold and that rounds back to `value` in `dtype`; a string where it has none."""
    if not math.isfinite(value):
        return str(value)
    if dtype == 'bool':
        return int(value)
    if dtype == 'float32':
        for digits in range(1, 10):
            short = float(f'{value:.{digits}g}')
            if abs(short) < 3.4028235e38 and struct.unpack('f', struct.pack('f', short))[0] == value:
                return int(short) if short.is_integer() and abs(short) < 1e15 and str(short)[0] != '-' else short
    return value


def case(values, shape=None, dtype='float32', requires_grad=False, grad_fn=None, device='cpu', options=None):
    """Prints one tensor; `values` is a list, or (start, step, period) of a pattern."""
    count = math.prod(shape) if shape is not None else len(values)
    pattern = isinstance(values, tuple)
    if pattern:
        start, step, period = values
        data = [start + step * (i % period) for i in range(count)]
    else:
        data = values
    tensor = torch.tensor(data, dtype=torch.float64 if dtype.startswith('float') else torch.int64)
    tensor = tensor.to(DTYPES[dtype]).reshape(shape if shape is not None else [count])
    if requires_grad or grad_fn:
        tensor.requires_grad_()
    if grad_fn:
        tensor = TRACKED[grad_fn](tensor)
    torch.set_printoptions(profile='default')
    torch.set_printoptions(**(options or {}))
    torch._C._get_default_device = default_device if device == 'cpu' else lambda: 'another'
    expected = str(tensor).replace('torch.int64', 'torch.int32').replace("device='cpu'", f"device='{device}'")
    result = {'dtype': dtype, 'shape': list(tensor.shape)}
    if pattern:
        result['pattern'] = {'start': start, 'step': step, 'period': period}
    else:
        result['values'] = [to_json(value, dtype) for value in tensor.detach().reshape(-1).tolist()]
    if requires_grad or grad_fn:
        result['requires_grad'] = True
    if grad_fn:
        result['grad_fn'] = grad_fn
    if device != 'cpu':
        result['device'] = device
    if options:
        result['options'] = options
    return {**result, 'expected': expected}


# --- written cases -------------------------------------------------------------------------------------------------

VECTORS = [
    # what a reader meets first
    [1.0], [1.0, 2.0, 3.0], [0.1], [2 / 3, 4 / 3, 2.0], [-1.0, 2.0], [-0.5, 0.25], [3.0, 2.5], [100.0, 20.0, 3.0],
    [0.0], [0.0, 0.0], [-0.0], [-0.0, 0.0], [-0.0, 1.0], [-0.0, 1.5], [0.0, -1.0], [0.0, 0.5], [1e-45], [-1e-45, 1.0],
    # not finite
    [NAN], [INF], [-INF], [NAN, 1.0], [INF, 1.0], [-INF, 1.0], [NAN, INF, -INF, 0.0], [NAN, 1.5], [-INF, 1.5, NAN],
    [INF, 1e10], [NAN, 1e-10], [-INF, -1e10, 0.0, -0.0], [0.0, NAN], [NAN] * 30, [-INF] * 30, [NAN, 1e10] * 10,
    # where scientific notation begins: largest above 1e8, largest / smallest above 1000, smallest below 1e-4
    [1e8], [100000001.0], [100000008.0], [1.5e8], [1e8, 1.0], [99999999.0], [99999.5], [12345678.0], [1e9, 1e9],
    [1.0, 1000.0], [1.0, 1001.0], [1.0, 1000.5], [1.5, 1500.0], [1.5, 1501.0], [1000.0, 1.0, 0.0], [1001.0, 1.0, NAN],
    [1e-4], [1.0001e-4], [9.999e-5], [0.0001220703125], [1e-4, 1e-4], [1e-3, 1.0], [1e-3, 1.1], [1e-5], [-1e-5, 0.0],
    [1e-5, INF], [0.00011, 0.11], [0.00011, 0.1101], [1e28, 1e-28], [1e28, -1e-28], [3.4e38], [1.17e-38], [1e38, INF],
    [16777216.0, 16777217.0], [1234567.0], [1234567.5], [65504.0, 65.504], [123456.789], [0.5, 499.9999], [1e10, 1.0],
    # ties, which Python rounds to even, and carries
    [0.03125], [0.09375], [0.15625, 0.21875], [-0.03125], [1.00005], [0.99995], [0.99994999], [9.99995], [9.99996, -1.0],
    [99.99995], [999.99995], [0.5, 1.5, 2.5], [1.03125], [1.09375, 2.03125], [103125.0, 1.0], [1031250.0, 1.0],
    [109375.0, 1.0], [9.99995e9], [9.99994e9], [9.99996e-9], [1.000005e-5], [99999.5, 0.5], [999995.0, 2.0, 1.0],
]  # fmt: skip

DOUBLES = [
    [1e300, 1e-300], [5e-324], [1.7976931348623157e308], [1e100], [1e22, 1e22], [1e23], [0.1, 1 / 3], [1e-4],
    [0.00009999999999999999], [1e8, 0.0], [100000000.00000001], [1e15, 1e15 + 1], [123456789.123], [2**53 + 0.0],
    [0.00005, 0.00015], [1.00005, 2.00015], [1e-310, 1e-308], [-1e-100, NAN],
]  # fmt: skip

SHAPES = [
    [1, 1], [3, 1], [1, 3], [2, 3], [1, 1, 1], [2, 1, 3], [2, 3, 2], [3, 1, 1], [2, 2, 2, 2], [1, 2, 1, 3], [2, 1, 1, 1],
    [1, 1, 1, 1, 4], [2, 1, 2, 1, 2], [5, 7], [1, 30], [30, 1], [2, 25], [2, 2, 25], [1, 1, 2, 40],
]  # fmt: skip

EMPTY = [[0], [0, 3], [3, 0], [0, 0], [1, 0, 2], [2, 3, 0], [0, 1, 1, 1], [1, 2, 3, 4, 0]]

SUMMARISED = [
    [1001], [5000], [1, 1001], [1001, 1], [40, 40], [2, 600], [600, 2], [6, 200], [7, 200], [200, 6], [200, 7], [10, 10, 11],
    [3, 20, 20], [20, 20, 3], [2, 2, 300], [300, 2, 2], [1, 1, 1, 2000], [2, 1, 7, 100],
]  # fmt: skip

PATTERNS = [
    ('float32', (0, 1, 10**9)),
    ('float32', (-0.5, 0.25, 37)),
    ('float32', (0.001, 1.7, 10**9)),
    ('float64', (1, 1, 7)),
    ('int32', (-3, 1, 10**9)),
    ('uint8', (0, 1, 256)),
    ('bool', (0, 1, 2)),
]

LONG = [
    ('float32', (0.5, 1, 10**9)), ('float32', (1, 1, 10**9)), ('float32', (-1, 0.125, 17)), ('float64', (1, 0.5, 10**9)),
    ('float32', (1e-6, 1, 10**9)), ('int32', (0, 1, 10**9)), ('int32', (-1000000, 1234567, 10**9)), ('uint8', (0, 1, 200)),
    ('bool', (0, 1, 2)), ('bool', (1, 0, 1)), ('bool', (0, 0, 1)),
]  # fmt: skip

OPTIONS = [
    {'precision': 0}, {'precision': 1}, {'precision': 2}, {'precision': 8}, {'precision': 20},
    {'threshold': 5}, {'threshold': 0}, {'edgeitems': 1}, {'edgeitems': 5}, {'edgeitems': 1, 'threshold': 3},
    {'edgeitems': 2, 'threshold': 4}, {'linewidth': 20}, {'linewidth': 40}, {'linewidth': 120}, {'linewidth': 0},
    {'sci_mode': True}, {'sci_mode': False}, {'sci_mode': True, 'precision': 2}, {'sci_mode': False, 'precision': 10},
    {'profile': 'short'}, {'profile': 'full'}, {'profile': 'default'}, {'profile': 'short', 'precision': 6},
    {'profile': 'full', 'threshold': 3, 'sci_mode': True},
]  # fmt: skip


def written():
    for values in VECTORS:
        yield case(values)
        yield case(values, dtype='float64', requires_grad=len(values) % 2 == 0)
    for values in DOUBLES:
        yield case(values, dtype='float64')
        yield case(values[:1], shape=[], dtype='float64')
    for values in VECTORS:
        yield case(values[:1], shape=[], grad_fn='MulBackward0' if len(values) > 2 else None)
    for dtype, values in [('int32', [7, -2147483648, 0]), ('uint8', [0, 255]), ('bool', [1, 0])]:
        for value in values:
            yield case([value], shape=[], dtype=dtype)
    for values in [[1], [1, 2, 3], [-1, 20, 300], [2147483647, -2147483648], [0], [0, -5]]:
        yield case(values, dtype='int32')
    for values in [[0, 1, 255], [7], [10, 200]]:
        yield case(values, dtype='uint8')
    for values in [[1], [0], [1, 1], [1, 0, 1], [0, 0]]:
        yield case(values, dtype='bool')
        yield case(values, shape=[len(values), 1], dtype='bool')
    for shape, (dtype, values) in itertools.product(SHAPES, PATTERNS):
        yield case(values, shape=shape, dtype=dtype)
    for shape, dtype in itertools.product(EMPTY, DTYPES):
        yield case([], shape=shape, dtype=dtype, requires_grad=dtype == 'float64' and len(shape) > 1)
    yield case([], shape=[0], requires_grad=True)
    yield case([], shape=[0, 3], grad_fn='MulBackward0')
    yield case([], shape=[0, 3], dtype='float64', grad_fn='CloneBackward0', device='gpu')
    for (dtype, values), count in itertools.product(LONG, [9, 12, 20, 26, 99]):
        yield case(values, shape=[count], dtype=dtype)
    for shape, (dtype, values) in itertools.product(SUMMARISED, PATTERNS[2:5] + PATTERNS[6:]):
        yield case(values, shape=shape, dtype=dtype, requires_grad=dtype == 'float32' and len(shape) > 2)
    # The line after which a suffix wraps: rows from short to longer than a line.
    for count, name in itertools.product(range(1, 12), TRACKED):
        yield case((0.5, 1, 10**9), shape=[count], grad_fn=name)
    for count in range(1, 12):
        yield case((0.5, 1, 10**9), shape=[2, count], requires_grad=True)
        yield case((0.5, 1, 10**9), shape=[count], dtype='float64', grad_fn='CloneBackward0')
        yield case((0.5, 1, 10**9), shape=[count], dtype='float64', requires_grad=True, device='gpu')
        yield case((1, 1, 10**9), shape=[3 * count], device='gpu', dtype='int32')
    for options in OPTIONS:
        for values in [[0.5, 1.25, -3.0], [1e-6, 1.0], [1.0, 20.0, 300.0], [0.0, NAN], [INF, 1e10, 2.5], [0.125]]:
            yield case(values, options=options)
        yield case([math.pi], shape=[], dtype='float64', options=options)
        yield case(PATTERNS[2][1], shape=[4, 9], options=options)
        for dtype, values in PATTERNS:
            yield case(values, shape=[30], dtype=dtype, options=options, requires_grad=dtype == 'float64')
    for shape in [[1000], [10, 10, 10], [7, 7, 30], [6, 7, 4, 7], [8, 8, 8, 8]]:
        yield case((0, 1, 10**9), shape=shape, dtype='int32')
    for options in [{'profile': 'short'}, {'edgeitems': 1}, {'linewidth': 30}]:
        yield case((0.5, 1, 10**9), shape=[1003], options=options)
        yield case((1, 1, 10**9), shape=[3, 4, 101], dtype='int32', options=options)
    yield case((1, 1, 7), shape=[1003], dtype='uint8', options={'profile': 'full'})
    yield case([math.pi, -1e-300], dtype='float64', options={'precision': 120})
    yield case([1 / 3, 2.0], dtype='float64', options={'precision': 120})


# --- random cases --------------------------------------------------------------------------------------------------

VALUES = {
    'normal': lambda r: r.gauss(0, 1),
    'uniform': lambda r: r.random(),
    'whole': lambda r: float(r.randint(-20, 20)),
    'wholes': lambda r: float(r.randint(-(10 ** r.randint(1, 12)), 10 ** r.randint(1, 12))),
    'eighths': lambda r: r.randint(-64, 64) / 8,
    'ties': lambda r: r.randint(-4096, 4096) / 2 ** r.randint(0, 12),
    'wide': lambda r: r.gauss(0, 1) * 10 ** r.uniform(-5, 5),
    'extreme': lambda r: r.gauss(0, 1) * 10 ** r.uniform(-37, 37),
    'small': lambda r: r.gauss(0, 1) * 1e-4,
    'large': lambda r: r.gauss(0, 1) * 1e8,
    'decimal': lambda r: r.randint(-99999, 99999) / 10 ** r.randint(0, 9),
    'power': lambda r: r.choice([1, -1]) * 10.0 ** r.randint(-12, 12),
}


def random_case(r, longest):
    dtype = r.choices(list(DTYPES), [6, 3, 1, 0.5, 0.5])[0]
    rank = r.choices([0, 1, 2, 3, 4], [1, 4, 4, 2, 1])[0]
    shape = [r.choice([1, 1, 2, 3, 4, 5, r.randint(1, longest)]) for _ in range(rank)]
    while math.prod(shape) > longest:
        shape[shape.index(max(shape))] //= 2
    count = math.prod(shape)
    if dtype.startswith('float'):
        draw = VALUES[r.choice(list(VALUES))]
        values = [draw(r) for _ in range(count)]
        for special in [0.0, -0.0, NAN, INF, -INF]:
            if r.random() < 0.15:
                share = r.choice([0.1, 0.5, 1])
                values = [special if r.random() < share else value for value in values]
    else:
        low, high = {'int32': (-(10 ** r.randint(0, 9)), 10 ** r.randint(0, 9)), 'uint8': (0, 255), 'bool': (0, 1)}[dtype]
        values = [r.randint(low, high) for _ in range(count)]
    options = {}
    if r.random() < 0.3:
        options = {
            name: value
            for name, value in {
                'precision': r.choice([0, 1, 2, 3, 6, 10, 16]),
                'threshold': r.choice([0, 3, 10, 30]),
                'edgeitems': r.choice([1, 2, 4]),
                'linewidth': r.choice([10, 30, 60, 100]),
                'sci_mode': r.choice([True, False]),
                'profile': r.choice(['default', 'short', 'full']),
            }.items()
            if r.random() < 0.35
        }
    track = r.random() if dtype.startswith('float') else 1
    return case(
        values,
        shape,
        dtype,
        requires_grad=track < 0.2,
        grad_fn=r.choice(list(TRACKED)) if track < 0.1 else None,
        device='gpu' if r.random() < 0.1 else 'cpu',
        options=options,
    )


def random_cases(count, seed, longest):
    r = random.Random(seed)
    return [random_case(r, longest) for _ in range(count)]


def main(arguments):
    if arguments[:1] == ['--random']:
        cases, path = random_cases(int(arguments[1]), int(arguments[2]), 1500), Path(arguments[3])
    else:
        cases = [*written(), *random_cases(300, 1, 40)]
        path = Path(__file__).parents[2] / 'packages/core/test/golden/print.json'
    path.write_text('[\n' + ',\n'.join(json.dumps(one, allow_nan=False) for one in cases) + '\n]\n')
    print(f'{len(cases)} cases, {path.stat().st_size} bytes: {path}')


main(sys.argv[1:])
