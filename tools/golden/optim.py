"""Golden optimizers: parameters after each step, states, texts and errors of PyTorch's.

Run `/usr/bin/python3 tools/golden/optim.py` with PyTorch 1.13; it writes packages/optim/test/golden/optim.json. Where
PyTorch 2 differs, this script gives its answers: NAdam's formula, the options that 1.13 lacks, what the groups hold.
"""

import os
import sys
import warnings

import torch

import golden

golden.OUT = os.path.join(os.path.dirname(__file__), '..', '..', 'packages', 'optim', 'test', 'golden')
warnings.filterwarnings('ignore')

STEPS = 6
DTYPES = [torch.float32, torch.float64]


def nadam_of_pytorch_2(params, grads, exp_avgs, exp_avg_sqs, mu_products, state_steps, *, beta1, beta2, lr, weight_decay,
                       momentum_decay, eps):
    """1.13 multiplies mu into the product of the next step twice; PyTorch 2 does not."""
    for p, g, m, v, mu_product, step_t in zip(params, grads, exp_avgs, exp_avg_sqs, mu_products, state_steps):
        step_t += 1
        t = step_t.item()
        if weight_decay != 0:
            g = g.add(p, alpha=weight_decay)
        mu = beta1 * (1.0 - 0.5 * (0.96 ** (t * momentum_decay)))
        mu_next = beta1 * (1.0 - 0.5 * (0.96 ** ((t + 1) * momentum_decay)))
        mu_product *= mu
        m.mul_(beta1).add_(g, alpha=1 - beta1)
        v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
        denominator = v.div(1 - beta2**t).sqrt().add_(eps)
        p.addcdiv_(g, denominator, value=-lr * (1.0 - mu) / (1.0 - mu_product.item()))
        p.addcdiv_(m, denominator, value=-lr * mu_next / (1.0 - mu_product.item() * mu_next))


sys.modules['torch.optim.nadam']._single_tensor_nadam = nadam_of_pytorch_2

# What the groups of PyTorch 2 hold and those of 1.13 do not.
SWITCHES = {'foreach': None, 'differentiable': False, 'maximize': False}
CAPTURABLE = {**SWITCHES, 'capturable': False}
PYTORCH_2 = {
    'SGD': {**SWITCHES, 'fused': None},
    'Adam': {**CAPTURABLE, 'fused': None, 'decoupled_weight_decay': False},
    'AdamW': {**CAPTURABLE, 'fused': None, 'decoupled_weight_decay': True},
    'RMSprop': CAPTURABLE,
    'Adagrad': {**SWITCHES, 'fused': None},
    'Adadelta': CAPTURABLE,
    'Adamax': CAPTURABLE,
    'NAdam': {**CAPTURABLE, 'decoupled_weight_decay': False},
    'RAdam': {**CAPTURABLE, 'decoupled_weight_decay': False},
    'Rprop': CAPTURABLE,
    'ASGD': CAPTURABLE,
    'LBFGS': {},
}

CASES = {
    'SGD': [
        {},
        {'lr': 0.1},
        {'lr': 0.1, 'momentum': 0.9},
        {'lr': 0.1, 'momentum': 0.9, 'dampening': 0.3},
        {'lr': 0.1, 'momentum': 0.9, 'nesterov': True},
        {'lr': 0.1, 'weight_decay': 0.05},
        {'lr': 0.1, 'maximize': True},
        {'lr': 0.1, 'momentum': 0.8, 'weight_decay': 0.05, 'nesterov': True, 'maximize': True},
        {'lr': 0.1, 'momentum': 0.8, 'weight_decay': 0.05, 'dampening': 0.5},
    ],
    'Adam': [
        {},
        {'lr': 0.1, 'betas': (0.7, 0.95)},
        {'lr': 0.1, 'eps': 0.01},
        {'lr': 0.1, 'weight_decay': 0.05},
        {'lr': 0.1, 'amsgrad': True, 'betas': (0.9, 0.5)},
        {'lr': 0.1, 'maximize': True, 'weight_decay': 0.05, 'amsgrad': True},
        {'lr': 0.1, 'betas': (0, 0.9)},
    ],
    'AdamW': [
        {},
        {'lr': 0.1, 'weight_decay': 0},
        {'lr': 0.1, 'weight_decay': 0.3, 'betas': (0.7, 0.95), 'eps': 1e-4},
        {'lr': 0.1, 'amsgrad': True, 'betas': (0.9, 0.5), 'maximize': True},
    ],
    'RMSprop': [
        {},
        {'lr': 0.1, 'alpha': 0.8, 'eps': 0.01},
        {'lr': 0.1, 'momentum': 0.9},
        {'lr': 0.1, 'centered': True, 'eps': 0.01},
        {'lr': 0.1, 'centered': True, 'momentum': 0.5, 'weight_decay': 0.05, 'eps': 0.01, 'maximize': True},
    ],
    'Adagrad': [
        {},
        {'lr': 0.1, 'lr_decay': 0.2, 'weight_decay': 0.05},
        {'lr': 0.1, 'initial_accumulator_value': 0.5, 'eps': 0.01, 'maximize': True},
    ],
    'Adadelta': [{}, {'lr': 0.5, 'rho': 0.7, 'eps': 0.01, 'weight_decay': 0.05}, {'maximize': True}],
    'Adamax': [{}, {'lr': 0.1, 'betas': (0.7, 0.95), 'eps': 0.01, 'weight_decay': 0.05, 'maximize': True}],
    'NAdam': [
        {},
        {'lr': 0.1, 'betas': (0.7, 0.95), 'eps': 0.01, 'weight_decay': 0.05, 'momentum_decay': 0.1},
        {'lr': 0.1, 'maximize': True},
        {'lr': 0.1, 'decoupled_weight_decay': True, 'weight_decay': 0.3},
    ],
    'RAdam': [
        {},
        {'lr': 0.1, 'betas': (0.7, 0.9), 'eps': 0.01, 'weight_decay': 0.05},
        {'lr': 0.1, 'maximize': True},
        {'lr': 0.1, 'decoupled_weight_decay': True, 'weight_decay': 0.3},
    ],
    'Rprop': [{}, {'lr': 0.1, 'etas': (0.3, 1.5), 'step_sizes': (0.01, 0.12)}, {'lr': 0.1, 'maximize': True}],
}


CASES['ASGD'] = [
    {},
    {'lr': 0.1, 'lambd': 0.05, 'alpha': 0.5, 't0': 2.0, 'weight_decay': 0.05},
    {'lr': 0.1, 't0': 0.0, 'maximize': True},
]


def make(name, params, options, groups=None):
    """The optimizer of 1.13 under the options of PyTorch 2, and what has to be done before each of its steps."""
    known = torch.optim.__dict__[name].__init__.__code__.co_varnames
    ours = {key: value for key, value in options.items() if key in known}
    extra = {key: value for key, value in options.items() if key not in known}
    decoupled = extra.get('decoupled_weight_decay', False)
    if decoupled:
        ours['weight_decay'] = 0
    if name == 'SGD':
        ours.setdefault('lr', 1e-3)
    optimizer = torch.optim.__dict__[name]([{**group, 'params': [params[i] for i in group['params']]} for group in groups]
                                           if groups else params, **ours)

    def before():
        for p in params:
            if p.grad is not None and extra.get('maximize', False):
                p.grad = -p.grad
            if p.grad is not None and decoupled:
                p.data.mul_(1 - optimizer.param_groups[0]['lr'] * options['weight_decay'])

    return optimizer, before


def states(optimizer):
    """The state of each parameter that has taken a step, as PyTorch 2 keeps it: a step is a tensor, None is absent."""
    found = {}
    for i, p in enumerate(p for group in optimizer.param_groups for p in group['params']):
        kept = {key: value for key, value in optimizer.state.get(p, {}).items() if value is not None}
        if 'step' in kept:
            kept['step'] = torch.tensor(float(kept['step']))
        if kept and not ('step' in kept and kept['step'] == 0):
            found[str(i)] = {key: golden.tensor(value) for key, value in kept.items()}
    return found


def parameters(dtype):
    values = [[0.5, -1.25, 3.0], [[1.0, -0.1], [0.02, -2.0]], 0.75, [[], []], [1.0, 2.0]]
    return [torch.tensor(value, dtype=dtype, requires_grad=True) for value in values]


torch.manual_seed(0)
GRADIENTS = [[torch.randn(p.shape, dtype=torch.float64).float() for p in parameters(torch.float32)] for _ in range(STEPS)]
GRADIENTS[0][0][1] = 0.0


def gradient(step, i, dtype):
    """The last parameter never has a gradient, the second has none in the third step."""
    return None if i == 4 or (i == 1 and step == 2) else GRADIENTS[step][i].to(dtype)


def trajectory(name, options, dtype, groups=None):
    """The parameters after each step; from the fourth on with half the learning rate."""
    params = parameters(dtype)
    optimizer, before = make(name, params, options, groups)
    steps = []
    for step in range(STEPS):
        for i, p in enumerate(params):
            p.grad = gradient(step, i, dtype)
        if step == 3:
            for group in optimizer.param_groups:
                group['lr'] *= 0.5
        before()
        optimizer.step()
        steps.append([golden.tensor(p) for p in params])
    return {'optimizer': name, 'options': options, 'groups': groups, 'steps': steps, 'state': states(optimizer)}


def twice(name, options):
    """The parameters after each step, where the first is in the list twice."""
    params = parameters(torch.float64)
    optimizer, _ = make(name, [params[0], params[1], params[0]], options)
    steps = []
    for step in range(3):
        for i, p in enumerate(params[:2]):
            p.grad = gradient(step, i, torch.float64)
        optimizer.step()
        steps.append([golden.tensor(p) for p in params[:2]])
    saved = optimizer.state_dict()
    return {'optimizer': name, 'options': options, 'groups': None, 'steps': steps, 'params': saved['param_groups'][0]['params'],
            'state': states(optimizer)}


def text(name, options, groups=None, change=None):
    optimizer, _ = make(name, parameters(torch.float32), options, groups)
    for group in optimizer.param_groups:
        for key, value in {**PYTORCH_2[name], **options}.items():
            group.setdefault(key, value)
        if 'fused' in PYTORCH_2[name]:
            group['fused'] = None
        if options.get('decoupled_weight_decay', False):
            group['weight_decay'] = options['weight_decay']
        group.update(change or {})
    return {'optimizer': name, 'options': options, 'groups': groups, 'change': change, 'text': repr(optimizer)}


LBFGS = [
    {},
    {'lr': 0.5, 'max_iter': 4},
    {'max_iter': 6, 'history_size': 2},
    {'max_iter': 8, 'max_eval': 3, 'tolerance_change': 0.001},
    {'line_search_fn': 'strong_wolfe'},
    {'lr': 0.1, 'max_iter': 5, 'history_size': 3, 'line_search_fn': 'strong_wolfe'},
    {'tolerance_grad': 0.5, 'line_search_fn': 'strong_wolfe'},
]


def lbfgs(options, dtype):
    """Rosenbrock's valley, and a bowl in four more dimensions; the last parameter has no gradient."""
    x = torch.tensor([-0.6, 0.4], dtype=dtype, requires_grad=True)
    y = torch.tensor([[1.0, -0.5], [0.25, 2.0]], dtype=dtype, requires_grad=True)
    idle = torch.ones(2, dtype=dtype, requires_grad=True)
    optimizer = torch.optim.LBFGS([x, y, idle], **options)

    def closure():
        optimizer.zero_grad()
        loss = (1 - x[0]) ** 2 + 5 * (x[1] - x[0] ** 2) ** 2 + (y * y * torch.tensor([1.0, 3.0], dtype=dtype)).sum() + y.sum().sin()
        loss.backward()
        return loss
    steps = []
    for _ in range(3):
        loss = optimizer.step(closure)
        state = optimizer.state[x]
        steps.append([golden.tensor(loss), golden.tensor(x), golden.tensor(y), state['func_evals'], state['n_iter']])
    return {'options': options, 'steps': steps, 'text': repr(optimizer), 'keys': sorted(key for key in state if key != 'al')}


def mistake(name, options, params=None):
    given = parameters(torch.float32) if params is None else params
    return {'optimizer': name, 'options': options, 'caught': golden.caught(lambda: torch.optim.__dict__[name](given, **options))}


MISTAKES = [
    ('SGD', {'lr': -1}),
    ('SGD', {'lr': -0.5}),
    ('SGD', {'lr': 0.1, 'momentum': -0.1}),
    ('SGD', {'lr': 0.1, 'weight_decay': -1e-5}),
    ('SGD', {'lr': 0.1, 'nesterov': True}),
    ('SGD', {'lr': 0.1, 'nesterov': True, 'momentum': 0.9, 'dampening': 0.1}),
    ('Adam', {'lr': -1}),
    ('Adam', {'eps': -1}),
    ('Adam', {'betas': (1, 0.9)}),
    ('Adam', {'betas': (0.9, -0.5)}),
    ('Adam', {'weight_decay': -1}),
    ('AdamW', {'betas': (0.9, 1.5)}),
    ('RMSprop', {'alpha': -0.5}),
    ('RMSprop', {'momentum': -0.5}),
    ('Adagrad', {'lr_decay': -1}),
    ('Adagrad', {'initial_accumulator_value': -1}),
    ('Adadelta', {'rho': 1.5}),
    ('Adamax', {'eps': -1}),
    ('NAdam', {'momentum_decay': -1}),
    ('RAdam', {'betas': (0.9, 1)}),
    ('ASGD', {'weight_decay': -1}),
    ('Rprop', {'etas': (1.5, 1.2)}),
]

SCHEDULES = [
    ('StepLR', {'step_size': 3, 'gamma': 0.5}),
    ('MultiStepLR', {'milestones': [2, 5, 5, 9], 'gamma': 0.5}),
    ('ConstantLR', {'factor': 0.25, 'total_iters': 4}),
    ('LinearLR', {'start_factor': 0.25, 'end_factor': 0.75, 'total_iters': 4}),
    ('LinearLR', {}),
    ('ExponentialLR', {'gamma': 0.9}),
    ('PolynomialLR', {'total_iters': 7, 'power': 2.0}),
    ('CosineAnnealingLR', {'T_max': 4, 'eta_min': 0.001}),
    ('CosineAnnealingLR', {'T_max': 20}),
    ('CosineAnnealingWarmRestarts', {'T_0': 3}),
    ('CosineAnnealingWarmRestarts', {'T_0': 2, 'T_mult': 2, 'eta_min': 0.01}),
    ('CyclicLR', {'base_lr': 0.01, 'max_lr': 0.1, 'step_size_up': 3}),
    ('CyclicLR', {'base_lr': [0.01, 0.02], 'max_lr': [0.1, 0.3], 'step_size_up': 2, 'step_size_down': 4, 'mode': 'triangular2'}),
    ('CyclicLR', {'base_lr': 0.01, 'max_lr': 0.1, 'step_size_up': 3, 'mode': 'exp_range', 'gamma': 0.9, 'base_momentum': 0.5,
                  'max_momentum': 0.95}),
    ('CyclicLR', {'base_lr': 0.01, 'max_lr': 0.1, 'step_size_up': 4, 'cycle_momentum': False}),
    ('OneCycleLR', {'max_lr': 0.5, 'total_steps': 13}),
    ('OneCycleLR', {'max_lr': [0.5, 0.2], 'epochs': 5, 'steps_per_epoch': 3, 'pct_start': 0.4, 'anneal_strategy': 'linear',
                    'three_phase': True, 'div_factor': 10, 'base_momentum': 0.5}),
]
LAMBDAS = {'half': lambda epoch: 0.5 ** epoch, 'slow': lambda epoch: 1 / (1 + epoch)}


def schedule(make):
    """The learning rates, and the momentum, of both groups over 13 epochs."""
    params = parameters(torch.float32)
    optimizer = torch.optim.SGD([{'params': params[:1]}, {'params': params[1:], 'lr': 0.3}], lr=0.1, momentum=0.9)
    scheduler = make(optimizer)
    seen = []
    for epoch in range(13):
        seen.append([[group['lr'], group['momentum']] for group in optimizer.param_groups])
        if epoch < 12:
            if isinstance(scheduler, torch.optim.lr_scheduler.ReduceLROnPlateau):
                scheduler.step(METRICS[epoch])
            else:
                scheduler.step()
    return seen


METRICS = [1.0, 0.9, 0.95, 0.91, 0.89999, 0.93, 0.5, 0.6, 0.7, 0.5, 0.55, 0.5]
PLATEAUS = [
    {'patience': 1, 'factor': 0.5},
    {'patience': 0, 'factor': 0.5, 'cooldown': 2, 'min_lr': [0.06, 0.01]},
    {'mode': 'max', 'patience': 2, 'threshold': 0.2, 'threshold_mode': 'abs'},
]


def schedules():
    lr_scheduler = torch.optim.lr_scheduler
    for name, options in SCHEDULES:
        lrs = schedule(lambda optimizer: lr_scheduler.__dict__[name](optimizer, **options))
        yield f'schedule {name} {options}', {'scheduler': name, 'options': options, 'lrs': lrs}
    for options in PLATEAUS:
        lrs = schedule(lambda optimizer: lr_scheduler.ReduceLROnPlateau(optimizer, **options))
        yield f'plateau {options}', {'options': options, 'metrics': METRICS, 'lrs': lrs}
    half, slow = LAMBDAS.values()
    yield 'composed LambdaLR', schedule(lambda optimizer: lr_scheduler.LambdaLR(optimizer, [half, slow]))
    yield 'composed MultiplicativeLR', schedule(lambda optimizer: lr_scheduler.MultiplicativeLR(optimizer, slow))
    yield 'composed ChainedScheduler', schedule(lambda optimizer: lr_scheduler.ChainedScheduler(
        [lr_scheduler.ConstantLR(optimizer, 0.1, 3), lr_scheduler.ExponentialLR(optimizer, 0.9)]))
    yield 'composed CyclicLR', schedule(lambda optimizer: lr_scheduler.CyclicLR(
        optimizer, 0.01, 0.1, 2, scale_fn=slow, scale_mode='iterations'))
    yield 'composed SequentialLR', schedule(lambda optimizer: lr_scheduler.SequentialLR(
        optimizer,
        [lr_scheduler.LinearLR(optimizer, 0.25, total_iters=3), lr_scheduler.CosineAnnealingLR(optimizer, 5),
         lr_scheduler.ExponentialLR(optimizer, 0.5)], [3, 8]))


GROUPS = [{'params': [0, 2], 'lr': 0.2}, {'params': [1, 3, 4], 'momentum': 0.5, 'nesterov': False}]
ADAM_GROUPS = [{'params': [0, 2], 'lr': 0.2, 'betas': (0.5, 0.9)}, {'params': [1, 3, 4], 'weight_decay': 0.1, 'amsgrad': True}]

if __name__ == '__main__':
    lines = {}
    for dtype in DTYPES:
        short = golden.SHORT[dtype]
        lines[f'gradients {short}'] = [
            [None if g is None else golden.tensor(g) for g in (gradient(step, i, dtype) for i in range(5))]
            for step in range(STEPS)
        ]
        for name, cases in CASES.items():
            for options in cases:
                lines[f'trajectory {short} {name} {options}'] = trajectory(name, options, dtype)
        grouped = {'lr': 0.1, 'momentum': 0.9, 'nesterov': True}
        lines[f'trajectory {short} SGD groups'] = trajectory('SGD', grouped, dtype, GROUPS)
        lines[f'trajectory {short} Adam groups'] = trajectory('Adam', {'lr': 0.1}, dtype, ADAM_GROUPS)
    for name, cases in CASES.items():
        lines[f'twice {name}'] = twice(name, {'lr': 0.1})
    lines['twice SGD with momentum'] = twice('SGD', {'lr': 0.1, 'momentum': 0.9})
    for options in LBFGS:
        lines[f'lbfgs {options}'] = lbfgs(options, torch.float64)
    for name, cases in CASES.items():
        for options in cases:
            lines[f'text {name} {options}'] = text(name, options)
    lines['text groups'] = text('SGD', {'lr': 0.1, 'momentum': 0.9}, GROUPS)
    lines['text numbers'] = text('Adam', {'lr': 1e-05, 'eps': 1.5e-20, 'weight_decay': 123456.5}, None, {'initial_lr': 0.0001})
    lines.update(schedules())
    for name, options in MISTAKES:
        lines[f'mistake {name} {options}'] = mistake(name, options)
    p = torch.ones(2, requires_grad=True)
    lines['mistake tensor'] = mistake('SGD', {'lr': 1}, p)
    lines['mistake empty'] = mistake('SGD', {'lr': 1}, [])
    lines['mistake not a leaf'] = mistake('SGD', {'lr': 1}, [p * 2])
    lines['mistake twice'] = mistake('SGD', {'lr': 1}, [{'params': [p]}, {'params': p}])
    golden.write('optim', lines)
