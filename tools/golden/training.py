"""Golden trainings: the loss of each step of four short seeded programs, and where their parameters end.

Run `/usr/bin/python3 tools/golden/training.py` with PyTorch 1.13; it writes packages/optim/test/golden/training.json. Each
program has a twin of the same name in packages/optim/test/training.test.ts, line for line; both draw everything, data,
initial parameters, batches, dropout, from the generator that `manual_seed` has set.
"""

import os

import torch
import torch.nn.functional as F

import golden

golden.OUT = os.path.join(os.path.dirname(__file__), '..', '..', 'packages', 'optim', 'test', 'golden')


def linear_regression():
    """Three weights and a bias, recovered from noisy samples: SGD with momentum on the whole set."""
    torch.manual_seed(0)
    x = torch.randn(64, 3)
    y = x @ torch.tensor([2.0, -3.0, 0.5]) + 1 + 0.1 * torch.randn(64)
    w = torch.randn(3, requires_grad=True)
    b = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([w, b], lr=0.05, momentum=0.9)
    losses = []
    for _ in range(60):
        optimizer.zero_grad()
        loss = (x @ w + b - y).pow(2).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, [w, b]


def perceptron():
    """One neuron that separates two classes: binary cross-entropy, Nesterov momentum, two groups."""
    torch.manual_seed(1)
    x = torch.randn(100, 2)
    y = (1.5 * x[:, 0] - x[:, 1] + 0.3 * torch.randn(100) > 0).float()
    w = torch.empty(2).uniform_(-0.7, 0.7).requires_grad_()
    b = torch.empty(1).uniform_(-0.7, 0.7).requires_grad_()
    optimizer = torch.optim.SGD([{'params': [w]}, {'params': [b], 'lr': 0.1}], lr=0.5, momentum=0.8, nesterov=True)
    losses = []
    for _ in range(60):
        optimizer.zero_grad()
        p = torch.sigmoid(x @ w + b)
        loss = -(y * p.log() + (1 - y) * (1 - p).log()).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, [w, b]


def classifier():
    """A layer of 16 and one of 3 tell three clouds apart: cross-entropy, shuffled batches of 24, Adam."""
    torch.manual_seed(2)
    centers = torch.randn(3, 4)
    labels = torch.randint(0, 3, (120,))
    x = centers[labels] + 0.7 * torch.randn(120, 4)
    w1 = (0.5 * torch.randn(4, 16)).requires_grad_()
    b1 = torch.zeros(16, requires_grad=True)
    w2 = (0.25 * torch.randn(16, 3)).requires_grad_()
    b2 = torch.zeros(3, requires_grad=True)
    optimizer = torch.optim.Adam([w1, b1, w2, b2], lr=0.02)
    losses = []
    for _ in range(12):
        order = torch.randperm(120)
        for start in range(0, 120, 24):
            batch = order[start : start + 24]
            logits = torch.relu(x[batch] @ w1 + b1) @ w2 + b2
            loss = F.cross_entropy(logits, labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses, [w1, b1, w2, b2]


def spirals():
    """Two spirals: two layers of tanh with dropout, AdamW, a learning rate that falls in steps."""
    torch.manual_seed(3)
    angle = 4 * torch.rand(80)
    side = torch.arange(80) % 2
    turned = angle + torch.pi * side
    x = torch.stack([angle * turned.cos(), angle * turned.sin()], 1) + 0.1 * torch.randn(80, 2)
    y = side.float()
    sizes = [2, 24, 12, 1]
    weights = [(torch.randn(n, m) / n**0.5).requires_grad_() for n, m in zip(sizes, sizes[1:])]
    biases = [torch.zeros(m, requires_grad=True) for m in sizes[1:]]
    optimizer = torch.optim.AdamW([{'params': weights}, {'params': biases, 'weight_decay': 0}], lr=0.03, weight_decay=0.1)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=20, gamma=0.5)
    losses = []
    for _ in range(60):
        h = x
        for w, b in zip(weights[:2], biases[:2]):
            h = F.dropout(torch.tanh(h @ w + b), 0.2)
        logit = (h @ weights[2] + biases[2]).squeeze(1)
        loss = (F.softplus(logit) - y * logit).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        losses.append(loss.item())
    return losses, [*weights, *biases]


if __name__ == '__main__':
    lines = {}
    for program in [linear_regression, perceptron, classifier, spirals]:
        losses, parameters = program()
        print(f'{program.__name__}: {losses[0]:.4f} to {losses[-1]:.4f}')
        lines[program.__name__] = {
            'losses': [golden.number(loss, torch.float32) for loss in losses],
            'parameters': [golden.tensor(p) for p in parameters],
        }
    golden.write('training', lines)
