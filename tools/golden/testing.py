"""Golden words of torch.testing.assert_close: packages/core/test/testing.test.ts compares with what PyTorch says.

Run `python3 tools/golden/testing.py` with PyTorch 2; it writes packages/core/test/golden/testing.json.

A tensor is `{"values": nested lists, "dtype": name, "transposed": bool, "parameter": bool}`; nan and inf are written as texts, and
numbers are floats, as JavaScript has no others. `error` is null where nothing is raised. PyTorch's int64 stands for our int32.
"""
import itertools
import json
from pathlib import Path

import torch

DTYPES = {
    'float32': torch.float32,
    'float64': torch.float64,
    'int32': torch.int64,
    'uint8': torch.uint8,
    'bool': torch.bool,
}


def t(values, dtype='float32', **how):
    return {'values': values, 'dtype': dtype, **how}


def built(value):
    if isinstance(value, str):
        return float(value) if value in ('nan', 'inf', '-inf') else value
    if isinstance(value, list):
        return [built(item) for item in value]
    if not isinstance(value, dict):
        return value
    if 'values' not in value:
        return {key: built(item) for key, item in value.items()}
    x = torch.tensor(built(value['values']), dtype=DTYPES[value['dtype']])
    x = x.t().contiguous().t() if value.get('transposed') else x
    return torch.nn.Parameter(x) if value.get('parameter') else x


def outcome(actual, expected, options):
    try:
        torch.testing.assert_close(built(actual), built(expected), **options)
    except Exception as error:
        return {'name': type(error).__name__, 'message': str(error)}
    return None


square = [[1.0, 2.0], [3.0, 4.0]]
near = [[1.0, 2.0], [3.0, 4.00001]]
pairs = [
    (t(square), t(square)),
    (t(square), t(near)),
    (t(square), t([[1.0, 2.5], [3.0, 0.0]])),
    (t(square), t([1.0, 2.0])),
    (t([]), t([])),
    (t(1.0), t(2.0)),
    (t(1.0), t(1.0)),
    (t(['nan', 1.0]), t(['nan', 1.0])),
    (t(['nan', 1.0]), t([1.0, 1.0])),
    (t('nan'), t('nan')),
    (t(['inf', 1.0, '-inf']), t([1.0, 0.0, 'inf'])),
    (t(['inf']), t(['inf'])),
    (t([1.0, 0.1]), t([1.0, 0.1], 'float64')),
    (t([1.0, 0.1], 'float64'), t([1.0, 0.1000001], 'float64')),
    (t([1, 2], 'int32'), t([1, 4], 'int32')),
    (t([1, 2], 'int32'), t([1.5, 2.0])),
    (t([1, 2], 'uint8'), t([255, 2], 'uint8')),
    (t([True, False], 'bool'), t([True, True], 'bool')),
    (t(True, 'bool'), t(False, 'bool')),
    (t(3, 'int32'), t(4, 'int32')),
    (t(square, transposed=True), t(square)),
    (t([1.0], parameter=True), t([1.0])),
    (t([1.0, 2.0, 3.0] * 50), t([1.0, 2.0, 3.5] * 50)),
    (t([0.1, 1e-20, 3e20]), t([0.2, 2e-20, 4e20])),
    (1.0, 2.0),
    (1.0, 1.00000001),
    (0.1, 0.0),
    (1e20, 2e20),
    ('nan', 'nan'),
    ('inf', 'inf'),
    (True, False),
    (True, True),
    (None, None),
    (None, 1.5),
    (1.5, None),
    (t(1.0), 1.5),
    ('a', 'a'),
    ([1.0, 2.0], [1.0, 3.0]),
    ([1.0], [1.0, 3.0]),
    ([], []),
    ([[t([1.0]), t([2.0])]], [[t([1.0]), t([2.5])]]),
    ([t([1.0])], [None]),
    (t([1.0]), [1.0]),
    ({'a': t(1.0)}, {'a': t(1.0)}),
    ({'a': t(1.0), 'b': 2.0}, {'b': 2.0, 'c': t(1.0), 'd': 1.0}),
    ({'a': [t([1.0])], 'b': {'c': 1.0}}, {'a': [t([1.0])], 'b': {'c': 2.0}}),
    ({'b': 1.0, 'a': [t([1.0])]}, {'b': 1.0, 'a': [t([2.0])]}),
]
options = [
    {},
    {'rtol': 0.0, 'atol': 0.0},
    {'rtol': 0.5, 'atol': 0.25},
    {'equal_nan': True},
    {'check_dtype': False},
    {'check_stride': True},
    {'allow_subclasses': False},
    {'rtol': 0.001},
    {'atol': 0.001},
    {'msg': 'a message of mine'},
]

cases = []
for (actual, expected), given in itertools.product(pairs, options):
    cases.append({'actual': actual, 'expected': expected, 'options': given, 'error': outcome(actual, expected, given)})
out = Path(__file__).parents[2] / 'packages/core/test/golden/testing.json'
out.write_text(json.dumps({'torch': torch.__version__, 'cases': cases}, ensure_ascii=False).replace('}}, {"actual"', '}},\n{"actual"') + '\n')
print(len(cases), 'cases,', sum(case['error'] is not None for case in cases), 'with an error')
