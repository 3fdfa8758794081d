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

/** A slice for `index`, by Python's rules: `null` is an end left out, and negative positions count from the end. */
export function Slice(start: number | null = null, stop: number | null = null, step: number | null = null): SliceIndex {
  return new SliceIndex(start, stop, step ?? 1)
}
