"""What the golden scripts share: the encoding of tensors, arguments and results as JSON.

The mirror in TypeScript is packages/core/test/golden.ts. A tensor is {"d": dtype, "s": shape, "v": flat values};
int64, which chainrule does not have, is written as int32. Numbers that JSON lacks are 'nan', 'inf', '-inf', '-0'.
"""

import json
import math
import os

import numpy
import torch

DTYPES = {'f32': torch.float32, 'f64': torch.float64, 'i32': torch.int32, 'u8': torch.uint8, 'bool': torch.bool}
SHORT = {**{dtype: short for short, dtype in DTYPES.items()}, torch.int64: 'i32'}

OUT = os.path.join(os.path.dirname(__file__), '..', '..', 'packages', 'core', 'test', 'golden')


def number(value, dtype=torch.float64):
    """One element as JSON: 8 significant digits of a float32, 14 of a float64, fewer where fewer say the same."""
    if isinstance(value, bool) or dtype == torch.bool:
        return int(value)
    if isinstance(value, int):
        return value
    if math.isnan(value):
        return 'nan'
    if math.isinf(value):
        return 'inf' if value > 0 else '-inf'
    if value == 0:
        return '-0' if math.copysign(1, value) < 0 else 0
    if dtype == torch.float32:
        short = float(str(numpy.float32(value)))
        value = short if len(repr(short)) <= 9 else float('%.8g' % value)
    else:
        value = float('%.14g' % value)
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def tensor(t):
    """A tensor as {"d", "s", "v"}."""
    t = t.detach()
    if t._is_zerotensor():
        t = torch.zeros(t.shape, dtype=t.dtype)
    return {'d': SHORT[t.dtype], 's': list(t.shape), 'v': [number(v, t.dtype) for v in t.reshape(-1).tolist()]}


def result(value):
    """What an operation returned: a tensor, a list of results, named fields, or a plain value."""
    if isinstance(value, torch.Tensor):
        return tensor(value)
    if isinstance(value, tuple) and hasattr(value, '_fields'):
        return {'fields': {name: result(getattr(value, name)) for name in value._fields}}
    if type(value).__module__ == 'torch.return_types':
        names = [name for name in dir(value) if not name.startswith(('_', 'n_')) and name not in ('count', 'index')]
        return {'fields': {name: result(getattr(value, name)) for name in names}}
    if isinstance(value, (tuple, list)):
        return [result(item) for item in value]
    if isinstance(value, dict):
        return {name: result(item) for name, item in value.items()}
    if isinstance(value, torch.dtype):
        return {'dtype': SHORT[value]}
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        return number(value)
    raise TypeError(f'no encoding for {value!r}')


def argument(value):
    """An argument as JSON. Strings that begin with '$' name inputs; slices, dtypes and non-finite numbers are tagged."""
    if isinstance(value, (list, tuple)):
        return [argument(item) for item in value]
    if isinstance(value, dict):
        return {name: argument(item) for name, item in value.items()}
    if isinstance(value, slice):
        return {'slice': [value.start, value.stop, value.step]}
    if value is Ellipsis:
        return '...'
    if isinstance(value, torch.dtype):
        return {'dtype': SHORT[value]}
    if isinstance(value, float) and not math.isfinite(value):
        return {'number': number(value)}
    return value


def node_name(t):
    """The name of the node that made a tensor, as it is printed; None for a leaf."""
    node = t.grad_fn if isinstance(t, torch.Tensor) else t
    if node is None:
        return None
    name = type(node).__name__
    return node.name().rsplit('::', 1)[-1] if name == 'CppFunction' else name


def caught(function):
    """What a call raised, as {"error": type, "message": text}; 'nothing' where it returned."""
    try:
        function()
    except Exception as error:  # noqa: BLE001: whatever PyTorch raises is the golden value
        return {'error': type(error).__name__, 'message': str(error)}
    return 'nothing'


def write(name, lines):
    """Writes packages/core/test/golden/NAME.json, whose top level is an object with one entry a line."""
    entries = (f'{json.dumps(key)}:{json.dumps(value, separators=(",", ":"))}' for key, value in lines.items())
    path = os.path.join(OUT, f'{name}.json')
    with open(path, 'w', encoding='utf-8') as file:
        file.write('{\n' + ',\n'.join(entries) + '\n}\n')
    print(f'{os.path.normpath(path)}: {len(lines)} entries, {os.path.getsize(path) / 1024:.0f} KiB')
