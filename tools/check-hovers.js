// Checks what an editor shows of the packages as they are published, the end of `pnpm packages`: for a sample of functions, methods,
// properties, layers, losses, optimizers and schedules the label, the names of the parameters and what is said of them; that
// completions have nothing internal; and that what is misspelt is met with the right name.

import { fileURLToPath } from 'node:url'
import ts from 'typescript-api'

const folder = fileURLToPath(new URL('../apps/examples/', import.meta.url))
const file = `${folder}hovers.ts`
const head = `import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'
import * as optim from '@chainrule/optim'
const F = nn.functional
const x = torch.ones(2, 3)
const index = torch.tensor([0], { dtype: torch.int32 })
const model = new nn.Linear(3, 2)
const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 })
`

/** What a hover over the name before the first parenthesis, or at the end, shows. @type {[code: string, ...shown: (string | RegExp)[]][]} */
const hovers = [
  [
    'torch.sum(x, 0)',
    'input: torch.Tensor, dim?: ',
    'keepdim?: boolean',
    'The sum.',
    '@param dim the dimension',
    '@param keepdim keep',
  ],
  ['torch.sum(x, { dim: 0 })', 'options: {', 'readonly keepdim?: boolean', 'The sum.', '@param options'],
  ['torch.subtract(x, 1)', 'other: ', 'As `sub`: `x - alpha * other`.'],
  ['torch.zeros(2, 3)', 'size: number[]', '@param size the shape'],
  ['torch.no_grad(() => 1)', 'callback: () => ', 'without recording a graph', '@param callback'],
  ['torch.autograd.grad(x.sum(), x)', 'outputs: ', 'inputs: ', '@param outputs', '@param inputs'],
  ['torch.linalg.norm(x)', 'A: ', '@param ord'],
  ['torch.einsum("ij->ji", x)', 'equation: string', '@param equation'],
  ['torch.tensordot(x, x.t(), 1)', 'dims', '@param dims'],
  ['torch.scalar_tensor(3)', 's: number', '@param s '],
  ['torch.manual_seed(0)', 'seed', '@param seed'],
  ['x.sum(0)', '(method)', 'dim?: ', 'keepdim?: boolean', 'The sum.', '@param dim'],
  ['x.add(1, { alpha: 2 })', 'other: ', 'options?: torch.AddOptions', '@param other'],
  ['x.add_(1)', 'other: ', 'In place: `x + alpha * other`.', '@param other'],
  ['x.subtract_(1)', 'As `sub_`: in place: `x - alpha'],
  ['x.softplus(2, 10)', 'beta?: number, threshold?: number', '(default: 1)', '(default: 20)'],
  ['x.leaky_relu_()', 'negative_slope?: number', '(default: 0.01)'],
  ['x.permute(1, 0)', 'dims: number[]', '@param dims the dimensions in their new order'],
  ['x.repeat(2, 2)', 'repeats: number[]', '@param repeats'],
  ['x.tile(2, 2)', 'dims: number[]'],
  ['x.reshape(3, 2)', 'shape: number[]', '@param shape'],
  ['x.view(3, 2)', 'size: number[]', '@param size'],
  ['x.sum_to_size(1, 3)', 'size: number[]', '@param size'],
  ['x.select_scatter(x.select(0, 0), 0, 0)', 'src: ', 'dim: number, index: number', '@param src'],
  ['x.slice_scatter(x)', 'src: ', '@param src'],
  ['x.scatter(0, index, x)', 'dim: number, index: ', '@param src'],
  ['x.copy_(x)', 'src: ', '@param src'],
  ['x.topk(1)', 'k: number, dim?: number, largest?: boolean, sorted?: boolean', '@param largest'],
  ['x.argsort()', 'dim?: number, descending?: boolean, stable?: boolean', '@param descending'],
  ['x.backward()', 'gradient?: ', '@param gradient'],
  ['x.requires_grad_()', 'requires_grad?: boolean', '@param requires_grad'],
  ['x.tolist()', 'The elements as nested arrays'],
  ['x.shape', 'The sizes of the dimensions'],
  ['x.grad', 'The gradient that `backward` has accumulated'],
  ['x.T', 'The dimensions in reverse order'],
  ['F.linear(x, x)', 'input: ', 'weight: ', 'bias?: ', '@param weight'],
  ['F.cross_entropy(x, index)', 'target: ', 'reduction?: ', 'label_smoothing?: number', '@param ignore_index'],
  ['F.pad(x, [1, 1])', 'pad: ', 'mode?: ', '@param pad how much'],
  ['nn.init.kaiming_uniform_(x)', 'tensor: ', 'a?: number', '@param mode'],
  [
    'new nn.Linear(2, 3)',
    'in_features: number, out_features: number, bias?: boolean',
    '@param in_features size',
    '(default: true)',
  ],
  ['new nn.Linear(2, 3, { bias: false })', 'in_features: number, out_features: number, options', '@param options'],
  [
    'new nn.Conv2d(1, 2, 3)',
    'in_channels: number, out_channels: number, kernel_size: ',
    'padding_mode?: ',
    '@param groups',
  ],
  ['new nn.LeakyReLU(0.1)', 'negative_slope?: number, inplace?: boolean', '@param negative_slope'],
  ['new nn.LSTM(2, 3)', 'input_size: number, hidden_size: number, num_layers?: number', '@param bidirectional'],
  ['new nn.CrossEntropyLoss()', 'weight?: ', 'reduction?: ', '@param label_smoothing'],
  ['new nn.BatchNorm1d(3)', 'num_features: number, eps?: number', '@param momentum'],
  ['new nn.MultiheadAttention(4, 2)', 'embed_dim: number, num_heads: number, dropout?: number', '@param num_heads'],
  ['model(x)', 'input: torch.Tensor', 'Runs the hooks and `forward`'],
  ['model.state_dict()', 'options?: ', '@param options'],
  ['new optim.SGD([x])', 'params: ', 'lr?: number, momentum?: number', '@param momentum'],
  ['new optim.Adam([x], { lr: 1 })', 'params: ', 'options', 'AdamOptions', '@param params'],
  [
    'new optim.lr_scheduler.StepLR(optimizer, 10)',
    'optimizer: ',
    'step_size: number, gamma?: number',
    '@param step_size',
  ],
  ['new optim.lr_scheduler.CosineAnnealingLR(optimizer, 10)', 'T_max: number, eta_min?: number', '@param T_max'],
]

/** What does not compile, and what the error says. @type {[code: string, says: string][]} */
const refused = [
  ['x.sum(0, { keepdims: true })', "Did you mean to write 'keepdim'?"],
  ['x.add(1, { alpah: 2 })', "Did you mean to write 'alpha'?"],
  ['torch.ones(2, { requires_gard: true })', "Did you mean to write 'requires_grad'?"],
  ["F.mse_loss(x, x, { reductoin: 'sum' })", "Did you mean to write 'reduction'?"],
  ['new nn.Linear(2, 3, { biass: false })', "Did you mean to write 'bias'?"],
  ['new optim.Adam([x], { weight_decai: 1 })', "Did you mean to write 'weight_decay'?"],
  ['new optim.lr_scheduler.StepLR(optimizer, 1, { gama: 0.5 })', "Did you mean to write 'gamma'?"],
  ["x.to('cuda')", '"cuda"'],
  ["torch.ones(2, { device: 'cuda' })", '"cuda"'],
  ['torch.no_grad(async () => x)', 'Promise'],
  ['new nn.LSTM(3, 4).weight_nonsense', 'weight_nonsense'],
]

/** What compiles. */
const accepted = `
const rows: number[][] = x.tolist()
const doubled = x.tolist().map((row) => row.map((value) => 2 * value))
const [g] = torch.autograd.grad(x.sum(), x)
g.mul(2)
torch.autograd.grad(x.sum(), [x, x])[1].mul(2)
new nn.ModuleDict({ a: new nn.Linear(1, 1) }).get('a').weight
x.softplus({ beta: 2 })
x.softplus(2, { threshold: 1 })
torch.addcmul(x, x, x, { value: 2 })
torch.zeros(2, 3, { dtype: torch.float64, device: x.device })
torch.sum({ input: x, dim: 0 })
new optim.SGD(model.parameters(), 0.1, { momentum: 0.9 })
new nn.Conv2d(3, 16, 3, 1, { padding: 1 })
new nn.Sequential(model, new nn.ReLU(true))(x)
torch.cat([x, x], 1)
for (const row of x) row.sum()
class Own extends nn.Module { weight = new nn.Parameter(torch.ones(1)); forward(input: torch.Tensor) { return input.mul(this.weight) } }
new Own()(x).backward()
`

/** Names of a tensor's own memory and graph. */
const internal =
  'strides offset storage node outputIndex leafRequiresGrad accumulator gradient gradientSeen viewOf inference at'

let text = head
const service = ts.createLanguageService({
  getScriptFileNames: () => [file],
  getScriptVersion: () => String(text.length),
  getScriptSnapshot: (path) => {
    const found = path === file ? text : ts.sys.readFile(path)
    return found === undefined ? undefined : ts.ScriptSnapshot.fromString(found)
  },
  getCurrentDirectory: () => folder,
  getCompilationSettings: () => ({
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    strict: true,
    noEmit: true,
    noUncheckedIndexedAccess: true,
    noErrorTruncation: true,
    skipLibCheck: true,
    lib: ['lib.es2022.d.ts', 'lib.esnext.disposable.d.ts', 'lib.dom.d.ts'],
    types: [],
  }),
  getDefaultLibFileName: ts.getDefaultLibFilePath,
  fileExists: (path) => path === file || ts.sys.fileExists(path),
  readFile: (path) => (path === file ? text : ts.sys.readFile(path)),
  readDirectory: (...args) => ts.sys.readDirectory(...args),
  directoryExists: (path) => ts.sys.directoryExists(path),
  getDirectories: (path) => ts.sys.getDirectories(path),
  realpath: (path) => ts.sys.realpath?.(path) ?? path,
})
/** @type {string[]} */
const faults = []

const starts = hovers.map(([code]) => {
  const start = text.length
  text += `${code};\n`
  return start
})
const wrong = refused.map(([code]) => {
  const start = text.length
  text += `${code};\n`
  return [start, text.length]
})
const right = text.length
text += accepted
const completing = text.length
text += 'x.'

hovers.forEach(([code, ...shown], i) => {
  const callee = /^(new )?[\w.]+/.exec(code)?.[0] ?? ''
  const info = service.getQuickInfoAtPosition(file, (starts[i] ?? 0) + callee.length - 1)
  const label = ts.displayPartsToString(info?.displayParts).replaceAll(/\s+/g, ' ')
  const tags = (info?.tags ?? []).map((tag) => `@${tag.name} ${ts.displayPartsToString(tag.text)}`)
  const all = [label, ts.displayPartsToString(info?.documentation), ...tags].join('\n')
  for (const one of shown) {
    if (typeof one === 'string' ? !all.includes(one) : !one.test(all))
      faults.push(`${code} shows no ${String(one)}:\n${all}\n`)
  }
})

const errors = [...service.getSyntacticDiagnostics(file), ...service.getSemanticDiagnostics(file)].filter(
  ({ start = 0 }) => start < completing,
)
refused.forEach(([code, says], i) => {
  const [from = 0, to = 0] = wrong[i] ?? []
  const found = errors
    .filter(({ start = 0 }) => start >= from && start < to)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
  if (!found.join('\n').includes(says))
    faults.push(`${code} is met with\n${found.join('\n') || 'no error'}\nand not with ${says}\n`)
})
for (const { start = 0, messageText } of errors) {
  if (wrong.some(([from = 0, to = 0]) => start >= from && start < to)) continue
  const line = text.slice(text.lastIndexOf('\n', start) + 1, text.indexOf('\n', start))
  faults.push(`${start < right ? 'hover' : 'right'}: ${line}\n${ts.flattenDiagnosticMessageText(messageText, '\n')}\n`)
}

const entries = service.getCompletionsAtPosition(file, text.length, {})?.entries.map(({ name }) => name) ?? []
for (const name of ['sum', 'add_', 'grad', 'shape'])
  if (!entries.includes(name)) faults.push(`completions have no ${name}`)
for (const name of internal.split(' ')) if (entries.includes(name)) faults.push(`completions have ${name}`)

if (faults.length > 0) throw new Error(faults.join('\n'))
console.log(
  `an editor shows ${hovers.length} hovers, ${refused.length} errors and ${entries.length} completions as they should be`,
)
