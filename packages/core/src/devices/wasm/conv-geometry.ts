/** Height and width, or the like in those directions. */
export type Pair = readonly [y: number, x: number]

/** A two-dimensional convolution as PyTorch has it; a one-dimensional one has height 1. `inputs`, `outputs`: channels. */
export interface ConvShape {
  readonly batch: number
  readonly groups: number
  readonly inputs: number
  readonly outputs: number
  /** Of the input. */
  readonly size: Pair
  /** Of the result; for a transposed convolution it need not be what `convOutputSize` says, its input decides. */
  readonly outputSize: Pair
  readonly kernel: Pair
  readonly stride: Pair
  readonly padding: Pair
  readonly dilation: Pair
}

/** The size of the result of a convolution. */
export function convOutputSize(shape: Omit<ConvShape, 'outputSize'>): Pair {
  const along = (d: 0 | 1): number => {
    const extent = shape.size[d] + 2 * shape.padding[d] - reach(shape, d)
    return Math.floor((extent - 1) / shape.stride[d]) + 1
  }
  return [along(0), along(1)]
}

/** From the first element of a window to its last. */
function reach({ dilation, kernel }: Pick<ConvShape, 'dilation' | 'kernel'>, d: 0 | 1): number {
  return dilation[d] * (kernel[d] - 1)
}

/** How a padded image lies in the workspace; see conv-pad.ts. All but `phases` and `rows` in elements. */
export interface Padded {
  readonly channels: number
  readonly top: number
  readonly left: number
  readonly spread: Pair
  readonly rows: number
  readonly columns: number
  readonly phases: number
  readonly phase: number
  readonly row: number
  readonly size: number
}

/** A padded image from the place of its first pixel and the distances between pixels, both `[y, x]`, and its own size. */
export function padded(channels: number, at: Pair, spread: Pair, size: Pair, phases: number, phase: number): Padded {
  const [[top, left], [rows, columns], row] = [at, size, phases * phase]
  return { channels, top, left, spread, rows, columns, phases, phase, row, size: channels * rows * row }
}

/** The input of a group, as its windows need it. Rows go on with zeros to where whole vectors of results end. */
export function paddedInput(shape: ConvShape): Padded {
  const { stride, outputSize, padding } = shape
  const extent = (d: 0 | 1): number => Math.max(0, (outputSize[d] - 1) * stride[d] + reach(shape, d) + 1)
  const phase = wholeVectors(outputSize[1]) + Math.floor(reach(shape, 1) / stride[1])
  return padded(shape.inputs / shape.groups, padding, [1, 1], [extent(0), extent(1)], stride[1], phase)
}

/** The incoming gradient of a group, as the phases of the gradient of the input need it. */
export function paddedGradient(shape: ConvShape): Padded {
  const [top, left] = gradientMargin(shape)
  const { size, padding, stride } = shape
  const extent = (d: 0 | 1): number => Math.max(0, Math.floor((size[d] - 1 + padding[d]) / stride[d]) + 1)
  const [rows, columns] = [top + extent(0), left + extent(1)]
  return padded(shape.outputs / shape.groups, [top, left], [1, 1], [rows, columns], 1, columns)
}

/** Rows and columns of zeros before the incoming gradient. */
function gradientMargin(shape: ConvShape): Pair {
  const margin = (d: 0 | 1): number => Math.max(0, Math.floor((reach(shape, d) - shape.padding[d]) / shape.stride[d]))
  return [margin(0), margin(1)]
}

/** The bytes of a pixel with all the output channels of a group, in whole vectors. */
export function pixelBytes({ outputs, groups }: ConvShape, bytes: number): number {
  return Math.ceil((outputs / groups) * (bytes / 16)) * 16
}

/** One element of a kernel: its number, and where in a padded image the first window meets it. */
export interface Tap {
  readonly index: number
  readonly y: number
  readonly x: number
}

/** The taps of a convolution, in their order. */
export function windowTaps({ kernel: [height, width], dilation }: ConvShape): Tap[] {
  return Array.from({ length: height * width }, (_, index) => {
    return { index, y: Math.floor(index / width) * dilation[0], x: (index % width) * dilation[1] }
  })
}

/**
 * A part of the gradient of an input: its rows `at[0]`, `at[0] + stride[0]`, … and the like columns. The taps that meet
 * those pixels are the same for all: the part is a convolution of stride 1.
 */
export interface GradientPhase {
  readonly at: Pair
  readonly size: Pair
  readonly taps: readonly Tap[]
  /** The number of taps of the phases before. */
  readonly done: number
}

/** All phases; together they have each tap once. */
export function gradientPhases(shape: ConvShape): GradientPhase[] {
  const { size, stride, padding, dilation, kernel } = shape
  const margin = gradientMargin(shape)
  // The output y that tap `t` connects with input row `at + stride · i` is `i` and this, if it is a whole number.
  const from = (d: 0 | 1, at: number, t: number): number => margin[d] + (at + padding[d] - t * dilation[d]) / stride[d]
  const phases: GradientPhase[] = []
  let done = 0
  for (let atY = 0; atY < Math.min(stride[0], size[0]); atY++) {
    for (let atX = 0; atX < Math.min(stride[1], size[1]); atX++) {
      const taps = Array.from({ length: kernel[0] * kernel[1] }, (_, index): Tap => {
        return { index, y: from(0, atY, Math.floor(index / kernel[1])), x: from(1, atX, index % kernel[1]) }
      }).filter(({ y, x }) => Number.isInteger(y) && Number.isInteger(x))
      const part: Pair = [Math.ceil((size[0] - atY) / stride[0]), Math.ceil((size[1] - atX) / stride[1])]
      phases.push({ at: [atY, atX], size: part, taps, done })
      done += taps.length
    }
  }
  return phases
}

function wholeVectors(elements: number): number {
  return Math.ceil(elements / 4) * 4
}

/** Reading the last vector of a padded image goes at most so many bytes past it. */
export const slack = 64

/** Bytes that a convolution of this shape and its gradients need to work, for elements of `bytes` bytes. */
export function convWorkspaceBytes(shape: ConvShape, bytes: number): number {
  const { inputs, outputs, groups, kernel, size, stride, outputSize } = shape
  const [taps, channels] = [kernel[0] * kernel[1], Math.max(inputs, outputs) / groups]
  const [m, n] = [inputs / groups, outputs / groups]
  const phase = m * Math.ceil(size[0] / stride[0]) * Math.ceil(size[1] / stride[1])
  const backward = paddedGradient(shape).size + m * n * taps + phase
  const pixels = outputSize[0] * outputSize[1] + m * taps
  const most = Math.max(paddedInput(shape).size * bytes + pixels * pixelBytes(shape, bytes), backward * bytes)
  return 4 * channels * taps + most + 2 * slack + 64
}
