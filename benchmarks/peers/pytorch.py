"""The contestant PyTorch, which answers as the others do (../src/answer.ts): on the CPU with one thread, or on the device
that DEVICE names; with COMPILE, what a row computes goes through torch.compile."""

import json
import math
import os
import sys
import time

THREADS = os.environ.get('THREADS', '1')
os.environ['OMP_NUM_THREADS'] = os.environ['OPENBLAS_NUM_THREADS'] = os.environ['MKL_NUM_THREADS'] = THREADS

try:
    import torch
    import torch.nn.functional as F
    from torch import nn
except ImportError:
    print(json.dumps({'absent': 'this Python has no torch'}), flush=True)
    sys.exit()

torch.set_num_threads(int(THREADS))
DEVICE = os.environ.get('DEVICE', 'cpu')
compiled = torch.compile if os.environ.get('COMPILE') else lambda function: function
# As on the CPU, and as chainrule on a GPU: products of float32 numbers, not of their first ten bits.
torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
folder = sys.argv[1]
index = json.load(open(f'{folder}/index.json'))
values = torch.frombuffer(bytearray(open(f'{folder}/values', 'rb').read()), dtype=torch.float32)


def array(name):
    entry = index[name]
    count = math.prod(entry['shape'])
    return values[entry['offset'] : entry['offset'] + count].clone().reshape(entry['shape']).to(DEVICE)


def part(name, shape):
    """The first elements of an array in a shape."""
    return array(name).flatten()[: math.prod(shape)].clone().reshape(shape)


def integers(name):
    return array(name).long()


def load(model, prefix):
    names = [name[len(prefix) :] for name in index if name.startswith(prefix)]
    model.load_state_dict({name: array(prefix + name) for name in names})
    return model.to(DEVICE)


def brief(x):
    x = x.reshape(-1).cpu().double()
    return [x.square().mean().sqrt().item(), x[0].item(), x[len(x) // 2].item(), x[-1].item()]


def op(run):
    return run, lambda steps: brief(run())


def training(step):
    """The losses of the first steps are kept for comparison."""
    losses = []

    def run():
        losses.append(step())

    def values(steps):
        while len(losses) < steps:
            run()
        return losses[:steps]

    return run, values


def perceptron():
    x, y = torch.tensor(6.7, device=DEVICE), torch.tensor(0.0, device=DEVICE)
    w = torch.tensor(1.0, requires_grad=True, device=DEVICE)
    b = torch.tensor(0.0, requires_grad=True, device=DEVICE)
    eps = 1e-8

    def run():
        w.grad = b.grad = None
        y_pred = torch.sigmoid(w * x + b)
        p = torch.clamp(y_pred, eps, 1 - eps)
        loss = -(y * torch.log(p) + (1 - y) * torch.log(1 - p))
        loss.backward()
        return loss

    return run, lambda steps: [run().item(), w.grad.item(), b.grad.item()]


def matmul(n):
    a, b = array(f'matmul-{n}/a'), array(f'matmul-{n}/b')
    return op(lambda: a @ b)


def tiled_matmul():
    a, b = array('matmul-1024/a').repeat(4, 4), array('matmul-1024/b').repeat(4, 4)
    return op(lambda: a @ b)


def vector(f, length=1_000_000):
    x, y = part('vector/x', [length]), part('vector/y', [length])
    f = compiled(f)
    return op(lambda: f(x, y))


def long_exp():
    x, f = array('vector/x').repeat(10), compiled(torch.exp)
    return op(lambda: f(x))


def sum_rows():
    x, f = array('rows/x'), compiled(lambda x: x.sum(1))
    return op(lambda: f(x))


def conv():
    x, weight = part('vector/x', [16, 64, 28, 28]), part('rows/x', [64, 64, 3, 3])
    f = compiled(lambda x: F.conv2d(x, weight, padding=1))
    return op(lambda: f(x))


def reading():
    x = part('vector/x', [1])[0]
    return training(x.item)


def softmax():
    x, f = array('rows/x'), compiled(lambda x: torch.softmax(x, -1))
    return op(lambda: f(x))


def layer_norm():
    x, weight, bias = array('rows/x'), array('rows/weight'), array('rows/bias')
    f = compiled(lambda x: F.layer_norm(x, (1024,), weight, bias))
    return op(lambda: f(x))


class Block(nn.Module):
    def __init__(self, width, heads, mask):
        super().__init__()
        self.heads, self.mask = heads, mask
        self.ln_1 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.ln_2 = nn.LayerNorm(width)
        self.fc = nn.Linear(width, 4 * width)
        self.out = nn.Linear(4 * width, width)

    def attention(self, x):
        batch, length, width = x.shape
        split = self.qkv(x).reshape(batch, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = split.unbind(0)  # each (batch, heads, length, size)
        scores = q @ k.transpose(-2, -1) * (1 / math.sqrt(width // self.heads)) + self.mask
        mixed = torch.softmax(scores, -1) @ v
        return self.proj(mixed.transpose(1, 2).reshape(batch, length, width))

    def forward(self, x):
        x = x + self.attention(self.ln_1(x))
        return x + self.out(F.gelu(self.fc(self.ln_2(x))))


class GPT(nn.Module):
    def __init__(self, vocabulary=65, context=64, width=128, layers=4, heads=4):
        super().__init__()
        mask = torch.ones(context, context, device=DEVICE).triu(1) * -1e9
        self.wte = nn.Embedding(vocabulary, width)
        self.wpe = nn.Embedding(context, width)
        self.blocks = nn.ModuleList(Block(width, heads, mask) for _ in range(layers))
        self.ln_f = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary, bias=False)

    def forward(self, tokens):
        x = self.wte(tokens) + self.wpe.weight
        for block in self.blocks:
            x = block(x)
        return self.head(self.ln_f(x)).flatten(0, 1)


def mlp():
    return nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))


def small():
    return nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2))


def cnn():
    return nn.Sequential(
        *[nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)],
        *[nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)],
        *[nn.Flatten(), nn.Linear(32 * 7 * 7, 10)],
    )


def steps(model, x, target, optimizer):
    target = target.flatten()
    loss_of = compiled(lambda x: F.cross_entropy(model(x), target))

    def step():
        optimizer.zero_grad()
        loss = loss_of(x)
        loss.backward()
        optimizer.step()
        return loss.item()

    return training(step)


def small_forward():
    model, x = load(small(), 'small/'), array('small-data/x')

    def run():
        with torch.no_grad():
            return model(x)

    return op(run)


def small_steps():
    model = load(small(), 'small/')
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    return steps(model, array('small-data/x'), integers('small-data/target'), optimizer)


def mlp_steps(make):
    model = load(mlp(), 'mlp/')
    return steps(model, array('mlp-data/x'), integers('mlp-data/target'), make(model.parameters()))


def cnn_steps():
    model = load(cnn(), 'cnn/')
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    return steps(model, array('cnn-data/x'), integers('cnn-data/target'), optimizer)


def gpt_steps():
    model = load(GPT(), 'gpt/')
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    return steps(model, integers('gpt-data/tokens'), integers('gpt-data/target'), optimizer)


rows = {
    'perceptron': perceptron,
    'small': small_forward,
    'small-sgd': small_steps,
    'matmul-64': lambda: matmul(64),
    'matmul-256': lambda: matmul(256),
    'matmul-1024': lambda: matmul(1024),
    'matmul-4096': tiled_matmul,
    'read': reading,
    'add-8': lambda: vector(lambda x, y: x + y, 8),
    'add': lambda: vector(lambda x, y: x + y),
    'exp-1e4': lambda: vector(lambda x, y: torch.exp(x), 10_000),
    'exp-1e5': lambda: vector(lambda x, y: torch.exp(x), 100_000),
    'exp': lambda: vector(lambda x, y: torch.exp(x)),
    'exp-1e7': long_exp,
    'gelu': lambda: vector(lambda x, y: F.gelu(x)),
    'sum': lambda: vector(lambda x, y: x.sum()),
    'sum-rows': sum_rows,
    'conv': conv,
    'softmax': softmax,
    'layer-norm': layer_norm,
    'mlp-sgd': lambda: mlp_steps(lambda parameters: torch.optim.SGD(parameters, lr=0.1)),
    'mlp-adam': lambda: mlp_steps(lambda parameters: torch.optim.Adam(parameters, lr=1e-3)),
    'cnn-adam': cnn_steps,
    'gpt-adamw': gpt_steps,
}


def blas():
    """Which library multiplies matrices: PyTorch's speed depends on it."""
    torch.ones(8, 8) @ torch.ones(8, 8)
    if 'BLAS_INFO=mkl' in torch.__config__.show():
        return 'MKL'
    try:
        maps = open('/proc/self/maps').read().split()
    except OSError:
        return 'an unknown BLAS'
    paths = sorted({path for path in maps if 'blas' in path or 'libmkl' in path})
    if any('openblas' in path for path in paths):
        return 'OpenBLAS'
    if any('/libblas.so' in path for path in paths):
        return 'the reference BLAS'
    return ', '.join(os.path.basename(path) for path in paths) or 'a BLAS of its own'


def seconds(run, times):
    start = time.perf_counter()
    for _ in range(times):
        run()
    if DEVICE == 'cuda':
        torch.cuda.synchronize()
    return (time.perf_counter() - start) / times


def reply(question, word):
    global current
    if question == 'begin':
        current = None
        current = rows[word]()
        return {}
    if question == 'run':
        return {'seconds': seconds(current[0], int(word))}
    return {'values': current[1](int(word))}


def say(answer):
    print(json.dumps(answer), flush=True)


current = None
details = f'CUDA {torch.version.cuda} on {torch.cuda.get_device_name()}' if DEVICE == 'cuda' else blas()
say({'about': {'name': f'PyTorch {torch.__version__}', 'details': details}})
for line in sys.stdin:
    try:
        say(reply(*line.split()))
    except Exception as error:
        say({'cannot': f'fails: {error}'.split('\n')[0]})
