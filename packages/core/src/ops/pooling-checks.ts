import type { Pair, PoolWindow } from '../devices/windows.ts'
import { RuntimeError, TypeError } from '../errors.ts'
import { formatShape, type Shape } from '../shape.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** One number for both directions, of one number or a pair. `what` is how PyTorch says what it should have been. */
export function pairOf(op: string, name: string, what: string, value: number | readonly number[]): Pair {
  const values = typeof value === 'number' ? [value] : value
  if (values.length !== 1 && values.length !== 2) {
    throw new RuntimeError(`${op}: ${name} must ${what}a single int, or a tuple of two ints`)
  }
  if (!values.every(Number.isInteger)) {
    throw new TypeError(`${op}(): ${name} must be whole numbers, got ${formatShape(values)}`)
  }
  return [values[0] as number, values.at(-1) as number]
}

/** The only number of an argument of pooling along one direction. */
export function singleOf(op: string, name: string, value: number | readonly number[]): number {
  const values = typeof value === 'number' ? [value] : value
  if (values.length !== 1) {
    throw new RuntimeError(
      `${op}() ${name} must be an int, list of ints or tuple of ints of size 1 but got size ${values.length}`,
    )
  }
  return values[0] as number
}

/** Checks the rank of an input, and that none but the batch is empty. */
export function checkInput(op: string, x: Tensor, directions: 1 | 2): void {
  const rest = x.shape.slice(x.ndim === directions + 2 ? 1 : 0)
  if ((x.ndim === directions + 1 || x.ndim === directions + 2) && !rest.includes(0)) return
  if (op === 'max_pool2d' && x.ndim !== 3 && x.ndim !== 4) {
    throw new RuntimeError('non-empty 3D or 4D (batch mode) tensor expected for input')
  }
  const prefix = directions === 1 ? `${op}: ` : ''
  throw new RuntimeError(
    `${prefix}Expected ${directions + 1}D or ${directions + 2}D (batch mode) tensor with optional 0 dim batch size for ` +
      `input, but got:${formatShape(x.shape)}`,
  )
}

const direction = ['H', 'W'] as const
const named = (letter: string, [y, x]: Pair): string => `${letter}H: ${y} ${letter}W: ${x}`

/** Checks a window, and gives the size of the result of pooling with it. */
export function poolSize(x: Tensor, window: PoolWindow, ceilMode: boolean): Shape {
  const { kernel, stride, padding, dilation } = window
  if (stride.includes(0)) throw new RuntimeError('stride should not be zero')
  for (const [i] of direction.entries()) {
    const [size, pad, step] = [kernel[i], padding[i], dilation[i]] as [number, number, number]
    if (pad < 0) throw new RuntimeError(`pad must be non-negative, but got pad: ${pad}`)
    if (pad > Math.floor(((size - 1) * step + 1) / 2)) {
      throw new RuntimeError(
        `pad should be at most half of effective kernel size, but got pad=${pad}, kernel_size=${size} and ` +
          `dilation=${step}`,
      )
    }
  }
  if (kernel.some((size) => size <= 0)) {
    throw new RuntimeError(`kernel size should be greater than zero, but got ${named('k', kernel)}`)
  }
  if (stride.some((step) => step <= 0)) {
    throw new RuntimeError(`stride should be greater than zero, but got ${named('d', stride)}`)
  }
  if (dilation.some((step) => step <= 0)) {
    throw new RuntimeError(`dilation should be greater than zero, but got ${named('dilation', dilation)}`)
  }
  // PyTorch counts the gaps of a dilated kernel above, and does not here.
  if (padding.some((pad, i) => pad > Math.floor((kernel[i] as number) / 2))) {
    throw new RuntimeError(
      `pad should be smaller than or equal to half of kernel size, but got padW = ${padding[1]}, padH = ${padding[0]}, ` +
        `kW = ${kernel[1]}, kH = ${kernel[0]}`,
    )
  }
  const inner = x.shape.slice(-2)
  const size = inner.map((from, i) => outputSize(from, window, i as 0 | 1, ceilMode))
  if (size.some((extent) => extent < 1)) {
    const channels = x.shape.at(-3) ?? 1
    const text = (sizes: Shape): string => `(${[channels, ...sizes].join('x')})`
    throw new RuntimeError(
      `Given input size: ${text(inner)}. Calculated output size: ${text(size)}. Output size is too small`,
    )
  }
  inner.forEach((from, i) => checkWindows(from, size[i] as number, window, i as 0 | 1))
  return size
}

/** Checks a window along one direction in the words of the kernel that finds no indices. */
export function checkValues1d(
  op: string,
  from: number,
  window: Readonly<Record<'kernel' | 'stride' | 'padding' | 'dilation', number>>,
  ceilMode: boolean,
): void {
  const { kernel, stride, padding, dilation } = window
  const above = (name: string, value: number): void => {
    if (value <= 0) throw new RuntimeError(`${op}() ${name} must be greater than zero, but got ${value}`)
  }
  above('kernel_size', kernel)
  above('stride', stride)
  if (padding < 0) throw new RuntimeError(`${op}() padding must be non-negative, but got ${padding}`)
  if (padding > kernel / 2) {
    throw new RuntimeError(
      `${op}() padding should be at most half of kernel size, but got padding=${padding} and kernel_size=${kernel}`,
    )
  }
  above('dilation', dilation)
  const pairs = { kernel: [1, kernel], stride: [1, stride], padding: [0, padding], dilation: [1, dilation] } as const
  const size = outputSize(from, pairs, 1, ceilMode)
  if (size <= 0) throw new RuntimeError(`${op}() Invalid computed output size: ${size}`)
}

/** In `ceilMode` a last window may begin inside the plane, or before it, and end outside. */
function outputSize(from: number, window: PoolWindow, d: 0 | 1, ceilMode: boolean): number {
  const [stride, padding] = [window.stride[d], window.padding[d]]
  const steps = (from + 2 * padding - window.dilation[d] * (window.kernel[d] - 1) - 1) / stride
  if (!ceilMode) return Math.floor(steps) + 1
  const count = Math.ceil(steps) + 1
  return (count - 1) * stride >= from + padding ? count - 1 : count
}

/** A dilated window can step over the whole plane: then it has no largest element. */
function checkWindows(from: number, count: number, { kernel, stride, padding, dilation }: PoolWindow, d: 0 | 1): void {
  if (dilation[d] === 1) return
  for (let i = 0; i < count; i++) {
    const start = i * stride[d] - padding[d]
    const first = start < 0 ? start + Math.ceil(-start / dilation[d]) * dilation[d] : start
    if (first < Math.min(from, start + dilation[d] * (kernel[d] - 1) + 1)) continue
    throw new RuntimeError(
      `max_pool: window ${i} along ${direction[d]} has no element inside of the ${from} there are (kernel_size ` +
        `${kernel[d]}, dilation ${dilation[d]}, padding ${padding[d]}); use less padding`,
    )
  }
}
