"""Golden values of PyTorch 2, where 1.13 has none or has others.

Run `python3 tools/golden/torch2.py` with PyTorch 2 on a CPU. It takes half a minute and writes packages/*/test/golden/torch2-*.json, or
those alone that it is given, as core-printing. Each holds the version and every program by its text, with what it gives, what it
raises or what it warns of. torch2.test.ts of each package replays them.
"""

import json
import os
import sys

import torch

import torch2_calls
import torch2_core
import torch2_nn
import torch2_optim
import torch2_state
from program import encode, outcome, text_of

torch.set_warn_always(True)
torch.set_num_threads(1)

PACKAGES = os.path.join(os.path.dirname(__file__), '..', '..', 'packages')
PROGRAMS = {
    'core': [torch2_calls.core, torch2_core.programs, torch2_state.core],
    'nn': [torch2_calls.nn_calls, torch2_nn.programs, torch2_state.layers],
    'optim': [torch2_optim.programs, torch2_state.optimizers],
}


def write(package, group, programs):
    lines = {'version': torch.__version__}
    for program in programs:
        text, again = text_of(program), 1
        # Long tensors are not shown whole.
        while text in lines:
            again += 1
            text = f'{text_of(program)} #{again}'
        lines[text] = {'program': encode(program), **outcome(program)}
    path = os.path.join(PACKAGES, package, 'test', 'golden', f'torch2-{package}-{group}.json')
    with open(path, 'w', encoding='utf-8') as file:
        entries = (f'{json.dumps(key, ensure_ascii=False)}:{json.dumps(value, separators=(",", ":"), ensure_ascii=False)}'
                   for key, value in lines.items())
        file.write('{\n' + ',\n'.join(entries) + '\n}\n')
    errors = sum('error' in value for value in list(lines.values())[1:])
    print(f'{os.path.normpath(path)}: {len(lines) - 1} programs, {errors} err, {os.path.getsize(path) / 1024:.0f} KiB')


def main(wanted):
    for package, sources in PROGRAMS.items():
        groups = {}
        for source in sources:
            for group, program in source():
                groups.setdefault(group, []).append(program)
        for group, programs in groups.items():
            if not wanted or f'{package}-{group}' in wanted:
                write(package, group, programs)


if __name__ == '__main__':
    main(sys.argv[1:])
