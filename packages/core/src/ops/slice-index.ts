import { TypeError } from '../errors.ts'
import { signature } from '../signature/define.ts'
import { kindOf, refused, typeName } from '../signature/kinds.ts'
import { Tensor } from '../tensor/tensor.ts'

/** A slice of a dimension: `Slice(1, 3)` is Python's `1:3`, `Slice(null, null, 2)` its `::2`. */
export class SliceIndex {
  readonly start: number | null
  readonly stop: number | null
  readonly step: number

  constructor(start: number | null, stop: number | null, step: number) {
    this.start = start
    this.stop = stop
    this.step = step
  }

  toString(): string {
    return `Slice(${this.start}, ${this.stop}, ${this.step})`
  }
}

/** Where a slice begins or ends, or its step: a whole number, which may be a tensor of one. */
type Position = number | Tensor | null

const whole = kindOf('int?')

/**
 * A slice for `index`, by Python's rules: `null` is an end left out, and negative positions count from the end.
 *
 * @throws TypeError for what is no whole number.
 */
export const Slice = signature(
  'Slice',
  ['any start', 'any stop', 'any step'],
  (start: Position = null, stop: Position = null, step: Position = null): SliceIndex =>
    new SliceIndex(wholeOf(start), wholeOf(stop), wholeOf(step) ?? 1),
  'python',
)

function wholeOf(value: Position): number | null {
  const taken = whole.take(value)
  if (taken !== refused) return taken as number | null
  throw new TypeError(
    value instanceof Tensor
      ? 'only integer tensors of a single element can be converted to an index'
      : `slice indices must be integers or None or have an __index__ method, not ${typeName(value)}`,
  )
}
