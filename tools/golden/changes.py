"""Golden refusals: what PyTorch says where memory that a gradient may read is changed in place, for every op of ops.py.

Run `/usr/bin/python3 tools/golden/changes.py` with PyTorch 1.13; it writes packages/core/test/golden/changes.json, which
packages/core/test/golden-changes.test.ts replays on the cases of ops.json, in float64. An outcome is one letter: `o` the
backward pass runs, `b` it refuses, `c` the change itself is refused, `-` no gradient flows.

`out` has a text for each choice of inputs that require a gradient (all, then each alone): the outcomes of doubling each
result, a stroke, and the outcomes of doubling each input after the op. `in` is for the form that works in place: the outcome
of it alone, of it on memory that is expanded, and for each other tensor of the call, its outcomes where that is the target
itself, where it is a view of the target, and where it is doubled afterwards.
"""

import math

import torch

import ops
from golden import write

CASES = []
original = ops.case


def case(op, *args, group='values', grad=True, **options):
    """Runs the case as ops.py does, to know whether it is in the file, and remembers it."""
    count = lambda: len(ops.OPS.get(op, {'groups': {}})['groups'].get(group, []))  # noqa: E731
    before = count()
    original(op, *args, group=group, grad=grad, **options)
    if count() > before:
        plain = ('dtypes', 'second', 'tiny', 'zero', 'forms', 'strides', 'rough', 'single', 'blind', 'named')
        keywords = {name: value for name, value in options.items() if name not in plain}
        CASES.append((op, group, before, list(args), keywords))


ops.case = case


class Run(ops.Run):
    """Builds the arguments of one call from results of a step before, so that they may be changed in place."""

    def __init__(self, dtype, wanted):
        super().__init__(dtype)
        self.wanted, self.inputs = wanted, []

    def tensor(self, ref):
        t = super().tensor(ref)
        if not t.is_floating_point():
            return t
        if self.wanted is None or self.wanted == len(self.inputs):
            t.requires_grad_()
        x = t * 1
        self.inputs.append(x)
        return x


def build(entry, wanted=None):
    _, _, _, args, options = entry
    dtype = 'f64' if any(':' not in ref for ref in refs_of(args, options)) else None
    state = Run(dtype, wanted)
    values = [state.argument(arg) for arg in args]
    return state.inputs, values, {name: state.argument(value) for name, value in options.items()}


def refs_of(*values):
    return [value for value in flat(values) if ops.is_ref(value)]


def flat(value):
    if isinstance(value, dict):
        value = list(value.values())
    return [x for item in value for x in flat(item)] if isinstance(value, (list, tuple)) else [value]


def outcome(change, outs):
    """The letter of a change and a backward pass from what `outs` gives after it."""
    try:
        change()
        roots = [x.sum() for x in outs() if x.requires_grad]
    except Exception:  # noqa: BLE001: views that do not allow it say so at their next use
        return 'c'
    if not roots:
        return '-'
    try:
        sum(roots).backward()
    except RuntimeError as error:
        return 'b' if 'modified by an inplace operation' in str(error) else '?'
    return 'o'


def floats(value):
    return [t for t in ops.tensors(value) if t.is_floating_point()]


def after(entry, wanted):
    """The outcomes of doubling each result, then of doubling each input."""
    op = entry[0]

    def one(pick):
        inputs, values, options = build(entry, wanted)
        out = floats(ops.invoke(op, values, options))
        target = pick(inputs, out)
        return outcome(lambda: target.mul_(2), lambda: out)

    inputs, values, options = build(entry, wanted)
    results = floats(ops.invoke(op, values, options))
    if not any(x.requires_grad for x in results):
        return None
    of_results = [one(lambda _, out: out[i]) for i in range(len(results))]  # noqa: B023
    return f'{"".join(of_results)}|{"".join(one(lambda given, _: given[i]) for i in range(len(inputs)))}'  # noqa: B023


def expanded(x):
    """A tensor of the same shape, in which one dimension repeats one element; None where there is no such dimension."""
    dim = next((i for i, size in enumerate(x.shape) if size > 1), None)
    return None if dim is None or x.numel() == 0 else x.narrow(dim, 0, 1).expand(x.shape)


def in_place(entry):
    """The outcomes of the form that works in place; None where it has no case."""
    op = entry[0]
    method = op if op.endswith('_') else f'{op}_'
    _, values, options = build(entry)
    if not hasattr(torch.Tensor, method) or not values or not isinstance(values[0], torch.Tensor):
        return None
    x = values[0]
    if not x.is_floating_point():
        return None
    if not op.endswith('_'):
        out = ops.invoke(op, values, options)
        if not isinstance(out, torch.Tensor) or out.dtype != x.dtype or out.shape != x.shape:
            return None

    def run(prepare=lambda given: given, change=lambda given: None):
        _, values, options = build(entry)
        values = prepare(values)
        x = values[0]

        def work():
            getattr(x, method)(*values[1:], **options)
            change(values)

        return outcome(work, lambda: [x])

    def replaced(i, view):
        def prepare(values):
            values[i] = values[0][...] if view else values[0]
            return values
        return prepare

    result = run()
    wide = '-'
    if expanded(x) is not None:
        wide = run(lambda given: [expanded(given[0].detach()), *given[1:]])
        # What is refused for another reason than the memory says nothing.
        plain = run(lambda given: [given[0].detach().clone(), *given[1:]])
        wide = '-' if plain == 'c' else 'c' if wide == 'c' else 'o'
    result += wide
    for i, value in enumerate(values):
        if i == 0 or not isinstance(value, torch.Tensor) or not value.is_floating_point():
            continue
        alike = value.shape == x.shape and value.dtype == x.dtype
        result += run(replaced(i, False)) + run(replaced(i, True)) if alike else '--'
        result += run(change=lambda given: given[i].mul_(2))  # noqa: B023
    return result


def main():
    for part in (ops.unary, ops.binary, ops.ternary, ops.promotion, ops.reductions, ops.ordering, ops.products, ops.shapes,
                 ops.indexing, ops.more, ops.breadth, ops.linear_algebra):
        part()
    found, seen = {}, {}
    for entry in CASES:
        op, group, place, *_ = entry
        record = {}
        inputs, values, options = build(entry)
        choices = [None, *range(len(inputs))] if len(inputs) > 1 else [None]
        outs = [after(entry, wanted) for wanted in choices] if inputs else []
        if any(outs):
            record['out'] = outs
        changed = in_place(entry)
        if changed is not None:
            record['in'] = changed
        # One case of each kind will do.
        if record and str(record) not in seen.setdefault(op, set()):
            seen[op].add(str(record))
            found.setdefault(op, {}).setdefault(group, {})[place] = record
    write('changes', found)


if __name__ == '__main__':
    main()
