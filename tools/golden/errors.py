"""Golden errors: what PyTorch says to common mistakes, type and text.

Run `/usr/bin/python3 tools/golden/errors.py` with PyTorch 1.13; it writes packages/core/test/golden/errors.json, which
packages/core/test/golden-errors.test.ts replays. `says` holds PyTorch 2's text where it is another; texts that name
int64 name int32, which takes its place in chainrule.
"""

import math
import warnings

import torch
import torch.nn.functional as F

from golden import DTYPES, SHORT, argument, write

warnings.filterwarnings('ignore')

CASES = {}


class Input:
    """A tensor, written into the file as {"tensor": [shape, dtype, values]}; int64 is for indices alone."""

    def __init__(self, *shape, dtype='f32', values=None):
        self.shape, self.dtype = list(shape), dtype
        self.values = [1] * math.prod(shape) if values is None else values

    def tensor(self):
        dtype = torch.int64 if self.dtype == 'idx' else DTYPES[self.dtype]
        return torch.tensor(self.values, dtype=dtype).reshape(self.shape)

    def encoded(self):
        return {'tensor': [self.shape, self.dtype, self.values]}


class View:
    """A view of an input: method and arguments."""

    def __init__(self, x, method, *args):
        self.x, self.method, self.args = x, method, args

    def tensor(self):
        return getattr(self.x.tensor(), self.method)(*self.args)

    def encoded(self):
        return {'view': [self.x.encoded(), self.method, *self.args]}


def T(*shape, dtype='f32'):
    return Input(*shape, dtype=dtype)


def I(*values, dtype='idx'):
    return Input(len(values), dtype=dtype, values=list(values))


def build(value):
    if isinstance(value, (Input, View)):
        return value.tensor()
    return [build(item) for item in value] if isinstance(value, list) else value


def encode(value):
    if isinstance(value, (Input, View)):
        return value.encoded()
    return [encode(item) for item in value] if isinstance(value, list) else argument(value)


def setitem(x, indices, value):
    x[tuple(indices)] = value


PYTHON = {
    # Python's own call leaves the step undefined in 1.13.
    'slice_scatter': torch.ops.aten.slice_scatter,
    'index': lambda x, *indices: x[tuple(indices)],
    'index_put_': setitem,
    'mT': lambda x: x.mT,
    'iterate': lambda x: list(x),
    'one_hot': F.one_hot,
    'pad': F.pad,
    'glu': F.glu,
}


def invoke(op, method, args, options):
    if op in PYTHON:
        return PYTHON[op](*args, **options)
    if op.startswith('linalg.'):
        return getattr(torch.linalg, op[7:])(*args, **options)
    return getattr(args[0], op)(*args[1:], **options) if method else getattr(torch, op)(*args, **options)


def error(op, *args, says=None, kind=None, either=None, **options):
    """One mistake: `.name` is the method, `name` the function.

    `says` and `kind` are what PyTorch 2 says in another text or type than 1.13; `either` is a text that is right as well.
    """
    method = op.startswith('.')
    name = op.lstrip('.')
    try:
        invoke(name, method, [build(arg) for arg in args], options)
    except Exception as raised:  # noqa: BLE001: whatever PyTorch raises is the golden value
        old_kind, old_text = type(raised).__name__, str(raised).split('\nException raised')[0]
    else:
        if says is None:
            raise AssertionError(f'{op}{args} raised nothing')
        old_kind, old_text = kind, None
    if says is not None and says == old_text:
        print('the same as in 1.13:', name, says)
    record = {'a': [encode(arg) for arg in args], **({'o': argument(options)} if options else {}),
              **({'m': 1} if method else {}), 'error': kind or old_kind,
              'message': {'any': [says or old_text, either]} if either else says or old_text}
    CASES.setdefault(name, []).append(record)


def elementwise():
    for op in ('add', 'mul', 'div', 'pow', 'maximum', 'atan2', 'eq', 'lt'):
        error(op, T(2), T(3))
        error(f'.{op}', T(2, 3), T(2, 2))
    error('add', T(2, 3, 4), T(2, 1))
    error('add', T(4, 3), T(4))
    error('where', T(2, dtype='bool'), T(3), T(3))
    error('where', T(2), T(2), T(2))
    error('lerp', T(2), T(2, dtype='f64'), 0.5)
    error('sub', T(2, dtype='bool'), T(2, dtype='bool'))
    error('sub', T(2, dtype='bool'), T(2))
    error('rsub', T(2, dtype='bool'), 1)
    error('neg', T(2, dtype='bool'))
    error('relu', T(2, dtype='bool'))
    for op in ('bitwise_and', 'bitwise_or', 'bitwise_xor', 'bitwise_not'):
        error(op, *([T(2)] if op == 'bitwise_not' else [T(2), T(2)]))
    error('pow', T(2, dtype='i32'), -1)
    error('.floor_divide', T(2, dtype='i32'), Input(2, dtype='i32', values=[1, 0]))
    error('.remainder', T(2, dtype='i32'), 0)
    error('.fmod', T(2, dtype='i32'), 0)
    error('clamp', T(2))
    error('div', T(2), T(2), rounding_mode='round')
    for op in ('add_', 'mul_', 'div_', 'sub_'):
        error(f'.{op}', T(2), T(2, 2))
    error('.add_', T(2), T(3))
    error('.add_', T(2, dtype='i32'), T(2))
    error('.add_', T(2, dtype='i32'), 1.5)
    error('.mul_', T(2, dtype='bool'), 2)
    error('.div_', T(2, dtype='i32'), 2)
    error('.sqrt_', T(2, dtype='i32'))
    error('.exp_', T(2, dtype='bool'))
    error('.mul_', T(2, dtype='u8'), T(2, dtype='f64'))
    error('.copy_', T(3), T(2))
    error('.fill_', T(3), T(2))
    error('.add_', View(T(1), 'expand', 3), 1)
    error('.masked_fill', T(3), T(3), 1, kind='RuntimeError', says='masked_fill only supports boolean masks, '
          'but got mask with dtype float', either='masked_fill_ only supports boolean masks, but got mask with dtype float')
    error('.masked_fill', T(3), T(2, dtype='bool'), 1)
    error('addcmul', T(2), T(3), T(3))
    error('isclose', T(2), T(2, dtype='f64'))
    error('isclose', T(2), T(2), rtol=-1)


def reductions():
    for dtype in ('i32', 'bool'):
        error('mean', T(2, dtype=dtype))
    error('.mean', T(2, dtype='u8'), 0)
    for op in ('var', 'std'):
        error(op, T(2, dtype='i32'))
    for op in ('sum', 'mean', 'prod', 'max', 'amax', 'argmax', 'all', 'any', 'cumsum', 'cumprod', 'softmax', 'log_softmax',
               'logsumexp', 'sort', 'var', 'median', 'norm'):
        if op == 'norm':
            error(op, T(2, 3), 2, 2)
        else:
            error(op, T(2, 3), 2)
            error(f'.{op}', T(2, 3), -3)
    error('sum', Input(), 1)
    error('max', Input(), -2)
    for op in ('sum', 'mean', 'amax', 'var', 'logsumexp'):
        error(op, T(2, 3), [0, 0])
        error(op, T(2, 3), [1, -1])
    for op in ('max', 'min', 'argmax', 'argmin'):
        error(op, T(0))
        error(op, T(2, 0), 1)
    for op in ('amax', 'amin'):
        error(op, T(0))
        error(op, T(2, 0), 1)
    error('aminmax', T(0))
    error('median', T(2, 0), 1)
    error('norm', T(2, dtype='i32'), says='linalg.vector_norm: Expected a floating point or complex tensor as input. Got Int')
    error('topk', T(3), 4)
    error('kthvalue', T(3), 4)
    error('kthvalue', T(3), 0)
    for op in ('max', 'min'):
        error(op, T(2), T(3))


def breadth():
    error('cdist', T(3), T(2, 3))
    error('cdist', T(2, 3), T(3))
    error('cdist', T(2, 3), T(2, 4))
    error('cdist', T(2, 3), T(2, 3), p=-1)
    error('cdist', T(2, 3, dtype='i32'), T(2, 3))
    error('cdist', T(2, 3), T(4, 3), compute_mode='fast')
    error('cdist', T(5, 2, 3), T(3, 4, 3))
    error('pdist', T(4))
    error('pdist', T(4, 3), -1)
    error('renorm', T(3), 2, 0, 1)
    error('renorm', T(3, 4), -2, 0, 1)
    error('renorm', T(3, 4), 2, 0, -1)
    error('renorm', T(3, 4), 2, 5, 1)
    error('renorm', T(3, 4, dtype='i32'), 2, 0, 1)
    error('addbmm', T(3, 5), T(2, 3, 4), T(2, 3, 5))
    error('addbmm', T(3, 5), T(1, 3, 4), T(2, 4, 5))
    error('addbmm', T(3, 6), T(2, 3, 4), T(2, 4, 5))
    error('vander', T(3, 2))
    error('vander', T(3), -1)
    error('.float_power_', T(3), 2)
    error('put', T(3), I(0, 1), I(0, 1))
    error('put', T(3), I(0, 3), T(2))
    error('put', T(3), I(0, -1), T(1))
    error('put', T(3), T(2), T(2))
    error('cumulative_trapezoid', T(3, dtype='bool'))


def linear_algebra():
    flat, zeros = T(2, 3), Input(2, 2, values=[1, 2, 2, 4])
    for op in ('det', 'slogdet', 'logdet', 'inverse'):
        error(op, flat)
        error(op, T(3))
    error('det', T(2, 2, dtype='i32'))
    error('linalg.inv', zeros, kind='LinAlgError')
    error('linalg.inv', Input(2, 2, 2, values=[1, 0, 0, 1, 1, 1, 1, 1]), kind='LinAlgError')
    error('linalg.cholesky', Input(2, 2, values=[-1, 0, 0, 1]), kind='LinAlgError')
    error('linalg.cholesky', Input(2, 2, 2, values=[1, 0, 0, 1, 1, 0, 0, -1]), kind='LinAlgError')
    error('linalg.cholesky', flat)
    error('linalg.solve', zeros, T(2), kind='LinAlgError')
    error('linalg.solve', T(2, 2), T(3, 2))
    error('linalg.solve', T(2, 2), T(2), left=False)
    error('linalg.solve', flat, T(2))
    error('linalg.multi_dot', [T(3, 4)])
    error('linalg.multi_dot', [T(2, 3), T(4, 4)])
    error('linalg.multi_dot', [T(2, 3), T(3, 3, 3), T(3, 3)])
    error('linalg.matrix_norm', T(3), 1)
    error('linalg.matrix_norm', T(3, 4), 3)
    error('linalg.matrix_norm', T(2, 3, 4), 1, [0, 0])
    error('linalg.norm', T(2, 3, 4), 1)
    error('linalg.norm', T(3), 'fro')
    error('linalg.matrix_norm', T(2, 3, dtype='i32'), 3)
    error('linalg.vecdot', T(3, dtype='i32'), T(3, dtype='i32'))
    error('linalg.solve', T(3, dtype='i32'), T(3))
    error('chain_matmul', T(3), T(3, 2))
    error('matrix_power', T(2, 3), 2)
    error('matrix_power', T(3), 2)
    error('addbmm', T(2, 2), T(3), T(2, 4, 2))
    for op in ('trapezoid', 'cumulative_trapezoid'):
        error(op, Input())
        error(op, T(3, dtype='bool'), T(3))
        error(op, T(3), T(3, dtype='bool'))


def products():
    error('matmul', T(2, 3), T(2, 3))
    error('.matmul', T(2, 3), T(2), says='size mismatch, got input (2), mat (2x3), vec (2)')
    error('matmul', T(3), T(2, 3))
    error('matmul', T(3), T(2))
    error('matmul', Input(), T(2))
    error('matmul', T(2), Input())
    error('matmul', T(2, 3, 4), T(2, 3, 4))
    error('matmul', T(2, 3, 4), T(3, 4, 5))
    error('matmul', T(2, 3), T(3, 2, dtype='f64'), says='expected m1 and m2 to have the same dtype, but got: float != double')
    error('mm', T(2, 3), T(2, 3))
    error('mm', T(2), T(2, 3))
    error('mm', T(2, 3), T(3))
    error('.mm', T(2, 3), T(3, 2, dtype='f64'), says='expected m1 and m2 to have the same dtype, but got: float != double')
    error('bmm', T(2, 3), T(2, 3))
    error('bmm', T(2, 3, 4), T(4, 2))
    error('bmm', T(2, 3, 4), T(2, 3, 4))
    error('bmm', T(2, 3, 4), T(3, 4, 5))
    error('mv', T(2, 3), T(2), says='size mismatch, got input (2), mat (2x3), vec (2)')
    error('mv', T(2), T(2))
    error('dot', T(2), T(3))
    error('dot', T(2, 2), T(2))
    error('dot', T(2), T(2, dtype='f64'))
    error('outer', T(2, 2), T(2))
    error('addmm', T(2), T(2, 3), T(4, 2))


def shapes():
    error('.view', T(2, 3), 4)
    error('.view', T(2, 3), 4, -1)
    error('.view', View(T(2, 3), 't'), 6)
    error('.view', T(2, 3), -1, -1)
    error('.view', T(2, 3), -2, 3)
    error('reshape', T(2, 3), [4, 2])
    error('reshape', T(2, 3), [-1, -1])
    error('reshape', T(0, 3), [-1, 0])
    error('.reshape', Input(), [2])
    error('.expand', T(2), 3)
    error('.expand', T(2, 3), 3)
    error('.expand', T(2), -1, 2)
    error('.expand', T(2, 3), 4, 3)
    error('broadcast_to', T(2), [3])
    error('broadcast_tensors', T(2), T(3))
    error('transpose', T(2, 3), 0, 2)
    error('.transpose', T(2, 3), -3, 0)
    error('t', T(2, 3, 4))
    error('mT', T(2))
    error('permute', T(2, 3), [0])
    error('permute', T(2, 3), [0, 0])
    error('permute', T(2, 3), [0, 2])
    error('movedim', T(2, 3), 0, 2)
    error('movedim', T(2, 3), [0, 0], [0, 1])
    error('movedim', T(2, 3), [0, 1], [0])
    error('squeeze', T(2, 1), 2)
    error('unsqueeze', T(2), 3)
    error('.unsqueeze', T(2), -3)
    error('flatten', T(2, 3), 1, 0)
    error('flatten', T(2, 3), 0, 2)
    error('.unflatten', T(2, 6), 1, [4, 2])
    error('narrow', T(3, 4), 0, 2, 3)
    error('narrow', T(3, 4), 0, 4, 0, says='start out of range (expected to be in range of [-3, 3], but got 4)')
    error('narrow', T(3, 4), 0, 1, -1, either='narrow(): length must be non-negative.')
    error('narrow', Input(), 0, 0, 1)
    error('select', T(3, 4), 0, 3)
    error('select', T(3, 4), 1, -5)
    error('select', Input(), 0, 0)
    error('split', T(4), -1)
    error('split', T(4), [1, 2])
    error('chunk', T(4), 0)
    error('chunk', Input(), 2)
    error('unbind', Input())
    error('unbind', T(2), 1)
    error('tensor_split', T(4), 0)
    error('diagonal', T(2, 3), 0, 0, 0)
    error('diagonal', T(2))
    error('diag', T(2, 3, 4), either='diag(): Supports 1D or 2D tensors. Got 3D')
    error('.unfold', T(3), 0, 4, 1)
    error('.unfold', T(3), 0, 2, 0)
    error('cat', [T(2), T(2, 3)])
    error('cat', [T(2, 3), T(2, 4)])
    error('cat', [T(2, 3), T(3, 3)], 1)
    error('cat', [T(2), T(2)], 1)
    error('cat', [Input(), Input()])
    error('cat', [], either='expected a non-empty list of Tensors')
    error('stack', [T(2), T(3)])
    error('stack', [])
    error('stack', [T(2), T(2)], 2)
    error('flip', T(2, 3), [0, 0])
    error('flip', T(2, 3), [2])
    error('roll', T(2, 3), 1, [0, 1])
    error('rot90', T(3), 1, [0, 1])
    error('rot90', T(2, 3), 1, [0, 0])
    error('.repeat', T(2, 3), 2)
    error('.repeat', T(2, 3), 2, -1)
    error('repeat_interleave', T(2), -1)
    error('tril', T(2), kind='RuntimeError', says='tril: input tensor must have at least 2 dimensions')
    error('meshgrid', T(2), T(2), indexing='ab')
    error('pad', T(2), [1])
    error('pad', T(2), [1, 1, 1, 1], either='Padding length should be less than or equal to two times the input dimension '
          'but got padding length 4 and input of dimension 1')
    error('pad', T(2), [-2, -1], either='The input size 2, plus negative padding -2 and -1 resulted in a negative output '
          'size, which is invalid. Check dimension 0 of your input.')


def indexing():
    error('index', T(3), 3)
    error('index', T(3, 4), 0, -5)
    error('index', T(3), 0, 0)
    error('index', Input(), 0, either='invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` '
          'in C++ to convert a 0-dim tensor to a number')
    error('index', T(3), slice(None, None, -1))
    error('index', T(3), slice(None, None, 0), either='step must be greater than zero')
    error('index', T(3), ..., 0, 0)
    error('index', T(3), Input(2, dtype='bool'))
    error('index', T(3, 4), slice(None), Input(3, dtype='bool'))
    error('index', T(3, 4), I(0, 1), I(0, 1, 2))
    error('index', T(3), I(0, 3))
    error('index', T(3), I(-4))
    error('index', T(3), T(2), says='tensors used as indices must be long, int, byte or bool tensors')
    error('index', T(2, 2), I(0), I(0), I(0))
    error('index_put_', T(3), [slice(0, 2)], T(3))
    error('index_put_', T(3), [I(0, 1)], T(3))
    error('index_put_', T(3, 4), [0], T(3))
    error('index_put_', T(3), [5], 1)
    error('gather', T(3, 4), 1, I(0, 1))
    error('gather', T(3, 4), 1, Input(4, 1, dtype='idx'), either='Size does not match at dimension 0 expected index [4, 1] '
          'to be no larger than self [3, 4] apart from dimension 1')
    error('gather', T(3, 4), 1, Input(1, 1, dtype='idx', values=[5]))
    error('gather', T(3, 4), 1, T(1, 1), says='gather(): Expected dtype int32/int64 for index')
    error('gather', T(3, 4), 2, Input(1, 1, dtype='idx'))
    error('scatter', T(3, 4), 1, Input(1, 1, dtype='idx', values=[4]), T(1, 1))
    error('scatter', T(3, 4), 1, Input(1, 1, dtype='idx'), T(1, 1, dtype='f64'))
    error('scatter_add', T(3, 4), 1, Input(2, 2, dtype='idx'), T(1, 2), either='Expected index [2, 2] to be no larger than self '
          '[3, 4] apart from dimension 1 and to be no larger size than src [1, 2]')
    error('index_select', T(3, 4), 0, I(3))
    error('index_select', T(3, 4), 0, Input(1, 1, dtype='idx'))
    error('index_select', T(3, 4), 0, T(1))
    error('index_select', T(3, 4), 2, I(0))
    error('index_add', T(3, 4), 0, I(0, 1), T(3, 4))
    error('index_fill', T(3, 4), 0, I(7), 1)
    error('masked_select', T(3), T(3), says='masked_select: expected BoolTensor for mask')
    error('masked_select', T(3), T(2, dtype='bool'))
    error('take', T(3), I(3))
    error('take_along_dim', T(3, 4), I(0), 1)
    error('one_hot', I(0, 3), 3)
    error('one_hot', I(-1))
    error('iterate', Input())
    for n in (2, 0, 4):
        error('.item', T(n), kind='RuntimeError', says=f'a Tensor with {n} elements cannot be converted to Scalar')
    error('.is_nonzero', T(2))
    error('.is_nonzero', T(0))


def creation():
    error('zeros', -1)
    error('ones', 2, -3)
    error('full', [-1, 2], 1.5)
    error('eye', -1)
    error('eye', 2, -1)
    error('arange', 0, 5, -1)
    error('arange', 5, 0, 1)
    error('arange', 0, 1, 0)
    error('linspace', 0, 1, -1)
    error('logspace', 0, 1, -1)
    error('randint', 5, 2, [3])
    error('randint', 3, 3, [1])
    error('randperm', -1, says='n must be non-negative, got-1', either='n must be non-negative, got -1')
    error('rand', -1)
    error('tensor', [[1.5, 2], [3]])
    error('tensor', [[[1.5], [2]], [[3], [4, 5]]])
    error('.normal_', T(2), 0, -1)
    error('.uniform_', T(2), 2, 1)
    error('.uniform_', T(2, dtype='i32'), 0, 1)
    error('.bernoulli_', T(2), 1.5)
    error('glu', T(3))


TYPES = {'NotImplementedError': 'RuntimeError'}


def refusals():
    """What PyTorch has no kernel for, and numbers that a dtype cannot hold."""
    truths, whole = Input(2, dtype='bool', values=[1, 0]), Input(2, dtype='i32', values=[1, 2])
    for op in ('abs', 'floor', 'ceil', 'round', 'trunc', 'positive', 'argmax', 'argmin', 'median', 'selu', 'celu'):
        error(op, truths)
    for op in ('remainder', 'fmod', 'floor_divide', 'pow', 'hypot', 'logaddexp'):
        error(op, truths, truths)
    error('addcmul', truths, truths, truths)
    error('topk', truths, 1)
    error('kthvalue', truths, 1)
    error('median', truths, 0)
    error('trace', T(2, 2, dtype='bool'))
    error('cov', T(2, 2, dtype='bool'))
    error('trapezoid', truths)
    error('logcumsumexp', whole, 0)
    error('nanmean', whole)
    error('lerp', whole, whole, 0.5)
    error('var_mean', whole)
    error('std_mean', whole)
    error('heaviside', T(2), T(2, dtype='f64'))
    error('lerp', T(2), T(2), T(2, dtype='f64'))
    error('.add_', Input(dtype='i32', values=[1]), T(2))
    for value in (256, -256, -0.5, 1e10):
        error('.fill_', T(2, dtype='u8'), value)
        error('.masked_fill', T(2, dtype='u8'), truths, value)
        error('full', [2], value, dtype=torch.uint8)
        error('full_like', T(2, dtype='u8'), value)
        error('.index_fill', T(2, dtype='u8'), 0, I(0), value)
        error('pad', T(2, dtype='u8'), [1, 1], value=value)
        error('tensor', [value], dtype=torch.uint8)
    error('.fill_', T(2), 1e39)
    error('unique', T(), dim=0)
    error('unique', T(2, 0), dim=0)
    error('fliplr', T(2))
    error('flipud', T())
    error('mode', T(0))
    error('kthvalue', T(0), 1)
    error('quantile', T(0), 1.5)
    error('nanquantile', T(0), 0.5)
    error('.norm', T(0), math.inf, kind='RuntimeError', says='linalg.vector_norm cannot compute the inf norm on an empty '
          'tensor because the operation does not have an identity')
    error('split', T(), 1, 5)
    error('vsplit', T(), 2)


def rows():
    """Rows by index, blocks, grids: what does not fit."""
    x, two = T(3, 4), I(0, 2)
    for source in (T(1, 4), T(2, 2), T(2), T(2, 4, dtype='f64')):
        error('.index_copy', x, 0, two, source)
    for source in (T(1, 4), T(3, 4), T(2, 4, dtype='f64')):
        error('.index_add', x, 0, two, source)
    error('.index_add', x, 0, two, T(2, 2), kind='RuntimeError', says='source tensor shape must match self tensor shape, excluding '
          'the specified dimension. Got self.shape = [3, 4] source.shape = [2, 2]')
    error('.index_add', x, 0, I(0, 3), T(2, 4), kind='RuntimeError', says='index 3 is out of bounds for dimension 0 with '
          'size 3')
    error('.index_copy', x, 0, I(0, 3), T(2, 4))
    error('.index_fill', x, 0, I(0, -4), 1.0)
    for op, rest in (('.index_add', [T(2, 4)]), ('.index_copy', [T(2, 4)]), ('.index_fill', [1.0])):
        error(op, x, 0, T(2), *rest)
    error('.index_copy', x, 0, View(I(0, 2), 'unsqueeze', 0), T(2, 4))
    error('.index_fill', x, 0, View(I(0, 2), 'unsqueeze', 0), 1.0)
    error('.scatter', x, 1, Input(5, 4, dtype='idx', values=[0] * 20), 1.0)
    error('.scatter', x, 1, Input(5, 4, dtype='idx', values=[0] * 20), x)
    error('.take', x, T(2))
    error('outer', T(2), T(2, 2))
    error('cartesian_prod', T(2, 2))
    error('block_diag', T(2, 2, 2))
    error('tril_indices', 2, -1)
    error('meshgrid')
    for op in ('hstack', 'vstack', 'dstack'):
        error(op, [])
    error('addmm', T(3, 2), T(2, 3), T(3, 2), beta=0)
    error('bitwise_left_shift', T(2, dtype='bool'), T(2, dtype='bool'))


def integers():
    i, v = T(2, 2, dtype='i32'), T(2, dtype='i32')
    for op in ('add', 'sub', 'rsub'):
        error(op, i, i, alpha=1.5)
    error('.add_', i, i, alpha=1.5)
    error('addr', i, v, v, alpha=1.5)
    error('addr', i, v, v, beta=0.5)
    error('arange', 0, 3, 0.5, dtype=torch.int32)
    error('mean', i, dtype=torch.int32)
    error('mean', T(2, 2), 0, dtype=torch.int32)
    error('nansum', T(2, 2), dtype=torch.int32)


def windows():
    x = T(3, 3)
    for source in (T(1), T(), T(1, 3)):
        error('diagonal_scatter', x, source)
        error('select_scatter', x, source, 0, 0)
    error('diagonal_scatter', x, T(3), 1)
    error('slice_scatter', x, T(), 0, 0, 2)
    error('slice_scatter', x, T(2, 2), 0, 0, 2)
    error('.fill_diagonal_', T(2, 3, 4), 1.0)
    error('.fill_diagonal_', T(2), 1.0)
    error('tensordot', T(2, 2), T(2, 2), [[0, 0], [0, 1]])
    error('tensordot', T(2, 3), T(4, 2), 1)


def main():
    for part in (elementwise, reductions, breadth, linear_algebra, products, shapes, indexing, creation, refusals, rows, integers, windows):
        part()
    for cases in CASES.values():
        for record in cases:
            record['error'] = TYPES.get(record['error'], record['error'])
            if isinstance(record['message'], str):
                record['message'] = record['message'].replace('Long', 'Int').replace('dtype int64', 'dtype int32')
    write('errors', CASES)


if __name__ == '__main__':
    main()
