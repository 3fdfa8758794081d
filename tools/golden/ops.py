"""Golden values of the core ops: results, dtypes, shapes, gradients and names of graph nodes, as PyTorch computes them.

Run `/usr/bin/python3 tools/golden/ops.py` with PyTorch 1.13; it writes packages/core/test/golden/ops.json, which
packages/core/test/golden-ops.test.ts replays. A case names its inputs as `$name.view:dtype`; without a dtype the case
runs once in float32 and once in float64. A float32 value is also computed in float64 from the same inputs: where PyTorch's
own rounding shows, the case states a looser tolerance, and where the two disagree outright (an overflow inside of a
float32 kernel, say) the element is null and not compared.
"""

import math
import re
import warnings

import torch
import torch.nn.functional as F

from golden import DTYPES, argument, node_name, result, write

warnings.filterwarnings('ignore')

FLOATS = ('f32', 'f64')
INF = math.inf
NAN = math.nan

# ---------------------------------------------------------------------------------------------------------------------
# Inputs: name -> (shape, flat values). Views are derived from them by suffix.

INPUTS = {}
VIEWS = {
    't': [['t']],
    'mT': [['transpose', -1, -2]],
    # Every second row, every second column from the first on: strides of neither 1 nor the row length, and an offset.
    's': [['index', slice(None, None, 2), slice(1, None, 2)]],
    # One column repeated: stride 0.
    'e': [['narrow', 1, 1, 1], ['expand', 3, 4]],
    # A 0-dimensional view into the middle of the storage.
    'z': [['select', 0, 1], ['select', 0, 2]],
    'c': [['narrow', 1, 0, 1]],
    'r': [['narrow', 0, 1, 1]],
    'p': [['permute', 2, 0, 1]],
}


def define(name, shape, values):
    if INPUTS.get(name, (list(shape), values)) != (list(shape), values):
        raise ValueError(f'{name} is another input already')
    if math.prod(shape) != len(values):
        raise ValueError(f'{name}: {shape} has not {len(values)} elements')
    INPUTS[name] = (list(shape), values)


define('real', [3, 4], [-3.1, -2.2, -1.5, -0.9, -0.6, -0.2, 0.3, 0.8, 1.1, 1.7, 2.4, 3.3])
define('other', [3, 4], [0.7, -1.3, 2.1, 0.4, -2.5, 1.9, -0.6, 3.2, -1.8, 0.9, 1.2, -0.35])
define('third', [3, 4], [1.4, 0.6, -0.9, 2.2, 1.1, -1.7, 0.5, -0.4, 2.6, -2.1, 0.8, 1.3])
define('positive', [3, 4], [0.1, 0.35, 0.6, 0.9, 1.2, 1.55, 1.9, 2.3, 3.1, 4.2, 5.5, 7.3])
define('unit', [3, 4], [0.03, 0.1, 0.2, 0.3, 0.42, 0.48, 0.55, 0.63, 0.7, 0.8, 0.9, 0.97])
define('open', [3, 4], [-0.95, -0.8, -0.6, -0.45, -0.3, -0.1, 0.05, 0.2, 0.4, 0.65, 0.85, 0.96])
define('above', [3, 4], [1.05, 1.2, 1.4, 1.7, 2.1, 2.6, 3.2, 3.9, 4.7, 5.6, 6.6, 9.5])
define('cube', [2, 3, 4], [0.5, -1.2, 2.3, 0.7, 1.9, -0.4, -2.1, 1.1, 0.2, 3.1, -1.7, 0.9,
                           -0.8, 1.4, 0.6, -2.6, 2.8, -0.1, 1.3, -1.5, 0.3, 2.2, -0.7, 1.6])
define('row', [4], [0.4, -1.1, 2.2, 0.9])
define('column', [3, 1], [1.3, -0.7, 0.6])
define('layer', [2, 1, 4], [0.4, -1.1, 2.2, 0.9, 1.7, 0.3, -0.5, -2.4])
define('scalar', [], [1.7])
define('edge', [18], [0, -0.0, INF, -INF, NAN, 80, -80, 1e-30, -1e-30, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 3, 1e4])
define('tame', [14], [0, -0.0, 80, -80, 1e-30, -1e-30, 1, -1, 0.5, -0.5, 3, -3, 6, 20])
EDGES = [0, -0.0, INF, -INF, NAN, 80, -80, 1e-30, 1, -1, 2.5, -2.5, 3]
define('edgeA', [13, 1], EDGES)
define('edgeB', [1, 13], EDGES)
TAME = [0, 1, -1, 2.5, -2.5, 3, 80]
define('tameA', [49], [a for a in TAME for b in TAME])
define('tameB', [49], [b for a in TAME for b in TAME])
define('empty', [0], [])
define('hollow', [2, 0, 3], [])
define('ints', [6], [-3, -1, 0, 1, 2, 7])
define('divisors', [6], [2, -2, 5, 3, -3, -4])
define('bytes', [6], [0, 1, 2, 3, 100, 250])
define('odds', [6], [1, 3, 2, 7, 3, 9])
define('truths', [4], [True, False, True, False])
define('doubts', [4], [True, True, False, False])
define('ones', [3], [1, 2, 3])
define('halves', [3], [0.5, -1.5, 2.25])
define('mixed', [3], [0, 1, 2])
define('negative', [2], [-1, 0])
define('three', [], [3])
define('nans', [2, 3], [1.5, NAN, -2.5, NAN, 0.5, 3.5])
define('zeros', [2, 3], [0, 0, 0, 1.5, 0, -2])
define('ties', [2, 5], [3, 1, 3, 2, 3, -1, -4, -4, 0.5, -1])
define('mask', [3, 4], [1, 0, 0, 1, 0, 1, 1, 0, 1, 0, 0, 1])
define('maskrow', [4], [1, 0, 1, 0])

# ---------------------------------------------------------------------------------------------------------------------
# Running one case.


def is_ref(value):
    return isinstance(value, str) and value.startswith('$')


class Run:
    """Builds the arguments of one call; `precise` computes float32 cases in float64 from the same rounded inputs."""

    def __init__(self, dtype, precise=False, grad=False):
        self.dtype, self.precise, self.grad = dtype, precise, grad
        self.leaves = []

    def tensor(self, ref):
        name, view, short = re.fullmatch(r'\$(\w+)(?:\.(\w+))?(?::(\w+))?', ref).groups()
        shape, values = INPUTS[name]
        short = short or self.dtype
        dtype = torch.int64 if short == 'idx' else DTYPES[short]
        t = torch.tensor(values, dtype=dtype).reshape(shape)
        if self.precise and dtype == torch.float32:
            t = t.double()
        for method, *args in VIEWS[view] if view else []:
            t = t[tuple(args)] if method == 'index' else getattr(t, method)(*args)
        if t.is_floating_point():
            if self.grad:
                t.requires_grad_()
            self.leaves.append(t)
        return t

    def argument(self, value):
        if is_ref(value):
            return self.tensor(value)
        if isinstance(value, list):
            return [self.argument(item) for item in value]
        if self.precise and value is torch.float32:
            return torch.float64
        return value


def index_put(x, indices, value, **options):
    x = x.clone()
    if options:
        return x.index_put_(tuple(indices), value, **options)
    x[tuple(indices)] = value
    return x


# Where the Python spelling differs from chainrule's, or PyTorch keeps the function outside of `torch`.
PYTHON = {
    'T': lambda x: x.T,
    'mT': lambda x: x.mT,
    'index': lambda x, *indices: x[tuple(indices)],
    'index_put_': index_put,
    # Python's own call leaves the step undefined in 1.13.
    'slice_scatter': torch.ops.aten.slice_scatter,
    'fill_diagonal_': lambda x, *args: x.clone().fill_diagonal_(*args),
    'pow_scalar_base': lambda base, x: torch.pow(base, x),
    'one_hot': F.one_hot,
    'relu6': F.relu6,
    'unfold': lambda x, *args: x.unfold(*args),
    'sort': lambda x, dim=-1, **options: torch.sort(x, dim=dim, **options),
}


def invoke(op, args, options):
    if op in PYTHON:
        return PYTHON[op](*args, **options)
    if op.startswith('linalg.'):
        return getattr(torch.linalg, op[7:])(*args, **options)
    for module in (torch, F, torch.special):
        if hasattr(module, op) and not isinstance(getattr(module, op), torch.dtype):
            return getattr(module, op)(*args, **options)
    return getattr(args[0], op)(*args[1:], **options)


def forms_of(op, args):
    forms = ''
    if hasattr(torch, op) or hasattr(F, op):
        forms += 'f'
    if hasattr(torch.Tensor, op) and args and is_ref(args[0]):
        forms += 'm'
    return forms


def tensors(value):
    if isinstance(value, torch.Tensor):
        return [value]
    return [t for item in value for t in tensors(item)] if isinstance(value, (list, tuple)) else []


def upstream(out):
    """A gradient that differs from element to element; golden.ts has the same formula."""
    i = torch.arange(out.numel(), dtype=torch.float64)
    return ((i * 7 % 11) / 8 - 0.6).to(out.dtype).reshape(out.shape)


def run(op, args, options, dtype, grad, second, precise=False):
    """One run: the results `r`, first gradients `g`, second gradients `h`, and the names `n` of the graph nodes."""
    torch.set_default_dtype(torch.float64 if precise else torch.float32)
    try:
        state = Run(dtype, precise, grad)
        values = [state.argument(arg) for arg in args]
        keywords = {name: state.argument(value) for name, value in options.items()}
        out = invoke(op, values, keywords)
        record = {'r': out}
        outs = [t for t in tensors(out) if t.requires_grad]
        leaves = state.leaves
        if outs and leaves:
            names = [node_name(t) for t in tensors(out)]
            record['n'] = names if len(set(names)) > 1 else names[0]
            first = torch.autograd.grad(outs, leaves, [upstream(t) for t in outs], create_graph=second, allow_unused=True)
            record['g'] = list(first)
            squares = [(t * t).sum() for t in first if second and t is not None and t.requires_grad]
            if squares:
                record['h'] = list(torch.autograd.grad(sum(squares), leaves, allow_unused=True))
        return record
    finally:
        torch.set_default_dtype(torch.float32)


def flat(value):
    """The encoded tensors inside of an encoded result."""
    if isinstance(value, dict) and 'v' in value:
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [t for item in items for t in flat(item)]


def scalar(value):
    return {'nan': NAN, 'inf': INF, '-inf': -INF, '-0': -0.0}.get(value, value)


def compare(coarse, fine, tiny):
    """Marks elements that float32 gets wrong as null; answers the relative tolerance that the others need."""
    worst = 0
    for a, b in zip(flat(coarse), flat(fine)):
        if a['d'] != 'f32':
            for i, (x, y) in enumerate(zip(a['v'], b['v'])):
                if scalar(x) != scalar(y):
                    a['v'][i] = None
            continue
        rounded = torch.tensor([scalar(v) for v in b['v']], dtype=torch.float64).float().tolist()
        for i, (x, y) in enumerate(zip([scalar(v) for v in a['v']], rounded)):
            if math.isnan(x) or math.isnan(y) or math.isinf(x) or math.isinf(y):
                if not (x == y or (math.isnan(x) and math.isnan(y))):
                    a['v'][i] = None
                continue
            excess = abs(x - y) - (0 if tiny else 1e-7)
            if excess <= 0:
                continue
            relative = excess / abs(y) if y else INF
            if relative > 2e-5 or abs(y) < 1.2e-38:
                a['v'][i] = None
            else:
                worst = max(worst, relative)
    return float('%.1g' % (2 * worst)) if worst > 1e-6 else None


OPS = {}
DROPPED = {}


def case(op, *args, group='values', dtypes=FLOATS, grad=True, second=False, tiny=False, zero=False, forms=None,
         strides=False, rough=None, single=None, blind=(), named=True, **options):
    """Adds one case.

    tiny: no absolute tolerance. zero: the sign of zero counts. strides: they are compared too. rough: relative tolerances
    where PyTorch's float64 is not good to 1e-12. single: those of float32, where a number of the formula is itself rounded to
    it, which PyTorch keeps in float64. blind: elements that are not compared, as PyTorch 2 has them otherwise.
    named: the names of the nodes are compared.
    """
    args = list(args)
    forms = forms_of(op, args) if forms is None else forms
    record = {'a': argument(args), **({'o': argument(options)} if options else {})}
    record.update({name: 1 for name, on in (('tiny', tiny), ('zero', zero)) if on})
    refs = [a for a in re.findall(r"'(\$[^']*)'", repr([args, options])) if ':' not in a]
    for dtype in dtypes if refs else (None,):
        try:
            outcome = run(op, args, options, dtype, grad, second)
        except Exception as error:  # noqa: BLE001: what PyTorch refuses is the matter of errors.py
            DROPPED.setdefault(f'{op}: {str(error)[:90]}', []).append(group)
            return
        encoded = {key: result(outcome[key]) for key in ('r', 'g', 'h') if key in outcome}
        if dtype != 'f64':
            fine = run(op, args, options, dtype, grad, second, precise=True)
            loose = {key: compare(encoded[key], result(fine[key]), tiny and key == 'r')
                     for key in encoded if key in fine}
            loose = {**{key: value for key, value in loose.items() if value}, **(single or {})}
            if loose:
                encoded['tol'] = loose
        elif rough:
            encoded['tol'] = rough
        for t in flat(encoded['r']) if blind else []:
            t['v'] = [None if i in blind else v for i, v in enumerate(t['v'])]
        if strides and dtype != 'f64':
            record['st'] = [list(t.stride()) for t in tensors(outcome['r'])]
        if 'n' in outcome and named:
            record['n'] = allowed_names(op, outcome['n'])
        if dtype:
            record[dtype] = encoded
        else:
            record.update(encoded)
    entry = OPS.setdefault(op, {'f': forms, 'groups': {}})
    if entry['f'] != forms:
        record['f'] = forms
    entry['groups'].setdefault(group, []).append(record)


# PyTorch 2 names these nodes otherwise than 1.13 does, or either way.
NAMES = {
    'ReshapeAliasBackward0': ['ViewBackward0', 'ReshapeAliasBackward0'],
    'NormBackward0': 'LinalgVectorNormBackward0',
    'NormBackward1': 'LinalgVectorNormBackward0',
    'SqueezeBackward3': ['SqueezeBackward4', 'SqueezeBackward1'],
    'CopyBackwards': ['CopyBackwards', 'CopySlices'],
    'diag: DiagBackward0': ['DiagEmbedBackward0', 'DiagonalBackward0', 'DiagonalBackward0_copy', 'DiagBackward0'],
    'norm: SqrtBackward0': 'LinalgVectorNormBackward0',
    'repeat_interleave: IndexSelectBackward0': ['ViewBackward0', 'IndexSelectBackward0'],
}


def allowed_names(op, name):
    """The name of a node, or the names that are right; null for none; one of those for each of several outputs."""
    if isinstance(name, list):
        return {'each': [allowed_names(op, item) for item in name]}
    return NAMES.get(f'{op}: {name}', NAMES.get(name, name))


def each(text):
    return text.split()


# ---------------------------------------------------------------------------------------------------------------------
# One input, elementwise: op -> (domain, has a smooth second derivative).

UNARY = {
    'abs': ('real', False), 'neg': ('real', False), 'sign': ('real', False), 'square': ('real', True),
    'sqrt': ('positive', True), 'rsqrt': ('positive', True), 'reciprocal': ('other', True), 'exp': ('real', True),
    'exp2': ('real', True), 'expm1': ('real', True), 'log': ('positive', True), 'log2': ('positive', True),
    'log10': ('positive', True), 'log1p': ('positive', True), 'sin': ('real', True), 'cos': ('real', True),
    'tan': ('real', True), 'asin': ('open', True), 'acos': ('open', True), 'atan': ('real', True),
    'sinh': ('real', True), 'cosh': ('real', True), 'tanh': ('real', True), 'asinh': ('real', True),
    'acosh': ('above', True), 'atanh': ('open', True), 'ceil': ('real', False), 'floor': ('real', False),
    'round': ('real', False), 'trunc': ('real', False), 'frac': ('real', False), 'sigmoid': ('real', True),
    'erf': ('real', True), 'erfc': ('real', True), 'erfinv': ('open', True), 'lgamma': ('positive', True),
    'digamma': ('positive', True), 'logit': ('unit', True), 'sinc': ('other', True), 'deg2rad': ('real', False),
    'rad2deg': ('real', False), 'relu': ('real', False), 'relu6': ('real', False), 'elu': ('real', False),
    'selu': ('real', False), 'celu': ('real', False), 'gelu': ('real', True), 'silu': ('real', True),
    'mish': ('real', True), 'softplus': ('real', True), 'softsign': ('real', False), 'hardtanh': ('real', False),
    'hardsigmoid': ('real', False), 'hardswish': ('real', False), 'logsigmoid': ('real', True),
    'tanhshrink': ('real', True), 'softshrink': ('real', False), 'hardshrink': ('real', False),
    'leaky_relu': ('real', False), 'positive': ('real', False), 'nan_to_num': ('real', False),
}
SIGN_OF_ZERO = set(each('neg ceil floor round trunc sqrt sin tanh positive reciprocal'))
# PyTorch 1.13 takes exp(x) - 1 or log(exp(a) + exp(b)); PyTorch 2 is better.
IMPRECISE_NEAR_ZERO = set(each('elu selu celu logaddexp logaddexp2'))
# PyTorch's trigamma is good to about 1e-11; its hardsigmoid divides by a float32 six.
ROUGH_FLOAT64 = {'lgamma': {'h': 1e-8}, 'digamma': {'g': 1e-9, 'h': 1e-8}, 'hardsigmoid': {'g': 1e-7}}
# PyTorch 1.13 makes NaN 0 here.
BLIND = {'softshrink': (4,), 'hardshrink': (4,)}
TESTS = each('isnan isinf isfinite isposinf isneginf signbit logical_not sgn')
PARAMETERS = [
    ('elu', 0.5), ('celu', 2.5), ('leaky_relu', 0.2), ('softplus', 2, 3), ('hardtanh', -0.5, 2), ('softshrink', 1.1),
    ('hardshrink', 1.1), ('threshold', 0.3, -7.5), ('clamp', -1, 2), ('clamp', None, 0.8), ('clamp', 0.3, None),
    ('clamp', 2, -1), ('pow', 2), ('pow', 3), ('pow', 1), ('pow', 0), ('pow', -1), ('pow', -2), ('pow', 4),
    ('clamp_min', 0.3), ('clamp_max', 0.8),
]


def unary():
    for op, (domain, smooth) in UNARY.items():
        zero = op in SIGN_OF_ZERO
        rough = ROUGH_FLOAT64.get(op)
        case(op, f'${domain}', second=smooth, rough=rough)
        for view in 'tsez':
            case(op, f'${domain}.{view}', group='layouts', dtypes=('f32',))
        for name in ('empty', 'hollow'):
            case(op, f'${name}', group='empty', dtypes=('f32',))
        tiny, blind = op not in IMPRECISE_NEAR_ZERO, BLIND.get(op, ())
        case(op, '$edge', group='edges', grad=False, tiny=tiny, zero=zero, blind=blind)
        case(op, '$tame', group='edge gradients', grad=op != 'digamma', rough=rough)
        for name in ('ints:i32', 'bytes:u8', 'truths:bool'):
            case(op, f'${name}', group='other dtypes')
    for op in TESTS:
        case(op, '$real', grad=op == 'sgn')
        case(op, '$edge', group='edges', grad=False)
        case(op, '$empty', group='empty', dtypes=('f32',))
        for name in ('ints:i32', 'bytes:u8', 'truths:bool'):
            case(op, f'${name}', group='other dtypes')
    for name in ('ints:i32', 'bytes:u8', 'truths:bool'):
        case('bitwise_not', f'${name}')
    for op, *parameters in PARAMETERS:
        case(op, '$real', *parameters, group='parameters', second=op == 'pow')
        case(op, '$tame', *parameters, group='edge gradients')
        tiny, blind = op not in IMPRECISE_NEAR_ZERO, BLIND.get(op, ())
        case(op, '$edge', *parameters, group='edges', grad=False, tiny=tiny, blind=blind)
        case(op, '$empty', *parameters, group='empty', dtypes=('f32',))
    case('gelu', '$real', approximate='tanh', group='parameters', second=True)
    case('gelu', '$edge', approximate='tanh', group='edges', grad=False)
    case('gelu', '$tame', approximate='tanh', group='edge gradients')
    for p in (0.5, -0.5, 2.5, -1.5, 1 / 3):
        case('pow', '$positive', p, group='parameters', second=True)
        # The exponent less one: at 1e-30 its last bit is a millionth of the power.
        case('pow', '$tame', p, group='edge gradients', single={'g': 4e-6})
        case('pow', '$edge', p, group='edges', grad=False, tiny=True)
    for base in (2, 0.5, 1, 0, -2, INF):
        case('pow', base, '$real', group='scalar base', second=base in (2, 0.5), forms='f')
        case('pow', base, '$tame', group='scalar base', forms='f')
        case('pow', base, '$edge', group='scalar base', grad=False, forms='f')
    case('pow', 2, '$ones:i32', group='scalar base', forms='f')
    case('pow', 2.5, '$ones:i32', group='scalar base', forms='f')
    case('clamp', '$real', min=0.3, group='parameters')
    case('clamp', '$real', max=0.8, group='parameters')
    case('clamp', '$real', min=-1.5, max=1.1, group='parameters')
    case('clamp', '$real', '$other', '$third', group='tensor bounds')
    case('clamp', '$real', '$row', None, group='tensor bounds')
    case('clamp', '$real', None, '$column', group='tensor bounds')
    case('clamp', '$ties', '$ties', None, group='tensor bounds')
    case('clamp', '$edge', '$edge', '$edge', group='tensor bounds', grad=False)
    case('clamp', '$ints:i32', -1, 2, group='other dtypes')
    case('clamp', '$ints:i32', -0.5, 2, group='other dtypes')
    case('clamp', '$bytes:u8', 2, 100, group='other dtypes')
    case('nan_to_num', '$edge', nan=2.5, posinf=100, neginf=-100, group='parameters')
    case('nan_to_num', '$edge', nan=2.5, group='parameters')
    case('logit', '$edge', 0.1, group='parameters', grad=False)
    case('logit', '$unit', 0.15, group='parameters')
    for decimals in (1, -1):
        case('round', '$positive', decimals=decimals, group='parameters')
    case('threshold', '$tame', 1, 20, group='edge gradients')
    case('glu', '$real', second=True)
    case('glu', '$cube', 0, group='parameters')
    case('glu', '$real.t', -2, group='layouts')
    for alias in each('absolute negative arcsin arccos arctan arcsinh arccosh arctanh fix'):
        case(alias, '$unit' if alias != 'arccosh' else '$above', group='alias', dtypes=('f32',))
    case('clip', '$real', -1, 1, group='alias', dtypes=('f32',))


# ---------------------------------------------------------------------------------------------------------------------
# Two inputs, elementwise: op -> (first, second, smooth).

BINARY = {
    'add': ('real', 'other', False), 'sub': ('real', 'other', False), 'mul': ('real', 'other', True),
    'div': ('real', 'other', True), 'floor_divide': ('real', 'other', False), 'remainder': ('real', 'other', False),
    'fmod': ('real', 'other', False), 'pow': ('positive', 'other', True), 'atan2': ('real', 'other', True),
    'hypot': ('real', 'other', True), 'maximum': ('real', 'other', False), 'minimum': ('real', 'other', False),
    'fmax': ('real', 'other', False), 'fmin': ('real', 'other', False), 'logaddexp': ('real', 'other', True),
    'logaddexp2': ('real', 'other', True), 'xlogy': ('real', 'positive', True), 'copysign': ('real', 'other', False),
    'heaviside': ('real', 'other', False), 'rsub': ('real', 'other', False), 'float_power': ('positive', 'other', True),
}
COMPARE = each('eq ne lt le gt ge')
LOGICAL = each('logical_and logical_or logical_xor')
BITWISE = each('bitwise_and bitwise_or bitwise_xor')
PAIRS = [('mixed', 'ones')]


def binary():
    for op, (first, second, smooth) in BINARY.items():
        a, b = f'${first}', f'${second}'
        grad = op not in ('floor_divide', 'heaviside')
        low = second if second == 'positive' else 'other'
        case(op, a, b, second=smooth, grad=grad)
        case(op, f'{a}.t', f'${low}.t', group='layouts', dtypes=('f32',), grad=grad)
        case(op, f'{a}.e', b, group='layouts', dtypes=('f32',), grad=grad)
        case(op, f'{a}.s', f'{b}.s', group='layouts', dtypes=('f32',), grad=grad)
        case(op, a, f'{b}.e', group='layouts', dtypes=('f32',), grad=grad)
        case(op, a, f'{b}.r', group='broadcast', grad=grad)
        case(op, f'{a}.c', f'{b}.r', group='broadcast', dtypes=('f32',), second=smooth, grad=grad)
        case(op, f'{a}.z', b, group='broadcast', dtypes=('f32',), grad=grad)
        case(op, a, f'{b}.z', group='broadcast', dtypes=('f32',), grad=grad)
        case(op, f'{a}.z', f'{b}.z', group='broadcast', dtypes=('f32',), grad=grad)
        case(op, '$empty', '$scalar', group='empty', dtypes=('f32',), grad=grad)
        case(op, '$hollow', '$halves', group='empty', dtypes=('f32',), grad=grad)
        case(op, '$edgeA', '$edgeB', group='edges', grad=False, tiny=op not in IMPRECISE_NEAR_ZERO, zero=op in ('mul', 'div', 'copysign', 'fmod'))
        case(op, '$tameA', '$tameB', group='edge gradients', grad=grad)
    define('wholes', [3, 4], [1, 2, 3, 0, -1, -2, 1, 2, 3, 0, -1, 2])
    case('pow', '$positive', '$wholes', group='whole exponents', second=True)
    case('pow', '$real', '$wholes', group='whole exponents')
    case('add', '$layer', '$column', group='broadcast', dtypes=('f32',))
    case('mul', '$layer', '$column', group='broadcast')
    case('mul', '$cube', '$row', group='broadcast', second=True)
    case('mul', '$cube.p', '$layer.p', group='broadcast')
    case('nextafter', '$edgeA', '$edgeB', grad=False)
    for op in ('add', 'sub'):
        case(op, '$real', '$other', alpha=2.5, group='parameters')
        case(op, '$ones:i32', '$mixed:i32', alpha=3, group='parameters')
        case(op, '$real', 2, alpha=0.5, group='parameters')
    case('rsub', '$real', 1, group='parameters')
    for mode in ('floor', 'trunc'):
        case('div', '$real', '$other', rounding_mode=mode, group='rounding_mode')
        case('div', '$edgeA', '$edgeB', rounding_mode=mode, group='rounding_mode', grad=False)
        case('div', '$ints:i32', '$divisors:i32', rounding_mode=mode, group='rounding_mode')
        case('div', '$bytes:u8', '$odds:u8', rounding_mode=mode, group='rounding_mode')
        case('div', '$real', 0.7, rounding_mode=mode, group='rounding_mode')
    for op in COMPARE + LOGICAL:
        case(op, '$real', '$other.e')
        case(op, '$real.t', '$real.t', group='layouts', dtypes=('f32',))
        case(op, '$column', '$row', group='broadcast', dtypes=('f32',))
        case(op, '$edgeA', '$edgeB', group='edges')
        case(op, '$empty', '$scalar', group='empty', dtypes=('f32',))
    for op in BITWISE:
        case(op, '$ints:i32', '$divisors:i32')
        case(op, '$bytes:u8', '$odds:u8')
        case(op, '$truths:bool', '$doubts:bool')
        case(op, '$ints:i32', 6, group='parameters')
    for op in ('bitwise_left_shift', 'bitwise_right_shift'):
        case(op, '$divisors:i32', '$odds:i32')
        case(op, '$divisors:i32', 1, group='parameters')
    for op in ('gcd', 'lcm'):
        case(op, '$ints:i32', '$divisors:i32')
    case('ldexp', '$real', '$other', second=True)
    case('isclose', '$edge', '$edge')
    case('isclose', '$edge', '$edge', equal_nan=True, group='parameters')
    case('isclose', '$real', '$other', rtol=0.5, atol=0.3, group='parameters')
    case('isclose', '$ints:i32', '$divisors:i32', group='other dtypes')
    case('allclose', '$real', '$real', group='values')
    case('allclose', '$real', '$other', group='values')
    case('equal', '$real', '$real', forms='fm')
    case('equal', '$real', '$row', forms='fm')
    for alias in each('multiply divide subtract true_divide greater greater_equal less less_equal not_equal arctan2'):
        case(alias, '$real', '$other', group='alias', dtypes=('f32',))


def ternary():
    case('lerp', '$real', '$other', '$third', second=True)
    case('lerp', '$real', '$other', 0.3, group='scalar weight', second=True)
    case('lerp', '$real', '$other', 0.8, group='scalar weight')
    case('lerp', '$column', '$row', '$scalar', group='broadcast')
    for op in ('addcmul', 'addcdiv'):
        case(op, '$real', '$other', '$third', second=True)
        case(op, '$real', '$other', '$third', value=-0.5, group='parameters', second=True)
        case(op, '$column', '$row', '$scalar', group='broadcast')
        case(op, '$empty', '$empty', '$scalar', group='empty')
        case(op, '$real.t', '$other.t', '$third.t', group='layouts')
    case('addcmul', '$ones:i32', '$mixed:i32', '$ones:i32', group='other dtypes')
    case('where', '$mask:bool', '$real', '$other', forms='f')
    case('where', '$mask:bool', '$column', '$row', group='broadcast', forms='f')
    case('where', '$maskrow:bool', '$real', '$scalar', group='broadcast', forms='f')
    case('where', '$mask.t:bool', '$real.t', '$other.t', group='layouts', forms='f')
    case('where', '$mask:bool', '$real', 0.5, group='scalars', forms='f')
    case('where', '$mask:bool', 0.5, '$real', group='scalars', forms='f')
    case('where', '$mask:bool', '$real', '$other:f64', group='promotion', forms='f')
    case('where', '$empty:bool', '$empty', '$scalar', group='empty', forms='f')
    case('where', '$mask:bool', group='indices', forms='f')
    case('masked_fill', '$real', '$mask:bool', -7.5)
    case('masked_fill', '$real', '$maskrow:bool', '$scalar')
    case('masked_fill', '$cube', '$mask:bool', 0, group='broadcast')
    case('masked_fill', '$real.t', '$mask.t:bool', -INF, group='layouts')
    case('masked_fill', '$ones:i32', '$mixed:bool', 9, group='other dtypes')
    for a in ('bool', 'u8', 'i32'):
        for value in (2.5, -3, 0.5, True) if a != 'u8' else (2.5, -3, True):
            case('masked_fill', f'$ones:{a}', '$mixed:bool', value, group='other dtypes')
    for op in each('eq lt le gt ge remainder fmod floor_divide maximum'):
        for value in (-3, 255, -255):
            if op != 'maximum':
                case(op, '$bytes:u8', value, group='bytes and numbers', grad=False)
    case('xlogy', '$edgeA', '$edgeB', group='no gradient where none comes')
    case('block_diag', '$real', '$row', forms='f', group='blocks')
    case('index_fill', '$real', 0, '$negative:idx', 2.5, forms='m', group='from the end')
    case('vdot', '$row', '$row', forms='f')


def promotion():
    kinds = ('bool', 'u8', 'i32', 'f32', 'f64')
    symmetric = each('add sub mul div floor_divide remainder fmod pow maximum minimum atan2 hypot xlogy copysign rsub '
                     'eq lt ge logical_and bitwise_and bitwise_or logaddexp')
    for op in symmetric:
        for a in kinds:
            for b in kinds:
                case(op, f'$mixed:{a}', f'$ones:{b}', group='promotion', grad=False)
    for op in each('add mul div pow maximum eq remainder'):
        for a in kinds:
            for b in kinds:
                case(op, f'$mixed:{a}', f'$three:{b}', group='promotion with a 0-dim tensor', grad=False)
                if a != b:
                    case(op, f'$three:{a}', f'$ones:{b}', group='promotion with a 0-dim tensor', grad=False)
    for op in each('add sub mul div floor_divide remainder fmod pow eq lt bitwise_and rsub true_divide'):
        for a in kinds:
            for value in (2, 2.5, True, -1):
                if value != -1 or op != 'pow' and a != 'u8':
                    case(op, f'$mixed:{a}', value, group='promotion with a number', grad=False)
    for a in kinds:
        for b in kinds:
            case('cat', [f'$mixed:{a}', f'$ones:{b}'], group='promotion', grad=False)
            case('where', '$truths:bool', f'$three:{a}', f'$three:{b}', group='promotion', grad=False, forms='f')
    for op in each('add mul div pow maximum'):
        case(op, '$positive:f32', '$other:f64', group='mixed gradients')
        case(op, '$unit:f64', '$other:f32', group='mixed gradients')
        case(op, '$positive:f64', '$scalar:f32', group='mixed gradients')
        case(op, '$positive:f32', '$scalar:f64', group='mixed gradients')
        case(op, '$halves:f32', '$ones:i32', group='mixed gradients')
    for short, dtype in DTYPES.items():
        for name in ('mixed:bool', 'bytes:u8', 'ints:i32', 'real:f32', 'real:f64'):
            case('to', f'${name}', dtype, forms='m', group='dtype')
    case('to', '$edge:f64', torch.float32, forms='m', grad=False, group='dtype')
    case('type_as', '$real:f32', '$ints:i32', forms='m')
    for op in each('float double int bool byte'):
        for name in ('real:f32', 'real:f64'):
            case(op, f'${name}', forms='m', group='conversion')


# ---------------------------------------------------------------------------------------------------------------------
# Reductions and scans.

WHOLE = each('sum mean prod max min amax amin var std all any logsumexp count_nonzero nansum nanmean argmax argmin median '
             'aminmax norm var_mean std_mean nanmedian')
MANY_DIMS = set(each('sum mean amax amin var std logsumexp nansum nanmean count_nonzero var_mean std_mean'))
ROUGH = set(each('max min amax amin all any count_nonzero argmax argmin median aminmax sum mean nansum nanmean nanmedian'))


def reductions():
    for op in WHOLE:
        smooth = op not in ROUGH
        grad = op != 'aminmax'
        dim_name = op != 'norm'
        if op != 'logsumexp':
            case(op, '$cube', second=smooth, grad=grad)
            # The gradient of the variance of one element is NaN since 2.0, infinite in 1.13.
            case(op, '$scalar', group='0-dim', grad=grad and 'var' not in op)
            case(op, '$real.t', group='layouts', dtypes=('f32',), grad=grad)
            case(op, '$real.s', group='layouts', dtypes=('f32',), grad=grad)
            # 1.13 takes the median of overlapping memory wrongly.
            if 'median' not in op:
                case(op, '$real.e', group='layouts', dtypes=('f32',), grad=grad)
            case(op, '$empty', group='empty', dtypes=('f32',), grad=grad)
            for name in ('ints:i32', 'bytes:u8', 'truths:bool'):
                case(op, f'${name}', group='other dtypes', grad=grad)
            case(op, '$nans', group='nan', grad=False)
            if op not in ('median', 'nanmedian'):
                case(op, '$ties', group='ties', grad=grad)
                case(op, '$zeros', group='zeros', grad=op not in ('std', 'std_mean', 'aminmax'))
        if not dim_name or op == 'aminmax':
            continue
        keep = {} if op == 'count_nonzero' else {'keepdim': True}
        case(op, '$cube', 1, group='one dim', second=smooth)
        case(op, '$cube', -1, group='one dim', **keep)
        case(op, '$cube.p', 0, group='layouts', dtypes=('f32',))
        if 'median' not in op:
            case(op, '$real.e', 0, group='layouts', dtypes=('f32',))
            case(op, '$real.e', 1, group='layouts', dtypes=('f32',))
        case(op, '$scalar', 0, group='0-dim', dtypes=('f32',), grad='var' not in op)
        case(op, '$hollow', 0, group='empty', dtypes=('f32',))
        case(op, '$hollow', 1, group='empty', dtypes=('f32',))
        case(op, '$nans', 1, group='nan', grad=False)
        if op not in ('median', 'nanmedian'):
            case(op, '$ties', 1, group='ties')
        for name in ('ints:i32', 'bytes:u8', 'truths:bool'):
            case(op, f'${name}', 0, group='other dtypes')
        if op in MANY_DIMS:
            case(op, '$cube', [0, 2], group='several dims', second=smooth)
            case(op, '$cube', [-1, -2], group='several dims', **keep)
            case(op, '$cube', [0, 1, 2], group='several dims', dtypes=('f32',))
            case(op, '$cube.p', [0, 1], group='several dims', dtypes=('f32',))
    for op in ('sum', 'mean', 'prod'):
        case(op, '$ints:i32', dtype=torch.float64, group='dtype')
        case(op, '$real:f32', dtype=torch.float64, group='dtype')
        case(op, '$cube:f32', 1, dtype=torch.float64, keepdim=True, group='dtype')
    case('sum', '$truths:bool', dtype=torch.int32, group='dtype')
    case('sum', '$bytes:u8', dtype=torch.uint8, group='dtype')
    case('prod', '$zeros', 1, group='zeros')
    case('prod', '$zeros', 0, group='zeros')
    case('logsumexp', '$edge', 0, group='edges', grad=False)
    define('minus', [2, 2], [-INF, -INF, -INF, 1])
    define('huge', [2, 3], [1000, 1000, 999, -1000, -1001, -1000])
    case('logsumexp', '$minus', 1, group='edges')
    case('logsumexp', '$huge', 1, group='edges')
    for op in ('var', 'std', 'var_mean'):
        case(op, '$cube', unbiased=False, group='correction')
        case(op, '$cube', 1, unbiased=False, group='correction')
        case(op, '$cube', 1, correction=0, group='correction', second=True)
        case(op, '$cube', [0, 2], correction=2, keepdim=True, group='correction')
    case('var', '$scalar', group='0-dim', grad=False)
    for op in ('argmax', 'argmin'):
        case(op, '$cube', 0, keepdim=True, group='one dim')
        case(op, '$cube.p', group='layouts')
    for op in ('amax', 'amin'):
        case(op, '$ties', 1, keepdim=True, group='ties')
        case(op, '$ties', [0, 1], group='ties')
    for op in ('max', 'min'):
        case(op, '$real', '$other', group='two tensors')
        case(op, '$column', '$row', group='two tensors')
    case('aminmax', '$cube', dim=1, group='one dim', grad=False)
    case('aminmax', '$ties', dim=1, keepdim=True, group='one dim', grad=False)
    for p in (0, 1, 2, 3, 0.5, INF, -INF, 'fro'):
        case('norm', '$cube', p, group='p')
        case('norm', '$zeros', p, group='zeros', grad=p != 0.5)
        if p != 'fro':
            case('norm', '$cube', p, 1, group='p over a dim', second=p in (2, 3))
            case('norm', '$cube', p, [0, 2], keepdim=True, group='p over a dim')
            case('norm', '$zeros', p, 1, group='zeros', grad=p != 0.5)
            case('norm', '$ties', p, group='ties')
    case('norm', '$cube', 'fro', [1, 2], group='p over a dim')
    case('norm', '$cube', dim=1, group='p over a dim')
    case('norm', '$cube', p=1, dim=-1, keepdim=True, group='p over a dim')
    for op in ('cumsum', 'cumprod', 'logcumsumexp'):
        case(op, '$cube', 1, second=op != 'cumsum')
        case(op, '$cube', -1)
        case(op, '$real.t', 0, group='layouts', dtypes=('f32',))
        case(op, '$real.e', 1, group='layouts', dtypes=('f32',))
        case(op, '$scalar', 0, group='0-dim')
        case(op, '$hollow', 1, group='empty')
        case(op, '$zeros', 1, group='zeros', second=op == 'cumprod')
        case(op, '$nans', 1, group='nan', grad=False)
        for name in ('ints:i32', 'odds:u8', 'truths:bool'):
            case(op, f'${name}', 0, group='other dtypes')
        if op != 'logcumsumexp':
            case(op, '$ints:i32', 0, dtype=torch.float64, group='dtype')
    for op in ('cummax', 'cummin'):
        case(op, '$cube', 1)
        case(op, '$ties', 1, group='ties')
        case(op, '$nans', 1, group='nan', grad=False)
        case(op, '$ints:i32', 0, group='other dtypes')
    case('trace', '$real')
    case('dist', '$real', '$other', 2)
    case('diff', '$cube', group='values')


def ordering():
    case('median', '$real', 1, keepdim=True, group='one dim')
    case('mode', '$ties', 1)
    case('mode', '$ints:i32', group='other dtypes')
    case('kthvalue', '$cube', 2, 1)
    case('kthvalue', '$cube', 3, keepdim=True)
    case('kthvalue', '$real.t', 1, 0, group='layouts')
    case('kthvalue', '$ints:i32', 4, group='other dtypes')
    for descending in (False, True):
        case('sort', '$cube', 1, descending=descending)
        case('sort', '$cube', descending=descending)
        case('sort', '$ties', 1, descending=descending, stable=True, group='ties', forms='f')
        case('sort', '$nans', 1, descending=descending, stable=True, group='nan', grad=False)
        case('argsort', '$cube', -1, descending=descending)
        case('sort', '$ints:i32', descending=descending, group='other dtypes')
        case('sort', '$bytes:u8', descending=descending, group='other dtypes')
    case('sort', '$truths:bool', stable=True, group='other dtypes')
    case('sort', '$real.t', 0, group='layouts')
    case('sort', '$scalar', group='0-dim')
    case('sort', '$empty', group='empty')
    case('sort', '$hollow', 2, group='empty')
    for k in (1, 2):
        case('topk', '$cube', k)
        case('topk', '$cube', k, 1, largest=False)
    case('topk', '$real.t', 3, 0, group='layouts')
    case('topk', '$nans', 1, 0, group='nan', grad=False)
    case('topk', '$ints:i32', 3, group='other dtypes')
    case('unique', '$ties', grad=False)
    case('unique', '$ties', return_inverse=True, return_counts=True, grad=False)
    case('unique', '$ints:i32', group='other dtypes')
    case('unique', '$truths:bool', return_counts=True, group='other dtypes')
    case('msort', '$real.t')
    case('bincount', '$odds:i32', group='values')
    case('quantile', '$cube', 0.4)
    case('quantile', '$cube', 0.25, 1, keepdim=True)


# ---------------------------------------------------------------------------------------------------------------------
# Products of matrices, softmax.


def products():
    sizes = {'k': [4], 'mk': [3, 4], 'bmk': [2, 3, 4], 'abmk': [3, 1, 3, 4],
             'k2': [4], 'kn': [4, 2], 'bkn': [2, 4, 2], 'abkn': [1, 2, 4, 2]}
    for n, (name, shape) in enumerate(sizes.items()):
        count = math.prod(shape)
        define(name, shape, [((i * 37 + n * 13 + 5) % 41 - 20) / 8 for i in range(count)])
    for a in ('k', 'mk', 'bmk', 'abmk'):
        for b in ('k2', 'kn', 'bkn', 'abkn'):
            # How vectors and matrices are spread over batches, and so the last node, differs between versions.
            named = len(a) > 2 and b.endswith('kn') and b != 'kn' or len(a) < 3 and len(b) < 3 or len(a) > 2 and b == 'kn'
            case('matmul', f'${a}', f'${b}', group='ranks', named=named, second=(a, b) in (('mk', 'kn'), ('bmk', 'kn'), ('k', 'k2')))
    case('matmul', '$kn.t', '$mk.t', group='layouts')
    case('matmul', '$real.e', '$kn', group='layouts')
    case('matmul', '$bmk', '$bmk.mT', group='layouts')
    define('wide', [3, 8], [((i * 29 + 3) % 31 - 15) / 8 for i in range(24)])
    define('tall', [8, 4], [((i * 17 + 7) % 29 - 14) / 8 for i in range(32)])
    case('matmul', '$wide.s', '$tall.s', group='layouts')
    for name, shape in (('m0', [3, 0]), ('0n', [0, 2]), ('0k', [0, 4]), ('b0k', [0, 3, 4])):
        define(name, shape, [])
    case('matmul', '$m0', '$0n', group='empty')
    case('matmul', '$0k', '$kn', group='empty')
    case('matmul', '$b0k', '$kn', group='empty')
    case('matmul', '$empty', '$empty', group='empty')
    define('long', [7, 33], [((i * 37) % 101 - 50) / 16 for i in range(231)])
    define('deep', [33, 5], [((i * 53) % 97 - 48) / 16 for i in range(165)])
    case('matmul', '$long', '$deep', group='larger')
    case('matmul', '$ints:i32', '$divisors:i32', group='other dtypes')
    define('grid', [2, 3], [1, 2, 3, 4, 5, 6])
    case('matmul', '$grid:i32', '$grid.t:i32', group='other dtypes')
    case('mm', '$mk', '$kn', second=True)
    case('mm', '$kn.t', '$mk.t', group='layouts')
    case('bmm', '$bmk', '$bkn', second=True)
    case('bmm', '$b0k', '$b0k.mT', group='empty')
    case('mv', '$mk', '$k', second=True)
    case('mv', '$kn.t', '$k', group='layouts')
    case('dot', '$k', '$k2', second=True)
    case('dot', '$ints:i32', '$divisors:i32', group='other dtypes')
    case('outer', '$k', '$halves', second=True)
    case('outer', '$ones:i32', '$mixed:i32', group='other dtypes')
    define('mn', [3, 2], [0.5, -1.25, 2, 0.75, -0.3, 1.1])
    case('addmm', '$mn', '$mk', '$kn', second=True)
    case('addmm', '$mn.r', '$mk', '$kn', beta=0.5, alpha=-2, group='parameters')
    case('addmm', '$scalar', '$mk', '$kn', group='broadcast')
    case('addmv', '$halves', '$mk', '$k')
    case('baddbmm', '$mn', '$bmk', '$bkn')
    for equation, *operands in (
        ('ij,jk->ik', '$mk', '$kn'), ('bij,bjk->bik', '$bmk', '$bkn'), ('i,j->ij', '$k', '$halves'), ('ij->ji', '$mk'),
        ('ij->', '$mk'), ('ij->j', '$mk'), ('ij,ij->i', '$real', '$other'), ('i,i', '$k', '$k2'), ('...ij->...ji', '$bmk'),
        ('bij,kj->bik', '$bmk', '$real'), ('ij,j,k->ik', '$mk', '$k', '$halves'),
    ):
        case('einsum', equation, *operands, forms='f')
    define('square3', [3, 3], [0.5, -1.2, 2.3, 0.7, 1.9, -0.4, -2.1, 1.1, 0.2])
    case('einsum', 'ii->i', '$square3', forms='f')
    case('einsum', 'ii', '$square3', forms='f')
    case('kron', '$mn', '$mn')
    for op in ('softmax', 'log_softmax'):
        case(op, '$cube', 1, second=True)
        case(op, '$cube', -1)
        case(op, '$real.t', 0, group='layouts')
        case(op, '$real.e', 1, group='layouts')
        case(op, '$scalar', 0, group='0-dim')
        case(op, '$hollow', 1, group='empty')
        case(op, '$hollow', 0, group='empty')
        case(op, '$huge', 1, group='edges')
        case(op, '$minus', 0, group='edges', grad=False)
        case(op, '$minus', 1, group='edges', grad=False)
        case(op, '$nans', 1, group='edges', grad=False)
        case(op, '$ints:i32', 0, dtype=torch.float64, group='dtype')
        case(op, '$real:f32', 0, dtype=torch.float64, group='dtype')
    case('softmin', '$cube', 1)


# ---------------------------------------------------------------------------------------------------------------------
# Shapes, joining, indexing.

VIEW_CASES = [
    ('view', 6, 4), ('view', -1), ('view', [2, 12]), ('view', 2, -1, 2), ('reshape', [4, 6]), ('reshape', [-1, 8]),
    ('reshape', [24]), ('transpose', 0, 2), ('transpose', -1, 1), ('swapaxes', 0, 1), ('swapdims', 0, 1),
    ('permute', [2, 0, 1]), ('permute', [-1, -3, -2]), ('movedim', 0, 2), ('movedim', [0, 1], [2, 0]), ('moveaxis', 0, -1),
    ('flatten',), ('flatten', 1), ('flatten', 0, 1), ('flatten', -2, -1), ('unflatten', 2, [2, 2]),
    ('unflatten', 1, [3, -1]), ('narrow', 1, 1, 2), ('narrow', 2, -3, 2), ('select', 1, 2), ('select', -1, -1),
    ('split', 2, 1), ('split', [1, 3], 2), ('split', 5, 0), ('chunk', 2, 1), ('chunk', 3, 2), ('tensor_split', 3, 2),
    ('tensor_split', [1, 2], 1), ('unbind', 1), ('unbind',), ('diagonal',), ('diagonal', 1, 1, 2), ('diagonal', -1, 2, 0),
    ('unfold', 2, 2, 1), ('unfold', 1, 2, 2), ('unsqueeze', 0), ('unsqueeze', -1), ('unsqueeze', 2), ('squeeze',),
    ('squeeze', 1), ('mT',), ('T',), ('expand', 5, 2, 3, 4), ('expand', [2, -1, -1]), ('broadcast_to', [2, 2, 3, 4]),
]
COPY_CASES = [
    ('flip', [0]), ('flip', [0, -1]), ('fliplr',), ('flipud',), ('roll', 1, 1), ('roll', 5), ('roll', [1, -1], [0, 2]),
    ('rot90', 1, [0, 1]), ('rot90', -1, [1, 2]), ('rot90', 2, [0, 2]), ('repeat', 2, 1, 1, 2), ('repeat', [1, 2, 1]),
    ('repeat_interleave', 2, 1), ('repeat_interleave', 2), ('tile', [2, 1]), ('tile', [1, 2, 1, 1]), ('tril',), ('triu',),
    ('tril', 1), ('triu', -1), ('triu', 2), ('diag_embed',), ('clone',), ('contiguous',), ('ravel',),
]


def shapes():
    for op, *args in VIEW_CASES:
        forms = 'p' if op in ('T', 'mT') else 'm' if op in ('view', 'expand', 'unfold') else None
        case(op, '$cube', *args, group='views', forms=forms, strides=True)
    for op, *args in COPY_CASES:
        case(op, '$cube', *args, group='values', dtypes=('f32',))
        if op not in ('repeat', 'repeat_interleave', 'tile', 'roll', 'rot90', 'diag_embed'):
            case(op, '$cube.p', *args, group='layouts', dtypes=('f32',))
    for op, *args in (('view', 2, 3, 4), ('transpose', 0, 1), ('flip', [0]), ('roll', 1, 0), ('tril',), ('unsqueeze', 1)):
        for name in ('grid:i32', 'grid:u8', 'grid:bool'):
            case(op, f'${name}', *([3, 2] if op == 'view' else args), group='other dtypes')
    case('t', '$real', strides=True)
    case('t', '$row')
    case('t', '$scalar')
    case('T', '$real', forms='p', strides=True)
    case('squeeze', '$layer', strides=True, group='views')
    case('squeeze', '$layer', 1, strides=True, group='views')
    case('squeeze', '$layer', -2, group='views')
    case('squeeze', '$scalar', 0, group='0-dim')
    case('unsqueeze', '$scalar', 0, group='0-dim')
    case('unsqueeze', '$scalar', -1, group='0-dim')
    case('flatten', '$scalar', group='0-dim')
    case('reshape', '$scalar', [1, 1], group='0-dim')
    case('view', '$scalar', 1, group='0-dim', forms='m')
    case('view', '$row', 2, 2, group='views', forms='m', strides=True)
    case('reshape', '$real.t', [2, 6], group='layouts')
    case('reshape', '$real.e', [12], group='layouts')
    case('reshape', '$cube.p', [8, 3], group='layouts', strides=True)
    case('reshape', '$hollow', [3, 0], group='empty')
    case('view', '$hollow', 0, group='empty', forms='m')
    case('flatten', '$hollow', group='empty')
    case('expand', '$column', 3, 4, group='views', forms='m', strides=True)
    case('expand', '$column', -1, 2, group='views', forms='m', strides=True)
    case('expand', '$scalar', 2, 3, group='0-dim', forms='m', strides=True)
    case('expand', '$column', [2, 3, 4], group='views', forms='m', strides=True)
    case('expand_as', '$column', '$real', forms='m')
    case('broadcast_to', '$row', [3, 4], strides=True)
    case('broadcast_tensors', '$column', '$row', forms='f')
    case('broadcast_tensors', '$layer', '$column', '$scalar', forms='f')
    case('diagonal', '$real', strides=True)
    case('diagonal', '$real', 1, strides=True)
    case('diagonal', '$real', -2)
    case('diagonal', '$real.t', 1, group='layouts')
    case('diag', '$row')
    case('diag', '$row', 1)
    case('diag', '$real')
    case('diag', '$real', -1)
    case('diag_embed', '$real', 1)
    case('diag_embed', '$real', -1, 0, 2)
    case('meshgrid', '$row', '$halves', indexing='ij', forms='f')
    case('meshgrid', '$row', '$halves', indexing='xy', forms='f')
    case('tril', '$real.s', group='layouts')
    case('triu', '$real.e', group='layouts')
    case('atleast_1d', '$scalar', forms='f')
    case('atleast_2d', '$row', forms='f')
    case('cat', ['$real', '$other'])
    case('cat', ['$real', '$other.c'], 1)
    case('cat', ['$real', '$other', '$third'], -1)
    case('cat', ['$real.t', '$other.t'], group='layouts')
    case('cat', ['$real'], group='values')
    case('cat', ['$empty', '$row'], group='empty')
    case('cat', ['$real', '$empty'], group='empty')
    case('cat', ['$hollow', '$hollow'], 1, group='empty')
    case('cat', ['$halves:f32', '$ones:f64'], group='mixed gradients')
    for alias in ('concat', 'concatenate'):
        case(alias, ['$real', '$other'], group='alias', dtypes=('f32',))
    for dim in (0, 1, -1):
        case('stack', ['$real', '$other'], dim)
    case('stack', ['$scalar', '$scalar', '$scalar'], group='0-dim')
    case('stack', ['$real.t', '$other.t'], 1, group='layouts')
    case('stack', ['$ones:i32', '$mixed:u8'], group='promotion')
    for op in ('hstack', 'vstack', 'dstack', 'column_stack'):
        case(op, ['$real', '$other'])
        case(op, ['$row', '$row'])
        case(op, ['$scalar', '$scalar'], group='0-dim')
    case('pad', '$real', [1, 2], forms='f')
    case('pad', '$real', [1, 0, 0, 2], 'constant', 7.5, forms='f')
    case('pad', '$cube', [-1, 1], 'constant', -1, forms='f')
    case('pad', '$real.t', [1, 1], 'constant', 0, group='layouts', forms='f')
    case('pad', '$grid:i32', [1, 1], 'constant', 9, group='other dtypes', forms='f')


def indexing():
    define('g1', [3, 2], [0, 3, 1, 1, 2, 0])
    define('g0', [2, 4], [0, 2, 1, 0, 1, 1, 2, 2])
    define('src', [3, 2], [10.5, 20, -30, 40, 50, -60])
    define('i2', [2], [2, 0])
    define('i3', [3], [1, 1, -1])
    define('dup', [4], [0, 2, 2, 0])
    define('one', [], [1])
    define('flat', [2, 3], [0, 5, 11, -1, 5, 2])
    define('i22', [2, 2], [0, 1, 2, 0])
    define('pick', [3], [0, 3, 1])
    define('rows', [3], [1, 0, 1])
    define('block', [4, 4], [(i * 7 % 16) / 4 - 1.5 for i in range(16)])
    define('two', [2, 4], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8])
    case('gather', '$real', 1, '$g1:idx')
    case('gather', '$real', 0, '$g0:idx')
    case('gather', '$real.e', 1, '$g1:idx', group='layouts')
    case('gather', '$real', 0, '$0k:idx', group='empty')
    case('gather', '$grid:i32', 1, '$i22:idx', group='other dtypes')
    case('take_along_dim', '$real', '$g1:idx', 1)
    define('s1', [3, 2], [0, 3, 1, 2, 2, 0])
    case('scatter', '$real', 1, '$s1:idx', '$src')
    case('scatter', '$real', 1, '$s1:idx', 9.5)
    case('scatter', '$real', 1, '$g1:idx', '$src', reduce='add', group='reduce', grad=False)
    case('scatter', '$real', 1, '$g1:idx', '$src', reduce='multiply', group='reduce', grad=False)
    case('scatter', '$real.t', 0, '$s1.t:idx', '$src.t', group='layouts')
    case('scatter_add', '$real', 1, '$g1:idx', '$src')
    case('scatter_add', '$real', 0, '$g0:idx', '$two')
    for reduce in ('sum', 'prod', 'mean', 'amax', 'amin'):
        case('scatter_reduce', '$real', 1, '$g1:idx', '$src', reduce=reduce, forms='m', group='reduce')
    case('index_select', '$real', 0, '$i2:idx')
    case('index_select', '$real', 1, '$pick:idx')
    case('index_select', '$real.t', 0, '$dup:idx', group='layouts')
    case('index_select', '$row', 0, '$empty:idx', group='empty')
    case('index_add', '$real', 0, '$i2:idx', '$two')
    case('index_add', '$real', 0, '$i2:idx', '$two', alpha=-2, group='parameters')
    case('index_add', '$real', 0, '$dup:idx', '$block', group='repeated')
    case('index_copy', '$real', 0, '$i2:idx', '$two')
    case('index_fill', '$real', 0, '$i2:idx', -7.5)
    case('index_fill', '$real', 1, '$pick:idx', 2)
    case('masked_select', '$real', '$mask:bool')
    case('masked_select', '$real', '$maskrow:bool')
    case('masked_select', '$row', '$mask:bool')
    # Its gradient is in the wrong order in 1.13.
    case('masked_select', '$real.t', '$mask.t:bool', group='layouts', grad=False)
    case('masked_scatter', '$real', '$mask:bool', '$other')
    case('take', '$real', '$flat:idx')
    case('take', '$real.t', '$flat:idx', group='layouts')
    case('nonzero', '$zeros')
    case('nonzero', '$mask:bool')
    case('nonzero', '$ints:i32')
    case('nonzero', '$scalar')
    case('nonzero', '$empty')
    case('nonzero', '$zeros', as_tuple=True)
    case('argwhere', '$zeros')
    case('one_hot', '$pick:idx', forms='f')
    case('one_hot', '$pick:idx', 6, forms='f')
    case('one_hot', '$i22:idx', 3, forms='f')
    case('repeat_interleave', '$real', '$rows:idx', 0, group='tensor of repeats')
    s, e = slice, Ellipsis
    whole = s(None)
    plain = [
        [1], [-1], [1, 2], [0, s(1, 3)], [s(1, None)], [s(None, -1)], [whole, s(None, None, 2)], [s(0, 2), -1], [e, 0],
        [e, s(1, 3)], [0, e], [None], [whole, None], [e, None], [None, 1, None, s(2)], [s(5, 9)], [s(2, 1)], [e],
        [s(-2, None), s(-3, -1)], [s(0, 100)],
    ]
    for indices in plain:
        case('index', '$real', *indices, group='slices', forms='m', dtypes=('f32',), strides=True)
    for indices in ([1, whole, 2], [e, -1], [0, e, 1], [whole, 1], [whole, s(None, None, 2), s(1, None, 2)]):
        case('index', '$cube', *indices, group='slices', forms='m', dtypes=('f32',), strides=True)
    advanced = [
        ('$real', '$i2:idx'), ('$real', '$i3:idx'), ('$real', whole, '$pick:idx'), ('$real', '$rows:idx', '$pick:idx'),
        ('$real', '$i22:idx'), ('$real', '$mask:bool'), ('$real', whole, '$maskrow:bool'), ('$real', 1, '$pick:idx'),
        ('$real', s(1, 3), '$pick:idx'), ('$real', '$i2:idx', None), ('$real', None, '$i2:idx'), ('$cube', e, '$pick:idx'),
        ('$cube', '$rows:idx', whole, '$pick:idx'), ('$cube', whole, '$i2:idx', 1), ('$cube', 0, whole, '$pick:idx'),
        ('$cube', '$rows:idx', '$i3:idx'), ('$cube', whole, '$mask:bool'), ('$row', '$maskrow:bool'),
        ('$real', '$empty:idx'), ('$real.t', '$i2:idx'), ('$real', '$one:idx'),
    ]
    for x, *indices in advanced:
        case('index', x, *indices, group='tensors', forms='m')
    for indices, value in (
        ([1], 7.5), ([1], '$row'), ([whole, 2], '$scalar'), ([s(0, 2), s(1, 3)], 0), ([e], '$row'), ([e, 0], -1.5),
        ([whole, s(None, None, 2)], '$column'),
    ):
        case('index_put_', '$real', indices, value, group='slices', forms='m')
    for indices, value in (
        (['$i2:idx'], '$two'), (['$i2:idx'], 3.5), (['$mask:bool'], 0.5), (['$rows:idx', '$pick:idx'], '$halves'),
        ([whole, '$pick:idx'], '$column'), (['$maskfirst:bool'], '$row'), ([1, '$pick:idx'], '$halves'),
    ):
        if indices[0] == '$maskfirst:bool':
            define('maskfirst', [3], [1, 0, 1])
        case('index_put_', '$real', indices, value, group='tensors', forms='m')
    case('index_put_', '$real', ['$dup:idx'], '$block', accumulate=True, group='accumulate', forms='m')


def more():
    """Ops that are compositions of the others, or that read their inputs on the host."""
    define('image', [1, 2, 3, 4], [(i * 11 % 24) / 4 - 2.9 for i in range(24)])
    define('volume', [1, 2, 2, 2, 3], [(i * 7 % 24) / 4 - 2.9 for i in range(24)])
    define('runs', [8], [1, 1, 2, 2, 2, 1, 3, 3])
    define('pairs', [4, 2], [1, 2, 0, 3, 1, 2, 1, 1])
    define('steps', [5], [-1.5, 0, 0, 1.25, 3])
    define('zeroed', [3, 2], [0, 20, -30, 0, 0, -60])
    define('near', [2, 3], [0.5, 1.25, -2, 0.75, 3, -0.25])
    define('far', [2, 3], [2, -1, 0.5, 1, 1.5, -3])
    define('fractions', [3], [0.1, 0.5, 0.85])
    for sizes, mode, x in (
        ([1, 2], 'reflect', '$cube'), ([3, 0], 'reflect', '$real'), ([2, 1, 1, 2], 'reflect', '$cube'),
        ([1, 2, 2, 0], 'reflect', '$image'), ([1, 1, 1, 0, 0, 1], 'reflect', '$volume'),
        ([2, 5], 'replicate', '$cube'), ([1, 2, 3, 1], 'replicate', '$image'), ([-1, 2], 'replicate', '$real'),
        ([1, 1, 2, 0, 1, 3], 'replicate', '$volume'),
        ([1, 4], 'circular', '$cube'), ([1, 2, 3, 1], 'circular', '$image'),
        ([-1, 2], 'circular', '$cube'), ([1, 2, 0, 1, 2, 1], 'circular', '$volume'),
    ):
        case('pad', x, sizes, mode, group=mode, forms='f', named=mode != 'circular')
    for reduce in ('sum', 'prod', 'mean', 'amax', 'amin'):
        case('scatter_reduce', '$real', 1, '$g1:idx', '$src', reduce=reduce, include_self=False, forms='m', group='without self')
        case('scatter_reduce', '$real', 1, '$g1:idx', '$src', reduce=reduce, forms='m', group='second', second=True, dtypes=('f64',))
        case('scatter_reduce', '$real', 1, '$g1:idx', '$zeroed', reduce=reduce, forms='m', group='zeros')
        case('scatter_reduce', '$grid:i32', 1, '$i22:idx', '$grid:i32', reduce=reduce, forms='m', group='other dtypes')
    case('masked_scatter', '$real', '$maskrow:bool', '$other', group='broadcast', second=True)
    case('masked_scatter', '$real.t', '$mask.t:bool', '$other', group='layouts', grad=False)
    for q in (0, 1, 0.37):
        for interpolation in ('linear', 'lower', 'higher', 'midpoint', 'nearest'):
            case('quantile', '$cube', q, -1, interpolation=interpolation, group='interpolation')
    for op in ('quantile', 'nanquantile'):
        case(op, '$cube', '$fractions', 1, group='vector of q')
        case(op, '$cube', '$fractions', group='vector of q', keepdim=True)
        case(op, '$cube', '$fractions', 0, group='vector of q', keepdim=True)
        case(op, '$scalar', 0.3, group='0-dim')
        case(op, '$real.t', 0.3, 0, group='layouts')
        case(op, '$nans', 0.4, 1, group='nan', grad=False)
        case(op, '$nans', 0.4, group='nan', grad=False)
    case('diff', '$cube', 2)
    case('diff', '$cube', 1, 0)
    case('diff', '$real', 9, 1, group='empty')
    case('diff', '$real', prepend='$column', append='$column', group='parameters', second=True)
    case('diff', '$truths:bool', group='other dtypes')
    case('diff', '$ints:i32', group='other dtypes')
    case('unique', '$pairs', dim=0, return_inverse=True, return_counts=True, grad=False, group='dim')
    case('unique', '$pairs', dim=1, return_inverse=True, grad=False, group='dim')
    case('unique', '$empty', return_inverse=True, return_counts=True, grad=False, group='empty')
    case('unique_consecutive', '$runs', grad=False)
    case('unique_consecutive', '$runs:i32', return_inverse=True, return_counts=True, grad=False)
    case('unique_consecutive', '$pairs', dim=0, return_counts=True, grad=False, group='dim')
    case('bincount', '$odds:i32', minlength=14, group='parameters')
    case('bincount', '$runs:i32', group='values')
    define('eight', [8], [0.5, 1, -2, 0.25, 4, 1, 1, 2])
    case('bincount', '$runs:i32', '$eight', grad=False, group='weights')
    case('histc', '$cube', grad=False)
    case('histc', '$cube', 5, grad=False)
    case('histc', '$cube', bins=4, min=-1, max=2, grad=False)
    case('histc', '$scalar', 3, grad=False, group='0-dim')
    for right in (False, True):
        case('searchsorted', '$steps', '$real', right=right, forms='f', grad=False)
        case('searchsorted', '$real', '$column', right=right, forms='f', grad=False, group='rows')
        case('bucketize', '$cube', '$steps', right=right, forms='f', grad=False)
    case('searchsorted', '$steps', 0.0, forms='f', grad=False, group='0-dim')
    case('isin', '$ties', '$steps', forms='f', grad=False)
    case('isin', '$ties', '$steps', invert=True, forms='f', grad=False)
    case('gcd', '$ints:i32', '$ints:i32', group='zeros')
    case('lcm', '$bytes:u8', '$bytes:u8', group='other dtypes')
    case('nanmedian', '$cube', 0, group='second', second=True)
    case('trace', '$grid:i32', group='other dtypes')
    case('trace', '$real', group='second', second=True)
    case('kron', '$mn', '$k', group='ranks', second=True)
    case('kron', '$row', '$halves', group='ranks')
    case('kron', '$scalar', '$mn', group='ranks')
    case('inner', '$k', '$k2')
    case('inner', '$mk', '$k', second=True)
    case('inner', '$mk', '$bmk')
    case('inner', '$scalar', '$mk', group='0-dim')
    case('cross', '$near', '$far', second=True)
    case('cross', '$column', '$column', 0, group='dim')
    case('cross', '$real', '$other', 0, group='dim')
    case('tensordot', '$mk', '$kn', 1, forms='f', second=True)
    case('tensordot', '$mk', '$mk', forms='f')
    case('tensordot', '$bmk', '$mk', [[2, 1], [1, 0]], forms='f')
    case('tensordot', '$k', '$halves', 0, forms='f')
    define('couple', [2], [0.75, -1.5])
    case('addr', '$mn', '$halves', '$couple', second=True)
    case('addr', '$mn', '$halves', '$couple', beta=0.5, alpha=-2, group='parameters')
    case('matrix_power', '$square3', 0, named=False)
    case('matrix_power', '$square3', 1)
    case('matrix_power', '$square3', 3, named=False)
    case('matrix_power', '$square3', 6, named=False)
    case('cov', '$real', named=False, second=True)
    case('cov', '$real', correction=0, named=False)
    case('cov', '$row', named=False)
    case('corrcoef', '$real', named=False)
    case('corrcoef', '$row', named=False)
    case('trapezoid', '$real', forms='f', named=False)
    case('trapezoid', '$real', dx=0.5, dim=0, forms='f', named=False)
    case('trapezoid', '$real', '$row', forms='f', named=False, second=True)
    case('trapezoid', '$real', '$third', forms='f', named=False)
    # A node of its own in 1.13, a composition in 2.
    case('diagflat', '$row', named=False)
    case('diagflat', '$halves', 1, named=False)
    case('block_diag', '$mn', '$row', '$scalar', forms='f', named=False)
    case('cartesian_prod', '$row', '$halves', forms='f')
    case('cartesian_prod', '$row', forms='f', named=False)
    case('select_scatter', '$real', '$row', 0, 1)
    case('slice_scatter', '$real', '$src', 1, 1, 3)
    case('diagonal_scatter', '$real', '$halves')
    case('split_with_sizes', '$real', [1, 3], 1)
    case('hsplit', '$real', 2)
    case('hsplit', '$row', [1, 3])
    case('vsplit', '$real', 3)
    case('dsplit', '$cube', [1, 3])
    case('adjoint', '$cube', named=False)
    for equation, operands in (
        ('...', ['$cube']), ('i...->...', ['$cube']), ('...i,i', ['$cube', '$row']), ('ij,jk,kl', ['$mk', '$kn', '$mn.t']),
        ('bi,i,b->b', ['$real', '$row', '$halves']), ('iij->ij', ['$diagonals']), ('ij,ij', ['$real', '$other']),
        ('b...k,bk->...b', ['$bmk', '$pair4']), (' i j , j -> i ', ['$mk', '$k']), (',', ['$scalar', '$scalar']),
    ):
        if '$diagonals' in operands:
            define('diagonals', [2, 2, 3], [(i * 5 % 12) / 4 - 1.2 for i in range(12)])
        if '$pair4' in operands:
            define('pair4', [2, 4], [(i * 5 % 8) / 4 - 0.7 for i in range(8)])
        case('einsum', equation, *operands, group='equations', forms='f', second=True, named=False)


def breadth():
    """Distances, norms held down, sums of batches, flat places."""
    define('points', [2, 3], [0.5, -1.2, 2.3, 0.7, 1.9, -0.4])
    # The second is one of `points`, the third differs from one in a single coordinate.
    define('others', [4, 3], [1.1, 0.3, -0.9, 0.7, 1.9, -0.4, 0.5, -1.2, 1.8, -2.2, 0.6, 1.4])
    define('groups', [2, 1, 2, 3], [(i * 7 % 12) / 4 - 1.3 for i in range(12)])
    define('many', [30, 3], [((i * 37) % 101 - 50) / 16 for i in range(90)])
    for p in (0, 0.5, 1, 1.5, 2, 3, INF):
        # 1.13 has no second gradient, and at a p below 2 an infinite one where coordinates are equal.
        case('cdist', '$points', '$others', p, forms='f', group='p', grad=p != 0.5)
        case('pdist', '$others', p, forms='f', group='p', grad=p != 0.5)
    case('cdist', '$points', '$others', forms='f')
    case('cdist', '$groups', '$others', forms='f', group='broadcast')
    case('cdist', '$points.t', '$points.t', forms='f', group='layouts')
    case('cdist', '$many', '$others', forms='f', group='by a product', named=False)
    case('cdist', '$points', '$others', compute_mode='use_mm_for_euclid_dist', forms='f', group='by a product', named=False)
    case('cdist', '$many', '$others', compute_mode='donot_use_mm_for_euclid_dist', forms='f', group='by differences')
    for a, b in (('$m0', '$m0'), ('$0n', '$src'), ('$src', '$0n')):
        case('cdist', a, b, forms='f', group='empty')
    case('pdist', '$points.r', forms='f', group='empty')
    for p in (1, 2, 3, 0.5, INF):
        case('renorm', '$real', p, 0, 2.5, group='p', second=p == 2)
    case('renorm', '$cube', 2, 1, 3)
    case('renorm', '$cube', 2, -1, 100)
    case('renorm', '$real.t', 2, 0, 1, group='layouts')
    case('renorm', '$zeros', 2, 0, 1, group='zeros')
    case('addbmm', '$mn', '$bmk', '$bkn', second=True)
    case('addbmm', '$mn.r', '$bmk', '$bkn', beta=0.5, alpha=-2, group='parameters')
    case('addbmm', '$scalar', '$bmk', '$bkn', beta=0, group='parameters')
    for x in ('$row', '$ones:i32', '$ones:u8', '$empty', '$truths:bool'):
        case('vander', x, forms='f', named=False)
        case('vander', x, increasing=True, forms='f', named=False)
    for N in (0, 1, 2, 6):
        case('vander', '$row', N, forms='f', group='N', named=False, second=N == 6)
    case('cumulative_trapezoid', '$real', forms='f', named=False)
    case('cumulative_trapezoid', '$real', dx=0.5, dim=0, forms='f', named=False)
    case('cumulative_trapezoid', '$real', '$row', forms='f', named=False, second=True)
    case('cumulative_trapezoid', '$real', '$third', forms='f', named=False)
    case('cumulative_trapezoid', '$ones:i32', forms='f', named=False)
    case('fill', '$real', 2.5, forms='f')
    case('fill', '$real', '$scalar', forms='f')
    case('fill', '$ones:i32', 7, forms='f')
    define('spots', [2, 2], [0, -1, 5, 3])
    define('again', [2, 2], [0, 5, 5, 0])
    define('four', [2, 2], [10.5, -20, 30.25, 40])
    case('put', '$real', '$spots:idx', '$four')
    case('put', '$real', '$again:idx', '$four', accumulate=True, group='accumulate')
    case('put', '$real.t', '$spots:idx', '$four', group='layouts')
    case('float_power', '$real:f64', 2, group='in place')
    for op in ('index_add', 'scatter_add', 'put'):
        rest = {'index_add': (0, '$dup:idx', '$truths:bool'), 'scatter_add': (0, '$dup:idx', '$truths:bool'),
                'put': ('$dup:idx', '$truths:bool', True)}[op]
        case(op, '$doubts:bool', *rest, group='truth values')
    for x in ('real:f32', 'ints:i32', 'truths:bool'):
        case('type', f'${x}', forms='m')
        case('type', f'${x}', torch.float64, forms='m')
        case('is_signed', f'${x}', forms='fm')


def numbers():
    """Where numbers were wrong: steep exponentials, ties, factors and ranges of integers, wrapped diagonals."""
    define('steep', [2, 3], [100, 1, 90, 1e4, 1e4, 9990])
    # In float32 the saved sum has too few digits.
    case('logcumsumexp', '$steep', 1, dtypes=('f64',), group='steep', second=True)
    case('logcumsumexp', '$steep', 0, dtypes=('f64',), group='steep')
    define('corners', [2, 3], [3, -3, 1, 2, 2, 2])
    define('origin', [2, 3], [0, 0, 0, 1, 0, 1])
    case('cdist', '$corners', '$origin', INF, forms='f', group='ties')
    case('pdist', '$corners', INF, forms='f', group='ties')
    define('square2', [2, 2], [1, 2, 3, 4])
    define('rows2', [2], [0, 1])
    define('batch2', [1, 2, 2], [1, 2, 3, 4])
    define('whole2', [2], [3, -5])
    for options in ({'alpha': 1.5}, {'beta': 2.9}, {'alpha': -1.5, 'beta': -0.5}):
        for dtype in ('i32', 'u8'):
            m, v, b = f'$square2:{dtype}', f'$whole2:{dtype}', f'$batch2:{dtype}'
            case('addmm', m, m, m, group='whole factors', **options)
            case('baddbmm', b, b, b, group='whole factors', **options)
            case('addbmm', m, b, b, group='whole factors', **options)
            if dtype == 'i32':
                case('addmv', v, m, v, group='whole factors', **options)
    for value in (1.5, 3.14, -0.9):
        case('addcmul', '$square2:i32', '$square2:i32', '$square2:i32', value=value, group='whole factors')
        case('index_add', '$square2:i32', 0, '$rows2:idx', '$square2:i32', alpha=value, group='whole factors')
    for args in ([0.1, -7.9, -4], [1.7, 5.2, 1.2], [-1.5, 3, 1], [0, 10, 2.9]):
        for dtype in (torch.int32, torch.uint8):
            case('arange', *args, dtype=dtype, group='whole', forms='f', grad=False)
    for args in ([0.9, 5.9, 4], [-1.5, 3.5, 3], [5.5, -2.5, 5]):
        case('linspace', *args, dtype=torch.int32, group='whole', forms='f', grad=False)
    case('logspace', 0.3, 1.9, 4, dtype=torch.int32, group='whole', forms='f', grad=False)
    define('single1', [2, 1], [1.5, -2])
    define('single2', [3, 4], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    case('tensordot', '$single1', '$single2', 1, forms='f', group='of size 1', named=False)
    define('tower', [7, 3], list(range(21)))
    define('tensor3', [2, 2, 2], list(range(8)))
    case('fill_diagonal_', '$tower', 0.5, forms='m', group='wrapped', named=False)
    case('fill_diagonal_', '$tower', 0.5, True, forms='m', group='wrapped', named=False)
    case('fill_diagonal_', '$real', 0.5, True, forms='m', group='wrapped', named=False)
    case('fill_diagonal_', '$tensor3', 0.5, forms='m', group='wrapped', named=False)


def linear_algebra():
    """Factors of matrices, and norms of them."""
    define('regular', [3, 3], [2.5, -1.2, 0.3, 0.7, 1.9, -0.4, -2.1, 1.1, 3.2])
    define('definite', [3, 3], [4, 1.2, -0.6, 1.2, 3, 0.5, -0.6, 0.5, 2])
    define('several', [2, 2, 2], [1.5, -0.5, 0.25, 2, -1, 0.75, 2.5, 1])
    define('definites', [2, 2, 2], [2, 0.5, 0.5, 1, 3, -1, -1, 2])
    define('singular', [2, 2], [1, 2, 2, 4])
    define('right', [3, 2], [0.5, -1.25, 2, 0.75, -0.3, 1.1])
    define('vectors', [2, 2], [0.5, -1, 2, 0.25])
    define('nothing', [0, 0], [])
    for op in ('det', 'slogdet', 'logdet', 'inverse'):
        for x in ('$regular', '$several', '$regular.t', '$nothing'):
            # The determinant of negative sign has no logarithm, and NaN as its gradient.
            case(op, x, grad=op != 'logdet' or x != '$several', second=x == '$regular')
    case('det', '$singular')
    case('slogdet', '$singular', grad=False)
    for op in ('linalg.det', 'linalg.slogdet', 'linalg.inv'):
        case(op, '$several', forms='f')
    # Its own node in 1.13.
    case('cholesky', '$definite', named=False)
    case('cholesky', '$definite', True, named=False)
    for x in ('$definite', '$definites', '$definite.t', '$nothing'):
        case('linalg.cholesky', x, forms='f', second=x == '$definite')
    case('linalg.cholesky', '$definites', upper=True, forms='f', named=False)
    for a, b in (('$regular', '$right'), ('$regular', '$halves'), ('$several', '$vectors'), ('$several', '$several'),
                 ('$nothing', '$0n')):
        case('linalg.solve', a, b, forms='f', second=b == '$right')
    case('linalg.solve', '$regular', '$right.t', left=False, forms='f', named=False)
    case('linalg.multi_dot', ['$mk', '$kn', '$mn.t'], forms='f', second=True)
    case('linalg.multi_dot', ['$k', '$kn', '$couple'], forms='f')
    case('linalg.multi_dot', ['$mk', '$kn', '$mn.t', '$mk'], forms='f')
    case('chain_matmul', '$mk', '$kn', '$mn.t', forms='f', named=False)
    for ord in (None, 1, INF, -INF, 'fro'):
        case('linalg.norm', '$real', ord, forms='f')
    case('linalg.norm', '$row', 3, forms='f')
    case('linalg.norm', '$cube', 1, 2, forms='f')
    case('linalg.norm', '$cube', 1, [0, 2], keepdim=True, forms='f', named=False)
    case('linalg.norm', '$cube', dim=1, forms='f')
    case('linalg.vector_norm', '$cube', 3, [0, 2], forms='f')
    case('linalg.vector_norm', '$real:f32', dtype=torch.float64, forms='f')
    for ord in ('fro', 1, -1, INF, -INF):
        case('linalg.matrix_norm', '$cube', ord, forms='f', named=False)
        case('linalg.matrix_norm', '$cube', ord, [2, 0], keepdim=True, forms='f', named=False)
    case('matrix_power', '$regular', -1, group='of the inverse', named=False)
    case('matrix_power', '$regular', -3, group='of the inverse', named=False)
    case('linalg.diagonal', '$cube', offset=1, forms='f')
    case('linalg.vecdot', '$cube', '$row', forms='f')


def creation():
    f = {'forms': 'f', 'grad': False}
    for op in ('zeros', 'ones'):
        case(op, 2, 3, **f)
        case(op, [2, 3], **f)
        case(op, [], **f)
        case(op, 0, **f)
        for dtype in DTYPES.values():
            case(op, 2, dtype=dtype, group='dtype', **f)
        case(f'{op}_like', '$real:f64', **f)
        case(f'{op}_like', '$ints:i32', **f)
        case(f'{op}_like', '$real:f32', dtype=torch.int32, group='dtype', **f)
        case(f'{op}_like', '$real.t:f32', group='layouts', **f)
    case('full', [2, 2], 3.5, **f)
    case('full', [], 3.5, **f)
    case('full', [2], 3, dtype=torch.int32, group='dtype', **f)
    case('full', [2], 3, dtype=torch.float64, group='dtype', **f)
    case('full', [2], True, **f)
    case('full_like', '$real:f64', 2.5, **f)
    case('full_like', '$ints:i32', 2, **f)
    case('eye', 3, **f)
    case('eye', 2, 3, **f)
    case('eye', 3, 2, dtype=torch.int32, **f)
    case('eye', 0, **f)
    for args in ([5], [0], [1, 5], [1, 6, 2], [1, 7, 2], [5, 1, -1], [5, 0, -2], [-2, 2]):
        case('arange', *args, group='integers', **f)
    for args in ([2.5], [0, 1, 0.25], [1.5, 4], [0, 1, 0.1], [1, 0, -0.3], [0.5, 0.5]):
        case('arange', *args, group='floats', **f)
        case('arange', *args, dtype=torch.float64, group='floats', **f)
    case('arange', 4, dtype=torch.float32, group='dtype', **f)
    case('arange', 1, 2.5, 0.5, dtype=torch.float64, group='dtype', **f)
    case('arange', 3, dtype=torch.uint8, group='dtype', **f)
    for args in ([0, 1, 5], [0, 1, 11], [-3, 3, 7], [1, 0, 4], [2, 2, 3], [0, 1, 1], [0, 1, 0], [1.5, -2.5, 6]):
        for dtype in (torch.float32, torch.float64):
            case('linspace', *args, dtype=dtype, **f)
    case('linspace', 0, 10, 5, dtype=torch.int32, **f)
    for args in ([0, 2, 3], [-1, 1, 5], [0, 1, 1]):
        case('logspace', *args, dtype=torch.float64, **f)
    case('logspace', 0, 4, 5, base=2, **f)
    for op in ('tril_indices', 'triu_indices'):
        case(op, 3, 3, **f)
        case(op, 3, 4, 1, **f)
        case(op, 4, 2, -1, **f)
    nested = ([[1, 2], [3, 4]], 'f32'), ([1.5, -2], 'f32'), (2.5, 'f32'), ([True, False], None), (True, None), ([], None), \
        ([[], []], None), ([[[1.5]]], None)
    for value, short in nested:
        case('tensor', value, **({'dtype': DTYPES[short]} if short else {}), **f)
        for dtype in DTYPES.values():
            case('tensor', value, dtype=dtype, group='dtype', **f)
    case('tensor', [1.7, -1.7, 2.5], dtype=torch.int32, group='dtype', **f)
    case('tensor', [1e-50, 1e39, 0.1], group='rounding', **f)
    case('scalar_tensor', 2.5, **f)
    for op, args in (('new_zeros', [[2, 3]]), ('new_ones', [[2]]), ('new_full', [[2], 3]), ('new_tensor', [[1, 2]])):
        for name in ('real:f64', 'ints:i32'):
            case(op, f'${name}', *args, forms='m', grad=False)


# Ops whose in-place form is replayed on the cases that keep shape and dtype.
def in_place():
    for op, entry in OPS.items():
        if hasattr(torch.Tensor, f'{op}_') and 'm' in entry['f']:
            entry['i'] = 1


def main():
    for part in (unary, binary, ternary, promotion, reductions, ordering, products, shapes, indexing, more, breadth, linear_algebra, numbers, creation):
        part()
    in_place()
    inputs = {name: [shape, argument_values(values)] for name, (shape, values) in INPUTS.items()}
    views = {name: argument(steps) for name, steps in VIEWS.items()}
    write('ops', {'inputs': inputs, 'views': views, **{f'op {name}': entry for name, entry in OPS.items()}})
    nulls = {name: str(entry).count('None') for name, entry in OPS.items()}
    print('ops:', len(OPS), 'cases:', sum(len(g) for e in OPS.values() for g in e['groups'].values()))
    print('not compared:', {name: count for name, count in nulls.items() if count})
    for message, groups in DROPPED.items():
        print('left out', len(groups), message)


def argument_values(values):
    return [result(float(v)) if isinstance(v, float) else int(v) for v in values]


if __name__ == '__main__':
    main()
