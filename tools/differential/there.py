"""Runs programs in PyTorch: a program a line comes in as JSON, and what it comes to goes out as one."""

import contextlib
import json
import math
import sys
import warnings

import torch
from torch import nn

warnings.simplefilter('ignore')
torch.set_num_threads(1)

DTYPES = {
    'float32': torch.float32, 'float64': torch.float64, 'int32': torch.int64, 'uint8': torch.uint8, 'bool': torch.bool,
}
NUMBERS = {'nan': math.nan, 'inf': math.inf, '-inf': -math.inf, '-0': -0.0}
MODES = {None: contextlib.nullcontext, 'no_grad': torch.no_grad, 'inference_mode': torch.inference_mode}
HOLDERS = {'torch': torch, 'F': nn.functional, 'linalg': torch.linalg}


def number(value):
    """A number as JSON has it."""
    if isinstance(value, (bool, int)):
        return value
    if math.isnan(value):
        return 'nan'
    if math.isinf(value):
        return 'inf' if value > 0 else '-inf'
    return '-0' if value == 0 and math.copysign(1, value) < 0 else value


def node_name(node):
    if node is None:
        return None
    name = type(node).__name__
    return node.name().rsplit('::', 1)[-1] if name == 'CppFunction' else name


def look(value, text=True):
    """What can be seen of a value, its text where that is asked for: to print takes longest."""
    if isinstance(value, torch.Tensor):
        plain = value.detach()
        if plain._is_zerotensor():
            plain = torch.zeros(plain.shape, dtype=plain.dtype)
        return {
            'dtype': str(value.dtype).removeprefix('torch.').replace('int64', 'int32'),
            'shape': list(value.shape),
            'strides': list(value.stride()),
            'values': [number(v) for v in plain.reshape(-1).tolist()],
            'requires_grad': value.requires_grad,
            'is_leaf': value.is_leaf,
            'is_view': value._is_view() and value.requires_grad,
            'grad_fn': node_name(value.grad_fn),
            'text': repr(value) if text else None,
        }
    if isinstance(value, (list, tuple)):
        return {'parts': [look(part) for part in value]}
    if isinstance(value, nn.Module):
        return {'plain': repr(value)}
    if isinstance(value, (bool, int, float)):
        return {'plain': number(value)}
    return {'plain': value if isinstance(value, str) or value is None else type(value).__name__}


class Run:
    def __init__(self, seed):
        torch.manual_seed(seed)
        self.values = {}
        self.made = {}

    def value(self, argument):
        if isinstance(argument, list):
            return [self.value(part) for part in argument]
        if not isinstance(argument, dict):
            return argument
        if 'dtype' in argument:
            return DTYPES[argument['dtype']]
        if 'slice' in argument:
            return slice(*argument['slice'])
        if 'number' in argument:
            return NUMBERS[argument['number']]
        value = self.values[argument['ref']]
        return value if argument.get('at') is None else value[argument['at']]

    def uses(self, argument):
        """Whether there are all results that an argument refers to."""
        if isinstance(argument, list):
            return all(self.uses(part) for part in argument)
        return not isinstance(argument, dict) or 'ref' not in argument or argument['ref'] in self.values

    def places(self, places):
        return tuple(... if place == '...' else place for place in places)

    def call(self, op, args, kwargs):
        holder, _, name = op.partition('.')
        if op == 'input':
            dtype, shape, values, requires_grad = args
            return torch.tensor(values, dtype=dtype).reshape(shape).clone().requires_grad_(requires_grad)
        if op == 'index':
            places = self.places(args[1:])
            return args[0][places[0] if len(places) == 1 else places]
        if op == 'setindex':
            places = self.places(args[1])
            args[0][places[0] if len(places) == 1 else places] = args[2]
            return args[0]
        if op == 'hook':
            args[0].register_hook(lambda g: g * args[1])
            return None
        if op == 'grad':
            return torch.autograd.grad(*args, **kwargs)
        if op == 'apply':
            return args[0](*args[1:], **kwargs)
        if op == 'backward':
            return args[0].backward(*args[1:], **kwargs)
        if holder == 'get':
            return getattr(args[0], name)
        if holder == 'layer':
            return getattr(nn, name)(*args, **kwargs)
        if holder == 'Tensor':
            return getattr(args[0], name)(*args[1:], **kwargs)
        return getattr(HOLDERS[holder], name)(*args, **kwargs)

    def step(self, statement):
        if not self.uses([statement['args'], list(statement.get('kwargs', {}).values())]):
            return {'error': 'NotRun', 'message': ''}
        try:
            args = [self.value(argument) for argument in statement['args']]
            kwargs = {name: self.value(value) for name, value in statement.get('kwargs', {}).items()}
            mode = statement.get('mode')
            with MODES[mode]():
                value = self.call(statement['op'], args, kwargs)
            self.values[statement['out']] = value
            for _, x in self.tensors_of(statement['out']):
                if not x.is_inference():
                    self.made.setdefault(id(x), x._version)
            return {'seen': look(value)}
        except Exception as error:  # noqa: BLE001: whatever PyTorch raises is what is compared
            return {'error': type(error).__name__.lstrip('_'), 'message': str(error).split('\n')[0]}

    def tensors_of(self, name):
        """The tensors of a result, with their names."""
        value = self.values[name]
        if isinstance(value, nn.Module):
            named = [(f'{name}.{key}', part) for key, part in value.state_dict(keep_vars=True).items()]
        elif isinstance(value, (list, tuple)):
            named = [(f'{name}[{i}]', part) for i, part in enumerate(value)]
        else:
            named = [(name, value)]
        return [(key, part) for key, part in named if isinstance(part, torch.Tensor)]

    def finish(self):
        """All tensors as they are now, with their gradients."""
        return [
            {
                'name': name,
                'seen': look(x, text=False),
                'changes': None if x.is_inference() else x._version - self.made.get(id(x), 0),
                'grad': None if x.grad is None else look(x.grad, text=False),
            }
            for key in self.values
            for name, x in self.tensors_of(key)
        ]


for line in sys.stdin:
    program = json.loads(line)
    run = Run(program['seed'])
    observed = [run.step(statement) for statement in program['statements']]
    print(json.dumps({'observed': observed, 'final': run.finish()}), flush=True)
