"""Golden recurrent layers and their cells.

Run `/usr/bin/python3 tools/golden/recurrent.py` with PyTorch 1.13; it writes packages/nn/test/golden/recurrent.json. Each
entry is a layer that packages/nn/test/recurrent.test.ts makes and runs again. Where PyTorch 2 words an error otherwise
than 1.13, that is written.
"""

import os
import re
import warnings

import torch
from torch import nn

import golden
from golden import argument, caught, node_name, result, write

golden.OUT = os.path.join(os.path.dirname(__file__), '..', '..', 'packages', 'nn', 'test', 'golden')
warnings.filterwarnings('ignore')

SEED = 7
inputs_from = torch.Generator().manual_seed(1)
lines = {}


def draw(*shape, dtype=torch.float32):
    """Numbers with few digits, so that the file stays short."""
    return (torch.randn(shape, generator=inputs_from, dtype=torch.float64) * 100).round().div(100).to(dtype)


def flat(x):
    return [y for item in x for y in flat(item)] if isinstance(x, (tuple, list)) else [x]


def weights_for(out):
    return torch.linspace(0.5, 1.5, out.numel(), dtype=out.dtype).reshape(out.shape)


def in_pytorch_2(name, options, args, failed):
    """What PyTorch 2 looks at before 1.13 does."""
    message = failed['message']
    dimensions = re.fullmatch(r'input must have 3 dimensions, got (\d)', message)
    if dimensions:
        tensor = ' tensor' if name == 'RNN' else ''
        message = f'{name}: Expected input to be 2D or 3D, got {int(dimensions[1]) - 1}D{tensor} instead'
    elif options.get('num_layers') == 0:
        message = 'num_layers must be greater than zero'
    elif args[1] == 0:
        message = 'hidden_size must be greater than zero'
    else:
        pattern = r'(\w+): Expected input to be 1-D or 2-D but received (\d)-D tensor'
        message = re.sub(pattern, r'\1: Expected input to be 1D or 2D, got \2D instead', message)
    return failed if message == failed['message'] else {'error': 'ValueError', 'message': message}


def run(name, *args, inputs=None, train=True, dtype=torch.float32, **options):
    """A seeded layer: its text, the names of its parameters, what it gives for inputs and states, and the gradients of all of these."""
    torch.manual_seed(SEED)
    entry = {'layer': name, 'args': argument(args), 'options': argument(options), 'train': train}
    if dtype != torch.float32:
        entry['dtype'] = golden.SHORT[dtype]
    made = {}

    def make():
        made['module'] = getattr(nn, name)(*args, **options, **({} if dtype == torch.float32 else {'dtype': dtype}))
    failed = caught(make)
    if failed == 'nothing':
        module = made['module'].train(train)
        entry.update(text=repr(module), names=list(module.state_dict()))
        if inputs is not None:
            entry['inputs'] = [result(x) for x in inputs]
            tracked = [x.requires_grad_() for x in flat(inputs)] + list(module.parameters())
            torch.manual_seed(SEED)
            failed = caught(lambda: module(*inputs))
            if failed == 'nothing':
                torch.manual_seed(SEED)
                out = module(*inputs)
                entry.update(out=result(out), nodes=[node_name(x) for x in flat(out)])
                torch.autograd.backward(flat(out), [weights_for(x) for x in flat(out)])
                entry['grads'] = [result(x.grad) for x in tracked]
    if failed != 'nothing':
        entry['caught'] = in_pytorch_2(name, options, args, failed)
    shapes = ' '.join('x'.join(map(str, x.shape)) for x in flat(inputs or []))
    text = ', '.join([*map(str, args), *(f'{key}={value}' for key, value in options.items())])
    lines[f'{name}({text}) {shapes} {"train" if train else "eval"} {golden.SHORT[dtype]}'] = entry


def states(name, *shape, dtype=torch.float32):
    return (draw(*shape, dtype=dtype), draw(*shape, dtype=dtype)) if name.startswith('LSTM') else draw(*shape, dtype=dtype)


for name in ('RNN', 'LSTM', 'GRU'):
    run(name, 3, 4, inputs=[draw(5, 2, 3)])
    run(name, 3, 4, inputs=[draw(5, 2, 3), states(name, 1, 2, 4)])
    run(name, 3, 4, inputs=[draw(5, 3)])
    run(name, 3, 4, inputs=[draw(5, 3), states(name, 1, 4)])
    run(name, 3, 4, 2, inputs=[draw(3, 2, 3), states(name, 2, 2, 4)])
    run(name, 3, 4, batch_first=True, inputs=[draw(2, 3, 3)])
    run(name, 3, 4, batch_first=True, inputs=[draw(3, 3), states(name, 1, 4)])
    run(name, 3, 4, bidirectional=True, inputs=[draw(3, 2, 3)])
    run(name, 3, 2, num_layers=3, bias=False, batch_first=True, bidirectional=True,
        inputs=[draw(2, 3, 3), states(name, 6, 2, 2)])
    run(name, 3, 2, num_layers=2, bidirectional=True, inputs=[draw(3, 3)])
    run(name, 2, 3, num_layers=3, dropout=0.4, inputs=[draw(3, 2, 2)])
    run(name, 2, 3, num_layers=3, dropout=0.4, train=False, inputs=[draw(3, 2, 2)])
    run(name, 3, 4, inputs=[draw(2, 2, 3, dtype=torch.float64)], dtype=torch.float64)
    run(name, 1, 1, inputs=[draw(1, 1, 1)])
    run(name, 3, 4, inputs=[draw(2, 0, 3)])
    # What is refused.
    run(name, 3, 0)
    run(name, 3, 4, num_layers=0)
    run(name, 3, 4, dropout=1.5)
    run(name, 3, 4, inputs=[draw(3)])
    run(name, 3, 4, inputs=[draw(1, 2, 3, 4)])
    run(name, 3, 4, inputs=[draw(5, 2, 4)])
    run(name, 3, 4, inputs=[draw(0, 2, 3)])
    run(name, 3, 4, inputs=[draw(5, 2, 3), states(name, 1, 3, 4)])
    run(name, 3, 4, inputs=[draw(5, 2, 3), states(name, 2, 2, 4)])
    run(name, 3, 4, inputs=[draw(5, 2, 3), states(name, 1, 4)])
    run(name, 3, 4, inputs=[draw(5, 3), states(name, 1, 1, 4)])
    cell = f'{name}Cell'
    run(cell, 3, 4, inputs=[draw(2, 3)])
    run(cell, 3, 4, inputs=[draw(2, 3), states(name, 2, 4)])
    run(cell, 3, 4, inputs=[draw(3)])
    run(cell, 3, 4, inputs=[draw(3), states(name, 4)])
    run(cell, 3, 4, bias=False, inputs=[draw(2, 3), states(name, 2, 4)])
    run(cell, 3, 4, inputs=[draw(2, 3, dtype=torch.float64), states(name, 2, 4, dtype=torch.float64)], dtype=torch.float64)
    run(cell, 3, 4, inputs=[draw(1, 2, 3)])
    run(cell, 3, 4, inputs=[draw(2, 4)])
    run(cell, 3, 4, inputs=[draw(2, 3), states(name, 3, 4)])
    run(cell, 3, 4, inputs=[draw(2, 3), states(name, 2, 3)])
run('RNN', 3, 4, nonlinearity='relu', inputs=[draw(3, 2, 3)])
run('RNN', 3, 4, nonlinearity='foo')
run('RNNCell', 3, 4, nonlinearity='relu', inputs=[draw(2, 3)])
run('LSTM', 3, 4, proj_size=2, inputs=[draw(3, 2, 3)])
run('LSTM', 3, 4, num_layers=2, bidirectional=True, proj_size=2,
    inputs=[draw(3, 2, 3), (draw(4, 2, 2), draw(4, 2, 4))])
run('LSTM', 3, 4, proj_size=2, inputs=[draw(3, 2, 3), (draw(1, 2, 4), draw(1, 2, 4))])
run('LSTM', 3, 4, proj_size=4)
run('LSTM', 3, 4, proj_size=-1)

write('recurrent', lines)
