import { type Effect, type FunctionBuilder, type FunctionHandle, I32, type ModuleBuilder, select } from './assembler.ts'
import { type Element, type Lanes } from './matmul-element.ts'
import { eachRow, nothing, rowPointers } from './matmul-panel.ts'
import type { Epilogue, PartialVectors } from './matmul-partial.ts'

export type Dot = FunctionHandle<DotParameters, Effect>

type DotParameters = [
  ...[m: I32, n: I32, k: I32, a: I32, rowA: I32, b: I32, columnB: I32],
  ...[c: I32, rowC: I32, start: I32, rowStart: I32],
]

/** Of C, in registers: eight sums, four vectors of B and one of A. */
const [tileRows, tileColumns] = [2, 4]

/**
 * Adds the kernel for rows of A times columns of B that both lie contiguous in memory, as in a layer's `x × Wᵀ`: they are
 * read along `k`, a vector at a time, where they lie. Each sum is a vector until the end, when its lanes are added; so it
 * is best where `k` is large and where few rows share the cost of packing B. (One row of 784 times 784 × 128: 26 GFLOP/s,
 * packed 10; 64 rows: 52 and 46; but 64 rows of 32 times 32 × 64: 32 and 47.) Parameters as in matmul-panel.ts.
 */
export function dotKernel<V extends Lanes<V>>(
  m: ModuleBuilder,
  element: Element<V>,
  partial: PartialVectors<V>,
  epilogue?: Epilogue<V>,
): Dot {
  const { bytes, lanes } = element
  return m.function<DotParameters>(
    [I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32],
    undefined,
    (f, m, n, k, a, rowA, b, columnB, c, rowC, start, rowStart) => {
      f.while(n, () => {
        const [rowsLeft, aRow, cRow, startRow] = [f.let(m), f.let(a), f.let(c), f.let(start)]
        f.while(rowsLeft, () => {
          const x = rowPointers(f, tileRows, rowsLeft, aRow, rowA)
          const y = rowPointers(f, tileColumns, n, b, columnB)
          eachRow(f, multiplyLanes(f, element, k, x, y), rowsLeft, (sums) => {
            for (let j = 0; j < tileColumns; j += lanes) {
              f.if(n.gt(j), () => {
                const total = f.let(addLanes(element, sums.slice(j, j + lanes)))
                const count = n.sub(j)
                const address = startRow.add(j * bytes)
                f.if(startRow.ne(nothing), () => f.set(total, total.add(partial.load(address, count))))
                partial.store(f, cRow.add(j * bytes), epilogue ? epilogue.call(total) : total, count)
              })
            }
            f.set(cRow, cRow.add(rowC))
            f.set(startRow, startRow.add(rowStart))
          })
          f.set(aRow, aRow.add(rowA.mul(tileRows)))
          f.set(rowsLeft, select(rowsLeft.gt(tileRows), rowsLeft.sub(tileRows), I32.const(0)))
        })
        f.set(b, b.add(columnB.mul(tileColumns)))
        f.set(c, c.add(tileColumns * bytes))
        f.if(start.ne(nothing), () => f.set(start, start.add(tileColumns * bytes)))
        f.set(n, select(n.gt(tileColumns), n.sub(tileColumns), I32.const(0)))
      })
    },
  )
}

/** The products of each row of `x` with each of `y`, summed lane by lane. */
function multiplyLanes<V extends Lanes<V>>(
  f: FunctionBuilder,
  element: Element<V>,
  k: I32,
  x: readonly I32[],
  y: readonly I32[],
): V[][] {
  const { bytes, lanes } = element
  const sums = x.map(() => y.map(() => f.let(element.zero())))
  const left = f.let(k)
  const steps = (size: number, load: (address: I32) => V): void => {
    f.while(left.ge(size), () => {
      const columns = y.map((address) => f.let(load(address)))
      x.forEach((address, row) => {
        const factor = f.let(load(address))
        sums[row]?.forEach((sum, j) => f.set(sum, factor.madd(columns[j] ?? factor, sum)))
      })
      for (const address of [...x, ...y]) f.set(address, address.add(size * bytes))
      f.set(left, left.sub(size))
    })
  }
  steps(lanes, (address) => element.load(address))
  steps(1, (address) => element.loadOne(address))
  return sums
}

/** Lane `i` of the result is the sum of the lanes of vector `i`. */
export function addLanes<V extends Lanes<V>>(element: Element<V>, vectors: readonly V[]): V {
  return element.transpose(vectors).reduce((sum, vector) => sum.add(vector))
}
