import { F32x4, type F64, F64x2, type FunctionBuilder, I32, I32x4, select } from './assembler.ts'
import type { Fold } from './fold.ts'
import { type Lanes, toNumbers } from './formula.ts'

/** Additions in float32 before they go into the float64 sum. */
export const additions = 16

/** Of the state of a share in memory. */
export const stateBytes = 32

/** What folds take values from. */
export interface Values {
  /** The values that each fold takes, of the group that is `ahead` groups on; `isWhole` if all four elements remain. */
  readonly read: (ahead: number, isWhole: boolean) => readonly Lanes[]
  readonly advance: (groups: number) => void
}

/**
 * Runs folds side by side over `left` elements, which it counts down to 0. Each has several shares, so that an addition
 * need not wait for the one before it.
 */
export function foldAll(f: FunctionBuilder, folds: readonly Fold[], left: I32, { read, advance }: Values): F64[] {
  const power = folds.length > 1 ? 1 : 2
  const unroll = 1 << power
  const shares = folds.map((fold) => Array.from({ length: unroll }, () => new Share(f, fold)))
  const isWide = folds.some(({ wide }) => wide)
  const [rounds, round] = [f.let(I32.const(0)), f.let(I32.const(0))]
  f.while(left.geSigned(4 * unroll), () => {
    f.set(rounds, atMost(left.shr(2 + power), isWide ? additions : undefined))
    f.set(round, rounds)
    f.repeat(() => {
      for (let ahead = 0; ahead < unroll; ahead++) {
        const values = read(ahead, true)
        shares.forEach((of, k) => of[ahead]?.take(values[k] ?? F32x4.const(0)))
      }
      advance(unroll)
      f.set(round, round.sub(1))
    }, round)
    f.set(left, left.sub(rounds.shl(2 + power)))
    for (const [main, ...others] of shares) {
      for (const other of others) main?.absorb(other)
      main?.empty()
    }
  })
  f.while(left.gtSigned(0), () => {
    const isInside = f.let(I32x4.lanes(0, 1, 2, 3).lt(I32x4.splat(left)))
    const values = read(0, false)
    shares.forEach(([main], k) => {
      main?.take(isInside.select(toNumbers(values[k] ?? F32x4.const(0)), F32x4.const(folds[k]?.start ?? 0)))
    })
    advance(1)
    f.set(left, left.sub(4))
  })
  return shares.map(([main = new Share(f, folds[0] as Fold)]) => {
    main.empty()
    return main.total()
  })
}

/** The smaller of a count and a limit. */
export function atMost(count: I32, limit: number | undefined): I32 {
  return limit === undefined ? count : select(count.lt(limit), count, I32.const(limit))
}

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

  /** Begins a state of `stateBytes` bytes in memory. */
  startAt(state: I32): void {
    const { start, wide } = this.#fold
    this.#f.store(state, wide ? F64x2.const(start) : F32x4.const(start).asF64x2())
    if (wide) this.#f.store(state, F64x2.const(start), 16)
  }

  /** Adds the lanes to a state in memory. */
  emptyAt(state: I32): void {
    if (!this.#fold.wide) return this.#f.store(state, this.#fold.combine(F32x4.load(state), this.#lanes))
    this.#f.store(state, F64x2.load(state).add(this.#lanes.toF64x2()))
    const high = this.#lanes.shuffle(this.#lanes, [2, 3, 2, 3]).toF64x2()
    this.#f.store(state, F64x2.load(state, 16).add(high), 16)
  }

  /** The result of each lane of a state in memory. */
  lanesAt(state: I32): F32x4 {
    if (!this.#fold.wide) return F32x4.load(state)
    return F64x2.load(state).toF32x4().shuffle(F64x2.load(state, 16).toF32x4(), [0, 1, 4, 5])
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
