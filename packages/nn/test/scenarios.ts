/** The scenarios of `tools/golden/nn.py`, line for line: what they return has to be equal. */
import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'
import { caught, fromGolden, type GoldenTensor, readGolden } from '../../core/test/golden.ts'

type Tensor = torch.Tensor

const golden = await readGolden<unknown>('nn')

class Block extends nn.Module {
  norm: nn.BatchNorm1d
  lin: nn.Linear
  scale = new nn.Parameter(torch.ones(1))
  steps = new nn.Buffer(torch.zeros(2))
  scratch = new nn.Buffer(torch.zeros(1), { persistent: false })

  constructor(width: number) {
    super()
    this.norm = new nn.BatchNorm1d(width)
    this.lin = new nn.Linear(width, width)
  }

  forward(x: Tensor): Tensor {
    return x.add(this.scale.mul(this.lin(this.norm(x)).relu()))
  }
}

class Net extends nn.Module {
  first = new nn.Linear(3, 4)
  blocks = new nn.ModuleList([new Block(4), new Block(4)])
  last = new nn.Linear(4, 2, { bias: false })
  again = this.last

  forward(input: Tensor): Tensor {
    let x = this.first(input)
    for (const block of this.blocks) x = block(x)
    return this.last(x)
  }
}

const firsts = (pairs: readonly (readonly [string, unknown])[]): string[] => pairs.map(([name]) => name)

/** Error texts alone: Python has kinds of errors that JavaScript has not. */
function message(call: () => unknown): string {
  try {
    call()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return 'nothing'
}

function names(): unknown {
  const net = new Net()
  return {
    parameters: firsts(net.named_parameters()),
    buffers: firsts(net.named_buffers()),
    modules: firsts(net.named_modules()),
    children: firsts(net.named_children()),
    own: firsts(net.blocks.at(0).named_parameters('b', false)),
    prefix: firsts(net.named_parameters({ prefix: 'net' })).slice(0, 2),
    state: Object.keys(net.state_dict()),
    counts: [net.parameters().length, net.buffers().length, net.modules().length],
  }
}

function text(): unknown {
  const hidden = new nn.Sequential(new nn.Linear(3, 1), new nn.Sigmoid())
  const list = [new nn.Linear(2, 2), new nn.Linear(2, 2), new nn.ReLU(), new nn.ReLU(), new nn.Linear(2, 2)]
  return [
    String(new Net()),
    String(new nn.Sequential()),
    String(new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU({ inplace: true }), hidden)),
    String(new nn.Sequential({ hidden: new nn.Linear(2, 3), act: new nn.Tanh() })),
    String(new nn.ModuleList(list)),
    String(new nn.ModuleList()),
    String(new nn.ModuleDict({ a: new nn.ReLU(), b: new nn.Linear(1, 1) })),
    String(new nn.ParameterList([torch.zeros(2, 3), torch.zeros([])])),
    String(new nn.Parameter(torch.tensor([1, 2]))),
    String(new nn.Parameter(torch.tensor(1.5), false)),
    String(new nn.CrossEntropyLoss({ label_smoothing: 0.1 })),
    String(new nn.HuberLoss()),
  ]
}

function transformers(): unknown {
  const found: Record<string, unknown> = {}
  const x = torch.linspace(-1, 1, 24).reshape(3, 2, 4)
  const y = torch.linspace(-2, 1, 40).reshape(5, 2, 4).sin()
  const causal = nn.Transformer.generate_square_subsequent_mask(3)
  const padded = torch.tensor([
    [false, false, true],
    [false, true, true],
  ])
  const copy = (module: nn.AnyModule): unknown =>
    Object.fromEntries(Object.entries(module.state_dict()).map(([key, value]) => [key, value.clone()]))
  const run = (name: string, module: nn.AnyModule, inputs: readonly Tensor[], forward: (...x: Tensor[]) => Tensor) => {
    torch.manual_seed(7)
    module.zero_grad()
    const given = inputs.map((z) => z.clone().requires_grad_())
    const out = torch.enclosed(() => forward(...given))
    out.backward(torch.linspace(0.5, 1.5, out.numel()).reshape(out.shape))
    found[name] = [out, given.map((z) => z.grad), module.parameters().map((p) => p.grad?.clone())]
  }
  type Masks = nn.EncoderLayerMasks
  const encode = (name: string, module: nn.TransformerEncoderLayer, input: Tensor, masks: Masks = {}) => {
    run(name, module, [input], (z) => module(z, masks))
  }
  const layer = new nn.TransformerEncoderLayer(4, 2, 6)
  found['state'] = copy(layer)
  found['mask'] = causal
  encode('layer', layer, x)
  encode('masked', new nn.TransformerEncoderLayer(4, 2, 6, 0, 'gelu', { norm_first: true }), x, { src_mask: causal })
  const options = { dropout: 0.3, activation: (z: Tensor) => z.tanh() }
  const padding = { src_key_padding_mask: padded }
  encode('padded', new nn.TransformerEncoderLayer(4, 2, { dim_feedforward: 6, ...options }), x, padding)
  encode(
    'batch first',
    new nn.TransformerEncoderLayer(4, 2, 6, 0, { batch_first: true }),
    x.transpose(0, 1).contiguous(),
  )
  encode('unbatched', new nn.TransformerEncoderLayer(4, 2, 6, 0), x.select(1, 0))
  const decoder = new nn.TransformerDecoderLayer(4, 2, 6)
  const nobody = torch.zeros(2, 5, { dtype: torch.bool })
  run('decoder layer', decoder, [x, y], (z, memory) =>
    decoder(z, memory, { tgt_mask: causal, memory_key_padding_mask: nobody }),
  )
  const first = new nn.TransformerDecoderLayer(4, 2, 6, 0, { norm_first: true })
  run('norm first', first, [x, y], (z, memory) => first(z, memory, null, torch.zeros(3, 5)))
  const encoder = new nn.TransformerEncoder(layer, 2, new nn.LayerNorm(4))
  found['keys'] = Object.keys(encoder.state_dict())
  run('encoder', encoder, [x], (z) => encoder(z, causal))
  const stack = new nn.TransformerDecoder(decoder, 2)
  run('stack', stack, [x, y], (z, memory) => stack(z, memory, { tgt_mask: causal }))
  torch.manual_seed(7)
  const model = new nn.Transformer(4, 2, 1, 2, 6, 0.2)
  found['model state'] = copy(model)
  found['text'] = [String(model), String(encoder), String(decoder)]
  run('model', model, [y, x], (src, tgt) => model(src, tgt, { tgt_mask: causal }))
  found['refused'] = [
    message(() => model(y.narrow(1, 0, 1), x)),
    message(() => model(y, x.narrow(2, 0, 2))),
    message(() => new nn.TransformerEncoderLayer(4, 2, { activation: 'swish' as 'relu' })),
  ]
  return found
}

function computed_weights(): unknown {
  const found: Record<string, unknown> = {}
  const copy = (module: nn.AnyModule): unknown =>
    Object.fromEntries(Object.entries(module.state_dict()).map(([key, value]) => [key, value.clone()]))
  const weightOf = (module: nn.AnyModule): Tensor => Reflect.get(module, 'weight') as Tensor
  const run = (name: string, module: nn.Module, ...shape: number[]): void => {
    const x = torch.linspace(-1, 1, torch.zeros(shape).numel()).reshape(shape)
    const entry = { keys: Object.keys(module.state_dict()), text: String(module), before: copy(module) }
    const weight = weightOf(module).detach().clone()
    let out = x
    for (let i = 0; i < 2; i++) {
      module.zero_grad()
      out = module(x)
      out.backward(torch.linspace(0.5, 1.5, out.numel()).reshape(out.shape))
    }
    const grads = module.parameters().map((p) => p.grad?.clone())
    const node = weightOf(module).grad_fn?.name()
    found[name] = { ...entry, weight, out, grads, node, after: copy(module) }
  }
  const { weight_norm, spectral_norm, remove_weight_norm, remove_spectral_norm } = nn.utils
  run('linear', weight_norm(new nn.Linear(3, 2)), 4, 3)
  run('columns', weight_norm(new nn.Linear(3, 2), { dim: 1 }), 4, 3)
  run('whole', weight_norm(new nn.Linear(3, 2), 'weight', null), 4, 3)
  run('convolution', weight_norm(new nn.Conv1d(2, 3, 2)), 1, 2, 4)
  run('spectral', spectral_norm(new nn.Linear(3, 2)), 4, 3)
  run('iterations', spectral_norm(new nn.Linear(3, 4, false), { n_power_iterations: 3, eps: 1e-6 }), 2, 3)
  run('spectral evaluated', spectral_norm(new nn.Linear(3, 2)).eval(), 4, 3)
  run('transposed', spectral_norm(new nn.ConvTranspose1d(2, 3, 2)), 1, 2, 4)
  const layer = weight_norm(new nn.Linear(3, 2))
  const twice = message(() => weight_norm(layer))
  remove_weight_norm(layer)
  const again = message(() => remove_weight_norm(layer))
  const normed = spectral_norm(new nn.Linear(3, 2))
  remove_spectral_norm(normed)
  const missing = message(() => remove_spectral_norm(normed))
  const kind = layer.weight.constructor.name
  const [first, second] = [layer, normed].map((module) => [Object.keys(module.state_dict()), weightOf(module).clone()])
  found['removed'] = [twice, again, missing, ...(first ?? []), ...(second ?? []), kind]
  return found
}

function hooks(): unknown {
  type Gradients = readonly (Tensor | null)[]
  const [first, tanh, second] = [new nn.Linear(3, 2), new nn.Tanh(), new nn.Linear(2, 1)]
  const model = new nn.Sequential(first, tanh, second)
  const x = torch.linspace(-1, 1, 6).reshape(2, 3)
  const log: unknown[] = []
  const copies = (gradients: Gradients) => gradients.map((g) => g?.clone() ?? null)
  const seen = (place: unknown) => (_: unknown, gi: Gradients, go: Gradients) => {
    log.push(['backward', place, copies(gi), copies(go)])
  }
  const values = (list: unknown): Tensor => (list as Tensor).detach().clone()
  const after = (_: unknown, args: readonly unknown[], out: unknown) => {
    log.push(['after', values(args[0]), values(out)])
  }
  const handles = [
    first.register_forward_pre_hook((m, args) => {
      log.push(['before', m._get_name(), args.length])
    }),
    first.register_forward_pre_hook((_, args) => (args[0] as Tensor).mul(2)),
    first.register_forward_hook(after),
    tanh.register_forward_hook((_, __, out) => (out as Tensor).add(1)),
    tanh.register_forward_hook(after),
    second.register_full_backward_hook(seen(2)),
    tanh.register_full_backward_hook((_, [g]) => [(g as Tensor).mul(10)]),
    tanh.register_full_backward_hook(seen(1)),
    first.register_full_backward_hook(seen(0)),
    model.register_full_backward_hook(seen('all')),
  ]
  const grads = () => model.parameters().map((p) => p.grad?.clone())
  const out = model(x)
  const names = [out.grad_fn?.name()]
  out.sum().backward()
  const found = { first: grads() }
  handles[1]?.remove()
  model.zero_grad()
  const given = x.clone().requires_grad_()
  model(given).sum().backward()
  const again = [given.grad, grads()]
  for (const handle of handles) handle.remove()
  model.zero_grad()
  const last = model(x)
  names.push(last.grad_fn?.name())
  last.sum().backward()
  const lone = new nn.Linear(1, 1)
  lone.register_full_backward_hook((_, __, go) => go)
  const refused = message(() => lone(torch.ones(1, 1)).sum().backward())
  const described = { text: String(model), keys: Object.keys(model.state_dict()) }
  return { ...found, log, names, second: again, third: grads(), refused, ...described }
}

function parametersByName(): unknown {
  const found = new nn.ParameterDict({ b: torch.ones(2, 3), a: new nn.Parameter(torch.zeros(1)) })
  found.set('c', torch.tensor(2))
  const texts = [String(found), String(new nn.ParameterDict())]
  const names = [found.keys(), Object.keys(found.state_dict()), found.length, found.has('a')]
  const taken = found.pop('a')
  found.update({ b: torch.zeros(1) })
  return { texts, names, taken, left: found.keys(), b: found.get('b') }
}

async function loading(): Promise<unknown> {
  const first = new nn.Linear(2, 3)
  const model = new nn.Sequential(first, new nn.ReLU(), new nn.BatchNorm1d(3))
  const map = (state: nn.StateDict, change: (x: Tensor) => Tensor): nn.StateDict =>
    Object.fromEntries(Object.entries(state).map(([key, x]) => [key, change(x)]))
  const good = map(model.state_dict(), (x) => x.clone())
  const { '0.bias': _, '2.running_mean': __, ...without } = good
  const before = first.weight.clone()
  const load = (state: nn.StateDict, strict = true): unknown => caught(() => model.load_state_dict(state, { strict }))
  const texts = [
    load(without),
    load({ ...good, extra: before, '0.other': before, '3.weight': before }),
    load({ ...good, '0.weight': torch.zeros(3, 3), '2.bias': torch.zeros([]) }),
    load({ ...without, '0.weight': torch.zeros(1), x: before }),
    load({ ...good, '0.weight': torch.zeros(3, 3) }, false),
  ]
  const isUnchanged = first.weight.eq(before).all().item_async()
  if (!(await isUnchanged)) throw new Error('a state that was refused has changed something')
  const loose = model.load_state_dict({ ...without, x: before }, { strict: false })
  const full = model.load_state_dict(map(good, (x) => torch.zeros_like(x)))
  return {
    texts,
    missing: loose.missing_keys,
    unexpected: loose.unexpected_keys,
    full: String(full),
    loose: String(loose),
    loaded: model.state_dict(),
  }
}

function refusals(): unknown {
  const model = new nn.Sequential(new nn.Linear(2, 3))
  return [
    message(() => model.register_parameter('a.b', null)),
    message(() => model.register_parameter('', null)),
    message(() => model.register_parameter('forward', null)),
    message(() => model.register_buffer('a.b', null)),
    message(() => model.add_module('a.b', new nn.ReLU())),
    message(() => model.get_submodule('1')),
    message(() => model.get_submodule('0.weight')),
    message(() => model.get_parameter('0.x')),
    message(() => model.get_parameter('0.in_features')),
    message(() => model.get_buffer('0.weight')),
    message(() => model.at(5)),
    message(() => new nn.ModuleList()()),
    message(() => model.to(torch.int32)),
    message(() => new nn.Dropout(2)),
    message(() => new nn.BatchNorm1d(3)(torch.zeros(2, 3, 4, 5))),
    message(() => new nn.BatchNorm2d(3)(torch.zeros(2, 3))),
    message(() => new nn.BatchNorm1d(3)(torch.zeros(1, 3))),
    message(() => new nn.GroupNorm(2, 3)),
  ]
}

async function modes(): Promise<unknown> {
  const net = new Net()
  const order: string[] = []
  net.apply((module) => order.push(module.constructor.name))
  net.eval()
  const evaluating = net.modules().map((module) => module.training)
  net.blocks[1]?.train()
  const training = net.modules().map((module) => module.training)
  net.train().requires_grad_(false)
  const frozen = net.parameters().map((p) => p.requires_grad)
  net.requires_grad_(true)
  net(torch.ones(2, 3)).sum().backward()
  const graded = net.parameters().map((p) => p.grad !== null)
  net.zero_grad({ set_to_none: false })
  const zeros = await Promise.all(net.parameters().map(async (p) => p.grad?.abs().sum().item_async()))
  net.zero_grad()
  const cleared = net.parameters().map((p) => p.grad === null)
  return { order, evaluating, training, frozen, graded, zeros, cleared }
}

function dtypes(): unknown {
  const net = new Net()
  const first = net.first.weight
  net(torch.ones(2, 3)).sum().backward()
  net.double()
  return {
    same: net.first.weight === first,
    state: Object.fromEntries(Object.entries(net.state_dict()).map(([key, x]) => [key, x.dtype])),
    grad: net.first.weight.grad,
    out: net.eval()(torch.ones(2, 3, { dtype: torch.float64 })),
    back: net.float().first.weight.dtype,
  }
}

function clipping(): unknown {
  const { clip_grad_norm_, clip_grad_value_, parameters_to_vector, vector_to_parameters } = nn.utils
  const make = (): nn.Sequential => {
    torch.manual_seed(7)
    const model = new nn.Sequential(new nn.Linear(3, 4), new nn.Tanh(), new nn.Linear(4, 2))
    model(torch.ones(2, 3)).pow(2).sum().backward()
    return model
  }
  const gradients = (module: nn.Module): (Tensor | null)[] => module.parameters().map((p) => p.grad?.clone() ?? null)
  const found: Record<string, unknown> = {}
  for (const norm_type of [1, 2, 3, Infinity]) {
    const model = make()
    const total = clip_grad_norm_(model.parameters(), 0.5, { norm_type })
    found[norm_type === Infinity ? 'inf' : norm_type.toFixed(1)] = [total, gradients(model)]
  }
  const model = make()
  found['small'] = [clip_grad_norm_(model.parameters(), 100), gradients(model)]
  clip_grad_value_(model.parameters(), 0.1)
  found['value'] = gradients(model)
  const vector = parameters_to_vector(model.parameters())
  vector_to_parameters(vector.mul(2), model.parameters())
  found['vector'] = vector
  found['doubled'] = model.state_dict()
  model.get_parameter('0.weight').grad?.fill_(Number.NaN)
  found['nonfinite'] = message(() => clip_grad_norm_(model.parameters(), 1, { error_if_nonfinite: true }))
  return found
}

function attention(): unknown {
  const { inputs } = golden['scenario attention'] as { readonly inputs: readonly GoldenTensor[] }
  const [x, y, keys, contents] = inputs.map((input) => fromGolden(input, torch.get_default_device())) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ]
  const causal = torch.ones(3, 3).triu(1).to(torch.bool)
  const padded = torch.tensor([
    [false, false, true],
    [false, true, true],
  ])
  const found: Record<string, unknown> = {}
  const attend = (name: string, module: nn.MultiheadAttention, inputs: Three, options?: nn.MultiheadAttentionCall) => {
    torch.manual_seed(7)
    module.zero_grad()
    const [out, weights] = module(...inputs, options)
    out.backward(torch.linspace(0.5, 1.5, out.numel()).reshape(out.shape))
    found[name] = [out, weights, module.parameters().map((p) => p.grad)]
  }
  type Three = [Tensor, Tensor, Tensor]
  const layer = new nn.MultiheadAttention(4, 2)
  const copy = (module: nn.MultiheadAttention): unknown =>
    Object.fromEntries(Object.entries(module.state_dict()).map(([key, value]) => [key, value.clone()]))
  found['text'] = String(layer)
  found['state'] = copy(layer)
  attend('self', layer, [x, x, x])
  attend('cross', layer, [x, y, y], { need_weights: false })
  attend('causal', layer, [x, x, x], { attn_mask: causal, average_attn_weights: false })
  attend('padded', layer, [x, x, x], { key_padding_mask: padded })
  const soft = torch.zeros(3, 3).masked_fill(causal, -1)
  attend('both', layer, [x, x, x], { key_padding_mask: padded, attn_mask: soft })
  attend('unbatched', layer, [x.select(1, 0), y.select(1, 0), y.select(1, 0)])
  attend('dropout', new nn.MultiheadAttention(4, 1, { dropout: 0.4, batch_first: true }), [x, x, x])
  const other = new nn.MultiheadAttention(4, 4, { kdim: 3, vdim: 2, bias: false })
  found['other state'] = copy(other)
  attend('widths', other, [x, keys, contents])
  const extended = new nn.MultiheadAttention(4, { num_heads: 2, add_bias_kv: true, add_zero_attn: true })
  found['extended state'] = copy(extended)
  attend('extended', extended, [x, y, y], { attn_mask: torch.zeros(3, y.size(0), { dtype: torch.bool }) })
  attend('by position', new nn.MultiheadAttention(4, 2, 0, false), [x, y, y])
  found['inputs'] = [x, y, keys, contents]
  return found
}

type Criterion = nn.Module<[Tensor, Tensor]>

function train(model: nn.Module, x: Tensor, y: Tensor, criterion: Criterion, lr: number): Promise<number[]> {
  const losses = Array.from({ length: 20 }, () => {
    const loss = criterion(model(x), y)
    model.zero_grad()
    loss.backward()
    torch.no_grad(() => {
      for (const p of model.parameters()) if (p.grad !== null) p.sub_(p.grad.mul(lr))
    })
    return loss.item_async()
  })
  return Promise.all(losses)
}

function training_a_classifier(): unknown {
  const model = new nn.Sequential(new nn.Linear(2, 16), new nn.ReLU(), new nn.Dropout(0.2), new nn.Linear(16, 3))
  const x = torch.randn(12, 2)
  const y = torch.arange(12).remainder(3)
  return train(model, x, y, new nn.CrossEntropyLoss({ label_smoothing: 0.1 }), 0.1)
}

function training_a_normalised_regression(): unknown {
  const model = new nn.Sequential(
    new nn.Linear(3, 8),
    new nn.BatchNorm1d(8),
    new nn.Tanh(),
    new nn.LayerNorm(8),
    new nn.Linear(8, 1),
  )
  const x = torch.randn(16, 3)
  const y = x.sum(1, { keepdim: true }).sin()
  return train(model, x, y, new nn.MSELoss(), 0.05)
}

class Words extends nn.Module {
  table = new nn.Embedding(10, 4, { padding_idx: 0 })
  out = new nn.Linear(4, 1)

  forward(x: Tensor): Tensor {
    return this.out(this.table(x).mean(1)).squeeze(1)
  }
}

function training_binary_answers_over_words(): unknown {
  const model = new Words()
  const x = torch.arange(24).reshape(8, 3).remainder(10)
  const y = torch.arange(8).remainder(2).float()
  return train(model, x, y, new nn.BCEWithLogitsLoss({ pos_weight: torch.tensor(2) }), 0.5)
}

function training_a_convolutional_network(): unknown {
  const model = new nn.Sequential(
    new nn.Conv2d(1, 4, 3, { padding: 1 }),
    new nn.BatchNorm2d(4),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(4, 8, 3, { bias: false }),
    new nn.GELU(),
    new nn.ConvTranspose2d(8, 6, 2, { stride: 2 }),
    new nn.AvgPool2d(2, { stride: 1 }),
    new nn.AdaptiveAvgPool2d(1),
    new nn.Flatten(),
    new nn.Linear(6, 3),
  )
  const x = torch.randn(6, 1, 8, 8)
  return train(model, x, torch.arange(6).remainder(3), new nn.CrossEntropyLoss(), 0.2)
}

/** The scenarios whose tensors are made on the default device, by name. */
export const scenarios: Readonly<Record<string, () => unknown>> = {
  loading,
  modes,
  dtypes,
  clipping,
  attention,
  training_a_classifier,
  training_a_normalised_regression,
  training_binary_answers_over_words,
  transformers,
  computed_weights,
  hooks,
  parameters_by_name: parametersByName,
  training_a_convolutional_network,
}

/** Those that are about names and texts, which are the same on all devices. */
export const independent: Readonly<Record<string, () => unknown>> = { names, text, refusals }
