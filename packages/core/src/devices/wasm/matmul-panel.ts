import { type Effect, type FunctionBuilder, type FunctionHandle, I32, type ModuleBuilder, select } from './assembler.ts'
import { type Element, type Lanes, range } from './matmul-element.ts'
import type { PartialVectors } from './matmul-partial.ts'

/** The address of a `start` that is not there. */
export const nothing = -1

/**
 * `C = start + A × B` for all rows of A and one panel of B: the columns of a few vectors. This is where the time of a
 * matrix product goes. The sums of a tile of C stay in registers while `k` runs, so an element of A is loaded once for
 * `vectors` multiply-adds, and a vector of B once for `rows` of them:
 *
 *                        b₀  b₁  b₂     row k of the panel
 *
 *     a₀ in all lanes   s₀₀ s₀₁ s₀₂
 *     a₁                s₁₀ s₁₁ s₁₂     sᵢⱼ += aᵢ · bⱼ
 *     a₂                s₂₀ s₂₁ s₂₂
 *
 * A is read where it lies, through a pointer a row, with any strides; B is a packed panel, or rows in place. Where fewer
 * rows are left than a tile has, the tile computes the last of them several times and stores it once: it costs the same
 * with one row as with all, since one row has too few sums to hide the latency of an addition.
 *
 * Strides are in bytes. `start` is what the sums are added to: C itself, a bias row (`rowStart` 0), or `nothing` (then
 * `rowStart` is 0 too). Of the last vector of the panel only `tail` lanes exist in C.
 */
export type Panel = FunctionHandle<PanelParameters, Effect>

type PanelParameters = [
  ...[rowCount: I32, k: I32, a: I32, rowA: I32, stepA: I32, b: I32, stepB: I32],
  ...[c: I32, rowC: I32, start: I32, rowStart: I32, tail: I32],
]

/** Adds the kernel for tiles of `rows` × `vectors`. */
export function panelKernel<V extends Lanes<V>>(
  m: ModuleBuilder,
  element: Element<V>,
  partial: PartialVectors<V>,
  rows: number,
  vectors: number,
): Panel {
  return m.function<PanelParameters>(
    [I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32],
    undefined,
    (f, rowCount, k, a, rowA, stepA, b, stepB, c, rowC, start, rowStart, tail) => {
      f.while(rowCount, () => {
        const sums = multiplyTile(f, element, rows, vectors, { rowCount, k, a, rowA, stepA, b, stepB })
        f.if(start.ne(nothing), () => {
          sums.forEach((rowSums, row) => {
            f.if(rowCount.gt(row), () => {
              rowSums.forEach((sum, j) => {
                const address = start.add(16 * j)
                const term = j < vectors - 1 ? element.load(address) : partial.load(address, tail)
                f.set(sum, sum.add(term))
              })
              f.set(start, start.add(rowStart))
            })
          })
        })
        sums.forEach((rowSums, row) => {
          f.if(rowCount.gt(row), () => {
            rowSums.forEach((sum, j) => {
              if (j < vectors - 1) f.store(c, sum, 16 * j)
              else partial.store(f, c.add(16 * j), sum, tail)
            })
            f.set(c, c.add(rowC))
          })
        })
        f.set(a, a.add(rowA.mul(rows)))
        f.set(rowCount, select(rowCount.gt(rows), rowCount.sub(rows), I32.const(0)))
      })
    },
  )
}

/** The sums of one tile, row by row. */
function multiplyTile<V extends Lanes<V>>(
  f: FunctionBuilder,
  element: Element<V>,
  rows: number,
  vectors: number,
  { rowCount, k, a, rowA, stepA, b, stepB }: Record<'rowCount' | 'k' | 'a' | 'rowA' | 'stepA' | 'b' | 'stepB', I32>,
): V[][] {
  const pointers = [f.let(a)]
  for (const row of range(rows).slice(1)) {
    const above = pointers[row - 1] ?? a
    pointers.push(f.let(select(rowCount.gt(row), above.add(rowA), above)))
  }
  const sums = pointers.map(() => range(vectors).map(() => f.let(element.zero())))
  const bRow = f.let(b)
  const left = f.let(k)
  f.while(left, () => {
    const columns = range(vectors).map((j) => f.let(element.load(bRow, 16 * j)))
    sums.forEach((rowSums, row) => {
      const pointer = pointers[row] ?? a
      const factor = f.let(element.loadSplat(pointer))
      rowSums.forEach((sum, j) => f.set(sum, factor.madd(columns[j] ?? factor, sum)))
      f.set(pointer, pointer.add(stepA))
    })
    f.set(bRow, bRow.add(stepB))
    f.set(left, left.sub(1))
  })
  return sums
}
