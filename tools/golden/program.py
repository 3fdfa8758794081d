"""Small programs as data: written as Python expressions, run by PyTorch here and by chainrule in the tests.

    t.add(T(2), 1, alpha=2)                a call: `t` is torch, `F`, `nn`, `optim`, `sched` their namespaces
    T(2).sum(1)[0]                         methods, properties and items
    run(x := let('x', T(2)), x.relu_())    several, one after the other; the value is that of the last

Nothing of it runs before `outcome` is asked. The mirror in TypeScript is packages/core/test/program.ts, which says what
each form of the JSON is.
"""

import math
import re
import warnings

import torch

from golden import DTYPES, argument, result

ROOTS = {'t': torch, 'nn': torch.nn, 'F': torch.nn.functional, 'optim': torch.optim,
         'sched': torch.optim.lr_scheduler}


class Expr:
    """A form of the JSON and its text; what is done with it makes another one."""

    def __init__(self, form, text):
        self._form, self._text = form, text

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        return Expr({'get': name, 'of': self}, f'{self._text}.{name}')

    def __call__(self, *args, **options):
        shown = [text_of(arg) for arg in args] + [f'{name}={text_of(value)}' for name, value in options.items()]
        form = {'call': self, 'args': list(args), **({'options': options} if options else {})}
        return Expr(form, f"{self._text}({', '.join(shown)})")

    def __getitem__(self, key):
        keys = list(key) if isinstance(key, tuple) else [key]
        return Expr({'item': keys, 'of': self}, f"{self._text}[{', '.join(text_of(k) for k in keys)}]")


def text_of(value):
    if isinstance(value, Expr):
        return value._text
    if isinstance(value, list):
        return f"[{', '.join(text_of(item) for item in value)}]"
    if isinstance(value, tuple):
        return f"({', '.join(text_of(item) for item in value)}{',' if len(value) == 1 else ''})"
    if isinstance(value, dict):
        return '{' + ', '.join(f'{key!r}: {text_of(item)}' for key, item in value.items()) + '}'
    if isinstance(value, slice):
        return ':'.join('' if part is None else str(part) for part in (value.start, value.stop, value.step))
    return '...' if value is Ellipsis else repr(value)


t, nn, F, optim, sched = (Expr({'root': name}, name) for name in ROOTS)


def T(*shape, dtype='f32', values=None, grad=False):
    """A tensor: of 1, 2, 3 … where no values are given. `idx` are indices: int64 there, int32 here."""
    count = math.prod(shape)
    flat = [i + 1 for i in range(count)] if values is None else values
    flat = [bool(value) if dtype == 'bool' else value for value in flat]
    form = {'t': dtype, 's': list(shape), **({} if values is None else {'v': flat}), **({'g': 1} if grad else {})}
    sizes = ','.join(map(str, shape))
    many = ', …' if count > 6 else ''
    shown = '' if values is None else f"({', '.join(map(text_of, values[:4] if many else values))}{many})"
    made = Expr(form, f"{dtype}[{sizes}]{shown}{'.grad' if grad else ''}")
    made._flat = flat
    return made


def V(*values, dtype='f32', grad=False):
    """A vector of values."""
    return T(len(values), dtype=dtype, values=list(values), grad=grad)


def let(name, value):
    """Names a value; its name from then on."""
    return Expr({'let': name, 'be': value}, f'{name} := {text_of(value)}')


def var(name):
    return Expr({'var': name}, name)


def assign(value, name, item):
    """Sets a property."""
    return Expr({'set': name, 'on': value, 'be': item}, f'{text_of(value)}.{name} = {text_of(item)}')


def run(*steps):
    return Expr({'run': list(steps)}, '; '.join(text_of(step) for step in steps))


def each(count, step):
    """The values of a step done several times."""
    return Expr({'each': step, 'times': count}, f'{count} × ({text_of(step)})')


def printed(value):
    return Expr({'str': value}, f'str({text_of(value)})')


def function(body, *names):
    return Expr({'lambda': body, 'names': list(names)}, f"lambda {', '.join(names)}: {text_of(body)}")


def path_of(value):
    """The name of what is found from a root alone, as t.linalg.norm."""
    if 'root' in value._form:
        return value._form['root']
    base = path_of(value._form['of']) if 'get' in value._form else None
    return base and f"{base}.{value._form['get']}"


def encode(value):
    if isinstance(value, Expr):
        form = value._form
        if path_of(value):
            return {'name': path_of(value)}
        if 't' in form:
            return {**form, **({'v': [encode(item) for item in form['v']]} if 'v' in form else {})}
        if 'call' not in form:
            return {key: encode(item) for key, item in form.items()}
        callee, rest = form['call'], {'a': encode(form['args']), **({'o': encode(form['options'])} if 'options' in form else {})}
        path = path_of(callee)
        if path is None and 'get' in callee._form:
            return {'m': callee._form['get'], 'x': encode(callee._form['of']), **rest}
        return {'c': path or encode(callee), **rest}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    if isinstance(value, dict):
        return {key: encode(item) for key, item in value.items()}
    return {'slice': [value.start, value.stop, value.step]} if isinstance(value, slice) else argument(value)


def evaluate(value, scope):
    """The value of an expression in PyTorch."""
    if isinstance(value, list):
        return [evaluate(item, scope) for item in value]
    if isinstance(value, tuple):
        return tuple(evaluate(item, scope) for item in value)
    if isinstance(value, dict):
        return {key: evaluate(item, scope) for key, item in value.items()}
    if not isinstance(value, Expr):
        return value
    form = value._form
    if 'root' in form:
        return ROOTS[form['root']]
    if 't' in form:
        dtype = torch.int64 if form['t'] == 'idx' else DTYPES[form['t']]
        made = torch.tensor(value._flat, dtype=dtype).reshape(form['s'])
        return made.requires_grad_() if 'g' in form else made
    if 'get' in form:
        return getattr(evaluate(form['of'], scope), form['get'])
    if 'item' in form:
        keys = tuple(evaluate(form['item'], scope))
        return evaluate(form['of'], scope)[keys[0] if len(keys) == 1 else keys]
    if 'let' in form:
        scope[form['let']] = evaluate(form['be'], scope)
        return scope[form['let']]
    if 'set' in form:
        return setattr(evaluate(form['on'], scope), form['set'], evaluate(form['be'], scope))
    if 'var' in form:
        return scope[form['var']]
    if 'run' in form:
        return [evaluate(step, scope) for step in form['run']][-1]
    if 'each' in form:
        return [copied(evaluate(form['each'], scope)) for _ in range(form['times'])]
    if 'str' in form:
        return str(evaluate(form['str'], scope))
    if 'lambda' in form:
        return lambda *args: evaluate(form['lambda'], {**scope, **dict(zip(form['names'], args))})
    called = evaluate(form['call'], scope)
    return called(*evaluate(form['args'], scope), **evaluate(form.get('options', {}), scope))


def copied(value):
    """What later steps do not change."""
    if isinstance(value, torch.Tensor):
        return value.detach().clone()
    return [copied(item) for item in value] if isinstance(value, (list, tuple)) else value


def first_line(text):
    """The first line, in which a set has the order of the alphabet: its own changes from run to run."""
    return re.sub(r"\{('[^{}:]*)\}", lambda found: '{' + ', '.join(sorted(found[1].split(', '))) + '}', str(text).strip().split('\n')[0])


# What PyTorch says of its own libraries.
OF_ITS_OWN = re.compile(r'oneDNN|nested_tensor|non-contiguous')


def outcome(program):
    """What a program gives, or the class and the first line of its error; and what it warns of."""
    torch.manual_seed(0)
    torch.set_printoptions(profile='default')
    torch.set_printoptions(sci_mode=None)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        try:
            value = evaluate(program, {})
            entry = {'gives': encodable(value)}
        except Exception as error:  # noqa: BLE001: whatever PyTorch raises is the golden value
            # Python shows the key of a KeyError as it would be written.
            text = error.args[0] if isinstance(error, KeyError) else error
            entry = {'error': type(error).__name__, 'message': first_line(text)}
    texts = [re.sub(r' \((Triggered )?internally at .*', '', first_line(one.message)) for one in caught]
    texts = [text for text in dict.fromkeys(texts) if not OF_ITS_OWN.search(text)]
    return {**entry, **({'warns': texts} if texts else {})}


def encodable(value):
    """A result as JSON; objects that have no values, such as a module, count as given."""
    try:
        return result(value)
    except (TypeError, KeyError):
        return 'an object'
