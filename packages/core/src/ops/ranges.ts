import { reserve } from '../devices/memory-limit.ts'
import { type DType, float32 } from '../dtype.ts'
import { RuntimeError, TypeError } from '../errors.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { finish, fromValues, type TensorOptions, tensorOptions } from './creation.ts'
import { numberType, promote } from './define/promotion.ts'

/** The dtype of a range: integers where all its numbers are. */
function rangeType(numbers: readonly number[], { dtype }: TensorOptions): DType {
  return dtype ?? numbers.map(numberType).reduce(promote)
}

/** `arange(end)`, `arange(start, end)`, `arange(start, end, step)`: numbers `step` apart, without `end`. */
export const arange = signature(
  'arange',
  ['Number? start', 'Number? end', 'Number step', ...tensorOptions],
  (first: number | null = null, last: number | null = null, step = 1, options: TensorOptions = {}): Tensor => {
    // One number is the end.
    const [start, end] = last === null ? [0, first] : [first ?? 0, last]
    if (end === null) throw new TypeError('arange() missing 1 required positional argument: "end"')
    if (step === 0) throw new RuntimeError('step must be nonzero')
    if (!Number.isFinite(start) || !Number.isFinite(end))
      throw new RuntimeError(`unsupported range: ${start} -> ${end}`)
    if ((end - start) / step < 0) throw new RuntimeError('upper bound and larger bound inconsistent with step sign')
    const dtype = rangeType([start, end, step], options)
    const count = Math.ceil((end - start) / step)
    // Whole numbers begin at the whole part of the start, and go on by that of the step.
    const [begin, by] = dtype.kind === 'floating' ? [start, step] : [Math.trunc(start), Math.trunc(step)]
    if (by === 0) throw new RuntimeError('step must be nonzero')
    return finish(
      fromValues(
        sequence(count, (i) => begin + i * by),
        [count],
        dtype,
        options.device,
      ),
      options,
    )
  },
)

/** `steps` numbers from `start` to `end`, both included, at even distances. */
export const linspace = signature(
  'linspace',
  ['Number start', 'Number end', 'int steps', ...tensorOptions],
  (start: number, end: number, steps: number, options: TensorOptions = {}): Tensor => {
    if (!Number.isInteger(steps) || steps < 0) throw new RuntimeError('number of steps must be non-negative')
    const dtype = options.dtype ?? float32
    const values = sequence(steps, evenly(start, end, steps, dtype))
    return finish(fromValues(values, [steps], dtype, options.device), options)
  },
)
/** A number for each index. (Float64Array.from takes four times as long.) */
function sequence(length: number, at: (i: number) => number): Float64Array {
  reserve(8 * length)
  const values = new Float64Array(length)
  for (let i = 0; i < length; i++) values[i] = at(i)
  return values
}

/** PyTorch counts from both ends towards the middle, in the precision of the dtype. */
function evenly(start: number, end: number, steps: number, dtype: DType): (i: number) => number {
  const isWhole = dtype.kind !== 'floating'
  const round = isWhole ? (value: number) => value : dtype.round
  const [first, last] = isWhole ? [Math.trunc(start), Math.trunc(end)] : [round(start), round(end)]
  const step = steps > 1 ? round(round(last - first) / (steps - 1)) : 0
  return (i) => (i < Math.floor(steps / 2) ? first + step * i : steps === 1 ? first : last - step * (steps - i - 1))
}

/** `base` raised to `steps` even exponents from `start` to `end`. */
export const logspace = signature(
  'logspace',
  ['Number start', 'Number end', 'int steps', 'float base', ...tensorOptions],
  (start: number, end: number, steps: number, base = 10, options: TensorOptions = {}): Tensor => {
    if (!Number.isInteger(steps) || steps < 0) throw new RuntimeError('number of steps must be non-negative')
    const dtype = options.dtype ?? float32
    const exponent = evenly(start, end, steps, dtype)
    return finish(
      fromValues(
        sequence(steps, (i) => base ** exponent(i)),
        [steps],
        dtype,
        options.device,
      ),
      options,
    )
  },
)
