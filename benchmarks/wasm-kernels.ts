/**
 * Kernels of the WASM device against plain JavaScript loops over typed arrays, in one run, alternating.
 *
 *     npx tsx benchmarks/wasm-kernels.ts
 *     node --experimental-wasm-relaxed-simd --import tsx benchmarks/wasm-kernels.ts
 */

import { ElementwiseRunner } from '../packages/core/src/devices/wasm/elementwise-runner.ts'
import { Kernels } from '../packages/core/src/devices/wasm/kernels.ts'
import { KernelMemory } from '../packages/core/src/devices/wasm/memory.ts'
import { hasRelaxedSimd } from '../packages/core/src/devices/wasm/probe.ts'
import { ReductionRunner } from '../packages/core/src/devices/wasm/reduction-runner.ts'
import { RowRunner } from '../packages/core/src/devices/wasm/row-runner.ts'
import type { Window } from '../packages/core/src/devices/wasm/window.ts'
import { parse } from '../packages/core/src/formula/parse.ts'
import { erf } from '../packages/core/src/formula/special.ts'
import { type RowDefinition, rowKernel } from '../packages/core/src/ops/define/rows.ts'

const length = 1e6
const rounds = 25

const memory = new KernelMemory()
const kernels = new Kernels(memory, { relaxed: hasRelaxedSimd })
const elementwise = new ElementwiseRunner(kernels)
const reductions = new ReductionRunner(kernels)
const rowKernels = new RowRunner(kernels)
const array = (): Window => ({ pointer: memory.alloc(4 * length), strides: [1], type: 'float32' })
const [x, y, out] = [array(), array(), array()]
const view = ({ pointer }: Window): Float32Array => memory.float32.subarray(pointer / 4, pointer / 4 + length)
for (let i = 0; i < length; i++) {
  view(x)[i] = 4 * Math.sin(i)
  view(y)[i] = Math.cos(i)
}
const [jsX, jsY, jsOut] = [view(x).slice(), view(y).slice(), new Float32Array(length)]

function kernel(formula: string, inputs: readonly string[]): () => void {
  const compiled = { inputs, outputs: [parse(formula, inputs)] }
  const windows = inputs.length === 2 ? [x, y] : [x]
  return () => elementwise.run(compiled, [length], [out], windows)
}

function fold(step: string, inputs: readonly string[], shape: readonly number[], dim: number): () => void {
  const scope = [...inputs, 'acc', 'n']
  const reduction = { inputs, states: ['acc'], start: [0], step: [parse(step, scope)], finish: parse('acc', scope) }
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((product, size) => product * size, 1))
  const windows = inputs.map((_, k) => ({ ...(k === 0 ? x : y), strides }))
  const isReduced = shape.map((_, i) => i === dim)
  const output = { ...out, strides: shape.map((_, i) => (i === dim ? 0 : 1)) }
  return () => reductions.run(reduction, shape, isReduced, output, windows)
}

function sumLoop(f: (x: number, y: number) => number): () => void {
  return () => {
    let sum = 0
    for (let i = 0; i < length; i++) sum += f(jsX[i] ?? 0, jsY[i] ?? 0)
    jsOut[0] = sum
  }
}

function loop(f: (x: number, y: number) => number): () => void {
  return () => {
    for (let i = 0; i < length; i++) jsOut[i] = f(jsX[i] ?? 0, jsY[i] ?? 0)
  }
}

const [rows, width] = [1000, 1000]

/** A row kernel; other inputs are the first elements of `y`, the same for each row. */
function rowwise(name: string, definition: RowDefinition): () => void {
  const compiled = rowKernel(name, definition)
  const matrix = (window: Window): Window => ({ ...window, strides: [width, 1] })
  const others = definition.inputs.slice(1).map(() => ({ ...y, strides: [0, 1] }))
  return () => rowKernels.run(compiled, [rows, width], [matrix(out)], [matrix(x), ...others])
}

function rowLoop(f: (start: number) => void): () => void {
  return () => {
    for (let row = 0; row < rows; row++) f(row * width)
  }
}

function softmaxOf(start: number): void {
  let [top, total] = [-Infinity, 0]
  for (let i = start; i < start + width; i++) top = Math.max(top, jsX[i] ?? 0)
  for (let i = start; i < start + width; i++) total += jsOut[i] = Math.exp((jsX[i] ?? 0) - top)
  for (let i = start; i < start + width; i++) jsOut[i] = (jsOut[i] ?? 0) / total
}

function normalise(start: number): void {
  let [mean, squares] = [0, 0]
  for (let i = start; i < start + width; i++) mean += (jsX[i] ?? 0) / width
  for (let i = start; i < start + width; i++) squares += ((jsX[i] ?? 0) - mean) ** 2
  const scale = 1 / Math.sqrt(squares / width + 1e-5)
  for (let i = 0; i < width; i++)
    jsOut[start + i] = ((jsX[start + i] ?? 0) - mean) * scale * (jsY[i] ?? 0) + (jsY[i] ?? 0)
}

const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1] ?? 0

function time(run: () => void): number {
  const start = performance.now()
  run()
  return performance.now() - start
}

function compare(name: string, wasm: () => void, js: () => void): void {
  const first = time(wasm)
  for (let i = 0; i < 3; i++) {
    wasm()
    js()
  }
  const pairs = Array.from({ length: rounds }, () => [time(wasm), time(js)] as const)
  const [wasmTime, jsTime] = [median(pairs.map(([a]) => a)), median(pairs.map(([, b]) => b))]
  const cells = [wasmTime.toFixed(3), jsTime.toFixed(3), (jsTime / wasmTime).toFixed(1), first.toFixed(2)]
  console.log(name.padEnd(10), ...cells.map((cell) => cell.padStart(9)))
}

console.log(
  `node ${process.version}, relaxed SIMD ${hasRelaxedSimd ? 'yes' : 'no'}, ${length} elements, medians of ${rounds}, ms`,
)
console.log('kernel'.padEnd(10), ...['WASM', 'JS', 'JS/WASM', 'first'].map((cell) => cell.padStart(9)))
compare(
  'add',
  kernel('x + y', ['x', 'y']),
  loop((a, b) => a + b),
)
compare(
  'exp',
  kernel('exp(x)', ['x']),
  loop((a) => Math.exp(a)),
)
compare(
  'log',
  kernel('log(abs(x))', ['x']),
  loop((a) => Math.log(Math.abs(a))),
)
compare(
  'tanh',
  kernel('tanh(x)', ['x']),
  loop((a) => Math.tanh(a)),
)
compare(
  'sigmoid',
  kernel('sigmoid(x)', ['x']),
  loop((a) => 1 / (1 + Math.exp(-a))),
)
compare(
  'sin',
  kernel('sin(x)', ['x']),
  loop((a) => Math.sin(a)),
)
compare(
  'relu',
  kernel('max(x, 0)', ['x']),
  loop((a) => Math.max(a, 0)),
)
compare(
  'max',
  kernel('max(x, y)', ['x', 'y']),
  loop((a, b) => Math.max(a, b)),
)
compare(
  'log1p',
  kernel('log1p(exp(x))', ['x']),
  loop((a) => Math.log1p(Math.exp(a))),
)
compare(
  'gelu',
  kernel('0.5 * x * (1 + erf(x * 0.7071067811865476))', ['x']),
  loop((a) => 0.5 * a * (1 + erf(a * Math.SQRT1_2))),
)
compare(
  'pow',
  kernel('pow(abs(x), y)', ['x', 'y']),
  loop((a, b) => Math.abs(a) ** b),
)
compare(
  'sum',
  fold('acc + x', ['x'], [length], 0),
  sumLoop((a) => a),
)
compare(
  'mse',
  fold('acc + (x - y) * (x - y)', ['x', 'y'], [length], 0),
  sumLoop((a, b) => (a - b) * (a - b)),
)
compare(
  'row sums',
  fold('acc + x', ['x'], [1000, 1000], 1),
  sumLoop((a) => a),
)
compare(
  'col sums',
  fold('acc + x', ['x'], [1000, 1000], 0),
  sumLoop((a) => a),
)
compare(
  'small rows',
  fold('acc + x', ['x'], [100_000, 10], 1),
  sumLoop((a) => a),
)
compare(
  'softmax',
  rowwise('softmax', {
    inputs: ['x'],
    steps: { top: { max: 'x' }, total: { sum: 'exp(x - top)', keep: true }, scale: '1 / total' },
    output: 'out * scale',
  }),
  rowLoop(softmaxOf),
)
compare(
  'layer norm',
  rowwise('layer_norm', {
    inputs: ['x', 'weight', 'bias'],
    steps: {
      total: { sum: 'x' },
      mean: 'total / n',
      squares: { sum: '(x - mean) * (x - mean)' },
      rstd: '1 / sqrt(squares / n + 0.00001)',
    },
    output: '(x - mean) * rstd * weight + bias',
  }),
  rowLoop(normalise),
)
