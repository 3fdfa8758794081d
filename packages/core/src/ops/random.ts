import { no_grad } from '../autograd/modes.ts'
import { get_default_device, getDevice } from '../devices/device.ts'
import { type DType, float32, int32, type TypedArray } from '../dtype.ts'
import { RuntimeError, TypeError } from '../errors.ts'
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
import { isKeywords, signature } from '../signature/index.ts'
import { allocate } from '../tensor/make.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { emptyLike, finish, fromValues, type TensorOptions, tensorOptions } from './creation.ts'
import { inOrder, memoryOrder } from './define/layout.ts'
import { inPlace, write } from './inplace.ts'

/** Options of what draws random numbers. */
export interface RandomOptions extends TensorOptions {
  /** Where the numbers come from; the default generator, which `manual_seed` sets, where left out. */
  readonly generator?: Generator | undefined
}

/** Their names. */
const randomOptions = [...tensorOptions, 'Generator? generator'] as const

/** Fills an array with draws of a generator. */
export type Fill = (out: TypedArray, dtype: DType, generator: Generator, contiguous: boolean) => void

/** A new tensor of random numbers. They are drawn on the host, so that every device has the same. */
export function drawn(shape: Shape, dtype: DType, options: RandomOptions, fill: Fill): Tensor {
  const out = allocate(shape, dtype, getDevice(options.device ?? get_default_device()))
  draw(out, options.generator, fill)
  return finish(out, options)
}

/** As `drawn`, like another tensor. */
export function drawnLike(x: Tensor, options: RandomOptions, fill: Fill): Tensor {
  const out = emptyLike(x, options)
  draw(out, options.generator, fill)
  return finish(out, options)
}

/** Overwrites a tensor by random numbers, drawn in the order in which its elements lie in memory. */
function draw(x: Tensor, generator: Generator = default_generator, fill: Fill): void {
  const values = x.dtype.array(x.numel())
  fill(values, x.dtype, generator, isContiguous(x))
  const window = inOrder(memoryOrder(x.shape, [x]), x, x.shape)
  const { storage } = x
  if (isContiguous(window) && storage.length === values.length) storage.device.write(storage, values)
  else write(window, fromValues(values, window.shape, x.dtype, x.device))
}

/** Overwrites a tensor by random numbers, as autograd has to know. */
export const drawInPlace = (name: string, x: Tensor, generator: Generator | undefined, fill: Fill): Tensor =>
  overwriteInPlace(name, x, () => draw(x, generator, fill))

/** Runs what overwrites all of a tensor, as autograd has to know. */
export function overwriteInPlace(name: string, x: Tensor, change: () => void): Tensor {
  return inPlace(x, [], change, ([g = null]) => [g === null ? null : g.new_zeros(g.shape)], `${name}Backward0`)
}

/** Numbers from [0, 1), all equally likely. */
export const rand = signature(
  'rand',
  ['size *size', ...randomOptions],
  (size: Shape, options: RandomOptions = {}): Tensor => {
    checkSizes('rand', size)
    return drawn([...size], options.dtype ?? float32, options, (out, dtype, g) => fillUniform(out, dtype, 0, 1, g))
  },
)
/** Numbers of the normal distribution with mean 0 and variance 1. */
export const randn = signature(
  'randn',
  ['size *size', ...randomOptions],
  (size: Shape, options: RandomOptions = {}): Tensor => {
    checkSizes('randn', size)
    return drawn([...size], options.dtype ?? float32, options, (out, dtype, g) => fillNormal(out, dtype, 0, 1, g))
  },
)
/** As `rand`, with the shape, dtype and device of another tensor. */
export const rand_like = signature(
  'rand_like',
  ['Tensor input', ...randomOptions],
  (x: Tensor, options: RandomOptions = {}): Tensor =>
    drawnLike(x, options, (out, dtype, g) => fillUniform(out, dtype, 0, 1, g)),
)
/** As `randn`, with the shape, dtype and device of another tensor. */
export const randn_like = signature(
  'randn_like',
  ['Tensor input', ...randomOptions],
  (x: Tensor, options: RandomOptions = {}): Tensor =>
    drawnLike(x, options, (out, dtype, g, contiguous) => fillNormal(out, dtype, 0, 1, g, contiguous)),
)

const randintFrom = signature(
  'randint',
  ['int low', 'int high', 'size size', ...randomOptions],
  (low: number, high: number, size: Shape, options: RandomOptions = {}): Tensor => {
    checkSizes('randint', size)
    return drawn([...size], options.dtype ?? int32, options, (out, dtype, g) =>
      fillRandomFrom(out, dtype, low, high, g),
    )
  },
)
const randintBelow = signature(
  'randint',
  ['int high', 'size size', ...randomOptions],
  (high: number, size: Shape, options: RandomOptions = {}): Tensor => randintFrom(0, high, size, options),
)
/** True if `low` is left out: fewer than two of it and `high` are given. */
function isBelow(args: readonly unknown[]): boolean {
  const last = args[args.length - 1]
  const numbers = args.filter((arg) => typeof arg === 'number').length
  const keywords = isKeywords(last) ? ['low', 'high'].filter((name) => name in last).length : 0
  return numbers + keywords < 2
}
const drawIntegers = (...args: readonly unknown[]): Tensor => {
  const draw = (isBelow(args) ? randintBelow : randintFrom) as unknown as (...args: readonly unknown[]) => Tensor
  return draw(...args)
}
/** `randint(high, size)` or `randint(low, high, size)`: whole numbers from [low, high), all equally likely. */
export const randint = Object.assign(drawIntegers, {
  signature: randintFrom.signature,
}) as unknown as typeof randintFrom & typeof randintBelow
/** As `randint`, with the shape, dtype and device of another tensor. */
export const randint_like = signature(
  'randint_like',
  ['Tensor input', 'int? low', 'int? high', ...randomOptions],
  (x: Tensor, first: number | null = null, last: number | null = null, options: RandomOptions = {}): Tensor => {
    // One number is the end.
    const [low, high] = last === null ? [0, first] : [first ?? 0, last]
    if (high === null) throw new TypeError('randint_like() missing 1 required positional argument: "high"')
    return drawnLike(x, options, (out, dtype, g) => fillRandomFrom(out, dtype, low, high, g))
  },
)
/** The whole numbers below `n` in random order. */
export const randperm = signature(
  'randperm',
  ['int n', ...randomOptions],
  (n: number, options: RandomOptions = {}): Tensor => {
    if (!(n >= 0)) throw new RuntimeError(`n must be non-negative, got${n}`)
    return drawn([n], options.dtype ?? int32, options, fillPermutation)
  },
)

/** `normal(mean, std, size)` with numbers, or with tensors for either, whose shapes then decide. */
export const normal = signature(
  'normal',
  ['Tensor|float mean', 'Tensor|float std', 'size? size', ...randomOptions],
  (mean: number | Tensor, std: number | Tensor = 1, size: Shape | null = null, options: RandomOptions = {}): Tensor => {
    if (typeof mean === 'number' && typeof std === 'number') {
      if (size === null) throw new TypeError('normal(): size must be given where mean and std are numbers')
      return drawn([...size], options.dtype ?? float32, options, (out, dtype, g) =>
        fillNormal(out, dtype, mean, std, g),
      )
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
  },
)

/** What `dropout` multiplies by: 0 with probability `p`, otherwise `1 / (1 - p)`. */
export const dropout_mask = signature(
  'dropout_mask',
  ['Tensor input', 'float p', '*', 'Generator? generator'],
  (x: Tensor, p: number, { generator }: RandomOptions = {}): Tensor => {
    return drawnLike(x, { generator }, (out, dtype, g) => fillDropoutMask(out, dtype, p, g))
  },
)
