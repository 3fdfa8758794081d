"""Golden layers, losses and initialisations: what PyTorch's nn draws, computes, prints and refuses.

Run `/usr/bin/python3 tools/golden/nn.py` with PyTorch 1.13; it writes packages/nn/test/golden/nn.json. Each entry is a call
that packages/nn/test/golden.test.ts repeats; the scenarios have twins of the same name in packages/nn/test/scenarios.ts.
Where PyTorch 2 answers otherwise than 1.13, `PYTORCH_2` says how.
"""

import copy
import os
import warnings
from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn

import golden
from golden import argument, caught, node_name, result, tensor, write

golden.OUT = os.path.join(os.path.dirname(__file__), '..', '..', 'packages', 'nn', 'test', 'golden')
warnings.filterwarnings('ignore')

SEED = 7

# What 1.13 names otherwise than PyTorch 2, or by ways of its own that say nothing of the result: squeezing in place, a
# division by a C++ number, the view that a loss over more than two dimensions passes through.
NODES = {'SqueezeBackward3': 'SqueezeBackward4', 'ReshapeAliasBackward0': 'ViewBackward0',
         'NormBackward1': 'LinalgVectorNormBackward0', 'ClampBackward1': 'ClampMinBackward0',
         'PreluBackward0': 'PreluKernelBackward0'}
# Overloads that 1.13 has nodes for, and what works in place.
NODES.update({f'Upsample{mode}{rank}DBackward1': f'Upsample{mode}{rank}DBackward0' for rank in (1, 2, 3)
              for mode in ('Nearest', 'NearestExact', 'Linear', 'Bilinear', 'Trilinear', 'Bicubic')})
inputs_from = torch.Generator().manual_seed(1)
lines = {}


def add(kind, name, entry):
    key = f'{kind} {name}'
    while key in lines:
        key += "'"
    # PyTorch 2 makes a matrix of what a linear layer gets, of any number of dimensions.
    if name.startswith('Linear(') and entry.get('node') == 'AddBackward0':
        entry['node'] = 'ViewBackward0'
    lines[key] = entry
    return key


def draw(*shape, dtype=torch.float32):
    """Numbers with few digits, so that the file stays short."""
    return (torch.randn(shape, generator=inputs_from, dtype=torch.float64) * 100).round().div(100).to(dtype)


def values(*numbers, dtype=torch.float32):
    return torch.tensor(numbers, dtype=dtype)


def weights_for(out):
    """The gradient that backward starts from."""
    if out.numel() == 1:
        return torch.full(out.shape, 0.5, dtype=out.dtype)
    return torch.linspace(0.5, 1.5, out.numel(), dtype=out.dtype).reshape(out.shape)


def describe(out, tracked):
    """The result, its node, and the gradients of what is tracked."""
    node = node_name(out)
    entry = {'out': tensor(out), 'node': NODES.get(node, node)}
    if out.requires_grad:
        out.backward(weights_for(out))
        entry['grads'] = [None if x.grad is None else tensor(x.grad) for x in tracked]
    return entry


changes = {}


def change(name, run, reset):
    """What comes of doubling the result in place: `o` backward runs, `b` it refuses, `c` the change is refused."""
    reset()
    out = run()
    if not out.requires_grad:
        return
    try:
        out.mul_(2)
    except RuntimeError:
        changes[name] = 'c'
        return
    failed = caught(lambda: out.backward(weights_for(out)))
    changes[name] = 'o' if failed == 'nothing' else 'b' if 'modified by an inplace' in failed['message'] else '?'


# Layers --------------------------------------------------------------------------------------------------------------


def layer(name, *args, inputs=None, train=True, text=None, **options):
    """A seeded layer: its text, its state, what it computes, and its state afterwards."""
    torch.manual_seed(SEED)
    module = getattr(nn, name)(*args, **options)
    if not train:
        module.eval()
    entry = {'layer': name, 'args': argument(args), 'options': argument(options), 'train': train,
             'text': text or repr(module), 'state': result(dict(module.state_dict()))}
    if inputs is not None:
        inputs = [x.clone() for x in inputs]
        entry['inputs'] = [tensor(x) for x in inputs]
        tracked = [x.requires_grad_() for x in inputs if x.is_floating_point()]
        torch.manual_seed(SEED)
        # A layer that works in place may not change a leaf.
        run = lambda: module(*[x.clone() if options.get('inplace') else x for x in inputs])
        out = run()
        entry.update(describe(out, tracked + list(module.parameters())))
        entry['after'] = result(dict(module.state_dict()))
    key = add('layer', text or repr(module), entry)
    if inputs is not None:
        change(key, run, lambda: torch.manual_seed(SEED))


line = [draw(3, 4)]
edges = [values(-1e4, -80, -3.5, -3, -1, -0.5, 0, 0.5, 1, 3, 3.5, 6, 7, 80, 1e4).reshape(5, 3)]
for bias in (True, False):
    for shape in ((4,), (3, 4), (2, 3, 4), (2, 2, 3, 4)):
        layer('Linear', 4, 5, bias=bias, inputs=[draw(*shape)])
layer('Linear', 20, 30)
layer('Linear', 1, 1, inputs=[draw(5, 1)])
layer('Bilinear', 3, 4, 2, inputs=[draw(2, 3), draw(2, 4)])
layer('Bilinear', 3, 4, 2, bias=False, inputs=[draw(2, 2, 3), draw(2, 2, 4)])
layer('Identity', inputs=line)
layer('Flatten', inputs=[draw(2, 3, 2)])
layer('Flatten', 0, 1, inputs=[draw(2, 3, 2)])
layer('Unflatten', 1, [2, 2], inputs=line, text='Unflatten(dim=1, unflattened_size=(2, 2))')
for name, options in [
    ('ReLU', {}), ('ReLU', {'inplace': True}), ('ReLU6', {}), ('LeakyReLU', {}), ('LeakyReLU', {'negative_slope': 0.2}),
    ('ELU', {}), ('ELU', {'alpha': 0.5}), ('SELU', {}), ('CELU', {}), ('CELU', {'alpha': 2.0}), ('GELU', {}),
    ('GELU', {'approximate': 'tanh'}), ('SiLU', {}), ('SiLU', {'inplace': True}), ('Mish', {}), ('Softsign', {}),
    ('Sigmoid', {}), ('Tanh', {}), ('LogSigmoid', {}), ('Hardtanh', {}),
    ('Hardtanh', {'min_val': -2.0, 'max_val': 0.5, 'inplace': True}), ('Hardsigmoid', {}), ('Hardswish', {}),
    ('Softmax', {'dim': 1}), ('LogSoftmax', {'dim': -1}), ('Softmin', {'dim': 0}), ('Softmax', {}), ('PReLU', {}),
    ('Tanhshrink', {}), ('Softshrink', {}), ('Softshrink', {'lambd': 1.5}), ('Hardshrink', {}),
]:
    layer(name, inputs=edges, **options)
layer('Softplus', inputs=edges, text='Softplus(beta=1.0, threshold=20.0)')  # PyTorch 2: floats
layer('Softplus', beta=2.0, threshold=5.0, inputs=edges)
layer('Threshold', 0.1, 20.0, inputs=edges)
layer('PReLU', 3, inputs=[draw(2, 3, 2)])
layer('PReLU', 3, init=0.5, inputs=[draw(2, 3)])
layer('GLU', inputs=line)
layer('GLU', 0, inputs=[draw(2, 3)])
for p in (0.0, 0.3, 0.5, 1.0):
    layer('Dropout', p, inputs=[draw(5, 7)])
layer('Dropout', inputs=line, train=False)
layer('Dropout', inplace=True, inputs=line)
layer('Dropout1d', 0.4, inputs=[draw(2, 5, 3)])
layer('Dropout1d', 0.4, inputs=[draw(5, 3)])
layer('Dropout2d', 0.4, inputs=[draw(2, 5, 2, 2)])
layer('AlphaDropout', 0.3, inputs=[draw(4, 5)])
layer('AlphaDropout', 0.3, inputs=line, train=False)
indices = [torch.tensor([[1, 2, 4], [4, 3, 0]])]
layer('Embedding', 5, 3, inputs=indices)
layer('Embedding', 5, 3, padding_idx=-1, inputs=indices)
layer('Embedding', 5, 3, padding_idx=4, max_norm=1.0, inputs=[torch.tensor([0, 4, 4, 1])])
layer('Embedding', 5, 3, max_norm=1.5, norm_type=1.0, inputs=[torch.tensor(2)])
layer('LayerNorm', 4, inputs=line)
layer('LayerNorm', [3, 4], eps=0.1, inputs=[draw(2, 3, 4)])
layer('LayerNorm', 4, elementwise_affine=False, inputs=line)
layer('GroupNorm', 2, 4, inputs=[draw(3, 4, 2)])
layer('GroupNorm', 1, 4, affine=False, inputs=[draw(3, 4)])
for train in (True, False):
    layer('BatchNorm1d', 4, inputs=line, train=train)
layer('BatchNorm1d', 3, inputs=[draw(2, 3, 4)])
layer('BatchNorm1d', 4, momentum=None, affine=False, inputs=line)
layer('BatchNorm1d', 4, track_running_stats=False, inputs=line, train=False)
layer('BatchNorm2d', 3, eps=0.01, momentum=0.3, inputs=[draw(2, 3, 2, 2)])

# Functions -----------------------------------------------------------------------------------------------------------


def call(name, *args, track=(0,), seed=False, precise=False, tensors=None, **options):
    """A function of nn.functional. `precise`: computed in float64, because 1.13 cancels digits that PyTorch 2 keeps."""
    named = {f'x{i}': x for i, x in enumerate(args) if isinstance(x, torch.Tensor)}
    named.update(tensors or {})
    entry = {'call': name, 'tensors': {key: tensor(x) for key, x in named.items()},
             'args': [f'$x{i}' if isinstance(x, torch.Tensor) else argument(x) for i, x in enumerate(args)],
             'options': argument({**options, **{key: f'${key}' for key in tensors or {}}})}
    wide = torch.float64 if precise else None

    def ready(x, i=None):
        if not isinstance(x, torch.Tensor):
            return x
        x = x.detach().clone()
        x = x.to(wide) if wide and x.is_floating_point() else x
        return x.requires_grad_() if i in track else x
    given = [ready(x, i) for i, x in enumerate(args)]
    if seed:
        torch.manual_seed(SEED)
        entry['seed'] = SEED
    fresh = lambda x: x.clone() if name.endswith('_') and isinstance(x, torch.Tensor) else x
    run = lambda: getattr(F, name)(*map(fresh, given), **options, **{key: ready(x) for key, x in (tensors or {}).items()})
    failed = caught(run)
    if failed != 'nothing':
        # Our integers are of 32 bits.
        entry['caught'] = {**failed, 'message': failed['message'].split('\n[')[0].replace('got Long', 'got Int')}
    else:
        if seed:
            torch.manual_seed(SEED)
        entry['track'] = [i for i in track]
        entry.update(describe(run(), [given[i] for i in track]))
        if precise:
            narrow(entry)
    text = ', '.join(f'{key}={value}' for key, value in options.items())
    shapes = ' '.join('x'.join(map(str, x.shape)) or '.' for x in args if isinstance(x, torch.Tensor))
    key = add('call', f'{name}({shapes} {text}{" weighted" if tensors else ""})', entry)
    if failed == 'nothing':
        change(key, run, lambda: torch.manual_seed(SEED))


def narrow(entry):
    for t in [entry['out'], *(entry.get('grads') or [])]:
        if t:
            t['d'] = 'f32'
            t['v'] = [golden.number(float(torch.tensor(float(v)).item()), torch.float32) for v in t['v']]


REDUCTIONS = ('none', 'mean', 'sum')


def loss(name, *args, option_sets=({},), track=(0,), precise=False, tensors=None):
    for options in option_sets:
        for reduction in REDUCTIONS:
            call(name, *args, track=track, precise=precise, tensors=tensors, reduction=reduction, **options)


both = (0, 1)
near, far = draw(2, 3), draw(2, 3)
wide = [values(1e4, -1e4, 0, 1, -1, 3), values(-1e4, 1e4, 0, -1, -1, 2.5)]
for pair in ([near, far], wide, [near.double(), far.double()]):
    loss('mse_loss', *pair, track=both)
    loss('l1_loss', *pair, track=both)
    loss('smooth_l1_loss', *pair, option_sets=[{}, {'beta': 0.5}], track=both)
    loss('huber_loss', *pair, option_sets=[{}, {'delta': 0.5}], track=both)
loss('mse_loss', torch.tensor(2.0), torch.tensor(-1.0), track=both)
loss('mse_loss', draw(0, 3), draw(0, 3))
loss('l1_loss', draw(2, 3), draw(3))

sure = [values(0, 0, 1, 1, 0.5, 0.25, 0.75, 1), values(0, 1, 0, 1, 1, 0.3, 0.9, 0.5)]
likely = [values(0.1, 0.9, 0.5, 0.7, 0.2, 0.4).reshape(2, 3), values(0, 1, 1, 0, 0.5, 0.2).reshape(2, 3)]
for pair in (sure, likely, [x.double() for x in likely]):
    loss('binary_cross_entropy', *pair, track=both)
loss('binary_cross_entropy', *likely, track=both, tensors={'weight': values(0.5, 2, 1)})
loss('binary_cross_entropy', *likely, track=both, tensors={'weight': values(0.5, 2).reshape(2, 1)})
loss('binary_cross_entropy', torch.tensor(0.3), torch.tensor(1.0), track=both)
logits = values(1e4, 1e4, -1e4, -1e4, 100, -100, 30, -30, 0, 0.5, 3, -3)
answers = values(1, 0, 1, 0, 0.5, 0.5, 1, 0, 1, 0.3, 0, 1)
positive = {'pos_weight': values(0.5, 2, 1)}
loss('binary_cross_entropy_with_logits', logits, answers, track=both, precise=True)
loss('binary_cross_entropy_with_logits', logits.reshape(4, 3), answers.reshape(4, 3), track=both, precise=True,
     tensors=positive)
loss('binary_cross_entropy_with_logits', *likely, track=both, precise=True, tensors={'weight': values(0.5, 2, 1)})
loss('binary_cross_entropy_with_logits', *likely, precise=True, tensors={**positive, 'weight': values(3, 1, 2)})
loss('binary_cross_entropy_with_logits', near.double(), likely[1].double(), track=both)
signs = values(1, -1, 1, -1, -1, 1).reshape(2, 3)
loss('soft_margin_loss', near, signs)
loss('soft_margin_loss', values(-60, 60, 20, -20), values(1, 1, 1, -1), precise=True)
loss('hinge_embedding_loss', near, signs, option_sets=[{}, {'margin': 0.3}])
loss('margin_ranking_loss', near, far, signs, option_sets=[{}, {'margin': 0.5}], track=both)
loss('cosine_embedding_loss', near, far, values(1, -1), option_sets=[{}, {'margin': 0.2}], track=both)
loss('cosine_embedding_loss', near[0], far[0], torch.tensor(-1.0), track=both)
loss('triplet_margin_loss', near, far, draw(2, 3), track=(0, 1, 2),
     option_sets=[{}, {'margin': 2.0, 'p': 1.0}, {'margin': 3.0, 'swap': True}])
counts = values(0, 1, 2, 5, 0.5, 10).reshape(2, 3)
loss('poisson_nll_loss', near, counts, option_sets=[{}, {'full': True}])
loss('poisson_nll_loss', likely[0], counts,
     option_sets=[{'log_input': False}, {'log_input': False, 'full': True, 'eps': 0.01}])
loss('gaussian_nll_loss', near, far, likely[0], option_sets=[{}, {'full': True}, {'eps': 0.3}], track=(0, 1, 2))
loss('gaussian_nll_loss', near, far, values(0.5, 2), track=(0, 1, 2))
loss('gaussian_nll_loss', near, far, values(0.5, 2).reshape(2, 1), track=(0, 1, 2))
shares = values(0.2, 0.3, 0.5, 0, 1, 0).reshape(2, 3)
more = shares.add(0.1)
# By a target of 0 PyTorch's gradient is nan; ours is 0.
for options, target, track in (({}, shares, (0,)), ({}, more, both), ({'log_target': True}, more.log(), both)):
    loss('kl_div', near.log_softmax(1), target, option_sets=[options], track=track)
    call('kl_div', near.log_softmax(1), target, track=track, reduction='batchmean', **options)

scores = draw(4, 3)
classes = torch.tensor([0, 2, 1, 2])
some = torch.tensor([0, -100, 1, -100])
class_weights = {'weight': values(0.5, 2, 1)}
smooth = [{}, {'label_smoothing': 0.1}]
for name, input, sets in (('nll_loss', scores.log_softmax(1), [{}]), ('cross_entropy', scores, smooth)):
    loss(name, input, classes, option_sets=sets)
    loss(name, input, some, option_sets=sets)
    loss(name, input, classes, option_sets=[{'ignore_index': 2, **options} for options in sets])
    loss(name, input, classes, option_sets=sets, tensors=class_weights)
    loss(name, input, some, option_sets=sets, tensors=class_weights)
    loss(name, input[0], torch.tensor(2), option_sets=sets)
    loss(name, draw(2, 3, 2), torch.tensor([[0, 1], [2, -100]]), option_sets=sets, tensors=class_weights)
    loss(name, draw(2, 3, 2, 1), torch.tensor([[[0], [1]], [[2], [0]]]), option_sets=sets)
    loss(name, draw(1, 3, 2, 1, 2), torch.tensor([[[[0, 1]], [[2, 0]]]]), option_sets=sets)
    loss(name, input.double(), classes, option_sets=sets)
extreme = values(1e4, -1e4, 0, -1e4, 1e4, 1e4, 88, 89, -90).reshape(3, 3)
loss('cross_entropy', extreme, torch.tensor([0, 0, 2]), option_sets=smooth)
mixes = values(0.2, 0.3, 0.5, 0, 1, 0).reshape(2, 3)
loss('cross_entropy', near, mixes, option_sets=smooth, track=both)
loss('cross_entropy', near, mixes, option_sets=smooth, tensors=class_weights)
loss('cross_entropy', near[0], mixes[0], option_sets=smooth)
loss('cross_entropy', draw(2, 3, 2), draw(2, 3, 2).softmax(1), option_sets=smooth, tensors=class_weights)
# With every target ignored there is nothing to average: nan, as PyTorch says.
loss('nll_loss', scores, torch.full((4,), -100))

for shape in ((2, 3), (2, 3, 4)):
    x = draw(*shape)
    call('normalize', x)
    call('normalize', x, p=1.0, dim=-1)
    call('cosine_similarity', x, draw(*shape), track=both)
    call('pairwise_distance', x, draw(*shape), track=both, p=3.0, keepdim=True)
call('normalize', torch.zeros(2, 2))
call('cosine_similarity', torch.zeros(2, 2), draw(2, 2), track=both)
call('cosine_similarity', draw(3, 1), draw(3, 4), track=both, dim=0)
call('pad', draw(2, 3), [1, 2])
call('pad', draw(2, 3), [1, -1, 2, 0], value=0.5)
call('one_hot', torch.tensor([[0, 2], [1, 0]]), track=())
call('one_hot', torch.tensor([0, 2]), 5, track=())
call('softmax', draw(2, 3), dim=1)
call('gelu', draw(2, 3), approximate='tanh')
call('linear', draw(2, 3), draw(4, 3), draw(4), track=(0, 1, 2))
call('bilinear', draw(2, 3), draw(2, 2), draw(4, 3, 2), track=(0, 1, 2))
call('dropout', draw(3, 3), p=0.2, seed=True)
call('dropout', draw(3, 3), p=0.2, training=False)
call('dropout', draw(3, 3, dtype=torch.float64), p=0.7, seed=True)
call('layer_norm', draw(2, 3, 2), [3, 2])
call('batch_norm', draw(4, 3), None, None, training=True)
call('batch_norm', draw(4, 3), draw(3), values(1, 2, 0.5), tensors={'weight': draw(3), 'bias': draw(3)})
call('group_norm', draw(2, 4, 3), 2, tensors={'weight': draw(4), 'bias': draw(4)})
call('embedding', torch.tensor([1, 0, 1]), draw(3, 2), track=(1,), padding_idx=0)

# 1.13 has this under another name, and gives the weights too.
F.scaled_dot_product_attention = lambda *args, **options: torch._C._nn._scaled_dot_product_attention(*args, **options)[0]
attended = draw(2, 2, 3, 4), draw(2, 2, 5, 4), draw(2, 2, 5, 3)
call('scaled_dot_product_attention', *attended, track=(0, 1, 2))
call('scaled_dot_product_attention', *attended, track=(0, 1, 2), is_causal=True)
call('scaled_dot_product_attention', *attended, track=(0, 1, 2), tensors={'attn_mask': draw(3, 5)})
call('scaled_dot_product_attention', *attended, track=(0, 1, 2),
     tensors={'attn_mask': torch.tensor([[1, 0, 1, 1, 0], [1, 1, 1, 1, 1], [0, 0, 0, 0, 1]]).bool()})
call('scaled_dot_product_attention', *attended, track=(0, 1, 2), dropout_p=0.3, seed=True)
call('scaled_dot_product_attention', *attended, is_causal=True, tensors={'attn_mask': draw(3, 5)})

# What is refused.
call('mse_loss', near, far, reduction='foo')
call('cross_entropy', scores, classes, reduction='foo')
call('mse_loss', draw(2, 3), draw(2, 2))
call('binary_cross_entropy', draw(2, 3).sigmoid(), draw(3))
call('binary_cross_entropy', values(0.5, 1.5), values(0, 1))
call('binary_cross_entropy', values(0.5, -0.1), values(0, 1), reduction='none')
call('binary_cross_entropy_with_logits', draw(2, 3), draw(3))
call('cross_entropy', scores, torch.tensor([0, 1, 2]))
call('cross_entropy', scores, torch.tensor([0, 1, 3, 0]))
call('cross_entropy', scores, torch.tensor([0, 1, -1, 0]))
call('cross_entropy', scores, values(0, 1, 1, 0))
call('cross_entropy', scores, torch.zeros(4, 3, dtype=torch.int64))
call('cross_entropy', scores, classes, label_smoothing=1.5)
call('cross_entropy', scores, classes, tensors={'weight': values(1, 2)})
call('cross_entropy', draw(2, 3, 4), torch.zeros(2, 5, dtype=torch.int64))
call('cross_entropy', torch.tensor(1.0), torch.tensor(0))
call('nll_loss', scores, torch.zeros(4, 2, dtype=torch.int64))
call('smooth_l1_loss', near, far, beta=-1.0)
call('huber_loss', near, far, delta=0.0)
call('gaussian_nll_loss', near, far, draw(4))
call('gaussian_nll_loss', near, far, values(-1, 1, 1, 1, 1, 1).reshape(2, 3))
call('cosine_embedding_loss', near, far, signs)
call('cosine_embedding_loss', near[0], far[0], values(1))
call('margin_ranking_loss', near, far, values(1))
call('dropout', near, p=1.5)
call('dropout1d', draw(1, 2, 3, 4))
call('linear', draw(2, 3), draw(4, 5))
call('linear', draw(2, 2, 3), draw(4, 5), draw(4))
call('layer_norm', draw(2, 3), [4])
call('batch_norm', draw(1, 3), None, None, training=True)
call('group_norm', draw(2, 3), 2)
call('embedding', torch.tensor([3]), draw(3, 2), track=())
call('embedding', values(1), draw(3, 2), track=())
call('one_hot', torch.tensor([0, 3]), 2, track=())
call('one_hot', torch.tensor([-1]), track=())

# Initial values ------------------------------------------------------------------------------------------------------


def init(name, shape, *args, **options):
    torch.manual_seed(SEED)
    x = torch.zeros(shape)
    entry = {'init': name, 'shape': list(shape), 'args': argument(args), 'options': argument(options)}
    failed = caught(lambda: getattr(nn.init, name)(x, *args, **options))
    entry.update({'out': tensor(x)} if failed == 'nothing' else {'caught': failed})
    add('init', f'{name}({"x".join(map(str, shape))} {", ".join(map(str, args))} {options or ""})', entry)


for shape in ((3, 4), (5, 4), (2, 3, 2)):
    init('uniform_', shape, -1.0, 2.0)
    init('normal_', shape, 1.0, 0.5)
    for name in ('xavier_uniform_', 'xavier_normal_'):
        init(name, shape)
        init(name, shape, gain=2.0)
    for name in ('kaiming_uniform_', 'kaiming_normal_'):
        init(name, shape)
        init(name, shape, mode='fan_out', nonlinearity='relu')
        init(name, shape, a=0.3, nonlinearity='leaky_relu')
    init('orthogonal_', shape)
    init('trunc_normal_', shape)
init('orthogonal_', (5, 2), 2.0)
init('trunc_normal_', (20,), 0.5, 2.0, -1.0, 1.0)
init('constant_', (3,), 0.3)
init('ones_', (3,))
init('zeros_', (3,))
init('eye_', (2, 3))
init('dirac_', (4, 2, 3))
init('dirac_', (4, 2, 3, 3), 2)
init('sparse_', (6, 3), 0.4)
init('xavier_uniform_', (3,))
init('kaiming_uniform_', (3, 3), mode='foo')
init('kaiming_uniform_', (3, 3), nonlinearity='foo')
init('eye_', (3,))
init('dirac_', (3, 3))
init('orthogonal_', (3,))
init('sparse_', (3,), 0.1)
for nonlinearity in ('linear', 'conv2d', 'sigmoid', 'tanh', 'relu', 'leaky_relu', 'selu'):
    add('gain', nonlinearity, nn.init.calculate_gain(nonlinearity))

# Scenarios -----------------------------------------------------------------------------------------------------------


def scenario(function):
    torch.manual_seed(SEED)
    add('scenario', function.__name__, result(function()))


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.BatchNorm1d(width)
        self.lin = nn.Linear(width, width)
        self.scale = nn.Parameter(torch.ones(1))
        self.register_buffer('steps', torch.zeros(2))
        self.register_buffer('scratch', torch.zeros(1), persistent=False)

    def forward(self, x):
        return x + self.scale * self.lin(self.norm(x)).relu()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(3, 4)
        self.blocks = nn.ModuleList([Block(4), Block(4)])
        self.last = nn.Linear(4, 2, bias=False)
        self.again = self.last

    def forward(self, x):
        x = self.first(x)
        for block in self.blocks:
            x = block(x)
        return self.last(x)


def message(function):
    """Error texts alone: Python has kinds of errors that JavaScript has not."""
    try:
        function()
    except Exception as error:  # noqa: BLE001
        return error.args[0]
    return 'nothing'


def compressed(module):
    """PyTorch 2 writes equal neighbours of a ModuleList once."""
    def __repr__(self):
        blocks = []
        for i, text in enumerate(map(repr, self)):
            if blocks and blocks[-1][2] == text:
                blocks[-1][1] = i
            else:
                blocks.append([i, i, text])
        texts = [f'({a}): {t}' if a == b else f'({a}-{b}): {b - a + 1} x {t}' for a, b, t in blocks]
        return 'ModuleList(' + ''.join('\n  ' + t.replace('\n', '\n  ') for t in texts) + ('\n)' if texts else ')')
    nn.ModuleList.__repr__ = __repr__
    return repr(module)


@scenario
def names():
    net = Net()
    return {
        'parameters': [name for name, _ in net.named_parameters()],
        'buffers': [name for name, _ in net.named_buffers()],
        'modules': [name for name, _ in net.named_modules()],
        'children': [name for name, _ in net.named_children()],
        'own': [name for name, _ in net.blocks[0].named_parameters(prefix='b', recurse=False)],
        'prefix': [name for name, _ in net.named_parameters(prefix='net')][:2],
        'state': list(net.state_dict().keys()),
        'counts': [len(list(net.parameters())), len(list(net.buffers())), len(list(net.modules()))],
    }


@scenario
def text():
    net = Net()
    return [
        compressed(net),
        repr(nn.Sequential()),
        repr(nn.Sequential(nn.Linear(2, 3), nn.ReLU(inplace=True), nn.Sequential(nn.Linear(3, 1), nn.Sigmoid()))),
        repr(nn.Sequential(OrderedDict(hidden=nn.Linear(2, 3), act=nn.Tanh()))),
        compressed(nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2), nn.ReLU(), nn.ReLU(), nn.Linear(2, 2)])),
        compressed(nn.ModuleList()),
        repr(nn.ModuleDict({'a': nn.ReLU(), 'b': nn.Linear(1, 1)})),
        repr(nn.ParameterList([torch.zeros(2, 3), torch.zeros(())])),
        repr(nn.Parameter(torch.tensor([1.0, 2.0]))),
        repr(nn.Parameter(torch.tensor(1.5), requires_grad=False)),
        repr(nn.CrossEntropyLoss(label_smoothing=0.1)),
        repr(nn.HuberLoss()),
    ]


@scenario
def loading():
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.BatchNorm1d(3))
    good = copy.deepcopy(model.state_dict())
    without = {k: v for k, v in good.items() if k not in ('0.bias', '2.running_mean')}
    before = model[0].weight.clone()
    texts = [
        caught(lambda: model.load_state_dict(without)),
        caught(lambda: model.load_state_dict({**good, 'extra': before, '0.other': before, '3.weight': before})),
        caught(lambda: model.load_state_dict({**good, '0.weight': torch.zeros(3, 3), '2.bias': torch.zeros(())})),
        caught(lambda: model.load_state_dict({**without, '0.weight': torch.zeros(1), 'x': before})),
        caught(lambda: model.load_state_dict({**good, '0.weight': torch.zeros(3, 3)}, strict=False)),
    ]
    loose = model.load_state_dict({**without, 'x': before}, strict=False)
    zeros = {k: torch.zeros_like(v) for k, v in good.items()}
    full = model.load_state_dict(zeros)
    return {'texts': texts, 'missing': loose.missing_keys, 'unexpected': loose.unexpected_keys, 'full': str(full),
            'loose': str(loose), 'loaded': model.state_dict()}


@scenario
def refusals():
    model = nn.Sequential(nn.Linear(2, 3))
    return [
        message(lambda: model.register_parameter('a.b', None)),
        message(lambda: model.register_parameter('', None)),
        message(lambda: model.register_parameter('forward', None)),
        message(lambda: model.register_buffer('a.b', None)),
        message(lambda: model.add_module('a.b', nn.ReLU())),
        message(lambda: model.get_submodule('1')),
        message(lambda: model.get_submodule('0.weight')),
        message(lambda: model.get_parameter('0.x')),
        message(lambda: model.get_parameter('0.in_features')),
        message(lambda: model.get_buffer('0.weight')),
        message(lambda: model[5]),
        message(lambda: nn.ModuleList()(1)),
        message(lambda: model.to(torch.int32)),
        message(lambda: nn.Dropout(2.0)),
        message(lambda: nn.BatchNorm1d(3)(torch.zeros(2, 3, 4, 5))),
        message(lambda: nn.BatchNorm2d(3)(torch.zeros(2, 3))),
        message(lambda: nn.BatchNorm1d(3)(torch.zeros(1, 3))),
        message(lambda: nn.GroupNorm(2, 3)),
    ]


@scenario
def modes():
    net = Net()
    order = []
    net.apply(lambda m: order.append(type(m).__name__))
    net.eval()
    evaluating = [m.training for m in net.modules()]
    net.blocks[1].train()
    training = [m.training for m in net.modules()]
    net.train().requires_grad_(False)
    frozen = [p.requires_grad for p in net.parameters()]
    net.requires_grad_(True)
    net(torch.ones(2, 3)).sum().backward()
    graded = [p.grad is not None for p in net.parameters()]
    net.zero_grad(set_to_none=False)
    zeros = [float(p.grad.abs().sum()) for p in net.parameters()]
    net.zero_grad(set_to_none=True)
    return {'order': order, 'evaluating': evaluating, 'training': training, 'frozen': frozen, 'graded': graded,
            'zeros': zeros, 'cleared': [p.grad is None for p in net.parameters()]}


@scenario
def dtypes():
    net = Net()
    first = net.first.weight
    net(torch.ones(2, 3)).sum().backward()
    net.double()
    return {'same': net.first.weight is first, 'state': {k: v.dtype for k, v in net.state_dict().items()},
            'grad': net.first.weight.grad.clone(), 'out': net.eval()(torch.ones(2, 3, dtype=torch.float64)),
            'back': net.float().first.weight.dtype}


@scenario
def clipping():
    def model():
        torch.manual_seed(SEED)
        m = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
        m(torch.ones(2, 3)).pow(2).sum().backward()
        return m
    found = {}
    for norm in (1.0, 2.0, 3.0, float('inf')):
        m = model()
        total = nn.utils.clip_grad_norm_(m.parameters(), 0.5, norm_type=norm)
        found[str(norm)] = [total, [p.grad.clone() for p in m.parameters()]]
    m = model()
    found['small'] = nn.utils.clip_grad_norm_(m.parameters(), 100.0), [p.grad.clone() for p in m.parameters()]
    nn.utils.clip_grad_value_(m.parameters(), 0.1)
    found['value'] = [p.grad.clone() for p in m.parameters()]
    vector = nn.utils.parameters_to_vector(m.parameters())
    nn.utils.vector_to_parameters(vector * 2, m.parameters())
    found['vector'] = vector.clone()
    found['doubled'] = copy.deepcopy(m.state_dict())
    m[0].weight.grad.fill_(float('nan'))
    found['nonfinite'] = message(lambda: nn.utils.clip_grad_norm_(m.parameters(), 1.0, error_if_nonfinite=True))
    return found


@scenario
def attention():
    x, y = draw(3, 2, 4), draw(5, 2, 4)
    causal = torch.ones(3, 3).triu(1).bool()
    padded = torch.tensor([[False, False, True], [False, True, True]])
    found = {}

    def attend(name, module, *inputs, train=True, **options):
        torch.manual_seed(SEED)
        module.train(train)
        module.zero_grad()
        out, weights = module(*inputs, **options)
        out.backward(weights_for(out))
        found[name] = [out, weights, [p.grad.clone() for p in module.parameters()]]
    layer = nn.MultiheadAttention(4, 2)
    found['text'] = repr(layer)
    found['state'] = copy.deepcopy(layer.state_dict())
    attend('self', layer, x, x, x)
    attend('cross', layer, x, y, y, need_weights=False)
    attend('causal', layer, x, x, x, attn_mask=causal, average_attn_weights=False)
    attend('padded', layer, x, x, x, key_padding_mask=padded)
    attend('both', layer, x, x, x, key_padding_mask=padded, attn_mask=torch.zeros(3, 3).masked_fill(causal, -1.0))
    attend('unbatched', layer, x[:, 0], y[:, 0], y[:, 0])
    attend('dropout', nn.MultiheadAttention(4, 1, dropout=0.4, batch_first=True), x, x, x)
    other = nn.MultiheadAttention(4, 4, kdim=3, vdim=2, bias=False)
    found['other state'] = copy.deepcopy(other.state_dict())
    keys, contents = draw(5, 2, 3), draw(5, 2, 2)
    attend('widths', other, x, keys, contents)
    extended = nn.MultiheadAttention(4, 2, add_bias_kv=True, add_zero_attn=True)
    found['extended state'] = copy.deepcopy(extended.state_dict())
    attend('extended', extended, x, y, y, attn_mask=torch.zeros(3, y.size(0), dtype=torch.bool))
    attend('by position', nn.MultiheadAttention(4, 2, 0.0, False), x, y, y)
    found['inputs'] = [x, y, keys, contents]
    return found


def train(model, x, y, criterion, lr, steps=20):
    losses = []
    for _ in range(steps):
        loss = criterion(model(x), y)
        model.zero_grad()
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= lr * p.grad
        losses.append(loss.item())
    return losses


@scenario
def training_a_classifier():
    model = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 3))
    x = torch.randn(12, 2)
    y = torch.arange(12) % 3
    return train(model, x, y, nn.CrossEntropyLoss(label_smoothing=0.1), 0.1)


@scenario
def training_a_normalised_regression():
    model = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.LayerNorm(8), nn.Linear(8, 1))
    x = torch.randn(16, 3)
    y = x.sum(1, keepdim=True).sin()
    return train(model, x, y, nn.MSELoss(), 0.05)


@scenario
def training_binary_answers_over_words():
    class Words(nn.Module):
        def __init__(self):
            super().__init__()
            self.table = nn.Embedding(10, 4, padding_idx=0)
            self.out = nn.Linear(4, 1)

        def forward(self, x):
            return self.out(self.table(x).mean(1)).squeeze(1)
    model = Words()
    x = torch.arange(24).reshape(8, 3) % 10
    y = (torch.arange(8) % 2).float()
    return train(model, x, y, nn.BCEWithLogitsLoss(pos_weight=torch.tensor(2.0)), 0.5)


# Convolution and pooling ---------------------------------------------------------------------------------------------

series, image = [draw(2, 4, 7)], [draw(2, 4, 5, 6)]
layer('Conv1d', 4, 6, 3, inputs=series)
layer('Conv1d', 4, 6, 3, 2, 1, 2, 2, False, inputs=series)
layer('Conv1d', 4, 2, 4, padding='same', inputs=[draw(4, 7)])
layer('Conv2d', 4, 6, 3, inputs=image)
layer('Conv2d', 4, 6, (3, 2), stride=(2, 1), padding=(0, 1), dilation=(1, 2), groups=2, inputs=image)
layer('Conv2d', 4, 2, 1, bias=False, inputs=[draw(4, 5, 6)])
layer('Conv2d', 4, 2, 3, padding='valid', inputs=image)
layer('Conv2d', 1, 32, 5)
for mode in ('reflect', 'replicate', 'circular'):
    layer('Conv2d', 4, 2, 3, padding=(1, 2), padding_mode=mode, inputs=image)
layer('Conv1d', 4, 2, 4, padding='same', padding_mode='reflect', inputs=series)
layer('ConvTranspose1d', 4, 6, 3, inputs=series)
layer('ConvTranspose1d', 4, 6, 3, 2, 1, 1, 2, False, 3, inputs=series)
layer('ConvTranspose2d', 4, 6, 3, stride=2, padding=1, output_padding=1, inputs=image)
layer('ConvTranspose2d', 4, 2, (3, 2), stride=(2, 1), groups=2, dilation=2, inputs=[draw(4, 3, 3)])
layer('MaxPool1d', 2, inputs=series)
layer('MaxPool1d', 3, 2, 1, ceil_mode=True, inputs=series)
layer('MaxPool2d', 2, inputs=image)
layer('MaxPool2d', (3, 2), stride=(2, 1), padding=1, dilation=2, ceil_mode=True, inputs=image)
layer('AvgPool1d', 2, inputs=series)
layer('AvgPool1d', 3, 2, 1, True, False, inputs=series)
layer('AvgPool2d', 2, inputs=image)
layer('AvgPool2d', (3, 2), stride=(2, 1), padding=(1, 0), divisor_override=5, inputs=image)
layer('AvgPool2d', 3, padding=1, count_include_pad=False, ceil_mode=True, inputs=image)
layer('AdaptiveAvgPool1d', 3, inputs=series)
layer('AdaptiveAvgPool2d', 1, inputs=image)
layer('AdaptiveAvgPool2d', (3, None), inputs=image)
layer('AdaptiveMaxPool1d', 3, inputs=series)
layer('AdaptiveMaxPool2d', (2, 4), inputs=image)
call('pad', draw(1, 2, 3, 4), [1, 2, 2, 0], mode='reflect')

# By name, and by position ----------------------------------------------------------------------------------------------

layer('Linear', in_features=3, out_features=2, inputs=[draw(4, 3)])
layer('Linear', 3, out_features=2, bias=False)
layer('Bilinear', 3, 4, out_features=2)
layer('Conv1d', 4, out_channels=2, kernel_size=3, inputs=series)
layer('Conv2d', 4, 2, kernel_size=3, padding=1, inputs=image)
layer('Conv2d', in_channels=4, out_channels=2, kernel_size=(1, 2))
layer('ConvTranspose1d', 4, 2, kernel_size=3, inputs=series)
layer('ConvTranspose2d', 4, out_channels=2, kernel_size=3)
layer('MaxPool1d', kernel_size=2, inputs=series)
layer('MaxPool2d', kernel_size=2, stride=1, inputs=image)
layer('AvgPool1d', kernel_size=2, inputs=series)
layer('AvgPool2d', kernel_size=2, stride=1, inputs=image)
layer('AdaptiveAvgPool2d', output_size=2, inputs=image)
layer('AdaptiveMaxPool1d', output_size=2, inputs=series)
layer('BatchNorm1d', num_features=4, inputs=series)
layer('BatchNorm2d', 4, 0.01, 0.2, inputs=image)
layer('BatchNorm2d', 4, 0.01, None, False, inputs=image)
layer('LayerNorm', normalized_shape=4, inputs=[draw(2, 4)])
layer('LayerNorm', 4, 0.01, False, inputs=[draw(2, 4)])
layer('GroupNorm', 2, 4, 0.01, inputs=image)
layer('GroupNorm', num_groups=2, num_channels=4, affine=False, inputs=image)
layer('Embedding', 5, 3, 0, inputs=[torch.tensor([[0, 2], [2, 4]])])
layer('Embedding', num_embeddings=5, embedding_dim=3, scale_grad_by_freq=True, inputs=[torch.tensor([[1, 2], [2, 4]])])
layer('Flatten', start_dim=0, inputs=series)
layer('Unflatten', dim=1, unflattened_size=(2, 2), inputs=series)
call('dropout', draw(3, 4), 0.5, False, seed=True)
call('dropout', draw(3, 4), 0.5, True, seed=True)
call('normalize', draw(3, 4), 1.0, 0, 0.1)
call('cosine_similarity', draw(3, 4), draw(3, 4), 0, 1e-3)
call('pairwise_distance', draw(3, 4), draw(3, 4), 1.0, 1e-3, True)
call('layer_norm', draw(3, 4), [4], draw(4), draw(4), 0.1)
call('group_norm', draw(3, 4), 2, draw(4), draw(4), 0.1)
call('batch_norm', draw(3, 4), torch.zeros(4), torch.ones(4), draw(4), draw(4), True, 0.3, 0.1)
call('batch_norm', draw(3, 4), torch.zeros(3), torch.ones(3))
call('embedding', torch.tensor([1, 0]), draw(3, 2), 0, track=(1,))
call('cross_entropy', draw(3, 4), torch.tensor([1, 0, 3]), torch.tensor([1.0, 2.0, 3.0, 4.0]))
call('nll_loss', draw(3, 4), torch.tensor([1, 0, 3]), torch.tensor([1.0, 2.0, 3.0, 4.0]))
call('binary_cross_entropy_with_logits', draw(3, 4), torch.ones(3, 4), torch.tensor([1.0, 2.0, 3.0, 4.0]))
call('leaky_relu', draw(3, 4), 0.2, False)
call('softshrink', draw(3), lambd=-1.0)
call('prelu', draw(2, 3), draw(2))
call('bilinear', draw(2, 4), draw(2, 4), draw(2, 3, 4))
call('cross_entropy', draw(2, 3), torch.tensor([0, 1]), reduction='most')
call('cross_entropy', draw(2, 3), draw(2, 3), ignore_index=1, label_smoothing=2.0)
init('normal_', (3, 4), mean=1.0, std=0.5)
init('uniform_', (3, 4), a=-1.0, b=2.0)
init('constant_', (3,), val=0.3)
init('kaiming_uniform_', (3, 4), 0.5, 'fan_out', 'leaky_relu')
init('kaiming_normal_', (3, 4), mode='fan_out', nonlinearity='relu')
init('xavier_normal_', (3, 4), 2.0)
init('sparse_', (6, 3), sparsity=0.4, std=0.5)
init('dirac_', (4, 2, 3), groups=2)


# More layers ----------------------------------------------------------------------------------------------------------

series, image, volume = draw(2, 3, 5), draw(2, 3, 5, 4), draw(1, 2, 3, 2, 4)
for x, modes in ((series, ('nearest', 'nearest-exact', 'linear', 'area')),
                 (image, ('nearest', 'nearest-exact', 'bilinear', 'bicubic', 'area')),
                 (volume, ('nearest', 'nearest-exact', 'trilinear'))):
    for mode in modes:
        rank = x.dim() - 2
        call('interpolate', x, size=7, mode=mode)
        call('interpolate', x, size=3, mode=mode)
        call('interpolate', x.double(), size=[4, 6, 5][:rank], mode=mode)
        if mode != 'area':
            call('interpolate', x, scale_factor=2, mode=mode)
            call('interpolate', x, scale_factor=1.6, mode=mode)
            call('interpolate', x, scale_factor=1.6, mode=mode, recompute_scale_factor=True)
            call('interpolate', x, scale_factor=[0.6, 1.6, 2.4][:rank], mode=mode)
            call('interpolate', x, size=list(x.shape[2:]), mode=mode)
        if mode.endswith(('linear', 'cubic')):
            call('interpolate', x, size=7, mode=mode, align_corners=True)
            call('interpolate', x, scale_factor=1.6, mode=mode, align_corners=True)
            call('interpolate', x, size=1, mode=mode, align_corners=True)
            call('interpolate', x, size=1, mode=mode, align_corners=False)
call('interpolate', draw(0, 3, 5), size=4)
call('interpolate', series, 7)
call('interpolate', image, None, 2, 'bilinear', True)
for options in ({}, {'size': 4, 'scale_factor': 2}, {'size': 4, 'align_corners': True}, {'size': (4, 4)},
                {'scale_factor': (1, 2)}, {'size': 0}, {'scale_factor': 0.1}, {'size': 4, 'mode': 'bilinear'},
                {'size': 4, 'mode': 'spline'}, {'size': 4, 'recompute_scale_factor': True}, {'size': 4, 'antialias': True}):
    call('interpolate', series, **options)
call('interpolate', draw(2, 3), size=3)
call('interpolate', draw(2, 0, 5), size=3)
call('interpolate', draw(2, 3, 0), size=3)
# PyTorch 2 quotes the mode.
layer('Upsample', 2, inputs=[image], text="Upsample(size=2, mode='nearest')")
layer('Upsample', scale_factor=2, inputs=[image], text="Upsample(scale_factor=2.0, mode='nearest')")
layer('Upsample', (2, 3), mode='bilinear', align_corners=True, inputs=[image], text="Upsample(size=(2, 3), mode='bilinear')")
layer('Upsample', None, (2, 1.5), 'bicubic', inputs=[image], text="Upsample(scale_factor=(2.0, 1.5), mode='bicubic')")
layer('UpsamplingNearest2d', 2, inputs=[image], text="UpsamplingNearest2d(size=2, mode='nearest')")
layer('UpsamplingBilinear2d', scale_factor=2, inputs=[image], text="UpsamplingBilinear2d(scale_factor=2.0, mode='bilinear')")

layer('PixelShuffle', 2, inputs=[draw(1, 8, 2, 3)])
layer('PixelUnshuffle', 2, inputs=[draw(1, 2, 4, 6)])
layer('PixelShuffle', upscale_factor=1, inputs=[draw(2, 2, 3)])
layer('ChannelShuffle', 2)
call('pixel_shuffle', draw(9, 2, 2), 3)
call('pixel_unshuffle', draw(2, 4, 4), 4)
for x, factor in ((draw(2, 2), 2), (draw(1, 7, 2, 2), 2), (draw(1, 8, 2, 2), 0)):
    call('pixel_shuffle', x, factor)
for x, factor in ((draw(2, 2), 2), (draw(1, 2, 4, 5), 2), (draw(1, 2, 5, 4), 2), (draw(1, 2, 4, 4), 0)):
    call('pixel_unshuffle', x, factor)
call('channel_shuffle', draw(1, 6, 2, 2), 3, track=())
for x, groups in ((draw(1, 4, 2, 2), 3), (draw(4, 2), 2), (draw(1, 4, 2), 0)):
    call('channel_shuffle', x, groups, track=())

layer('Unfold', 2, inputs=[image])
layer('Unfold', (3, 2), dilation=(1, 2), padding=(1, 0), stride=(2, 1), inputs=[image])
layer('Unfold', kernel_size=2, stride=2, inputs=[draw(3, 4, 4)])
layer('Fold', (5, 4), 2, inputs=[draw(2, 12, 12)])
layer('Fold', (5, 4), (3, 2), dilation=(1, 2), padding=(1, 0), stride=(2, 1), inputs=[draw(2, 18, 6)])
layer('Fold', output_size=(4, 4), kernel_size=(2, 2), stride=2, inputs=[draw(8, 4)])
# Its text has the height in the place of the width.
call('unfold', draw(2, 3, 5, 5), 9)
for args in ((0,), (2, 0), (2, 1, -1), (2, 1, 0, 0)):
    call('unfold', image, *args)
for x, *args in ((draw(2, 11, 12), [5, 4], 2), (draw(2, 12, 11), [5, 4], 2), (draw(2), [5, 4], 2)):
    call('fold', x, *args)

for rank, x in ((1, series), (2, image), (3, volume)):
    sides = {1: (1, 2), 2: (1, 0, 2, 1), 3: (1, 0, 0, 1, 2, 1)}[rank]
    layer(f'ConstantPad{rank}d', 2, 0.5, inputs=[x])
    layer(f'ConstantPad{rank}d', sides, 3, inputs=[x])
    layer(f'ReflectionPad{rank}d', 1, inputs=[x])
    layer(f'ReflectionPad{rank}d', (1, 0, 1, 1, 0, 1)[:2 * rank], inputs=[x[0]])
    layer(f'ReplicationPad{rank}d', 2, inputs=[x])
    layer(f'ReplicationPad{rank}d', padding=sides, inputs=[x[0]])
layer('ZeroPad2d', 1, inputs=[image])
layer('ZeroPad2d', (1, -1, 0, 2), inputs=[image])
layer('ConstantPad2d', padding=1, value=-1.5)

for size in (1, 2, 3):
    layer('LocalResponseNorm', size, inputs=[image])
layer('LocalResponseNorm', 2, 0.1, 0.5, 2.0, inputs=[series])
call('local_response_norm', draw(2, 3), 2)
call('local_response_norm', draw(2, 3, 2, 2, 2), 2, alpha=0.5)
for training in (True, False):
    layer('InstanceNorm1d', 3, inputs=[series], train=training)
    layer('InstanceNorm1d', 3, affine=True, track_running_stats=True, inputs=[series], train=training)
    layer('InstanceNorm2d', 3, 0.01, 0.3, True, True, inputs=[image], train=training)
layer('InstanceNorm1d', 3, inputs=[series[0]])
layer('InstanceNorm2d', num_features=3, affine=True, inputs=[image[0]])
layer('InstanceNorm3d', 2, inputs=[volume])
layer('BatchNorm3d', 2, inputs=[volume])
call('instance_norm', series)
call('instance_norm', series.double(), eps=0.1, tensors={'weight': draw(3).double(), 'bias': draw(3).double()})
call('instance_norm', series, use_input_stats=False, tensors={'running_mean': draw(3), 'running_var': values(1, 2, 0.5)})
call('instance_norm', series, use_input_stats=False)
call('instance_norm', draw(2, 3, 1))
call('instance_norm', series, tensors={'weight': draw(4)})

layer('LPPool1d', 2, 2, inputs=[series.abs()])
layer('LPPool1d', 1.5, 3, stride=1, ceil_mode=True, inputs=[series.abs()])
layer('LPPool2d', 2, 2, inputs=[image.abs()])
layer('LPPool2d', 2, (3, 2), stride=(2, 1), ceil_mode=True, inputs=[image.abs()])
call('lp_pool2d', image, 2, 2)
layer('CosineSimilarity', inputs=[draw(3, 4), draw(3, 4)])
layer('CosineSimilarity', dim=0, eps=0.1, inputs=[draw(3, 4), draw(3, 4)])
layer('PairwiseDistance', inputs=[draw(3, 4), draw(3, 4)])
layer('PairwiseDistance', 1.0, 0.1, True, inputs=[draw(3, 4), draw(3, 4)])
layer('Softmax2d', inputs=[image])
layer('Softmax2d', inputs=[image[0]])
layer('Dropout3d', 0.4, inputs=[volume])
layer('Dropout3d', 0.4, inputs=[draw(4, 2, 2, 2)])
layer('FeatureAlphaDropout', 0.4, inputs=[image])
for lower, upper in ((0.125, 0.3333), (-0.5, 0.5)):
    for training in (True, False):
        layer('RReLU', lower, upper, inputs=edges, train=training)
layer('RReLU')
call('rrelu', draw(4, 5), training=True, seed=True)
call('rrelu', draw(4, 5, dtype=torch.float64), 0.1, 0.9, True, seed=True)
call('rrelu', draw(4, 5), 0.4, 0.2)
call('gumbel_softmax', draw(2, 5), tau=5.0, seed=True)
call('gumbel_softmax', draw(3, 4), tau=2.0, hard=True, dim=0, seed=True)
call('feature_alpha_dropout', draw(2, 3, 4), 0.4, training=True, seed=True)
for name, args in (('relu_', ()), ('leaky_relu_', (0.2,)), ('elu_', (0.7,)), ('selu_', ()), ('celu_', (2.0,)),
                   ('hardtanh_', (-0.5, 0.7)), ('threshold_', (0.1, 20.0)), ('rrelu_', ())):
    call(name, draw(3, 4), *args, track=())

bags = torch.tensor([[0, 4, 1], [2, 2, 4]])
flat, offsets = torch.tensor([0, 4, 4, 1, 2, 3, 0]), torch.tensor([0, 2, 2, 5])
table = draw(5, 3)
for mode in ('sum', 'mean', 'max'):
    layer('EmbeddingBag', 5, 3, mode=mode, inputs=[bags], text=f"EmbeddingBag(5, 3, mode='{mode}')")
    layer('EmbeddingBag', 5, 3, mode=mode, padding_idx=4, inputs=[bags], text=f"EmbeddingBag(5, 3, mode='{mode}', padding_idx=4)")
    more = {'mode': mode, 'tensors': {'offsets': offsets}}
    call('embedding_bag', flat, table, track=(1,), **more)
    call('embedding_bag', flat, table, track=(1,), padding_idx=-1, **more)
    call('embedding_bag', flat, table.double(), track=(1,), include_last_offset=True, mode=mode,
         tensors={'offsets': torch.tensor([0, 3, 7])})
call('embedding_bag', flat, table, track=(1,), mode='sum', tensors={'offsets': offsets, 'per_sample_weights': draw(7)})
call('embedding_bag', flat, table, offsets, 0.5, 1.0, track=())
for x, options, given in (
    (flat, {}, {}), (bags, {}, {'offsets': offsets}), (flat, {}, {'offsets': torch.tensor([1, 2])}),
    (flat, {}, {'offsets': torch.tensor([0, 9])}), (flat, {}, {'offsets': torch.tensor([[0, 2]])}),
    (flat, {'mode': 'median'}, {'offsets': offsets}), (flat, {}, {'offsets': offsets, 'per_sample_weights': draw(7)}),
    (flat, {'mode': 'sum'}, {'offsets': offsets, 'per_sample_weights': draw(3)}),
    (flat, {'mode': 'max', 'scale_grad_by_freq': True}, {'offsets': offsets}), (torch.tensor(0), {}, {}),
    (flat, {'padding_idx': 7}, {'offsets': offsets}),
):
    call('embedding_bag', x, table, track=(1,), tensors=given, **options)

scores, classes = draw(3, 4), torch.tensor([0, 3, 1])
weights_of_classes = {'weight': values(0.5, 2, 1, 3)}
loss('multi_margin_loss', scores, classes, option_sets=[{}, {'p': 2}, {'margin': 0.3}])
loss('multi_margin_loss', scores, classes, option_sets=[{}, {'p': 2}], tensors=weights_of_classes)
loss('multi_margin_loss', scores[0], torch.tensor(2))
labels = torch.tensor([[0, 3, -1, 1], [-1, 2, 2, 0], [1, 1, 0, 2]])
loss('multilabel_margin_loss', scores, labels)
loss('multilabel_margin_loss', scores[0], labels[0])
several_of = (draw(3, 4) > 0).float()
loss('multilabel_soft_margin_loss', scores, several_of, track=both)
loss('multilabel_soft_margin_loss', scores, several_of, tensors=weights_of_classes)
loss('multilabel_soft_margin_loss', scores[0], several_of[0])
loss('triplet_margin_with_distance_loss', near, far, draw(2, 3), track=(0, 1, 2),
     option_sets=[{}, {'margin': 2.0, 'swap': True}])
layer('MultiMarginLoss', inputs=[scores, classes])
layer('MultiMarginLoss', 2, 0.5, reduction='sum', inputs=[scores, classes])
layer('MultiLabelMarginLoss', inputs=[scores, labels])
layer('MultiLabelSoftMarginLoss', inputs=[scores, several_of])
layer('TripletMarginWithDistanceLoss', margin=2.0, inputs=[near, far, draw(2, 3)])
for target, options in ((torch.tensor([0, 1, 4]), {}), (torch.tensor([0, 1]), {}), (classes, {'p': 3}), (values(0, 1, 2), {})):
    call('multi_margin_loss', scores, target, **options)
call('multi_margin_loss', scores, classes, tensors={'weight': draw(4, 2)})
call('multi_margin_loss', draw(3, 4, 2), classes)
for target in (torch.zeros(3, 3, dtype=torch.int64), torch.full((3, 4), 5), torch.full((3, 4), -2), draw(3, 4)):
    call('multilabel_margin_loss', scores, target)
call('multilabel_soft_margin_loss', scores, several_of, reduction='most')


@scenario
def transformers():
    found = {}
    x, y = torch.linspace(-1, 1, 24).reshape(3, 2, 4), torch.linspace(-2, 1, 40).reshape(5, 2, 4).sin()
    causal = nn.Transformer.generate_square_subsequent_mask(3)
    padded = torch.tensor([[False, False, True], [False, True, True]])

    def run(name, module, *inputs, train=True, **options):
        torch.manual_seed(SEED)
        module.train(train)
        module.zero_grad()
        given = [z.clone().requires_grad_() for z in inputs]
        out = module(*given, **options)
        out.backward(weights_for(out))
        found[name] = [out, [z.grad for z in given], [p.grad.clone() for p in module.parameters()]]
    layer = nn.TransformerEncoderLayer(4, 2, 6)
    found['state'] = copy.deepcopy(layer.state_dict())
    found['mask'] = causal
    run('layer', layer, x)
    run('masked', nn.TransformerEncoderLayer(4, 2, 6, 0.0, 'gelu', norm_first=True), x, src_mask=causal)
    run('padded', nn.TransformerEncoderLayer(4, 2, 6, dropout=0.3, activation=torch.tanh), x,
        src_key_padding_mask=padded)
    run('batch first', nn.TransformerEncoderLayer(4, 2, 6, 0.0, batch_first=True), x.transpose(0, 1).contiguous())
    run('unbatched', nn.TransformerEncoderLayer(4, 2, 6, 0.0), x[:, 0])
    decoder = nn.TransformerDecoderLayer(4, 2, 6)
    run('decoder layer', decoder, x, y, tgt_mask=causal, memory_key_padding_mask=torch.zeros(2, 5, dtype=torch.bool))
    run('norm first', nn.TransformerDecoderLayer(4, 2, 6, 0.0, norm_first=True), x, y, memory_mask=torch.zeros(3, 5))
    encoder = nn.TransformerEncoder(layer, 2, nn.LayerNorm(4))
    found['keys'] = list(encoder.state_dict())
    run('encoder', encoder, x, mask=causal)
    run('stack', nn.TransformerDecoder(decoder, 2), x, y, tgt_mask=causal)
    torch.manual_seed(SEED)
    model = nn.Transformer(4, 2, 1, 2, 6, 0.2)
    found['model state'] = copy.deepcopy(model.state_dict())
    found['text'] = [compressed(model), compressed(encoder), repr(decoder)]
    run('model', model, y, x, tgt_mask=causal)
    found['refused'] = [
        message(lambda: model(y[:, :1], x)), message(lambda: model(y, x[..., :2])),
        message(lambda: nn.TransformerEncoderLayer(4, 2, activation='swish')),
    ]
    return found


@scenario
def computed_weights():
    found = {}

    def run(name, module, *shape, calls=2):
        x = torch.linspace(-1, 1, torch.Size(shape).numel()).reshape(shape)
        entry = {'keys': list(module.state_dict()), 'text': repr(module), 'before': copy.deepcopy(module.state_dict()),
                 'weight': module.weight.detach().clone()}
        for _ in range(calls):
            module.zero_grad()
            out = module(x)
            out.backward(weights_for(out))
        entry.update({'out': out, 'grads': [p.grad.clone() for p in module.parameters()],
                      'node': node_name(module.weight), 'after': copy.deepcopy(module.state_dict())})
        found[name] = entry
    weight_norm, spectral_norm = nn.utils.weight_norm, nn.utils.spectral_norm
    run('linear', weight_norm(nn.Linear(3, 2)), 4, 3)
    run('columns', weight_norm(nn.Linear(3, 2), dim=1), 4, 3)
    run('whole', weight_norm(nn.Linear(3, 2), dim=None), 4, 3)
    run('convolution', weight_norm(nn.Conv1d(2, 3, 2)), 1, 2, 4)
    run('spectral', spectral_norm(nn.Linear(3, 2)), 4, 3)
    run('iterations', spectral_norm(nn.Linear(3, 4, bias=False), n_power_iterations=3, eps=1e-6), 2, 3)
    run('spectral evaluated', spectral_norm(nn.Linear(3, 2)).eval(), 4, 3)
    run('transposed', spectral_norm(nn.ConvTranspose1d(2, 3, 2)), 1, 2, 4)
    layer = weight_norm(nn.Linear(3, 2))
    twice = message(lambda: weight_norm(layer))
    nn.utils.remove_weight_norm(layer)
    again = message(lambda: nn.utils.remove_weight_norm(layer))
    normed = spectral_norm(nn.Linear(3, 2))
    nn.utils.remove_spectral_norm(normed)
    found['removed'] = [twice, again, message(lambda: nn.utils.remove_spectral_norm(normed)), list(layer.state_dict()),
                        layer.weight.detach().clone(), list(normed.state_dict()), normed.weight.detach().clone(),
                        type(layer.weight).__name__]
    return found


@scenario
def hooks():
    model = nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 1))
    x = torch.linspace(-1, 1, 6).reshape(2, 3)
    log = []
    grads = lambda gradients: [None if g is None else g.clone() for g in gradients]
    handles = [
        model[0].register_forward_pre_hook(lambda m, args: log.append(['before', type(m).__name__, len(args)])),
        model[0].register_forward_pre_hook(lambda m, args: args[0] * 2),
        model[0].register_forward_hook(lambda m, args, out: log.append(['after', args[0].clone(), out.detach().clone()])),
        model[1].register_forward_hook(lambda m, args, out: out + 1),
        model[1].register_forward_hook(lambda m, args, out: log.append(['after', args[0].detach().clone(), out.detach().clone()])),
        model[2].register_full_backward_hook(lambda m, gi, go: log.append(['backward', 2, grads(gi), grads(go)])),
        model[1].register_full_backward_hook(lambda m, gi, go: (gi[0] * 10,)),
        model[1].register_full_backward_hook(lambda m, gi, go: log.append(['backward', 1, grads(gi), grads(go)])),
        model[0].register_full_backward_hook(lambda m, gi, go: log.append(['backward', 0, grads(gi), grads(go)])),
        model.register_full_backward_hook(lambda m, gi, go: log.append(['backward', 'all', grads(gi), grads(go)])),
    ]
    out = model(x)
    names = [node_name(out)]
    out.sum().backward()
    first = [p.grad.clone() for p in model.parameters()]
    handles[1].remove()
    model.zero_grad()
    given = x.clone().requires_grad_()
    model(given).sum().backward()
    second = [given.grad.clone(), [p.grad.clone() for p in model.parameters()]]
    for handle in handles:
        handle.remove()
    model.zero_grad()
    out = model(x)
    names.append(node_name(out))
    out.sum().backward()
    handle = nn.Linear(1, 1)
    handle.register_full_backward_hook(lambda m, gi, go: (go[0],))
    refused = message(lambda: handle(torch.ones(1, 1)).sum().backward())
    return {'log': log, 'names': names, 'first': first, 'second': second, 'third': [p.grad.clone() for p in model.parameters()],
            'refused': refused, 'text': repr(model), 'keys': list(model.state_dict())}


# Whole numbers, and tensors without the dimensions that are asked for.
for x in (torch.ones(2, 4, 6, dtype=torch.int32), torch.ones(2, 4, 4, 6, dtype=torch.uint8), torch.ones(2, 4, 6).bool()):
    for mode in ('nearest', 'linear' if x.dim() == 3 else 'bicubic'):
        call('interpolate', x, size=3, mode=mode, track=())
    for name, args in (('unfold', (2,)), ('fold', ((2, 3), (1, 2))), ('local_response_norm', (2,)), ('instance_norm', ())):
        call(name, x, *args, track=())
    call('cosine_similarity', x, x, track=())
    for mode in ('reflect', 'replicate'):
        call('pad', x, [1, 1], mode=mode, track=())
call('multi_margin_loss', torch.ones(2, 3, dtype=torch.int32), torch.tensor([0, 1]), track=())
call('multilabel_margin_loss', torch.ones(2, 3, dtype=torch.int32), torch.zeros(2, 3, dtype=torch.int64), track=())
call('multilabel_soft_margin_loss', torch.ones(3, dtype=torch.int32), torch.ones(3), track=())
call('multilabel_soft_margin_loss', torch.tensor(1.0), torch.tensor(1.0))
call('multi_margin_loss', torch.tensor(2.0), torch.tensor(0))
call('interpolate', volume, size=(2, 3, 3), mode='area')
call('interpolate', series, size=3, mode='bicubic')
call('interpolate', draw(2, 3), size=3, mode='area')
for x, sizes, mode in ((draw(2, 4, 0), [1, 1], 'replicate'), (draw(4, 3), [-2, -2], 'replicate'), (draw(1, 2, 2, 2), [-2, -1, 0, 0], 'circular')):
    call('pad', x, sizes, mode=mode)


# Connectionist temporal classification.
layer('CTCLoss')
layer('CTCLoss', 1, 'sum', True, text='CTCLoss()')
sound = draw(6, 3, 4).log_softmax(2)
words = torch.tensor([[1, 2, 3], [2, 2, 1], [3, 1, 1]])
for reduction in REDUCTIONS:
    call('ctc_loss', sound, words, (6, 5, 4), (3, 2, 1), reduction=reduction)
    call('ctc_loss', sound, words, (6, 2, 5), (2, 3, 0), reduction=reduction, zero_infinity=True)
    call('ctc_loss', sound.double(), torch.tensor([1, 2, 3, 3, 1]), (6, 6, 6), (3, 0, 2), reduction=reduction)
    call('ctc_loss', sound[:, 0], words[0], (5,), (3,), reduction=reduction)
call('ctc_loss', sound, words - 1, (6, 5, 4), (3, 3, 3), blank=3)
call('ctc_loss', sound, words, (6, 5, 4), (3, 2, 1), 0, 'sum', True)
call('ctc_loss', draw(3, 1, 3).log_softmax(2), torch.tensor([[1, 1]]), (3,), (2,))
call('ctc_loss', sound, words, (6, 5, 4), (0, 0, 0))
for target, lengths, sizes, options in (
    (words, (6, 7, 4), (3, 2, 1), {}), (words, (6, 5), (3, 2, 1), {}), (words, (6, 5, 4), (3, 2), {}),
    (words, (6, 5, 4), (3, 4, 1), {}), (words, (6, 5, 4), (3, 2, 1), {'blank': 4}), (words[:2], (6, 5, 4), (3, 2, 1), {}),
    (words.reshape(-1), (6, 5, 4), (3, 2, 1), {}), (words, (6, 5, 4), (3, 2, 1), {'reduction': 'most'}),
    (words[None], (6, 5, 4), (3, 2, 1), {}),
):
    call('ctc_loss', sound, target, lengths, sizes, **options)


@scenario
def parameters_by_name():
    found = nn.ParameterDict(OrderedDict(b=torch.ones(2, 3), a=nn.Parameter(torch.zeros(1))))
    found['c'] = torch.tensor(2.0)
    texts = [repr(found), repr(nn.ParameterDict())]
    names = [list(found.keys()), list(found.state_dict().keys()), len(found), 'a' in found]
    taken = found.pop('a')
    found.update({'b': torch.zeros(1)})
    return {'texts': texts, 'names': names, 'taken': taken, 'left': list(found.keys()), 'b': found['b']}


@scenario
def training_a_convolutional_network():
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 8, 3, bias=False),
        nn.GELU(), nn.ConvTranspose2d(8, 6, 2, stride=2), nn.AvgPool2d(2, stride=1), nn.AdaptiveAvgPool2d(1),
        nn.Flatten(), nn.Linear(6, 3))
    x = torch.randn(6, 1, 8, 8)
    return train(model, x, torch.arange(6) % 3, nn.CrossEntropyLoss(), 0.2)


write('nn', lines)
# All others pass.
write('nn-changes', {name: letter for name, letter in changes.items() if letter != 'o'})
