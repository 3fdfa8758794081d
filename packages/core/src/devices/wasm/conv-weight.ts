import { type Effect, type FunctionBuilder, type FunctionHandle, I32, type ModuleBuilder, select } from './assembler.ts'
import { repeatTimes } from './conv-pad.ts'
import { addLanes } from './matmul-dot.ts'
import type { Element, Lanes } from './matmul-element.ts'
import { eachRow, nothing, rowPointers } from './matmul-panel.ts'
import type { PartialVectors } from './matmul-partial.ts'

export type Correlate = FunctionHandle<CorrelateParameters, Effect>

type CorrelateParameters = [
  ...[m: I32, n: I32, rows: I32, width: I32, a: I32, planeA: I32, b: I32, table: I32, skipB: I32],
  ...[c: I32, rowC: I32, start: I32],
]

/** Of C, in registers; see matmul-dot.ts. */
const [tileRows, tileColumns] = [2, 4]

/**
 * Adds the gradient of a convolution's weight for one image: element (i, j) of C is the sum of the products of channel `i`
 * of the incoming gradient, at `a + i · planeA`, with the window of the padded image that begins at `b + table[j]`. Both
 * are `rows` rows of `width` elements, whole vectors, read along the rows: those of the gradient contiguous (with zeros up
 * to the `width`), those of the image with `skipB` bytes between. C is added to `start`, of its strides, or `nothing`.
 */
export function correlateKernel<V extends Lanes<V>>(
  m: ModuleBuilder,
  element: Element<V>,
  partial: PartialVectors<V>,
): Correlate {
  const { bytes, lanes } = element
  return m.function<CorrelateParameters>(
    [I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32],
    undefined,
    (f, m, n, rows, width, a, planeA, b, table, skipB, c, rowC, start) => {
      f.while(n, () => {
        const [rowsLeft, aRow, cRow, startRow] = [f.let(m), f.let(a), f.let(c), f.let(start)]
        f.while(rowsLeft, () => {
          const x = rowPointers(f, tileRows, rowsLeft, aRow, planeA)
          const y = windowPointers(f, n, b, table)
          const sums = multiplyPlanes(f, element, { rows, width, skipB }, x, y)
          eachRow(f, sums, rowsLeft, (rowSums) => {
            for (let j = 0; j < tileColumns; j += lanes) {
              f.if(n.gt(j), () => {
                const total = f.let(addLanes(element, rowSums.slice(j, j + lanes)))
                const address = startRow.add(j * bytes)
                f.if(start.ne(nothing), () => f.set(total, total.add(partial.load(address, n.sub(j)))))
                partial.store(f, cRow.add(j * bytes), total, n.sub(j))
              })
            }
            f.set(cRow, cRow.add(rowC))
            f.set(startRow, startRow.add(rowC))
          })
          f.set(aRow, aRow.add(planeA.mul(tileRows)))
          f.set(rowsLeft, select(rowsLeft.gt(tileRows), rowsLeft.sub(tileRows), I32.const(0)))
        })
        f.set(table, table.add(4 * tileColumns))
        f.set(c, c.add(tileColumns * bytes))
        f.if(start.ne(nothing), () => f.set(start, start.add(tileColumns * bytes)))
        f.set(n, select(n.gt(tileColumns), n.sub(tileColumns), I32.const(0)))
      })
    },
  )
}

/** Where the windows of the next columns begin; the last column stands for those behind it. */
function windowPointers(f: FunctionBuilder, left: I32, b: I32, table: I32): I32[] {
  return rowPointers(f, tileColumns, left, table, I32.const(4)).map((entry) => f.let(b.add(I32.load(entry))))
}

/** The products of each plane of `x` with each window of `y`, summed lane by lane. */
function multiplyPlanes<V extends Lanes<V>>(
  f: FunctionBuilder,
  element: Element<V>,
  { rows, width, skipB }: Record<'rows' | 'width' | 'skipB', I32>,
  x: readonly I32[],
  y: readonly I32[],
): V[][] {
  const sums = x.map(() => y.map(() => f.let(element.zero())))
  const rowsLeft = f.let(rows)
  repeatTimes(f, rowsLeft, () => {
    const left = f.let(width)
    f.while(left, () => {
      const columns = y.map((address) => f.let(element.load(address)))
      x.forEach((address, row) => {
        const factor = f.let(element.load(address))
        sums[row]?.forEach((sum, j) => f.set(sum, factor.madd(columns[j] ?? factor, sum)))
      })
      for (const address of [...x, ...y]) f.set(address, address.add(16))
      f.set(left, left.sub(element.lanes))
    })
    for (const address of y) f.set(address, address.add(skipB))
  })
  return sums
}
