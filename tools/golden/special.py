"""Values of the functions of the formula language; packages/core/test/special.test.ts compares with them.

    /usr/bin/python3 tools/golden/special.py        writes packages/core/test/golden/special.json

`values`: the special functions at ordinary points, from mpmath at 60 digits, since PyTorch's own carry errors of 1e-13; the
script checks that PyTorch agrees as far as it can. `edges`: every function that PyTorch has too, at zeros, infinities, NaN,
halves, poles and the ends of its domain, from PyTorch in float64.
"""
import itertools
import json
import math
import random
from pathlib import Path

import mpmath
import torch

mpmath.mp.dps = 60
random.seed(20)
INF, NAN = math.inf, math.nan


def encode(x):
    if math.isnan(x):
        return 'nan'
    if math.isinf(x):
        return 'inf' if x > 0 else '-inf'
    return '-0' if x == 0 and math.copysign(1, x) < 0 else x


def erfinv(y):
    return mpmath.findroot(lambda x: mpmath.erf(x) - y, mpmath.erfinv(y), tol=1e-100, verify=False)


def spread(low, high, count):
    """Points between two magnitudes, even in the logarithm."""
    return [math.exp(random.uniform(math.log(low), math.log(high))) for _ in range(count)]


def both(xs):
    return [sign * x for x in xs for sign in (1, -1)]


unit = [x for x in spread(1e-12, 1, 40) if x < 1] + [1 - e for e in spread(1e-16, 0.5, 30) if 1 - e < 1]
negative = [-random.randrange(0, 30) - random.uniform(0.02, 0.98) for _ in range(60)] + [-1e-10, -0.5, -1000.3, -1e6 - 0.25]
gamma_points = spread(1e-10, 0.5, 15) + spread(0.5, 12, 60) + spread(12, 1e6, 20) + [1e300, 1.0, 2.0, 1 + 1e-9, 2 - 1e-9]

POINTS = {
    'erf': both(spread(1e-12, 7, 30)) + [random.uniform(0, 3) for _ in range(90)] + [0.84375, 1.25, 1 / 0.35, 6.0, 1e-300],
    'erfc': both(spread(1e-12, 1, 20)) + [random.uniform(-7, 26.5) for _ in range(80)] + [0.25, 0.84375, 1.25, 1 / 0.35],
    'erfinv': both(unit),
    'lgamma': gamma_points + negative,
    'digamma': gamma_points + negative,
}
EXACT = {'erf': mpmath.erf, 'erfc': mpmath.erfc, 'erfinv': erfinv, 'digamma': mpmath.digamma,
         'lgamma': lambda x: mpmath.log(abs(mpmath.gamma(x))) if x < 1e5 else mpmath.loggamma(x)}
TORCH = {'erf': torch.erf, 'erfc': torch.erfc, 'erfinv': torch.erfinv, 'lgamma': torch.lgamma, 'digamma': torch.digamma}


def f64(*xs):
    return [torch.tensor(x, dtype=torch.float64) for x in xs]


def values():
    lines = {}
    for name, points in POINTS.items():
        rows = []
        for x in points:
            value = float(EXACT[name](mpmath.mpf(x)))
            theirs = TORCH[name](*f64(x)).item()
            # Next to 1 PyTorch's erfinv loses digits: its Newton steps subtract from an erf of 1.
            tolerance = 1e-2 if name == 'erfinv' else 1e-12
            assert abs(theirs - value) <= tolerance * (1 + abs(value)), (name, x, theirs, value)
            rows.append([x, encode(value)])
        lines[name] = rows
    rows = []
    for n in (1, 2, 3, 4, 7):
        for x in spread(1e-3, 0.5, 5) + spread(0.5, 30, 15) + [1e5] + negative[:12]:
            value = float(mpmath.polygamma(n, mpmath.mpf(x)))
            theirs = torch.polygamma(n, *f64(x)).item()
            assert math.isnan(theirs) or abs(theirs - value) <= 1e-8 * abs(value), (n, x, theirs, value)
            rows.append([n, x, encode(value)])
    lines['polygamma'] = rows
    return lines


ENDS = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 3.0, -4.0, 1e300, -1e300, 3e-308, INF, -INF, NAN]
UNARY = {
    'neg': torch.neg, 'abs': torch.abs, 'sign': torch.sign, 'floor': torch.floor, 'ceil': torch.ceil, 'round': torch.round,
    'trunc': torch.trunc, 'sqrt': torch.sqrt, 'exp': torch.exp, 'exp2': torch.exp2, 'expm1': torch.expm1, 'log': torch.log,
    'log1p': torch.log1p, 'log2': torch.log2, 'log10': torch.log10, 'sigmoid': torch.sigmoid, 'asin': torch.asin,
    'acos': torch.acos, 'atan': torch.atan, 'sinh': torch.sinh, 'cosh': torch.cosh, 'tanh': torch.tanh,
    'asinh': torch.asinh, 'acosh': torch.acosh, 'atanh': torch.atanh, 'erf': torch.erf, 'erfc': torch.erfc,
    'erfinv': torch.erfinv, 'lgamma': torch.lgamma, 'digamma': torch.digamma, 'isnan': torch.isnan, 'isinf': torch.isinf,
    'isfinite': torch.isfinite, 'signbit': torch.signbit, 'not': torch.logical_not, 'sin': torch.sin, 'cos': torch.cos,
    'tan': torch.tan, 'rsqrt': torch.rsqrt, 'square': torch.square, 'reciprocal': torch.reciprocal,
}
BINARY = {
    'add': torch.add, 'sub': torch.sub, 'mul': torch.mul, 'div': torch.div, 'lt': torch.lt, 'le': torch.le, 'gt': torch.gt,
    'ge': torch.ge, 'eq': torch.eq, 'ne': torch.ne, 'and': torch.logical_and, 'or': torch.logical_or, 'min': torch.minimum,
    'max': torch.maximum, 'fmin': torch.fmin, 'fmax': torch.fmax, 'copysign': torch.copysign, 'fmod': torch.fmod,
    'remainder': torch.remainder, 'floor_divide': lambda a, b: torch.div(a, b, rounding_mode='floor'), 'hypot': torch.hypot,
    'pow': torch.pow, 'atan2': torch.atan2,
}


def edges():
    lines = {}
    for name, function in UNARY.items():
        lines[name] = [[encode(x), encode(float(function(*f64(x)).item()))] for x in ENDS]
    for name, function in BINARY.items():
        lines[name] = [[encode(a), encode(b), encode(float(function(*f64(a, b)).item()))] for a, b in itertools.product(ENDS, ENDS)]
    return lines


path = Path(__file__).parents[2] / 'packages/core/test/golden/special.json'
sections = []
for section, lines in {'values': values(), 'edges': edges()}.items():
    rows = (f'{json.dumps(name)}:{json.dumps(row, separators=(",", ":"))}' for name, row in lines.items())
    sections.append(f'"{section}":{{\n' + ',\n'.join(rows) + '\n}')
path.write_text('{\n' + ',\n'.join(sections) + '\n}\n', encoding='utf-8')
print(f'{path}: {path.stat().st_size / 1024:.0f} KiB')
