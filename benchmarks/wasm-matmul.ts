/**
 * Matrix products of the WASM kernels against PyTorch's, one thread each, alternating, medians, in GFLOP/s.
 *
 *     npx tsx --experimental-wasm-relaxed-simd benchmarks/wasm-matmul.ts
 *
 * Without the flag, Node 20 has no fused multiply-add and the column is empty. PyTorch is asked where `/usr/bin/python3`
 * has it (`PYTHON` names another); what it does depends on the BLAS that it finds, so that is printed.
 */
import {
  compileMatmul,
  float32,
  type Matrices,
  type Multiply,
  type Product,
  planMatmul,
  workspaceBytes,
} from '../packages/core/src/devices/wasm/matmul.ts'
import { hasRelaxedSimd } from '../packages/core/src/devices/wasm/probe.ts'
import { measure, median, startPyTorch } from './pytorch.ts'

/** N: rows contiguous; T: columns contiguous, a transposed view. */
type Layout = 'N' | 'T'
type Case = readonly [what: string, batch: number, m: number, k: number, n: number, a: Layout, b: Layout]

const cases: Case[] = [
  ['square', 1, 64, 64, 64, 'N', 'N'],
  ['square', 1, 256, 256, 256, 'N', 'N'],
  ['square', 1, 1024, 1024, 1024, 'N', 'N'],
  ['square, B transposed', 1, 1024, 1024, 1024, 'N', 'T'],
  ['square, A transposed', 1, 1024, 1024, 1024, 'T', 'N'],
  ['layer, one sample', 1, 1, 784, 128, 'N', 'T'],
  ['layer, forward', 1, 64, 784, 128, 'N', 'T'],
  ['layer, forward', 1, 64, 128, 10, 'N', 'T'],
  ['layer, grad of input', 1, 64, 10, 128, 'N', 'N'],
  ['layer, grad of weight', 1, 128, 64, 784, 'T', 'N'],
  ['matrix × vector', 1, 512, 512, 1, 'N', 'N'],
  ['vector × matrix', 1, 1, 512, 512, 'N', 'N'],
  ['attention scores', 64, 64, 32, 64, 'N', 'T'],
  ['attention values', 64, 64, 64, 32, 'N', 'N'],
  ['GPT, projection', 1, 1024, 128, 512, 'N', 'T'],
]
const rounds = 9
/** Of one measurement, in seconds. */
const patience = 0.02

const memory = new WebAssembly.Memory({ initial: 1024 })
const values = new Float32Array(memory.buffer)
for (let i = 0; i < values.length; i++) values[i] = Math.random() - 0.5

function product([, batch, m, k, n, a, b]: Case): Product {
  let free = workspaceBytes
  const matrices = (rows: number, columns: number, layout: Layout): Matrices => {
    const address = free
    free = Math.ceil((free + 4 * batch * rows * columns) / 64) * 64
    const [row, column] = layout === 'N' ? [columns, 1] : [1, rows]
    return { address, batch: rows * columns, row, column }
  }
  return { batch, m, n, k, a: matrices(m, k, a), b: matrices(k, n, b), c: matrices(m, n, 'N') }
}

const kernels: { name: string; multiply: Multiply }[] = [
  { name: 'mul, add', multiply: compileMatmul(float32, memory) },
  ...(hasRelaxedSimd ? [{ name: 'fused', multiply: compileMatmul(float32, memory, { relaxed: true }) }] : []),
]
const pyTorch = await startPyTorch(`
def work(batch, m, k, n, a, b):
    batch, m, k, n = int(batch), int(m), int(k), int(n)
    A = torch.randn(batch, m, k) if a == 'N' else torch.randn(batch, k, m).transpose(1, 2)
    B = torch.randn(batch, k, n) if b == 'N' else torch.randn(batch, n, k).transpose(1, 2)
    if batch == 1: A, B = A[0], B[0]
    return lambda: A @ B
`)
console.log(`Node ${process.versions.node}, ${pyTorch?.name ?? 'no PyTorch'}; one thread each; GFLOP/s\n`)
const columns = [...kernels.map(({ name }) => name), ...(pyTorch ? ['PyTorch', 'time / its'] : [])]
console.log('case'.padEnd(44), ...columns.map((name) => name.padStart(10)))
for (const item of cases) {
  const [what, batch, m, k, n, a, b] = item
  const plan = planMatmul(product(item))
  const work = 2 * batch * m * n * k
  const times = Math.max(1, Math.round((patience * 30e9) / work))
  for (const { multiply } of kernels) measure(() => multiply(plan, 0), Math.max(times, 20))
  const seconds: number[][] = columns.map(() => [])
  for (let round = 0; round < rounds; round++) {
    kernels.forEach(({ multiply }, i) => seconds[i]?.push(measure(() => multiply(plan, 0), times)))
    if (pyTorch) seconds[kernels.length]?.push(await pyTorch.measure([batch, m, k, n, a, b], times))
  }
  const medians = seconds.map(median)
  const speeds = medians.slice(0, kernels.length + (pyTorch ? 1 : 0)).map((s) => (work / s / 1e9).toFixed(1))
  const ratio = (medians[kernels.length - 1] ?? Number.NaN) / (medians[kernels.length] ?? Number.NaN)
  const size = `${batch > 1 ? `${batch} × ` : ''}${m}×${k}×${n} ${a}${b}`
  const cells = [...speeds, ...(pyTorch ? [ratio.toFixed(2)] : [])]
  console.log(`${what.padEnd(23)} ${size.padEnd(20)}`, ...cells.map((cell) => cell.padStart(10)))
}
pyTorch?.stop()
