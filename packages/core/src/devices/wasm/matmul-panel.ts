import { type Effect, type FunctionBuilder, type FunctionHandle, I32, type ModuleBuilder, select } from './assembler.ts'
import { type Element, type Lanes, range } from './matmul-element.ts'
import { type Epilogue, type PartialVectors, wholeVectors } from './matmul-partial.ts'

/** The address of a `start` that is not there. */
export const nothing = -1

/** Most vectors side by side in a panel. */
export const panelVectors = 4

export type Panel = FunctionHandle<PanelParameters, Effect>

type PanelParameters = [
  ...[rowCount: I32, depth: I32, a: I32, rowA: I32, stepA: I32, b: I32, stepB: I32],
  ...[c: I32, rowC: I32, start: I32, rowStart: I32, tail: I32, last: I32],
]

export interface PanelOptions<V> {
  readonly epilogue?: Epilogue<V> | undefined
  /** Whether the rows of B lie where a table says, and `start` has one element a row. */
  readonly table?: boolean
}

/**
 * Adds the kernel `C = start + A × B` for any number of rows of A and one panel of B: `vectors` vectors side by side. Here
 * is where the time of a matrix product goes. The sums of a tile of C stay in registers while the depth runs, so that an
 * element of A is loaded once for `vectors` multiply-adds, and a vector of B once for `rows` of them:
 *
 *                        b₀  b₁  b₂  b₃     a row of the panel
 *
 *     a₀ in all lanes   s₀₀ s₀₁ s₀₂ s₀₃     sᵢⱼ += aᵢ · bⱼ
 *     a₁ in all lanes   s₁₀ s₁₁ s₁₂ s₁₃
 *
 * A is read where it lies, through a pointer a row, with any strides; B is a packed panel, or rows in place. Where fewer
 * rows are left than a tile has, the tile computes the last of them several times and stores it once: that costs no more
 * than a smaller tile, whose few sums would wait for each other.
 *
 * Where B is a `table`, `stepB` is the address of a table of 32-bit numbers instead: how far from `b` each row lies. That
 * is how a convolution reads an image without copying it out; its bias has one element a row of C, and so has `start`.
 *
 * Addresses and strides are in bytes. `start` is what the sums are added to: C itself, a bias row (`rowStart` 0), or
 * `nothing` (`rowStart` 0 too). Of the last vector of the panel only `tail` lanes exist in C and start. `last` says that
 * no further depth comes: the epilogue is due.
 */
export function panelKernel<V extends Lanes<V>>(
  m: ModuleBuilder,
  element: Element<V>,
  partial: PartialVectors<V>,
  rows: number,
  vectors: number,
  { epilogue, table = false }: PanelOptions<V> = {},
): Panel {
  const whole = wholeVectors(element)
  return m.function<PanelParameters>(
    [I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32],
    undefined,
    (f, rowCount, depth, a, rowA, stepA, b, stepB, c, rowC, start, rowStart, tail, last) => {
      f.while(rowCount, () => {
        const pointers = rowPointers(f, rows, rowCount, a, rowA)
        const sums = multiplyTile(f, element, vectors, { depth, pointers, stepA, b, stepB, table })
        eachRow(f, sums, rowCount, (rowSums) => {
          /** The row, of which the last vector is read and written as `ends` says. */
          const write = (ends: PartialVectors<V>, isStarted: boolean): void => {
            const part = (j: number): PartialVectors<V> => (j < vectors - 1 ? whole : ends)
            const first = (j: number): V => (table ? element.loadSplat(start) : part(j).load(start, tail, 16 * j))
            const values = isStarted ? rowSums.map((sum, j) => f.let(sum.add(first(j)))) : rowSums
            if (epilogue) f.if(last, () => values.forEach((value) => f.set(value, epilogue.call(value))))
            values.forEach((value, j) => part(j).store(f, c, value, tail, 16 * j))
          }
          const finish = (ends: PartialVectors<V>): void => {
            f.if(
              start.eq(nothing),
              () => write(ends, false),
              () => write(ends, true),
            )
          }
          f.if(
            tail.ge(element.lanes),
            () => finish(whole),
            () => finish(partial),
          )
          f.set(start, start.add(rowStart))
          f.set(c, c.add(rowC))
        })
        f.set(a, a.add(rowA.mul(rows)))
        f.set(rowCount, select(rowCount.gt(rows), rowCount.sub(rows), I32.const(0)))
      })
    },
  )
}

/**
 * Rows × vectors of a tile, by the vectors of its panel. Measured on one core of a Sapphire Rapids Xeon, in GFLOP/s, A and
 * B in the first-level cache:
 *
 * | tile                | 2×4 | 3×3 | 2×3 | 4×2 | 6×2 | 3×4 | 4×1 | 8×1 |
 * | fused, Node 20      |  49 |  52 |  38 |  46 |  35 |  36 |  28 |  23 |
 * | fused, Node 26      |  45 |  50 |  38 |  46 |  52 |  36 |  27 |  30 |
 * | mul and add, 20     |  39 |  31 |  37 |  37 |  30 |  33 |  27 |  24 |
 * | mul and add, 26     |  39 |  40 |  40 |  39 |  39 |  38 |  29 |  25 |
 *
 * There are 15 vector registers. A tile needs one for each sum and vector of B, one for the factor of A and, without the
 * fused instruction, one for a product; and at least eight sums, since a multiply-add takes four cycles and two start in
 * each. Engines of Node 20's age copy the registers of a fused instruction often where they are scarce or where the loop
 * is unrolled (6×2 unrolled twice: 38, 3×3: 36), so it is not.
 *
 * An engine that joins vectors (probe.ts) halves the registers of a tile, so that more rows fit. It begins at pairs of stores
 * side by side in one block of code and follows them back to pairs of loads: all of a row's sums are stored together, whole.
 *
 * | tile, joined        | 4×4 | 5×4 | 6×4 | 4×3 | 6×3 | 6×2 | 8×2 | 6×1 | 8×1 |
 * | fused, Node 26      |  87 |  94 | 100 |  70 |  77 |  68 |  60 |  38 |  32 |
 * | mul and add, 26     |  70 |  74 |  67 |  58 |  57 |  58 |  55 |  32 |  28 |
 */
export function panelKernels<V extends Lanes<V>>(
  m: ModuleBuilder,
  element: Element<V>,
  partial: PartialVectors<V>,
  options: PanelOptions<V> = {},
): Panel[] {
  return tileRows(m).map((count, i) => panelKernel(m, element, partial, count, i + 1, options))
}

/** The rows of tiles of 1, 2, 3 and 4 vectors; see `panelKernels`. */
export const tileRows = ({ relaxed, wide }: ModuleBuilder): readonly number[] =>
  wide ? [6, 6, 6, 6] : [4, 4, relaxed ? 3 : 2, 2]

/** Pointers to `count` rows, of which only `left` exist: the last of these stands for the rows behind it. */
export function rowPointers(f: FunctionBuilder, count: number, left: I32, first: I32, stride: I32): I32[] {
  const pointers = [f.let(first)]
  for (const row of range(count - 1)) {
    const above = pointers[row] ?? first
    pointers.push(f.let(select(left.gt(row + 1), above.add(stride), above)))
  }
  return pointers
}

/** Writes `body` for each row of a tile, to run where the row exists. */
export function eachRow<V>(f: FunctionBuilder, tile: readonly V[][], left: I32, body: (rowSums: V[]) => void): void {
  tile.forEach((rowSums, row) => f.if(left.gt(row), () => body(rowSums)))
}

/** The sums of one tile, row by row. */
function multiplyTile<V extends Lanes<V>>(
  f: FunctionBuilder,
  element: Element<V>,
  vectors: number,
  operands: { depth: I32; pointers: readonly I32[]; stepA: I32; b: I32; stepB: I32; table: boolean },
): V[][] {
  const { depth, pointers, stepA, b, stepB, table } = operands
  const sums = pointers.map(() => range(vectors).map(() => f.let(element.zero())))
  const [next, left] = [f.let(table ? stepB : b), f.let(depth)]
  f.while(left, () => {
    const row = table ? f.let(b.add(I32.load(next))) : next
    const columns = range(vectors).map((j) => f.let(element.load(row, 16 * j)))
    pointers.forEach((pointer, i) => {
      const factor = f.let(element.loadSplat(pointer))
      sums[i]?.forEach((sum, j) => f.set(sum, factor.madd(columns[j] ?? factor, sum)))
      f.set(pointer, pointer.add(stepA))
    })
    f.set(next, next.add(table ? 4 : stepB))
    f.set(left, left.sub(1))
  })
  return sums
}
