"""Golden names of what may be None: for each op of ops.json the arguments that PyTorch's own schemas call optional.

Run `/usr/bin/python3 tools/golden/optional.py` after ops.py; it writes packages/core/test/golden/optional.json, and
packages/core/test/golden-optional.test.ts gives each of them `null`, which has to be the same as leaving it out.
"""

import json
import os

import torch

from golden import OUT, write

# Of Python's own, and of what a signature has besides: memory to write into, and where a tensor lies.
OTHERS = {'out', 'names', 'layout', 'pin_memory', 'memory_format', 'generator'}


def main():
    with open(os.path.join(OUT, 'ops.json'), encoding='utf-8') as file:
        ops = [key[3:] for key in json.load(file) if key.startswith('op ')]
    schemas = {}
    for schema in torch._C._jit_get_all_schemas():
        if schema.name.startswith('aten::'):
            schemas.setdefault(schema.name[6:], []).append(schema)
    found = {}
    for op in ops:
        own = schemas.get(op.replace('linalg.', 'linalg_'), [])
        names = {arg.name for schema in own for arg in schema.arguments if str(arg.type).startswith('Optional')}
        # A name is optional where each overload that has it says so.
        firm = {arg.name for schema in own for arg in schema.arguments if not str(arg.type).startswith('Optional')}
        names = sorted(names - firm - OTHERS)
        if names:
            found[op] = names
    write('optional', found)


main()
