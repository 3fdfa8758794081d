/** The rows as jax-js computes them, everything under `jit`, whatever its backend. */
globalThis.navigator ??= { userAgent: 'Node' } // jax-js reads it; Node has it from version 21 on.
const { gpt } = await import('../dist/src/arrays.js')
const { brief, laterOp, training } = await import('../dist/src/work.js')
const {
  blockUntilReady,
  defaultDevice,
  init,
  jit,
  lax,
  nn,
  numpy: np,
  tree,
  valueAndGrad,
} = await import('@jax-js/jax')

/** Whether values are read later, as those of a GPU are. */
let isLater = false
const numberOf = async (x) => (await x.data())[0]

const array = (data, name) => np.array(data.array(name), { shape: data.shape(name) })
const load = (data, prefix) => Object.fromEntries(data.names(prefix).map((name) => [name, array(data, prefix + name)]))

function compiled(f, ...inputs) {
  const fast = jit(f)
  const call = () => fast(...inputs.map((x) => x.ref))
  // Results are computed when they are waited for.
  const ready = () => call().blockUntilReady()
  if (isLater)
    return laterOp(
      ready,
      (x) => x.ref.data(),
      (x) => x.dispose(),
    )
  return { run: async () => (await ready()).dispose(), values: () => brief(call().dataSync()) }
}
const matmul = (n) => (data) => compiled(np.matmul, array(data, `matmul-${n}/a`), array(data, `matmul-${n}/b`))
const vector =
  (f, length = 1e6) =>
  (data) =>
    compiled(f, np.array(data.array('vector/x').slice(0, length)))

function perceptron() {
  const [x, y, eps] = [6.7, 0, 1e-8]
  const loss = ([w, b]) => {
    const p = np.clip(nn.sigmoid(w.mul(x).add(b)), eps, 1 - eps)
    const ifTrue = np.log(p.ref).mul(y)
    return ifTrue.add(np.log(p.neg().add(1)).mul(1 - y)).neg()
  }
  const f = jit((params) => valueAndGrad(loss)(params))
  const params = [np.array(1), np.array(0)]
  const run = () => f(params.map((x) => x.ref))
  return {
    run: async () => tree.dispose(await blockUntilReady(run())),
    values: () => tree.leaves(run()).map((x) => x.item()),
  }
}

function layerNorm(x, weight, bias) {
  return nn.standardize(x, -1, { epsilon: 1e-5 }).mul(weight).add(bias)
}
const linear = (x, weight, bias) => np.matmul(x, weight.transpose()).add(bias)

function crossEntropy(logits, oneHot) {
  const count = logits.shape[0]
  return nn
    .logSoftmax(logits, -1)
    .mul(oneHot)
    .sum()
    .mul(-1 / count)
}

const mlp = (p, x) => linear(nn.relu(linear(x, p['0.weight'], p['0.bias'])), p['2.weight'], p['2.bias'])

function convolution(x, weight, bias) {
  const pads = [
    [1, 1],
    [1, 1],
  ]
  const channels = bias.shape[0]
  return lax.conv(x, weight, [1, 1], pads).add(bias.reshape([1, channels, 1, 1]))
}
function maxPool(x) {
  const [n, c, h, w] = x.shape
  return x.reshape([n, c, h / 2, 2, w / 2, 2]).max([3, 5])
}
function cnn(p, x) {
  const first = maxPool(nn.relu(convolution(x, p['0.weight'], p['0.bias'])))
  const second = maxPool(nn.relu(convolution(first, p['3.weight'], p['3.bias'])))
  return linear(second.reshape([32, -1]), p['7.weight'], p['7.bias'])
}

const { layers, width, heads, context, vocabulary, batch } = gpt
function attention(x, p, name, mask) {
  const size = width / heads
  const split = linear(x, p[`${name}.qkv.weight`], p[`${name}.qkv.bias`])
    .reshape([batch, context, 3, heads, size])
    .transpose([2, 0, 3, 1, 4])
  const [q, k, v] = split // each [batch, heads, context, size]
  const scores = np.matmul(q, k.transpose([0, 1, 3, 2])).mul(1 / Math.sqrt(size))
  const mixed = np.matmul(nn.softmax(scores.add(mask), -1), v)
  const joined = mixed.transpose([0, 2, 1, 3]).reshape([batch, context, width])
  return linear(joined, p[`${name}.proj.weight`], p[`${name}.proj.bias`])
}
function gptLogits(p, tokens, mask) {
  let x = np.take(p['wte.weight'], tokens, 0).add(p['wpe.weight'])
  for (let i = 0; i < layers; i++) {
    const name = `blocks.${i}`
    const normed = layerNorm(x.ref, p[`${name}.ln_1.weight`], p[`${name}.ln_1.bias`])
    x = x.add(attention(normed, p, name, mask.ref))
    const hidden = linear(
      layerNorm(x.ref, p[`${name}.ln_2.weight`], p[`${name}.ln_2.bias`]),
      p[`${name}.fc.weight`],
      p[`${name}.fc.bias`],
    )
    const active = nn.gelu(hidden, { approximate: false })
    x = x.add(linear(active, p[`${name}.out.weight`], p[`${name}.out.bias`]))
  }
  mask.dispose()
  x = layerNorm(x, p['ln_f.weight'], p['ln_f.bias'])
  return np.matmul(x, p['head.weight'].transpose()).reshape([-1, vocabulary])
}

/** Of one array: `decay` is AdamW's. */
function adam(p, g, m, v, first, second, lr, decay) {
  const [b1, b2, eps] = [0.9, 0.999, 1e-8]
  const newM = m.mul(b1).add(g.ref.mul(1 - b1))
  const newV = v.mul(b2).add(g.ref.mul(g).mul(1 - b2))
  const denominator = np.sqrt(newV.ref.div(second)).add(eps)
  const newP = p.mul(1 - lr * decay).sub(newM.ref.div(first).mul(lr).div(denominator))
  return [newP, newM, newV]
}

/** One compiled function a step: loss, gradients, update. */
function adamSteps(model, params, lr, decay, ...inputs) {
  const names = Object.keys(params)
  const step = jit((params, ms, vs, first, second, ...inputs) => {
    const [loss, grads] = valueAndGrad(model)(tree.ref(params), ...inputs)
    const [newParams, newMs, newVs] = [{}, {}, {}]
    for (const name of names) {
      const all = [params[name], grads[name], ms[name], vs[name], first.ref, second.ref, lr, decay]
      ;[newParams[name], newMs[name], newVs[name]] = adam(...all)
    }
    first.dispose()
    second.dispose()
    return [loss, newParams, newMs, newVs]
  })
  const zeros = () => tree.map((x) => np.zeros(x.shape), params)
  let [ms, vs, t, loss] = [zeros(), zeros(), 0]
  return training(() => {
    t++
    const corrections = [np.array(1 - 0.9 ** t), np.array(1 - 0.999 ** t)]
    ;[loss, params, ms, vs] = step(params, ms, vs, ...corrections, ...inputs.map((x) => x.ref))
    return isLater ? numberOf(loss) : loss.item()
  })
}
function sgdSteps(model, params, lr, ...inputs) {
  const step = jit((params, ...inputs) => {
    const [loss, grads] = valueAndGrad(model)(tree.ref(params), ...inputs)
    return [loss, tree.map((p, g) => p.sub(g.mul(lr)), params, grads)]
  })
  let loss
  return training(() => {
    ;[loss, params] = step(params, ...inputs.map((x) => x.ref))
    return isLater ? numberOf(loss) : loss.item()
  })
}

const classifier = (model) => (p, x, oneHot) => crossEntropy(model(p, x), oneHot)
const integers = (data, name) =>
  np.array(Int32Array.from(data.array(name)), { shape: data.shape(name), dtype: np.int32 })
const oneHots = (data, name, classes) => nn.oneHot(integers(data, name).flatten(), classes)

export const rows = {
  perceptron,
  'matmul-64': matmul(64),
  'matmul-256': matmul(256),
  'matmul-1024': matmul(1024),
  add: (data) => compiled(np.add, array(data, 'vector/x'), array(data, 'vector/y')),
  'exp-1e4': vector(np.exp, 1e4),
  'exp-1e5': vector(np.exp, 1e5),
  exp: vector(np.exp),
  gelu: vector((x) => nn.gelu(x, { approximate: false })),
  sum: vector((x) => x.sum()),
  softmax: (data) => compiled((x) => nn.softmax(x, -1), array(data, 'rows/x')),
  'layer-norm': (data) =>
    compiled(layerNorm, array(data, 'rows/x'), array(data, 'rows/weight'), array(data, 'rows/bias')),
  'mlp-sgd': (data) =>
    sgdSteps(classifier(mlp), load(data, 'mlp/'), 0.1, array(data, 'mlp-data/x'), oneHots(data, 'mlp-data/target', 10)),
  'mlp-adam': (data) =>
    adamSteps(
      classifier(mlp),
      load(data, 'mlp/'),
      1e-3,
      0,
      array(data, 'mlp-data/x'),
      oneHots(data, 'mlp-data/target', 10),
    ),
  'cnn-adam': (data) =>
    adamSteps(
      classifier(cnn),
      load(data, 'cnn/'),
      1e-3,
      0,
      array(data, 'cnn-data/x'),
      oneHots(data, 'cnn-data/target', 10),
    ),
  'gpt-adamw': (data) =>
    adamSteps(
      (p, tokens, mask, oneHot) => crossEntropy(gptLogits(p, tokens, mask), oneHot),
      load(data, 'gpt/'),
      1e-3,
      0.01,
      integers(data, 'gpt-data/tokens'),
      np.triu(np.ones([context, context]), 1).mul(-1e9),
      oneHots(data, 'gpt-data/target', vocabulary),
    ),
}

/** Sets the backend; those of a GPU are read later. */
export async function useBackend(name) {
  const available = await init(name)
  if (!available.includes(name)) throw new Error(`the backend ${name} does not start`)
  defaultDevice(name)
  isLater = name !== 'wasm'
}
