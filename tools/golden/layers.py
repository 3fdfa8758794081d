"""Golden corners of layers: empty batches, masks that hide everything, sizes that do not fit, and what errors leave unchanged.

Run `/usr/bin/python3 tools/golden/layers.py` with PyTorch 1.13; it writes packages/nn/test/golden/layers.json, which
packages/nn/test/corners.test.ts replays: to each name there is a program in TypeScript. Where PyTorch 2 answers otherwise, PYTORCH_2
says how.
"""

import os
import warnings

import torch
import torch.nn as nn
import torch.nn.functional as F

import golden

golden.OUT = os.path.join(os.path.dirname(__file__), '..', '..', 'packages', 'nn', 'test', 'golden')
warnings.filterwarnings('ignore')


def ones(*shape):
    return torch.ones(shape)


def attend(query, key, value, layer=None, **options):
    """The shapes of output and weights; or what was refused."""
    try:
        out, weights = (layer or nn.MultiheadAttention(4, 2))(query, key, value, **options)
        return [list(out.shape), None if weights is None else list(weights.shape)]
    except Exception as error:  # noqa: BLE001
        return {'error': type(error).__name__, 'message': str(error)}


def truth(*shape):
    return torch.zeros(shape, dtype=torch.bool)


x, flat = ones(2, 1, 4), ones(2, 4)
narrow = nn.MultiheadAttention(4, 2, kdim=3, vdim=5)
ATTENTION = {
    'empty batch': attend(ones(2, 0, 4), ones(2, 0, 4), ones(2, 0, 4)),
    'empty batch, no weights': attend(ones(2, 0, 4), ones(2, 0, 4), ones(2, 0, 4), need_weights=False),
    'empty batch, a mask': attend(ones(2, 0, 4), ones(2, 0, 4), ones(2, 0, 4), key_padding_mask=truth(0, 2)),
    'no queries': attend(ones(0, 1, 4), x, x),
    'no keys': attend(x, ones(0, 1, 4), ones(0, 1, 4)),
    'nothing': attend(ones(0, 1, 4), ones(0, 1, 4), ones(0, 1, 4)),
    'narrow queries': attend(ones(2, 1, 3), x, x),
    'narrow all': attend(ones(2, 1, 3), ones(2, 1, 3), ones(2, 1, 3)),
    'other values': attend(x, x, ones(3, 1, 4)),
    'one dimension': attend(ones(4), ones(4), ones(4)),
    'keys without a batch': attend(x, flat, flat),
    'queries without a batch': attend(flat, x, x),
    'a padding mask of one dimension': attend(x, x, x, key_padding_mask=truth(2)),
    'a padding mask of two, without a batch': attend(flat, flat, flat, key_padding_mask=truth(2, 2)),
    'a padding mask too long': attend(x, x, x, key_padding_mask=truth(1, 3)),
    'a padding mask of whole numbers': attend(x, x, x, key_padding_mask=torch.zeros(1, 2, dtype=torch.int32)),
    'a mask too long': attend(x, x, x, attn_mask=truth(2, 3)),
    'a mask of three dimensions, wrong': attend(x, x, x, attn_mask=truth(1, 2, 2)),
    'a mask of one dimension': attend(x, x, x, attn_mask=truth(2)),
    'a mask of four dimensions': attend(x, x, x, attn_mask=truth(1, 1, 2, 2)),
    'a mask without a batch, wrong': attend(flat, flat, flat, attn_mask=truth(3, 2, 2)),
    'other values of another width': attend(x, ones(2, 1, 3), ones(3, 1, 5), narrow),
}


def refused(run):
    return golden.caught(run)


one = ones(1, 2, 1)
NORMS = {
    'group_norm of other weights': refused(lambda: F.group_norm(ones(2, 4, 3), 2, weight=ones(3))),
    'group_norm of weights of two dimensions': refused(lambda: F.group_norm(ones(2, 4, 3), 2, weight=ones(2, 2))),
    'group_norm into three': refused(lambda: F.group_norm(ones(2, 4, 3), 3)),
    'group_norm into less than none': refused(lambda: F.group_norm(ones(2, 4, 3), -2)),
    'group_norm of one value': refused(lambda: F.group_norm(one, 2)),
    'group_norm of one value without space': refused(lambda: F.group_norm(ones(1, 2), 2)),
    'group_norm of one value in two samples': refused(lambda: F.group_norm(ones(2, 2), 2)),
    'group_norm of two channels a group': refused(lambda: F.group_norm(ones(1, 4, 1), 2)),
    'group_norm of no samples': refused(lambda: F.group_norm(ones(0, 4, 3), 2)),
    'GroupNorm of one value': refused(lambda: nn.GroupNorm(2, 2)(one)),
    'GroupNorm of other channels': refused(lambda: nn.GroupNorm(2, 4)(ones(1, 6, 2))),
    'instance_norm of one value': refused(lambda: F.instance_norm(one)),
    'instance_norm of other weights': refused(lambda: F.instance_norm(ones(2, 2, 3), weight=ones(3))),
    'batch_norm of one value': refused(lambda: F.batch_norm(ones(1, 2), None, None, training=True)),
    'batch_norm of other moments': refused(lambda: F.batch_norm(ones(2, 2), ones(3), ones(3), training=True)),
    'batch_norm of other weights': refused(lambda: F.batch_norm(ones(2, 2), ones(2), ones(2), weight=ones(3), training=True)),
}
# PyTorch shows an undefined tensor, where it means the bias.
PYTORCH_2 = {
    'group_norm of other biases': {
        'error': 'RuntimeError',
        'message': 'Expected bias to be a vector of size equal to the number of channels in input, but got bias of shape [3] and '
                   'input of shape [2, 4, 3]',
    },
}


def ctc(inputs, labels, reduction):
    """The loss and the gradient."""
    torch.manual_seed(1)
    logits = torch.linspace(-1, 1, 18, dtype=torch.float64).reshape(3, 2, 3).requires_grad_()
    loss = F.ctc_loss(logits.log_softmax(2), torch.tensor([[1, 2], [2, 1]]), inputs, labels, reduction=reduction)
    loss.sum().backward()
    return [golden.tensor(loss), golden.tensor(logits.grad)]


CTC = {f'{inputs} {labels} {reduction}': ctc(inputs, labels, reduction)
       for inputs, labels in [((3, 3), (2, 0)), ((3, 3), (0, 0))] for reduction in ('none', 'mean', 'sum')}


if __name__ == '__main__':
    lines = {f'attention {name}': entry for name, entry in ATTENTION.items()}
    lines.update({f'norm {name}': entry for name, entry in {**NORMS, **PYTORCH_2}.items()})
    lines.update({f'ctc {name}': entry for name, entry in CTC.items()})
    golden.write('layers', lines)
