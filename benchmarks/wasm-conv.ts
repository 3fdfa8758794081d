/**
 * Convolutions of the WASM kernels, forward and both gradients, against PyTorch's, one thread each, alternating, medians.
 *
 *     npx tsx --experimental-wasm-relaxed-simd benchmarks/wasm-conv.ts
 *
 * As benchmarks/wasm-matmul.ts, but with the fastest kernels that the engine has only.
 */
import {
  type ConvShape,
  compileConv,
  convOutputSize,
  convWorkspaceBytes,
  type Images,
} from '../packages/core/src/devices/wasm/conv.ts'
import { float32 } from '../packages/core/src/devices/wasm/matmul.ts'
import { hasRelaxedSimd } from '../packages/core/src/devices/wasm/probe.ts'
import { measure, median, startPyTorch } from './pytorch.ts'

type Case = readonly [
  ...[batch: number, inputs: number, outputs: number, size: number],
  ...[kernel: number, stride: number, padding: number, groups: number],
]
const cases: Case[] = [
  [32, 1, 16, 28, 3, 1, 1, 1],
  [32, 16, 32, 14, 3, 1, 1, 1],
  [8, 64, 64, 28, 3, 1, 1, 1],
  [8, 64, 128, 28, 3, 2, 1, 1],
  [8, 3, 64, 64, 7, 2, 3, 1],
  [8, 64, 64, 28, 1, 1, 0, 1],
  [8, 64, 64, 28, 3, 1, 1, 64],
]
const rounds = 9
/** Of one measurement, in seconds. */
const patience = 0.02

const memory = new WebAssembly.Memory({ initial: 1024 })
const values = new Float32Array(memory.buffer)
for (let i = 0; i < values.length; i++) values[i] = Math.random() - 0.5
const conv = compileConv(float32, memory, { relaxed: hasRelaxedSimd })

function shapeOf([batch, inputs, outputs, size, kernel, stride, padding, groups]: Case): ConvShape {
  const pair = (x: number) => [x, x] as const
  const shape = { batch, inputs, outputs, groups, size: pair(size), kernel: pair(kernel) }
  const options = { ...shape, stride: pair(stride), padding: pair(padding), dilation: pair(1) }
  return { ...options, outputSize: convOutputSize(options) }
}

function runs(shape: ConvShape): Record<string, () => void> {
  const { batch, inputs, outputs, size, outputSize, kernel } = shape
  let free = Math.ceil(convWorkspaceBytes(shape, 4) / 64) * 64
  const take = (length: number): number => {
    const address = free
    free += Math.ceil(length / 16) * 64
    return address
  }
  const images = (channels: number, [height, width]: readonly [number, number]): Images => {
    const image = channels * height * width
    return { address: take(batch * image), image, channel: height * width, row: width, column: 1 }
  }
  const [x, g, bias] = [images(inputs, size), images(outputs, outputSize), take(outputs)]
  const weight = take(outputs * inputs * kernel[0] * kernel[1])
  const to = take(batch * Math.max(inputs * size[0] * size[1], outputs * outputSize[0] * outputSize[1]))
  return {
    forward: () => conv.forward(shape, x, weight, bias, to, 0),
    input: () => conv.gradInput(shape, g, weight, null, to, 0),
    weight: () => conv.gradWeight(shape, x, g, to, 0),
  }
}

const pyTorch = await startPyTorch(`
cache = {}
def work(what, *sizes):
    if sizes not in cache:
        batch, inputs, outputs, size, kernel, stride, padding, groups = map(int, sizes)
        x = torch.randn(batch, inputs, size, size, requires_grad=True)
        w = torch.randn(outputs, inputs // groups, kernel, kernel, requires_grad=True)
        bias = torch.randn(outputs)
        y = F.conv2d(x, w, bias, stride, padding, 1, groups)
        g = torch.randn_like(y)
        cache[sizes] = {
            'forward': lambda: F.conv2d(x.detach(), w.detach(), bias, stride, padding, 1, groups),
            'input': lambda: torch.autograd.grad(y, x, g, retain_graph=True),
            'weight': lambda: torch.autograd.grad(y, w, g, retain_graph=True),
        }
    return cache[sizes][what]
`)
console.log(`Node ${process.versions.node}, ${hasRelaxedSimd ? 'fused' : 'mul, add'}; ${pyTorch?.name ?? 'no PyTorch'}`)
console.log('one thread each; GFLOP/s\n')
const columns = ['gradient of', 'chainrule', ...(pyTorch ? ['PyTorch', 'time / its'] : [])]
console.log('case'.padEnd(34), ...columns.map((name) => name.padStart(11)))
for (const item of cases) {
  const [batch, inputs, outputs, size, kernel, stride, , groups] = item
  const shape = shapeOf(item)
  const work = (2 * batch * outputs * shape.outputSize[0] * shape.outputSize[1] * inputs * kernel ** 2) / groups
  const times = Math.max(1, Math.round((patience * 20e9) / work))
  for (const [what, run] of Object.entries(runs(shape))) {
    measure(run, Math.max(times, 5))
    const [ours, theirs]: [number[], number[]] = [[], []]
    for (let round = 0; round < rounds; round++) {
      ours.push(measure(run, times))
      if (pyTorch) theirs.push(await pyTorch.measure([what, ...item], times))
    }
    const speed = (seconds: readonly number[]): string => (work / median(seconds) / 1e9).toFixed(1)
    const cells = [speed(ours), ...(pyTorch ? [speed(theirs), (median(ours) / median(theirs)).toFixed(2)] : [])]
    const name = `${batch} × ${inputs}→${outputs}, ${size}², kernel ${kernel}, ${stride}, ${groups}`
    console.log(name.padEnd(34), ...[what === 'forward' ? '-' : what, ...cells].map((cell) => cell.padStart(11)))
  }
}
pyTorch?.stop()
