"""Golden warnings: what PyTorch warns of in programs that run.

Run `/usr/bin/python3 tools/golden/warned.py` with PyTorch 1.13; it writes packages/core/test/golden/warnings.json, which
golden-warnings.test.ts of each package replays: to each name there is a program in TypeScript. PYTORCH_2 holds the texts that
came later.
"""

import warnings

import torch
import torch.nn as nn
import torch.nn.functional as F

from golden import write

schedules = torch.optim.lr_scheduler
w = torch.ones(2, requires_grad=True)
half = torch.full((2, 2), 0.5)
byte = torch.ones(2, dtype=torch.uint8)


def optimizer(name='SGD'):
    return torch.optim.__dict__[name]([torch.ones(2, requires_grad=True)], lr=0.1)


SCHEDULERS = {
    'StepLR': lambda o: schedules.StepLR(o, 1),
    'MultiStepLR': lambda o: schedules.MultiStepLR(o, [1]),
    'LambdaLR': lambda o: schedules.LambdaLR(o, lambda epoch: 0.5),
    'MultiplicativeLR': lambda o: schedules.MultiplicativeLR(o, lambda epoch: 0.5),
    'ConstantLR': lambda o: schedules.ConstantLR(o),
    'LinearLR': lambda o: schedules.LinearLR(o),
    'ExponentialLR': lambda o: schedules.ExponentialLR(o, 0.5),
    'PolynomialLR': lambda o: schedules.PolynomialLR(o),
    'CosineAnnealingLR': lambda o: schedules.CosineAnnealingLR(o, 5),
    'CosineAnnealingWarmRestarts': lambda o: schedules.CosineAnnealingWarmRestarts(o, 5),
    'CyclicLR': lambda o: schedules.CyclicLR(o, 0.1, 1, cycle_momentum=False),
    'OneCycleLR': lambda o: schedules.OneCycleLR(o, 0.1, 10, cycle_momentum=False),
    'SequentialLR': lambda o: schedules.SequentialLR(o, [schedules.ConstantLR(o), schedules.StepLR(o, 1)], [3]),
    'ChainedScheduler': lambda o: schedules.ChainedScheduler([schedules.ConstantLR(o), schedules.StepLR(o, 1)]),
}


def before_optimizer(make):
    scheduler = make(optimizer())
    scheduler.step()
    scheduler.step()


def after_optimizer(make):
    o = optimizer()
    scheduler = make(o)
    o.step()
    scheduler.step()
    scheduler.state_dict()
    scheduler.get_last_lr()


def with_epoch(make):
    o = optimizer()
    scheduler = make(o)
    o.step()
    scheduler.step(1)


def loaded(make):
    o = optimizer()
    state = after = make(o)
    o.step()
    after.step()
    state = after.state_dict()
    after = make(optimizer())
    after.load_state_dict(state)
    after.step()


def plateau_with_epoch():
    schedules.ReduceLROnPlateau(optimizer()).step(1.0, 3)


OPTIM = {
    **{f'{name} before the optimizer': lambda make=make: before_optimizer(make) for name, make in SCHEDULERS.items()},
    **{f'{name} after the optimizer': lambda make=make: after_optimizer(make) for name, make in SCHEDULERS.items()},
    **{f'{name} get_lr': lambda make=make: make(optimizer()).get_lr() for name, make in list(SCHEDULERS.items())[:12]},
    **{f'{name} of an epoch': lambda make=make: with_epoch(make) for name, make in list(SCHEDULERS.items())[:12]},
    **{f'{name} loaded': lambda make=make: loaded(make) for name, make in list(SCHEDULERS.items())[:10]},
    'ReduceLROnPlateau of an epoch': plateau_with_epoch,
    'ReduceLROnPlateau': lambda: schedules.ReduceLROnPlateau(optimizer()).step(1.0),
    **{f'{name} of a parameter twice': lambda name=name: torch.optim.__dict__[name]([w, w], lr=0.1)
       for name in ['SGD', 'Adam', 'AdamW', 'RMSprop', 'Adagrad', 'Adadelta', 'Adamax', 'NAdam', 'RAdam', 'Rprop', 'ASGD', 'LBFGS']},
    'a group with a parameter twice': lambda: optimizer().add_param_group({'params': [w, w]}),
}

plain = torch.ones(2)
CORE = {
    'grad of a non-leaf': lambda: (w * 2).grad,
    'grad of a leaf': lambda: w.grad,
    'grad of a constant': lambda: plain.mul(2).grad,
    'tensor of a tensor': lambda: torch.tensor(plain),
    'new_tensor of a tensor': lambda: plain.new_tensor(plain),
    'as_tensor of a tensor': lambda: torch.as_tensor(plain),
    'tensor of a list of tensors': lambda: torch.tensor([torch.tensor(1.0)]),
    'T of 0 dimensions': lambda: torch.ones(()).T,
    'T of 1 dimension': lambda: plain.T,
    'T of 2 dimensions': lambda: half.T,
    'T of 3 dimensions': lambda: torch.ones(2, 2, 2).T,
    'meshgrid': lambda: torch.meshgrid(plain, plain),
    'meshgrid of a list': lambda: torch.meshgrid([plain, plain]),
    'meshgrid with indexing': lambda: torch.meshgrid(plain, plain, indexing='ij'),
    'meshgrid of one': lambda: torch.meshgrid(plain),
    'backward with create_graph': lambda: (w * w).sum().backward(create_graph=True),
    'grad with create_graph': lambda: torch.autograd.grad((w * w).sum(), w, create_graph=True),
    'index by bytes': lambda: plain[byte],
    'where by bytes': lambda: torch.where(byte, plain, plain),
    'chain_matmul': lambda: torch.chain_matmul(half, half),
    'cov of one observation': lambda: torch.cov(torch.ones(2, 1)),
    'cov': lambda: torch.cov(half),
    'gradcheck of float32': lambda: torch.autograd.gradcheck(lambda x: x * 1, w, eps=0.5, atol=0.1),
    'conv1d of an even kernel, padded to the same': lambda: F.conv1d(torch.ones(1, 1, 4), torch.ones(1, 1, 2), padding='same'),
    'conv1d of an odd kernel, padded to the same': lambda: F.conv1d(torch.ones(1, 1, 4), torch.ones(1, 1, 3), padding='same'),
    'var of one': lambda: torch.ones(1).var(),
    'std of one': lambda: torch.ones(1).std(),
    'var of no rows': lambda: torch.ones(0, 2).var(0),
    'var_mean of one': lambda: torch.var_mean(torch.ones(1)),
    'std_mean of one': lambda: torch.std_mean(torch.ones(1)),
    'var of one, uncorrected': lambda: torch.ones(1).var(unbiased=False),
    'var of two': lambda: plain.var(),
    'cross without dim': lambda: torch.cross(torch.ones(3), torch.ones(3)),
    'cross with dim': lambda: torch.cross(torch.ones(3), torch.ones(3), dim=0),
    'linalg.cross': lambda: torch.linalg.cross(torch.ones(3), torch.ones(3)),
}


def hooked(module, requires_grad):
    module.register_full_backward_hook(lambda *_: None)
    module(torch.ones(1, 2, requires_grad=requires_grad)).sum().backward()


mha = nn.MultiheadAttention(2, 1)
row = torch.ones(2, 1, 2)
SIZED = ['mse_loss', 'l1_loss', 'smooth_l1_loss', 'huber_loss']
LAYERS = {'mse_loss': nn.MSELoss, 'l1_loss': nn.L1Loss, 'smooth_l1_loss': nn.SmoothL1Loss, 'huber_loss': nn.HuberLoss}

NN = {
    **{f'{name} of other sizes': lambda name=name: F.__dict__[name](half, half[0]) for name in SIZED},
    **{f'{name} of the same sizes': lambda name=name: F.__dict__[name](half, half) for name in SIZED},
    **{f'{layer.__name__} of other sizes': lambda layer=layer: layer()(torch.ones(3, 1), torch.ones(3)) for layer in LAYERS.values()},
    **{f'{name} of other sizes': lambda name=name: F.__dict__[name](half, half[0])
       for name in ['poisson_nll_loss', 'soft_margin_loss', 'hinge_embedding_loss']},
    'softmax without dim': lambda: F.softmax(half),
    'log_softmax without dim': lambda: F.log_softmax(half),
    'softmin without dim': lambda: F.softmin(half),
    'softmax of dim None': lambda: F.softmax(half, None),
    'softmax with dim': lambda: F.softmax(half, 1),
    'gumbel_softmax without dim': lambda: F.gumbel_softmax(half),
    'Softmax without dim': lambda: nn.Softmax()(half),
    'LogSoftmax without dim': lambda: nn.LogSoftmax()(half),
    'Softmin without dim': lambda: nn.Softmin()(half),
    'Softmax with dim': lambda: nn.Softmax(1)(half),
    'kl_div': lambda: F.kl_div(half, half),
    'kl_div mean': lambda: F.kl_div(half, half, reduction='mean'),
    'kl_div batchmean': lambda: F.kl_div(half, half, reduction='batchmean'),
    'kl_div sum': lambda: F.kl_div(half, half, reduction='sum'),
    'KLDivLoss': lambda: nn.KLDivLoss()(half, half),
    'LSTM of one layer with dropout': lambda: nn.LSTM(1, 1, dropout=0.5),
    'GRU of one layer with dropout': lambda: nn.GRU(1, 1, dropout=0.5),
    'RNN of two layers with dropout': lambda: nn.RNN(1, 1, 2, dropout=0.5),
    'trunc_normal_ far out': lambda: nn.init.trunc_normal_(plain.clone(), a=10.0, b=11.0),
    'trunc_normal_': lambda: nn.init.trunc_normal_(plain.clone()),
    'kaiming_uniform_ of no elements': lambda: nn.init.kaiming_uniform_(torch.ones(0, 2)),
    'kaiming_normal_ of no elements': lambda: nn.init.kaiming_normal_(torch.ones(0, 2)),
    'Linear of no inputs': lambda: nn.Linear(0, 2),
    'dropout2d of 2 dimensions': lambda: F.dropout2d(half),
    'dropout2d of 3 dimensions': lambda: F.dropout2d(torch.ones(2, 2, 2)),
    'dropout2d of 4 dimensions': lambda: F.dropout2d(torch.ones(2, 2, 2, 2)),
    'dropout3d of 3 dimensions': lambda: F.dropout3d(torch.ones(2, 2, 2)),
    'dropout3d of 4 dimensions': lambda: F.dropout3d(torch.ones(2, 2, 2, 2)),
    'Dropout2d of 2 dimensions': lambda: nn.Dropout2d()(half),
    'MultiheadAttention with masks of two kinds': lambda: mha(row, row, row, key_padding_mask=torch.zeros(1, 2, dtype=torch.bool),
                                                              attn_mask=torch.zeros(2, 2)),
    'MultiheadAttention with masks of one kind': lambda: mha(row, row, row, key_padding_mask=torch.zeros(1, 2, dtype=torch.bool),
                                                             attn_mask=torch.zeros(2, 2, dtype=torch.bool)),
    'a full backward hook without gradients of inputs': lambda: hooked(nn.Linear(2, 2), False),
    'a full backward hook': lambda: hooked(nn.Linear(2, 2), True),
    'InstanceNorm2d of other channels': lambda: nn.InstanceNorm2d(3)(torch.ones(1, 2, 2, 2)),
    'InstanceNorm2d': lambda: nn.InstanceNorm2d(2)(torch.ones(1, 2, 2, 2)),
    'clip_grad_norm_ of no gradients': lambda: nn.utils.clip_grad_norm_([plain.clone().requires_grad_()], 1.0),
}

DEGREES = 'degrees of freedom is <= 0. Correction should be strictly less than the reduction factor (input numel divided by output numel).'
PYTORCH_2 = {
    'var of one': [f'var(): {DEGREES}'],
    'std of one': [f'std(): {DEGREES}'],
    'var of no rows': [f'var(): {DEGREES}'],
    'var_mean of one': [f'var_mean(): {DEGREES}'],
    'std_mean of one': [f'std_mean(): {DEGREES}'],
    'cross without dim': [
        'Using torch.cross without specifying the dim arg is deprecated.\nPlease either pass the dim explicitly or simply use '
        'torch.linalg.cross.\nThe default value of dim will change to agree with that of linalg.cross in a future release.'
    ],
    'MultiheadAttention with masks of two kinds': [
        'Support for mismatched key_padding_mask and attn_mask is deprecated. Use same type for both instead.'
    ],
    'a full backward hook without gradients of inputs': [
        'Full backward hook is firing when gradients are computed with respect to module outputs since no inputs require '
        'gradients. See https://docs.pytorch.org/docs/main/generated/torch.nn.Module.html#torch.nn.Module.register_full_backward_hook '
        'for more details.'
    ],
    'InstanceNorm2d of other channels': [
        "input's size at dim=1 does not match num_features. You can silence this warning by not passing in num_features, which "
        'is not used because affine=False'
    ],
}



def texts(run):
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter('always')
        run()
    return [str(warning.message).split(' (Triggered internally')[0].strip() for warning in found]


if __name__ == '__main__':
    torch.set_warn_always(True)
    lines = {}
    for package, programs in {'core': CORE, 'nn': NN, 'optim': OPTIM}.items():
        for name, run in programs.items():
            lines[f'{package} {name}'] = PYTORCH_2.get(name, texts(run))
    write('warnings', lines)
