/** The rows as TensorFlow.js computes them, whatever its backend. */
import * as tf from '@tensorflow/tfjs'
import { gpt } from '../dist/src/arrays.js'
import { laterOp, op, training } from '../dist/src/work.js'

/** Whether values are read later, as those of a GPU are. */
let isLater = false

const array = (data, name) => tf.tensor(data.array(name), data.shape(name))
const integers = (data, name) => tf.tensor(Int32Array.from(data.array(name)), data.shape(name), 'int32')
const load = (data, prefix) =>
  Object.fromEntries(data.names(prefix).map((name) => [name, tf.variable(array(data, prefix + name))]))
const drop = (x) => x.dispose()
function compute(f, ...inputs) {
  const run = () => tf.tidy(() => f(...inputs))
  return isLater ? laterOp(run, (x) => x.data(), drop) : op(run, (x) => x.dataSync(), drop)
}

const matmul = (n) => (data) => compute(tf.matMul, array(data, `matmul-${n}/a`), array(data, `matmul-${n}/b`))
const vector =
  (f, length = 1e6) =>
  (data) =>
    compute(f, array(data, 'vector/x').slice([0], [length]))

function perceptron() {
  const [x, y] = [tf.scalar(6.7), tf.scalar(0)]
  const eps = 1e-8
  const loss = (w, b) => {
    const p = tf.clipByValue(tf.sigmoid(w.mul(x).add(b)), eps, 1 - eps)
    const ifTrue = y.mul(tf.log(p))
    return tf.neg(ifTrue.add(tf.sub(1, y).mul(tf.log(tf.sub(1, p)))))
  }
  const f = tf.valueAndGrads(loss)
  const params = [tf.scalar(1), tf.scalar(0)]
  const run = () => tf.tidy(() => f(params))
  return {
    run() {
      const { value, grads } = run()
      tf.dispose([value, grads])
    },
    values() {
      const { value, grads } = run()
      return [value, ...grads].map((x) => x.dataSync()[0])
    },
  }
}

function layerNorm(x, weight, bias) {
  const centered = x.sub(x.mean(-1, true))
  const variance = centered.square().mean(-1, true)
  return centered.div(variance.add(1e-5).sqrt()).mul(weight).add(bias)
}
const linear = (x, weight, bias) => tf.matMul(x, weight, false, true).add(bias)
const crossEntropy = (logits, oneHot) =>
  tf
    .logSoftmax(logits)
    .mul(oneHot)
    .sum()
    .mul(-1 / logits.shape[0])

const mlp = (p, x) => linear(tf.relu(linear(x, p['0.weight'], p['0.bias'])), p['2.weight'], p['2.bias'])
/** Images and kernels come as PyTorch has them; gradients of convolutions want channels last. */
function loadCnn(data) {
  const { '0.weight': first, '3.weight': second, '7.weight': last, ...biases } = load(data, 'cnn/')
  const moved = tf.tidy(() => [
    ...[first, second].map((kernel) => kernel.transpose([2, 3, 1, 0])),
    last
      .reshape([10, 32, 7, 7])
      .transpose([0, 2, 3, 1])
      .reshape([10, 32 * 7 * 7]),
  ])
  const names = ['0.weight', '3.weight', '7.weight']
  return { ...biases, ...Object.fromEntries(moved.map((weight, i) => [names[i], tf.variable(weight)])) }
}
function cnn(p, x) {
  const layer = (x, name) =>
    tf.maxPool(tf.relu(tf.conv2d(x, p[`${name}.weight`], 1, 'same').add(p[`${name}.bias`])), 2, 2, 'valid')
  return linear(layer(layer(x, '0'), '3').reshape([32, 7 * 7 * 32]), p['7.weight'], p['7.bias'])
}
const gelu = (x) => tf.mul(x.mul(0.5), tf.erf(x.mul(Math.SQRT1_2)).add(1))

const { layers, width, heads, context, vocabulary, batch } = gpt
function attention(x, p, name, mask) {
  const size = width / heads
  const split = linear(x, p[`${name}.qkv.weight`], p[`${name}.qkv.bias`])
    .reshape([batch, context, 3, heads, size])
    .transpose([2, 0, 3, 1, 4])
  const [q, k, v] = tf.unstack(split) // each [batch, heads, context, size]
  const scores = tf
    .matMul(q, k, false, true)
    .mul(1 / Math.sqrt(size))
    .add(mask)
  const mixed = tf.matMul(tf.softmax(scores), v)
  const joined = mixed.transpose([0, 2, 1, 3]).reshape([batch * context, width])
  return linear(joined, p[`${name}.proj.weight`], p[`${name}.proj.bias`])
}
/** The tokens come one-hot: the gradient of a gather is not in this backend. */
function gptLogits(p, tokens, mask) {
  const embedded = tf.matMul(tokens, p['wte.weight']).reshape([batch, context, width])
  let x = embedded.add(p['wpe.weight']).reshape([batch * context, width])
  for (let i = 0; i < layers; i++) {
    const name = `blocks.${i}`
    x = x.add(attention(layerNorm(x, p[`${name}.ln_1.weight`], p[`${name}.ln_1.bias`]), p, name, mask))
    const normed = layerNorm(x, p[`${name}.ln_2.weight`], p[`${name}.ln_2.bias`])
    const hidden = gelu(linear(normed, p[`${name}.fc.weight`], p[`${name}.fc.bias`]))
    x = x.add(linear(hidden, p[`${name}.out.weight`], p[`${name}.out.bias`]))
  }
  x = layerNorm(x, p['ln_f.weight'], p['ln_f.bias'])
  return tf.matMul(x, p['head.weight'], false, true)
}

function steps(loss, params, optimizer, decay = 0) {
  const variables = Object.values(params)
  const step = () =>
    tf.tidy(() => {
      const { value, grads } = optimizer.computeGradients(loss, variables)
      if (decay !== 0) for (const p of variables) p.assign(p.mul(1 - decay))
      optimizer.applyGradients(grads)
      return value
    })
  const readLater = async (value) => {
    const [number] = await value.data()
    value.dispose()
    return number
  }
  return training(() => {
    const value = step()
    if (isLater) return readLater(value)
    const [number] = value.dataSync()
    value.dispose()
    return number
  })
}
const adam = () => tf.train.adam(1e-3, 0.9, 0.999, 1e-8)
const oneHots = (data, name, classes) => tf.cast(tf.oneHot(integers(data, name).reshape([-1]), classes), 'float32')

function mlpSteps(data, optimizer) {
  const params = load(data, 'mlp/')
  const [x, oneHot] = [array(data, 'mlp-data/x'), oneHots(data, 'mlp-data/target', 10)]
  return steps(() => crossEntropy(mlp(params, x), oneHot), params, optimizer)
}

export const rows = {
  perceptron,
  'matmul-64': matmul(64),
  'matmul-256': matmul(256),
  'matmul-1024': matmul(1024),
  add: (data) => compute(tf.add, array(data, 'vector/x'), array(data, 'vector/y')),
  'exp-1e4': vector(tf.exp, 1e4),
  'exp-1e5': vector(tf.exp, 1e5),
  exp: vector(tf.exp),
  gelu: vector(gelu),
  sum: vector((x) => x.sum()),
  softmax: (data) => compute((x) => tf.softmax(x), array(data, 'rows/x')),
  'layer-norm': (data) =>
    compute(layerNorm, array(data, 'rows/x'), array(data, 'rows/weight'), array(data, 'rows/bias')),
  'mlp-sgd': (data) => mlpSteps(data, tf.train.sgd(0.1)),
  'mlp-adam': (data) => mlpSteps(data, adam()),
  'cnn-adam'(data) {
    if (!tf.getKernel('Conv2DBackpropFilter', tf.getBackend())) {
      return 'the backend has no gradient of a convolution for its weights (Conv2DBackpropFilter)'
    }
    const params = loadCnn(data)
    const x = array(data, 'cnn-data/x').transpose([0, 2, 3, 1])
    const oneHot = oneHots(data, 'cnn-data/target', 10)
    return steps(() => crossEntropy(cnn(params, x), oneHot), params, adam())
  },
  'gpt-adamw'(data) {
    const params = load(data, 'gpt/')
    const tokens = oneHots(data, 'gpt-data/tokens', vocabulary)
    const target = oneHots(data, 'gpt-data/target', vocabulary)
    const future = (_, i) => (i % context > Math.floor(i / context) ? -1e9 : 0)
    const mask = tf.tensor(Float32Array.from({ length: context * context }, future), [context, context])
    return steps(() => crossEntropy(gptLogits(params, tokens, mask), target), params, adam(), 1e-3 * 0.01)
  },
}

/** Sets the backend, and says how fast it can be read: those of a GPU are read later. */
export async function useBackend(name) {
  await tf.setBackend(name)
  await tf.ready()
  if (tf.getBackend() !== name) throw new Error(`the backend ${name} does not start`)
  isLater = name !== 'wasm'
}
