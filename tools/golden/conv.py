"""Golden values of convolution and pooling: results, gradients, second gradients, names of graph nodes, and errors.

Run `/usr/bin/python3 tools/golden/conv.py` with PyTorch 1.13; it writes packages/core/test/golden/conv.json, which
packages/core/test/golden-conv.test.ts replays. An input is its shape: `values` has the numbers, which float32 holds
exactly. All is computed in float64. `says` holds PyTorch 2's text where it is another.
"""

import math
import warnings

import torch
import torch.nn.functional as F

from golden import argument, node_name, tensor, write

warnings.filterwarnings('ignore')

CASES = {}


def values(shape, seed):
    """Numbers with ties, so that it shows which of equals is picked; golden-conv.test.ts has the same formula."""
    i = torch.arange(math.prod(shape), dtype=torch.float64)
    return (((i * 7 + seed * 3) * (i % 5 + 1)) % 23 / 8 - 1.25).reshape(shape)


def loss(out):
    """Something whose gradients reach every step of a graph; golden-conv.test.ts has the same formula."""
    i = torch.arange(out.numel(), dtype=torch.float64)
    return (((i * 7 % 11) / 8 - 0.6).reshape(out.shape) * out * out).sum()


def case(op, shapes, *args, **options):
    """One call with tensors of these shapes (None for none) and other arguments."""
    inputs = [None if s is None else values(s, k).requires_grad_() for k, s in enumerate(shapes)]
    out = getattr(F, op)(*inputs, *args, **options)
    record = {'shapes': shapes, 'a': argument(list(args)), 'o': argument(options)}
    if isinstance(out, tuple):
        record['indices'] = tensor(out[1])
        out = out[0]
    leaves = [x for x in inputs if x is not None]
    first = torch.autograd.grad(loss(out), leaves, create_graph=True)
    second = torch.autograd.grad(sum((g * g).sum() for g in first), leaves)
    record.update(r=tensor(out), n=node_name(out), g=[tensor(g) for g in first],
                  h=[tensor(g) for g in second])
    entries = CASES.setdefault(op, {'cases': [], 'mistakes': []})
    entries['cases'].append(record)


def mistake(op, shapes, *args, says=None, dtypes=None, **options):
    """A call that fails; `dtypes` gives the inputs other types than float32."""
    types = dtypes or [torch.float32] * len(shapes)
    inputs = [None if s is None else torch.ones(s, dtype=t) for s, t in zip(shapes, types)]
    try:
        getattr(F, op)(*inputs, *args, **options)
    except Exception as error:  # noqa: BLE001: whatever PyTorch raises is the golden value
        text = says or str(error).split('\nException')[0]
        names = [str(t)[6:] for t in types]
        entry = {'shapes': shapes, 'types': names, 'a': argument(list(args)), 'o': argument(options),
                 'caught': {'error': type(error).__name__, 'message': text}}
        CASES[op]['mistakes'].append(entry)
        return
    raise AssertionError(f'{op} {shapes} {args} {options} works')


def convolutions():
    case('conv1d', [[2, 3, 7], [4, 3, 3], [4]])
    case('conv1d', [[2, 3, 7], [4, 3, 3], [4]], 2, 1)
    case('conv1d', [[2, 4, 9], [6, 2, 3], [6]], stride=2, padding=2, dilation=2, groups=2)
    case('conv1d', [[3, 7], [4, 3, 3], [4]], padding=1)
    case('conv1d', [[3, 7], [4, 3, 4]], padding='same')
    case('conv1d', [[1, 1, 1], [1, 1, 1], [1]])
    case('conv1d', [[2, 3, 8], [2, 3, 4], [2]], padding='same', dilation=3)
    case('conv2d', [[2, 3, 5, 6], [4, 3, 3, 2], [4]])
    case('conv2d', [[2, 3, 5, 6], [4, 3, 3, 2]])
    case('conv2d', [[2, 3, 5, 6], [4, 3, 3, 2], None], [2, 1], [0, 1])
    case('conv2d', [[1, 2, 7, 8], [3, 2, 3, 3], [3]], 2, 1)
    case('conv2d', [[1, 2, 8, 9], [3, 2, 3, 2], [3]], stride=[3, 2], padding=[2, 1], dilation=[2, 3])
    case('conv2d', [[2, 4, 5, 5], [6, 2, 3, 3], [6]], groups=2, padding=1)
    case('conv2d', [[2, 3, 5, 5], [6, 1, 2, 2], [6]], groups=3)
    case('conv2d', [[2, 3, 4, 4], [5, 3, 1, 1], [5]])
    case('conv2d', [[2, 3, 4, 4], [5, 3, 1, 1], [5]], stride=2)
    case('conv2d', [[3, 5, 6], [4, 3, 3, 2], [4]], padding=1)
    case('conv2d', [[2, 2, 5, 6], [2, 2, 3, 3], [2]], padding='same')
    case('conv2d', [[2, 2, 5, 6], [2, 2, 4, 3], [2]], padding='same', dilation=[1, 2])
    case('conv2d', [[2, 2, 5, 6], [2, 2, 3, 4]], padding='same')
    case('conv2d', [[2, 2, 5, 6], [2, 2, 3, 3]], padding='valid', stride=2)
    case('conv2d', [[0, 3, 5, 5], [4, 3, 3, 3], [4]])
    case('conv2d', [[1, 1, 3, 3], [1, 1, 3, 3], [1]])
    case('conv2d', [[1, 1, 11, 13], [1, 1, 5, 4], [1]], padding=2)
    case('conv_transpose1d', [[2, 3, 5], [3, 4, 3], [4]])
    case('conv_transpose1d', [[2, 4, 5], [4, 2, 3], [6 - 2]], 2, 1, 1, 2)
    case('conv_transpose1d', [[3, 5], [3, 4, 3]], stride=3, output_padding=2)
    case('conv_transpose2d', [[2, 3, 4, 3], [3, 4, 3, 2], [4]])
    case('conv_transpose2d', [[2, 3, 4, 3], [3, 2, 3, 3], [2]], 2, 1, 1)
    case('conv_transpose2d', [[2, 3, 4, 3], [3, 2, 2, 2], None], stride=2)
    case('conv_transpose2d', [[1, 4, 3, 4], [4, 3, 3, 2], [6]], stride=[2, 3], padding=[1, 0], output_padding=[0, 2],
         groups=2, dilation=[2, 1])
    case('conv_transpose2d', [[1, 2, 3, 4], [2, 3, 2, 2]], output_padding=[1, 2], dilation=3)
    case('conv_transpose2d', [[3, 4, 3], [3, 2, 3, 3], [2]], padding=1)


def pooling():
    case('max_pool1d', [[2, 3, 8]], 2)
    case('max_pool1d', [[2, 3, 8]], 3, 2, 1)
    case('max_pool1d', [[3, 9]], 3, 2, 1, 2, ceil_mode=True)
    case('max_pool1d', [[2, 3, 8]], 3, stride=1, return_indices=True)
    case('max_pool2d', [[2, 3, 6, 8]], 2)
    case('max_pool2d', [[2, 3, 6, 8]], [2, 3])
    case('max_pool2d', [[2, 3, 7, 9]], 3, 2, 1)
    case('max_pool2d', [[2, 3, 7, 9]], 3, 2, 1, return_indices=True)
    case('max_pool2d', [[3, 7, 8]], 3, stride=[1, 2], padding=[0, 1], return_indices=True)
    case('max_pool2d', [[2, 3, 7, 8]], 2, stride=3, ceil_mode=True, return_indices=True)
    case('max_pool2d', [[2, 1, 7, 8]], 3, 2, 1, ceil_mode=True)
    case('max_pool2d', [[1, 2, 9, 9]], [3, 2], stride=2, dilation=[2, 3], padding=1, return_indices=True)
    case('max_pool2d', [[0, 3, 6, 8]], 2)
    case('max_pool2d', [[1, 1, 2, 2]], 2, return_indices=True)
    case('avg_pool1d', [[2, 3, 8]], 2)
    case('avg_pool1d', [[2, 3, 8]], 3, 2, 1, True, False)
    case('avg_pool1d', [[3, 9]], [4], stride=[3], padding=[2], ceil_mode=True)
    case('avg_pool2d', [[2, 3, 6, 8]], 2)
    case('avg_pool2d', [[2, 3, 7, 9]], 3, 2, 1)
    case('avg_pool2d', [[2, 3, 7, 9]], 3, 2, 1, count_include_pad=False)
    case('avg_pool2d', [[3, 7, 8]], [2, 3], stride=[1, 2], padding=[1, 0])
    case('avg_pool2d', [[2, 2, 7, 8]], 3, stride=2, padding=1, ceil_mode=True)
    case('avg_pool2d', [[2, 2, 7, 8]], 3, stride=2, padding=1, ceil_mode=True, count_include_pad=False)
    case('avg_pool2d', [[2, 2, 7, 8]], 2, stride=3, divisor_override=3)
    case('avg_pool2d', [[1, 1, 2, 2]], 2)
    for size in (2, 1, 5, 7):
        case('adaptive_avg_pool1d', [[2, 3, 7]], size)
        case('adaptive_max_pool1d', [[2, 3, 7]], size)
    case('adaptive_avg_pool1d', [[3, 6]], 3)
    case('adaptive_max_pool1d', [[3, 6]], 4)
    for size in (2, 1, [3, 2], [5, 6], [None, 4], [7, 9], [4, 3]):
        case('adaptive_avg_pool2d', [[2, 3, 5, 6]], size)
        case('adaptive_max_pool2d', [[2, 3, 5, 6]], size, return_indices=True)
    case('adaptive_avg_pool2d', [[3, 4, 6]], [2, 3])
    case('adaptive_max_pool2d', [[3, 4, 6]], [2, 3], return_indices=True)


def mistakes():
    double, single, whole = torch.float64, torch.float32, torch.int32
    image, weight = [1, 3, 5, 5], [4, 3, 3, 3]
    mistake('conv2d', [[1, 2, 5, 5], weight])
    mistake('conv2d', [[1, 3, 2, 2], weight])
    mistake('conv1d', [[1, 3, 2], [3, 3, 3]])
    mistake('conv1d', [[3, 4], [3, 3, 3]], dilation=2)
    mistake('conv2d', [image, weight, [3]])
    mistake('conv2d', [image, weight, [4, 1]])
    mistake('conv2d', [[5, 5], weight])
    mistake('conv2d', [[1, 1, 1, 5, 5], weight])
    mistake('conv1d', [image, [4, 3, 3]])
    mistake('conv1d', [[1, 3, 5], weight])
    for options in ({'stride': 0}, {'stride': -1}, {'padding': -1}, {'dilation': 0}, {'groups': 0}, {'groups': 3},
                    {'stride': [1, 2, 3]}, {'padding': [1, 2, 3]}, {'dilation': [1, 2, 3]}, {'padding': 'foo'},
                    {'padding': 'same', 'stride': 2}):
        mistake('conv2d', [image, weight], **options)
    mistake('conv2d', [[1, 4, 5, 5], weight], groups=2)
    mistake('conv2d', [[1, 9, 5, 5], [2, 3, 3, 3]], groups=3)
    mistake('conv2d', [image, weight], dtypes=[single, double])
    mistake('conv2d', [image, weight], dtypes=[double, single])
    mistake('conv2d', [image, weight, [4]], dtypes=[single, single, double])
    mistake('conv2d', [[1, 3, 0, 5], weight])
    mistake('conv2d', [[1, 3, 0, 5], weight], padding=2)
    mistake('conv2d', [image, [0, 3, 3, 3]])
    mistake('conv2d', [image, [4, 3, 0, 3]])
    mistake('conv_transpose2d', [[1, 2, 5, 5], [3, 3, 3, 3]])
    mistake('conv_transpose2d', [image, [3, 4, 3, 3], [3]])
    mistake('conv_transpose2d', [[1, 4, 5, 5], [4, 4, 3, 3], [3]], groups=2)
    mistake('conv_transpose2d', [[1, 4, 5, 5], [4, 4, 3, 3]], groups=3)
    mistake('conv_transpose2d', [image, [3, 4, 3, 3]], output_padding=1)
    mistake('conv_transpose1d', [[1, 3, 5], [3, 4, 3]], output_padding=1)
    mistake('conv_transpose2d', [image, [3, 4, 3, 3]], output_padding=-1)
    mistake('conv_transpose2d', [image, [3, 4, 3, 3]], padding=9)
    mistake('conv_transpose1d', [[1, 3, 5], [3, 4, 3]], padding=9)
    mistake('conv_transpose2d', [[5, 5], [3, 4, 3, 3]])
    half = 'pad should be at most half of effective kernel size, but got pad=2, kernel_size=2 and dilation=1'
    for op in ('max_pool2d', 'avg_pool2d'):
        mistake(op, [image], 2, padding=2, says=half)
        mistake(op, [[1, 3, 1, 1]], 2)
        mistake(op, [image], 2, 0)
        mistake(op, [image], 2, -1)
        mistake(op, [image], [2, 2, 2])
        mistake(op, [image], 2, [1, 2, 3])
        mistake(op, [image], 2, padding=-1)
        mistake(op, [image], 2, padding=[1, 1, 1])
        mistake(op, [[1, 0, 5, 5]], 2)
        mistake(op, [[1, 3, 0, 5]], 2)
        mistake(op, [[3, 0, 5]], 2)
    mistake('avg_pool2d', [image], 2, dtypes=[torch.uint8])
    mistake('avg_pool2d', [[1, 1, 1, 5, 5]], 2)
    mistake('avg_pool2d', [image], 2, divisor_override=0)
    mistake('max_pool2d', [image], 2, dilation=0)
    mistake('max_pool2d', [image], 2, dilation=[1, 1, 1])
    mistake('max_pool2d', [image], 2, dilation=5)
    mistake('max_pool1d', [[5]], 2)
    mistake('max_pool1d', [[1, 1, 5, 5]], 2)
    mistake('max_pool1d', [[1, 3, 5]], [2, 2])
    mistake('avg_pool1d', [[1, 3, 5]], 2, padding=2, says=half)
    mistake('avg_pool1d', [[1, 3, 1]], 2)
    mistake('avg_pool1d', [[5]], 2)
    mistake('avg_pool1d', [[1, 3, 5]], [2, 2])
    mistake('adaptive_avg_pool2d', [[5, 5]], 2)
    mistake('adaptive_avg_pool2d', [image], -1)
    mistake('adaptive_avg_pool2d', [[1, 3, 0, 5]], 2)
    mistake('adaptive_avg_pool2d', [image], 2, dtypes=[whole])
    mistake('adaptive_avg_pool1d', [[5]], 2)
    mistake('adaptive_max_pool2d', [[1, 3, 0, 5]], 2)


def main():
    convolutions()
    pooling()
    mistakes()
    write('conv', CASES)


if __name__ == '__main__':
    main()
