"""Golden autograd programs: what PyTorch's autograd does, step by step, errors included.

Run `/usr/bin/python3 tools/golden/autograd.py` with PyTorch 1.13; it writes packages/core/test/golden/autograd.json. Each
scenario here has a twin of the same name in packages/core/test/golden-autograd.test.ts, line for line; what they return
must be equal. Where PyTorch 2 is known to answer otherwise than 1.13, `PYTORCH_2` has its answer.
"""

import contextlib
import io
import warnings

import torch

from golden import caught, node_name, result, write

warnings.filterwarnings('ignore')

SCENARIOS = {}


def scenario(function):
    SCENARIOS[function.__name__] = function
    return function


def leaf(*values, dtype=torch.float32):
    return torch.tensor(list(values), dtype=dtype, requires_grad=True)


def plain(*values, dtype=torch.float32):
    return torch.tensor(list(values), dtype=dtype)


def number(value):
    return torch.tensor(float(value), requires_grad=True)


def copy(t):
    return None if t is None else t.detach().clone()


# Accumulation, freed graphs, roots -----------------------------------------------------------------------------------


@scenario
def accumulation():
    x = leaf(1, -2, 3)
    before = x.grad
    (x * x).sum().backward()
    once = copy(x.grad)
    (x * x).sum().backward()
    twice = copy(x.grad)
    x.grad.zero_()
    (x * 3).sum().backward()
    cleared = copy(x.grad)
    x.grad = None
    (x * x * x).sum().backward()
    return {'before': before, 'once': once, 'twice': twice, 'after zero_': cleared, 'after null': x.grad,
            'grad requires grad': x.grad.requires_grad}


@scenario
def five_epochs_without_clearing():
    w = leaf(1, 1, 1, 1)
    seen = []
    for _ in range(5):
        (w * 3).sum().backward()
        seen.append(copy(w.grad))
    return seen


@scenario
def second_backward():
    x = leaf(1, 2)
    y = (x * x).sum()
    y.backward()
    error = caught(lambda: y.backward())
    kept = (x * x).sum()
    kept.backward(retain_graph=True)
    kept.backward()
    third = caught(lambda: kept.backward())
    return {'second': error, 'grad': x.grad, 'third': third}


@scenario
def second_backward_of_what_saves_nothing():
    x = leaf(1, 2)
    y = (x + 1).sum()
    y.backward()
    second = caught(lambda: y.backward())
    z = x.neg().reshape(1, 2).t()[0].sum()
    z.backward()
    return {'second': second, 'third': caught(lambda: z.backward()), 'grad': x.grad}


@scenario
def shared_part_freed():
    x = leaf(1, 2)
    shared = x.exp()
    a, b = shared.sum(), (shared * 2).sum()
    a.backward()
    return {'other branch': caught(lambda: b.backward()), 'grad': x.grad}


@scenario
def roots():
    x = leaf(1, 2)
    scalar = number(3)
    scalar.backward()
    plain_scalar = torch.tensor(3.0)
    one = leaf(5)
    (one * 2).backward()
    vector = x * 2
    vector.backward(plain(1, 0.5))
    return {
        'vector without gradient': caught(lambda: (x * 2).backward()),
        'nothing requires grad': caught(lambda: plain_scalar.backward()),
        'leaf on itself': scalar.grad,
        'one element': one.grad,
        'with gradient': x.grad,
        'wrong shape': caught(lambda: (x * 2).backward(plain(1, 2, 3))),
        'wrong rank': caught(lambda: (x * 2).backward(torch.tensor([[1.0, 2.0]]))),
        'integer root': caught(lambda: x.int().sum().backward()),
        'comparison root': caught(lambda: (x > 1).sum().backward()),
    }


@scenario
def several_roots():
    x, w = leaf(1, 2), leaf(3, 4)
    y, z = x * w, (x + w).sum()
    torch.autograd.backward([y, z], [plain(1, 10), torch.tensor(2.0)])
    first = [copy(x.grad), copy(w.grad)]
    torch.autograd.backward([(x * x).sum(), (w * x).sum()])
    return {'first': first, 'second': [x.grad, w.grad],
            'count': caught(lambda: torch.autograd.backward([x * 1, w * 1], [plain(1, 1)]))}


@scenario
def vector_jacobian_product():
    x = leaf(1, 2, 3)
    y = x * x
    v = plain(0.1, 1, 10)
    y.backward(v, retain_graph=True)
    first = copy(x.grad)
    y.backward(v)
    return {'first': first, 'second': x.grad, 'third': caught(lambda: y.backward(v)), 'v': v}


@scenario
def diamond():
    x = leaf(0.5, 1.5)
    a = x.sin()
    b = a * x
    c = a + b
    d = (b * c + a).sum()
    d.backward()
    return {'value': d, 'grad': x.grad}


@scenario
def gradients_are_not_shared():
    a, b = leaf(1, 2), leaf(3, 4)
    upstream = plain(1, 1)
    (a + b).backward(upstream)
    a.grad.mul_(10)
    return {'a': a.grad, 'b': b.grad, 'upstream': upstream}


@scenario
def deep_chain():
    x = number(1)
    y = x
    for _ in range(2000):
        y = y * 1.0005 + 0.0001
    y.backward()
    return {'grad': x.grad}


# torch.autograd.grad -------------------------------------------------------------------------------------------------


@scenario
def grad_function():
    x, w, unused = leaf(1, 2), leaf(3, 4), leaf(5)
    y = (x * w).sum()
    gx, gw = torch.autograd.grad(y, [x, w], retain_graph=True)
    partial = torch.autograd.grad(y, [x, unused], allow_unused=True)
    h = x * 2
    z = (h * h).sum()
    non_leaf = torch.autograd.grad(z, [h], retain_graph=True)
    both = torch.autograd.grad(z, [h, x])
    return {
        'grads': [gx, gw], 'untouched': [x.grad, w.grad], 'allow_unused': list(partial),
        'non-leaf': list(non_leaf), 'both': list(both),
        'unused': caught(lambda: torch.autograd.grad((x * 2).sum(), [unused])),
        'freed': caught(lambda: torch.autograd.grad(z, [x])),
        'input needs no grad': caught(lambda: torch.autograd.grad((x * 2).sum(), [plain(1)])),
        'non-scalar': caught(lambda: torch.autograd.grad(x * 2, [x])),
        'no history': caught(lambda: torch.autograd.grad(plain(1).sum(), [x])),
        'result requires grad': gx.requires_grad,
    }


@scenario
def grad_outputs():
    x = leaf(1, 2, 3)
    y, z = x * x, x.sum()
    with_vector = torch.autograd.grad([y], [x], grad_outputs=[plain(1, 10, 100)], retain_graph=True)
    mixed = torch.autograd.grad([y, z], [x], grad_outputs=[plain(1, 0, 0), None], retain_graph=True)
    return {
        'vector': list(with_vector), 'with null': list(mixed),
        'same input twice': list(torch.autograd.grad(z, [x, x], retain_graph=True)),
        'wrong shape': caught(lambda: torch.autograd.grad([y], [x], grad_outputs=[plain(1, 2)])),
        'of itself': list(torch.autograd.grad([x], [x], grad_outputs=[plain(7, 8, 9)])),
    }


@scenario
def is_leaf_and_friends():
    x = leaf(1, 2)
    p = plain(1, 2)
    rows = {
        'leaf': x, 'plain': p, 'result': x * 2, 'result of plain': p * 2, 'detached': (x * 2).detach(),
        'integers': torch.tensor([1], dtype=torch.int32), 'view of a leaf': x[0], 'clone': x.clone(),
        'same dtype': x.to(torch.float32), 'double': x.double(), 'int of leaf': x.int(), 'comparison': x > 1,
        'argmax': x.argmax(), 'contiguous': x.contiguous(), 'zeros_like': torch.zeros_like(x), 'round': x.round(),
    }
    return {name: [t.is_leaf, t.requires_grad, node_name(t)] for name, t in rows.items()}


@scenario
def node_names_of_a_program():
    x, w, b = leaf(1, 2, 3), leaf(0.5, -1, 2), number(0.1)
    z = (w * x).sum() + b
    p = torch.sigmoid(z)
    loss = -torch.log(p)
    chain = []
    node = loss.grad_fn
    while node is not None:
        chain.append(node_name(node))
        node = node.next_functions[0][0] if node.next_functions else None
    return {
        'chain': chain, 'pow': node_name(x ** 2), 'scalar pow': node_name(torch.pow(2, x)), 'rsub': node_name(1 - x),
        'mean': node_name(x.mean()), 'sum of dim': node_name(x.sum(0)),
        'of add': [node_name(pair[0]) for pair in (w + b).grad_fn.next_functions],
        'with a constant': [node_name(pair[0]) for pair in (w * plain(1, 1, 1)).grad_fn.next_functions],
        'indices': [pair[1] for pair in (x.unbind()[2] * 2).grad_fn.next_functions],
    }


@scenario
def backward_inputs():
    x, w = leaf(1, 2), leaf(3, 4)
    (x * w).sum().backward(inputs=[x])
    only_x = [copy(x.grad), copy(w.grad)]
    h = x * 2
    (h * w).sum().backward(inputs=[h, w])
    return {
        'only x': only_x, 'non-leaf': [x.grad, w.grad, h.grad],
        'a tensor': caught(lambda: (x * w).sum().backward(inputs=w)), 'w': w.grad,
        'needs no grad': caught(lambda: (x * w).sum().backward(inputs=[plain(1)])),
        'none': caught(lambda: (x * w).sum().backward(inputs=[])),
    }


# In-place ------------------------------------------------------------------------------------------------------------


@scenario
def leaf_in_place():
    x = leaf(1, 2, 3)
    errors = {
        'add_': caught(lambda: x.add_(1)), 'mul_': caught(lambda: x.mul_(x)), 'zero_': caught(lambda: x.zero_()),
        'view': caught(lambda: x[0].mul_(2)), 'view of view': caught(lambda: x.view(3, 1)[1].zero_()),
        'detach then': caught(lambda: x.detach().add_(1)),
    }
    with torch.no_grad():
        x.sub_(0.5)
        x[0].mul_(2)
    (x * x).sum().backward()
    return {**errors, 'x': x, 'requires grad': x.requires_grad, 'grad': x.grad, 'is leaf': x.is_leaf}


def stale(make, change):
    """The error of a backward after a change in place of what was saved."""
    x = leaf(1, 2, 3)
    saved, out = make(x)
    change(saved)
    return caught(lambda: out.sum().backward())


def pair(value):
    return value, value


@scenario
def changed_after_saving():
    def both(f, g):
        def make(x):
            h = f(x)
            return h, g(h)
        return make

    return {
        'exp': stale(lambda x: pair(x.exp()), lambda y: y.add_(1)),
        'sigmoid': stale(lambda x: pair(x.sigmoid()), lambda y: y.mul_(2)),
        'sqrt': stale(lambda x: pair(x.sqrt()), lambda y: y.zero_()),
        'tanh': stale(lambda x: pair(x.tanh()), lambda y: y[0].zero_()),
        'relu': stale(lambda x: pair(x.relu()), lambda y: y.add_(1)),
        'pow': stale(both(lambda x: x + 1, lambda h: h ** 2), lambda h: h.mul_(2)),
        'log': stale(both(lambda x: x * 1, lambda h: h.log()), lambda h: h.add_(1)),
        'mul': stale(both(lambda x: x + 1, lambda h: h * h), lambda h: h.add_(1)),
        'matmul': stale(both(lambda x: x.view(1, 3) * 2, lambda h: h @ h.t()), lambda h: h.add_(1)),
        'twice': stale(lambda x: pair(x.exp()), lambda y: y.add_(1).add_(1)),
        'through detach': stale(lambda x: pair(x.exp()), lambda y: y.detach().zero_()),
        'sub keeps nothing': stale(both(lambda x: x + 1, lambda h: h - 3), lambda h: h.mul_(2)),
        'add keeps nothing': stale(lambda x: pair(x + 1), lambda y: y.add_(1)),
        'mul by a number': stale(both(lambda x: x + 1, lambda h: h * 3), lambda h: h.mul_(2)),
        'through data': stale(lambda x: pair(x.exp()), lambda y: y.data.add_(0)),
        'restored': stale(lambda x: pair(x.exp()), lambda y: y.add_(1).sub_(1)),
    }


@scenario
def assignments():
    """The step that an assignment leaves, and what it takes: ones at the front of a value count for nothing."""
    def of(assign):
        y = torch.arange(6.0).view(2, 3).requires_grad_() * 1
        assign(y)
        return {'name': node_name(y), 'values': y}

    def everything(y):
        y[...] = 7

    def copied(y):
        y[...] = torch.ones(3)

    def sliced(y):
        y[:] = 7

    def whole(y):
        y[0:2, 0:3] = torch.zeros(2, 3)

    def row(y):
        y[1] = torch.ones(1, 3)

    def picked(y):
        y[torch.tensor([1, 0])] = torch.ones(1, 1, 3)

    def masked(y):
        y[y > 2] = torch.tensor(5)

    steps = {'everything': everything, 'copied': copied, 'sliced': sliced, 'whole': whole, 'row': row, 'picked': picked,
             'masked': masked}
    y = torch.arange(6.0).view(2, 3).requires_grad_()
    reads = {'all': y[...], 'slice': y[0:2], 'slices': y[0:2, 0:3], 'open': y[:], 'new': y[None]}
    distinct = [*torch.unique(y, return_counts=True), torch.unique(y, dim=0), torch.unique_consecutive(y)]
    return {**{name: of(step) for name, step in steps.items()}, 'reads': {name: node_name(x) for name, x in reads.items()},
            'unique': [node_name(x) for x in distinct], 'backward': caught(lambda: distinct[0].sum().backward())}


@scenario
def changed_indices():
    """An index or a mask is saved like any other tensor, by the forms in place too."""
    def of(step, *values):
        x, index = torch.arange(6.0).view(3, 2).requires_grad_(), torch.tensor(values)
        out = step(x, index)
        index.logical_not_() if index.dtype == torch.bool else index.add_(1)
        error = caught(lambda: out.sum().backward())
        # The whole number that chainrule has is PyTorch's Int.
        return {**error, 'message': error['message'].replace('LongTensor', 'IntTensor')}

    def put(x, index):
        y = x.clone()
        y[index] = x[:1]
        return y

    rows = torch.ones(2, 2, requires_grad=True)
    square = [[0, 1], [1, 0]]
    return {
        'index_select': of(lambda x, i: x.index_select(0, i), 0, 2),
        'gather': of(lambda x, i: x.gather(1, i), *square),
        'take': of(lambda x, i: x.take(i), 0, 5),
        'take_along_dim': of(lambda x, i: x[:2].take_along_dim(i, 1), *square),
        'index': of(lambda x, i: x[i], 0, 2),
        'index of a column': of(lambda x, i: x[1:, i], 0, 1),
        'mask': of(lambda x, i: x[i], True, False, True),
        'masked_select': of(lambda x, i: x[:, 0].masked_select(i), True, False, True),
        'masked_scatter': of(lambda x, i: x[:, 0].masked_scatter(i, rows[0]), True, False, True),
        'masked_scatter_': of(lambda x, i: x[:, 0].clone().masked_scatter_(i, rows[0]), True, False, True),
        'masked_fill': of(lambda x, i: x[:, 0].masked_fill(i, 1), True, False, True),
        'masked_fill_': of(lambda x, i: x[:, 0].clone().masked_fill_(i, 1), True, False, True),
        'scatter': of(lambda x, i: x.scatter(0, i, rows), *square),
        'scatter_': of(lambda x, i: x.clone().scatter_(0, i, 5), *square),
        'scatter_add': of(lambda x, i: x.scatter_add(0, i, rows), *square),
        'scatter_add_': of(lambda x, i: x.clone().scatter_add_(0, i, rows), *square),
        'scatter_reduce': of(lambda x, i: x.scatter_reduce(0, i, rows, 'sum'), *square),
        'index_add': of(lambda x, i: x.index_add(0, i, rows), 0, 2),
        'index_add_': of(lambda x, i: x.clone().index_add_(0, i, rows), 0, 2),
        'index_copy': of(lambda x, i: x.index_copy(0, i, rows), 0, 2),
        'index_copy_': of(lambda x, i: x.clone().index_copy_(0, i, rows), 0, 2),
        'index_fill': of(lambda x, i: x.index_fill(0, i, 1), 0, 2),
        'index_fill_': of(lambda x, i: x.clone().index_fill_(0, i, x.sum()), 0, 2),
        'index_put': of(lambda x, i: x.index_put((i,), rows), 0, 2),
        'index_put_': of(put, 0, 2),
        'index_put_ of a mask': of(put, True, False, True),
    }


@scenario
def changed_results():
    """Indices that an op returns are saved too."""
    def of(step):
        values, indices = step(torch.arange(6.0).view(3, 2).requires_grad_())
        indices.zero_()
        error = caught(lambda: values.sum().backward())
        return {**error, 'message': error['message'].replace('LongTensor', 'IntTensor')}

    return {
        'sort': of(lambda x: x.sort(0)), 'topk': of(lambda x: x.topk(1, 0)), 'kthvalue': of(lambda x: x.kthvalue(1, 0)),
        'median': of(lambda x: x.median(0)), 'mode': of(lambda x: x.mode(0)), 'cummax': of(lambda x: x.cummax(0)),
        'max': of(lambda x: x.max(0)), 'min': of(lambda x: x.min(0, keepdim=True)),
    }


@scenario
def changed_leaf():
    x, w = leaf(1, 2), leaf(3, 4)
    y = (x * w).sum()
    with torch.no_grad():
        w.add_(1)
    return {'error': caught(lambda: y.backward())}


@scenario
def double_precision_and_shapes_in_the_error():
    x = torch.ones(2, 3, dtype=torch.float64, requires_grad=True)
    y = x.exp()
    y[0].add_(1)
    scalar = number(2)
    s = scalar.exp()
    s.add_(1)
    return {'matrix': caught(lambda: y.sum().backward()), 'scalar': caught(lambda: s.backward())}


@scenario
def versions():
    x = plain(1, 2, 3)
    seen = [x._version]
    x.add_(1)
    seen.append(x._version)
    x[0].mul_(2)
    seen.append(x._version)
    view = x[1:]
    seen.append(view._version)
    x.detach().zero_()
    seen.append(view._version)
    with torch.no_grad():
        x.add_(1)
    seen.append(x._version)
    x.data.add_(1)
    seen.append(x._version)
    seen.append(x.clone()._version)
    x[0] = 5
    seen.append(x._version)
    x.copy_(plain(1, 1, 1))
    seen.append(x._version)
    return seen


@scenario
def in_place_on_results():
    x, w = leaf(1, 2, 3), leaf(0.5, -1, 2)
    names = {}
    y = x * 2
    y.add_(w)
    names['add_'] = node_name(y)
    y.mul_(w)
    names['mul_'] = node_name(y)
    y.sigmoid_()
    names['sigmoid_'] = node_name(y)
    y.backward(plain(1, 2, 3))
    z = x * 1
    for method in ('relu_', 'exp_', 'neg_', 'zero_', 'tanh_', 'sqrt_', 'abs_', 'square_', 'sin_'):
        getattr(z, method)()
        names[method] = node_name(z)
    z.fill_(3)
    names['fill_'] = node_name(z)
    z.clamp_(0, 1)
    names['clamp_'] = node_name(z)
    z.div_(2)
    names['div_'] = node_name(z)
    z.copy_(x)
    names['copy_'] = node_name(z)
    return {'names': names, 'y': y, 'x': x.grad, 'w': w.grad}


@scenario
def in_place_on_a_view():
    x = leaf(1, 2, 3, 4)
    y = x * 2
    v = y[1:3]
    before = [node_name(y), node_name(v)]
    v.mul_(10)
    after = [node_name(y), node_name(v)]
    (y * plain(1, 2, 3, 4)).sum().backward()
    return {'before': before, 'after': after, 'y': y, 'v': v, 'grad': x.grad}


@scenario
def in_place_on_a_base():
    x = leaf(1, 2, 3, 4)
    y = x * 2
    v = y.view(2, 2)
    w = v[1]
    y.mul_(10)
    names = [node_name(y), node_name(v), node_name(w)]
    (v * v).sum().backward(retain_graph=True)
    first = copy(x.grad)
    x.grad = None
    (w * 3).sum().backward()
    return {'names': names, 'v': v, 'first': first, 'second': x.grad}


@scenario
def in_place_select():
    x = leaf(1, 2, 3)
    y = x.clone()
    y[0].mul_(5)
    y[1] = 7
    y[2:].exp_()
    (y * y).sum().backward()
    return {'y': y, 'name': node_name(y), 'grad': x.grad}


@scenario
def in_place_from_another_leaf():
    x, w = leaf(1, 2, 3), leaf(10, 20)
    y = x * 1
    y[1:] = w * 2
    y[0].mul_(w[0])
    (y * plain(1, 2, 3)).sum().backward()
    return {'y': y, 'x': x.grad, 'w': w.grad}


@scenario
def constants_become_part_of_the_graph():
    w = leaf(1, 2)
    z = torch.zeros(4)
    before = z.requires_grad
    view = z[1:3]
    view.copy_(w)
    names = [node_name(z), node_name(view)]
    z[0] = w[1] * 3
    (z * plain(1, 2, 3, 4)).sum().backward()
    other = torch.ones(2)
    other.mul_(w)
    return {'before': before, 'after': [z.requires_grad, z.is_leaf], 'names': names, 'z': z, 'grad': w.grad,
            'mul_': [node_name(other), other]}


@scenario
def views_of_views_in_place():
    x = torch.arange(6.0).reshape(2, 3).requires_grad_()
    y = x * 1
    t = y.t()
    t[1].mul_(3)
    t[0:2, 1].add_(5)
    y.view(6)[4:].zero_()
    (y * torch.arange(1.0, 7.0).view(2, 3)).sum().backward()
    return {'y': y, 't': t, 'names': [node_name(y), node_name(t)], 'grad': x.grad}


@scenario
def permuted_base_in_place():
    x = torch.arange(6.0).reshape(2, 3).requires_grad_()
    y = (x * 1).t().contiguous()
    y[1].mul_(4)
    z = (x * 2).t()
    z[2].mul_(3)
    (y.sum() + (z * z).sum()).backward()
    return {'y': y, 'z': z, 'grad': x.grad}


@scenario
def views_that_forbid_it():
    x = leaf(1, 2, 3)
    y = x * 1
    parts, pieces = (x * 2).unbind(), (x * 2).split(2)
    with torch.no_grad():
        unseen = y[0]
        alone = y.view(3)
    p = plain(1, 2, 3)
    free = p.unbind()
    free[0].mul_(2)
    return {
        'unbind': caught(lambda: parts[0].mul_(2)), 'split': caught(lambda: pieces[1].add_(1)),
        'chunk': caught(lambda: (x * 2).chunk(3)[2].zero_()),
        'made in no_grad': caught(lambda: unseen.mul_(2)), 'view in no_grad': caught(lambda: alone.mul_(2)),
        'unbind of plain': p, 'expanded': caught(lambda: torch.zeros(1).expand(3).add_(1)),
    }


@scenario
def in_place_twice_saved():
    x = leaf(1, 2)
    y = x.exp()
    z = y * y
    y = y.clone()
    y.mul_(3)
    (z.sum() + (y * x).sum()).backward()
    return {'grad': x.grad}


@scenario
def index_put_gradients():
    x, v = leaf(1, 2, 3), leaf(10, 20, 30)
    y = x * 2
    y.index_put_((torch.tensor([0, 2, 0]),), v, accumulate=True)
    name = node_name(y)
    (y * y).sum().backward()
    w = leaf(5)
    z = x * 1
    z[torch.tensor([True, False, True])] = w
    gx, gw = torch.autograd.grad((z * plain(1, 2, 3)).sum(), [x, w])
    return {'name': name, 'y': y, 'x': x.grad, 'v': v.grad, 'mask': [gx, gw]}


# Hooks, retain_grad --------------------------------------------------------------------------------------------------


@scenario
def hooks():
    order = []
    x = leaf(1, 2)
    y = x * 3

    def note(name, scale=None):
        def hook(grad):
            order.append([name, copy(grad)])
            return None if scale is None else grad * scale
        return hook

    x.register_hook(note('x first', 2))
    x.register_hook(note('x second', 10))
    y.register_hook(note('y first'))
    removable = y.register_hook(note('y removed', 100))
    y.register_hook(note('y last', -1))
    removable.remove()
    y.sum().backward()
    first = copy(x.grad)
    y2 = (x * x).sum()
    y2.backward()
    return {'order': order, 'first': first, 'second': x.grad}


@scenario
def hooks_and_sums():
    seen = []
    x = leaf(1, 2)
    h = x * 2
    h.register_hook(lambda g: seen.append(copy(g)))
    (h * h + h).sum().backward()
    return {'once, with the sum': seen, 'grad': x.grad}


@scenario
def hook_errors():
    x = leaf(1, 2)
    y = x * 2
    y.register_hook(lambda g: g[0:1])
    other_size = caught(lambda: y.sum().backward())
    return {
        'no grad': caught(lambda: plain(1).register_hook(lambda g: g)),
        'other size': [other_size['error'], 'has changed the size of value' in other_size['message']],
    }


@scenario
def retain_grad():
    x = leaf(1, 2)
    y = x * 3
    z = y * y
    y.retain_grad()
    y.retain_grad()
    before = y.grad
    flags = [y.retains_grad, z.retains_grad, x.retains_grad]
    z.sum().backward(retain_graph=True)
    once = copy(y.grad)
    z.sum().backward()
    x.retain_grad()
    return {'before': before, 'flags': flags, 'once': once, 'twice': y.grad, 'not asked': z.grad, 'leaf': x.retains_grad,
            'error': caught(lambda: plain(1).retain_grad())}


@scenario
def retain_grad_sees_hooks():
    x = leaf(1, 2)
    y = x * 3
    y.register_hook(lambda g: g * 2)
    y.retain_grad()
    z = x * 3
    z.retain_grad()
    z.register_hook(lambda g: g * 2)
    (y + z).sum().backward()
    return {'retained last': y.grad, 'retained first': z.grad, 'x': x.grad}


@scenario
def node_hooks():
    seen = []
    x = leaf(1, 2)
    y = x * 3
    y.grad_fn.register_hook(lambda inputs, outputs: seen.append([copy(inputs[0]), copy(outputs[0])]))
    y.sum().backward()
    return {'seen': seen}


# Modes ---------------------------------------------------------------------------------------------------------------


@scenario
def detach():
    x = leaf(1, 2)
    y = x * 2
    d = y.detach()
    d.mul_(10)
    other = x * 3
    other.detach_()
    leaf_detached = leaf(1)
    leaf_detached.detach_()
    base = x * 2
    view = base[0]
    (y * d).sum().backward()
    return {
        'shares': y, 'flags': [d.requires_grad, d.is_leaf, node_name(d)],
        'detach_': [other.requires_grad, other.is_leaf, node_name(other)],
        'leaf': leaf_detached.requires_grad, 'view': caught(lambda: view.detach_()), 'grad': x.grad,
        'backward of it': caught(lambda: d.sum().backward()),
    }


@scenario
def no_grad():
    x = leaf(1, 2)
    with torch.no_grad():
        y = x * 2
        made = torch.zeros(2, requires_grad=True)
        with torch.enable_grad():
            inner = x * 3
        off = torch.is_grad_enabled()
        with torch.set_grad_enabled(True):
            on = torch.is_grad_enabled()
        view = x[0]
        view.mul_(10)
    torch.set_grad_enabled(False)
    outside = x * 2
    torch.set_grad_enabled(True)
    try:
        with torch.no_grad():
            raise ValueError('inside')
    except ValueError:
        after_error = torch.is_grad_enabled()
    return {
        'y': [y.requires_grad, y.is_leaf, node_name(y)], 'made': [made.requires_grad, made.is_leaf],
        'inner': [inner.requires_grad, node_name(inner)], 'modes': [off, on, torch.is_grad_enabled(), after_error],
        'function': outside.requires_grad, 'x': x, 'view': view.detach(),
        'backward': caught(lambda: y.sum().backward()),
    }


@scenario
def inference_mode():
    x = leaf(1, 2)
    with torch.inference_mode():
        y = x * 2
        inside = [torch.is_inference_mode_enabled(), torch.is_grad_enabled()]
        y.add_(1)
        made = torch.ones(2)
        view = x[0:1]
        with torch.inference_mode(False):
            normal = torch.ones(2)
        value = y.clone()
    return {
        'y': value, 'flags': [y.is_inference(), y.requires_grad, y.is_leaf, made.is_inference(), normal.is_inference()],
        'view': view.is_inference(), 'inside': inside, 'after': torch.is_inference_mode_enabled(),
        'saved': caught(lambda: x * y), 'not saved': caught(lambda: x + y), 'in place': caught(lambda: y.add_(1)),
        'requires_grad_': caught(lambda: made.requires_grad_()), 'backward': caught(lambda: y.sum().backward()),
        'version': caught(lambda: made._version), 'clone': [y.clone().is_inference(), (x * y.clone()).requires_grad],
        'result outside': (y * 2).is_inference(),
    }


# Custom functions ----------------------------------------------------------------------------------------------------


class Scale(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, factor):
        ctx.factor = factor
        return x * factor

    @staticmethod
    def backward(ctx, grad):
        return grad * ctx.factor, None


class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x ** 3

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * 3 * x ** 2


class Product(torch.autograd.Function):
    needs = []

    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a * b

    @staticmethod
    def backward(ctx, grad):
        a, b = ctx.saved_tensors
        Product.needs.append(list(ctx.needs_input_grad))
        return (grad * b if ctx.needs_input_grad[0] else None), (grad * a if ctx.needs_input_grad[1] else None)


class SumAndArgmax(torch.autograd.Function):
    seen = []

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        best = x.argmax()
        marked = x * 0
        ctx.mark_non_differentiable(best, marked)
        return x.sum(), best, marked, x * 2

    @staticmethod
    def backward(ctx, total, best, marked, twice):
        (x,) = ctx.saved_tensors
        SumAndArgmax.seen.append([copy(total), copy(twice)])
        return total.expand_as(x) + twice * 2


class Unmaterialized(torch.autograd.Function):
    seen = []

    @staticmethod
    def forward(ctx, x):
        ctx.set_materialize_grads(False)
        return x * 1, x * 2

    @staticmethod
    def backward(ctx, a, b):
        Unmaterialized.seen.append([copy(a), copy(b)])
        return a


class AddOneInPlace(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        x.add_(1)
        ctx.mark_dirty(x)
        return x

    @staticmethod
    def backward(ctx, grad):
        return grad * 5


class TooFew(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b):
        return a + b

    @staticmethod
    def backward(ctx, grad):
        return grad


class TooMany(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a):
        return a * 2

    @staticmethod
    def backward(ctx, grad):
        return grad, grad, grad


class NullsAtTheEnd(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a):
        return a * 2

    @staticmethod
    def backward(ctx, grad):
        return grad * 2, None


class WrongShape(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, grad):
        return grad[0:2]


class Broadcasts(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.sum()

    @staticmethod
    def backward(ctx, grad):
        return torch.ones(4, 3) * grad


class Identity(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x

    @staticmethod
    def backward(ctx, grad):
        return grad * 7


@scenario
def custom_function():
    x = leaf(1, 2, 3)
    y = Scale.apply(x, 4)
    y.sum().backward()
    z = Cube.apply(x)
    g1 = torch.autograd.grad(z.sum(), [x], create_graph=True)[0]
    g2 = torch.autograd.grad(g1.sum(), [x], create_graph=True)[0]
    g3 = torch.autograd.grad(g2.sum(), [x])[0]
    freed = Cube.apply(x).sum()
    freed.backward()
    return {
        'y': y, 'name': node_name(y), 'grad': x.grad, 'orders': [g1, g2, g3], 'name of cube': node_name(z),
        'plain input': [Scale.apply(plain(1), 2).requires_grad, node_name(Scale.apply(plain(1), 2))],
        'freed': caught(lambda: freed.backward()),
        'in no_grad': torch.no_grad()(lambda: Scale.apply(x, 2))().requires_grad,
    }


@scenario
def custom_function_inputs():
    Product.needs.clear()
    a, b, c = leaf(1, 2), leaf(3, 4), plain(5, 6)
    Product.apply(a, b).sum().backward()
    Product.apply(a, c).sum().backward()
    Product.apply(c, b).sum().backward()
    return {'needs': Product.needs, 'a': a.grad, 'b': b.grad}


@scenario
def custom_function_outputs():
    SumAndArgmax.seen.clear()
    Unmaterialized.seen.clear()
    x = leaf(1, 3, 2)
    total, best, marked, twice = SumAndArgmax.apply(x)
    flags = [total.requires_grad, best.requires_grad, marked.requires_grad, twice.requires_grad]
    total.backward(retain_graph=True)
    first = copy(x.grad)
    (total * 2 + twice.sum()).backward()
    a, _ = Unmaterialized.apply(x)
    a.sum().backward()
    return {'flags': flags, 'best': best, 'first': first, 'grad': x.grad, 'seen': SumAndArgmax.seen,
            'unmaterialized': Unmaterialized.seen}


@scenario
def custom_function_in_place():
    x = leaf(1, 2)
    h = x * 2
    y = AddOneInPlace.apply(h)
    same = y is h
    y.sum().backward()
    return {'same': same, 'name': node_name(h), 'h': h, 'grad': x.grad,
            'leaf': caught(lambda: AddOneInPlace.apply(leaf(1)))}


@scenario
def custom_function_errors():
    a, b = leaf(1, 2, 3), leaf(4, 5, 6)
    nulls = NullsAtTheEnd.apply(b)
    nulls.sum().backward()
    return {
        'too few': caught(lambda: TooFew.apply(a, b).sum().backward()),
        'too many': caught(lambda: TooMany.apply(a).sum().backward()),
        'nulls at the end': b.grad,
        'wrong shape': caught(lambda: WrongShape.apply(a).sum().backward()),
        'summed to the shape': caught(lambda: Broadcasts.apply(a).backward()),
        'grad': a.grad,
    }


@scenario
def custom_function_identity():
    x = leaf(1, 2)
    y = Identity.apply(x)
    y.sum().backward()
    return {'same': y is x, 'name': node_name(y), 'grad': x.grad}


@scenario
def custom_function_saved_then_changed():
    x = leaf(1, 2)
    h = x * 1
    y = Cube.apply(h)
    h.add_(1)
    return {'error': caught(lambda: y.sum().backward())}


# Anomaly, higher orders ----------------------------------------------------------------------------------------------


@scenario
def anomaly():
    def run():
        x = leaf(0, 4)
        return (x.sqrt() * plain(0, 1)).sum(), x

    loss, x = run()
    loss.backward()
    silent = copy(x.grad)
    with contextlib.redirect_stderr(io.StringIO()):
        with torch.autograd.detect_anomaly():
            watched, _ = run()
            error = caught(lambda: watched.backward())
        with torch.autograd.set_detect_anomaly(True):
            again, _ = run()
            enabled = torch.is_anomaly_enabled()
            second = caught(lambda: again.backward())
    return {'silent': silent, 'error': error, 'second': second, 'enabled': [enabled, torch.is_anomaly_enabled()]}


@scenario
def third_order():
    x = leaf(0.5, -1.2, 2, dtype=torch.float64)
    rows = {}
    for name, f in {
        'x^4': lambda t: t ** 4, 'sin': lambda t: t.sin(), 'exp(sin)': lambda t: t.sin().exp(),
        'sigmoid': lambda t: t.sigmoid(), 'tanh of square': lambda t: (t * t).tanh(), 'softplus': torch.nn.functional.softplus,
        'quotient': lambda t: t / (t * t + 1), 'logsumexp': lambda t: t.logsumexp(0), 'prod': lambda t: t.prod(),
        'norm': lambda t: t.norm(), 'softmax': lambda t: (t.softmax(0) * plain(1, 2, 3, dtype=torch.float64)).sum(),
        'gelu': torch.nn.functional.gelu, 'erf': torch.erf, 'pow of x': lambda t: (t.abs() + 1) ** t,
    }.items():
        orders = []
        y = f(x)
        for _ in range(3):
            y = torch.autograd.grad(y.sum(), [x], create_graph=True)[0]
            orders.append(copy(y))
        rows[name] = orders
    return rows


@scenario
def mixed_partials():
    x, y = number(1.5), number(-2)
    f = x ** 2 * y ** 3
    fx, fy = torch.autograd.grad(f, [x, y], create_graph=True)
    fxy = torch.autograd.grad(fx, [y], retain_graph=True)[0]
    fyx = torch.autograd.grad(fy, [x], create_graph=True)[0]
    fyxy = torch.autograd.grad(fyx, [y])[0]
    return {'fx': fx, 'fy': fy, 'fxy': fxy, 'fyx': fyx, 'fyxy': fyxy, 'name': node_name(fx)}


@scenario
def gradient_penalty():
    w = torch.tensor([[0.5, -1.0], [2.0, 0.3]], requires_grad=True)
    x = torch.tensor([[1.0, 2.0]], requires_grad=True)
    out = torch.tanh(x @ w).sum()
    (gx,) = torch.autograd.grad(out, [x], create_graph=True)
    penalty = (gx.norm() - 1) ** 2
    penalty.backward()
    return {'penalty': penalty, 'w': w.grad, 'x': x.grad}


@scenario
def create_graph_in_backward():
    x = leaf(1, 2)
    (x ** 3).sum().backward(create_graph=True)
    first = copy(x.grad)
    flag = x.grad.requires_grad
    total = x.grad.sum()
    x.grad = None
    total.backward()
    return {'first': first, 'requires grad': flag, 'second': x.grad}


@scenario
def hessian_vector_product():
    x = leaf(1, -2, 0.5, dtype=torch.float64)
    v = plain(1, 2, 3, dtype=torch.float64)
    f = (x[0] * x[1] * x[2]).exp() + (x ** 3).sum()
    (g,) = torch.autograd.grad(f, [x], create_graph=True)
    (hv,) = torch.autograd.grad(g, [x], grad_outputs=[v])
    return {'g': g, 'hv': hv}


# requires_grad and .grad ---------------------------------------------------------------------------------------------


@scenario
def requires_grad_changes():
    x = leaf(1, 2)
    y = x * 2
    p = plain(1, 2)

    def switch_off():
        y.requires_grad = False

    returned = p.requires_grad_() is p
    y.requires_grad_(True)
    off = leaf(1)
    off.requires_grad_(False)
    return {
        'off on a result': caught(switch_off), 'requires_grad_(False) on a result': caught(lambda: y.requires_grad_(False)),
        'integers': caught(lambda: torch.tensor([1], dtype=torch.int32).requires_grad_()),
        'tensor of integers': caught(lambda: torch.tensor([1], dtype=torch.int32, requires_grad=True)),
        'zeros of bools': caught(lambda: torch.zeros(2, dtype=torch.bool, requires_grad=True)),
        'returned': returned, 'p': p.requires_grad, 'off': off.requires_grad, 'y': y.requires_grad,
        'integers off': caught(lambda: torch.tensor([1], dtype=torch.int32).requires_grad_(False)),
    }


@scenario
def grad_assignment():
    x = leaf(1, 2)

    given = plain(5, 6)
    x.grad = given
    (x * 2).sum().backward()
    return {'accumulated': x.grad, 'same tensor': x.grad is given, 'given': given}


@scenario
def dtypes_of_gradients():
    x, d = leaf(1, 2), leaf(3, 4, dtype=torch.float64)
    y = x * d
    y.sum().backward()
    z = leaf(1.5, 2.5)
    z.double().pow(2).sum().backward()
    i = plain(1, 2, dtype=torch.int32)
    (z * i).sum().backward()
    return {'y': y, 'x': x.grad, 'd': d.grad, 'z': z.grad}


# Gradients of certain ops --------------------------------------------------------------------------------------------


@scenario
def broadcast_gradients():
    a = torch.ones(2, 1, 3, requires_grad=True)
    b = torch.full((4, 1), 2.0, requires_grad=True)
    s = number(3)
    y = a * b + s
    y.backward(torch.arange(24.0).view(2, 4, 3))
    e = leaf(1, 2)
    e.expand(3, 2).backward(torch.arange(6.0).view(3, 2))
    return {'shape': list(y.shape), 'a': a.grad, 'b': b.grad, 's': s.grad, 'expand': e.grad}


@scenario
def choices():
    ties = leaf(2, 3, 3)
    rows = {
        'max': lambda t: t.max(), 'amax': lambda t: t.amax(0), 'max over a dim': lambda t: t.max(0).values,
        'maximum': lambda t: torch.maximum(t, plain(2, 1, 5)), 'relu at 0': lambda t: (t - 3).relu(),
        'abs at 0': lambda t: (t - 2).abs(), 'clamp': lambda t: t.clamp(2, 3), 'clamp inside': lambda t: t.clamp(2.5, 3),
        'sort': lambda t: t.sort().values[0], 'where': lambda t: torch.where(t > 2, t * t, t * 10),
        'sqrt at 0': lambda t: (t - 2).sqrt(), 'norm at 0': lambda t: (t - t).norm(), 'pow 0': lambda t: (t - 2) ** 0,
        'median': lambda t: t.median(), 'min': lambda t: t.min(), 'leaky': lambda t: torch.nn.functional.leaky_relu(t - 3, 0.1),
        'sign': lambda t: t.sign(), 'round': lambda t: t.round(), 'fmod': lambda t: t.fmod(2), 'std': lambda t: t.std(),
    }
    return {name: list(torch.autograd.grad(f(ties).sum(), [ties], allow_unused=True)) for name, f in rows.items()}


@scenario
def where_hides_no_nan():
    x = leaf(0, 4)
    torch.where(x > 0, x.sqrt(), torch.zeros(2)).sum().backward()
    return {'grad': x.grad}


@scenario
def indexing_gradients():
    x = torch.arange(12.0).view(3, 4).requires_grad_()
    (x[1] * 2).sum().backward()
    row = copy(x.grad)
    x.grad = None
    (x[:, ::2] * x[:, 1:3]).sum().backward()
    slices = copy(x.grad)
    x.grad = None
    (x[torch.tensor([0, 0, 2])] * torch.arange(12.0).view(3, 4)).sum().backward()
    repeated = copy(x.grad)
    x.grad = None
    x[x > 5].pow(2).sum().backward()
    masked = copy(x.grad)
    x.grad = None
    x.gather(1, torch.tensor([[0, 0], [1, 3], [2, 2]])).sum().backward()
    return {'row': row, 'slices': slices, 'repeated': repeated, 'masked': masked, 'gathered': x.grad}


@scenario
def in_place_on_views_of_any_layout():
    weight = plain(*range(1, 25)).reshape(2, 3, 4)

    def of(make, view, change):
        x = plain(*[i / 32 for i in range(1, 25)]).reshape(2, 3, 4).requires_grad_()
        base = make(x)
        window = view(base)
        change(window, x)
        (base * weight.reshape(-1)[:base.numel()].reshape(base.shape)).sum().backward(retain_graph=True)
        first = copy(x.grad)
        (window * window).sum().backward()
        return [first, x.grad, node_name(base), node_name(window), base.detach(), window.detach()]

    bases = {
        'transposed': lambda x: (x * 2).transpose(0, 2),
        'permuted and computed': lambda x: x.permute(2, 0, 1) * 2,
        'transposed, sin': lambda x: x.transpose(1, 2).sin(),
        'narrowed': lambda x: (x * 2).narrow(1, 1, 2),
        'stepped': lambda x: (x * 2)[:, ::2, 1:],
    }
    views = {
        'row': lambda b: b[0],
        'last column': lambda b: b[..., -1],
        'transposed': lambda b: b.transpose(0, 1),
        'diagonal': lambda b: b.diagonal(0, 0, 1),
        'stepped': lambda b: b[:, ::2],
    }
    changes = {
        'mul_': lambda w, x: w.mul_(3),
        'mul_ by leaf': lambda w, x: w.mul_(x.sum()),
        'copy_': lambda w, x: w.copy_(torch.ones_like(w)),
        'sigmoid_': lambda w, x: w.sigmoid_(),
    }
    return {b: {v: {c: of(bases[b], views[v], changes[c]) for c in changes} for v in views} for b in bases}


@scenario
def as_strided_of_any_layout():
    weight = plain(1, -2, 3, -4, 5, -6, 7, -8, 9).reshape(3, 3)

    def of(make, *window):
        x = plain(*[i / 4 for i in range(1, 21)]).reshape(4, 5).requires_grad_()
        base = make(x)
        out = base.as_strided((3, 3), *window)
        grad, = torch.autograd.grad((out * out * weight).sum(), [x], create_graph=True)
        twice, = torch.autograd.grad((grad * grad).sum(), [x])
        return [out, grad, twice]

    bases = {
        'row-major': lambda x: x * 2,
        'transposed': lambda x: (x * 2).t(),
        'offset': lambda x: (x * 2)[1:],
        'window': lambda x: (x * 2)[1:, 1:4],
        'stepped': lambda x: (x * 2)[::3, ::2],
        'expanded': lambda x: (x * 2)[:1].expand(4, 5),
    }
    windows = {
        'own offset': ((5, 1),), 'overlapping': ((1, 1),), 'at 2': ((4, 1), 2), 'at 5': ((1, 3), 5), 'broadcast': ((0, 2), 1),
    }
    return {b: {w: of(bases[b], *windows[w]) for w in windows} for b in bases}


@scenario
def views_after_a_change():
    x = leaf(1, 2, 3, 4, 5, 6)
    y = x * 2
    square, overlapping = y.view(2, 3), y.as_strided((4, 3), (1, 1))
    column = square[:, 1]
    y.mul_(x)
    return {
        'square': torch.autograd.grad((square * square).sum(), [x], retain_graph=True)[0],
        'overlapping': torch.autograd.grad((overlapping * overlapping).sum(), [x], retain_graph=True)[0],
        'column': torch.autograd.grad((column * column).sum(), [x], retain_graph=True)[0],
        'names': [node_name(square), node_name(overlapping), node_name(column)],
    }


@scenario
def unbind_gradients():
    x = torch.arange(6.0).view(2, 3).requires_grad_()
    a, b = x.unbind(0)
    (a * b).sum().backward()
    first = copy(x.grad)
    x.grad = None
    left, right = x.split([1, 2], 1)
    (right * right).sum().backward()
    second = copy(x.grad)
    x.grad = None
    values, indices = x.max(1)
    (values * plain(2, 3)).sum().backward()
    return {'unbind': first, 'split': second, 'max': x.grad, 'indices': indices, 'flags': [indices.requires_grad, values.requires_grad]}


@scenario
def printed():
    x = leaf(1, 2)
    y = x * 2
    z = y.clone()
    z[0].mul_(2)
    return {
        'leaf': str(x), 'result': str(y), 'slices': str(z), 'scalar': str((x ** 2).sum()), 'detached': str(y.detach()),
        'grad': str(torch.autograd.grad(y.sum(), [x])[0]), 'select': str(x[0]), 'double': str(x.double()),
        'custom': str(Scale.apply(x, 2)), 'comparison': str(x > 1), 'view': str(x.view(2, 1)),
    }


@scenario
def views_in_place():
    weights = torch.arange(6.0) - 2
    steps = {
        'squeeze_': lambda t: t.squeeze_(),
        'squeeze_ dim': lambda t: t.squeeze_(-2),
        'unsqueeze_': lambda t: t.unsqueeze_(-1),
        'transpose_': lambda t: t.transpose_(0, 2),
        'swapaxes_': lambda t: t.swapaxes_(1, -1),
        'swapdims_': lambda t: t.swapdims_(1, 0),
        'as_strided_': lambda t: t.as_strided_((3, 2), (1, 3)),
        'as_strided_ part': lambda t: t.as_strided_((2, 2), (2, 1), 1),
        'twice': lambda t: t.squeeze_(1).t_(),
        'named': lambda t: t.transpose_(dim0=0, dim1=1).unsqueeze_(dim=0),
    }
    found = {}
    for name, step in steps.items():
        x = torch.arange(1.0, 7.0).reshape(2, 1, 3).requires_grad_()
        y = x * 2
        version = y._version
        out = step(y)
        found[name] = {'same': out is y, 'shape': list(y.shape), 'strides': list(y.stride()), 'offset': y.storage_offset(),
                       'node': node_name(y), 'changes': y._version - version}
        (y * y * weights[:y.numel()].reshape(y.shape)).sum().backward()
        found[name]['grad'] = x.grad
    return found


@scenario
def views_in_place_of_views():
    x = torch.arange(1.0, 7.0).reshape(2, 1, 3).requires_grad_()
    base = x * 2
    row, column = base[0], base[:, :, 1]
    row.unsqueeze_(0)
    names = [node_name(base), node_name(row)]
    column.t_()
    row.mul_(3)
    base.squeeze_()
    weights = torch.arange(6.0).reshape(2, 3)
    (base * weights).sum().backward(retain_graph=True)
    first = copy(x.grad)
    x.grad = None
    (column * plain(5, 7)).sum().backward(retain_graph=True)
    second = copy(x.grad)
    x.grad = None
    row.sum().backward()
    return {'names': names, 'base': copy(base), 'row': copy(row), 'column': copy(column), 'of base': first,
            'of column': second, 'of row': x.grad}


@scenario
def views_in_place_after_use():
    x = torch.arange(1.0, 5.0).reshape(2, 2).requires_grad_()
    found = {}
    # Some that save their input in PyTorch, which refuses, save no more than its shape here.
    uses = {
        'sum': lambda y: y.sum(), 'index_select': lambda y: y.index_select(0, torch.tensor([1])),
        'max': lambda y: y.max(1)[0], 'sort': lambda y: y.sort(1)[0], 'topk': lambda y: y.topk(1)[0],
        'repeat': lambda y: y.repeat(2, 1), 'cumsum': lambda y: y.cumsum(0), 'narrow': lambda y: y.narrow(0, 0, 1),
        'copy_': lambda y: torch.zeros(2, 2).copy_(y), 'cat': lambda y: torch.cat([y, y]),
        'addmm': lambda y: torch.addmm(y, torch.ones(2, 3), torch.ones(3, 2)), 'expand': lambda y: y.expand(2, 2, 2),
        'amax': lambda y: y.amax(1), 'exp': lambda y: y.exp(), 'mul': lambda y: y * y,
        'scatter_add': lambda y: torch.zeros(2, 2).scatter_add(0, torch.tensor([[0, 1], [1, 1]]), y),
    }
    for name, use in uses.items():
        x.grad = None
        y = x * 3
        out = use(y)
        y.unsqueeze_(0)
        error = caught(lambda: (out * 2).sum().backward())
        found[name] = x.grad if error == 'nothing' else error
    return found


@scenario
def resizing():
    found = {}
    x = torch.arange(6)
    version = x._version
    found['fewer'] = [x.resize_(2, 2).clone(), x._version - version, list(x.stride())]
    found['back'] = x.resize_([3, 2]).clone()
    found['transposed'] = torch.arange(6).view(2, 3).t().resize_(2, 3)
    found['as it is'] = list(torch.arange(6).view(2, 3).t().resize_(3, 2).stride())
    found['part'] = torch.arange(6)[2:].resize_(2, 2)
    more = torch.arange(3.0)
    same = more.view(3, 1)
    more.resize_(2, 4)
    more[1] = 7
    found['more'] = [list(more.shape), more[0, :3].clone(), more[1].clone(), same.clone()]
    one = torch.tensor(5.0)
    found['of one'] = one.resize_(1, 1)
    found['like'] = torch.arange(6).resize_as_(torch.zeros(2, 2))
    found['none'] = list(torch.arange(6).resize_(0, 3).shape)
    found['leaf'] = caught(lambda: leaf(1, 2).resize_(1))
    found['result'] = caught(lambda: (leaf(1, 2) * 2).resize_(1))
    return found


@scenario
def refused_views_in_place():
    x = leaf(1, 2, 3)
    with torch.no_grad():
        free = x.view(1, 3)
        x.unsqueeze_(0)
    shape, grows = list(x.shape), x.requires_grad
    (x * 2).sum().backward()
    return [
        shape, grows, copy(x.grad),
        caught(lambda: x.squeeze_()), caught(lambda: x[0].unsqueeze_(0)), caught(lambda: x.t_()),
        caught(lambda: (x * 2).split(1, 1)[0].squeeze_()), caught(lambda: free.squeeze_()),
        caught(lambda: plain(1).unsqueeze_(3)), caught(lambda: torch.zeros(1, 1, 1).t_()),
        caught(lambda: plain(1).transpose_(0, 1)), caught(lambda: plain(1).squeeze_(2)),
    ]


# What PyTorch 2 answers, where it is not what 1.13 answers or where either is right: scenario, path, answer.
FLOATING_ONLY = 'only Tensors of floating point and complex dtype can require gradients'
PYTORCH_2 = [
    # Since 2.0 a retained gradient is what all hooks made of it, whenever they were registered.
    ('retain_grad_sees_hooks', ['retained first'], {'d': 'f32', 's': [2], 'v': [2, 2]}),
    ('backward_inputs', ['needs no grad', 'message'], 'One of the differentiated Tensors does not require grad'),
    ('backward_inputs', ['none', 'message'], '`inputs` argument to `backward()` cannot be empty.'),
    ('requires_grad_changes', ['integers', 'message'], FLOATING_ONLY),
    # The overload for several dimensions came between.
    ('views_in_place', ['squeeze_', 'node'], 'SqueezeBackward3'),
    ('views_in_place', ['squeeze_ dim', 'node'], 'SqueezeBackward4'),
]


def main():
    lines = {name: result(function()) for name, function in SCENARIOS.items()}
    for name, (*parents, last), value in PYTORCH_2:
        target = lines[name]
        for key in parents:
            target = target[key]
        target[last] = {'any': [target[last], value]} if last == 'message' else value
    write('autograd', lines)


if __name__ == '__main__':
    main()
