"""Printing, random draws, promotion, indices, torch.testing and warnings of PyTorch 2."""

from program import T, V, function, let, printed, run, t, var

DTYPES = ('bool', 'u8', 'i32', 'f32', 'f64')
NAMED = {'bool': t.bool, 'u8': t.uint8, 'i32': t.int32, 'f32': t.float32, 'f64': t.float64}


def scalar(dtype):
    return T(dtype=dtype, values=[1])


def printing():
    tensors = [
        V(1, 10, 100), V(0.5, 10, 1000), V(1e-5, 1), V(1e8, 1), V(1e-8, 1e8), V(123456, 0.001), V(1.5, -2.25), V(-1e-10), V(0),
        T(dtype='f32', values=[1e-10]),
        T(2, 2, values=[1e5, 1e-5, -1, 0]), V(1e10, 2), V(99999, 1), V(0.1, 0.25), V(1, 2, 3, dtype='idx'), V(1, 0, dtype='bool'), V(1e38, 1), T(0),
        T(2, 0),
        V(1, 2.5).div(0), V(0, 1).div(0), V(1e-45), V(3, 4, dtype='f64'), V(1.25, grad=True), T(2, grad=True).exp(), T(30), T(2, 2, 2).mul(0.5),
        V(1000, 0.0001), V(1e4, 0.5), V(12345678),
    ]
    # Not sci_mode: how wide a forced notation is differs among the versions, and print.py has the rule of the newest.
    settings = [{}, {'precision': 2}, {'precision': 6}, {'precision': 0},
                {'linewidth': 20}, {'threshold': 5, 'edgeitems': 1}, {'profile': 'short'}, {'profile': 'full'}]
    for options in settings:
        for x in tensors:
            yield run(t.set_printoptions(**options), printed(x)) if options else printed(x)
    for shape in ((1001,), (40, 40), (3, 400), (1100, 1)):
        yield printed(t.zeros(list(shape)))
        yield printed(t.linspace(0, 1e6, shape[0]))
    yield printed(T(5, 4).mul(1e-7).add(1e5))
    yield run(t.set_printoptions(edgeitems=0, threshold=2), printed(V(1, 2, 3)))
    yield printed(t.float32)
    yield printed(t.int32)


def random():
    for n in (1, 3, 8, 15, 16, 17, 33):
        yield t.rand(n)
        yield t.randn(n)
        yield t.rand(n, dtype=t.float64)
        yield t.randn(n, dtype=t.float64)
        yield t.randperm(n)
        yield t.randint(0, 10, [n])
        yield t.randint(5, [n], dtype=t.uint8)
        yield t.bernoulli(t.full([n], 0.3))
        for x in (T(n), T(n, dtype='f64')):
            for method, args in (('normal_', [1.5, 2.5]), ('uniform_', [-1, 2]), ('exponential_', [2]), ('cauchy_', [0.5, 2]), ('log_normal_', [0.5, 0.25]),
                    ('geometric_', [0.3]), ('bernoulli_', [0.3]), ('random_', []), ('random_', [10]), ('random_', [-5, 5])):
                yield getattr(x, method)(*args)
        yield T(n, dtype='i32').random_()
        yield T(n, dtype='i32').random_(-3, 4)
        yield T(n, dtype='u8').random_()
    weights = V(0.1, 0.2, 0.3, 0.4, 0)
    for count, replacement in ((1, False), (2, False), (4, False), (1, True), (3, True), (20, True)):
        yield t.multinomial(weights, count, replacement)
        yield t.multinomial(T(2, 3), min(count, 3) if not replacement else count, replacement)
    yield t.normal(0.5, 1.5, [5])
    yield t.normal(V(1, 2, 3), V(0.5, 1, 2))
    yield t.normal(V(1, 2, 3), 0.5)
    yield t.normal(0.5, V(0.5, 1, 2))
    yield t.rand_like(T(2, 3))
    yield t.randn_like(T(2, 3))
    yield t.randint_like(T(2, 3), 7)
    yield t.randn(4, 5)
    yield t.randn(2, 3).t().contiguous()
    yield T(4, 5).t().normal_()
    yield T(2, 3).t().uniform_()
    yield t.randint(0, 2**31, [4])
    yield t.randperm(5).add(t.randperm(5))
    yield run(t.randn(3), t.rand(3))
    yield run(t.rand(1), t.randn(16), t.randn(3))
    yield run(t.randn(1), t.randn(1))
    yield run(t.randn(1, dtype=t.float64), t.randn(1))
    yield run(t.manual_seed(-1), t.rand(2))
    yield run(t.manual_seed(2**40), t.rand(2))


def promotion():
    for a in DTYPES:
        for b in DTYPES:
            yield t.promote_types(NAMED[a], NAMED[b])
            yield T(2, dtype=a).add(T(2, dtype=b)).dtype
            yield T(2, dtype=a).add(scalar(b)).dtype
            yield T(2, dtype=a).div(T(2, dtype=b)).dtype
            yield T(2, dtype=a).mul_(T(2, dtype=b)).dtype
            yield t.cat([T(2, dtype=a), T(2, dtype=b)]).dtype
            yield t.where(V(1, 0, dtype='bool'), T(2, dtype=a), scalar(b)).dtype
            yield t.can_cast(NAMED[a], NAMED[b])
            yield t.stack([T(2, dtype=a), T(2, dtype=b)]).dtype
            yield T(2, dtype=a).pow(T(2, dtype=b))
            yield T(2, dtype=a).floor_divide(T(2, dtype=b))
            yield T(2, dtype=a).eq(T(2, dtype=b))
        x = T(3, dtype=a)
        for value in (2, 1.5, True, -1):
            for method in ('add', 'mul', 'div', 'pow', 'sub', 'floor_divide', 'remainder', 'eq', 'bitwise_and', 'masked_fill', 'clamp', 'fill_',
                'add_', 'mul_', 'div_'):
                yield x.masked_fill(V(1, 0, 1, dtype='bool'), value) if method == 'masked_fill' else getattr(x, method)(value)
            yield t.where(V(1, 0, 1, dtype='bool'), x, value)
            yield t.full([1], value, dtype=NAMED[a])
            yield t.full_like(x, value)
        for method in ('sum', 'prod', 'mean', 'cumsum', 'max', 'argmax', 'any', 'exp', 'abs', 'neg', 'sign', 'round', 'reciprocal', 'sqrt', 'sigmoid',
            'relu', 'square', 'logical_not', 'bitwise_not', 'std', 'norm', 'median', 'mode', 'sort', 'softmax', 'isnan', 'floor', 'trunc', 'frac',
            'erf', 'lgamma', 'logsumexp', 'amax', 'count_nonzero', 'diff', 'nansum', 'nanmean', 'logcumsumexp', 'cumprod', 'cummax', 'unique',
            'nan_to_num', 'sinc', 'deg2rad', 'rad2deg', 'signbit', 'positive', 'trace', 'histc', 'float_power'):
            args = {'cumsum': [0], 'softmax': [0], 'logsumexp': [0], 'cumprod': [0], 'logcumsumexp': [0], 'cummax': [0], 'histc': [2],
                'float_power': [2]}.get(method, [])
            yield getattr(x, method)(*args)
    yield t.result_type(T(2, dtype='i32'), 1.5)
    yield t.result_type(T(2, dtype='u8'), 300)
    yield t.result_type(scalar('f64'), T(2))
    yield T(2, dtype='u8').sub(3)
    yield T(2, dtype='u8').add(255)
    yield T(2, dtype='u8').neg()
    yield T(2, dtype='i32').lerp(T(2, dtype='i32'), 0.5)
    yield T(2, dtype='i32').addcmul(T(2, dtype='i32'), T(2, dtype='i32'), value=1.5)
    yield T(2, dtype='i32').addcdiv(T(2, dtype='i32'), T(2, dtype='i32'))
    yield t.linspace(0, 5, 3, dtype=t.int32)
    yield t.arange(0, 1, 0.3, dtype=t.int32)
    yield t.mean(T(2, dtype='i32'), dtype=t.float32)
    yield t.tensor([True, 2.5])
    yield t.clamp(T(2, dtype='i32'), min=V(0.5, 0.5))
    yield t.clamp(T(2), min=T(2, dtype='f64'))
    yield V(300, -1).to(t.uint8)
    yield V(1.9, -1.9).to(t.int32)
    yield V(float('nan'), 0.5).to(t.bool)


def indices():
    x = T(3, 4)
    for key in (3, -4, (0, 4), (0, 0, 0), (slice(None), 5), 1.5, 'a', True, False, None, ..., (..., 0, ...), (None, None), slice(1, 9), slice(5, 2),
        slice(None, None, 2), slice(-2, None), (slice(None), None, 0), [0, 2], [0, 5], (0, [1, 2]), ([0, 1], [0, 1, 2]), ([[0, 1]], 0)):
        yield x[key]
        yield x[key].shape
    for key in (V(0, 2, dtype='idx'), V(0, 3, dtype='idx'), V(-4, dtype='idx'), V(0.5), V(1, 0, 1, dtype='bool'), V(1, 0, dtype='bool'),
        V(0, 1, dtype='u8'), T(dtype='idx', values=[1]), T(dtype='bool', values=[1]), T(0, dtype='idx'), T(3, 4, dtype='bool'),
        T(2, 2, dtype='idx', values=[0, 1, 2, 0])):
        yield x[key]
        yield x[..., key]
        yield x[key, 0]
    yield T()[0]
    yield T()[...]
    yield T()[None]
    yield T()[True]
    for method, args in (('select', [2, 0]), ('select', [0, 9]), ('narrow', [0, 2, 2]), ('narrow', [5, 0, 1]), ('narrow', [0, -1, 1]), ('narrow', [0, 0, -1]),
            ('index_select', [0, V(9, dtype='idx')]), ('index_select', [5, V(0, dtype='idx')]), ('gather', [0, T(1, 4, dtype='idx')]),
            ('gather', [1, T(3, 1, dtype='idx', values=[9, 0, 0])]), ('scatter', [0, T(1, 4, dtype='idx', values=[9, 0, 0, 0]), 1.5]),
            ('index_fill', [0, V(9, dtype='idx'), 1.5]), ('index_add', [0, V(9, dtype='idx'), T(1, 4)]),
            ('index_copy', [0, V(9, dtype='idx'), T(1, 4)]), ('take', [V(99, dtype='idx')]), ('put', [V(99, dtype='idx'), V(1)]), ('unbind', [5]),
            ('sum', [5]), ('transpose', [0, 5]), ('squeeze', [5]), ('unsqueeze', [5]), ('flatten', [0, 5]), ('flip', [[5]]), ('roll', [1, 5]),
            ('cumsum', [5]), ('sort', [5]), ('topk', [9]), ('topk', [1, 5]), ('kthvalue', [9]), ('chunk', [2, 5]), ('split', [2, 5]), ('size', [5]),
            ('stride', [5]), ('movedim', [0, 5]), ('permute', [0, 5]), ('diagonal', [0, 0, 5]), ('unfold', [5, 1, 1]), ('softmax', [5]), ('max', [5]),
            ('argmax', [5]), ('std', [5]), ('norm', [2, 5]), ('logsumexp', [5]), ('repeat_interleave', [2, 5]), ('tensor_split', [2, 5]),
            ('select_scatter', [T(4), 0, 9]), ('slice_scatter', [T(1, 4), 0, 5, 6]), ('as_strided', [[9, 9], [1, 1]]), ('view', [5, 5]),
            ('expand', [2, 3, 5]), ('masked_select', [V(1, 0, dtype='bool')])):
        yield getattr(x, method)(*args)


def closeness():
    close = t.testing.assert_close
    pairs = [
        (V(1, 2), V(1, 2)), (V(1, 2), V(1, 2.5)), (V(1, 2), V(3, 4)), (T(2, 2), T(2, 2, values=[1, 2, 3, 5])), (V(1), V(1, 2)),
        (V(1), V(1, dtype='f64')), (V(1), V(1, dtype='i32')), (V(1, 2, dtype='i32'), V(1, 3, dtype='i32')),
        (V(1, 0, dtype='bool'), V(1, 1, dtype='bool')), (V(float('nan')), V(float('nan'))), (V(float('inf')), V(1)),
        (V(float('inf')), V(float('-inf'))), (V(0), V(1e-6)), (V(1e6), V(1e6 + 100)), (T(), T(values=[2])), (T(values=[1]), T(values=[1.1])), (1, 1),
        (1, 2), (1.5, 1.6), (1.5, 'a'), ('a', 'a'), ('a', 'b'), (None, None), (None, 1), (True, False), (1, 1.5), (1, True),
        ([V(1), V(2)], [V(1), V(2)]), ([V(1), V(2)], [V(1), V(3)]), ([V(1)], [V(1), V(2)]), ({'a': V(1)}, {'a': V(1)}), ({'a': V(1)}, {'a': V(2)}),
        ({'a': V(1)}, {'b': V(1)}), ({'a': [V(1)]}, {'a': [V(3)]}), (V(1), 1), (1, V(1)), (V(1), [1]), ([1], [1.5]), (T(0), T(0)), (T(0), T(1)),
        (T(2, 0), T(0, 2)), (V(1, dtype='u8'), V(2, dtype='u8')), (T(3, 4), T(3, 4).mul(1.1)), (V(1, grad=True), V(1)), (T(1, 2), T(2)),
        (V(1, 2).mul(1e30), V(1, 3).mul(1e30)), (V(0), V(0).neg()),
    ]
    options = [{}, {'rtol': 0, 'atol': 0}, {'rtol': 0.5, 'atol': 1}, {'rtol': 0.5}, {'atol': 1}, {'equal_nan': True}, {'check_dtype': False},
        {'check_stride': True}, {'msg': 'mine'}, {'allow_subclasses': False}, {'check_device': False}, {'rtol': -1, 'atol': 0}, {'unknown': 1}]
    for actual, expected in pairs:
        for option in options[:9]:
            yield close(actual, expected, **option)
    for option in options[9:]:
        yield close(V(1, 2), V(1, 2.5), **option)
    yield close(V(1))
    yield close()
    yield close(T(2, 3).t(), T(3, 2).mul(0).add(T(2, 3).t()), check_stride=True)
    yield close(V(1, 2), V(1, 2.5), msg=function(var('m'), 'm'))


def warnings():
    x = T(2, grad=True)
    yield x.exp().grad
    yield t.tensor(T(2))
    yield t.tensor(T(2, grad=True))
    yield T(2, 3, 4).T
    yield T(3).T
    yield t.meshgrid(V(1, 2), V(3, 4))
    yield t.norm(V(1, 2))
    yield t.std(V(1))
    yield t.var(V(1))
    yield t.std(T(0))
    yield V(1, 2).std(0, correction=5)
    yield t.cross(T(2, 3), T(2, 3))
    yield t.chain_matmul(T(2, 2), T(2, 2))
    yield t.linalg.norm(T(2, 2))
    yield t.floor_divide(V(-3, 4), 2)
    yield t.searchsorted(T(2, 3).t().contiguous().t(), T(2, 1))
    yield t.bucketize(T(2, 3).t(), V(1, 2))
    yield t.as_tensor(T(2))
    yield T(3).resize_(2)
    yield T(3, grad=True).sum().item()
    yield t.arange(3).div(2)
    yield t.tensor([1, 2]).to(t.float32).div(0)
    yield run(let('x', T(2, grad=True)), let('y', var('x').mul(2)), var('y').sum().backward(), var('y').grad)
    yield run(let('x', T(2, grad=True)), let('y', var('x').mul(2)), var('y').retain_grad(), var('y').sum().backward(), var('y').grad)
    yield run(let('x', T(2, grad=True)), let('y', var('x').sum()), var('y').backward(create_graph=True), var('x').grad)
    yield V(1, 0, dtype='u8')[V(1, 0, dtype='u8')]
    yield T(2, 2).masked_fill(T(2, 2, dtype='bool'), 0.5)
    yield t.det(T(2, 2))
    yield T(2, 3).add_(T(3)).sum()


def programs():
    for group in (printing, random, promotion, indices, closeness, warnings):
        for program in group():
            yield group.__name__, program
