/** The contestant TensorFlow.js: its WebAssembly backend. */
import { readFileSync } from 'node:fs'
import '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs'
import { answer, op, training } from '../dist/src/answer.js'
import { gpt } from '../dist/src/data.js'

await tf.setBackend('wasm')
await tf.ready()

const array = (data, name) => tf.tensor(data.array(name), data.shape(name))
const integers = (data, name) => tf.tensor(Int32Array.from(data.array(name)), data.shape(name), 'int32')
const load = (data, prefix) =>
  Object.fromEntries(data.names(prefix).map((name) => [name, tf.variable(array(data, prefix + name))]))
const numbers = (x) => x.dataSync()
const drop = (x) => x.dispose()
const compute = (f, ...inputs) => op(() => tf.tidy(() => f(...inputs)), numbers, drop)

const matmul = (n) => (data) => compute(tf.matMul, array(data, `matmul-${n}/a`), array(data, `matmul-${n}/b`))
const vector = (f) => (data) => compute(f, array(data, 'vector/x'))

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
  return training(() =>
    tf.tidy(() => {
      const { value, grads } = optimizer.computeGradients(loss, variables)
      if (decay !== 0) for (const p of variables) p.assign(p.mul(1 - decay))
      optimizer.applyGradients(grads)
      return value.dataSync()[0]
    }),
  )
}
const adam = () => tf.train.adam(1e-3, 0.9, 0.999, 1e-8)
const oneHots = (data, name, classes) => tf.cast(tf.oneHot(integers(data, name).reshape([-1]), classes), 'float32')

function mlpSteps(data, optimizer) {
  const params = load(data, 'mlp/')
  const [x, oneHot] = [array(data, 'mlp-data/x'), oneHots(data, 'mlp-data/target', 10)]
  return steps(() => crossEntropy(mlp(params, x), oneHot), params, optimizer)
}

const rows = {
  perceptron,
  'matmul-64': matmul(64),
  'matmul-256': matmul(256),
  'matmul-1024': matmul(1024),
  add: (data) => compute(tf.add, array(data, 'vector/x'), array(data, 'vector/y')),
  exp: vector(tf.exp),
  gelu: vector(gelu),
  sum: vector((x) => x.sum()),
  softmax: (data) => compute((x) => tf.softmax(x), array(data, 'rows/x')),
  'layer-norm': (data) =>
    compute(layerNorm, array(data, 'rows/x'), array(data, 'rows/weight'), array(data, 'rows/bias')),
  'mlp-sgd': (data) => mlpSteps(data, tf.train.sgd(0.1)),
  'mlp-adam': (data) => mlpSteps(data, adam()),
  'cnn-adam': 'the backend has no gradient of a convolution for its weights (Conv2DBackpropFilter)',
  'gpt-adamw'(data) {
    const params = load(data, 'gpt/')
    const tokens = oneHots(data, 'gpt-data/tokens', vocabulary)
    const target = oneHots(data, 'gpt-data/target', vocabulary)
    const future = (_, i) => (i % context > Math.floor(i / context) ? -1e9 : 0)
    const mask = tf.tensor(Float32Array.from({ length: context * context }, future), [context, context])
    return steps(() => crossEntropy(gptLogits(params, tokens, mask), target), params, adam(), 1e-3 * 0.01)
  },
}

const { version } = JSON.parse(
  readFileSync(new URL('node_modules/@tensorflow/tfjs-backend-wasm/package.json', import.meta.url), 'utf8'),
)
await answer({ name: `tfjs-wasm ${version}`, details: 'SIMD' }, rows)
