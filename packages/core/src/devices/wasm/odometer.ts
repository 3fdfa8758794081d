import { type FunctionBuilder, I32 } from './assembler.ts'

/**
 * Outer loops over any number of dimensions. Each is a record of 32-bit words in memory, innermost first:
 * its size, its counter (0 at first), and for each pointer the bytes that one step along it moves that.
 */
export const recordBytes = (pointers: number): number => 4 * (2 + pointers)

const forever = I32.const(1)

/** Runs `body` at every index, `pointers` (variables) moved along. `records` is the address of `rank` records. */
export function forEachIndex(
  f: FunctionBuilder,
  rank: I32,
  records: I32,
  pointers: readonly I32[],
  body: () => void,
): void {
  const size = recordBytes(pointers.length)
  const end = f.let(records.add(rank.mul(size)))
  const record = f.let(records)
  const count = f.let(I32.const(0))
  f.block((done) => {
    f.repeat(() => {
      body()
      f.set(record, records)
      f.block((moved) => {
        f.repeat(() => {
          f.exit(done, record.ge(end))
          const sizeHere = I32.load(record)
          const step = (k: number): I32 => I32.load(record, 8 + 4 * k)
          f.set(count, I32.load(record, 4).add(1))
          pointers.forEach((pointer, k) => f.set(pointer, pointer.add(step(k))))
          f.store(record, count, 4)
          f.exit(moved, count.lt(sizeHere))
          // Back to the start of this dimension, and one step along the next.
          f.store(record, I32.const(0), 4)
          pointers.forEach((pointer, k) => f.set(pointer, pointer.sub(step(k).mul(sizeHere))))
          f.set(record, record.add(size))
        }, forever)
      })
    }, forever)
  })
}
