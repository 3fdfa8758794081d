import { F32x4, type F64, F64x2, type FunctionBuilder } from './assembler.ts'
import type { Fold } from './fold.ts'
import type { Lanes } from './formula.ts'

/** A part of a fold at work: four lanes in float32 and, where the fold is wide, what they have been emptied into. */
export class Share {
  readonly #f: FunctionBuilder
  readonly #fold: Fold
  readonly #lanes: F32x4
  readonly #low: F64x2
  readonly #high: F64x2

  constructor(f: FunctionBuilder, fold: Fold) {
    this.#f = f
    this.#fold = fold
    this.#lanes = f.let(F32x4.const(fold.start))
    this.#low = f.let(F64x2.const(fold.start))
    this.#high = f.let(F64x2.const(fold.start))
  }

  restart(): void {
    this.#f.set(this.#lanes, F32x4.const(this.#fold.start))
    if (!this.#fold.wide) return
    this.#f.set(this.#low, F64x2.const(this.#fold.start))
    this.#f.set(this.#high, F64x2.const(this.#fold.start))
  }

  take(values: Lanes): void {
    this.#f.set(this.#lanes, this.#fold.combine(this.#lanes, values))
  }

  /** Takes the lanes of another share, which starts again. */
  absorb(other: Share): void {
    this.take(other.#lanes)
    this.#f.set(other.#lanes, F32x4.const(this.#fold.start))
  }

  /** Adds the lanes to the float64 sums, where there are such, and starts them again. */
  empty(): void {
    if (!this.#fold.wide) return
    this.#f.set(this.#low, this.#low.add(this.#lanes.toF64x2()))
    this.#f.set(this.#high, this.#high.add(this.#lanes.shuffle(this.#lanes, [2, 3, 2, 3]).toF64x2()))
    this.#f.set(this.#lanes, F32x4.const(this.#fold.start))
  }

  /** The result of each lane; comes after `empty`. */
  lanes(): F32x4 {
    return this.#fold.wide ? this.#low.toF32x4().shuffle(this.#high.toF32x4(), [0, 1, 4, 5]) : this.#lanes
  }

  /** The result of all lanes together; comes after `empty`. */
  total(): F64 {
    if (this.#fold.wide) {
      const sums = this.#low.add(this.#high)
      return sums.lane(0).add(sums.lane(1))
    }
    const pairs = this.#fold.combine(this.#lanes, this.#lanes.shuffle(this.#lanes, [2, 3, 0, 1]))
    return this.#fold
      .combine(pairs, pairs.shuffle(pairs, [1, 0, 3, 2]))
      .lane(0)
      .toF64()
  }
}
