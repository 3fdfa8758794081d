"""What tensors and modules hold, in PyTorch 2: results with names, `.grad` and `.data` as they are assigned, hooks, and members by name."""

from program import F, T, V, assign, function, let, nn, optim, printed, run, sched, t, var


def results():
    x = T(2, 3, values=[3, 1, 2, 6, 5, 4])
    calls = [(name, x, [1]) for name in ('max', 'min', 'median', 'nanmedian', 'mode', 'sort', 'cummax', 'cummin')]
    calls += [('topk', x, [2]), ('kthvalue', x, [2]), ('aminmax', x, []), ('max', x.t(), [0]), ('sort', T(), [])]
    calls = [getattr(value, name)(*args) for name, value, args in calls]
    for call in [*calls, t.linalg.slogdet(T(2, 2))]:
        yield printed(call)
        yield call[0]
        yield call[1]
    for name in ('max', 'median', 'sort', 'cummin'):
        yield run(let('x', T(2, 3, grad=True)), getattr(var('x'), name)(1)[0].mul(V(2, 3)[:, None]).sum().backward(), var('x').grad)
        yield printed(getattr(T(2, 3, grad=True), name)(1))


def fields():
    for value in (T(3), T(1, 2), T(2, dtype='f64'), T(2, dtype='i32'), T(2, dtype='u8'), T(2, dtype='bool'), T(2), None, 1, 1.5, 'x', [1], True):
        yield run(let('w', T(2, grad=True)), assign(var('w'), 'grad', value), var('w').grad)
    yield run(let('w', T(2, grad=True)), assign(var('w'), 'grad', var('w')))
    yield run(let('w', T(2, dtype='i32')), assign(var('w'), 'grad', T(2, dtype='i32')), var('w').grad)
    for value in (T(3), T(2, dtype='f64'), T(2, dtype='i32'), T(2, dtype='bool'), V(5, 6), None, 1, 'x', [1]):
        for leaf in (T(2, grad=True), T(2)):
            yield run(let('w', leaf), assign(var('w'), 'data', value), var('w').detach())
    other = [let('w', T(2, grad=True)), let('v', V(7, 8)), let('part', var('w')[0]), let('y', var('w').pow(2).sum()), assign(var('w'), 'data', var('v'))]
    yield run(*other, var('v').add_(1), var('w').detach())
    yield run(*other, var('w').detach().add_(1), var('v'))
    yield run(*other, var('part').detach())
    yield run(*other, var('y').backward(), var('w').grad)
    yield run(*other, var('w')._version)
    for hook in (function(var('g').sum(), 'g'), function(var('g').double(), 'g'), function(var('g').to(t.int32), 'g'), function(1, 'g'),
            function('x', 'g'), function([var('g')], 'g'), function(None, 'g'), function(var('g').mul(3), 'g'), function(var('g').reshape(2, 1), 'g')):
        yield run(let('w', T(2, grad=True)), var('w').register_hook(hook), var('w').sum().backward(), var('w').grad)
    yield t.autograd.gradcheck(function(var('x').sum(), 'x'), [T(2, dtype='f64')])


def members():
    made = [let('m', nn.Sequential(nn.Linear(2, 2))), var('m').register_buffer('b', T(1)), assign(var('m'), 'foo', 1)]
    m = var('m')
    parameter, buffer, module = nn.Parameter(T(1)), T(1), nn.ReLU()
    calls = [m.get_submodule(path) for path in ('', '0', '5', 'foo', '0.x', '0.weight', 'b')]
    calls += [m.get_parameter(path) for path in ('0.weight', '0.x', 'b', '9.x', 'foo')]
    calls += [m.get_buffer(path) for path in ('b', 'x', 'foo', '0.weight')]
    for name in ('foo', 'a.b', '', 'x'):
        calls += [m.register_buffer(name, buffer), m.register_parameter(name, parameter), m.add_module(name, module), m.register_module(name, module)]
    for value in (1, 'x', [1], {}, True):
        calls += [m.register_buffer('x', value), m.register_parameter('x', value), m.add_module('x', value)]
    calls += [m.register_parameter('x', buffer), m.add_module('x', buffer), m.register_buffer('0', buffer), m.add_module('b', module)]
    calls += [m.load_state_dict(value) for value in ([], 'x', None, 1, T(1))]
    for call in calls:
        yield run(*made, call)
    for wrong in (1, 'a', [nn.ReLU()], True, T(1)):
        yield nn.Sequential(wrong)
        yield nn.ModuleList([wrong])
        yield nn.Sequential().append(wrong)
    yield nn.ModuleDict({'a': 1})
    tied = [let('a', nn.Linear(2, 3)), let('b', nn.Linear(3, 2)), assign(var('b').weight, 'data', var('a').weight.data.t())]
    yield run(*tied, nn.init.ones_(var('a').weight), var('b').weight.detach())
    yield nn.ModuleDict().pop('a')
    for size, heads in ((5, 2), (4, 3)):
        yield nn.MultiheadAttention(size, heads)
        yield nn.TransformerEncoderLayer(size, heads)
        yield nn.TransformerDecoderLayer(size, heads)


def targets():
    for shape in ((3,), (), (3, 2), (2, 3, 4)):
        for target in ((), (1,), (2,), (1, 1), (2, 1), (2, 4), (2, 5), (0,)):
            if shape == target:
                continue
            yield F.nll_loss(T(*shape), T(*target, dtype='idx').mul(0))
            yield F.cross_entropy(T(*shape), T(*target, dtype='idx').mul(0))
    for shape in ((3,), (2, 3), (2, 3, 4)):
        yield F.cross_entropy(T(*shape), T(*shape, dtype='idx'))
    for loss in (F.triplet_margin_loss, F.triplet_margin_with_distance_loss):
        yield loss(T(2, 3), T(2, 3), T(3))
        yield loss(T(2, 3), T(3), T(2, 3))
        yield loss(T(3), T(2, 3), T(2, 3))
        yield loss(T(2, 3), T(2, 4), T(2, 3))


def core():
    for group in (results, fields):
        for program in group():
            yield group.__name__, program


def layers():
    for group in (members, targets):
        for program in group():
            yield group.__name__, program


def optimizers():
    for value in (1, 'abc', [1], [], [{}], None, [None], [[]], T(1)):
        yield 'parameters', optim.SGD(value, lr=0.1)
    for value in (1, 'x', None, [1]):
        yield 'parameters', sched.StepLR(value, 1)
