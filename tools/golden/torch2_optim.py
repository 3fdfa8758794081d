"""Optimizers, schedulers and their mistakes and warnings in PyTorch 2."""

from torch2_calls import OPTIMIZERS, every, schedulers

from program import T, V, each, let, optim, printed, run, sched, var

SWITCHED = [{}, {'lr': 0.05}, {'weight_decay': 0.1}, {'maximize': True}, {'foreach': True}, {'foreach': False}, {'differentiable': False}]
CASES = {
    'SGD': [{'momentum': 0.9}, {'momentum': 0.9, 'nesterov': True}, {'momentum': 0.9, 'dampening': 0.5}],
    'Adam': [{'amsgrad': True}, {'betas': (0.5, 0.7)}, {'eps': 0.1}],
    'AdamW': [{'amsgrad': True}, {'betas': (0.5, 0.7)}, {'weight_decay': 0}, {'amsgrad': True, 'maximize': True}],
    'RMSprop': [{'centered': True}, {'momentum': 0.9}, {'alpha': 0.5, 'eps': 0.01},
        {'centered': True, 'momentum': 0.9, 'weight_decay': 0.1, 'maximize': True}],
    'Adagrad': [{'lr_decay': 0.1}, {'initial_accumulator_value': 0.5}, {'eps': 0.1}],
    'Adadelta': [{'rho': 0.5}, {'eps': 0.1}],
    'Adamax': [{'betas': (0.5, 0.7)}, {'eps': 0.1}],
    'NAdam': [{'momentum_decay': 0.1}, {'decoupled_weight_decay': True, 'weight_decay': 0.1}, {'betas': (0.5, 0.7)}],
    'RAdam': [{'betas': (0.5, 0.7)}, {'decoupled_weight_decay': True, 'weight_decay': 0.1}, {'eps': 0.1}],
    'Rprop': [{'etas': (0.3, 1.5)}, {'step_sizes': (0.01, 0.1)}],
    'ASGD': [{'t0': 2.5}, {'lambd': 0.1, 'alpha': 0.5}],
}


def step_of(optimizer):
    """One step down a bowl that is not round, and where the parameter is then."""
    w = var('w')
    return run(optimizer.zero_grad(), w.sub(V(1, -2, 0.25)).mul(V(1, 2, 3)).pow(4).sum().backward(), optimizer.step(), w)


def trajectories():
    start = let('w', V(0.5, -1, 2, grad=True))
    for name, cases in CASES.items():
        switched = SWITCHED if name != 'Rprop' else [one for one in SWITCHED if 'weight_decay' not in one]
        for options in [*switched, *cases]:
            made = let('o', getattr(optim, name)([var('w')], **options))
            yield run(start, made, each(10, step_of(var('o'))))
            # From 2.7 on their groups hold one thing more.
            if name not in ('Adam', 'AdamW'):
                yield run(start, made, step_of(var('o')), printed(var('o')))


LENGTH = 14
MADE = [
    (lambda o: sched.StepLR(o, 3)), (lambda o: sched.StepLR(o, 2, 0.5)), (lambda o: sched.MultiStepLR(o, [2, 4, 4], 0.5)),
    (lambda o: sched.ExponentialLR(o, 0.8)), (lambda o: sched.ConstantLR(o)), (lambda o: sched.ConstantLR(o, 0.5, 3)),
    (lambda o: sched.LinearLR(o)), (lambda o: sched.LinearLR(o, 0.1, 0.9, 4)), (lambda o: sched.PolynomialLR(o)),
    (lambda o: sched.PolynomialLR(o, 6, 2)), (lambda o: sched.CosineAnnealingLR(o, 5)), (lambda o: sched.CosineAnnealingLR(o, 3, 0.01)),
    (lambda o: sched.CosineAnnealingWarmRestarts(o, 3)), (lambda o: sched.CosineAnnealingWarmRestarts(o, 2, 2, 0.01)),
    (lambda o: sched.CyclicLR(o, 0.01, 0.1, 3)), (lambda o: sched.CyclicLR(o, 0.01, 0.1, 2, 4, 'triangular2')),
    (lambda o: sched.CyclicLR(o, 0.01, 0.1, 2, mode='exp_range', gamma=0.9)),
    (lambda o: sched.OneCycleLR(o, 0.5, total_steps=20)),
    (lambda o: sched.OneCycleLR(o, 0.5, epochs=5, steps_per_epoch=3, anneal_strategy='linear', three_phase=True)),
    (lambda o: sched.OneCycleLR(o, 0.5, total_steps=15, pct_start=0.1, cycle_momentum=False)),
    (lambda o: sched.ChainedScheduler([sched.ConstantLR(o, 0.1, 3), sched.ExponentialLR(o, 0.9)])),
    (lambda o: sched.SequentialLR(o, [sched.LinearLR(o, 0.25, 1, 3), sched.CosineAnnealingLR(o, 5), sched.ExponentialLR(o, 0.5)], [3, 8])),
    (lambda o: sched.SequentialLR(o, [sched.ConstantLR(o, 0.1, 2), sched.StepLR(o, 2)], [4])),
    (lambda o: sched.SequentialLR(o, [sched.PolynomialLR(o, 4), sched.CosineAnnealingWarmRestarts(o, 3)], milestones=[5])),
    (lambda o: sched.CosineAnnealingLR(o, 5, last_epoch=-1)),
]
METRICS = [1.0, 0.9, 0.95, 0.91, 0.89999, 0.93, 0.5, 0.6, 0.7, 0.5, 0.55, 0.5, float('nan'), 0.4]
PLATEAUS = [{}, {'patience': 1, 'factor': 0.5}, {'patience': 0, 'cooldown': 2}, {'mode': 'max', 'patience': 1},
    {'threshold': 0.2, 'threshold_mode': 'abs', 'patience': 1}, {'patience': 0, 'min_lr': 0.01}, {'patience': 0, 'eps': 0.05}]


def rates():
    setup = [let('w', V(1, grad=True)), let('o', optim.SGD([var('w')], lr=0.1, momentum=0.9))]
    advance = [var('o').step(), var('s').step()]
    for make in MADE:
        made = let('s', make(var('o')))
        yield run(*setup, made, each(LENGTH, run(*advance, [var('s').get_last_lr()[0]])))
        yield run(*setup, made, *advance, [var('s').get_last_lr(), var('s').last_epoch])
    for options in PLATEAUS:
        steps = [run(var('s').step(metric), var('s').get_last_lr()[0]) for metric in METRICS]
        yield run(*setup, let('s', sched.ReduceLROnPlateau(var('o'), **options)), steps)


def mistakes():
    w = T(2, grad=True)
    for name in [*CASES, 'LBFGS']:
        make = getattr(optim, name)
        for options in ({'lr': -1}, {'eps': -1}, {'betas': (1, 0.9)}, {'betas': (0.9,)}, {'betas': 0.9}, {'weight_decay': -1}, {'momentum': -1},
            {'nesterov': True}, {'rho': 2}, {'lr': 'abc'}, {'lr': None}, {'lr': V(0.1)}, {'lr': V(0.1, 0.2)}, {'lr': float('nan')},
            {'fused': True, 'foreach': True}, {'etas': (2, 1)}, {'alpha': -1}, {'lr_decay': -1}, {'momentum_decay': -1},
            {'initial_accumulator_value': -1}, {'unknown': 1}):
            yield make([w], **options)
        for params in ([], w, 'abc', [1], ['a'], None, 1, [w.mul(2)], [{'params': []}], [{'lr': 0.1}], [{'params': w}, {'params': 'a'}], [T(2)],
            [{'params': [w], 'lr': -1}], [[w]]):
            yield make(params)
        yield make()
    p = let('p', w)
    sgd = let('o', optim.SGD([var('p')], lr=0.1))
    yield run(p, optim.SGD([var('p'), var('p')]))
    yield run(p, optim.SGD([{'params': [var('p')]}, {'params': [var('p')]}]))
    yield run(p, sgd, var('o').add_param_group({'params': [var('p')]}))
    yield run(p, sgd, var('o').add_param_group('a'))
    yield run(p, sgd, var('o').add_param_group({'params': [T(2).mul(2)]}))
    yield run(p, sgd, var('o').load_state_dict({}))
    yield run(p, sgd, var('o').load_state_dict('a'))
    yield run(p, sgd, var('o').load_state_dict({'state': {}, 'param_groups': []}))
    yield run(p, sgd, var('o').load_state_dict({'state': {}, 'param_groups': [{'params': [0, 1]}]}))
    yield run(p, sgd, var('o').step('a'))
    yield run(p, sgd, var('o').step(1, 2))
    yield run(p, sgd, var('o').zero_grad('a'))
    yield run(p, let('o', optim.LBFGS([var('p')])), var('o').step())
    yield run(p, optim.LBFGS([{'params': [var('p')]}, {'params': [T(2, grad=True)]}]))
    yield run(p, let('o', optim.LBFGS([var('p')], line_search_fn='abc')), var('o').step(var('o')))
    with_lr = [p, let('o', optim.SGD([var('p')], lr=0.1, momentum=0.9))]
    o = var('o')
    for made in (
        sched.StepLR('a', 1), sched.StepLR(o), sched.StepLR(o, 0), sched.StepLR(o, 'a'), sched.StepLR(o, 1, last_epoch=3), sched.MultiStepLR(o, 1),
        sched.MultiStepLR(o, 'a'), sched.ExponentialLR(o), sched.ExponentialLR(o, 'a'), sched.ConstantLR(o, 2), sched.ConstantLR(o, -1),
        sched.LinearLR(o, 0), sched.LinearLR(o, 2), sched.LinearLR(o, 0.5, 2), sched.LinearLR(o, 0.5, -1),
        sched.PolynomialLR(o, 0), sched.CosineAnnealingLR(o), sched.CosineAnnealingLR(o, 0), sched.CosineAnnealingLR(o, 'a'),
        sched.CosineAnnealingWarmRestarts(o, 0), sched.CosineAnnealingWarmRestarts(o, 1.5), sched.CosineAnnealingWarmRestarts(o, 2, 0),
        sched.CosineAnnealingWarmRestarts(o, 2, 1.5), sched.CosineAnnealingWarmRestarts(o, 2, 1, 'a'),
        sched.CyclicLR(o, 0.1), sched.CyclicLR(o, 0.1, 0.5, mode='abc'), sched.CyclicLR(o, [0.1, 0.2], 0.5), sched.CyclicLR(o, 0.1, [0.5, 1]),
        sched.OneCycleLR(o), sched.OneCycleLR(o, 0.5), sched.OneCycleLR(o, 0.5, total_steps=0), sched.OneCycleLR(o, 0.5, total_steps=1.5),
        sched.OneCycleLR(o, 0.5, epochs=1), sched.OneCycleLR(o, 0.5, epochs=0, steps_per_epoch=1),
        sched.OneCycleLR(o, 0.5, epochs=1, steps_per_epoch=-1), sched.OneCycleLR(o, 0.5, total_steps=5, pct_start=2),
        sched.OneCycleLR(o, 0.5, total_steps=5, pct_start='a'), sched.OneCycleLR(o, 0.5, total_steps=5, anneal_strategy='abc'),
        sched.OneCycleLR(o, [0.5, 1], total_steps=5),
        sched.ReduceLROnPlateau(o, mode='abc'), sched.ReduceLROnPlateau(o, factor=1), sched.ReduceLROnPlateau(o, threshold_mode='abc'),
        sched.ReduceLROnPlateau(o, min_lr=[0.1, 0.2]), sched.ReduceLROnPlateau('a'), sched.LambdaLR(o, [1, 2]), sched.LambdaLR(o),
        sched.LambdaLR(o, 'a'), sched.ChainedScheduler([]), sched.ChainedScheduler(1), sched.ChainedScheduler([1]), sched.SequentialLR(o, [], []),
        sched.SequentialLR(o, [sched.StepLR(o, 1)], [1]), sched.SequentialLR(o, [sched.StepLR(o, 1), sched.StepLR(o, 1)], []),
        sched.SequentialLR(o, [1], []), sched.SequentialLR(o, [sched.ReduceLROnPlateau(o)], []),
        sched.SequentialLR(o, [sched.StepLR(o, 1), sched.ReduceLROnPlateau(o)], [1]), sched.ChainedScheduler([sched.ReduceLROnPlateau(o)]),
    ):
        yield run(*with_lr, made)
    yield run(*with_lr, let('s', sched.ReduceLROnPlateau(o)), var('s').step())
    yield run(*with_lr, let('s', sched.ReduceLROnPlateau(o)), var('s').step('a'))
    yield run(*with_lr, let('s', sched.OneCycleLR(o, 0.5, total_steps=2)), each(5, run(o.step(), var('s').step())))
    yield run(*with_lr, let('s', sched.CosineAnnealingWarmRestarts(o, 2)), o.step(), var('s').step(-1))
    yield run(*with_lr, let('s', sched.StepLR(o, 1)), var('s').load_state_dict('a'))


def warnings():
    p, o, s = let('p', T(2, grad=True)), var('o'), var('s')
    made = [p, let('o', optim.SGD([var('p')], lr=0.1)), let('s', sched.StepLR(o, 1))]
    yield run(*made, s.step())
    yield run(*made, o.step(), s.step())
    yield run(*made, o.step(), s.step(3))
    yield run(*made, o.step(), s.step(), s.step())
    yield run(*made, s.get_lr())
    yield run(*made, let('s', sched.ReduceLROnPlateau(o)), s.step(1, 2))
    yield run(*made, let('s', sched.ReduceLROnPlateau(o, verbose=True)))
    yield run(p, optim.SGD([var('p'), var('p')], lr=0.1))
    yield run(p, let('o', optim.SGD([var('p')], lr=0.1)), sched.CyclicLR(o, 0.1, 0.5))
    yield run(p, let('o', optim.SGD([var('p')], lr=0.1)), sched.OneCycleLR(o, 0.5, total_steps=4))
    yield run(*made, let('s', sched.SequentialLR(o, [sched.StepLR(o, 1), sched.StepLR(o, 1)], [2])), o.step(), s.step())
    yield run(p, let('o', optim.Rprop([var('p')], lr=0.1)), o.step())
    yield run(p, let('o', optim.NAdam([var('p')])), o.step())


def programs():
    for group in (trajectories, rates, mistakes, warnings):
        for program in group():
            yield group.__name__, program
    yield from every('optimizer', OPTIMIZERS)
    yield from schedulers()
