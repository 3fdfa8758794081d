import { no_grad } from '../autograd/modes.ts'
import { getDevice } from '../devices/device.ts'
import { type DType, float32, int32, type TypedArray } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import {
  default_generator,
  fillDropoutMask,
  fillNormal,
  fillPermutation,
  fillRandomFrom,
  fillUniform,
  type Generator,
} from '../random/index.ts'
import { broadcastShapes, checkSizes, isContiguous, type Shape } from '../shape.ts'
import { allocate, type Tensor } from '../tensor/tensor.ts'
import { finish, fromValues, type SizeArguments, sizesAndOptions, type TensorOptions } from './creation.ts'
import { inPlace, write } from './inplace.ts'

/** Options of what draws random numbers. */
export interface RandomOptions extends TensorOptions {
  /** Where the numbers come from; the default generator, which `manual_seed` sets, where left out. */
  readonly generator?: Generator | undefined
}

/** Fills an array with draws of a generator. */
export type Fill = (out: TypedArray, dtype: DType, generator: Generator, contiguous: boolean) => void

/** A new tensor of random numbers. They are drawn on the host, so that every device has the same. */
export function drawn(shape: Shape, dtype: DType, options: RandomOptions, fill: Fill): Tensor {
  const out = allocate(shape, dtype, getDevice(options.device ?? 'cpu'))
  draw(out, options.generator, fill, true)
  return finish(out, options)
}

/** Overwrites a tensor by random numbers. */
function draw(x: Tensor, generator: Generator = default_generator, fill: Fill, contiguous = isContiguous(x)): void {
  const values = x.dtype.array(x.numel())
  fill(values, x.dtype, generator, contiguous)
  write(x, fromValues(values, x.shape, x.dtype, x.device))
}

/** Overwrites a tensor by random numbers, as autograd has to know. */
export function drawInPlace(name: string, x: Tensor, generator: Generator | undefined, fill: Fill): Tensor {
  return inPlace(
    x,
    [],
    () => draw(x, generator, fill),
    ([g = null]) => [g === null ? null : g.new_zeros(x.shape)],
    `${name}Backward0`,
  )
}

/** Numbers from [0, 1), all equally likely. */
export function rand(...args: SizeArguments<RandomOptions>): Tensor {
  const { shape, options } = sizesAndOptions<RandomOptions>('rand', args)
  return drawn(shape, options.dtype ?? float32, options, (out, dtype, g) => fillUniform(out, dtype, 0, 1, g))
}
/** Numbers of the normal distribution with mean 0 and variance 1. */
export function randn(...args: SizeArguments<RandomOptions>): Tensor {
  const { shape, options } = sizesAndOptions<RandomOptions>('randn', args)
  return drawn(shape, options.dtype ?? float32, options, (out, dtype, g) => fillNormal(out, dtype, 0, 1, g))
}
/** As `rand`, with the shape, dtype and device of another tensor. */
export const rand_like = (x: Tensor, options: RandomOptions = {}): Tensor =>
  rand(x.shape, { dtype: x.dtype, device: x.device, ...options })
/** As `randn`, with the shape, dtype and device of another tensor. */
export const randn_like = (x: Tensor, options: RandomOptions = {}): Tensor =>
  randn(x.shape, { dtype: x.dtype, device: x.device, ...options })

/** `randint(high, size)` or `randint(low, high, size)`: whole numbers from [low, high), all equally likely. */
export function randint(high: number, size: Shape, options?: RandomOptions): Tensor
export function randint(low: number, high: number, size: Shape, options?: RandomOptions): Tensor
export function randint(a: number, b: number | Shape, c?: Shape | RandomOptions, d?: RandomOptions): Tensor {
  const [low, high, size, options] =
    typeof b === 'number' ? [a, b, c as Shape, d ?? {}] : [0, a, b, (c as RandomOptions | undefined) ?? {}]
  checkSizes('randint', size)
  return drawn(size, options.dtype ?? int32, options, (out, dtype, g) => fillRandomFrom(out, dtype, low, high, g))
}
/** As `randint`, with the shape, dtype and device of another tensor. */
export function randint_like(
  x: Tensor,
  low: number,
  high?: number | RandomOptions,
  options: RandomOptions = {},
): Tensor {
  const named = { dtype: x.dtype, device: x.device, ...(typeof high === 'object' ? high : options) }
  return typeof high === 'number' ? randint(low, high, x.shape, named) : randint(0, low, x.shape, named)
}
/** The whole numbers below `n` in random order. */
export function randperm(n: number, options: RandomOptions = {}): Tensor {
  if (!(n >= 0)) throw new RuntimeError(`n must be non-negative, got${n}`)
  return drawn([n], options.dtype ?? int32, options, fillPermutation)
}

/** `normal(mean, std, size)` with numbers, or with tensors for either, whose shapes then decide. */
export function normal(
  mean: number | Tensor,
  std: number | Tensor = 1,
  size?: Shape,
  options: RandomOptions = {},
): Tensor {
  if (typeof mean === 'number' && typeof std === 'number') {
    if (size === undefined) throw new TypeError('normal(): size must be given where mean and std are numbers')
    return drawn([...size], options.dtype ?? float32, options, (out, dtype, g) => fillNormal(out, dtype, mean, std, g))
  }
  return no_grad(() => {
    const model = (typeof mean === 'number' ? std : mean) as Tensor
    const shape =
      typeof mean !== 'number' && typeof std !== 'number' ? broadcastShapes(mean.shape, std.shape) : model.shape
    const scale = typeof std === 'number' ? std : 1
    const noise = drawn(shape, model.dtype, { device: model.device, ...options }, (out, dtype, g) =>
      fillNormal(out, dtype, 0, scale, g),
    )
    return (typeof std === 'number' ? noise : noise.mul(std)).add(mean)
  })
}

/** What `dropout` multiplies by: 0 with probability `p`, otherwise `1 / (1 - p)`. */
export function dropout_mask(x: Tensor, p: number, { generator }: RandomOptions = {}): Tensor {
  return drawn(x.shape, x.dtype, { device: x.device, generator }, (out, dtype, g) => fillDropoutMask(out, dtype, p, g))
}
